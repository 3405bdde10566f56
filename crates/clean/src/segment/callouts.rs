//! Boxes that notes and warnings stand in, as documentation and blogs mark them.

use std::borrow::Cow;

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::Tag;
use super::attribute::attribute;

/// Class names of boxes that are callouts whatever their kind.
const BOXES: &[&str] = &[
    "admonition",
    "admonitionblock",
    "alert",
    "blockquote-tag",
    "callout",
    "confluence-information-macro",
    "kg-callout-card",
    "custom-block",
    "hint",
    "hextra-callout",
    "infobox-note",
    "markdown-alert",
    "notecard",
    "notices",
    "starlight-aside",
    "theme-admonition",
    "wrap",
];

/// Kinds of callouts, as they are named in class names.
const KINDS: &[&str] = &[
    "abstract",
    "attention",
    "bug",
    "caution",
    "check",
    "cite",
    "danger",
    "deprecated",
    "error",
    "example",
    "experimental",
    "failure",
    "help",
    "hint",
    "important",
    "info",
    "information",
    "note",
    "question",
    "quote",
    "seealso",
    "success",
    "summary",
    "tip",
    "todo",
    "warn",
    "warning",
];

/// Elements and texts of a box that are looked at to find its title.
const MAX_NODES_TO_TITLE: usize = 12;
/// Class names of an element that are looked at.
const MAX_NAMES: usize = 16;

/// The kind of a callout, in lower case. `None` for all other elements.
pub(super) fn callout_kind(
    node: NodeRef<'_, Node>,
    tag: Tag,
    element: &node::Element,
) -> Option<String> {
    if !matches!(
        tag,
        Tag::Div
            | Tag::Aside
            | Tag::Blockquote
            | Tag::Section
            | Tag::Details
            | Tag::Figure
            | Tag::P
    ) {
        return None;
    }
    if let Some(kind) = element.attr("data-callout") {
        return is_name(kind).then(|| kind.to_ascii_lowercase());
    }
    let class = attribute(element, &local_name!("class"))?;
    let names: Vec<String> =
        class.split_ascii_whitespace().take(MAX_NAMES).map(str::to_ascii_lowercase).collect();
    let has = |name: &str| names.iter().any(|it| it == name);
    let is_kind = |name: &str| KINDS.contains(&name);
    // `alert-danger`, `hint-info`, `starlight-aside--tip`.
    let suffixed = names.iter().find_map(|name| {
        let (stem, kind) = name.rsplit_once(['-', '_'])?;
        let stem = stem.trim_end_matches(['-', '_']);
        // Other boxes are named `error` and `info` too, such as cards and forms.
        let is_plain_kind =
            matches!(kind, "note" | "tip" | "warning" | "caution" | "danger" | "important");
        let is_known = BOXES.contains(&stem) || is_plain_kind && !stem.is_empty() && has(stem);
        (is_kind(kind) && is_known).then(|| kind.to_owned())
    });
    if suffixed.is_some() {
        return suffixed;
    }
    let is_box =
        BOXES.iter().any(|name| has(name)) || names.iter().any(|name| name.ends_with("admonition"));
    let is_quote = matches!(tag, Tag::Blockquote | Tag::Aside);
    let is_bare = |name: &str| {
        let is_other = matches!(
            name,
            "quote" | "cite" | "summary" | "abstract" | "example" | "help" | "check" | "question"
        );
        is_kind(name) && !BOXES.contains(&name) && (is_box || !is_other)
    };
    let bare = names.iter().find(|name| is_bare(name));
    // `note` alone also names footnotes and remarks; the others name little else.
    let is_ambiguous = has("note") || has("info") || has("summary") || has("quote");
    let is_alone = names.len() == 1
        && (!is_ambiguous
            || tag == Tag::Details
            || bare.is_some_and(|kind| begins_with(node, kind)));
    let is_note = has("note") && names.len() == 2;
    if let Some(kind) = bare.filter(|_| is_box || is_quote || is_alone || is_note) {
        let other = names.iter().find(|name| is_kind(name) && *name != "note");
        return Some(other.filter(|_| is_note).unwrap_or(kind).clone());
    }
    // A box of its own without a kind is a note. An alert without one may be anything.
    let is_plain = is_box
        && ["callout", "admonition", "notecard", "hextra-callout", "kg-callout-card"]
            .iter()
            .any(|name| has(name));
    is_plain.then(|| "note".to_owned())
}

