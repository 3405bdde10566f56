//! Footnotes: which links refer to one, which elements hold them, and which links lead back.
//!
//! There is no element for notes. What all forms share is a short link, a mark, to an element of the same page, from
//! which usually another link leads back. Some pages set the note beside its mark instead.

use html5ever::local_name;
use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node, node};

use super::attribute::attribute;
use super::math::text_of;

/// Bytes of the longest mark, such as `[note 12]`.
const MAX_MARK_BYTES: usize = 24;
/// Bytes of the longest note. An element with more text is a section that a short link leads to.
const MAX_NOTE_BYTES: usize = 8000;
/// Elements and texts in a note. With [`MAX_REFERENCES`], it bounds the time for a page.
const MAX_NOTE_NODES: usize = 1000;
/// Links to notes on a page. Further ones stay links.
const MAX_REFERENCES: usize = 5000;
/// Ancestors of a link or of a target that are looked at.
const NEAR: usize = 4;

/// What an element is to footnotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotePart {
    /// A link to the note with this label.
    Reference(String),
    /// The note itself. Its text may begin with the mark, which then goes.
    Note { label: String, mark: String },
    /// A link back from the note.
    BackLink,
}

/// The footnotes of a page, by element.
#[derive(Debug, Default)]
pub(super) struct PageNotes {
    parts: HashMap<NodeId, NotePart>,
    labels: Labels,
    /// Notes that stand beside their marks, as Tufte CSS and `LaTeXML` set them.
    inline: u32,
}

/// Whether a page has links within itself. Most that have none have no footnotes.
pub(super) fn may_have_notes(source: &str) -> bool {
    let bytes = source.as_bytes();
    // One search for the sign that all have, instead of one for each.
    memchr::memchr_iter(b'#', bytes).any(|at| {
        let (before, after) = bytes.split_at_checked(at).unwrap_or_default();
        let is_target =
            [&b"href=\""[..], b"href='", b"href="].iter().any(|it| before.ends_with(it));
        let names = [&b"#fn"[..], b"#footnote", b"#cite_note", b"#_ftn"];
        is_target || names.iter().any(|name| after.starts_with(name))
    })
}

/// A link that may refer to a note.
struct MarkedLink<'a> {
    node: NodeRef<'a, Node>,
    fragment: &'a str,
    mark: String,
    is_named: bool,
}

impl PageNotes {
    /// Finds the footnotes of a page, whose URL without fragment links may repeat.
    pub(super) fn find(html: &Html, page_url: Option<&str>) -> Self {
        let mut notes = Self::default();
        let links = marked_links(html, page_url);
        if !links.is_empty() {
            notes.add_linked(html, links, page_url);
        }
        notes
    }

