//! Compresses an output in members that can be read one by one.

use std::io::{self, Write};
use std::path::Path;

pub use copydesk_fetch::warc::Compression;
use flate2::write::GzEncoder;
use zstd::stream::raw::CParameter;

/// What gzip and others take by default.
const GZIP_LEVEL: u32 = 6;

/// The level of zstd that it calls its default: several times as fast as gzip's, and smaller.
const ZSTD_LEVEL: i32 = 3;

/// The suffix of files that are compressed so, without the dot.
pub(super) fn suffix(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::None => None,
        Compression::Gzip => Some("gz"),
        Compression::Zstd => Some("zst"),
    }
}

/// The compression that a file's suffix asks for.
pub fn compression_of_path(path: &Path) -> Compression {
    match path.extension().and_then(|suffix| suffix.to_str()) {
        Some(suffix) if suffix.eq_ignore_ascii_case("gz") => Compression::Gzip,
        Some(suffix) if suffix.eq_ignore_ascii_case("zst") => Compression::Zstd,
        _ => Compression::None,
    }
}

/// One member of gzip (RFC 1952) or one frame of Zstandard (RFC 8878), with its length and a checksum.
/// The same content gives the same bytes.
pub(super) fn compress(content: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(content.to_vec()),
        Compression::Gzip => {
            let room = Vec::with_capacity(content.len() / 2);
            let mut encoder = GzEncoder::new(room, flate2::Compression::new(GZIP_LEVEL));
            encoder.write_all(content)?;
            encoder.finish()
        }
        Compression::Zstd => {
            let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
            compressor.set_parameter(CParameter::ChecksumFlag(true))?;
            compressor.compress(content)
        }
    }
}
