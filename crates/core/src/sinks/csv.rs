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

/// Columns after those, in tables of pages that are watched.
const WATCHED_COLUMNS: [&str; 4] = ["change", "change_share", "first_seen", "last_change"];

pub(super) fn header(is_watched: bool) -> Vec<u8> {
    row(COLUMNS.into_iter().chain(WATCHED_COLUMNS.into_iter().filter(|_| is_watched)))
}

pub(super) fn render(record: &Record, is_watched: bool) -> Vec<u8> {
    let outcome = outcome(record.outcome);
    let error = record.error.as_ref().map(|error| format!("{}: {}", error.kind, error.message));
    let removed: Vec<String> =
        record.removed.counts.iter().map(|(class, count)| format!("{class}={count}")).collect();
    let metadata = &record.metadata;
    let values = [
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
    ];
    let change = record.change.as_ref();
    let share = change.map(|change| format!("{:.3}", change.share));
    let watched = [
        change.map_or("", |change| change.kind.name()),
        share.as_deref().unwrap_or_default(),
        change.map_or("", |change| &change.first_seen),
        change.and_then(|change| change.last_change.as_deref()).unwrap_or_default(),
    ];
    row(values.into_iter().chain(watched.into_iter().filter(|_| is_watched)))
}

fn row<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Neither can fail: there is one row, and the writer is memory.
    let _ = writer.write_record(values);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use copydesk_clean::{ChangeKind, PageChange};

    use super::*;

    #[test]
    fn a_text_of_many_lines_is_one_value() {
        let record = Record { text: "One, \"two\"\n\nthree".into(), ..Record::default() };
        let table = [header(false), render(&record, false)].concat();
        let mut reader = ::csv::Reader::from_reader(table.as_slice());
        assert_eq!(reader.headers().unwrap().len(), COLUMNS.len());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(&rows[0][10], "One, \"two\"\n\nthree");
        assert_eq!(&rows[0][2], "empty");
    }

    #[test]
    fn tables_of_watched_pages_say_what_is_new() {
        let change = PageChange {
            kind: ChangeKind::Gone,
            share: 1.0,
            added: Vec::new(),
            removed: Vec::new(),
            first_seen: "2026-03-29T06:00:00Z".into(),
            last_change: None,
        };
        let record = Record { change: Some(change), ..Record::default() };
        let header = String::from_utf8(header(true)).unwrap();
        let line = String::from_utf8(render(&record, true)).unwrap();
        assert!(header.ends_with(",duplicate_of,change,change_share,first_seen,last_change\n"));
        assert!(line.ends_with(",,gone,1.000,2026-03-29T06:00:00Z,\n"), "{line}");
    }
}
