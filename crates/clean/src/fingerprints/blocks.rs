//! Computes the fingerprints of a page's blocks.

use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::sentences::sentence_fingerprints;
use super::wording::MaskedWording;
use super::{
    BlockFingerprints, BlockPosition, Fingerprint, FingerprintKind, PageFingerprints, TEXT_EDGE,
    is_text_group,
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
/// Hashes in the sketch of a text, and words from which a sentence is in it. Clutter has few sentences of this
/// length, so two articles under one banner are not copies of each other.
const SKETCH: usize = 12;
const SKETCH_WORDS: f32 = 12.0;

/// The fingerprints of a page. `site` is what it is counted with, and `url` its URL, if known.
pub(crate) fn page_fingerprints(
    page: &SegmentedPage,
    site: Option<String>,
    url: Option<&str>,
) -> PageFingerprints {
    let mut blocks: Vec<BlockFingerprints> =
        block_fingerprints(page).into_iter().flatten().take(MAX_BLOCKS).collect();
    if site.as_deref().is_some_and(is_text_group) {
        // Reports about markets, matches or the weather share their wording, and a group of texts has no template
        // that would tell them from modules.
        for block in &mut blocks {
            block.template = None;
            block.shingles.clear();
        }
    }
    let mut text = Xxh3::new();
    for block in &page.blocks {
        text.update(folded(page.text_of(block)).as_bytes());
    }
    let text = text.digest();
    PageFingerprints {
        site,
        sketch: sketch(&blocks),
        page: url.map_or(text, |url| xxh3_64(url.as_bytes())),
        text,
        blocks,
    }
}

/// The fingerprints of each block; `None` for blocks without letters.
pub(crate) fn block_fingerprints(page: &SegmentedPage) -> Vec<Option<BlockFingerprints>> {
    let positions = block_positions(page);
    let blocks = page.blocks.iter().zip(positions);
    let mut found: Vec<Option<BlockFingerprints>> =
        blocks.map(|(block, position)| text_fingerprints(page.text_of(block), position)).collect();
    if page.is_text {
        for (block, found) in page.blocks.iter().zip(&mut found) {
            let Some(found) = found else { continue };
            found.sentences = sentence_fingerprints(page.text_of(block));
            // A sentence of a long line is not a line: it may be of a reporter's, as within a paragraph.
            if block.part.is_some() {
                found.text.kind = FingerprintKind::Sentence;
            }
        }
        add_neighbors(&mut found);
    }
    found
}

/// Adds the neighbors of the lines of a text and of their sentences. Lines without letters, such as a row of
/// stars, are none.
fn add_neighbors(blocks: &mut [Option<BlockFingerprints>]) {
    let lines: Vec<u16> = blocks.iter().flatten().map(|block| neighbor(block.text)).collect();
    let sentences: Vec<u16> = blocks
        .iter()
        .flatten()
        .flat_map(|block| &block.sentences)
        .map(|sentence| neighbor(sentence.text))
        .collect();
    let around = |all: &[u16], at: usize| {
        [at.checked_sub(1), at.checked_add(1)]
            .map(|at| at.and_then(|at| all.get(at)).copied().unwrap_or(TEXT_EDGE))
    };
    let mut sentence_number = 0;
    for (number, block) in blocks.iter_mut().flatten().enumerate() {
        block.position.neighbors = Some(around(&lines, number));
        for sentence in &mut block.sentences {
            sentence.neighbors = around(&sentences, sentence_number);
            sentence_number += 1;
        }
    }
}

fn neighbor(text: Fingerprint) -> u16 {
    short_hash(text.hash).max(TEXT_EDGE + 1)
}

/// See [`PageFingerprints::sketch`].
fn sketch(blocks: &[BlockFingerprints]) -> Vec<u64> {
    let sentences = blocks.iter().flat_map(|block| &block.sentences);
    let mut hashes: Vec<u64> = sentences
        .filter(|sentence| sentence.words >= SKETCH_WORDS)
        .map(|sentence| sentence.text.hash)
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(SKETCH);
    hashes
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
        sentences: Vec::new(),
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
    use crate::{CleanInput, Cleaner, FingerprintKind, PageFingerprints};

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
        assert_eq!(page.site.as_deref(), Some("a.example"));
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
    fn the_parts_of_a_long_line_are_sentences_and_not_lines() {
        let sentence = "The council said on Tuesday that the bridge over the river stays closed.";
        let fingerprints = |text: &str| {
            Cleaner::default().fingerprints(&CleanInput::new("a.txt", text.as_bytes()))
        };
        let short = fingerprints(&format!("{sentence}\n\nThe masons found more damage.\n"));
        assert_eq!(short.blocks[0].text.kind, FingerprintKind::Text);
        let long = fingerprints(&[sentence; 30].join(" "));
        assert_eq!(long.blocks.len(), 30);
        assert_eq!(long.blocks[0].text, long.blocks[0].sentences[0].text);
        assert_eq!(long.blocks[0].text, short.blocks[0].sentences[0].text);
    }

    #[test]
    fn a_line_is_counted_whole_although_a_sentence_was_cut_out_of_it() {
        let text = "The ferry returned to the harbour on Monday after nine weeks in the dry dock. \
                    Sign up for our newsletter. Its engine had been taken out and cleaned.\n";
        let (input, cleaner) = (CleanInput::new("a.txt", text.as_bytes()), Cleaner::default());
        let (record, fingerprints) = cleaner.clean_with_fingerprints(&input);
        assert!(!record.text.contains("newsletter"));
        assert_eq!(fingerprints, cleaner.fingerprints(&input));
    }

    #[test]
    fn a_short_line_with_a_number_has_no_template() {
        let page =
            fingerprints("<p>Price: 12 euros<p>You have 3 free stories left to read this month");
        assert_eq!(page.blocks[0].template, None);
        assert!(page.blocks[1].template.is_some());
    }
}
