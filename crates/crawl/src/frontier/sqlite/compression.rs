//! Compression of stored texts and records. Decompression has a cap.

use copydesk_fetch::inflate::{ContentCoding, InflateLimits, decode_body};
use zstd::bulk::Compressor;

use super::failure::{StoreFailure, StoreResult};

/// The most bytes of a text or record. `SQLite` stores values of up to 1 GB by default.
pub(super) const MAX_UNPACKED_BYTES: usize = 512 << 20;

/// The default level of zstd.
const COMPRESSION_LEVEL: i32 = 3;

/// Compresses texts. It is kept, because creating a compressor allocates its tables again.
pub(super) struct BlobPacker(Compressor<'static>);

impl BlobPacker {
    pub(super) fn new() -> StoreResult<Self> {
        Compressor::new(COMPRESSION_LEVEL)
            .map(Self)
            .map_err(|error| StoreFailure::Other(error.to_string()))
    }

    pub(super) fn pack(&mut self, bytes: &[u8]) -> StoreResult<Vec<u8>> {
        if bytes.len() > MAX_UNPACKED_BYTES {
            let got = bytes.len();
            let what =
                format!("a text has {got} bytes, more than the limit of {MAX_UNPACKED_BYTES}");
            return Err(StoreFailure::Other(what));
        }
        self.0.compress(bytes).map_err(|error| StoreFailure::Other(error.to_string()))
    }
}

pub(super) fn unpack(packed: &[u8]) -> StoreResult<Vec<u8>> {
    // Stored data is our own, and may be one word a million times: the ratio is not limited.
    let limits = InflateLimits {
        max_inflated_bytes: MAX_UNPACKED_BYTES as u64,
        max_inflate_ratio: u64::MAX,
    };
    match decode_body(packed, &[ContentCoding::Zstd], limits) {
        Ok(decoded) if !decoded.was_plain => Ok(decoded.bytes.into_owned()),
        Ok(_) => Err(StoreFailure::Other("a stored text is damaged".into())),
        Err(error) => Err(StoreFailure::Other(format!("a stored text is damaged: {error}"))),
    }
}

pub(super) fn unpack_text(packed: &[u8]) -> StoreResult<String> {
    String::from_utf8(unpack(packed)?)
        .map_err(|_| StoreFailure::Other("a stored text is damaged: it is not UTF-8".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_are_unpacked_unchanged() {
        let mut texts = BlobPacker::new().unwrap();
        for text in [String::new(), "Ферри".into(), "the same again ".repeat(1 << 18)] {
            let packed = texts.pack(text.as_bytes()).unwrap();
            assert!(packed.len() < 2_000);
            assert_eq!(unpack_text(&packed).unwrap(), text);
        }
    }

    #[test]
    fn damaged_data_is_reported() {
        let mut texts = BlobPacker::new().unwrap();
        let packed = texts.pack(b"The ferry sailed again on Monday.").unwrap();
        for damaged in [&packed[..packed.len() - 4], b"plain", &texts.pack(b"\xff").unwrap()] {
            let StoreFailure::Other(what) = unpack_text(damaged).unwrap_err() else { panic!() };
            assert!(what.starts_with("a stored text is damaged"), "{what}");
        }
    }
}
