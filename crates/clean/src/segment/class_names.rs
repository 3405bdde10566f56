//! The meaning of words in class names and ids.
//!
//! It is only evidence: no name decides anything alone, since articles have sections with names such as
//! "related" and "tags" too.

use std::ops::Range;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::ElementContext;
use super::name_marks::NameMarks;
use crate::hashing::{FastMap, FastState};

/// Words and their meanings. A word is a part of a name between punctuation, digits and changes
/// of case: `articleBody-main2` is `article`, `body`, `main`.
const WORDS: &[(ElementContext, &[&str])] = &[
    (
        ElementContext::NAV_NAME,
        &[
            "nav",
            "navbar",
            "navigation",
            "menu",
            "menus",
            "submenu",
            "megamenu",
            "dropdown",
            "breadcrumb",
            "breadcrumbs",
            "crumb",
            "crumbs",
            "pagination",
            "pager",
            "paging",
            "topbar",
            "toolbar",
            "sitemap",
            "skip",
            "skiplink",
            "tabs",
            "offcanvas",
            "drawer",
            "hamburger",
            "filter",
            "filters",
            "facet",
            "facets",
            "sort",
            "sorting",
            "categories",
            "topics",
            "taxonomy",
        ],
    ),
    (
        ElementContext::HEADER_NAME,
        &["masthead", "banner", "siteheader", "topheader", "logo", "ticker", "header"],
    ),
    (
        ElementContext::FOOTER_NAME,
        &["footer", "foot", "colophon", "subfooter", "bottombar", "prefooter"],
    ),
    (
        ElementContext::SIDEBAR_NAME,
        &["sidebar", "aside", "rail", "sidecolumn", "side", "secondary", "widget", "widgets"],
    ),
    (
        ElementContext::RELATED_NAME,
        &[
            "related",
            "recommended",
            "recommendation",
            "recommendations",
            "recirc",
            "recirculation",
            "more",
            "morefrom",
            "readmore",
            "similar",
            "trending",
            "popular",
            "latest",
            "mostread",
            "mostpopular",
            "outbrain",
            "taboola",
            "teaser",
            "teasers",
            "suggested",
            "suggestions",
            "upnext",
            "readnext",
            "alsolike",
            "carousel",
            "slider",
            "slick",
            "swiper",
            "headlines",
            "crosslink",
            "crosslinks",
            "upsell",
            "relatedposts",
            "relateds",
            "linklist",
        ],
    ),
    (
        ElementContext::SHARE_NAME,
        &[
            "share",
            "sharing",
            "social",
            "socials",
            "addthis",
            "sharedaddy",
            "sharethis",
            "follow",
            "addtoany",
            "shares",
            "sharebar",
            "facebook",
            "twitter",
            "whatsapp",
            "linkedin",
            "pinterest",
        ],
    ),
    (
        ElementContext::COMMENT_NAME,
        &[
            "comment",
            "comments",
            "disqus",
            "discussion",
            "respond",
            "commentlist",
            "replies",
            "reply",
            "viafoura",
            "coral",
            "openweb",
            "spotim",
            "reviews",
        ],
    ),
    (
        ElementContext::NEWSLETTER_NAME,
        &[
            "newsletter",
            "newsletters",
            "signup",
            "optin",
            "mailchimp",
            "mailinglist",
            "mailing",
            "emailsignup",
            "subscribeform",
            "hsform",
            "mc",
            "mce",
        ],
    ),
    (
        ElementContext::PAYWALL_NAME,
        &[
            "paywall",
            "subscribe",
            "subscription",
            "subscriptions",
            "premium",
            "piano",
            "regwall",
            "meter",
            "subscriber",
            "abo",
            "offer",
            "offers",
            "login",
            "signin",
            "register",
            "upgrade",
        ],
    ),
    (
        ElementContext::CONSENT_NAME,
        &[
            "cookie",
            "cookies",
            "consent",
            "gdpr",
            "ccpa",
            "onetrust",
            "cookiebot",
            "didomi",
            "usercentrics",
            "privacy",
            "cookielaw",
            "borlabs",
            "optanon",
            "cookieconsent",
            "cky",
        ],
    ),
    (
        ElementContext::ADVERT_NAME,
        &[
            "ad",
            "ads",
            "advert",
            "advertisement",
            "advertising",
            "adslot",
            "adunit",
            "sponsor",
            "sponsored",
            "sponsors",
            "dfp",
            "gpt",
            "adsense",
            "leaderboard",
            "mpu",
            "affiliate",
            "adbox",
            "adwrap",
            "banners",
        ],
    ),
    (
        ElementContext::BYLINE_NAME,
        &[
            "byline",
            "author",
            "authors",
            "dateline",
            "timestamp",
            "published",
            "publish",
            "posted",
            "date",
            "meta",
            "postmeta",
            "entrymeta",
            "articlemeta",
            "authorbox",
            "bio",
            "updated",
            "contributor",
            "reading",
            "readtime",
        ],
    ),
    (
        ElementContext::CAPTION_NAME,
        &["caption", "captions", "credit", "credits", "figcaption", "copyright", "photocredit"],
    ),
    (
        ElementContext::TAGS_NAME,
        &["tag", "tags", "tagcloud", "taglist", "keywords", "hashtags", "labels"],
    ),
    (
        ElementContext::MODAL_NAME,
        &[
            "modal",
            "popup",
            "overlay",
            "lightbox",
            "dialog",
            "toast",
            "notification",
            "notice",
            "alert",
            "snackbar",
            "tooltip",
            "interstitial",
            "popover",
            "flyout",
        ],
    ),
    (
        ElementContext::PROMO_NAME,
        &[
            "promo",
            "promos",
            "promotion",
            "cta",
            "callout",
            "card",
            "cards",
            "tile",
            "tiles",
            "grid",
            "badge",
            "feed",
            "upcoming",
            "featured",
            "recent",
            "cart",
            "wishlist",
            "download",
            "app",
            "contact",
            "donate",
        ],
    ),
    (
        ElementContext::FORM_NAME,
        &[
            "form",
            "search",
            "searchform",
            "input",
            "field",
            "captcha",
            "button",
            "btn",
            "wpforms",
            "gform",
        ],
    ),
    (
        ElementContext::BODY_NAME,
        &[
            "articlebody",
            "storybody",
            "postbody",
            "entrycontent",
            "articlecontent",
            "postcontent",
            "storycontent",
            "bodytext",
            "articletext",
            "mw",
            "richtext",
            "prose",
            "wysiwyg",
            "markdown",
            "rte",
            "copy",
            "paragraph",
            "paragraphs",
        ],
    ),
    (
        ElementContext::CONTENT_NAME,
        &[
            "article",
            "content",
            "body",
            "entry",
            "story",
            "text",
            "main",
            "description",
            "documentation",
            "doc",
            "docs",
        ],
    ),
    (
        ElementContext::POST_NAME,
        &[
            "post",
            "posts",
            "message",
            "thread",
            "topic",
            "answer",
            "question",
            "postcontent",
            "bbcode",
        ],
    ),
    (ElementContext::LEGAL_NAME, &["legal", "disclaimer", "terms", "imprint", "disclosure"]),
    (
        ElementContext::DONATION_NAME,
        &[
            "donate",
            "donation",
            "donations",
            "contribute",
            "contribution",
            "contributions",
            "fundraiser",
            "fundraising",
        ],
    ),
    (ElementContext::APP_NAME, &["app", "apps", "smartbanner", "appbanner", "appstore"]),
    (
        ElementContext::AUTHOR_NAME,
        &["author", "authors", "authorbox", "bio", "biography", "writer", "contributor"],
    ),
    (
        ElementContext::LOGIN_NAME,
        &["login", "signin", "auth", "logged", "loginform", "authentication", "regwall"],
    ),
    (ElementContext::LIVE_NAME, &["live", "liveblog", "liveticker", "ticker"]),
    (
        ElementContext::EPISODE_NAME,
        &["podcast", "podcasts", "episode", "audio", "video", "listen", "player", "media"],
    ),
    (
        ElementContext::OFFER_NAME,
        &[
            "promo",
            "promos",
            "promotion",
            "cta",
            "banner",
            "box",
            "appeal",
            "widget",
            "teaser",
            "smartbanner",
            "upsell",
            "signup",
            "module",
            "unit",
        ],
    ),
    (ElementContext::TOC_NAME, &["toc", "tableofcontents", "contents", "anchors", "jump"]),
];

