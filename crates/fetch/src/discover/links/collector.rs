//! Makes links of tags.

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use url::Url;

use super::refresh::refresh_url;
use super::{AlternateLink, FeedLink, MAX_HEAD_LINKS, MAX_LINKS, PageLink, PageLinks, resolve_url};

/// The text of a link: characters that are kept, and bytes that are looked at, which include the
/// white space between tags.
const MAX_TEXT_CHARS: usize = 200;
const MAX_TEXT_BYTES: usize = 4_096;
/// Of all URLs together, each as often as it is met: a long `<base>` makes long ones of short ones.
const MAX_URLS_BYTES: usize = 16 << 20;
/// Of a `<meta name=robots>`; a list of every directive there is has a quarter of it.
const MAX_ROBOTS_BYTES: usize = 1_024;
/// Of a `hreflang`, a title of a feed.
const MAX_LABEL_BYTES: usize = 256;

/// Takes the tags of a page, and the text of its links.
pub(super) struct LinkCollector {
    state: RefCell<CollectorState>,
}

struct CollectorState {
    page: PageLinks,
    agent: Option<String>,
    has_base: bool,
    /// `next` and `prev` as links in the text say, which count less.
    next: Option<Url>,
    prev: Option<Url>,
    /// Of each link the place in the list.
    link_indexes: HashMap<Url, usize>,
    /// The length of all URLs so far.
    url_bytes: usize,
    /// The link that is open, and how much of its text is still looked at.
    open: Option<(usize, usize)>,
    /// Whether white space stood behind the text so far.
    has_space: bool,
    /// How many templates are open whose content is no part of the page.
    templates: usize,
}

impl LinkCollector {
    pub(super) fn new(url: &Url, agent: Option<&str>) -> Self {
        let page = PageLinks {
            base: url.clone(),
            canonical: None,
            next: None,
            prev: None,
            feeds: Vec::new(),
            alternates: Vec::new(),
            amphtml: None,
            links: Vec::new(),
            truncated: false,
            meta_robots: Vec::new(),
            refresh: None,
        };
        let state = CollectorState {
            page,
            agent: agent.map(str::to_ascii_lowercase),
            has_base: false,
            next: None,
            prev: None,
            link_indexes: HashMap::new(),
            url_bytes: 0,
            open: None,
            has_space: false,
            templates: 0,
        };
        Self { state: RefCell::new(state) }
    }

    /// How many bytes of text here are of use.
    pub(super) fn text_room(&self) -> usize {
        self.state.borrow().open.map_or(0, |(_, room)| room)
    }

    pub(super) fn finish(self) -> PageLinks {
        let CollectorState { mut page, next, prev, .. } = self.state.into_inner();
        page.next = page.next.or(next);
        page.prev = page.prev.or(prev);
        page
    }
}

