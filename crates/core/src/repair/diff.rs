//! Writes a unified diff as a stream.
//!
//! The changes are known, so nothing has to be compared. Lines with changes are written before and after, with up to
//! three unchanged lines around them.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::Range;

use copydesk_clean::RepairChange;

use super::passages::TextPassage;

/// Unchanged lines on either side of a change, as `diff -u` has.
const CONTEXT: usize = 3;

/// A longer hunk is written as it is, which bounds memory if every line changes. The next hunk then has no context
/// before it, which `patch` may refuse.
const MAX_HUNK_BYTES: usize = 8 << 20;

/// Writes the diff of a sequence of inputs.
pub(super) struct DiffWriter<W> {
    out: W,
    /// The number of the next line, before and after the repair.
    next: [u64; 2],
    /// Unchanged lines that were not written yet: the context before the next change, or after the last change of
    /// the open hunk.
    unchanged: VecDeque<String>,
    hunk: Option<Hunk>,
    has_header: bool,
}

struct Hunk {
    start: [u64; 2],
    count: [u64; 2],
    body: String,
}

impl<W: Write> DiffWriter<W> {
    pub(super) fn new(out: W) -> Self {
        let unchanged = VecDeque::with_capacity(2 * CONTEXT + 1);
        Self { out, next: [1, 1], unchanged, hunk: None, has_header: false }
    }

    /// Adds a passage with its changes.
    pub(super) fn passage(
        &mut self,
        source: &str,
        passage: &TextPassage<'_>,
        changes: &[RepairChange],
    ) -> io::Result<()> {
        let text = passage.text;
        let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
        let mut changes = changes.iter().peekable();
        let mut done = 0;
        while let Some(first) = changes.next() {
            let mut lines = lines_of(text, first);
            let mut after = slice(lines.start..first.span.start).to_owned() + &first.after;
            let mut copied = first.span.end;
            while let Some(next) = changes.next_if(|next| next.span.start < lines.end) {
                after.push_str(slice(copied..next.span.start));
                after.push_str(&next.after);
                copied = next.span.end;
                lines.end = lines.end.max(lines_of(text, next).end);
            }
            after.push_str(slice(copied..lines.end));
            self.pass_unchanged(slice(done..lines.start))?;
            done = lines.end;
            self.push_change(source, slice(lines), &after)?;
        }
        self.pass_unchanged(slice(done..text.len()))
    }

    /// Ends the diff of one input.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.close()?;
        self.unchanged.clear();
        self.next = [1, 1];
        self.has_header = false;
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Skips unchanged lines, and keeps those that may be context.
    fn pass_unchanged(&mut self, mut text: &str) -> io::Result<()> {
        while self.hunk.is_some()
            && let Some(line) = text.split_inclusive('\n').next()
        {
            text = text.get(line.len()..).unwrap_or_default();
            self.unchanged.push_back(line.into());
            self.next = self.next.map(|next| next + 1);
            if self.unchanged.len() > 2 * CONTEXT {
                self.close()?;
            }
        }
        // Away from changes, lines are only counted.
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count()
            + usize::from(!text.is_empty() && !text.ends_with('\n'));
        self.next = self.next.map(|next| next + lines as u64);
        let last = text.get(last_lines(text)..).unwrap_or_default();
        self.unchanged.extend(last.split_inclusive('\n').map(String::from));
        if self.hunk.is_none() {
            self.unchanged.drain(..self.unchanged.len().saturating_sub(CONTEXT));
        }
        Ok(())
    }

    fn push_change(&mut self, source: &str, before: &str, after: &str) -> io::Result<()> {
        if !self.has_header {
            writeln!(self.out, "--- {source}\n+++ {source}")?;
            self.has_header = true;
        }
        let context = self.unchanged.len() as u64;
        let start = self.next.map(|next| next - context);
        let hunk =
            self.hunk.get_or_insert_with(|| Hunk { start, count: [0, 0], body: String::new() });
        for line in self.unchanged.drain(..) {
            hunk.push(' ', &line);
        }
        for (sign, side, lines) in [('-', 0, before), ('+', 1, after)] {
            for line in lines.split_inclusive('\n') {
                hunk.push(sign, line);
                if let Some(next) = self.next.get_mut(side) {
                    *next += 1;
                }
            }
        }
        if hunk.body.len() > MAX_HUNK_BYTES {
            self.close()?;
        }
        Ok(())
    }

    /// Writes the open hunk with the context after it. Other unchanged lines stay as context for the next hunk.
    fn close(&mut self) -> io::Result<()> {
        let Some(mut hunk) = self.hunk.take() else { return Ok(()) };
        for line in self.unchanged.drain(..self.unchanged.len().min(CONTEXT)) {
            hunk.push(' ', &line);
        }
        let [old, new] = [0, 1].map(|side| hunk.range(side));
        write!(self.out, "@@ -{old} +{new} @@\n{}", hunk.body)
    }
}

