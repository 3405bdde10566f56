//! Decides what is news: of each visit, what is told of it and when it is made again.

use copydesk_clean::{ChangeKind, Outcome, PageChange, Record, RecordError};
use jiff::Timestamp;
use url::Url;

use super::found::{Finder, Found, host_key};
use super::ledger::Ledger;
use super::revisit::{self, next_visit};
use super::seen::{Page, Seen, Visited};
use super::told::Told;
use crate::error::Error;
use crate::frontier::{
    Finish, Kind, LeaseKey, NewDelivery, UrlState, Via, Visit, VisitError, VisitOutcome,
};
use crate::jobs::Job;
use copydesk_core::settings::DedupeChoice;

/// Times in a row that a page is not there until it is gone.
const TIMES_MISSING: u32 = 2;

/// The share of words in which two versions of a page differ at most, for print, for telephones: they leave out this
/// or that. Of two pages, most differs.
const MAX_SHARE_OF_ONE_PAGE: f64 = 0.3;

/// Enters visits into a ledger.
pub(super) struct News<'a> {
    pub(super) job: &'a Job,
    pub(super) finder: &'a Finder,
}

/// What is told of a visit, without what all visits have in common.
struct Verdict {
    outcome: VisitOutcome,
    /// What the next visit is planned by, if not by the outcome.
    planned_as: Option<VisitOutcome>,
    state: UrlState,
    kind: Option<Kind>,
    fingerprint: Option<u64>,
    text: Option<String>,
    error: Option<VisitError>,
    delivery: Option<NewDelivery>,
    found: Found,
}

impl Verdict {
    fn new(outcome: VisitOutcome) -> Self {
        Self {
            outcome,
            planned_as: None,
            state: UrlState::Active,
            kind: None,
            fingerprint: None,
            text: None,
            error: None,
            delivery: None,
            found: Found::default(),
        }
    }

    fn failed(outcome: VisitOutcome, error: VisitError) -> Self {
        Self { error: Some(error), ..Self::new(outcome) }
    }
}

