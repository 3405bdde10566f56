//! What a fetch has to say of a page.

use std::time::SystemTime;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use copydesk_fetch::{
    ContentType, Error, ErrorKind, FetchResponse, FetchResult, HeaderMap, TimeoutStage,
};
use jiff::Timestamp;

use super::page_name::without_credentials;
use super::page_task::LoadedPage;

/// The page that was fetched; or the error, and what is known beside it.
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
            // The body is often the payload too; without this it would be copied.
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

/// The error that an answer with this status is, if it is one.
pub fn status_error(status: u16) -> Option<RecordError> {
    (!(200..300).contains(&status)).then(|| RecordError {
        kind: "status".into(),
        message: format!("the server answered {status}"),
        concerns: String::new(),
    })
}

/// A failed fetch as records have it. `asked` is the address as it is shown.
pub fn record_error(error: &Error, asked: &str) -> RecordError {
    let kind = error.kind();
    let message = match error.url() {
        // A redirect led elsewhere.
        Some(url)
            if url.contains("://") && url.trim_end_matches('/') != asked.trim_end_matches('/') =>
        {
            format!("{kind} (at {url})")
        }
        _ => kind.to_string(),
    };
    RecordError { kind: kind.name().into(), message, concerns: setting_name(kind).into() }
}

/// The setting that such an error is about.
fn setting_name(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Address { .. } => "allow_private",
        ErrorKind::Downgrade { .. } => "allow_downgrade",
        ErrorKind::TooManyRedirects { .. } => "max_redirects",
        ErrorKind::BodyTooLarge { .. } => "max_body_bytes",
        ErrorKind::Inflate { source } => match source.setting() {
            // Another setting of that name is for files.
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

/// What the download said.
pub fn facts(response: &FetchResponse) -> FetchFacts {
    let url = Some(response.final_url().to_string());
    let began = Some(response.exchange.started_at);
    capture_facts(response.status(), url, began, |name| header(response.headers(), name))
}

/// What an answer said, fetched now or archived. `header` gives the value of a header.
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

/// The time to the second, RFC 3339.
pub fn timestamp(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).ok()?;
    Some(Timestamp::from_second(time.as_second()).ok()?.to_string())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned())
}

/// Whether it says markup. Plain text and XML are looked at: servers call pages either.
pub fn is_html(content_type: &ContentType) -> bool {
    matches!(content_type.media_type.as_str(), "text/html" | "application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_717_243_200_999);
        assert_eq!(timestamp(time).as_deref(), Some("2024-06-01T12:00:00Z"));
    }

    #[test]
    fn a_status_that_brings_no_page_is_an_error() {
        assert_eq!(status_error(200), None);
        assert_eq!(status_error(203), None);
        assert_eq!(status_error(304).unwrap().message, "the server answered 304");
        assert_eq!(status_error(404).unwrap().kind, "status");
    }
}
