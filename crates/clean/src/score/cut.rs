//! Chooses the cut between content and clutter.
//!
//! The blocks with the highest expected F1 are not those above even odds, but those above half of the best
//! reachable F1 (Lipton, Elkan & Naryanaswamy, 2014). On a page where content is certain both are the same. On
//! a doubtful page the cut is lower, since omitting text costs more there than keeping too much.
//!
//! If one kind of error is worse, the same rule holds for the weighted F, with the cut at F / (1 + `weight`).
//! So precision or recall rises as far as the page allows, and a doubtful page is not emptied.

use crate::Favor;

/// The lowest and the highest cut, as probabilities, if precision and recall weigh the same.
const RANGE: (f32, f32) = (0.12, 0.5);

/// The weight of recall relative to precision. 2.5 is about the most that costs little F1 on the development
/// split of WCXB.
const fn recall_weight(favor: Favor) -> f32 {
    match favor {
        Favor::Precision => 1.0 / 2.5,
        Favor::Balance => 1.0,
        Favor::Recall => 2.5,
    }
}

/// The log-odds above which a block is worth keeping.
pub(super) fn best(log_odds: &[f32], words: &[f32], favor: Favor) -> f32 {
    let weight = recall_weight(favor);
    let mut blocks: Vec<(f32, f32)> = log_odds
        .iter()
        .zip(words)
        .map(|(odds, words)| (1.0 / (1.0 + (-odds).exp()), words.max(0.5)))
        .collect();
    blocks.sort_by(|left, right| right.0.total_cmp(&left.0));
    let expected: f32 = blocks.iter().map(|(probability, words)| probability * words).sum();
    let (mut hits, mut kept, mut best) = (0.0, 0.0, 0.0_f32);
    for (probability, words) in blocks {
        hits += probability * words;
        kept += words;
        let f = (1.0 + weight) * hits / (kept + weight * expected).max(f32::MIN_POSITIVE);
        best = best.max(f);
    }
    let range = |bound: f32| bound * 2.0 / (1.0 + weight);
    let cut = (best / (1.0 + weight)).clamp(range(RANGE.0), range(RANGE.1));
    (cut / (1.0 - cut)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTAIN: [f32; 6] = [5.0, 5.0, 5.0, -5.0, -5.0, -5.0];
    const DOUBTFUL: [f32; 6] = [0.5, 0.2, -0.3, -0.5, -1.0, -1.5];

    #[test]
    fn a_certain_page_is_cut_at_even_odds_and_a_doubtful_one_lower() {
        let cut = |log_odds| best(log_odds, &[50.0; 6], Favor::Balance);
        let (certain, doubtful) = (cut(&CERTAIN), cut(&DOUBTFUL));
        assert!((-0.1..=0.0).contains(&certain), "{certain}");
        assert!(doubtful < -0.4, "{doubtful}");
    }

    #[test]
    fn the_cut_is_higher_for_precision_and_lower_for_recall() {
        for page in [CERTAIN, DOUBTFUL] {
            let [precision, balance, recall] = [Favor::Precision, Favor::Balance, Favor::Recall]
                .map(|favor| best(&page, &[50.0; 6], favor));
            assert!(precision > balance + 0.3 && balance > recall + 0.3);
        }
        // Some of it is kept all the same.
        assert!(best(&DOUBTFUL, &[50.0; 6], Favor::Precision) < DOUBTFUL[0]);
    }
}
