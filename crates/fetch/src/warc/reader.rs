//! Reads archives.

use std::io::{self, Read, Seek};

use super::error::{WarcError, WarcErrorKind};
use super::{HeaderFields, WarcRecord};
use crate::inflate::{InflateLimits, MemberError, MemberReader};

/// Characters that an error repeats of what it found.
const MAX_SHOWN_BYTES: usize = 40;

/// What is kept of a line when looking for the next record: a version line is shorter.
const VERSION_LINE_BYTES: usize = 64;

/// Bytes for which there is room before any of a block are there, whatever it says of its length.
const RESERVED_BYTES: usize = 1 << 20;

/// Caps on what is read of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarcLimits {
    /// Bytes of one record's block. A longer record is passed over. Default 64 MiB.
    pub max_record_bytes: u64,
    /// Bytes of one record's header. Default 64 KiB.
    pub max_header_bytes: usize,
    /// Caps on compressed archives: `max_inflated_bytes` holds for the whole, `max_inflate_ratio`
    /// for each member. Default as [`InflateLimits`] has it.
    pub inflate: InflateLimits,
}

impl Default for WarcLimits {
    fn default() -> Self {
        Self {
            max_record_bytes: 64 << 20,
            max_header_bytes: 64 << 10,
            inflate: InflateLimits::default(),
        }
    }
}

/// Reads the records of an archive one after another, as an iterator.
///
/// The first bytes tell whether the archive is plain, gzip (a member for each record, or one for
/// all) or zstd, with or without a dictionary. Lines may end in LF alone. Never more than one
/// record is held. An error costs the record it is in; [`WarcErrorKind`] says after which errors
/// nothing follows.
pub struct WarcReader<R: Read> {
    input: MemberReader<R>,
    limits: WarcLimits,
    /// A version line that was found when looking for the next record, and where.
    found: Option<(u64, Vec<u8>)>,
    /// What was met when looking ahead.
    pending: Option<WarcError>,
    ended: bool,
}

/// A line, or as much of it as was asked for.
struct HeaderLine {
    bytes: Vec<u8>,
    /// Its length with its end.
    length: u64,
    is_ended: bool,
}

impl<R: Read> WarcReader<R> {
    /// Looks at the first bytes of `input`, which need not be buffered.
    ///
    /// # Errors
    /// When they cannot be read, or the dictionary among them cannot be used.
    pub fn new(input: R, limits: WarcLimits) -> Result<Self, WarcError> {
        let input = MemberReader::new(input, limits.inflate)
            .map_err(|error| WarcError { offset: 0, kind: error.into() })?;
        Ok(Self { input, limits, found: None, pending: None, ended: false })
    }

    /// Stored bytes that were read of the archive so far, for progress.
    pub fn consumed(&self) -> u64 {
        self.input.consumed()
    }

    /// Where reading can resume with the next record: see [`Self::seek`]. `None` if
    /// that record begins within a compressed member, or cannot be read. Looks ahead up to its first
    /// byte.
    pub fn resume_offset(&mut self) -> Option<u64> {
        if self.pending.is_some() || self.ended {
            return None;
        }
        if let Some((offset, _)) = &self.found {
            return self.input.is_plain().then_some(*offset);
        }
        loop {
            match self.fill() {
                Ok([b'\r' | b'\n', ..]) => self.input.consume(1),
                Ok(_) => return self.input.is_at_member_start().then(|| self.input.offset()),
                Err(error) => {
                    self.pending = Some(error);
                    return None;
                }
            }
        }
    }

    fn next_record(&mut self) -> Result<Option<WarcRecord>, WarcError> {
        let Some((offset, version_line)) = self.version_line()? else { return Ok(None) };
        let failed = |kind| Err(WarcError { offset, kind });
        let Some(version) = version(&version_line) else {
            self.find_record()?;
            return failed(WarcErrorKind::NotWarc { found: escaped_prefix(&version_line) });
        };
        let Some(fields) = self.fields(offset)? else {
            self.find_record()?;
            let limit = self.limits.max_header_bytes;
            return failed(WarcErrorKind::HeaderTooLarge { limit });
        };
        let found = fields.text("Content-Length").unwrap_or_default();
        let Some(length) = digits(&found) else {
            let found = escaped_prefix(found.as_bytes());
            self.find_record()?;
            return failed(WarcErrorKind::NoLength { found });
        };
        if length > self.limits.max_record_bytes {
            self.skip_content(offset, length)?;
            let limit = self.limits.max_record_bytes;
            return failed(WarcErrorKind::TooLarge { length, limit });
        }
        let content = self.take(offset, length)?;
        Ok(Some(WarcRecord::new(offset, version, fields, content)))
    }

    /// Reads the first line that is not empty, and says where it begins.
    fn version_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, WarcError> {
        if let Some(found) = self.found.take() {
            return Ok(Some(found));
        }
        loop {
            let offset = match self.fill()?.first() {
                None => return Ok(None),
                Some(b'\r' | b'\n') => {
                    self.input.consume(1);
                    continue;
                }
                Some(_) => self.input.offset(),
            };
            let line = self.line(VERSION_LINE_BYTES)?;
            return Ok(Some((offset, line.bytes)));
        }
    }

