//! Detects a job that used to deliver and suddenly does not: its sites were rebuilt, block the crawler, or
//! serve pages without text.

use jiff::Timestamp;
use serde::Serialize;

use crate::frontier::{JobRun, RunEnd, VisitOutcome};

/// Runs before the silence that are needed to judge it.
const MIN_EARLIER: usize = 5;

/// The share of them that must have delivered something. Nothing follows from the silence of a job that often
/// has nothing.
const MIN_DELIVERING: f64 = 0.8;

/// A silence is reported if its probability is below this, given the earlier rate.
const MAX_CHANCE: f64 = 1e-3;

/// The same limit for the probability by runs, from the share of earlier runs that delivered nothing. News
/// comes in bursts, so that a run without any is more likely than the mean rate suggests.
const MAX_CHANCE_BY_RUNS: f64 = 0.1;

/// An unusual silence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct UnusualSilence {
    /// When the last run that delivered something started.
    pub since: Timestamp,
    /// Runs since then, none of which delivered anything.
    pub runs: usize,
    /// Records expected from those runs at the earlier rate.
    pub expected: f64,
}

/// Decides whether the latest runs of a job are silent, compared with what the runs before them delivered.
/// `runs` has the latest run first; runs that have not ended are ignored. Deliveries are new and changed
/// pages. Pages that are gone do not count: a site that answers 404 to everything is one of the cases to
/// find.
///
/// At least 5 earlier runs must be known, and 4 in 5 of them must have delivered something. The silence is
/// reported if its probability is below 1 in 1,000 by the median of their deliveries (Poisson; the median,
/// since a first run delivers a whole site), and below 1 in 10 by the share of them that had nothing. A run
/// that started sooner than usual after the previous one counts for less, and so does a stopped run.
pub(crate) fn silence(runs: &[JobRun]) -> Option<UnusualSilence> {
    let runs: Vec<&JobRun> = runs.iter().filter(|run| run.ended_at.is_some()).collect();
    let silent = runs.iter().take_while(|run| delivered(run) == 0).count();
    let (silent, earlier) = runs.split_at(silent);
    let last = earlier.first()?;
    if silent.is_empty() || earlier.len() < MIN_EARLIER {
        return None;
    }
    let delivering = earlier.iter().filter(|run| delivered(run) > 0).count();
    let share = delivering as f64 / earlier.len() as f64;
    if share < MIN_DELIVERING {
        return None;
    }
    let usual_gap = median(earlier.windows(2).map(gap).collect());
    let visits = median(earlier.iter().map(|run| run.figures.outcomes.values().sum()).collect());
    let weight: f64 = runs
        .windows(2)
        .take(silent.len())
        .map(|pair| {
            let soon = part(gap(pair), usual_gap);
            let cut = pair.first().filter(|run| run.end == Some(RunEnd::Stopped));
            soon * cut.map_or(1.0, |run| part(run.figures.outcomes.values().sum(), visits))
        })
        .sum();
    let expected = median(earlier.iter().map(|run| delivered(run)).collect()) as f64 * weight;
    // The rule of succession: if all earlier runs had something, the next one still may not.
    let without = (earlier.len() - delivering) as f64;
    let chance_by_runs = ((without + 1.0) / (earlier.len() as f64 + 2.0)).powf(weight);
    let is_unusual = (-expected).exp() < MAX_CHANCE && chance_by_runs < MAX_CHANCE_BY_RUNS;
    is_unusual.then_some(UnusualSilence { since: last.started_at, runs: silent.len(), expected })
}

/// The drifts of sites from their profiles, as sentences, in the latest run that visited anything.
pub(crate) fn drifts(runs: &[JobRun]) -> &[String] {
    let visited = runs.iter().find(|run| run.figures.outcomes.values().any(|count| *count > 0));
    visited.map_or(&[], |run| &run.figures.drifts)
}

fn delivered(run: &JobRun) -> u64 {
    let count = |outcome| run.figures.outcomes.get(&outcome).copied().unwrap_or_default();
    count(VisitOutcome::New) + count(VisitOutcome::Changed)
}

/// Seconds from the start of the earlier run to that of the later one, which is first in the pair.
fn gap(pair: &[&JobRun]) -> u64 {
    match pair {
        [later, earlier] => {
            let seconds = later.started_at.as_second() - earlier.started_at.as_second();
            u64::try_from(seconds).unwrap_or_default()
        }
        _ => 0,
    }
}

/// The share of `value` in `whole`, at most 1.
fn part(value: u64, whole: u64) -> f64 {
    (value as f64 / whole.max(1) as f64).min(1.0)
}

