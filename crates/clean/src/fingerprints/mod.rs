//! Fingerprints of blocks, for finding those that recur on the pages of a site.
//!
//! The crate sees one page at a time. So it gives out the fingerprints of a page's blocks
//! ([`crate::Cleaner::fingerprints`]), the caller counts them by host, or by [`TextGroup`] for texts without
//! one, and passes the counts back with each page as [`SiteRecurrence`]. `score/recurrence/` decides how much
//! they weigh.

mod blocks;
mod groups;
mod sentences;
mod wording;

use std::ops::Range;

pub(crate) use blocks::{block_fingerprints, page_fingerprints};
pub(crate) use groups::counted_with;
pub use groups::{TextGroup, is_text_group};
pub(crate) use sentences::{sentence_fingerprints, word_count};

/// What was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FingerprintKind {
    /// The letters and digits of a block, in lower case.
    Text,
    /// The words of a block with its numbers, dates and names masked.
    Template,
    /// Four words in a row, masked in the same way.
    Shingle,
    /// The letters and digits of a sentence of a text, in lower case.
    Sentence,
}

/// A fingerprint of a block or of a part of one. Site profiles store it, so it changes only with the
/// version of their format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// What was hashed.
    pub kind: FingerprintKind,
    /// The hash: xxh3-64.
    pub hash: u64,
}

/// The fingerprints of one page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFingerprints {
    /// What the page is counted with: its host, in lower case and without `www.`, or its [`TextGroup`] as
    /// [`TextGroup::name`] writes it. `None` if neither is known.
    pub site: Option<String>,
    /// A hash of the page's URL if it is known, else of its text, so that a page which is read twice counts
    /// once.
    pub page: u64,
    /// A hash of the letters and digits of the page's text.
    pub text: u64,
    /// Its blocks in document order: at most 4,096, and none without letters.
    pub blocks: Vec<BlockFingerprints>,
    /// Hashes by which copies of an article are recognized, so that they count once: the lowest hashes of the
    /// longer sentences of a text, at most twelve. Empty for pages, which have URLs.
    pub sketch: Vec<u64>,
}

/// The fingerprints of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockFingerprints {
    /// The fingerprint of its text: as a sentence, if the block is a part of a long line of text.
    pub text: Fingerprint,
    /// The fingerprint of its wording, if something in it is masked and enough is not. None in groups of texts.
    pub template: Option<Fingerprint>,
    /// The hash of its wording, however much of it is masked.
    pub wording: u64,
    /// At most 16 shingles. Blocks of fewer than ten words have none, and neither have groups of texts.
    pub shingles: Vec<Fingerprint>,
    /// The sentences of a line of text that have six words or more, at most 512. Pages have none.
    pub sentences: Vec<SentenceFingerprint>,
    /// Its position on the page.
    pub position: BlockPosition,
    /// The beginning of its text: at most 120 characters.
    pub sample: String,
}

/// The fingerprint of one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct SentenceFingerprint {
    /// The fingerprint of its text.
    pub text: Fingerprint,
    /// The number of its words. Two characters of a script without spaces count as one.
    pub words: f32,
    /// Its position in the text of the block, in bytes.
    pub range: Range<usize>,
    /// The sentences before and after it that have fingerprints, as [`BlockPosition::neighbors`] has lines.
    pub neighbors: [u16; 2],
    /// Its beginning: at most 120 characters.
    pub sample: String,
}

/// The position of a block on its page, as hashes that can be compared between pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockPosition {
    /// Its number in the element around it, counted from the first block and from the last. A module of the
    /// site's template keeps one of the two on all pages, a quotation does not.
    pub numbers: [u16; 2],
    /// The part of the template, by tags and class names. A headline above its own story has another slot
    /// than the same headline in a list of stories.
    pub slot: u16,
    /// The lines before and after it in a text; [`TEXT_EDGE`] at the beginning and at the end. `None` on
    /// pages.
    pub neighbors: Option<[u16; 2]>,
}

/// Stands for the line before the first one of a text and after the last one, in
/// [`BlockPosition::neighbors`].
pub const TEXT_EDGE: u16 = 0;

/// How often one fingerprint was counted on one site. Numbers may be too low, if memory was short, but
/// never too high: a block must not be removed because of an error in counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FingerprintSupport {
    /// Pages with the fingerprint.
    pub pages: u32,
    /// Pages with the fingerprint at one of the numbers of the position, the more frequent one.
    pub in_number: u32,
    /// Pages with the fingerprint in the slot of the position.
    pub in_slot: u32,
    /// The same as `pages` for texts, but those in which the same line stands before it count once, and those
    /// in which the same line stands after it. Few surroundings mean that it was copied with them.
    pub surroundings: [u32; 2],
}

/// What was counted on the pages of sites and in the texts of groups. The page being cleaned may or may not be among them.
///
/// The results must not change while pages are cleaned, or a record would depend on the order of the
/// pages.
pub trait SiteRecurrence: std::fmt::Debug + Sync {
    /// The number of pages of this site that were counted; 0 if nothing is known. The site is written as
    /// in [`PageFingerprints::site`].
    fn pages(&self, site: &str) -> u32;

    /// On how many of them the fingerprint was found, and on how many at this position.
    fn support(
        &self,
        site: &str,
        fingerprint: Fingerprint,
        position: &BlockPosition,
    ) -> FingerprintSupport;
}

/// A host as [`PageFingerprints::site`] has it: in lower case, without `www.` and without a final dot.
pub fn site_host(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}
