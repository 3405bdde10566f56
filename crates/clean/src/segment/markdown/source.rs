//! Prepares the lines of a text for the Markdown parser.
//!
//! The parser gets a copy with as many lines as the text, in pieces. The copy differs where scraped text means
//! something else than `CommonMark` does, and where nesting would cost time: the parser walks all open quotes
//! and lists for each line.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::SEARCH_FACTOR;
use super::detect::{definition_label, heading, is_table_rule};
use crate::fold::single_spaced;

/// Bytes from which a piece ends at the next line that begins a new block.
const CHUNK_BYTES: usize = 32 << 10;
/// Bytes at which a piece ends at the next line, whatever it is.
const MAX_CHUNK_BYTES: usize = 512 << 10;
/// Markers of quotes and lists that one line may begin with. More are text.
const MAX_MARKERS: usize = 12;
/// Columns of indentation that are read.
const MAX_INDENT: usize = 48;
/// Fences are not told apart by more characters than this.
const MAX_FENCE: usize = 24;
/// Words of a paragraph that a line of `---` below makes a heading.
const MAX_SETEXT_WORDS: usize = 25;
/// Words of a line that reads like prose and not like code.
const PROSE_WORDS: usize = 8;

/// Bytes of a target with its title.
const MAX_TARGET: usize = 4_000;
/// Bytes of a link that goes over several blocks.
const MAX_SPLIT_LINK: usize = 4_000;

/// A mark without width. At the beginning of a line it keeps the parser from reading a marker there, and the
/// block builder drops it.
const NO_MARKER: char = '\u{200b}';

/// Consecutive lines, as the parser gets them.
pub(super) struct Chunk {
    pub(super) text: String,
    /// The number of its first line, from 0.
    pub(super) first_line: usize,
    /// Where each line begins in `text`.
    starts: Vec<usize>,
}

impl Chunk {
    /// The line of an offset in the chunk's text, from 0.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.first_line + self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The same chunk, with lines that are indented like code moved to where the text around them begins.
    pub(super) fn with_dedented(&self, lines: &[Dedent]) -> Self {
        let mut builder = ChunkBuilder::new(self.first_line);
        let mut dedents = lines.iter().peekable();
        for (index, line) in self.text.split_inclusive('\n').enumerate() {
            let line = line.strip_suffix('\n').unwrap_or(line);
            let number = self.first_line + index;
            while dedents.next_if(|dedent| dedent.line < number).is_some() {}
            match dedents.next_if(|dedent| dedent.line == number) {
                Some(dedent) => {
                    let (before, rest) = line.split_at_checked(dedent.column).unwrap_or((line, ""));
                    let text = rest.trim_start();
                    builder.push(&[before.strip_suffix("    ").unwrap_or(before), text]);
                }
                None => builder.push(&[line]),
            }
        }
        builder.chunk
    }
}

/// A line that is indented like code and is none.
pub(super) struct Dedent {
    pub(super) line: usize,
    /// Where the text of the line begins, in bytes.
    pub(super) column: usize,
}

struct ChunkBuilder {
    chunk: Chunk,
}

impl ChunkBuilder {
    fn new(first_line: usize) -> Self {
        Self { chunk: Chunk { text: String::new(), first_line, starts: Vec::new() } }
    }

    fn push(&mut self, parts: &[&str]) {
        self.chunk.starts.push(self.chunk.text.len());
        self.chunk.text.extend(parts.iter().copied());
        self.chunk.text.push('\n');
    }
}

/// The links that a text defines apart from where they stand: the lines of each, by label.
#[derive(Default)]
pub(super) struct LinkDefinitions(HashMap<String, usize>);

impl LinkDefinitions {
    pub(super) fn line_of(&self, label: &str) -> Option<usize> {
        self.0.get(&folded_label(label)).copied()
    }
}

/// Labels match without regard to case and white space.
fn folded_label(label: &str) -> String {
    single_spaced(label).to_lowercase()
}

