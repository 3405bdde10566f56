//! The probability that the best reading of a word is right.
//!
//! The posterior of the lattice does not include words that it did not consider. So a logistic
//! regression on it and on a few facts about the word, fitted on other text, estimates how often
//! such a reading was right.

use super::lattice::{WordReading, WordReadings, log_sum};
use super::letters::WordPattern;
use super::table::{EVIDENCE, LanguageTable};

/// The evidence for and against a reading, in the order of `TableWeights::confidence`.
pub(super) fn evidence(
    table: &LanguageTable,
    pattern: &WordPattern,
    lost: usize,
    readings: &WordReadings,
    best: &WordReading,
    posterior: f32,
) -> [f32; EVIDENCE] {
    let posterior = posterior.clamp(5e-5, 1.0 - 5e-5);
    let odds = (posterior / (1.0 - posterior)).ln();
    let log_listed = best.log_count.map_or(0.0, |count| count - table.log_total);
    let kept = pattern.slots.len() - lost;
    let flag = |is: bool| f32::from(u8::from(is));
    [
        odds,
        best.log_count.unwrap_or(0.0) / 4.0,
        flag(best.log_count.is_none()),
        (readings.log_spelled - best.log_spelled).clamp(0.0, 12.0) / 4.0,
        lost.min(8) as f32 / 4.0,
        kept.min(10) as f32 / 4.0,
        flag(pattern.first_upper == Some(true)),
        odds_alone(readings, best) / 4.0,
        best.log_count.map_or(0.0, |_| (log_listed - best.log_spelled).clamp(-8.0, 8.0) / 4.0),
        1.0,
    ]
}

/// The log-odds of a reading without its neighbors.
fn odds_alone(readings: &WordReadings, best: &WordReading) -> f32 {
    let others = readings
        .all
        .iter()
        .filter(|other| other.codes != best.codes || other.first_upper != best.first_upper)
        .map(|other| other.score);
    (best.score - log_sum(others)).clamp(-8.0, 8.0)
}

/// The probability that the reading is right.
pub(super) fn confidence(table: &LanguageTable, evidence: &[f32; EVIDENCE]) -> f32 {
    let sum: f32 =
        evidence.iter().zip(&table.weights.confidence).map(|(value, weight)| value * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}
