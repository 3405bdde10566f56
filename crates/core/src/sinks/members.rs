//! Compresses an output in members that can be read one by one.

use std::io::{self, Write};
use std::path::Path;

pub use copydesk_fetch::warc::WarcCompression;
use flate2::write::GzEncoder;
use zstd::stream::raw::CParameter;

/// What gzip and others take by default.
const GZIP_LEVEL: u32 = 6;

/// The level of zstd that it calls its default: several times as fast as gzip's, and smaller.
const ZSTD_LEVEL: i32 = 3;

/// The suffix of files that are compressed so, without the dot.
pub(super) fn suffix(compression: WarcCompression) -> Option<&'static str> {
    match compression {
        WarcCompression::None => None,
        WarcCompression::Gzip => Some("gz"),
        WarcCompression::Zstd => Some("zst"),
    }
}

/// The compression that a file's suffix asks for.
pub fn compression_from_path(path: &Path) -> WarcCompression {
    match path.extension().and_then(|suffix| suffix.to_str()) {
        Some(suffix) if suffix.eq_ignore_ascii_case("gz") => WarcCompression::Gzip,
        Some(suffix) if suffix.eq_ignore_ascii_case("zst") => WarcCompression::Zstd,
        _ => WarcCompression::None,
    }
}

/// One member of gzip (RFC 1952) or one frame of Zstandard (RFC 8878), with its length and a checksum.
/// The same content gives the same bytes.
pub(super) fn compress(content: &[u8], compression: WarcCompression) -> io::Result<Vec<u8>> {
    match compression {
        WarcCompression::None => Ok(content.to_vec()),
        WarcCompression::Gzip => {
            let room = Vec::with_capacity(content.len() / 2);
            let mut encoder = GzEncoder::new(room, flate2::Compression::new(GZIP_LEVEL));
            encoder.write_all(content)?;
            encoder.finish()
        }
        WarcCompression::Zstd => {
            let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
            compressor.set_parameter(CParameter::ChecksumFlag(true))?;
            compressor.compress(content)
        }
    }
}
