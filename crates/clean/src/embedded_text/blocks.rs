//! Turns data that editors store as blocks into HTML: one object per paragraph, heading or list.
//!
//! Editors use few shapes, with different names: an object has a type, and a string, or further objects that are
//! inline text. Only names that stand for text are followed, so that the fields of other objects are no text.

use super::literal::{LiteralKind, LiteralTree};
use super::prose::{TextForm, form_of};
use crate::escape_html;

/// How deep blocks are followed.
const MAX_DEPTH: usize = 24;

/// Names of strings that are the text of a block, the most specific first.
const TEXT_NAMES: [&str; 17] = [
    "cooked",
    "html",
    "innerhtml",
    "rendered",
    "text",
    "content",
    "value",
    "body",
    "bodyhtml",
    "insert",
    "markdown",
    "md",
    "copy",
    "paragraph",
    "string",
    "children",
    "raw",
];

/// Names of objects and lists that have the text of a block in them.
const NESTING_NAMES: [&str; 23] = [
    "children",
    "content",
    "contents",
    "blocks",
    "innerblocks",
    "model",
    "data",
    "attrs",
    "attributes",
    "props",
    "nodes",
    "items",
    "root",
    "elements",
    "value",
    "document",
    "body",
    "paragraphs",
    "text",
    "html",
    "json",
    "ops",
    "fields",
];

