//! The one pass over the tree: everything that may hold a fact, found but not yet judged.

use ego_tree::NodeRef;
use html5ever::{LocalName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, Node};

use super::names::{self, Field};

/// How many of each kind are kept; listing pages have thousands of dates and names.
const MAX_OF_A_KIND: usize = 200;
/// Nodes after a headline in which short texts are noted.
const NEAR_HEADLINE: usize = 400;
/// Bytes of a text that can still be a byline or a date.
const MAX_SHORT_TEXT: usize = 120;

/// An element and its place in document order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// The element.
    pub node: NodeRef<'a, Node>,
    /// Its number in document order.
    pub at: usize,
}

/// A named value: of a `<meta>`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// What it speaks of.
    pub field: Field,
    /// How far it is trusted; less is better.
    pub rank: u8,
    /// What it says.
    pub value: &'a str,
}

/// Everything on a page that may hold a fact, in document order.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// `<html lang>`.
    pub html_lang: Option<&'a str>,
    /// `<base href>`.
    pub base: Option<&'a str>,
    /// The text of the first `<title>`.
    pub title: Option<&'a str>,
    /// `<meta>` by name, property and http-equiv.
    pub metas: Vec<Named<'a>>,
    /// `twitter:label1` and its kin: a label and what it labels.
    pub labels: Vec<(&'a str, &'a str)>,
    /// The texts of `<script type="application/ld+json">`.
    pub scripts: Vec<&'a str>,
    /// `<link rel=canonical>`.
    pub canonical: Option<&'a str>,
    /// `rel=license`.
    pub license: Option<&'a str>,
    /// `<h1>`.
    pub headings: Vec<Spot<'a>>,
    /// Elements with `itemprop`.
    pub props: Vec<(Field, Spot<'a>)>,
    /// `<a rel=author>` and `<address>`.
    pub author_links: Vec<Spot<'a>>,
    /// Elements whose class, id or test id speaks of an author.
    pub bylines: Vec<Spot<'a>>,
    /// `<time>`.
    pub times: Vec<Spot<'a>>,
    /// Elements whose class or id speaks of a date.
    pub dates: Vec<Spot<'a>>,
    /// Short texts shortly after a headline.
    pub texts: Vec<(usize, &'a str, NodeRef<'a, Node>)>,
}

impl<'a> Found<'a> {
    /// Passes once over the nodes in the order in which the parser made them, which is document
    /// order but for what the parser had to move out of tables.
    pub(super) fn collect(document: &'a Html) -> Self {
        let mut found = Self::default();
        let mut label_parts: Vec<(&str, &str)> = Vec::new();
        let mut near = 0_usize;
        for (at, node) in document.tree.nodes().enumerate() {
            match node.value() {
                Node::Element(element) => {
                    if found.element(element, Spot { node, at }, &mut label_parts) {
                        near = at + NEAR_HEADLINE;
                    }
                }
                Node::Text(text) if at < near && text.len() <= MAX_SHORT_TEXT => {
                    if found.texts.len() < MAX_OF_A_KIND && may_matter(text) {
                        found.texts.push((at, text, node));
                    }
                }
                _ => {}
            }
        }
        for (name, label) in label_parts.iter().filter(|(name, _)| name.contains("label")) {
            let data = name.replace("label", "data");
            if let Some((_, value)) = label_parts.iter().find(|(name, _)| *name == data) {
                found.labels.push((label, value));
            }
        }
        found
    }

