//! The page fixtures: each pair under `fixtures/` is a test of its own.
//!
//! `fixtures/README.md` says what a pair is. The arguments are those of any test binary, so
//! `cargo test --test fixtures newsletter` runs those with `newsletter` in their names.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use copydesk_clean::{CleanInput, CleanOptions, Cleaner};
use libtest_mimic::{Arguments, Failed, Trial};
use similar::{ChangeTag, TextDiff};

const EXPECTED: &str = ".expected.txt";
const EXPECTED_MARKDOWN: &str = ".expected.md";
const INPUTS: [&str; 3] = ["html", "txt", "md"];

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut trials = Vec::new();
    for folder in ["html", "structure", "text"] {
        add_trials(&root, folder, &mut trials)?;
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// Adds a test for each name in a folder, whether its pair is complete or not.
fn add_trials(root: &Path, folder: &str, trials: &mut Vec<Trial>) -> io::Result<()> {
    let path = root.join(folder);
    let mut stems = BTreeSet::new();
    for entry in fs::read_dir(&path)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let of_input = || name.rsplit_once('.').filter(|(_, suffix)| INPUTS.contains(suffix));
        let of_expected =
            [EXPECTED, EXPECTED_MARKDOWN].iter().find_map(|end| name.strip_suffix(end));
        let stem = of_expected.or_else(|| of_input().map(|(stem, _)| stem));
        stems.extend(stem.map(str::to_owned));
    }
    trials.extend(stems.into_iter().map(|stem| {
        let base = path.join(&stem);
        Trial::test(format!("{folder}::{stem}"), move || check(&base))
    }));
    Ok(())
}

fn check(base: &Path) -> Result<(), Failed> {
    let with = |suffix: &str| PathBuf::from(format!("{}{suffix}", base.display()));
    if with(EXPECTED_MARKDOWN).exists() {
        return check_markdown(&with(".html"), &with(EXPECTED_MARKDOWN));
    }
    let expected = read(&with(EXPECTED))?;
    let expected = std::str::from_utf8(&expected)?.trim_end();
    let inputs = INPUTS.map(|suffix| with(&format!(".{suffix}")));
    let Some(input) = inputs.iter().find(|path| path.exists()) else {
        return Err(format!("there is no input for {}{EXPECTED}", base.display()).into());
    };
    let bytes = read(input)?;
    let source = input.to_string_lossy();
    let record = Cleaner::default().clean(&CleanInput::new(&source, &bytes));
    if record.text == expected { Ok(()) } else { Err(difference(expected, &record.text).into()) }
}

/// Compares the Markdown of a page.
fn check_markdown(input: &Path, expected: &Path) -> Result<(), Failed> {
    let (bytes, expected) = (read(input)?, read(expected)?);
    let expected = std::str::from_utf8(&expected)?.trim_end();
    let cleaner = Cleaner::with_options(CleanOptions::default().markdown(true));
    let record = cleaner.clean(&CleanInput::new(&input.to_string_lossy(), &bytes));
    let markdown = record.markdown.unwrap_or_default();
    if markdown == expected { Ok(()) } else { Err(difference(expected, &markdown).into()) }
}

fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The blocks that are missing and those that are too many, with one block around them.
fn difference(expected: &str, found: &str) -> String {
    let blocks = |text: &str| text.split("\n\n").map(|block| format!("{block}\n")).collect();
    let (expected, found): (Vec<String>, Vec<String>) = (blocks(expected), blocks(found));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&expected, &found);
    let mut out = String::from("the text differs: - expected, + found; a line a block\n");
    for (number, group) in diff.grouped_ops(1).iter().enumerate() {
        if number > 0 {
            out.push_str("  ...\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let _ = writeln!(out, "{sign} {}", shown(change.value(), change.tag()));
        }
    }
    out
}

/// A block on one line, white space made visible where it may be what differs; what is the same on
/// both sides is only there for orientation.
fn shown(block: &str, tag: ChangeTag) -> String {
    let block = block.trim_end_matches('\n').replace('\n', "⏎").replace('\u{a0}', "⍽");
    if tag == ChangeTag::Equal && block.chars().nth(70).is_some() {
        block.chars().take(70).chain("...".chars()).collect()
    } else {
        block
    }
}
