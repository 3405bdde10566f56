//! The record: everything that is known about one cleaned page.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{ClutterClass, RecordError, RecordErrorKind, StructureReport, TextImage, TextLink};

/// What happened to a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RecordOutcome {
    /// The page has main content.
    Ok,
    /// The page was read, and has no main content.
    #[default]
    Empty,
    /// The page could not be read, or only up to a limit; see [`Record::error`].
    Error,
}

impl RecordOutcome {
    /// The name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Empty => "empty",
            Self::Error => "error",
        }
    }
}

/// Facts about payment: what the markup declares and what the text suggests. They are separate,
/// since each one misleads alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFacts {
    /// What the markup declares, such as `isAccessibleForFree`.
    pub declared: DeclaredAccess,
    /// What the page asks of its readers.
    pub prompt: AccessPrompt,
    /// Whether `prompt` is [`AccessPrompt::Wall`].
    pub prompt_seen: bool,
    /// Whether the page shows that its text goes on elsewhere: it stops at a wall, or on the first of several pages.
    pub appears_truncated: bool,
    /// The reasons for the fields above. Each one begins with the name of the field that it
    /// supports.
    pub evidence: Vec<String>,
}

/// What a page asks of its readers: to pay, register or log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AccessPrompt {
    /// Nothing.
    #[default]
    None,
    /// An offer that does not stand between readers and the text: a banner, a button to log in, a donation.
    Generic,
    /// A gate between readers and the text, even if the text is in the page.
    Wall,
}

/// What the markup of a page declares about payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeclaredAccess {
    /// Free to read.
    Free,
    /// Payment is needed.
    Paid,
    /// The markup declares nothing.
    #[default]
    Unknown,
}

/// How bytes became text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodingReport {
    /// The WHATWG name of the encoding, such as `UTF-8` or `windows-1252`; or `UTF-32LE` or
    /// `UTF-32BE`, which the WHATWG does not have.
    pub charset: String,
    /// The rule that decided: `bom`, `utf8`, `given`, `meta` or `detected` (see [`crate::decode`]),
    /// or `text` if the input was already decoded.
    pub decided_by: String,
    /// Whether some bytes could not be decoded and became U+FFFD.
    pub had_errors: bool,
    /// The number of such bytes. A U+FFFD that was in the input does not count.
    pub undecoded: usize,
    /// The byte offset of the first one in the input.
    pub first_undecoded: Option<usize>,
    /// The number of bytes in UTF-8 input that are not UTF-8 and were decoded as windows-1252.
    pub strays: usize,
    /// The first charset label that was not used: unknown, unsafe, or contradicted by the bytes.
    pub refused_label: Option<String>,
    /// The number of repairs by rule.
    pub repairs: BTreeMap<String, usize>,
    /// The number of places that look damaged and were not changed.
    pub unrepaired: usize,
}

/// A block that is not in the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemovedBlock {
    /// Its clutter class.
    pub class: ClutterClass,
    /// The rule with the most weight: a lexicon rule (`en/newsletter-signup`), a structural rule
    /// (`structure/nav`) or a site rule (`site/example.com`).
    pub rule: String,
    /// Up to three further reasons from the model, strongest first.
    pub evidence: Vec<String>,
    /// The probability that it is clutter, in [0, 1].
    pub score: f32,
    /// The probability that it has this class if it is clutter, in [0, 1].
    pub class_confidence: f32,
    /// Its position: a path of elements, or `line N`.
    #[serde(rename = "where")]
    pub place: String,
    /// Its text.
    pub text: String,
}

/// The verdict on one block of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockReport {
    /// The block's text.
    pub text: String,
    /// Whether it is in the text of the record.
    pub kept: bool,
    /// Whether it is the title, which is not clutter even if it is not in the text.
    #[serde(rename = "title")]
    pub is_title: bool,
    /// Its clutter class; `None` for main content. Kept blocks have one too if
    /// [`crate::CleanOptions::keep`] has their class.
    pub class: Option<ClutterClass>,
    /// The probability that it is main content, in [0, 1].
    pub score: f32,
    /// The rule with the most weight against it; empty for content.
    pub rule: String,
    /// Up to three further reasons against it, strongest first; none for content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Its position: a path of elements, or `line N`.
    #[serde(rename = "where")]
    pub place: String,
    /// The lines that it covers, counted from 1; only for text.
    #[serde(skip)]
    pub lines: Option<Range<usize>>,
}

