//! The record: everything known about one cleaned page.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{ClutterClass, RecordError, RecordErrorKind};

/// What became of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RecordOutcome {
    /// Main content was found.
    Ok,
    /// The page was read, and nothing on it is main content.
    #[default]
    Empty,
    /// The page could not be read, or only up to a limit; see [`Record::error`].
    Error,
}

/// What the page's markup says about payment, and what its text suggests: separate facts, since
/// each misleads alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFacts {
    /// What the markup declares (`isAccessibleForFree` and its kin).
    pub declared: DeclaredAccess,
    /// Whether a request to subscribe or to log in was among the blocks removed inside or after the
    /// text; buttons and the site's menu do not count.
    pub prompt_seen: bool,
    /// Whether the text stops as a teaser does.
    pub appears_truncated: bool,
    /// What each of the above rests on.
    pub evidence: Vec<String>,
}

/// What a page's markup declares about payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeclaredAccess {
    /// Declared free to read.
    Free,
    /// Declared to need payment.
    Paid,
    /// Nothing declared.
    #[default]
    Unknown,
}

/// How bytes became text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodingReport {
    /// The WHATWG name of the encoding, such as `UTF-8` or `windows-1252`, or `UTF-32LE` or
    /// `UTF-32BE`, which the WHATWG leaves out.
    pub charset: String,
    /// The rule that decided: `bom`, `utf8`, `given`, `meta`, `detected` ([`crate::decode`] says what
    /// they are), or `text` where the input was no bytes.
    pub decided_by: String,
    /// Whether some bytes did not decode and became U+FFFD.
    pub had_errors: bool,
    /// How many bytes those are. A U+FFFD that was in the input is none of them.
    pub undecoded: usize,
    /// The offset of the first of them in the input, in bytes.
    pub first_undecoded: Option<usize>,
    /// How many bytes in UTF-8 were no UTF-8 and were read as windows-1252.
    pub strays: usize,
    /// The first charset label that was not followed: nothing is known by it, it is refused for
    /// safety, or the bytes contradict it.
    pub refused_label: Option<String>,
    /// Repairs made to the text, by rule.
    pub repairs: BTreeMap<String, usize>,
    /// Places that look damaged and were left as they are.
    pub unrepaired: usize,
}

/// A block that was left out of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemovedBlock {
    /// What it was.
    pub class: ClutterClass,
    /// The rule that weighed most: a lexicon rule (`en/newsletter-signup`), a structural one
    /// (`structure/nav`) or a site rule (`site/example.com`).
    pub rule: String,
    /// What weighed most against it in the model, in words, the strongest first; three at most.
    pub evidence: Vec<String>,
    /// The evidence against it, as the probability of being clutter, in [0, 1].
    pub score: f32,
    /// Where it stood: a path of elements, or `line N`.
    #[serde(rename = "where")]
    pub place: String,
    /// Its text.
    pub text: String,
}

/// What was decided of one block of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockReport {
    /// The block's text.
    pub text: String,
    /// Whether it is in the record's text.
    pub kept: bool,
    /// Whether it is the title, which is not clutter even where it is left out of the text.
    #[serde(rename = "title")]
    pub is_title: bool,
    /// What it is, if not main content; also for kept blocks of a class that stays.
    pub class: Option<ClutterClass>,
    /// The probability of being main content, in [0, 1].
    pub score: f32,
    /// The rule that weighed most against it; empty for content.
    pub rule: String,
    /// What weighed most against it in the model, in words, the strongest first; three at most, none
    /// for content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Where it stands: a path of elements, or `line N`.
    #[serde(rename = "where")]
    pub place: String,
    /// The lines it covers, counted from 1; only for text inputs.
    #[serde(skip)]
    pub lines: Option<Range<usize>>,
}

/// What was removed: the number of blocks by class, and the blocks themselves on request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RemovedContent {
    /// Blocks removed, by class; classes with none are left out.
    #[serde(flatten)]
    pub counts: BTreeMap<ClutterClass, usize>,
    /// The blocks in document order, with `explain` on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<RemovedBlock>,
}