impl News<'_> {
    /// Enters a visit. One that was not made enters nothing: its URL is still due.
    pub(super) fn enter(&self, mut visited: Visited, ledger: &mut Ledger) -> Result<(), Error> {
        if ledger.is_pending(visited.visit.id) {
            // It counted for another name of it just now.
            ledger.flush()?;
        }
        let seen = std::mem::replace(&mut visited.seen, Seen::Stopped);
        match seen {
            Seen::Stopped | Seen::HostParked(..) => {}
            Seen::Page(page) => self.page(visited, *page, ledger)?,
            Seen::Links(kind, found) => self.links(&visited, kind, found, ledger),
            Seen::NotModified => {
                self.over(&visited, Verdict::new(VisitOutcome::NotModified), ledger);
            }
            Seen::Missing => self.missing(&visited, ledger)?,
            Seen::Failed(error) => {
                self.over(&visited, Verdict::failed(VisitOutcome::Failed, error), ledger);
            }
            Seen::Robots(error) => {
                self.over(&visited, Verdict::failed(VisitOutcome::Robots, error), ledger);
            }
            // What the job names itself is tried again.
            Seen::Unwanted(error) if visited.visit.via == Via::Seed => {
                self.over(&visited, Verdict::failed(VisitOutcome::Failed, error), ledger);
            }
            Seen::Unwanted(error) => {
                let verdict = Verdict::failed(VisitOutcome::Excluded, error);
                self.over(&visited, Verdict { state: UrlState::Excluded, ..verdict }, ledger);
            }
        }
        Ok(())
    }

    /// Enters that a URL does not belong to the job any more. It is looked at again in a while, as the job may
    /// change again.
    pub(super) fn leave_out(
        &self,
        lease: LeaseKey,
        visit: Visit,
        at: Timestamp,
        ledger: &mut Ledger,
    ) {
        let visited = Visited {
            lease,
            visit,
            at,
            status: None,
            redirected_to: None,
            wire_bytes: 0,
            validators: None,
            fresh: None,
            seen: Seen::Stopped,
        };
        let planned_as = Some(VisitOutcome::Robots);
        let verdict = Verdict { planned_as, ..Verdict::new(VisitOutcome::Excluded) };
        self.over(&visited, verdict, ledger);
    }

    /// A feed, a sitemap, or a page that is read for its links.
    fn links(&self, visited: &Visited, kind: Kind, found: Found, ledger: &mut Ledger) {
        // Of a page that is not delivered, it is the links that change.
        let fingerprint = fingerprint(&found);
        let is_same = visited.visit.fingerprint == Some(fingerprint);
        let planned_as = match kind {
            Kind::Page if is_same => Some(VisitOutcome::Unchanged),
            Kind::Page => Some(VisitOutcome::Changed),
            _ => None,
        };
        let verdict = Verdict {
            planned_as,
            kind: Some(kind),
            fingerprint: Some(fingerprint),
            found,
            ..Verdict::new(VisitOutcome::Links)
        };
        self.over(visited, verdict, ledger);
    }

    fn missing(&self, visited: &Visited, ledger: &mut Ledger) -> Result<(), Error> {
        let visit = &visited.visit;
        let status = visited.status.unwrap_or(404);
        let error =
            VisitError { kind: "status".into(), message: format!("the server answered {status}") };
        let is_gone = visit.missing + 1 >= TIMES_MISSING && visit.via != Via::Seed;
        if !is_gone {
            self.over(visited, Verdict::failed(VisitOutcome::Missing, error), ledger);
            return Ok(());
        }
        let told = ledger.frontier.delivered_text(visit.id)?;
        let delivery = told.filter(|_| self.job.change.gone).map(|text| {
            let mut record = Record::failed(&visit.url, "status", &error.message, "");
            record.metadata.url = Some(visit.url.clone());
            record.metadata.hostname =
                Url::parse(&visit.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let removed = Told::read(&text).blocks();
            let share = 1.0;
            record.change = Some(change(visit, ChangeKind::Gone, share, Vec::new(), removed));
            delivery(ChangeKind::Gone, &record)
        });
        let verdict = Verdict::failed(VisitOutcome::Gone, error);
        self.over(visited, Verdict { state: UrlState::Gone, delivery, ..verdict }, ledger);
        Ok(())
    }

    fn page(&self, visited: Visited, page: Page, ledger: &mut Ledger) -> Result<(), Error> {
        match self.other_name(&visited, &page, ledger)? {
            Name::Own => self.own_page(&visited, page, ledger),
            Name::Of(None) => {
                self.alias(&visited, page.found, ledger);
                Ok(())
            }
            Name::Of(Some(other)) => {
                self.alias(&visited, Found::default(), ledger);
                let mut page = page;
                page.record.source.clone_from(&other.url);
                // Those of another address are not its own, unless it was led there.
                let validators = visited.redirected_to.as_ref().and(visited.validators.clone());
                let visited = Visited { visit: *other, validators, wire_bytes: 0, ..visited };
                self.own_page(&visited, page, ledger)
            }
        }
    }

    /// Whether this is the page of another address, and if nobody has seen that yet, its entry.
    fn other_name(
        &self,
        visited: &Visited,
        page: &Page,
        ledger: &mut Ledger,
    ) -> Result<Name, Error> {
        let visit = &visited.visit;
        let (other, is_redirect) = match (&visited.redirected_to, &page.canonical) {
            (Some(to), _) => (to, true),
            (None, Some(canonical)) => (canonical, false),
            (None, None) => return Ok(Name::Own),
        };
        if other.as_str() == visit.url {
            return Ok(Name::Own);
        }
        let Some(entry) = self.finder.other_name(other, visit.kind, visit.depth) else {
            // A redirect of a seed may lead out of the scope; what it leads to is what is wanted.
            return Ok(Name::Own);
        };
        let is_of_host = Url::parse(&visit.url).ok().and_then(|url| host_key(&url));
        let is_here = is_of_host.as_deref() == Some(entry.host.as_str());
        let known = match ledger.frontier.find(ledger.job, &entry.url)? {
            Some((known, _)) if ledger.is_pending(known.id) => {
                ledger.flush()?;
                ledger.frontier.find(ledger.job, &entry.url)?
            }
            known => known,
        };
        let is_seen = |known: &Visit| known.last_visit.is_some();
        match known {
            Some((known, _)) if is_seen(&known) && is_redirect => Ok(Name::Of(None)),
            // What a page says of itself is believed where the other page says the same.
            Some((known, _)) if is_seen(&known) => {
                let told = ledger.frontier.delivered_text(known.id)?;
                let is_same = told.is_some_and(|told| {
                    let page = Told::of(&page.record, &page.doubtful);
                    Told::read(&told).difference(&page).share <= MAX_SHARE_OF_ONE_PAGE
                });
                Ok(if is_same { Name::Of(None) } else { Name::Own })
            }
            Some((known, UrlState::Active)) if is_here => Ok(Name::Of(Some(Box::new(known)))),
            Some(_) => Ok(if is_redirect { Name::Of(None) } else { Name::Own }),
            None if is_here => {
                let url = entry.url.clone();
                ledger.found([entry]);
                ledger.flush()?;
                let known = ledger.frontier.find(ledger.job, &url)?;
                Ok(known.map_or(Name::Own, |(known, _)| Name::Of(Some(Box::new(known)))))
            }
            // Its own host says when it is visited.
            None if is_redirect => {
                ledger.found([entry]);
                Ok(Name::Of(None))
            }
            None => Ok(Name::Own),
        }
    }

    fn alias(&self, visited: &Visited, found: Found, ledger: &mut Ledger) {
        // What the job names stays in it.
        let is_seed = visited.visit.via == Via::Seed;
        let state = if is_seed { UrlState::Active } else { UrlState::Alias };
        let verdict = Verdict { state, found, ..Verdict::new(VisitOutcome::Alias) };
        self.over(visited, verdict, ledger);
    }

    fn own_page(&self, visited: &Visited, page: Page, ledger: &mut Ledger) -> Result<(), Error> {
        let Page { mut record, print, doubtful, excluded, found, .. } = page;
        let visit = &visited.visit;
        let removed_blocks: usize = record.removed.counts.values().sum();
        ledger.figures_mut().removed_blocks += removed_blocks as u64;
        if record.outcome == Outcome::Error && record.text.is_empty() {
            let error = record.error.take().map(of_record);
            let verdict = Verdict { error, found, ..Verdict::new(VisitOutcome::Failed) };
            self.over(visited, verdict, ledger);
            return Ok(());
        }
        let fingerprint = fingerprint_of(&record);
        let same = |outcome, found| Verdict { fingerprint, found, ..Verdict::new(outcome) };
        let outcome = if record.text.is_empty() {
            Some(VisitOutcome::Empty)
        } else if excluded.is_some() {
            Some(VisitOutcome::Excluded)
        } else if fingerprint.is_some() && fingerprint == visit.fingerprint {
            Some(VisitOutcome::Unchanged)
        } else {
            None
        };
        if let Some(outcome) = outcome {
            self.over(visited, same(outcome, found), ledger);
            return Ok(());
        }
        let told = Told::of(&record, &doubtful);
        let kind = if let Some(before) = ledger.frontier.delivered_text(visit.id)? {
            let difference = Told::read(&before).difference(&told);
            if difference.share <= self.job.change.min_share.get() {
                self.over(visited, same(VisitOutcome::Unchanged, found), ledger);
                return Ok(());
            }
            #[expect(clippy::cast_possible_truncation, reason = "a share")]
            let share = difference.share as f32;
            let (added, removed) = (difference.added, difference.removed);
            record.change = Some(change(visit, ChangeKind::Changed, share, added, removed));
            ChangeKind::Changed
        } else {
            let (added, removed) = (Vec::new(), Vec::new());
            record.change = Some(change(visit, ChangeKind::New, 1.0, added, removed));
            ChangeKind::New
        };
        if let (Some(duplicates), Some(print)) = (&mut ledger.duplicates, &print) {
            let first = duplicates.admit(print, &visit.url)?;
            // It is like itself, as it was.
            record.duplicate_of = first.filter(|first| *first != visit.url);
        }
        let is_dropping = self.job.settings.dedupe == DedupeChoice::Drop;
        if record.duplicate_of.is_some() && is_dropping {
            self.over(visited, same(VisitOutcome::Excluded, found), ledger);
            return Ok(());
        }
        let outcome = match kind {
            ChangeKind::New => VisitOutcome::New,
            _ => VisitOutcome::Changed,
        };
        let verdict = Verdict {
            fingerprint,
            text: Some(told.written()),
            delivery: Some(delivery(kind, &record)),
            found,
            ..Verdict::new(outcome)
        };
        self.over(visited, verdict, ledger);
        Ok(())
    }

    fn over(&self, visited: &Visited, verdict: Verdict, ledger: &mut Ledger) {
        let Verdict { outcome, planned_as, state, kind, fingerprint, text, error, .. } = verdict;
        let Verdict { delivery, found, .. } = verdict;
        let next = next_visit(
            &self.job.revisit,
            &revisit::Visited {
                visit: &visited.visit,
                kind: kind.unwrap_or(visited.visit.kind),
                outcome: planned_as.unwrap_or(outcome),
                at: visited.at,
                fresh: visited.fresh,
            },
        );
        let figures = ledger.figures_mut();
        figures.out_of_scope += found.out_of_scope;
        figures.trapped += found.trapped;
        let next_visit = next.at.filter(|_| state == UrlState::Active);
        ledger.finish(Finish {
            lease: visited.lease,
            url: visited.visit.id,
            at: visited.at,
            outcome,
            state,
            kind,
            next_visit,
            interval_seconds: next.interval_seconds,
            validators: visited.validators.clone(),
            fingerprint,
            text,
            status: visited.status,
            wire_bytes: visited.wire_bytes,
            error,
            delivery,
            found: found.urls,
        });
    }
}

