//! Inflates gzip and zstd behind caps.
//!
//! This is the only module that touches the raw decoders; `clippy.toml` bans them elsewhere, so
//! that nothing compressed is read without a cap. The content decides what is compressed, not the
//! name: servers and tools put `.gz` on plain files and leave it off compressed ones.
#![expect(clippy::disallowed_types, reason = "the one place where the decoders get their caps")]

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

/// Inflated bytes below which the ratio is not looked at: a small page of one repeated line is no
/// bomb.
const RATIO_GRACE_BYTES: u64 = 1 << 20;

/// The largest zstd window that is accepted, as a power of two: 128 MiB, what `zstd -d` takes
/// without `--long`. The window is allocated before anything is inflated.
const MAX_WINDOW_LOG: u32 = 27;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// It is not.
    None,
    /// RFC 1952, of one or more members.
    Gzip,
    /// RFC 8878, of one or more frames.
    Zstd,
}

impl Compression {
    /// Recognises compressed data by its first four bytes; fewer will do where the input is shorter.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// The name for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Caps on what one compressed input may inflate to. Plain inputs are not held to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InflateLimits {
    /// Inflated bytes. Default 64 GiB: an archive of records may be large, while each of its pages
    /// is held to a smaller cap of its own.
    pub max_inflated_bytes: u64,
    /// Inflated bytes for each compressed byte, looked at from the first inflated MiB on.
    /// Default 200: real pages and archives stay below 30.
    pub max_inflate_ratio: u64,
}

impl Default for InflateLimits {
    fn default() -> Self {
        Self { max_inflated_bytes: 64 << 30, max_inflate_ratio: 200 }
    }
}

/// Why an input cannot be inflated further. What came before is good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InflateError {
    /// The data ends in the middle of a stream.
    #[error("the {format} data ends too early, after {inflated} inflated bytes")]
    Truncated {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Inflated bytes up to then.
        inflated: u64,
    },
    /// The data is damaged, or its checksum is wrong.
    #[error("the {format} data is damaged after {inflated} inflated bytes: {reason}")]
    Damaged {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// Inflated bytes up to then.
        inflated: u64,
        /// The decoder's message.
        reason: String,
    },
    /// [`InflateLimits::max_inflated_bytes`] was reached.
    #[error("it inflates to more than {limit} bytes (max_inflated_bytes)")]
    TooLarge {
        /// The cap.
        limit: u64,
    },
    /// [`InflateLimits::max_inflate_ratio`] was reached.
    #[error(
        "{compressed} compressed bytes inflate to {inflated} bytes and more, over {limit} times as \
         many (max_inflate_ratio)"
    )]
    Ratio {
        /// The cap.
        limit: u64,
        /// Compressed bytes read.
        compressed: u64,
        /// Inflated bytes up to then.
        inflated: u64,
    },
}

