//! Asking for a page again: whether it changed (RFC 9110, section 13), and when that is worth it
//! (RFC 9111).

mod cache_control;
mod freshness;

pub use freshness::{Freshness, FreshnessSource, MAX_FRESHNESS, fresh_for};

use reqwest::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};

/// The longest entity tag that is kept and sent, in octets.
const MAX_ETAG_BYTES: usize = 1024;

/// What a response can be recognised by when its page is asked for again: with them a server may
/// answer 304, without a body, if nothing changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header, quotes and `W/` included.
    pub etag: Option<String>,
    /// The `Last-Modified` header.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Those of a response, verbatim. What is not of its header's form is left out, as it must not
    /// be sent back: a tag without quotes, one longer than 1 KiB or not in UTF-8, a date that is
    /// not an HTTP date (RFC 9110, sections 8.8.2, 8.8.3 and 5.6.7).
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| {
            let value: &HeaderValue = headers.get(name)?;
            std::str::from_utf8(value.as_bytes()).ok()
        };
        Self {
            etag: text(ETAG).filter(|etag| is_entity_tag(etag)).map(str::to_owned),
            last_modified: text(LAST_MODIFIED).filter(|date| is_http_date(date)).map(str::to_owned),
        }
    }

    /// Whether there are none, so that only a whole response can tell whether the page changed.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    /// Writes them into a request as `If-None-Match` and `If-Modified-Since`, in place of those it
    /// has. Both are sent where both are known: servers that know entity tags pass over the date
    /// (RFC 9110, section 13.1.3). What is not of its header's form is not sent.
    pub fn add_to_request(&self, headers: &mut HeaderMap) {
        let mut set = |name: HeaderName, value: Option<&String>| {
            if let Some(value) =
                value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
            {
                headers.insert(name, value);
            }
        };
        set(IF_NONE_MATCH, self.etag.as_ref().filter(|etag| is_entity_tag(etag)));
        set(IF_MODIFIED_SINCE, self.last_modified.as_ref().filter(|date| is_http_date(date)));
    }
}

/// RFC 9110, section 8.8.3.
fn is_entity_tag(value: &str) -> bool {
    let opaque = value.strip_prefix("W/").unwrap_or(value);
    let text = opaque.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    value.len() <= MAX_ETAG_BYTES
        && text.is_some_and(|text| {
            text.bytes().all(|octet| octet == 0x21 || (octet >= 0x23 && octet != 0x7F))
        })
}

fn is_http_date(value: &str) -> bool {
    httpdate::parse_http_date(value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn what_comes_is_sent_back_verbatim() {
        for (etag, last_modified) in [
            (Some(r#""abc""#), Some(DATE)),
            (Some(r#"W/"a/b+c=:!~""#), None),
            (Some(r#""""#), None),
            (Some("\"\u{e9}\""), None),
            (None, Some("Sunday, 06-Nov-94 08:49:37 GMT")),
            (None, Some("Sun Nov  6 08:49:37 1994")),
            (None, None),
        ] {
            let mut response = HeaderMap::new();
            if let Some(etag) = etag {
                response.insert(ETAG, HeaderValue::from_bytes(etag.as_bytes()).unwrap());
            }
            if let Some(date) = last_modified {
                response.insert(LAST_MODIFIED, HeaderValue::from_static(date));
            }
            let validators = Validators::from_headers(&response);
            assert_eq!(validators.etag.as_deref(), etag);
            assert_eq!(validators.last_modified.as_deref(), last_modified);
            assert_eq!(validators.is_empty(), etag.is_none() && last_modified.is_none());
            let mut request = HeaderMap::new();
            validators.add_to_request(&mut request);
            assert_eq!(request.get(IF_NONE_MATCH), response.get(ETAG));
            assert_eq!(request.get(IF_MODIFIED_SINCE), response.get(LAST_MODIFIED));
        }
    }

    #[test]
    fn nothing_invalid_is_kept_or_sent() {
        let long = format!("\"{}\"", "a".repeat(1023));
        for etag in
            ["abc", "\"abc", "abc\"", "\"", "w/\"abc\"", "W/abc", "\"a b\"", "\"a\"b\"", "*", &long]
        {
            let headers =
                HeaderMap::from_iter([(ETAG, HeaderValue::from_bytes(etag.as_bytes()).unwrap())]);
            assert_eq!(Validators::from_headers(&headers), Validators::default(), "{etag}");
        }
        for date in ["0", "-1", "yesterday", "1994-11-06", "Mon, 06 Nov 1994 08:49:37 GMT", ""] {
            let headers = HeaderMap::from_iter([(LAST_MODIFIED, HeaderValue::from_static(date))]);
            assert_eq!(Validators::from_headers(&headers), Validators::default(), "{date}");
        }
        let mut request = HeaderMap::new();
        let made_up = Validators {
            etag: Some("\"a\r\nx: y\"".to_owned()),
            last_modified: Some(format!("{DATE}\r\n")),
        };
        made_up.add_to_request(&mut request);
        assert!(request.is_empty());
    }

    #[test]
    fn older_conditions_are_replaced() {
        let mut request = HeaderMap::new();
        for etag in ["\"old\"", "\"new\""] {
            let validators = Validators { etag: Some(etag.to_owned()), last_modified: None };
            validators.add_to_request(&mut request);
        }
        let sent: Vec<_> = request.get_all(IF_NONE_MATCH).iter().collect();
        assert_eq!(sent, ["\"new\""]);
    }
}
