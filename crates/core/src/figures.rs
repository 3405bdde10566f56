//! Figures as people read them, for summaries.

use std::fmt;
use std::time::Duration;

/// Below this, a rate measures how long the program takes to start.
const MIN_BYTES_FOR_RATE: u64 = 1_000_000;

/// `1 page`, `2 pages`.
pub fn counted(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// A number of bytes in the unit that fits: `312 B`, `4.5 kB`, `2.5 MB`, `1.2 GB` (powers of 1,000).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataSize(pub u64);

impl fmt::Display for DataSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        // From 999,950 on, a kB would be shown as 1000.0.
        match self.0 {
            0..1_000 => write!(f, "{} B", self.0),
            1_000..999_950 => write!(f, "{:.1} kB", bytes / 1e3),
            999_950..999_950_000 => write!(f, "{:.1} MB", bytes / 1e6),
            _ => write!(f, "{:.1} GB", bytes / 1e9),
        }
    }
}

/// A number of bytes, and how fast they were processed: `2.5 MB at 5.0 MB/s`. Without the rate if there were too
/// few bytes to measure one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throughput {
    pub(crate) bytes: u64,
    pub(crate) elapsed: Duration,
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", DataSize(self.bytes))?;
        if self.bytes < MIN_BYTES_FOR_RATE {
            return Ok(());
        }
        let rate = self.bytes as f64 / 1e6 / self.elapsed.as_secs_f64().max(1e-9);
        write!(f, " at {rate:.1} MB/s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (2_500_000, "2.5 MB"),
            (999_950_000, "1.0 GB"),
        ] {
            assert_eq!(DataSize(bytes).to_string(), text, "{bytes}");
        }
    }

    #[test]
    fn few_bytes_have_no_rate() {
        let elapsed = Duration::from_millis(500);
        assert_eq!(Throughput { bytes: 5_600, elapsed }.to_string(), "5.6 kB");
        assert_eq!(Throughput { bytes: 2_500_000, elapsed }.to_string(), "2.5 MB at 5.0 MB/s");
    }
}
