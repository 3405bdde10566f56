use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use copydesk_clean::{CleanInput, Record, RecordOutcome};

use super::*;
use crate::StopToken;
use crate::page_filters::ExclusionReason;
use crate::pipeline::{
    CleaningRun, FilterDecision, FinishedPage, FinishedRun, RunFilter, RunOptions,
};
use crate::settings::TimeSpan;
use crate::sinks::{FileCompression, Format};

fn echo(input: &CleanInput<'_>) -> Record {
    let text = String::from_utf8_lossy(input.bytes).into_owned();
    let outcome = if text.contains("empty") { RecordOutcome::Empty } else { RecordOutcome::Ok };
    Record { source: input.source.into(), outcome, text, ..Record::default() }
}

/// Excludes every fifth page over all parts of a run, and fails at one of them.
#[derive(Default)]
struct DropEveryFifth {
    pages_seen: u64,
    fails_at: Option<u64>,
}

impl RunFilter for DropEveryFifth {
    fn decide(&mut self, _: &mut FinishedPage) -> Result<FilterDecision, Error> {
        if self.fails_at == Some(self.pages_seen) {
            return Err(ErrorKind::Threads("killed".into()).into());
        }
        self.pages_seen += 1;
        Ok(match self.pages_seen % 5 {
            0 => FilterDecision::Exclude(ExclusionReason::Words),
            _ => FilterDecision::Write,
        })
    }

    fn mark(&self) -> u64 {
        self.pages_seen
    }

    fn resume(&mut self, mark: u64) -> Result<(), Error> {
        self.pages_seen = mark;
        Ok(())
    }
}

/// A folder with inputs, and a run over them.
struct ResumeFixture {
    folder: tempfile::TempDir,
    settings: Settings,
    format: Format,
    output: PathBuf,
    is_folder: bool,
    compression: FileCompression,
}

/// Pages among the inputs.
const PAGES: u64 = 24;

impl ResumeFixture {
    fn new(output: &str, format: Format) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("in/b")).unwrap();
        let line = |n: usize| format!("{{\"text\":\"{n} {}\"}}\n", "word ".repeat(n * 40));
        let lines = |from: usize, to: usize| (from..to).map(line).collect::<Vec<_>>().concat();
        fs::write(at("in/a.txt"), "the first").unwrap();
        fs::write(at("in/b/a.jsonl"), lines(0, 12)).unwrap();
        fs::write(at("in/b/b.txt"), "empty").unwrap();
        fs::write(at("in/c.jsonl"), lines(12, 21)).unwrap();
        fs::write(at("in/d.txt"), "the last").unwrap();
        let output = at(output);
        let settings = Settings {
            threads: 2,
            checkpoint_interval: TimeSpan(Duration::ZERO),
            ..Settings::default()
        };
        let is_folder = false;
        Self { folder, settings, format, output, is_folder, compression: FileCompression::None }
    }

    fn destination(&self) -> Destination {
        let target = if self.is_folder {
            OutputTarget::Folder(self.output.clone())
        } else {
            OutputTarget::File(self.output.clone())
        };
        Destination {
            compression: self.compression,
            member_bytes: 2_000,
            row_group_bytes: 2_000,
            resumable: true,
            ..Destination::new(target, self.format)
        }
    }

    fn inputs(&self) -> Inputs {
        Inputs::new([self.folder.path().join("in")])
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("run.checkpoint")
    }

    fn open(&self) -> Result<Checkpoint, Error> {
        let config = RunConfig::new(&self.settings, &self.destination())?;
        Checkpoint::open(&self.file(), config, &self.settings, &self.destination())
    }

    /// Runs until the filter fails, or to the end.
    fn run(&self, fails_at: Option<u64>) -> Result<FinishedRun, Error> {
        self.run_until(fails_at, &StopToken::default(), u64::MAX)
    }

    fn run_until(
        &self,
        fails_at: Option<u64>,
        stop: &StopToken,
        pages: u64,
    ) -> Result<FinishedRun, Error> {
        let (inputs, destination) = (self.inputs(), self.destination());
        let options = RunOptions::new(&self.settings, self.format, &inputs);
        let mut filter = DropEveryFifth { fails_at, ..DropEveryFifth::default() };
        let mut observe = |_: &_, stats: &RunStats| {
            if stats.pages >= pages {
                stop.stop();
            }
        };
        let run = CleaningRun {
            run_filter: Some(&mut filter),
            checkpoint: Some(self.open()?),
            stop: stop.clone(),
            observe: Some(&mut observe),
            ..CleaningRun::new(&echo, &inputs, &destination, &options)
        };
        run.start(std::io::sink())
    }

    /// Every file of the output with its content.
    fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = walkdir::WalkDir::new(&self.output).sort_by_file_name();
        files
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                // The inputs of another bench have another name.
                let text = fs::read(entry.path()).unwrap();
                let path = entry.path().strip_prefix(self.folder.path()).unwrap().to_owned();
                (path, text)
            })
            .collect()
    }

    /// Deletes everything in the folder but the inputs.
    fn clear_output(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            match (path.ends_with("in"), path.is_dir()) {
                (true, _) => {}
                (_, true) => fs::remove_dir_all(path).unwrap(),
                (_, false) => fs::remove_file(path).unwrap(),
            }
        }
    }
}

