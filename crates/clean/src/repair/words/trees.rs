//! The trees of a table that estimate how often readings are right.

use super::reader::TableReader;

/// The number of facts that the trees decide by.
pub(super) const EVIDENCE: usize = 22;
const LEAF: u8 = u8::MAX;

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
