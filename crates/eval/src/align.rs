//! Finds which words of a page are words of its reference, by position rather than presence.

use std::collections::HashMap;

/// The number of consecutive words in an anchor.
const ANCHOR_WORDS: usize = 4;
/// Gaps between anchors are aligned exactly up to this product of their lengths: exact alignment takes time and memory in
/// proportion to it.
const MAX_GAP_CELLS: usize = 4_000_000;

/// For each word of `left`, whether it is matched in a common subsequence of `left` and `right` that
/// keeps the order of both.
///
/// Anchors are runs of four words that occur once in each text. The longest sequence of anchors that rises in both texts
/// is aligned first, and then the longest common subsequence of each gap between them. Words in gaps that are too large
/// for that count as not matched.
pub fn align(left: &[&str], right: &[&str]) -> Vec<bool> {
    let mut matched = vec![false; left.len()];
    let mut anchors = longest_increasing(&anchors(left, right));
    anchors.push((left.len(), right.len()));
    let (mut from_left, mut from_right) = (0, 0);
    for (at_left, at_right) in anchors {
        fill_gap(left, right, (from_left, at_left), (from_right, at_right), &mut matched);
        if at_left < left.len() {
            matched[at_left] = true;
        }
        (from_left, from_right) = ((at_left + 1).min(left.len()), (at_right + 1).min(right.len()));
    }
    matched
}

/// The positions, in both texts, of every word of the runs that occur once in each.
fn anchors(left: &[&str], right: &[&str]) -> Vec<(usize, usize)> {
    let unique = |words: &[&str]| -> HashMap<Vec<String>, Option<usize>> {
        let mut places = HashMap::new();
        for (place, run) in words.windows(ANCHOR_WORDS).enumerate() {
            let key = run.iter().map(|word| (*word).to_owned()).collect();
            places.entry(key).and_modify(|place| *place = None).or_insert(Some(place));
        }
        places
    };
    let (in_left, in_right) = (unique(left), unique(right));
    let mut pairs: Vec<(usize, usize)> = in_left
        .iter()
        .filter_map(|(run, place)| Some(((*place)?, (*in_right.get(run)?)?)))
        .flat_map(|(at_left, at_right)| {
            (0..ANCHOR_WORDS).map(move |step| (at_left + step, at_right + step))
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The longest sequence of pairs that rises strictly in both positions; `pairs` is sorted.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (index, (at_left, at_right)) in pairs.iter().enumerate() {
        let place = tails.partition_point(|tail| pairs[*tail].1 < *at_right);
        if place > 0 && pairs[tails[place - 1]].0 >= *at_left {
            continue;
        }
        before[index] = place.checked_sub(1).map(|place| tails[place]);
        if place == tails.len() {
            tails.push(index);
        } else {
            tails[place] = index;
        }
    }
    let mut sequence = Vec::new();
    let mut next = tails.last().copied();
    while let Some(index) = next {
        sequence.push(pairs[index]);
        next = before[index];
    }
    sequence.reverse();
    // A later tail may have replaced one that an earlier chain ran through.
    let mut last: Option<(usize, usize)> = None;
    sequence.retain(|pair| {
        let rises = last.is_none_or(|last| pair.0 > last.0 && pair.1 > last.1);
        if rises {
            last = Some(*pair);
        }
        rises
    });
    sequence
}

fn fill_gap(
    left: &[&str],
    right: &[&str],
    (left_from, left_to): (usize, usize),
    (right_from, right_to): (usize, usize),
    matched: &mut [bool],
) {
    if left_from >= left_to || right_from >= right_to {
        return;
    }
    let (rows, columns) = (left_to - left_from, right_to - right_from);
    if rows * columns > MAX_GAP_CELLS {
        return;
    }
    let width = columns + 1;
    let mut lengths = vec![0_u16; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            lengths[row * width + column] = if left[left_from + row] == right[right_from + column] {
                lengths[(row + 1) * width + column + 1].saturating_add(1)
            } else {
                lengths[(row + 1) * width + column].max(lengths[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if left[left_from + row] == right[right_from + column] {
            matched[left_from + row] = true;
            row += 1;
            column += 1;
        } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(left: &str, right: &str) -> String {
        let (left, right): (Vec<&str>, Vec<&str>) =
            (left.split(' ').collect(), right.split(' ').collect());
        let matched = align(&left, &right);
        left.iter()
            .zip(matched)
            .filter(|(_, is)| *is)
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_word_counts_at_its_place_only() {
        assert_eq!(
            matched("news menu the old ferry sailed again news", "the old ferry sailed again news"),
            "the old ferry sailed again news"
        );
        assert_eq!(matched("a b c", "x y z"), "");
        assert_eq!(matched("one two three four five", "one two three four five").len(), 23);
    }
}
