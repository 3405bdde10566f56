//! Computes the fingerprints of a page's blocks.

use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::wording::MaskedWording;
use super::{
    BlockFingerprints, BlockPosition, Fingerprint, FingerprintKind, PageFingerprints, site_host,
};
use crate::fold::folded;
use crate::hashing::FastMap;
use crate::segment::SegmentedPage;

/// Blocks of a page that get fingerprints. A site profile stores all of them, so pages must not decide its
/// size.
const MAX_BLOCKS: usize = 4_096;
/// Bytes of a block that are hashed.
const MAX_BYTES: usize = 8 << 10;
/// Characters of a sample: enough for a person to recognize the block.
const SAMPLE_CHARS: usize = 120;
/// Plain words that a wording needs at least, and for each mask in it, to identify a block. With fewer,
/// the masked parts are what the block says ("4.2 of 5 stars, 18 reviews").
const MIN_PLAIN_WORDS: usize = 5;
const PLAIN_WORDS_PER_MASK: usize = 6;

/// The fingerprints of a page. `url` is its URL, if known.
pub(crate) fn page_fingerprints(
    page: &SegmentedPage,
    host: Option<&str>,
    url: Option<&str>,
) -> PageFingerprints {
    let blocks = block_fingerprints(page).into_iter().flatten().take(MAX_BLOCKS).collect();
    let mut text = Xxh3::new();
    for block in &page.blocks {
        text.update(folded(page.text_of(block)).as_bytes());
    }
    let text = text.digest();
    PageFingerprints {
        host: host.map(site_host).filter(|host| !host.is_empty()),
        page: url.map_or(text, |url| xxh3_64(url.as_bytes())),
        text,
        blocks,
    }
}

/// The fingerprints of each block; `None` for blocks without letters.
pub(crate) fn block_fingerprints(page: &SegmentedPage) -> Vec<Option<BlockFingerprints>> {
    let positions = block_positions(page);
    let blocks = page.blocks.iter().zip(positions);
    blocks.map(|(block, position)| text_fingerprints(page.text_of(block), position)).collect()
}

fn text_fingerprints(text: &str, position: BlockPosition) -> Option<BlockFingerprints> {
    let text = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let folded = folded(text);
    if !folded.contains(char::is_alphabetic) {
        return None;
    }
    let fingerprint = |kind, hash| Fingerprint { kind, hash };
    let wording = MaskedWording::new(text);
    let is_plain =
        wording.plain_words() >= (wording.masks * PLAIN_WORDS_PER_MASK).max(MIN_PLAIN_WORDS);
    let shingles = if is_plain { wording.shingles() } else { Vec::new() };
    Some(BlockFingerprints {
        text: fingerprint(FingerprintKind::Text, xxh3_64(folded.as_bytes())),
        wording: wording.hash(),
        template: (is_plain && wording.masks > 0)
            .then(|| fingerprint(FingerprintKind::Template, wording.hash())),
        shingles: shingles
            .into_iter()
            .map(|hash| fingerprint(FingerprintKind::Shingle, hash))
            .collect(),
        position,
        sample: text.chars().take(SAMPLE_CHARS).collect(),
    })
}

/// The positions of all blocks: their numbers within their parent element, from both ends, and their slots.
fn block_positions(page: &SegmentedPage) -> Vec<BlockPosition> {
    let parent = |at: usize| page.blocks.get(at).map(|block| page.element_of(block).parent);
    let slot = |block| short_hash(page.element_of(block).signature);
    let mut positions: Vec<BlockPosition> = page
        .blocks
        .iter()
        .map(|block| BlockPosition { slot: slot(block), ..BlockPosition::default() })
        .collect();
    for side in 0..2_u8 {
        let mut seen: FastMap<u32, u32> = FastMap::default();
        for step in 0..page.blocks.len() {
            let at = if side == 0 { step } else { page.blocks.len() - 1 - step };
            let (Some(parent), Some(block)) = (parent(at), page.blocks.get(at)) else { continue };
            let number = seen.entry(parent).or_default();
            let element = page.element_of(block);
            let mut key = [0; 7];
            key[..4].copy_from_slice(&number.to_le_bytes());
            key[4..6].copy_from_slice(&element.depth.to_le_bytes());
            key[6] = side;
            let hash = xxh3_64_with_seed(&key, xxh3_64(element.tag.name().as_bytes()));
            if let Some(position) = positions.get_mut(at) {
                position.numbers[usize::from(side)] = short_hash(hash);
            }
            *number += 1;
        }
    }
    positions
}

/// 16 bits of a hash: one fingerprint has few positions, so collisions are rare, and profiles stay small.
fn short_hash(hash: u64) -> u16 {
    let [low, high, ..] = hash.to_le_bytes();
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use crate::{CleanInput, Cleaner, PageFingerprints};

    fn fingerprints(page: &str) -> PageFingerprints {
        let input = CleanInput {
            url: Some("https://WWW.a.example/1"),
            ..CleanInput::new("a.html", page.as_bytes())
        };
        Cleaner::default().fingerprints(&input)
    }

    #[test]
    fn case_and_punctuation_make_no_difference_and_symbols_alone_have_no_fingerprint() {
        let page = fingerprints("<p>Ferry sails, at last<p>FERRY SAILS AT LAST!<p>* * *<p>12");
        assert_eq!(page.host.as_deref(), Some("a.example"));
        assert_eq!(page.blocks.len(), 2);
        assert_eq!(page.blocks[0].text, page.blocks[1].text);
        assert_eq!(page.blocks[0].sample, "Ferry sails, at last");
    }

    #[test]
    fn a_position_is_counted_from_both_ends() {
        let first = fingerprints("<div><p>Alpha one<p>Beta two<p>Module here</div>");
        let second = fingerprints("<div><p>Gamma one<p>Module here</div>");
        assert_eq!(first.blocks[2].position.numbers[1], second.blocks[1].position.numbers[1]);
        assert_ne!(first.blocks[2].position.numbers[0], second.blocks[1].position.numbers[0]);
    }

    #[test]
    fn a_short_line_with_a_number_has_no_template() {
        let page =
            fingerprints("<p>Price: 12 euros<p>You have 3 free stories left to read this month");
        assert_eq!(page.blocks[0].template, None);
        assert!(page.blocks[1].template.is_some());
    }
}
