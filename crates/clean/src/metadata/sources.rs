//! One pass over the tree collects everything that may contain a fact, without judging it.

use ego_tree::NodeRef;
use html5ever::{LocalName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, Node};

use super::author;
use super::hints::{HintCache, MAX_URL, PERSON_URLS};
use super::names::{self, MetadataField};
use super::text::head;

/// Maximum number of each kind. Listing pages have thousands of dates and names.
const MAX_PER_KIND: usize = 200;
/// Maximum number of short texts.
const MAX_TEXTS: usize = 600;
/// Short texts are collected within this many nodes after a headline.
const NEAR_HEADLINE: usize = 600;
/// An address is that of the author within this many nodes after a headline.
const NEAR_ADDRESS: usize = 100;
/// A name is at most this many nodes after a text such as "written by".
pub(super) const AFTER_LABEL: usize = 16;
/// Maximum length of a byline or a date, in bytes.
const MAX_SHORT_TEXT: usize = 120;

/// An element and its position in document order.
#[derive(Clone, Copy, Debug)]
pub(super) struct ElementSpot<'a> {
    /// The element.
    pub node: NodeRef<'a, Node>,
    /// Its number in document order.
    pub at: usize,
}

/// A text and its position in document order.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortText<'a> {
    /// The text.
    pub text: &'a str,
    /// Its text node.
    pub node: NodeRef<'a, Node>,
    /// Its number in document order.
    pub at: usize,
}

/// The value of a `<meta>`.
#[derive(Clone, Copy, Debug)]
pub(super) struct MetaValue<'a> {
    /// The field that it belongs to.
    pub field: MetadataField,
    /// How far it is trusted: the lowest rank first.
    pub rank: u8,
    /// The value.
    pub value: &'a str,
}

/// Everything on a page that may contain a fact, in document order.
#[derive(Debug, Default)]
pub(super) struct MetadataSources<'a> {
    /// `<html lang>`.
    pub html_lang: Option<&'a str>,
    /// `<base href>`.
    pub base: Option<&'a str>,
    /// The text of the first `<title>`.
    pub title: Option<&'a str>,
    /// `<meta>` by name, property and http-equiv.
    pub metas: Vec<MetaValue<'a>>,
    /// `twitter:label1` and `twitter:data1`, and so on: labels and their values.
    pub labels: Vec<(&'a str, &'a str)>,
    /// `<meta name=parsely-page>`: a JSON object.
    pub parsely: Option<&'a str>,
    /// What other `<meta>` say about who published the page: `copyright` and the like.
    pub publishers: Vec<&'a str>,
    /// The texts of `<script type="application/ld+json">`.
    pub scripts: Vec<&'a str>,
    /// `<link rel=canonical>`.
    pub canonical: Option<&'a str>,
    /// `rel=license`.
    pub license: Option<&'a str>,
    /// `<h1>`.
    pub headings: Vec<ElementSpot<'a>>,
    /// Elements with `itemprop`, or with `property` of `RDFa`.
    pub props: Vec<(MetadataField, ElementSpot<'a>)>,
    /// `<a rel=author>`.
    pub author_links: Vec<ElementSpot<'a>>,
    /// Links to the page of a person, by their URL.
    pub person_links: Vec<ElementSpot<'a>>,
    /// Elements with an author word in their class, id or test id.
    pub bylines: Vec<ElementSpot<'a>>,
    /// `<time>`.
    pub times: Vec<ElementSpot<'a>>,
    /// Elements with a date word in their class or id.
    pub dates: Vec<ElementSpot<'a>>,
    /// Short texts that may be a byline: soon after a headline, or with "written by" in them.
    pub texts: Vec<ShortText<'a>>,
    /// Short texts with a year in them.
    pub dated: Vec<ShortText<'a>>,
}

