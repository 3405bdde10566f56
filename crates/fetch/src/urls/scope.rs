//! Which pages belong to a crawl.

use url::Url;

use super::domain::{normalized_host, registrable_domain, same_site};

/// Which URLs a crawl may go to. All of them are `http` or `https`.
///
/// URLs are compared as they are spelled: hand in normalized ones. Each kind is made from the URL
/// that the crawl starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlScope {
    /// The host and port of this URL. The scheme does not matter: with the default port of each,
    /// `http` and `https` are one.
    Host(Url),
    /// The registrable domain of this URL with all names below it, at any port; of an IP address or
    /// a single label, that host.
    Site(Url),
    /// A part of a host.
    Prefix(PathPrefix),
    /// Everything.
    Any,
}

impl UrlScope {
    /// Whether a URL belongs to the crawl.
    pub fn contains(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && match self {
                Self::Host(own) => is_same_host(own, url),
                Self::Site(own) => same_site(own, url),
                Self::Prefix(own) => own.contains(url),
                Self::Any => true,
            }
    }

    /// The registrable domain of a [`UrlScope::Site`], where it has one.
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Site(own) => registrable_domain(own),
            _ => None,
        }
    }
}

/// A host's pages whose paths begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrefix(Url);

impl PathPrefix {
    /// The pages on the host of `url` whose path is that of `url` or continues it by whole segments:
    /// `/news` has `/news` and `/news/today` and not `/newsletter`; `/news/` has what is below it.
    /// The query does not matter.
    pub fn new(url: Url) -> Self {
        Self(url)
    }

    fn contains(&self, url: &Url) -> bool {
        let own = self.0.path();
        is_same_host(&self.0, url)
            && url
                .path()
                .strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || own.ends_with('/') || rest.starts_with('/'))
    }
}

fn is_same_host(one: &Url, other: &Url) -> bool {
    normalized_host(one).is_some()
        && normalized_host(one) == normalized_host(other)
        && one.port() == other.port()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    #[test]
    fn scopes() {
        let start = || url("https://www.example.co.uk/news");
        let host = UrlScope::Host(start());
        let site = UrlScope::Site(start());
        let prefix = UrlScope::Prefix(PathPrefix::new(start()));
        for (other, expected) in [
            ("https://www.example.co.uk/news", [true, true, true, true]),
            ("https://www.example.co.uk/news?page=2", [true, true, true, true]),
            ("http://www.example.co.uk/news/today", [true, true, true, true]),
            ("http://www.example.co.uk./news/today", [true, true, true, true]),
            ("https://www.example.co.uk/newsletter", [true, true, false, true]),
            ("https://www.example.co.uk/", [true, true, false, true]),
            ("https://www.example.co.uk:8443/news", [false, true, false, true]),
            ("https://blog.example.co.uk/news", [false, true, false, true]),
            ("https://example.co.uk/news", [false, true, false, true]),
            ("https://other.co.uk/news", [false, false, false, true]),
            ("ftp://www.example.co.uk/news", [false, false, false, false]),
            ("mailto:a@www.example.co.uk", [false, false, false, false]),
        ] {
            let other = url(other);
            let found = [&host, &site, &prefix, &UrlScope::Any].map(|scope| scope.contains(&other));
            assert_eq!(found, expected, "{other}");
        }
        assert_eq!(site.domain(), Some("example.co.uk"));
    }

    #[test]
    fn a_prefix_with_a_final_slash_is_a_folder() {
        let folder = UrlScope::Prefix(PathPrefix::new(url("http://a.example/b/")));
        assert!(folder.contains(&url("http://a.example/b/")));
        assert!(folder.contains(&url("http://a.example/b/c")));
        assert!(!folder.contains(&url("http://a.example/b")));
        assert!(
            UrlScope::Prefix(PathPrefix::new(url("http://a.example/")))
                .contains(&url("http://a.example/x"))
        );
    }

    #[test]
    fn the_site_of_an_address_is_the_address() {
        let site = UrlScope::Site(url("http://192.0.2.1/"));
        assert!(site.contains(&url("http://192.0.2.1:8080/a")));
        assert!(!site.contains(&url("http://192.0.2.2/")));
    }
}