impl InflateError {
    /// The setting whose limit was reached; empty if the data itself is wrong.
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "max_inflated_bytes",
            Self::Ratio { .. } => "max_inflate_ratio",
            Self::Truncated { .. } | Self::Damaged { .. } => "",
        }
    }

    /// The typed error inside an I/O error that an [`Inflate`] gave, or `None` if the trouble was
    /// with reading.
    pub fn inside(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// What was read of an input so far; shared with whoever shows progress.
#[derive(Debug, Default)]
pub struct Meter {
    consumed: AtomicU64,
    failed: AtomicBool,
}

impl Meter {
    /// Bytes read from the input, before inflating.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }
}

/// Counts, and remembers whether the reader below failed, which a decoder's error does not tell.
struct Metered<R> {
    inner: R,
    meter: Arc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let result = self.inner.read(buf);
        match &result {
            Ok(n) => {
                self.meter.consumed.fetch_add(*n as u64, Ordering::Relaxed);
            }
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.meter.failed.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        result
    }
}

type Raw<R> = BufReader<Chain<Cursor<Vec<u8>>, Metered<R>>>;

enum State<R: Read> {
    Plain(Raw<R>),
    // Boxed: the decoder's state is kilobytes. `None` after the last member.
    Gzip(Option<Box<GzDecoder<Raw<R>>>>),
    Zstd(Box<ZstdDecoder<'static, Raw<R>>>),
}

/// Reads an input, inflating it if it is compressed.
///
/// Errors of decompression are [`io::Error`]s with an [`InflateError`] inside. All bytes before the
/// error are given out first.
pub struct Inflate<R: Read> {
    state: State<R>,
    limits: InflateLimits,
    inflated: u64,
    meter: Arc<Meter>,
}

impl<R: Read> Inflate<R> {
    /// Looks at the first bytes of `input` and sets up the decoder they ask for.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn new(input: R, limits: InflateLimits) -> io::Result<Self> {
        let meter = Arc::new(Meter::default());
        let mut raw = Metered { inner: input, meter: Arc::clone(&meter) };
        let mut head = Vec::with_capacity(4);
        raw.by_ref().take(4).read_to_end(&mut head)?;
        let compression = Compression::of(&head);
        let raw = BufReader::with_capacity(64 << 10, Cursor::new(head).chain(raw));
        let state = match compression {
            Compression::None => State::Plain(raw),
            Compression::Gzip => State::Gzip(Some(Box::new(GzDecoder::new(raw)))),
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(raw)?;
                decoder.window_log_max(MAX_WINDOW_LOG)?;
                State::Zstd(Box::new(decoder))
            }
        };
        Ok(Self { state, limits, inflated: 0, meter })
    }

    /// How the input is compressed.
    pub fn compression(&self) -> Compression {
        match self.state {
            State::Plain(_) => Compression::None,
            State::Gzip(_) => Compression::Gzip,
            State::Zstd(_) => Compression::Zstd,
        }
    }

    /// The count of what was read so far.
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    fn read_state(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Plain(raw) => raw.read(buf),
            State::Zstd(decoder) => decoder.read(buf),
            State::Gzip(member) => {
                while let Some(decoder) = member {
                    let n = decoder.read(buf)?;
                    if n > 0 || buf.is_empty() {
                        return Ok(n);
                    }
                    *member = next_member(member.take())?;
                }
                Ok(0)
            }
        }
    }

    fn typed(&self, error: io::Error) -> io::Error {
        let format = self.compression().name();
        if error.kind() == io::ErrorKind::Interrupted || self.meter.failed.load(Ordering::Relaxed) {
            return error;
        }
        let inflated = self.inflated;
        io::Error::new(
            io::ErrorKind::InvalidData,
            if error.kind() == io::ErrorKind::UnexpectedEof {
                InflateError::Truncated { format, inflated }
            } else {
                InflateError::Damaged { format, inflated, reason: error.to_string() }
            },
        )
    }

    fn check_limits(&self) -> Result<(), InflateError> {
        let InflateLimits { max_inflated_bytes, max_inflate_ratio } = self.limits;
        if self.inflated > max_inflated_bytes {
            return Err(InflateError::TooLarge { limit: max_inflated_bytes });
        }
        let compressed = self.meter.consumed();
        if self.inflated > RATIO_GRACE_BYTES
            && self.inflated > compressed.saturating_mul(max_inflate_ratio)
        {
            let inflated = self.inflated;
            return Err(InflateError::Ratio { limit: max_inflate_ratio, compressed, inflated });
        }
        Ok(())
    }
}

/// Gzip files made by appending hold several members (RFC 1952, section 2.2). What follows the last
/// one and is no member is padding, which `gzip -d` ignores too.
fn next_member<R: Read>(
    done: Option<Box<GzDecoder<Raw<R>>>>,
) -> io::Result<Option<Box<GzDecoder<Raw<R>>>>> {
    let Some(done) = done else { return Ok(None) };
    let mut raw = done.into_inner();
    let more = raw.fill_buf()?.first() == Some(&0x1f);
    Ok(more.then(|| Box::new(GzDecoder::new(raw))))
}

