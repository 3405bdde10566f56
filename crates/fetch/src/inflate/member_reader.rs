//! Inputs of many members, each compressed by itself, such as archives of records.

use std::io::{self, BufRead, Read, Seek};

use super::member::{GzipMember, ZstdMember};
use super::raw::RawInput;
use super::{ContentCoding, InflateError, InflateLimits, InflateReader};

const BUFFER_BYTES: usize = 64 << 10;

/// Bytes inflated between two looks at the caps before they go to the caller.
const STEP_BYTES: usize = 256 << 10;

/// The longest dictionary, compressed or not: what readers of `.warc.zst` have to support.
const MAX_DICTIONARY_BYTES: u32 = 8 << 20;

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The skippable frame that holds the dictionary of a `.warc.zst` file.
const DICTIONARY_MAGIC: [u8; 4] = [0x5d, 0x2a, 0x4d, 0x18];

/// What a dictionary begins with (RFC 8878, section 5).
const DICTIONARY_ID: [u8; 4] = [0x37, 0xa4, 0x30, 0xec];

/// The fixed part of a gzip header (RFC 1952, section 2.3).
const GZIP_HEADER_BYTES: usize = 10;

/// Why the members cannot be read on.
#[derive(Debug)]
pub(crate) enum MemberError {
    /// The input cannot be read.
    Io(io::Error),
    /// A member cannot be inflated; reading on gives the next one that is found.
    Inflate(InflateError),
    /// The dictionary of the whole input cannot be used.
    Dictionary(String),
}

/// Where the next bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MemberPosition {
    Plain,
    /// Before a member.
    Between,
    /// Before bytes that are no member.
    Lost,
    Within(ContentCoding),
    Ended,
}

/// Reads an input that is plain, or gzip or zstd of one or many members, and knows where each
/// member begins. What is buffered never belongs to two members.
pub(crate) struct MemberReader<R: Read> {
    raw: RawInput<R>,
    position: MemberPosition,
    is_compressed: bool,
    // Made when they are first needed; a decoder's state is kilobytes.
    gzip: Option<Box<GzipMember>>,
    zstd: Option<Box<ZstdMember>>,
    limits: InflateLimits,
    dictionary: Vec<u8>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where the member of the buffered bytes begins; of plain input, where the first of them is.
    offset: u64,
    /// What all members inflated to, and what the one at hand did.
    inflated: u64,
    member_inflated: u64,
}

impl<R: Read> MemberReader<R> {
    /// Looks at the first bytes of `input`. `max_inflated_bytes` holds for the whole input,
    /// `max_inflate_ratio` for each member.
    pub(crate) fn new(input: R, limits: InflateLimits) -> Result<Self, MemberError> {
        let mut raw = RawInput::new(input);
        let head = raw.peek(4).map_err(MemberError::Io)?;
        let is_dictionary = head.starts_with(&DICTIONARY_MAGIC);
        let is_compressed = is_dictionary || ContentCoding::sniff(head).is_some();
        let dictionary = if is_dictionary { read_dictionary(&mut raw)? } else { Vec::new() };
        Ok(Self {
            raw,
            position: if is_compressed { MemberPosition::Between } else { MemberPosition::Plain },
            is_compressed,
            gzip: None,
            zstd: None,
            limits,
            dictionary,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            inflated: 0,
            member_inflated: 0,
        })
    }

    /// Where the next byte is; if it is in a compressed member, where that begins. To be asked
    /// after [`Self::fill`].
    pub(crate) fn offset(&self) -> u64 {
        if self.is_plain() { self.offset + self.start as u64 } else { self.offset }
    }

    /// Stored bytes that were read so far.
    pub(crate) fn consumed(&self) -> u64 {
        if self.is_plain() { self.offset() } else { self.raw.consumed() }
    }

