//! Decides which pages are duplicates.

use std::mem;
use std::path::Path;

use super::journal::{DuplicateJournal, JournalEnd};
use super::page_table::PageTable;
use super::signature::{NearSignature, TextSignature, TextSigner};
use crate::error::{Error, ErrorKind};
use crate::settings::Settings;

/// Texts that one is compared with at most: those that agree with it in the most bands, which are the
/// likeliest. Where more agree, they have a template in common.
const MAX_CANDIDATES: usize = 32;

/// What counts as a duplicate, and how much is remembered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DedupeOptions {
    /// The share of shingles from which two texts are nearly the same; in [0.5, 1]. Default 0.8.
    pub threshold: f64,
    /// Bytes of memory. When three quarters are used, new pages are remembered by their fingerprints only;
    /// when all are, new pages are not remembered. Default 1 GiB, which is six million pages.
    pub max_bytes: u64,
}

impl DedupeOptions {
    /// What the settings ask for.
    ///
    /// # Errors
    /// When texts are to count as duplicates of which most is not the same.
    pub fn from_settings(settings: &Settings) -> Result<Self, Error> {
        let threshold = settings.dedupe_threshold.get();
        if threshold < 0.5 {
            return Err(ErrorKind::Settings {
                origin: "dedupe_threshold".into(),
                message: format!(
                    "texts of which {threshold} is the same are no duplicates: from 0.5 to 1"
                ),
            }
            .into());
        }
        Ok(Self { threshold, max_bytes: settings.max_dedupe_bytes.0 })
    }
}

impl Default for DedupeOptions {
    fn default() -> Self {
        Self { threshold: 0.8, max_bytes: 1 << 30 }
    }
}

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DedupeCapacity {
    /// Every page is remembered.
    All,
    /// New pages are remembered by their fingerprints: only exact copies of them are found.
    Exact,
    /// New pages are not remembered: no copies of them are found.
    None,
}

/// The first page of each kind, and what is like them.
///
/// Dropped without a [`DuplicateIndex::commit`], a journal that is kept has only what was committed before.
#[derive(Debug)]
pub struct DuplicateIndex {
    signer: TextSigner,
    threshold: f64,
    max_bytes: u64,
    journal: DuplicateJournal,
    tables: DuplicateTables,
    capacity: DedupeCapacity,
}

/// What is in memory of the pages in the journal.
#[derive(Debug)]
struct DuplicateTables {
    /// Where the entry of each is.
    offsets: Vec<u64>,
    /// By half of the fingerprint; the journal has all of it.
    exact: PageTable,
    /// By the key of each band.
    near: Vec<PageTable>,
}

