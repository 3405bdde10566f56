//! Text with its inline markup.

use std::borrow::Cow;
use std::ops::Range;

use super::super::{RenderSelection, SpanBoundary, spans_in, walk_spans};
use super::escape::escape;
use crate::format::push_format;
use crate::segment::{BlockKind, InlineSpan, PageBlock, PageImage, SegmentedPage, SpanKind};

/// Spans in an emphasis that are looked at to see what stands beside its delimiters.
const MAX_INNER_SPANS: usize = 100;

/// Writes the text of a block with its inline markup.
pub(super) fn inline(
    page: &SegmentedPage,
    selection: &RenderSelection,
    block: &PageBlock,
    out: &mut String,
) {
    if let Some(tex) = page.display_formula(block) {
        push_format(out, format_args!("$$\n{tex}\n$$"));
        return;
    }
    inline_range(page, selection, block, block.start..block.end, out);
}

/// Writes a part of the text of a block with its inline markup.
pub(super) fn inline_range(
    page: &SegmentedPage,
    selection: &RenderSelection,
    block: &PageBlock,
    range: Range<u32>,
    out: &mut String,
) {
    let part = PageBlock { start: range.start, end: range.end, ..block.clone() };
    let is_row = matches!(block.kind, BlockKind::Row { .. });
    let writer = std::cell::RefCell::new(InlineWriter {
        page,
        selection,
        end: range.end,
        begin: out.len(),
        is_row,
        verbatim: None,
        tags: Vec::new(),
        is_after_picture: false,
        opened_at: usize::MAX,
        spans: spans_in(page, &part),
    });
    walk_spans(
        page,
        &part,
        out,
        |out, text| writer.borrow_mut().text(text, out),
        |out, boundary| writer.borrow_mut().boundary(boundary, out),
    );
}

struct InlineWriter<'a> {
    page: &'a SegmentedPage,
    selection: &'a RenderSelection,
    end: u32,
    /// Where the block begins in the output.
    begin: usize,
    is_row: bool,
    /// The open span in which neither escapes nor other markup mean anything.
    verbatim: Option<SpanKind>,
    /// For each open emphasis, whether it is written as a tag.
    tags: Vec<bool>,
    /// Whether a picture was the last that was written.
    is_after_picture: bool,
    /// Where the output ended after the last delimiter that opened emphasis.
    opened_at: usize,
    /// All spans of the block, in order.
    spans: Vec<InlineSpan>,
}

