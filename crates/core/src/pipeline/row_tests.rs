//! Rows that are written back with columns added, in Parquet and after interruptions.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_clean::{CleanInput, Record, RecordOutcome};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::*;
use crate::checkpoint::{Checkpoint, RunConfig};
use crate::error::{Error, ErrorKind};
use crate::settings::{FieldList, Settings, TimeSpan};
use crate::sinks::{Destination, Format, OutputTarget};
use crate::sources::Inputs;

/// The columns of the inputs: nested ones too, of types that rows in JSON do not have.
const COLUMNS: &str = "message rows {
    required int64 id (TIMESTAMP(NANOS, true));
    optional group data {
        optional binary body (UTF8);
        optional group tags (LIST) { repeated group list { optional binary element (UTF8); } }
    }
}";

/// Writes a column of a row group.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    definitions: Option<&[i16]>,
    repetitions: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, definitions, repetitions).unwrap();
    column.close().unwrap();
}

/// A table with these bodies in its row groups; an empty body is null.
fn table(groups: &[&[&str]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(COLUMNS).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_dictionary_enabled(true).build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let texts = |texts: &[&str]| -> Vec<ByteArray> {
        texts.iter().map(|text| text.as_bytes().to_vec().into()).collect()
    };
    for bodies in groups {
        let mut group = file.next_row_group().unwrap();
        let ids: Vec<i64> = (-1..).take(bodies.len()).collect();
        column::<Int64Type>(&mut group, &ids, None, None);
        let levels: Vec<i16> = bodies.iter().map(|body| 1 + i16::from(!body.is_empty())).collect();
        let filled: Vec<&str> = bodies.iter().copied().filter(|body| !body.is_empty()).collect();
        column::<ByteArrayType>(&mut group, &texts(&filled), Some(&levels), None);
        // Two tags for each row, the second of which is null.
        let tags: Vec<&str> = bodies.iter().map(|_| "sea").collect();
        let levels: Vec<i16> = bodies.iter().flat_map(|_| [4, 3]).collect();
        let places: Vec<i16> = bodies.iter().flat_map(|_| [0, 1]).collect();
        column::<ByteArrayType>(&mut group, &texts(&tags), Some(&levels), Some(&places));
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

/// Cleans a text to its first word.
fn first_word(input: &CleanInput<'_>) -> Record {
    let text = String::from_utf8_lossy(input.bytes).into_owned();
    assert!(!text.starts_with("PANIC"), "asked to");
    let text = text.split(' ').next().unwrap_or_default().to_owned();
    let outcome = if text.is_empty() { RecordOutcome::Empty } else { RecordOutcome::Ok };
    Record { source: input.source.into(), outcome, text, ..Record::default() }
}

/// Fails at a row.
struct FailAt(Option<u64>, u64);

impl RunFilter for FailAt {
    fn decide(&mut self, _: &mut FinishedPage) -> Result<FilterDecision, Error> {
        if self.0 == Some(self.1) {
            return Err(ErrorKind::Threads("killed".into()).into());
        }
        self.1 += 1;
        Ok(FilterDecision::Write)
    }

    fn mark(&self) -> u64 {
        self.1
    }

    fn resume(&mut self, mark: u64) -> Result<(), Error> {
        self.1 = mark;
        Ok(())
    }
}

struct RowFixture {
    folder: tempfile::TempDir,
    output: PathBuf,
    format: Format,
    settings: Settings,
}

impl RowFixture {
    fn new(output: &str, format: Format, field: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        let settings = Settings {
            add_columns: "clean".into(),
            text_field: FieldList(vec![field.into()]),
            threads: 2,
            checkpoint_interval: TimeSpan(std::time::Duration::ZERO),
            ..Settings::default()
        };
        let output = folder.path().join(output);
        Self { folder, output, format, settings }
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join("in").join(name), content).unwrap();
        self
    }

    fn run(&self, fails_at: Option<u64>) -> Result<FinishedRun, Error> {
        let inputs = Inputs::new([self.folder.path().join("in")]);
        let target = OutputTarget::File(self.output.clone());
        let destination = Destination { resumable: true, ..Destination::new(target, self.format) };
        let config = RunConfig::new(&self.settings, &destination)?;
        let file = self.folder.path().join("run.checkpoint");
        let checkpoint = Checkpoint::open(&file, config, &self.settings, &destination)?;
        let options = RunOptions::new(&self.settings, self.format, &inputs);
        let mut filter = FailAt(fails_at, 0);
        let run = CleaningRun {
            run_filter: Some(&mut filter),
            checkpoint: Some(checkpoint),
            ..CleaningRun::new(&first_word, &inputs, &destination, &options)
        };
        run.start(std::io::sink())
    }

    fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

/// Every row of a table as text, with these columns or all.
fn rows(path: &Path, columns: Option<usize>) -> Vec<String> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let shown = |row: parquet::record::Row| {
        let cells = row.get_column_iter().take(columns.unwrap_or(usize::MAX));
        cells.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
    };
    rows.map(shown).collect()
}

#[test]
fn columns_of_parquet_are_copied_and_cleaned_ones_added() {
    let fixture = RowFixture::new("out.parquet", Format::Parquet, "data.body")
        .with("a.parquet", table(&[&["one ferry", ""], &["PANIC", "two"]]))
        .with("b.parquet", table(&[&["three"]]));
    let finished = fixture.run(None).unwrap();
    assert_eq!((finished.stats.ok, finished.stats.empty, finished.stats.failed), (3, 1, 1));
    let added: Vec<String> = rows(&fixture.output, None)
        .iter()
        .map(|row| row.split_once("}, ").unwrap().1.to_owned())
        .collect();
    let panicked = "panic: the cleaner failed on this page: asked to";
    let expected = [
        "clean_text: \"one\", clean_outcome: \"ok\", clean_removed: \"{}\", clean_error: null",
        "clean_text: \"\", clean_outcome: \"empty\", clean_removed: \"{}\", clean_error: null",
        &format!(
            "clean_text: null, clean_outcome: \"error\", clean_removed: \"{{}}\", clean_error: \
             \"{panicked}\""
        ),
        "clean_text: \"two\", clean_outcome: \"ok\", clean_removed: \"{}\", clean_error: null",
        "clean_text: \"three\", clean_outcome: \"ok\", clean_removed: \"{}\", clean_error: null",
    ];
    assert_eq!(added, expected);
    let inputs = ["a.parquet", "b.parquet"].map(|name| fixture.folder.path().join("in").join(name));
    let own: Vec<String> = inputs.iter().flat_map(|input| rows(input, None)).collect();
    assert_eq!(rows(&fixture.output, Some(2)), own);

    // Types and row groups are those of the inputs.
    let reader = SerializedFileReader::new(File::open(&fixture.output).unwrap()).unwrap();
    let groups: Vec<i64> =
        reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [2, 2, 1]);
    let copied = reader.metadata().file_metadata().schema().get_fields()[..2].to_vec();
    assert_eq!(copied, parse_message_type(COLUMNS).unwrap().get_fields());
}

#[test]
fn a_run_that_is_killed_at_any_row_ends_with_the_same_bytes() {
    let line = |n: usize| format!("{{\"body\": \"{n} x\", \"n\": {n}.0}}\n");
    let lines = (0..6).map(line).collect::<Vec<_>>().concat();
    let csv = (0..6).map(|n| format!("{n},{n} x\n")).collect::<Vec<_>>().concat();
    let groups: &[&[&str]] = &[&["one", "two", ""], &["three"], &["four x", "five"]];
    for fixture in [
        RowFixture::new("out.jsonl", Format::Jsonl, "body").with("a.jsonl", lines),
        RowFixture::new("out.csv", Format::Csv, "body").with("a.csv", format!("n,body\n{csv}")),
        RowFixture::new("out.parquet", Format::Parquet, "data.body")
            .with("a.parquet", table(groups)),
        RowFixture::new("out.jsonl", Format::Jsonl, "data.body").with("a.parquet", table(groups)),
    ] {
        let whole = fixture.run(None).unwrap();
        assert_eq!(whole.stats.pages, 6);
        let expected = fs::read(&fixture.output).unwrap();
        for killed_at in 0..6 {
            fixture.clear();
            assert!(fixture.run(Some(killed_at)).is_err());
            assert_eq!(fixture.run(None).unwrap().stats, whole.stats, "{killed_at}");
            let written = fs::read(&fixture.output).unwrap();
            assert!(written == expected, "{} killed at {killed_at}", fixture.output.display());
        }
        fixture.clear();
        for killed_at in 1..6 {
            assert!(fixture.run(Some(killed_at)).is_err());
        }
        fixture.run(None).unwrap();
        assert!(fs::read(&fixture.output).unwrap() == expected, "{}", fixture.output.display());
    }
}

#[test]
fn a_damaged_row_group_gives_failed_rows_in_their_places() {
    let mut damaged = table(&[&["one ferry", "two"], &["three"]]);
    let at = damaged.windows(9).position(|window| window == b"one ferry").unwrap();
    // The header of the page with the texts.
    damaged[at - 20..at].fill(0xff);
    let fixture =
        RowFixture::new("out.parquet", Format::Parquet, "data.body").with("a.parquet", damaged);
    assert_eq!(fixture.run(None).unwrap().stats.failed, 1);
    let reader = SerializedFileReader::new(File::open(&fixture.output).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema();
    let outcome = schema.get_fields().iter().filter(|field| field.name() == "clean_outcome");
    let outcome = parquet::schema::types::Type::group_type_builder("rows")
        .with_fields(outcome.cloned().collect())
        .build()
        .unwrap();
    let outcomes = reader.get_row_iter(Some(outcome)).unwrap();
    let outcomes: Vec<String> = outcomes.map(|row| row.unwrap().to_string()).collect();
    let expected = ["error", "error", "ok"].map(|name| format!("{{clean_outcome: \"{name}\"}}"));
    assert_eq!(outcomes, expected);
}