impl DuplicateIndex {
    /// Remembers the pages of one run, in a temporary file.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(options: &DedupeOptions) -> Result<Self, Error> {
        let printer = TextSigner::new(options.threshold);
        let pages = DuplicateTables::new(printer.banding.bands.into());
        Ok(Self::from_parts(
            DuplicateJournal::temporary(&printer.banding)?,
            pages,
            options,
            printer,
        ))
    }

    /// Goes on from the last commit in a journal, or begins one where there is none. Says how many bytes
    /// stood behind that commit and were cut off; a run that did not end left them.
    ///
    /// # Errors
    /// When the file cannot be read or written, is in use, is no journal, or is one for another
    /// threshold.
    pub fn open(path: &Path, options: &DedupeOptions) -> Result<(Self, u64), Error> {
        Self::open_until(path, options, JournalEnd::LastCommit)
    }

    /// Goes on from where the journal had this length.
    ///
    /// # Errors
    /// As for [`DuplicateIndex::open`], and when the file is not as it was then.
    pub fn open_at(path: &Path, options: &DedupeOptions, length: u64) -> Result<Self, Error> {
        Self::open_until(path, options, JournalEnd::At(length)).map(|(duplicates, _)| duplicates)
    }

    fn open_until(
        path: &Path,
        options: &DedupeOptions,
        end: JournalEnd,
    ) -> Result<(Self, u64), Error> {
        let printer = TextSigner::new(options.threshold);
        let mut pages = DuplicateTables::new(printer.banding.bands.into());
        let mut room = DedupeCapacity::All;
        let (journal, cut) =
            DuplicateJournal::open(path, &printer.banding, end, |offset, print| {
                room = pages.capacity(room, options.max_bytes);
                pages.insert(offset, print, room);
            })?;
        Ok((Self { capacity: room, ..Self::from_parts(journal, pages, options, printer) }, cut))
    }

    fn from_parts(
        journal: DuplicateJournal,
        tables: DuplicateTables,
        options: &DedupeOptions,
        signer: TextSigner,
    ) -> Self {
        let DedupeOptions { threshold, max_bytes } = *options;
        let threshold = threshold.clamp(0.5, 1.0);
        Self { signer, threshold, max_bytes, journal, tables, capacity: DedupeCapacity::All }
    }

    /// What makes the prints that are taken here.
    pub fn signer(&self) -> TextSigner {
        self.signer.clone()
    }

    /// The source of the first page that says the same. `None` if this one is the first, as which it is
    /// then remembered.
    ///
    /// # Errors
    /// When the journal cannot be read or written.
    pub fn admit(&mut self, print: &TextSignature, source: &str) -> Result<Option<String>, Error> {
        if let Some(first) = self.find_exact(print)? {
            return Ok(Some(first));
        }
        if let Some(near) = &print.near
            && let Some(first) = self.find_near(near)?
        {
            return Ok(Some(first));
        }
        self.capacity = self.tables.capacity(self.capacity, self.max_bytes);
        if self.capacity < DedupeCapacity::None {
            let offset = self.journal.append(print, source)?;
            self.tables.insert(offset, print, self.capacity);
        }
        Ok(None)
    }

    fn find_exact(&mut self, print: &TextSignature) -> Result<Option<String>, Error> {
        let candidates: Vec<u32> = self.tables.exact.pages(half_hash(print.fingerprint)).collect();
        for page in candidates {
            let (known, source) = self.journal.page(self.tables.offset(page))?;
            if known.fingerprint == print.fingerprint {
                return Ok(Some(source));
            }
        }
        Ok(None)
    }

    fn find_near(&mut self, near: &NearSignature) -> Result<Option<String>, Error> {
        let mut first = None;
        for page in self.tables.candidates(near) {
            if first.as_ref().is_some_and(|(first, _)| *first < page) {
                continue;
            }
            let (known, source) = self.journal.page(self.tables.offset(page))?;
            if let Some(known) = &known.near
                && known.sketch.similarity(&near.sketch) >= self.threshold
            {
                first = Some((page, source));
            }
        }
        Ok(first.map(|(_, source)| source))
    }

    /// Makes what was admitted so far last, for runs to come: to be called when the output with these
    /// pages is whole.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.journal.commit(self.tables.offsets.len() as u64)
    }

    /// Brings what was admitted so far to the disk, for [`DuplicateIndex::open_at`] only.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.journal.sync()
    }

    /// How long the journal is, in bytes.
    pub fn length(&self) -> u64 {
        self.journal.length()
    }

    /// What there is room for. It only ever gets less.
    pub fn capacity(&self) -> DedupeCapacity {
        self.capacity
    }

    /// Pages remembered, those of earlier runs too.
    pub fn pages(&self) -> u64 {
        self.tables.offsets.len() as u64
    }

    /// Bytes of memory in use.
    pub fn bytes(&self) -> u64 {
        self.tables.bytes()
    }
}

impl DuplicateTables {
    fn new(bands: usize) -> Self {
        let near = (0..bands).map(|_| PageTable::new()).collect();
        Self { offsets: Vec::new(), exact: PageTable::new(), near }
    }

    fn bytes(&self) -> u64 {
        let offsets = (self.offsets.capacity() * mem::size_of::<u64>()) as u64;
        offsets + self.exact.bytes() + self.near.iter().map(PageTable::bytes).sum::<u64>()
    }

    fn capacity(&self, room: DedupeCapacity, max_bytes: u64) -> DedupeCapacity {
        let bytes = self.bytes();
        let now = if bytes >= max_bytes || self.offsets.len() >= (u32::MAX - 1) as usize {
            DedupeCapacity::None
        } else if bytes >= max_bytes / 4 * 3 {
            DedupeCapacity::Exact
        } else {
            DedupeCapacity::All
        };
        room.max(now)
    }

    /// Pages come in the order of the journal, so that their numbers are those of its entries.
    fn insert(&mut self, offset: u64, print: &TextSignature, room: DedupeCapacity) {
        let Ok(page) = u32::try_from(self.offsets.len()) else { return };
        self.offsets.push(offset);
        if room < DedupeCapacity::None {
            self.exact.insert(half_hash(print.fingerprint), page);
        }
        if let (DedupeCapacity::All, Some(near)) = (room, &print.near) {
            for (table, key) in self.near.iter_mut().zip(&near.keys) {
                table.insert(*key, page);
            }
        }
    }

    /// The pages that agree in a band, those first that agree in the most.
    fn candidates(&self, near: &NearSignature) -> Vec<u32> {
        let mut agreeing: Vec<u32> =
            self.near.iter().zip(&near.keys).flat_map(|(table, key)| table.pages(*key)).collect();
        agreeing.sort_unstable();
        let mut candidates: Vec<(usize, u32)> = agreeing
            .chunk_by(|one, other| one == other)
            .filter_map(|bands| Some((bands.len(), *bands.first()?)))
            .collect();
        candidates.sort_unstable_by_key(|(bands, page)| (std::cmp::Reverse(*bands), *page));
        candidates.into_iter().take(MAX_CANDIDATES).map(|(_, page)| page).collect()
    }

    fn offset(&self, page: u32) -> u64 {
        self.offsets.get(page as usize).copied().unwrap_or(u64::MAX)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash")]
fn half_hash(fingerprint: u64) -> u32 {
    fingerprint as u32
}
