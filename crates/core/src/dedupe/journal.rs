//! The journal of a [`DuplicateIndex`](super::DuplicateIndex): the file that has its pages, also for later runs.
//!
//! It has a header, and then entries that are only appended, each with its length and a checksum. Entries after the
//! last commit, which a killed run left, are cut off when the file is opened: their pages may be in no output, and
//! would be missing from the next output too if they counted as known.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::banding::Banding;
use super::entry::{self, FRAME_BYTES, JournalEntry, MAX_ENTRY_BYTES};
use super::signature::TextSignature;
use crate::error::{Error, ErrorKind};

const MAGIC: &[u8; 20] = b"copydesk duplicates\n";

/// The version of the format. It must increase with every change to entries, shingles or hash functions, because
/// signatures of different versions cannot be compared.
const VERSION: u16 = 1;

const HEADER_BYTES: usize = MAGIC.len() + 6;

/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// Where the valid entries end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JournalEnd {
    /// After the last commit.
    LastCommit,
    /// At this offset, where an entry must end.
    At(u64),
}

/// A journal that is open for reading and appending, by one run at a time.
#[derive(Debug)]
pub(super) struct DuplicateJournal {
    file: File,
    path: PathBuf,
    /// Bytes in the file.
    written: u64,
    /// Bytes after these, which are not written yet.
    buffer: Vec<u8>,
    bands: usize,
}

impl DuplicateJournal {
    /// A journal that is deleted when it is dropped.
    pub(super) fn temporary(banding: &Banding) -> Result<Self, Error> {
        let path = std::env::temp_dir();
        match tempfile::tempfile() {
            Ok(file) => Ok(Self::empty(file, path, banding)),
            Err(source) => Err(write_error(&path, source)),
        }
    }

    /// Opens a journal, or begins one, and passes every page up to `end` to `each`, with the offset of its entry.
    /// Entries after `end` are cut off; returns how many bytes that were.
    pub(super) fn open(
        path: &Path,
        banding: &Banding,
        end: JournalEnd,
        mut each: impl FnMut(u64, &TextSignature),
    ) -> Result<(Self, u64), Error> {
        let failed = |source| write_error(path, source);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(unusable(path, "another run is using it", "wait for that run to end"));
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let length = file.metadata().map_err(failed)?.len();
        let mut journal = Self::empty(file, path.into(), banding);
        let is_begun = journal.header()?;
        if is_begun {
            // The file is read twice: where the last commit is, is known only at the end.
            journal.written = journal.end(end).map_err(failed)?;
        }
        if let JournalEnd::At(wanted) = end
            && journal.written != wanted
        {
            return Err(unusable(
                path,
                "it lacks entries of the run that is to be resumed",
                "delete the checkpoint to start over",
            ));
        }
        let cut = length.saturating_sub(journal.written);
        if cut > 0 {
            journal.file.set_len(journal.written).map_err(failed)?;
        }
        if is_begun {
            let mut entries = journal.entries().map_err(failed)?;
            while let Some((offset, entry)) = entries.next().map_err(failed)? {
                if let JournalEntry::Page { signature, .. } = entry {
                    each(offset, &signature);
                }
            }
        }
        journal.file.seek(SeekFrom::Start(journal.written)).map_err(failed)?;
        Ok((journal, cut))
    }

    fn empty(file: File, path: PathBuf, banding: &Banding) -> Self {
        let mut buffer = MAGIC.to_vec();
        buffer.extend(VERSION.to_le_bytes());
        buffer.extend(banding.rows.to_le_bytes());
        buffer.extend(banding.bands.to_le_bytes());
        Self { file, path, written: 0, buffer, bands: banding.bands.into() }
    }

    /// Reads the header. Returns `false` if there is none or only a part of it, because nothing was written yet.
    fn header(&mut self) -> Result<bool, Error> {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        (&self.file)
            .take(HEADER_BYTES as u64)
            .read_to_end(&mut header)
            .map_err(|source| write_error(&self.path, source))?;
        if header == self.buffer {
            return Ok(true);
        }
        if self.buffer.starts_with(&header) {
            return Ok(false);
        }
        let rest = header.strip_prefix(MAGIC);
        let Some((version, _)) = rest.and_then(|rest| rest.split_first_chunk::<2>()) else {
            return Err(unusable(
                &self.path,
                "not a journal of duplicates",
                "choose another folder with --state",
            ));
        };
        if u16::from_le_bytes(*version) != VERSION {
            return Err(unusable(
                &self.path,
                "another version of copydesk wrote it",
                "choose another folder with --state, or delete it to forget the pages of earlier runs",
            ));
        }
        Err(unusable(
            &self.path,
            "it was written with another dedupe_threshold",
            "use that threshold, or choose another folder with --state",
        ))
    }

