//! Clusters pairs of similar pages.

use std::collections::HashSet;

use super::similar::StoryFeatures;

/// The most pages of a group that are compared with another group, evenly spread. Bounds the time for large groups.
const MAX_SAMPLE: usize = 48;

/// Groups of at least two pages, by average linkage: the most similar pairs come first, and two groups merge if the mean
/// similarity of their pages is at least `threshold`. Groups and their pages are in the order of the pages.
pub(super) fn clusters(
    pages: &[StoryFeatures],
    mut pairs: Vec<(f64, usize, usize)>,
    threshold: f64,
    max_days: u32,
) -> Vec<Vec<usize>> {
    pairs.sort_by(|one, other| {
        other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2)))
    });
    let mut group_of: Vec<usize> = (0..pages.len()).collect();
    let mut groups: Vec<Vec<usize>> = (0..pages.len()).map(|page| vec![page]).collect();
    // Remembered, since every further pair between two groups that did not merge would compare them again.
    let mut refused: HashSet<(usize, usize, usize)> = HashSet::new();
    for (_, one, other) in pairs {
        let (Some(one), Some(other)) = (group_of.get(one).copied(), group_of.get(other).copied())
        else {
            continue;
        };
        let (kept, gone) = (one.min(other), one.max(other));
        let size = |group: usize| groups.get(group).map_or(0, Vec::len);
        let attempt = (kept, gone, size(kept) + size(gone));
        if kept == gone || refused.contains(&attempt) {
            continue;
        }
        if average(pages, &groups, kept, gone, max_days) < threshold {
            refused.insert(attempt);
            continue;
        }
        let moved = groups.get_mut(gone).map(std::mem::take).unwrap_or_default();
        for page in &moved {
            if let Some(group) = group_of.get_mut(*page) {
                *group = kept;
            }
        }
        if let Some(group) = groups.get_mut(kept) {
            group.extend(moved);
        }
    }
    groups.retain(|group| group.len() > 1);
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    groups
}

fn average(
    pages: &[StoryFeatures],
    groups: &[Vec<usize>],
    one: usize,
    other: usize,
    max_days: u32,
) -> f64 {
    let sample = |group: usize| {
        let group = groups.get(group).map(Vec::as_slice).unwrap_or_default();
        group
            .iter()
            .step_by(group.len().div_ceil(MAX_SAMPLE).max(1))
            .filter_map(|at| pages.get(*at))
    };
    let (mut sum, mut count) = (0.0, 0u32);
    for one in sample(one) {
        for other in sample(other) {
            sum += if one.is_near(other, max_days) { one.similarity(other) } else { 0.0 };
            count += 1;
        }
    }
    sum / f64::from(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::terms::TermVector;

    #[test]
    fn a_page_between_two_stories_does_not_make_them_one() {
        let page = |terms: &[(u32, f32)]| StoryFeatures {
            vector: TermVector(terms.to_vec()),
            ..StoryFeatures::default()
        };
        let pages = [
            page(&[(1, 1.0)]),
            page(&[(1, 0.9), (2, 0.1)]),
            page(&[(1, 0.7), (2, 0.7)]),
            page(&[(2, 1.0)]),
            page(&[(1, 0.1), (2, 0.9)]),
            page(&[(3, 1.0)]),
        ];
        let mut pairs = Vec::new();
        for one in 0..pages.len() {
            for other in one + 1..pages.len() {
                pairs.push((pages[one].similarity(&pages[other]), one, other));
            }
        }
        assert_eq!(clusters(&pages, pairs, 0.5, 3), [vec![0, 1, 2], vec![3, 4]]);
    }
}
