//! The counts of one site.

use std::collections::HashMap;

use copydesk_clean::{BlockPrints, PagePrints, Places, Print, PrintKind, Support};

use super::Day;
use super::recent::{Recent, Sight};

/// Prints seen on one page so far that are remembered for a site.
pub(super) const MAX_ONCE: usize = 1 << 15;
/// Pages that are known again.
pub(super) const MAX_COUNTED: usize = 1 << 16;
/// Recurrent blocks, and recurrent shingles.
pub(super) const MAX_BLOCKS: usize = 1 << 13;
pub(super) const MAX_SHINGLES: usize = 1 << 14;
/// Pages from which all counts are halved, so that what a site has now outweighs what it had.
const MAX_PAGES: u32 = 20_000;
/// Numbers and slots remembered for a block.
const NUMBERS: usize = 6;
const SLOTS: usize = 3;

/// What was counted on the pages of one site. A print is remembered by its hash alone until a second
/// page has it. Where a cap is reached, what stands on the fewest pages goes, so that every count is a
/// lower bound.
#[derive(Clone, Debug)]
pub(super) struct SiteCounts {
    pub(super) pages: u32,
    pub(super) first: Day,
    pub(super) last: Day,
    /// Numbers the pages, those that were halved away too.
    clock: u32,
    pub(super) once: Recent,
    pub(super) counted: Recent,
    pub(super) blocks: HashMap<Print, Block>,
    pub(super) shingles: HashMap<u64, Shingle>,
}

/// A block that stands on two pages or more.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) pages: u32,
    clock: u32,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) numbers: Tally<NUMBERS>,
    pub(super) slots: Tally<SLOTS>,
    pub(super) sample: Box<str>,
}

/// A shingle that stands on two pages or more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shingle {
    pub(super) pages: u32,
    clock: u32,
}

/// How often each of a few places was seen; the rarest makes room for another.
#[derive(Clone, Debug)]
pub(super) struct Tally<const N: usize>(pub(super) [(u16, u32); N]);

impl<const N: usize> Default for Tally<N> {
    fn default() -> Self {
        Self([(0, 0); N])
    }
}

impl<const N: usize> Tally<N> {
    fn add(&mut self, place: u16, count: u32) {
        let known = self.0.iter().position(|(known, count)| *known == place && *count > 0);
        let rarest = || (0..N).min_by_key(|at| self.0.get(*at).map(|(_, count)| *count));
        let Some(slot) = known.or_else(rarest).and_then(|at| self.0.get_mut(at)) else { return };
        if known.is_none() {
            *slot = (place, 0);
        }
        slot.1 = slot.1.saturating_add(count);
    }

