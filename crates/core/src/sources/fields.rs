//! Which fields of a record, or columns of a table, make a page.

use std::borrow::Cow;

use copydesk_clean::{FetchFacts, InputKind, RecordError, RecordErrorKind};
use serde_json::value::RawValue;

use crate::settings::Settings;
use crate::string_enum::joined;

/// Fields of an input that are copied to the output, in their order and byte for byte.
pub type PassThroughFields = Vec<(String, Box<RawValue>)>;

/// The usual names of fields that hold a page. Those that are most likely to be complete come first.
const CONTENT_FIELDS: [(&str, Option<InputKind>); 23] = [
    ("html", Some(InputKind::Html)),
    ("raw_html", Some(InputKind::Html)),
    ("rawhtml", Some(InputKind::Html)),
    ("html_content", Some(InputKind::Html)),
    ("content_html", Some(InputKind::Html)),
    ("page_html", Some(InputKind::Html)),
    ("html_body", Some(InputKind::Html)),
    ("page_source", Some(InputKind::Html)),
    ("raw_content", None),
    ("rawcontent", None),
    ("text", Some(InputKind::Text)),
    ("full_text", Some(InputKind::Text)),
    ("maintext", Some(InputKind::Text)),
    ("article_text", Some(InputKind::Text)),
    ("plain_text", Some(InputKind::Text)),
    ("articlebody", Some(InputKind::Text)),
    ("content_text", Some(InputKind::Text)),
    ("content", None),
    ("page_content", None),
    ("body", None),
    ("article", None),
    ("document", None),
    ("page", None),
];

/// The usual names of fields that hold the URL of a page: the URL after redirects comes before the requested one.
/// Only `url` is trusted whatever its value looks like; the others must begin with `http://` or `https://`.
const URL_FIELDS: [&str; 13] = [
    "final_url",
    "url",
    "source_url",
    "page_url",
    "responded_url",
    "requested_url",
    "uri",
    "link",
    "source",
    "warc_target_uri",
    "warc-target-uri",
    "address",
    "canonical_url",
];

/// The field names that the settings choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames {
    /// The field with HTML. Default none: the usual names, unless `text` is set.
    pub html: Option<String>,
    /// The fields with text; the first one that has some is used. Default none: the usual names, unless `html` is set.
    pub text: Vec<String>,
    /// The field with the URL. Default none: the usual names.
    pub url: Option<String>,
    /// The field with the name of the group that a text is counted with. Default none.
    pub group: Option<String>,
}

impl FieldNames {
    /// The names in the settings.
    pub fn new(settings: &Settings) -> Self {
        let set = |name: &String| (!name.is_empty()).then(|| name.clone());
        Self {
            html: set(&settings.html_field),
            text: settings.text_field.names().map(str::to_owned).collect(),
            url: set(&settings.url_field),
            group: set(&settings.group_field),
        }
    }

