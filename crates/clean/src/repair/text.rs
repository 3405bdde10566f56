//! A text under repair: its current state, the changes so far, and the damage seen in it.

use std::borrow::Cow;
use std::ops::Range;

use super::charset::{CHARSETS, COUNT, WINDOWS_LATIN};
use super::edits::{RepairChange, TextEdit, composed, edited};
use super::lossy::{self, LostLetter};
use super::mojibake::SeenCharsets;
use super::options::{LossyMode, RepairOptions};
use super::passages::passages;
use super::words::{self, Glyph, RestoredCharacter};
use super::{entities, legacy, mojibake, scan, symbols};

/// How many bytes of the text are searched for undamaged copies of damaged words.
const MAX_EVIDENCE: usize = 128 << 10;

/// The least number of lines that shows in which charset a text was misread.
const MIN_USUAL: usize = 3;

pub(super) struct TextUnderRepair<'a> {
    current: Cow<'a, str>,
    changes: Vec<RepairChange>,
    passages: Vec<RepairPassage>,
    /// A bit for each charset in which a part of the text was misread.
    charsets_seen: u16,
    /// A bit for each charset in which nearly all of its lines were misread.
    usual_charsets: u16,
    /// Whether the text or its passages changed since these were found.
    is_usual_outdated: bool,
    /// The spans that the previous layer of mojibake repair changed.
    reverted: Vec<Range<usize>>,
    interrupt: Option<&'a dyn Fn() -> bool>,
    /// Whether all passages are repaired, or only those in which the scan found something.
    all: bool,
}

/// A passage that may need repair.
#[derive(Clone, Debug)]
struct RepairPassage {
    range: Range<usize>,
    /// A bit for each charset in which a part of it was misread.
    misread: u16,
    /// A bit for each charset in which all parts of it that were misread read the same.
    agreeing: u16,
    /// Whether it is processed in this round.
    is_open: bool,
    /// Whether the scan still finds something in it.
    is_suspect: bool,
    /// Whether it changed in this round.
    has_changed: bool,
}

impl RepairPassage {
    const fn new(range: Range<usize>) -> Self {
        Self {
            range,
            misread: 0,
            agreeing: u16::MAX,
            is_open: true,
            is_suspect: true,
            has_changed: false,
        }
    }

    /// A part of it, or what it became.
    const fn part(&self, range: Range<usize>) -> Self {
        Self { misread: self.misread, agreeing: self.agreeing, ..Self::new(range) }
    }

    /// Whether what was misread of it was so in a charset, or reads the same in it.
    const fn was_misread_in(&self, charset: usize) -> bool {
        (self.misread | self.agreeing) >> charset & 1 == 1
    }

    /// Whether it was misread as windows-1252, so that characters may have been lost.
    const fn is_damaged(&self) -> bool {
        self.misread & 1 << WINDOWS_LATIN != 0
    }
}

impl<'a> TextUnderRepair<'a> {
    pub(super) fn new(
        text: &'a str,
        options: &RepairOptions,
        interrupt: Option<&'a dyn Fn() -> bool>,
    ) -> Self {
        let all = options.has_extras();
        let found = passages(text, all);
        Self {
            current: Cow::Borrowed(text),
            changes: Vec::new(),
            passages: found.into_iter().map(RepairPassage::new).collect(),
            charsets_seen: 0,
            usual_charsets: 0,
            is_usual_outdated: false,
            reverted: Vec::new(),
            interrupt,
            all,
        }
    }

    pub(super) fn into_parts(self) -> (Cow<'a, str>, Vec<RepairChange>) {
        (self.current, self.changes)
    }

    /// Whether there is anything to process.
    pub(super) fn is_open(&self) -> bool {
        !self.is_interrupted() && self.passages.iter().any(|passage| passage.is_open)
    }

    fn is_interrupted(&self) -> bool {
        self.interrupt.is_some_and(|interrupt| interrupt())
    }

    /// Prepares the next round: it processes what changed in this one, or everything if `all`.
    pub(super) fn end_round(&mut self, all: bool) {
        self.reverted.clear();
        self.is_usual_outdated = true;
        let mut next = Vec::with_capacity(self.passages.len());
        for passage in std::mem::take(&mut self.passages) {
            if passage.has_changed {
                // It may be several lines now, or clean.
                let start = passage.range.start;
                let found = passages(self.slice(&passage.range), self.all || passage.is_damaged());
                next.extend(found.into_iter().map(|range| {
                    let range = range.start + start..range.end + start;
                    let is_suspect = passage.is_suspect && self.is_suspect(&range);
                    RepairPassage { is_suspect, ..passage.part(range) }
                }));
            } else {
                next.push(RepairPassage { is_open: all, ..passage });
            }
        }
        self.passages = next;
    }

