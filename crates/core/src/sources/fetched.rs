//! Turns the result of a fetch into a page, facts and errors for its record.

use std::time::SystemTime;

use copydesk_clean::{FetchFacts, InputKind, RecordError, RecordErrorKind};
use copydesk_fetch::{
    ContentType, Error, ErrorKind, FetchResponse, FetchResult, HeaderMap, TimeoutStage,
};
use jiff::Timestamp;

use super::loaded_page::LoadedPage;
use super::page_name::without_credentials;

/// The page that was fetched, or its error with what else is known.
pub(super) fn page(fetched: FetchResult) -> LoadedPage {
    let source = without_credentials(&fetched.request.url);
    match fetched.result {
        Ok(mut response) => {
            let error = status_error(response.status());
            let (fetch, url) = (Some(facts(&response)), Some(response.final_url().to_string()));
            let content_type = response.content_type.take();
            let (kind, charset) = content_type.map_or((None, None), |found| {
                (is_html(&found).then_some(InputKind::Html), found.charset.map(Into::into))
            });
            // The payload often shares the buffer of the body. While both exist, the conversion below would copy.
            response.exchange.payload = None;
            let bytes = if error.is_none() { response.body.into() } else { Vec::new() };
            LoadedPage { source, bytes, kind, url, charset, fetch, error, ..LoadedPage::default() }
        }
        Err(error) => {
            let error = record_error(&error, &source);
            LoadedPage {
                url: Some(source.clone()),
                source,
                error: Some(error),
                ..LoadedPage::default()
            }
        }
    }
}

/// The error of a response with this status; `None` for a 2xx status.
pub fn status_error(status: u16) -> Option<RecordError> {
    (!(200..300).contains(&status)).then(|| RecordError {
        kind: RecordErrorKind::Status,
        message: format!("the server answered {status}"),
        concerns: String::new(),
    })
}

/// The error in the record of a failed fetch. `requested` is the URL of the request, without credentials.
pub fn record_error(error: &Error, requested: &str) -> RecordError {
    let kind = error.kind();
    let message = match error.url() {
        // After a redirect: the message must say which URL failed.
        Some(url)
            if url.contains("://")
                && url.trim_end_matches('/') != requested.trim_end_matches('/') =>
        {
            format!("{kind} (at {url})")
        }
        _ => kind.to_string(),
    };
    RecordError {
        kind: RecordErrorKind::from_name(kind.name()),
        message,
        concerns: setting_name(kind).into(),
    }
}

/// The setting that can avoid such an error; empty if there is none.
fn setting_name(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Address { .. } => "allow_private",
        ErrorKind::Downgrade { .. } => "allow_downgrade",
        ErrorKind::TooManyRedirects { .. } => "max_redirects",
        ErrorKind::BodyTooLarge { .. } => "max_body_bytes",
        ErrorKind::Inflate { source } => match source.setting() {
            // The setting of that name applies to files; responses have their own.
            "max_inflated_bytes" => "max_inflated_body_bytes",
            other => other,
        },
        ErrorKind::Timeout { stage, .. } => match stage {
            TimeoutStage::Connect => "connect_timeout",
            TimeoutStage::FirstByte => "first_byte_timeout",
            TimeoutStage::Stall => "stall_timeout",
            _ => "fetch_timeout",
        },
        _ => "",
    }
}

/// The access facts of a response.
pub fn facts(response: &FetchResponse) -> FetchFacts {
    let url = Some(response.final_url().to_string());
    let began = Some(response.exchange.started_at);
    capture_facts(response.status(), url, began, |name| header(response.headers(), name))
}

/// The access facts of a response, fetched now or archived earlier. `header` returns the value of a header.
pub(super) fn capture_facts(
    status: u16,
    url: Option<String>,
    began: Option<SystemTime>,
    header: impl Fn(&str) -> Option<String>,
) -> FetchFacts {
    FetchFacts {
        status: Some(status),
        final_url: url,
        fetched_at: began.and_then(timestamp),
        etag: header("etag"),
        last_modified: header("last-modified"),
    }
}

/// The time in RFC 3339, in UTC and whole seconds; `None` if it is out of range.
pub fn timestamp(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).ok()?;
    Some(Timestamp::from_second(time.as_second()).ok()?.to_string())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned())
}

/// Whether a content type says HTML. For plain text and XML the content is inspected, since servers send pages as
/// either.
pub fn is_html(content_type: &ContentType) -> bool {
    matches!(content_type.media_type.as_str(), "text/html" | "application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_in_whole_seconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_717_243_200_999);
        assert_eq!(timestamp(time).as_deref(), Some("2024-06-01T12:00:00Z"));
    }

    #[test]
    fn a_status_other_than_2xx_is_an_error() {
        assert_eq!(status_error(200), None);
        assert_eq!(status_error(203), None);
        assert_eq!(status_error(304).unwrap().message, "the server answered 304");
        assert_eq!(status_error(404).unwrap().kind, RecordErrorKind::Status);
    }
}
