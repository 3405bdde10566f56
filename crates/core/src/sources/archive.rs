//! Reads WARC and WET archives one record at a time.

use std::io::Read;
use std::sync::Arc;

use copydesk_clean::{InputKind, RecordError, RecordErrorKind};
use copydesk_fetch::ContentType;
use copydesk_fetch::warc::{WarcError, WarcErrorKind, WarcReader, WarcRecord, WarcRecordType};

use super::fetched::{capture_facts, is_html, status_error};
use super::loaded_page::LoadedPage;
use super::page_task::{PageTask, TaskContent};
use super::skipped_records::SkippedRecords;
use super::{EntryPoint, SourceOptions};

/// The first bytes of a body, from which its type is detected.
const SNIFF_BYTES: usize = 2048;

/// The pages of an archive as tasks: `response` records with a page or an error status, and `resource` and
/// `conversion` records that are pages. A record that is damaged or above the cap gives a failed task.
pub(super) struct ArchivePages<R: Read> {
    reader: WarcReader<R>,
    source: String,
    is_enterable: bool,
    counted: u64,
    /// The offset of the last record, and its position among the records at that offset.
    last: Option<(u64, u64)>,
    skipped: Arc<SkippedRecords>,
}

impl<R: Read> ArchivePages<R> {
    pub(super) fn new(
        reader: WarcReader<R>,
        source: &str,
        is_enterable: bool,
        skipped: Arc<SkippedRecords>,
    ) -> Self {
        let counted = reader.consumed();
        Self { reader, source: source.into(), is_enterable, counted, last: None, skipped }
    }

    /// The content of the task for a record; `None` to skip the record.
    fn content(&self, mut record: WarcRecord) -> Option<TaskContent> {
        let is_page = match &record.record_type {
            WarcRecordType::Response => match response_kind(&record) {
                ResponseKind::Page => true,
                ResponseKind::Status(head_bytes) => {
                    // Only the head is used. Without this, the body would take memory while the task waits.
                    record.content.truncate(head_bytes);
                    true
                }
                ResponseKind::Other => false,
                ResponseKind::Damaged(error) => return Some(TaskContent::Failed(error)),
            },
            // `wget` stores its log, its arguments and a list of its records as resources with such URIs.
            WarcRecordType::Resource if is_about_the_archive(&record) => return None,
            WarcRecordType::Resource | WarcRecordType::Conversion => {
                let head = record.content.get(..SNIFF_BYTES).unwrap_or(&record.content);
                page_type(record.content_type().as_deref(), head).is_ok()
            }
            _ => return None,
        };
        if !is_page {
            self.skipped.add();
            return None;
        }
        Some(TaskContent::Record(Box::new(record)))
    }

    /// The `source` of a record: its offset, and its position if several records share one compressed member.
    fn name(&mut self, offset: u64) -> String {
        let at = match self.last {
            Some((last, at)) if last == offset => at + 1,
            _ => 0,
        };
        self.last = Some((offset, at));
        match at {
            0 => format!("{}#{offset}", self.source),
            at => format!("{}#{offset}+{at}", self.source),
        }
    }
}

impl<R: Read> Iterator for ArchivePages<R> {
    type Item = PageTask;

    fn next(&mut self) -> Option<PageTask> {
        loop {
            let (offset, work) = match self.reader.next()? {
                Ok(record) => (record.offset, self.content(record)),
                Err(error) => (error.offset, Some(TaskContent::Failed(damage(&error)))),
            };
            let source = self.name(offset);
            let Some(work) = work else { continue };
            let next = if self.is_enterable { self.reader.resume_offset() } else { None };
            let consumed = self.reader.consumed();
            let source_bytes =
                consumed.saturating_sub(std::mem::replace(&mut self.counted, consumed));
            return Some(PageTask {
                source,
                source_bytes,
                is_line: true,
                entry_after: next.map(|offset| EntryPoint { offset, number: 0 }),
                content: work,
            });
        }
    }
}

