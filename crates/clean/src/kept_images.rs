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
    let holders = CaptionHolders::new(page, kept, kept_images);
    let is_attached = |number: usize| {
        captions.get(number) == Some(&true) && holders.holder_of(page, number).is_some()
    };
    (0..page.blocks.len()).map(is_attached).collect()
}

/// Finds what captions belong to. The elements of what is kept are sorted, so that a page of captions does not take time
/// with its square.
pub(crate) struct CaptionHolders<'a> {
    kept: &'a [bool],
    image_elements: Vec<u32>,
    block_elements: Vec<u32>,
}

impl<'a> CaptionHolders<'a> {
    pub(crate) fn new(page: &SegmentedPage, kept: &'a [bool], kept_images: &[bool]) -> Self {
        let images = page.images.iter().map(|image| image.element).zip(kept_images);
        let mut image_elements: Vec<u32> =
            images.filter(|(_, is_kept)| **is_kept).map(|(element, _)| element).collect();
        let blocks = page.blocks.iter().map(|block| block.element).zip(kept);
        let mut block_elements: Vec<u32> =
            blocks.filter(|(_, is_kept)| **is_kept).map(|(element, _)| element).collect();
        image_elements.sort_unstable();
        block_elements.sort_unstable();
        Self { kept, image_elements, block_elements }
    }

    /// The element that holds a caption and the picture, table or code that it belongs to, if that is kept. `number` is
    /// that of the caption's block.
    pub(crate) fn holder_of(&self, page: &SegmentedPage, number: usize) -> Option<u32> {
        let block = page.blocks.get(number)?;
        let own = usize::from(self.kept.get(number) == Some(&true));
        let has_image = |holder: u32| count_in(page, holder, &self.image_elements) > 0;
        let has_block = |holder: u32| count_in(page, holder, &self.block_elements) > own;
        let mut holder = block.element;
        for level in 0..6 {
            let element = page.element(holder);
            match element.tag {
                Tag::Figure | Tag::Table => {
                    return (has_image(holder) || has_block(holder)).then_some(holder);
                }
                // A box of a picture and its caption, which has no other text.
                Tag::Div if level < 3 && has_image(holder) && !has_block(holder) => {
                    return Some(holder);
                }
                _ => holder = element.parent,
            }
        }
        None
    }
}

/// How many of these elements, in order, are in another.
fn count_in(page: &SegmentedPage, holder: u32, elements: &[u32]) -> usize {
    let first = elements.partition_point(|element| *element < holder);
    let end = elements.partition_point(|element| *element < page.element(holder).end);
    end - first
}

/// Whether elements with this tag can be the holder of a picture and its caption.
pub(crate) fn is_picture_holder(tag: Tag) -> bool {
    matches!(tag, Tag::Figure | Tag::Table | Tag::Div)
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
