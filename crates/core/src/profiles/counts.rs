//! Counts for one site.

use std::collections::HashMap;

use copydesk_clean::{
    BlockFingerprints, BlockPosition, Fingerprint, FingerprintKind, FingerprintSupport,
    PageFingerprints, SentenceFingerprint, TEXT_EDGE,
};

use super::Day;
use super::recent_hashes::{HashSighting, RecentHashes};

/// Maximum number of fingerprints of a site that were on one page so far.
pub(super) const MAX_ONCE: usize = 1 << 15;
/// Maximum number of pages of a site that are recognized when they come again. Two hashes each.
pub(super) const MAX_COUNTED: usize = 1 << 16;
/// Maximum numbers of recurring blocks and shingles of a site.
pub(super) const MAX_BLOCKS: usize = 1 << 13;
pub(super) const MAX_SHINGLES: usize = 1 << 14;
/// When a site has this many pages, all its counts are halved, so that new pages outweigh old ones.
const MAX_PAGES: u32 = 20_000;
/// The same if there are texts among the pages. What recurs may be in one of a hundred of them.
pub(super) const MAX_ONCE_IN_TEXTS: usize = 1 << 19;
/// Maximum number of sketch hashes of texts by which their copies are recognized: twelve for each.
pub(super) const MAX_SKETCHES: usize = 1 << 17;
/// The share of the sketch of a text that an earlier text must have, in thirds, and the hashes that it must have at
/// least: the earlier one is a copy.
const COPY_THIRDS: usize = 2;
const MIN_COPIED: usize = 3;
/// Numbers and slots that are remembered for a block, and lines next to it on each side.
const NUMBERS: usize = 6;
const SLOTS: usize = 3;
const NEIGHBORS: usize = 4;

/// Counts over the pages of one site. Most fingerprints occur on one page only, so until a second page has it, only a
/// short hash is kept. When a limit is reached, what is on the fewest pages is forgotten, so every count is a lower
/// bound.
#[derive(Clone, Debug)]
pub(super) struct SiteCounts {
    pub(super) pages: u32,
    pub(super) first: Day,
    pub(super) last: Day,
    /// The number of the page, which keeps growing when counts are halved.
    clock: u32,
    pub(super) seen_once: RecentHashes,
    pub(super) counted_pages: RecentHashes,
    /// The sketches of the texts that were counted, each hash with the first text that had it.
    pub(super) sketches: RecentHashes,
    pub(super) blocks: HashMap<Fingerprint, RecurringBlock>,
    pub(super) shingles: HashMap<u64, RecurringShingle>,
}

/// A block on two pages or more.
#[derive(Clone, Debug)]
pub(super) struct RecurringBlock {
    pub(super) pages: u32,
    clock: u32,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) numbers: PlaceTally<NUMBERS>,
    pub(super) slots: PlaceTally<SLOTS>,
    /// The lines before and after it in texts.
    pub(super) neighbors: [PlaceTally<NEIGHBORS>; 2],
    pub(super) sample: Box<str>,
}

/// A shingle on two pages or more.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecurringShingle {
    pub(super) pages: u32,
    clock: u32,
}

/// Counts for a few positions; the rarest is replaced by a new one.
#[derive(Clone, Debug)]
pub(super) struct PlaceTally<const N: usize>(pub(super) [(u16, u32); N]);

impl<const N: usize> Default for PlaceTally<N> {
    fn default() -> Self {
        Self([(0, 0); N])
    }
}

impl<const N: usize> PlaceTally<N> {
    fn add(&mut self, place: u16, count: u32) {
        let known = self.0.iter().position(|(known, count)| *known == place && *count > 0);
        let rarest = || (0..N).min_by_key(|at| self.0.get(*at).map(|(_, count)| *count));
        let Some(slot) = known.or_else(rarest).and_then(|at| self.0.get_mut(at)) else { return };
        if known.is_none() {
            *slot = (place, 0);
        }
        slot.1 = slot.1.saturating_add(count);
    }

    fn count_at(&self, place: u16) -> u32 {
        self.0.iter().find(|(known, _)| *known == place).map_or(0, |(_, count)| *count)
    }

