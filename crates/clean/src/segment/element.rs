//! What an element says by itself: its tag, its role, its names.

use ego_tree::NodeRef;
use html5ever::{LocalName, local_name};
use scraper::{Node, node};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::attribute::is_hiding;
use super::class_names::ClassNames;
use super::name_marks::NameMarks;
use super::{ElementContext, PageElement, PromptParts, Tag};

/// The root of the element array.
pub(super) fn root_element() -> PageElement {
    PageElement {
        tag: Tag::Unknown,
        parent: 0,
        end: 1,
        depth: 0,
        own: ElementContext::default(),
        context: ElementContext::default(),
        signature: 0,
        names: [0; 2],
        media: 0,
        controls: 0,
        named: ElementContext::default(),
        prompts: PromptParts::default(),
        detail: 0,
        node: None,
    }
}

/// The tags of the names that were looked up last. A page uses few names, and comparing one with a hundred
/// others takes longer than this lookup.
pub(super) struct TagCache([Option<(LocalName, Tag)>; 64]);

impl TagCache {
    pub(super) fn new() -> Self {
        Self([const { None }; 64])
    }

    pub(super) fn look_up(&mut self, name: &LocalName) -> Tag {
        let Some(slot) = self.0.get_mut((name.get_hash() % 64) as usize) else {
            return Tag::from_name(name);
        };
        match slot {
            Some((known, tag)) if known == name => *tag,
            _ => {
                let tag = Tag::from_name(name);
                *slot = Some((name.clone(), tag));
                tag
            }
        }
    }
}

/// What an element says by itself.
pub(super) struct OwnFacts<'e> {
    pub(super) context: ElementContext,
    /// The same without its id.
    pub(super) named: ElementContext,
    /// The class attribute.
    pub(super) class: &'e str,
    /// The numbers of the token sets of class and id.
    pub(super) names: [u32; 2],
    /// The class names that tools give.
    pub(super) marks: NameMarks,
    /// What it asks the reader to do.
    pub(super) prompts: PromptParts,
    /// The part of a table that its role or its style says that it is.
    table_part: Option<TablePart>,
    /// Whether its role is that of a heading, and its level.
    is_heading: bool,
    level: Option<u8>,
}

/// A part of a table that is made of other elements than those of tables.
#[derive(Clone, Copy)]
struct TablePart {
    tag: Tag,
    /// Whether a role says it. A style may only set out the page.
    is_role: bool,
}

impl<'e> OwnFacts<'e> {
    pub(super) fn new(tag: Tag, element: &'e node::Element, known: &mut ClassNames<'_>) -> Self {
        let mut own = Self {
            context: tag_context(tag),
            named: ElementContext::default(),
            class: "",
            names: [0; 2],
            marks: NameMarks::default(),
            table_part: None,
            is_heading: false,
            level: None,
            prompts: PromptParts::default(),
        };
        if tag == Tag::Button {
            own.prompts = PromptParts::BUTTON;
        }
        // The names of custom elements say what class names do: `<newsletter-signup>`.
        if tag == Tag::Unknown && element.name.local.contains('-') {
            own.context.add(known.look_up(&element.name.local).context);
        }
        let mut of_id = ElementContext::default();
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => {
                    let names = known.look_up(value);
                    own.class = value;
                    own.context.add(names.context);
                    own.names[0] = names.set;
                    own.marks = names.marks;
                }
                local_name!("id") => {
                    let names = known.look_up(value);
                    of_id = names.context;
                    own.names[1] = names.set;
                }
                local_name!("role") => {
                    own.context.add(role_context(value));
                    let part = role_in_table(value);
                    let part = part.map(|tag| TablePart { tag, is_role: true });
                    own.table_part = part.or(own.table_part);
                    own.is_heading = value.trim() == "heading";
                    if value.eq_ignore_ascii_case("button") {
                        own.prompts.add(PromptParts::BUTTON);
                    }
                }
                local_name!("aria-level") => own.level = value.trim().parse().ok(),
                local_name!("href") if tag == Tag::A => {
                    own.prompts.add(PromptParts::of_link(value));
                }
                local_name!("hidden") => own.context.add(ElementContext::HIDDEN),
                local_name!("aria-hidden") if value.eq_ignore_ascii_case("true") => {
                    own.context.add(ElementContext::HIDDEN);
                }
                local_name!("style") if is_hiding(value) => own.context.add(ElementContext::HIDDEN),
                local_name!("style") if own.table_part.is_none() => {
                    let part = style_in_table(value);
                    own.table_part = part.map(|tag| TablePart { tag, is_role: false });
                }
                local_name!("itemprop")
                    if matches!(&**value, "articleBody" | "text" | "reviewBody") =>
                {
                    own.context.add(ElementContext::BODY_PROP);
                }
                _ => {}
            }
        }
        own.named = own.context;
        own.context.add(of_id);
        // Themes name the whole page after its parts ("single-post with-sidebar"), which says nothing about a
        // block.
        if matches!(tag, Tag::Html | Tag::Body) {
            (own.context, own.named, own.names) = (tag_context(tag), tag_context(tag), [0; 2]);
        }
        own
    }

    /// The level of a heading that is one only by its role.
    pub(super) fn heading_level(&self, tag: Tag) -> Option<u8> {
        let is_free = matches!(tag, Tag::Div | Tag::P | Tag::Span);
        (self.is_heading && is_free).then(|| self.level.unwrap_or(2).clamp(1, 6))
    }

    /// The tag that the element stands for in a parent with this tag: a `<div>` may be a table, a row or a cell.
    pub(super) fn shown_tag(&self, node: NodeRef<'_, Node>, tag: Tag, parent: Tag) -> Tag {
        let Some(part) = self.table_part else { return tag };
        let is_free = matches!(
            tag,
            Tag::Div
                | Tag::Span
                | Tag::Section
                | Tag::Ul
                | Tag::Li
                | Tag::Dl
                | Tag::Dt
                | Tag::Dd
                | Tag::P
        );
        let has_row = || {
            node.children().any(|child| {
                let style = child.value().as_element().and_then(|it| it.attr("style"));
                style.and_then(style_in_table) == Some(Tag::Tr)
            })
        };
        let is_inside = match part.tag {
            Tag::Table => part.is_role || has_row(),
            Tag::Tbody => parent == Tag::Table,
            Tag::Tr => matches!(parent, Tag::Table | Tag::Tbody),
            _ => parent == Tag::Tr,
        };
        if is_free && is_inside { part.tag } else { tag }
    }
}

