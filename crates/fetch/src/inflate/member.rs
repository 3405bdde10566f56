//! Decoders of single members, which serve the next one too: what they need is made once.
#![expect(clippy::disallowed_types, reason = "held to the same caps as every other input")]

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::raw::RawInput;
use super::reader::MAX_FILE_WINDOW_LOG;

/// The fixed part of a gzip header (RFC 1952, section 2.3), and what follows the data.
const GZIP_HEADER_BYTES: usize = 10;
const GZIP_TRAILER_BYTES: usize = 8;

// The flags of a gzip header.
const HEADER_CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// A member of a gzip file.
pub(super) struct GzipMember {
    inflate: Decompress,
    // The one that comes with the decoder takes an eighth of all time.
    checksum: Hasher,
    /// Inflated bytes modulo 2^32. Those given at a time are far fewer.
    length: u32,
    /// Whether the data has ended, and not the checksum after it.
    is_ended: bool,
}

impl GzipMember {
    pub(super) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            checksum: Hasher::new(),
            length: 0,
            is_ended: false,
        }
    }

    /// Reads the header of a member.
    pub(super) fn begin<R: Read>(&mut self, raw: &mut RawInput<R>) -> io::Result<()> {
        self.inflate.reset(false);
        self.checksum.reset();
        self.length = 0;
        self.is_ended = false;
        let flags = match raw.peek(GZIP_HEADER_BYTES)? {
            [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, ..] if flags & RESERVED == 0 => *flags,
            [_, _, _, _, _, _, _, _, _, _, ..] => return Err(damaged("invalid gzip header")),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        raw.consume(GZIP_HEADER_BYTES);
        if flags & EXTRA != 0 {
            let [low, high, ..] = raw.peek(2)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            let length = u64::from(u16::from_le_bytes([*low, *high]));
            skip_bytes(raw, 2 + length)?;
        }
        for text in [NAME, COMMENT] {
            if flags & text != 0 {
                skip_string(raw)?;
            }
        }
        if flags & HEADER_CHECKSUM != 0 {
            skip_bytes(raw, 2)?;
        }
        Ok(())
    }

    /// Inflates on, into a buffer that is not empty; 0 at the end of the member.
    pub(super) fn read<R: Read>(
        &mut self,
        raw: &mut RawInput<R>,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        while !self.is_ended {
            let input = raw.fill_buf()?;
            let (had, gave) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, buffer, FlushDecompress::None);
            let is_over = input.is_empty();
            let taken = usize::try_from(self.inflate.total_in() - had).unwrap_or(usize::MAX);
            let given = usize::try_from(self.inflate.total_out() - gave).unwrap_or(usize::MAX);
            raw.consume(taken);
            self.is_ended =
                status.map_err(|error| damaged(&error.to_string()))? == Status::StreamEnd;
            let inflated = buffer.get(..given).unwrap_or_default();
            self.checksum.update(inflated);
            self.length = self.length.wrapping_add(u32::try_from(given).unwrap_or(u32::MAX));
            match (given, taken) {
                (1.., _) => return Ok(given),
                (0, 0) if is_over => return Err(io::ErrorKind::UnexpectedEof.into()),
                (0, 0) if !self.is_ended => return Err(damaged("the data does not go on")),
                _ => {}
            }
        }
        let Some(trailer) = raw.peek(GZIP_TRAILER_BYTES)?.first_chunk::<GZIP_TRAILER_BYTES>()
        else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let trailer = u64::from_le_bytes(*trailer);
        let (sum, length) = (trailer & u64::from(u32::MAX), trailer >> 32);
        raw.consume(GZIP_TRAILER_BYTES);
        let counted = (u64::from(self.checksum.clone().finalize()), u64::from(self.length));
        if (sum, length) != counted {
            return Err(damaged("corrupt gzip stream does not have a matching checksum"));
        }
        Ok(0)
    }
}

/// A frame of a zstd file.
pub(super) struct ZstdMember {
    decoder: Decoder<'static>,
    is_ended: bool,
}

impl ZstdMember {
    /// The dictionary may be empty: none.
    pub(super) fn new(dictionary: &[u8]) -> io::Result<Self> {
        let mut decoder = Decoder::with_dictionary(dictionary)?;
        decoder.set_parameter(DParameter::WindowLogMax(MAX_FILE_WINDOW_LOG))?;
        Ok(Self { decoder, is_ended: false })
    }

    pub(super) fn begin(&mut self) -> io::Result<()> {
        self.is_ended = false;
        self.decoder.reinit()
    }

    /// Inflates on, into a buffer that is not empty; 0 at the end of the frame.
    pub(super) fn read<R: Read>(
        &mut self,
        raw: &mut RawInput<R>,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        while !self.is_ended {
            let input = raw.fill_buf()?;
            let is_over = input.is_empty();
            let status = self.decoder.run_on_buffers(input, buffer)?;
            raw.consume(status.bytes_read);
            self.is_ended = status.remaining == 0;
            if status.bytes_written > 0 {
                return Ok(status.bytes_written);
            }
            if is_over && !self.is_ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}

fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn skip_bytes<R: Read>(raw: &mut RawInput<R>, bytes: u64) -> io::Result<()> {
    if raw.skip(bytes)? { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Leaves out text up to the zero byte that ends it.
fn skip_string<R: Read>(raw: &mut RawInput<R>) -> io::Result<()> {
    loop {
        let input = raw.fill_buf()?;
        if input.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let end = memchr::memchr(0, input);
        let step = end.map_or(input.len(), |end| end + 1);
        raw.consume(step);
        if end.is_some() {
            return Ok(());
        }
    }
}
