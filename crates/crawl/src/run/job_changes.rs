//! Makes due what a run would otherwise not visit: what a change of the job concerns, and what was visited while
//! the clock was wrong.

use jiff::{SignedDuration, Timestamp};
use tracing::warn;
use xxhash_rust::xxh3::xxh3_64;

use super::seeds::scope_fingerprint;
use crate::error::Error;
use crate::frontier::{ClockCorrection, DueSelection, Frontier, JobId, VisitOutcome};
use crate::jobs::CrawlJob;

/// The name of the note in the state that identifies the scope with which URLs were discovered.
pub(super) const SCOPE_NOTE: &str = "scope";

/// The names of those that identify how pages were fetched, and how they were judged.
const FETCH_NOTE: &str = "fetch";
const CLEAN_NOTE: &str = "clean";

/// The name of the note with the time of the latest visit. If it is in the future, the clock was wrong then.
pub(super) const CLOCK_NOTE: &str = "clock";

/// How far a clock may go back without anything to correct, since other clocks set it by seconds all the time.
pub(super) const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

/// What a run finds changed when it begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JobChanges {
    /// Notes for the first commit.
    pub(super) notes: Vec<(&'static str, String)>,
    /// Whether URLs may be in scope now that were not before.
    pub(super) has_new_scope: bool,
    /// For people.
    pub(super) sentences: Vec<String>,
}

/// Finds what changed since the last run of the job, and makes due at `due` what that concerns.
///
/// # Errors
/// If the state cannot be read or written, or a setting of the job cannot be used.
pub(super) fn apply_changes(
    job: &CrawlJob,
    frontier: &mut dyn Frontier,
    id: JobId,
    (now, due): (Timestamp, Timestamp),
) -> Result<JobChanges, Error> {
    let mut changes = JobChanges::default();
    let mut made_due = 0;
    let mut parts = Vec::new();
    for part in job_parts(job)? {
        let known = frontier.note(id, part.note)?;
        if known.as_ref() == Some(&part.fingerprint) {
            continue;
        }
        changes.notes.push((part.note, part.fingerprint));
        // A job that never ran, or a state of an earlier version.
        if known.is_none() {
            continue;
        }
        parts.push(part.name);
        changes.has_new_scope |= part.note == SCOPE_NOTE;
        for selection in part.concerns {
            made_due += frontier.make_due(id, selection, due)?;
        }
    }
    if !parts.is_empty() {
        let urls = match made_due {
            0 => "no URL besides the start pages is".to_owned(),
            1 => "besides the start pages, 1 URL is".to_owned(),
            _ => format!("besides the start pages, {made_due} URLs are"),
        };
        let parts = parts.join(", ");
        changes.sentences.push(format!("the job has changed ({parts}): {urls} due at once"));
    }
    correct_clock(job, frontier, id, now, &mut changes)?;
    for sentence in &changes.sentences {
        warn!(job = job.name, "{sentence}");
    }
    Ok(changes)
}

/// A part of a job.
struct JobPart {
    /// Its name for people.
    name: &'static str,
    note: &'static str,
    fingerprint: String,
    /// The URLs that a change of this part makes due.
    concerns: &'static [DueSelection<'static>],
}

fn job_parts(job: &CrawlJob) -> Result<[JobPart; 3], Error> {
    use VisitOutcome::{Empty, Excluded, Failed, Links, Robots};
    let settings = &job.settings;
    let clean = format!(
        "{:?} {} {} {} {}",
        settings.clean_options(),
        settings.language,
        settings.min_words,
        settings.min_confidence,
        settings.dedupe
    );
    let mut fetch = settings.fetch_settings()?;
    // The default names the version of this program, and an update of it does not change the job.
    fetch.user_agent.clone_from(&settings.user_agent);
    let fetch = format!("{fetch:?}");
    Ok([
        JobPart {
            name: "scope",
            note: SCOPE_NOTE,
            fingerprint: scope_fingerprint(job),
            concerns: &[DueSelection::NeverDelivered, DueSelection::Outcomes(&[Links, Excluded])],
        },
        JobPart {
            name: "how pages are fetched",
            note: FETCH_NOTE,
            fingerprint: fingerprint(&fetch),
            concerns: &[DueSelection::Outcomes(&[Failed, Robots, Excluded])],
        },
        JobPart {
            name: "how pages are cleaned",
            note: CLEAN_NOTE,
            fingerprint: fingerprint(&clean),
            concerns: &[DueSelection::Outcomes(&[Empty, Excluded])],
        },
    ])
}

fn fingerprint(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

/// Corrects the state if an earlier run had a clock that was ahead. Otherwise nothing would be due until that
/// time comes.
fn correct_clock(
    job: &CrawlJob,
    frontier: &mut dyn Frontier,
    id: JobId,
    now: Timestamp,
    changes: &mut JobChanges,
) -> Result<(), Error> {
    let latest: Option<Timestamp> =
        frontier.note(id, CLOCK_NOTE)?.and_then(|latest| latest.parse().ok());
    // States of earlier versions have no note, so they are checked once.
    let was_ahead = latest.is_none_or(|latest| latest.duration_since(now) > CLOCK_TOLERANCE);
    if !was_ahead {
        return Ok(());
    }
    let latest_due = now.saturating_add(longest_interval(job)).unwrap_or(Timestamp::MAX);
    let urls = frontier.correct_clock(id, ClockCorrection { now, latest_due })?;
    changes.notes.push((CLOCK_NOTE, now.to_string()));
    changes.sentences.extend(match (latest, urls) {
        (None, 0) => None,
        (None, _) => Some(format!(
            "URLs visited in the future, or due later than the job allows: {urls}; they are due now"
        )),
        (Some(latest), _) => Some(format!(
            "the clock was ahead in an earlier run (at {latest:.0}); URLs visited then, or due later than the \
             job allows: {urls}; they are due now"
        )),
    });
    Ok(())
}

/// The longest time for which a visit can be planned: the longest interval of the job, moved by a tenth at most.
fn longest_interval(job: &CrawlJob) -> SignedDuration {
    let revisit = &job.revisit;
    let longest = revisit.max.max(revisit.every).max(revisit.hubs);
    SignedDuration::try_from(longest.saturating_add(longest / 8)).unwrap_or(SignedDuration::MAX)
}