fn fixtures() -> Vec<ResumeFixture> {
    let folder = |format| ResumeFixture { is_folder: true, ..ResumeFixture::new("out", format) };
    vec![
        ResumeFixture::new("out.jsonl", Format::Jsonl),
        ResumeFixture {
            compression: FileCompression::Gzip,
            ..ResumeFixture::new("out.jsonl.gz", Format::Jsonl)
        },
        ResumeFixture {
            compression: FileCompression::Zstd,
            ..ResumeFixture::new("out.csv.zst", Format::Csv)
        },
        ResumeFixture::new("out.html", Format::Html),
        ResumeFixture::new("out.parquet", Format::Parquet),
        folder(Format::Jsonl),
        folder(Format::Txt),
    ]
}

#[test]
fn a_run_that_is_killed_after_any_page_ends_with_the_same_bytes_and_counts() {
    for mut bench in fixtures() {
        let name = bench.output.clone();
        let whole = bench.run(None).unwrap();
        assert_eq!(whole.stats.pages + whole.stats.excluded[&ExclusionReason::Words], PAGES);
        let expected = bench.written();
        for every in [Duration::ZERO, Duration::from_hours(1)] {
            bench.settings.checkpoint_interval = TimeSpan(every);
            // After every page in the format that can be cut after each, after some in the others.
            let step = if bench.format == Format::Jsonl && !bench.is_folder { 1 } else { 5 };
            for killed_at in (0..PAGES).step_by(step) {
                bench.clear_output();
                assert!(bench.run(Some(killed_at)).is_err());
                assert!(!name.is_file(), "{} is there before its time", name.display());
                let finished = bench.run(None).unwrap();
                let what = format!("{} killed at {killed_at}", name.display());
                assert_eq!(finished.stats, whole.stats, "{what}");
                assert!(bench.written() == expected, "{what}");
            }
        }
    }
}

#[test]
fn a_run_that_is_killed_after_every_page_ends_with_the_same_bytes() {
    for bench in fixtures() {
        let whole = bench.run(None).unwrap();
        let expected = bench.written();
        bench.clear_output();
        for killed_at in 1..PAGES {
            assert!(bench.run(Some(killed_at)).is_err());
        }
        assert_eq!(bench.run(None).unwrap().stats, whole.stats, "{}", bench.output.display());
        assert!(bench.written() == expected, "{}", bench.output.display());
    }
}

#[test]
fn a_stopped_run_can_be_resumed() {
    for bench in fixtures() {
        let whole = bench.run(None).unwrap();
        let expected = bench.written();
        bench.clear_output();
        let stop = StopToken::default();
        stop.stop();
        let stopped = bench.run_until(None, &stop, 0).unwrap();
        assert!(stopped.is_stopped && stopped.stats.pages == 0);
        assert_eq!(stopped.partial, None);
        let finished = bench.run(None).unwrap();
        assert!(!finished.is_stopped);
        assert_eq!(finished.stats, whole.stats);
        assert!(bench.written() == expected, "{}", bench.output.display());
    }
}

#[test]
fn a_complete_run_is_not_done_again() {
    for bench in fixtures() {
        let whole = bench.run(None).unwrap();
        let expected = bench.written();
        let again = bench.run(Some(0)).unwrap();
        assert!(again.was_complete);
        assert_eq!(again.stats, whole.stats);
        assert!(bench.written() == expected);
        if bench.is_folder {
            fs::remove_dir_all(&bench.output).unwrap();
        } else {
            fs::remove_file(&bench.output).unwrap();
        }
        let error = bench.run(None).unwrap_err();
        assert!(error.to_string().ends_with("its output no longer exists"), "{error}");
        let ErrorKind::Checkpoint { path, .. } = error.kind() else { panic!("{error}") };
        assert!(path.ends_with("run.checkpoint"));
    }
}

