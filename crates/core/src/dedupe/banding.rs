//! Selects which texts are compared: banded locality-sensitive hashing of `MinHash` values.

/// The most bands, where the threshold allows a choice. Each takes about eleven bytes of memory per page.
const MAX_BANDS: u32 = 12;

/// The fewest rows in a band. With fewer, nearly all texts would be compared with each other.
const MIN_ROWS: u32 = 3;

/// The most rows in a band. At a threshold of 1 any number of rows would do, since equal texts agree in all.
const MAX_ROWS: u32 = 16;

/// The probability that two texts at the threshold are compared.
const RECALL: f64 = 0.99;

/// `MinHash` values of a text in bands of a few rows each. Two texts are compared if they agree in all rows of one
/// band (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, section 3.4). Their shingles are then counted, so
/// bands affect recall only, never precision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Banding {
    pub(super) rows: u16,
    pub(super) bands: u16,
    /// A hash function for each row of each band: a value to XOR with, and an odd factor.
    functions: Vec<(u32, u32)>,
}

impl Banding {
    /// The bands that find pairs at `threshold` with a probability of 0.99, and more similar pairs with a higher one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "thresholds are in [0.5, 1], so that there are 35 bands at most"
    )]
    pub(super) fn new(threshold: f64) -> Self {
        // The probability of agreeing in a row is the similarity (Broder, 1997).
        let bands = |rows: u32| {
            let miss = 1.0 - threshold.clamp(0.5, 1.0).powf(f64::from(rows));
            if miss <= 0.0 { 1 } else { ((1.0 - RECALL).ln() / miss.ln()).ceil().max(1.0) as u32 }
        };
        let fits = |rows: &u32| bands(*rows) <= MAX_BANDS;
        let rows = (MIN_ROWS..=MAX_ROWS).rev().find(fits).unwrap_or(MIN_ROWS);
        let bands = bands(rows);
        let mut state = 0;
        let functions = (0..rows * bands)
            .map(|_| {
                let random = split_mix(&mut state);
                ((random >> 32) as u32, random as u32 | 1)
            })
            .collect();
        Self { rows: rows as u16, bands: bands as u16, functions }
    }

    /// A key for each band.
    pub(super) fn keys(&self, shingles: &[u32]) -> Vec<u32> {
        let mut least = vec![u32::MAX; self.functions.len()];
        // Shingles in the outer loop: the inner loop then runs over arrays without branches, and is vectorized.
        for shingle in shingles {
            for (least, (add, factor)) in least.iter_mut().zip(&self.functions) {
                *least = (*least).min((shingle ^ add).wrapping_mul(*factor));
            }
        }
        least
            .chunks(self.rows.into())
            .map(|band| {
                let mut key = 0u64;
                for value in band {
                    key = mix(key ^ u64::from(*value));
                }
                (key >> 32) as u32
            })
            .collect()
    }
}

/// The generator `SplitMix64` (Steele, Lea & Flood, 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mix(*state)
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_from_the_threshold() {
        let shape = |threshold| {
            let banding = Banding::new(threshold);
            (banding.bands, banding.rows)
        };
        assert_eq!(shape(0.5), (35, 3));
        assert_eq!(shape(0.8), (12, 5));
        assert_eq!(shape(0.9), (11, 10));
        assert_eq!(shape(1.0), (1, 16));
    }

    #[test]
    fn pairs_meet_as_often_as_theory_says() {
        let banding = Banding::new(0.8);
        let mut state = 1;
        let mut random = || u32::try_from(split_mix(&mut state) >> 32).unwrap();
        let mut met = |shared: usize, of: usize| {
            (0..1000)
                .filter(|_| {
                    let both: Vec<u32> = (0..shared).map(|_| random()).collect();
                    let mut text = || {
                        let own = (0..(of - shared) / 2).map(|_| random());
                        banding.keys(&both.iter().copied().chain(own).collect::<Vec<_>>())
                    };
                    text().iter().zip(text()).any(|(ours, theirs)| *ours == theirs)
                })
                .count()
        };
        // Expected: 1 - (1 - J^5)^12.
        let at_threshold = met(240, 300);
        assert!((980..=1000).contains(&at_threshold), "{at_threshold}");
        let half = met(150, 300);
        assert!((260..=380).contains(&half), "{half}");
        let little = met(60, 300);
        assert!(little <= 15, "{little}");
    }
}
