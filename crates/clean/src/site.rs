//! Rules for single sites: selectors to keep and to drop, and lines to drop.
//!
//! `config/sites/README.md` describes the format.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{Html, Selector};
use serde::Deserialize;

use crate::lexicon::NormalizedText;
use crate::segment::{PageBlock, SegmentedPage};
use crate::{Error, ErrorKind};

/// The host of a rule for all pages.
const EVERY_HOST: &str = "*";

/// Selectors and lines to keep or drop, by host. Default: no rules.
///
/// A rule for `example.com` also holds for `news.example.com`. If several rules match, only the one with
/// the longest host is used. A rule for `*` is used for the pages that no other rule matches, also those without a URL.
///
/// ```
/// use copydesk_clean::SiteRules;
///
/// let rule = "host = \"coast.example\"\ndrop = [\".teaser\"]\ndrop_lines = [\"Read on *\"]";
/// assert!(!SiteRules::from_toml([("coast", rule)])?.is_empty());
/// # Ok::<(), copydesk_clean::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SiteRules {
    by_host: HashMap<String, SiteRule>,
}

#[derive(Clone, Debug)]
struct SiteRule {
    host: String,
    keep: Vec<Selector>,
    drop: Vec<Selector>,
    drop_lines: HashSet<String>,
    drop_starts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteRuleFile {
    host: String,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    drop_lines: Vec<String>,
}

/// The decision of a site rule about a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SiteRuling {
    Keep,
    Drop,
}

