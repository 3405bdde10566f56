//! Rows of inputs that are written back with columns added.

use std::sync::Arc;

use super::fields::{FieldNames, ParsedRecord};
#[cfg(feature = "parquet")]
use super::row_group::RowGroup;
use super::table_values::{TableValue, TableValues};
use crate::settings::Settings;

/// The columns that are added to each row: for each text that is cleaned, what it became and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedColumns {
    pub(crate) cells: Vec<AddedCell>,
    /// The names of all columns, in their order.
    pub(crate) names: Arc<[String]>,
    /// Whether the output takes the columns of the input as they are stored, so that only those with texts are read.
    pub(crate) copies_columns: bool,
}

/// The columns for one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddedCell {
    /// Where the text is.
    pub(super) fields: FieldNames,
    /// The names of the columns: the text, its outcome, what was removed from it, and its error.
    pub(crate) names: [String; 4],
}

impl AddedColumns {
    /// The columns that the settings ask for, if they do.
    pub fn new(settings: &Settings) -> Option<Self> {
        let prefix = settings.add_columns.as_str();
        (!prefix.is_empty()).then(|| Self::with_prefix(prefix, &FieldNames::new(settings)))
    }

    /// For one text, the names of the columns begin with the prefix. For several, each has those of its field first.
    fn with_prefix(prefix: &str, fields: &FieldNames) -> Self {
        let names = |text: String, prefix: &str| {
            [
                text,
                format!("{prefix}_outcome"),
                format!("{prefix}_removed"),
                format!("{prefix}_error"),
            ]
        };
        let cells = if fields.text.len() < 2 {
            let names = names(format!("{prefix}_text"), prefix);
            vec![AddedCell { fields: fields.clone(), names }]
        } else {
            let only = |html: Option<&String>, text: Option<&String>| FieldNames {
                html: html.cloned(),
                text: text.cloned().into_iter().collect(),
                url: fields.url.clone(),
                group: fields.group.clone(),
            };
            let html = fields.html.iter().map(|name| (name, only(Some(name), None)));
            let text = fields.text.iter().map(|name| (name, only(None, Some(name))));
            html.chain(text)
                .map(|(name, fields)| {
                    let column = format!("{name}_{prefix}");
                    AddedCell { fields, names: names(column.clone(), &column) }
                })
                .collect()
        };
        let names = cells.iter().flat_map(|cell: &AddedCell| cell.names.clone()).collect();
        Self { cells, names, copies_columns: false }
    }

    /// The first of these names that a column of the input has, or that two texts would have.
    pub(super) fn collision<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Option<String> {
        let columns: Vec<&str> = columns.collect();
        let mut before: Vec<&str> = Vec::new();
        for name in self.names.iter().map(String::as_str) {
            if columns.contains(&name) || before.contains(&name) {
                return Some(name.to_owned());
            }
            before.push(name);
        }
        None
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
    pub(super) cells: Vec<Result<ParsedRecord, String>>,
    /// A column to add that the row has already.
    pub(super) collision: Option<String>,
}

impl ParsedRow {
    /// A row that cannot be read. The message says why.
    pub(super) fn lost(added: &AddedColumns, message: &str) -> Self {
        let cells = added.cells.iter().map(|_| Err(message.to_owned())).collect();
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
            AddedColumns::new(settings).unwrap().names.to_vec()
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
        assert_eq!(AddedColumns::new(&Settings::default()), None);
    }

    #[test]
    fn a_column_that_exists_is_found() {
        let settings = Settings { add_columns: "clean".into(), ..Settings::default() };
        let added = AddedColumns::new(&settings).unwrap();
        let collision = |columns: &[&str]| added.collision(columns.iter().copied());
        assert_eq!(collision(&["text", "clean"]), None);
        assert_eq!(collision(&["clean_error", "text"]).as_deref(), Some("clean_error"));
    }
}
