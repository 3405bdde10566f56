//! What the words in class names and ids speak of.
//!
//! Evidence only: a name alone decides nothing, since "related" and "tags" stand on real sections
//! too.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::Context;

/// Words and what they speak of. A word is a part of a name between punctuation, digits and changes
/// of case: `articleBody-main2` is `article`, `body`, `main`.
const WORDS: &[(Context, &[&str])] = &[
    (
        Context::NAV_NAME,
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
        Context::HEADER_NAME,
        &["masthead", "banner", "siteheader", "topheader", "logo", "ticker", "header"],
    ),
    (Context::FOOTER_NAME, &["footer", "foot", "colophon", "subfooter", "bottombar", "prefooter"]),
    (
        Context::SIDEBAR_NAME,
        &["sidebar", "aside", "rail", "sidecolumn", "side", "secondary", "widget", "widgets"],
    ),
    (
        Context::RELATED_NAME,
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
        Context::SHARE_NAME,
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
        Context::COMMENT_NAME,
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
        Context::NEWSLETTER_NAME,
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
        Context::PAYWALL_NAME,
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
        Context::CONSENT_NAME,
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
            "cmp",
            "privacy",
            "cookielaw",
            "borlabs",
            "optanon",
            "cookieconsent",
            "cky",
        ],
    ),
    (
        Context::ADVERT_NAME,
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
        Context::BYLINE_NAME,
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
        Context::CAPTION_NAME,
        &["caption", "captions", "credit", "credits", "figcaption", "copyright", "photocredit"],
    ),
    (Context::TAGS_NAME, &["tag", "tags", "tagcloud", "taglist", "keywords", "hashtags", "labels"]),
    (
        Context::MODAL_NAME,
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
        Context::PROMO_NAME,
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
        Context::FORM_NAME,
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
        Context::BODY_NAME,
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
        Context::CONTENT_NAME,
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
        Context::POST_NAME,
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
    (Context::LEGAL_NAME, &["legal", "disclaimer", "terms", "imprint", "disclosure"]),
    (Context::TOC_NAME, &["toc", "tableofcontents", "contents", "anchors", "jump"]),
];

/// Pairs of words that mean another thing than each alone.
const PAIRS: &[(&str, &str, Context)] = &[
    ("article", "body", Context::BODY_NAME),
    ("story", "body", Context::BODY_NAME),
    ("post", "body", Context::BODY_NAME),
    ("entry", "content", Context::BODY_NAME),
    ("article", "content", Context::BODY_NAME),
    ("post", "content", Context::BODY_NAME),
    ("story", "content", Context::BODY_NAME),
    ("page", "content", Context::CONTENT_NAME),
    ("article", "text", Context::BODY_NAME),
    ("rich", "text", Context::BODY_NAME),
    ("body", "text", Context::BODY_NAME),
    ("article", "paragraph", Context::BODY_NAME),
    ("sr", "only", Context::HIDDEN),
    ("visually", "hidden", Context::HIDDEN),
    ("screen", "reader", Context::HIDDEN),
    ("sign", "up", Context::NEWSLETTER_NAME),
    ("most", "read", Context::RELATED_NAME),
    ("most", "popular", Context::RELATED_NAME),
    ("read", "next", Context::RELATED_NAME),
    ("read", "more", Context::RELATED_NAME),
    ("up", "next", Context::RELATED_NAME),
    ("also", "like", Context::RELATED_NAME),
    ("table", "contents", Context::TOC_NAME),
    ("author", "bio", Context::BYLINE_NAME),
    ("in", "content", Context::PROMO_NAME),
];

/// Looks names up, each distinct attribute value once a page.
pub(super) struct ClassNames<'a> {
    words: &'a WordTable,
    /// By the hash of the value: the values are long, and on a page the same ones come up again and
    /// again.
    seen: HashMap<u64, Context>,
}

/// The words by name; the same for all pages.
#[derive(Debug)]
pub(crate) struct WordTable(HashMap<&'static str, Context>);

impl WordTable {
    pub(crate) fn new() -> Self {
        let mut table: HashMap<&'static str, Context> = HashMap::new();
        for (context, words) in WORDS {
            for word in *words {
                table.entry(word).or_default().add(*context);
            }
        }
        Self(table)
    }
}

impl<'a> ClassNames<'a> {
    pub(super) fn new(words: &'a WordTable) -> Self {
        Self { words, seen: HashMap::new() }
    }

    /// What an attribute value speaks of.
    pub(super) fn context_of(&mut self, value: &str) -> Context {
        let key = xxh3_64(value.as_bytes());
        if let Some(context) = self.seen.get(&key) {
            return *context;
        }
        // A page may have millions of distinct values; the cap on elements bounds the work, this the
        // memory.
        let context = self.look_up(value.get(..512).unwrap_or(value));
        if self.seen.len() < 10_000 {
            self.seen.insert(key, context);
        }
        context
    }

    fn look_up(&self, value: &str) -> Context {
        let mut context = Context::default();
        let mut word = String::new();
        let mut previous = String::new();
        let mut was_lower = false;
        for character in value.chars().chain([' ']) {
            let is_boundary =
                !character.is_ascii_alphabetic() || was_lower && character.is_ascii_uppercase();
            if is_boundary && !word.is_empty() {
                context.add(self.words.0.get(word.as_str()).copied().unwrap_or_default());
                for (first, second, both) in PAIRS {
                    if *second == word && *first == previous {
                        context.add(*both);
                    }
                }
                previous = std::mem::take(&mut word);
            }
            if character.is_ascii_whitespace() {
                previous.clear();
            }
            if character.is_ascii_alphabetic() {
                word.push(character.to_ascii_lowercase());
            }
            was_lower = character.is_ascii_lowercase();
        }
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(value: &str) -> Context {
        ClassNames::new(&WordTable::new()).context_of(value)
    }

    #[test]
    fn words_are_found_in_every_spelling() {
        for value in ["related-stories", "c-relatedStories__list", "RelatedStories", "a related2"] {
            assert!(context(value).has(Context::RELATED_NAME), "{value}");
        }
        assert_eq!(context("unrelatedness adage"), Context::default());
    }

    #[test]
    fn pairs_need_one_name() {
        assert!(context("ArticleBody").has(Context::BODY_NAME));
        assert!(!context("article body").has(Context::BODY_NAME));
        assert!(context("sr-only").has(Context::HIDDEN));
    }
}