    /// Whether the input is not compressed.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_compressed
    }

    /// Whether reading can be begun at [`Self::offset`] to get the next byte first.
    pub(crate) fn is_at_member_start(&self) -> bool {
        self.is_plain() || self.member_inflated == (self.end - self.start) as u64
    }

    /// Gives what is buffered, one byte at least; empty at the end of the input. After an error it
    /// continues with the next member that is found.
    pub(crate) fn fill(&mut self) -> Result<&[u8], MemberError> {
        if self.start == self.end {
            self.offset = self.offset();
            (self.start, self.end) = (0, 0);
            let mut buffer = std::mem::take(&mut self.buffer);
            let filled = self.read(&mut buffer);
            self.buffer = buffer;
            self.end = filled?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Takes `n` of the buffered bytes.
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
    }

    /// Puts up to `max` bytes behind those of `into`; 0 at the end of the input. Errors are those of
    /// [`Self::fill`].
    pub(crate) fn take_into(
        &mut self,
        into: &mut Vec<u8>,
        max: usize,
    ) -> Result<usize, MemberError> {
        if self.start < self.end || max < BUFFER_BYTES / 4 {
            let buffered = self.fill()?;
            let taken = buffered.get(..max).unwrap_or(buffered);
            into.extend_from_slice(taken);
            let taken = taken.len();
            self.consume(taken);
            return Ok(taken);
        }
        self.offset = self.offset();
        (self.start, self.end) = (0, 0);
        let before = into.len();
        into.resize(before + max.min(STEP_BYTES), 0);
        let read = self.read(into.get_mut(before..).unwrap_or_default());
        let taken = *read.as_ref().unwrap_or(&0);
        into.truncate(before + taken);
        if self.is_plain() {
            self.offset += taken as u64;
        }
        read
    }

    /// Reads into a buffer that is not empty; 0 at the end of the input.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, MemberError> {
        loop {
            // Stays so if the input cannot be read.
            match std::mem::replace(&mut self.position, MemberPosition::Ended) {
                MemberPosition::Ended => return Ok(0),
                MemberPosition::Plain => {
                    let n = self.raw.read(buffer).map_err(MemberError::Io)?;
                    self.position = MemberPosition::Plain;
                    return Ok(n);
                }
                MemberPosition::Lost => self.position = find_member(&mut self.raw)?,
                MemberPosition::Between => self.begin()?,
                MemberPosition::Within(coding) => {
                    let n = self.inflate(coding, buffer)?;
                    if n > 0 {
                        return Ok(n);
                    }
                }
            }
        }
    }

    /// Inflates on; 0 at the end of the member.
    fn inflate(&mut self, coding: ContentCoding, buffer: &mut [u8]) -> Result<usize, MemberError> {
        let compressed = self.raw.consumed() - self.offset;
        let total = InflateLimits { max_inflate_ratio: u64::MAX, ..self.limits };
        // Nothing may have been taken of a member yet, and there is no ratio to nothing.
        total.check(compressed.max(1), self.inflated).map_err(MemberError::Inflate)?;
        if let Err(error) = self.limits.check(compressed, self.member_inflated) {
            self.position = MemberPosition::Lost;
            return Err(MemberError::Inflate(error));
        }
        let read = match (coding, &mut self.gzip, &mut self.zstd) {
            (ContentCoding::Gzip, Some(member), _) => member.read(&mut self.raw, buffer),
            (_, _, Some(member)) => member.read(&mut self.raw, buffer),
            _ => Ok(0),
        };
        match read {
            Ok(0) => {
                self.position = MemberPosition::Between;
                Ok(0)
            }
            Ok(n) => {
                self.inflated = self.inflated.saturating_add(n as u64);
                self.member_inflated = self.member_inflated.saturating_add(n as u64);
                self.position = MemberPosition::Within(coding);
                Ok(n)
            }
            Err(error) => Err(self.member_failed(coding, error)),
        }
    }

    /// What comes of an error within a member.
    fn member_failed(&mut self, coding: ContentCoding, error: io::Error) -> MemberError {
        if self.raw.failed() {
            return MemberError::Io(error);
        }
        // A decoder may have read on into the next member before it saw that this one is cut.
        self.raw.rewind_to(self.offset);
        if self.raw.consumed() == self.offset {
            self.raw.consume(1);
        }
        self.position = MemberPosition::Lost;
        let (format, inflated) = (coding.name(), self.member_inflated);
        MemberError::Inflate(if error.kind() == io::ErrorKind::UnexpectedEof {
            InflateError::Truncated { format, inflated }
        } else {
            InflateError::Damaged { format, inflated, reason: error.to_string() }
        })
    }

    /// Begins the next member.
    fn begin(&mut self) -> Result<(), MemberError> {
        self.offset = self.raw.consumed();
        self.member_inflated = 0;
        let head = self.raw.peek(8).map_err(MemberError::Io)?;
        match head {
            [] => {}
            [0x1f, 0x8b, ..] => {
                let member = self.gzip.get_or_insert_with(|| Box::new(GzipMember::new()));
                if let Err(error) = member.begin(&mut self.raw) {
                    return Err(self.member_failed(ContentCoding::Gzip, error));
                }
                self.position = MemberPosition::Within(ContentCoding::Gzip);
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                let unusable = |error: io::Error| MemberError::Dictionary(error.to_string());
                if self.zstd.is_none() {
                    let member = ZstdMember::new(&self.dictionary).map_err(unusable)?;
                    self.zstd = Some(Box::new(member));
                }
                if let Some(member) = &mut self.zstd {
                    member.begin().map_err(unusable)?;
                }
                self.position = MemberPosition::Within(ContentCoding::Zstd);
            }
            // A frame to be skipped (RFC 8878, section 3.1.2).
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] => {
                let length = u32::from_le_bytes([*a, *b, *c, *d]);
                if self.raw.skip(8 + u64::from(length)).map_err(MemberError::Io)? {
                    self.position = MemberPosition::Between;
                }
            }
            // Padding, as `gzip -d` ignores it too.
            [0, ..] => {
                self.raw.consume(1);
                self.position = MemberPosition::Between;
            }
            _ => {
                self.position = MemberPosition::Lost;
                let reason = "no member begins here".to_owned();
                let damage = InflateError::Damaged { format: "compressed", inflated: 0, reason };
                return Err(MemberError::Inflate(damage));
            }
        }
        Ok(())
    }
}

