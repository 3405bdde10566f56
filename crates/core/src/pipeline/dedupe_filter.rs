//! Drops or marks duplicates in a run.

use std::path::PathBuf;
use std::{fs, io};

use super::{FilterDecision, FinishedPage, RunFilter};
use crate::dedupe::{DedupeCapacity, DedupeOptions, DuplicateIndex, TextSigner};
use crate::error::{Error, ErrorKind};
use crate::format::Format;
use crate::page_filters::ExclusionReason;
use crate::settings::{DedupeChoice, Settings};

/// The name of the journal in a state folder.
const JOURNAL_FILE: &str = "duplicates";

/// Where the journal of a run is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalLocation {
    /// In a temporary file: the run knows only its own pages, and cannot be resumed.
    Temporary,
    /// In this file, which is deleted when the run ends: it belongs to the checkpoint of one run.
    Run(PathBuf),
    /// In this folder: the run knows the pages of earlier runs, and later runs know the pages of this run.
    Persistent(PathBuf),
}

/// Excludes duplicates from the output of a run, or marks their records.
#[derive(Debug)]
pub struct DedupeFilter {
    location: JournalLocation,
    options: DedupeOptions,
    /// Opened before the first page.
    duplicates: Option<DuplicateIndex>,
    cut_bytes: u64,
    is_dropping: bool,
    format: Format,
}

impl DedupeFilter {
    /// The filter that the settings ask for; `None` if they do not ask for deduplication.
    ///
    /// # Errors
    /// If the threshold is below 0.5.
    pub fn new(
        settings: &Settings,
        format: Format,
        state: JournalLocation,
    ) -> Result<Option<Self>, Error> {
        if settings.dedupe == DedupeChoice::Off {
            return Ok(None);
        }
        let is_dropping = settings.dedupe == DedupeChoice::Drop;
        let options = DedupeOptions::from_settings(settings)?;
        Ok(Some(Self {
            location: state,
            options,
            duplicates: None,
            cut_bytes: 0,
            is_dropping,
            format,
        }))
    }

    /// To be called when the run is over and its output complete. Makes its pages known to later runs, if the journal
    /// is persistent. Returns what there was room for.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub fn finish(self) -> Result<DedupeCapacity, Error> {
        let Some(mut duplicates) = self.duplicates else { return Ok(DedupeCapacity::All) };
        let room = duplicates.capacity();
        match self.location {
            JournalLocation::Temporary => {}
            JournalLocation::Persistent(_) => duplicates.commit()?,
            JournalLocation::Run(path) => {
                drop(duplicates);
                // A file that stays does no harm: the next run of this checkpoint begins by deleting it.
                let _ = fs::remove_file(path);
            }
        }
        Ok(room)
    }

    /// Bytes of a run that never finished, which were found in the state and cut off.
    pub fn cut_bytes(&self) -> u64 {
        self.cut_bytes
    }

    fn open(&mut self, mark: u64) -> Result<&mut DuplicateIndex, Error> {
        // Close the file before it is opened again: it is locked for one user at a time.
        self.duplicates = None;
        let path = match &self.location {
            JournalLocation::Temporary => {
                return Ok(self.duplicates.insert(DuplicateIndex::new(&self.options)?));
            }
            JournalLocation::Run(path) => path.clone(),
            JournalLocation::Persistent(folder) => folder.join(JOURNAL_FILE),
        };
        if mark > 0 {
            return Ok(self.duplicates.insert(DuplicateIndex::open_at(
                &path,
                &self.options,
                mark,
            )?));
        }
        if let JournalLocation::Run(path) = &self.location
            && let Err(source) = fs::remove_file(path)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(ErrorKind::Write { output: path.display().to_string(), source }.into());
        }
        let (duplicates, cut) = DuplicateIndex::open(&path, &self.options)?;
        self.cut_bytes = cut;
        Ok(self.duplicates.insert(duplicates))
    }
}

impl RunFilter for DedupeFilter {
    fn signer(&self) -> Option<TextSigner> {
        Some(TextSigner::new(self.options.threshold))
    }

    fn needs_records(&self) -> bool {
        !self.is_dropping
    }

    fn decide(&mut self, page: &mut FinishedPage) -> Result<FilterDecision, Error> {
        let Some(signature) = page.signature.take() else { return Ok(FilterDecision::Write) };
        let duplicates = match &mut self.duplicates {
            Some(duplicates) => duplicates,
            None => self.open(0)?,
        };
        let Some(first) = duplicates.admit(&signature, &page.report.source)? else {
            return Ok(FilterDecision::Write);
        };
        if self.is_dropping {
            return Ok(FilterDecision::Exclude(ExclusionReason::Duplicate));
        }
        page.report.is_duplicate = true;
        if let Some(kept) = &mut page.retained {
            kept.record.duplicate_of = Some(first);
            page.rerender(self.format);
        }
        Ok(FilterDecision::Write)
    }

    fn mark(&self) -> u64 {
        self.duplicates.as_ref().map_or(0, DuplicateIndex::length)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.duplicates.as_mut().map_or(Ok(()), DuplicateIndex::sync)
    }

