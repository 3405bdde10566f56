//! Cookies, up to a limit.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use reqwest::Url;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderValue;

/// The longest cookie that is kept, as `Set-Cookie` (RFC 6265, section 6.1).
const MAX_COOKIE_BYTES: usize = 4096;

/// Bytes of `Set-Cookie` after which all cookies are forgotten: a server may set new ones with every
/// response, and there may be any number of servers.
const MAX_JAR_BYTES: usize = 16 << 20;

/// The longest `Cookie` header that is sent: servers refuse longer ones.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// Cookies in memory.
#[derive(Default)]
pub(super) struct CookieJar {
    jar: RwLock<Jar>,
    taken_bytes: AtomicUsize,
}

impl CookieStore for CookieJar {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let mut taken_bytes = 0;
        let mut kept = headers
            .filter(|header| header.len() <= MAX_COOKIE_BYTES && !is_for_all(header, url))
            .inspect(|header| taken_bytes += header.len());
        self.jar.read().unwrap_or_else(PoisonError::into_inner).set_cookies(&mut kept, url);
        drop(kept);
        let before = self.taken_bytes.fetch_add(taken_bytes, Ordering::Relaxed);
        if before.saturating_add(taken_bytes) > MAX_JAR_BYTES {
            self.taken_bytes.store(0, Ordering::Relaxed);
            *self.jar.write().unwrap_or_else(PoisonError::into_inner) = Jar::default();
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let jar = self.jar.read().unwrap_or_else(PoisonError::into_inner);
        jar.cookies(url).filter(|header| header.len() <= MAX_HEADER_BYTES)
    }
}

/// Whether a cookie would go to the sites of everybody below a public suffix, such as `co.uk` (RFC
/// 6265, section 5.3, step 5).
fn is_for_all(header: &HeaderValue, url: &Url) -> bool {
    let domain = header.as_bytes().split(|byte| *byte == b';').skip(1).filter_map(|attribute| {
        let (name, value) = str::from_utf8(attribute).ok()?.split_once('=')?;
        let value = value.trim().trim_start_matches('.').to_ascii_lowercase();
        name.trim().eq_ignore_ascii_case("domain").then_some(value)
    });
    // The last one counts.
    domain.last().is_some_and(|domain| {
        psl::domain_str(&domain).is_none() && url.host_str() != Some(domain.as_str())
    })
}

impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_for_all_sites_are_refused() {
        let url = Url::parse("https://www.example.co.uk/").unwrap();
        for (cookie, sent) in [
            ("a=1", true),
            ("a=1; Domain=example.co.uk", true),
            ("a=1; domain = .Example.co.uk", true),
            ("a=1; Domain=co.uk", false),
            ("a=1; Domain=example.co.uk; DOMAIN=.CO.UK", false),
            ("a=1; Domain=uk", false),
        ] {
            let cookies = CookieJar::default();
            cookies.set_cookies(&mut [HeaderValue::from_static(cookie)].iter(), &url);
            assert_eq!(cookies.cookies(&url).is_some(), sent, "{cookie}");
        }
    }

    #[test]
    fn cookies_go_back_to_where_they_are_from_and_never_grow_without_end() {
        let url = |host: &str| Url::parse(&format!("https://{host}/")).unwrap();
        let cookies = CookieJar::default();
        let set = |host: &str, cookie: &str| {
            let cookie = HeaderValue::from_str(cookie).unwrap();
            cookies.set_cookies(&mut std::iter::once(&cookie), &url(host));
        };
        set("a.example", "visitor=1; Path=/");
        set("a.example", &format!("long={}", "x".repeat(MAX_COOKIE_BYTES)));
        assert_eq!(cookies.cookies(&url("a.example")).unwrap(), "visitor=1");
        assert_eq!(cookies.cookies(&url("b.example")), None);

        for n in 0..=MAX_HEADER_BYTES / 4000 {
            set("many.example", &format!("c{n}={}", "x".repeat(4000)));
        }
        assert_eq!(cookies.cookies(&url("many.example")), None);
        for n in 0..MAX_JAR_BYTES / 4000 {
            set(&format!("h{n}.example"), &format!("c={}", "x".repeat(4000)));
        }
        assert_eq!(cookies.cookies(&url("a.example")), None);
    }
}