impl TokenSink for LinkCollector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::TagToken(tag) => state.tag(&tag),
            Token::CharacterTokens(text) => state.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl CollectorState {
    fn tag(&mut self, tag: &Tag) {
        let is_start = tag.kind == TagKind::StartTag;
        match &*tag.name {
            "template" if !is_start => self.templates = self.templates.saturating_sub(1),
            // Within such a template, the end tag of any is counted.
            "template" if self.templates > 0 || value(tag, "shadowrootmode").is_none() => {
                self.templates += 1;
            }
            _ if self.templates > 0 => {}
            "a" => {
                self.open = None;
                if is_start {
                    self.anchor(tag);
                }
            }
            "area" if is_start => {
                let index = self.link(tag);
                self.open = None;
                if let (Some(index), Some(text)) = (index, value(tag, "alt")) {
                    self.open = Some((index, MAX_TEXT_BYTES));
                    self.has_space = false;
                    self.text(text);
                    self.open = None;
                }
            }
            "base" if is_start => self.base(tag),
            "link" if is_start => self.head_link(tag),
            "meta" if is_start => self.meta(tag),
            _ => {}
        }
    }

    fn anchor(&mut self, tag: &Tag) {
        let Some(index) = self.link(tag) else { return };
        let has_text = self.page.links.get(index).is_none_or(|link| link.text.is_some());
        self.open = (!has_text).then_some((index, MAX_TEXT_BYTES));
        self.has_space = false;
    }

    /// Where a tag's `href` points to, as long as there is room for URLs.
    fn target(&mut self, tag: &Tag) -> Option<Url> {
        let href = value(tag, "href")?;
        if self.url_bytes >= MAX_URLS_BYTES {
            self.page.truncated = true;
            return None;
        }
        let url = resolve_url(&self.page.base, href)?;
        self.url_bytes += url.as_str().len();
        Some(url)
    }

    /// Adds where a tag links to, and gives its place in the list.
    fn link(&mut self, tag: &Tag) -> Option<usize> {
        let url = self.target(tag)?;
        let (mut nofollow, mut ugc, mut sponsored) = (false, false, false);
        for word in words(tag, "rel") {
            match word.as_str() {
                "nofollow" => nofollow = true,
                "ugc" => ugc = true,
                "sponsored" => sponsored = true,
                "next" if self.next.is_none() => self.next = Some(url.clone()),
                "prev" | "previous" if self.prev.is_none() => self.prev = Some(url.clone()),
                _ => {}
            }
        }
        if let Some(index) = self.link_indexes.get(&url).copied() {
            if let Some(link) = self.page.links.get_mut(index) {
                link.nofollow &= nofollow;
                link.ugc &= ugc;
                link.sponsored &= sponsored;
            }
            return Some(index);
        }
        let index = self.page.links.len();
        if index >= MAX_LINKS {
            self.page.truncated = true;
            return None;
        }
        self.link_indexes.insert(url.clone(), index);
        self.page.links.push(PageLink { url, text: None, nofollow, ugc, sponsored });
        Some(index)
    }

    /// Adds to the text of the link that is open.
    fn text(&mut self, text: &str) {
        let Some((index, room)) = self.open else { return };
        self.open = Some((index, room.saturating_sub(text.len())));
        let Some(link) = self.page.links.get_mut(index) else { return };
        let mut own = link.text.take().unwrap_or_default();
        let mut count = own.chars().count();
        for character in text.chars() {
            if character.is_whitespace() {
                self.has_space = true;
                continue;
            }
            let gap = usize::from(self.has_space && !own.is_empty());
            if count + gap >= MAX_TEXT_CHARS {
                break;
            }
            if gap > 0 {
                own.push(' ');
            }
            self.has_space = false;
            own.push(character);
            count += gap + 1;
        }
        link.text = (!own.is_empty()).then_some(own);
    }

    fn base(&mut self, tag: &Tag) {
        if self.has_base {
            return;
        }
        if let Some(href) = value(tag, "href") {
            // The first counts even if it is of no use:
            // https://html.spec.whatwg.org/multipage/semantics.html#the-base-element
            self.has_base = true;
            if let Some(url) = resolve_url(&self.page.base, href) {
                self.page.base = url;
            }
        }
    }

    fn head_link(&mut self, tag: &Tag) {
        let Some(url) = self.target(tag) else { return };
        let page = &mut self.page;
        for word in words(tag, "rel") {
            match word.as_str() {
                "canonical" => page.canonical = page.canonical.take().or(Some(url.clone())),
                "next" => page.next = page.next.take().or(Some(url.clone())),
                "prev" | "previous" => page.prev = page.prev.take().or(Some(url.clone())),
                "amphtml" => page.amphtml = page.amphtml.take().or(Some(url.clone())),
                "alternate" => add_alternate(page, tag, &url),
                _ => {}
            }
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let Some(content) = value(tag, "content") else { return };
        if value(tag, "http-equiv").is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"))
            && self.page.refresh.is_none()
        {
            self.page.refresh =
                refresh_url(content).and_then(|url| resolve_url(&self.page.base, url));
        }
        let Some(name) = value(tag, "name").map(|name| name.trim().to_ascii_lowercase()) else {
            return;
        };
        let robots = &mut self.page.meta_robots;
        if (name == "robots" || self.agent.as_ref() == Some(&name)) && robots.len() < MAX_HEAD_LINKS
        {
            robots.push(cut(content.trim(), MAX_ROBOTS_BYTES).to_owned());
        }
    }
}

fn add_alternate(page: &mut PageLinks, tag: &Tag, url: &Url) {
    let media_type = value(tag, "type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_feed = matches!(
        media_type.as_str(),
        "application/rss+xml"
            | "application/atom+xml"
            | "application/feed+json"
            | "application/json"
    );
    if is_feed {
        if page.feeds.len() < MAX_HEAD_LINKS && page.feeds.iter().all(|feed| feed.url != *url) {
            let title = value(tag, "title").map(str::trim).filter(|title| !title.is_empty());
            let title = title.map(|title| cut(title, MAX_LABEL_BYTES).to_owned());
            page.feeds.push(FeedLink { url: url.clone(), media_type, title });
        }
    } else if let Some(hreflang) = value(tag, "hreflang").map(str::trim)
        && !hreflang.is_empty()
        && hreflang.len() <= MAX_LABEL_BYTES
        && page.alternates.len() < MAX_HEAD_LINKS
    {
        page.alternates.push(AlternateLink { hreflang: hreflang.to_owned(), url: url.clone() });
    }
}

fn value<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(&found.value)
}

/// The words of an attribute, in lower case.
fn words(tag: &Tag, name: &str) -> impl Iterator<Item = String> {
    value(tag, name).unwrap_or_default().split_ascii_whitespace().map(str::to_ascii_lowercase)
}

fn cut(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or_default()
}
