//! Detects sites that differ from their profile.

use std::fmt;

use copydesk_clean::ClutterClass;
use serde::Serialize;

use super::CleaningFigures;

/// Minimum number of pages to compare means. With fewer, the normal approximation does not hold.
const MIN_PAGES: u64 = 20;
/// Minimum shift in standard errors. A run over a thousand sites makes fourteen thousand comparisons, one of which
/// reaches this by chance.
const MIN_STANDARD_ERRORS: f64 = 4.0;
/// Minimum shift of the share of text kept. A smaller one is not worth a report, however certain it is.
const MIN_KEPT_SHIFT: f64 = 0.1;
/// Minimum shift of the blocks of a class per page: one block, and a factor of one and a half.
const MIN_BLOCKS_SHIFT: f64 = 1.0;
const MIN_FACTOR: f64 = 1.5;
/// Lower bounds on standard deviations. Pages of one template hardly differ, so without a bound the first page that
/// does would look like drift.
const MIN_KEPT_DEVIATION: f64 = 0.02;
const MIN_BLOCKS_DEVIATION: f64 = 0.5;

/// A site that differs from its profile. Most often, it has a new template.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteDrift {
    /// The site.
    pub host: String,
    /// Number of pages in the run.
    pub pages: u64,
    /// Number of pages in the profile.
    pub profile_pages: u64,
    /// What shifted, the most certain first; at least one.
    pub shifts: Vec<DriftShift>,
}

/// One figure that shifted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftShift {
    /// The class of removed blocks per page, or `None` for the share of text kept.
    pub class: Option<ClutterClass>,
    /// The mean over the pages of the profile.
    pub before: f64,
    /// The mean over the pages of the run.
    pub after: f64,
    /// The difference in standard errors.
    pub errors: f64,
}

/// Compares the pages of a run with the profile: the means of two samples by their standard errors (Welch, 1947).
/// The units are pages, since the blocks of one page are not independent. `None` if either has fewer than 20 pages,
/// or nothing shifted by four standard errors and by a relevant amount.
pub fn detect_drift(
    host: &str,
    profile: &CleaningFigures,
    run: &CleaningFigures,
) -> Option<SiteDrift> {
    if profile.pages < MIN_PAGES || run.pages < MIN_PAGES {
        return None;
    }
    let shift = |class, scale: f64, least: f64| {
        let sides = [profile, run].map(|observed| {
            let figure = match class {
                None => observed.kept,
                Some(class) => observed.removed.get(&class).copied().unwrap_or_default(),
            };
            let variance = figure.variance(observed.pages) / (scale * scale);
            let error = variance.max(least * least) / observed.pages as f64;
            (figure.mean(observed.pages) / scale, error)
        });
        let [(before, before_error), (after, after_error)] = sides;
        let errors = (after - before).abs() / (before_error + after_error).sqrt();
        DriftShift { class, before, after, errors }
    };
    let kept = shift(None, 1000.0, MIN_KEPT_DEVIATION);
    let classes =
        ClutterClass::ALL.into_iter().map(|class| shift(Some(class), 1.0, MIN_BLOCKS_DEVIATION));
    let matters = |shift: &DriftShift| {
        let (low, high) = (shift.before.min(shift.after), shift.before.max(shift.after));
        let is_large = match shift.class {
            None => high - low >= MIN_KEPT_SHIFT,
            Some(_) => high - low >= MIN_BLOCKS_SHIFT && high >= low * MIN_FACTOR,
        };
        is_large && shift.errors >= MIN_STANDARD_ERRORS
    };
    let mut shifts: Vec<DriftShift> =
        std::iter::once(kept).chain(classes).filter(matters).collect();
    shifts.sort_by(|left, right| right.errors.total_cmp(&left.errors));
    (!shifts.is_empty()).then(|| SiteDrift {
        host: host.to_owned(),
        pages: run.pages,
        profile_pages: profile.pages,
        shifts,
    })
}

impl fmt::Display for DriftShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, before, after, .. } = self;
        match class {
            None => write!(f, "text kept {:.0}% -> {:.0}%", before * 100.0, after * 100.0),
            Some(class) => write!(f, "{class} {before:.1} -> {after:.1} blocks per page"),
        }
    }
}

impl fmt::Display for SiteDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, pages, profile_pages, shifts } = self;
        write!(f, "{host} drifted from its profile: ")?;
        for (at, shift) in shifts.iter().take(3).enumerate() {
            write!(f, "{}{shift}", if at == 0 { "" } else { ", " })?;
        }
        write!(f, " ({pages} pages, {profile_pages} in the profile)")
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::Record;

    use super::*;

    /// Pages that keep `kept` of their text, more or less, and lose `related` blocks.
    fn observed(pages: usize, kept: f32, related: usize) -> CleaningFigures {
        let mut observed = CleaningFigures::default();
        for page in 0..pages {
            let mut record = Record::default();
            record.quality.kept_ratio = kept + 0.05 * (page % 3) as f32;
            record.removed.counts.insert(ClutterClass::Related, related + page % 2);
            observed.add(&record);
        }
        observed
    }

    #[test]
    fn a_new_template_is_reported() {
        let drift =
            detect_drift("a.example", &observed(60, 0.6, 4), &observed(40, 0.3, 12)).unwrap();
        assert_eq!(
            drift.to_string(),
            "a.example drifted from its profile: related 4.5 -> 12.5 blocks per page, text kept 65% -> \
             35% (40 pages, 60 in the profile)"
        );
    }

    #[test]
    fn chance_and_small_numbers_are_not_reported() {
        let profile = observed(60, 0.6, 4);
        assert_eq!(detect_drift("a.example", &profile, &observed(40, 0.62, 4)), None);
        assert_eq!(detect_drift("a.example", &profile, &observed(19, 0.2, 40)), None);
        assert_eq!(detect_drift("a.example", &observed(19, 0.6, 4), &observed(40, 0.2, 40)), None);
    }
}
