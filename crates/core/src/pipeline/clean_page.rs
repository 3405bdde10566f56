//! Cleans one page that is loaded. Runs over files and crawls share this.

use std::time::{Duration, Instant};

use copydesk_clean::{CleanInput, Record, RecordErrorKind, RecordOutcome};

use crate::sources::{FileKind, LoadedPage};

/// Cleans a page: [`copydesk_clean::Cleaner::clean`], or a wrapper of it.
pub type CleanPage<'a> = &'a (dyn Fn(&CleanInput<'_>) -> Record + Sync);

/// Cleans a loaded page and adds to the record what is known from elsewhere than from its bytes: its URL, the
/// access facts of the fetch, and why the page is not whole. Takes the bytes out of `page`, since the record may
/// be as large again.
///
/// A page that could not be read at all gives a failed record. If only its end is missing, what there is of it
/// is cleaned, and the record still has the error.
pub fn clean_page(
    clean: CleanPage<'_>,
    page: &mut LoadedPage,
    page_timeout: Option<Duration>,
) -> Record {
    let mut record = match page.error.take() {
        Some(error) if page.bytes.is_empty() => {
            Record::failed(&page.source, error.kind, error.message, error.concerns)
        }
        error => {
            if let Some(kind) = FileKind::from_magic(&page.bytes) {
                return not_a_page(page, kind);
            }
            let started = Instant::now();
            let is_timed_out = || page_timeout.is_some_and(|limit| started.elapsed() > limit);
            let mut record = clean(&page.clean_input(&is_timed_out));
            if let Some(error) = error {
                record.outcome = RecordOutcome::Error;
                record.error = Some(error);
            }
            record
        }
    };
    record.encoding.had_errors |= page.had_errors;
    if record.url.is_none() {
        record.url = page.url.take();
    }
    record.fetch = page.fetch.take();
    page.bytes = Vec::new();
    record
}

/// The record of a file of a kind that holds no page.
fn not_a_page(page: &mut LoadedPage, kind: FileKind) -> Record {
    page.bytes = Vec::new();
    let noun = kind.noun();
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let message = format!("it is {article} {noun}, not a page");
    let mut record = Record::failed(&page.source, RecordErrorKind::Binary, message, kind.name());
    record.url = page.url.take();
    record.fetch = page.fetch.take();
    record
}
