//! Progress bars.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use copydesk_core::RunStats;
use copydesk_core::download::DownloadCounts;
use copydesk_core::repair::RepairCounts;
use indicatif::{ProgressBar, ProgressStyle};

use crate::plural::counted;

/// Minimum time between two updates. Formatting the figures for every page would take longer than cleaning a
/// small one.
const BETWEEN_UPDATES: Duration = Duration::from_millis(100);

/// Shows the progress of a run, and the time left if the length of all inputs is known.
pub(crate) struct RunProgress {
    bar: ProgressBar,
    started: Instant,
    updated: Instant,
}

impl RunProgress {
    /// `total` is the length of all inputs, in bytes or pages, if it is known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let total = total.filter(|total| *total > 0);
        let bar = ProgressBar::new(total.unwrap_or(0));
        let template = if total.is_some() {
            "{bar:24} {percent:>3}%  {msg}  {eta} left"
        } else {
            "{spinner} {elapsed}  {msg}"
        };
        // The templates are constants. A mistake in one would only show the plain bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let started = Instant::now();
        Self { bar, started, updated: started }
    }

    pub(crate) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Shows how much of the total is done. `figures` gets the time since the start.
    pub(crate) fn update(&mut self, done: u64, figures: impl FnOnce(Duration) -> String) {
        if self.updated.elapsed() < BETWEEN_UPDATES {
            return;
        }
        self.updated = Instant::now();
        self.bar.set_position(done);
        self.bar.set_message(figures(self.started.elapsed()));
    }

    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// Counts the pages of a dataset; shown only on a terminal.
pub(crate) struct PageCount(ProgressBar);

impl PageCount {
    pub(crate) fn new(pages: usize) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(pages as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} pages  {eta} left")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// One more page is done.
    pub(crate) fn add(&self) {
        self.0.inc(1);
    }

    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// The figures of a cleaning run so far.
pub(crate) fn page_figures(stats: &RunStats, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    format!(
        "{}  {:.0} pages/s  {:.1} MB/s  {} failed",
        counted(stats.pages, "page"),
        stats.pages as f64 / seconds,
        stats.mb_per_second(elapsed),
        stats.failed
    )
}

/// The figures of a download so far.
pub(crate) fn fetch_figures(counts: &DownloadCounts, elapsed: Duration) -> String {
    format!(
        "{}  {:.1} pages/s  {:.1} MB  {} failed",
        counted(counts.pages, "page"),
        counts.pages as f64 / elapsed.as_secs_f64().max(1e-9),
        counts.wire_bytes as f64 / 1e6,
        counts.failed
    )
}

/// The figures of a repair run so far.
pub(crate) fn repair_figures(counts: &RepairCounts, elapsed: Duration) -> String {
    format!(
        "{}  {:.1} MB/s  {}",
        counted(counts.lines, "line"),
        counts.mb_per_second(elapsed),
        counted(counts.changes, "change")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_rates() {
        let stats = RunStats { pages: 30, failed: 2, bytes: 5_000_000, ..RunStats::default() };
        assert_eq!(
            page_figures(&stats, Duration::from_secs(2)),
            "30 pages  15 pages/s  2.5 MB/s  2 failed"
        );
    }
}
