//! One compressed stream, read behind the caps.
#![expect(clippy::disallowed_types, reason = "the one place where the decoders get their caps")]

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::brotli::BrotliReader;
use super::{ContentCoding, InflateError, InflateLimits};

/// The largest zstd window of a file, as a power of two: 128 MiB, what `zstd -d` takes without
/// `--long`. The window is allocated before anything is inflated.
pub(super) const MAX_FILE_WINDOW_LOG: u32 = 27;

/// The largest zstd window of an HTTP body: 8 MiB (RFC 9659, section 3).
const MAX_HTTP_WINDOW_LOG: u32 = 23;

/// What was read of an input so far; shared with the progress display.
#[derive(Debug, Default)]
pub struct InputMeter {
    consumed: AtomicU64,
    failed: AtomicBool,
}

impl InputMeter {
    /// Bytes read from the input, before inflating.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }
}

/// Counts, and remembers whether the reader below failed, which a decoder's error does not tell.
struct MeteredReader<R> {
    inner: R,
    meter: Arc<InputMeter>,
}

impl<R: Read> Read for MeteredReader<R> {
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

type MeteredInput<R> = BufReader<Chain<Cursor<Vec<u8>>, MeteredReader<R>>>;

// Boxed, since a decoder's state is kilobytes.
enum InflateState<R: Read> {
    Plain(MeteredInput<R>),
    /// `None` after the last member.
    Gzip(Option<Box<GzDecoder<MeteredInput<R>>>>),
    Zlib(Box<ZlibDecoder<MeteredInput<R>>>),
    Deflate(Box<DeflateDecoder<MeteredInput<R>>>),
    Brotli(BrotliReader<MeteredInput<R>>),
    Zstd(Box<ZstdDecoder<'static, MeteredInput<R>>>),
}

impl<R: Read> InflateState<R> {
    fn zstd(raw: MeteredInput<R>, max_window_log: u32) -> io::Result<Self> {
        let mut decoder = ZstdDecoder::with_buffer(raw)?;
        decoder.window_log_max(max_window_log)?;
        Ok(Self::Zstd(Box::new(decoder)))
    }
}

/// Reads an input, inflating it if it is compressed.
///
/// Errors of decompression are [`io::Error`]s with an [`InflateError`] inside. All bytes before the
/// error are given out first. What follows the end of a gzip, deflate or brotli stream is ignored.
pub struct InflateReader<R: Read> {
    state: InflateState<R>,
    limits: InflateLimits,
    inflated: u64,
    meter: Arc<InputMeter>,
}

impl<R: Read> InflateReader<R> {
    /// Looks at the first bytes of `input` and sets up the decoder they ask for: gzip's or zstd's,
    /// or none. The content decides, not a name: servers and tools put `.gz` on plain files and
    /// leave it off compressed ones. Zstd windows may have 128 MiB.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn new(input: R, limits: InflateLimits) -> io::Result<Self> {
        let (head, raw, meter) = open(input)?;
        let state = match ContentCoding::sniff(&head) {
            Some(ContentCoding::Gzip) => InflateState::Gzip(Some(Box::new(GzDecoder::new(raw)))),
            Some(ContentCoding::Zstd) => InflateState::zstd(raw, MAX_FILE_WINDOW_LOG)?,
            _ => InflateState::Plain(raw),
        };
        Ok(Self { state, limits, inflated: 0, meter })
    }

    /// Reads `input` as it is, whatever its first bytes are.
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn plain(input: R, limits: InflateLimits) -> io::Result<Self> {
        let (_, raw, meter) = open(input)?;
        Ok(Self { state: InflateState::Plain(raw), limits, inflated: 0, meter })
    }