    /// Whether one of these columns holds pages. If columns can hold objects, a path begins with the name of one.
    pub(super) fn is_among<'a>(
        &self,
        mut columns: impl Iterator<Item = &'a str>,
        has_objects: bool,
    ) -> bool {
        let is_at = |name: &str, column: &str| {
            name.eq_ignore_ascii_case(column) || (has_objects && within(name, column).is_some())
        };
        columns.any(|column| self.content_names().any(|name| is_at(name, column)))
    }

    /// Whether a column that can hold objects holds pages, URLs or the names of groups.
    #[cfg(feature = "parquet")]
    pub(super) fn is_relevant(&self, column: &str) -> bool {
        self.is_among(std::iter::once(column), true)
            || self
                .url_fields()
                .chain(self.group.as_deref())
                .any(|name| name.eq_ignore_ascii_case(column) || within(name, column).is_some())
    }

    /// The names of the fields that may hold the page.
    pub(super) fn content_names(&self) -> impl Iterator<Item = &str> {
        self.content_fields().map(|(name, _)| name)
    }

    /// The message about a record in which no field holds a page, without its subject and its own fields.
    pub(super) fn missing(&self) -> String {
        let chosen: Vec<String> =
            self.html.iter().chain(&self.text).map(|name| format!("`{name}`")).collect();
        if chosen.is_empty() {
            "no `html`, `raw_content`, `text`, `content` or other usual field with text in it"
                .into()
        } else {
            format!("no field {} with text in it", joined(chosen))
        }
    }

    fn content_fields(&self) -> impl Iterator<Item = (&str, Option<InputKind>)> {
        let html = self.html.iter().map(|name| (name.as_str(), Some(InputKind::Html)));
        let text = self.text.iter().map(|name| (name.as_str(), Some(InputKind::Text)));
        let is_chosen = self.html.is_some() || !self.text.is_empty();
        let usual = if is_chosen { &[][..] } else { &CONTENT_FIELDS[..] };
        html.chain(text).chain(usual.iter().copied())
    }

    fn url_fields(&self) -> impl Iterator<Item = &str> {
        let usual = if self.url.is_some() { &[][..] } else { &URL_FIELDS[..] };
        self.url.as_deref().into_iter().chain(usual.iter().copied())
    }
}

/// The rest of a path within the value of a column; `None` if the path does not begin with the column.
pub(super) fn within<'a>(path: &'a str, column: &str) -> Option<&'a str> {
    let (start, rest) = path.split_at_checked(column.len())?;
    rest.strip_prefix('.').filter(|_| start.eq_ignore_ascii_case(column))
}

/// Why a record or row gives no page, as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowFault {
    /// It is damaged.
    Damaged(String),
    /// No field of it holds a page.
    NoPage(String),
}

impl RowFault {
    /// The error in the record of the page. `damaged` is the kind for damage.
    pub(super) fn into_error(self, damaged: RecordErrorKind, concerns: String) -> RecordError {
        let (kind, message) = match self {
            Self::Damaged(message) => (damaged, message),
            Self::NoPage(message) => (RecordErrorKind::Field, message),
        };
        RecordError { kind, message, concerns }
    }
}

impl From<String> for RowFault {
    fn from(message: String) -> Self {
        Self::Damaged(message)
    }
}

/// A list of fields or columns for messages: the user will have to name one of them.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN_NAMES: usize = 20;
    const SHOWN_CHARACTERS: usize = 40;
    joined(
        names
            .take(SHOWN_NAMES)
            .map(|name| format!("`{}`", name.chars().take(SHOWN_CHARACTERS).collect::<String>())),
    )
}

/// The content of a record.
#[derive(Default)]
pub(super) struct ParsedRecord {
    pub(super) content: Vec<u8>,
    /// Whether the content is known to be UTF-8.
    pub(super) is_utf8: bool,
    pub(super) kind: Option<InputKind>,
    pub(super) url: Option<String>,
    pub(super) group: Option<String>,
    pub(super) others: PassThroughFields,
    pub(super) had_errors: bool,
    /// The access facts, if `copydesk fetch` wrote the record.
    pub(super) fetch: Option<FetchFacts>,
    /// Why there is no content, if the record says so.
    pub(super) error: Option<RecordError>,
}

/// A field that holds a page.
#[derive(Default)]
pub(super) struct ContentField<T = String> {
    /// Its name as written.
    pub(super) field: String,
    pub(super) content: T,
    pub(super) kind: Option<InputKind>,
}

/// A record has no field for a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoPageField;