    fn of(&self, place: u16) -> u32 {
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
            // Pages of a profile that was read are numbered below.
            clock: u32::try_from(MAX_COUNTED).unwrap_or(u32::MAX),
            once: Recent::default(),
            counted: Recent::default(),
            blocks: HashMap::new(),
            shingles: HashMap::new(),
        }
    }

    /// Counts a page; `false` if it was counted before, or one with the same text.
    pub(super) fn add(&mut self, page: &PagePrints, day: Day) -> bool {
        self.clock = self.clock.saturating_add(1);
        let sights =
            [page.page, page.text].map(|id| self.counted.put(short(id), self.clock, MAX_COUNTED));
        if sights.contains(&Sight::Before) {
            return false;
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
        }
        if self.blocks.len() > MAX_BLOCKS || self.shingles.len() > MAX_SHINGLES {
            self.trim(MAX_BLOCKS / 4 * 3, MAX_SHINGLES / 4 * 3);
        }
        if self.pages >= MAX_PAGES {
            self.halve();
        }
        true
    }

    fn add_block(&mut self, print: Print, prints: &BlockPrints, day: Day) {
        let clock = self.clock;
        if let Some(block) = self.blocks.get_mut(&print) {
            if block.clock != clock {
                block.pages += 1;
                (block.clock, block.last) = (clock, block.last.max(day));
                block.stand_at(prints.places, 1);
            }
            return;
        }
        let key = key(print);
        if self.once.put(key, clock, MAX_ONCE) == Sight::Before {
            self.once.take(key);
            let mut block = Block {
                pages: 2,
                clock,
                first: day,
                last: day,
                numbers: Tally::default(),
                slots: Tally::default(),
                sample: prints.sample.as_str().into(),
            };
            block.stand_at(prints.places, 1);
            self.blocks.insert(print, block);
        }
    }

    fn add_shingle(&mut self, print: Print) {
        let clock = self.clock;
        if let Some(shingle) = self.shingles.get_mut(&print.hash) {
            if shingle.clock != clock {
                *shingle = Shingle { pages: shingle.pages + 1, clock };
            }
            return;
        }
        let key = key(print);
        if self.once.put(key, clock, MAX_ONCE) == Sight::Before {
            self.once.take(key);
            self.shingles.insert(print.hash, Shingle { pages: 2, clock });
        }
    }

    pub(super) fn support(&self, print: Print, places: Places) -> Support {
        if print.kind == PrintKind::Shingle {
            let pages = self.shingles.get(&print.hash).map_or(0, |shingle| shingle.pages);
            return Support { pages, ..Support::default() };
        }
        let Some(block) = self.blocks.get(&print) else { return Support::default() };
        let [first, last] = places.numbers.map(|number| block.numbers.of(number));
        Support {
            pages: block.pages,
            in_number: first.max(last),
            in_slot: block.slots.of(places.slot),
        }
    }

    /// Adds the counts of other pages of the site.
    pub(super) fn merge(&mut self, other: &Self) {
        let mut clock = self.clock;
        for id in other.counted.in_order() {
            clock = clock.saturating_add(1);
            self.counted.put(id, clock, MAX_COUNTED);
        }
        self.pages = self.pages.saturating_add(other.pages);
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        for (print, theirs) in &other.blocks {
            let key = key(*print);
            if let Some(ours) = self.blocks.get_mut(print) {
                ours.merge(theirs);
            } else {
                let mut block = theirs.clone();
                // The page that had it here.
                block.pages += u32::from(self.once.has(key));
                self.once.take(key);
                self.blocks.insert(*print, block);
            }
        }
        for (hash, theirs) in &other.shingles {
            let key = key(Print { kind: PrintKind::Shingle, hash: *hash });
            let ours = self
                .shingles
                .entry(*hash)
                .or_insert(Shingle { pages: u32::from(self.once.has(key)), clock: 0 });
            ours.pages = ours.pages.saturating_add(theirs.pages);
            self.once.take(key);
        }
        self.merge_once(other);
        self.clock = clock;
        self.trim(MAX_BLOCKS, MAX_SHINGLES);
        while self.pages >= MAX_PAGES {
            self.halve();
        }
    }

    /// What one page had there. Hashes of prints seen here once and there once cannot be told to
    /// have been of which kind, so they stay at one.
    fn merge_once(&mut self, other: &Self) {
        let mut known: HashMap<u32, Print> =
            self.blocks.keys().map(|print| (key(*print), *print)).collect();
        known.extend(self.shingles.keys().map(|hash| {
            let print = Print { kind: PrintKind::Shingle, hash: *hash };
            (key(print), print)
        }));
        let clock = self.clock.saturating_add(1);
        for id in other.once.in_order() {
            match known.get(&id) {
                Some(Print { kind: PrintKind::Shingle, hash }) => {
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
                    self.once.put(id, clock, MAX_ONCE);
                }
            }
        }
    }

    /// Keeps at most so many blocks and shingles: those on the most pages.
    pub(super) fn trim(&mut self, blocks: usize, shingles: usize) {
        if self.blocks.len() > blocks {
            let mut order: Vec<(u32, u32, Print)> = self
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
            block.pages >= 2
        });
        self.shingles.retain(|_, shingle| {
            shingle.pages /= 2;
            shingle.pages >= 2
        });
    }

    /// Makes room where all sites together take too much.
    pub(super) fn shrink(&mut self) {
        self.once.keep(self.once.len() / 2);
        self.trim(self.blocks.len() / 4 * 3, self.shingles.len() / 4 * 3);
    }

    /// About how many bytes the counts take.
    pub(super) fn bytes(&self) -> usize {
        (self.once.len() + self.counted.len()) * 16
            + self.blocks.len() * 320
            + self.shingles.len() * 32
            + 512
    }
}

impl Block {
    pub(super) fn read(pages: u32, days: [Day; 2], sample: &str) -> Self {
        let [first, last] = days;
        let (numbers, slots) = (Tally::default(), Tally::default());
        Self { pages, clock: 0, first, last, numbers, slots, sample: sample.into() }
    }

    fn stand_at(&mut self, places: Places, pages: u32) {
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
    }
}

impl Shingle {
    pub(super) fn read(pages: u32) -> Self {
        Self { pages, clock: 0 }
    }
}

/// Thirty-two bits are enough for what one page had: two of a site's prints share them once in a
/// hundred thousand, and then one of them counts a page too many.
fn key(print: Print) -> u32 {
    short(print.hash.rotate_left(8 * (print.kind as u32)))
}

fn short(hash: u64) -> u32 {
    let [a, b, c, d, ..] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
