//! Decides what the output is, and looks before the run whether it can be written.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::output_path::same_file;
use super::shards::ShardNames;
use super::{Format, OutputNamer, Sink, SinkState, WarcCompression};
use crate::error::{Error, ErrorKind};
use crate::sources::Inputs;

/// What becomes of an output that is there already.
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
    /// Standard output, or whatever stream the caller gives.
    Stream,
    /// One file for all pages.
    File(PathBuf),
    /// A folder with one file an input.
    Folder(PathBuf),
}

impl OutputTarget {
    /// What `-o PATH` means. It is a folder if there is a folder of that name, if it ends with a
    /// slash, or if several files are written in a form that is no table; unless, for the last, the
    /// name ends in the form's own suffix (`-o all.txt`).
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

/// `/dev/null`, a pipe and the like: written to as they are, since they cannot be replaced.
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Where the output goes, in which form, and what may be replaced.
///
/// ```
/// use copydesk_core::sinks::{Destination, Existing, Format, Target};
///
/// let target = Target::File("out.parquet".into());
/// let destination = Destination {
///     existing: Existing::Overwrite,
///     resumable: true,
///     ..Destination::new(target, Format::Parquet)
/// };
/// assert_eq!(destination.row_group_bytes, 64 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Where it goes.
    pub target: OutputTarget,
    /// Its form.
    pub format: Format,
    /// What becomes of outputs that are there already. The default refuses them.
    pub existing: ExistingOutput,
    /// How it is compressed, if its form is a text; tables in Parquet and `SQLite` are as they are. Default
    /// none.
    pub compression: WarcCompression,
    /// Bytes of content in one member of compressed output, which ends with the page that reaches it.
    /// Members can be read by themselves. Default 4 MiB.
    pub member_bytes: u64,
    /// Bytes of data in one row group of a Parquet table, which ends with the page that reaches it; so
    /// much is held in memory. Default 64 MiB.
    pub row_group_bytes: u64,
    /// Bytes of content in one shard of [`OutputTarget::File`], before they are compressed. A page that would
    /// make a shard larger begins the next one. Default `None`: one file, whatever its size.
    pub shard_bytes: Option<u64>,
    /// Whether what was written of files survives the end of the program, however it ends, so that
    /// [`Destination::resume`] can go on with it: then it has a name of its own beside its place,
    /// `.NAME.partial`, and the disk has it when its place has. Default false: it vanishes.
    pub resumable: bool,
    /// Whether the pages are watched: a table in CSV then has columns for what is new about each. Default
    /// false.
    pub is_watched: bool,
}

/// What a run is about to read, as far as can be known before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputPlan {
    /// Input files.
    pub units: usize,
    /// Their stored bytes; `None` if one of them cannot be known (standard input, pipes).
    pub bytes: Option<u64>,
    /// Addresses to fetch; `None` if they cannot be counted.
    pub urls: Option<u64>,
}

impl Destination {
    /// The output of this form at `target`, all else as by default.
    pub fn new(target: OutputTarget, format: Format) -> Self {
        Self {
            target,
            format,
            existing: ExistingOutput::default(),
            compression: WarcCompression::None,
            member_bytes: 4 << 20,
            row_group_bytes: 64 << 20,
            shard_bytes: None,
            resumable: false,
            is_watched: false,
        }
    }

    /// Goes through the inputs without reading them: counts them, and finds outputs that may not be
    /// replaced before any work is done.
    ///
    /// # Errors
    /// When an output exists or would replace an input.
    pub fn check(&self, inputs: &Inputs) -> Result<InputPlan, Error> {
        let mut places = self.output_namer();
        let mut plan = InputPlan { units: 0, bytes: Some(0), urls: inputs.urls().count()? };
        self.check_format()?;
        self.check_file()?;
        for unit in inputs.units() {
            if let (OutputTarget::File(output), Some(input)) = (&self.target, &unit.path) {
                self.check_input(output, input)?;
            }
            places.path_for_unit(&unit)?;
            plan.units += 1;
            plan.bytes = plan.bytes.zip(unit.bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
        }
        if plan.urls.is_some() && matches!(self.target, OutputTarget::Folder(_)) {
            for url in inputs.urls().open()?.flatten() {
                places.path_for_url(&url)?;
            }
        }
        Ok(plan)
    }

    fn check_file(&self) -> Result<(), Error> {
        let output = match (&self.target, self.existing) {
            (OutputTarget::Stream, ExistingOutput::Skip) => "standard output".into(),
            (OutputTarget::File(path), ExistingOutput::Skip) => path.display().to_string(),
            (OutputTarget::File(path), ExistingOutput::Refuse) => {
                return match self.existing_file(path)? {
                    Some(path) => Err(ErrorKind::OutputExists { path, folder: false }.into()),
                    None => Ok(()),
                };
            }
            _ => return Ok(()),
        };
        Err(ErrorKind::SkipNeedsFolder { output }.into())
    }

    /// The file that would be replaced, if there is one.
    fn existing_file(&self, path: &Path) -> Result<Option<PathBuf>, Error> {
        match self.shards(path) {
            Some((names, _)) => {
                names.first().map_err(|source| ErrorKind::Read { path: path.into(), source }.into())
            }
            None => Ok((path.exists() && !is_device(path)).then(|| path.into())),
        }
    }

    /// Whether there is something at the place of the output, as a run leaves it.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(crate) fn is_written(&self) -> Result<bool, Error> {
        match &self.target {
            OutputTarget::Stream => Ok(false),
            OutputTarget::File(path) => Ok(self.existing_file(path)?.is_some()),
            OutputTarget::Folder(path) => Ok(path.is_dir()),
        }
    }