/// How sure the result is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextQuality {
    /// The word F1 that is to be expected of the text, in [0, 1]: what the model expects by its own
    /// scores, calibrated on pages that were held back when it was fitted.
    pub confidence: f32,
    /// The share of the page's words that is in `text`, in [0, 1].
    pub kept_ratio: f32,
}

/// What the download said, for pages that were fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchFacts {
    /// The HTTP status code.
    pub status: Option<u16>,
    /// The URL after redirects.
    pub final_url: Option<String>,
    /// When it was fetched, RFC 3339.
    pub fetched_at: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The `Last-Modified` header.
    pub last_modified: Option<String>,
}

/// What is new about a page that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It was not known before.
    New,
    /// Its text changed.
    Changed,
    /// It is gone.
    Gone,
}

impl ChangeKind {
    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// How a page that is watched differs from what was last told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageChange {
    /// What is new.
    pub kind: ChangeKind,
    /// The share of words that differ, of those of both texts, in [0, 1]; 1 for a new page.
    pub share: f32,
    /// Blocks of the text that are new or were changed, as they are now. Empty for a new page, of which all is.
    pub added: Vec<String>,
    /// Blocks that are gone or were changed, as they were. Of a page that is gone, all of its text.
    pub removed: Vec<String>,
    /// When the page was first found, RFC 3339.
    pub first_seen: String,
    /// When its text was last new, RFC 3339; null for a new page.
    pub last_change: Option<String>,
}

/// One cleaned page. Serialises to the JSON object that `README.md` describes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The path, URL, or `archive#offset` the page came from.
    pub source: String,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// What went wrong, if anything did.
    pub error: Option<RecordError>,
    /// The page's own address.
    pub url: Option<String>,
    /// The address the page names as canonical.
    pub canonical_url: Option<String>,
    /// The host of `url`, or of `canonical_url`.
    pub hostname: Option<String>,
    /// The name of the site.
    pub sitename: Option<String>,
    /// The headline, without the site's name.
    pub title: Option<String>,
    /// The authors, separated by `; `.
    pub author: Option<String>,
    /// The page's summary of itself.
    pub description: Option<String>,
    /// The address of the lead image.
    pub image: Option<String>,
    /// The licence, as a name or an address.
    pub license: Option<String>,
    /// The language of the content, ISO 639-1.
    pub language: Option<String>,
    /// `article`, `product`, `forum`, ... as the markup names it.
    pub pagetype: Option<String>,
    /// The date of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The date of the last change, `YYYY-MM-DD`.
    pub date_modified: Option<String>,
    /// Sections the page is filed under.
    pub categories: Vec<String>,
    /// Keywords.
    pub tags: Vec<String>,
    /// The main content; blocks separated by one blank line.
    pub text: String,
    /// The main content as Markdown, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// The main content as minimal HTML, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Reader comments, when asked for.
    pub comments: Option<String>,
    /// Captions and alternative text that were left out of `text`, in order.
    pub captions: Vec<String>,
    /// Byline lines that were left out of `text`, in order.
    pub bylines: Vec<String>,
    /// Payment, in three separate facts.
    pub access: AccessFacts,
    /// How bytes became text.
    pub encoding: EncodingReport,
    /// What was left out.
    pub removed: RemovedContent,
    /// Every block of the page in document order, with `explain` on. Those with `kept` make up `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockReport>,
    /// How sure the result is.
    pub quality: TextQuality,
    /// A hash of the text for finding exact duplicates: 16 hexadecimal digits, empty without text.
    pub fingerprint: String,
    /// The source of an earlier record with the same content, with deduplication on.
    pub duplicate_of: Option<String>,
    /// What the download said.
    pub fetch: Option<FetchFacts>,
    /// What is new about the page, where it is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<PageChange>,
}

