//! Leaves of a feed what is read, before a parser sees it that was not made for strangers' input.
//!
//! feed-rs 3.0 panics on some names of authors (a character of more than one byte beside a mail
//! address) and on durations of more than twenty digits; nested `xml:base` make it hold text that
//! grows with the square of the feed (so its own resolving of URLs is not used either); and it gives up the whole feed for one odd attribute. None of
//! this is in the dozen elements and attributes that say which pages there are. The rest never
//! reaches it: what it gets is well-formed, four levels deep at most, and without entities.

use quick_xml::NsReader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::MAX_FEED_ENTRIES;
use crate::discover::xml::{
    self, MalformedXml, XmlNamespace, attribute_value, attributes, malformed, namespace, text_of,
    unclosed,
};

/// No field is longer than this; what follows is cut.
const MAX_FIELD_BYTES: usize = 4_096;

/// Of the links of a feed, or of an entry, those that follow are left out.
const MAX_LINKS_EACH: usize = 64;

/// What is left of a feed.
#[derive(Debug, Default)]
pub(super) struct ReducedFeed {
    pub(super) xml: String,
    /// The `xml:base` of the root.
    pub(super) base: Option<String>,
    pub(super) malformed: Option<MalformedXml>,
    pub(super) has_more_entries: bool,
}

/// What an element that is kept may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FeedElement {
    Root,
    Channel,
    Entry,
    Field,
}

#[derive(Default)]
struct FeedReducer {
    reduced: ReducedFeed,
    /// The elements that are kept and open, with their names.
    open: Vec<(FeedElement, &'static str)>,
    /// How many elements are open within what is not kept; in a field their text is.
    skipped: usize,
    field_bytes: usize,
    /// How many links the open entry has, or the feed.
    links: usize,
    entries: usize,
}

/// Leaves out what is not read; none if it is not a feed.
pub(super) fn reduce(text: &str) -> Option<ReducedFeed> {
    let mut reader = xml::reader(text);
    let mut writer = FeedReducer::default();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                writer.reduced.malformed = Some(malformed(&reader, &error));
                break;
            }
        };
        match event {
            Event::Start(tag) => {
                if writer.skipped > 0 || !writer.start(&reader, &tag)? {
                    writer.skipped += 1;
                }
                if writer.reduced.has_more_entries {
                    break;
                }
            }
            Event::End(_) if writer.skipped > 0 => writer.skipped -= 1,
            Event::End(_) => {
                writer.end();
                if writer.open.is_empty() {
                    break;
                }
            }
            Event::Eof => {
                writer.reduced.malformed = Some(unclosed(&reader));
                break;
            }
            other => {
                if let Some(text) = text_of(&other) {
                    writer.text(&text);
                }
            }
        }
    }
    while !writer.open.is_empty() {
        writer.end();
    }
    (!writer.reduced.xml.is_empty()).then_some(writer.reduced)
}