fn is_about_the_archive(record: &WarcRecord) -> bool {
    const SCHEME: &str = "metadata:";
    let uri = record.target_uri();
    let start = uri.as_deref().and_then(|uri| uri.get(..SCHEME.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

/// What a `response` record holds.
enum ResponseKind {
    Page,
    /// A response with an error status, with the length of its head in bytes.
    Status(usize),
    Other,
    Damaged(RecordError),
}

fn response_kind(record: &WarcRecord) -> ResponseKind {
    let is_http = record.content_type().is_none_or(|found| {
        found.trim_start().to_ascii_lowercase().starts_with("application/http")
    });
    if !is_http {
        return ResponseKind::Other;
    }
    let head = match record.http_head() {
        Ok(head) => head,
        Err(error) => return ResponseKind::Damaged(damage(&error)),
    };
    match head.status {
        300..400 => ResponseKind::Other,
        status if status_error(status).is_some() => ResponseKind::Status(head.length),
        _ => {
            let first_bytes = head.first_bytes(&record.content, SNIFF_BYTES);
            let declared = declared_type(record, head.headers.text("content-type").as_deref());
            match page_type(declared.as_deref(), &first_bytes) {
                Ok(_) => ResponseKind::Page,
                Err(NotPage) => ResponseKind::Other,
            }
        }
    }
}

/// The content type of the header, or the one that the archiver detected.
fn declared_type(record: &WarcRecord, header: Option<&str>) -> Option<String> {
    let identified = || record.fields.text("WARC-Identified-Payload-Type").map(Into::into);
    header.map(ToOwned::to_owned).or_else(identified)
}

/// The content is neither HTML nor XHTML nor plain text.
struct NotPage;

/// The content type of a page, if it is known; an error if the content is not a page.
fn page_type(declared: Option<&str>, first_bytes: &[u8]) -> Result<Option<ContentType>, NotPage> {
    let found = ContentType::from_page(declared, first_bytes).map_err(|_| NotPage)?;
    let is_page = match found.as_ref().map(|found| found.media_type.as_str()) {
        None | Some("text/html" | "application/xhtml+xml" | "text/plain") => true,
        // Servers send XHTML with this type, but feeds and sitemaps too.
        Some("text/xml" | "application/xml") => {
            first_bytes.windows(5).any(|window| window.eq_ignore_ascii_case(b"<html"))
        }
        Some(_) => false,
    };
    if is_page { Ok(found) } else { Err(NotPage) }
}

/// The error in the record of a damaged archive.
pub(super) fn damage(error: &WarcError) -> RecordError {
    let (kind, concerns) = match &error.kind {
        WarcErrorKind::Io(_) => (RecordErrorKind::Read, ""),
        WarcErrorKind::Inflate(inflate) => (RecordErrorKind::Decompress, inflate.setting()),
        WarcErrorKind::Dictionary(_) => (RecordErrorKind::Decompress, ""),
        WarcErrorKind::TooLarge { .. } => (RecordErrorKind::Limit, "max_line_bytes"),
        WarcErrorKind::HeaderTooLarge { .. } => (RecordErrorKind::Limit, ""),
        _ => (RecordErrorKind::Warc, ""),
    };
    let message = error.to_string().replace("max_record_bytes", "max_line_bytes");
    RecordError { kind, message, concerns: concerns.into() }
}

/// The page in a record.
pub(super) fn page(record: WarcRecord, options: &SourceOptions) -> LoadedPage {
    let url = record.target_uri().filter(|uri| {
        let is =
            |scheme: &str| uri.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
        is("http://") || is("https://")
    });
    let cut = record.truncated().map(|reason| RecordError {
        kind: RecordErrorKind::Truncated,
        message: format!(
            "the archive has only the beginning of the page (WARC-Truncated: {reason})"
        ),
        concerns: String::new(),
    });
    let mut page = match record.record_type {
        WarcRecordType::Response => response_page(record, options),
        _ => content_page(record),
    };
    page.bytes.truncate(options.max_input_bytes.saturating_add(1));
    page.error = page.error.or(cut);
    page.url = url;
    page
}

fn content_page(record: WarcRecord) -> LoadedPage {
    let content_type = record.content_type();
    let found = page_type(content_type.as_deref(), &record.content).unwrap_or(None);
    let is_conversion = record.record_type == WarcRecordType::Conversion;
    let (kind, mut charset) = kind_and_charset(found);
    if is_conversion {
        // WET files of Common Crawl, the common case, are UTF-8.
        charset = Some("utf-8".into());
    }
    let kind = kind.or(is_conversion.then_some(InputKind::Text));
    LoadedPage { bytes: record.content, kind, charset, ..LoadedPage::default() }
}

fn response_page(record: WarcRecord, options: &SourceOptions) -> LoadedPage {
    let (url, date) = (record.target_uri(), record.date());
    let identified = declared_type(&record, None);
    let mut limits = options.inflate;
    // One byte more than allowed, so that the cleaner can report that the page is too large.
    let max_bytes = options.max_input_bytes as u64;
    limits.max_inflated_bytes = limits.max_inflated_bytes.min(max_bytes.saturating_add(1));
    let response = match record.into_http_response(limits) {
        Ok(response) => response,
        Err(error) => return LoadedPage { error: Some(damage(&error)), ..LoadedPage::default() },
    };
    let fetch = Some(capture_facts(response.status, url, date, |name| {
        response.headers.text(name).map(Into::into)
    }));
    if let Some(error) = status_error(response.status) {
        return LoadedPage { fetch, error: Some(error), ..LoadedPage::default() };
    }
    let declared = response.headers.text("content-type").map(Into::into).or(identified);
    let first_bytes = response.body.get(..SNIFF_BYTES).unwrap_or(&response.body);
    let (kind, charset) =
        kind_and_charset(page_type(declared.as_deref(), first_bytes).unwrap_or(None));
    let is_over = response.body.len() as u64 > max_bytes;
    let error = match response.decode_error {
        Some(flaw) if !is_over => Some(RecordError {
            kind: RecordErrorKind::Decompress,
            message: flaw.to_string(),
            concerns: flaw.setting().into(),
        }),
        None if response.is_truncated => Some(RecordError {
            kind: RecordErrorKind::Truncated,
            message: "the archived response ends before its last chunk".into(),
            concerns: String::new(),
        }),
        _ => None,
    };
    LoadedPage { bytes: response.body, kind, charset, fetch, error, ..LoadedPage::default() }
}

fn kind_and_charset(
    found: Option<ContentType>,
) -> (Option<InputKind>, Option<std::borrow::Cow<'static, str>>) {
    found.map_or((None, None), |found| {
        (is_html(&found).then_some(InputKind::Html), found.charset.map(Into::into))
    })
}
