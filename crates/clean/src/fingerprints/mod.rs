//! Blocks that recur across a site's pages: how they are told apart, and what a caller knows of them.
//!
//! The crate sees one page at a time. So it hands out the prints of a page's blocks
//! ([`crate::Cleaner::prints`]), somebody else counts them by host, and what was counted comes back with
//! the next page as [`SiteRecurrence`]. What the counts weigh is decided in `score/recurrence.rs`.

mod blocks;
mod wording;

pub(crate) use blocks::{block_fingerprints, page_fingerprints};

/// What a print is a hash of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FingerprintKind {
    /// The letters and digits of a block, in lower case.
    Text,
    /// The words of a block with its numbers, dates and names masked.
    Template,
    /// A few words in a row of it, masked likewise.
    Shingle,
}

/// A fingerprint of a block or of a part of one. The same words give the same print in every version
/// that writes profiles of the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// What was hashed.
    pub kind: FingerprintKind,
    /// The hash: xxh3-64.
    pub hash: u64,
}

/// The prints of one page, in document order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFingerprints {
    /// The host whose page it is, in lower case and without `www.`; `None` where no address is known.
    pub host: Option<String>,
    /// A hash of the page's address where one is known, else of its text: the same page twice has the
    /// same.
    pub page: u64,
    /// A hash of the letters and digits of the page's text.
    pub text: u64,
    /// Its blocks; at most 4,096, and none without letters.
    pub blocks: Vec<BlockFingerprints>,
}

/// The prints of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockFingerprints {
    /// Of its text.
    pub text: Fingerprint,
    /// Of its wording, where something in it is masked and enough is not.
    pub template: Option<Fingerprint>,
    /// The hash of its wording, whatever is masked in it.
    pub wording: u64,
    /// Of words in a row, from a block of some length; at most 16.
    pub shingles: Vec<Fingerprint>,
    /// Where it stands.
    pub position: BlockPosition,
    /// The beginning of its text: at most 120 characters.
    pub sample: String,
}

/// Where a block stands on its page: hashes, to be compared from page to page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockPosition {
    /// Its number in the element around it, counted from the first block there and from the last: a
    /// module of a site's template keeps one of the two, a quotation does not.
    pub numbers: [u16; 2],
    /// The part of the template, by tags and class names: a headline above its own story stands in
    /// another than the same headline in a list of stories.
    pub slot: u16,
}

/// What is known of one print on one site. No figure is too high; where memory was short they may be
/// too low.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FingerprintSupport {
    /// Pages that have it.
    pub pages: u32,
    /// Pages that have it with one of these numbers, the more frequent one.
    pub in_number: u32,
    /// Pages that have it in this slot.
    pub in_slot: u32,
}

/// What was counted on the pages of sites, this page among them or not.
///
/// The answers must not change while pages are cleaned, so that a page's record does not depend on when
/// its turn came.
pub trait SiteRecurrence: std::fmt::Debug + Sync {
    /// How many pages of this host were counted; 0 where nothing is known. The host is in the form of
    /// [`PageFingerprints::host`].
    fn pages(&self, host: &str) -> u32;

    /// On how many of them a print was, and on how many at these places.
    fn support(
        &self,
        host: &str,
        fingerprint: Fingerprint,
        position: &BlockPosition,
    ) -> FingerprintSupport;
}

/// A host in the form of [`PageFingerprints::host`].
pub fn site_host(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}