impl FeedReducer {
    /// Writes a start tag if its element is kept; none if the root is that of no feed.
    fn start(&mut self, reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Option<bool> {
        let local = tag.local_name();
        let Some((parent, _)) = self.open.last().copied() else {
            self.root(local.as_ref(), tag)?;
            return Some(true);
        };
        let Some(mut prefix) = prefix(reader, tag) else { return Some(false) };
        // Atom in which every element has a prefix.
        if prefix == "atom" && self.open.first().is_some_and(|(_, root)| *root == "feed") {
            prefix = "";
        }
        let (kind, name) = match (parent, prefix, local.as_ref()) {
            (FeedElement::Root, "", "channel") => (FeedElement::Channel, "channel"),
            // In RSS 1.0 beside the channel.
            (FeedElement::Root | FeedElement::Channel, "", "item") => (FeedElement::Entry, "item"),
            (FeedElement::Root, "", "entry") => (FeedElement::Entry, "entry"),
            (FeedElement::Field, ..) => return Some(false),
            (_, "", "title") => (FeedElement::Field, "title"),
            (_, "", "link") => (FeedElement::Field, "link"),
            (_, "atom", "link") => (FeedElement::Field, "atom:link"),
            (FeedElement::Entry, "", "id") => (FeedElement::Field, "id"),
            (FeedElement::Entry, "", "guid") => (FeedElement::Field, "guid"),
            (FeedElement::Entry, "", "published") => (FeedElement::Field, "published"),
            (FeedElement::Entry, "", "pubDate") => (FeedElement::Field, "pubDate"),
            (FeedElement::Entry, "", "updated") => (FeedElement::Field, "updated"),
            (FeedElement::Entry, "atom", "updated") => (FeedElement::Field, "atom:updated"),
            (FeedElement::Entry, "dc", "date") => (FeedElement::Field, "dc:date"),
            _ => return Some(false),
        };
        if kind == FeedElement::Entry {
            self.entries += 1;
            if self.entries > MAX_FEED_ENTRIES {
                self.reduced.has_more_entries = true;
                return Some(false);
            }
        }
        match kind {
            FeedElement::Field if name.ends_with("link") => self.links += 1,
            FeedElement::Field => {}
            _ => self.links = 0,
        }
        if self.links > MAX_LINKS_EACH {
            return Some(false);
        }
        self.field_bytes = 0;
        let xml = &mut self.reduced.xml;
        xml.push('<');
        xml.push_str(name);
        if name.ends_with("link") {
            for attribute in attributes(tag) {
                let own = attribute.key.into_inner();
                let value = attribute_value(&attribute);
                if ["href", "rel"].contains(&own) && value.len() <= MAX_FIELD_BYTES {
                    push_attribute(xml, own, &value);
                }
            }
        }
        xml.push('>');
        self.open.push((kind, name));
        Some(true)
    }

    /// Writes the root as the parser wants it, whatever version it claims to be.
    fn root(&mut self, name: &str, tag: &BytesStart<'_>) -> Option<()> {
        let (name, start) = match name {
            "rss" => ("rss", "<rss version=\"2.0\""),
            "RDF" => ("RDF", "<RDF"),
            "feed" => ("feed", "<feed"),
            _ => return None,
        };
        let base = attributes(tag).find(|attribute| attribute.key.into_inner() == "xml:base");
        self.reduced.base = base.map(|base| attribute_value(&base));
        let xml = &mut self.reduced.xml;
        xml.push_str(start);
        if name != "feed" {
            push_attribute(xml, "xmlns:atom", "http://www.w3.org/2005/Atom");
        }
        push_attribute(xml, "xmlns:dc", "http://purl.org/dc/elements/1.1/");
        xml.push('>');
        self.open.push((FeedElement::Root, name));
        Some(())
    }

    fn text(&mut self, text: &str) {
        if !matches!(self.open.last(), Some((FeedElement::Field, _))) {
            return;
        }
        let room = MAX_FIELD_BYTES - self.field_bytes;
        let text = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
        self.field_bytes += text.len();
        // XML has no way to write other controls, and titles need none.
        let is_writable = |c: &char| !c.is_control() || c.is_whitespace();
        let text: String = text.chars().filter(is_writable).collect();
        self.reduced.xml.push_str(&escape(text.as_str()));
    }

    fn end(&mut self) {
        if let Some((_, name)) = self.open.pop() {
            self.reduced.xml.push_str("</");
            self.reduced.xml.push_str(name);
            self.reduced.xml.push('>');
        }
    }
}

fn push_attribute(xml: &mut String, name: &str, value: &str) {
    xml.push(' ');
    xml.push_str(name);
    xml.push_str("=\"");
    xml.push_str(&escape(value));
    xml.push('"');
}

/// The prefix that the vocabulary of an element has in what is written; none if it is not read.
fn prefix(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Option<&'static str> {
    let has_prefix = tag.name().prefix().is_some();
    match namespace(reader, tag) {
        XmlNamespace::None => Some(""),
        XmlNamespace::Uri(uri) if uri.contains("purl.org/dc/") => Some("dc"),
        XmlNamespace::Uri(uri) if uri.contains("w3.org/2005/Atom") && has_prefix => Some("atom"),
        XmlNamespace::Uri(uri) if uri.contains("purl.org/rss/1.0/modules") => None,
        XmlNamespace::Uri(uri) if uri.contains("purl.org/rss/") => Some(""),
        // Each format is the default of its own documents.
        XmlNamespace::Uri(_) => (!has_prefix).then_some(""),
        XmlNamespace::Undeclared(prefix) => match prefix.as_str() {
            "dc" => Some("dc"),
            "atom" => Some("atom"),
            _ => None,
        },
    }
}