    fn merge(&mut self, other: &Self) {
        for (place, count) in other.0.iter().filter(|(_, count)| *count > 0) {
            self.add(*place, *count);
        }
    }

    fn halve(&mut self) {
        for (_, count) in &mut self.0 {
            *count /= 2;
        }
    }
}

impl SiteCounts {
    pub(super) fn new(day: Day) -> Self {
        Self {
            pages: 0,
            first: day,
            last: day,
            // The pages in a profile that was read have smaller numbers.
            clock: u32::try_from(MAX_COUNTED).unwrap_or(u32::MAX),
            seen_once: RecentHashes::default(),
            counted_pages: RecentHashes::default(),
            sketches: RecentHashes::default(),
            blocks: HashMap::new(),
            shingles: HashMap::new(),
        }
    }

    /// Counts a page. Returns `false` if it, or a page with the same text, was counted before, or a text that has
    /// most of its sentences.
    pub(super) fn add(&mut self, page: &PageFingerprints, day: Day) -> bool {
        self.clock = self.clock.saturating_add(1);
        let sights = [page.page, page.text]
            .map(|id| self.counted_pages.insert(short(id), self.clock, MAX_COUNTED));
        if sights.contains(&HashSighting::EarlierPage) || self.is_copy(&page.sketch) {
            return false;
        }
        for hash in &page.sketch {
            self.sketches.insert(short(*hash), self.clock, MAX_SKETCHES);
        }
        self.pages += 1;
        (self.first, self.last) = (self.first.min(day), self.last.max(day));
        for block in &page.blocks {
            self.add_block(block.text, block, day);
            if let Some(template) = block.template {
                self.add_block(template, block, day);
            }
            for shingle in &block.shingles {
                self.add_shingle(*shingle);
            }
            for sentence in &block.sentences {
                self.add_sentence(sentence, day);
            }
        }
        if self.blocks.len() > MAX_BLOCKS || self.shingles.len() > MAX_SHINGLES {
            self.trim(MAX_BLOCKS / 4 * 3, MAX_SHINGLES / 4 * 3);
        }
        if self.pages >= MAX_PAGES {
            self.halve();
        }
        true
    }

    /// Whether one earlier text has most of the sketch of a text.
    fn is_copy(&self, sketch: &[u64]) -> bool {
        let mut texts: Vec<u32> =
            sketch.iter().filter_map(|hash| self.sketches.page_of(short(*hash))).collect();
        texts.sort_unstable();
        let most = texts.chunk_by(|left, right| left == right).map(<[u32]>::len).max();
        most.is_some_and(|most| most >= MIN_COPIED && most * 3 >= sketch.len() * COPY_THIRDS)
    }

    /// The maximum number of fingerprints on one page: texts are recognized by their sketches.
    pub(super) fn max_once(&self) -> usize {
        if self.sketches.len() > 0 { MAX_ONCE_IN_TEXTS } else { MAX_ONCE }
    }

    fn add_sentence(&mut self, sentence: &SentenceFingerprint, day: Day) {
        let position =
            BlockPosition { neighbors: Some(sentence.neighbors), ..BlockPosition::default() };
        self.add_print(sentence.text, position, &sentence.sample, day);
    }

    fn add_block(&mut self, print: Fingerprint, prints: &BlockFingerprints, day: Day) {
        self.add_print(print, prints.position, &prints.sample, day);
    }

    fn add_print(&mut self, print: Fingerprint, position: BlockPosition, sample: &str, day: Day) {
        let clock = self.clock;
        if let Some(block) = self.blocks.get_mut(&print) {
            if block.clock != clock {
                block.pages += 1;
                (block.clock, block.last) = (clock, block.last.max(day));
                block.add_places(position, 1);
            }
            return;
        }
        let (key, cap) = (key(print), self.max_once());
        if self.seen_once.insert(key, clock, cap) == HashSighting::EarlierPage {
            self.seen_once.remove(key);
            let mut block = RecurringBlock {
                pages: 2,
                clock,
                first: day,
                last: day,
                numbers: PlaceTally::default(),
                slots: PlaceTally::default(),
                neighbors: Default::default(),
                sample: sample.into(),
            };
            block.add_places(position, 1);
            self.blocks.insert(print, block);
        }
    }

