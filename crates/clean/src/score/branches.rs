//! The arrangement of the elements around a block: the list that it is an item of, the branch of the tree that it
//! is on as seen from the main text, and other elements of the same template.

use super::structure::{PageStructure, TextSums};
use crate::hashing::FastMap;
use crate::segment::SegmentedPage;

/// A list of elements of one template under one parent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TemplateList {
    pub(crate) items: f32,
    /// The sums over all items.
    pub(crate) sums: TextSums,
}

/// The position of an element in the tree.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TreeBranch {
    /// The largest list that it or one of the elements around it is an item of.
    pub(crate) list: TemplateList,
    /// The sums of the parent's subtree.
    pub(crate) parent: TextSums,
    /// The sums of the branch. The smallest element that contains both the block and the main cluster has a
    /// child that contains the block; the branch is that child.
    pub(crate) side: TextSums,
    /// Elements with text on the page that have the template of the parent, and of the grandparent.
    pub(crate) parent_twins: f32,
    pub(crate) grandparent_twins: f32,
}

/// The positions of all elements.
pub(crate) fn find_branches(page: &SegmentedPage, structure: &PageStructure) -> Vec<TreeBranch> {
    let elements = &page.elements;
    let subtree = &structure.subtree;
    let cluster = structure.cluster;
    let mut twins: FastMap<u64, f32> = FastMap::default();
    let mut lists: FastMap<(u32, u64), TemplateList> = FastMap::default();
    // Growing takes longer than all the rest, and half of the elements have a place of their own in both.
    twins.reserve(elements.len() / 4);
    lists.reserve(elements.len() / 2);
    for (element, sums) in elements.iter().zip(subtree).skip(1) {
        if sums.blocks > 0.0 {
            *twins.entry(element.signature).or_default() += 1.0;
            let list = lists.entry((element.parent, element.signature)).or_default();
            list.items += 1.0;
            list.sums.add(*sums);
        }
    }
    let twins_of = |index: u32| {
        let signature = elements.get(index as usize).map_or(0, |element| element.signature);
        twins.get(&signature).copied().unwrap_or_default()
    };
    let mut branches = vec![TreeBranch::default(); elements.len()];
    for (number, element) in elements.iter().enumerate() {
        let Ok(index) = u32::try_from(number) else { break };
        if subtree.get(number).is_none_or(|sums| sums.blocks <= 0.0) {
            continue;
        }
        let parent = element.parent as usize;
        let above = branches.get(parent).copied().unwrap_or_default();
        let own = lists.get(&(element.parent, element.signature)).copied().unwrap_or_default();
        // Elements that contain the cluster are on no branch. The first one that does not begins a branch.
        let is_trunk = page.contains(index, cluster);
        let starts = !is_trunk && page.contains(element.parent, cluster);
        let grandparent = elements.get(parent).map_or(0, |parent| parent.parent);
        branches[number] = TreeBranch {
            list: if own.items > above.list.items && !is_trunk { own } else { above.list },
            parent: subtree.get(parent).copied().unwrap_or_default(),
            side: match (is_trunk, starts) {
                (true, _) => TextSums::default(),
                (false, true) => subtree.get(number).copied().unwrap_or_default(),
                (false, false) => above.side,
            },
            parent_twins: twins_of(element.parent),
            grandparent_twins: twins_of(grandparent),
        };
    }
    branches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::ArrangedPage;

    #[test]
    fn an_item_knows_its_list_and_a_side_branch_its_size() {
        let paragraph = "<p>The harbour was quiet when the first ferry of the year came in, late and \
            with half of its crew asleep, as the master of the port remembers it.</p>";
        let html = format!(
            "<div><article>{paragraph}{paragraph}</article><aside><ul><li>One</li><li>Two</li><li>Three</li></ul>\
             </aside></div>"
        );
        let ArrangedPage { page, structure, .. } = ArrangedPage::html(&html);
        let branches = find_branches(&page, &structure);
        let of_block = |index: usize| &branches[page.blocks[index].element as usize];
        assert_eq!(page.blocks.len(), 5);
        assert!((of_block(3).list.items - 3.0).abs() < 0.1);
        assert!((of_block(3).side.blocks - 3.0).abs() < 0.1, "all of the aside");
        assert!((of_block(0).side.blocks - 1.0).abs() < 0.1, "a paragraph of the cluster");
        assert!((of_block(3).parent.blocks - 3.0).abs() < 0.1);
    }
}
