//! Items that one template made: the cards of a listing, the rows of a forum, the comments below an article.

use std::ops::Range;

use super::structure::PageStructure;
use crate::segment::SegmentedPage;

/// Items of a list, at least.
const MIN_ITEMS: usize = 3;
/// Blocks of an item, at most, on the average. Larger ones are parts of the page.
const MAX_ITEM_BLOCKS: usize = 12;
/// How many children of an element are looked back for a twin. Other elements may stand between two items.
const LOOK_BACK: usize = 2;

/// Sibling elements that one template made, with several blocks each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TemplateList {
    /// The element around them.
    pub(super) parent: u32,
    /// The blocks of each item, in document order.
    pub(super) items: Vec<Range<usize>>,
}

/// Finds the lists of a page, inner ones before those around them. Most pages of running text have none, and cost one
/// pass over their elements.
pub(super) fn find(page: &SegmentedPage, structure: &PageStructure) -> Vec<TemplateList> {
    let mut runs = sibling_runs(page, structure);
    if runs.is_empty() {
        return Vec::new();
    }
    runs.sort_by_key(|run| {
        std::cmp::Reverse(run.first().map_or(0, |first| page.element(*first).depth))
    });
    let firsts = first_blocks(page);
    let blocks_of = |element: &u32| {
        let first = firsts.get(*element as usize).copied().unwrap_or_default();
        let rest = page.blocks.iter().skip(first);
        first..first + rest.take_while(|block| page.contains(*element, block.element)).count()
    };
    let list = |run: Vec<u32>| {
        let parent = page.element(*run.first()?).parent;
        let items: Vec<Range<usize>> = run.iter().map(blocks_of).collect();
        let total: usize = items.iter().map(ExactSizeIterator::len).sum();
        (total <= MAX_ITEM_BLOCKS * items.len()).then_some(TemplateList { parent, items })
    };
    runs.into_iter().filter_map(list).collect()
}

/// The number of blocks in the subtree of an element.
fn blocks(structure: &PageStructure, element: u32) -> f32 {
    structure.subtree.get(element as usize).map_or(0.0, |sums| sums.blocks)
}

/// The runs of twins with several blocks among the children of each element.
fn sibling_runs(page: &SegmentedPage, structure: &PageStructure) -> Vec<Vec<u32>> {
    let count = page.elements.len();
    // The last children of each element, and the number of the run of each element. The root is nobody's child.
    let mut last_children = vec![[0_u32; LOOK_BACK]; count];
    let mut run_of: Vec<Option<usize>> = vec![None; count];
    let mut runs: Vec<Vec<u32>> = Vec::new();
    for (number, (element, sums)) in
        page.elements.iter().zip(&structure.subtree).enumerate().skip(1)
    {
        if sums.blocks < 1.0 {
            continue;
        }
        let Ok(index) = u32::try_from(number) else { break };
        let Some(last) = last_children.get_mut(element.parent as usize) else { continue };
        let is_twin = |sibling: &&u32| {
            **sibling != 0 && page.element(**sibling).signature == element.signature
        };
        let twin = last.iter().find(is_twin).copied();
        last.rotate_right(1);
        last[0] = index;
        let Some(twin) = twin else { continue };
        let known = run_of.get(twin as usize).copied().flatten();
        let run = known.or_else(|| {
            let are_items = sums.blocks >= 2.0 && blocks(structure, twin) >= 2.0;
            are_items.then(|| {
                runs.push(vec![twin]);
                runs.len() - 1
            })
        });
        if let Some(run) = run {
            run_of[number] = Some(run);
            if let Some(items) = runs.get_mut(run) {
                items.push(index);
            }
        }
    }
    runs.retain(|run| run.len() >= MIN_ITEMS);
    runs
}

/// The first block in the subtree of each element.
fn first_blocks(page: &SegmentedPage) -> Vec<usize> {
    let mut firsts = vec![usize::MAX; page.elements.len()];
    for (number, block) in page.blocks.iter().enumerate() {
        // What is above an element that has its first block has one too.
        let unset = |element: &u32| firsts.get(*element as usize) == Some(&usize::MAX);
        let new: Vec<u32> = page.ancestor_numbers(block.element).take_while(unset).collect();
        for element in new {
            firsts[element as usize] = number;
        }
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::ArrangedPage;

    fn lists(html: &str) -> Vec<TemplateList> {
        let ArrangedPage { page, structure, .. } = ArrangedPage::html(html);
        find(&page, &structure)
    }

    #[test]
    fn items_are_siblings_of_one_template() {
        let card =
            |n: u8| format!("<div class=card><h3>Title {n}</h3><p>The text of it.</p></div>");
        let cards: String = (0..4).map(card).collect();
        let found = lists(&format!("<main><p>Before.</p>{cards}<p>After.</p></main>"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].items, [1..3, 3..5, 5..7, 7..9]);
        let ad = "<div class=ad>Buy this</div>";
        let found = lists(&format!("<main>{}{ad}{}</main>", card(1), card(2) + &card(3)));
        assert_eq!(found[0].items, [0..2, 3..5, 5..7], "something may stand between items");
    }

    #[test]
    fn paragraphs_and_the_parts_of_a_page_are_no_items() {
        assert_eq!(lists(&"<p>A paragraph of the text.</p>".repeat(5)), []);
        let part = format!("<section>{}</section>", "<p>A paragraph of the text.</p>".repeat(15));
        assert_eq!(lists(&part.repeat(3)), []);
        assert_eq!(lists(&"<div><h3>Title</h3><p>Text.</p></div>".repeat(2)), []);
    }

    #[test]
    fn inner_lists_come_first() {
        let inner = "<li><b>Name</b><p>Text.</p></li>".repeat(3);
        let found = lists(&format!("<div class=c><h3>Title</h3><ul>{inner}</ul></div>").repeat(3));
        let lengths: Vec<usize> = found.iter().map(|list| list.items[0].len()).collect();
        assert_eq!(lengths, [2, 2, 2, 7]);
    }
}
