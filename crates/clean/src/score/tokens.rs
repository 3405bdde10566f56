//! Sums of the model's token tables, over the words of a block and the class names and ids around it.

use super::words::BlockWords;
use crate::model::{Model, TokenTable};
use crate::segment::{PageElement, SegmentedPage};

/// Sums of token weights, in log-odds of being main content.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokenScore {
    /// Its words.
    pub(crate) words: f32,
    /// The names of its own element and the parent.
    pub(crate) names_near: f32,
    /// The names of all elements further up.
    pub(crate) names_far: f32,
}

impl TokenScore {
    pub(crate) fn total(&self) -> f32 {
        self.words + self.names_near + self.names_far
    }
}

/// The token scores of every block.
pub(crate) fn scores(page: &SegmentedPage, words: &BlockWords, model: &Model) -> Vec<TokenScore> {
    let names = names(page, &model.names);
    let of = |index: u32| names.get(index as usize).copied().unwrap_or_default();
    page.blocks
        .iter()
        .enumerate()
        .map(|(index, block)| {
            let element = page.element_of(block);
            let parent = page.element(element.parent);
            let (mut sum, mut count) = (0.0, 0.0_f32);
            words.for_each_token(index, |token| {
                sum += model.words.weights(token)[usize::from(page.is_text)];
                count += 1.0;
            });
            let is_root = block.element == element.parent;
            let (own, around) = (of(block.element), of(element.parent));
            let above = if parent.parent == element.parent {
                NameWeights::default()
            } else {
                of(parent.parent)
            };
            let around = if is_root { NameWeights::default() } else { around };
            TokenScore {
                words: normal(sum, count),
                names_near: normal(own.near + around.near, own.count + around.count),
                names_far: normal(above.far_sum, above.count_sum),
            }
        })
        .collect()
}

/// Divides a sum by the square root of the number of tokens. Tokens are not independent, so many of them
/// should not count as much as their sum; a mean would ignore how many agree.
fn normal(sum: f32, count: f32) -> f32 {
    sum / count.max(1.0).sqrt()
}

/// The tokens of a block, for fitting: names of its element and its parent, names further up, words.
pub(crate) fn groups(page: &SegmentedPage, words: &BlockWords, index: usize) -> [Vec<u32>; 3] {
    let mut groups = [Vec::new(), Vec::new(), Vec::new()];
    let Some(block) = page.blocks.get(index) else { return groups };
    if !page.is_text {
        let mut number = block.element;
        for level in 0_usize.. {
            let element = page.element(number);
            let group = &mut groups[usize::from(level > 1)];
            group.extend(page.names_of(element));
            group.push(tag_token(page, element));
            if element.parent == number {
                break;
            }
            number = element.parent;
        }
    }
    words.for_each_token(index, |token| groups[2].push(token));
    groups
}

/// The weights of the names of one element.
#[derive(Clone, Copy, Debug, Default)]
struct NameWeights {
    near: f32,
    count: f32,
    /// The sum of the far weights of it and all its ancestors.
    far_sum: f32,
    count_sum: f32,
}

fn names(page: &SegmentedPage, table: &TokenTable) -> Vec<NameWeights> {
    let of_set = |range: &std::ops::Range<u32>| {
        let tokens = page.names_in(range);
        tokens.iter().fold([0.0, 0.0, tokens.len() as f32], |sum, token| {
            let [near, far] = table.weights(*token);
            [sum[0] + near, sum[1] + far, sum[2]]
        })
    };
    let sets: Vec<[f32; 3]> = page.name_sets.iter().map(of_set).collect();
    let mut names: Vec<NameWeights> = Vec::with_capacity(page.elements.len());
    for element in &page.elements {
        let [mut near, mut far] = table.weights(tag_token(page, element));
        let mut count = 1.0;
        for set in element.names {
            let own = sets.get(set as usize).copied().unwrap_or_default();
            (near, far, count) = (near + own[0], far + own[1], count + own[2]);
        }
        let above = names.get(element.parent as usize).copied().unwrap_or_default();
        names.push(NameWeights {
            near,
            count,
            far_sum: above.far_sum + far,
            count_sum: above.count_sum + count,
        });
    }
    names
}

/// A token for the tags of an element, its parent and its grandparent.
fn tag_token(page: &SegmentedPage, element: &PageElement) -> u32 {
    let parent = page.element(element.parent);
    let grandparent = page.element(parent.parent);
    let tags = [element.tag as u32, parent.tag as u32, grandparent.tag as u32];
    tags.into_iter().fold(0x811c_9dc5, |hash, tag| (hash ^ (tag + 1)).wrapping_mul(0x0100_0193))
}