/// Names of strings that say what a block is.
const TYPE_NAMES: [&str; 12] = [
    "type",
    "_type",
    "__typename",
    "nodetype",
    "blockname",
    "kind",
    "tag",
    "tagname",
    "component",
    "elementtype",
    "blocktype",
    "contenttype",
];

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockRole {
    /// An element of HTML.
    Element(&'static str),
    Inline,
    Unknown,
    /// A picture, an advertisement and the like.
    Other,
}

/// The HTML of a value in a list of blocks; empty if it is no text.
pub(super) fn block_html(tree: &LiteralTree, at: usize) -> String {
    let mut out = String::new();
    push_value(tree, at, true, 0, &mut out);
    out
}

fn push_value(tree: &LiteralTree, at: usize, is_block: bool, depth: usize, out: &mut String) {
    let Some(value) = tree.get(at).filter(|_| depth < MAX_DEPTH) else { return };
    match &value.kind {
        LiteralKind::Text(text) if is_block => {
            let is_html = form_of(text).0 == TextForm::Html;
            push_within(if is_html { "div" } else { "p" }, out, |out| push_text(text, out));
        }
        LiteralKind::Text(text) => push_text(text, out),
        LiteralKind::List => match react_element(tree, at) {
            Some((tag, props)) => push_react(tree, tag, props, is_block, depth, out),
            // A list within a list of blocks is none of them.
            None if is_block => {}
            None => {
                tree.children(at).for_each(|child| push_value(tree, child, false, depth + 1, out));
            }
        },
        LiteralKind::Object => match role_of(tree, at, is_block) {
            BlockRole::Element(tag) => {
                push_within(tag, out, |out| push_contents(tree, at, tag, depth, out));
            }
            BlockRole::Unknown if is_block => {
                push_within("div", out, |out| push_contents(tree, at, "p", depth, out));
            }
            BlockRole::Inline | BlockRole::Unknown => push_contents(tree, at, "", depth, out),
            BlockRole::Other => {}
        },
        LiteralKind::Number(_) | LiteralKind::Other => {}
    }
}

/// Adds what a function adds, between the tags of an element; nothing if it adds nothing.
fn push_within(tag: &str, out: &mut String, add: impl FnOnce(&mut String)) {
    let start = out.len();
    out.extend(["<", tag, ">"]);
    let contents = out.len();
    add(out);
    if out.get(contents..).is_some_and(|added| added.trim().is_empty()) {
        out.truncate(start);
    } else {
        out.extend(["</", tag, ">"]);
    }
}

fn push_text(text: &str, out: &mut String) {
    match form_of(text) {
        (TextForm::Html, html) => out.push_str(&html),
        (TextForm::Plain, _) => out.push_str(&escape_html(text)),
    }
}

/// Adds the text of an object: its string, or what is nested in it.
fn push_contents(tree: &LiteralTree, at: usize, tag: &str, depth: usize, out: &mut String) {
    let text = TEXT_NAMES.iter().find_map(|name| {
        let is_text = |child: &usize| is_named(tree, *child, &[name]);
        let child = tree.children(at).find(is_text)?;
        tree.text(child).filter(|text| !text.trim().is_empty())
    });
    if let Some(text) = text {
        push_text(text, out);
        return;
    }
    for child in tree.children(at).filter(|child| is_named(tree, *child, &NESTING_NAMES)) {
        match tree.get(child).map(|value| &value.kind) {
            Some(LiteralKind::Object) => push_contents_within(tree, child, tag, depth, out),
            Some(LiteralKind::List) => {
                for item in tree.children(child) {
                    // The texts of a list are its items.
                    if matches!(tag, "ul" | "ol") {
                        push_within("li", out, |out| push_value(tree, item, false, depth + 1, out));
                    } else {
                        push_value(tree, item, false, depth + 1, out);
                    }
                }
            }
            _ => {}
        }
    }
}

fn push_contents_within(tree: &LiteralTree, at: usize, tag: &str, depth: usize, out: &mut String) {
    if depth < MAX_DEPTH {
        push_contents(tree, at, tag, depth + 1, out);
    }
}

/// Whether the name of a value is one of these, in any case.
pub(super) fn is_named(tree: &LiteralTree, at: usize, names: &[&str]) -> bool {
    tree.get(at).is_some_and(|value| names.iter().any(|name| value.name.eq_ignore_ascii_case(name)))
}

fn role_of(tree: &LiteralTree, at: usize, is_block: bool) -> BlockRole {
    let kind = |names: &[&str]| {
        tree.children(at).find(|child| is_named(tree, *child, names)).and_then(|it| tree.text(it))
    };
    // The blocks of Portable Text have one type, and a style that says which.
    let style = kind(&["style"]).map(role_named);
    if let Some(BlockRole::Element(tag)) = style.filter(|role| *role != BlockRole::Element("p")) {
        return BlockRole::Element(tag);
    }
    if let Some(kind) = kind(&["listItem"]) {
        return BlockRole::Element(if kind.is_empty() { "p" } else { "li" });
    }
    let Some(name) = kind(&TYPE_NAMES).or_else(|| kind(&["name"])) else {
        return BlockRole::Unknown;
    };
    match role_named(name) {
        BlockRole::Inline if is_block => BlockRole::Element("p"),
        role => role,
    }
}

/// The role of a block with this name of its type, such as `core/paragraph`, `heading-2` or `BulletList`.
fn role_named(name: &str) -> BlockRole {
    let name = name.to_ascii_lowercase();
    let name = name.rsplit(['/', '.']).next().unwrap_or_default();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let others = [
        "image",
        "photo",
        "picture",
        "video",
        "audio",
        "embed",
        "gallery",
        "advert",
        "promo",
        "related",
        "newsletter",
        "divider",
        "button",
        "iframe",
        "caption",
        "signup",
        "teaser",
        "recirc",
        "widget",
        "slideshow",
        "media",
        "asset",
        "tweet",
        "instagram",
        "podcast",
    ];
    match name {
        "p" | "paragraph" | "block" | "unstyled" | "normal" => BlockRole::Element("p"),
        "h1" | "h2" | "header-two" | "header-one" => BlockRole::Element("h2"),
        "h3" | "h4" | "h5" | "h6" => BlockRole::Element("h3"),
        "li" | "bullet" => BlockRole::Element("li"),
        "ul" => BlockRole::Element("ul"),
        "ol" => BlockRole::Element("ol"),
        "ad" | "ads" | "hr" | "img" | "map" | "poll" | "link-list" | "figure" => BlockRole::Other,
        "text" | "span" | "a" | "link" | "hyperlink" | "strong" | "em" | "b" | "i" | "fragment"
        | "mark" | "code-inline" | "inlinecode" | "inline_code" => BlockRole::Inline,
        _ if has(&others) => BlockRole::Other,
        _ if has(&["list-item", "list_item", "listitem"]) => BlockRole::Element("li"),
        _ if has(&["ordered-list", "ordered_list", "orderedlist"]) && !has(&["unordered"]) => {
            BlockRole::Element("ol")
        }
        _ if has(&["list"]) => BlockRole::Element("ul"),
        _ if has(&["head", "subtitle"]) => BlockRole::Element("h2"),
        _ if has(&["quote"]) => BlockRole::Element("blockquote"),
        _ if has(&["code", "preformatted"]) => BlockRole::Element("pre"),
        _ if has(&["paragraph", "text"]) => BlockRole::Element("p"),
        _ => BlockRole::Unknown,
    }
}

/// Tag and properties of a React element, which server components send as `["$", tag, key, {..}]`.
fn react_element(tree: &LiteralTree, at: usize) -> Option<(&str, usize)> {
    let mut children = tree.children(at);
    if tree.text(children.next()?)? != "$" {
        return None;
    }
    let tag = tree.text(children.next()?)?;
    let is_object = |at: &usize| tree.get(*at).is_some_and(|it| it.kind == LiteralKind::Object);
    Some((tag, children.find(is_object)?))
}

fn push_react(
    tree: &LiteralTree,
    tag: &str,
    props: usize,
    is_block: bool,
    depth: usize,
    out: &mut String,
) {
    let known = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"];
    let inline = ["a", "b", "strong", "em", "i", "span", "code", "u", "sub", "sup", "mark", "abbr"];
    let contents = |out: &mut String| {
        for child in tree.children(props).filter(|child| is_named(tree, *child, &["children"])) {
            push_value(tree, child, false, depth + 1, out);
        }
    };
    match known.iter().find(|name| **name == tag) {
        Some(tag) => push_within(tag, out, contents),
        None if inline.contains(&tag) && !is_block => contents(out),
        // A list of sections is no list of paragraphs; the lists in them are looked at for themselves.
        None => {}
    }
}
