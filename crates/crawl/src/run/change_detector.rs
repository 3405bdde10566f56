//! Decides what came of a visit: what is delivered, what is stored, and when the URL is visited again.

use copydesk_clean::{ChangeKind, Record, RecordErrorKind};
use jiff::Timestamp;
use url::Url;

use super::commit_buffer::CommitBuffer;
use super::completed_visit::{CompletedVisit, CrawledPage, FetchOutcome};
use super::delivered_text::DeliveredText;
use super::discovery::{DiscoveredUrls, UrlDiscovery};
use super::page_identity::{PageIdentity, page_identity};
use super::page_verdict::page_verdict;
use super::revisit::{RevisitInput, next_visit};
use super::site_health::VisitSigns;
use super::visit_verdict::{VisitVerdict, new_delivery, page_change};
use crate::error::Error;
use crate::frontier::{
    DiscoverySource, LeaseKey, UrlKind, UrlState, VisitCommit, VisitError, VisitOutcome, VisitTask,
};
use crate::jobs::CrawlJob;
use copydesk_core::sources::status_error;

/// Visits in a row on which a page must be missing to count as gone. Once may be a deployment or an outage of
/// the site, and a wrong `gone` makes users delete the page.
const MISSING_BEFORE_GONE: u32 = 2;

/// Turns completed visits into commits.
pub(super) struct ChangeDetector<'a> {
    pub(super) job: &'a CrawlJob,
    pub(super) discovery: &'a UrlDiscovery,
}