    pub(super) fn get(&self, id: NodeId) -> Option<&NotePart> {
        if self.parts.is_empty() { None } else { self.parts.get(&id) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn add_linked(&mut self, html: &Html, links: Vec<MarkedLink<'_>>, page_url: Option<&str>) {
        let mut targets: HashMap<&str, Option<NodeRef<'_, Node>>> =
            links.iter().map(|link| (link.fragment, None)).collect();
        for node in html.tree.nodes() {
            let Some(element) = node.value().as_element() else { continue };
            for name in
                [element.id(), attribute(element, &local_name!("name"))].into_iter().flatten()
            {
                if let Some(target) = targets.get_mut(name)
                    && target.is_none()
                {
                    *target = Some(node);
                }
            }
        }
        for link in links {
            // A link in a note that was found already leads back.
            if self.parts.contains_key(&link.node.id()) {
                continue;
            }
            let Some(target) = targets.get(link.fragment).copied().flatten() else { continue };
            if target.id() < link.node.id() {
                continue;
            }
            let Some(note) = note_around(target, link.node) else { continue };
            let backs = back_links(note, link.node, page_url);
            let is_named = link.is_named
                || has_note_name(target)
                || note.ancestors().take(3).any(|it| is_note_list(it));
            let is_raised = link.node.ancestors().take(2).any(|it| is_element(it, "sup"))
                || link.node.children().any(|it| is_element(it, "sup"));
            let is_bracketed = link.mark.starts_with('[');
            if backs.is_empty() && !is_named && !is_raised && !is_bracketed {
                continue;
            }
            let label = match self.parts.get(&note.id()) {
                Some(NotePart::Note { label, .. }) => label.clone(),
                Some(_) => continue,
                None => {
                    let label = self.labels.of(&link.mark);
                    let mark = link.mark.clone();
                    self.parts.insert(note.id(), NotePart::Note { label: label.clone(), mark });
                    label
                }
            };
            for back in backs {
                self.parts.insert(back, NotePart::BackLink);
            }
            self.parts.insert(link.node.id(), NotePart::Reference(label));
        }
        self.complete_lists(html);
    }

    /// A list of notes is one of notes only: what nothing refers to gets its number. A few items of another list that
    /// links lead to are no notes.
    fn complete_lists(&mut self, html: &Html) {
        let is_note = |parts: &HashMap<NodeId, NotePart>, id| {
            matches!(parts.get(&id), Some(NotePart::Note { .. }))
        };
        let notes = self.parts.iter().filter(|(_, part)| matches!(part, NotePart::Note { .. }));
        let parent_of = |id: &NodeId| {
            let item = html.tree.get(*id).filter(|node| is_element(*node, "li"))?;
            Some(item.parent()?.id())
        };
        let mut lists: Vec<NodeId> = notes.filter_map(|(id, _)| parent_of(id)).collect();
        lists.sort_unstable();
        lists.dedup();
        for list in lists.into_iter().filter_map(|id| html.tree.get(id)) {
            let items: Vec<_> = list.children().filter(|child| is_element(*child, "li")).collect();
            let count = items.iter().filter(|item| is_note(&self.parts, item.id())).count();
            let is_named = is_note_list(list) || list.ancestors().take(2).any(is_note_list);
            if count == items.len() {
                continue;
            }
            if is_named || count * 2 > items.len() {
                for (number, item) in items.iter().enumerate() {
                    if !is_note(&self.parts, item.id()) {
                        let label = self.labels.of(&(number + 1).to_string());
                        let part = NotePart::Note { label, mark: String::new() };
                        self.parts.insert(item.id(), part);
                    }
                }
            } else {
                for item in items {
                    self.remove(item.id());
                }
            }
        }
    }

    /// Takes back that an element is a note, with the links to it. The links back stay what they are: nothing.
    fn remove(&mut self, note: NodeId) {
        let Some(NotePart::Note { label, .. }) = self.parts.remove(&note) else { return };
        self.parts.retain(|_, part| !matches!(part, NotePart::Reference(other) if *other == label));
    }

    /// A label for a note that stands beside its mark.
    pub(super) fn label_of_inline(&mut self) -> String {
        self.inline += 1;
        self.labels.of(&self.inline.to_string())
    }
}

/// Gives each note a label of its own.
#[derive(Debug, Default)]
struct Labels {
    used: HashMap<String, u32>,
}

impl Labels {
    fn of(&mut self, mark: &str) -> String {
        let plain: String =
            mark.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let plain = if plain.is_empty() { (self.used.len() + 1).to_string() } else { plain };
        let count = self.used.entry(plain.clone()).or_default();
        *count += 1;
        if *count == 1 { plain } else { format!("{plain}-{count}") }
    }
}

fn is_element(node: NodeRef<'_, Node>, name: &str) -> bool {
    node.value().as_element().is_some_and(|element| element.name() == name)
}

/// The links of a page whose text is a mark, in document order.
fn marked_links<'a>(html: &'a Html, page_url: Option<&str>) -> Vec<MarkedLink<'a>> {
    let mut links = Vec::new();
    for node in html.tree.nodes() {
        let is_link = |element: &&node::Element| element.name.local == local_name!("a");
        let Some(element) = node.value().as_element().filter(is_link) else { continue };
        let Some(fragment) =
            attribute(element, &local_name!("href")).and_then(|href| fragment_of(href, page_url))
        else {
            continue;
        };
        if let Some(mark) = mark_of(node) {
            links.push(MarkedLink { node, fragment, mark, is_named: has_note_name(node) });
        }
        if links.len() >= MAX_REFERENCES {
            break;
        }
    }
    links
}

