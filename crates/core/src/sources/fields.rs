//! Which fields of a record, or columns of a table, make a page.

use std::borrow::Cow;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use serde_json::value::RawValue;

use super::SourceOptions;
use crate::settings::Settings;
use crate::string_enum::joined;

/// Fields of an input that are handed on, in their order and byte for byte.
pub type PassThroughFields = Vec<(String, Box<RawValue>)>;

/// Fields that may hold the page, the likeliest to be complete first.
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

/// Fields that may hold the page's address: where it was found in the end, then where it was asked for.
/// Only `url` is trusted to be one whatever it looks like.
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

/// The fields that somebody chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames {
    /// The one with markup. Default none: the usual names, unless `text` is set.
    pub html: Option<String>,
    /// The one with text. Default none: the usual names, unless `html` is set.
    pub text: Option<String>,
    /// The one with the address. Default none: the usual names.
    pub url: Option<String>,
}

impl FieldNames {
    /// Those of the settings.
    pub fn new(settings: &Settings) -> Self {
        let set = |name: &String| (!name.is_empty()).then(|| name.clone());
        Self {
            html: set(&settings.html_field),
            text: set(&settings.text_field),
            url: set(&settings.url_field),
        }
    }

    /// Whether a table with these columns has one with pages.
    pub(super) fn is_among<'a>(&self, mut columns: impl Iterator<Item = &'a str>) -> bool {
        columns
            .any(|column| self.content_fields().any(|(name, _)| name.eq_ignore_ascii_case(column)))
    }

    /// Whether a column is one with pages or addresses.
    pub(super) fn is_relevant(&self, column: &str) -> bool {
        self.is_among(std::iter::once(column))
            || self.url_fields().any(|name| name.eq_ignore_ascii_case(column))
    }

    /// What is missing where no field has a page.
    pub(super) fn missing(&self) -> String {
        let chosen: Vec<String> = [&self.html, &self.text]
            .into_iter()
            .flatten()
            .map(|name| format!("`{name}`"))
            .collect();
        if chosen.is_empty() {
            "no `html`, `raw_content`, `text`, `content` or other usual field with text in it \
             (`html_field` and `text_field` name others)"
                .into()
        } else {
            format!("no field {} with text in it", joined(chosen))
        }
    }

    fn content_fields(&self) -> impl Iterator<Item = (&str, Option<InputKind>)> {
        let chosen = [(&self.html, InputKind::Html), (&self.text, InputKind::Text)];
        let is_chosen = self.html.is_some() || self.text.is_some();
        let usual = if is_chosen { &[][..] } else { &CONTENT_FIELDS[..] };
        chosen
            .into_iter()
            .filter_map(|(name, kind)| Some((name.as_deref()?, Some(kind))))
            .chain(usual.iter().copied())
    }

    fn url_fields(&self) -> impl Iterator<Item = &str> {
        let usual = if self.url.is_some() { &[][..] } else { &URL_FIELDS[..] };
        self.url.as_deref().into_iter().chain(usual.iter().copied())
    }
}

/// What a record holds.
#[derive(Default)]
pub(super) struct ParsedRecord {
    pub(super) content: Vec<u8>,
    /// Whether the content is known to be UTF-8.
    pub(super) is_utf8: bool,
    pub(super) kind: Option<InputKind>,
    pub(super) url: Option<String>,
    pub(super) others: PassThroughFields,
    pub(super) had_errors: bool,
    /// What the download said, where the record is one of `copydesk fetch`.
    pub(super) fetch: Option<FetchFacts>,
    /// Why there is no content, where the record itself says so.
    pub(super) error: Option<RecordError>,
}

/// A field with a page in it.
#[derive(Default)]
pub(super) struct ContentField<T = String> {
    /// Its name as written.
    pub(super) field: String,
    pub(super) content: T,
    pub(super) kind: Option<InputKind>,
}

/// Finds the page of a record. `get` gives the name, as written, and the value of the field of a name,
/// the case of which does not count. The message says that there is none.
pub(super) fn find<T: AsRef<[u8]>>(
    options: &SourceOptions,
    get: impl Fn(&str) -> Option<(String, T)>,
) -> Result<ContentField<T>, String> {
    let mut candidates: Vec<_> = options.fields.content_fields().collect();
    if options.forced_kind() == Some(InputKind::Text) {
        candidates.sort_by_key(|(_, kind)| *kind != Some(InputKind::Text));
    }
    let found = candidates.into_iter().filter_map(|(name, kind)| {
        let (field, content) = get(name)?;
        Some(ContentField { field, content, kind })
    });
    let mut empty = None;
    for found in found {
        // An empty field beside a full one is a scraper's placeholder.
        if !found.content.as_ref().trim_ascii().is_empty() {
            return Ok(found);
        }
        empty = empty.or(Some(found));
    }
    empty.ok_or_else(|| format!("the record has {}", options.fields.missing()))
}

/// Finds the address of a record: the name of its field, and the address.
pub(super) fn find_url(
    options: &SourceOptions,
    get: impl Fn(&str) -> Option<(String, String)>,
) -> Option<(String, String)> {
    options.fields.url_fields().find_map(|name| {
        let (field, url) = get(name)?;
        let is_trusted = name == "url" || options.fields.url.is_some();
        let is_url = is_trusted || url.starts_with("http://") || url.starts_with("https://");
        (is_url && !url.is_empty()).then_some((field, url))
    })
}

/// Bytes as text; what is no UTF-8 becomes U+FFFD.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::InputChoice;

    fn get<'a>(
        record: &'a [(&'a str, &'a str)],
    ) -> impl Fn(&str) -> Option<(String, String)> + use<'a> {
        move |name| {
            let found = record.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some((found.0.to_owned(), found.1.to_owned()))
        }
    }

    #[test]
    fn chosen_fields_are_the_only_ones() {
        let names = |html: Option<&str>, text: Option<&str>| {
            let [html, text] = [html, text].map(|name| name.map(str::to_owned));
            let fields = FieldNames { html, text, url: Some("where".into()) };
            SourceOptions { fields, ..SourceOptions::default() }
        };
        let record = [("Story", "s"), ("html", "h"), ("markup", " "), ("WHERE", "a/1")];
        let found = find(&names(Some("markup"), Some("story")), get(&record)).unwrap();
        assert_eq!((&*found.field, &*found.content), ("Story", "s"));
        assert_eq!(found.kind, Some(InputKind::Text));
        let error = find(&names(Some("nothing"), None), get(&record)).err().unwrap();
        assert_eq!(error, "the record has no field `nothing` with text in it");
        let url = find_url(&names(None, None), get(&record));
        assert_eq!(url, Some(("WHERE".into(), "a/1".into())));
    }

    #[test]
    fn usual_names_are_found_in_any_case() {
        let options = SourceOptions::default();
        let record = [("Body", "b"), ("HTML", "h"), ("URL", "https://a.example/")];
        let found = find(&options, get(&record)).unwrap();
        assert_eq!((&*found.content, found.kind), ("h", Some(InputKind::Html)));
        assert_eq!(find_url(&options, get(&record)).unwrap().0, "URL");
        let text = SourceOptions { input: InputChoice::Text, ..SourceOptions::default() };
        let record = [("raw_html", "h"), ("maintext", "m")];
        assert_eq!(find(&text, get(&record)).unwrap().content, "m");
        assert!(options.fields.is_relevant("articleBody") && options.fields.is_relevant("Link"));
        assert!(!options.fields.is_relevant("id"));
    }
}