impl ChangeDetector<'_> {
    /// Decides about a visit, and adds the result to the next commit. A visit that was not made adds nothing,
    /// so that its URL is still due.
    ///
    /// # Errors
    /// If the state cannot be read or written.
    pub(super) fn process(
        &self,
        mut visited: CompletedVisit,
        commits: &mut CommitBuffer,
    ) -> Result<(), Error> {
        if commits.is_pending(visited.visit.id) {
            // Another URL of the same page was visited just before and counted for this one. That must be
            // committed first, since one batch cannot have two results for a URL.
            commits.flush()?;
        }
        let outcome = std::mem::replace(&mut visited.outcome, FetchOutcome::Stopped);
        let verdict = match outcome {
            FetchOutcome::Stopped | FetchOutcome::HostBackedOff(..) => return Ok(()),
            FetchOutcome::Page(page) => return self.page(visited, *page, commits),
            FetchOutcome::Links(kind, found) => links_verdict(&visited, kind, found),
            FetchOutcome::NoLinks(error) => VisitVerdict {
                kind: Some(UrlKind::Hub),
                planned_as: Some(VisitOutcome::Links),
                ..VisitVerdict::failed(VisitOutcome::Empty, error)
            },
            FetchOutcome::NotModified => VisitVerdict::new(VisitOutcome::NotModified),
            FetchOutcome::Missing => self.missing_verdict(&visited, commits)?,
            FetchOutcome::Failed(error) => VisitVerdict::failed(VisitOutcome::Failed, error),
            FetchOutcome::Robots(error) => VisitVerdict::failed(VisitOutcome::Robots, error),
            // The user asked for this URL, so it is retried instead of excluded.
            FetchOutcome::Unwanted(error) if visited.visit.via == DiscoverySource::Seed => {
                VisitVerdict::failed(VisitOutcome::Failed, error)
            }
            FetchOutcome::Unwanted(error) => VisitVerdict {
                state: UrlState::Excluded,
                ..VisitVerdict::failed(VisitOutcome::Excluded, error)
            },
        };
        self.commit_visit(&visited, verdict, commits);
        Ok(())
    }

    /// Excludes a URL that is out of scope by now. It is checked again later, since the job may change again.
    pub(super) fn exclude(
        &self,
        lease: LeaseKey,
        visit: VisitTask,
        at: Timestamp,
        commits: &mut CommitBuffer,
    ) {
        let visited = CompletedVisit::without_response(lease, visit, at);
        // Like a page that robots.txt disallows: seldom, since only the user can change it.
        let planned_as = Some(VisitOutcome::Robots);
        let verdict = VisitVerdict { planned_as, ..VisitVerdict::new(VisitOutcome::Excluded) };
        self.commit_visit(&visited, verdict, commits);
    }

    /// A page that the server does not have: missing at first, gone after [`MISSING_BEFORE_GONE`] visits.
    fn missing_verdict(
        &self,
        visited: &CompletedVisit,
        commits: &mut CommitBuffer,
    ) -> Result<VisitVerdict, Error> {
        let visit = &visited.visit;
        let status = visited.status.unwrap_or(404);
        let message = status_error(status).map(|error| error.message).unwrap_or_default();
        let error = VisitError { kind: "status".into(), message };
        let is_gone =
            visit.missing + 1 >= MISSING_BEFORE_GONE && visit.via != DiscoverySource::Seed;
        if !is_gone {
            return Ok(VisitVerdict::failed(VisitOutcome::Missing, error));
        }
        // A page that was never delivered is not reported as gone.
        let delivered = commits.frontier.delivered_text(visit.id)?;
        let delivery = match delivered.filter(|_| self.job.change.gone) {
            Some(text) => {
                let removed = DeliveredText::from_stored(&text).into_texts();
                let record = gone_record(visit, &error.message, removed);
                match new_delivery(ChangeKind::Gone, &record) {
                    Ok(delivery) => Some(delivery),
                    Err(error) => return Ok(VisitVerdict::failed(VisitOutcome::Failed, error)),
                }
            }
            None => None,
        };
        let verdict = VisitVerdict::failed(VisitOutcome::Gone, error);
        Ok(VisitVerdict { state: UrlState::Gone, delivery, ..verdict })
    }

    fn page(
        &self,
        visited: CompletedVisit,
        mut page: CrawledPage,
        commits: &mut CommitBuffer,
    ) -> Result<(), Error> {
        match page_identity(self.discovery, &visited, &page, commits)? {
            PageIdentity::Own => self.own_page(&visited, page, commits),
            PageIdentity::KnownAlias => {
                self.alias(&visited, page.found, commits);
                Ok(())
            }
            PageIdentity::AliasOf(other) => {
                // The page counts as a visit of its own URL, which saves fetching it again.
                self.alias(&visited, DiscoveredUrls::default(), commits);
                page.record.source.clone_from(&other.url);
                // Validators belong to the URL that was fetched. After a redirect, that is the page's own.
                let validators = visited.redirected_to.as_ref().and(visited.validators.clone());
                let visited =
                    CompletedVisit { visit: *other, validators, wire_bytes: 0, ..visited };
                self.own_page(&visited, page, commits)
            }
        }
    }

    fn own_page(
        &self,
        visited: &CompletedVisit,
        page: CrawledPage,
        commits: &mut CommitBuffer,
    ) -> Result<(), Error> {
        let verdict = page_verdict(self.job, &visited.visit, page, commits)?;
        self.commit_visit(visited, verdict, commits);
        Ok(())
    }

    /// Another URL of a page.
    fn alias(&self, visited: &CompletedVisit, found: DiscoveredUrls, commits: &mut CommitBuffer) {
        // A seed is visited again even if it is an alias now: it may lead elsewhere later.
        let is_seed = visited.visit.via == DiscoverySource::Seed;
        let state = if is_seed { UrlState::Active } else { UrlState::Alias };
        let verdict = VisitVerdict { state, found, ..VisitVerdict::new(VisitOutcome::Alias) };
        self.commit_visit(visited, verdict, commits);
    }

    fn commit_visit(
        &self,
        visited: &CompletedVisit,
        verdict: VisitVerdict,
        commits: &mut CommitBuffer,
    ) {
        let VisitVerdict { outcome, planned_as, state, kind, fingerprint, text, error, .. } =
            verdict;
        let VisitVerdict { delivery, found, .. } = verdict;
        let next = next_visit(
            &self.job.revisit,
            &RevisitInput {
                visit: &visited.visit,
                kind: kind.unwrap_or(visited.visit.kind),
                outcome: planned_as.unwrap_or(outcome),
                at: visited.at,
                freshness: visited.freshness,
            },
        );
        commits.health.add(&VisitSigns {
            visit: &visited.visit,
            kind: kind.unwrap_or(visited.visit.kind),
            outcome,
            is_seed: self.discovery.scope.is_seed(&visited.visit.url),
            has_response: visited.status.is_some(),
        });
        let figures = commits.figures_mut();
        figures.out_of_scope += found.out_of_scope;
        figures.trapped += found.trapped;
        // Most sites have no sitemap, and it was only guessed.
        let is_guess = visited.visit.kind == UrlKind::Sitemap
            && matches!(outcome, VisitOutcome::Missing | VisitOutcome::Gone);
        if let Some(error) = error.as_ref().filter(|_| !is_guess) {
            figures.add_error(&visited.visit.url, error);
        }
        let next_visit = next.at.filter(|_| state == UrlState::Active);
        commits.add_visit(VisitCommit {
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

/// The record that tells that a page is gone.
fn gone_record(visit: &VisitTask, message: &str, removed: Vec<String>) -> Record {
    let mut record = Record::failed(&visit.url, RecordErrorKind::Status, message, "");
    record.url = Some(visit.url.clone());
    record.hostname = Url::parse(&visit.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    record.change = Some(page_change(visit, ChangeKind::Gone, 1.0, Vec::new(), removed));
    record
}

/// A feed, a sitemap, or a page that is only read for its links.
fn links_verdict(visited: &CompletedVisit, kind: UrlKind, found: DiscoveredUrls) -> VisitVerdict {
    // The text of such a page is not delivered, so it changes when its links do.
    let fingerprint = links_fingerprint(&found);
    let is_same = visited.visit.fingerprint == Some(fingerprint);
    let planned_as = match kind {
        UrlKind::Page if is_same => Some(VisitOutcome::Unchanged),
        UrlKind::Page => Some(VisitOutcome::Changed),
        _ => None,
    };
    VisitVerdict {
        planned_as,
        kind: Some(kind),
        fingerprint: Some(fingerprint),
        found,
        ..VisitVerdict::new(VisitOutcome::Links)
    }
}

/// A fingerprint of links that does not depend on their order, since story lists are often shuffled.
fn links_fingerprint(found: &DiscoveredUrls) -> u64 {
    let hashes = found.urls.iter().map(|url| xxhash_rust::xxh3::xxh3_64(url.url.as_bytes()));
    hashes.fold(found.urls.len() as u64, u64::wrapping_add)
}
