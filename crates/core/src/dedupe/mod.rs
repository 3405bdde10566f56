//! Finds pages with the same text as an earlier page, exactly or nearly.
//!
//! A [`TextSigner`] computes a [`TextSignature`] of each page, on any thread. A [`DuplicateIndex`] takes the
//! signatures in the order of the pages and finds the first page of each kind, so the result is the same for every
//! number of threads. A page is compared only with first pages: a page that is similar to a duplicate, but not to the
//! page that was kept, is kept too.
//!
//! * Exact duplicates have the same `fingerprint` in their records, which ignores case, white space and punctuation.
//! * Near duplicates share most of their shingles (three words in a row, five characters of Chinese or Japanese, ten
//!   of Thai and related scripts): the similarity is the shared part of all their shingles, Jaccard's coefficient.
//!   Bands of `MinHash` values select which texts are compared; they miss one in a hundred pairs at the threshold and
//!   fewer above it. Selected pairs are counted: exactly up to 2,048 distinct shingles, and on a sample of that size
//!   for longer texts. So no pair is reported on a hash alone. Texts of fewer than twenty words are compared exactly
//!   only.
//!
//! Shingles are stored in a journal on disk, with four bytes each. The tables of the bands are in memory, about 160
//! bytes for each page that is not a duplicate, at the default threshold. A persistent journal
//! ([`DuplicateIndex::open`]) knows the pages of earlier runs, as far as those runs committed them.

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
