//! The time of cleaning a page, against html5ever's parsing alone.
//!
//! `cargo bench -p copydesk-clean --bench clean`. `COPYDESK_BENCH_PAGES` names a folder of pages
//! (`.html`, `.html.gz`). Without it, the pages are a folder of labelled pages beside the checkout, if
//! there is one, or the bundled examples and fixtures. `COPYDESK_BENCH_ROUNDS` is the number of rounds,
//! 5 by default. `COPYDESK_BENCH_MODEL` names a model file to use instead of the built-in one.
//!
//! Two runs cannot be compared if the machine did other work. So both take turns page by page, on one
//! thread. The ratio of a round is that of its total times; the median of the rounds is printed.

use std::fs;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, InputKind, Lexicon, Model, SiteRules};
use scraper::Html;

const MAX_PAGE_BYTES: u64 = 64 << 20;

struct TimedPage {
    source: String,
    bytes: Vec<u8>,
    /// For the parser, which takes text. Decoding is not part of the time of parsing.
    text: String,
}

type TimedStage<'a> = (&'static str, &'a dyn Fn(&TimedPage));

fn main() -> io::Result<()> {
    let folders = folders();
    let mut pages = Vec::new();
    for folder in &folders {
        read_pages(folder, &mut pages)?;
    }
    if pages.is_empty() {
        return Err(io::Error::other(format!("no pages in {folders:?}")));
    }
    // `cargo test --benches` only checks that the bench runs, so one round is enough.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let rounds = match std::env::var("COPYDESK_BENCH_ROUNDS").map(|rounds| rounds.parse()) {
        Ok(Ok(rounds)) => std::cmp::max(rounds, 1),
        _ if is_test => 1,
        _ => 5,
    };

    let cleaner = cleaner()?;
    let clean = |page: &TimedPage| {
        let kind = Some(InputKind::Html);
        black_box(
            cleaner.clean(&CleanInput { kind, ..CleanInput::new(&page.source, &page.bytes) }),
        );
    };
    let parse = |page: &TimedPage| {
        black_box(Html::parse_document(&page.text));
    };
    report(
        &pages,
        rounds,
        [("clean, bytes to record", &clean), ("html5ever, text to tree", &parse)],
    )
}

fn cleaner() -> io::Result<Cleaner> {
    let Some(path) = std::env::var_os("COPYDESK_BENCH_MODEL") else {
        return Ok(Cleaner::default());
    };
    let path = workspace().join(path);
    let model = Model::from_bytes(&path.to_string_lossy(), &fs::read(&path)?);
    let model = Arc::new(model.map_err(io::Error::other)?);
    Ok(Cleaner::with_model(
        CleanOptions::default(),
        Lexicon::embedded(),
        SiteRules::default(),
        model,
    ))
}

fn report(pages: &[TimedPage], rounds: usize, subjects: [TimedStage<'_>; 2]) -> io::Result<()> {
    let megabytes = pages.iter().map(|page| page.bytes.len()).sum::<usize>() as f64 / 1e6;
    let mut out = io::stdout().lock();
    writeln!(out, "{} pages, {megabytes:.1} MB, {rounds} rounds, one thread\n", pages.len())?;
    // Without this, the first pages of the first round would pay for cold caches and unmapped memory.
    for page in pages.iter().take(20) {
        for (_, run) in &subjects {
            run(page);
        }
    }
    let times: Vec<_> = (0..rounds).map(|round| time_round(pages, round, &subjects)).collect();
    for (index, (name, _)) in subjects.iter().enumerate() {
        let time = median(times.iter().map(|round| round[index].as_secs_f64()));
        writeln!(out, "{name:<24} {time:8.3} s {:8.1} MB/s", megabytes / time)?;
    }
    let ratios = || times.iter().map(|[clean, parse]| clean.as_secs_f64() / parse.as_secs_f64());
    let (low, high) = (ratios().fold(f64::MAX, f64::min), ratios().fold(0.0, f64::max));
    writeln!(out, "\nclean / html5ever: {:.2} ({low:.2} to {high:.2})", median(ratios()))
}

/// The total time of each stage over all pages. The order changes with every page, since the first
/// stage finds the bytes of the page out of cache.
fn time_round(pages: &[TimedPage], round: usize, subjects: &[TimedStage<'_>; 2]) -> [Duration; 2] {
    let mut total = [Duration::ZERO; 2];
    for (number, page) in pages.iter().enumerate() {
        for turn in 0..2 {
            let index = (turn + number + round) % 2;
            let started = Instant::now();
            subjects[index].1(page);
            total[index] += started.elapsed();
        }
    }
    total
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Benches run in the folder of their package, but paths are given from the root of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folders() -> Vec<PathBuf> {
    let workspace = workspace();
    if let Some(folder) = std::env::var_os("COPYDESK_BENCH_PAGES") {
        return vec![workspace.join(folder)];
    }
    let labelled = workspace.join("../shared/pages/wcxb-dev/html");
    if labelled.is_dir() {
        return vec![labelled];
    }
    vec![workspace.join("examples/inputs"), workspace.join("tests/fixtures/html")]
}

/// Adds the pages of a folder, in the order of their names.
fn read_pages(folder: &Path, pages: &mut Vec<TimedPage>) -> io::Result<()> {
    let mut paths = fs::read_dir(folder)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let source = path.to_string_lossy().into_owned();
        let has = |path: &Path, suffix: &str| path.extension().is_some_and(|own| own == suffix);
        let bytes = if has(&path, "html") {
            fs::read(&path)?
        } else if has(&path, "gz") && has(&path.with_extension(""), "html") {
            inflate(&path)?
        } else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        pages.push(TimedPage { source, bytes, text });
    }
    Ok(())
}

#[expect(clippy::disallowed_types, reason = "capped here: this crate does not see copydesk-core")]
fn inflate(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path)?)
        .take(MAX_PAGE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
