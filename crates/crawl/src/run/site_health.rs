//! Judges by its visits whether a run reached its site: a site that is down, blocks the crawler or serves pages
//! without text must not pass for one that has nothing new.

use crate::frontier::{UrlKind, VisitOutcome, VisitTask};

/// New pages without text that count as evidence in a job that has delivered before. One or two may be films.
const MIN_EMPTY: u64 = 3;

/// A value of [`TEXTS_NOTE`]: the latest run with pages had some with text.
const TEXTS_SEEN: &str = "seen";
/// Another one: it had none.
const TEXTS_MISSING: &str = "missing";

/// The name of the note in the state that says whether the pages of the job have text.
pub(super) const TEXTS_NOTE: &str = "texts";

/// A visit, as far as it says something about the site.
pub(super) struct VisitSigns<'a> {
    /// What was known before.
    pub(super) visit: &'a VisitTask,
    /// What the URL turned out to be.
    pub(super) kind: UrlKind,
    pub(super) outcome: VisitOutcome,
    pub(super) is_seed: bool,
    pub(super) has_response: bool,
}

/// What the visits of a run say about the site.
#[derive(Debug, Default)]
pub(super) struct SiteHealth {
    seeds_reached: u64,
    seeds_missed: u64,
    first_missed: Option<String>,
    /// Feeds, sitemaps and pages that had links.
    with_links: u64,
    /// Start pages and sections without links.
    without_links: u64,
    /// Pages with text.
    with_text: u64,
    /// Pages without text.
    empty: u64,
    /// Those of them that were visited for the first time.
    empty_new: u64,
    /// Those of them that had text before.
    empty_lost: u64,
}

impl SiteHealth {
    pub(super) fn add(&mut self, signs: &VisitSigns<'_>) {
        use VisitOutcome::{
            Alias, Changed, Empty, Excluded, Failed, Gone, Links, Missing, New, NotModified,
            Robots, Unchanged,
        };
        let VisitSigns { visit, kind, outcome, is_seed, has_response } = *signs;
        let is_page = kind == UrlKind::Page;
        match outcome {
            Links => self.with_links += 1,
            NotModified if !is_page => self.with_links += 1,
            New | Changed | Unchanged | NotModified => self.with_text += 1,
            // Without a response, the job excluded the URL before it was requested.
            Excluded if has_response => self.with_text += 1,
            Empty if !is_page => self.without_links += 1,
            Empty => {
                self.empty += 1;
                self.empty_new += u64::from(visit.last_visit.is_none());
                self.empty_lost += u64::from(visit.last_change.is_some());
            }
            Alias | Excluded | Failed | Gone | Missing | Robots => {}
        }
        if is_seed {
            match outcome {
                Failed | Gone | Missing | Robots => self.missed(&visit.url),
                _ => self.seeds_reached += 1,
            }
        }
    }

    /// Counts a seed that was not reached.
    pub(super) fn missed(&mut self, seed: &str) {
        self.seeds_missed += 1;
        self.first_missed.get_or_insert_with(|| seed.to_owned());
    }

    /// What is wrong with the site, as a part of a sentence. `known` is the value of [`TEXTS_NOTE`] before this
    /// run.
    pub(super) fn problem(&self, known: Option<&str>) -> Option<String> {
        if self.seeds_reached == 0 && self.seeds_missed > 0 {
            return Some(match self.seeds_missed {
                1 => "the start page was not reached".to_owned(),
                count => format!("none of the {count} start pages was reached"),
            });
        }
        if !self.lacks_text(known) {
            return None;
        }
        Some(match self.empty {
            0 if self.without_links > 0 => "the start page came back without links".to_owned(),
            0 => "no page has come back with text since an earlier run".to_owned(),
            1 => "the only page came back without text".to_owned(),
            count => format!("all {count} pages came back without text"),
        })
    }

    /// What people should know although the site was reached.
    pub(super) fn note(&self) -> Option<String> {
        let first = self.first_missed.as_ref().filter(|_| self.seeds_reached > 0)?;
        let all = self.seeds_reached + self.seeds_missed;
        Some(format!("{} of {all} start pages not reached, such as {first}", self.seeds_missed))
    }

    /// The value of [`TEXTS_NOTE`] after this run; `None` if it stays as it is.
    pub(super) fn texts_note(&self, known: Option<&str>) -> Option<&'static str> {
        if self.with_text > 0 {
            Some(TEXTS_SEEN)
        } else if self.empty > 0 && self.lacks_text(known) {
            Some(TEXTS_MISSING)
        } else {
            None
        }
    }

    /// Whether pages come back without text, where they should have some. A page that had none before says
    /// nothing new.
    fn lacks_text(&self, known: Option<&str>) -> bool {
        let is_new_job = known != Some(TEXTS_SEEN);
        let lost = self.empty_lost > 0
            || self.empty_new >= MIN_EMPTY
            || is_new_job && self.empty > 0
            || known == Some(TEXTS_MISSING)
            || self.without_links > 0 && self.with_links == 0;
        lost && self.with_text == 0
    }
}

