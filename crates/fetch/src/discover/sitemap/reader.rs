//! Sitemaps in XML.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use super::{ChangeFrequency, NewsItem, Sitemap, SitemapEntry, SitemapKind, W3cDate, resolve};
use crate::discover::xml::{self, Namespace, attribute, malformed, namespace, text_of, unclosed};
use crate::discover::{Alternate, MAX_URL_BYTES, absolute};

/// Of images and of languages of one page; the limit of the images' extension.
const MAX_RELATED: usize = 1_000;

/// What the document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Sitemap,
    Feed,
    Other,
}

/// What an open element is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Root,
    Entry,
    News,
    Publication,
    Image,
    Field(Field),
    /// Nothing that is read, with all in it.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
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
enum Vocabulary {
    Sitemap,
    News,
    Image,
    Xhtml,
    Other,
}

/// Reads a document that is a sitemap; of another it only says what it is.
pub(super) fn read(text: &str, base: &Url, sitemap: &mut Sitemap) -> Root {
    let mut reader = xml::reader(text);
    let mut state = State::new(base);
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
                let role = state.role_of(&reader, &tag, sitemap);
                if state.root != Root::Sitemap {
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

struct State<'a> {
    base: &'a Url,
    root: Root,
    open: Vec<Role>,
    /// The text of the field that is open, as far as it is within bounds.
    text: String,
    text_is_too_long: bool,
    location: Option<Url>,
    entry: Details,
}

/// What is known of an entry before it is known where it is.
#[derive(Default)]
struct Details {
    modified: Option<W3cDate>,
    change_frequency: Option<ChangeFrequency>,
    priority: Option<f32>,
    news: Option<NewsItem>,
    images: Vec<Url>,
    alternates: Vec<Alternate>,
}

impl<'a> State<'a> {
    fn new(base: &'a Url) -> Self {
        Self {
            base,
            root: Root::Other,
            open: Vec::new(),
            text: String::new(),
            text_is_too_long: false,
            location: None,
            entry: Details::default(),
        }
    }

    fn role_of(
        &mut self,
        reader: &NsReader<&[u8]>,
        tag: &BytesStart<'_>,
        sitemap: &mut Sitemap,
    ) -> Role {
        let name = tag.local_name();
        let vocabulary = vocabulary(reader, tag);
        let Some(parent) = self.open.last() else {
            (self.root, sitemap.kind) = match name.as_ref() {
                "urlset" => (Root::Sitemap, SitemapKind::Urls),
                "sitemapindex" => (Root::Sitemap, SitemapKind::Index),
                "rss" | "feed" | "RDF" => (Root::Feed, SitemapKind::Unknown),
                _ => (Root::Other, SitemapKind::Unknown),
            };
            return Role::Root;
        };
        match (parent, vocabulary, name.as_ref()) {
            (Role::Root, Vocabulary::Sitemap, "url" | "sitemap") => Role::Entry,
            (Role::Entry, Vocabulary::Sitemap, "loc") => Role::Field(Field::Location),
            (Role::Entry, Vocabulary::Sitemap, "lastmod") => Role::Field(Field::Modified),
            (Role::Entry, Vocabulary::Sitemap, "changefreq") => Role::Field(Field::ChangeFrequency),
            (Role::Entry, Vocabulary::Sitemap, "priority") => Role::Field(Field::Priority),
            (Role::Entry, Vocabulary::News, "news") => Role::News,
            (Role::News, Vocabulary::News, "publication") => Role::Publication,
            (Role::News, Vocabulary::News, "title") => Role::Field(Field::NewsTitle),
            (Role::News, Vocabulary::News, "publication_date") => Role::Field(Field::NewsDate),
            (Role::Publication, Vocabulary::News, "name") => Role::Field(Field::PublicationName),
            (Role::Publication, Vocabulary::News, "language") => {
                Role::Field(Field::PublicationLanguage)
            }
            (Role::Entry, Vocabulary::Image, "image") => Role::Image,
            (Role::Image, Vocabulary::Image, "loc") => Role::Field(Field::ImageLocation),
            (Role::Entry, Vocabulary::Xhtml, "link") => {
                self.add_alternate(tag);
                Role::Other
            }
            _ => Role::Other,
        }
    }

    fn add_alternate(&mut self, tag: &BytesStart<'_>) {
        let is_alternate = attribute(tag, "rel").is_some_and(|rel| rel.trim() == "alternate");
        let (Some(hreflang), Some(href)) = (attribute(tag, "hreflang"), attribute(tag, "href"))
        else {
            return;
        };
        let url = absolute(&href);
        if let Some(url) = url.filter(|_| is_alternate && hreflang.len() <= 64)
            && self.entry.alternates.len() < MAX_RELATED
        {
            self.entry.alternates.push(Alternate { hreflang: hreflang.trim().to_owned(), url });
        }
    }

    fn open(&mut self, role: Role) {
        match role {
            Role::Entry => {
                self.location = None;
                self.entry = Details::default();
            }
            Role::News => self.entry.news = Some(NewsItem::default()),
            Role::Field(_) => {
                self.text.clear();
                self.text_is_too_long = false;
            }
            _ => {}
        }
        self.open.push(role);
    }

    fn add_text(&mut self, text: &str) {
        if !matches!(self.open.last(), Some(Role::Field(_))) {
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
            Some(Role::Field(field)) if !self.text_is_too_long => self.set(field),
            Some(Role::Entry) => {
                let Some(url) = self.location.take() else {
                    sitemap.rejected += 1;
                    return true;
                };
                let Details { modified, change_frequency, priority, news, images, alternates } =
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

    fn set(&mut self, field: Field) {
        let text = self.text.trim();
        let entry = &mut self.entry;
        let news = |own: fn(&mut NewsItem) -> &mut Option<String>, entry: &mut Details| {
            if let Some(item) = entry.news.as_mut().filter(|_| !text.is_empty()) {
                *own(item) = Some(text.to_owned());
            }
        };
        match field {
            Field::Location => self.location = resolve(self.base, text),
            Field::Modified => entry.modified = W3cDate::parse(text),
            Field::ChangeFrequency => entry.change_frequency = ChangeFrequency::parse(text),
            Field::Priority => {
                entry.priority = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
            }
            Field::ImageLocation => {
                if entry.images.len() < MAX_RELATED {
                    entry.images.extend(absolute(text));
                }
            }
            Field::NewsTitle => news(|item| &mut item.title, entry),
            Field::PublicationName => news(|item| &mut item.publication, entry),
            Field::PublicationLanguage => news(|item| &mut item.language, entry),
            Field::NewsDate => {
                if let Some(item) = &mut entry.news {
                    item.published = W3cDate::parse(text);
                }
            }
        }
    }
}

/// By the namespace's URI, whose version and scheme are often miswritten; where none is declared, by
/// the prefix that everybody uses.
fn vocabulary(reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Vocabulary {
    match namespace(reader, tag) {
        Namespace::None => Vocabulary::Sitemap,
        Namespace::Uri(uri) if uri.contains("schemas/sitemap-news/") => Vocabulary::News,
        Namespace::Uri(uri) if uri.contains("schemas/sitemap-image/") => Vocabulary::Image,
        Namespace::Uri(uri) if uri.contains("w3.org/1999/xhtml") => Vocabulary::Xhtml,
        Namespace::Uri(uri) if uri.contains("schemas/sitemap/") => Vocabulary::Sitemap,
        // A default namespace of the site's own making.
        Namespace::Uri(_) if tag.name().prefix().is_none() => Vocabulary::Sitemap,
        Namespace::Uri(_) => Vocabulary::Other,
        Namespace::Undeclared(prefix) => match prefix.as_str() {
            "news" => Vocabulary::News,
            "image" => Vocabulary::Image,
            "xhtml" => Vocabulary::Xhtml,
            _ => Vocabulary::Other,
        },
    }
}
