//! How often a share was how large.

use serde::{Deserialize, Serialize};

/// Bins of a twentieth each.
const BINS: usize = 20;

/// Counts of shares from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// How many lie in each twentieth, the lowest first; 1 lies in the last.
    pub bins: [u64; BINS],
    /// How many there are.
    pub count: u64,
    /// Their mean; 0 where there are none.
    pub mean: f64,
}

impl Histogram {
    pub(super) fn add(&mut self, share: f32) {
        let share = f64::from(share);
        // NaN counts as 0.
        let at = (0..BINS).rev().find(|bin| share * BINS as f64 >= *bin as f64).unwrap_or(0);
        if let Some(bin) = self.bins.get_mut(at) {
            *bin += 1;
        }
        self.count += 1;
        self.mean += (share - self.mean) / self.count as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_by_twentieths() {
        let mut histogram = Histogram::default();
        for share in [0.0, 0.05, 0.5, 0.99, 1.0, 1.0] {
            histogram.add(share);
        }
        let counted: Vec<_> =
            histogram.bins.iter().enumerate().filter(|(_, count)| **count > 0).collect();
        assert_eq!(counted, [(0, &1), (1, &1), (10, &1), (19, &3)]);
        assert_eq!(histogram.count, 6);
        assert!((histogram.mean - 0.59).abs() < 1e-6);
    }
}
