//! What a page says to crawlers about itself.

use std::str::FromStr;

/// The longest `unavailable_after` that is kept, in octets. No date is as long.
const MAX_DATE_BYTES: usize = 64;

/// What a page asks of crawlers in `X-Robots-Tag` headers and `<meta name="robots">`.
///
/// It says what to do with the page, not whether to fetch it, and is reported, never enforced here.
/// There is no standard; the names are those that Google documents, and `noai`, `noimageai` and
/// `nocache` of others. Of several sources the strictest holds: what one asks, all ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own")]
pub struct RobotsDirectives {
    /// `noindex` or `none`: do not show the page in search results.
    pub noindex: bool,
    /// `nofollow` or `none`: do not follow its links.
    pub nofollow: bool,
    /// `noarchive` or `nocache`: do not offer a copy.
    pub noarchive: bool,
    /// `nosnippet` or `max-snippet:0`: do not show an excerpt.
    pub nosnippet: bool,
    /// `noimageindex`: do not index its images.
    pub noimageindex: bool,
    /// `notranslate`: do not offer a translation.
    pub notranslate: bool,
    /// `noai`: do not train models on it.
    pub noai: bool,
    /// `noimageai`: do not train models on its images.
    pub noimageai: bool,
    /// `unavailable_after`: do not show it after this date, as written; formats vary. At most 64
    /// octets, otherwise it is passed over. Of several the first.
    pub unavailable_after: Option<String>,
}

impl RobotsDirectives {
    /// Reads `X-Robots-Tag` headers, each of which may hold several directives, and directives for
    /// one crawler: `noindex, otherbot: nofollow, noarchive`. A crawler's name holds for what
    /// follows it in the same header.
    ///
    /// `agent_token` is the [product token](super::product_token) of the crawler whose directives
    /// count, besides those for all.
    pub fn from_headers<'a>(values: impl Iterator<Item = &'a str>, agent_token: &str) -> Self {
        let mut directives = Self::default();
        for value in values {
            directives.read(value, Some(agent_token));
        }
        directives
    }

    /// Reads the `content` of a `<meta name="robots">`, or of one with a crawler's name: which
    /// elements count is the caller's choice.
    pub fn from_meta(content: &str) -> Self {
        let mut directives = Self::default();
        directives.read(content, None);
        directives
    }

    /// Adds what another source of the same page asks.
    pub fn merge(&mut self, other: Self) {
        self.noindex |= other.noindex;
        self.nofollow |= other.nofollow;
        self.noarchive |= other.noarchive;
        self.nosnippet |= other.nosnippet;
        self.noimageindex |= other.noimageindex;
        self.notranslate |= other.notranslate;
        self.noai |= other.noai;
        self.noimageai |= other.noimageai;
        self.unavailable_after = self.unavailable_after.take().or(other.unavailable_after);
    }

    /// The names of what is asked.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = [
            ("noindex", self.noindex),
            ("nofollow", self.nofollow),
            ("noarchive", self.noarchive),
            ("nosnippet", self.nosnippet),
            ("noimageindex", self.noimageindex),
            ("notranslate", self.notranslate),
            ("noai", self.noai),
            ("noimageai", self.noimageai),
            ("unavailable_after", self.unavailable_after.is_some()),
        ];
        names.into_iter().filter(|(_, is_asked)| *is_asked).map(|(name, _)| name)
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads one header or content. Names of crawlers are looked for only if an agent is given.
    fn read(&mut self, value: &str, agent_token: Option<&str>) {
        let mut is_ours = true;
        let mut parts = value.split(',').peekable();
        while let Some(part) = parts.next() {
            let mut part = part.trim();
            // `bot: noindex`, and `bot: unavailable_after: DATE`
            if let Some(agent) = agent_token
                && let Some((name, rest)) = part.split_once(':')
                && is_crawler_name(name.trim())
            {
                is_ours = ["*", agent].iter().any(|ours| ours.eq_ignore_ascii_case(name.trim()));
                part = rest.trim();
            }
            let valued = part.split_once(':').and_then(|(name, argument)| {
                Some((ValuedDirective::from_str(name.trim()).ok()?, argument.trim()))
            });
            match valued {
                Some((ValuedDirective::UnavailableAfter, date)) => {
                    // The comma of `Friday, 25-Jun-10 15:00:00 GMT` does not end it.
                    let is_weekday = date.chars().all(char::is_alphabetic) && !date.is_empty();
                    let rest = if is_weekday { parts.next() } else { None };
                    if is_ours {
                        self.set_unavailable_after(date, rest);
                    }
                }
                Some((ValuedDirective::MaxSnippet, limit)) => {
                    self.nosnippet |= is_ours && limit == "0";
                }
                // Commas are often forgotten.
                None if is_ours => part.split_whitespace().for_each(|word| self.set(word)),
                Some((ValuedDirective::Other, _)) | None => {}
            }
        }
    }

    fn set(&mut self, word: &str) {
        match word.to_ascii_lowercase().as_str() {
            "none" => {
                self.noindex = true;
                self.nofollow = true;
            }
            "noindex" => self.noindex = true,
            "nofollow" => self.nofollow = true,
            "noarchive" | "nocache" => self.noarchive = true,
            "nosnippet" => self.nosnippet = true,
            "noimageindex" => self.noimageindex = true,
            "notranslate" => self.notranslate = true,
            "noai" => self.noai = true,
            "noimageai" => self.noimageai = true,
            _ => {}
        }
    }

    fn set_unavailable_after(&mut self, date: &str, after_comma: Option<&str>) {
        let length = date.len() + after_comma.map_or(0, |rest| rest.len() + 1);
        if self.unavailable_after.is_none() && !date.is_empty() && length <= MAX_DATE_BYTES {
            let date = match after_comma {
                Some(rest) => format!("{date},{}", rest.trim_end()),
                None => date.to_owned(),
            };
            self.unavailable_after = Some(date);
        }
    }
}

