//! Decides whether a page is new, changed or unchanged.

use copydesk_clean::{ChangeKind, Record, RecordOutcome};

use super::commit_buffer::CommitBuffer;
use super::completed_visit::CrawledPage;
use super::delivered_text::DeliveredText;
use super::visit_verdict::{VisitVerdict, new_delivery, page_change};
use crate::error::Error;
use crate::frontier::{VisitError, VisitOutcome, VisitTask};
use crate::jobs::CrawlJob;
use copydesk_core::settings::DedupeChoice;

/// Decides about a page that was visited under its own URL.
///
/// # Errors
/// If the state or the journal of duplicates cannot be read or written.
pub(super) fn page_verdict(
    job: &CrawlJob,
    visit: &VisitTask,
    mut page: CrawledPage,
    commits: &mut CommitBuffer,
) -> Result<VisitVerdict, Error> {
    let removed_blocks: usize = page.record.removed.counts.values().sum();
    commits.figures_mut().removed_blocks += removed_blocks as u64;
    if page.record.outcome == RecordOutcome::Error && page.record.text.is_empty() {
        let error = page.record.error.take();
        let error =
            error.map(|error| VisitError { kind: error.kind.to_string(), message: error.message });
        let found = page.found;
        return Ok(VisitVerdict { error, found, ..VisitVerdict::new(VisitOutcome::Failed) });
    }
    let fingerprint = fingerprint_of(&page.record);
    match undelivered_outcome(&page, visit, fingerprint) {
        Some(VisitOutcome::Empty) => {
            let error = Some(empty_error(&page.record));
            return Ok(VisitVerdict {
                error,
                ..undelivered(VisitOutcome::Empty, fingerprint, page)
            });
        }
        // Without its fingerprint, since the filters may let the same text pass later.
        Some(VisitOutcome::Excluded) => return Ok(undelivered(VisitOutcome::Excluded, None, page)),
        Some(outcome) => return Ok(undelivered(outcome, fingerprint, page)),
        None => {}
    }
    let text = DeliveredText::from_record(&page.record, &page.doubtful);
    // The comparison is with the last delivery and not with the last visit, so that small changes add up.
    let kind = if let Some(stored) = commits.frontier.delivered_text(visit.id)? {
        let difference = DeliveredText::from_stored(&stored).difference(&text);
        if difference.share <= job.change.min_share.get() {
            return Ok(undelivered(VisitOutcome::Unchanged, fingerprint, page));
        }
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        let share = difference.share as f32;
        let (added, removed) = (difference.added, difference.removed);
        page.record.change = Some(page_change(visit, ChangeKind::Changed, share, added, removed));
        ChangeKind::Changed
    } else {
        page.record.change = Some(page_change(visit, ChangeKind::New, 1.0, Vec::new(), Vec::new()));
        ChangeKind::New
    };
    if let (Some(duplicates), Some(signature)) = (&mut commits.duplicates, &page.signature) {
        let first = duplicates.admit(signature, &visit.url)?;
        // A changed page may resemble its own earlier version.
        page.record.duplicate_of = first.filter(|first| *first != visit.url);
    }
    if page.record.duplicate_of.is_some() && job.settings.dedupe == DedupeChoice::Drop {
        return Ok(undelivered(VisitOutcome::Excluded, None, page));
    }
    let outcome = match kind {
        ChangeKind::New => VisitOutcome::New,
        _ => VisitOutcome::Changed,
    };
    Ok(match new_delivery(kind, &page.record) {
        Ok(delivery) => VisitVerdict {
            fingerprint,
            text: Some(text.to_stored()),
            delivery: Some(delivery),
            found: page.found,
            ..VisitVerdict::new(outcome)
        },
        Err(error) => {
            VisitVerdict { found: page.found, ..VisitVerdict::failed(VisitOutcome::Failed, error) }
        }
    })
}

/// The outcome of a page that is not delivered whatever was delivered before; `None` if its text must be
/// compared.
fn undelivered_outcome(
    page: &CrawledPage,
    visit: &VisitTask,
    fingerprint: Option<u64>,
) -> Option<VisitOutcome> {
    if page.record.text.is_empty() {
        Some(VisitOutcome::Empty)
    } else if page.excluded.is_some() {
        Some(VisitOutcome::Excluded)
    } else if fingerprint.is_some() && fingerprint == visit.fingerprint {
        // Most visits end here, without reading the delivered text.
        Some(VisitOutcome::Unchanged)
    } else {
        None
    }
}

/// Why a page without text has none, for people.
fn empty_error(record: &Record) -> VisitError {
    let evidence = record.needs_javascript.as_ref().and_then(|need| need.evidence.first());
    let message = match evidence {
        Some(evidence) => format!("the page has no text without JavaScript ({evidence})"),
        None => "the page has no main text".to_owned(),
    };
    VisitError { kind: "empty".to_owned(), message }
}

fn undelivered(outcome: VisitOutcome, fingerprint: Option<u64>, page: CrawledPage) -> VisitVerdict {
    VisitVerdict { fingerprint, found: page.found, ..VisitVerdict::new(outcome) }
}

fn fingerprint_of(record: &Record) -> Option<u64> {
    u64::from_str_radix(&record.fingerprint, 16).ok()
}