/// What was removed: the number of blocks by class, and with `explain` the blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RemovedContent {
    /// The number of removed blocks by class. Classes without any are absent.
    #[serde(flatten)]
    pub counts: BTreeMap<ClutterClass, usize>,
    /// The blocks in document order, with [`crate::CleanOptions::explain`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<RemovedBlock>,
}

/// How reliable the text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextQuality {
    /// The expected word F1 of the text, in [0, 1]. The model estimates it from its scores; the
    /// estimate is calibrated on pages that were held out when it was fitted. For a page of one block it follows from the
    /// score of that block alone, since there is nothing to compare it with. For an empty text it is 0.
    pub confidence: f32,
    /// The share of the words of the page that is in the text, in [0, 1].
    pub kept_ratio: f32,
    /// Whether the blocks of a text were left as they are, because what would have been removed was not certain enough
    /// to be clutter, or most letters of the text were lost.
    pub left_as_is: bool,
}

/// Where the text of a page was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextSource {
    /// In what a browser shows, or in the lines of a text.
    #[default]
    Visible,
    /// In `articleBody` or `text` of JSON-LD.
    JsonLd,
    /// In the data from which scripts build the page.
    Hydration,
    /// In `<noscript>`.
    Noscript,
    /// In `<template>`, or in a script that holds a template.
    Template,
}

impl TextSource {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Visible, Self::JsonLd, Self::Hydration, Self::Noscript, Self::Template];

    /// The name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::JsonLd => "json_ld",
            Self::Hydration => "hydration",
            Self::Noscript => "noscript",
            Self::Template => "template",
        }
    }
}

/// Why the text of a page cannot be had without running its scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptNeed {
    /// What shows it: a notice that the page prints, an element that scripts fill, the number of scripts.
    pub evidence: Vec<String>,
}

/// Facts about the download of a fetched or archived page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchFacts {
    /// The HTTP status code.
    pub status: Option<u16>,
    /// The URL after redirects.
    pub final_url: Option<String>,
    /// The time of the request, RFC 3339.
    pub fetched_at: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The `Last-Modified` header.
    pub last_modified: Option<String>,
}

/// How a page of a crawl job differs from its last delivered version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The page was not known before.
    New,
    /// Its text changed.
    Changed,
    /// The page is gone.
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

/// How a page differs from the version that was delivered last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageChange {
    /// The kind of change.
    pub kind: ChangeKind,
    /// The share of words that differ, of the words of both texts, in [0, 1]; 1 for a new page.
    pub share: f32,
    /// New and changed blocks, as they are now. Empty for a new page.
    pub added: Vec<String>,
    /// Removed and changed blocks, as they were. For a page that is gone, its whole text.
    pub removed: Vec<String>,
    /// When the page was first found, RFC 3339.
    pub first_seen: String,
    /// When its text last changed, RFC 3339; `None` for a new page.
    pub last_change: Option<String>,
}

