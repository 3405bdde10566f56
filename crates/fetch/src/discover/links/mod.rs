//! What a page links to, without building its tree.

mod collector;
mod refresh;
mod scan;

use html5ever::TokenizerResult;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use url::Url;

use self::collector::LinkCollector;
use self::scan::{HtmlPiece, TagScanner};
use super::{AlternateLink, resolve_url};

/// Links of a page that follow are left out.
pub const MAX_LINKS: usize = 20_000;
/// Of feeds, of alternates, and of directives for robots that are given back.
const MAX_HEAD_LINKS: usize = 1_000;

/// What a page says about itself and links to. All URLs are absolute, `http` or `https`, no longer
/// than [`MAX_URL_BYTES`](super::MAX_URL_BYTES), and not normalized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLinks {
    /// What relative URLs were resolved against: the first `<base href>`, or the page's own URL.
    pub base: Url,
    /// The page's own choice among the URLs it has: the first `<link rel=canonical>` (RFC 6596).
    pub canonical: Option<Url>,
    /// The next of a series of pages: the first `rel=next` of a `<link>`, or else of an `<a>`.
    pub next: Option<Url>,
    /// The one before: `rel=prev`, likewise, or `rel=previous`.
    pub prev: Option<Url>,
    /// The feeds of `<link rel=alternate>` with the type of one.
    pub feeds: Vec<FeedLink>,
    /// The page in other languages: `<link rel=alternate hreflang>`.
    pub alternates: Vec<AlternateLink>,
    /// The page in AMP: `<link rel=amphtml>`.
    pub amphtml: Option<Url>,
    /// What the page links to by `<a>` and `<area>`, each URL once, in the order of the page, at most
    /// [`MAX_LINKS`].
    pub links: Vec<PageLink>,
    /// Whether there are more links than [`MAX_LINKS`], or more than 16 MiB of URLs, absolute and counted
    /// as often as they stand there, after which none is read.
    pub truncated: bool,
    /// The contents of `<meta name=robots>` and of `<meta>` with the name that was asked for, in
    /// order, as written. No content is longer than 1,024 bytes.
    pub meta_robots: Vec<String>,
    /// Where the page sends its readers on: the first `<meta http-equiv=refresh>` with a URL.
    pub refresh: Option<Url>,
}

/// A link from a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLink {
    /// Where to, with its fragment.
    pub url: Url,
    /// The text that is linked, white space collapsed, up to 200 characters; of several links to one
    /// URL the first text that is not empty. `alt` of an `<area>`.
    pub text: Option<String>,
    /// `rel=nofollow`: the page does not vouch for it. Of several links to one URL, all have it;
    /// likewise the next two.
    pub nofollow: bool,
    /// `rel=ugc`: readers wrote it.
    pub ugc: bool,
    /// `rel=sponsored`: it was paid for.
    pub sponsored: bool,
}

/// A feed that a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLink {
    /// Where it is.
    pub url: Url,
    /// Its media type in lower case, without parameters.
    pub media_type: String,
    /// Its title.
    pub title: Option<String>,
}

impl PageLinks {
    /// Reads the links of a page in HTML that came from `url`. `agent` is the product token whose
    /// `<meta name=AGENT>` counts beside `robots`; case does not matter.
    ///
    /// Only the tokenizer of a browser is used, no tree: what is nested how deep does not matter,
    /// and time is linear in the page. What a browser without scripts would not show as a link is
    /// left out: links in comments, in scripts, styles, `<textarea>`, `<title>`, `<iframe>`, and in a
    /// `<template>` that does not declare a shadow root. `<noscript>` is read: it is meant for clients without scripts.
    /// `javascript:`, `mailto:`, `data:` and other schemes are left out. Of a tag with more than 256
    /// attributes the first count.
    pub fn parse(html: &str, url: &Url, agent: Option<&str>) -> Self {
        let tokenizer = Tokenizer::new(LinkCollector::new(url, agent), TokenizerOpts::default());
        let queue = BufferQueue::default();
        let feed = |piece: &str| {
            queue.push_back(piece.into());
            while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        };
        let mut scanner = TagScanner::new(html);
        while let Some(piece) = scanner.next_piece() {
            match piece {
                HtmlPiece::Tag { raw, is_cut } => {
                    feed(raw);
                    if is_cut {
                        feed(">");
                    }
                }
                HtmlPiece::Text(text) => {
                    let room = tokenizer.sink.text_room();
                    if room > 0 {
                        let end = text.floor_char_boundary(room);
                        feed(text.get(..end).unwrap_or_default());
                        // A reference that was cut, or that only the next tag ends, ends here.
                        feed("\u{0}");
                    }
                }
            }
        }
        tokenizer.end();
        tokenizer.sink.finish()
    }
}

#[cfg(test)]
mod tests;
