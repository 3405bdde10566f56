//! The counts of a repair run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use copydesk_clean::RepairChange;

use crate::figures::Throughput;

/// Counts over the inputs of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairCounts {
    /// Inputs that were read, at least in part.
    pub inputs: u64,
    /// Inputs with changes.
    pub changed: u64,
    /// Inputs that could not be read to the end.
    pub failed: u64,
    /// Lines.
    pub lines: u64,
    /// Bytes of decoded text.
    pub bytes: u64,
    /// Bytes of the inputs, as stored.
    pub source_bytes: u64,
    /// Changes.
    pub changes: u64,
    /// Number of changes that each rule took part in.
    pub rules: BTreeMap<&'static str, u64>,
    /// Characters that could not be restored, and are U+FFFD in the text.
    pub lost: u64,
}

impl RepairCounts {
    pub(super) fn count(&mut self, text: &str, changes: &[RepairChange], lost: usize) {
        self.lines += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
        self.bytes += text.len() as u64;
        self.changes += changes.len() as u64;
        self.lost += lost as u64;
        for rule in changes.iter().flat_map(|change| &change.rules) {
            *self.rules.entry(rule).or_default() += 1;
        }
    }

    /// Adds the counts of one input.
    pub(super) fn add(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.changed += other.changed;
        self.failed += other.failed;
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.source_bytes += other.source_bytes;
        self.changes += other.changes;
        self.lost += other.lost;
        for (rule, count) in other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
    }

    /// Megabytes (1,000,000 bytes) of text per second.
    pub fn mb_per_second(&self, elapsed: Duration) -> f64 {
        self.bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-9)
    }

    /// The summary of a run that took `elapsed`.
    pub fn summary(&self, elapsed: Duration) -> RepairSummary<'_> {
        RepairSummary { counts: self, elapsed }
    }
}

/// [`RepairCounts`] as one line of text.
#[derive(Debug)]
pub struct RepairSummary<'a> {
    counts: &'a RepairCounts,
    elapsed: Duration,
}

impl fmt::Display for RepairSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepairCounts { inputs, changed, failed, lines, bytes, changes, rules, lost, .. } =
            self.counts;
        let s = |count: u64| if count == 1 { "" } else { "s" };
        write!(f, "{inputs} file{}: {changed} changed, {failed} failed", s(*inputs))?;
        let throughput = Throughput { bytes: *bytes, elapsed: self.elapsed };
        write!(f, "; {lines} line{}, {throughput}", s(*lines))?;
        write!(f, "; {changes} change{}", s(*changes))?;
        let mut by_count: Vec<_> = rules.iter().collect();
        by_count.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), **rule));
        for (at, (rule, count)) in by_count.into_iter().enumerate() {
            write!(f, "{} {rule} {count}", if at == 0 { ":" } else { "," })?;
        }
        if *lost > 0 {
            write!(f, "; {lost} character{} lost", s(*lost))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let mut counts = RepairCounts {
            inputs: 3,
            changed: 2,
            failed: 1,
            lines: 40,
            bytes: 2_500_000,
            changes: 8,
            rules: [("a/x", 2), ("b/y", 7)].into(),
            lost: 1,
            ..RepairCounts::default()
        };
        assert_eq!(
            counts.summary(Duration::from_millis(500)).to_string(),
            "3 files: 2 changed, 1 failed; 40 lines, 2.5 MB at 5.0 MB/s; 8 changes: b/y 7, a/x 2; \
             1 character lost"
        );
        counts = RepairCounts { inputs: 1, lines: 1, ..RepairCounts::default() };
        assert_eq!(
            counts.summary(Duration::from_secs(1)).to_string(),
            "1 file: 0 changed, 0 failed; 1 line, 0 B; 0 changes"
        );
    }
}
