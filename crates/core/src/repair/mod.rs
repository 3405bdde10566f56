//! Repairs the text of files and streams of any length in constant memory.
//!
//! An input is decoded (`decoder.rs`) and split into passages of a megabyte that end at a line end (`passages.rs`).
//! Each passage is repaired by itself. A [`RepairReport`] selects what is written: the text, or the changes.

mod counts;
mod decoder;
mod diff;
mod passages;
mod report;
mod source;

use std::borrow::Cow;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use copydesk_clean::{RepairChange, RepairedText, Repairer};
use encoding_rs::{Encoding, REPLACEMENT};

pub use counts::{RepairCounts, RepairSummary};
pub use report::RepairReport;
pub use source::RepairSource;

use self::passages::{PassageReader, TextPassage};
use self::report::ReportWriter;
use crate::error::{Error, ErrorKind};
use crate::sinks::{AtomicFile, is_device, same_file};
use copydesk_fetch::inflate::InflateLimits;

/// How inputs are repaired.
#[derive(Debug)]
pub struct RepairRun {
    repairer: Repairer,
    charset: Option<&'static Encoding>,
    inflate: InflateLimits,
}

/// An event during a run.
#[derive(Debug)]
pub enum RepairEvent<'a> {
    /// The counts so far.
    Progress(&'a RepairCounts),
    /// An input could not be read to its end. The run continues with the next one.
    Failed(&'a Error),
}

/// Receives the events of a run.
pub type RepairListener<'a> = &'a mut dyn FnMut(RepairEvent<'_>);

/// Why one input was not repaired to its end.
enum RepairFailure {
    Input(Error),
    Output(io::Error),
}

impl RepairRun {
    /// `charset` is the label of the charset of inputs that are not UTF-8.
    ///
    /// # Errors
    /// If the Encoding Standard does not have this label, or maps it to `replacement`, which stands for charsets
    /// that are unsafe to decode.
    pub fn new(
        repairer: Repairer,
        charset: Option<&str>,
        inflate: InflateLimits,
    ) -> Result<Self, Error> {
        let named = |label: &str| {
            Encoding::for_label(label.as_bytes())
                .filter(|encoding| *encoding != REPLACEMENT)
                .ok_or_else(|| Error::from(ErrorKind::UnknownCharset { label: label.into() }))
        };
        Ok(Self { repairer, charset: charset.map(named).transpose()?, inflate })
    }

    /// Writes a report of all inputs to `out`. `name` is the name of the output in errors.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn run(
        &self,
        sources: &[RepairSource],
        report: RepairReport,
        out: impl Write,
        name: &str,
        watch: RepairListener<'_>,
    ) -> Result<RepairCounts, Error> {
        let mut reporter = ReportWriter::new(report, io::BufWriter::with_capacity(64 << 10, out));
        let failed = |source| Error::from(ErrorKind::Write { output: name.into(), source });
        let mut counts = RepairCounts::default();
        for source in sources {
            match self.report(source, &mut reporter, &mut counts, watch) {
                Ok(()) => {}
                Err(RepairFailure::Input(error)) => {
                    counts.failed += 1;
                    watch(RepairEvent::Failed(&error));
                }
                Err(RepairFailure::Output(error)) => return Err(failed(error)),
            }
        }
        reporter.flush().map_err(failed)?;
        Ok(counts)
    }

    /// Writes a report of all inputs to a file, atomically. No file is created if no input could be read to its
    /// end.
    ///
    /// # Errors
    /// If the file cannot be written, would replace an input, or exists and `overwrite` is false.
    pub fn run_to_file(
        &self,
        sources: &[RepairSource],
        report: RepairReport,
        path: &Path,
        overwrite: bool,
        watch: RepairListener<'_>,
    ) -> Result<RepairCounts, Error> {
        let name = path.display().to_string();
        let failed = |source| Error::from(ErrorKind::Write { output: name.clone(), source });
        if sources.iter().filter_map(RepairSource::path).any(|input| same_file(input, path)) {
            return Err(ErrorKind::OutputIsInput { path: path.into() }.into());
        }
        if is_device(path) {
            let file = fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
            return self.run(sources, report, file, &name, watch);
        }
        if path.exists() && !overwrite {
            return Err(ErrorKind::OutputExists { path: path.into(), folder: false }.into());
        }
        let mut file = AtomicFile::create(path, overwrite).map_err(failed)?;
        let counts = self.run(sources, report, &mut file, &name, watch)?;
        if counts.failed < sources.len() as u64 {
            file.finish().map_err(failed)?;
        }
        Ok(counts)
    }

    /// Repairs files in place. Files without changes are not touched. The others are replaced atomically and keep
    /// their permissions. Symbolic links stay, and their targets are repaired.
    pub fn run_in_place(&self, paths: &[PathBuf], watch: RepairListener<'_>) -> RepairCounts {
        let mut counts = RepairCounts::default();
        for path in paths {
            if let Err(error) = self.replace(path, &mut counts, watch) {
                counts.failed += 1;
                watch(RepairEvent::Failed(&error));
            }
        }
        counts
    }

    fn report<W: Write>(
        &self,
        source: &RepairSource,
        reporter: &mut ReportWriter<W>,
        counts: &mut RepairCounts,
        watch: RepairListener<'_>,
    ) -> Result<(), RepairFailure> {
        let name = source.name();
        let passed = self.each_passage(source, counts, watch, &mut |passage, repaired, changes| {
            reporter.passage(&name, passage, repaired, changes).map(ControlFlow::Continue)
        });
        reporter.end().map_err(RepairFailure::Output)?;
        passed.map(drop)
    }

    fn replace(
        &self,
        path: &Path,
        counts: &mut RepairCounts,
        watch: RepairListener<'_>,
    ) -> Result<(), Error> {
        let source = RepairSource::File(path.into());
        let target = path.canonicalize().map_err(|error| source.read_error(error))?;
        if !target.is_file() && !target.is_dir() {
            return Err(ErrorKind::NotReplaceable { path: path.into(), what: "not a file" }.into());
        }
        if source.open(self.inflate)?.coding().is_some() {
            let what = "compressed";
            return Err(ErrorKind::NotReplaceable { path: path.into(), what }.into());
        }
        let failed = |stop| match stop {
            RepairFailure::Input(error) => error,
            RepairFailure::Output(source) => {
                ErrorKind::Write { output: path.display().to_string(), source }.into()
            }
        };
        // Most files need no repair. This pass finds the first change, so that these are only read.
        let mut own = RepairCounts { source_bytes: counts.source_bytes, ..RepairCounts::default() };
        let found = self.each_passage(&source, &mut own, watch, &mut |_, _, changes| {
            let is_clean = changes.is_empty();
            Ok(if is_clean { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        });
        if found.map_err(failed)?.is_continue() {
            counts
                .add(RepairCounts { source_bytes: own.source_bytes - counts.source_bytes, ..own });
            return Ok(());
        }
        let mut write = || {
            let mut file = AtomicFile::replacing(&target).map_err(RepairFailure::Output)?;
            let mut reporter = ReportWriter::new(RepairReport::Text, &mut file);
            self.report(&source, &mut reporter, counts, watch)?;
            file.finish().map_err(RepairFailure::Output)
        };
        write().map_err(failed)
    }

    fn each_passage(
        &self,
        source: &RepairSource,
        counts: &mut RepairCounts,
        watch: RepairListener<'_>,
        visit: PassageVisitor<'_>,
    ) -> Result<ControlFlow<()>, RepairFailure> {
        let input = source.open(self.inflate).map_err(RepairFailure::Input)?;
        let meter = input.meter();
        let mut passages = PassageReader::new(input, self.charset);
        let before = counts.clone();
        counts.inputs += 1;
        let mut lacks_line_end = false;
        let read_failed = |error| RepairFailure::Input(source.read_error(error));
        while let Some(passage) = passages.next().map_err(read_failed)? {
            if !passage.is_text {
                return Err(RepairFailure::Input(source.not_text_error()));
            }
            let repaired = self.repairer.repair(passage.text);
            let changes = merge_changes(&passage.decoded, &repaired.changes);
            counts.count(passage.text, &changes, repaired.unrepaired);
            counts.changed = before.changed + u64::from(counts.changes > before.changes);
            counts.source_bytes = before.source_bytes + meter.consumed();
            lacks_line_end = !passage.text.ends_with('\n');
            if visit(&passage, &repaired, &changes).map_err(RepairFailure::Output)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            watch(RepairEvent::Progress(counts));
        }
        counts.lines += u64::from(lacks_line_end);
        Ok(ControlFlow::Continue(()))
    }
}

/// Handles a passage, and decides whether to continue.
type PassageVisitor<'a> = &'a mut dyn FnMut(
    &TextPassage<'_>,
    &RepairedText<'_>,
    &[RepairChange],
) -> io::Result<ControlFlow<()>>;

/// Merges the changes of decoding and repair into one list. If both changed a character, that is one change.
fn merge_changes<'a>(
    decoded: &[RepairChange],
    repaired: &'a [RepairChange],
) -> Cow<'a, [RepairChange]> {
    if decoded.is_empty() {
        return Cow::Borrowed(repaired);
    }
    let mut decoded = decoded.iter().peekable();
    let mut changes = Vec::with_capacity(decoded.len() + repaired.len());
    for change in repaired {
        while let Some(earlier) = decoded.next_if(|next| next.span.end <= change.span.start) {
            changes.push(earlier.clone());
        }
        let mut change = change.clone();
        while let Some(same) = decoded.next_if(|next| next.span.start < change.span.end) {
            if !change.rules.starts_with(&same.rules) {
                change.rules.splice(..0, same.rules.iter().copied());
            }
        }
        changes.push(change);
    }
    changes.extend(decoded.cloned());
    Cow::Owned(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(span: std::ops::Range<usize>, after: &str, rule: &'static str) -> RepairChange {
        RepairChange { span, after: after.into(), rules: vec![rule], posterior: None }
    }

    #[test]
    fn a_character_that_was_decoded_and_repaired_is_one_change() {
        let decoded = [
            change(0..1, "a", "decode/x"),
            change(4..5, "b", "decode/x"),
            change(5..6, "c", "decode/x"),
        ];
        let repaired = [change(2..3, "", "test/y"), change(4..7, "é", "test/y")];
        let mut both = change(4..7, "é", "decode/x");
        both.rules.push("test/y");
        assert_eq!(
            *merge_changes(&decoded, &repaired),
            [decoded[0].clone(), repaired[0].clone(), both]
        );
        assert_eq!(*merge_changes(&decoded, &[]), decoded);
    }

    #[test]
    fn an_unknown_charset_is_refused() {
        for label in ["utf-7", "klingon"] {
            let run = RepairRun::new(Repairer::default(), Some(label), InflateLimits::default());
            assert!(matches!(run.unwrap_err().kind(), ErrorKind::UnknownCharset { .. }), "{label}");
        }
    }
}
