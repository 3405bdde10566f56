//! Figures about the cleaned pages of a site.

use std::collections::BTreeMap;

use copydesk_clean::{ClutterClass, Record};
use serde::{Deserialize, Serialize};

/// With more pages than this, the figures are halved, so that they follow changes of the site.
const MAX_PAGES: u64 = 4_000;

/// The share of text kept and the number of blocks removed, over the pages of a site. In integers, whose sums do not
/// depend on the order of pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleaningFigures {
    /// Number of cleaned pages, without those that could not be read.
    pub pages: u64,
    /// Share of the text of a page that was kept, in thousandths.
    pub kept: MeanOverPages,
    /// Blocks of each class that were removed from a page.
    pub removed: BTreeMap<ClutterClass, MeanOverPages>,
}

/// A sum over pages and a sum of squares, which give the mean and the variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanOverPages {
    /// The sum.
    pub sum: u64,
    /// The sum of squares.
    pub squares: u64,
}

impl MeanOverPages {
    fn add(&mut self, value: u64) {
        self.sum = self.sum.saturating_add(value);
        self.squares = self.squares.saturating_add(value.saturating_mul(value));
    }

    fn merge(&mut self, other: Self) {
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
    }

    fn halve(&mut self) {
        *self = Self { sum: self.sum / 2, squares: self.squares / 2 };
    }

    /// The mean over `pages`; 0 without pages.
    pub fn mean(self, pages: u64) -> f64 {
        self.sum as f64 / pages.max(1) as f64
    }

    /// The variance over `pages`; 0 with fewer than two.
    pub fn variance(self, pages: u64) -> f64 {
        let (pages, mean) = (pages as f64, self.mean(pages));
        ((self.squares as f64 - pages * mean * mean) / (pages - 1.0).max(1.0)).max(0.0)
    }
}

impl CleaningFigures {
    /// Counts a cleaned page.
    pub fn add(&mut self, record: &Record) {
        self.pages += 1;
        let kept = f64::from(record.quality.kept_ratio).clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in [0, 1000]"
        )]
        self.kept.add((kept * 1000.0).round() as u64);
        for (class, count) in &record.removed.counts {
            self.removed.entry(*class).or_default().add(*count as u64);
        }
    }

    /// Adds the pages of another run.
    pub fn merge(&mut self, other: &Self) {
        self.pages += other.pages;
        self.kept.merge(other.kept);
        for (class, mean) in &other.removed {
            self.removed.entry(*class).or_default().merge(*mean);
        }
        while self.pages > MAX_PAGES {
            self.pages /= 2;
            self.kept.halve();
            self.removed.values_mut().for_each(MeanOverPages::halve);
        }
    }

    /// The mean share of text that was kept, in [0, 1].
    pub fn kept_ratio(&self) -> f64 {
        self.kept.mean(self.pages) / 1000.0
    }

    /// The mean number of blocks of a class that were removed from a page.
    pub fn removed_per_page(&self, class: ClutterClass) -> f64 {
        self.removed.get(&class).copied().unwrap_or_default().mean(self.pages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_variance_follow_from_the_sums() {
        let mut mean = MeanOverPages::default();
        for value in [2, 4, 4, 4, 5, 5, 7, 9] {
            mean.add(value);
        }
        assert_eq!(mean, MeanOverPages { sum: 40, squares: 232 });
        assert!((mean.mean(8) - 5.0).abs() < 1e-9);
        assert!((mean.variance(8) - 32.0 / 7.0).abs() < 1e-9);
        assert!(MeanOverPages::default().variance(0).abs() < 1e-9);
    }

    #[test]
    fn new_pages_outweigh_old_ones() {
        let mut observed = CleaningFigures {
            pages: 3_900,
            kept: MeanOverPages { sum: 3_900 * 800, squares: 0 },
            ..CleaningFigures::default()
        };
        observed.merge(&CleaningFigures {
            pages: 200,
            kept: MeanOverPages { sum: 0, squares: 0 },
            ..CleaningFigures::default()
        });
        assert_eq!(observed.pages, 2_050);
    }
}
