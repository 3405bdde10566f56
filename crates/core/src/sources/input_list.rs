//! Reads a list of inputs from a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use copydesk_fetch::inflate::{InflateLimits, InflateReader};

use crate::capped_lines::{CappedLine, CappedLines, MAX_LIST_LINE_BYTES};
use crate::error::{Error, ErrorKind};

/// The most inputs in a list. All of them are held in memory.
const MAX_INPUTS: usize = 10_000_000;

/// Reads a list of inputs, as [`super::Inputs::new`] takes them, with one per line. Blank lines and lines that begin
/// with `#` are ignored. The path `-` is standard input. The list may be compressed, and may name up to ten million
/// inputs.
///
/// # Errors
/// If the list cannot be read to its end, has a line of more than 64 KiB, or is not UTF-8.
pub fn read_list(path: &Path, limits: InflateLimits) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| ErrorKind::Read { path: path.into(), source };
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    let input = InflateReader::new(input, limits).map_err(unreadable)?;
    let mut lines = CappedLines::new(input, MAX_LIST_LINE_BYTES);
    let mut inputs = Vec::new();
    while let Some(line) = lines.next_line().map_err(unreadable)? {
        let (CappedLine::Whole(line) | CappedLine::Unended(line)) = line else {
            let message = format!(
                "a line is longer than {MAX_LIST_LINE_BYTES} bytes: this is not a list of inputs"
            );
            return Err(unreadable(io::Error::other(message)).into());
        };
        let mark = if inputs.is_empty() { &b"\xef\xbb\xbf"[..] } else { b"" };
        let line = line.strip_prefix(mark).unwrap_or(&line).trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let line = String::from_utf8(line.to_vec()).map_err(|_| {
            unreadable(io::Error::other(
                "a line is not UTF-8; name its file on the command line or by a pattern",
            ))
        })?;
        if inputs.len() == MAX_INPUTS {
            let message =
                format!("more than {MAX_INPUTS} inputs; name a folder or a pattern instead");
            return Err(unreadable(io::Error::other(message)).into());
        }
        inputs.push(line.into());
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_list_has_one_input_per_line_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt.zst");
        let text = "\u{feff}a b.html\r\n\n# no\n  https://a.example/ \ncrawl/*.warc.gz";
        fs::write(&path, zstd::stream::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
        let inputs = read_list(&path, InflateLimits::default()).unwrap();
        let inputs: Vec<_> = inputs.iter().map(|input| input.to_str().unwrap()).collect();
        assert_eq!(inputs, ["a b.html", "https://a.example/", "crawl/*.warc.gz"]);
    }

    #[test]
    fn a_file_that_is_not_a_list_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let read = || read_list(&path, InflateLimits::default()).unwrap_err().to_string();
        assert!(read().contains("list.txt: "));
        fs::write(&path, "x".repeat(MAX_LIST_LINE_BYTES + 1)).unwrap();
        assert!(read().ends_with("this is not a list of inputs"));
        fs::write(&path, b"caf\xe9.html\n").unwrap();
        assert!(read().contains("not UTF-8"));
    }
}
