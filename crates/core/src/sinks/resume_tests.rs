//! An interrupted and resumed output equals an uninterrupted one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_clean::Record;
use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use proptest::prelude::*;

use super::*;
use crate::error::{Error, ErrorKind};
use crate::sources::PassThroughFields;

/// What happens to an output between two pages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interruption {
    /// It is committed.
    Commit,
    /// The run ends here, and is resumed from the last commit.
    Kill,
}

fn record(at: usize, length: usize) -> Record {
    // Numbers that hardly compress, so that members differ in length.
    let words: Vec<String> =
        (0..length as u64).map(|n| (n * 2_654_435_761 + at as u64).to_string()).collect();
    Record { source: format!("{at}.html"), text: words.join(" "), ..row::sample() }
}

pub(super) fn rendered(
    format: Format,
    path: OutputPath,
    unit: usize,
    length: usize,
) -> RenderedPage {
    let body = format.render(&record(unit, length), &PassThroughFields::new(), PageFrame::Separate);
    RenderedPage {
        unit,
        path: Arc::new(path),
        body,
        header: None,
        frame: PageFrame::Separate,
        is_blank_failure: false,
    }
}

/// Writes pages of these lengths; `events` stand before the pages of their positions.
pub(super) fn write(
    destination: &Destination,
    lengths: &[usize],
    events: &BTreeMap<usize, Vec<Interruption>>,
) -> Result<(), Error> {
    let mut events = events.clone();
    let mut sink = destination.open(io::sink())?;
    let mut state = sink.commit()?;
    let mut at = 0;
    loop {
        match events.get_mut(&at).and_then(Vec::pop) {
            Some(Interruption::Commit) => {
                let next = sink.commit()?.unwrap();
                assert!(next.pages() <= at as u64);
                let json = serde_json::to_string(&next).unwrap();
                assert_eq!(serde_json::from_str::<SinkState>(&json).unwrap(), next);
                state = Some(next);
            }
            Some(Interruption::Kill) => {
                drop(sink);
                let state = state.as_ref().unwrap();
                sink = destination.resume(state)?;
                at = usize::try_from(state.pages()).unwrap();
            }
            None if at == lengths.len() => return sink.finish(),
            None => {
                let path = match &destination.target {
                    OutputTarget::Folder(folder) => {
                        OutputPath::File(folder.join(format!("{at}.out")))
                    }
                    _ => OutputPath::Shared,
                };
                sink.write(&rendered(destination.format, path, at, lengths[at]))?;
                at += 1;
            }
        }
    }
}

pub(super) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().into(), content(&path))).collect()
}

/// The bytes of a file, or the rows of a database.
fn content(path: &Path) -> Vec<u8> {
    if path.extension().is_none_or(|suffix| suffix != "db") {
        return fs::read(path).unwrap();
    }
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut rows = connection.prepare("SELECT * FROM pages ORDER BY id").unwrap();
    let row = |row: &rusqlite::Row<'_>| {
        let value = |at| format!("{:?}\n", row.get_ref(at).unwrap());
        Ok((0..=columns().len()).map(value).collect::<Vec<_>>().concat())
    };
    let rows: Vec<String> = rows.query_map([], row).unwrap().map(Result::unwrap).collect();
    rows.concat().into_bytes()
}

pub(super) fn destinations(folder: &Path) -> Vec<Destination> {
    let mut all = Vec::new();
    for (name, format, compression) in [
        ("out.jsonl", Format::Jsonl, FileCompression::None),
        ("out.jsonl.gz", Format::Jsonl, FileCompression::Gzip),
        ("out.csv.zst", Format::Csv, FileCompression::Zstd),
        ("out.html.zst", Format::Html, FileCompression::Zstd),
        ("out.csv", Format::Csv, FileCompression::None),
        ("out.parquet", Format::Parquet, FileCompression::None),
        ("out.db", Format::Sqlite, FileCompression::None),
    ] {
        for shard_bytes in [None, Some(6000)] {
            let target = OutputTarget::File(folder.join(name));
            let (member_bytes, row_group_bytes) = (2000, 4000);
            all.push(Destination {
                compression,
                member_bytes,
                row_group_bytes,
                shard_bytes,
                resumable: true,
                ..Destination::new(target, format)
            });
        }
    }
    let target = OutputTarget::Folder(folder.into());
    all.push(Destination { resumable: true, ..Destination::new(target, Format::Txt) });
    all
}

