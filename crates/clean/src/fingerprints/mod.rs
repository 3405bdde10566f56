//! Fingerprints of blocks, for finding those that recur on the pages of a site.
//!
//! The crate sees one page at a time. So it gives out the fingerprints of a page's blocks
//! ([`crate::Cleaner::fingerprints`]), the caller counts them by host, and passes the counts back with each
//! page as [`SiteRecurrence`]. `score/recurrence/` decides how much they weigh.

mod blocks;
mod wording;

pub(crate) use blocks::{block_fingerprints, page_fingerprints};

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFingerprints {
    /// The host of the page, in lower case and without `www.`. `None` if no URL is known.
    pub host: Option<String>,
    /// A hash of the page's URL if it is known, else of its text, so that a page which is read twice counts
    /// once.
    pub page: u64,
    /// A hash of the letters and digits of the page's text.
    pub text: u64,
    /// Its blocks in document order: at most 4,096, and none without letters.
    pub blocks: Vec<BlockFingerprints>,
}

/// The fingerprints of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockFingerprints {
    /// The fingerprint of its text.
    pub text: Fingerprint,
    /// The fingerprint of its wording, if something in it is masked and enough is not.
    pub template: Option<Fingerprint>,
    /// The hash of its wording, however much of it is masked.
    pub wording: u64,
    /// At most 16 shingles. Blocks of fewer than ten words have none.
    pub shingles: Vec<Fingerprint>,
    /// Its position on the page.
    pub position: BlockPosition,
    /// The beginning of its text: at most 120 characters.
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
}

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
}

/// What was counted on the pages of sites. The page being cleaned may or may not be among them.
///
/// The results must not change while pages are cleaned, or a record would depend on the order of the
/// pages.
pub trait SiteRecurrence: std::fmt::Debug + Sync {
    /// The number of pages of this host that were counted; 0 if nothing is known. The host is written as
    /// in [`PageFingerprints::host`].
    fn pages(&self, host: &str) -> u32;

    /// On how many of them the fingerprint was found, and on how many at this position.
    fn support(
        &self,
        host: &str,
        fingerprint: Fingerprint,
        position: &BlockPosition,
    ) -> FingerprintSupport;
}

/// A host as [`PageFingerprints::host`] has it: in lower case, without `www.` and without a final dot.
pub fn site_host(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}
