//! Checks before a run whether its output can be written.

use std::path::{Path, PathBuf};

use super::paths::{is_device, same_file};
use super::{Destination, ExistingOutput, OutputTarget};
use crate::error::{Error, ErrorKind};
use crate::sources::Inputs;

/// What a run is going to read, as far as that is known in advance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InputPlan {
    /// The number of input files.
    pub units: usize,
    /// Their stored bytes; `None` if the size of one of them is unknown (standard input, pipes).
    pub bytes: Option<u64>,
    /// The number of URLs to fetch; `None` if they cannot be counted.
    pub urls: Option<u64>,
}

impl Destination {
    /// Goes through the inputs without reading them: counts them, and finds outputs that may not be replaced
    /// before any work is done.
    ///
    /// # Errors
    /// When an output exists or would replace an input, when this build does not have the format, or when the
    /// format needs a file and the target is a stream.
    pub fn check(&self, inputs: &Inputs) -> Result<InputPlan, Error> {
        let mut namer = self.output_namer();
        let mut plan = InputPlan { units: 0, bytes: Some(0), urls: inputs.urls().count()? };
        self.check_format()?;
        self.check_file()?;
        for unit in inputs.units() {
            if let (OutputTarget::File(output), Some(input)) = (&self.target, &unit.path) {
                self.check_input(output, input)?;
            }
            namer.path_for_unit(&unit)?;
            plan.units += 1;
            plan.bytes = plan.bytes.zip(unit.bytes).map(|(sum, bytes)| sum.saturating_add(bytes));
        }
        // A list that cannot be counted can be read only once: its outputs are checked during the run.
        if plan.urls.is_some() && matches!(self.target, OutputTarget::Folder(_)) {
            for url in inputs.urls().open()?.flatten() {
                namer.path_for_url(&url)?;
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

    /// Whether the output of a finished run is there.
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
            // Not only the first one: the run may write as many shards as it likes.
            Some((names, _)) => names.has(input),
            None => same_file(output, input),
        };
        if is_output {
            return Err(ErrorKind::OutputIsInput { path: input.into() }.into());
        }
        Ok(())
    }

    /// The format must be part of this build, and one that is not written from beginning to end needs a file.
    pub(super) fn check_format(&self) -> Result<(), Error> {
        if !self.format.is_built() {
            return Err(ErrorKind::FormatNotBuilt { format: self.format }.into());
        }
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
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::ExistingOutput;
    use super::*;
    use crate::format::Format;

    #[test]
    fn outputs_that_may_not_be_replaced_are_found_before_the_run() {
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
