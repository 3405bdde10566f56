//! Decides what the output is, and looks before the run whether it can be written.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::places::same_file;
use super::{Format, Places, Sink};
use crate::error::{Error, ErrorKind};
use crate::sources::Inputs;

/// What becomes of an output that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
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
pub enum Target {
    /// Standard output, or whatever stream the caller gives.
    Stream,
    /// One file for all pages.
    File(PathBuf),
    /// A folder with one file an input.
    Folder(PathBuf),
}

impl Target {
    /// What `-o PATH` means. It is a folder if there is a folder of that name, if it ends with a
    /// slash, or if several files are written in a form that is no table; unless, for the last, the
    /// name ends in the form's own suffix (`-o all.txt`).
    pub fn of_path(path: &Path, format: Format, inputs: &Inputs) -> Self {
        let ends_with_slash = path
            .as_os_str()
            .as_encoded_bytes()
            .last()
            .is_some_and(|last| std::path::is_separator(char::from(*last)));
        let many = inputs.has_many_files() && !format.is_tabular();
        let named_as_file = Format::of_path(path) == Some(format);
        if path.is_dir() || ends_with_slash || (many && !named_as_file && !is_device(path)) {
            Self::Folder(path.into())
        } else {
            Self::File(path.into())
        }
    }
}

/// `/dev/null`, a pipe and the like: written to as they are, since they cannot be replaced.
pub(crate) fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Where the output goes, in which form, and what may be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Where it goes.
    pub target: Target,
    /// Its form.
    pub format: Format,
    /// What becomes of outputs that are there already.
    pub existing: Existing,
}

/// What a run is about to read, as far as can be known before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Input files.
    pub units: usize,
    /// Their stored bytes; `None` if one of them cannot be known (standard input, pipes).
    pub bytes: Option<u64>,
    /// Addresses to fetch; `None` if they cannot be counted.
    pub urls: Option<u64>,
}

impl Destination {
    /// Goes through the inputs without reading them: counts them, and finds outputs that may not be
    /// replaced before any work is done.
    ///
    /// # Errors
    /// When an output exists or would replace an input.
    pub fn check(&self, inputs: &Inputs) -> Result<Plan, Error> {
        let mut places = self.places();
        let mut plan = Plan { units: 0, bytes: Some(0), urls: inputs.urls().count()? };
        self.check_file()?;
        for unit in inputs.units() {
            if let (Target::File(output), Some(input)) = (&self.target, &unit.path)
                && same_file(output, input)
            {
                return Err(ErrorKind::OutputIsInput { path: output.clone() }.into());
            }
            places.place(&unit)?;
            plan.units += 1;
            plan.bytes = plan.bytes.zip(unit.bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
        }
        if plan.urls.is_some() && matches!(self.target, Target::Folder(_)) {
            for url in inputs.urls().open()?.flatten() {
                places.page(&url)?;
            }
        }
        Ok(plan)
    }

    fn check_file(&self) -> Result<(), Error> {
        let output = match (&self.target, self.existing) {
            (Target::Stream, Existing::Skip) => "standard output".into(),
            (Target::File(path), Existing::Skip) => path.display().to_string(),
            (Target::File(path), Existing::Refuse) if path.exists() && !is_device(path) => {
                return Err(ErrorKind::OutputExists { path: path.clone(), folder: false }.into());
            }
            _ => return Ok(()),
        };
        Err(ErrorKind::SkipNeedsFolder { output }.into())
    }

    /// The outputs of inputs, to be asked in input order.
    pub fn places(&self) -> Places {
        Places::new(self)
    }

    /// Opens the output. `stream` is used where the target is [`Target::Stream`].
    ///
    /// # Errors
    /// When the output file cannot be made.
    pub fn open<'a>(&self, stream: impl Write + 'a) -> Result<Sink<'a>, Error> {
        Sink::open(self, Box::new(stream))
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
        let target = |name: &str, format, inputs: &Inputs| match Target::of_path(
            &here.join(name),
            format,
            inputs,
        ) {
            Target::Folder(_) => "folder",
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
            let target = Target::File(path.into());
            Destination { target, format: Format::Jsonl, existing }.check(&inputs)
        };
        let kind = |result: Result<Plan, Error>| format!("{:?}", result.unwrap_err().kind());
        assert!(kind(check(&output, Existing::Refuse)).starts_with("OutputExists"));
        assert!(kind(check(&output, Existing::Skip)).starts_with("SkipNeedsFolder"));
        assert!(kind(check(&input, Existing::Overwrite)).starts_with("OutputIsInput"));
        let plan = check(&output, Existing::Overwrite).unwrap();
        assert_eq!(plan, Plan { units: 1, bytes: Some(3), urls: Some(0) });
    }
}
