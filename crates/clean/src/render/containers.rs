//! What blocks stand in: lists, items, quotes, callouts, notes. Renderers write these around the blocks.

use crate::segment::{BlockKind, ElementDetail, PageBlock, SegmentedPage, Tag};

/// Elements before a list that are searched for the item that it belongs to.
const MAX_ELEMENTS_BACK: usize = 1000;

/// An element around blocks that a renderer writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Container {
    pub(super) element: u32,
    pub(super) kind: ContainerKind,
}

/// Kinds of [`Container`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ContainerKind {
    List {
        ordered: bool,
    },
    Item {
        number: Option<u32>,
        checked: Option<bool>,
    },
    Quote,
    /// By its kind in lower case.
    Callout(Box<str>),
    /// A footnote, by its label.
    Note(Box<str>),
    Definition,
}

/// The containers around an element, outermost first.
pub(super) fn containers(page: &SegmentedPage, element: u32) -> Vec<Container> {
    let mut path = Vec::new();
    let mut index = element;
    // The list of a note goes: the note is no item of a list any more.
    let mut is_note_item = false;
    loop {
        let here = page.element(index);
        let detail = page.detail_of(index);
        let kind = match (here.tag, detail) {
            (tag, Some(ElementDetail::Note { label })) => {
                is_note_item = tag == Tag::Li;
                Some(ContainerKind::Note(label.clone()))
            }
            (_, Some(ElementDetail::Callout { kind })) => {
                Some(ContainerKind::Callout(kind.clone()))
            }
            (Tag::Li, Some(ElementDetail::Item { number, checked })) => {
                Some(ContainerKind::Item { number: *number, checked: *checked })
            }
            (Tag::Ul | Tag::Menu | Tag::Ol, _) if std::mem::take(&mut is_note_item) => None,
            (Tag::Ul | Tag::Menu, _) => Some(ContainerKind::List { ordered: false }),
            (Tag::Ol, _) => Some(ContainerKind::List { ordered: true }),
            (Tag::Blockquote, _) => Some(ContainerKind::Quote),
            (Tag::Dd, _) => Some(ContainerKind::Definition),
            _ => None,
        };
        let element = match detail {
            Some(ElementDetail::ContinuedList { first }) => *first,
            _ => index,
        };
        path.extend(kind.map(|kind| Container { element, kind }));
        // A list right in a list belongs to the item before it.
        if is_list(here.tag) && is_list(page.element(here.parent).tag) {
            path.extend(item_before(page, index));
        }
        if here.parent == index {
            break;
        }
        index = here.parent;
    }
    path.reverse();
    path
}

fn is_list(tag: Tag) -> bool {
    matches!(tag, Tag::Ul | Tag::Ol | Tag::Menu)
}

/// The last item before a list in the same list.
fn item_before(page: &SegmentedPage, list: u32) -> Option<Container> {
    let outer = page.element(list).parent;
    let items = (outer + 1..list).rev().take(MAX_ELEMENTS_BACK);
    let mut items = items.filter(|index| page.element(*index).parent == outer);
    let item = items.find(|index| page.element(*index).tag == Tag::Li)?;
    match page.detail_of(item) {
        Some(ElementDetail::Item { number, checked }) => {
            let kind = ContainerKind::Item { number: *number, checked: *checked };
            Some(Container { element: item, kind })
        }
        _ => None,
    }
}

/// The containers around a block. Without an element for it, a list item is one of an unnamed list.
pub(super) fn containers_of(page: &SegmentedPage, block: &PageBlock) -> Vec<Container> {
    let mut path = containers(page, block.element);
    if let BlockKind::ListItem { number, .. } = block.kind
        && path.is_empty()
    {
        let list = ContainerKind::List { ordered: number.is_some() };
        path.push(Container { element: block.element, kind: list });
        // No two blocks start at the same place.
        let item = ContainerKind::Item { number, checked: None };
        path.push(Container { element: u32::MAX - block.start, kind: item });
    }
    path
}

/// The bytes at the start of the first block of a numbered item in which the page writes the number once more: `1. `.
pub(super) fn doubled_number(page: &SegmentedPage, block: &PageBlock, path: &[Container]) -> u32 {
    let number = match (block.kind, path.last().map(|last| &last.kind)) {
        (BlockKind::ListItem { .. }, Some(ContainerKind::Item { number: Some(number), .. })) => {
            number.to_string()
        }
        _ => return 0,
    };
    let text = page.text_of(block);
    let after = text.trim_start_matches('(').strip_prefix(number.as_str());
    let rest = after.and_then(|after| after.strip_prefix(['.', ')'])).map(str::trim_start);
    let is_followed = |rest: &&str| {
        rest.starts_with(char::is_alphabetic) && text.len() > rest.len() + number.len() + 1
    };
    rest.filter(is_followed)
        .map_or(0, |rest| u32::try_from(text.len() - rest.len()).unwrap_or_default())
}

/// Whether a block is the title of the callout around it.
pub(super) fn is_callout_title(page: &SegmentedPage, block: &PageBlock) -> bool {
    let mut index = block.element;
    for _ in 0..4 {
        match page.detail_of(index) {
            Some(ElementDetail::CalloutTitle) => return true,
            Some(ElementDetail::Callout { .. }) => return false,
            _ => index = page.element(index).parent,
        }
    }
    false
}
