//! Pages over time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The most steps. When a run needs more, steps become twice as long, so memory and chart stay small.
const MAX_STEPS: usize = 120;

/// The number of pages finished in each step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The length of a step, in seconds.
    pub step_seconds: f64,
    /// The pages in each step; 120 at most.
    pub pages: Vec<u64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { step_seconds: 0.25, pages: Vec::new() }
    }
}

impl Timeline {
    pub(super) fn add(&mut self, elapsed: Duration) {
        let mut at = self.step(elapsed);
        while at >= MAX_STEPS {
            self.pages = self.pages.chunks(2).map(|pair| pair.iter().sum()).collect();
            self.step_seconds *= 2.0;
            at = self.step(elapsed);
        }
        if self.pages.len() <= at {
            self.pages.resize(at + 1, 0);
        }
        if let Some(pages) = self.pages.get_mut(at) {
            *pages += 1;
        }
    }

    fn step(&self, elapsed: Duration) -> usize {
        let step = Duration::from_secs_f64(self.step_seconds);
        usize::try_from(elapsed.as_nanos() / step.as_nanos().max(1)).unwrap_or(usize::MAX)
    }

    /// Pages per second, for each step.
    pub(super) fn rates(&self) -> Vec<f64> {
        self.pages.iter().map(|pages| *pages as f64 / self.step_seconds).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_has_longer_steps_and_no_more_of_them() {
        let mut timeline = Timeline::default();
        for seconds in 0..600 {
            timeline.add(Duration::from_secs(seconds));
        }
        assert!((timeline.step_seconds - 8.0).abs() < 1e-9);
        assert_eq!(timeline.pages.len(), 75);
        assert!(timeline.pages.iter().all(|pages| *pages == 8));
        assert_eq!(timeline.rates().first(), Some(&1.0));
    }
}
