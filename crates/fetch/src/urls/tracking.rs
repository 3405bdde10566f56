//! The list of query parameters that say how a reader came to a page and not which page it is.

use std::collections::HashSet;

/// The list that is used unless another is given.
const EMBEDDED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/tracking_parameters.txt"));

/// A line of a list of tracking parameters that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the tracking parameters: {reason}")]
pub struct TrackingListError {
    /// The line, counted from 1.
    pub line: usize,
    reason: &'static str,
}

/// Names of tracking parameters, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct TrackingList {
    names: HashSet<String>,
    prefixes: Vec<String>,
    /// Those that count on one site only.
    host_patterns: Vec<(String, ParameterPattern)>,
}

#[derive(Clone, Debug)]
enum ParameterPattern {
    Name(String),
    Prefix(String),
}

impl TrackingList {
    /// The list that comes with the crate.
    pub(super) fn embedded() -> Self {
        // A test reads it; a line that were wrong nevertheless would be left out alone.
        let mut list = Self::default();
        for line in EMBEDDED.lines() {
            let _ = list.add(line);
        }
        list
    }

    pub(super) fn parse(text: &str) -> Result<Self, TrackingListError> {
        let mut list = Self::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            list.add(line).map_err(|reason| TrackingListError { line: index + 1, reason })?;
        }
        Ok(list)
    }

    pub(super) fn add(&mut self, line: &str) -> Result<(), &'static str> {
        let entry = line.split('#').next().unwrap_or_default().trim().to_ascii_lowercase();
        if entry.is_empty() {
            return Ok(());
        }
        let (host, name) = match entry.rsplit_once('/') {
            Some((host, name)) => (Some(host), name),
            None => (None, entry.as_str()),
        };
        let pattern = match name.strip_suffix('*') {
            Some(prefix) => ParameterPattern::Prefix(parameter(prefix)?),
            None => ParameterPattern::Name(parameter(name)?),
        };
        match (host, pattern) {
            (Some(host), pattern) => self.host_patterns.push((host_suffix(host)?, pattern)),
            (None, ParameterPattern::Name(name)) => {
                self.names.insert(name);
            }
            (None, ParameterPattern::Prefix(prefix)) => self.prefixes.push(prefix),
        }
        Ok(())
    }

    /// Whether a parameter of this name is none of the page's own. `host` is in lower case.
    pub(super) fn contains(&self, host: &str, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.names.contains(&name)
            || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
            || self.host_patterns.iter().any(|(suffix, pattern)| {
                is_under(host, suffix)
                    && match pattern {
                        ParameterPattern::Name(own) => *own == name,
                        ParameterPattern::Prefix(prefix) => name.starts_with(prefix),
                    }
            })
    }
}

fn parameter(name: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~[]:".contains(&byte);
    if name.is_empty() {
        Err("no name")
    } else if name.bytes().all(is_plain) {
        Ok(name.to_owned())
    } else {
        Err("a name has letters, digits and `-._~[]:`, and `*` only at its end")
    }
}

fn host_suffix(host: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if host.is_empty() || host.starts_with('.') || host.ends_with('.') {
        Err("a host begins and ends with a letter or digit")
    } else if host.bytes().all(is_plain) {
        Ok(host.to_owned())
    } else {
        Err("a host has ASCII letters, digits, `-` and `.` (others in Punycode)")
    }
}

/// Whether `host` is `domain` or a name below it.
fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_comes_with_the_crate_is_whole() {
        let list = TrackingList::parse(EMBEDDED).unwrap();
        assert!(list.names.len() > 50, "{}", list.names.len());
        for kept in ["id", "ref", "source", "p", "page", "q", "s", "t", "lang", "v", "utm"] {
            assert!(!list.contains("www.example.com", kept), "{kept}");
        }
        for dropped in ["utm_source", "UTM_Medium", "fbclid", "gclid", "mc_eid", "_hsenc"] {
            assert!(list.contains("www.example.com", dropped), "{dropped}");
        }
    }

    #[test]
    fn lines_as_people_write_them() {
        let list =
            TrackingList::parse("\u{feff}# all\n\n  Click # why\nwt_*\nx.example/s\n").unwrap();
        assert!(list.contains("a.example", "click"));
        assert!(list.contains("a.example", "wt_any"));
        assert!(!list.contains("a.example", "s"));
        assert!(list.contains("x.example", "s"));
        assert!(list.contains("m.x.example", "S"));
        assert!(!list.contains("notx.example", "s"));
    }

    #[test]
    fn lines_that_mean_nothing() {
        for (text, expected) in [
            ("a\n*\n", "line 2 of the tracking parameters: no name"),
            (
                "a*b",
                "line 1 of the tracking parameters: a name has letters, digits and `-._~[]:`, and `*` only at its end",
            ),
            (
                "a=b",
                "line 1 of the tracking parameters: a name has letters, digits and `-._~[]:`, and `*` only at its end",
            ),
            (
                "/a",
                "line 1 of the tracking parameters: a host begins and ends with a letter or digit",
            ),
            (
                "b\u{fc}.example/a",
                "line 1 of the tracking parameters: a host has ASCII letters, digits, `-` and `.` (others in Punycode)",
            ),
        ] {
            assert_eq!(TrackingList::parse(text).unwrap_err().to_string(), expected);
        }
    }
}
