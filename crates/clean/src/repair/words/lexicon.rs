//! The words of a language with their frequencies, searched by pattern.
//!
//! A minimal acyclic automaton (Daciuk et al., 2000) over letter codes. Words are numbered in its
//! order, so one byte per word stores its frequency and case.

use super::reader::TableReader;

/// Maximum number of edges that a search follows. A pattern of many lost letters fits too many
/// words.
const MAX_STEPS: usize = 30_000;
/// Maximum number of words from a search: the most frequent ones.
pub(super) const MAX_WORDS: usize = 12;

/// The cost of a letter whose lost byte was a soft hyphen, in nats.
pub(super) const SOFT_COST: f32 = 3.0;
const LOG_COUNT_STEP: f32 = 0.25;

const NODE: u32 = (1 << 24) - 1;
const LAST: u32 = 1 << 30;
const FINAL: u32 = 1 << 31;

/// A word that fits a pattern.
#[derive(Clone, Debug)]
pub(super) struct WordEntry {
    pub(super) codes: Vec<u8>,
    /// Natural logarithm of its count.
    pub(super) log_count: f32,
    pub(super) casing: WordCasing,
    /// The number of its letters that were soft hyphens.
    pub(super) soft: u8,
}

/// The usual case of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordCasing {
    Lower,
    Both,
    Capital,
    Upper,
}

/// The letters that are possible at a place, one bit per code.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LetterSlot {
    pub(super) likely: u64,
    /// Letters whose lost byte was a soft hyphen.
    pub(super) soft: u64,
}

/// The words of a language.
#[derive(Debug)]
pub(super) struct WordLexicon {
    /// The edges, those of a node in a row. 24 bits: the next node (the index of its first edge
    /// plus one; 0 for none), 6 bits: the letter code, then whether it is the last edge of its
    /// node, and whether a word ends with it.
    edges: Vec<u32>,
    /// For each edge, the number of words that begin with it or with a later edge of its node.
    words_from: Vec<u32>,
    /// For each word: six bits of frequency, two of case.
    words: Vec<u8>,
    root: usize,
}

impl WordLexicon {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let root = reader.u32()? as usize;
        let count = reader.u32()? as usize;
        let edges = unpack(reader.block()?, count)?;
        let words = reader.block()?.to_vec();
        // A node is stored after the nodes that it leads to, so one pass counts the words.
        let mut words_from = vec![0_u32; edges.len()];
        let mut start = 0;
        for end in 0..edges.len() {
            if edges[end] & LAST == 0 {
                continue;
            }
            let mut sum = 0_u32;
            for at in (start..=end).rev() {
                let node = (edges[at] & NODE) as usize;
                if node > start {
                    return None;
                }
                let below = if node == 0 { 0 } else { words_from[node - 1] };
                sum = sum.checked_add(below)?.checked_add(u32::from(edges[at] & FINAL != 0))?;
                words_from[at] = sum;
            }
            start = end + 1;
        }
        (root < start && words.len() == words_from[root] as usize).then_some(Self {
            edges,
            words_from,
            words,
            root,
        })
    }

    /// The most frequent words that fit the slots, and the logarithm of the counts of all that fit.
    pub(super) fn search(&self, slots: &[LetterSlot]) -> (Vec<WordEntry>, f32) {
        if slots.is_empty() {
            return (Vec::new(), f32::NEG_INFINITY);
        }
        let mut found: Vec<WordEntry> = Vec::new();
        let mut mass = 0.0_f32;
        let mut codes: Vec<u8> = Vec::with_capacity(slots.len());
        // A stack of edges to follow: depth, the number of words before it, and the soft hyphens so
        // far.
        let mut open: Vec<(usize, usize, u32, u8)> = vec![(self.root, 0, 0, 0)];
        for _ in 0..MAX_STEPS {
            let Some((at, depth, number, soft)) = open.pop() else { break };
            let edge = self.edges[at];
            if edge & LAST == 0 {
                // The next edge of this node stays open. Words are numbered in the order of edges,
                // so those before it are skipped.
                let passed = self.words_from[at] - self.words_from[at + 1];
                open.push((at + 1, depth, number + passed, soft));
            }
            let code = (edge >> 24 & 0x3F) as u8;
            let slot = slots[depth];
            let is_soft = slot.likely >> code & 1 == 0;
            if is_soft && slot.soft >> code & 1 == 0 {
                continue;
            }
            codes.truncate(depth);
            codes.push(code);
            let soft = soft + u8::from(is_soft);
            let ends = edge & FINAL != 0;
            let node = (edge & NODE) as usize;
            if depth + 1 < slots.len() {
                if node > 0 {
                    open.push((node - 1, depth + 1, number + u32::from(ends), soft));
                }
            } else if ends {
                let entry = self.entry(number, &codes, soft);
                mass += entry.weight().exp();
                keep(&mut found, entry);
            }
        }
        (found, mass.ln())
    }

    fn entry(&self, number: u32, codes: &[u8], soft: u8) -> WordEntry {
        let word = self.words.get(number as usize).copied().unwrap_or(0);
        let casing = match word & 3 {
            0 => WordCasing::Lower,
            1 => WordCasing::Both,
            2 => WordCasing::Capital,
            _ => WordCasing::Upper,
        };
        WordEntry {
            codes: codes.to_vec(),
            log_count: f32::from(word >> 2) * LOG_COUNT_STEP,
            casing,
            soft,
        }
    }
}

impl WordEntry {
    /// The logarithm of the count, minus the cost of its soft hyphens.
    pub(super) fn weight(&self) -> f32 {
        self.log_count - SOFT_COST * f32::from(self.soft)
    }
}

/// Inserts an entry into the best ones, the most frequent first.
fn keep(found: &mut Vec<WordEntry>, entry: WordEntry) {
    let at = found.partition_point(|other| other.weight() >= entry.weight());
    if at < MAX_WORDS {
        found.truncate(MAX_WORDS - 1);
        found.insert(at, entry);
    }
}

/// Reads edges: a byte of flags and code, then the distance to the node before, seven bits per
/// byte.
fn unpack(packed: &[u8], count: usize) -> Option<Vec<u32>> {
    let mut reader = TableReader::new(packed);
    let mut edges = Vec::with_capacity(count.min(packed.len()));
    for at in 0..u32::try_from(count).ok()? {
        let head = u32::from(reader.u8()?);
        let mut distance = 0;
        for shift in [0, 7, 14, 21] {
            let byte = reader.u8()?;
            distance |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let node = if distance == 0 { 0 } else { (at + 2).checked_sub(distance)? };
        edges.push(head << 24 | node & NODE);
    }
    reader.is_at_end().then_some(edges)
}
