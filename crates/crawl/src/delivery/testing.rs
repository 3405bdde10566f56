//! Fixtures for tests of deliveries: a state in memory, records, and outputs of every format.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use copydesk_clean::{ChangeKind, PageChange, Record};
use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::Deliverer;
use super::open_output::PartSizes;
use super::outbox::Outbox;
use crate::error::Error;
use crate::frontier::{JobId, OutboxEntry, OutputMark, RunId};
use crate::jobs::OutputSpec;
use copydesk_core::settings::Settings;
use copydesk_core::sinks::{FileCompression, Format, compression_from_path};

pub(super) type StepHook = Box<dyn FnMut(&str)>;

thread_local! {
    pub(super) static HOOK: RefCell<Option<StepHook>> = const { RefCell::new(None) };
}

/// Calls the hook of the test, if there is one.
pub(super) fn step(name: &str) {
    HOOK.with_borrow_mut(|hook| {
        if let Some(hook) = hook {
            hook(name);
        }
    });
}

/// What a state stores for a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OutboxState {
    pub(super) records: Vec<OutboxEntry>,
    pub(super) marks: BTreeMap<String, OutputMark>,
}

/// A state with its history, since a loss of power may set it back.
#[derive(Clone, Default)]
pub(super) struct MemoryOutbox(pub(super) Rc<RefCell<(OutboxState, Vec<OutboxState>)>>);

impl MemoryOutbox {
    pub(super) fn state(&self) -> OutboxState {
        self.0.borrow().0.clone()
    }

    pub(super) fn from_state(state: OutboxState) -> Self {
        Self(Rc::new(RefCell::new((state, Vec::new()))))
    }

    pub(super) fn push(&self, mut record: OutboxEntry) {
        let (state, earlier) = &mut *self.0.borrow_mut();
        earlier.push(state.clone());
        record.sequence = state.records.last().map_or(10, |last| last.sequence + 3);
        state.records.push(record);
    }

    pub(super) fn roll_back(&self, changes: usize) {
        let (state, earlier) = &mut *self.0.borrow_mut();
        let kept = earlier.len().saturating_sub(changes.max(1));
        if let Some(before) = earlier.drain(kept..).next() {
            *state = before;
        }
    }
}

impl Outbox for MemoryOutbox {
    fn records(&mut self, after: u64, max_bytes: usize) -> Result<Vec<OutboxEntry>, Error> {
        assert!(max_bytes > 0);
        let state = self.state();
        Ok(state.records.into_iter().filter(|record| record.sequence > after).take(3).collect())
    }

    fn mark(&mut self, output: &str) -> Result<OutputMark, Error> {
        Ok(self.state().marks.get(output).cloned().unwrap_or_default())
    }

    fn set_mark(&mut self, output: &str, mark: &OutputMark) -> Result<(), Error> {
        let (state, earlier) = &mut *self.0.borrow_mut();
        let before = state.marks.get(output).map_or(0, |mark| mark.covered);
        assert!(mark.covered >= before, "{mark:?}");
        earlier.push(state.clone());
        state.marks.insert(output.into(), mark.clone());
        Ok(())
    }
}

/// A record of this page, added to the outbox this many hours after a start.
pub(super) fn record(page: usize, hours: i64, change: ChangeKind) -> OutboxEntry {
    let start: Timestamp = "2026-03-28T20:00:00Z".parse().unwrap();
    let words = |page: usize| -> Vec<String> {
        (0..(page as u64 * 7) % 90).map(|n| (n * 2_654_435_761 + page as u64).to_string()).collect()
    };
    let record = Record {
        source: format!("https://news.example/{}", page % 5),
        text: words(page).join(" "),
        change: Some(PageChange {
            kind: change,
            share: 0.5,
            added: vec![format!("part {page}")],
            removed: Vec::new(),
            first_seen: start.to_string(),
            last_change: None,
        }),
        ..Record::default()
    };
    OutboxEntry {
        sequence: 0,
        run: RunId(1),
        at: start + SignedDuration::from_hours(hours),
        change,
        record: serde_json::to_vec(&record).unwrap(),
    }
}

pub(super) const TEMPLATES: [&str; 11] = [
    "{date}.jsonl",
    "{year}/{month}-{day}.csv",
    "{date}.jsonl.gz",
    "{date}.md.zst",
    "news.txt",
    "{date}.html",
    "{date}.html.zst",
    "{date}.parquet",
    "{date}.db",
    "pages/",
    "pages/{date}/",
];

/// A folder in memory if possible: crash tests sync thousands of files to disk.
pub(super) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

pub(super) fn spec(folder: &Path, template: &str) -> OutputSpec {
    let path = format!("{}/{template}", folder.display());
    let format = Format::from_path(Path::new(template)).unwrap_or(Format::Txt);
    let compression = match format {
        Format::Parquet | Format::Sqlite => FileCompression::None,
        _ => compression_from_path(Path::new(template)),
    };
    OutputSpec { name: template.into(), path, format, compression }
}

pub(super) fn deliverer(specs: &[OutputSpec]) -> Deliverer {
    let sizes = PartSizes { row_group: 3500, member: 1500 };
    let mut deliverer = Deliverer::new(JobId(1), "harbour", specs, &Settings::default());
    deliverer.part_sizes = sizes;
    deliverer
}

/// What readers find in a folder, by path. Decoded, where the bytes depend on when something was committed.
pub(super) fn contents(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut contents = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.unwrap();
        let name = entry.file_name().to_str().unwrap();
        if !entry.file_type().is_file() || name.starts_with(".copydesk-") {
            continue;
        }
        let content = match entry.path().extension().and_then(|suffix| suffix.to_str()) {
            Some("db") => rows(entry.path()),
            Some("gz" | "zst") => inflated(&fs::read(entry.path()).unwrap()),
            _ => String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned(),
        };
        contents.insert(entry.path().strip_prefix(folder).unwrap().into(), content);
    }
    contents
}

fn rows(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut rows = connection.prepare("SELECT * FROM pages ORDER BY id").unwrap();
    let columns = rows.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let value = |at| format!("{:?} ", row.get_ref(at).unwrap());
        Ok((0..columns).map(value).collect::<Vec<_>>().concat())
    };
    let rows: Vec<String> = rows.query_map([], row).unwrap().map(Result::unwrap).collect();
    rows.join("\n")
}

/// The text of a file, decompressed if needed.
pub(super) fn inflated(bytes: &[u8]) -> String {
    let limits = InflateLimits { max_inflate_ratio: u64::MAX, ..InflateLimits::default() };
    let mut text = String::new();
    InflateReader::new(io::Cursor::new(bytes.to_vec()), limits)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}
