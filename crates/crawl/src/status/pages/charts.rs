//! Charts of visits over time.

use jiff::Timestamp;

use super::display::group_digits;
use crate::frontier::{HourlyVisits, VisitOutcome};
use crate::status::cache::SHOWN_HOURS;
use copydesk_core::report::chart::{StackedPart, stacked};

/// Hours in a chart.
const HOURS: usize = SHOWN_HOURS as usize;

/// Hours per column in a small chart: 56 columns fit a phone.
const SMALL_STEP: usize = 3;

/// One part of a column: its name, its CSS class, and the outcomes that it counts.
type OutcomeGroup = (&'static str, &'static str, &'static [VisitOutcome]);

/// From the bottom up: deliveries and failures first, visits without news last, so that rare outcomes stay
/// visible at the base line.
pub(super) const GROUPS: [OutcomeGroup; 6] = [
    ("new", "new", &[VisitOutcome::New]),
    ("changed", "changed", &[VisitOutcome::Changed]),
    ("failed", "bad", &[VisitOutcome::Failed]),
    ("gone or missing", "gone", &[VisitOutcome::Gone, VisitOutcome::Missing]),
    (
        "links only or excluded",
        "other",
        &[
            VisitOutcome::Links,
            VisitOutcome::Alias,
            VisitOutcome::Robots,
            VisitOutcome::Excluded,
            VisitOutcome::Empty,
        ],
    ),
    ("unchanged", "same", &[VisitOutcome::NotModified, VisitOutcome::Unchanged]),
];

/// A chart with its name.
pub(super) struct VisitChart {
    pub(super) name: &'static str,
    pub(super) svg: String,
    /// The count of its highest column.
    pub(super) most: String,
}

/// Visits by the hour, in two charts: one without the visits that brought nothing, which would dwarf the
/// rest, and one of all.
pub(super) fn visits(hours: &[HourlyVisits], now: Timestamp) -> Vec<VisitChart> {
    let notable = ("New, changed, failed, gone", GROUPS.get(..4).unwrap_or_default());
    let chart = |(name, groups): (&'static str, &[OutcomeGroup])| {
        let parts = parts(groups, hours, now, 1);
        let total = |at| parts.iter().filter_map(|part| part.counts.get(at)).sum::<u64>();
        let most = group_digits((0..HOURS).map(total).max().unwrap_or_default());
        let svg = stacked(&parts, 120.0, name, |at| label(groups, &parts, at, 1, now));
        VisitChart { name, svg, most }
    };
    [notable, ("All visits", &GROUPS)].map(chart).into()
}

/// New pages, changed pages and failures, in a small chart.
pub(super) fn news(hours: &[HourlyVisits], now: Timestamp) -> String {
    let groups = GROUPS.get(..3).unwrap_or_default();
    let parts = parts(groups, hours, now, SMALL_STEP);
    let title = "New and changed pages, and failures, in steps of 3 hours";
    stacked(&parts, 40.0, title, |at| label(groups, &parts, at, SMALL_STEP, now))
}

/// The first hour of the charts.
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
            let counted = hour.outcomes.iter().filter(|(outcome, _)| outcomes.contains(outcome));
            if let Some(count) = column(hour).and_then(|at| counts.get_mut(at)) {
                *count += counted.map(|(_, count)| count).sum::<u64>();
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
    fn the_last_column_is_the_current_hour() {
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
        assert!(svg.contains("<title>28 Nov 17:00: 1,200 unchanged</title>"), "{svg}");
        let svg = news(&hours, now);
        assert_eq!(svg.matches("<rect").count(), 1, "{svg}");
    }
}