impl Hunk {
    fn push(&mut self, sign: char, line: &str) {
        self.body.push(sign);
        self.body.push_str(line);
        if !line.ends_with('\n') {
            self.body.push_str("\n\\ No newline at end of file\n");
        }
        let [old, new] = &mut self.count;
        *old += u64::from(sign != '+');
        *new += u64::from(sign != '-');
    }

    /// The line range of one side, as written in the header of the hunk.
    fn range(&self, side: usize) -> String {
        let at = |both: [u64; 2]| both.get(side).copied().unwrap_or_default();
        match at(self.count) {
            // The format names an empty range by the line before it.
            0 => format!("{},0", at(self.start) - 1),
            1 => at(self.start).to_string(),
            count => format!("{},{count}", at(self.start)),
        }
    }
}

/// The lines that a change touches, as a byte range.
fn lines_of(text: &str, change: &RepairChange) -> Range<usize> {
    let before = text.as_bytes().get(..change.span.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    // If a line end is removed, the next line is joined to this one, so it is part of the change.
    let is_whole = change.after.ends_with('\n')
        && text.get(change.span.clone()).is_some_and(|span| span.ends_with('\n'));
    let from = change.span.end - usize::from(is_whole);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(text.len(), |newline| from + newline + 1);
    start..end
}

/// Where the lines begin that may become context.
fn last_lines(text: &str) -> usize {
    let text = text.as_bytes();
    let mut start = text.len();
    for _ in 0..CONTEXT {
        let before = text.get(..start.saturating_sub(1)).unwrap_or_default();
        start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The diff of passages in which each `~` becomes `=`.
    fn diff(passages: &[&str]) -> String {
        let mut out = Vec::new();
        let mut diff = DiffWriter::new(&mut out);
        for text in passages.iter().copied() {
            let passage = TextPassage {
                text,
                offset: 0,
                line: 1,
                decoded: Vec::new(),
                charset: None,
                is_text: true,
            };
            let changes: Vec<RepairChange> = text
                .match_indices('~')
                .map(|(at, _)| RepairChange {
                    span: at..at + 1,
                    after: "=".into(),
                    rules: Vec::new(),
                    posterior: None,
                })
                .collect();
            diff.passage("a.txt", &passage, &changes).unwrap();
        }
        diff.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_changed_line_has_three_lines_of_context_on_either_side() {
        assert_eq!(
            diff(&["1\n2\n3\n4\n5~~\n6\n7\n8\n9\n"]),
            "--- a.txt\n+++ a.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5~~\n+5==\n 6\n 7\n 8\n"
        );
        assert_eq!(diff(&["1\n2\n"]), "");
    }

    #[test]
    fn near_changes_share_a_hunk_and_distant_ones_do_not() {
        let near = diff(&["~\n2\n3\n4\n5\n6\n7\n~\n"]);
        assert_eq!(near.matches("@@ -").count(), 1);
        assert!(near.contains("@@ -1,8 +1,8 @@\n-~\n+=\n 2\n"), "{near}");
        let distant = diff(&["~\n2\n3\n4\n5\n6\n7\n8\n~\n"]);
        assert!(
            distant
                .contains("@@ -1,4 +1,4 @@\n-~\n+=\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-~")
        );
    }

    #[test]
    fn hunks_cross_passages() {
        let diff = diff(&["1\n2\n3\n", "~\n5\n", "6\n7\n8\n9\n"]);
        assert_eq!(diff.matches("@@ ").count(), 1);
        assert!(diff.ends_with("@@ -1,7 +1,7 @@\n 1\n 2\n 3\n-~\n+=\n 5\n 6\n 7\n"), "{diff}");
    }

    #[test]
    fn a_last_line_without_a_newline_is_marked() {
        assert_eq!(
            diff(&["~"]),
            "--- a.txt\n+++ a.txt\n@@ -1 +1 @@\n-~\n\\ No newline at end of file\n+=\n\
             \\ No newline at end of file\n"
        );
    }

    #[test]
    fn a_separator_that_becomes_a_newline_makes_two_lines() {
        let mut out = Vec::new();
        let mut diff = DiffWriter::new(&mut out);
        let passage = TextPassage {
            text: "a\u{2028}b\nc\n",
            offset: 0,
            line: 1,
            decoded: Vec::new(),
            charset: None,
            is_text: true,
        };
        let change =
            RepairChange { span: 1..4, after: "\n".into(), rules: Vec::new(), posterior: None };
        diff.passage("a", &passage, &[change]).unwrap();
        diff.end().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "--- a\n+++ a\n@@ -1,2 +1,3 @@\n-a\u{2028}b\n+a\n+b\n c\n"
        );
    }
}