impl<R: Read + Seek> MemberReader<R> {
    /// Goes on at `offset`, where a member begins; of plain input, at any byte.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        self.raw.seek(offset)?;
        self.position =
            if self.is_compressed { MemberPosition::Between } else { MemberPosition::Plain };
        self.offset = offset;
        (self.start, self.end, self.member_inflated) = (0, 0, 0);
        Ok(())
    }
}

/// Looks for something that is very likely the beginning of a member: ten bytes of a gzip header, or
/// the four of a zstd frame.
fn find_member<R: Read>(raw: &mut RawInput<R>) -> Result<MemberPosition, MemberError> {
    loop {
        let ahead = raw.peek(GZIP_HEADER_BYTES).map_err(MemberError::Io)?;
        if ahead.len() < ZSTD_MAGIC.len() {
            return Ok(MemberPosition::Ended);
        }
        let (skip, found) = match ahead.windows(4).position(may_begin) {
            Some(0) if is_member(ahead) => (0, true),
            Some(0) => (1, false),
            Some(at) => (at, false),
            // The last three may be the beginning of what is looked for.
            None => (ahead.len() - 3, false),
        };
        raw.consume(skip);
        if found {
            return Ok(MemberPosition::Between);
        }
    }
}

/// Whether four bytes may begin a member.
fn may_begin(head: &[u8]) -> bool {
    head == ZSTD_MAGIC || matches!(head, [0x1f, 0x8b, 8, flags] if *flags < 0x20)
}

/// Whether a gzip header is one that is written in fact: extra flags 0, 2 or 4, and an operating
/// system that has a number.
fn is_member(head: &[u8]) -> bool {
    head.starts_with(&ZSTD_MAGIC)
        || matches!(head, [_, _, _, _, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..])
}

/// Reads the frame with the dictionary that a `.warc.zst` file may begin with.
fn read_dictionary<R: Read>(raw: &mut RawInput<R>) -> Result<Vec<u8>, MemberError> {
    let refused = |reason: &str| Err(MemberError::Dictionary(reason.to_owned()));
    let head = raw.peek(8).map_err(MemberError::Io)?;
    let [_, _, _, _, a, b, c, d, ..] = head else { return refused("it is cut off") };
    let length = u32::from_le_bytes([*a, *b, *c, *d]);
    if length > MAX_DICTIONARY_BYTES {
        return refused("it is longer than 8 MiB");
    }
    raw.consume(8);
    let mut data = Vec::new();
    raw.take(u64::from(length)).read_to_end(&mut data).map_err(MemberError::Io)?;
    if data.len() as u64 != u64::from(length) {
        return refused("it is cut off");
    }
    if data.starts_with(&ZSTD_MAGIC) {
        let limits = InflateLimits {
            max_inflated_bytes: u64::from(MAX_DICTIONARY_BYTES),
            max_inflate_ratio: u64::MAX,
        };
        let mut inflated = Vec::new();
        InflateReader::new(&*data, limits)
            .and_then(|mut input| input.read_to_end(&mut inflated))
            .map_err(|error| MemberError::Dictionary(error.to_string()))?;
        data = inflated;
    }
    if !data.starts_with(&DICTIONARY_ID) {
        return refused("not a zstd dictionary");
    }
    Ok(data)
}