/// Finds the field of a record that holds the page. `get` looks a field up by name, ignoring case, and returns its
/// name as written and its value.
pub(super) fn find<T: AsRef<[u8]>>(
    fields: &FieldNames,
    forced_kind: Option<InputKind>,
    get: impl Fn(&str) -> Option<(String, T)>,
) -> Result<ContentField<T>, NoPageField> {
    let mut candidates: Vec<_> = fields.content_fields().collect();
    if forced_kind == Some(InputKind::Text) {
        candidates.sort_by_key(|(_, kind)| *kind != Some(InputKind::Text));
    }
    let found = candidates.into_iter().filter_map(|(name, kind)| {
        let (field, content) = get(name)?;
        Some(ContentField { field, content, kind })
    });
    let mut empty = None;
    for found in found {
        // Scrapers write empty fields for what they did not find, so a later field with content wins.
        if !found.content.as_ref().trim_ascii().is_empty() {
            return Ok(found);
        }
        empty = empty.or(Some(found));
    }
    empty.ok_or(NoPageField)
}

/// Finds the URL of a record, and the name of its field.
pub(super) fn find_url(
    fields: &FieldNames,
    get: impl Fn(&str) -> Option<(String, String)>,
) -> Option<(String, String)> {
    fields.url_fields().find_map(|name| {
        let (field, url) = get(name)?;
        let is_trusted = name == "url" || fields.url.is_some();
        let is_url = is_trusted || url.starts_with("http://") || url.starts_with("https://");
        (is_url && !url.is_empty()).then_some((field, url))
    })
}

/// The name of the group of a record, if the settings name its field.
pub(super) fn find_group(
    fields: &FieldNames,
    get: impl Fn(&str) -> Option<(String, String)>,
) -> Option<String> {
    fields.group.as_deref().and_then(get).map(|(_, group)| group)
}

/// Bytes as text; invalid UTF-8 becomes U+FFFD.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(
        record: &'a [(&'a str, &'a str)],
    ) -> impl Fn(&str) -> Option<(String, String)> + use<'a> {
        move |name| {
            let found = record.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some((found.0.to_owned(), found.1.to_owned()))
        }
    }

    #[test]
    fn only_chosen_fields_are_used() {
        let names = |html: Option<&str>, text: Option<&str>| FieldNames {
            html: html.map(str::to_owned),
            text: text.map(str::to_owned).into_iter().collect(),
            url: Some("where".into()),
            group: None,
        };
        let record = [("Story", "s"), ("html", "h"), ("markup", " "), ("WHERE", "a/1")];
        let found = find(&names(Some("markup"), Some("story")), None, get(&record)).unwrap();
        assert_eq!((&*found.field, &*found.content), ("Story", "s"));
        assert_eq!(found.kind, Some(InputKind::Text));
        let nothing = names(Some("nothing"), None);
        assert_eq!(find(&nothing, None, get(&record)).err(), Some(NoPageField));
        assert_eq!(nothing.missing(), "no field `nothing` with text in it");
        let url = find_url(&names(None, None), get(&record));
        assert_eq!(url, Some(("WHERE".into(), "a/1".into())));
    }

    #[test]
    fn usual_names_are_found_in_any_case() {
        let fields = FieldNames::default();
        let record = [("Body", "b"), ("HTML", "h"), ("URL", "https://a.example/")];
        let found = find(&fields, None, get(&record)).unwrap();
        assert_eq!((&*found.content, found.kind), ("h", Some(InputKind::Html)));
        assert_eq!(find_url(&fields, get(&record)).unwrap().0, "URL");
        let record = [("raw_html", "h"), ("maintext", "m")];
        assert_eq!(find(&fields, Some(InputKind::Text), get(&record)).unwrap().content, "m");
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn columns_with_pages_or_urls_are_relevant() {
        let fields = FieldNames::default();
        let grouped = FieldNames { group: Some("site.paper".into()), ..FieldNames::default() };
        assert!(grouped.is_relevant("Site") && !fields.is_relevant("Site"));
        assert!(fields.is_relevant("articleBody") && fields.is_relevant("Link"));
        assert!(!fields.is_relevant("id"));
        let fields = FieldNames { text: vec!["data.body".into()], ..FieldNames::default() };
        assert!(fields.is_relevant("Data") && fields.is_relevant("data.body"));
        assert!(!fields.is_relevant("dat") && !fields.is_among(["data"].into_iter(), false));
    }
}