/// Whether the first text in an element is only the name of a kind.
fn begins_with(node: NodeRef<'_, Node>, kind: &str) -> bool {
    let mut texts =
        node.descendants().take(MAX_NODES_TO_TITLE).filter_map(|inner| inner.value().as_text());
    let first = texts.find(|text| !text.trim().is_empty());
    first.is_some_and(|text| text.trim().trim_end_matches([':', '!']).eq_ignore_ascii_case(kind))
}

/// Whether a table only sets the body of a callout beside its icon, as Asciidoctor does.
pub(super) fn is_icon_table(table: NodeRef<'_, Node>) -> bool {
    let mut inner = table.descendants().take(MAX_NODES_TO_TITLE);
    inner.any(|inner| {
        inner.value().as_element().is_some_and(|element| {
            element.name() == "td"
                && attribute(element, &local_name!("class"))
                    .is_some_and(|class| class.split_ascii_whitespace().any(|it| it == "icon"))
        })
    })
}

/// Whether a class name may be that of a callout or of its title.
pub(super) fn may_name(name: &str) -> bool {
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    let name = if has_capitals { Cow::Owned(name.to_ascii_lowercase()) } else { name.into() };
    let separator = name.bytes().rposition(|byte| matches!(byte, b'-' | b'_'));
    let kind = name.get(separator.map_or(0, |at| at + 1)..).unwrap_or_default();
    KINDS.contains(&kind)
        || BOXES.contains(&name.as_ref())
        || name.ends_with("admonition")
        || has_title_name(&name)
}

fn has_title_name(name: &str) -> bool {
    name.ends_with("title")
        || name.ends_with("title-inner")
        || name.starts_with("admonitionheading")
        || name.ends_with("heading")
}

fn is_name(kind: &str) -> bool {
    !kind.is_empty()
        && kind.len() <= 24
        && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Whether an element is the title of the callout that it stands in.
pub(super) fn is_title(element: &node::Element) -> bool {
    attribute(element, &local_name!("class")).is_some_and(|class| {
        class.split_ascii_whitespace().any(|name| has_title_name(&name.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    fn kind(html: &str) -> Option<String> {
        let html = Html::parse_fragment(html);
        let selector = Selector::parse("html > *").ok()?;
        let element = html.select(&selector).next()?;
        callout_kind(*element, Tag::from_name(element.value().name()), element.value())
    }

    #[test]
    fn callouts_are_marked_in_many_ways() {
        for (html, expected) in [
            ("<div class='markdown-alert markdown-alert-tip'>", Some("tip")),
            ("<div class='callout' data-callout='info'>", Some("info")),
            (
                "<div class='theme-admonition theme-admonition-caution alert alert--warning'>",
                Some("caution"),
            ),
            ("<div class='admonition note'>", Some("note")),
            ("<div class='warning custom-block'>", Some("warning")),
            ("<div class='admonitionblock important'>", Some("important")),
            ("<div class='alert alert-danger'>", Some("danger")),
            ("<aside class='starlight-aside starlight-aside--danger'>", Some("danger")),
            ("<div class='hint hint-info'>", Some("info")),
            ("<blockquote class='note'>", Some("note")),
            ("<div class='callout callout-wide'>", Some("note")),
            ("<div class='alert'>", None),
            ("<div class='note'>", None),
            ("<div class='note warning'>", Some("warning")),
            ("<div class='warning'>", Some("warning")),
            ("<div class='wrap_important plugin_wrap'>", Some("important")),
            ("<blockquote class='blockquote-tag blockquote-tag-note'>", Some("note")),
            ("<span class='admonition note'>", None),
            ("<details class='note'>", Some("note")),
            ("<div class='NOTE'><p>Note</p>", Some("note")),
            ("<div class='NOTE'><p>Note the tide.</p>", None),
            ("<figure class='callout'>", Some("note")),
        ] {
            assert_eq!(kind(html).as_deref(), expected, "{html}");
        }
    }
}
