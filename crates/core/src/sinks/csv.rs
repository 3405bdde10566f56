//! The record as a row of a table.

use copydesk_clean::Record;

use super::row::outcome;

const COLUMNS: [&str; 17] = [
    "source",
    "url",
    "outcome",
    "error",
    "title",
    "author",
    "date",
    "language",
    "sitename",
    "description",
    "text",
    "comments",
    "removed",
    "confidence",
    "kept_ratio",
    "fingerprint",
    "duplicate_of",
];

pub(super) fn header() -> Vec<u8> {
    row(&COLUMNS)
}

pub(super) fn render(record: &Record) -> Vec<u8> {
    let outcome = outcome(record.outcome);
    let error = record.error.as_ref().map(|error| format!("{}: {}", error.kind, error.message));
    let removed: Vec<String> =
        record.removed.counts.iter().map(|(class, count)| format!("{class}={count}")).collect();
    let metadata = &record.metadata;
    row(&[
        &record.source,
        metadata.url.as_deref().unwrap_or_default(),
        outcome,
        error.as_deref().unwrap_or_default(),
        metadata.title.as_deref().unwrap_or_default(),
        metadata.author.as_deref().unwrap_or_default(),
        metadata.date.as_deref().unwrap_or_default(),
        metadata.language.as_deref().unwrap_or_default(),
        metadata.sitename.as_deref().unwrap_or_default(),
        metadata.description.as_deref().unwrap_or_default(),
        &record.text,
        record.comments.as_deref().unwrap_or_default(),
        &removed.join(" "),
        &format!("{:.3}", record.quality.confidence),
        &format!("{:.3}", record.quality.kept_ratio),
        &record.fingerprint,
        record.duplicate_of.as_deref().unwrap_or_default(),
    ])
}

fn row(values: &[&str; COLUMNS.len()]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Neither can fail: the rows are of one length and the writer is memory.
    let _ = writer.write_record(values);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_is_one_value() {
        let record = Record { text: "One, \"two\"\n\nthree".into(), ..Record::default() };
        let table = [header(), render(&record)].concat();
        let mut reader = ::csv::Reader::from_reader(table.as_slice());
        assert_eq!(reader.headers().unwrap().len(), COLUMNS.len());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(&rows[0][10], "One, \"two\"\n\nthree");
        assert_eq!(&rows[0][2], "empty");
    }
}
