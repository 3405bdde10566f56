//! Reads inputs as pages for grouping.

use copydesk_clean::{CleanInput, InputKind, Record, RecordError, RecordOutcome};
use serde_json::value::RawValue;
use url::Url;

use super::page::StoryPage;
use crate::sources::LoadedPage;

/// What was read from an input: a page, nothing, or an error.
pub type StoryPageResult = Result<Option<StoryPage>, RecordError>;

/// Takes a record of `copydesk clean` as it is, and cleans any other page. Title and date of a JSONL input take
/// precedence over those found in the page. `None` for a page without text.
///
/// Inputs must be read with [`crate::sources::SourceOptions::pass_through`]: otherwise a record cannot be recognized.
///
/// # Errors
/// When the page could not be read, and has no text.
pub fn read(
    mut page: LoadedPage,
    clean: impl FnOnce(&CleanInput<'_>) -> Record,
) -> StoryPageResult {
    let text = |name: &str| {
        let value = page.fields.iter().rev().find(|(field, _)| field == name)?.1.get();
        serde_json::from_str::<Option<String>>(value).ok()?.filter(|text| !text.is_empty())
    };
    let is_record = text("fingerprint").is_some() && text("outcome").is_some();
    let (title, date) = (text("title"), text("date"));
    let mut found = if is_record {
        let own_text = text("text").filter(|_| page.kind != Some(InputKind::Text));
        StoryPage {
            source: text("source").unwrap_or_else(|| page.source.clone()),
            hostname: text("hostname"),
            fetched_at: page.fields.iter().find_map(fetched_at),
            text: own_text.unwrap_or_else(|| String::from_utf8_lossy(&page.bytes).into_owned()),
            ..StoryPage::default()
        }
    } else {
        if let Some(error) = page.error.take_if(|_| page.bytes.is_empty()) {
            return Err(error);
        }
        let record = clean(&CleanInput {
            url: page.url.as_deref(),
            charset: page.charset.as_deref(),
            kind: page.kind,
            ..CleanInput::new(&page.source, &page.bytes)
        });
        match record {
            Record { outcome: RecordOutcome::Error, error: Some(error), text, .. }
                if text.is_empty() =>
            {
                return Err(error);
            }
            record => StoryPage::from(record),
        }
    };
    found.title = title.or(found.title);
    found.date = date.or(found.date);
    found.url = page.url.or(found.url);
    let host = || Url::parse(found.url.as_ref()?).ok()?.host_str().map(str::to_owned);
    found.hostname = found.hostname.take().or_else(host);
    found.fetched_at = found.fetched_at.or_else(|| page.fetch?.fetched_at);
    Ok((!found.text.trim().is_empty()).then_some(found))
}

/// The time of the download, from a record's `fetch`.
fn fetched_at((name, value): &(String, Box<RawValue>)) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct FetchedAtField {
        fetched_at: Option<String>,
    }
    (name == "fetch")
        .then(|| serde_json::from_str::<FetchedAtField>(value.get()).ok()?.fetched_at)?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use copydesk_clean::Cleaner;

    use super::*;
    use crate::sources::{Inputs, SourceOptions};

    fn pages(lines: &str) -> Vec<StoryPageResult> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pages.jsonl");
        fs::write(&path, lines).unwrap();
        let options = SourceOptions { pass_through: true, ..SourceOptions::default() };
        let inputs = Inputs::new([path]);
        let cleaner = Cleaner::default();
        inputs
            .units()
            .flat_map(|unit| unit.tasks(&options).collect::<Vec<_>>())
            .map(|task| read(task.load(&options), |input| cleaner.clean(input)))
            .collect()
    }

    #[test]
    fn records_are_taken_as_they_are_and_other_texts_cleaned() {
        let sentence =
            "The ferry sailed again on Monday after nine weeks in dock, the master said.";
        let pages = pages(&format!(
            "{}\n{}\n{}\n{}\n",
            format_args!(
                r#"{{"source":"a.html","outcome":"ok","url":"https://a.example/1","hostname":"a.example","title":"Ferry","date":"2031-03-14","text":"Sign up!\n\n{sentence}","html":"<p>h","fingerprint":"01","fetch":{{"fetched_at":"2031-03-14T10:00:00Z"}}}}"#
            ),
            format_args!(
                r#"{{"url":"https://b.example/2","title":"Given","text":"Sign up for our newsletter\n{sentence}"}}"#
            ),
            r#"{"outcome":"empty","text":"","fingerprint":"","source":"c"}"#,
            "not json",
        ));
        let record = pages[0].as_ref().unwrap().as_ref().unwrap();
        assert_eq!(record.text, format!("Sign up!\n\n{sentence}"));
        assert_eq!(
            (record.source.as_str(), record.hostname.as_deref()),
            ("a.html", Some("a.example"))
        );
        assert_eq!(record.fetched_at.as_deref(), Some("2031-03-14T10:00:00Z"));
        assert_eq!(record.date.as_deref(), Some("2031-03-14"));
        let other = pages[1].as_ref().unwrap().as_ref().unwrap();
        assert_eq!((other.text.as_str(), other.title.as_deref()), (sentence, Some("Given")));
        assert_eq!(other.hostname.as_deref(), Some("b.example"));
        assert_eq!(pages[2], Ok(None));
        assert_eq!(pages[3].as_ref().unwrap_err().kind, copydesk_clean::RecordErrorKind::Json);
    }
}