impl<R: Read> Read for Inflate<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, State::Plain(_)) {
            return self.read_state(buf);
        }
        // Looked at before reading on, so that what was inflated up to the cap is given out.
        self.check_limits().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let n = self.read_state(buf).map_err(|error| self.typed(error))?;
        self.inflated = self.inflated.saturating_add(n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(data: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(data, 1).unwrap()
    }

    fn inflate(data: &[u8], limits: InflateLimits) -> (Vec<u8>, Option<io::Error>) {
        let mut out = Vec::new();
        let error = Inflate::new(data, limits).unwrap().read_to_end(&mut out).err();
        (out, error)
    }

    #[test]
    fn plain_gzip_and_zstd_give_the_same_bytes() {
        let plain = "The ferry sailed on Monday.\n".repeat(500);
        for data in [plain.as_bytes().to_vec(), gzip(plain.as_bytes()), zstd(plain.as_bytes())] {
            let (out, error) = inflate(&data, InflateLimits::default());
            assert!(error.is_none());
            assert_eq!(out, plain.as_bytes());
        }
        let (out, error) = inflate(b"", InflateLimits::default());
        assert!(out.is_empty() && error.is_none());
    }

    #[test]
    fn all_members_are_read_and_padding_is_not() {
        let mut data = gzip(b"one ");
        data.extend(gzip(b"two"));
        data.extend([0; 512]);
        let (out, error) = inflate(&data, InflateLimits::default());
        assert!(error.is_none());
        assert_eq!(out, b"one two");
        let mut frames = zstd(b"one ");
        frames.extend(zstd(b"two"));
        assert_eq!(inflate(&frames, InflateLimits::default()).0, b"one two");
    }

    #[test]
    fn a_cut_file_gives_what_came_before_the_cut() {
        let plain: String =
            (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string() + " ").collect();
        for data in [gzip(plain.as_bytes()), zstd(plain.as_bytes())] {
            let (out, error) = inflate(&data[..data.len() * 3 / 4], InflateLimits::default());
            let error = error.unwrap();
            assert!(
                matches!(InflateError::inside(&error), Some(InflateError::Truncated { inflated, .. })
                    if *inflated == out.len() as u64),
                "{error:?}"
            );
            assert!(!out.is_empty() && plain.as_bytes().starts_with(&out));
        }
    }

    #[test]
    fn a_damaged_file_says_so() {
        let mut data = gzip(&b"The ferry sailed on Monday. ".repeat(50));
        let middle = data.len() - 6;
        data[middle] ^= 0xff;
        let (_, error) = inflate(&data, InflateLimits::default());
        let error = error.unwrap();
        assert!(matches!(InflateError::inside(&error), Some(InflateError::Damaged { .. })));
    }

    #[test]
    fn a_bomb_is_stopped_by_either_cap() {
        let zeros = zstd(&vec![0; 64 << 20]);
        let (out, error) = inflate(&zeros, InflateLimits::default());
        assert!(matches!(
            InflateError::inside(&error.unwrap()),
            Some(InflateError::Ratio { limit: 200, .. })
        ));
        assert!(out.len() < 3 << 20, "{}", out.len());
        let limits = InflateLimits { max_inflated_bytes: 1000, max_inflate_ratio: u64::MAX };
        let (out, error) = inflate(&gzip(&vec![b'a'; 100_000]), limits);
        assert!(matches!(
            InflateError::inside(&error.unwrap()),
            Some(InflateError::TooLarge { limit: 1000 })
        ));
        assert!(out.len() < 100_000);
    }

    #[test]
    fn trouble_with_reading_is_not_blamed_on_the_data() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let data = gzip(&[b'a'; 1000]);
        let mut out = Vec::new();
        let mut input = Inflate::new(data[..12].chain(Broken), InflateLimits::default()).unwrap();
        let error = input.read_to_end(&mut out).unwrap_err();
        assert!(InflateError::inside(&error).is_none());
        assert_eq!(error.to_string(), "the disk is gone");
    }
}