/// One cleaned page. It serializes to the JSON object that `docs/record.md` describes, field by
/// field; [`crate::RECORD_FIELDS`] lists the fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Where the page came from: a path, a URL, or `file#record`.
    pub source: String,
    /// What happened to it.
    pub outcome: RecordOutcome,
    /// What went wrong; a warning if [`Record::outcome`] is not [`RecordOutcome::Error`].
    pub error: Option<RecordError>,
    /// The URL of the page.
    pub url: Option<String>,
    /// The URL that the page declares as canonical.
    pub canonical_url: Option<String>,
    /// The host of `url`, or of `canonical_url`.
    pub hostname: Option<String>,
    /// The name of the site.
    pub sitename: Option<String>,
    /// The headline, without the name of the site.
    pub title: Option<String>,
    /// The authors, separated by `; `.
    pub author: Option<String>,
    /// The summary that the page gives of itself.
    pub description: Option<String>,
    /// The URL of the lead image.
    pub image: Option<String>,
    /// The license, as a name or a URL.
    pub license: Option<String>,
    /// The language of the text, as an ISO 639-1 code.
    pub language: Option<String>,
    /// `article`, `product`, `forum` and so on, as the markup names it.
    pub pagetype: Option<String>,
    /// The date of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The date of the last change, `YYYY-MM-DD`.
    pub date_modified: Option<String>,
    /// The sections that the page is filed under.
    pub categories: Vec<String>,
    /// Its keywords.
    pub tags: Vec<String>,
    /// The main content; blocks are separated by one blank line.
    pub text: String,
    /// The main content as Markdown, with [`crate::CleanOptions::markdown`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// The main content as minimal HTML, with [`crate::CleanOptions::html`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The pictures that belong to the main content, in order, with [`crate::CleanOptions::images`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<TextImage>,
    /// The links in `text`, in order, with [`crate::CleanOptions::links`]. Links to the same page are repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<TextLink>,
    /// Where the text was found. Anything but [`TextSource::Visible`] is a last resort, for a page
    /// whose blocks have no article.
    #[serde(default)]
    pub text_source: TextSource,
    /// Set if the page has no article anywhere, and scripts would load it.
    #[serde(default)]
    pub needs_javascript: Option<ScriptNeed>,
    /// Reader comments, with [`crate::CleanOptions::comments`].
    pub comments: Option<String>,
    /// Captions and alternative texts that are not in `text`, in order.
    pub captions: Vec<String>,
    /// Byline lines that are not in `text`, in order.
    pub bylines: Vec<String>,
    /// Three separate facts about payment.
    pub access: AccessFacts,
    /// How bytes became text.
    pub encoding: EncodingReport,
    /// How the lines of a text became blocks.
    #[serde(default)]
    pub structure: StructureReport,
    /// What was removed.
    pub removed: RemovedContent,
    /// Every block of the page in document order, with [`crate::CleanOptions::explain`]. Those that
    /// were kept make up `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockReport>,
    /// How reliable the text is.
    pub quality: TextQuality,
    /// A hash of the text for finding exact duplicates: 16 hexadecimal digits, empty without text.
    pub fingerprint: String,
    /// The source of an earlier record with the same text, if duplicates are marked.
    pub duplicate_of: Option<String>,
    /// Facts about the download of a fetched or archived page.
    pub fetch: Option<FetchFacts>,
    /// What is new about the page, in crawl jobs.
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
    use crate::{LayoutKind, StructureRepair, StructureRepairKind};

    fn full_structure() -> StructureReport {
        StructureReport {
            layout: Some(LayoutKind::Fragments),
            unpacked: [("tags".to_owned(), 4), ("headers".to_owned(), 2)].into(),
            repairs: vec![StructureRepair {
                kind: StructureRepairKind::DropCap,
                count: 2,
                places: vec!["lines 3-4".to_owned()],
            }],
        }
    }

    fn full_image() -> TextImage {
        TextImage {
            url: "https://news.example/quay.jpg".into(),
            alt: "The quay".into(),
            caption: Some("The ferry, seen from the pier".into()),
        }
    }

    fn full_link() -> TextLink {
        TextLink { url: "https://news.example/timetable".into(), text: "timetable".into() }
    }

    /// A record with a value in every field.
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
            images: vec![full_image()],
            links: vec![full_link()],
            text_source: TextSource::JsonLd,
            needs_javascript: Some(ScriptNeed { evidence: texts(&["notice: Enable JavaScript"]) }),
            comments: some("Fine."),
            captions: texts(&["The ferry, seen from the pier"]),
            bylines: texts(&["By Ada Lund"]),
            access: AccessFacts {
                declared: DeclaredAccess::Paid,
                prompt: AccessPrompt::Wall,
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
            structure: full_structure(),
            removed: RemovedContent {
                counts: ClutterClass::ALL.into_iter().zip(1..).collect(),
                blocks: vec![RemovedBlock {
                    class: ClutterClass::Newsletter,
                    rule: "en/newsletter-signup".into(),
                    evidence: texts(&["a form"]),
                    score: 0.87,
                    class_confidence: 0.75,
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
                // Not serialized.
                lines: None,
            }],
            quality: TextQuality {
                confidence: 0.1,
                kept_ratio: f32::MIN_POSITIVE,
                left_as_is: true,
            },
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