/// A text for the parser.
pub(super) struct MarkdownSource {
    pub(super) chunks: Vec<Chunk>,
    pub(super) definitions: LinkDefinitions,
}

impl MarkdownSource {
    pub(super) fn new(lines: &[&str]) -> Self {
        let fences = find_fences(lines);
        let mut fences = fences.into_iter().peekable();
        let mut definitions = LinkDefinitions::default();
        let mut chunks = Vec::new();
        let mut builder = ChunkBuilder::new(0);
        let mut index = 0;
        while let Some(line) = lines.get(index) {
            let written = builder.chunk.text.len();
            let begins_block = || {
                let is_blank = |line: &&str| line.trim().is_empty();
                let before = index.checked_sub(1).and_then(|before| lines.get(before));
                before.is_none_or(is_blank) && line.starts_with(|c: char| !c.is_whitespace())
            };
            if written > MAX_CHUNK_BYTES || written > CHUNK_BYTES && begins_block() {
                chunks.push(std::mem::replace(&mut builder, ChunkBuilder::new(index)).chunk);
            }
            if let Some(fence) = fences.next_if(|fence| fence.start == index) {
                for line in lines.get(fence.clone()).unwrap_or_default() {
                    builder.push(&[line]);
                }
                index = fence.end.max(index + 1);
                continue;
            }
            if let Some(label) = definition_label(line) {
                definitions.0.entry(folded_label(label)).or_insert(index);
                builder.push(&[]);
            } else if is_underline(line) && !underlines_heading(lines, index) {
                builder.push(&["* * *"]);
            } else {
                push_line(&mut builder, line);
            }
            index += 1;
        }
        chunks.push(builder.chunk);
        Self { chunks, definitions }
    }
}

/// Copies a line that is not code.
fn push_line(builder: &mut ChunkBuilder, line: &str) {
    let mut indent = String::new();
    let (mut columns, mut rest) = (0, line);
    let mut markers = 0;
    loop {
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let (space, text) = rest.split_at_checked(blank).unwrap_or(("", rest));
        let width: usize = space.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
        // Five spaces after a marker would begin code. html2text writes them between nested markers.
        let kept = if markers > 0 && width > 4 { 1 } else { width.min(MAX_INDENT - columns) };
        indent.extend(std::iter::repeat_n(' ', kept));
        columns += kept;
        rest = text;
        let Some(marker) = marker_length(text) else { break };
        markers += 1;
        if markers > MAX_MARKERS || columns + marker > MAX_INDENT {
            indent.push(NO_MARKER);
            break;
        }
        let (marker, after) = text.split_at_checked(marker).unwrap_or((text, ""));
        indent.push_str(marker);
        columns += marker.len();
        rest = after;
    }
    let is_numbered = rest.bytes().take_while(u8::is_ascii_digit).count() > 3;
    let is_hashtag = heading(rest).is_some_and(|(level, title)| {
        level == 1 && title.starts_with(|c: char| c.is_ascii_digit())
    });
    let is_fence = rest.starts_with("```") || rest.starts_with("~~~");
    let may_define = rest.starts_with('[') && !rest.starts_with("[^");
    if is_numbered || is_hashtag || is_fence || may_define || rest.starts_with('<') {
        indent.push(NO_MARKER);
    }
    builder.push(&[&indent, &without_targets(rest)]);
}

/// The target of all links of one line. No stage reads targets of Markdown.
pub(super) const TARGET: &str = "(#)";

