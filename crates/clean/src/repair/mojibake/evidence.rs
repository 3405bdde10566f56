//! What a run of sequences proves by the place where it stands.
//!
//! How odd characters are (`oddness`) tells how rare they are beside each other in running text.
//! That is not enough in capitals, units, formulas and tables, where letters stand beside signs for
//! a reason. So a run counts only as far as nothing of this kind explains it.

use unicode_normalization::char::compose;

use super::super::charset::{CHARSETS, MisreadCharset, WINDOWS_LATIN};
use super::super::script::{LetterScript, led_script, whole_script_of};
use super::super::utf8;
use super::context::RunContext;
use super::context::SequenceEvidence::{self, Certain, Faint, Half, None as Nothing, Strong, Weak};
use super::plausibility;
use super::sequences::{LineCharacter, ends_sequence, sequence};
use super::word_ends::may_end_word;

/// How many characters outside ASCII on each side of a run are looked at.
const MAX_AROUND: usize = 24;

impl RunContext<'_> {
    /// What the run proves.
    pub(super) fn evidence(&self) -> SequenceEvidence {
        if self.touches_own_script()
            || self.is_own_word()
            || self.is_beside_lost_bytes()
            || self.is_among_other_bytes()
        {
            return Nothing;
        }
        if self.run.is_cut && self.run.sequences == 1 {
            return self.of_cut();
        }
        // Text has no control characters, but those that are quotes and dashes in windows-1252 may
        // stand behind a letter.
        if self.read().iter().any(|sign| {
            matches!(sign.character, '\u{80}'..='\u{84}' | '\u{86}'..='\u{90}' | '\u{98}'..='\u{9f}')
        }) {
            return Strong;
        }
        if self.reading.chars().all(|c| matches!(c, '\u{300}'..='\u{338}')) {
            return self.of_mark();
        }
        // A word of one letter, a no-break space, and a quote: `в «`.
        let is_unusual = |c| !plausibility::is_usual(c);
        if self.read().iter().any(|sign| sign.character == '\u{a0}')
            && self.reading.chars().any(is_unusual)
        {
            return Nothing;
        }
        // Hardly any text is UTF-8 in a charset twice by chance.
        if self.run.text != self.reading && !self.reads_as_word() {
            return Strong;
        }
        // U+0085 and characters that hardly any text has.
        if self.reading.chars().any(|c| plausibility::character_plausibility(c) < -0.5) {
            return Faint;
        }
        if let Some(script) = self.foreign_script() {
            return self.of_script(script);
        }
        if self.run.longest > 2 {
            return self.of_long();
        }
        let mut place = self.of_place();
        if self.reading.chars().any(plausibility::is_doubtful) {
            place = place.min(Half);
        }
        // Two words of one letter are no more than one.
        if self.run.sequences > 1 { place.max(Weak) } else { place }
    }

    /// UTF-8 that is read in a charset leaves no other letters of the script of that charset: each
    /// of its bytes is part of a sequence. Only first bytes whose next was lost may stand beside.
    fn touches_own_script(&self) -> bool {
        let Some(own) = CHARSETS.get(self.charset).and_then(MisreadCharset::script) else {
            return false;
        };
        let is_own = |at: Option<usize>| {
            at.and_then(|at| self.signs.get(at)).is_some_and(|sign| {
                whole_script_of(sign.character) == Some(own)
                    && !(matches!(sign.bytes.byte(self.charset), 0xCE..=0xD1)
                        && self.run.sequences > 2)
            })
        };
        // Accents and apostrophes stand inside words.
        let is_joint = |at: Option<usize>| {
            self.character(at)
                .is_some_and(|c| matches!(c, '\u{300}'..='\u{36f}' | '’' | 'ʼ' | '\''))
        };
        let before = self.first.checked_sub(1);
        let is_own_before = if is_joint(before) {
            let end = self.first.saturating_sub(1);
            is_own(end.checked_sub(1)) && !ends_sequence(self.signs, end, self.charset)
        } else {
            is_own(before)
        };
        let after = self.run.end;
        let is_own_after = if is_joint(Some(after)) {
            is_own(Some(after + 1)) && sequence(self.signs, after + 1, self.charset).is_none()
        } else {
            is_own(Some(after))
        };
        is_own_before || is_own_after
    }

    /// Whether the run is a word of small letters in KOI8, and would become a letter of another script: `её` is `ţ`.
    fn is_own_word(&self) -> bool {
        let is_basic = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        self.charset_is(MisreadCharset::has_boxes)
            && self.charset_is(|charset| charset.script().is_some() && !charset.has_frames())
            && self.read().iter().all(|sign| sign.character.is_lowercase())
            && self.foreign_script() != Some(LetterScript::Cyrillic)
            && !is_basic(self.before())
            && !is_basic(self.after())
    }

    /// Beside `Ã?` and `â?`, bytes were replaced, and what is left cannot be read.
    fn is_beside_lost_bytes(&self) -> bool {
        let is_lead = |at: Option<usize>| {
            at.and_then(|at| self.signs.get(at))
                .is_some_and(|sign| sign.bytes.byte(self.charset) >= 0xC2)
        };
        let before = self.first.checked_sub(1);
        self.before() == Some('?') && is_lead(before.and_then(|at| at.checked_sub(1)))
            || is_lead(Some(self.run.end)) && self.character(Some(self.run.end + 1)) == Some('?')
    }

    /// Whether the characters outside ASCII right around the run are bytes of another charset: more of them than of
    /// one script cannot be UTF-8 that was read in the charset of the run, not even if it lost some of its bytes. They
    /// are later bytes without a first one, letters that the charset or UTF-8 does not have, and those of other scripts.
    fn is_among_other_bytes(&self) -> bool {
        // Several sequences in a row, or one within another, are hardly ever there by chance.
        let is_long = self.run.sequences > 2 || self.run.text != self.reading;
        if is_long || self.charset_is(|charset| charset.script().is_some()) {
            return false;
        }
        let is_high = |at: &usize| self.signs.get(*at).is_some_and(|s| !s.character.is_ascii());
        let start = (0..self.first).rev().take(MAX_AROUND).take_while(is_high).last();
        let end = (self.run.end..self.signs.len()).take(MAX_AROUND).take_while(is_high).last();
        let (start, end) = (start.unwrap_or(self.first), end.map_or(self.run.end, |end| end + 1));
        let byte = |at: usize| self.signs.get(at).map_or(0, |sign| sign.bytes.byte(self.charset));
        let is_later = |at: usize| at < end && matches!(byte(at), 0x80..=0xBF);
        let mut scripts = [0_usize; LetterScript::COUNT];
        let mut count = |script: Option<LetterScript>| {
            if let Some(letters) = script.and_then(|script| scripts.get_mut(script as usize)) {
                *letters += 1;
            }
        };
        self.run.text.chars().for_each(|character| count(whole_script_of(character)));
        let mut others = 0;
        let mut at = start;
        // The first byte of these may be farther away.
        while at < self.first && is_later(at) {
            at += 1;
        }
        while at < end {
            if at == self.first {
                at = self.run.end;
                continue;
            }
            let Some(length) = utf8::length_from_lead(byte(at)) else {
                let character = self.character(Some(at)).unwrap_or_default();
                let is_letter = whole_script_of(character) == Some(LetterScript::Latin);
                others += usize::from(!may_end_word(character) && (byte(at) != 0 || is_letter));
                at += 1;
                continue;
            };
            let found = (1..length).take_while(|offset| is_later(at + offset)).count();
            let bytes = [0, 1, 2, 3].map(|offset| byte(at + offset));
            let read = bytes.get(..=found).and_then(utf8::decoded).and_then(whole_script_of);
            let led = if length == 2 { script_led_by(byte(at)) } else { None };
            count(read.or(led));
            at += 1 + found;
        }
        let script = self.run.text.chars().find_map(whole_script_of);
        let own = match script.and_then(|script| scripts.get(script as usize)) {
            Some(letters) => *letters,
            // Punctuation and signs stand in text of any script.
            None => scripts.iter().copied().max().unwrap_or_default(),
        };
        others += scripts.iter().sum::<usize>() - own;
        others > 1 && others >= own
    }

    /// The script of the letters of the reading, if they are not Latin.
    fn foreign_script(&self) -> Option<LetterScript> {
        self.reading
            .chars()
            .filter_map(whole_script_of)
            .find(|script| *script != LetterScript::Latin)
    }

    /// Accents that compose with the letter before them, and strikes through several letters.
    fn of_mark(&self) -> SequenceEvidence {
        if self.charset != WINDOWS_LATIN {
            return Faint;
        }
        let before = self.before().unwrap_or_default();
        let is_strike = |c: char| matches!(c, '\u{330}'..='\u{338}');
        if self.reading.chars().any(is_strike) {
            let is_inside = self.after().is_some_and(char::is_lowercase);
            let is_stricken = before.is_lowercase() && (is_inside || self.facts.marks > 1);
            return if is_stricken { Strong } else { Faint };
        }
        let composes = self.reading.chars().all(|mark| compose(before, mark).is_some());
        let goes_on = self.after().is_some_and(char::is_lowercase) && !may_end_word(self.last());
        if composes && (before.is_lowercase() || goes_on) { Strong } else { Faint }
    }

    /// Letters of another script stand beside others of it: in the run, or elsewhere in the line.
    fn of_script(&self, script: LetterScript) -> SequenceEvidence {
        let count = self.reading.chars().filter(|c| whole_script_of(*c) == Some(script)).count();
        if script == LetterScript::Greek && count == 1 && self.is_symbol_of_name() {
            return Certain;
        }
        let is_led = |c: Option<char>| {
            self.charset == WINDOWS_LATIN && c.and_then(led_script) == Some(script)
        };
        if self.reads_as_word() {
            return Faint;
        }
        let enough = if self.is_in_frame() { 3 } else { 2 };
        let mut letters = self.reading.chars();
        let first = letters.next();
        // Tables repeat lines and letters.
        let is_varied = letters.any(|c| Some(c) != first);
        if count >= enough && is_varied
            || count > 0 && (is_led(self.before()) || is_led(self.after()))
        {
            Strong
        } else if self.facts.has_script(script) {
            Weak
        } else {
            Faint
        }
    }

    /// Whether the run may be a word as it is: letters of a charset in which words of clean text are
    /// UTF-8 by chance. No word has capitals after small letters.
    fn reads_as_word(&self) -> bool {
        let read = self.read();
        self.charset_is(MisreadCharset::has_frames)
            && read.iter().all(|sign| sign.character.is_alphabetic())
            && !read.windows(2).any(begins_odd)
    }

    /// Whether the charset has box-drawing characters, and the line has a table drawn with them.
    pub(super) fn is_in_frame(&self) -> bool {
        self.facts.has_frame && self.charset_is(MisreadCharset::has_boxes)
    }

    /// A Greek letter in a name of science: `TNFÎ±`, `5Î¼m`.
    fn is_symbol_of_name(&self) -> bool {
        let is_usual = self.reading.chars().all(|c| "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ".contains(c));
        let is_ascii =
            |at: Option<usize>| self.character(at).is_some_and(|c| c.is_ascii_alphanumeric());
        let before = self.first.checked_sub(1);
        let after = Some(self.run.end);
        let hyphened_before = self.before() == Some('-') && is_ascii(self.first.checked_sub(2));
        let hyphened_after = self.after() == Some('-') && is_ascii(Some(self.run.end + 1));
        // Signs of footnotes follow capitals.
        let is_footnote =
            matches!(self.last(), '†' | '‡' | '™' | '®' | '©' | '§' | '°' | '…' | '”' | '“' | '’')
                && self.before().is_some_and(char::is_uppercase)
                && !is_ascii(after);
        let is_long_word = self.letters_before() > 4 && !is_ascii(after);
        self.charset == WINDOWS_LATIN
            && is_usual
            && !is_long_word
            && self.last() != '\u{a0}'
            && self.facts.is_basic
            && !self.facts.is_romanian
            && !is_footnote
            && (is_ascii(before) || is_ascii(after) || hyphened_before || hyphened_after)
    }

    fn of_long(&self) -> SequenceEvidence {
        if self.reads_as_word() {
            return Faint;
        }
        let before = self.before();
        let after = self.after();
        let is_gap = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || ",.;:!?)".contains(c));
        // An opening quote that opens nothing, and a closing quote that closes nothing, are named.
        let first = self.reading.chars().next();
        let is_single = self.reading.chars().nth(1).is_none();
        let is_lone = is_gap(before) && is_gap(after);
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let is_punctuation = matches!(first, Some('‐'..='‧' | '‰'..='›'));
        if self.charset != WINDOWS_LATIN
            && is_single
            && !is_punctuation
            && (is_digit(before) || is_digit(after))
        {
            return Faint;
        }
        if is_single && is_lone && matches!(first, Some('“' | '”' | '‘' | '’')) {
            return Faint;
        }
        let read = self.read();
        let are_letters =
            read.iter().all(|sign| sign.character.is_alphabetic() || sign.character == '\u{a0}');
        // The end of a word, and a no-break space behind it.
        let follows_word = before.is_some_and(char::is_alphabetic);
        if is_single && are_letters && follows_word && self.last() == '\u{a0}' {
            return Faint;
        }
        if first == Some('\u{feff}') && is_lone && before.is_some() {
            return Faint;
        }
        let has_own_letters = self.charset_is(|charset| charset.script().is_some());
        let is_basic = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        let touches_basic = is_basic(before) || is_basic(after);
        if is_single && are_letters && !begins_odd(read) && has_own_letters && !touches_basic {
            // It may be a word of three letters, or a part of one.
            return Weak;
        }
        if self.run.sequences == 1 && self.reading.chars().all(char::is_alphabetic) {
            // Letters of Vietnamese and the like, in words.
            let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
            return if is_letter(before) || is_letter(after) { Strong } else { Faint };
        }
        Strong
    }

    fn of_cut(&self) -> SequenceEvidence {
        match self.lead() {
            'â' => {
                let is_gap = |c: Option<char>| c.is_none_or(char::is_whitespace);
                if is_gap(self.before()) { Faint } else { Strong }
            }
            'Ã' if self.reading == "\u{fffd}" => {
                let is_lower = self.before().is_some_and(char::is_lowercase);
                if is_lower { Strong } else { Faint }
            }
            'Ã' if self.reading == "à" => {
                let is_word_end = self.before().is_some_and(char::is_lowercase);
                let is_spaced = self.run.end - self.first == 2
                    && self.after() == Some(' ')
                    && self.before().is_none_or(|c| matches!(c, ' ' | '(' | '’' | '\''))
                    && self.character(Some(self.run.end + 1)).is_some_and(char::is_lowercase);
                match () {
                    () if is_word_end || is_spaced && !self.facts.is_english() => Strong,
                    () if self.before().is_some_and(char::is_alphabetic) => Faint,
                    () => Weak,
                }
            }
            _ => Faint,
        }
    }
}

/// The script of the letters of two bytes of which this is the first.
fn script_led_by(lead: u8) -> Option<LetterScript> {
    let middle = [0xA0, 0x90, 0xB0];
    middle.into_iter().find_map(|later| utf8::decoded(&[lead, later]).and_then(whole_script_of))
}

/// Whether a capital follows a small letter at the beginning.
fn begins_odd(read: &[LineCharacter]) -> bool {
    match read {
        [first, second, ..] => first.character.is_lowercase() && second.character.is_uppercase(),
        _ => false,
    }
}