#[test]
fn a_kill_between_the_output_and_the_final_checkpoint_loses_nothing() {
    let bench = ResumeFixture::new("out.jsonl", Format::Jsonl);
    let whole = bench.run(None).unwrap();
    let expected = bench.written();
    let mut saved = SavedRun::read(&bench.file()).unwrap().unwrap();
    saved.is_complete = false;
    saved.write(&bench.file()).unwrap();
    let again = bench.run(None).unwrap();
    assert!(!again.was_complete);
    assert_eq!(again.stats, whole.stats);
    assert!(bench.written() == expected);
}

#[track_caller]
fn assert_refused(bench: &ResumeFixture, why: &str) {
    let before = fs::read(bench.file()).unwrap();
    let error = bench.run(None).unwrap_err();
    assert!(error.to_string().contains(why), "{error}");
    let has_hint =
        matches!(error.kind(), ErrorKind::Checkpoint { .. } | ErrorKind::NotResumable { .. });
    assert!(has_hint, "{error}");
    assert_eq!(fs::read(bench.file()).unwrap(), before);
}

#[test]
fn a_run_that_differs_is_refused_with_the_difference() {
    let mut bench = ResumeFixture::new("out.jsonl", Format::Jsonl);
    assert!(bench.run(Some(9)).is_err());

    bench.settings.max_depth = 7;
    assert_refused(&bench, "max_depth was `256` when the run started, and is `7` now");
    bench.settings.max_depth = 256;

    let first = bench.folder.path().join("in/a.txt");
    fs::write(&first, "changed").unwrap();
    assert_refused(&bench, "inputs that the run has already read were changed");
    fs::remove_file(&first).unwrap();
    assert_refused(&bench, "inputs that the run has already read were changed");
    fs::write(&first, "the first").unwrap();
    // Inputs that were not read yet may change.
    fs::write(bench.folder.path().join("in/d.txt"), "another end").unwrap();

    let partial = bench.folder.path().join(".out.jsonl.partial");
    let kept = fs::read(&partial).unwrap();
    fs::write(&partial, &kept[..kept.len() / 2]).unwrap();
    assert_refused(&bench, "shorter");
    fs::remove_file(&partial).unwrap();
    assert_refused(&bench, "missing");
    fs::write(&partial, &kept).unwrap();
    bench.run(None).unwrap();
    assert!(fs::read_to_string(&bench.output).unwrap().contains("another end"));
}

#[test]
fn a_file_that_is_not_a_checkpoint_is_left_unchanged() {
    let bench = ResumeFixture::new("out.jsonl", Format::Jsonl);
    for content in ["", "[]", "{\"kind\":\"a diary\",\"version\":1}", "{\"a\":"] {
        fs::write(bench.file(), content).unwrap();
        assert_refused(&bench, "not a checkpoint");
    }
    fs::write(bench.file(), "{\"kind\":\"copydesk checkpoint\",\"version\":99}").unwrap();
    assert_refused(&bench, "another version");
    fs::write(bench.file(), "{\"kind\":\"copydesk checkpoint\",\"version\":1}").unwrap();
    assert_refused(&bench, "the checkpoint is damaged");
}

#[test]
fn one_run_at_a_time_has_a_checkpoint() {
    let bench = ResumeFixture::new("out.jsonl", Format::Jsonl);
    let held = bench.open().unwrap();
    let error = bench.open().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CheckpointBusy { .. }), "{error}");
    drop(held);
    bench.open().unwrap();
}

#[test]
fn outputs_that_cannot_be_resumed_are_refused() {
    let bench = ResumeFixture::new("out.jsonl", Format::Jsonl);
    let open = |settings: &Settings, destination: &Destination| {
        let config = RunConfig::new(settings, destination).unwrap();
        Checkpoint::open(&bench.file(), config, settings, destination).unwrap_err().to_string()
    };
    let stream = Destination::new(OutputTarget::Stream, Format::Jsonl);
    assert!(open(&bench.settings, &stream).contains("standard output is a stream"));
    let unordered = Settings { unordered: true, ..bench.settings.clone() };
    assert!(open(&unordered, &bench.destination()).contains("in any order"));
    assert!(!Path::new(&bench.file()).exists());
}