/// The fragment of a link within the page.
fn fragment_of<'a>(href: &'a str, page_url: Option<&str>) -> Option<&'a str> {
    let (before, fragment) = href.trim().split_once('#')?;
    let is_here =
        before.is_empty() || page_url.is_some_and(|url| url.split('#').next() == Some(before));
    (is_here && !fragment.is_empty()).then_some(fragment)
}

/// The text of a link, if it is a mark: a number, a letter, a sign, or a short word with a number in brackets.
fn mark_of(node: NodeRef<'_, Node>) -> Option<String> {
    let mut text = String::new();
    for inner in node.descendants() {
        if let Node::Text(piece) = inner.value() {
            text.push_str(piece);
            if text.len() > MAX_MARK_BYTES * 2 {
                return None;
            }
        }
    }
    let text = text.trim();
    let inner = text.trim_matches(|c: char| {
        matches!(c, '[' | ']' | '(' | ')' | '.' | ':') || c.is_whitespace()
    });
    let is_number =
        !inner.is_empty() && inner.len() <= 4 && inner.bytes().all(|b| b.is_ascii_digit());
    let is_roman =
        !inner.is_empty() && inner.len() <= 6 && inner.bytes().all(|b| b"ivxlc".contains(&b));
    let is_letter = inner.chars().count() == 1 && inner.chars().all(char::is_alphabetic);
    let is_sign = !inner.is_empty()
        && inner.chars().all(|c| matches!(c, '*' | '†' | '‡' | '§' | '¶' | '‖' | '#'));
    let is_worded = text.starts_with(['[', '('])
        && inner.len() <= MAX_MARK_BYTES
        && inner.split_whitespace().count() == 2
        && inner.ends_with(|c: char| c.is_ascii_digit());
    let is_raised_number = inner.chars().count() <= 3
        && !inner.is_empty()
        && inner.chars().all(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c));
    (is_number || is_roman || is_letter || is_sign || is_worded || is_raised_number)
        .then(|| text.to_owned())
}

/// Whether names or roles say that an element belongs to footnotes.
fn has_note_name(node: NodeRef<'_, Node>) -> bool {
    let is_named = |element: &node::Element| {
        let role = attribute(element, &local_name!("role")).unwrap_or_default();
        let names =
            attribute(element, &local_name!("class")).unwrap_or_default().split_ascii_whitespace();
        let mut names = names.chain(element.id()).chain(attribute(element, &local_name!("rel")));
        role.starts_with("doc-noteref")
            || role.starts_with("doc-footnote")
            || role.starts_with("doc-endnote")
            || names.any(|name| {
                let name = name.to_ascii_lowercase();
                name.contains("footnote")
                    || name.contains("endnote")
                    || name.contains("noteref")
                    || name.starts_with("fnref")
                    || name.starts_with("cite_note")
                    || name.starts_with("_ftn")
                    || name.starts_with("_edn")
                    || matches!(name.as_str(), "reference" | "fn" | "note")
                    || name.strip_prefix("fn").is_some_and(|rest| {
                        rest.trim_start_matches([':', '-', '.', '_'])
                            .bytes()
                            .all(|b| b.is_ascii_digit())
                    })
            })
    };
    node.value().as_element().is_some_and(is_named)
        || node.parent().and_then(|parent| parent.value().as_element()).is_some_and(is_named)
}

