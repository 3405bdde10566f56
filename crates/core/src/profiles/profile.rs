//! A site's profile as a file: JSON that people can read.

use std::collections::BTreeMap;

use copydesk_clean::{Fingerprint, FingerprintKind};
use serde::{Deserialize, Serialize};

use super::counts::{
    MAX_COUNTED, MAX_ONCE, PlaceTally, RecurringBlock, RecurringShingle, SiteCounts,
};
use super::day::{Day, days_between, parse_day};
use super::recent_hashes::RecentHashes;
use super::{CleaningFigures, SiteCounter};

/// The version of the format and of the prints in it.
pub(super) const VERSION: u32 = 1;
/// What a file has at most.
const BLOCKS: usize = 4_096;
const SHINGLES: usize = 8_192;
const ONCE: usize = MAX_ONCE / 2;
const COUNTED: usize = MAX_COUNTED / 2;

/// What is known of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteProfile {
    /// The version of the format: 1.
    pub version: u32,
    /// The site: a host without `www.`.
    pub host: String,
    /// Pages that were counted, each once.
    pub pages: u32,
    /// The day of the first of them, `YYYY-MM-DD`, UTC.
    pub first: String,
    /// The day of the last.
    pub last: String,
    /// What cleaning made of its pages.
    pub observed: CleaningFigures,
    /// Blocks that stand on two pages or more, those on the most pages first; at most 4,096.
    pub blocks: Vec<BlockProfile>,
    /// Words in a row that stand on two pages or more: the pages by the hash; at most 8,192.
    pub shingles: ShingleProfile,
    /// Hashes of what stood on one page so far, eight hexadecimal digits each, the latest last; at most
    /// 16,384.
    pub once: String,
    /// Hashes of the pages that were counted, likewise; at most 32,768. Two a page: of its address and
    /// of its text.
    pub counted: String,
}

/// Pages by the hash of a shingle, in hexadecimal digits.
pub type ShingleProfile = BTreeMap<String, u32>;

/// A block that recurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockProfile {
    /// `text` for a block, `template` for its wording: numbers, dates and names masked.
    pub kind: String,
    /// The hash in hexadecimal digits.
    pub print: String,
    /// Pages that have it.
    pub pages: u32,
    /// The day of the first page on which it recurred.
    pub first: String,
    /// The day of the last.
    pub last: String,
    /// Its numbers in the element around it, as hashes: `parse_hash:pages`, with spaces between.
    pub numbers: String,
    /// Its slots in the template, likewise.
    pub slots: String,
    /// The beginning of its text on the second page that had it.
    pub sample: String,
}

impl SiteProfile {
    /// How many days ago the last page was counted.
    pub fn age_days(&self, today: Day) -> Option<u32> {
        Some(days_between(parse_day(&self.last)?, today))
    }

    /// The share of the site's pages that have a block.
    pub fn share(&self, block: &BlockProfile) -> f64 {
        f64::from(block.pages) / f64::from(self.pages.max(1))
    }

    /// Adds another profile of the same site. A page that both counted counts twice in it: profiles of
    /// different pages are meant to be merged.
    ///
    /// # Errors
    /// In one sentence, when either does not hold together.
    pub fn merge(&self, other: &Self) -> Result<Self, String> {
        let mut counts = self.counts()?;
        counts.merge(&other.counts()?);
        let mut observed = self.observed.clone();
        observed.merge(&other.observed);
        Ok(Self::new(&self.host, &counts, observed))
    }

    pub(super) fn new(host: &str, counts: &SiteCounts, observed: CleaningFigures) -> Self {
        let mut blocks: Vec<(&Fingerprint, &RecurringBlock)> = counts.blocks.iter().collect();
        blocks.sort_by_key(|(print, block)| (std::cmp::Reverse(block.pages), **print));
        let mut shingles: Vec<(&u64, &RecurringShingle)> = counts.shingles.iter().collect();
        shingles.sort_by_key(|(hash, shingle)| (std::cmp::Reverse(shingle.pages), **hash));
        Self {
            version: VERSION,
            host: host.to_owned(),
            pages: counts.pages,
            first: counts.first.to_string(),
            last: counts.last.to_string(),
            observed,
            blocks: blocks
                .into_iter()
                .take(BLOCKS)
                .map(|(p, b)| BlockProfile::new(*p, b))
                .collect(),
            shingles: shingles
                .into_iter()
                .take(SHINGLES)
                .map(|(hash, shingle)| (format!("{hash:016x}"), shingle.pages))
                .collect(),
            once: counts.seen_once.to_hex(ONCE),
            counted: counts.counted_pages.to_hex(COUNTED),
        }
    }

