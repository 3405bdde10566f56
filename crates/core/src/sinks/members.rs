//! Compresses content in members, each of which can be read by itself.

use std::io::{self, Write};

use flate2::write::GzEncoder;
use zstd::stream::raw::CParameter;

use crate::format::FileCompression;

/// The default level of gzip.
const GZIP_LEVEL: u32 = 6;

/// The default level of zstd.
const ZSTD_LEVEL: i32 = 3;

/// One gzip member (RFC 1952) or Zstandard frame (RFC 8878), with a checksum. The same content gives the same bytes.
pub(super) fn compress(content: &[u8], compression: FileCompression) -> io::Result<Vec<u8>> {
    match compression {
        FileCompression::None => Ok(content.to_vec()),
        FileCompression::Gzip => {
            let room = Vec::with_capacity(content.len() / 2);
            let mut encoder = GzEncoder::new(room, flate2::Compression::new(GZIP_LEVEL));
            encoder.write_all(content)?;
            encoder.finish()
        }
        FileCompression::Zstd => {
            let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
            compressor.set_parameter(CParameter::ChecksumFlag(true))?;
            compressor.compress(content)
        }
    }
}
