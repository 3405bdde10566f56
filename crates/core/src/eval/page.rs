//! The score of one page.

use std::time::Instant;

use copydesk_clean::{Cleaner, Input, InputKind};
use serde::Serialize;

use super::fields::{count_found, fold_spaces, same_author, same_date, same_title};
use super::{Bag, Dataset, Error, Page, WordScore, text_nodes};

/// What the cleaner is given of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    /// The page itself.
    #[default]
    Html,
    /// The text of its text nodes, a line each; see [`text_nodes`].
    Text,
}

impl Feed {
    /// What the cleaner gets for `page`.
    pub(super) fn prepare(self, page: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Html => page,
            Self::Text => text_nodes(&page).into_bytes(),
        }
    }

    /// The input for `page`, of which `bytes` was prepared.
    pub(super) fn input<'a>(self, page: &'a Page, bytes: &'a [u8]) -> Input<'a> {
        let mut input = Input::new(&page.id, bytes);
        input.url = Some(page.url.as_str()).filter(|url| !url.is_empty());
        input.kind = Some(match self {
            Self::Html => InputKind::Html,
            Self::Text => InputKind::Text,
        });
        input
    }
}

/// How many of some snippets were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Snippets found in the text.
    pub found: usize,
    /// Snippets looked for.
    pub of: usize,
}

/// How the record of one page compares with the reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PageScore {
    /// The page's id.
    pub id: String,
    /// Its address.
    pub url: String,
    /// Its type.
    #[serde(rename = "type")]
    pub page_type: String,
    /// The words of the text.
    #[serde(flatten)]
    pub words: WordScore,
    /// Snippets that should be in the text.
    pub with: Found,
    /// Snippets that should not.
    pub without: Found,
    /// Whether the title is right; `None` where the reference has none. So the next two.
    pub title: Option<bool>,
    /// Whether the author is right.
    pub author: Option<bool>,
    /// Whether the day of publication is right.
    pub date: Option<bool>,
    /// How long cleaning took, in milliseconds.
    #[serde(skip)]
    pub milliseconds: f64,
}

impl PageScore {
    /// Cleans a page and compares.
    ///
    /// # Errors
    /// When the page's bytes cannot be read.
    pub fn measure(
        dataset: &Dataset,
        page: &Page,
        cleaner: &Cleaner,
        feed: Feed,
    ) -> Result<Self, Error> {
        let bytes = feed.prepare(dataset.bytes(&page.id)?);
        let start = Instant::now();
        let record = cleaner.clean(&feed.input(page, &bytes));
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;

        let truth = &page.truth;
        let text = fold_spaces(&record.text);
        let found =
            |snippets: &[String]| Found { found: count_found(&text, snippets), of: snippets.len() };
        let field = |same: fn(&str, &str) -> bool, got: &Option<String>, want: &Option<String>| {
            want.as_ref().map(|want| got.as_ref().is_some_and(|got| same(got, want)))
        };
        let got = &record.metadata;
        Ok(Self {
            id: page.id.clone(),
            url: page.url.clone(),
            page_type: page.page_type.clone(),
            words: WordScore::new(&Bag::new(&record.text), &Bag::new(&truth.main_content)),
            with: found(&truth.with),
            without: found(&truth.without),
            title: field(same_title, &got.title, &truth.title),
            author: field(same_author, &got.author, &truth.author),
            date: field(same_date, &got.date, &truth.publish_date),
            milliseconds,
        })
    }
}
