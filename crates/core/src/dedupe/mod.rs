//! Pages that say the same as an earlier one, exactly or nearly.
//!
//! A [`TextSigner`] makes a [`TextSignature`] of each page, on whichever thread; [`DuplicateIndex`] takes the prints in the
//! order of the pages and says which page was the first of its kind. So the answer is the same for any
//! number of threads. A page is compared with the first ones only: what is like a duplicate, but not
//! like the page that was kept, is kept too.
//!
//! * Exact: the record's `fingerprint`, which leaves out case, white space and punctuation.
//! * Near: the shingles (three words in a row, five characters of Chinese or Japanese, ten of Thai and its
//!   neighbours) that two texts share, as a share of all that either has: Jaccard's coefficient. Which texts
//!   are compared at all is decided by bands of `MinHash` values, which pass over one in a hundred pairs at
//!   the threshold and fewer above. What is compared is counted, exactly up to 2,048 different shingles and
//!   on a sample of as many beyond, so that no pair is reported on a guess. Texts of fewer than twenty words
//!   are compared exactly only.
//!
//! Shingles are in a journal on disk, four bytes each; in memory are the tables of the bands, about 160 bytes
//! for each page that is no duplicate, at the default threshold. A journal that is kept ([`DuplicateIndex::open`])
//! knows the pages of earlier runs, as far as those runs committed them.

mod banding;
mod entry;
mod index;
mod journal;
mod page_table;
mod signature;
mod sketch;

pub use index::{DedupeCapacity, DedupeOptions, DuplicateIndex};
pub use signature::{TextSignature, TextSigner};

#[cfg(test)]
mod tests;
