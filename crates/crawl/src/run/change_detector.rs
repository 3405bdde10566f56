//! Decides what is news: of each visit, what is told of it and when it is made again.

use copydesk_clean::{ChangeKind, PageChange, Record, RecordError, RecordErrorKind, RecordOutcome};
use jiff::Timestamp;
use url::Url;

use super::commit_buffer::CommitBuffer;
use super::completed_visit::{CompletedVisit, CrawledPage, FetchOutcome};
use super::delivered_text::DeliveredText;
use super::discovery::{DiscoveredUrls, UrlDiscovery, host_key};
use super::revisit::{self, next_visit};
use crate::error::Error;
use crate::frontier::{
    DiscoverySource, LeaseKey, NewDelivery, UrlKind, UrlState, VisitCommit, VisitError,
    VisitOutcome, VisitTask,
};
use crate::jobs::CrawlJob;
use copydesk_core::settings::DedupeChoice;

/// Times in a row that a page is not there until it is gone.
const MISSING_BEFORE_GONE: u32 = 2;

/// The share of words in which two versions of a page differ at most, for print, for telephones: they leave out this
/// or that. Of two pages, most differs.
const MAX_SHARE_OF_ONE_PAGE: f64 = 0.3;

/// Enters visits into a ledger.
pub(super) struct ChangeDetector<'a> {
    pub(super) job: &'a CrawlJob,
    pub(super) discovery: &'a UrlDiscovery,
}

/// What is told of a visit, without what all visits have in common.
struct VisitVerdict {
    outcome: VisitOutcome,
    /// What the next visit is planned by, if not by the outcome.
    planned_as: Option<VisitOutcome>,
    state: UrlState,
    kind: Option<UrlKind>,
    fingerprint: Option<u64>,
    text: Option<String>,
    error: Option<VisitError>,
    delivery: Option<NewDelivery>,
    found: DiscoveredUrls,
}

impl VisitVerdict {
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
            found: DiscoveredUrls::default(),
        }
    }

    fn failed(outcome: VisitOutcome, error: VisitError) -> Self {
        Self { error: Some(error), ..Self::new(outcome) }
    }
}