/// A line with [`TARGET`] for the targets and titles of its links. Converters write some that `CommonMark` does
/// not allow: with spaces, or with quotes in the title.
fn without_targets(line: &str) -> Cow<'_, str> {
    if !line.contains("](") {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut backticks = 0;
    let mut budget = line.len() * SEARCH_FACTOR;
    while let Some((before, after)) = rest.split_once("](") {
        out.push_str(before);
        out.push(']');
        backticks += before.matches('`').count();
        let is_text = before.ends_with('\\') || backticks % 2 == 1;
        let target = target_length(after, &mut budget).filter(|_| !is_text);
        if target.is_some() {
            out.push_str(TARGET);
        } else {
            out.push('(');
        }
        rest = after.get(target.unwrap_or_default()..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of a target and title with the parenthesis that closes them.
fn target_length(text: &str, budget: &mut usize) -> Option<usize> {
    let text = text.get(..text.floor_char_boundary(MAX_TARGET))?;
    let mut is_url = false;
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        *budget = budget.checked_sub(1)?;
        match byte {
            b'/' | b'#' | b':' | b'.' | b'?' => is_url = true,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at + 1),
            b')' => depth -= 1,
            b'"' | b'\'' if at > 0 && text.as_bytes().get(at - 1) == Some(&b' ') => {
                let end = if byte == b'"' { "\")" } else { "')" };
                let title = text.get(at + 1..)?;
                *budget = budget.checked_sub(title.len())?;
                return Some(at + 1 + title.find(end)? + end.len());
            }
            b' ' if !is_url => return None,
            _ => {}
        }
    }
    None
}

/// Where the bracket is that closes a link, if a target follows it. The parser found no such bracket in the block
/// in which the link begins.
pub(super) fn end_of_split_link(source: &str, start: usize, budget: &mut usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (at, byte) in source.bytes().enumerate().skip(start).take(MAX_SPLIT_LINK) {
        *budget = budget.checked_sub(1)?;
        match byte {
            _ if is_escaped => {}
            b'[' => depth += 1,
            b']' if depth == 0 => {
                let is_link = source.get(at + 1..).is_some_and(|rest| rest.starts_with(TARGET));
                return is_link.then_some(at);
            }
            b']' => depth -= 1,
            _ => {}
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    None
}

/// The length of the marker of a quote or list item at the beginning of a text.
fn marker_length(text: &str) -> Option<usize> {
    let is_space = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'>' => Some(1),
        b'-' | b'*' | b'+' if is_space(bytes.get(1)) && !is_rule(text) => Some(1),
        b'0'..=b'9' => {
            let digits = bytes.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
            let is_marker = digits <= 3
                && matches!(bytes.get(digits), Some(b'.' | b')'))
                && is_space(bytes.get(digits + 1));
            is_marker.then_some(digits + 1)
        }
        _ => None,
    }
}

/// Three or more of one sign and nothing else: a rule.
fn is_rule(text: &str) -> bool {
    let Some(sign) = text.chars().next() else { return false };
    let signs = || text.chars().filter(|c| !c.is_whitespace());
    signs().all(|c| c == sign) && signs().count() >= 3 && !text.trim_end().contains("   ")
}

/// `---` or `===`.
fn is_underline(line: &str) -> bool {
    let text = line.trim();
    text.len() >= 2
        && (text.bytes().all(|byte| byte == b'-') || text.bytes().all(|byte| byte == b'='))
}

/// Whether an underline makes the line above a heading, and is not the rule after a paragraph.
fn underlines_heading(lines: &[&str], index: usize) -> bool {
    let at = |back: usize| index.checked_sub(back).and_then(|index| lines.get(index));
    let is_single = at(2).is_none_or(|line| line.trim().is_empty());
    let is_short = at(1).is_some_and(|line| {
        let text = line.trim();
        !text.is_empty()
            && marker_length(text).is_none()
            && !is_table_rule(text)
            && text.split_whitespace().count() <= MAX_SETEXT_WORDS
    });
    is_single && is_short
}

/// The lines of fenced code, fences included. A fence without an end is none, and neither is a pair of them
/// around prose: scraped text has such lines as ornaments.
fn find_fences(lines: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The shortest fence of each sign that has no end, so that the search is not repeated.
    let mut endless = [usize::MAX; 2];
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let open = fence(line);
        index += 1;
        let Some(Fence { sign, length, info }) = open else { continue };
        let Some(endless) = endless.get_mut(usize::from(sign == b'~')) else { continue };
        if length >= *endless {
            continue;
        }
        let closes = |line: &&str| {
            fence(line).is_some_and(|close| {
                close.sign == sign && close.length >= length && close.info.is_empty()
            })
        };
        let Some(inside) = lines.iter().skip(index).position(closes) else {
            *endless = length;
            continue;
        };
        let contents = lines.get(index..index + inside).unwrap_or_default();
        if !info.is_empty() || !is_mostly_prose(contents) {
            found.push(index - 1..index + inside + 1);
            index += inside + 1;
        }
    }
    found
}

struct Fence<'a> {
    sign: u8,
    length: usize,
    info: &'a str,
}

