//! The list of parameters that carry a session, in the query and in the path.

use super::tracking::TrackingList;

/// The list that comes with the crate.
const EMBEDDED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/session_parameters.txt"));

/// Characters that the id of a session has at least: 80 bits as letters and digits.
const MIN_ID_CHARACTERS: usize = 16;

/// Names of parameters that carry a session.
#[derive(Clone, Debug, Default)]
pub(super) struct SessionList {
    certain: TrackingList,
    /// Those that count only with a value that looks like the id of a session.
    ambiguous: TrackingList,
}

impl SessionList {
    /// The list that comes with the crate.
    pub(super) fn embedded() -> Self {
        // A test reads it; a line that were wrong nevertheless would be left out alone.
        let mut list = Self::default();
        for line in EMBEDDED.lines() {
            let _ = list.add(line);
        }
        list
    }

    fn add(&mut self, line: &str) -> Result<(), &'static str> {
        let entry = line.split('#').next().unwrap_or_default().trim();
        match entry.strip_suffix('?') {
            Some(entry) => self.ambiguous.add(entry),
            None => self.certain.add(entry),
        }
    }

    /// Whether a parameter, `name=value` or a name alone, carries a session. `host` is in lower case.
    pub(super) fn contains(&self, host: &str, parameter: &str) -> bool {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        self.certain.contains(host, name)
            || (self.ambiguous.contains(host, name) && is_session_id(value))
    }

    /// The path without parameters that carry a session: `/a;jsessionid=1` is `/a`. Segments that ASP.NET
    /// writes where cookies are not taken, `/(S(lit3py55t21z5v55vlm25s55))/`, go whole.
    pub(super) fn without_sessions(&self, host: &str, path: &str) -> String {
        if !path.contains([';', '(']) {
            return path.to_owned();
        }
        let mut kept = String::with_capacity(path.len());
        for (at, segment) in path.split('/').enumerate() {
            let mut parts = segment.split(';');
            let mut own = parts.next().unwrap_or_default().to_owned();
            for parameter in parts.filter(|parameter| !self.contains(host, parameter)) {
                own.push(';');
                own.push_str(parameter);
            }
            if is_cookieless_session(&own) {
                continue;
            }
            if at > 0 {
                kept.push('/');
            }
            kept.push_str(&own);
        }
        kept
    }
}

/// Letters and digits, both among them, perhaps with signs between; long enough to be no word or number.
fn is_session_id(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    value.len() >= MIN_ID_CHARACTERS
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,!~".contains(&byte))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

/// One to three ids with the letters that ASP.NET gives them, in brackets.
fn is_cookieless_session(segment: &str) -> bool {
    let Some(mut rest) = segment.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    while let Some((id, after)) = rest
        .strip_prefix(['A', 'F', 'S', 'X'])
        .and_then(|rest| rest.strip_prefix('('))
        .and_then(|rest| rest.split_once(')'))
    {
        if id.is_empty()
            || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return false;
        }
        rest = after;
        if rest.is_empty() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SessionList, (usize, &'static str)> {
        let mut list = SessionList::default();
        for (index, line) in text.lines().enumerate() {
            list.add(line).map_err(|reason| (index + 1, reason))?;
        }
        Ok(list)
    }

    #[test]
    fn the_list_that_comes_with_the_crate_is_whole() {
        let list = parse(EMBEDDED).unwrap();
        let host = "www.example.com";
        for dropped in [
            "PHPSESSID=1",
            "phpsessid",
            "jsessionid=0001",
            "ASPSESSIONIDQQRSTUVW=a",
            "CFTOKEN=123",
            "sid=d41d8cd98f00b204e9800998ecf8427e",
            "s=d41d8cd98f00b204e9800998ecf8427e",
            "zenid=a8b7c6d5e4f3a2b1c0d9",
        ] {
            assert!(list.contains(host, dropped), "{dropped}");
        }
        for kept in [
            "id=d41d8cd98f00b204e9800998ecf8427e",
            "sid=42",
            "sid=202603290001",
            "sid=1234567890123456",
            "sid=thelongestwordinit",
            "s=ferry",
            "s=the+ferry+of+2026+sails",
            "session=2026-spring",
            "page=2",
            "",
        ] {
            assert!(!list.contains(host, kept), "{kept}");
        }
    }

    #[test]
    fn a_line_that_means_nothing_is_told() {
        let (line, reason) = parse("sid ?\n?\na=b ?\n").unwrap_err();
        assert_eq!(line, 3);
        assert!(reason.starts_with("a name has letters"), "{reason}");
        let list = parse("x.example/k ? # why\n").unwrap();
        assert!(list.contains("m.x.example", "K=d41d8cd98f00b204e98"));
        assert!(!list.contains("y.example", "k=d41d8cd98f00b204e98"));
    }

    #[test]
    fn paths_lose_their_sessions() {
        let list = SessionList::embedded();
        for (path, expected) in [
            ("/a;jsessionid=1A2B.node1", "/a"),
            ("/a;JSESSIONID=1A2B;v=2/b", "/a;v=2/b"),
            ("/a;v=1;jsessionid=1;jsessionid=2", "/a;v=1"),
            ("/;jsessionid=1", "/"),
            ("/a;sid=42", "/a;sid=42"),
            ("/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "/a.aspx"),
            ("/shop/(X(1)S(lit3py55t21z5v55vlm25s55))/a.aspx", "/shop/a.aspx"),
            ("/(S(lit3))", ""),
            ("/(S(lit3));jsessionid=1/a", "/a"),
            ("/(S(lit3));v=1/a", "/(S(lit3));v=1/a"),
            ("/(a)/b", "/(a)/b"),
            ("/(S)/b", "/(S)/b"),
            ("/(S())/b", "/(S())/b"),
            ("/()/b", "/()/b"),
            ("/a//b/", "/a//b/"),
        ] {
            assert_eq!(list.without_sessions("a.example", path), expected, "{path}");
        }
    }
}