    fn check_input(&self, output: &Path, input: &Path) -> Result<(), Error> {
        let is_output = match self.shards(output) {
            Some((names, _)) => names.has(input),
            None => same_file(output, input),
        };
        if is_output {
            return Err(ErrorKind::OutputIsInput { path: input.into() }.into());
        }
        Ok(())
    }

    /// Tables that are not written from beginning to end need a file.
    fn check_format(&self) -> Result<(), Error> {
        let is_stream = match &self.target {
            OutputTarget::Stream => true,
            OutputTarget::File(path) => is_device(path),
            OutputTarget::Folder(_) => false,
        };
        if is_stream && self.format.needs_file() {
            return Err(ErrorKind::FormatNeedsFile { format: self.format }.into());
        }
        Ok(())
    }

    /// The names of the shards and their size, if the output at `path` is one of shards.
    pub(super) fn shards(&self, path: &Path) -> Option<(ShardNames, u64)> {
        let bytes = self.shard_bytes.filter(|_| !is_device(path))?;
        Some((ShardNames::new(path), bytes))
    }

    /// The outputs of inputs, to be asked in input order.
    pub fn output_namer(&self) -> OutputNamer {
        OutputNamer::new(self)
    }

    /// Opens the output. `stream` is used where the target is [`OutputTarget::Stream`]. What an interrupted run
    /// left is begun anew.
    ///
    /// # Errors
    /// When the output file cannot be made, another run is writing it, or the form needs a file and the
    /// target is a stream.
    pub fn open<'a>(&self, stream: impl Write + 'a) -> Result<Sink<'a>, Error> {
        self.check_format()?;
        Sink::open(self, Box::new(stream))
    }

    /// Goes on with an output that was interrupted, from a state that [`Sink::commit`] gave: what was
    /// written after it is removed, and the page after the first [`SinkState::pages`] comes next. The
    /// destination must be the same, and [`Destination::resumable`] set. Shards that were whole at the state
    /// are not looked at.
    ///
    /// Files of an output folder that are there are replaced, whatever [`Destination::existing`] says: they
    /// are this run's own. Its places come from [`Destination::resumed_output_namer`].
    ///
    /// # Errors
    /// When the partial output is missing, shorter than it was at the state, or another file; when another
    /// run is writing it; when the output was a stream.
    pub fn resume(&self, state: &SinkState) -> Result<Sink<'static>, Error> {
        self.check_format()?;
        Sink::resume(self, state)
    }

    /// The outputs of inputs for a run that goes on: as [`Destination::output_namer`], and files that are there are
    /// replaced, since the interrupted run made them. With [`ExistingOutput::Skip`] they stay and are skipped.
    pub fn resumed_output_namer(&self) -> OutputNamer {
        let existing = match self.existing {
            ExistingOutput::Skip => ExistingOutput::Skip,
            ExistingOutput::Refuse | ExistingOutput::Overwrite => ExistingOutput::Overwrite,
        };
        OutputNamer::new(&Self { existing, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_where_many_files_are_due() {
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

    #[test]
    fn what_may_not_be_replaced_is_found_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("a.jsonl");
        let output = folder.path().join("out.jsonl");
        fs::write(&input, "{}\n").unwrap();
        fs::write(&output, "old").unwrap();
        let inputs = Inputs::new([input.clone()]);
        let check = |path: &Path, existing| {
            let target = OutputTarget::File(path.into());
            Destination { existing, ..Destination::new(target, Format::Jsonl) }.check(&inputs)
        };
        let kind = |result: Result<InputPlan, Error>| format!("{:?}", result.unwrap_err().kind());
        assert!(kind(check(&output, ExistingOutput::Refuse)).starts_with("OutputExists"));
        assert!(kind(check(&output, ExistingOutput::Skip)).starts_with("SkipNeedsFolder"));
        assert!(kind(check(&input, ExistingOutput::Overwrite)).starts_with("OutputIsInput"));
        let plan = check(&output, ExistingOutput::Overwrite).unwrap();
        assert_eq!(plan, InputPlan { units: 1, bytes: Some(3), urls: Some(0) });
    }
}
