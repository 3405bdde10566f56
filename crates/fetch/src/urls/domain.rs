//! Which hosts belong together.

use url::{Host, Url};

/// The domain that somebody registered and under which the URL's host is, by the public suffix list
/// (<https://publicsuffix.org/>): one label more than the suffix.
///
/// Both sections of the list count, so that `a.github.io` and `b.github.io` are two domains: control of
/// one says nothing about the other. A suffix that the list does not know is the last label
/// (the list's own rule for such). There is none for an IP address, a single label (`localhost`)
/// or a host that is a public suffix itself. It is a part of the URL, in Punycode, in lower case and
/// without the dot of the root zone.
///
/// ```
/// let url = "https://news.example.co.uk/".parse()?;
/// assert_eq!(copydesk_fetch::urls::registrable_domain(&url), Some("example.co.uk"));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn registrable_domain(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(_) => {
            let host = normalized_host(url)?;
            psl::domain_str(host).filter(|domain| !domain.starts_with('.'))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Whether two URLs have the same registrable domain or, where there is none, the same host. Scheme
/// and port do not matter.
pub fn same_site(one: &Url, other: &Url) -> bool {
    match (registrable_domain(one), registrable_domain(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => {
            normalized_host(one).is_some() && normalized_host(one) == normalized_host(other)
        }
        _ => false,
    }
}

/// The host without the dot of the root zone.
pub(super) fn normalized_host(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.strip_suffix('.').unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(host: &str) -> Url {
        Url::parse(&format!("http://{host}/")).unwrap()
    }

    #[test]
    fn domains_by_the_list() {
        for (host, expected) in [
            ("example.com", Some("example.com")),
            ("a.b.example.com", Some("example.com")),
            ("WWW.Example.COM.", Some("example.com")),
            ("news.bbc.co.uk", Some("bbc.co.uk")),
            ("co.uk", None),
            ("com", None),
            // the wildcard `*.ck` and its exception
            ("a.b.c.ck", Some("b.c.ck")),
            ("c.ck", None),
            ("www.ck", Some("www.ck")),
            // the private section
            ("alice.github.io", Some("alice.github.io")),
            ("x.alice.github.io", Some("alice.github.io")),
            ("github.io", None),
            // 食狮.公司.cn
            ("www.xn--85x722f.xn--55qx5d.cn", Some("xn--85x722f.xn--55qx5d.cn")),
            ("www.食狮.公司.cn", Some("xn--85x722f.xn--55qx5d.cn")),
            ("xn--55qx5d.cn", None),
            ("a.b.unheard-of", Some("b.unheard-of")),
            ("localhost", None),
            ("127.0.0.1", None),
            ("[::1]", None),
            ("..com", None),
        ] {
            assert_eq!(registrable_domain(&url(host)), expected, "{host}");
        }
    }

    #[test]
    fn sites() {
        for (one, other, expected) in [
            ("a.example.com", "b.example.com", true),
            ("example.com.", "example.com:8080", true),
            ("example.com", "example.org", false),
            ("a.github.io", "b.github.io", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("localhost", "localhost", true),
            ("com", "a.com", false),
        ] {
            assert_eq!(same_site(&url(one), &url(other)), expected, "{one} {other}");
        }
        let mail = Url::parse("mailto:a@a.example").unwrap();
        assert!(!same_site(&mail, &mail));
    }
}