/// Whether an element is a list of notes.
pub(super) fn is_note_list(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| {
        let role = attribute(element, &local_name!("role")).unwrap_or_default();
        let mut names =
            attribute(element, &local_name!("class")).unwrap_or_default().split_ascii_whitespace();
        matches!(role, "doc-endnotes" | "doc-footnote")
            || names.any(|name| {
                let name = name.to_ascii_lowercase();
                name.contains("footnote")
                    || name.contains("endnote")
                    || name == "references"
                    || name == "notes"
            })
    })
}

/// The element of the whole note that a link leads to: the target, or what is around it if the target is an anchor.
fn note_around<'a>(
    target: NodeRef<'a, Node>,
    link: NodeRef<'_, Node>,
) -> Option<NodeRef<'a, Node>> {
    let is_holder = |node: &NodeRef<'a, Node>| {
        node.value().as_element().is_some_and(|element| {
            matches!(
                element.name(),
                "li" | "p"
                    | "div"
                    | "dd"
                    | "aside"
                    | "section"
                    | "td"
                    | "tr"
                    | "blockquote"
                    | "table"
            )
        })
    };
    let mut note = std::iter::once(target).chain(target.ancestors()).take(NEAR).find(is_holder)?;
    // In a table of notes, the row has the mark and the text.
    if is_element(note, "td")
        && let Some(row) = note.parent().filter(|row| is_element(*row, "tr"))
    {
        note = row;
    }
    let is_outer = |node: NodeRef<'_, Node>| node.id() == note.id();
    let mut length = 0;
    for (count, inner) in note.descendants().enumerate() {
        if count > MAX_NOTE_NODES {
            return None;
        }
        match inner.value() {
            Node::Text(text) => length += text.trim().len(),
            Node::Element(element)
                if matches!(
                    element.name(),
                    "h1" | "h2" | "h3" | "h4" | "article" | "main" | "nav"
                ) =>
            {
                return None;
            }
            _ => {}
        }
        if length > MAX_NOTE_BYTES {
            return None;
        }
    }
    (length > 1 && !link.ancestors().any(is_outer)).then_some(note)
}

/// The links in a note that lead back to the link that refers to it, or to what is near it.
fn back_links(
    note: NodeRef<'_, Node>,
    link: NodeRef<'_, Node>,
    page_url: Option<&str>,
) -> Vec<NodeId> {
    let mut names: Vec<&str> = Vec::new();
    let near =
        link.ancestors().take(NEAR).chain(link.descendants()).chain(link.prev_siblings().take(2));
    for node in near {
        let Some(element) = node.value().as_element() else { continue };
        names.extend(element.id());
        names.extend(attribute(element, &local_name!("name")));
    }
    let mut backs = Vec::new();
    for inner in note.descendants() {
        let Some(element) = inner.value().as_element().filter(|element| element.name() == "a")
        else {
            continue;
        };
        let Some(fragment) =
            attribute(element, &local_name!("href")).and_then(|href| fragment_of(href, page_url))
        else {
            continue;
        };
        let is_named = || std::iter::once(inner).chain(inner.ancestors()).take(3).any(is_back_link);
        if names.contains(&fragment) || is_arrow(&text_of(inner)) || is_named() {
            backs.push(inner.id());
        }
    }
    backs
}

/// Whether an element says by its name that links in it lead back.
fn is_back_link(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| {
        let class = attribute(element, &local_name!("class")).unwrap_or_default();
        attribute(element, &local_name!("role")) == Some("doc-backlink")
            || class.split_ascii_whitespace().any(|name| {
                ["backlink", "back-link", "backref", "footnote-back", "reversefootnote"]
                    .iter()
                    .any(|known| name.contains(known))
            })
    })
}

/// Whether a text is a sign for "back".
fn is_arrow(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.chars().all(|c| {
            matches!(
                c,
                '↩' | '↑'
                    | '↵'
                    | '⏎'
                    | '^'
                    | '⤴'
                    | '⬆'
                    | '\u{fe0e}'
                    | '\u{fe0f}'
                    | '◄'
                    | '«'
                    | ' '
            )
        })
}
