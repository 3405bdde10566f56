//! Prometheus' text format, version 0.0.4.
//!
//! The gauges from the state are rendered for each scrape and not kept in the process's recorder. There, the
//! series of a job that was removed would stay until the process ends.

use std::fmt::Write;

/// Builds metrics as text.
#[derive(Default)]
pub(super) struct PrometheusText {
    text: String,
    family: &'static str,
}

impl PrometheusText {
    /// Begins a family of gauges. Samples that follow belong to it.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str) {
        self.family = name;
        // Writing to a string cannot fail.
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
    }

    /// Adds a value with its labels.
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: f64) {
        self.text.push_str(self.family);
        for (at, (name, value)) in labels.iter().enumerate() {
            self.text.push(if at == 0 { '{' } else { ',' });
            // Backslashes first, or those of the other escapes would be escaped too.
            let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.text, "{name}=\"{value}\"");
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{end} {value}");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Asserts the rules of the format: each family is in one piece, with one help and one type before its
/// samples; names, labels and values are well formed; no sample occurs twice; counters end with `_total`.
#[cfg(test)]
pub(super) fn check(text: &str) {
    use std::collections::BTreeSet;

    fn is_name(name: &str) -> bool {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }

    /// Returns what follows the labels.
    fn after_labels(mut rest: &str) -> &str {
        while !rest.starts_with('}') {
            let (name, value) = rest.split_once("=\"").unwrap();
            assert!(is_name(name), "{name}");
            let mut value = value.chars();
            loop {
                match value.next().unwrap() {
                    '"' => break,
                    '\\' => assert!(matches!(value.next(), Some('\\' | '"' | 'n')), "{rest}"),
                    _ => {}
                }
            }
            rest = value.as_str();
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        rest.strip_prefix('}').unwrap()
    }

    assert!(text.ends_with('\n'));
    let (mut helped, mut typed, mut samples) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut family, mut kind) = ("", "");
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty() && helped.insert(name), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            (family, kind) = rest.split_once(' ').unwrap();
            assert!(typed.insert(family) && helped.contains(family), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", family.ends_with("_total"), "{line}");
        } else {
            let name = line.split(['{', ' ']).next().unwrap();
            let suffixes = ["_bucket", "_sum", "_count"];
            let histogram = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
            let base = histogram.filter(|_| kind == "histogram").unwrap_or(name);
            assert!(is_name(name) && base == family, "{line} in {family}");
            let rest = line.strip_prefix(name).unwrap();
            let value = rest.strip_prefix('{').map_or(rest, after_labels).trim_start();
            assert!(value == "+Inf" || value.parse::<f64>().is_ok(), "{line}");
            let sample = line.strip_suffix(value).unwrap();
            assert!(samples.insert(sample), "{line} occurs twice");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut out = PrometheusText::default();
        out.gauge("copydesk_odd", "Odd names.");
        out.sample(&[("job", "a\\b \"c\"\nd,e=}"), ("state", "x")], 0.25);
        out.sample(&[], 3.0);
        let text = out.finish();
        assert_eq!(
            text,
            "# HELP copydesk_odd Odd names.\n# TYPE copydesk_odd gauge\n\
             copydesk_odd{job=\"a\\\\b \\\"c\\\"\\nd,e=}\",state=\"x\"} 0.25\ncopydesk_odd 3\n"
        );
        check(&text);
    }
}