impl SiteRules {
    /// Reads site rules from pairs of a name and TOML text. The name is the file stem, used in errors; the
    /// host is in the file.
    ///
    /// # Errors
    /// If a file, or a selector in it, does not parse.
    pub fn from_toml<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut by_host = HashMap::new();
        for (name, text) in files {
            let fail = |kind| Error::new(format!("sites/{name}.toml"), kind);
            let file: SiteRuleFile = toml::from_str(text).map_err(|error| fail(error.into()))?;
            let selectors = |sources: &[String]| {
                sources
                    .iter()
                    .map(|source| {
                        Selector::parse(source).map_err(|error| {
                            fail(ErrorKind::Selector {
                                selector: source.clone(),
                                reason: error.to_string(),
                            })
                        })
                    })
                    .collect::<Result<Vec<_>, _>>()
            };
            let host = file.host.trim().trim_start_matches("www.").to_ascii_lowercase();
            let (starts, lines): (Vec<String>, Vec<String>) =
                file.drop_lines.into_iter().partition(|line| line.ends_with('*'));
            let core =
                |line: &String| NormalizedText::new(line.trim_end_matches('*')).core().to_owned();
            let rule = SiteRule {
                host: host.clone(),
                keep: selectors(&file.keep)?,
                drop: selectors(&file.drop)?,
                drop_lines: lines.iter().map(core).filter(|line| !line.is_empty()).collect(),
                drop_starts: starts.iter().map(core).filter(|line| !line.is_empty()).collect(),
            };
            by_host.insert(host, rule);
        }
        Ok(Self { by_host })
    }

    /// Whether there is no rule for any host.
    pub fn is_empty(&self) -> bool {
        self.by_host.is_empty()
    }

    /// The name of the rule for a page of this host, and its decision about each block of the page. `None` if there
    /// is no rule for it, or if it decides nothing.
    pub(crate) fn rulings(
        &self,
        host: Option<&str>,
        html: Option<&Html>,
        page: &SegmentedPage,
    ) -> Option<(String, Vec<Option<SiteRuling>>)> {
        let rule =
            host.and_then(|host| self.find(host)).or_else(|| self.by_host.get(EVERY_HOST))?;
        let kept = nodes(&rule.keep, html);
        let dropped = nodes(&rule.drop, html);
        let ruling = |block: &PageBlock| {
            if rule.drops_line(page.text_of(block)) {
                return Some(SiteRuling::Drop);
            }
            // The innermost element that a selector matches decides, so that a part of a dropped element
            // can be kept. If both match it, it is dropped.
            page.ancestors(block.element).filter_map(|element| element.node).find_map(
                |node| match (dropped.contains(&node), kept.contains(&node)) {
                    (true, _) => Some(SiteRuling::Drop),
                    (false, true) => Some(SiteRuling::Keep),
                    (false, false) => None,
                },
            )
        };
        let rulings: Vec<_> = page.blocks.iter().map(ruling).collect();
        rulings.iter().any(Option::is_some).then(|| (format!("site/{}", rule.host), rulings))
    }

    fn find(&self, host: &str) -> Option<&SiteRule> {
        if self.by_host.is_empty() {
            return None;
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let mut rest = host.as_str();
        loop {
            if let Some(rule) = self.by_host.get(rest) {
                return Some(rule);
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

fn nodes(selectors: &[Selector], html: Option<&Html>) -> HashSet<NodeId> {
    let Some(html) = html else { return HashSet::new() };
    selectors
        .iter()
        .flat_map(|selector| html.select(selector).map(|element| element.id()))
        .collect()
}

impl SiteRule {
    fn drops_line(&self, text: &str) -> bool {
        // A line to drop is short, and normalizing a long paragraph would be wasted time.
        if self.drop_lines.is_empty() && self.drop_starts.is_empty() || text.len() > 2_000 {
            return false;
        }
        let normalized = NormalizedText::new(text);
        let core = normalized.core();
        self.drop_lines.contains(core)
            || self.drop_starts.iter().any(|start| core.starts_with(start.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CleanInput, CleanOptions, Cleaner, Lexicon};

    #[test]
    fn an_error_names_the_selector_or_the_unknown_field() {
        let fail = |text| SiteRules::from_toml([("a", text)]).unwrap_err().to_string();
        assert!(fail("host = \"a.example\"\ndrop = [\"p[\"]").contains("p["));
        assert!(fail("host = \"a.example\"\ndrops = []").contains("drops"));
    }

    #[test]
    fn a_rule_holds_for_subdomains() {
        let rules = SiteRules::from_toml([
            ("a", "host = \"www.a.example\""),
            ("b", "host = \"b.a.example\""),
        ])
        .unwrap();
        let host = |host| rules.find(host).map(|rule| rule.host.as_str());
        assert_eq!(host("news.A.example"), Some("a.example"));
        assert_eq!(host("x.b.a.example"), Some("b.a.example"));
        assert_eq!(host("notaa.example"), None);
    }

    #[test]
    fn a_rule_for_every_host_is_for_pages_without_a_rule_of_their_own() {
        let rules = SiteRules::from_toml([
            ("any", "host = \"*\"\ndrop = [\".teaser\"]"),
            ("own", "host = \"coast.example\"\ndrop = [\".promo\"]"),
        ])
        .unwrap();
        let cleaner = Cleaner::new(CleanOptions::default(), Lexicon::default(), rules);
        let page = "<article><h1>Ferry returns</h1>\
            <p>The ferry sailed again on Monday after nine weeks in dock, the harbour master said.</p>\
            <p class=teaser>The crew had used the winter to replace both engines and the galley.</p>\
            <p class=promo>Tickets for the first week were sold out by noon, the company said.</p></article>";
        let text = |url: &'static str| {
            let input = CleanInput::new("ferry.html", page.as_bytes());
            cleaner.clean(&if url.is_empty() { input } else { input.url(url) }).text
        };
        for elsewhere in ["", "https://inland.example/ferry"] {
            let text = text(elsewhere);
            assert!(text.contains("Tickets") && !text.contains("engines"), "{elsewhere}: {text}");
        }
        let text = text("https://www.coast.example/ferry");
        assert!(text.contains("engines") && !text.contains("Tickets"), "{text}");
    }
}
