//! HTTP heads, written back from what was parsed.

use url::Url;

use super::capture::{RevisitProfile, WarcCapture, WarcProtocol, WarcRequest};
use crate::urls::strip_credentials;

/// The head of a response, with the empty line after it.
pub(super) fn response(capture: &WarcCapture<'_>) -> Vec<u8> {
    let mut head = Vec::with_capacity(512);
    let reason = sanitize(capture.reason.as_bytes());
    let line = format!("{} {:03} ", version(capture.protocol), capture.status);
    head.extend(line.as_bytes());
    head.extend(&reason);
    head.extend(b"\r\n");
    // A 304 has the length of a body that does not come with it.
    let is_bodyless = matches!(
        capture.revisit,
        Some(super::WarcRevisit { profile: RevisitProfile::ServerNotModified, .. })
    ) || (capture.payload.is_empty() && capture.truncated.is_none());
    let length = capture.payload.len().to_string();
    let mut renamed = false;
    let mut has_length = false;
    for (name, value) in capture.headers {
        let is_chunking = name.eq_ignore_ascii_case("transfer-encoding");
        let is_length = name.eq_ignore_ascii_case("content-length");
        let is_right = value.trim_ascii() == length.as_bytes() && !has_length;
        let hides = is_chunking || (is_length && !is_right && !is_bodyless);
        if hides {
            renamed = true;
            let name = if is_length { "Content-Length" } else { "Transfer-Encoding" };
            field(&mut head, &format!("X-Crawl-{name}"), value);
        } else {
            has_length |= is_length;
            field(&mut head, name, value);
        }
    }
    if renamed && !has_length {
        field(&mut head, "Content-Length", length.as_bytes());
    }
    head.extend(b"\r\n");
    head
}

/// The head of a request, with the empty line after it.
pub(super) fn request(url: &str, request: &WarcRequest<'_>, protocol: WarcProtocol) -> Vec<u8> {
    let parsed = Url::parse(url).ok();
    let target = match &parsed {
        Some(url) => match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
        None => "/".to_owned(),
    };
    let mut head = token(request.method).into_bytes();
    head.push(b' ');
    head.extend(uri(&target).as_bytes());
    head.extend(format!(" {}\r\n", version(protocol)).as_bytes());
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"))
        && let Some((url, host)) = parsed.as_ref().and_then(|url| Some((url, url.host_str()?)))
    {
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        field(&mut head, "Host", host.as_bytes());
    }
    for (name, value) in request.headers {
        field(&mut head, name, value);
    }
    head.extend(b"\r\n");
    head
}

/// Writes one field, whose name and value cannot end the line.
pub(super) fn field(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend(token(name).as_bytes());
    head.extend(b": ");
    head.extend(sanitize(value));
    head.extend(b"\r\n");
}

/// A URL as it is written: no credentials, and nothing in it that would end the value.
pub(super) fn uri(url: &str) -> String {
    let stripped = match Url::parse(url) {
        Ok(mut parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            strip_credentials(&mut parsed);
            String::from(parsed)
        }
        _ => url.to_owned(),
    };
    let is_safe = |byte: u8| byte > b' ' && byte != 0x7f;
    if stripped.bytes().all(is_safe) {
        return stripped;
    }
    let escaped = |byte: u8| if is_safe(byte) { vec![byte] } else { format!("%{byte:02X}").into() };
    let bytes: Vec<u8> = stripped.bytes().flat_map(escaped).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A value in which control characters are spaces.
fn sanitize(value: &[u8]) -> Vec<u8> {
    value
        .trim_ascii()
        .iter()
        .map(|byte| if byte.is_ascii_control() && *byte != b'\t' { b' ' } else { *byte })
        .collect()
}

/// The name with an underscore for each character that a token must not have (RFC 9110, section 5.6.2).
fn token(name: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let name: String = name.chars().map(|c| if is_token(c) { c } else { '_' }).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

const fn version(protocol: WarcProtocol) -> &'static str {
    match protocol {
        WarcProtocol::Http10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn head(headers: &[(&str, &[u8])], payload: &[u8]) -> String {
        let capture = WarcCapture { status: 200, reason: "OK", headers, payload, ..blank() };
        String::from_utf8(response(&capture)).unwrap()
    }

    fn blank() -> WarcCapture<'static> {
        WarcCapture::new("https://example.com/", SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn lengths_are_right_for_the_payload() {
        type Headers = [(&'static str, &'static [u8])];
        let cases: [(&Headers, &[u8], &str); 6] = [
            (&[("Content-Length", b"5")], b"hello", "Content-Length: 5\r\n"),
            (&[], b"hello", ""),
            (
                &[("transfer-encoding", b"chunked"), ("x", b"1")],
                b"hello",
                "X-Crawl-Transfer-Encoding: chunked\r\nx: 1\r\nContent-Length: 5\r\n",
            ),
            (
                &[("content-length", b"7")],
                b"hello",
                "X-Crawl-Content-Length: 7\r\nContent-Length: 5\r\n",
            ),
            (
                &[("content-length", b"5"), ("content-length", b"5")],
                b"hello",
                "content-length: 5\r\nX-Crawl-Content-Length: 5\r\n",
            ),
            // the answer to HEAD
            (&[("content-length", b"7")], b"", "content-length: 7\r\n"),
        ];
        for (headers, payload, expected) in cases {
            assert_eq!(head(headers, payload), format!("HTTP/1.1 200 OK\r\n{expected}\r\n"));
        }
    }

    #[test]
    fn no_value_breaks_the_head() {
        let headers: &[(&str, &[u8])] =
            &[("x", b"a\r\n\r\n<p>b\0c"), ("y: z\r\nq", b"caf\xc3\xa9"), ("", b"  t\tu ")];
        assert_eq!(
            head(headers, b""),
            "HTTP/1.1 200 OK\r\nx: a    <p>b c\r\ny__z__q: café\r\n_: t\tu\r\n\r\n"
        );
        let capture =
            WarcCapture { reason: "Not\r\nFound", protocol: WarcProtocol::Http2, ..blank() };
        assert_eq!(response(&capture), b"HTTP/1.1 000 Not  Found\r\n\r\n");
    }

    #[test]
    fn requests_name_the_host_and_no_credentials() {
        let written = |url: &str, headers| {
            let head = request(url, &WarcRequest { method: "GET", headers }, WarcProtocol::Http11);
            String::from_utf8(head).unwrap()
        };
        assert_eq!(
            written("https://me:secret@example.com:8443/a b?q=1#top", &[("Accept", b"*/*")]),
            "GET /a%20b?q=1 HTTP/1.1\r\nHost: example.com:8443\r\nAccept: */*\r\n\r\n"
        );
        assert_eq!(
            written("http://example.com", &[("host", b"other")]),
            "GET / HTTP/1.1\r\nhost: other\r\n\r\n"
        );
        assert_eq!(uri("https://me:secret@example.com/a\r\nb"), "https://example.com/ab");
        assert_eq!(uri("urn:x\r\ny z"), "urn:x%0D%0Ay%20z");
    }
}