    /// Sets up the decoder of `coding`, whatever the first bytes are; they only tell the two kinds
    /// of deflate apart. Zstd windows may have 8 MiB, as in HTTP (RFC 9659, section 3).
    ///
    /// # Errors
    /// When the first bytes cannot be read.
    pub fn with_coding(input: R, coding: ContentCoding, limits: InflateLimits) -> io::Result<Self> {
        let (head, raw, meter) = open(input)?;
        let state = match coding {
            ContentCoding::Gzip => InflateState::Gzip(Some(Box::new(GzDecoder::new(raw)))),
            ContentCoding::Deflate if is_zlib(&head) => {
                InflateState::Zlib(Box::new(ZlibDecoder::new(raw)))
            }
            ContentCoding::Deflate => InflateState::Deflate(Box::new(DeflateDecoder::new(raw))),
            ContentCoding::Brotli => InflateState::Brotli(BrotliReader::new(raw)),
            ContentCoding::Zstd => InflateState::zstd(raw, MAX_HTTP_WINDOW_LOG)?,
        };
        Ok(Self { state, limits, inflated: 0, meter })
    }

    /// How the input is compressed; `None` if it is not.
    pub fn coding(&self) -> Option<ContentCoding> {
        match self.state {
            InflateState::Plain(_) => None,
            InflateState::Gzip(_) => Some(ContentCoding::Gzip),
            InflateState::Zlib(_) | InflateState::Deflate(_) => Some(ContentCoding::Deflate),
            InflateState::Brotli(_) => Some(ContentCoding::Brotli),
            InflateState::Zstd(_) => Some(ContentCoding::Zstd),
        }
    }

    /// The count of what was read so far.
    pub fn meter(&self) -> Arc<InputMeter> {
        Arc::clone(&self.meter)
    }

    fn read_state(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.state {
            InflateState::Plain(raw) => raw.read(buf),
            InflateState::Zlib(decoder) => decoder.read(buf),
            InflateState::Deflate(decoder) => decoder.read(buf),
            InflateState::Brotli(decoder) => decoder.read(buf),
            InflateState::Zstd(decoder) => decoder.read(buf),
            InflateState::Gzip(member) => {
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
        let format = self.coding().map_or("plain", ContentCoding::name);
        if error.kind() == io::ErrorKind::Interrupted || self.meter.failed.load(Ordering::Relaxed) {
            return error;
        }
        let inflated = self.inflated;
        if error.kind() == io::ErrorKind::UnexpectedEof {
            InflateError::Truncated { format, inflated }.into()
        } else {
            InflateError::Damaged { format, inflated, reason: error.to_string() }.into()
        }
    }
}

/// Takes the first bytes off `input` to look at, and puts them before it again.
fn open<R: Read>(input: R) -> io::Result<(Vec<u8>, MeteredInput<R>, Arc<InputMeter>)> {
    let meter = Arc::new(InputMeter::default());
    let mut raw = MeteredReader { inner: input, meter: Arc::clone(&meter) };
    let mut head = Vec::with_capacity(4);
    raw.by_ref().take(4).read_to_end(&mut head)?;
    let raw = BufReader::with_capacity(64 << 10, Cursor::new(head.clone()).chain(raw));
    Ok((head, raw, meter))
}

/// Whether deflate data has the header of RFC 1950, section 2.2. What has none cannot look so: it
/// would begin with a stored block whose padding is not zero.
fn is_zlib(head: &[u8]) -> bool {
    let [cmf, flg, ..] = head else { return false };
    cmf & 0x0f == 8 && cmf >> 4 <= 7 && u16::from_be_bytes([*cmf, *flg]).is_multiple_of(31)
}

/// Gzip files made by appending hold several members (RFC 1952, section 2.2). What follows the last
/// one and is no member is padding, which `gzip -d` ignores too.
fn next_member<R: Read>(
    done: Option<Box<GzDecoder<MeteredInput<R>>>>,
) -> io::Result<Option<Box<GzDecoder<MeteredInput<R>>>>> {
    let Some(done) = done else { return Ok(None) };
    let mut raw = done.into_inner();
    // The buffer may end after the first byte; then that one decides.
    let more = matches!(raw.fill_buf()?, [0x1f] | [0x1f, 0x8b, ..]);
    Ok(more.then(|| Box::new(GzDecoder::new(raw))))
}

impl<R: Read> Read for InflateReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, InflateState::Plain(_)) {
            return self.read_state(buf);
        }
        // Looked at before reading on, so that what was inflated up to the cap is given out.
        self.limits.check(self.meter.consumed(), self.inflated)?;
        let n = self.read_state(buf).map_err(|error| self.typed(error))?;
        self.inflated = self.inflated.saturating_add(n as u64);
        Ok(n)
    }
}
