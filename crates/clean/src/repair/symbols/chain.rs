//! What the lone signs of a line were: a conditional random field along the line.
//!
//! Its states are the open quotes. `train/punctuation/fit.py` fits the weights.

use super::context::{FEATURES, LineContext, SHAPES, SignShape};

/// The signs that are distinguished.
const SIGNS: [char; 6] = ['“', '”', '‘', '’', '–', '—'];
/// Those, and one label for all others.
const LABELS: usize = 7;
/// Open quotes: 1 for double quotes, plus 2 for single quotes.
const STATES: usize = 4;
/// The unit of the stored weights.
const UNIT: f32 = 1.0 / 16.0;
/// A line with more lone signs is processed in pieces of this length.
const MAX_STEPS: usize = 64;

/// For each feature, a weight for each label; then for shape, state and label; then for the last
/// state.
const WEIGHTS: [u8; (FEATURES + SHAPES * STATES) * LABELS + STATES] =
    *include_bytes!("punctuation.bin");

type StateValues = [f32; STATES];
type LabelScores = [[f32; LABELS]; STATES];

/// The most likely original of a lone sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SignGuess {
    pub(super) sign: char,
    pub(super) posterior: f32,
    /// The probability that it was this quote, or one of the two dashes.
    pub(super) kind_posterior: f32,
}

/// The guesses for all lone signs of a line, in order.
pub(super) fn guesses(context: &LineContext<'_>) -> Vec<SignGuess> {
    let steps: Vec<ChainStep> = (0..).map_while(|order| ChainStep::new(context, order)).collect();
    steps.chunks(MAX_STEPS).flat_map(marginals).map(best).collect()
}

struct ChainStep {
    /// Likelihoods, not normalized; the largest is 1.
    scores: LabelScores,
    is_middle: bool,
}

impl ChainStep {
    fn new(context: &LineContext<'_>, order: usize) -> Option<Self> {
        let features = context.features(order)?;
        let shape = context.shape(order);
        let mut of_labels = [0.0; LABELS];
        for feature in features {
            for (sum, weight) in of_labels.iter_mut().zip(row(feature)) {
                *sum += weight;
            }
        }
        let mut scores = [of_labels; STATES];
        for (state, labels) in scores.iter_mut().enumerate() {
            let weights = row(FEATURES + shape as usize * STATES + state);
            for (score, weight) in labels.iter_mut().zip(weights) {
                *score += weight;
            }
        }
        let top = scores.iter().flatten().copied().fold(f32::MIN, f32::max);
        let scores = scores.map(|labels| labels.map(|score| (score - top).exp()));
        Some(Self { scores, is_middle: shape == SignShape::Middle })
    }

    /// Calls `take` for each transition from a state to the next.
    fn each(&self, mut take: impl FnMut(usize, usize, usize, f32)) {
        for (state, labels) in self.scores.iter().enumerate() {
            for (label, &score) in labels.iter().enumerate() {
                take(state, label, next_state(state, label, self.is_middle), score);
            }
        }
    }
}

/// The weights of a feature.
fn row(number: usize) -> impl Iterator<Item = f32> {
    let row = WEIGHTS.get(number * LABELS..(number + 1) * LABELS).unwrap_or_default();
    row.iter().map(|&byte| f32::from(byte.cast_signed()) * UNIT)
}

/// The open quotes after a sign.
const fn next_state(state: usize, label: usize, is_middle: bool) -> usize {
    match label {
        0 => state | 1,
        1 => 0,
        2 => state | 2,
        3 if !is_middle => state & 1,
        _ => state,
    }
}

fn at(values: &StateValues, state: usize) -> f32 {
    values.get(state).copied().unwrap_or(0.0)
}

fn add<const N: usize>(values: &mut [f32; N], place: usize, value: f32) {
    if let Some(sum) = values.get_mut(place) {
        *sum += value;
    }
}

fn normalized<const N: usize>(values: [f32; N]) -> [f32; N] {
    let sum: f32 = values.iter().sum();
    if sum > 0.0 { values.map(|value| value / sum) } else { values }
}

/// The probability of each label of each step, by the forward-backward algorithm.
fn marginals(steps: &[ChainStep]) -> Vec<[f32; LABELS]> {
    let mut state: StateValues = [1.0, 0.0, 0.0, 0.0];
    let mut forward = Vec::with_capacity(steps.len());
    for step in steps {
        forward.push(state);
        let mut next = [0.0; STATES];
        step.each(|from, _, to, score| add(&mut next, to, at(&state, from) * score));
        state = normalized(next);
    }
    let ends: Vec<f32> = WEIGHTS
        .iter()
        .skip((FEATURES + SHAPES * STATES) * LABELS)
        .map(|&byte| (f32::from(byte.cast_signed()) * UNIT).exp())
        .collect();
    let mut after: StateValues = [1.0; STATES];
    for (value, end) in after.iter_mut().zip(ends) {
        *value = end;
    }
    let mut found = vec![[0.0; LABELS]; steps.len()];
    for ((step, state), found) in steps.iter().zip(forward).zip(&mut found).rev() {
        let mut before = [0.0; STATES];
        step.each(|from, label, to, score| {
            let rest = score * at(&after, to);
            add(found, label, at(&state, from) * rest);
            add(&mut before, from, rest);
        });
        *found = normalized(*found);
        after = normalized(before);
    }
    found
}

/// The most likely sign. If a dash is more likely than any other sign, the more likely of the two
/// dashes.
fn best(labels: [f32; LABELS]) -> SignGuess {
    let dash = |label: usize| label == 4 || label == 5;
    let likeliest = |is_taken: &dyn Fn(usize) -> bool| {
        let taken = labels.into_iter().enumerate().filter(|&(label, _)| is_taken(label));
        taken.fold((LABELS, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    };
    let dashes: f32 = labels.iter().skip(4).take(2).sum();
    let other = likeliest(&|label| label < 4);
    let is_dash = dashes > other.1;
    let (label, posterior) = if is_dash { likeliest(&dash) } else { other };
    let of_kind = if is_dash { dashes } else { posterior };
    SignGuess {
        sign: SIGNS.get(label).copied().unwrap_or('’'), posterior, kind_posterior: of_kind
    }
}
