//! A Parquet file of which lengths are checked before memory is allocated for them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use copydesk_fetch::Bytes;
use copydesk_fetch::inflate::{ContentCoding, InflateError, InflateLimits, InflateReader};
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::thrift::{check_schema, page_lengths};

/// The largest metadata at the end of a file, in bytes. A thousand columns in a hundred row groups need about ten
/// million.
const MAX_METADATA_BYTES: usize = 16 << 20;

/// The first bytes of a page header, in which its lengths must be. Statistics after them may be long.
const HEADER_START_BYTES: u64 = 256;

/// Bytes after the metadata: its length and the magic number.
const TAIL_BYTES: u64 = 8;

/// Why a part of a file is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RefusedRead {
    #[error("a part of the file has {length} bytes, more than {limit}")]
    TooLong { length: u64, limit: u64 },
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
}

impl From<RefusedRead> for ParquetError {
    fn from(refused: RefusedRead) -> Self {
        Self::External(Box::new(refused))
    }
}

/// The file.
pub(super) struct GuardedFile {
    file: Arc<Mutex<File>>,
    length: u64,
    max_page_bytes: u64,
    /// Where column chunks lie that inflate to whatever length, and how they are compressed.
    unbounded: Vec<(u64, u64, ContentCoding)>,
    /// Of the page whose header was read last: bytes before the compressed ones.
    levels: AtomicU64,
}

impl GuardedFile {
    /// A file of whose pages none may have more than `max_page_bytes`, compressed or not.
    pub(super) fn new(mut file: File, max_page_bytes: usize) -> Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file: Arc::new(Mutex::new(file)),
            length,
            max_page_bytes: max_page_bytes as u64,
            unbounded: Vec::new(),
            levels: AtomicU64::new(0),
        })
    }

    /// Reads the metadata at the end of the file.
    pub(super) fn metadata_bytes(&self) -> Result<Bytes> {
        let no_file = || RefusedRead::Damaged("it does not end like a Parquet file");
        let tail_at = self.length.checked_sub(TAIL_BYTES).ok_or_else(no_file)?;
        let tail = self.read(tail_at, TAIL_BYTES)?;
        let (length, mark) = tail.split_first_chunk::<4>().ok_or_else(no_file)?;
        match mark {
            b"PAR1" => {}
            b"PARE" => return Err(RefusedRead::Damaged("it is encrypted").into()),
            _ => return Err(no_file().into()),
        }
        let length = u64::from(u32::from_le_bytes(*length));
        check_length(length, MAX_METADATA_BYTES as u64)?;
        let start = tail_at
            .checked_sub(length)
            .ok_or(RefusedRead::Damaged("its metadata is longer than the file"))?;
        let metadata = self.read(start, length)?;
        check_schema(&metadata).ok_or(RefusedRead::Damaged("its schema cannot be read"))?;
        Ok(metadata)
    }

    /// Records which column chunks use a codec that inflates to any length.
    pub(super) fn register_codings(&mut self, metadata: &ParquetMetaData) {
        for column in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
            let coding = match column.compression() {
                Compression::GZIP(_) => ContentCoding::Gzip,
                Compression::BROTLI(_) => ContentCoding::Brotli,
                // The library allocates what the header says, and never more.
                _ => continue,
            };
            let first = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let first = u64::try_from(first.min(column.data_page_offset())).unwrap_or(0);
            let length = u64::try_from(column.compressed_size()).unwrap_or(0);
            self.unbounded.push((first, first.saturating_add(length), coding));
        }
        self.unbounded.sort_unstable_by_key(|(first, ..)| *first);
    }

    pub(super) fn read(&self, start: u64, length: u64) -> Result<Bytes> {
        let mut bytes = Vec::new();
        self.part(start).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(RefusedRead::Damaged("it ends too early").into());
        }
        Ok(bytes.into())
    }

    pub(super) fn part(&self, start: u64) -> FileFrom {
        FileFrom { file: Arc::clone(&self.file), at: start }
    }

    /// Checks a compressed page against the cap, since it may inflate to more than its header says.
    fn check_inflated(&self, start: u64, bytes: &[u8]) -> Result<()> {
        let at = self.unbounded.partition_point(|(first, ..)| *first <= start);
        let chunk = at.checked_sub(1).and_then(|at| self.unbounded.get(at));
        let Some((_, end, coding)) = chunk else { return Ok(()) };
        if start >= *end {
            return Ok(());
        }
        let levels = usize::try_from(self.levels.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let compressed = bytes.get(levels..).unwrap_or_default();
        let limits =
            InflateLimits { max_inflated_bytes: self.max_page_bytes, max_inflate_ratio: u64::MAX };
        let mut inflate = InflateReader::with_coding(compressed, *coding, limits)?;
        match io::copy(&mut inflate, &mut io::sink()) {
            Err(error)
                if InflateError::find_in(&error).is_some_and(|e| !e.setting().is_empty()) =>
            {
                let (length, limit) = (self.max_page_bytes.saturating_add(1), self.max_page_bytes);
                Err(RefusedRead::TooLong { length, limit }.into())
            }
            // Other damage is reported by the decoder of the page.
            _ => Ok(()),
        }
    }
}

fn check_length(length: u64, limit: u64) -> Result<()> {
    if length > limit {
        return Err(RefusedRead::TooLong { length, limit }.into());
    }
    Ok(())
}

impl Length for GuardedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for GuardedFile {
    type T = BufReader<FileFrom>;

    // The library calls this at the start of a page header, and then reads the bytes of the page.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut header = Vec::new();
        self.part(start).take(HEADER_START_BYTES).read_to_end(&mut header)?;
        let lengths = page_lengths(&header)
            .ok_or(RefusedRead::Damaged("there is no page where one should begin"))?;
        check_length(lengths.inflated, self.max_page_bytes)?;
        self.levels.store(lengths.levels, Ordering::Relaxed);
        Ok(BufReader::new(self.part(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        check_length(length as u64, self.max_page_bytes)?;
        let bytes = self.read(start, length as u64)?;
        self.check_inflated(start, &bytes)?;
        Ok(bytes)
    }
}

/// The file from an offset on.
pub(crate) struct FileFrom {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for FileFrom {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let n = file.read(buf)?;
        self.at = self.at.saturating_add(n as u64);
        Ok(n)
    }
}
