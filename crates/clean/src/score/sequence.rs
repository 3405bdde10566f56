//! Decides all blocks of a page together: the most probable sequence of content and clutter classes.
//!
//! A line such as "3 Months" says nothing by itself, but the lines around it are a price list. So each change
//! of state has a cost, and the cheapest sequence wins (Viterbi, in linear time). The score of a block is what
//! it would cost to decide otherwise.

use crate::ClutterClass;
use crate::segment::SegmentedPage;

/// The log-odds of each clutter class relative to the best one of the block.
pub(super) type ClassEmission = crate::model::ClassScores;

/// The decision about a block.
pub(super) struct BlockDecision {
    /// The probability of being main content, in [0, 1].
    pub(super) score: f32,
    pub(super) class: Option<ClutterClass>,
}

/// The number of states: content, and each class.
const STATES: usize = ClutterClass::ALL.len() + 1;
const CONTENT: usize = 0;

/// The lowest log-odds of a class. Without a floor, the neighbors of a block could never outweigh a phrase in it.
pub(super) const FLOOR: f32 = -2.5;

/// The cost of a change between content and clutter, in log-odds.
const TURN: f32 = 0.5;
/// The cost of a change from one clutter class to another.
const SHIFT: f32 = 0.3;
/// Factors of these costs on pages: between neighbors of one template, and elsewhere. In text the costs count
/// in full.
const TWIN_FACTOR: f32 = 0.4;
const PAGE_FACTOR: f32 = 0.2;

/// Finds the most probable sequence. `log_odds` are those of content against clutter.
pub(super) fn decide(
    page: &SegmentedPage,
    log_odds: &[f32],
    classes: &[ClassEmission],
) -> Vec<BlockDecision> {
    let count = log_odds.len();
    let factors: Vec<f32> = (0..count).map(|index| factor(page, index)).collect();
    let emission = |index: usize, state: usize| match state {
        CONTENT => log_odds[index],
        _ => classes[index][state - 1].max(FLOOR),
    };
    // For each block and state, the best sum of a sequence that ends there, and its previous state.
    let mut forward = vec![[0.0_f32; STATES]; count];
    let mut came_from = vec![[0_u8; STATES]; count];
    for index in 0..count {
        if index > 0 {
            let (best, from) = step(&forward[index - 1], factors[index]);
            forward[index] = best;
            came_from[index] = from;
        }
        for (state, sum) in forward[index].iter_mut().enumerate() {
            *sum += emission(index, state);
        }
    }
    let mut backward = vec![[0.0_f32; STATES]; count];
    for index in (1..count).rev() {
        let mut after = backward[index];
        for (state, sum) in after.iter_mut().enumerate() {
            *sum += emission(index, state);
        }
        // The backward pass can use the same step, since changes cost the same in both directions.
        backward[index - 1] = step(&after, factors[index]).0;
    }
    let mut states = vec![CONTENT; count];
    let mut state = forward.last().map_or(CONTENT, best_state);
    for index in (0..count).rev() {
        states[index] = state;
        state = usize::from(came_from[index][state]);
    }
    (0..count)
        .map(|index| {
            let through = |state: usize| forward[index][state] + backward[index][state];
            let clutter = (1..STATES).map(through).fold(f32::NEG_INFINITY, f32::max);
            let margin = through(CONTENT) - clutter;
            BlockDecision {
                score: 1.0 / (1.0 + (-margin).exp()),
                class: states[index].checked_sub(1).map(|class| ClutterClass::ALL[class]),
            }
        })
        .collect()
}

/// For each state, the best sum before the next block is added, with or without a change, and the previous
/// state. Only the best clutter state needs to be tried, so this takes linear time in the number of states.
fn step(sums: &[f32; STATES], factor: f32) -> ([f32; STATES], [u8; STATES]) {
    let best_clutter = (1..STATES).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap_or(1);
    let mut best = *sums;
    let mut from: [u8; STATES] = std::array::from_fn(|state| u8::try_from(state).unwrap_or(0));
    for state in 0..STATES {
        let mut consider = |before: usize, cost: f32| {
            let sum = sums[before] - cost * factor;
            if sum > best[state] {
                best[state] = sum;
                from[state] = u8::try_from(before).unwrap_or(0);
            }
        };
        if state == CONTENT {
            consider(best_clutter, TURN);
        } else {
            consider(CONTENT, TURN);
            consider(best_clutter, SHIFT);
        }
    }
    (best, from)
}

fn best_state(sums: &[f32; STATES]) -> usize {
    (0..STATES).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap_or(CONTENT)
}

/// The factor of the cost of a change before this block.
fn factor(page: &SegmentedPage, index: usize) -> f32 {
    if page.is_text {
        return 1.0;
    }
    let signature =
        |index: usize| page.blocks.get(index).map(|block| page.element_of(block).signature);
    match index.checked_sub(1) {
        Some(before) if signature(before) == signature(index) => TWIN_FACTOR,
        _ => PAGE_FACTOR,
    }
}
