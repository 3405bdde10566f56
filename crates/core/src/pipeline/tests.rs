use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use copydesk_clean::{CleanInput, Record, RecordOutcome};

use super::*;
use crate::page_filters::{ExclusionReason, PageFilters};
use crate::settings::Settings;
use crate::sinks::{Destination, Format, OutputTarget};
use crate::sources::Inputs;
use crate::{Error, RunStats, StopToken};

/// Echoes the page, and fails as the page says.
fn echo(input: &CleanInput<'_>) -> Record {
    let text = String::from_utf8_lossy(input.bytes).into_owned();
    assert!(!text.contains("PANIC"), "asked to");
    let mut spent = 0;
    while text.contains("ENDLESS") && !input.interrupt.is_some_and(|interrupt| interrupt()) {
        spent += 1;
    }
    let outcome = if text.is_empty() { RecordOutcome::Empty } else { RecordOutcome::Ok };
    let source = input.source.into();
    let text = if spent > 0 { "interrupted".into() } else { text };
    Record { source, outcome, text, ..Record::default() }
}

fn options(inputs: &Inputs, threads: usize) -> RunOptions {
    let settings = Settings { threads, ..Settings::default() };
    RunOptions::new(&settings, Format::Jsonl, inputs)
}

fn clean_to(
    inputs: &Inputs,
    options: &RunOptions,
    output: &mut dyn Write,
) -> Result<RunStats, Error> {
    let destination = Destination::new(OutputTarget::Stream, options.format);
    Ok(CleaningRun::new(&echo, inputs, &destination, options).start(output)?.stats)
}

fn lines(folder: &Path, count: usize) -> Inputs {
    let path = folder.join("pages.jsonl");
    let lines: Vec<String> = (0..count)
        // Some pages are a thousand times as large as others, so that threads finish out of order.
        .map(|n| format!("{{\"text\":\"{n} {}\"}}\n", "word ".repeat(n % 7 * 1000)))
        .collect();
    fs::write(&path, lines.concat()).unwrap();
    Inputs::new([path])
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_in_input_order() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = lines(folder.path(), 500);
    let [one, four, tight] = [(1, 256 << 20), (4, 256 << 20), (3, 1)].map(|(threads, bytes)| {
        let mut out = Vec::new();
        let mut options = options(&inputs, threads);
        options.engine.max_buffered_bytes = bytes;
        let stats = clean_to(&inputs, &options, &mut out).unwrap();
        assert_eq!((stats.pages, stats.ok), (500, 500));
        out
    });
    assert!(one == four && one == tight);
    for (n, line) in one.split(|byte| *byte == b'\n').take(500).enumerate() {
        let record: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert!(record["source"].as_str().unwrap().ends_with(&format!("pages.jsonl#{}", n + 1)));
        assert!(record["text"].as_str().unwrap().starts_with(&format!("{n} ")));
    }
}

#[test]
fn a_page_that_breaks_the_cleaner_is_a_record_and_the_run_continues() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.txt", "one"), ("b.txt", "PANIC"), ("c.txt", "three")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let inputs = Inputs::new([folder.path().into()]);
    let mut out = Vec::new();
    let stats = clean_to(&inputs, &options(&inputs, 2), &mut out).unwrap();
    assert_eq!((stats.pages, stats.ok, stats.failed), (3, 2, 1));
    let out = String::from_utf8(out).unwrap();
    let failed: serde_json::Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(failed["outcome"], "error");
    assert_eq!(failed["error"]["kind"], "panic");
    assert!(failed["error"]["message"].as_str().unwrap().contains("asked to"));
}

#[test]
fn a_page_that_takes_too_long_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "ENDLESS").unwrap();
    let inputs = Inputs::new([path]);
    let mut out = Vec::new();
    let options =
        RunOptions { page_timeout: Some(Duration::from_millis(100)), ..options(&inputs, 1) };
    clean_to(&inputs, &options, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("interrupted"));
}

