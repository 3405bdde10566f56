//! Texts and records as they are stored: compressed, and inflated behind a cap.

use copydesk_fetch::inflate::{Coding, InflateLimits, decode_body};
use zstd::bulk::Compressor;

use super::failure::{Failure, Outcome};

/// What a text or record may have at most. A database takes no larger one.
pub(super) const MAX_BYTES: usize = 512 << 20;

const LEVEL: i32 = 3;

/// Compresses one after another, with one set of tables.
pub(super) struct Packer(Compressor<'static>);

impl Packer {
    pub(super) fn new() -> Outcome<Self> {
        Compressor::new(LEVEL).map(Self).map_err(|error| Failure::Other(error.to_string()))
    }

    pub(super) fn pack(&mut self, bytes: &[u8]) -> Outcome<Vec<u8>> {
        if bytes.len() > MAX_BYTES {
            let got = bytes.len();
            let what = format!("a text of {got} bytes is longer than {MAX_BYTES} bytes");
            return Err(Failure::Other(what));
        }
        self.0.compress(bytes).map_err(|error| Failure::Other(error.to_string()))
    }
}

pub(super) fn unpack(packed: &[u8]) -> Outcome<Vec<u8>> {
    // What is ours may be one word a million times.
    let limits =
        InflateLimits { max_inflated_bytes: MAX_BYTES as u64, max_inflate_ratio: u64::MAX };
    match decode_body(packed, &[Coding::Zstd], limits) {
        Ok(decoded) if !decoded.was_plain => Ok(decoded.bytes.into_owned()),
        Ok(_) => Err(Failure::Other("a stored text is damaged".into())),
        Err(error) => Err(Failure::Other(format!("a stored text is damaged: {error}"))),
    }
}

pub(super) fn unpack_text(packed: &[u8]) -> Outcome<String> {
    String::from_utf8(unpack(packed)?)
        .map_err(|_| Failure::Other("a stored text is damaged: it is not UTF-8".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        let mut texts = Packer::new().unwrap();
        for text in [String::new(), "Ферри".into(), "the same again ".repeat(1 << 18)] {
            let packed = texts.pack(text.as_bytes()).unwrap();
            assert!(packed.len() < 2_000);
            assert_eq!(unpack_text(&packed).unwrap(), text);
        }
    }

    #[test]
    fn what_is_damaged_is_told() {
        let mut texts = Packer::new().unwrap();
        let packed = texts.pack(b"The ferry sailed again on Monday.").unwrap();
        for damaged in [&packed[..packed.len() - 4], b"plain", &texts.pack(b"\xff").unwrap()] {
            let Failure::Other(what) = unpack_text(damaged).unwrap_err() else { panic!() };
            assert!(what.starts_with("a stored text is damaged"), "{what}");
        }
    }
}
