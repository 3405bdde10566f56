//! Decides which pages are duplicates.

use std::mem;
use std::path::Path;

use super::journal::{DuplicateJournal, JournalEnd};
use super::page_table::PageTable;
use super::signature::{NearSignature, TextSignature, TextSigner};
use crate::error::{Error, ErrorKind};
use crate::settings::Settings;

/// The most texts that one is compared with. Those that agree in the most bands come first, since they are the most
/// likely duplicates. More than this many agree only where pages share a template.
const MAX_CANDIDATES: usize = 32;

/// What counts as a duplicate, and how much memory the index may use.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DedupeOptions {
    /// The similarity of shingles at which two texts are near duplicates, in [0.5, 1]. Default 0.8.
    pub threshold: f64,
    /// The limit of memory, in bytes. When three quarters are used, new pages are remembered by their fingerprints
    /// only; when all is used, new pages are not remembered. Default 1 GiB, enough for six million pages.
    pub max_bytes: u64,
}

impl DedupeOptions {
    /// The options that the settings ask for.
    ///
    /// # Errors
    /// If the threshold is below 0.5: texts that differ in most of their shingles are not duplicates.
    pub fn from_settings(settings: &Settings) -> Result<Self, Error> {
        let threshold = settings.dedupe_threshold.get();
        if threshold < 0.5 {
            return Err(ErrorKind::Settings {
                origin: "dedupe_threshold".into(),
                message: format!("the threshold must be from 0.5 to 1, and is {threshold}"),
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

/// What an index still has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DedupeCapacity {
    /// Every page is remembered.
    All,
    /// New pages are remembered by their fingerprints: only exact copies of them are found.
    Exact,
    /// New pages are not remembered: no copies of them are found.
    None,
}

/// An index of the first page of each kind.
///
/// If it is dropped without a [`DuplicateIndex::commit`], a persistent journal keeps only what was committed before.
#[derive(Debug)]
pub struct DuplicateIndex {
    signer: TextSigner,
    threshold: f64,
    max_bytes: u64,
    journal: DuplicateJournal,
    tables: DuplicateTables,
    capacity: DedupeCapacity,
}

/// The part of the index that is in memory.
#[derive(Debug)]
struct DuplicateTables {
    /// The offset of each page's entry in the journal.
    offsets: Vec<u64>,
    /// Pages by half of their fingerprint. The journal has the other half, and is read to confirm a match.
    exact: PageTable,
    /// Pages by the key of each band.
    near: Vec<PageTable>,
}

impl DuplicateIndex {
    /// Creates an index for one run, with its journal in a temporary file.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn new(options: &DedupeOptions) -> Result<Self, Error> {
        let signer = TextSigner::new(options.threshold);
        let tables = DuplicateTables::new(signer.banding.bands.into());
        let journal = DuplicateJournal::temporary(&signer.banding)?;
        Ok(Self::from_parts(journal, tables, options, signer))
    }

    /// Opens a journal at its last commit, or begins one. Also returns how many bytes after that commit were cut
    /// off; a run that did not finish left them.
    ///
    /// # Errors
    /// If the file cannot be read or written, is in use, is not a journal, or was written with another threshold.
    pub fn open(path: &Path, options: &DedupeOptions) -> Result<(Self, u64), Error> {
        Self::open_until(path, options, JournalEnd::LastCommit)
    }

    /// Opens a journal at an earlier length, which [`DuplicateIndex::length`] returned.
    ///
    /// # Errors
    /// As for [`DuplicateIndex::open`], and if the file was changed before that length.
    pub fn open_at(path: &Path, options: &DedupeOptions, length: u64) -> Result<Self, Error> {
        Self::open_until(path, options, JournalEnd::At(length)).map(|(duplicates, _)| duplicates)
    }

    fn open_until(
        path: &Path,
        options: &DedupeOptions,
        end: JournalEnd,
    ) -> Result<(Self, u64), Error> {
        let signer = TextSigner::new(options.threshold);
        let mut tables = DuplicateTables::new(signer.banding.bands.into());
        let mut capacity = DedupeCapacity::All;
        let (journal, cut) =
            DuplicateJournal::open(path, &signer.banding, end, |offset, signature| {
                capacity = tables.capacity(capacity, options.max_bytes);
                tables.insert(offset, signature, capacity);
            })?;
        Ok((Self { capacity, ..Self::from_parts(journal, tables, options, signer) }, cut))
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

    /// The signer for the signatures that this index takes.
    pub fn signer(&self) -> TextSigner {
        self.signer.clone()
    }

    /// Returns the source of the first page with the same text. If there is none, this page is remembered as the
    /// first.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn admit(
        &mut self,
        signature: &TextSignature,
        source: &str,
    ) -> Result<Option<String>, Error> {
        if let Some(first) = self.find_exact(signature)? {
            return Ok(Some(first));
        }
        if let Some(near) = &signature.near
            && let Some(first) = self.find_near(near)?
        {
            return Ok(Some(first));
        }
        self.capacity = self.tables.capacity(self.capacity, self.max_bytes);
        if self.capacity < DedupeCapacity::None {
            let offset = self.journal.append(signature, source)?;
            self.tables.insert(offset, signature, self.capacity);
        }
        Ok(None)
    }

    fn find_exact(&mut self, signature: &TextSignature) -> Result<Option<String>, Error> {
        let candidates: Vec<u32> =
            self.tables.exact.pages(half_hash(signature.fingerprint)).collect();
        for page in candidates {
            let (known, source) = self.journal.page(self.tables.offset(page))?;
            if known.fingerprint == signature.fingerprint {
                return Ok(Some(source));
            }
        }
        Ok(None)
    }

    fn find_near(&mut self, near: &NearSignature) -> Result<Option<String>, Error> {
        let mut first = None;
        for page in self.tables.candidates(near) {
            // Of several similar pages, the earliest is the first of its kind. Skipping later ones saves reads.
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

    /// Makes the pages so far known to later runs. To be called only when the output with these pages is complete:
    /// otherwise later runs would drop duplicates of pages that are in no output.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.journal.commit(self.tables.offsets.len() as u64)
    }

    /// Writes the pages so far to disk without a commit, so that [`DuplicateIndex::open_at`] finds them.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.journal.sync()
    }

    /// The length of the journal, in bytes.
    pub fn length(&self) -> u64 {
        self.journal.length()
    }

    /// What there is still room for. It only ever decreases.
    pub fn capacity(&self) -> DedupeCapacity {
        self.capacity
    }

    /// The number of pages that are remembered, including those of earlier runs.
    pub fn pages(&self) -> u64 {
        self.tables.offsets.len() as u64
    }

    /// The memory in use, in bytes.
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

    /// What there is room for, and never more than `before`: a page that was not remembered cannot be caught up on.
    fn capacity(&self, before: DedupeCapacity, max_bytes: u64) -> DedupeCapacity {
        let bytes = self.bytes();
        let now = if bytes >= max_bytes || self.offsets.len() >= (u32::MAX - 1) as usize {
            DedupeCapacity::None
        } else if bytes >= max_bytes / 4 * 3 {
            DedupeCapacity::Exact
        } else {
            DedupeCapacity::All
        };
        before.max(now)
    }

    /// Inserts a page. Pages must come in the order of the journal, since their numbers are those of its entries.
    fn insert(&mut self, offset: u64, signature: &TextSignature, capacity: DedupeCapacity) {
        let Ok(page) = u32::try_from(self.offsets.len()) else { return };
        self.offsets.push(offset);
        if capacity < DedupeCapacity::None {
            self.exact.insert(half_hash(signature.fingerprint), page);
        }
        if let (DedupeCapacity::All, Some(near)) = (capacity, &signature.near) {
            for (table, key) in self.near.iter_mut().zip(&near.keys) {
                table.insert(*key, page);
            }
        }
    }

    /// The pages that agree in a band. Those that agree in the most bands come first.
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