    /// The counts again.
    ///
    /// # Errors
    /// In one sentence, what of them does not hold together.
    pub(super) fn counts(&self) -> Result<SiteCounts, String> {
        if self.version != VERSION {
            return Err(format!("version {} is not known, only {VERSION} is", self.version));
        }
        let dates = |first: &str, last: &str| {
            parse_day(first)
                .zip(parse_day(last))
                .ok_or_else(|| format!("`{first}` or `{last}` is no day"))
        };
        let (first, last) = dates(&self.first, &self.last)?;
        let mut counts = SiteCounts::new(first);
        (counts.pages, counts.last) = (self.pages, last);
        for block in self.blocks.iter().take(BLOCKS) {
            let (first, last) = dates(&block.first, &block.last)?;
            let print =
                Fingerprint { kind: block.fingerprint_kind()?, hash: parse_hash(&block.print)? };
            let mut read =
                RecurringBlock::read(block.pages.min(self.pages), [first, last], &block.sample);
            read.numbers = parse_tally(&block.numbers)?;
            read.slots = parse_tally(&block.slots)?;
            counts.blocks.insert(print, read);
        }
        for (print, pages) in self.shingles.iter().take(SHINGLES) {
            counts
                .shingles
                .insert(parse_hash(print)?, RecurringShingle::read((*pages).min(self.pages)));
        }
        let recent = |hex: &str, cap| {
            RecentHashes::from_hex(hex, cap)
                .ok_or_else(|| "`once` or `counted` is no row of hashes".to_owned())
        };
        counts.seen_once = recent(&self.once, MAX_ONCE)?;
        counts.counted_pages = recent(&self.counted, MAX_COUNTED)?;
        Ok(counts)
    }
}

impl BlockProfile {
    fn new(print: Fingerprint, block: &RecurringBlock) -> Self {
        Self {
            kind: if print.kind == FingerprintKind::Text { "text" } else { "template" }.to_owned(),
            print: format!("{:016x}", print.hash),
            pages: block.pages,
            first: block.first.to_string(),
            last: block.last.to_string(),
            numbers: format_tally(&block.numbers),
            slots: format_tally(&block.slots),
            sample: block.sample.to_string(),
        }
    }

    fn fingerprint_kind(&self) -> Result<FingerprintKind, String> {
        match self.kind.as_str() {
            "text" => Ok(FingerprintKind::Text),
            "template" => Ok(FingerprintKind::Template),
            other => Err(format!("`{other}` is no kind of block")),
        }
    }
}

impl SiteCounter {
    /// The profile of a host with what was counted so far; `None` where nothing was. What cleaning made
    /// of its pages is added by whoever cleaned them.
    pub fn profile(&self, host: &str) -> Option<SiteProfile> {
        self.counts(host).map(|counts| SiteProfile::new(host, counts, CleaningFigures::default()))
    }
}

fn parse_hash(hex: &str) -> Result<u64, String> {
    u64::from_str_radix(hex, 16).map_err(|_| format!("`{hex}` is no hash"))
}

fn format_tally<const N: usize>(tally: &PlaceTally<N>) -> String {
    let places = tally.0.iter().filter(|(_, count)| *count > 0);
    places.map(|(place, count)| format!("{place:04x}:{count}")).collect::<Vec<_>>().join(" ")
}

fn parse_tally<const N: usize>(written: &str) -> Result<PlaceTally<N>, String> {
    let mut tally = PlaceTally::default();
    for (slot, part) in tally.0.iter_mut().zip(written.split_whitespace()) {
        let read = part.split_once(':').and_then(|(place, count)| {
            Some((u16::from_str_radix(place, 16).ok()?, count.parse().ok()?))
        });
        *slot = read.ok_or_else(|| format!("`{part}` is no place"))?;
    }
    Ok(tally)
}