/// Whether what stands before a colon may be a crawler's name: not a directive's, nor the hour of a
/// date that a comma broke up.
fn is_crawler_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '*')
        && ValuedDirective::from_str(name).is_err()
}

/// The directives that have a colon: the part before it is not the name of a crawler.
#[derive(Clone, Copy)]
enum ValuedDirective {
    UnavailableAfter,
    MaxSnippet,
    Other,
}

impl FromStr for ValuedDirective {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "unavailable_after" | "unavailable-after" => Ok(Self::UnavailableAfter),
            "max-snippet" => Ok(Self::MaxSnippet),
            "max-image-preview" | "max-video-preview" => Ok(Self::Other),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directives set, in the order of the fields.
    fn names(directives: &RobotsDirectives) -> String {
        let set = [
            (directives.noindex, "noindex"),
            (directives.nofollow, "nofollow"),
            (directives.noarchive, "noarchive"),
            (directives.nosnippet, "nosnippet"),
            (directives.noimageindex, "noimageindex"),
            (directives.notranslate, "notranslate"),
            (directives.noai, "noai"),
            (directives.noimageai, "noimageai"),
        ];
        let mut names: Vec<&str> =
            set.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| *name).collect();
        names.extend(directives.unavailable_after.as_deref());
        names.join(" ")
    }

    #[test]
    fn headers() {
        for (values, expected) in [
            (&[][..], ""),
            (&[""], ""),
            (&["noindex"], "noindex"),
            (&["NoIndex , NOFOLLOW"], "noindex nofollow"),
            (&["noindex", "noarchive"], "noindex noarchive"),
            (&["none"], "noindex nofollow"),
            (&["all"], ""),
            (&["index, follow"], ""),
            (&["all, noindex"], "noindex"),
            (&["noai, noimageai"], "noai noimageai"),
            (&["nocache"], "noarchive"),
            (&["notranslate,,noimageindex,"], "noimageindex notranslate"),
            (&["otherbot: noindex"], ""),
            (&["otherbot: noindex, nofollow"], ""),
            (&["CopyDesk: noindex, nofollow"], "noindex nofollow"),
            (&["copydesk : noindex"], "noindex"),
            (&["*: noindex"], "noindex"),
            (&["nosnippet, otherbot: noindex, copydesk: nofollow"], "nofollow nosnippet"),
            (&["otherbot: noindex", "nofollow"], "nofollow"),
            (&["copydeskimages: noindex"], ""),
            (&["max-snippet:0"], "nosnippet"),
            (&["max-snippet: 20, noindex"], "noindex"),
            (&["max-snippet:-1, max-image-preview:large, max-video-preview: -1"], ""),
            (&["otherbot: max-snippet:0"], ""),
            (&["copydesk: max-snippet:0"], "nosnippet"),
            (&["unavailable_after: 25 Jun 2010 15:00:00 PST"], "25 Jun 2010 15:00:00 PST"),
            (
                &["unavailable_after: Friday, 25-Jun-10 15:00:00 GMT, noindex"],
                "noindex Friday, 25-Jun-10 15:00:00 GMT",
            ),
            (&["Unavailable_After: 2030-09-21T10:00:00Z,noindex"], "noindex 2030-09-21T10:00:00Z"),
            (&["otherbot: unavailable_after: 2030-09-21"], ""),
            (&["otherbot: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noindex"], ""),
            (&["copydesk: unavailable_after: 2030-09-21"], "2030-09-21"),
            (&["unavailable_after: 2030-01-01", "unavailable_after: 2031-01-01"], "2030-01-01"),
            (&["unavailable_after: 25 Jun 2010, 15:00:00 GMT, noindex"], "noindex 25 Jun 2010"),
            (&["unavailable_after:"], ""),
            (&["unavailable_after: Fri"], "Fri"),
        ] {
            let directives = RobotsDirectives::from_headers(values.iter().copied(), "Copydesk");
            assert_eq!(names(&directives), expected, "{values:?}");
        }
        let long = format!("unavailable_after: {}", "9".repeat(65));
        assert!(RobotsDirectives::from_headers([long.as_str()].into_iter(), "a").is_empty());
    }

    #[test]
    fn elements() {
        for (content, expected) in [
            ("noindex,nofollow", "noindex nofollow"),
            ("NOINDEX NOFOLLOW", "noindex nofollow"),
            (" none ", "noindex nofollow"),
            ("all", ""),
            ("index,follow,max-image-preview:large", ""),
            ("max-snippet : 0", "nosnippet"),
            ("unavailable_after: 2030-09-21", "2030-09-21"),
            // Names of crawlers stand in the element's name, not in its content.
            ("otherbot: noindex", "noindex"),
        ] {
            assert_eq!(names(&RobotsDirectives::from_meta(content)), expected, "{content}");
        }
    }

    #[test]
    fn all_sources_count() {
        let mut directives = RobotsDirectives::from_meta("noindex, unavailable_after: 2030-01-01");
        assert!(!directives.is_empty());
        directives.merge(RobotsDirectives::from_meta("nofollow, unavailable_after: 2031-01-01"));
        assert_eq!(names(&directives), "noindex nofollow 2030-01-01");
        directives.merge(RobotsDirectives::from_meta(
            "noarchive, nosnippet, noimageindex, notranslate, noai, noimageai",
        ));
        assert_eq!(
            names(&directives),
            "noindex nofollow noarchive nosnippet noimageindex notranslate noai noimageai \
             2030-01-01"
        );
    }
}