    /// Reads lines up to an empty one; `None` if they are too long.
    fn fields(&mut self, offset: u64) -> Result<Option<HeaderFields>, WarcError> {
        let mut lines = Vec::new();
        let mut left = self.limits.max_header_bytes;
        loop {
            let line = self.line(left)?;
            if matches!(&*line.bytes, b"\n" | b"\r\n") {
                return Ok(Some(HeaderFields::parse(lines.iter().map(Vec::as_slice))));
            }
            if line.length > left as u64 {
                return Ok(None);
            }
            if !line.is_ended {
                self.ended = true;
                let kind = WarcErrorKind::Truncated { length: 0, got: 0 };
                return Err(WarcError { offset, kind });
            }
            left -= line.bytes.len();
            lines.push(line.bytes);
        }
    }

    /// Takes a block of `length` bytes.
    fn take(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, WarcError> {
        let max = usize::try_from(length).unwrap_or(usize::MAX);
        let mut content = Vec::with_capacity(max.min(RESERVED_BYTES));
        while content.len() < max {
            let left = max - content.len();
            let taken = self.input.take_into(&mut content, left);
            if taken.map_err(|error| self.failed(error))? == 0 {
                return Err(self.truncated(offset, length, content.len() as u64));
            }
        }
        Ok(content)
    }

    /// Leaves out a block of `length` bytes.
    fn skip_content(&mut self, offset: u64, length: u64) -> Result<(), WarcError> {
        let mut left = length;
        while left > 0 {
            let buffered = self.fill()?.len();
            if buffered == 0 {
                return Err(self.truncated(offset, length, length - left));
            }
            let step = buffered.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.input.consume(step);
            left -= step as u64;
        }
        Ok(())
    }

    /// That the archive ends within a block.
    fn truncated(&mut self, offset: u64, length: u64, got: u64) -> WarcError {
        self.ended = true;
        WarcError { offset, kind: WarcErrorKind::Truncated { length, got } }
    }

    /// Leaves out lines up to one that begins a record.
    fn find_record(&mut self) -> Result<(), WarcError> {
        loop {
            if self.fill()?.is_empty() {
                return Ok(());
            }
            let offset = self.input.offset();
            let line = self.line(VERSION_LINE_BYTES)?;
            if version(&line.bytes).is_some() {
                self.found = Some((offset, line.bytes));
                return Ok(());
            }
        }
    }

    /// Takes a line, and gives its first `keep` bytes.
    fn line(&mut self, keep: usize) -> Result<HeaderLine, WarcError> {
        let mut line = HeaderLine { bytes: Vec::new(), length: 0, is_ended: false };
        while !line.is_ended {
            let buffered = self.fill()?;
            if buffered.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', buffered);
            let step = end.map_or(buffered.len(), |end| end + 1);
            let room = keep.saturating_sub(line.bytes.len());
            line.bytes.extend_from_slice(buffered.get(..step.min(room)).unwrap_or_default());
            line.length += step as u64;
            line.is_ended = end.is_some();
            self.input.consume(step);
        }
        Ok(line)
    }

    fn failed(&self, error: MemberError) -> WarcError {
        WarcError { offset: self.input.offset(), kind: error.into() }
    }

    fn fill(&mut self) -> Result<&[u8], WarcError> {
        // Asked for twice, since what is given out cannot be held while asking where it is.
        if let Err(error) = self.input.fill() {
            return Err(self.failed(error));
        }
        self.input.fill().map_err(|error| WarcError { offset: 0, kind: error.into() })
    }
}

impl<R: Read + Seek> WarcReader<R> {
    /// Goes on at an offset that [`Self::resume_offset`] gave for this archive, in this or an earlier reading.
    /// Records come as they did then, but `max_inflated_bytes` is counted on from here.
    ///
    /// # Errors
    /// When the input cannot be moved in.
    pub fn seek(&mut self, offset: u64) -> io::Result<()> {
        (self.found, self.pending, self.ended) = (None, None, false);
        self.input.seek(offset)
    }
}

impl<R: Read> Iterator for WarcReader<R> {
    type Item = Result<WarcRecord, WarcError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.pending.take() {
            return Some(Err(error));
        }
        if self.ended {
            return None;
        }
        let result = self.next_record().transpose();
        self.ended |= result.is_none();
        result
    }
}

impl From<MemberError> for WarcErrorKind {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Io(error) => Self::Io(error),
            MemberError::Inflate(error) => Self::Inflate(error),
            MemberError::Dictionary(reason) => Self::Dictionary(reason),
        }
    }
}

/// The version in a line that begins a record.
fn version(line: &[u8]) -> Option<String> {
    let version = line.strip_prefix(b"WARC/")?.trim_ascii();
    let is_version = version.first().is_some_and(u8::is_ascii_digit)
        && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    is_version.then(|| String::from_utf8_lossy(version).into_owned())
}

/// A length; nothing but digits, so no sign.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn escaped_prefix(bytes: &[u8]) -> String {
    let bytes = bytes.get(..MAX_SHOWN_BYTES).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