    fn resume(&mut self, mark: u64) -> Result<(), Error> {
        self.open(mark).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use copydesk_clean::{CleanInput, Cleaner};
    use serde_json::{Value, json};

    use super::*;
    use crate::dedupe::TextSignature;
    use crate::pipeline::{CleaningRun, RunOptions};
    use crate::settings::Fraction;
    use crate::sinks::{Destination, OutputTarget};
    use crate::sources::Inputs;
    use crate::stats::RunStats;

    const TEXT: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock, where \
        engineers replaced both propeller shafts and repainted the hull below the waterline.";

    fn settings(dedupe: DedupeChoice, threads: usize) -> Settings {
        Settings { dedupe, threads, ..Settings::default() }
    }

    fn run(inputs: &Inputs, settings: &Settings, state: Option<&Path>) -> (Vec<Value>, RunStats) {
        let destination = Destination::new(OutputTarget::Stream, Format::Jsonl);
        let options = RunOptions::new(settings, Format::Jsonl, inputs);
        let cleaner = Cleaner::default();
        let clean = |page: &CleanInput<'_>| cleaner.clean(page);
        let state = state
            .map_or(JournalLocation::Temporary, |state| JournalLocation::Persistent(state.into()));
        let mut filter = DedupeFilter::new(settings, Format::Jsonl, state).unwrap();
        let mut out = Vec::new();
        let finished = CleaningRun {
            run_filter: filter.as_mut().map(|filter| filter as &mut dyn RunFilter),
            ..CleaningRun::new(&clean, inputs, &destination, &options)
        }
        .start(&mut out)
        .unwrap();
        if let Some(filter) = filter {
            filter.finish().unwrap();
        }
        let lines = String::from_utf8(out).unwrap();
        let records = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (records, finished.stats)
    }

    fn inputs(folder: &Path) -> Inputs {
        for (name, text) in [
            ("a.txt", TEXT.to_owned()),
            ("b.txt", TEXT.to_uppercase()),
            ("c.txt", format!("{TEXT} A brass band played.")),
            ("d.txt", "The baker in Halsvik raised his prices again.".into()),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        Inputs::new([folder.into()])
    }

    fn names(records: &[Value]) -> Vec<String> {
        let name = |record: &Value| {
            let source = record["source"].as_str().unwrap();
            source.rsplit(['/', '\\']).next().unwrap().to_owned()
        };
        records.iter().map(name).collect()
    }

    #[test]
    fn duplicates_are_dropped_or_marked_with_the_first_whatever_the_threads() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = inputs(folder.path());
        for threads in [1, 4] {
            let (records, stats) = run(&inputs, &settings(DedupeChoice::Drop, threads), None);
            assert_eq!(names(&records), ["a.txt", "d.txt"]);
            assert_eq!((stats.pages, stats.excluded[&ExclusionReason::Duplicate]), (2, 2));

            let (records, stats) = run(&inputs, &settings(DedupeChoice::Mark, threads), None);
            assert_eq!(names(&records), ["a.txt", "b.txt", "c.txt", "d.txt"]);
            let first = &records[0]["source"];
            let marks: Vec<_> = records.iter().map(|record| &record["duplicate_of"]).collect();
            assert_eq!(marks, [&json!(null), first, first, &json!(null)]);
            assert_eq!((stats.pages, stats.duplicates), (4, 2));
        }
        let (records, stats) = run(&inputs, &Settings::default(), None);
        assert!(records.iter().all(|record| record["duplicate_of"].is_null()));
        assert_eq!((stats.pages, stats.duplicates), (4, 0));
    }

    #[test]
    fn what_an_earlier_run_had_is_known_from_its_state() {
        let folder = tempfile::tempdir().unwrap();
        let state = tempfile::tempdir().unwrap();
        let inputs = inputs(folder.path());
        let settings = settings(DedupeChoice::Drop, 2);
        assert_eq!(run(&inputs, &settings, Some(state.path())).0.len(), 2);
        fs::write(folder.path().join("e.txt"), "The coast road is to have a toll from January on.")
            .unwrap();
        let (records, counted) = run(&inputs, &settings, Some(state.path()));
        assert_eq!(names(&records), ["e.txt"]);
        assert_eq!(counted.excluded[&ExclusionReason::Duplicate], 4);
    }

    #[test]
    fn a_run_goes_on_from_the_mark_of_any_page() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clean.run.duplicates");
        let settings = settings(DedupeChoice::Drop, 1);
        let filter = || {
            let state = JournalLocation::Run(path.clone());
            DedupeFilter::new(&settings, Format::Jsonl, state).unwrap().unwrap()
        };
        let admit = |filter: &mut DedupeFilter, fingerprint| {
            let signature = TextSignature::exact(fingerprint);
            filter.duplicates.as_mut().unwrap().admit(&signature, &fingerprint.to_string()).unwrap()
        };
        let mut first = filter();
        first.resume(0).unwrap();
        let mut marks = vec![first.mark()];
        for page in 0..5 {
            assert_eq!(admit(&mut first, page), None);
            marks.push(first.mark());
        }
        first.commit().unwrap();
        admit(&mut first, 5);
        drop(first);
        for (pages, mark) in marks.into_iter().enumerate().rev() {
            let mut resumed = filter();
            resumed.resume(mark).unwrap();
            assert_eq!(resumed.mark(), mark);
            let known = resumed.duplicates.as_ref().unwrap().pages();
            assert_eq!(known, pages as u64);
        }
        let mut again = filter();
        again.resume(0).unwrap();
        assert_eq!(admit(&mut again, 0), None);
        again.finish().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_threshold_below_a_half_is_refused() {
        let settings =
            Settings { dedupe_threshold: Fraction::new(0.4), ..settings(DedupeChoice::Mark, 1) };
        let error =
            DedupeFilter::new(&settings, Format::Jsonl, JournalLocation::Temporary).unwrap_err();
        assert!(
            error.to_string().ends_with("the threshold must be from 0.5 to 1, and is 0.4"),
            "{error}"
        );
    }
}