/// The median; the lower one of the two middle values.
fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::frontier::{RunFigures, RunId};

    /// Runs an hour apart with 100 visits each, given by what they delivered, oldest first.
    fn hourly(delivered: &[u64]) -> Vec<JobRun> {
        let start: Timestamp = "2026-03-29T00:00:00Z".parse().unwrap();
        let run = |(hour, new): (i64, &u64)| {
            let started_at = start + SignedDuration::from_hours(hour);
            let outcomes =
                [(VisitOutcome::New, *new), (VisitOutcome::NotModified, 100 - (*new).min(100))];
            JobRun {
                id: RunId(hour),
                job: "harbour".into(),
                scheduled_for: None,
                started_at,
                ended_at: Some(started_at + SignedDuration::from_mins(5)),
                end: Some(RunEnd::Complete),
                message: None,
                figures: RunFigures { outcomes: outcomes.into(), ..RunFigures::default() },
                resumed: 0,
            }
        };
        let mut runs: Vec<JobRun> = (0..).zip(delivered).map(run).collect();
        runs.reverse();
        runs
    }

    #[test]
    fn only_unusual_silence_is_reported() {
        for (case, delivered, expected) in [
            ("it delivers", &[9, 9, 9, 9, 9, 9, 9, 9, 9, 9][..], None),
            ("one run without after many with", &[9, 8, 9, 7, 9, 9, 8, 9, 9, 0], Some(1)),
            ("one run without after few with", &[9, 8, 9, 7, 9, 9, 0], None),
            ("two runs without after few with", &[9, 8, 9, 7, 9, 0, 0], Some(2)),
            ("too few runs before", &[50, 50, 50, 50, 0, 0, 0], None),
            ("it never delivered", &[0, 0, 0, 0, 0, 0, 0, 0], None),
            ("few records: two runs", &[1, 1, 2, 1, 1, 1, 0, 0], None),
            ("few records: seven runs", &[1, 1, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], Some(7)),
            ("it often has nothing", &[9, 0, 0, 9, 9, 0, 9, 9, 0, 9, 0, 0, 0], None),
            ("it sometimes has nothing: one run", &[9, 9, 0, 9, 9, 9, 9, 9, 0, 9, 0], None),
            ("it sometimes has nothing: two runs", &[9, 9, 0, 9, 9, 9, 9, 9, 0, 9, 0, 0], Some(2)),
            ("a first run with a whole site", &[900, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0], None),
            ("it is over", &[9, 8, 9, 7, 9, 9, 8, 0, 0, 0, 9], None),
            ("no runs", &[], None),
        ] {
            let silence = silence(&hourly(delivered));
            assert_eq!(silence.map(|silence| silence.runs), expected, "{case}");
        }
    }

    #[test]
    fn a_silence_has_its_start_and_the_expected_records() {
        let silence = silence(&hourly(&[9, 8, 9, 7, 9, 9, 0, 0])).unwrap();
        assert_eq!(silence.since.to_string(), "2026-03-29T05:00:00Z");
        assert!((silence.expected - 18.0).abs() < 1e-9, "{}", silence.expected);
    }

    #[test]
    fn a_run_right_after_another_is_weak_evidence() {
        let mut runs = hourly(&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0]);
        assert!(silence(&runs).is_some());
        runs[0].started_at = runs[1].started_at + SignedDuration::from_mins(6);
        assert_eq!(silence(&runs), None);
    }

    #[test]
    fn a_stopped_run_counts_by_what_it_visited() {
        let mut runs = hourly(&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0]);
        runs[0].end = Some(RunEnd::Stopped);
        assert!(silence(&runs).is_some());
        runs[0].figures.outcomes = [(VisitOutcome::NotModified, 5)].into();
        assert_eq!(silence(&runs), None);
        // A run that had nothing to visit but ran to its end is as silent as any.
        runs[0].end = Some(RunEnd::Complete);
        assert!(silence(&runs).is_some());
    }

    #[test]
    fn a_run_under_way_is_not_judged() {
        let mut runs = hourly(&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0]);
        runs[0].ended_at = None;
        assert_eq!(silence(&runs), None);
    }

    #[test]
    fn pages_that_are_gone_do_not_break_the_silence() {
        let mut runs = hourly(&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0]);
        runs[0].figures.outcomes.insert(VisitOutcome::Gone, 80);
        assert!(silence(&runs).is_some());
    }

    #[test]
    fn drifts_are_those_of_the_last_run_that_visited_something() {
        let mut runs = hourly(&[9, 9, 9]);
        runs[0].figures = RunFigures::default();
        runs[1].figures.drifts = vec!["news.example keeps 12% of its words".into()];
        assert_eq!(drifts(&runs), ["news.example keeps 12% of its words"]);
        runs[1].figures.drifts.clear();
        runs[2].figures.drifts = vec!["an older one".into()];
        assert!(drifts(&runs).is_empty());
        assert!(drifts(&[]).is_empty());
    }
}
