//! Sitemaps in XML.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use super::{ChangeFrequency, NewsItem, Sitemap, SitemapEntry, SitemapKind, W3cDate, resolve_url};
use crate::discover::xml::{
    self, XmlNamespace, attribute, malformed, namespace, text_of, unclosed,
};
use crate::discover::{AlternateLink, MAX_URL_BYTES, absolute_url};

/// Of images and of languages of one page; the limit of the images' extension.
const MAX_RELATED: usize = 1_000;

/// What the document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RootElement {
    Sitemap,
    Feed,
    Other,
}

/// What an open element is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SitemapRole {
    Root,
    Entry,
    News,
    Publication,
    Image,
    Field(SitemapField),
    /// Nothing that is read, with all in it.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SitemapField {
    Location,
    Modified,
    ChangeFrequency,
    Priority,
    ImageLocation,
    NewsTitle,
    NewsDate,
    PublicationName,
    PublicationLanguage,
}

/// The vocabulary of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SitemapVocabulary {
    Sitemap,
    News,
    Image,
    Xhtml,
    Other,
}

/// Reads a document that is a sitemap; of another it only says what it is.
pub(super) fn read(text: &str, base: &Url, sitemap: &mut Sitemap) -> RootElement {
    let mut reader = xml::reader(text);
    let mut state = SitemapParser::new(base);
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                sitemap.malformed = Some(malformed(&reader, &error));
                return state.root;
            }
        };
        match event {
            Event::Start(tag) => {
                let role = state.element_role(&reader, &tag, sitemap);
                if state.root != RootElement::Sitemap {
                    return state.root;
                }
                state.open(role);
            }
            Event::End(_) => {
                if !state.close(sitemap) {
                    return state.root;
                }
            }
            Event::Eof => {
                // A file that was cut at the limit ends anywhere.
                if !state.open.is_empty() && sitemap.truncated.is_none() {
                    sitemap.malformed = Some(unclosed(&reader));
                }
                return state.root;
            }
            other => {
                if let Some(text) = text_of(&other) {
                    state.add_text(&text);
                }
            }
        }
    }
}

struct SitemapParser<'a> {
    base: &'a Url,
    root: RootElement,
    open: Vec<SitemapRole>,
    /// The text of the field that is open, as far as it is within bounds.
    text: String,
    text_is_too_long: bool,
    location: Option<Url>,
    entry: EntryDetails,
}

/// What is known of an entry before it is known where it is.
#[derive(Default)]
struct EntryDetails {
    modified: Option<W3cDate>,
    change_frequency: Option<ChangeFrequency>,
    priority: Option<f32>,
    news: Option<NewsItem>,
    images: Vec<Url>,
    alternates: Vec<AlternateLink>,
}

impl<'a> SitemapParser<'a> {
    fn new(base: &'a Url) -> Self {
        Self {
            base,
            root: RootElement::Other,
            open: Vec::new(),
            text: String::new(),
            text_is_too_long: false,
            location: None,
            entry: EntryDetails::default(),
        }
    }

    fn element_role(
        &mut self,
        reader: &NsReader<&[u8]>,
        tag: &BytesStart<'_>,
        sitemap: &mut Sitemap,
    ) -> SitemapRole {
        let name = tag.local_name();
        let vocabulary = vocabulary(reader, tag);
        let Some(parent) = self.open.last() else {
            (self.root, sitemap.kind) = match name.as_ref() {
                "urlset" => (RootElement::Sitemap, SitemapKind::Urls),
                "sitemapindex" => (RootElement::Sitemap, SitemapKind::Index),
                "rss" | "feed" | "RDF" => (RootElement::Feed, SitemapKind::Unknown),
                _ => (RootElement::Other, SitemapKind::Unknown),
            };
            return SitemapRole::Root;
        };
        match (parent, vocabulary, name.as_ref()) {
            (SitemapRole::Root, SitemapVocabulary::Sitemap, "url" | "sitemap") => {
                SitemapRole::Entry
            }
            (SitemapRole::Entry, SitemapVocabulary::Sitemap, "loc") => {
                SitemapRole::Field(SitemapField::Location)
            }
            (SitemapRole::Entry, SitemapVocabulary::Sitemap, "lastmod") => {
                SitemapRole::Field(SitemapField::Modified)
            }
            (SitemapRole::Entry, SitemapVocabulary::Sitemap, "changefreq") => {
                SitemapRole::Field(SitemapField::ChangeFrequency)
            }
            (SitemapRole::Entry, SitemapVocabulary::Sitemap, "priority") => {
                SitemapRole::Field(SitemapField::Priority)
            }
            (SitemapRole::Entry, SitemapVocabulary::News, "news") => SitemapRole::News,
            (SitemapRole::News, SitemapVocabulary::News, "publication") => SitemapRole::Publication,
            (SitemapRole::News, SitemapVocabulary::News, "title") => {
                SitemapRole::Field(SitemapField::NewsTitle)
            }
            (SitemapRole::News, SitemapVocabulary::News, "publication_date") => {
                SitemapRole::Field(SitemapField::NewsDate)
            }
            (SitemapRole::Publication, SitemapVocabulary::News, "name") => {
                SitemapRole::Field(SitemapField::PublicationName)
            }
            (SitemapRole::Publication, SitemapVocabulary::News, "language") => {
                SitemapRole::Field(SitemapField::PublicationLanguage)
            }
            (SitemapRole::Entry, SitemapVocabulary::Image, "image") => SitemapRole::Image,
            (SitemapRole::Image, SitemapVocabulary::Image, "loc") => {
                SitemapRole::Field(SitemapField::ImageLocation)
            }
            (SitemapRole::Entry, SitemapVocabulary::Xhtml, "link") => {
                self.add_alternate(tag);
                SitemapRole::Other
            }
            _ => SitemapRole::Other,
        }
    }