    fn is_suspect(&self, range: &Range<usize>) -> bool {
        self.all || scan::first_suspect(self.slice(range), 0).is_some()
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.current.get(range.clone()).unwrap_or_default()
    }

    /// The passages to process, with their indices.
    fn open(&self) -> impl Iterator<Item = (usize, &RepairPassage, &str)> {
        let open = self.passages.iter().enumerate().filter(|(_, passage)| passage.is_open);
        open.take_while(|_| !self.is_interrupted())
            .map(|(number, passage)| (number, passage, self.slice(&passage.range)))
    }

    /// Those in which the scan found something.
    fn suspect(&self) -> impl Iterator<Item = (usize, &RepairPassage, &str)> {
        self.open().filter(|(_, passage, _)| passage.is_suspect)
    }

    /// Applies edits, which are in order and do not overlap. Returns whether there were any.
    fn apply(&mut self, edits: Vec<TextEdit>) -> bool {
        if edits.is_empty() {
            return false;
        }
        self.is_usual_outdated = true;
        let text = edited(&self.current, &edits);
        let mut shift = 0_isize;
        self.reverted.clear();
        self.reverted.extend(edits.iter().map(|edit| {
            let start = edit.span.start.saturating_add_signed(shift);
            shift += edit.growth();
            start..start + edit.after.len()
        }));
        let mut shift = 0_isize;
        let mut passed = edits.iter().peekable();
        let mut touched = Vec::new();
        for (number, passage) in self.passages.iter_mut().enumerate() {
            let start = passage.range.start.saturating_add_signed(shift);
            // Every edit is within one passage.
            while let Some(edit) = passed.next_if(|edit| edit.span.end <= passage.range.end) {
                shift += edit.growth();
                passage.has_changed = true;
                if touched.last() != Some(&number) {
                    touched.push(number);
                }
            }
            passage.range = start..passage.range.end.saturating_add_signed(shift);
        }
        self.changes = composed(std::mem::take(&mut self.changes), &self.current, edits);
        for number in touched {
            let Some(passage) = self.passages.get_mut(number) else { continue };
            let text = text.get(passage.range.clone()).unwrap_or_default();
            passage.is_suspect = self.all || scan::first_suspect(text, 0).is_some();
        }
        self.current = Cow::Owned(text);
        true
    }

    /// Applies the edits that a stage finds in each passage separately.
    pub(super) fn apply_each(&mut self, stage: impl Fn(&str) -> Vec<TextEdit>) {
        let mut edits = Vec::new();
        for (_, passage, text) in self.suspect() {
            edits.extend(stage(text).into_iter().map(|edit| edit.moved(passage.range.start)));
        }
        self.apply(edits);
    }

    /// Decodes references that were escaped twice. In a text with tags, references are markup.
    pub(super) fn decode_references(&mut self) {
        let has_any = self.suspect().any(|(_, _, text)| text.contains("&amp;"));
        if has_any && !entities::has_tags(&self.current) {
            self.apply_each(entities::edits);
        }
    }

    /// Reverses lines that were misread as windows-1252 as a whole. Returns whether there were any.
    pub(super) fn revert_whole_lines(&mut self) -> bool {
        let rule = CHARSETS.get(WINDOWS_LATIN).map_or("", |charset| charset.rule);
        let mut edits = Vec::new();
        let mut misread = Vec::new();
        let latin = 1 << WINDOWS_LATIN;
        for (number, passage, text) in self.suspect() {
            let Some(found) = mojibake::whole::edits(text, rule) else { continue };
            misread.push((number, latin, latin));
            edits.extend(found.into_iter().map(|edit| edit.moved(passage.range.start)));
        }
        self.mark_misread(misread);
        self.apply(edits)
    }

    /// Whether a span overlaps an edit of the previous layer without being inside it.
    fn crosses_reverted(&self, span: Range<usize>) -> bool {
        let at = self.reverted.partition_point(|turned| turned.end <= span.start);
        self.reverted.get(at).is_some_and(|turned| {
            turned.start < span.end && (turned.start > span.start || turned.end < span.end)
        })
    }

    /// Notes the charsets in which passages were misread.
    fn mark_misread(&mut self, misread: Vec<(usize, u16, u16)>) {
        for (number, charsets, agreeing) in misread {
            self.charsets_seen |= charsets;
            if let Some(passage) = self.passages.get_mut(number) {
                passage.misread |= charsets;
                passage.agreeing &= agreeing;
            }
        }
    }

