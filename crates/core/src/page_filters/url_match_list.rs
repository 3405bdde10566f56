//! A list of addresses to read, or not to.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use copydesk_fetch::urls::{PathPrefix, UrlScope};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use url::Url;

use crate::capped_lines::{CappedLine, CappedLines};
use crate::error::{Error, ErrorKind};

/// Bytes of a line of a list.
const MAX_LINE_BYTES: usize = 64 << 10;

/// Hosts, the beginnings of addresses, and patterns. On each line is one of
///
/// - `news.example`: this host and those below it;
/// - `https://news.example/live/`: what begins so, by whole parts of the path, whether over HTTP or
///   HTTPS;
/// - `*.example/*/print`: with `*` for any characters and `?` for one, against the address without its
///   scheme, capitals and small letters being the same.
///
/// Blank lines and those that begin with `#` are passed over. Hosts and beginnings may be millions;
/// patterns are for some thousands.
#[derive(Debug, Default)]
pub(super) struct UrlMatchList {
    hosts: HashSet<String>,
    /// Beginnings by their hosts.
    prefixes: HashMap<String, Vec<UrlScope>>,
    patterns: GlobSet,
}

impl UrlMatchList {
    /// Reads a list, which may be compressed.
    ///
    /// # Errors
    /// When it cannot be read, or a line is none of the above.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| ErrorKind::Read { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        let input = InflateReader::new(file, InflateLimits::default()).map_err(unreadable)?;
        let mut lines = CappedLines::new(input, MAX_LINE_BYTES);
        let mut list = Self::default();
        let mut patterns = GlobSetBuilder::new();
        let mut number = 0;
        while let Some(line) = lines.next_line().map_err(unreadable)? {
            number += 1;
            let wrong = |message: String| ErrorKind::List { path: path.into(), number, message };
            let (CappedLine::Whole(line) | CappedLine::Unended(line)) = line else {
                return Err(wrong(format!("longer than {MAX_LINE_BYTES} bytes")).into());
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
        // A question mark alone may be that of an address's query.
        if line.contains('*') {
            let glob = GlobBuilder::new(without_scheme(line)).case_insensitive(true).build();
            patterns.add(glob.map_err(|error| error.to_string())?);
            return Ok(());
        }
        let wrong = |error| format!("`{line}` is no host and no address: {error}");
        if line.contains("://") {
            let url = Url::parse(line).map_err(wrong)?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let scope = UrlScope::Prefix(PathPrefix::new(with_https(url)));
            self.prefixes.entry(host).or_default().push(scope);
            return Ok(());
        }
        // Spelled as it is in addresses: small letters, ASCII.
        let url = Url::parse(&format!("https://{line}/")).map_err(wrong)?;
        if url.path() != "/" {
            return Err(format!("`{line}` is no host; an address begins with https://"));
        }
        self.hosts.insert(url.host_str().unwrap_or_default().to_owned());
        Ok(())
    }

    /// Whether an address is in the list. What is no address is in none.
    pub(super) fn contains(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
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

/// The address by HTTPS: its default port then says nothing.
fn with_https(mut url: Url) -> Url {
    // Of two special schemes, one can take the place of the other.
    let _ = url.set_scheme("https");
    url
}

fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
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
    fn hosts_beginnings_and_patterns() {
        let list = list(
            "\u{feff}# sites\nNews.Example\n\nhttp://blog.example/2024/\r\nbücher.example\n\
             *.shop.example/*/print\nhttps://forum.example/t?id=7\n",
        )
        .unwrap();
        for (address, expected) in [
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
            ("no address", false),
            ("data:text/plain,news.example", false),
        ] {
            assert_eq!(list.contains(address), expected, "{address}");
        }
    }

    #[test]
    fn a_line_that_means_nothing_is_refused_with_its_number() {
        for (lines, message) in [
            ("a.example\nb.example/path\n", "list.txt, line 2: `b.example/path` is no host"),
            ("# x\nhttps://\n", "list.txt, line 2: `https://` is no host and no address"),
            ("a b\n", "list.txt, line 1: `a b` is no host"),
            ("*.[example\n", "list.txt, line 1: "),
        ] {
            let error = list(lines).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
