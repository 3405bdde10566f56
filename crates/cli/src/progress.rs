//! Progress bars.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use copydesk_core::RunStats;
use copydesk_core::download::DownloadCounts as FetchCounts;
use copydesk_core::repair::RepairCounts;
use indicatif::{ProgressBar, ProgressStyle};

/// Formatting the figures for every page would take longer than cleaning a small one.
const BETWEEN_UPDATES: Duration = Duration::from_millis(100);

/// Shows how far a run has come, and the time left where the length of all inputs is known.
pub(crate) struct RunProgress {
    bar: ProgressBar,
    started: Instant,
    updated: Instant,
}

impl RunProgress {
    /// `total` is the length of all inputs, in bytes or pages, where it is known.
    pub(crate) fn new(total: Option<u64>) -> Self {
        let total = total.filter(|total| *total > 0);
        let bar = ProgressBar::new(total.unwrap_or(0));
        let template = if total.is_some() {
            "{bar:24} {percent:>3}%  {msg}  {eta} left"
        } else {
            "{spinner} {elapsed}  {msg}"
        };
        // The templates are constants; a mistake in one gives the plain bar.
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

    /// Says how much of the total is done; `figures` are given the time since the start.
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

    /// One page more is done.
    pub(crate) fn add(&self) {
        self.0.inc(1);
    }

    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// What a cleaning run has done so far.
pub(crate) fn page_figures(stats: &RunStats, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    format!(
        "{} pages  {:.0} pages/s  {:.1} MB/s  {} failed",
        stats.pages,
        stats.pages as f64 / seconds,
        stats.mb_per_second(elapsed),
        stats.failed
    )
}

/// What a run of downloads has done so far.
pub(crate) fn fetch_figures(counts: &FetchCounts, elapsed: Duration) -> String {
    format!(
        "{} pages  {:.1} pages/s  {:.1} MB  {} failed",
        counts.pages,
        counts.pages as f64 / elapsed.as_secs_f64().max(1e-9),
        counts.wire_bytes as f64 / 1e6,
        counts.failed
    )
}

/// What a repairing run has done so far.
pub(crate) fn repair_figures(counts: &RepairCounts, elapsed: Duration) -> String {
    format!(
        "{} lines  {:.1} MB/s  {} changes",
        counts.lines,
        counts.mb_per_second(elapsed),
        counts.changes
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
