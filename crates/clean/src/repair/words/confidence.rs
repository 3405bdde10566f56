//! The probability that the best reading of a word is right.
//!
//! The posterior of the lattice does not include words that it did not consider, and its context
//! was counted on other kinds of text. So boosted trees on it and on facts about the word and its
//! neighbors, fitted on other text, estimate how often such a reading was right.

use super::lattice::{WordReading, WordReadings, log_sum};
use super::letters::WordPattern;
use super::table::LanguageTable;
use super::trees::EVIDENCE;

/// The best reading among its neighbors.
pub(super) struct BestAmongNeighbors<'a> {
    pub(super) reading: &'a WordReading,
    /// The next best one.
    pub(super) second: Option<&'a WordReading>,
    pub(super) posterior: f32,
    /// How well each of the two goes with the best reading of the word before and after.
    pub(super) before: [f32; 2],
    pub(super) after: [f32; 2],
    /// The posteriors of the best readings of these words.
    pub(super) sureness_before: f32,
    pub(super) sureness_after: f32,
}

/// The evidence for and against a reading, in the order in which the trees were fitted.
pub(super) fn evidence(
    table: &LanguageTable,
    pattern: &WordPattern,
    lost: usize,
    readings: &WordReadings,
    best: &BestAmongNeighbors<'_>,
) -> [f32; EVIDENCE] {
    let posterior = best.posterior.clamp(5e-5, 1.0 - 5e-5);
    let reading = best.reading;
    let log_listed = reading.log_count.map_or(0.0, |count| count - table.log_total);
    let length = pattern.slots.len();
    let flag = |is: bool| f32::from(u8::from(is));
    let listed = readings.all.iter().filter(|reading| reading.log_count.is_some()).count();
    [
        (posterior / (1.0 - posterior)).ln(),
        reading.log_count.unwrap_or(-1.0),
        (readings.log_spelled - reading.log_spelled).clamp(0.0, 12.0),
        lost as f32,
        (length - lost) as f32,
        flag(reading.first_upper),
        odds_alone(readings, reading),
        reading.log_count.map_or(0.0, |_| (log_listed - reading.log_spelled).clamp(-8.0, 8.0)),
        best.before[0],
        best.after[0],
        best.before[0] - best.before[1],
        best.after[0] - best.after[1],
        best.sureness_before,
        best.sureness_after,
        flag(readings.begins_sentence),
        best.second.and_then(|second| second.log_count).unwrap_or(-1.0),
        readings.all.len() as f32,
        flag(pattern.rest_upper),
        length as f32,
        listed as f32,
        reading.log_spelled / length.max(1) as f32,
        reading.score,
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
