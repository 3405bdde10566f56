//! Visits over time, as drawings.

use jiff::Timestamp;

use super::display::group_digits;
use crate::frontier::{HourlyVisits, VisitOutcome};
use crate::status::cache::SHOWN_HOURS;
use copydesk_core::report::chart::{StackedPart, stacked};

/// Hours that are shown.
const HOURS: usize = SHOWN_HOURS as usize;

/// Hours in a column of a small drawing.
const SMALL_STEP: usize = 3;

/// What is drawn as one part of a column: its name, the class that colours it, and the outcomes.
type OutcomeGroup = (&'static str, &'static str, &'static [VisitOutcome]);

/// From the bottom up: what is told first, what says nothing new last.
pub(super) const GROUPS: [OutcomeGroup; 6] = [
    ("new", "new", &[VisitOutcome::New]),
    ("changed", "changed", &[VisitOutcome::Changed]),
    ("failed", "bad", &[VisitOutcome::Failed]),
    ("gone or missing", "gone", &[VisitOutcome::Gone, VisitOutcome::Missing]),
    (
        "read for links or left out",
        "other",
        &[
            VisitOutcome::Links,
            VisitOutcome::Alias,
            VisitOutcome::Robots,
            VisitOutcome::Excluded,
            VisitOutcome::Empty,
        ],
    ),
    ("not changed", "same", &[VisitOutcome::NotModified, VisitOutcome::Unchanged]),
];

/// A drawing with its name.
pub(super) struct VisitChart {
    pub(super) name: &'static str,
    pub(super) svg: String,
    /// What its highest column stands for.
    pub(super) most: String,
}

/// Visits by the hour: those that brought something, which most do not, and all.
pub(super) fn visits(hours: &[HourlyVisits], now: Timestamp) -> Vec<VisitChart> {
    let told = ("New, changed, failed, gone", GROUPS.get(..4).unwrap_or_default());
    let chart = |(name, groups): (&'static str, &[OutcomeGroup])| {
        let parts = parts(groups, hours, now, 1);
        let total = |at| parts.iter().filter_map(|part| part.counts.get(at)).sum::<u64>();
        let most = group_digits((0..HOURS).map(total).max().unwrap_or_default());
        let svg = stacked(&parts, 120.0, name, |at| label(groups, &parts, at, 1, now));
        VisitChart { name, svg, most }
    };
    [told, ("All visits", &GROUPS)].map(chart).into()
}

/// News and failures, in a small drawing.
pub(super) fn news(hours: &[HourlyVisits], now: Timestamp) -> String {
    let groups = GROUPS.get(..3).unwrap_or_default();
    let parts = parts(groups, hours, now, SMALL_STEP);
    let title = "New and changed pages, and failures, in steps of 3 hours";
    stacked(&parts, 40.0, title, |at| label(groups, &parts, at, SMALL_STEP, now))
}

/// When the drawings begin.
pub(super) fn start(now: Timestamp) -> Timestamp {
    let hours = i64::from(SHOWN_HOURS) - 1;
    let second = (now.as_second().div_euclid(3600) - hours) * 3600;
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

fn parts(
    groups: &[OutcomeGroup],
    hours: &[HourlyVisits],
    now: Timestamp,
    step: usize,
) -> Vec<StackedPart> {
    let start = start(now).as_second();
    let column = |hour: &HourlyVisits| {
        let hours = usize::try_from((hour.at.as_second() - start).div_euclid(3600)).ok()?;
        Some(hours / step)
    };
    let part = |(_, class, outcomes): &OutcomeGroup| {
        let mut counts = vec![0; HOURS / step];
        for hour in hours {
            let of_it = hour.outcomes.iter().filter(|(outcome, _)| outcomes.contains(outcome));
            if let Some(count) = column(hour).and_then(|at| counts.get_mut(at)) {
                *count += of_it.map(|(_, count)| count).sum::<u64>();
            }
        }
        StackedPart { class, counts }
    };
    groups.iter().map(part).collect()
}

fn label(
    groups: &[OutcomeGroup],
    parts: &[StackedPart],
    at: usize,
    step: usize,
    now: Timestamp,
) -> String {
    let counts: Vec<String> = groups
        .iter()
        .zip(parts)
        .filter_map(|((name, ..), part)| {
            let count = *part.counts.get(at)?;
            (count > 0).then(|| format!("{} {name}", group_digits(count)))
        })
        .collect();
    let seconds = i64::try_from(at * step * 3600).unwrap_or_default();
    let from = Timestamp::from_second(start(now).as_second() + seconds).unwrap_or(now);
    format!("{}: {}", from.strftime("%-d %b %H:%M"), counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_is_the_hour_that_it_is() {
        let now: Timestamp = "2026-11-28T17:25:00Z".parse().unwrap();
        assert_eq!(start(now).to_string(), "2026-11-21T18:00:00Z");
        let hour = |at: &str, outcome, count| HourlyVisits {
            at: at.parse().unwrap(),
            outcomes: [(outcome, count)].into(),
        };
        let hours = [
            hour("2026-11-21T17:00:00Z", VisitOutcome::New, 99),
            hour("2026-11-21T18:00:00Z", VisitOutcome::New, 3),
            hour("2026-11-28T17:00:00Z", VisitOutcome::NotModified, 1_200),
        ];
        let charts = visits(&hours, now);
        let drawn: Vec<_> = charts
            .iter()
            .map(|chart| (chart.most.as_str(), chart.svg.matches("<rect").count()))
            .collect();
        assert_eq!(drawn, [("3", 1), ("1,200", 2)]);
        let svg = &charts[1].svg;
        assert!(svg.contains("<title>21 Nov 18:00: 3 new</title>"), "{svg}");
        assert!(svg.contains("<title>28 Nov 17:00: 1,200 not changed</title>"), "{svg}");
        let svg = news(&hours, now);
        assert_eq!(svg.matches("<rect").count(), 1, "{svg}");
    }
}