    fn add_alternate(&mut self, tag: &BytesStart<'_>) {
        let is_alternate = attribute(tag, "rel").is_some_and(|rel| rel.trim() == "alternate");
        let (Some(hreflang), Some(href)) = (attribute(tag, "hreflang"), attribute(tag, "href"))
        else {
            return;
        };
        let url = absolute_url(&href);
        if let Some(url) = url.filter(|_| is_alternate && hreflang.len() <= 64)
            && self.entry.alternates.len() < MAX_RELATED
        {
            self.entry.alternates.push(AlternateLink { hreflang: hreflang.trim().to_owned(), url });
        }
    }

    fn open(&mut self, role: SitemapRole) {
        match role {
            SitemapRole::Entry => {
                self.location = None;
                self.entry = EntryDetails::default();
            }
            SitemapRole::News => self.entry.news = Some(NewsItem::default()),
            SitemapRole::Field(_) => {
                self.text.clear();
                self.text_is_too_long = false;
            }
            _ => {}
        }
        self.open.push(role);
    }

    fn add_text(&mut self, text: &str) {
        if !matches!(self.open.last(), Some(SitemapRole::Field(_))) {
            return;
        }
        let text = if self.text.is_empty() { text.trim_start() } else { text };
        // White space may follow the longest of URLs.
        if self.text.len() + text.trim_end().len() > MAX_URL_BYTES {
            self.text_is_too_long = true;
        } else {
            let room = MAX_URL_BYTES - self.text.len();
            self.text.push_str(if text.len() > room { text.trim_end() } else { text });
        }
    }

    /// False once there is no room for another entry.
    fn close(&mut self, sitemap: &mut Sitemap) -> bool {
        match self.open.pop() {
            Some(SitemapRole::Field(field)) if !self.text_is_too_long => self.set(field),
            Some(SitemapRole::Entry) => {
                let Some(url) = self.location.take() else {
                    sitemap.rejected += 1;
                    return true;
                };
                let EntryDetails { modified, change_frequency, priority, news, images, alternates } =
                    std::mem::take(&mut self.entry);
                return sitemap.push(SitemapEntry {
                    url,
                    modified,
                    change_frequency,
                    priority,
                    news,
                    images,
                    alternates,
                });
            }
            _ => {}
        }
        true
    }

    fn set(&mut self, field: SitemapField) {
        let text = self.text.trim();
        let entry = &mut self.entry;
        let news = |own: fn(&mut NewsItem) -> &mut Option<String>, entry: &mut EntryDetails| {
            if let Some(item) = entry.news.as_mut().filter(|_| !text.is_empty()) {
                *own(item) = Some(text.to_owned());
            }
        };
        match field {
            SitemapField::Location => self.location = resolve_url(self.base, text),
            SitemapField::Modified => entry.modified = W3cDate::parse(text),
            SitemapField::ChangeFrequency => entry.change_frequency = ChangeFrequency::parse(text),
            SitemapField::Priority => {
                entry.priority = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
            }
            SitemapField::ImageLocation => {
                if entry.images.len() < MAX_RELATED {
                    entry.images.extend(absolute_url(text));
                }
            }
            SitemapField::NewsTitle => news(|item| &mut item.title, entry),
            SitemapField::PublicationName => news(|item| &mut item.publication, entry),
            SitemapField::PublicationLanguage => news(|item| &mut item.language, entry),
            SitemapField::NewsDate => {
                if let Some(item) = &mut entry.news {
                    item.published = W3cDate::parse(text);
                }
            }
        }
    }
}

/// By the namespace's URI, whose version and scheme are often miswritten; where none is declared, by
/// the prefix that everybody uses.
fn vocabulary(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> SitemapVocabulary {
    match namespace(reader, tag) {
        XmlNamespace::None => SitemapVocabulary::Sitemap,
        XmlNamespace::Uri(uri) if uri.contains("schemas/sitemap-news/") => SitemapVocabulary::News,
        XmlNamespace::Uri(uri) if uri.contains("schemas/sitemap-image/") => {
            SitemapVocabulary::Image
        }
        XmlNamespace::Uri(uri) if uri.contains("w3.org/1999/xhtml") => SitemapVocabulary::Xhtml,
        XmlNamespace::Uri(uri) if uri.contains("schemas/sitemap/") => SitemapVocabulary::Sitemap,
        // A default namespace of the site's own making.
        XmlNamespace::Uri(_) if tag.name().prefix().is_none() => SitemapVocabulary::Sitemap,
        XmlNamespace::Uri(_) => SitemapVocabulary::Other,
        XmlNamespace::Undeclared(prefix) => match prefix.as_str() {
            "news" => SitemapVocabulary::News,
            "image" => SitemapVocabulary::Image,
            "xhtml" => SitemapVocabulary::Xhtml,
            _ => SitemapVocabulary::Other,
        },
    }
}
