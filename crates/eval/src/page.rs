//! The score of one page.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use copydesk_clean::{CleanInput, Cleaner, InputKind, SiteRecurrence};
use serde::{Deserialize, Serialize};

use super::dataset::read_file;
use super::error::TEXTS;
use super::fields::{count_found, fold_spaces, same_author, same_date, same_title};
use super::{
    BagOfWords, Dataset, DatasetPage, Error, ErrorKind, GroundTruth, WordScore, text_nodes,
};

/// What is cleaned of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EvalInput {
    /// The page itself.
    #[default]
    Html,
    /// The text of its text nodes, one per line; see [`text_nodes`].
    Text,
    /// The file `ID.txt` of a folder, as text without a URL: what another tool extracted from the page. See
    /// [`EvalInput::texts`].
    Texts(PathBuf),
}

impl EvalInput {
    /// Texts that another tool extracted, in the files `ID.txt` of `folder`. `ID.json` beside one may have the `title`,
    /// `author` and `date` that the same tool found.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn texts(folder: &Path) -> Result<Self, Error> {
        if !folder.is_dir() {
            return Err(Error::new(ErrorKind::Missing { what: TEXTS, path: folder.to_owned() }));
        }
        Ok(Self::Texts(folder.to_owned()))
    }

    /// The bytes to clean for a page.
    pub(super) fn read(&self, dataset: &Dataset, id: &str) -> Result<Vec<u8>, Error> {
        match self {
            Self::Html => dataset.bytes(id),
            Self::Text => Ok(text_nodes(&dataset.bytes(id)?).into_bytes()),
            Self::Texts(folder) => read_file(&folder.join(format!("{id}.txt"))),
        }
    }

    /// The input for `page`, whose `bytes` were read.
    pub(super) fn input<'a>(&self, page: &'a DatasetPage, bytes: &'a [u8]) -> CleanInput<'a> {
        let mut input = CleanInput::new(&page.id, bytes);
        input.url = Some(page.url.as_str())
            .filter(|url| !url.is_empty() && !matches!(self, Self::Texts(_)));
        input.kind = Some(match self {
            Self::Html => InputKind::Html,
            Self::Text | Self::Texts(_) => InputKind::Text,
        });
        input
    }

    /// What the other tool made of the page, where the input is that.
    fn score_as_is(&self, page: &DatasetPage, text: &[u8]) -> Result<Option<TextScore>, Error> {
        let Self::Texts(folder) = self else { return Ok(None) };
        let fields = ExtractedFields::read(&folder.join(format!("{}.json", page.id)))?;
        let text = String::from_utf8_lossy(text);
        Ok(Some(TextScore::new(&text, fields.as_ref(), &page.truth)))
    }
}

/// What a tool says about a page beside its text.
#[derive(Clone, Debug, Default, Deserialize)]
struct ExtractedFields {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    date: Option<String>,
}

impl ExtractedFields {
    /// Reads such a file; `None` if it is not there.
    fn read(path: &Path) -> Result<Option<Self>, Error> {
        match std::fs::read(path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::json(path, &error))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::read(path, error)),
        }
    }
}

/// The number of snippets that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SnippetCount {
    /// The number found in the text.
    pub found: usize,
    /// The number searched for.
    pub of: usize,
}

/// How a text and its metadata compare with the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TextScore {
    /// The words of the text.
    #[serde(flatten)]
    pub words: WordScore,
    /// Snippets that should be in the text.
    pub with: SnippetCount,
    /// Snippets that should not.
    pub without: SnippetCount,
    /// Whether the title is correct; `None` if the reference has none, or titles were not extracted. The same holds for author
    /// and date.
    pub title: Option<bool>,
    /// Whether the author is correct.
    pub author: Option<bool>,
    /// Whether the date of publication is correct.
    pub date: Option<bool>,
}

impl TextScore {
    fn new(text: &str, fields: Option<&ExtractedFields>, truth: &GroundTruth) -> Self {
        let folded = fold_spaces(text);
        let found = |snippets: &[String]| SnippetCount {
            found: count_found(&folded, snippets),
            of: snippets.len(),
        };
        let field = |same: fn(&str, &str) -> bool,
                     got: fn(&ExtractedFields) -> &Option<String>,
                     want: &Option<String>| {
            let (fields, want) = (fields?, want.as_ref()?);
            Some(got(fields).as_ref().is_some_and(|got| same(got, want)))
        };
        Self {
            words: WordScore::new(&BagOfWords::new(text), &BagOfWords::new(&truth.main_content)),
            with: found(&truth.with),
            without: found(&truth.without),
            title: field(same_title, |fields| &fields.title, &truth.title),
            author: field(same_author, |fields| &fields.author, &truth.author),
            date: field(same_date, |fields| &fields.date, &truth.publish_date),
        }
    }
}

/// How the record of one page compares with the reference.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PageScore {
    /// The page's id.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// Its type.
    #[serde(rename = "type")]
    pub page_type: String,
    /// The language of its text, as the record has it; empty if that is unknown.
    pub language: String,
    /// The text and the fields.
    #[serde(flatten)]
    pub text: TextScore,
    /// The words of the text.
    #[serde(rename = "words")]
    pub word_count: usize,
    /// The confidence of the record: [`copydesk_clean::TextQuality::confidence`].
    pub confidence: f32,
    /// The score of the input, if it is a text that another tool extracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<TextScore>,
    /// How long cleaning took, in milliseconds.
    #[serde(skip)]
    pub milliseconds: f64,
}

impl PageScore {
    /// Cleans a page, with the evidence of its site if there is any, and compares the result with the reference.
    ///
    /// # Errors
    /// When the page's bytes, or the text in place of them, cannot be read.
    pub fn measure(
        dataset: &Dataset,
        page: &DatasetPage,
        cleaner: &Cleaner,
        feed: &EvalInput,
        recurrence: Option<&dyn SiteRecurrence>,
    ) -> Result<Self, Error> {
        let bytes = feed.read(dataset, &page.id)?;
        let start = Instant::now();
        let record = cleaner.clean(&CleanInput { recurrence, ..feed.input(page, &bytes) });
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let fields =
            ExtractedFields { title: record.title, author: record.author, date: record.date };
        Ok(Self {
            id: page.id.clone(),
            url: page.url.clone(),
            page_type: page.page_type.clone(),
            language: record.language.unwrap_or_default(),
            text: TextScore::new(&record.text, Some(&fields), &page.truth),
            word_count: BagOfWords::new(&record.text).len(),
            confidence: record.quality.confidence,
            before: feed.score_as_is(page, &bytes)?,
            milliseconds,
        })
    }
}
