//! What elements are in the structure of a page, as far as their tags do not say it.

/// A fact about an element that renderers need, and that its tag does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ElementDetail {
    /// A list item.
    Item {
        /// Its number in an ordered list.
        number: Option<u32>,
        /// Whether its check box is checked, if it has one.
        checked: Option<bool>,
    },
    /// A list that continues another, which ends right before it. `first` is the element of the first of them.
    ContinuedList { first: u32 },
    /// A cell that covers more than one column or row.
    Cell { columns: u32, rows: u32 },
    /// A table that says that it has no data (`role=presentation`).
    LayoutTable,
    /// A block of code in this language.
    Code { language: Box<str> },
    /// A box with a note or a warning, by its kind in lower case.
    Callout { kind: Box<str> },
    /// The title of a callout.
    CalloutTitle,
    /// A heading by its role. Its block stays a paragraph to the scorer, which knows headings by their tags.
    Heading { level: u8 },
    /// A footnote, by its label.
    Note { label: Box<str> },
}