/// Pairs of words that mean another thing than each alone.
const PAIRS: &[(&str, &str, ElementContext)] = &[
    ("article", "body", ElementContext::BODY_NAME),
    ("story", "body", ElementContext::BODY_NAME),
    ("post", "body", ElementContext::BODY_NAME),
    ("entry", "content", ElementContext::BODY_NAME),
    ("article", "content", ElementContext::BODY_NAME),
    ("post", "content", ElementContext::BODY_NAME),
    ("story", "content", ElementContext::BODY_NAME),
    ("page", "content", ElementContext::CONTENT_NAME),
    ("article", "text", ElementContext::BODY_NAME),
    ("rich", "text", ElementContext::BODY_NAME),
    ("body", "text", ElementContext::BODY_NAME),
    ("article", "paragraph", ElementContext::BODY_NAME),
    ("sr", "only", ElementContext::HIDDEN),
    ("visually", "hidden", ElementContext::HIDDEN),
    ("screen", "reader", ElementContext::HIDDEN),
    ("sign", "up", ElementContext::NEWSLETTER_NAME),
    ("email", "capture", ElementContext::NEWSLETTER_NAME),
    ("support", "us", ElementContext::DONATION_NAME),
    ("log", "in", ElementContext::LOGIN_NAME),
    ("also", "read", ElementContext::RELATED_NAME),
    ("most", "read", ElementContext::RELATED_NAME),
    ("most", "popular", ElementContext::RELATED_NAME),
    ("read", "next", ElementContext::RELATED_NAME),
    ("read", "more", ElementContext::RELATED_NAME),
    ("up", "next", ElementContext::RELATED_NAME),
    ("also", "like", ElementContext::RELATED_NAME),
    ("table", "contents", ElementContext::TOC_NAME),
    ("author", "bio", ElementContext::BYLINE_NAME),
    ("cmp", "layer", ElementContext::CONSENT_NAME),
    ("cmp", "modal", ElementContext::CONSENT_NAME),
    ("mc", "wp", ElementContext::NEWSLETTER_NAME),
    ("in", "content", ElementContext::PROMO_NAME),
];

