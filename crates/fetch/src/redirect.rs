//! The way from the URL asked for to the page.

use std::net::IpAddr;

use url::{Host, ParseError, Url};

use crate::address::is_public;
use crate::error::without_credentials;
use crate::robots::MAX_ROBOTS_REDIRECTS;
use crate::urls::strip_credentials;
use crate::{Error, ErrorKind, FetchSettings, HttpExchange};

/// The URLs of one fetch: those that redirected, and the one to ask next. Every URL in it has
/// passed [`check`].
#[derive(Debug)]
pub(crate) struct RedirectChain {
    hops: Vec<HttpExchange>,
    /// The URLs asked, without fragments.
    visited: Vec<Url>,
    current: Url,
    max_redirects: usize,
}

impl RedirectChain {
    /// Starts at the URL that the caller gave.
    pub(crate) fn start(url: &str, settings: &FetchSettings) -> Result<Self, Error> {
        let url = Url::parse(url)
            .map_err(|error| Error::without_url(ErrorKind::Url { reason: reason(error) }))?;
        check(&url, settings)?;
        Ok(Self::from_url(url, settings.max_redirects))
    }

    /// Starts at the `robots.txt` of a URL that was checked.
    pub(crate) fn for_robots(url: &Url) -> Option<Self> {
        Some(Self::from_url(url.join("/robots.txt").ok()?, MAX_ROBOTS_REDIRECTS))
    }

    fn from_url(url: Url, max_redirects: usize) -> Self {
        let visited = vec![without_fragment(&url)];
        Self { hops: Vec::new(), visited, current: url, max_redirects }
    }

    /// The URL to ask now.
    pub(crate) fn current(&self) -> &Url {
        &self.current
    }

    /// Goes on to where the `Location` of a response points.
    pub(crate) fn follow(
        &mut self,
        hop: HttpExchange,
        location: &str,
        settings: &FetchSettings,
    ) -> Result<(), Error> {
        let fail = |kind| Err(Error::at(&self.current, kind));
        if self.hops.len() >= self.max_redirects {
            return fail(ErrorKind::TooManyRedirects { limit: self.max_redirects });
        }
        let mut next = match self.current.join(location) {
            Ok(next) => next,
            Err(error) => return fail(ErrorKind::Location { reason: error.to_string() }),
        };
        inherit_from(&self.current, &mut next);
        check(&next, settings)?;
        let to = || without_credentials(&next);
        if self.current.scheme() == "https" && next.scheme() == "http" && !settings.allow_downgrade
        {
            return fail(ErrorKind::Downgrade { to: to() });
        }
        let bare = without_fragment(&next);
        if self.visited.contains(&bare) {
            return fail(ErrorKind::RedirectLoop { to: to() });
        }
        self.visited.push(bare);
        self.current = next;
        self.hops.push(hop);
        Ok(())
    }

    /// The redirects followed. The way ends here.
    pub(crate) fn take_hops(&mut self) -> Vec<HttpExchange> {
        std::mem::take(&mut self.hops)
    }
}

/// Why text is not a URL.
fn reason(error: ParseError) -> String {
    match error {
        // What the parser says is about links.
        ParseError::RelativeUrlWithoutBase => {
            "it does not begin with http:// or https://".to_owned()
        }
        other => other.to_string(),
    }
}

/// Whether a status means that the page is elsewhere. 300 offers a choice and 304 has no body:
/// neither is followed (RFC 9110, section 15.4).
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// What a redirect's target has from where it came: the fragment, if it has none of its own (RFC
/// 9110, section 10.2.2), and the caller's credentials as long as the origin stays the same.
/// Credentials that the server writes into `Location` are dropped.
fn inherit_from(from: &Url, next: &mut Url) {
    if next.fragment().is_none() {
        next.set_fragment(from.fragment());
    }
    strip_credentials(next);
    if next.origin() == from.origin() {
        // Neither fails: the origin is that of a URL which has them.
        let _ = next.set_username(from.username());
        let _ = next.set_password(from.password());
    }
}

fn without_fragment(url: &Url) -> Url {
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare
}

/// Refuses a URL that is not of the web, or whose host is the literal of a special address: such a
/// host never passes the resolver.
fn check(url: &Url, settings: &FetchSettings) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::at(url, ErrorKind::Scheme { scheme: url.scheme().to_owned() }));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(Error::at(url, ErrorKind::Url { reason: "no host".to_owned() })),
    };
    if settings.allow_private || is_public(address) {
        Ok(())
    } else {
        Err(Error::at(url, ErrorKind::Address { address }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(route: &RedirectChain) -> HttpExchange {
        HttpExchange::new(route.current().clone(), 302)
    }

    fn follow(from: &str, location: &str) -> Result<RedirectChain, String> {
        let settings = FetchSettings::default();
        let mut route = RedirectChain::start(from, &settings).map_err(|error| error.to_string())?;
        match route.follow(hop(&route), location, &settings) {
            Ok(()) => Ok(route),
            Err(error) => Err(error.to_string()),
        }
    }

    fn target(from: &str, location: &str) -> String {
        follow(from, location).unwrap().current().to_string()
    }

    fn refused(from: &str, location: &str) -> String {
        follow(from, location).unwrap_err()
    }

    #[test]
    fn locations_are_resolved_against_the_page() {
        assert_eq!(target("http://a.example/x/y?q", "../z"), "http://a.example/z");
        assert_eq!(target("https://a.example/x", "//b.example"), "https://b.example/");
        assert_eq!(target("http://a.example/x#part", "/y"), "http://a.example/y#part");
        assert_eq!(target("http://a.example/x#part", "/y#own"), "http://a.example/y#own");
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        assert_eq!(target("https://u:p@a.example/", "/in"), "https://u:p@a.example/in");
        assert_eq!(target("https://u:p@a.example/", "//b.example/in"), "https://b.example/in");
        assert_eq!(target("https://a.example/", "https://u:p@b.example/"), "https://b.example/");
    }

    #[test]
    fn what_is_not_followed() {
        assert_eq!(
            refused("https://u:p@a.example/", "http://u:p@b.example/"),
            "https://a.example/: the redirect to http://b.example/ downgrades from HTTPS to HTTP"
        );
        assert_eq!(
            refused("http://a.example/x#1", "/x#2"),
            "http://a.example/x#1: redirect loop: http://a.example/x#2 was requested before"
        );
        assert_eq!(
            refused("http://a.example/", "file:///etc/passwd"),
            "file:///etc/passwd: unsupported scheme `file`: only http and https are fetched"
        );
        assert_eq!(
            refused("http://a.example/", "http://[fe80::1"),
            "http://a.example/: the redirect's `Location` header is not a usable URL: invalid IPv6 address"
        );
    }

    #[test]
    fn literal_addresses_are_checked_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "169.254.169.254",
        ] {
            let message = refused("http://a.example/", &format!("http://{host}/"));
            assert!(message.ends_with("which is not a public address"), "{host}: {message}");
        }
        assert_eq!(target("http://a.example/", "http://1.1.1.1/"), "http://1.1.1.1/");
    }
}
