//! Recognizes inputs that look like a URL without its scheme.

use std::path::Path;

/// The URL that was probably meant by an input that is neither a file nor a URL, such as `example.com/story`.
pub(crate) fn with_scheme(input: &str) -> Option<String> {
    let host = input.split(['/', '?', ':']).next()?;
    let (name, domain) = host.rsplit_once('.')?;
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_host = name.split('.').all(is_label)
        && domain.len() >= 2
        && domain.chars().all(char::is_alphabetic)
        && !FILE_SUFFIXES.contains(&domain.to_ascii_lowercase().as_str());
    (is_host && !Path::new(input).exists()).then(|| format!("https://{input}"))
}

/// Suffixes of input files. Without this list, `page.html` would pass as a host name.
const FILE_SUFFIXES: [&str; 16] = [
    "html", "htm", "xhtml", "txt", "md", "json", "jsonl", "ndjson", "csv", "gz", "zst", "warc",
    "xml", "pdf", "php", "toml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_not_mistaken_for_a_file() {
        for (input, meant) in [
            ("example.com", Some("https://example.com")),
            ("www.example.co.uk/news?id=1", Some("https://www.example.co.uk/news?id=1")),
            ("example.com:8080/a", Some("https://example.com:8080/a")),
            ("page.html", None),
            ("pages/a.com", None),
            ("a.b/page", None),
            ("./example.com", None),
            ("pages", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(with_scheme(input).as_deref(), meant, "{input}");
        }
    }
}