/// Looks up names. Each distinct attribute value is read once per page.
pub(super) struct ClassNames<'a> {
    words: &'a WordTable,
    /// By the hash of the value. Values are long and repeat often on a page, so comparing them would cost
    /// more.
    seen: FastMap<u64, NameFacts>,
    tokens: Vec<u32>,
    sets: Vec<Range<u32>>,
    /// Scratch space: the value in lower case, and the words of one name.
    folded: Vec<u8>,
    name: Vec<u8>,
}

/// The meaning of an attribute value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameFacts {
    /// The meaning of its words.
    pub(super) context: ElementContext,
    /// The number of its set of tokens.
    pub(super) set: u32,
    /// The names in it that tools give.
    pub(super) marks: NameMarks,
}

/// All words, the same for every page. By their tokens, which are needed of each word anyway.
#[derive(Debug)]
pub(crate) struct WordTable(FastMap<u32, ClassWord>);

/// The meaning of a word.
#[derive(Debug)]
struct ClassWord {
    word: &'static str,
    context: ElementContext,
    /// Its meaning after another word of the same name.
    after: Vec<(&'static str, ElementContext)>,
}

impl WordTable {
    pub(crate) fn new() -> Self {
        let mut table = Self(FastMap::default());
        for (context, words) in WORDS {
            for word in *words {
                table.entry(word).context.add(*context);
            }
        }
        for (first, second, both) in PAIRS {
            table.entry(second).after.push((first, *both));
        }
        table
    }

