//! Inputs of many members, each compressed by itself, such as archives of records.
#![expect(clippy::disallowed_types, reason = "held to the same caps as every other input")]

use std::io::{self, BufRead, Read, Seek};

use flate2::bufread::GzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::raw::Raw;
use super::reader::MAX_FILE_WINDOW_LOG;
use super::{Coding, Inflate, InflateError, InflateLimits};

const BUFFER_BYTES: usize = 64 << 10;

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

enum State<R: Read> {
    Plain(Raw<R>),
    /// Before a member.
    Between(Raw<R>),
    /// Before bytes that are no member.
    Lost(Raw<R>),
    Within(Decoder<R>),
    Ended,
}

impl<R: Read> State<R> {
    fn before(raw: Raw<R>, is_compressed: bool) -> Self {
        if is_compressed { Self::Between(raw) } else { Self::Plain(raw) }
    }
}

// Boxed, since a decoder's state is kilobytes.
enum Decoder<R: Read> {
    Gzip(Box<GzDecoder<Raw<R>>>),
    Zstd(Box<ZstdDecoder<'static, Raw<R>>>),
}

impl<R: Read> Decoder<R> {
    fn coding(&self) -> Coding {
        match self {
            Self::Gzip(_) => Coding::Gzip,
            Self::Zstd(_) => Coding::Zstd,
        }
    }

    fn raw(&self) -> &Raw<R> {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
        }
    }

    fn into_raw(self) -> Raw<R> {
        match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.into_inner(),
        }
    }

    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buf),
            Self::Zstd(decoder) => decoder.read(buf),
        }
    }
}

