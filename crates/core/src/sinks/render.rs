//! Renders records: which format is written by which module.

use copydesk_clean::Record;

use super::rendered::{PageFrame, RenderedBody};
use super::row::FlatRow;
use super::{csv, document, jsonl};
use crate::format::Format;
use crate::sources::PassThroughFields;

impl Format {
    /// Renders a record in this format. `fields` are the fields of the input to copy; tables have room for them,
    /// documents do not. With [`PageFrame::Separate`], documents mark where the page begins, since others may be in
    /// the same output:
    ///
    /// * text: a line `==> SOURCE <==`, as `head` and `tail` write it;
    /// * Markdown: a comment `<!-- SOURCE -->`;
    /// * HTML: an `<article data-source="SOURCE">` around the page.
    pub fn render(
        self,
        record: &Record,
        fields: &PassThroughFields,
        frame: PageFrame,
    ) -> RenderedBody {
        let separate = frame.is_separate();
        RenderedBody::Bytes(match self {
            Self::Jsonl => jsonl::render(record, fields),
            Self::Csv => csv::render(&FlatRow::new(record, fields)),
            Self::Spreadsheet => csv::render_for_spreadsheets(&FlatRow::new(record, fields)),
            Self::Txt => document::text(record, separate),
            Self::Markdown => document::markdown(record, frame),
            Self::Html => document::html(record, separate),
            Self::Parquet | Self::Sqlite => {
                return RenderedBody::Row(Box::new(FlatRow::new(record, fields)));
            }
        })
    }

    /// What comes before the first page of a text output.
    pub(super) fn prologue(self, separate: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv::header(),
            Self::Spreadsheet => [csv::BYTE_ORDER_MARK, &csv::header()].concat(),
            Self::Html if separate => document::HTML_PROLOGUE.into(),
            _ => Vec::new(),
        }
    }

    /// What comes after the last page of a text output.
    pub(super) fn epilogue(self, separate: bool) -> Vec<u8> {
        match self {
            Self::Html if separate => document::HTML_EPILOGUE.into(),
            _ => Vec::new(),
        }
    }
}