impl<'a> MetadataSources<'a> {
    /// Visits every node once, in the order in which the parser made them. That is document order
    /// except for what the parser moved out of tables.
    pub(super) fn collect(document: &'a Html) -> Self {
        let mut found = Self::default();
        let mut label_parts: Vec<(&str, &str)> = Vec::new();
        let mut hints = HintCache::new();
        let mut near = 0_usize;
        for (at, node) in document.tree.nodes().enumerate() {
            match node.value() {
                Node::Element(element)
                    if found.element(
                        element,
                        ElementSpot { node, at },
                        &mut label_parts,
                        &mut hints,
                    ) =>
                {
                    near = at + NEAR_HEADLINE;
                }
                Node::Text(text) if text.len() <= MAX_SHORT_TEXT => {
                    let short = ShortText { text, node, at };
                    if has_year(text) {
                        push(&mut found.dated, short);
                    }
                    if introduces_author(text) {
                        // The name may be in the next text.
                        near = near.max(at + AFTER_LABEL);
                    }
                    if at < near && may_be_byline(text) && found.texts.len() < MAX_TEXTS {
                        found.texts.push(short);
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
    pub(super) fn best(&self, field: MetadataField) -> impl Iterator<Item = &'a str> {
        let rank = self.values_of(field).map(|named| named.rank).min();
        self.values_of(field).filter(move |named| Some(named.rank) == rank).map(|named| named.value)
    }

    /// The first value of a field with the lowest rank.
    pub(super) fn first(&self, field: MetadataField) -> Option<&'a str> {
        self.best(field).next()
    }

    /// All values of a field, in document order.
    pub(super) fn values_of(&self, field: MetadataField) -> impl Iterator<Item = MetaValue<'a>> {
        self.metas.iter().filter(move |named| named.field == field).copied()
    }

    /// Collects an element. Returns whether a headline or the content begins here.
    fn element(
        &mut self,
        element: &'a Element,
        spot: ElementSpot<'a>,
        labels: &mut Vec<(&'a str, &'a str)>,
        hints: &mut HintCache<'a>,
    ) -> bool {
        match element.name.local {
            local_name!("html") => {
                self.html_lang = self.html_lang.or(attr(element, &local_name!("lang")));
            }
            local_name!("base") => self.base = self.base.or(attr(element, &local_name!("href"))),
            // Drawings in SVG have `<title>` elements too.
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
                self.attributes(element, spot, hints);
                return true;
            }
            local_name!("article") | local_name!("main") => {
                self.attributes(element, spot, hints);
                return true;
            }
            _ if is_time(element) => {
                push(&mut self.times, spot);
                self.attributes(element, spot, hints);
            }
            // The classes of `<body>` list the widgets of the page; the others contain no bylines.
            local_name!("body")
            | local_name!("style")
            | local_name!("path")
            | local_name!("svg")
            | local_name!("img")
            | local_name!("button")
            | local_name!("option") => {}
            local_name!("a") => {
                let href = attr(element, &local_name!("href")).unwrap_or_default();
                if PERSON_URLS.any(head(href, MAX_URL), |_, _| true) || is_account_url(href) {
                    push(&mut self.person_links, spot);
                }
                self.attributes(element, spot, hints);
            }
            _ => self.attributes(element, spot, hints),
        }
        false
    }

    fn meta(
        &mut self,
        element: &'a Element,
        spot: ElementSpot<'a>,
        labels: &mut Vec<(&'a str, &'a str)>,
    ) {
        let Some(value) = attr(element, &local_name!("content")) else { return };
        if value.trim().is_empty() || self.metas.len() >= MAX_PER_KIND {
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
                    self.metas.push(MetaValue { field, rank, value });
                } else if let Some(field) = names::rdfa(word) {
                    push(&mut self.props, (field, spot));
                } else if word.eq_ignore_ascii_case("parsely-page") {
                    self.parsely = self.parsely.or(Some(value));
                } else if names::is_publisher(word) {
                    push(&mut self.publishers, value);
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
        if kind.trim().to_ascii_lowercase().starts_with("application/ld+json")
            && let Some(text) = only_text(node)
        {
            push(&mut self.scripts, text);
        }
    }

    /// What the attributes of an element say about it, whatever its name is.
    fn attributes(
        &mut self,
        element: &'a Element,
        spot: ElementSpot<'a>,
        hints: &mut HintCache<'a>,
    ) {
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
                local_name!("property") => {
                    for word in value.split_ascii_whitespace().take(4) {
                        if let Some(field) = names::rdfa(word) {
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
                // The id of a heading is made of its words.
                local_name!("id") if is_heading(element) => {}
                local_name!("class") | local_name!("id") => {
                    let hint = hints.look_up(value);
                    // `author-description` says what somebody is like.
                    author |= hint.author && !value.contains("descri");
                    date |= hint.date;
                }
                // `data-component`, the longest of the three, has 14 bytes.
                _ if name.local.starts_with("data-") && name.local.len() <= 14 => {
                    if matches!(&*name.local, "data-testid" | "data-component" | "data-qa") {
                        let hint = hints.look_up(value);
                        author |= hint.author;
                        date |= hint.date;
                    }
                }
                _ => {}
            }
        }
        // `<address>` below a headline says who wrote the article; elsewhere it is any address.
        author |= element.name.local == local_name!("address")
            && self.headings.last().is_some_and(|last| spot.at - last.at < NEAR_ADDRESS);
        if author {
            push(&mut self.bylines, spot);
        }
        if date && !is_time(element) {
            push(&mut self.dates, spot);
        }
    }
}

/// The headline of a page whose headline is not an `<h1>`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OtherHeadline<'a> {
    /// The first smaller heading that equals the title.
    pub heading: Option<ElementSpot<'a>>,
    /// The first text before it that does.
    pub text: Option<ElementSpot<'a>>,
}

/// Finds where the title stands on the page.
pub(super) fn find_headline<'a>(document: &'a Html, title: &str) -> OtherHeadline<'a> {
    let parent_is = |node: NodeRef<'_, Node>, is: fn(&LocalName) -> bool| {
        node.ancestors().take(2).any(|around| {
            around.value().as_element().is_some_and(|element| is(&element.name.local))
        })
    };
    let mut found = OtherHeadline::default();
    for (at, node) in document.tree.nodes().enumerate() {
        if node.value().as_text().is_none_or(|text| text.trim() != title)
            || parent_is(node, |name| {
                matches!(
                    *name,
                    local_name!("title") | local_name!("script") | local_name!("option")
                )
            })
        {
            continue;
        }
        let spot = ElementSpot { node, at };
        let is_heading = parent_is(node, |name| {
            matches!(
                *name,
                local_name!("h2") | local_name!("h3") | local_name!("h4") | local_name!("legend")
            )
        });
        if is_heading {
            found.heading = Some(spot);
            break;
        }
        found.text = found.text.or(Some(spot));
    }
    found
}

