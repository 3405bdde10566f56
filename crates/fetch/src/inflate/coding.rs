//! The ways in which an input may be compressed.

use super::InflateError;

/// Codings undone of one body. Servers send one, or two by mistake; a long list is an attack.
const MAX_CODINGS: usize = 4;

/// Characters of an unknown coding's name that an error repeats.
const SHOWN_NAME_CHARS: usize = 40;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentCoding {
    /// RFC 1952, of one or more members.
    Gzip,
    /// HTTP's `deflate`: RFC 1951 inside RFC 1950 (RFC 9110, section 8.4.1.2), or without, as some
    /// servers send it.
    Deflate,
    /// RFC 7932, with a window of 16 MiB at most.
    Brotli,
    /// RFC 8878, of one or more frames.
    Zstd,
}

impl ContentCoding {
    /// Recognises gzip and zstd by their first four bytes; fewer will do where the input is
    /// shorter. Deflate and brotli have nothing to be recognised by.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name for messages, which is also that of HTTP, but for brotli's `br`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "brotli",
            Self::Zstd => "zstd",
        }
    }

    /// Reads the value of a `Content-Encoding` header (RFC 9110, section 8.4): the codings in the
    /// order in which they were applied. `identity` and empty elements are left out, `x-gzip` is
    /// gzip. Several headers are one, joined with commas.
    ///
    /// # Errors
    /// [`InflateError::UnknownCoding`], and [`InflateError::TooManyCodings`] after the fourth.
    pub fn parse_list(content_encoding: &str) -> Result<Vec<Self>, InflateError> {
        let mut codings = Vec::new();
        for name in content_encoding.split(',').map(str::trim) {
            let coding = match name.to_ascii_lowercase().as_str() {
                "" | "identity" => continue,
                "gzip" | "x-gzip" => Self::Gzip,
                "deflate" => Self::Deflate,
                "br" => Self::Brotli,
                "zstd" => Self::Zstd,
                _ => {
                    let coding = name.chars().take(SHOWN_NAME_CHARS).collect();
                    return Err(InflateError::UnknownCoding { coding });
                }
            };
            if codings.len() == MAX_CODINGS {
                return Err(InflateError::TooManyCodings { limit: MAX_CODINGS });
            }
            codings.push(coding);
        }
        Ok(codings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_encodings_as_servers_write_them() {
        use ContentCoding::{Brotli, Deflate, Gzip, Zstd};
        let cases: &[(&str, &[ContentCoding])] = &[
            ("", &[]),
            ("identity", &[]),
            ("gzip", &[Gzip]),
            ("X-GZip", &[Gzip]),
            (" deflate ,, br", &[Deflate, Brotli]),
            ("identity, zstd, identity, identity, identity", &[Zstd]),
            ("gzip, gzip, gzip, gzip", &[Gzip; 4]),
        ];
        for (value, codings) in cases {
            assert_eq!(ContentCoding::parse_list(value).as_deref(), Ok(*codings), "{value}");
        }
    }

    #[test]
    fn unknown_and_endless_codings_are_refused() {
        let unknown = |coding: &str| Err(InflateError::UnknownCoding { coding: coding.to_owned() });
        assert_eq!(ContentCoding::parse_list("gzip, compress"), unknown("compress"));
        assert_eq!(ContentCoding::parse_list("UTF-8"), unknown("UTF-8"));
        assert_eq!(ContentCoding::parse_list(&"ü".repeat(1000)), unknown(&"ü".repeat(40)));
        let many = "br,".repeat(100_000);
        assert_eq!(
            ContentCoding::parse_list(&many),
            Err(InflateError::TooManyCodings { limit: 4 })
        );
    }
}