#[cfg(test)]
mod tests {
    use copydesk_fetch::Validators;
    use jiff::Timestamp;

    use super::*;
    use crate::frontier::{DiscoverySource, UrlId};

    /// A visit of a URL: whether it was visited before, and whether it had text.
    fn visit(was_visited: bool, had_text: bool) -> VisitTask {
        let time: Timestamp = "2026-03-01T06:00:00Z".parse().unwrap();
        VisitTask {
            id: UrlId(1),
            url: "https://a.example/".into(),
            kind: UrlKind::Page,
            via: DiscoverySource::Link,
            priority: 5,
            depth: 1,
            due: time,
            first_seen: time,
            last_visit: was_visited.then_some(time),
            last_change: had_text.then_some(time),
            validators: Validators::default(),
            fingerprint: None,
            interval_seconds: None,
            failures: 0,
            missing: 0,
        }
    }

    fn health(visits: &[(UrlKind, VisitOutcome, VisitTask)]) -> SiteHealth {
        let mut health = SiteHealth::default();
        for (kind, outcome, visit) in visits {
            let (kind, outcome) = (*kind, *outcome);
            let is_seed = kind == UrlKind::Hub;
            health.add(&VisitSigns { visit, kind, outcome, is_seed, has_response: true });
        }
        health
    }

    #[test]
    fn a_site_without_start_pages_or_text_is_a_problem() {
        use UrlKind::{Hub, Page};
        use VisitOutcome::{Empty, Failed, Links, NotModified, Robots, Unchanged};
        let (first, empty, full) = (visit(false, false), visit(true, false), visit(true, true));
        let start = (Hub, Links, visit(true, false));
        let new_empty = (Page, Empty, first.clone());
        let many: Vec<_> = std::iter::repeat_n(new_empty.clone(), 3).collect();
        let with_start = |pages: &[(UrlKind, VisitOutcome, VisitTask)]| {
            [std::slice::from_ref(&start), pages].concat()
        };
        let seen = Some("seen");
        for (case, visits, known, expected) in [
            ("nothing was visited", vec![], None, None),
            (
                "the start page fails",
                vec![(Hub, Failed, empty.clone())],
                seen,
                Some("the start page was not reached"),
            ),
            (
                "both start pages are refused",
                vec![(Hub, Robots, empty.clone()), (Hub, Failed, empty.clone())],
                seen,
                Some("none of the 2 start pages was reached"),
            ),
            (
                "a first run has an empty page",
                with_start(&many[..1]),
                None,
                Some("the only page came back without text"),
            ),
            ("a job that works has an empty page", with_start(&many[..1]), seen, None),
            ("it has many", with_start(&many), seen, Some("all 3 pages came back without text")),
            (
                "a page lost its text",
                with_start(&[(Page, Empty, full.clone())]),
                seen,
                Some("the only page came back without text"),
            ),
            ("a page is empty as before", with_start(&[(Page, Empty, empty.clone())]), seen, None),
            (
                "others have text",
                with_start(&[many.clone(), vec![(Page, Unchanged, full)]].concat()),
                seen,
                None,
            ),
            (
                "a start page needs JavaScript",
                vec![(Hub, Empty, empty.clone())],
                seen,
                Some("the start page came back without links"),
            ),
            (
                "a sitemap leads on",
                vec![(Hub, Empty, empty.clone()), (UrlKind::Sitemap, NotModified, empty)],
                seen,
                None,
            ),
            (
                "still no text",
                with_start(&[]),
                Some("missing"),
                Some("no page has come back with text since an earlier run"),
            ),
        ] {
            assert_eq!(health(&visits).problem(known).as_deref(), expected, "{case}");
        }
    }

    #[test]
    fn a_problem_lasts_until_a_page_has_text() {
        use UrlKind::{Hub, Page};
        use VisitOutcome::{Empty, Links, New};
        let start = (Hub, Links, visit(true, false));
        let run = |pages: &[VisitOutcome]| {
            let pages = pages.iter().map(|outcome| (Page, *outcome, visit(false, false)));
            health(&std::iter::once(start.clone()).chain(pages).collect::<Vec<_>>())
        };
        let first = run(&[Empty]).texts_note(None);
        assert_eq!(first, Some("missing"));
        assert_eq!(run(&[]).texts_note(first), None);
        assert!(run(&[]).problem(first).is_some());
        let last = run(&[New]).texts_note(first);
        assert_eq!((last, run(&[New]).problem(first)), (Some("seen"), None));
        assert_eq!(run(&[]).problem(last), None);
    }
}