    fn entry(&mut self, word: &'static str) -> &mut ClassWord {
        let new = || ClassWord { word, context: ElementContext::default(), after: Vec::new() };
        self.0.entry(token(TokenKind::Word, word.as_bytes())).or_insert_with(new)
    }

    /// The meaning of a word in lower case, which has this token.
    fn get(&self, token: u32, word: &[u8]) -> Option<&ClassWord> {
        self.0.get(&token).filter(|known| known.word.as_bytes() == word)
    }
}

/// Distinct values whose tokens are kept. A page may have millions. The cap on elements bounds the time, this
/// cap the memory.
const MAX_VALUES: usize = 10_000;
/// Letters of a word next to digits that is nobody's choice, at most.
const MAX_CHANCE_WORD: usize = 3;
/// Tokens of one value.
const MAX_TOKENS: usize = 48;

impl<'a> ClassNames<'a> {
    pub(super) fn new(words: &'a WordTable) -> Self {
        Self {
            words,
            // So many distinct values are on most pages.
            seen: FastMap::with_capacity_and_hasher(224, FastState::default()),
            tokens: Vec::new(),
            sets: std::iter::once(0..0).collect(),
            folded: Vec::new(),
            name: Vec::new(),
        }
    }

    /// The meaning of an attribute value, and its set of tokens.
    pub(super) fn look_up(&mut self, value: &str) -> NameFacts {
        let key = xxh3_64(value.as_bytes());
        if let Some(names) = self.seen.get(&key) {
            return *names;
        }
        let names = self.read(value.get(..512).unwrap_or(value));
        if self.seen.len() < MAX_VALUES {
            self.seen.insert(key, names);
        }
        names
    }

    /// The tokens of all values, and the range of each set.
    pub(super) fn into_sets(self) -> (Vec<u32>, Vec<Range<u32>>) {
        (self.tokens, self.sets)
    }

