//! The file name of a host.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

/// A longer name is truncated and gets a hash. Most file systems allow 255 bytes, and temporary names add to this.
const MAX_NAME: usize = 160;

/// The host as a file name without a suffix. Everything except letters, digits, dots and hyphens is escaped, and so
/// is a leading dot, so that no host can leave the folder or be a hidden file.
pub(super) fn file_stem(host: &str) -> String {
    let mut name = String::with_capacity(host.len());
    for (at, byte) in host.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            b'.' if at > 0 => name.push('.'),
            _ => {
                let _ = write!(name, "%{byte:02x}");
            }
        }
    }
    if name.len() > MAX_NAME {
        name.truncate(MAX_NAME);
        let _ = write!(name, "%{:016x}", xxh3_64(host.as_bytes()));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_host_leaves_the_folder() {
        assert_eq!(file_stem("news.a-1.example"), "news.a-1.example");
        assert_eq!(file_stem("../x"), "%2e.%2fx");
        assert_eq!(file_stem("[::1]"), "%5b%3a%3a1%5d");
        let (long, longer) = ("x".repeat(300), "x".repeat(301));
        assert_ne!(file_stem(&long), file_stem(&longer));
        assert!(file_stem(&long).len() < 200);
    }
}
