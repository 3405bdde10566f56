//! A list of URLs to read, or not to read.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use copydesk_fetch::urls::{PathPrefix, UrlScope};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use url::Url;

use crate::capped_lines::{CappedLine, CappedLines, MAX_LIST_LINE_BYTES};
use crate::error::{Error, ErrorKind};

/// A list of hosts, URL prefixes and patterns. Each line is one of
///
/// - `news.example`: this host and its subdomains, at any port;
/// - `https://news.example/live/`: URLs with this prefix, by whole segments of the path, over HTTP or HTTPS;
/// - `*.example/*/print`: a pattern, in which `*` stands for any characters and `?` for one. It is matched against
///   the URL without its scheme; case does not matter.
///
/// Blank lines and lines that begin with `#` are ignored. There may be millions of hosts and prefixes, which are
/// looked up by host, and some thousands of patterns, which are all tried.
///
/// The patterns of a crawl job are another language, with ports, single URLs without a scheme, and prefixes in which
/// case does not matter. They are few, so one glob set serves them; that would not hold millions of hosts.
#[derive(Debug, Default)]
pub(super) struct UrlMatchList {
    hosts: HashSet<String>,
    /// URL prefixes by host.
    prefixes: HashMap<String, Vec<UrlScope>>,
    patterns: GlobSet,
}

impl UrlMatchList {
    /// Reads a list, which may be compressed.
    ///
    /// # Errors
    /// If the list cannot be read, or a line is none of the above.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| ErrorKind::Read { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        let input = InflateReader::new(file, InflateLimits::default()).map_err(unreadable)?;
        let mut lines = CappedLines::new(input, MAX_LIST_LINE_BYTES);
        let mut list = Self::default();
        let mut patterns = GlobSetBuilder::new();
        let mut number = 0;
        while let Some(line) = lines.next_line().map_err(unreadable)? {
            number += 1;
            let wrong = |message: String| ErrorKind::List { path: path.into(), number, message };
            let (CappedLine::Whole(line) | CappedLine::Unended(line)) = line else {
                return Err(
                    wrong(format!("the line is longer than {MAX_LIST_LINE_BYTES} bytes")).into()
                );
            };
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_start_matches('\u{feff}').trim();
            if !line.is_empty() && !line.starts_with('#') {
                list.add(line, &mut patterns).map_err(wrong)?;
            }
        }
        list.patterns = patterns.build().map_err(|error| ErrorKind::List {
            path: path.into(),
            number,
            message: error.to_string(),
        })?;
        Ok(list)
    }

    fn add(&mut self, line: &str, patterns: &mut GlobSetBuilder) -> Result<(), String> {
        // A question mark alone may begin a query.
        if line.contains('*') {
            let glob = GlobBuilder::new(without_scheme(line)).case_insensitive(true).build();
            patterns.add(glob.map_err(|error| error.to_string())?);
            return Ok(());
        }
        let wrong = |error| format!("`{line}` is neither a host nor a URL: {error}");
        if line.contains("://") {
            let url = Url::parse(line).map_err(wrong)?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let scope = UrlScope::Prefix(PathPrefix::new(with_https(url)));
            self.prefixes.entry(host).or_default().push(scope);
            return Ok(());
        }
        // Parsed as part of a URL, so that it is spelled as in URLs: lower case, Punycode.
        let url = Url::parse(&format!("https://{line}/")).map_err(wrong)?;
        if url.path() != "/" {
            return Err(format!("`{line}` is not a host; a URL begins with https://"));
        }
        self.hosts.insert(url.host_str().unwrap_or_default().to_owned());
        Ok(())
    }

    /// Whether a URL is in the list. Text that is not a URL is in no list.
    pub(super) fn contains(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        let Some(host) = url.host_str() else { return false };
        if self.patterns.is_match(without_scheme(url.as_str())) || self.has_host(host) {
            return true;
        }
        let Some(prefixes) = self.prefixes.get(host) else { return false };
        let url = with_https(url.clone());
        prefixes.iter().any(|prefix| prefix.contains(&url))
    }

    fn has_host(&self, host: &str) -> bool {
        let parents = host.match_indices('.').filter_map(|(at, _)| host.get(at + 1..));
        std::iter::once(host).chain(parents).any(|host| self.hosts.contains(host))
    }
}

/// The URL with the scheme HTTPS, so that a prefix matches over HTTP too. A default port stays implicit.
fn with_https(mut url: Url) -> Url {
    // Fails only between special and other schemes (URL Standard), and then the URL matches no prefix anyway.
    let _ = url.set_scheme("https");
    url
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn list(lines: &str) -> Result<UrlMatchList, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        fs::write(&path, lines).unwrap();
        UrlMatchList::read(&path)
    }

    #[test]
    fn hosts_prefixes_and_patterns_match() {
        let list = list(
            "\u{feff}# sites\nNews.Example\n\nhttp://blog.example/2024/\r\nbücher.example\n\
             *.shop.example/*/print\nhttps://forum.example/t?id=7\n",
        )
        .unwrap();
        for (url, expected) in [
            ("https://news.example/a", true),
            ("http://www.news.example/", true),
            ("https://fakenews.example/", false),
            ("https://blog.example/2024/06/a", true),
            ("http://blog.example/2024/", true),
            ("https://blog.example/2025/", false),
            ("https://xn--bcher-kva.example/x", true),
            ("https://www.shop.example/Item/Print", true),
            ("https://www.shop.example/item", false),
            ("https://forum.example/t?id=8", true),
            ("not a url", false),
            ("data:text/plain,news.example", false),
        ] {
            assert_eq!(list.contains(url), expected, "{url}");
        }
    }

    #[test]
    fn an_invalid_line_is_refused_with_its_number() {
        for (lines, message) in [
            ("a.example\nb.example/path\n", "list.txt, line 2: `b.example/path` is not a host"),
            ("# x\nhttps://\n", "list.txt, line 2: `https://` is neither a host nor a URL"),
            ("a b\n", "list.txt, line 1: `a b` is neither a host nor a URL"),
            ("*.[example\n", "list.txt, line 1: "),
        ] {
            let error = list(lines).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
