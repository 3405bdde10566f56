//! Which pictures belong to the text, and which captions belong to what is kept.
//!
//! No block is judged for a picture, since it has no words. It belongs to the blocks around it: between two that are
//! kept it stays, between a kept and a removed one it goes with the one that is nearer in the tree.

use crate::segment::{PageImage, SegmentedPage, Tag};

/// What happened to a block, as far as it matters for the pictures beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageNeighbor {
    /// It is in the text, or is the title.
    Kept,
    Removed,
    /// A caption or a byline, which stands beside pictures of an article and of story lists.
    Neutral,
}

/// For each picture of a page, whether it belongs to the text.
pub(crate) fn kept_images(page: &SegmentedPage, neighbors: &[ImageNeighbor]) -> Vec<bool> {
    if page.images.is_empty() {
        return Vec::new();
    }
    let sides = NearestJudged::new(neighbors);
    page.images.iter().map(|image| is_kept(page, image, neighbors, &sides)).collect()
}

/// For each block, whether it is a caption of a picture, a table or code that is kept. `captions` says which blocks are
/// captions that are left out of the text.
pub(crate) fn attached_captions(
    page: &SegmentedPage,
    captions: &[bool],
    kept: &[bool],
    kept_images: &[bool],
) -> Vec<bool> {
    // The elements of what is kept, sorted, so that a page of captions takes no time with its square.
    let kept_of = |elements: &mut dyn Iterator<Item = (u32, bool)>| -> Vec<u32> {
        let mut kept: Vec<u32> =
            elements.filter(|(_, is_kept)| *is_kept).map(|(element, _)| element).collect();
        kept.sort_unstable();
        kept
    };
    let images = page.images.iter().map(|image| image.element);
    let images = kept_of(&mut images.zip(kept_images.iter().copied()));
    let blocks = page.blocks.iter().map(|block| block.element);
    let blocks = kept_of(&mut blocks.zip(kept.iter().copied()));
    let has = |elements: &[u32], holder: u32| {
        let first = elements.partition_point(|element| *element < holder);
        elements.get(first).is_some_and(|element| *element < page.element(holder).end)
    };
    let has_image = |holder: u32| has(&images, holder);
    let has_block = |holder: u32| has(&blocks, holder);
    let is_attached = |number: usize| {
        let Some(block) = page.blocks.get(number).filter(|_| captions.get(number) == Some(&true))
        else {
            return false;
        };
        let mut holder = block.element;
        for level in 0..6 {
            let element = page.element(holder);
            match element.tag {
                Tag::Figure | Tag::Table => return has_image(holder) || has_block(holder),
                // A box of a picture and its caption, which has no other text.
                Tag::Div if level < 3 && has_image(holder) && !has_block(holder) => return true,
                _ => holder = element.parent,
            }
        }
        false
    };
    (0..page.blocks.len()).map(is_attached).collect()
}

/// For each place between blocks, the nearest block on each side that is kept or removed.
struct NearestJudged {
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
}

impl NearestJudged {
    fn new(neighbors: &[ImageNeighbor]) -> Self {
        let is_judged = |number: usize| neighbors.get(number) != Some(&ImageNeighbor::Neutral);
        let mut last = None;
        let mut before = vec![None];
        for number in 0..neighbors.len() {
            last = Some(number).filter(|number| is_judged(*number)).or(last);
            before.push(last);
        }
        let mut next = None;
        let mut after = vec![None];
        for number in (0..neighbors.len()).rev() {
            next = Some(number).filter(|number| is_judged(*number)).or(next);
            after.push(next);
        }
        after.reverse();
        Self { before, after }
    }
}

fn is_kept(
    page: &SegmentedPage,
    image: &PageImage,
    neighbors: &[ImageNeighbor],
    sides: &NearestJudged,
) -> bool {
    // A picture in a line of text goes where the line goes.
    let Some(place) = image.before_block else { return true };
    let side = |blocks: &[Option<usize>]| {
        let number = blocks.get(place as usize).copied().flatten()?;
        let block = page.blocks.get(number)?;
        let is_kept = neighbors.get(number) == Some(&ImageNeighbor::Kept);
        Some((is_kept, shared_depth(page, image.element, block.element)))
    };
    match (side(&sides.before), side(&sides.after)) {
        (Some((true, _)), Some((true, _))) => true,
        (Some((true, kept)), Some((false, removed)))
        | (Some((false, removed)), Some((true, kept))) => kept >= removed,
        (Some((is_kept, _)), None) | (None, Some((is_kept, _))) => is_kept,
        _ => false,
    }
}

/// The depth of the innermost element with both of these in it.
fn shared_depth(page: &SegmentedPage, left: u32, right: u32) -> u16 {
    let mut around = left;
    // The tree is not deeper than the parser allows.
    while !page.contains(around, right) {
        around = page.element(around).parent;
    }
    page.element(around).depth
}