fn is_heading(element: &Element) -> bool {
    matches!(
        element.name.local,
        local_name!("h2") | local_name!("h3") | local_name!("h4") | local_name!("h5")
    )
}

/// Whether a URL is that of a person on a site of many writers, or of this site.
fn is_account_url(href: &str) -> bool {
    href.starts_with("/@") || head(href, MAX_URL).contains("substack.com/@")
}

/// Whether an element is `<time>`, or one of those that scripts put in its place.
pub(super) fn is_time(element: &Element) -> bool {
    element.name.local == local_name!("time")
        || matches!(&*element.name.local, "relative-time" | "time-ago" | "local-time")
}

/// The value of an attribute.
pub(super) fn attr<'a>(element: &'a Element, name: &LocalName) -> Option<&'a str> {
    element.attrs.iter().find(|(known, _)| known.local == *name).map(|(_, value)| &**value)
}

/// The first text that is a direct child of an element.
fn only_text(node: NodeRef<'_, Node>) -> Option<&str> {
    node.children().find_map(|child| child.value().as_text().map(|text| &**text))
}

fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_PER_KIND {
        list.push(item);
    }
}

/// Maximum length of a label such as "Author:", in bytes.
const MAX_AUTHOR_LABEL: usize = 24;
/// Maximum length of a label without a colon, such as "Autorin/Autor", in bytes.
const MAX_AUTHOR_WORD: usize = 16;
/// Maximum length of a credit such as "Author: Ada Quill", in bytes.
const MAX_CREDIT: usize = 80;

/// Beginnings of texts that introduce an author.
const INTRODUCTIONS: &[&str] = &[
    "written by",
    "posted by",
    "posted on",
    "published on",
    "submitted by",
    "submitted on",
    "all articles by",
    "all posts by",
    "more articles by",
    "more posts by",
];

/// Whether a text says "written by", or is only "by" or "Author:". Such a text counts anywhere on
/// the page. It runs on every short text of every page, so what is cheap comes first.
fn introduces_author(text: &str) -> bool {
    let text = text.trim();
    let Some(first) = text.bytes().next() else { return false };
    let begins = |mark: &str| text.get(..mark.len()).is_some_and(|t| t.eq_ignore_ascii_case(mark));
    match first.to_ascii_lowercase() {
        b'b' if begins("by ") && author::has_prefix(text) => return true,
        b'a' | b'm' | b'p' | b's' | b'w' if INTRODUCTIONS.iter().any(|mark| begins(mark)) => {
            return true;
        }
        _ => {}
    }
    let ends_label = text.ends_with([':', '：', ')'])
        || text
            .len()
            .checked_sub(2)
            .and_then(|at| text.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case("by"));
    let is_word =
        text.len() <= MAX_AUTHOR_WORD && matches!(first, b'A' | b'a' | b'T' | b'V' | 0x80..);
    (ends_label || is_word) && text.len() <= MAX_AUTHOR_LABEL && author::is_label(text)
        || text.len() <= MAX_CREDIT && text.contains([':', '：']) && author::has_prefix(text)
}

/// Whether a short text can be a name or introduce one.
fn may_be_byline(text: &str) -> bool {
    let text = text.trim_start();
    let first = text.chars().next().unwrap_or_default();
    // A byline may begin with its date.
    text.len() > 1 && (first.is_alphabetic() || first.is_ascii_digit() && has_year(text))
}

/// Whether a text contains a year of this or the last decades.
fn has_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'1', b'2', bytes).any(|at| match bytes.get(at..at + 4) {
        Some([b'1', b'9', b'9', year]) => year.is_ascii_digit(),
        Some([b'2', b'0', decade, year]) => decade.is_ascii_digit() && year.is_ascii_digit(),
        _ => false,
    })
}
