//! A text under repair: what it has become, how, and what damage was seen in it.

use std::borrow::Cow;
use std::ops::Range;

use super::charset::CHARSETS;
use super::edits::{Change, Edit, composed, edited};
use super::lossy::{self, Lost};
use super::options::{Lossy, RepairOptions};
use super::passages::passages;
use super::words::{self, Glyph};
use super::{legacy, mojibake, symbols};

pub(super) struct Text<'a> {
    text: Cow<'a, str>,
    changes: Vec<Change>,
    /// A bit for each charset in which some of it was read.
    read_in: u16,
    /// Where passages stand that were read as windows-1252, so that characters may be lost there.
    damaged: Vec<usize>,
    /// Whether all passages are looked at, or those alone in which the scan sees something.
    all: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str, options: &RepairOptions) -> Self {
        Self {
            text: Cow::Borrowed(text),
            changes: Vec::new(),
            read_in: 0,
            damaged: Vec::new(),
            all: options.has_extras(),
        }
    }

    pub(super) fn into_parts(self) -> (Cow<'a, str>, Vec<Change>) {
        (self.text, self.changes)
    }

    fn passages(&self) -> Vec<Range<usize>> {
        passages(&self.text, &self.damaged, self.all)
    }

    fn passage(&self, passage: &Range<usize>) -> &str {
        self.text.get(passage.clone()).unwrap_or_default()
    }

    /// Makes these edits, which are in order and do not overlap; whether there are any.
    fn apply(&mut self, edits: Vec<Edit>) -> bool {
        if edits.is_empty() {
            return false;
        }
        let text = edited(&self.text, &edits);
        let mut shift = 0_isize;
        let mut passed = edits.iter().peekable();
        for place in &mut self.damaged {
            while let Some(edit) = passed.next_if(|edit| edit.span.end <= *place) {
                shift += edit.after.len().cast_signed() - edit.span.len().cast_signed();
            }
            *place = place.saturating_add_signed(shift);
        }
        self.changes = composed(std::mem::take(&mut self.changes), &self.text, edits);
        self.text = Cow::Owned(text);
        true
    }

    /// Makes the edits that a stage has for each passage by itself.
    pub(super) fn apply_each(&mut self, stage: impl Fn(&str) -> Vec<Edit>) -> bool {
        let mut edits = Vec::new();
        for passage in self.passages() {
            let found = stage(self.passage(&passage));
            edits.extend(found.into_iter().map(|edit| edit.moved(passage.start)));
        }
        self.apply(edits)
    }

    /// Turns back one layer of what was read in a wrong charset.
    pub(super) fn turn_back(&mut self) -> bool {
        let mut edits = Vec::new();
        let mut damaged = Vec::new();
        let mut read_in = self.read_in;
        for passage in self.passages() {
            let found = mojibake::edits(self.passage(&passage), &mut read_in);
            if found
                .iter()
                .any(|edit| CHARSETS.first().is_some_and(|first| first.rule == edit.rule))
            {
                damaged.push(passage.start);
            }
            edits.extend(found.into_iter().map(|edit| edit.moved(passage.start)));
        }
        self.read_in = read_in;
        self.damaged.extend(damaged);
        self.damaged.sort_unstable();
        self.damaged.dedup();
        self.apply(edits)
    }

    /// Reads lines in the legacy charset that they were written in.
    pub(super) fn read_legacy(&mut self) -> bool {
        let read = |passages: &[Range<usize>]| {
            let lines: Vec<&str> = passages.iter().map(|passage| self.passage(passage)).collect();
            legacy::readings(&lines)
        };
        let suspect = self.passages();
        if read(&suspect).iter().all(Option::is_none) {
            return false;
        }
        // Short lines follow the others.
        let all = passages(&self.text, &[], true);
        let readings = read(&all);
        let edits = all.into_iter().zip(readings).filter_map(|(passage, reading)| {
            let reading = reading?;
            let rule = legacy::rule(reading.encoding);
            Some(Edit::new(passage, reading.text, rule).with_posterior(reading.confidence))
        });
        let edits = edits.collect();
        self.apply(edits)
    }

    /// Restores characters of which only some bytes are left, or marks them.
    pub(super) fn restore_lost(&mut self, mode: Lossy, others: &[&str]) -> bool {
        let passages = self.passages();
        let is_read_wrongly = !self.damaged.is_empty();
        let is_damaged = is_read_wrongly
            || passages.iter().any(|passage| {
                let passage = self.passage(passage);
                symbols::is_damaged(passage) || lossy::is_damaged(passage)
            });
        let mut edits = Vec::new();
        let mut letters: Vec<(usize, Vec<Lost>)> = Vec::new();
        let mut lines = Vec::new();
        for passage in passages {
            let line = self.passage(&passage);
            let is_line_damaged =
                self.damaged.binary_search(&passage.start).is_ok() || symbols::is_damaged(line);
            let symbols = symbols::edits(line, is_damaged);
            edits.extend(symbols.into_iter().map(|edit| edit.moved(passage.start)));
            let lost = lossy::letters(line, is_line_damaged);
            if !lost.is_empty() {
                lines.push(glyphs(line, &lost));
                letters.push((passage.start, lost));
            }
        }
        if !lines.is_empty() {
            let mut clean = vec![&*self.text];
            clean.extend(others);
            let found = words::restore(&lines, &clean);
            for ((start, lost), found) in letters.iter().zip(found) {
                let mut found = found.into_iter();
                for lost in lost {
                    let restored = lost.lead.and_then(|_| found.next()).flatten();
                    let edit = match restored {
                        Some(found) => {
                            Edit::new(lost.start..lost.end, found.character, "lossy/word")
                                .with_posterior(found.posterior)
                        }
                        None if lost.is_certain => lossy::mark(lost),
                        None => continue,
                    };
                    edits.push(edit.moved(*start));
                }
            }
        }
        edits.sort_by_key(|edit| edit.span.start);
        edits.dedup_by(|next, edit| next.span.start < edit.span.end);
        for edit in &mut edits {
            lossy::settle(edit, mode);
        }
        self.apply(edits)
    }
}

/// A passage as characters kept and lost.
fn glyphs(passage: &str, lost: &[Lost]) -> Vec<Glyph> {
    let mut lost = lost.iter().peekable();
    let mut glyphs = Vec::with_capacity(passage.len());
    let mut end = 0;
    for (at, character) in passage.char_indices() {
        if at < end {
            continue;
        }
        match lost.next_if(|lost| lost.start == at) {
            Some(lost) => {
                end = lost.end;
                glyphs.push(lost.lead.map_or(Glyph::Kept('\u{fffd}'), Glyph::Lost));
            }
            None => glyphs.push(Glyph::Kept(character)),
        }
    }
    glyphs
}