    /// Where the entries end that are to be believed: behind the header if none is.
    fn end(&mut self, end: JournalEnd) -> io::Result<u64> {
        self.buffer.clear();
        self.written = self.file.metadata()?.len();
        let mut last = HEADER_BYTES as u64;
        let mut pages = 0;
        let mut entries = self.entries()?;
        while end != JournalEnd::At(last) {
            let Some((_, entry)) = entries.next()? else { break };
            let is_commit = match entry {
                JournalEntry::Page { .. } => {
                    pages += 1;
                    false
                }
                JournalEntry::Commit { pages: counted } if counted == pages => true,
                JournalEntry::Commit { .. } => break,
            };
            if is_commit || end != JournalEnd::LastCommit {
                last = entries.offset;
            }
        }
        Ok(last)
    }

    fn entries(&self) -> io::Result<JournalReader<'_>> {
        (&self.file).seek(SeekFrom::Start(HEADER_BYTES as u64))?;
        Ok(JournalReader {
            file: BufReader::with_capacity(BUFFER_BYTES, &self.file),
            offset: HEADER_BYTES as u64,
            end: self.written,
            bands: self.bands,
        })
    }

    /// Appends a page, and says where its entry is.
    pub(super) fn append(&mut self, signature: &TextSignature, source: &str) -> Result<u64, Error> {
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        let offset = self.length();
        entry::page(&mut self.buffer, signature, source);
        Ok(offset)
    }

    /// Reads the page whose entry is at an offset.
    pub(super) fn page(&mut self, offset: u64) -> Result<(TextSignature, String), Error> {
        let entry = self.read(offset).map_err(|source| write_error(&self.path, source))?;
        match entry.and_then(|entry| JournalEntry::read(&entry, self.bands)) {
            Some(JournalEntry::Page { signature, source }) => Ok((signature, source)),
            _ => Err(unusable(&self.path, "it was changed while in use", "start over without it")),
        }
    }

    fn read(&mut self, offset: u64) -> io::Result<Option<Vec<u8>>> {
        if let Some(held) = offset.checked_sub(self.written) {
            let start = usize::try_from(held).ok();
            return Ok(start.and_then(|start| {
                let (head, rest) = self.buffer.get(start..)?.split_first_chunk::<FRAME_BYTES>()?;
                Some(rest.get(..entry::frame(*head).0)?.to_vec())
            }));
        }
        self.file.seek(SeekFrom::Start(offset))?;
        let mut head = [0; FRAME_BYTES];
        self.file.read_exact(&mut head)?;
        let (length, checksum) = entry::frame(head);
        let mut entry = vec![0; length.min(MAX_ENTRY_BYTES)];
        self.file.read_exact(&mut entry)?;
        Ok((entry::checksum(&entry) == checksum).then_some(entry))
    }

    /// Commits all entries, so that they stay valid whatever happens to the run.
    pub(super) fn commit(&mut self, pages: u64) -> Result<(), Error> {
        entry::commit(&mut self.buffer, pages);
        self.sync()
    }

    /// Writes all entries to disk.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.file.sync_data().map_err(|source| write_error(&self.path, source))
    }

    /// Its length in bytes, including what is not written yet.
    pub(super) fn length(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.file
            .seek(SeekFrom::Start(self.written))
            .and_then(|_| self.file.write_all(&self.buffer))
            .map_err(|source| write_error(&self.path, source))?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Reads entries, up to the end or the first one that is damaged.
struct JournalReader<'a> {
    file: BufReader<&'a File>,
    offset: u64,
    end: u64,
    bands: usize,
}

impl JournalReader<'_> {
    fn next(&mut self) -> io::Result<Option<(u64, JournalEntry)>> {
        let offset = self.offset;
        let left = self.end.saturating_sub(offset);
        let mut head = [0; FRAME_BYTES];
        if left < FRAME_BYTES as u64 {
            return Ok(None);
        }
        self.file.read_exact(&mut head)?;
        let (length, checksum) = entry::frame(head);
        if length > MAX_ENTRY_BYTES || (length + FRAME_BYTES) as u64 > left {
            return Ok(None);
        }
        let mut entry = vec![0; length];
        self.file.read_exact(&mut entry)?;
        if entry::checksum(&entry) != checksum {
            return Ok(None);
        }
        self.offset += (length + FRAME_BYTES) as u64;
        Ok(JournalEntry::read(&entry, self.bands).map(|entry| (offset, entry)))
    }
}

fn write_error(path: &Path, source: io::Error) -> Error {
    ErrorKind::Write { output: path.display().to_string(), source }.into()
}

fn unusable(path: &Path, what: &'static str, hint: &'static str) -> Error {
    ErrorKind::Duplicates { path: path.into(), what, hint }.into()
}
