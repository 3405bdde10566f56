//! Digests of blocks and payloads.

use sha1::{Digest, Sha1};

/// The SHA-1 of some data as the fields have it: in base32, upper case.
pub(super) fn sha1(parts: &[&[u8]]) -> String {
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part);
    }
    format!("sha1:{}", data_encoding::BASE32.encode(&hasher.finalize()))
}

/// Whether a digest field is that of `data`; `None` if it is of another algorithm. Base16 is read
/// too, in either case.
pub(super) fn matches(field: &str, data: &[u8]) -> Option<bool> {
    let (algorithm, value) = field.split_once(':')?;
    if !matches!(algorithm.trim().to_ascii_lowercase().as_str(), "sha1" | "sha-1") {
        return None;
    }
    let hash = Sha1::digest(data);
    let value = value.trim();
    Some(
        value.eq_ignore_ascii_case(&data_encoding::BASE32.encode(&hash))
            || value.eq_ignore_ascii_case(&data_encoding::HEXLOWER.encode(&hash)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_in_base32_and_base16() {
        // RFC 3174's first example
        assert_eq!(sha1(&[b"a", b"bc"]), "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
        assert_eq!(matches("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", b"abc"), Some(true));
        assert_eq!(matches("SHA-1:a9993e364706816aba3e25717850c26c9cd0d89d", b"abc"), Some(true));
        assert_eq!(matches("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", b"abd"), Some(false));
        assert_eq!(matches("md5:900150983cd24fb0d6963f7d28e17f72", b"abc"), None);
        assert_eq!(matches("", b"abc"), None);
    }
}
