//! The probability that the best reading of a word is right.
//!
//! The posterior of the lattice does not include words that it did not consider, and its context
//! was counted on other kinds of text. So boosted trees on it and on facts about the word and its
//! neighbors, fitted on other text, estimate how often such a reading was right.

use super::lattice::{WordReading, WordReadings, log_sum};
use super::letters::WordPattern;
use super::reader::TableReader;
use super::table::LanguageTable;

/// The number of facts that the trees decide by.
pub(super) const EVIDENCE: usize = 22;
const LEAF: u8 = u8::MAX;

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

/// Boosted trees whose sum is the log-odds that a reading is right.
#[derive(Debug)]
pub(super) struct ConfidenceTrees {
    trees: Vec<Vec<TreeNode>>,
}

#[derive(Clone, Copy, Debug)]
struct TreeNode {
    /// The number of the fact, or `LEAF`.
    fact: u8,
    /// The most that leads to the left; the value of a leaf.
    value: f32,
    left: u8,
    right: u8,
}

impl ConfidenceTrees {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let mut trees = Vec::new();
        for _ in 0..reader.u16()? {
            let count = reader.u8()?;
            let mut nodes = Vec::with_capacity(count.into());
            for at in 0..count {
                let (fact, value) = (reader.u8()?, reader.f32()?);
                let (left, right) = (reader.u8()?, reader.u8()?);
                // A node leads only to later ones, so every way through a tree ends.
                let ends = fact == LEAF
                    || usize::from(fact) < EVIDENCE
                        && [left, right].iter().all(|next| (at + 1..count).contains(next));
                if !ends {
                    return None;
                }
                nodes.push(TreeNode { fact, value, left, right });
            }
            trees.push(nodes);
        }
        Some(Self { trees })
    }

    /// The probability that the reading is right.
    pub(super) fn confidence(&self, evidence: &[f32; EVIDENCE]) -> f32 {
        let sum: f32 = self.trees.iter().map(|nodes| leaf(nodes, evidence)).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The value of the leaf that the evidence leads to.
fn leaf(nodes: &[TreeNode], evidence: &[f32; EVIDENCE]) -> f32 {
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        let Some(&fact) = evidence.get(usize::from(node.fact)) else { return node.value };
        at = usize::from(if fact <= node.value { node.left } else { node.right });
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of a fact with two leaves.
    fn tree(fact: u8, right: u8) -> Vec<u8> {
        let mut bytes = vec![1, 0, 3];
        for (fact, value, left, right) in
            [(fact, 0.5_f32, 1, right), (LEAF, -3.0, 0, 0), (LEAF, 3.0, 0, 0)]
        {
            bytes.push(fact);
            bytes.extend(value.to_le_bytes());
            bytes.extend([left, right]);
        }
        bytes
    }

    #[test]
    fn the_evidence_chooses_the_leaf() {
        let trees = ConfidenceTrees::read(&mut TableReader::new(&tree(2, 2))).unwrap();
        let mut evidence = [0.0; EVIDENCE];
        assert!(trees.confidence(&evidence) < 0.05);
        evidence[2] = 1.0;
        assert!(trees.confidence(&evidence) > 0.95);
    }

    #[test]
    fn trees_that_lead_back_or_ask_for_unknown_facts_are_refused() {
        for bytes in [tree(2, 0), tree(2, 3), tree(200, 2)] {
            assert!(ConfidenceTrees::read(&mut TableReader::new(&bytes)).is_none());
        }
    }
}
