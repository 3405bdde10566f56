//! What is written for a repaired passage: its text, or its changes.

use std::io::{self, Write};

use copydesk_clean::{RepairChange, RepairedText};
use serde::Serialize;

use super::diff::DiffWriter;
use super::passages::TextPassage;
use crate::string_enum;

string_enum! {
    /// What a run writes.
    pub enum RepairReport {
        /// The repaired text.
        Text = "text",
        /// `source:line: N changes (rules)` for each line with changes.
        Lines = "lines",
        /// A unified diff.
        Diff = "diff",
        /// One JSON object per change, one per line.
        Changes = "changes",
    }
}

/// Writes a [`RepairReport`] for a sequence of inputs.
pub(super) enum ReportWriter<W: Write> {
    Text(W),
    Lines(W),
    Diff(DiffWriter<W>),
    Changes(W),
}

impl<W: Write> ReportWriter<W> {
    pub(super) fn new(report: RepairReport, out: W) -> Self {
        match report {
            RepairReport::Text => Self::Text(out),
            RepairReport::Lines => Self::Lines(out),
            RepairReport::Diff => Self::Diff(DiffWriter::new(out)),
            RepairReport::Changes => Self::Changes(out),
        }
    }

    /// Writes the report of one passage. `changes` are those of repair and decoding; a diff compares with the decoded
    /// text, so it shows only those of the repair.
    pub(super) fn passage(
        &mut self,
        source: &str,
        passage: &TextPassage<'_>,
        repaired: &RepairedText<'_>,
        changes: &[RepairChange],
    ) -> io::Result<()> {
        match self {
            Self::Text(out) => out.write_all(repaired.text.as_bytes()),
            Self::Lines(out) => lines(out, source, passage, changes),
            Self::Diff(diff) => diff.passage(source, passage, &repaired.changes),
            Self::Changes(out) => explain(out, source, passage, changes),
        }
    }

    /// Ends the report of one input.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Diff(diff) => diff.end(),
            Self::Text(_) | Self::Lines(_) | Self::Changes(_) => Ok(()),
        }
    }

    /// Writes buffered output.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Text(out) | Self::Lines(out) | Self::Changes(out) => out.flush(),
            Self::Diff(diff) => diff.flush(),
        }
    }
}

/// The changes with the number of the line in which each begins.
fn with_lines<'a>(
    passage: &TextPassage<'a>,
    changes: &'a [RepairChange],
) -> impl Iterator<Item = (u64, &'a RepairChange)> {
    let text = passage.text.as_bytes();
    let mut line = passage.line;
    let mut counted = 0;
    changes.iter().map(move |change| {
        let between = text.get(counted..change.span.start).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', between).count() as u64;
        counted = counted.max(change.span.start);
        (line, change)
    })
}

fn lines(
    out: &mut impl Write,
    source: &str,
    passage: &TextPassage<'_>,
    changes: &[RepairChange],
) -> io::Result<()> {
    let mut changes = with_lines(passage, changes).peekable();
    while let Some((line, change)) = changes.next() {
        let mut count = 1;
        let mut rules = change.rules.clone();
        while let Some((_, change)) = changes.next_if(|(next, _)| *next == line) {
            count += 1;
            rules.extend(&change.rules);
        }
        rules.sort_unstable();
        rules.dedup();
        let s = if count == 1 { "" } else { "s" };
        writeln!(out, "{source}:{line}: {count} change{s} ({})", rules.join(", "))?;
    }
    Ok(())
}

/// A change as JSON.
#[derive(Serialize)]
struct ExplainedChange<'a> {
    source: &'a str,
    line: u64,
    /// In bytes of the decoded input.
    span: [u64; 2],
    rules: &'a [&'static str],
    before: &'a str,
    after: &'a str,
    posterior: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charset: Option<&'static str>,
}

fn explain(
    out: &mut impl Write,
    source: &str,
    passage: &TextPassage<'_>,
    changes: &[RepairChange],
) -> io::Result<()> {
    for (line, change) in with_lines(passage, changes) {
        let RepairChange { span, after, rules, posterior } = change;
        let explained = ExplainedChange {
            source,
            line,
            span: [passage.offset + span.start as u64, passage.offset + span.end as u64],
            rules,
            before: passage.text.get(span.clone()).unwrap_or_default(),
            after,
            posterior: *posterior,
            charset: passage.charset,
        };
        serde_json::to_writer(&mut *out, &explained)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn change(span: std::ops::Range<usize>, after: &str, rule: &'static str) -> RepairChange {
        RepairChange { span, after: after.into(), rules: vec![rule], posterior: None }
    }

    fn reported(report: RepairReport, text: &str, changes: &[RepairChange]) -> String {
        let passage = TextPassage {
            text,
            offset: 100,
            line: 7,
            decoded: Vec::new(),
            charset: Some("KOI8-R"),
            is_text: true,
        };
        let repaired =
            RepairedText { text: Cow::Borrowed(text), changes: changes.to_vec(), unrepaired: 0 };
        let mut out = Vec::new();
        let mut reporter = ReportWriter::new(report, &mut out);
        reporter.passage("a.txt", &passage, &repaired, changes).unwrap();
        reporter.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_with_changes_is_named_once_with_its_rules() {
        let changes =
            vec![change(0..1, "", "b/x"), change(2..3, "", "a/y"), change(4..5, "", "b/x")];
        assert_eq!(
            reported(RepairReport::Lines, "a b\nc\n", &changes),
            "a.txt:7: 2 changes (a/y, b/x)\na.txt:8: 1 change (b/x)\n"
        );
    }

    #[test]
    fn spans_and_lines_count_from_the_beginning_of_the_input() {
        assert_eq!(
            reported(RepairReport::Changes, "one\nt\"o\n", &[change(5..6, "w", "test/rule")]),
            "{\"source\":\"a.txt\",\"line\":8,\"span\":[105,106],\"rules\":[\"test/rule\"],\
             \"before\":\"\\\"\",\"after\":\"w\",\"posterior\":null,\"charset\":\"KOI8-R\"}\n"
        );
    }
}
