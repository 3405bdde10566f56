//! The names of an output's shards.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::partial::final_name;
use super::paths::{parent_folder, same_file};
use crate::format::uncompressed;

/// The least number of digits in a shard's number, so that names sort in order up to 99,999.
const DIGITS: usize = 5;

/// `out-00001.jsonl.zst`, `out-00002.jsonl.zst` and so on, for the output `out.jsonl.zst`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShardNames {
    folder: PathBuf,
    stem: String,
    suffix: String,
}

impl ShardNames {
    pub(super) fn new(output: &Path) -> Self {
        let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let plain = uncompressed(&name);
        let stem = Path::new(plain).file_stem().and_then(OsStr::to_str).unwrap_or(plain);
        let suffix = name.strip_prefix(stem).unwrap_or_default().to_owned();
        Self { folder: parent_folder(output).into(), stem: stem.into(), suffix }
    }

    pub(super) fn path(&self, number: u64) -> PathBuf {
        self.folder.join(self.name(number))
    }

    fn name(&self, number: u64) -> String {
        format!("{}-{number:0DIGITS$}{}", self.stem, self.suffix)
    }

    /// The number in the name of a shard; `None` for another name.
    fn number(&self, name: &OsStr) -> Option<u64> {
        let name = name.to_str()?;
        let digits = name.strip_prefix(&self.stem)?.strip_prefix('-')?;
        let number = digits.strip_suffix(&self.suffix)?.parse().ok()?;
        // Not `-012` or `-+0012`, which parse too.
        (self.name(number) == name).then_some(number)
    }

    /// Whether this is the path of a shard, whether it exists or not.
    pub(super) fn has(&self, path: &Path) -> bool {
        let is_name = path.file_name().is_some_and(|name| self.number(name).is_some());
        is_name && same_file(parent_folder(path), &self.folder)
    }

    /// The existing shards, whole or not, with their numbers.
    fn existing(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if let Some(number) = self.number(final_name(name).unwrap_or(name)) {
                found.push((number, path));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The first existing shard that is whole.
    pub(super) fn first(&self) -> io::Result<Option<PathBuf>> {
        let is_whole = |path: &Path| path.file_name().and_then(|name| self.number(name)).is_some();
        Ok(self.existing()?.into_iter().map(|(_, path)| path).find(|path| is_whole(path)))
    }

    /// Removes the shards with higher numbers, whole or not: an earlier run wrote them.
    pub(super) fn remove_after(&self, number: u64) -> io::Result<()> {
        for (_, path) in self.existing()?.into_iter().filter(|(found, _)| *found > number) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_before_the_suffixes() {
        for (output, shard) in [
            ("out.jsonl.zst", "out-00001.jsonl.zst"),
            ("a/out.parquet", "a/out-00001.parquet"),
            ("out", "out-00001"),
            ("out.v2.csv.gz", "out.v2-00001.csv.gz"),
        ] {
            let names = ShardNames::new(Path::new(output));
            let path = names.path(1);
            assert_eq!(path, parent_folder(Path::new(shard)).join(path.file_name().unwrap()));
            assert_eq!(path.file_name(), Path::new(shard).file_name());
        }
        let names = ShardNames::new(Path::new("out.csv"));
        assert_eq!(names.name(123_456), "out-123456.csv");
        assert_eq!(names.number(OsStr::new("out-00012.csv")), Some(12));
        for other in
            ["out-012.csv", "out-00012.csv.gz", "out.csv", "out-000012.csv", "out-+0012.csv"]
        {
            assert_eq!(names.number(OsStr::new(other)), None, "{other}");
        }
    }

    #[test]
    fn only_shards_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            ["out-00001.csv", "out-00002.csv", ".out-00003.csv.partial", "out.csv", "out-2.csv"];
        for name in files {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let names = ShardNames::new(&folder.path().join("out.csv"));
        assert_eq!(names.first().unwrap(), Some(folder.path().join("out-00001.csv")));
        names.remove_after(1).unwrap();
        let left = files.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [true, false, false, true, true]);
    }
}