    fn add_shingle(&mut self, print: Fingerprint) {
        let clock = self.clock;
        if let Some(shingle) = self.shingles.get_mut(&print.hash) {
            if shingle.clock != clock {
                *shingle = RecurringShingle { pages: shingle.pages + 1, clock };
            }
            return;
        }
        let (key, cap) = (key(print), self.max_once());
        if self.seen_once.insert(key, clock, cap) == HashSighting::EarlierPage {
            self.seen_once.remove(key);
            self.shingles.insert(print.hash, RecurringShingle { pages: 2, clock });
        }
    }

    pub(super) fn support(&self, print: Fingerprint, places: BlockPosition) -> FingerprintSupport {
        if print.kind == FingerprintKind::Shingle {
            let pages = self.shingles.get(&print.hash).map_or(0, |shingle| shingle.pages);
            return FingerprintSupport { pages, ..FingerprintSupport::default() };
        }
        let Some(block) = self.blocks.get(&print) else { return FingerprintSupport::default() };
        let [first, last] = places.numbers.map(|number| block.numbers.count_at(number));
        FingerprintSupport {
            pages: block.pages,
            in_number: first.max(last),
            in_slot: block.slots.count_at(places.slot),
            surroundings: block.surroundings(),
        }
    }

    /// Adds the counts of other pages of the site.
    pub(super) fn merge(&mut self, other: &Self) {
        let mut clock = self.clock;
        for id in other.counted_pages.in_order() {
            clock = clock.saturating_add(1);
            self.counted_pages.insert(id, clock, MAX_COUNTED);
        }
        self.sketches.merge(&other.sketches, clock, MAX_SKETCHES);
        self.pages = self.pages.saturating_add(other.pages);
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        for (print, theirs) in &other.blocks {
            let key = key(*print);
            if let Some(ours) = self.blocks.get_mut(print) {
                ours.merge(theirs);
            } else {
                let mut block = theirs.clone();
                // One page had it here, and only its hash was kept.
                block.pages += u32::from(self.seen_once.contains(key));
                self.seen_once.remove(key);
                self.blocks.insert(*print, block);
            }
        }
        for (hash, theirs) in &other.shingles {
            let key = key(Fingerprint { kind: FingerprintKind::Shingle, hash: *hash });
            let ours = self.shingles.entry(*hash).or_insert(RecurringShingle {
                pages: u32::from(self.seen_once.contains(key)),
                clock: 0,
            });
            ours.pages = ours.pages.saturating_add(theirs.pages);
            self.seen_once.remove(key);
        }
        self.merge_once(other);
        self.clock = clock;
        self.trim(MAX_BLOCKS, MAX_SHINGLES);
        while self.pages >= MAX_PAGES {
            self.halve();
        }
    }

    /// Adds what was on one page in the other counts. If a hash was on one page in both, its kind is unknown, so it
    /// stays at one page: a lower bound.
    fn merge_once(&mut self, other: &Self) {
        let mut known: HashMap<u32, Fingerprint> =
            self.blocks.keys().map(|print| (key(*print), *print)).collect();
        known.extend(self.shingles.keys().map(|hash| {
            let print = Fingerprint { kind: FingerprintKind::Shingle, hash: *hash };
            (key(print), print)
        }));
        let (clock, cap) = (self.clock.saturating_add(1), self.max_once());
        for id in other.seen_once.in_order() {
            match known.get(&id) {
                Some(Fingerprint { kind: FingerprintKind::Shingle, hash }) => {
                    if let Some(shingle) =
                        self.shingles.get_mut(hash).filter(|_| !other.shingles.contains_key(hash))
                    {
                        shingle.pages += 1;
                    }
                }
                Some(print) => {
                    if let Some(block) =
                        self.blocks.get_mut(print).filter(|_| !other.blocks.contains_key(print))
                    {
                        block.pages += 1;
                    }
                }
                None => {
                    self.seen_once.insert(id, clock, cap);
                }
            }
        }
    }