/// The text of a file, compressed or not.
pub(crate) fn inflated(bytes: &[u8]) -> String {
    let limits = InflateLimits { max_inflate_ratio: u64::MAX, ..InflateLimits::default() };
    let mut text = String::new();
    InflateReader::new(io::Cursor::new(bytes.to_vec()), limits)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn events() -> impl Strategy<Value = BTreeMap<usize, Vec<Interruption>>> {
    let event = prop_oneof![3 => Just(Interruption::Commit), 2 => Just(Interruption::Kill)];
    prop::collection::btree_map(0..25_usize, prop::collection::vec(event, 1..4), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_interrupted_output_equals_an_uninterrupted_one(
        lengths in prop::collection::vec(0..120_usize, 0..24),
        events in events(),
    ) {
        for at in 0..destinations(Path::new("")).len() {
            let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let destination = &destinations(whole.path())[at];
            let vanishing = Destination { resumable: false, ..destination.clone() };
            write(&vanishing, &lengths, &BTreeMap::new()).unwrap();
            write(&destinations(cut.path())[at], &lengths, &events).unwrap();
            prop_assert!(contents(whole.path()) == contents(cut.path()), "{destination:?}");
        }
    }
}

#[test]
fn members_and_shards_are_read_one_by_one_and_are_the_plain_output() {
    let lengths: Vec<usize> = (0..40).map(|n| n * 7 % 100).collect();
    let folder = tempfile::tempdir().unwrap();
    let write_to = |name: &str, compression, shard_bytes| {
        let target = OutputTarget::File(folder.path().join(name).join("out.jsonl"));
        let destination = Destination {
            compression,
            shard_bytes,
            member_bytes: 2000,
            ..Destination::new(target, Format::Jsonl)
        };
        write(&destination, &lengths, &BTreeMap::new()).unwrap();
        contents(&folder.path().join(name))
    };
    let inflated = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<String> {
        files.values().map(|bytes| inflated(bytes)).collect()
    };
    let plain = inflated(write_to("plain", FileCompression::None, None));
    let gzip = write_to("gzip", FileCompression::Gzip, None);
    let members = gzip.values().next().unwrap().windows(4).filter(|w| *w == [0x1f, 0x8b, 8, 0]);
    assert!(members.count() > 10);
    assert_eq!(inflated(gzip), plain);
    let shards = inflated(write_to("shards", FileCompression::Zstd, Some(6000)));
    assert!(shards.len() > 3);
    assert!(shards.iter().all(|shard| shard.len() <= 6000 && shard.ends_with("}\n")));
    assert_eq!(shards.concat(), plain.concat());
}

#[test]
fn shards_of_an_earlier_run_are_refused_or_go_with_the_first_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = OutputTarget::File(folder.path().join("out.jsonl"));
    let refusing =
        Destination { shard_bytes: Some(6000), ..Destination::new(target, Format::Jsonl) };
    write(&refusing, &[100; 20], &BTreeMap::new()).unwrap();
    let before = contents(folder.path());
    assert!(before.len() > 4);
    let check = |destination: &Destination| destination.check(&crate::sources::Inputs::new([]));
    let error = check(&refusing).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutputExists { path, .. } if path.ends_with("out-00001.jsonl"))
    );

    let overwriting = Destination { existing: ExistingOutput::Overwrite, ..refusing };
    check(&overwriting).unwrap();
    // A run that does not finish removes nothing.
    let mut sink = overwriting.open(io::sink()).unwrap();
    sink.write(&rendered(Format::Jsonl, OutputPath::Shared, 0, 10)).unwrap();
    drop(sink);
    assert!(contents(folder.path()) == before);
    write(&overwriting, &[100; 6], &BTreeMap::new()).unwrap();
    let after = contents(folder.path());
    assert!(after.len() < before.len());
    assert!(
        after.iter().all(|(name, content)| before.get(name) != Some(content) || after.len() > 1)
    );
}

#[test]
fn an_input_is_never_a_shard() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("out-00007.jsonl");
    fs::write(&input, "{}\n").unwrap();
    let target = OutputTarget::File(folder.path().join("out.jsonl"));
    let existing = ExistingOutput::Overwrite;
    let destination =
        Destination { existing, shard_bytes: Some(1), ..Destination::new(target, Format::Jsonl) };
    let error = destination.check(&crate::sources::Inputs::new([input])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutputIsInput { .. }));
}

#[test]
fn a_stream_cannot_be_resumed() {
    let mut out = Vec::new();
    let destination =
        Destination { resumable: true, ..Destination::new(OutputTarget::Stream, Format::Csv) };
    let mut sink = destination.open(&mut out).unwrap();
    sink.write(&rendered(Format::Csv, OutputPath::Shared, 0, 10)).unwrap();
    assert_eq!(sink.commit().unwrap(), None);
    sink.finish().unwrap();
    assert!(destination.resume(&SinkState::default()).is_err());
    for format in [Format::Parquet, Format::Sqlite] {
        let opened = Destination::new(OutputTarget::Stream, format).open(io::sink());
        assert!(matches!(opened.err().unwrap().kind(), ErrorKind::FormatNeedsFile { .. }));
    }
}

#[test]
fn another_kind_of_output_is_not_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let target = OutputTarget::File(folder.path().join("out.jsonl"));
    let sharded = Destination {
        resumable: true,
        shard_bytes: Some(3000),
        ..Destination::new(target, Format::Jsonl)
    };
    let mut sink = sharded.open(io::sink()).unwrap();
    for at in 0..9 {
        sink.write(&rendered(Format::Jsonl, OutputPath::Shared, at, 100)).unwrap();
    }
    let state = sink.commit().unwrap().unwrap();
    drop(sink);
    assert!(state.shard() > 1);
    let folder = OutputTarget::Folder(folder.path().into());
    for other in [
        Destination { shard_bytes: None, ..sharded.clone() },
        Destination { target: folder, ..sharded.clone() },
        Destination { target: OutputTarget::Stream, ..sharded.clone() },
    ] {
        let error = other.resume(&state).err().unwrap();
        assert!(matches!(error.kind(), ErrorKind::NotResumable { .. }), "{error}");
    }
    assert!(sharded.resume(&state).is_ok());
}
