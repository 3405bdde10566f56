//! Excludes pages from a run: by URL before they are read, and by language, length and confidence once they are
//! clean.

mod url_match_list;

use std::path::Path;
use std::sync::Arc;

use copydesk_clean::{Record, RecordOutcome};

use self::url_match_list::UrlMatchList;
use crate::error::Error;
use crate::settings::{Fraction, LanguageFilter, Settings};
use crate::string_enum;

string_enum! {
    /// Why a page is excluded.
    pub enum ExclusionReason {
        /// Its URL is in `block_urls`, or not in `allow_urls`.
        Url = "url",
        /// The language of its text is not among those of the settings.
        Language = "language",
        /// Its text has fewer words than `min_words`.
        Words = "words",
        /// The confidence of its record is below `min_confidence`.
        Confidence = "confidence",
        /// It is a duplicate of an earlier page.
        Duplicate = "duplicate",
    }
}

/// The conditions that a page must meet to be written. The default excludes nothing.
#[derive(Clone, Debug, Default)]
pub struct PageFilters {
    allowed: Option<Arc<UrlMatchList>>,
    blocked: Option<Arc<UrlMatchList>>,
    languages: LanguageFilter,
    min_words: usize,
    min_confidence: Fraction,
}

impl PageFilters {
    /// The filters that the settings ask for.
    ///
    /// # Errors
    /// If a list of URLs cannot be read, or a line of it is neither a URL nor a host nor a pattern.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let list = |path: &Path| {
            let list = (!path.as_os_str().is_empty()).then(|| UrlMatchList::read(path));
            list.map(|list| list.map(Arc::new)).transpose()
        };
        Ok(Self {
            allowed: list(&settings.allow_urls)?,
            blocked: list(&settings.block_urls)?,
            languages: settings.language.clone(),
            min_words: settings.min_words,
            min_confidence: settings.min_confidence,
        })
    }

    /// Checks the URL of a page. A page without a URL is in no list, so `allow_urls` excludes it.
    pub fn check_url(&self, url: Option<&str>) -> Option<ExclusionReason> {
        let is_in = |list: &Arc<UrlMatchList>| url.is_some_and(|url| list.contains(url));
        let is_out = self.allowed.as_ref().is_some_and(|allowed| !is_in(allowed))
            || self.blocked.as_ref().is_some_and(is_in);
        is_out.then_some(ExclusionReason::Url)
    }

    /// Checks a record. A record with an error is never excluded: what is missing from its text is not known, and
    /// the error must be reported.
    pub fn check_record(&self, record: &Record) -> Option<ExclusionReason> {
        if record.outcome == RecordOutcome::Error {
            return None;
        }
        if !self.languages.contains(record.language.as_deref()) {
            return Some(ExclusionReason::Language);
        }
        if has_fewer_words(&record.text, self.min_words) {
            return Some(ExclusionReason::Words);
        }
        // Compared as a record shows it, at the precision of `f32`.
        let is_unsure = f64::from(record.quality.confidence) < self.min_confidence.get();
        is_unsure.then_some(ExclusionReason::Confidence)
    }
}

/// Whether a text has fewer than `least` words. Stops counting as soon as that is known, since texts are long and
/// limits are small. A letter of a script without spaces between words counts as half a word.
fn has_fewer_words(text: &str, least: usize) -> bool {
    let mut halves = 0;
    for word in text.split_whitespace() {
        if halves / 2 >= least {
            return false;
        }
        let unspaced = word.chars().filter(|letter| is_unspaced(*letter)).count();
        halves += if unspaced > 0 { unspaced } else { 2 };
    }
    halves / 2 < least
}

/// Whether a character belongs to a script without spaces between words: Thai, Lao, Burmese, Khmer, kana and Han.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0E01}'..='\u{0EDF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use std::fs;

    use copydesk_clean::{RecordErrorKind, TextQuality};

    use super::*;

    fn record(text: &str, language: Option<&str>, confidence: f32) -> Record {
        let language = language.map(ToOwned::to_owned);
        let quality = TextQuality { confidence, ..TextQuality::default() };
        let outcome = if text.is_empty() { RecordOutcome::Empty } else { RecordOutcome::Ok };
        Record { text: text.into(), language, quality, outcome, ..Record::default() }
    }

    #[test]
    fn a_record_must_meet_every_condition() {
        let settings = Settings {
            language: "en,de".parse().unwrap(),
            min_words: 4,
            min_confidence: Fraction::new(0.5),
            ..Settings::default()
        };
        let filters = PageFilters::new(&settings).unwrap();
        let text = "The ferry sailed again.";
        for (record, excluded) in [
            (record(text, Some("en"), 0.5), None),
            (record(text, Some("de"), 0.9), None),
            (record(text, Some("fr"), 0.9), Some(ExclusionReason::Language)),
            (record(text, None, 0.9), Some(ExclusionReason::Language)),
            (record("The ferry sailed.", Some("en"), 0.9), Some(ExclusionReason::Words)),
            (record("", Some("en"), 0.9), Some(ExclusionReason::Words)),
            (record(text, Some("en"), 0.49), Some(ExclusionReason::Confidence)),
            (Record::failed("a.html", RecordErrorKind::Read, "gone", ""), None),
        ] {
            assert_eq!(filters.check_record(&record), excluded, "{record:?}");
        }
        assert_eq!(PageFilters::default().check_record(&record("", None, 0.0)), None);
    }

    #[test]
    fn text_without_spaces_is_counted_by_its_letters() {
        assert!(!has_fewer_words("渡輪星期一再次啟航。", 4));
        assert!(has_fewer_words("渡輪星期一再次啟航。", 5));
        assert!(!has_fewer_words("", 0));
        assert!(has_fewer_words("one two", 3) && !has_fewer_words("one two three", 3));
    }

    #[test]
    fn urls_are_allowed_and_blocked_by_lists() {
        let folder = tempfile::tempdir().unwrap();
        let (allow, block) = (folder.path().join("allow.txt"), folder.path().join("block.txt"));
        fs::write(&allow, "news.example\n").unwrap();
        fs::write(&block, "https://news.example/live/\n").unwrap();
        let settings = Settings { allow_urls: allow, block_urls: block, ..Settings::default() };
        let filters = PageFilters::new(&settings).unwrap();
        for (url, excluded) in [
            (Some("https://news.example/a"), None),
            (Some("https://news.example/live/a"), Some(ExclusionReason::Url)),
            (Some("https://other.example/a"), Some(ExclusionReason::Url)),
            (None, Some(ExclusionReason::Url)),
        ] {
            assert_eq!(filters.check_url(url), excluded, "{url:?}");
        }
        let missing = Settings { block_urls: "missing.txt".into(), ..Settings::default() };
        assert!(PageFilters::new(&missing).is_err());
    }
}