    /// The charsets in which nearly all lines were misread that are not ASCII, as far as one can tell.
    fn find_usual_charsets(&self) -> u16 {
        let mut misread = [0_usize; COUNT];
        for passage in self.passages.iter().filter(|passage| passage.misread != 0) {
            for (charset, lines) in misread.iter_mut().enumerate() {
                *lines += usize::from(passage.was_misread_in(charset));
            }
        }
        let often = |lines: &usize| *lines >= MIN_USUAL;
        let likely = misread.iter().enumerate().filter(|(_, lines)| often(lines));
        let likely = likely.fold(0, |set, (charset, _)| set | 1 << charset);
        if likely == 0 {
            return 0;
        }
        let against = self.count_against(likely);
        let usual = misread.iter().zip(against).enumerate();
        let usual = usual.filter(|(_, (lines, against))| often(lines) && **lines >= 3 * against);
        usual.fold(0, |set, (charset, _)| set | 1 << charset)
    }

    /// The number of lines that were not misread in a charset: those in which something else than misread
    /// characters is not ASCII.
    fn count_against(&self, charsets: u16) -> [usize; COUNT] {
        let mut against = [0; COUNT];
        let mut known = self.passages.iter().peekable();
        for range in passages(&self.current, true) {
            let line = self.slice(&range);
            while known.next_if(|passage| passage.range.end <= range.start).is_some() {}
            if line.is_ascii() {
                continue;
            }
            let passage = known.peek().filter(|passage| passage.range.start < range.end);
            let covered = match passage.filter(|passage| passage.misread != 0) {
                Some(passage) => passage.misread | passage.agreeing,
                None => mojibake::covering_charsets(line, charsets),
            };
            for (charset, against) in against.iter_mut().enumerate() {
                *against += usize::from(covered >> charset & 1 == 0);
            }
        }
        against
    }

    /// Reverses one layer of misread spans.
    ///
    /// Returns whether there were any, and whether they show a new charset, or a usual one: earlier
    /// passages with weaker evidence may have been misread in it too.
    pub(super) fn revert_mojibake(&mut self) -> (bool, bool) {
        let (known, usual) = (self.charsets_seen, self.usual_charsets);
        let mut edits = Vec::new();
        let mut read_in = known;
        let mut misread = Vec::new();
        for (number, passage, text) in self.suspect() {
            let start = passage.range.start;
            let RepairPassage { misread: here, agreeing, .. } = *passage;
            let mut seen = SeenCharsets { known: read_in, usual, here, agreeing };
            let mut found = mojibake::edits(text, &mut seen);
            read_in = seen.known;
            // A span that is partly new cannot be one character: its bytes come from different
            // layers.
            found.retain(|edit| {
                !self.crosses_reverted(edit.span.start + start..edit.span.end + start)
            });
            misread.push((number, seen.here, seen.agreeing));
            edits.extend(found.into_iter().map(|edit| edit.moved(start)));
        }
        self.mark_misread(misread);
        let has_changed = self.apply(edits);
        if std::mem::take(&mut self.is_usual_outdated) {
            self.usual_charsets = self.find_usual_charsets();
        }
        let sees_usual = self.usual_charsets & !usual != 0;
        if sees_usual {
            self.suspect_all();
        }
        (has_changed || sees_usual, sees_usual || read_in != known)
    }

    /// Suspects all lines that are not ASCII, but for those in which something was reversed.
    fn suspect_all(&mut self) {
        let mut known = std::mem::take(&mut self.passages).into_iter().peekable();
        let mut all = Vec::new();
        for range in passages(&self.current, true) {
            let first = all.len();
            while let Some(passage) = known.next_if(|passage| passage.range.start < range.end) {
                let is_suspect = passage.is_suspect || passage.misread == 0;
                all.push(RepairPassage { is_suspect, ..passage });
            }
            let is_known =
                all.last().is_some_and(|last: &RepairPassage| last.range.end > range.start);
            if first == all.len() && !is_known && !self.slice(&range).is_ascii() {
                all.push(RepairPassage::new(range));
            }
        }
        self.passages = all;
    }

    /// Divides the text anew; what is known of the passages is kept.
    fn renew_passages(&mut self, ranges: Vec<Range<usize>>) {
        let old = std::mem::take(&mut self.passages);
        let renewed = |range: Range<usize>| {
            let at = old.partition_point(|passage| passage.range.end <= range.start);
            let passage = old.get(at).filter(|passage| passage.range.start < range.end);
            passage.map_or_else(
                || RepairPassage::new(range.clone()),
                |passage| passage.part(range.clone()),
            )
        };
        self.passages = ranges.into_iter().map(renewed).collect();
        self.is_usual_outdated = true;
    }