#[test]
fn a_closed_output_ends_the_run() {
    struct ClosedPipe;
    impl Write for ClosedPipe {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let inputs = lines(folder.path(), 2000);
    let error = clean_to(&inputs, &options(&inputs, 2), &mut ClosedPipe).unwrap_err();
    assert!(error.is_broken_pipe());
}

#[test]
fn a_read_error_is_in_the_record_beside_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.html");
    let cut = folder.path().join("cut.txt.gz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let text: String =
        (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string() + " ").collect();
    encoder.write_all(text.as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let inputs = Inputs::new([missing, cut]);
    let mut out = Vec::new();
    let stats = clean_to(&inputs, &options(&inputs, 1), &mut out).unwrap();
    assert_eq!((stats.pages, stats.failed), (2, 2));
    let records: Vec<serde_json::Value> =
        String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(records[0]["error"]["kind"], "read");
    assert_eq!(records[0]["text"], "");
    assert_eq!(records[1]["error"]["kind"], "decompress");
    assert_eq!(records[1]["outcome"], "error");
    let cut_text = records[1]["text"].as_str().unwrap();
    assert!(!cut_text.is_empty() && text.starts_with(cut_text));
}

/// Excludes every page whose text came before, and marks the next one.
#[derive(Default)]
struct OnlyOnce {
    seen: std::collections::HashSet<String>,
    marks: bool,
}

impl RunFilter for OnlyOnce {
    fn needs_records(&self) -> bool {
        true
    }

    fn decide(&mut self, page: &mut FinishedPage) -> Result<FilterDecision, Error> {
        let kept = page.retained.as_mut().unwrap();
        if self.seen.insert(kept.record.text.clone()) {
            return Ok(FilterDecision::Write);
        }
        if !self.marks {
            return Ok(FilterDecision::Exclude(ExclusionReason::Words));
        }
        kept.record.duplicate_of = Some("the first".into());
        page.rerender(Format::Jsonl);
        Ok(FilterDecision::Write)
    }
}

#[test]
fn a_run_filter_excludes_pages_or_renders_them_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    fs::write(&path, "{\"text\":\"one\"}\n{\"text\":\"two\",\"id\":7}\n".repeat(2)).unwrap();
    let inputs = Inputs::new([path]);
    let settings = Settings { pass_through: true, threads: 2, ..Settings::default() };
    let options = RunOptions::new(&settings, Format::Jsonl, &inputs);
    let destination = Destination::new(OutputTarget::Stream, Format::Jsonl);
    for (marks, lines) in [(false, 2), (true, 4)] {
        let mut filter = OnlyOnce { marks, ..OnlyOnce::default() };
        let mut out = Vec::new();
        let run = CleaningRun::new(&echo, &inputs, &destination, &options);
        let stats =
            CleaningRun { run_filter: Some(&mut filter), ..run }.start(&mut out).unwrap().stats;
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.lines().count(), lines);
        assert_eq!(stats.pages, lines as u64);
        assert_eq!(stats.excluded.get(&ExclusionReason::Words).copied(), (!marks).then_some(2));
        assert_eq!(out.matches("\"duplicate_of\":\"the first\"").count(), lines - 2);
        assert_eq!(out.matches("\"id\":7}").count(), lines / 2);
    }
}

#[test]
fn excluded_pages_are_counted_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = lines(folder.path(), 20);
    let options = options(&inputs, 2);
    let destination = Destination::new(OutputTarget::Stream, Format::Jsonl);
    let filters = PageFilters::new(&Settings { min_words: 1000, ..Settings::default() }).unwrap();
    let mut out = Vec::new();
    let run = CleaningRun::new(&echo, &inputs, &destination, &options);
    let stats = CleaningRun { filters: Some(&filters), ..run }.start(&mut out).unwrap().stats;
    // Pages with a number divisible by seven are short.
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 17);
    assert_eq!((stats.pages, stats.excluded[&ExclusionReason::Words]), (17, 3));
}

#[test]
fn a_stopped_run_writes_what_was_read_and_says_that_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = lines(folder.path(), 2000);
    let options = options(&inputs, 2);
    let destination = Destination::new(OutputTarget::Stream, Format::Jsonl);
    let stop = StopToken::default();
    let mut observe = |_: &PageReport, stats: &RunStats| {
        if stats.pages == 10 {
            stop.stop();
        }
    };
    let mut out = Vec::new();
    let run = CleaningRun::new(&echo, &inputs, &destination, &options);
    let run = CleaningRun { stop: stop.clone(), observe: Some(&mut observe), ..run };
    let finished = run.start(&mut out).unwrap();
    assert!(finished.is_stopped);
    // The ten pages before the stop, and what two threads may have in progress.
    assert!((10..=10 + 2 * 64).contains(&finished.stats.pages), "{}", finished.stats.pages);
    assert_eq!(out.split(|byte| *byte == b'\n').count() as u64 - 1, finished.stats.pages);
}