fn fence(line: &str) -> Option<Fence<'_>> {
    let text = line.trim();
    let sign = *text.as_bytes().first().filter(|sign| matches!(sign, b'`' | b'~'))?;
    let run = text.bytes().take_while(|byte| *byte == sign).count();
    let info = text.get(run..)?;
    let is_info = !info.contains('`') && info.split_whitespace().nth(2).is_none();
    (run >= 3 && is_info).then_some(Fence { sign, length: run.min(MAX_FENCE), info })
}

/// Whether more than half of the lines with text are prose.
pub(super) fn is_mostly_prose(lines: &[&str]) -> bool {
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let prose = filled().filter(|line| is_prose(line)).count();
    prose * 2 > filled().count()
}

fn is_prose(line: &str) -> bool {
    let is_word = |word: &&str| word.chars().all(|c| c.is_alphabetic() || ",.'’-".contains(c));
    let words = line.split_whitespace();
    let (all, plain) = (words.clone().count(), words.filter(is_word).count());
    all >= PROSE_WORDS && plain * 10 >= all * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let source = MarkdownSource::new(&lines);
        let text: String = source.chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        text.replace(NO_MARKER, "^")
    }

    #[test]
    fn what_scraped_text_does_not_mean_is_not_read() {
        for (line, expected) in [
            ("# 1 in the country", "^# 1 in the country\n"),
            ("# One", "# One\n"),
            ("1986. A year", "^1986. A year\n"),
            ("~~~", "^~~~\n"),
            ("<div>A", "^<div>A\n"),
            ("> <div>A", "> ^<div>A\n"),
            ("  *     * Game", "  * * Game\n"),
            ("* * *", "* * *\n"),
            ("a\nb\n---", "a\nb\n* * *\n"),
            ("a\n---", "a\n---\n"),
            ("[a]: https://a.example\nb", "\nb\n"),
            ("[Speaker]: Yes", "^[Speaker]: Yes\n"),
            ("a [b](/c(d)) (e)", "a [b](#) (e)\n"),
            ("a [b](/c \"d) \"e\"\")f", "a [b](#)f\n"),
            ("a [b](javascript: void(0) \"d\") e", "a [b](#) e\n"),
            ("a [b](c d) e", "a [b](c d) e\n"),
            ("a `[b](/c)`", "a `[b](/c)`\n"),
        ] {
            assert_eq!(prepared(line), expected);
        }
    }

    #[test]
    fn nesting_is_capped() {
        let text = format!("{}deep", "> - ".repeat(50));
        assert_eq!(prepared(&text), format!("{}^{}deep\n", "> - ".repeat(6), "> - ".repeat(44)));
        assert_eq!(prepared(&format!("{}x", " ".repeat(900))), format!("{}x\n", " ".repeat(48)));
    }

    #[test]
    fn long_texts_are_parsed_in_pieces_and_keep_their_line_numbers() {
        let text = "Some words of a paragraph.\n\n".repeat(4_000);
        let lines: Vec<&str> = text.lines().collect();
        let chunks = MarkdownSource::new(&lines).chunks;
        assert_eq!(chunks.len(), 4);
        let second = &chunks[1];
        assert_eq!(second.line_at(0), second.first_line);
        assert_eq!(second.line_at(28), second.first_line + 2);
    }

    #[test]
    fn fences_without_an_end_cost_one_search() {
        let text = "~~~ a\n```` b\n".repeat(20_000);
        assert!(find_fences(&text.lines().collect::<Vec<_>>()).is_empty());
    }
}
