//! The binary format of journal entries.

use xxhash_rust::xxh3::xxh3_64;

use super::signature::{NearSignature, TextSignature};
use super::sketch::{BottomKSketch, MAX_HASHES};

/// Bytes before the content of an entry: its length and a checksum.
pub(super) const FRAME_BYTES: usize = 8;

/// The most bytes of a source that are stored. The end of a longer one is cut off.
const MAX_SOURCE_BYTES: usize = 16 << 10;

/// The largest entry, in bytes, without its frame. A length above it means that the journal is damaged.
pub(super) const MAX_ENTRY_BYTES: usize = 2 * MAX_SOURCE_BYTES + 4 * MAX_HASHES;

const PAGE: u8 = 1;
const COMMIT: u8 = 2;

/// An entry of a journal.
#[derive(Debug, PartialEq)]
pub(super) enum JournalEntry {
    /// A page that is the first of its kind.
    Page { signature: TextSignature, source: String },
    /// All pages before, with their number, are in a complete output.
    Commit { pages: u64 },
}

impl JournalEntry {
    /// Reads the content of an entry; `None` if it is not what [`page`] or [`commit`] writes.
    pub(super) fn read(mut bytes: &[u8], bands: usize) -> Option<Self> {
        let bytes = &mut bytes;
        let entry = match u8::from_le_bytes(take(bytes)?) {
            COMMIT => Self::Commit { pages: u64::from_le_bytes(take(bytes)?) },
            PAGE => {
                let fingerprint = u64::from_le_bytes(take(bytes)?);
                let is_whole = u8::from_le_bytes(take(bytes)?) == 1;
                let hashes = numbers(bytes)?;
                let keys = numbers(bytes)?;
                if keys.len() != if hashes.is_empty() { 0 } else { bands } {
                    return None;
                }
                let near = (!hashes.is_empty())
                    .then_some(NearSignature { keys, sketch: BottomKSketch { hashes, is_whole } });
                let source = std::str::from_utf8(std::mem::take(bytes)).ok()?.to_owned();
                Self::Page { signature: TextSignature { fingerprint, near }, source }
            }
            _ => return None,
        };
        bytes.is_empty().then_some(entry)
    }
}

/// Appends the entry of a page, with its frame.
pub(super) fn page(journal: &mut Vec<u8>, signature: &TextSignature, source: &str) {
    let (keys, hashes, is_whole) = match &signature.near {
        Some(near) => (&*near.keys, &*near.sketch.hashes, near.sketch.is_whole),
        None => (&[][..], &[][..], true),
    };
    let source = source.get(..source.floor_char_boundary(MAX_SOURCE_BYTES)).unwrap_or_default();
    framed(journal, |entry| {
        entry.push(PAGE);
        entry.extend(signature.fingerprint.to_le_bytes());
        entry.push(is_whole.into());
        put(entry, hashes);
        put(entry, keys);
        entry.extend_from_slice(source.as_bytes());
    });
}

/// Appends the entry that commits those before it, with its frame.
pub(super) fn commit(journal: &mut Vec<u8>, pages: u64) {
    framed(journal, |entry| {
        entry.push(COMMIT);
        entry.extend(pages.to_le_bytes());
    });
}

/// The length and the checksum of the entry that follows.
pub(super) fn frame(bytes: [u8; FRAME_BYTES]) -> (usize, u32) {
    let (words, _) = bytes.as_chunks::<4>();
    let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
    let (length, checksum) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
    (usize::try_from(length).unwrap_or(usize::MAX), checksum)
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash")]
pub(super) fn checksum(entry: &[u8]) -> u32 {
    xxh3_64(entry) as u32
}

fn framed(journal: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = journal.len();
    journal.extend([0; FRAME_BYTES]);
    write(journal);
    let Some((frame, entry)) =
        journal.get_mut(start..).and_then(|written| written.split_at_mut_checked(FRAME_BYTES))
    else {
        return;
    };
    let length = u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes();
    let bytes = length.into_iter().chain(checksum(entry).to_le_bytes());
    frame.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
}

fn put(entry: &mut Vec<u8>, numbers: &[u32]) {
    entry.extend(u16::try_from(numbers.len()).unwrap_or(u16::MAX).to_le_bytes());
    entry.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn numbers(bytes: &mut &[u8]) -> Option<Vec<u32>> {
    let count = u16::from_le_bytes(take(bytes)?);
    let (numbers, rest) = bytes.split_at_checked(usize::from(count) * 4)?;
    *bytes = rest;
    Some(numbers.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number)).collect())
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let near = NearSignature {
            keys: vec![7, 8],
            sketch: BottomKSketch { hashes: vec![1, 5, u32::MAX], is_whole: false },
        };
        let signature = TextSignature { fingerprint: u64::MAX, near: Some(near) };
        let mut journal = Vec::new();
        page(&mut journal, &signature, "pages.jsonl#1");
        let (head, entry) = journal.split_first_chunk::<FRAME_BYTES>().unwrap();
        assert_eq!(frame(*head), (entry.len(), checksum(entry)));
        let read = JournalEntry::read(entry, 2).unwrap();
        assert_eq!(read, JournalEntry::Page { signature, source: "pages.jsonl#1".into() });
        assert_eq!(JournalEntry::read(entry, 3), None);
        for cut in 0..entry.len() - "pages.jsonl#1".len() {
            assert_eq!(JournalEntry::read(&entry[..cut], 2), None, "{cut}");
        }
        assert_eq!(JournalEntry::read(&[9], 2), None);
    }

    #[test]
    fn a_long_source_is_cut_between_characters() {
        let signature = TextSignature { fingerprint: 1, near: None };
        let mut journal = Vec::new();
        page(&mut journal, &signature, &format!("x{}", "ä".repeat(20_000)));
        let Some(JournalEntry::Page { source, .. }) =
            JournalEntry::read(&journal[FRAME_BYTES..], 12)
        else {
            panic!("no page");
        };
        assert_eq!(source.len(), (16 << 10) - 1);
    }
}
