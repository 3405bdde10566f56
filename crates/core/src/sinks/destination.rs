//! Where the output goes, in which format, and what may be replaced.

use std::path::{Path, PathBuf};

use super::paths::is_device;
use super::shards::ShardNames;
use crate::format::{FileCompression, Format};
use crate::sources::Inputs;

/// What happens to an output that exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExistingOutput {
    /// The run stops. The default.
    #[default]
    Refuse,
    /// It is replaced.
    Overwrite,
    /// It stays, and its input is not cleaned. Needs an output folder.
    Skip,
}

/// Where the output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputTarget {
    /// Standard output, or another stream that the caller passes.
    Stream,
    /// One file for all pages.
    File(PathBuf),
    /// A folder with one file per input.
    Folder(PathBuf),
}

impl OutputTarget {
    /// What `-o PATH` means: a folder if there is a folder of that name, if the path ends with a slash, or
    /// if there are several input files and the format holds one page per file. In the last case, a name
    /// with the suffix of the format (`-o all.txt`) is still one file.
    pub fn from_path(path: &Path, format: Format, inputs: &Inputs) -> Self {
        let ends_with_slash = path
            .as_os_str()
            .as_encoded_bytes()
            .last()
            .is_some_and(|last| std::path::is_separator(char::from(*last)));
        let many = inputs.has_many_files() && !format.is_tabular();
        let named_as_file = Format::from_path(path) == Some(format);
        if path.is_dir() || ends_with_slash || (many && !named_as_file && !is_device(path)) {
            Self::Folder(path.into())
        } else {
            Self::File(path.into())
        }
    }
}

/// Where the output goes, in which format, and what may be replaced.
///
/// ```
/// use copydesk_core::sinks::{Destination, ExistingOutput, Format, OutputTarget};
///
/// let target = OutputTarget::File("out.parquet".into());
/// let destination = Destination {
///     existing: ExistingOutput::Overwrite,
///     resumable: true,
///     ..Destination::new(target, Format::Parquet)
/// };
/// assert_eq!(destination.row_group_bytes, 64 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Where it goes.
    pub target: OutputTarget,
    /// Its format.
    pub format: Format,
    /// What happens to outputs that exist already. Default: they are refused.
    pub existing: ExistingOutput,
    /// How it is compressed if its format is text. Parquet compresses by itself, and `SQLite` needs to read
    /// back what it wrote. Default: none.
    pub compression: FileCompression,
    /// Bytes of content in one member of compressed output; the page that reaches this size ends the member.
    /// Each member can be read by itself, and a resumed run starts after a whole one. Default 4 MiB.
    pub member_bytes: u64,
    /// Bytes of values in one row group of a Parquet table; the page that reaches this size ends the group.
    /// A group is held in memory until it ends. Default 64 MiB.
    pub row_group_bytes: u64,
    /// Bytes of content in one shard of [`OutputTarget::File`], before compression. A page that would make a
    /// shard larger starts the next one. Default `None`: one file of any size.
    pub shard_bytes: Option<u64>,
    /// Whether written files survive the end of the program, however it ends, so that
    /// [`Destination::resume`] can continue them. Until a file is whole, it is called `.NAME.partial`, beside
    /// its final name. Default false: an unfinished file is removed.
    pub resumable: bool,
    /// Whether pages are rows of the inputs with columns added. A cleaning run sets it for its output. Default false.
    pub adds_columns: bool,
}

impl Destination {
    /// An output of this format at `target`, with the defaults for everything else.
    pub fn new(target: OutputTarget, format: Format) -> Self {
        Self {
            target,
            format,
            existing: ExistingOutput::default(),
            compression: FileCompression::None,
            member_bytes: 4 << 20,
            row_group_bytes: 64 << 20,
            shard_bytes: None,
            resumable: false,
            adds_columns: false,
        }
    }

    /// The names of the shards and their size, if the output at `path` has shards.
    pub(super) fn shards(&self, path: &Path) -> Option<(ShardNames, u64)> {
        let bytes = self.shard_bytes.filter(|_| !is_device(path))?;
        Some((ShardNames::new(path), bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_of_one_page_each_need_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let one = Inputs::new([here.join("a.html")]);
        let many = Inputs::new([here.join("a.html"), here.join("b.html")]);
        let target = |name: &str, format, inputs: &Inputs| match OutputTarget::from_path(
            &here.join(name),
            format,
            inputs,
        ) {
            OutputTarget::Folder(_) => "folder",
            _ => "file",
        };
        assert_eq!(target("", Format::Jsonl, &one), "folder");
        assert_eq!(target("new/", Format::Jsonl, &one), "folder");
        assert_eq!(target("new", Format::Jsonl, &many), "file");
        assert_eq!(target("new", Format::Txt, &one), "file");
        assert_eq!(target("new", Format::Txt, &many), "folder");
        assert_eq!(target("all.txt", Format::Txt, &many), "file");
        assert_eq!(target("all.txt", Format::Markdown, &many), "folder");
    }
}
