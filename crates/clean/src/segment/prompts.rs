//! What elements hold that asks the reader to do something: fields, buttons, and links by where they lead.

use std::sync::LazyLock;

use html5ever::local_name;
use scraper::node;

use super::Tag;
use super::attribute::attribute;
use crate::hashing::FastMap;

/// A set of such parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PromptParts(u16);

impl PromptParts {
    /// A field for an e-mail address.
    pub(crate) const EMAIL_FIELD: Self = Self(1);
    /// A field for a password.
    pub(crate) const PASSWORD_FIELD: Self = Self(1 << 1);
    /// A field or menu for anything else. Hidden ones do not count.
    pub(crate) const OTHER_FIELD: Self = Self(1 << 2);
    /// A button, or an input field that is one.
    pub(crate) const BUTTON: Self = Self(1 << 3);
    /// A link to subscriptions or to the sign-up for a newsletter.
    pub(crate) const SUBSCRIBE_LINK: Self = Self(1 << 4);
    /// A link to a log-in or an account.
    pub(crate) const LOGIN_LINK: Self = Self(1 << 5);
    /// A link where money can be given.
    pub(crate) const DONATE_LINK: Self = Self(1 << 6);
    /// A link to a store of apps.
    pub(crate) const STORE_LINK: Self = Self(1 << 7);
    /// A link that shares the page.
    pub(crate) const SHARE_LINK: Self = Self(1 << 8);
    /// A link to the page of an author.
    pub(crate) const AUTHOR_LINK: Self = Self(1 << 9);
    /// A link to an episode of a podcast.
    pub(crate) const EPISODE_LINK: Self = Self(1 << 10);
    /// A link to the privacy policy.
    pub(crate) const PRIVACY_LINK: Self = Self(1 << 11);

    /// The parts that the target of a link shows.
    pub(super) fn of_link(href: &str) -> Self {
        let href = href.trim_start();
        let mut folded = [0; MAX_TARGET];
        let mut length = 0;
        for (slot, byte) in folded.iter_mut().zip(href.bytes()) {
            *slot = byte.to_ascii_lowercase();
            length += 1;
        }
        // A character that the cap cuts in two ends the target.
        let folded = folded.get(..length).unwrap_or_default();
        let href = match std::str::from_utf8(folded) {
            Ok(href) => href,
            Err(error) => folded
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or_default(),
        };
        if href.starts_with("mailto:") {
            // Without an address, the reader sends the page to somebody.
            return if href.starts_with("mailto:?") { Self::SHARE_LINK } else { Self::default() };
        }
        let scheme_end = href.as_bytes().windows(2).position(|pair| pair == b"//");
        let after_scheme = scheme_end.and_then(|end| href.get(end + 2..)).unwrap_or_default();
        let host_and_path = after_scheme.strip_prefix("www.").unwrap_or(after_scheme);
        let first = host_and_path.as_bytes().first();
        if let Some((parts, _)) = HOSTS.iter().filter(|_| first.is_some()).find(|(_, starts)| {
            starts.iter().any(|start| {
                // Nearly all hosts are others, which the first letter mostly shows.
                start.as_bytes().first() == first
                    && host_and_path.strip_prefix(start).is_some_and(|rest| {
                        start.ends_with('/') || !rest.starts_with(|c: char| c.is_alphanumeric())
                    })
            })
        }) {
            return *parts;
        }
        let path = if after_scheme.is_empty() {
            href
        } else {
            after_scheme.split_once('/').map_or("", |(_, path)| path)
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        // Slugs of articles have more words.
        let segments = path.split('/').filter(|segment| segment.len() <= MAX_SEGMENT);
        segments.fold(Self::default(), |mut parts, segment| {
            let name = segment.split('.').next().unwrap_or_default();
            parts.add(SEGMENT_PARTS.get(name).copied().unwrap_or_default());
            parts
        })
    }

    /// The parts that a field or menu of a form is.
    pub(super) fn of_field(tag: Tag, element: &node::Element) -> Self {
        if tag != Tag::Input {
            return Self::OTHER_FIELD;
        }
        let kind = attribute(element, &local_name!("type")).unwrap_or("text");
        let is = |name: &str| kind.eq_ignore_ascii_case(name);
        if is("hidden") {
            return Self::default();
        }
        if is("submit") || is("button") || is("image") {
            return Self::BUTTON;
        }
        if is("password") {
            return Self::PASSWORD_FIELD;
        }
        let names = [local_name!("name"), local_name!("id"), local_name!("placeholder")];
        let says_mail = |value: &str| {
            let value = value.get(..value.floor_char_boundary(MAX_TARGET)).unwrap_or_default();
            let value = value.to_ascii_lowercase();
            value.contains("email") || value.contains("e-mail")
        };
        let is_mail = is("email")
            || is("text")
                && names.iter().filter_map(|name| attribute(element, name)).any(says_mail);
        if is_mail { Self::EMAIL_FIELD } else { Self::OTHER_FIELD }
    }

    /// Whether one of these is in the set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds parts.
    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Bytes of a target or a name that are read.
const MAX_TARGET: usize = 160;
/// Bytes of the segment of a path that can be one of [`SEGMENTS`].
const MAX_SEGMENT: usize = 24;

/// What the hosts that links lead to offer: the host without `www.`, and the beginning of the path where it has other
/// pages too.
const HOSTS: &[(PromptParts, &[&str])] = &[
    (
        PromptParts::STORE_LINK,
        &[
            "apps.apple.com",
            "itunes.apple.com",
            "play.google.com/store/apps/",
            "appgallery.huawei.com",
            "apps.microsoft.com",
            "galaxystore.samsung.com",
            "app.adjust.com",
            "onelink.me",
        ],
    ),
    (
        PromptParts::SHARE_LINK,
        &[
            "facebook.com/sharer",
            "facebook.com/share.php",
            "facebook.com/dialog/",
            "m.facebook.com/sharer",
            "twitter.com/intent/",
            "twitter.com/share",
            "twitter.com/home",
            "x.com/intent/",
            "x.com/share",
            "linkedin.com/sharearticle",
            "linkedin.com/sharing/",
            "linkedin.com/cws/",
            "api.whatsapp.com/send",
            "web.whatsapp.com/send",
            "wa.me/",
            "t.me/share",
            "telegram.me/share",
            "pinterest.com/pin/create",
            "reddit.com/submit",
            "news.ycombinator.com/submitlink",
            "tumblr.com/share",
            "tumblr.com/widgets/",
            "vk.com/share.php",
            "vkontakte.ru/share.php",
            "connect.ok.ru/",
            "connect.mail.ru/",
            "getpocket.com/",
            "flipboard.com/",
            "bsky.app/intent/",
            "threads.net/intent/",
            "xing.com/spi/",
            "b.hatena.ne.jp/",
            "social-plugins.line.me/",
            "lineit.line.me/",
            "line.me/r/msg/",
            "service.weibo.com/share",
            "sns.qzone.qq.com/",
            "sharer.kakao.com/",
            "addtoany.com/",
        ],
    ),
    (
        PromptParts::DONATE_LINK,
        &[
            "patreon.com",
            "ko-fi.com",
            "buymeacoffee.com",
            "paypal.me",
            "paypal.com/donate",
            "paypal.com/paypalme/",
            "liberapay.com",
            "opencollective.com",
            "steadyhq.com",
            "donorbox.org",
            "github.com/sponsors/",
        ],
    ),
    (
        PromptParts::EPISODE_LINK,
        &[
            "podcasts.apple.com",
            "podcasts.google.com",
            "open.spotify.com/show/",
            "open.spotify.com/episode/",
            "overcast.fm",
            "pca.st",
            "deezer.com/show/",
        ],
    ),
];

/// The parts of each segment in [`SEGMENTS`].
static SEGMENT_PARTS: LazyLock<FastMap<&'static str, PromptParts>> = LazyLock::new(|| {
    let mut parts: FastMap<&'static str, PromptParts> = FastMap::default();
    for (part, names) in SEGMENTS {
        for name in *names {
            parts.entry(name).or_default().add(*part);
        }
    }
    parts
});