    /// The values of a field with the lowest rank, in document order.
    pub(super) fn best(&self, field: Field) -> impl Iterator<Item = &'a str> {
        let rank = self.of(field).map(|named| named.rank).min();
        self.of(field).filter(move |named| Some(named.rank) == rank).map(|named| named.value)
    }

    /// The first value of a field with the lowest rank.
    pub(super) fn first(&self, field: Field) -> Option<&'a str> {
        self.best(field).next()
    }

    /// All values of a field, in document order.
    pub(super) fn of(&self, field: Field) -> impl Iterator<Item = Named<'a>> {
        self.metas.iter().filter(move |named| named.field == field).copied()
    }

    /// Notes an element; says whether it is a headline.
    fn element(
        &mut self,
        element: &'a Element,
        spot: Spot<'a>,
        labels: &mut Vec<(&'a str, &'a str)>,
    ) -> bool {
        match element.name.local {
            local_name!("html") => {
                self.html_lang = self.html_lang.or(attr(element, &local_name!("lang")))
            }
            local_name!("base") => self.base = self.base.or(attr(element, &local_name!("href"))),
            local_name!("title") if element.name.ns == ns!(html) => {
                if self.title.is_none() {
                    self.title = only_text(spot.node);
                }
            }
            local_name!("meta") => self.meta(element, spot, labels),
            local_name!("link") => self.link(element),
            local_name!("script") => self.script(element, spot.node),
            local_name!("h1") => {
                push(&mut self.headings, spot);
                self.attributes(element, spot);
                return true;
            }
            local_name!("time") => {
                push(&mut self.times, spot);
                self.attributes(element, spot);
            }
            local_name!("body")
            | local_name!("style")
            | local_name!("path")
            | local_name!("svg")
            | local_name!("img")
            | local_name!("option") => {}
            _ => self.attributes(element, spot),
        }
        false
    }

    fn meta(&mut self, element: &'a Element, spot: Spot<'a>, labels: &mut Vec<(&'a str, &'a str)>) {
        let Some(value) = attr(element, &local_name!("content")) else { return };
        if value.trim().is_empty() || self.metas.len() >= MAX_OF_A_KIND {
            return;
        }
        for (name, key) in &element.attrs {
            if !matches!(
                name.local,
                local_name!("name")
                    | local_name!("property")
                    | local_name!("http-equiv")
                    | local_name!("itemprop")
            ) {
                continue;
            }
            for word in key.split_ascii_whitespace().take(4) {
                if name.local == local_name!("itemprop") {
                    if let Some(field) = names::microdata(word) {
                        push(&mut self.props, (field, spot));
                    }
                } else if let Some((field, rank)) = names::meta(word) {
                    self.metas.push(Named { field, rank, value });
                } else if word.starts_with("twitter:label") || word.starts_with("twitter:data") {
                    labels.push((word, value));
                }
            }
        }
    }

    fn link(&mut self, element: &'a Element) {
        let Some(href) = attr(element, &local_name!("href")) else { return };
        for word in attr(element, &local_name!("rel")).unwrap_or_default().split_ascii_whitespace()
        {
            match word.to_ascii_lowercase().as_str() {
                "canonical" => self.canonical = self.canonical.or(Some(href)),
                "license" => self.license = self.license.or(Some(href)),
                _ => {}
            }
        }
    }

    fn script(&mut self, element: &'a Element, node: NodeRef<'a, Node>) {
        let kind = attr(element, &local_name!("type")).unwrap_or_default();
        if kind.trim().to_ascii_lowercase().starts_with("application/ld+json") {
            if let Some(text) = only_text(node) {
                push(&mut self.scripts, text);
            }
        }
    }

    /// What the attributes of any element say of it.
    fn attributes(&mut self, element: &'a Element, spot: Spot<'a>) {
        let (mut author, mut date) = (false, false);
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("itemprop") => {
                    for word in value.split_ascii_whitespace().take(4) {
                        if let Some(field) = names::microdata(word) {
                            push(&mut self.props, (field, spot));
                        }
                    }
                }
                local_name!("rel") => {
                    for word in value.split_ascii_whitespace().take(8) {
                        if word.eq_ignore_ascii_case("author") {
                            push(&mut self.author_links, spot);
                        } else if word.eq_ignore_ascii_case("license") {
                            self.license = self.license.or(attr(element, &local_name!("href")));
                        }
                    }
                }
                local_name!("class") | local_name!("id") => {
                    let hint = hint(value);
                    author |= hint.author;
                    date |= hint.date;
                }
                _ if name.local.starts_with("data-") && name.local.len() <= 14 => {
                    if matches!(&*name.local, "data-testid" | "data-component" | "data-qa") {
                        let hint = hint(value);
                        author |= hint.author;
                        date |= hint.date;
                    }
                }
                _ => {}
            }
        }
        if author || element.name.local == local_name!("address") {
            push(&mut self.bylines, spot);
        }
        if date && element.name.local != local_name!("time") {
            push(&mut self.dates, spot);
        }
    }
}

/// The value of an attribute.
pub(super) fn attr<'a>(element: &'a Element, name: &LocalName) -> Option<&'a str> {
    element.attrs.iter().find(|(known, _)| known.local == *name).map(|(_, value)| &**value)
}

/// The first text directly inside an element.
fn only_text<'a>(node: NodeRef<'a, Node>) -> Option<&'a str> {
    node.children().find_map(|child| child.value().as_text().map(|text| &**text))
}

fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_OF_A_KIND {
        list.push(item);
    }
}

/// Whether a short text can be a date or a byline: it has two digits, or begins with a capital or
/// the word "by".
fn may_matter(text: &str) -> bool {
    let text = text.trim_start();
    text.bytes().filter(u8::is_ascii_digit).nth(1).is_some()
        || text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("by"))
        || text.len() > 2 && text.chars().next().is_some_and(char::is_uppercase)
}

#[derive(Clone, Copy, Default)]
struct Hint {
    author: bool,
    date: bool,
}

/// What a class or id speaks of. Written out byte by byte: it runs on every class of every page.
fn hint(value: &str) -> Hint {
    let mut hint = Hint::default();
    let bytes = value.as_bytes();
    let at = |start: usize, word: &[u8]| {
        bytes.get(start..start + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    for (start, byte) in bytes.iter().enumerate() {
        match byte.to_ascii_lowercase() {
            b'a' => {
                hint.author |= (at(start, b"author") && !at(start, b"authori"))
                    || at(start, b"autor")
                    || at(start, b"auteur");
            }
            b'b' => hint.author |= at(start, b"byline"),
            b'c' => hint.author |= at(start, b"contributor") || at(start, b"creator"),
            b'd' => hint.date |= at(start, b"date") || at(start, b"datum"),
            b'f' => hint.date |= at(start, b"fecha"),
            b'p' => hint.date |= at(start, b"publish") || at(start, b"posted"),
            b't' => hint.date |= at(start, b"time"),
            b'w' => hint.author |= at(start, b"writer") || at(start, b"written"),
            _ => {}
        }
        if hint.author && hint.date {
            break;
        }
    }
    if hint.date && value.len() < 400 {
        // "update" alone says nothing of publication, but its element often holds both dates.
        hint.date = !value.eq_ignore_ascii_case("timeline");
    }
    hint
}
