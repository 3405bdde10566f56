//! What elements say about the blocks in them, as a set of bits.
//!
//! One word per element makes it cheap to combine the sets of all ancestors.

/// A set of facts about an element: its tag, its role, and what its class names and id speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ElementContext(u64);

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        facts!(@consts 0, $($(#[$doc])* $name,)*);
    };
    (@consts $bit:expr, $(#[$doc:meta])* $name:ident, $($rest:tt)*) => {
        impl ElementContext { $(#[$doc])* pub(crate) const $name: Self = Self(1 << $bit); }
        facts!(@consts $bit + 1, $($rest)*);
    };
    (@consts $bit:expr,) => {};
}

facts! {
    // Tags and roles.
    /// `<nav>` or `role=navigation`.
    NAV_TAG,
    /// `<header>` or `role=banner`.
    HEADER_TAG,
    /// `<footer>` or `role=contentinfo`.
    FOOTER_TAG,
    /// `<aside>` or `role=complementary`.
    ASIDE_TAG,
    /// `<main>` or `role=main`.
    MAIN_TAG,
    /// `<article>` or `role=article`.
    ARTICLE_TAG,
    /// `<dialog>`, `role=dialog`, `role=alertdialog`.
    DIALOG_TAG,
    /// `<form>` or `role=search`.
    FORM_TAG,
    /// `<button>`, `<label>`, `<legend>`, `role=button`: parts of a form.
    CONTROL_TAG,
    /// `<figure>`.
    FIGURE_TAG,
    /// `<figcaption>` or a table's `<caption>`.
    FIGCAPTION_TAG,
    /// `<blockquote>`.
    QUOTE_TAG,
    /// `<table>`.
    TABLE_TAG,
    /// `<ul>`, `<ol>`, `<menu>`, `<dl>`.
    LIST_TAG,
    /// `<pre>` or `<code>`.
    CODE_TAG,
    /// `<details>`.
    DETAILS_TAG,
    /// `<a>`.
    LINK_TAG,
    /// `<time>`.
    TIME_TAG,
    /// `<address>`.
    ADDRESS_TAG,
    /// `hidden`, `aria-hidden=true`, `display:none`, or a class for screen readers only.
    HIDDEN,
    /// `itemprop=articleBody` and the like.
    BODY_PROP,
    // Words in class names and ids.
    /// Menus, breadcrumbs, pagination.
    NAV_NAME,
    /// Mastheads and banners.
    HEADER_NAME,
    /// Footers.
    FOOTER_NAME,
    /// Side columns.
    SIDEBAR_NAME,
    /// Story lists and recommendations.
    RELATED_NAME,
    /// Share bars.
    SHARE_NAME,
    /// Reader comments.
    COMMENT_NAME,
    /// Sign-up boxes.
    NEWSLETTER_NAME,
    /// Subscription offers.
    PAYWALL_NAME,
    /// Cookie dialogs.
    CONSENT_NAME,
    /// Advertisements.
    ADVERT_NAME,
    /// Authors and dates.
    BYLINE_NAME,
    /// Captions and credits.
    CAPTION_NAME,
    /// Tag lists.
    TAGS_NAME,
    /// Layers over the page.
    MODAL_NAME,
    /// Promotions, widgets, cards.
    PROMO_NAME,
    /// Forms, searches, log-ins.
    FORM_NAME,
    /// Article bodies.
    BODY_NAME,
    /// Content in a wider sense.
    CONTENT_NAME,
    /// Posts of a thread.
    POST_NAME,
    /// Legal lines.
    LEGAL_NAME,
    /// Tables of contents.
    TOC_NAME,
    /// Appeals for donations.
    DONATION_NAME,
    /// Advertisements for the site's app.
    APP_NAME,
    /// Boxes about the author.
    AUTHOR_NAME,
    /// Log-ins.
    LOGIN_NAME,
    /// Pointers to a live report.
    LIVE_NAME,
    /// Pointers to a podcast or a video.
    EPISODE_NAME,
    /// Boxes that offer something.
    OFFER_NAME,
}

impl ElementContext {
    /// Whether any fact of `other` is in the set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Adds facts.
    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