/// Segments of paths that say the same on the site's own host.
const SEGMENTS: &[(PromptParts, &[&str])] = &[
    (
        PromptParts::SUBSCRIBE_LINK,
        &[
            "subscribe",
            "subscription",
            "subscriptions",
            "subscribe-now",
            "newsletter",
            "newsletters",
            "newsletter-signup",
            "membership",
            "abo",
            "abos",
            "abonnement",
            "abonnements",
            "abonnieren",
            "abonneren",
            "abonnez-vous",
            "suscripcion",
            "suscripciones",
            "suscribete",
            "suscribirse",
            "boletines",
            "assine",
            "assinatura",
            "assinaturas",
            "abbonati",
            "abbonamento",
            "abbonamenti",
            "prenumerata",
            "prenumerera",
            "nieuwsbrief",
            "podpiska",
        ],
    ),
    (
        PromptParts::LOGIN_LINK,
        &[
            "login",
            "log-in",
            "signin",
            "sign-in",
            "sign_in",
            "sso",
            "auth",
            "wp-login",
            "register",
            "signup",
            "sign-up",
            "sign_up",
            "connexion",
            "inscription",
            "anmelden",
            "registrieren",
            "inloggen",
            "iniciar-sesion",
            "registro",
            "accedi",
            "entrar",
            "logowanie",
        ],
    ),
    (
        PromptParts::DONATE_LINK,
        &[
            "donate",
            "donation",
            "donations",
            "donate-now",
            "contribute",
            "support-us",
            "spenden",
            "spende",
            "don",
            "dons",
            "faire-un-don",
            "donar",
            "dona",
            "doar",
            "doneer",
            "doneren",
            "wesprzyj",
        ],
    ),
    (
        PromptParts::AUTHOR_LINK,
        &[
            "author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "autore",
            "auteurs",
        ],
    ),
    (PromptParts::EPISODE_LINK, &["podcast", "podcasts"]),
    (
        PromptParts::PRIVACY_LINK,
        &[
            "privacy",
            "privacy-policy",
            "cookie-policy",
            "cookies",
            "datenschutz",
            "confidentialite",
            "privacidad",
            "privacidade",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_known_by_their_host_or_a_segment_of_their_path() {
        for (href, part) in [
            ("https://apps.apple.com/app/id1", PromptParts::STORE_LINK),
            ("https://www.facebook.com/sharer/sharer.php?u=x", PromptParts::SHARE_LINK),
            ("mailto:?subject=x", PromptParts::SHARE_LINK),
            ("//www.patreon.com/harbour", PromptParts::DONATE_LINK),
            ("/Subscribe?from=box", PromptParts::SUBSCRIBE_LINK),
            ("https://news.example/en/login.php", PromptParts::LOGIN_LINK),
        ] {
            assert_eq!(PromptParts::of_link(href), part, "{href}");
        }
        for href in [
            "mailto:desk@news.example",
            "/2024/how-to-subscribe-to-everything",
            "https://facebook.com/harbour",
            "https://patreon.company/",
            "#login-help",
            "",
        ] {
            assert_eq!(PromptParts::of_link(href), PromptParts::default(), "{href}");
        }
    }

    #[test]
    fn a_long_target_is_cut_between_characters() {
        let href = format!("/{}", "é".repeat(MAX_TARGET));
        assert_eq!(PromptParts::of_link(&href), PromptParts::default());
    }
}