    /// Decodes lines again in the legacy charset that they were written in.
    pub(super) fn read_legacy(&mut self) -> bool {
        // Line ends are not part of what is decoded: who divides the repaired text into lines again
        // needs them where they were.
        let line = |range: &Range<usize>| self.slice(range).trim_end_matches(['\r', '\n']);
        let read = |ranges: &[Range<usize>]| {
            let lines: Vec<&str> = ranges.iter().map(line).collect();
            let mut readings = legacy::readings(&lines);
            for (reading, line) in readings.iter_mut().zip(&lines) {
                // UTF-8 in another charset looks like legacy text, and hardly ever the other way.
                if reading.is_some() && mojibake::is_misread(line) {
                    *reading = None;
                }
            }
            readings
        };
        let open: Vec<Range<usize>> =
            self.suspect().map(|(_, passage, _)| passage.range.clone()).collect();
        if read(&open).iter().all(Option::is_none) {
            return false;
        }
        // Short lines are decoded like the others, so all lines are needed, not only the suspect
        // ones.
        let all = passages(&self.current, true);
        let readings = read(&all);
        let edits = all.iter().zip(readings).filter_map(|(range, reading)| {
            let reading = reading?;
            let rule = legacy::rule(reading.encoding);
            let span = range.start..range.start + line(range).len();
            let edit = TextEdit::new(span, reading.text, rule);
            Some(edit.with_posterior(reading.confidence))
        });
        let edits: Vec<TextEdit> = edits.collect();
        self.renew_passages(all);
        self.apply(edits)
    }

    /// Restores characters that lost some of their bytes, or marks them.
    pub(super) fn restore_lost(&mut self, mode: LossyMode, others: &[&str]) {
        let LostText { symbols: mut edits, letters, lines } = self.find_lost();
        if !lines.is_empty() {
            let end = self.current.floor_char_boundary(MAX_EVIDENCE);
            let mut clean = vec![self.slice(&(0..end))];
            clean.extend(others);
            let found = words::restore(&lines, &clean);
            for ((start, lost), found) in letters.iter().zip(found) {
                edits.extend(restored_letters(lost, found).map(|edit| edit.moved(*start)));
            }
        }
        edits.sort_by_key(|edit| edit.span.start);
        // A symbol and a letter may claim the same characters; the first edit stays.
        edits.dedup_by(|next, edit| next.span.start < edit.span.end);
        edits.retain(|edit| self.slice(&edit.span) != edit.after);
        for edit in &mut edits {
            lossy::apply_mode(edit, mode);
        }
        self.apply(edits);
    }

    /// Finds what lost some of its bytes.
    fn find_lost(&self) -> LostText {
        // What a sign alone leaves open, damage elsewhere in the text decides.
        // Sequences that are complete show a charset in which nothing was lost.
        let is_lossy =
            self.suspect().any(|(_, _, text)| symbols::is_damaged(text) || lossy::is_damaged(text));
        let damaged = self.passages.iter().filter(|passage| passage.is_damaged()).count();
        let are_damaged = damaged > 1 && damaged * 2 >= self.passages.len();
        let mut found = LostText::default();
        for (_, passage, text) in self.open() {
            let start = passage.range.start;
            // If nothing else is suspect, capitals may still be remains of letters.
            if !passage.is_suspect && !lossy::has_latin_lead(text) {
                continue;
            }
            let symbols = symbols::edits(text, is_lossy || passage.is_damaged());
            found.symbols.extend(symbols.into_iter().map(|edit| edit.moved(start)));
            let lost = lossy::lost_letters(
                text,
                are_damaged || passage.is_damaged() || symbols::is_damaged(text),
            );
            if !lost.is_empty() {
                found.lines.push(glyphs(text, &lost));
                found.letters.push((start, lost));
            }
        }
        found
    }
}

/// What lost some of its bytes in a text.
#[derive(Default)]
struct LostText {
    /// The edits of damaged symbols, which need no words to be restored.
    symbols: Vec<TextEdit>,
    /// Of each passage with lost letters, its begin and these.
    letters: Vec<(usize, Vec<LostLetter>)>,
    /// The same passages as kept and lost characters.
    lines: Vec<Vec<Glyph>>,
}

/// The edits that restore the letters of a passage, or mark those that certainly are lost.
fn restored_letters(
    lost: &[LostLetter],
    found: Vec<Option<RestoredCharacter>>,
) -> impl Iterator<Item = TextEdit> {
    let mut found = found.into_iter();
    lost.iter().filter_map(move |lost| {
        // Only letters with a known first byte were searched, so only these have an entry.
        let restored = lost.lead.and_then(|_| found.next()).flatten();
        match restored {
            Some(found) => {
                let edit = TextEdit::new(lost.start..lost.end, found.character, "lossy/word");
                Some(edit.with_posterior(found.posterior))
            }
            None => lost.is_certain.then(|| lossy::mark(lost)),
        }
    })
}

/// A passage as kept and lost characters.
fn glyphs(passage: &str, lost: &[LostLetter]) -> Vec<Glyph> {
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