impl Record {
    /// The record of a page that could not be read at all.
    pub fn failed(
        source: impl Into<String>,
        kind: RecordErrorKind,
        message: impl Into<String>,
        concerns: impl Into<String>,
    ) -> Self {
        Self {
            source: source.into(),
            outcome: RecordOutcome::Error,
            error: Some(RecordError { kind, message: message.into(), concerns: concerns.into() }),
            ..Self::default()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record with a value for everything.
    pub(crate) fn full() -> Record {
        let some = |text: &str| Some(text.to_owned());
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Record {
            source: "pages.jsonl#7".into(),
            outcome: RecordOutcome::Error,
            error: Some(RecordError {
                kind: RecordErrorKind::Limit,
                message: "there are more than 3 nodes".into(),
                concerns: "max_nodes".into(),
            }),
            url: some("https://news.example/ferry"),
            canonical_url: some("https://news.example/2026/ferry"),
            hostname: some("news.example"),
            sitename: some("Harbour News"),
            title: some("The ferry \"returns\""),
            author: some("Ada Lund; Per Holm"),
            description: some("It sails again."),
            image: some("https://news.example/ferry.jpg"),
            license: some("CC BY 4.0"),
            language: some("en"),
            pagetype: some("article"),
            date: some("2026-03-29"),
            date_modified: some("2026-03-30"),
            categories: texts(&["Harbour", ""]),
            tags: texts(&["ferry", "sea"]),
            text: "It sailed.\n\nAgain, at 7\u{a0}o'clock.".into(),
            markdown: some("It *sailed*."),
            html: some("<p>It sailed.</p>"),
            comments: some("Fine."),
            captions: texts(&["The ferry, seen from the pier"]),
            bylines: texts(&["By Ada Lund"]),
            access: AccessFacts {
                declared: DeclaredAccess::Paid,
                prompt_seen: true,
                appears_truncated: true,
                evidence: texts(&["isAccessibleForFree: false"]),
            },
            encoding: EncodingReport {
                charset: "windows-1252".into(),
                decided_by: "meta".into(),
                had_errors: true,
                undecoded: 2,
                first_undecoded: Some(17),
                strays: 3,
                refused_label: some("utf-7"),
                repairs: [("mojibake".to_owned(), 2), ("entities".to_owned(), 1)].into(),
                unrepaired: 4,
            },
            removed: RemovedContent {
                counts: ClutterClass::ALL.into_iter().zip(1..).collect(),
                blocks: vec![RemovedBlock {
                    class: ClutterClass::Newsletter,
                    rule: "en/newsletter-signup".into(),
                    evidence: texts(&["a form"]),
                    score: 0.87,
                    place: "html > body > form".into(),
                    text: "Get it by mail".into(),
                }],
            },
            blocks: vec![BlockReport {
                text: "It sailed.".into(),
                kept: true,
                is_title: true,
                class: Some(ClutterClass::Caption),
                score: 1.0 / 3.0,
                rule: "site/news.example".into(),
                evidence: texts(&["long", "in a paragraph"]),
                place: "line 3".into(),
                // Not part of what is written.
                lines: None,
            }],
            quality: TextQuality { confidence: 0.1, kept_ratio: f32::MIN_POSITIVE },
            fingerprint: "00ff00ff00ff00ff".into(),
            duplicate_of: some("pages.jsonl#1"),
            fetch: Some(FetchFacts {
                status: Some(200),
                final_url: some("https://news.example/2026/ferry"),
                fetched_at: some("2026-03-29T06:00:00Z"),
                etag: some("\"17\""),
                last_modified: some("Sun, 29 Mar 2026 05:00:00 GMT"),
            }),
            change: Some(PageChange {
                kind: ChangeKind::Changed,
                share: 0.3,
                added: texts(&["Again."]),
                removed: texts(&["Never again."]),
                first_seen: "2026-03-28T06:00:00Z".into(),
                last_change: some("2026-03-28T06:00:00Z"),
            }),
        }
    }

    #[test]
    fn a_record_is_read_back_as_it_was_written() {
        for record in [
            full(),
            Record::default(),
            Record::failed("a", RecordErrorKind::Read, "it is gone", ""),
        ] {
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record, "{json}");
        }
    }

    #[test]
    fn a_full_record_has_no_field_that_is_empty() {
        fn check(at: &str, value: &serde_json::Value) {
            match value {
                serde_json::Value::Null => panic!("{at} is null"),
                serde_json::Value::Array(values) => assert!(!values.is_empty(), "{at}"),
                serde_json::Value::Object(fields) => {
                    assert!(!fields.is_empty(), "{at}");
                    fields.iter().for_each(|(name, value)| check(&format!("{at}.{name}"), value));
                }
                _ => {}
            }
        }
        check("record", &serde_json::to_value(full()).unwrap());
    }
}