    /// Keeps at most this many blocks and shingles: those on the most pages.
    pub(super) fn trim(&mut self, blocks: usize, shingles: usize) {
        if self.blocks.len() > blocks {
            let mut order: Vec<(u32, u32, Fingerprint)> = self
                .blocks
                .iter()
                .map(|(print, block)| (block.pages, block.clock, *print))
                .collect();
            order.sort_unstable();
            for (.., print) in order.iter().take(order.len() - blocks) {
                self.blocks.remove(print);
            }
        }
        if self.shingles.len() > shingles {
            let mut order: Vec<(u32, u32, u64)> = self
                .shingles
                .iter()
                .map(|(hash, shingle)| (shingle.pages, shingle.clock, *hash))
                .collect();
            order.sort_unstable();
            for (.., hash) in order.iter().take(order.len() - shingles) {
                self.shingles.remove(hash);
            }
        }
    }

    fn halve(&mut self) {
        self.pages /= 2;
        self.blocks.retain(|_, block| {
            block.pages /= 2;
            block.numbers.halve();
            block.slots.halve();
            block.neighbors.iter_mut().for_each(PlaceTally::halve);
            block.pages >= 2
        });
        self.shingles.retain(|_, shingle| {
            shingle.pages /= 2;
            shingle.pages >= 2
        });
    }

    /// Frees memory, when all sites together take too much.
    pub(super) fn shrink(&mut self) {
        self.seen_once.truncate(self.seen_once.len() / 2);
        self.sketches.truncate(self.sketches.len() / 2);
        self.trim(self.blocks.len() / 4 * 3, self.shingles.len() / 4 * 3);
    }

    /// Approximate size in bytes. The factors are the sizes of entries with the overhead of hash maps.
    pub(super) fn bytes(&self) -> usize {
        (self.seen_once.len() + self.counted_pages.len() + self.sketches.len()) * 16
            + self.blocks.len() * 384
            + self.shingles.len() * 32
            + 512
    }
}

impl RecurringBlock {
    pub(super) fn read(pages: u32, days: [Day; 2], sample: &str) -> Self {
        let [first, last] = days;
        let (numbers, slots) = (PlaceTally::default(), PlaceTally::default());
        let neighbors = Default::default();
        Self { pages, clock: 0, first, last, numbers, slots, neighbors, sample: sample.into() }
    }

    /// See [`FingerprintSupport::surroundings`].
    fn surroundings(&self) -> [u32; 2] {
        // The edge of a text is a place, not a line that was copied along.
        let largest = |tally: &PlaceTally<NEIGHBORS>| {
            let lines = tally.0.iter().filter(|(line, _)| *line != TEXT_EDGE);
            lines.map(|(_, count)| *count).max().unwrap_or_default()
        };
        // The first page was counted before its neighbors were kept.
        self.neighbors
            .each_ref()
            .map(|tally| (self.pages + 1).saturating_sub(largest(tally).max(1)))
    }

    fn add_places(&mut self, places: BlockPosition, pages: u32) {
        for (tally, line) in self.neighbors.iter_mut().zip(places.neighbors.into_iter().flatten()) {
            tally.add(line, pages);
        }
        for number in places.numbers {
            self.numbers.add(number, pages);
        }
        self.slots.add(places.slot, pages);
    }

    fn merge(&mut self, other: &Self) {
        self.pages = self.pages.saturating_add(other.pages);
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        self.numbers.merge(&other.numbers);
        self.slots.merge(&other.slots);
        for (ours, theirs) in self.neighbors.iter_mut().zip(&other.neighbors) {
            ours.merge(theirs);
        }
    }
}

impl RecurringShingle {
    pub(super) fn read(pages: u32) -> Self {
        Self { pages, clock: 0 }
    }
}

/// A short hash for what one page had. In 32 bits, two fingerprints of a site rarely collide, and a collision only
/// counts one page too many.
fn key(print: Fingerprint) -> u32 {
    short(print.hash.rotate_left(8 * (print.kind as u32)))
}

fn short(hash: u64) -> u32 {
    let [a, b, c, d, ..] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
