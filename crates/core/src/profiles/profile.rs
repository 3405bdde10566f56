//! The profile of a site as a file: JSON that people can read.

use std::collections::BTreeMap;

use copydesk_clean::{Fingerprint, FingerprintKind};
use serde::{Deserialize, Serialize};

use super::CleaningFigures;
use super::counts::{
    MAX_COUNTED, MAX_ONCE, MAX_ONCE_IN_TEXTS, MAX_SKETCHES, PlaceTally, RecurringBlock,
    RecurringShingle, SiteCounts,
};
use super::day::{Day, days_between, parse_day};
use super::recent_hashes::RecentHashes;

/// The version of the format and of the fingerprints in it. A file of another version is refused, since its hashes
/// would never match.
pub(super) const VERSION: u32 = 1;
/// The most of each kind that a file has: half of what is counted in memory, so that the next run has room.
const BLOCKS: usize = 4_096;
const SHINGLES: usize = 8_192;
const ONCE: usize = MAX_ONCE / 2;
const ONCE_IN_TEXTS: usize = MAX_ONCE_IN_TEXTS / 8;
const COUNTED: usize = MAX_COUNTED / 2;
const SKETCHES: usize = MAX_SKETCHES / 4;

/// What is known about one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteProfile {
    /// The version of the format: 1.
    pub version: u32,
    /// The site: a host without `www.`, or a group of texts: `group:NAME` or `folder:PATH`.
    pub host: String,
    /// Number of different pages that were counted.
    pub pages: u32,
    /// The day of the first of them, `YYYY-MM-DD`, UTC.
    pub first: String,
    /// The day of the last.
    pub last: String,
    /// Figures about the cleaned pages.
    pub observed: CleaningFigures,
    /// Blocks on two pages or more, those on the most pages first; at most 4,096.
    pub blocks: Vec<BlockProfile>,
    /// Word sequences on two pages or more: number of pages by hash; at most 8,192.
    pub shingles: ShingleProfile,
    /// Hashes of what was on one page so far, eight hexadecimal digits each, the latest last; at most 16,384, and
    /// 65,536 of texts.
    pub once: String,
    /// Hashes of the pages that were counted, in the same format; at most 32,768. Two per page: of its URL and
    /// of its text.
    pub counted: String,
    /// Hashes of sentences by which copies of the counted texts are recognized, those of one text with commas between
    /// them; at most 32,768. Empty for pages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sketches: String,
}

/// Number of pages by the hash of a shingle, in hexadecimal digits.
pub type ShingleProfile = BTreeMap<String, u32>;

/// A block that recurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockProfile {
    /// `text` for the text of a block, `template` for the text with numbers, dates and names masked, `sentence` for a
    /// sentence of a text.
    pub kind: String,
    /// The hash in hexadecimal digits.
    pub print: String,
    /// Number of pages that have it.
    pub pages: u32,
    /// The day of the first page on which it recurred.
    pub first: String,
    /// The day of the last.
    pub last: String,
    /// Its numbers in the element around it, as hashes: `hash:pages`, separated by spaces.
    pub numbers: String,
    /// Its slots in the template, in the same format.
    pub slots: String,
    /// The lines before it in texts, in the same format; empty for pages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// The lines after it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// The beginning of its text on the second page that had it.
    pub sample: String,
}

impl SiteProfile {
    /// The number of days since the last page was counted.
    pub fn age_days(&self, today: Day) -> Option<u32> {
        Some(days_between(parse_day(&self.last)?, today))
    }

    /// The share of the site's pages that have a block.
    pub fn share(&self, block: &BlockProfile) -> f64 {
        f64::from(block.pages) / f64::from(self.pages.max(1))
    }

    /// Adds another profile of the same site. Merge only profiles of different pages: a page that both counted
    /// counts twice.
    ///
    /// # Errors
    /// If either is inconsistent.
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
        let has_texts = counts.sketches.len() > 0;
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
            once: counts.seen_once.to_hex(if has_texts { ONCE_IN_TEXTS } else { ONCE }),
            counted: counts.counted_pages.to_hex(COUNTED),
            sketches: counts.sketches.to_pages(SKETCHES),
        }
    }

    /// The counts that this profile was made from.
    ///
    /// # Errors
    /// If the profile is inconsistent.
    pub(super) fn counts(&self) -> Result<SiteCounts, String> {
        if self.version != VERSION {
            return Err(format!("version {} is not supported, only {VERSION}", self.version));
        }
        let dates = |first: &str, last: &str| {
            parse_day(first)
                .zip(parse_day(last))
                .ok_or_else(|| format!("`{first}` or `{last}` is not a date"))
        };
        let (first, last) = dates(&self.first, &self.last)?;
        let mut counts = SiteCounts::new(first);
        (counts.pages, counts.last) = (self.pages, last);
        for block in self.blocks.iter().take(BLOCKS) {
            let (first, last) = dates(&block.first, &block.last)?;
            // A count above the number of pages would make a share above 1.
            let print =
                Fingerprint { kind: block.fingerprint_kind()?, hash: parse_hash(&block.print)? };
            let mut read =
                RecurringBlock::read(block.pages.min(self.pages), [first, last], &block.sample);
            read.numbers = parse_tally(&block.numbers)?;
            read.slots = parse_tally(&block.slots)?;
            read.neighbors = [parse_tally(&block.before)?, parse_tally(&block.after)?];
            counts.blocks.insert(print, read);
        }
        for (print, pages) in self.shingles.iter().take(SHINGLES) {
            counts
                .shingles
                .insert(parse_hash(print)?, RecurringShingle::read((*pages).min(self.pages)));
        }
        let recent = |hex: &str, cap| {
            RecentHashes::from_hex(hex, cap)
                .ok_or_else(|| "`once` or `counted` is not a sequence of hashes".to_owned())
        };
        let max_once = if self.sketches.is_empty() { MAX_ONCE } else { MAX_ONCE_IN_TEXTS };
        counts.seen_once = recent(&self.once, max_once)?;
        counts.counted_pages = recent(&self.counted, MAX_COUNTED)?;
        counts.sketches = RecentHashes::from_pages(&self.sketches, MAX_SKETCHES)
            .ok_or_else(|| "`sketches` is not a sequence of hashes".to_owned())?;
        Ok(counts)
    }
}

impl BlockProfile {
    fn new(print: Fingerprint, block: &RecurringBlock) -> Self {
        let [before, after] = &block.neighbors;
        Self {
            kind: match print.kind {
                FingerprintKind::Text => "text",
                FingerprintKind::Sentence => "sentence",
                _ => "template",
            }
            .to_owned(),
            print: format!("{:016x}", print.hash),
            pages: block.pages,
            first: block.first.to_string(),
            last: block.last.to_string(),
            numbers: format_tally(&block.numbers),
            slots: format_tally(&block.slots),
            before: format_tally(before),
            after: format_tally(after),
            sample: block.sample.to_string(),
        }
    }

    fn fingerprint_kind(&self) -> Result<FingerprintKind, String> {
        match self.kind.as_str() {
            "text" => Ok(FingerprintKind::Text),
            "template" => Ok(FingerprintKind::Template),
            "sentence" => Ok(FingerprintKind::Sentence),
            other => Err(format!("unknown kind of block `{other}`")),
        }
    }
}

fn parse_hash(hex: &str) -> Result<u64, String> {
    u64::from_str_radix(hex, 16).map_err(|_| format!("`{hex}` is not a hash"))
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
        *slot = read.ok_or_else(|| format!("`{part}` is not a position"))?;
    }
    Ok(tally)
}
