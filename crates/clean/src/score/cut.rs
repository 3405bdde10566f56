//! Where to cut between content and clutter.
//!
//! The set of blocks with the highest expected F1 is not that of all blocks above even odds: it is
//! that of all above half of the F1 that can be reached (Lipton, Elkan & Naryanaswamy, 2014). On a
//! page where content is certain the cut is at even odds; on a doubtful one it is lower, since
//! leaving text out there costs more than keeping too much.

/// The lowest and the highest cut, as probabilities.
const RANGE: (f32, f32) = (0.12, 0.5);

/// The log-odds above which a block is worth keeping.
pub(super) fn best(log_odds: &[f32], words: &[f32]) -> f32 {
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
        best = best.max(2.0 * hits / (kept + expected).max(f32::MIN_POSITIVE));
    }
    let cut = (best / 2.0).clamp(RANGE.0, RANGE.1);
    (cut / (1.0 - cut)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certain_page_is_cut_at_even_odds_and_a_doubtful_one_lower() {
        let words = [50.0; 6];
        let certain = best(&[5.0, 5.0, 5.0, -5.0, -5.0, -5.0], &words);
        let doubtful = best(&[0.5, 0.2, -0.3, -0.5, -1.0, -1.5], &words);
        assert!((-0.1..=0.0).contains(&certain), "{certain}");
        assert!(doubtful < -0.4, "{doubtful}");
    }
}
