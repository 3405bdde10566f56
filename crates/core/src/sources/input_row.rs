//! Rows of inputs that are written back with columns added.

use std::collections::HashSet;
use std::sync::Arc;

use super::fields::{FieldNames, ParsedRecord, RowFault};
#[cfg(feature = "parquet")]
use super::row_group::RowGroup;
use super::table_values::{TableValue, TableValues};
use crate::format::Format;
use crate::settings::Settings;

/// The columns that are added to each row: for each text that is cleaned, what it became and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedColumns {
    /// Where each text is.
    pub(super) cells: Vec<FieldNames>,
    /// The names of all columns, in their order.
    pub(crate) names: Arc<[String]>,
    /// Whether the output takes the columns of the input as they are stored, so that only those with texts are read.
    pub(crate) copies_columns: bool,
}

impl AddedColumns {
    /// The columns that the settings ask for in an output of this format, if they do.
    pub fn new(settings: &Settings, format: Format) -> Option<Self> {
        let prefix = settings.add_columns.as_str();
        let copies_columns = format == Format::Parquet;
        let added =
            || Self { copies_columns, ..Self::with_prefix(prefix, &FieldNames::new(settings)) };
        (!prefix.is_empty()).then(added)
    }

    /// For one text, the names of the columns begin with the prefix. For several, they begin with the name of the field.
    /// Each text has four: itself, its outcome, what was removed from it, and its error.
    fn with_prefix(prefix: &str, fields: &FieldNames) -> Self {
        let names = |text: String, prefix: &str| {
            [
                text,
                format!("{prefix}_outcome"),
                format!("{prefix}_removed"),
                format!("{prefix}_error"),
            ]
        };
        let (cells, names): (Vec<_>, Vec<_>) = if fields.text.len() < 2 {
            (vec![fields.clone()], vec![names(format!("{prefix}_text"), prefix)])
        } else {
            let html = fields.html.iter().map(|name| {
                let html = Some(name.clone());
                (name, FieldNames { html, text: Vec::new(), ..fields.clone() })
            });
            let text = fields.text.iter().map(|name| {
                (name, FieldNames { html: None, text: vec![name.clone()], ..fields.clone() })
            });
            html.chain(text)
                .map(|(name, fields)| {
                    let column = format!("{name}_{prefix}");
                    (fields, names(column.clone(), &column))
                })
                .unzip()
        };
        Self { cells, names: names.into_iter().flatten().collect(), copies_columns: false }
    }

    /// The first of these names that a column of the input has, or that two texts would have.
    pub(super) fn collision<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Option<String> {
        let mut taken: HashSet<&str> = columns.collect();
        self.names.iter().find(|name| !taken.insert(name)).cloned()
    }
}

/// A row as it was read.
#[derive(Debug)]
pub(crate) enum InputRow {
    /// A JSON object, as it was written.
    Object(String),
    /// The row of a table.
    Table(TableRow),
    /// A row of which nothing could be read.
    Lost,
}

/// The row of a table.
#[derive(Debug)]
pub(crate) struct TableRow {
    /// The names of the columns.
    pub(crate) columns: Arc<[String]>,
    /// The values, in the order of the columns. Those of columns that are null or were not read are left out.
    pub(super) values: TableValues,
    /// The row group that has the row, in Parquet.
    #[cfg(feature = "parquet")]
    pub(crate) group: Option<Arc<RowGroup>>,
    /// How many rows it stands for: more than one if the rest of a row group could not be read.
    #[cfg(feature = "parquet")]
    pub(crate) count: u64,
}

impl TableRow {
    /// A row with these values.
    pub(super) fn new(columns: Arc<[String]>, values: TableValues) -> Self {
        Self {
            columns,
            values,
            #[cfg(feature = "parquet")]
            group: None,
            #[cfg(feature = "parquet")]
            count: 1,
        }
    }

    /// The name and value of each column.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&str, Option<&TableValue>)> {
        // Columns may share a name, so values are found by their order.
        let mut values = self.values.iter().peekable();
        self.columns.iter().map(move |column| {
            let value = values.next_if(|(name, _)| name == column);
            (column.as_str(), value.map(|(_, value)| value))
        })
    }
}

impl InputRow {
    /// Its size in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Object(json) => json.len(),
            Self::Table(row) => row.values.iter().map(|(_, value)| value.bytes()).sum(),
            Self::Lost => 0,
        }
    }
}

/// A row that was read, with a page for each text in it.
pub(super) struct ParsedRow {
    pub(super) row: InputRow,
    pub(super) cells: Vec<Result<ParsedRecord, RowFault>>,
    /// A column to add that the row has already.
    pub(super) collision: Option<String>,
}

impl ParsedRow {
    /// A row that cannot be read. The message says why.
    pub(super) fn lost(added: &AddedColumns, message: &str) -> Self {
        let cells = added.cells.iter().map(|_| Err(message.to_owned().into())).collect();
        Self { row: InputRow::Lost, cells, collision: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FieldList;

    #[test]
    fn several_texts_have_columns_named_after_their_fields() {
        let names = |settings: &Settings| -> Vec<String> {
            AddedColumns::new(settings, Format::Jsonl).unwrap().names.to_vec()
        };
        let one = Settings { add_columns: "clean".into(), ..Settings::default() };
        assert_eq!(names(&one), ["clean_text", "clean_outcome", "clean_removed", "clean_error"]);
        let two = FieldList(vec!["body".into(), "data.summary".into()]);
        let two = Settings { text_field: two, ..one };
        assert_eq!(
            names(&two)[..5],
            [
                "body_clean",
                "body_clean_outcome",
                "body_clean_removed",
                "body_clean_error",
                "data.summary_clean"
            ]
        );
        assert_eq!(AddedColumns::new(&Settings::default(), Format::Jsonl), None);
    }

    #[test]
    fn a_column_that_exists_is_found() {
        let settings = Settings { add_columns: "clean".into(), ..Settings::default() };
        let added = AddedColumns::new(&settings, Format::Jsonl).unwrap();
        let collision = |columns: &[&str]| added.collision(columns.iter().copied());
        assert_eq!(collision(&["text", "clean"]), None);
        assert_eq!(collision(&["clean_error", "text"]).as_deref(), Some("clean_error"));
    }
}