/// Reads an input that is plain, or gzip or zstd of one or many members, and knows where each
/// member begins. What is buffered never belongs to two members.
pub(crate) struct Members<R: Read> {
    state: State<R>,
    is_compressed: bool,
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

impl<R: Read> Members<R> {
    /// Looks at the first bytes of `input`. `max_inflated_bytes` holds for the whole input,
    /// `max_inflate_ratio` for each member.
    pub(crate) fn new(input: R, limits: InflateLimits) -> Result<Self, MemberError> {
        let mut raw = Raw::new(input);
        let head = raw.peek(4).map_err(MemberError::Io)?;
        let is_dictionary = head.starts_with(&DICTIONARY_MAGIC);
        let is_compressed = is_dictionary || Coding::sniff(head).is_some();
        let dictionary = if is_dictionary { read_dictionary(&mut raw)? } else { Vec::new() };
        Ok(Self {
            state: State::before(raw, is_compressed),
            is_compressed,
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
        match self.state {
            State::Plain(_) => self.offset + self.start as u64,
            _ => self.offset,
        }
    }

    /// Stored bytes that were read so far.
    pub(crate) fn consumed(&self) -> u64 {
        match &self.state {
            State::Plain(_) | State::Ended => self.offset(),
            State::Between(raw) | State::Lost(raw) => raw.consumed(),
            State::Within(decoder) => decoder.raw().consumed(),
        }
    }

    /// Whether the input is not compressed.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_compressed
    }

    /// Whether reading can be begun at [`Self::offset`] to get the next byte first.
    pub(crate) fn is_at_entry(&self) -> bool {
        self.is_plain() || self.member_inflated == (self.end - self.start) as u64
    }

    /// Gives what is buffered, one byte at least; empty at the end of the input. After an error it
    /// goes on with the next member that is found.
    pub(crate) fn fill(&mut self) -> Result<&[u8], MemberError> {
        if self.start == self.end {
            self.offset = self.offset();
            (self.start, self.end) = (0, 0);
            self.end = self.refill()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Takes `n` of the buffered bytes.
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
    }

    fn refill(&mut self) -> Result<usize, MemberError> {
        loop {
            // Stays so if the input cannot be read.
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Plain(mut raw) => {
                    let n = raw.read(&mut self.buffer).map_err(MemberError::Io)?;
                    self.state = State::Plain(raw);
                    return Ok(n);
                }
                State::Lost(raw) => self.state = find_member(raw)?,
                State::Between(raw) => self.begin(raw)?,
                State::Within(decoder) => {
                    let n = self.inflate(decoder)?;
                    if n > 0 {
                        return Ok(n);
                    }
                }
            }
        }
    }

    /// Inflates on; 0 at the end of the member.
    fn inflate(&mut self, mut decoder: Decoder<R>) -> Result<usize, MemberError> {
        let format = decoder.coding().name();
        let compressed = decoder.raw().consumed() - self.offset;
        let total = InflateLimits { max_inflate_ratio: u64::MAX, ..self.limits };
        total.check(compressed, self.inflated).map_err(MemberError::Inflate)?;
        if let Err(error) = self.limits.check(compressed, self.member_inflated) {
            self.state = State::Lost(decoder.into_raw());
            return Err(MemberError::Inflate(error));
        }
        match decoder.read(&mut self.buffer) {
            Ok(0) => {
                self.state = State::Between(decoder.into_raw());
                Ok(0)
            }
            Ok(n) => {
                self.inflated = self.inflated.saturating_add(n as u64);
                self.member_inflated = self.member_inflated.saturating_add(n as u64);
                self.state = State::Within(decoder);
                Ok(n)
            }
            Err(error) if decoder.raw().failed() => Err(MemberError::Io(error)),
            Err(error) => {
                let mut raw = decoder.into_raw();
                // Of what zstd refuses at its first look, nothing was taken.
                if raw.consumed() == self.offset {
                    raw.consume(1);
                }
                self.state = State::Lost(raw);
                let inflated = self.member_inflated;
                Err(MemberError::Inflate(if error.kind() == io::ErrorKind::UnexpectedEof {
                    InflateError::Truncated { format, inflated }
                } else {
                    InflateError::Damaged { format, inflated, reason: error.to_string() }
                }))
            }
        }
    }

    /// Begins the next member.
    fn begin(&mut self, mut raw: Raw<R>) -> Result<(), MemberError> {
        self.offset = raw.consumed();
        self.member_inflated = 0;
        let head = raw.peek(8).map_err(MemberError::Io)?;
        match head {
            [] => {}
            [0x1f, 0x8b, ..] => {
                self.state = State::Within(Decoder::Gzip(Box::new(GzDecoder::new(raw))));
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                let decoder = ZstdDecoder::with_dictionary(raw, &self.dictionary)
                    .and_then(|mut decoder| {
                        decoder.window_log_max(MAX_FILE_WINDOW_LOG)?;
                        Ok(decoder.single_frame())
                    })
                    .map_err(|error| MemberError::Dictionary(error.to_string()))?;
                self.state = State::Within(Decoder::Zstd(Box::new(decoder)));
            }
            // A frame to be skipped (RFC 8878, section 3.1.2).
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] => {
                let length = u32::from_le_bytes([*a, *b, *c, *d]);
                if raw.skip(8 + u64::from(length)).map_err(MemberError::Io)? {
                    self.state = State::Between(raw);
                }
            }
            // Padding, as `gzip -d` ignores it too.
            [0, ..] => {
                raw.consume(1);
                self.state = State::Between(raw);
            }
            _ => {
                self.state = State::Lost(raw);
                let reason = "no member begins here".to_owned();
                let damage = InflateError::Damaged { format: "compressed", inflated: 0, reason };
                return Err(MemberError::Inflate(damage));
            }
        }
        Ok(())
    }
}

impl<R: Read + Seek> Members<R> {
    /// Goes on at `offset`, where a member begins; of plain input, at any byte.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let mut raw = match std::mem::replace(&mut self.state, State::Ended) {
            State::Plain(raw) | State::Between(raw) | State::Lost(raw) => raw,
            State::Within(decoder) => decoder.into_raw(),
            State::Ended => return Err(io::Error::other("it was read to its end")),
        };
        raw.seek(offset)?;
        self.state = State::before(raw, self.is_compressed);
        self.offset = offset;
        (self.start, self.end, self.member_inflated) = (0, 0, 0);
        Ok(())
    }
}

/// Looks for something that is very likely the beginning of a member: ten bytes of a gzip header, or
/// the four of a zstd frame.
fn find_member<R: Read>(mut raw: Raw<R>) -> Result<State<R>, MemberError> {
    loop {
        let ahead = raw.peek(GZIP_HEADER_BYTES).map_err(MemberError::Io)?;
        if ahead.len() < ZSTD_MAGIC.len() {
            return Ok(State::Ended);
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
            return Ok(State::Between(raw));
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
fn read_dictionary<R: Read>(raw: &mut Raw<R>) -> Result<Vec<u8>, MemberError> {
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
        Inflate::new(&*data, limits)
            .and_then(|mut input| input.read_to_end(&mut inflated))
            .map_err(|error| MemberError::Dictionary(error.to_string()))?;
        data = inflated;
    }
    if !data.starts_with(&DICTIONARY_ID) {
        return refused("it is no zstd dictionary");
    }
    Ok(data)
}
