//! Compresses records one by one.

use std::io::{self, Write};

use flate2::write::GzEncoder;

use crate::format::FileCompression;

/// The default level of zstd.
const ZSTD_LEVEL: i32 = 3;

/// Compresses a record by itself: a file that is cut off anywhere loses at most one.
pub(super) fn compress(record: &[u8], compression: FileCompression) -> io::Result<Vec<u8>> {
    match compression {
        FileCompression::None => Ok(record.to_vec()),
        FileCompression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(record)?;
            encoder.finish()
        }
        FileCompression::Zstd => zstd::stream::encode_all(record, ZSTD_LEVEL),
    }
}