/// Whose page it is.
enum Name {
    /// That of the address that was asked for.
    Own,
    /// That of another address, which nobody has seen yet if it is here.
    Of(Option<Box<Visit>>),
}

fn fingerprint_of(record: &Record) -> Option<u64> {
    u64::from_str_radix(&record.fingerprint, 16).ok()
}

/// Of the links of a page, in any order.
fn fingerprint(found: &Found) -> u64 {
    let hashes = found.urls.iter().map(|url| xxhash_rust::xxh3::xxh3_64(url.url.as_bytes()));
    hashes.fold(found.urls.len() as u64, u64::wrapping_add)
}

fn of_record(error: RecordError) -> VisitError {
    VisitError { kind: error.kind, message: error.message }
}

fn change(
    visit: &Visit,
    kind: ChangeKind,
    share: f32,
    added: Vec<String>,
    removed: Vec<String>,
) -> PageChange {
    let shown = |at: Timestamp| {
        Timestamp::from_second(at.as_second()).map_or_else(|_| at.to_string(), |at| at.to_string())
    };
    PageChange {
        kind,
        share,
        added,
        removed,
        first_seen: shown(visit.first_seen),
        last_change: visit.last_change.map(shown),
    }
}

fn delivery(change: ChangeKind, record: &Record) -> NewDelivery {
    // A record holds nothing that JSON cannot say.
    NewDelivery { change, record: serde_json::to_vec(record).unwrap_or_default() }
}
