//! Labels for the lines of text files.

use std::fs;
use std::path::Path;

use copydesk_clean::ClutterClass;
use serde::{Deserialize, Serialize};

use super::Error;

/// What a person said about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// The headline.
    Title,
    /// Main content.
    Keep,
    /// Main content with clutter inside.
    Mixed,
    /// May stay or go: standfirsts, captions and the like.
    Optional,
    /// Clutter of this class.
    Drop(ClutterClass),
}

impl Label {
    /// The label with this name: `title`, `keep`, `mixed:*`, `optional:*` or `drop:CLASS`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once(':').unwrap_or((name, "")) {
            ("title", "") => Some(Self::Title),
            ("keep", "") => Some(Self::Keep),
            ("mixed", class) if !class.is_empty() => Some(Self::Mixed),
            ("optional", _) => Some(Self::Optional),
            // The record files syndication lines under legal text; only labels have a name for them.
            ("drop", "syndication") => Some(Self::Drop(ClutterClass::Legal)),
            ("drop", class) => ClutterClass::from_name(class).map(Self::Drop),
            _ => None,
        }
    }
}

/// A line of a file and its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineLabel {
    /// The file's name, relative to the label file's folder.
    pub file: String,
    /// The line, from 1: among all lines of the file or, if the labels of the file do not fit that, among those that
    /// are not blank.
    pub line: usize,
    /// The label.
    pub label: Label,
    /// The label as it was written.
    pub name: String,
    /// The line's text.
    pub text: String,
    /// Whether it continues the sentence or paragraph of the line before.
    pub joins: bool,
    /// What must go from inside the line.
    pub clutter: Vec<String>,
    /// The line of the label file, from 1.
    pub at: usize,
}

#[derive(Deserialize)]
struct LabelRow {
    file: String,
    line: usize,
    label: String,
    text: String,
    #[serde(default)]
    joins: Option<bool>,
    #[serde(default)]
    clutter: Option<Vec<String>>,
}

/// Reads a label file: one JSON object per line, with `file`, `line`, `label` and `text`, and where they apply
/// `joins` and `clutter`. Empty lines are skipped.
///
/// # Errors
/// When the file cannot be read, a line is not such an object, or its label is unknown.
pub fn read_labels(path: &Path) -> Result<Vec<LineLabel>, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    let mut labels = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = index + 1;
        let entry: LabelRow = serde_json::from_str(line)
            .map_err(|error| Error::label(path, at, error.to_string()))?;
        let label = Label::from_name(&entry.label).ok_or_else(|| {
            Error::label(path, at, format!("label `{}` is not known", entry.label))
        })?;
        labels.push(LineLabel {
            file: entry.file,
            line: entry.line,
            label,
            name: entry.label,
            text: entry.text,
            joins: entry.joins.unwrap_or_default(),
            clutter: entry.clutter.unwrap_or_default(),
            at,
        });
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_names() {
        assert_eq!(Label::from_name("title"), Some(Label::Title));
        assert_eq!(Label::from_name("optional:caption"), Some(Label::Optional));
        assert_eq!(Label::from_name("drop:paywall"), Some(Label::Drop(ClutterClass::Paywall)));
        assert_eq!(Label::from_name("drop:syndication"), Some(Label::Drop(ClutterClass::Legal)));
        assert_eq!(Label::from_name("mixed:advert"), Some(Label::Mixed));
        assert_eq!(Label::from_name("mixed"), None);
        assert_eq!(Label::from_name("drop:nonsense"), None);
        assert_eq!(Label::from_name("drop"), None);
        assert_eq!(Label::from_name("keep:all"), None);
    }
}
