//! The entries of a list of URLs that are done.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::sources::{EntrySet, ListEntry, UrlList};

/// Bytes of an entry: its number in the list and a hash of its URL.
const ENTRY_BYTES: u64 = 16;

/// A journal of finished entries, in the order in which they finished.
#[derive(Debug)]
pub(super) struct VisitedJournal {
    path: PathBuf,
    file: BufWriter<File>,
}

impl VisitedJournal {
    /// Opens the journal, cuts it to `count` entries, and checks these against the list. Later entries were written
    /// after the checkpoint, and the pages of some may be missing from the output.
    pub(super) fn open(
        path: PathBuf,
        count: u64,
        list: &UrlList,
    ) -> Result<(Self, EntrySet), Error> {
        let failed = |source| ErrorKind::Read { path: path.clone(), source };
        let unusable = |why: &str| ErrorKind::Checkpoint { path: path.clone(), why: why.into() };
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(failed)?;
        let length = count
            .checked_mul(ENTRY_BYTES)
            .filter(|length| file.metadata().is_ok_and(|found| found.len() >= *length))
            .ok_or_else(|| unusable("the journal is shorter than the checkpoint says"))?;
        file.set_len(length).map_err(failed)?;
        let done = read(&mut file).map_err(failed)?;
        if !matches_list(&done, list)? {
            return Err(
                unusable("URLs of the list that the run has already fetched were changed").into()
            );
        }
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let entries = done.into_iter().map(|entry| entry.number).collect();
        Ok((Self { path, file: BufWriter::new(file) }, entries))
    }

    pub(super) fn add(&mut self, entry: ListEntry) -> Result<(), Error> {
        let mut bytes = [0; 16];
        let (number, hash) = bytes.split_at_mut(8);
        number.copy_from_slice(&entry.number.to_le_bytes());
        hash.copy_from_slice(&entry.hash.to_le_bytes());
        self.file.write_all(&bytes).map_err(|source| write_error(&self.path, source))
    }

    /// Makes the added entries durable.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(|source| write_error(&self.path, source))
    }
}

fn read(file: &mut File) -> io::Result<Vec<ListEntry>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let (entries, _) = bytes.as_chunks::<16>();
    let entries = entries.iter().map(|entry| {
        let (halves, _) = entry.as_chunks::<8>();
        let mut halves = halves.iter().map(|half| u64::from_le_bytes(*half));
        let (number, hash) = (halves.next().unwrap_or(0), halves.next().unwrap_or(0));
        ListEntry { number, hash }
    });
    Ok(entries.collect())
}

/// Whether the list still has these entries, at the same positions.
fn matches_list(done: &[ListEntry], list: &UrlList) -> Result<bool, Error> {
    if done.is_empty() {
        return Ok(true);
    }
    let mut sorted: Vec<ListEntry> = done.to_vec();
    sorted.sort_unstable_by_key(|entry| entry.number);
    let mut listed = list.open()?.entries();
    for entry in sorted {
        let found = listed.find(|(listed, _)| listed.number == entry.number);
        if found.is_none_or(|(listed, _)| listed != entry) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn write_error(path: &Path, source: io::Error) -> Error {
    ErrorKind::Write { output: path.display().to_string(), source }.into()
}