impl ChangeDetector<'_> {
    /// Enters a visit. One that was not made enters nothing: its URL is still due.
    pub(super) fn process(
        &self,
        mut visited: CompletedVisit,
        ledger: &mut CommitBuffer,
    ) -> Result<(), Error> {
        if ledger.is_pending(visited.visit.id) {
            // It counted for another name of it just now.
            ledger.flush()?;
        }
        let seen = std::mem::replace(&mut visited.outcome, FetchOutcome::Stopped);
        match seen {
            FetchOutcome::Stopped | FetchOutcome::HostBackedOff(..) => {}
            FetchOutcome::Page(page) => self.page(visited, *page, ledger)?,
            FetchOutcome::Links(kind, found) => self.links(&visited, kind, found, ledger),
            FetchOutcome::NotModified => {
                self.commit_visit(&visited, VisitVerdict::new(VisitOutcome::NotModified), ledger);
            }
            FetchOutcome::Missing => self.missing(&visited, ledger)?,
            FetchOutcome::Failed(error) => {
                self.commit_visit(
                    &visited,
                    VisitVerdict::failed(VisitOutcome::Failed, error),
                    ledger,
                );
            }
            FetchOutcome::Robots(error) => {
                self.commit_visit(
                    &visited,
                    VisitVerdict::failed(VisitOutcome::Robots, error),
                    ledger,
                );
            }
            // What the job names itself is tried again.
            FetchOutcome::Unwanted(error) if visited.visit.via == DiscoverySource::Seed => {
                self.commit_visit(
                    &visited,
                    VisitVerdict::failed(VisitOutcome::Failed, error),
                    ledger,
                );
            }
            FetchOutcome::Unwanted(error) => {
                let verdict = VisitVerdict::failed(VisitOutcome::Excluded, error);
                self.commit_visit(
                    &visited,
                    VisitVerdict { state: UrlState::Excluded, ..verdict },
                    ledger,
                );
            }
        }
        Ok(())
    }

    /// Enters that a URL does not belong to the job any more. It is looked at again in a while, as the job may
    /// change again.
    pub(super) fn exclude(
        &self,
        lease: LeaseKey,
        visit: VisitTask,
        at: Timestamp,
        ledger: &mut CommitBuffer,
    ) {
        let visited = CompletedVisit {
            lease,
            visit,
            at,
            status: None,
            redirected_to: None,
            wire_bytes: 0,
            validators: None,
            freshness: None,
            outcome: FetchOutcome::Stopped,
        };
        let planned_as = Some(VisitOutcome::Robots);
        let verdict = VisitVerdict { planned_as, ..VisitVerdict::new(VisitOutcome::Excluded) };
        self.commit_visit(&visited, verdict, ledger);
    }

    /// A feed, a sitemap, or a page that is read for its links.
    fn links(
        &self,
        visited: &CompletedVisit,
        kind: UrlKind,
        found: DiscoveredUrls,
        ledger: &mut CommitBuffer,
    ) {
        // Of a page that is not delivered, it is the links that change.
        let fingerprint = links_fingerprint(&found);
        let is_same = visited.visit.fingerprint == Some(fingerprint);
        let planned_as = match kind {
            UrlKind::Page if is_same => Some(VisitOutcome::Unchanged),
            UrlKind::Page => Some(VisitOutcome::Changed),
            _ => None,
        };
        let verdict = VisitVerdict {
            planned_as,
            kind: Some(kind),
            fingerprint: Some(fingerprint),
            found,
            ..VisitVerdict::new(VisitOutcome::Links)
        };
        self.commit_visit(visited, verdict, ledger);
    }

    fn missing(&self, visited: &CompletedVisit, ledger: &mut CommitBuffer) -> Result<(), Error> {
        let visit = &visited.visit;
        let status = visited.status.unwrap_or(404);
        let error =
            VisitError { kind: "status".into(), message: format!("the server answered {status}") };
        let is_gone =
            visit.missing + 1 >= MISSING_BEFORE_GONE && visit.via != DiscoverySource::Seed;
        if !is_gone {
            self.commit_visit(visited, VisitVerdict::failed(VisitOutcome::Missing, error), ledger);
            return Ok(());
        }
        let told = ledger.frontier.delivered_text(visit.id)?;
        let delivery = told.filter(|_| self.job.change.gone).map(|text| {
            let mut record =
                Record::failed(&visit.url, RecordErrorKind::Status, &error.message, "");
            record.url = Some(visit.url.clone());
            record.hostname =
                Url::parse(&visit.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let removed = DeliveredText::from_stored(&text).into_texts();
            let share = 1.0;
            record.change = Some(change(visit, ChangeKind::Gone, share, Vec::new(), removed));
            delivery(ChangeKind::Gone, &record)
        });
        let verdict = VisitVerdict::failed(VisitOutcome::Gone, error);
        self.commit_visit(
            visited,
            VisitVerdict { state: UrlState::Gone, delivery, ..verdict },
            ledger,
        );
        Ok(())
    }

    fn page(
        &self,
        visited: CompletedVisit,
        page: CrawledPage,
        ledger: &mut CommitBuffer,
    ) -> Result<(), Error> {
        match self.page_identity(&visited, &page, ledger)? {
            PageIdentity::Own => self.own_page(&visited, page, ledger),
            PageIdentity::AliasOf(None) => {
                self.alias(&visited, page.found, ledger);
                Ok(())
            }
            PageIdentity::AliasOf(Some(other)) => {
                self.alias(&visited, DiscoveredUrls::default(), ledger);
                let mut page = page;
                page.record.source.clone_from(&other.url);
                // Those of another address are not its own, unless it was led there.
                let validators = visited.redirected_to.as_ref().and(visited.validators.clone());
                let visited =
                    CompletedVisit { visit: *other, validators, wire_bytes: 0, ..visited };
                self.own_page(&visited, page, ledger)
            }
        }
    }

    /// Whether this is the page of another address, and if nobody has seen that yet, its entry.
    fn page_identity(
        &self,
        visited: &CompletedVisit,
        page: &CrawledPage,
        ledger: &mut CommitBuffer,
    ) -> Result<PageIdentity, Error> {
        let visit = &visited.visit;
        let (other, is_redirect) = match (&visited.redirected_to, &page.canonical) {
            (Some(to), _) => (to, true),
            (None, Some(canonical)) => (canonical, false),
            (None, None) => return Ok(PageIdentity::Own),
        };
        if other.as_str() == visit.url {
            return Ok(PageIdentity::Own);
        }
        let Some(entry) = self.discovery.alias(other, visit.kind, visit.depth) else {
            // A redirect of a seed may lead out of the scope; what it leads to is what is wanted.
            return Ok(PageIdentity::Own);
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
        let is_seen = |known: &VisitTask| known.last_visit.is_some();
        match known {
            Some((known, _)) if is_seen(&known) && is_redirect => Ok(PageIdentity::AliasOf(None)),
            // What a page says of itself is believed where the other page says the same.
            Some((known, _)) if is_seen(&known) => {
                let told = ledger.frontier.delivered_text(known.id)?;
                let is_same = told.is_some_and(|told| {
                    let page = DeliveredText::from_record(&page.record, &page.doubtful);
                    DeliveredText::from_stored(&told).difference(&page).share
                        <= MAX_SHARE_OF_ONE_PAGE
                });
                Ok(if is_same { PageIdentity::AliasOf(None) } else { PageIdentity::Own })
            }
            Some((known, UrlState::Active)) if is_here => {
                Ok(PageIdentity::AliasOf(Some(Box::new(known))))
            }
            Some(_) => {
                Ok(if is_redirect { PageIdentity::AliasOf(None) } else { PageIdentity::Own })
            }
            None if is_here => {
                let url = entry.url.clone();
                ledger.add_found([entry]);
                ledger.flush()?;
                let known = ledger.frontier.find(ledger.job, &url)?;
                Ok(known.map_or(PageIdentity::Own, |(known, _)| {
                    PageIdentity::AliasOf(Some(Box::new(known)))
                }))
            }
            // Its own host says when it is visited.
            None if is_redirect => {
                ledger.add_found([entry]);
                Ok(PageIdentity::AliasOf(None))
            }
            None => Ok(PageIdentity::Own),
        }
    }

    fn alias(&self, visited: &CompletedVisit, found: DiscoveredUrls, ledger: &mut CommitBuffer) {
        // What the job names stays in it.
        let is_seed = visited.visit.via == DiscoverySource::Seed;
        let state = if is_seed { UrlState::Active } else { UrlState::Alias };
        let verdict = VisitVerdict { state, found, ..VisitVerdict::new(VisitOutcome::Alias) };
        self.commit_visit(visited, verdict, ledger);
    }

    fn own_page(
        &self,
        visited: &CompletedVisit,
        page: CrawledPage,
        ledger: &mut CommitBuffer,
    ) -> Result<(), Error> {
        let CrawledPage { mut record, signature: print, doubtful, excluded, found, .. } = page;
        let visit = &visited.visit;
        let removed_blocks: usize = record.removed.counts.values().sum();
        ledger.figures_mut().removed_blocks += removed_blocks as u64;
        if record.outcome == RecordOutcome::Error && record.text.is_empty() {
            let error = record.error.take().map(visit_error);
            let verdict = VisitVerdict { error, found, ..VisitVerdict::new(VisitOutcome::Failed) };
            self.commit_visit(visited, verdict, ledger);
            return Ok(());
        }
        let fingerprint = fingerprint_of(&record);
        let same =
            |outcome, found| VisitVerdict { fingerprint, found, ..VisitVerdict::new(outcome) };
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
            self.commit_visit(visited, same(outcome, found), ledger);
            return Ok(());
        }
        let told = DeliveredText::from_record(&record, &doubtful);
        let kind = if let Some(before) = ledger.frontier.delivered_text(visit.id)? {
            let difference = DeliveredText::from_stored(&before).difference(&told);
            if difference.share <= self.job.change.min_share.get() {
                self.commit_visit(visited, same(VisitOutcome::Unchanged, found), ledger);
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
            self.commit_visit(visited, same(VisitOutcome::Excluded, found), ledger);
            return Ok(());
        }
        let outcome = match kind {
            ChangeKind::New => VisitOutcome::New,
            _ => VisitOutcome::Changed,
        };
        let verdict = VisitVerdict {
            fingerprint,
            text: Some(told.to_stored()),
            delivery: Some(delivery(kind, &record)),
            found,
            ..VisitVerdict::new(outcome)
        };
        self.commit_visit(visited, verdict, ledger);
        Ok(())
    }

    fn commit_visit(
        &self,
        visited: &CompletedVisit,
        verdict: VisitVerdict,
        ledger: &mut CommitBuffer,
    ) {
        let VisitVerdict { outcome, planned_as, state, kind, fingerprint, text, error, .. } =
            verdict;
        let VisitVerdict { delivery, found, .. } = verdict;
        let next = next_visit(
            &self.job.revisit,
            &revisit::RevisitInput {
                visit: &visited.visit,
                kind: kind.unwrap_or(visited.visit.kind),
                outcome: planned_as.unwrap_or(outcome),
                at: visited.at,
                freshness: visited.freshness,
            },
        );
        let figures = ledger.figures_mut();
        figures.out_of_scope += found.out_of_scope;
        figures.trapped += found.trapped;
        let next_visit = next.at.filter(|_| state == UrlState::Active);
        ledger.add_visit(VisitCommit {
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
enum PageIdentity {
    /// That of the address that was asked for.
    Own,
    /// That of another address, which nobody has seen yet if it is here.
    AliasOf(Option<Box<VisitTask>>),
}

fn fingerprint_of(record: &Record) -> Option<u64> {
    u64::from_str_radix(&record.fingerprint, 16).ok()
}

/// Of the links of a page, in any order.
fn links_fingerprint(found: &DiscoveredUrls) -> u64 {
    let hashes = found.urls.iter().map(|url| xxhash_rust::xxh3::xxh3_64(url.url.as_bytes()));
    hashes.fold(found.urls.len() as u64, u64::wrapping_add)
}

fn visit_error(error: RecordError) -> VisitError {
    VisitError { kind: error.kind.to_string(), message: error.message }
}

fn change(
    visit: &VisitTask,
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