/// The part of a table that a role names: <https://www.w3.org/TR/wai-aria-1.2/#table>
fn role_in_table(role: &str) -> Option<Tag> {
    Some(match role.trim() {
        "table" | "grid" | "treegrid" => Tag::Table,
        "rowgroup" => Tag::Tbody,
        "row" => Tag::Tr,
        "cell" | "gridcell" => Tag::Td,
        "columnheader" | "rowheader" => Tag::Th,
        _ => return None,
    })
}

/// The part of a table as which a style shows an element.
fn style_in_table(style: &str) -> Option<Tag> {
    memchr::memmem::find(style.as_bytes(), b"table")?;
    let mut values = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    let (_, value) =
        values.find(|(property, _)| property.trim().eq_ignore_ascii_case("display"))?;
    Some(match value.trim() {
        "table" => Tag::Table,
        "table-row-group" | "table-header-group" => Tag::Tbody,
        "table-row" => Tag::Tr,
        "table-cell" => Tag::Td,
        _ => return None,
    })
}

pub(super) fn tag_context(tag: Tag) -> ElementContext {
    match tag {
        Tag::Nav => ElementContext::NAV_TAG,
        Tag::Header => ElementContext::HEADER_TAG,
        Tag::Footer => ElementContext::FOOTER_TAG,
        Tag::Aside => ElementContext::ASIDE_TAG,
        Tag::Main => ElementContext::MAIN_TAG,
        Tag::Article => ElementContext::ARTICLE_TAG,
        Tag::Dialog => ElementContext::DIALOG_TAG,
        Tag::Form | Tag::Search => ElementContext::FORM_TAG,
        Tag::Button | Tag::Label | Tag::Legend => ElementContext::CONTROL_TAG,
        Tag::Figure => ElementContext::FIGURE_TAG,
        Tag::Figcaption | Tag::Caption => ElementContext::FIGCAPTION_TAG,
        Tag::Blockquote => ElementContext::QUOTE_TAG,
        Tag::Table => ElementContext::TABLE_TAG,
        Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dl => ElementContext::LIST_TAG,
        Tag::Pre | Tag::Code => ElementContext::CODE_TAG,
        Tag::Details => ElementContext::DETAILS_TAG,
        Tag::A => ElementContext::LINK_TAG,
        Tag::Time => ElementContext::TIME_TAG,
        Tag::Address => ElementContext::ADDRESS_TAG,
        _ => ElementContext::default(),
    }
}

fn role_context(role: &str) -> ElementContext {
    match role.trim().to_ascii_lowercase().as_str() {
        "navigation" | "menu" | "menubar" | "tablist" => ElementContext::NAV_TAG,
        "banner" => ElementContext::HEADER_TAG,
        "contentinfo" => ElementContext::FOOTER_TAG,
        "complementary" => ElementContext::ASIDE_TAG,
        "main" => ElementContext::MAIN_TAG,
        "article" => ElementContext::ARTICLE_TAG,
        "dialog" | "alertdialog" => ElementContext::DIALOG_TAG,
        "search" | "form" => ElementContext::FORM_TAG,
        "button" => ElementContext::CONTROL_TAG,
        _ => ElementContext::default(),
    }
}

/// A hash of the path of tags and class names. Digits are left out, so that numbered names (`post-4711`)
/// are the same.
pub(super) fn signature(parent: u64, tag: Tag, class: &str) -> u64 {
    let seed = parent.rotate_left(9) ^ (tag as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let class = class.get(..class.floor_char_boundary(256)).unwrap_or_default();
    if class.bytes().any(|byte| byte.is_ascii_digit()) {
        let mut kept = [0; 256];
        let mut length = 0;
        let without_digits = class.bytes().filter(|byte| !byte.is_ascii_digit());
        for (slot, byte) in kept.iter_mut().zip(without_digits) {
            *slot = byte;
            length += 1;
        }
        xxh3_64_with_seed(kept.get(..length).unwrap_or_default(), seed)
    } else {
        xxh3_64_with_seed(class.as_bytes(), seed)
    }
}
