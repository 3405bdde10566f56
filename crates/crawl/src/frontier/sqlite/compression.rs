//! Texts and records as they are stored: compressed, and inflated behind a cap.

use copydesk_fetch::inflate::{ContentCoding, InflateLimits, decode_body};
use zstd::bulk::Compressor;

use super::failure::{StoreFailure, StoreResult};

/// What a text or record may have at most. A database takes no larger one.
pub(super) const MAX_UNPACKED_BYTES: usize = 512 << 20;

const COMPRESSION_LEVEL: i32 = 3;

/// Compresses one after another, with one set of tables.
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
            let what = format!("a text of {got} bytes is longer than {MAX_UNPACKED_BYTES} bytes");
            return Err(StoreFailure::Other(what));
        }
        self.0.compress(bytes).map_err(|error| StoreFailure::Other(error.to_string()))
    }
}

pub(super) fn unpack(packed: &[u8]) -> StoreResult<Vec<u8>> {
    // What is ours may be one word a million times.
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
    fn what_is_packed_comes_out_again() {
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