impl InlineWriter<'_> {
    fn text(&mut self, text: &str, out: &mut String) {
        match self.verbatim {
            // The TeX was written in place of the text.
            Some(SpanKind::Formula(_)) => {}
            Some(SpanKind::Code) => out.push_str(&text.replace('\n', " ")),
            Some(_) => match self.selection.mark(text) {
                Cow::Borrowed(mark) => out.push_str(mark),
                Cow::Owned(mark) => out.push_str(&mark.replace('[', "\\[").replace(']', "\\]")),
            },
            None => {
                if self.is_after_picture && text.starts_with(char::is_alphanumeric) {
                    out.push(' ');
                }
                self.is_after_picture &= text.is_empty();
                let at_start = !self.is_row && out.len() == self.begin;
                let mut escaped = String::with_capacity(text.len() + 8);
                escape(text, at_start, !self.page.formulas.is_empty(), &mut escaped);
                // Without two spaces before it, Markdown reads a line break as a space.
                out.push_str(&escaped.replace('\n', "  \n"));
            }
        }
    }

    fn boundary(&mut self, boundary: &SpanBoundary, out: &mut String) {
        let SpanBoundary { span, opens } = boundary;
        match span.kind {
            kind if self.verbatim.is_some_and(|open| open != kind) => {}
            SpanKind::Code => {
                let code = self.page.text.get(span.start as usize..span.end as usize);
                let code = code.unwrap_or_default();
                let backticks = "`".repeat(longest_backtick_run(code) + 1);
                // A backtick at an edge needs a space beside it, and then Markdown strips one space at both edges.
                let padding = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
                let (first, second) =
                    if *opens { (&*backticks, padding) } else { (padding, &*backticks) };
                out.push_str(first);
                out.push_str(second);
                self.verbatim = opens.then_some(span.kind);
            }
            SpanKind::NoteMark => self.verbatim = opens.then_some(span.kind),
            SpanKind::Formula(number) => {
                if *opens {
                    self.formula(number, out);
                }
                self.verbatim = opens.then_some(span.kind);
            }
            SpanKind::Strong => self.emphasis(boundary, "**", "strong", out),
            SpanKind::Emphasis => self.emphasis(boundary, "*", "em", out),
            SpanKind::Strikethrough => self.emphasis(boundary, "~~", "del", out),
            SpanKind::Link(number) => self.link(number, *opens, out),
            SpanKind::Image(number) => {
                let picture = self.page.images.get(number as usize);
                let picture = picture.filter(|picture| !picture.stands_alone());
                if *opens && let Some(picture) = picture {
                    let is_apart = out.get(self.begin..).is_none_or(str::is_empty)
                        || out.ends_with(char::is_whitespace);
                    if !is_apart {
                        out.push(' ');
                    }
                    out.push_str(&image(self.page, picture));
                    self.is_after_picture = true;
                }
            }
        }
    }

    fn formula(&self, number: u32, out: &mut String) {
        let Some((tex, is_display)) = self.page.formulas.get(number as usize) else { return };
        let tex = if self.is_row { tex.replace('|', "\\vert ") } else { tex.clone() };
        let delimiter = if *is_display { "$$" } else { "$" };
        push_format(out, format_args!("{delimiter}{tex}{delimiter}"));
    }

    /// Writes emphasis with delimiters, or as a tag where Markdown would not read them as emphasis.
    /// <https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run>
    fn emphasis(&mut self, boundary: &SpanBoundary, delimiter: &str, tag: &str, out: &mut String) {
        let opens = boundary.opens;
        if opens {
            let is_tag = !self.can_be_delimited(boundary, out);
            self.tags.push(is_tag);
        }
        let is_tag = if opens { self.tags.last().copied() } else { self.tags.pop() };
        match (is_tag, opens) {
            (Some(true), true) => push_format(out, format_args!("<{tag}>")),
            (Some(true), false) => push_format(out, format_args!("</{tag}>")),
            _ => out.push_str(delimiter),
        }
        if opens {
            self.opened_at = out.len();
        }
    }

    fn can_be_delimited(&self, boundary: &SpanBoundary, out: &str) -> bool {
        let span = &boundary.span;
        let inner = self.page.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let after = self.page.text.get(span.end as usize..self.end as usize).unwrap_or_default();
        let before = out.get(self.begin..).unwrap_or_default().chars().next_back();
        let is_open = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || is_punctuation(c));
        // Where other markup begins or ends at the same place, its sign stands beside the delimiter.
        let at = self.spans.partition_point(|other| other.start < span.start);
        let others = self.spans.iter().skip(at).take_while(|other| other.start < span.end);
        let mut others = others.filter(|other| other.kind != span.kind).take(MAX_INNER_SPANS);
        let (mut begins, mut ends) = (false, false);
        others.by_ref().for_each(|other| {
            begins |= other.start == span.start && other.end <= span.end;
            ends |= other.end == span.end;
        });
        let sign = |is_sign: bool, character| if is_sign { Some('*') } else { character };
        let first = sign(begins, inner.chars().next());
        let last = sign(ends, inner.chars().next_back());
        let opens = first.is_some_and(|c| !c.is_whitespace())
            && (!first.is_some_and(is_punctuation) || is_open(before));
        let closes = last.is_some_and(|c| !c.is_whitespace())
            && (!last.is_some_and(is_punctuation) || is_open(after.chars().next()));
        // A run of delimiters of two spans is one run to Markdown.
        let is_joined =
            before.is_some_and(|c| matches!(c, '*' | '~')) && out.len() != self.opened_at;
        opens && closes && !is_joined && !inner.contains('\n')
    }

    fn link(&self, number: u32, opens: bool, out: &mut String) {
        if opens {
            // `![` would begin an image.
            if out.len() > self.begin && out.ends_with('!') {
                out.insert(out.len() - 1, '\\');
            }
            out.push('[');
        } else {
            out.push_str("](");
            let target = self.page.hrefs.get(number as usize).map_or("", String::as_str);
            link_target(target, out);
            out.push(')');
        }
    }
}

fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || !character.is_alphanumeric() && !character.is_whitespace() && !character.is_ascii()
}

/// A picture, in its link if it has one of its own.
pub(super) fn image(page: &SegmentedPage, picture: &PageImage) -> String {
    let target = picture.link.and_then(|link| page.hrefs.get(link as usize));
    let mut out = if target.is_some() { "[![" } else { "![" }.to_owned();
    let mut alt = String::new();
    escape(&picture.alt, false, false, &mut alt);
    out.push_str(&alt);
    out.push_str("](");
    link_target(&picture.src, &mut out);
    out.push(')');
    if let Some(target) = target {
        out.push_str("](");
        link_target(target, &mut out);
        out.push(')');
    }
    out
}

pub(super) fn longest_backtick_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// Writes a link target. Characters that would end the target early are escaped or percent-encoded.
fn link_target(target: &str, out: &mut String) {
    let is_balanced = has_balanced_parentheses(target);
    for character in target.chars() {
        match character {
            '(' | ')' if !is_balanced => {
                out.push('\\');
                out.push(character);
            }
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '|' => out.push_str("%7C"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
}

/// Whether every parenthesis has its counterpart, as a target may have without escapes.
fn has_balanced_parentheses(target: &str) -> bool {
    let mut depth = 0_usize;
    for character in target.chars() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
        // Parsers count to 32.
        if depth > 30 {
            return false;
        }
    }
    depth == 0
}