    /// Reads a value. The tokens of each name in it are its words, each pair of adjacent words, and the whole
    /// name if it has more than two words.
    fn read(&mut self, value: &str) -> NameFacts {
        let Self { words: table, tokens, folded, name, .. } = self;
        let mut context = ElementContext::default();
        let first = tokens.len();
        folded.clear();
        folded.extend(value.bytes().map(|byte| byte.to_ascii_lowercase()));
        name.clear();
        // The current word begins at `start`; the one before it in the same name is `previous`.
        let (mut start, mut previous, mut words) = (0, 0..0, 0);
        let mut last = b' ';
        // Bytes of other letters than those of ASCII are boundaries too.
        for (at, byte) in value.bytes().chain([b' ']).enumerate() {
            let is_letter = byte.is_ascii_alphabetic();
            let is_boundary = !is_letter || last.is_ascii_lowercase() && byte.is_ascii_uppercase();
            if is_boundary && start < at {
                let word = folded.get(start..at).unwrap_or_default();
                let before = folded.get(previous).unwrap_or_default();
                let token_of_word = token(TokenKind::Word, word);
                if let Some(known) = table.get(token_of_word, word) {
                    // Generated names have such words by chance: `css-at9mc1`.
                    let after_digit = start
                        .checked_sub(1)
                        .and_then(|at| folded.get(at))
                        .is_some_and(u8::is_ascii_digit);
                    let is_chance =
                        word.len() <= MAX_CHANCE_WORD && (after_digit || byte.is_ascii_digit());
                    if !is_chance {
                        context.add(known.context);
                    }
                    for (_, both) in known.after.iter().filter(|(it, _)| it.as_bytes() == before) {
                        context.add(*both);
                    }
                }
                tokens.push(token_of_word);
                if before.is_empty() {
                    name.extend_from_slice(word);
                } else {
                    let start = name.len() - before.len();
                    name.push(b'-');
                    name.extend_from_slice(word);
                    let pair = name.get(start..).unwrap_or_default();
                    tokens.push(token(TokenKind::Pair, pair));
                }
                words += 1;
                previous = start..at;
            }
            if is_boundary {
                start = at + usize::from(!is_letter);
            }
            if byte.is_ascii_whitespace() {
                if words > 2 {
                    tokens.push(token(TokenKind::Name, name));
                }
                (previous, words) = (0..0, 0);
                name.clear();
            }
            last = byte;
        }
        self.tokens.truncate(first + MAX_TOKENS);
        let end = self.tokens.len();
        let mut names = NameFacts { context, set: 0, marks: NameMarks::in_class(value) };
        if let (Ok(first), Ok(end), Ok(set)) =
            (u32::try_from(first), u32::try_from(end), u32::try_from(self.sets.len()))
            && first < end
            && self.sets.len() < MAX_VALUES
        {
            self.sets.push(first..end);
            names.set = set;
        } else {
            self.tokens.truncate(first);
        }
        names
    }
}

/// The part of a name that a token stands for. The numbers are seeds of hashes in the model file, so they
/// must not change without fitting a new model.
#[derive(Clone, Copy)]
enum TokenKind {
    Word = 1,
    Pair = 2,
    Name = 3,
}

fn token(kind: TokenKind, bytes: &[u8]) -> u32 {
    // The lower half is as good a hash as the whole.
    #[expect(clippy::cast_possible_truncation, reason = "a hash of 32 bits is wanted")]
    let token = xxh3_64_with_seed(bytes, kind as u64) as u32;
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(value: &str) -> ElementContext {
        ClassNames::new(&WordTable::new()).look_up(value).context
    }

    #[test]
    fn words_are_found_in_every_spelling() {
        for value in ["related-stories", "c-relatedStories__list", "RelatedStories", "a related2"] {
            assert!(context(value).has(ElementContext::RELATED_NAME), "{value}");
        }
        assert_eq!(context("unrelatedness adage"), ElementContext::default());
    }

    #[test]
    fn no_two_words_have_one_token() {
        let table = WordTable::new();
        for (context, words) in WORDS {
            for word in *words {
                let known = table.get(token(TokenKind::Word, word.as_bytes()), word.as_bytes());
                assert!(known.is_some_and(|known| known.context.has(*context)), "{word}");
            }
        }
    }

    #[test]
    fn letters_outside_ascii_part_words_as_signs_do() {
        assert!(context("menü related").has(ElementContext::RELATED_NAME));
        assert!(context("äad").has(ElementContext::ADVERT_NAME));
        assert_eq!(context("at9ad"), ElementContext::default(), "by chance");
    }

    #[test]
    fn pairs_need_one_name() {
        assert!(context("ArticleBody").has(ElementContext::BODY_NAME));
        assert!(!context("article body").has(ElementContext::BODY_NAME));
        assert!(context("sr-only").has(ElementContext::HIDDEN));
    }

    #[test]
    fn spellings_and_numbers_make_no_other_tokens() {
        let table = WordTable::new();
        let mut names = ClassNames::new(&table);
        let sets =
            [names.look_up("post-body-4711"), names.look_up("postBody12"), names.look_up("7")];
        let (tokens, ranges) = names.into_sets();
        let of = |names: NameFacts| {
            let range = &ranges[names.set as usize];
            &tokens[range.start as usize..range.end as usize]
        };
        assert_eq!(of(sets[0]), of(sets[1]));
        assert_eq!(of(sets[0]).len(), 3, "two words and a pair");
        assert!(of(sets[2]).is_empty());
    }
}
