//! A page with its bytes.

use std::borrow::Cow;

use copydesk_clean::{CleanInput, FetchFacts, InputKind, RecordError, RecordErrorKind, TextGroup};

use super::fields::PassThroughFields;
use super::input_row::{InputRow, ParsedRow};

/// A page with its bytes.
#[derive(Debug, Default)]
pub struct LoadedPage {
    /// See [`super::PageTask::source`].
    pub source: String,
    /// Its bytes, as far as they could be read.
    pub bytes: Vec<u8>,
    /// HTML or text, if known. Otherwise the cleaner detects it.
    pub kind: Option<InputKind>,
    /// Its URL, if known.
    pub url: Option<String>,
    /// The value of the field that names its group, if the settings name such a field.
    pub group: Option<String>,
    /// The charset, if it is known from elsewhere than the bytes, such as a header.
    pub charset: Option<Cow<'static, str>>,
    /// Whether invalid UTF-8 was replaced in order to read the record that holds the page.
    pub had_errors: bool,
    /// The other fields of a record or columns of a table, to be copied to the output.
    pub fields: PassThroughFields,
    /// The row that has the page, if rows are written back with columns added ([`super::AddedColumns`]).
    pub row: Option<Box<LoadedRow>>,
    /// The access facts, if the page was fetched or archived.
    pub fetch: Option<FetchFacts>,
    /// Why the bytes are missing or end early.
    pub error: Option<RecordError>,
}

impl LoadedPage {
    /// What the cleaner reads of the page. `interrupt` stops it early.
    pub fn clean_input<'a>(&'a self, interrupt: &'a (dyn Fn() -> bool + Sync)) -> CleanInput<'a> {
        CleanInput {
            url: self.url.as_deref(),
            charset: self.charset.as_deref(),
            kind: self.kind,
            interrupt: Some(interrupt),
            group: Some(self.group()),
            ..CleanInput::new(&self.source, &self.bytes)
        }
    }

    /// The texts that it is counted with, if its URL does not say it.
    fn group(&self) -> TextGroup<'_> {
        if let Some(name) = self.group.as_deref().filter(|name| !name.trim().is_empty()) {
            return TextGroup::Named(name);
        }
        let source = self.source.strip_prefix("./").unwrap_or(&self.source);
        let folder =
            source.rsplit_once(['/', std::path::MAIN_SEPARATOR]).map_or(".", |(folder, _)| folder);
        TextGroup::Folder(folder)
    }
}

/// What a loaded page has if it is the first text of a row.
#[derive(Debug)]
pub struct LoadedRow {
    pub(crate) row: InputRow,
    /// The other texts.
    pub(crate) more: Vec<LoadedPage>,
    /// A column to add that the row has already.
    pub(crate) collision: Option<String>,
}

impl LoadedPage {
    /// The page, and the other texts of its row.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.row.iter().flat_map(|row| &row.more))
    }

    /// The bytes of all its texts.
    pub(crate) fn text_bytes(&self) -> usize {
        self.texts().map(|page| page.bytes.len()).fold(0, usize::saturating_add)
    }

    /// The bytes that it holds: its texts and the row.
    pub(crate) fn held_bytes(&self) -> usize {
        let row = self.row.as_ref().map_or(0, |row| row.row.bytes());
        self.text_bytes().saturating_add(row)
    }

    /// Takes a row with its texts, the first of which becomes this page.
    pub(super) fn fill_row(
        &mut self,
        parsed: ParsedRow,
        kind: &RecordErrorKind,
        what: &str,
        number: u64,
    ) {
        let mut pages = parsed.cells.into_iter().map(|cell| {
            let mut page =
                Self { source: self.source.clone(), url: self.url.clone(), ..Self::default() };
            page.fill(cell, kind.clone(), what, number);
            page
        });
        let first = pages.next();
        let more: Vec<Self> = pages.collect();
        if let Some(first) = first {
            *self = first;
        }
        self.row = Some(Box::new(LoadedRow { row: parsed.row, more, collision: parsed.collision }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_with_its_field_or_its_folder() {
        let page = |source: &str, group: Option<&str>| LoadedPage {
            source: source.into(),
            group: group.map(str::to_owned),
            ..LoadedPage::default()
        };
        let named = page("news.jsonl#7", Some("Quay Post"));
        assert_eq!(named.group(), TextGroup::Named("Quay Post"));
        for (source, folder) in
            [("./quay/may/1.txt", "quay/may"), ("/data/quay.jsonl#7", "/data"), ("-#7", ".")]
        {
            assert_eq!(page(source, None).group(), TextGroup::Folder(folder));
            assert_eq!(page(source, Some(" ")).group(), TextGroup::Folder(folder));
        }
    }
}
