//! Maps the F1 that the model expects of its own verdicts to the F1 that was measured on held-out pages.

use super::reader::ModelReader;
use super::reader::invalid_model;
use crate::ErrorKind;

/// A piecewise linear function. Without points it is the identity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calibration {
    /// Pairs of expected and measured F1, both rising.
    points: Vec<(f32, f32)>,
}

impl Calibration {
    pub(super) fn read(reader: &mut ModelReader<'_>) -> Result<Self, ErrorKind> {
        let mut points: Vec<(f32, f32)> = Vec::new();
        for _ in 0..reader.count()? {
            let point = (reader.f32()?, reader.f32()?);
            if points.last().is_some_and(|last| last.0 >= point.0 || last.1 > point.1) {
                return Err(invalid_model("its calibration does not rise"));
            }
            points.push(point);
        }
        Ok(Self { points })
    }

    /// The measured value for an expected one: interpolated between points, constant beyond them.
    pub(crate) fn apply(&self, expected: f32) -> f32 {
        let after = self.points.partition_point(|(at, _)| *at < expected);
        let before = after.checked_sub(1).and_then(|before| self.points.get(before));
        match (before, self.points.get(after)) {
            (None, None) => expected,
            (Some((_, value)), None) | (None, Some((_, value))) => *value,
            (Some((from, low)), Some((to, high))) => {
                low + (high - low) * (expected - from) / (to - from)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_points_it_is_straight_and_beyond_them_level() {
        let calibration = Calibration { points: vec![(0.5, 0.3), (0.9, 0.7)] };
        for (expected, measured) in [(0.1, 0.3), (0.5, 0.3), (0.7, 0.5), (0.9, 0.7), (1.0, 0.7)] {
            assert!((calibration.apply(expected) - measured).abs() < 1e-6, "{expected}");
        }
        assert!((Calibration::default().apply(0.4) - 0.4).abs() < 1e-6);
    }
}
