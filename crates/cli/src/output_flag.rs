//! Checks of `-o`: what can be written there.

use std::path::Path;

use anyhow::Result;

use crate::failure::HintedError;

/// Suffixes of compressions that are not written.
const OTHER_COMPRESSIONS: [&str; 8] = ["7z", "br", "bz2", "lz4", "lzma", "xz", "z", "zip"];

/// Refuses an output that is a URL, or whose name promises a compression that is not written.
pub(crate) fn check(output: &Path) -> Result<()> {
    let name = output.to_string_lossy();
    let is_scheme = |scheme: &str| {
        scheme.len() > 1
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    if name.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        let hint = "write to a file and copy it, or to standard output with `-o -`, for another program to store";
        return Err(HintedError::new(
            format!("{name} is a URL, and outputs are files and folders"),
            hint,
        )
        .into());
    }
    let suffix = output.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase());
    if let Some(suffix) = suffix.filter(|suffix| OTHER_COMPRESSIONS.contains(&suffix.as_str())) {
        let message = format!("{name}: .{suffix} is not written");
        return Err(HintedError::new(message, "outputs are compressed as .gz or .zst").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_other_compressions_are_refused() {
        let refused = |output: &str| check(Path::new(output)).err().map(|error| error.to_string());
        assert_eq!(
            refused("s3://bucket/out.jsonl").as_deref(),
            Some("s3://bucket/out.jsonl is a URL, and outputs are files and folders")
        );
        assert_eq!(refused("b.txt.bz2").as_deref(), Some("b.txt.bz2: .bz2 is not written"));
        for written in ["out.jsonl.zst", "out/", "-", "C:\\out.csv", "a:b"] {
            assert_eq!(refused(written), None, "{written}");
        }
    }
}
