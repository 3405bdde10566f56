//! What a run of sequences proves by the place where it stands.
//!
//! How odd characters are (`oddness`) tells how rare they are beside each other in running text.
//! That is not enough in capitals, units, formulas and tables, where letters stand beside signs for
//! a reason. So a run counts only as far as nothing of this kind explains it.

use super::super::charset::{CHARSETS, MisreadCharset, WINDOWS_LATIN};
use super::super::script::{LetterScript, led_script, whole_script_of};
use super::super::symbols::is_common;
use super::line::LineFacts;
use super::plausibility;
use super::sequences::{LineCharacter, SequenceRun};

/// What is needed to reverse a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SequenceEvidence {
    /// Clean text explains it, so it stays.
    None,
    /// Other runs of the line that are damage in the same charset.
    Faint,
    /// Other runs of the text.
    Weak,
    /// One more of its kind in the line, or other runs of the text.
    Half,
    /// Nothing else, if it reads better.
    Strong,
    /// Nothing.
    Certain,
}
use SequenceEvidence::{Certain, Faint, Half, None as Nothing, Strong, Weak};

/// A run between its neighbors.
pub(super) struct RunContext<'a> {
    pub(super) signs: &'a [LineCharacter],
    pub(super) first: usize,
    pub(super) run: &'a SequenceRun,
    pub(super) charset: usize,
    /// What the run becomes if it is reversed as often as it was misread.
    pub(super) reading: &'a str,
    pub(super) facts: &'a LineFacts<'a>,
}

impl RunContext<'_> {
    fn character(&self, at: Option<usize>) -> Option<char> {
        at.and_then(|at| self.signs.get(at)).map(|sign| sign.character)
    }

    fn before(&self) -> Option<char> {
        self.character(self.first.checked_sub(1))
    }

    fn after(&self) -> Option<char> {
        self.character(Some(self.run.end))
    }

    fn lead(&self) -> char {
        self.character(Some(self.first)).unwrap_or_default()
    }

    /// The last character of the run.
    fn last(&self) -> char {
        self.character(self.run.end.checked_sub(1)).unwrap_or_default()
    }

    /// What the run proves.
    pub(super) fn evidence(&self) -> SequenceEvidence {
        if self.touches_own_script() || self.is_beside_lost_bytes() {
            return Nothing;
        }
        if self.run.is_cut && self.run.sequences == 1 {
            return self.of_cut();
        }
        // Text has no control characters.
        let place = self.first..self.run.end;
        let read = self.signs.get(place).unwrap_or_default();
        if read
            .iter()
            .any(|sign| matches!(sign.character, '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}'))
        {
            return Strong;
        }
        // U+0085 and characters that hardly any text has.
        if self.reading.chars().any(|c| plausibility::character_plausibility(c) < -0.5) {
            return Faint;
        }
        if self.reading.chars().all(|c| matches!(c, '\u{334}'..='\u{338}')) {
            // Strikes through letters.
            return if self.before().is_some_and(char::is_alphabetic) { Strong } else { Faint };
        }
        if let Some(script) = self.foreign_script() {
            return self.of_script(script);
        }
        if self.run.longest > 2 {
            return self.of_long();
        }
        let place = self.of_place();
        // Two words of one letter are no more than one.
        if self.run.sequences > 1 { place.max(Weak) } else { place }
    }

    /// UTF-8 that is read in a charset leaves no other letters of the script of that charset: each
    /// of its bytes is part of a sequence. Only first bytes whose next was lost may stand beside.
    fn touches_own_script(&self) -> bool {
        let Some(own) = CHARSETS.get(self.charset).and_then(MisreadCharset::script) else {
            return false;
        };
        let is_own = |sign: Option<&LineCharacter>| {
            sign.is_some_and(|sign| {
                whole_script_of(sign.character) == Some(own)
                    && !(matches!(sign.bytes.byte(self.charset), 0xCE..=0xD1)
                        && self.run.sequences > 2)
            })
        };
        // Accents and apostrophes stand inside words.
        let is_joint = |sign: &LineCharacter| {
            matches!(sign.character, '\u{300}'..='\u{36f}' | '’' | 'ʼ' | '\'')
        };
        let beside = |at: Option<usize>, next: Option<usize>| {
            let sign = at.and_then(|at| self.signs.get(at));
            match sign.filter(|sign| is_joint(sign)) {
                Some(_) => is_own(next.and_then(|at| self.signs.get(at))),
                None => is_own(sign),
            }
        };
        beside(self.first.checked_sub(1), self.first.checked_sub(2))
            || beside(Some(self.run.end), Some(self.run.end + 1))
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

    /// The script of the letters of the reading, if they are not Latin.
    fn foreign_script(&self) -> Option<LetterScript> {
        self.reading
            .chars()
            .filter_map(whole_script_of)
            .find(|script| *script != LetterScript::Latin)
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
        let has_frames = CHARSETS.get(self.charset).is_some_and(MisreadCharset::has_frames);
        let read = self.signs.get(self.first..self.run.end).unwrap_or_default();
        let is_odd = |pair: &[LineCharacter]| match pair {
            [first, second] => first.character.is_lowercase() && second.character.is_uppercase(),
            _ => false,
        };
        has_frames
            && read.iter().all(|sign| sign.character.is_alphabetic())
            && !read.windows(2).any(is_odd)
    }

    /// Whether the charset has box-drawing characters, and the line has a table drawn with them.
    fn is_in_frame(&self) -> bool {
        self.facts.has_frame && CHARSETS.get(self.charset).is_some_and(MisreadCharset::has_boxes)
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
        self.charset == WINDOWS_LATIN
            && is_usual
            && self.facts.is_basic
            && !self.facts.is_romanian
            && !is_footnote
            && (is_ascii(before) || is_ascii(after) || hyphened_before || hyphened_after)
    }

    fn of_long(&self) -> SequenceEvidence {
        let before = self.before();
        let after = self.after();
        let is_gap = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || ",.;:!?)".contains(c));
        // An opening quote that opens nothing, and a closing quote that closes nothing, are named.
        let first = self.reading.chars().next();
        let is_single = self.reading.chars().nth(1).is_none();
        let is_lone = is_gap(before) && is_gap(after);
        if is_single && is_lone && matches!(first, Some('“' | '”' | '‘' | '’')) {
            return Faint;
        }
        let read = self.signs.get(self.first..self.run.end).unwrap_or_default();
        let are_letters =
            read.iter().all(|sign| sign.character.is_alphabetic() || sign.character == '\u{a0}');
        let is_cased = match read {
            [first, second, ..] => {
                first.character.is_lowercase() && second.character.is_uppercase()
            }
            _ => false,
        };
        if first == Some('\u{feff}') && is_lone && before.is_some() {
            return Faint;
        }
        let has_own_letters = CHARSETS.get(self.charset).is_some_and(|set| set.script().is_some());
        let is_basic = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
        let touches_basic = is_basic(before) || is_basic(after);
        if is_single && are_letters && !is_cased && has_own_letters && !touches_basic {
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

    /// The evidence of pairs that become Latin letters and signs.
    fn of_place(&self) -> SequenceEvidence {
        let (before, after) = (self.before(), self.after());
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        if !self.agrees_in_case() {
            return Faint;
        }
        match (is_letter(before), is_letter(after)) {
            (false, false) => self.of_lone(),
            (true, true) => self.of_inside(),
            (true, false) => self.of_word_end(),
            (false, true) => self.of_word_begin(),
        }
    }

    fn is_latin(&self) -> bool {
        CHARSETS.get(self.charset).is_some_and(MisreadCharset::is_latin)
    }

    fn of_lone(&self) -> SequenceEvidence {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if self.is_word_of_one_letter() {
            let is_own_script = self.lead().is_alphabetic() && !self.is_latin();
            return if is_own_script { Certain } else { Strong };
        }
        if self.charset != WINDOWS_LATIN {
            // Units, formulas, cells of tables.
            return if self.is_latin() { Faint } else { Weak };
        }
        match self.lead() {
            'Â' => {
                let is_named = self.reading == "\u{a0}"
                    && (self.before() == Some('«') && self.after() == Some('»')
                        || matches!(self.before(), Some('\t' | '\u{a0}')));
                match () {
                    () if is_named => Nothing,
                    // A letter by itself, and a sign of a footnote.
                    () if self.facts.is_capitals && may_end_word(self.last()) => Faint,
                    () => Strong,
                }
            }
            'Ã' if is_digit(self.before()) || is_digit(self.after()) => Strong,
            'Ã' => Weak,
            _ => Nothing,
        }
    }

    /// Whether the letter is a word in some language, between words of a line that may be in it.
    fn is_word_of_one_letter(&self) -> bool {
        let is_word = match self.charset {
            WINDOWS_LATIN if self.lead() == 'Ã' => "àáèéìíòóùýåøæöäÀÁÈÉÍÒÓÅØÆÖÄ",
            WINDOWS_LATIN => "",
            _ => "àèé",
        };
        let is_space = |c: Option<char>| matches!(c, Some(' ' | '\u{a0}'));
        let is_letter = |at: Option<usize>| self.character(at).is_some_and(char::is_alphabetic);
        let begins = self.before().is_none_or(|c| c == ' ' || c == '(');
        let follows = is_space(self.before()) && is_letter(self.first.checked_sub(2));
        let is_followed = is_space(self.after()) && is_letter(Some(self.run.end + 1));
        self.reading.chars().all(|c| is_word.contains(c))
            && begins
            && (is_followed || follows && "àèé".contains(self.reading) && self.after().is_none())
            && self.facts.is_basic
            && !(self.facts.is_english() && is_common(&self.word_after()))
    }

    /// The word that follows after a space, in lower case.
    fn word_after(&self) -> String {
        let rest = self.signs.get(self.run.end + 1..).unwrap_or_default();
        let letters = rest.iter().map(|sign| sign.character).take_while(|c| c.is_alphabetic());
        letters.take(24).flat_map(char::to_lowercase).collect()
    }

    fn of_inside(&self) -> SequenceEvidence {
        let are_caps = self.before().is_some_and(char::is_uppercase)
            && self.after().is_some_and(char::is_uppercase);
        if !self.is_latin() {
            return if self.completes_word() { Strong } else { Faint };
        }
        match self.last() {
            // Endings after an apostrophe, and words that are joined.
            '’' | '–' | '—' | '·' if are_caps => Faint,
            '’' if !self.before().is_some_and(char::is_lowercase) => Faint,
            _ if self.charset == WINDOWS_LATIN || self.completes_word() => Strong,
            _ => Half,
        }
    }

    fn of_word_end(&self) -> SequenceEvidence {
        let follows_lower = self.before().is_some_and(char::is_lowercase);
        let is_digit = self.after().is_some_and(|c| c.is_ascii_digit());
        if matches!(self.reading, "«" | "»") && !self.is_latin() {
            return Half;
        }
        if !self.is_latin() {
            let is_half = follows_lower
                && (self.lead().is_alphabetic() || self.letters_before() > 1)
                && !self.is_in_frame();
            return match () {
                () if self.completes_word() => Strong,
                () if is_half => Half,
                () => Faint,
            };
        }
        // Footnote signs, trade marks and quotes end words in capitals too.
        if !follows_lower {
            let is_numero = self.before() == Some('N')
                && matches!(self.reading, "º" | "°")
                && self.letters_before() == 1;
            let is_usual = may_end_word(self.last())
                || matches!(self.last(), 'Š' | 'Ž' | 'š' | 'ž' | 'Œ' | 'œ');
            let is_word =
                self.letters_before() > 2 && self.charset == WINDOWS_LATIN && self.lead() != 'Â';
            return match () {
                () if is_numero => Strong,
                () if !is_usual && (is_digit || is_word) => Strong,
                () => Faint,
            };
        }
        if self.charset == WINDOWS_LATIN || self.letters_before() > 1 { Strong } else { Half }
    }

    fn of_word_begin(&self) -> SequenceEvidence {
        let letters = self.letters_after();
        let (lead, last) = (self.lead(), self.last());
        let is_cased = |is_case: fn(char) -> bool| self.after().is_some_and(is_case);
        // `Übersetzung`, `ÜBERSETZUNG`, `über`: the case goes on.
        let goes_on = is_cased(char::is_lowercase)
            || is_cased(char::is_uppercase) && self.reading.chars().all(char::is_uppercase);
        let letters = if goes_on { letters } else { 0 };
        if matches!(self.reading, "«" | "»") && !self.is_latin() {
            return Half;
        }
        if !self.is_latin() {
            // Mathematics has signs and Greek letters after roots; trees have words after lines.
            let is_drawn = matches!(lead, '\u{2500}'..='\u{257f}');
            let is_first = (0..self.first).all(|at| self.character(Some(at)) == Some(' '));
            let is_other_script = whole_script_of(last)
                .is_some_and(|script| script != LetterScript::Latin)
                && !matches!(last, 'π' | 'Ω' | 'µ');
            let is_plain = last.is_alphabetic() && !matches!(last, 'π' | 'Ω' | 'µ' | 'ª' | 'º')
                || self.reading.chars().all(char::is_lowercase);
            let is_tree = self.facts.has_frame
                || self.is_usual_lead()
                || is_drawn && (is_first || !self.reading.chars().all(char::is_lowercase));
            return match letters {
                // A letter of one script, a sign, and a word in another.
                3.. if lead.is_alphabetic() && !last.is_alphabetic() && last != '\u{a0}' => Strong,
                3.. if is_other_script && !self.facts.has_frame => Strong,
                3.. if is_plain && !is_tree => Strong,
                2.. if is_plain && !is_tree => Half,
                _ => Faint,
            };
        }
        let is_misread_a = matches!(lead, 'Ã' | 'Â') && self.charset == WINDOWS_LATIN;
        match last {
            '’' | '‘' if letters == 1 => Faint,
            _ if is_misread_a => Strong,
            '’' | '‘' | '”' | '“' | '–' | '—' | '·' | '…' | '»' | '®' | '™' => {
                if letters > 2 {
                    Half
                } else {
                    Faint
                }
            }
            _ if self.charset == WINDOWS_LATIN || letters > 2 => Strong,
            _ => Half,
        }
    }

    /// Whether text has the first character before letters: quotes, dashes and letters of Macintosh.
    fn is_usual_lead(&self) -> bool {
        !self.is_latin()
            && self.signs.get(self.first).is_some_and(|sign| {
                matches!(sign.character, '«' | '»' | '…' | '–' | '—' | '“' | '”' | '‘' | '’' | '÷')
                    || whole_script_of(sign.character) == Some(LetterScript::Latin)
                        && sign.character != 'ƒ'
            })
    }

    /// The number of ASCII letters right before the run, up to 24.
    fn letters_before(&self) -> usize {
        self.letters((0..self.first).rev())
    }

    /// The number of ASCII letters right after the run, up to 24.
    fn letters_after(&self) -> usize {
        self.letters(self.run.end..self.signs.len())
    }

    fn letters(&self, places: impl Iterator<Item = usize>) -> usize {
        let is_basic = |at: &usize| {
            self.signs.get(*at).is_some_and(|sign| sign.character.is_ascii_alphabetic())
        };
        places.take(24).take_while(is_basic).count()
    }

    /// Whether the run is a letter of a word: at least one letter on each side, or two before it, in
    /// Macintosh three, where a root of mathematics looks like this.
    fn completes_word(&self) -> bool {
        let (before, after) = (self.letters_before(), self.letters_after());
        let enough = if matches!(self.last(), 'π' | 'Ω' | 'µ' | 'ª' | 'º') { 3 } else { 2 };
        before > 0
            && !self.is_usual_lead()
            && before + after >= if after > 0 { 2 } else { enough }
            && !self.is_in_frame()
            && self.reading.chars().all(|c| c.is_alphabetic() && c != 'ſ')
    }

    /// Whether the letters of the reading have the case of the word around them.
    fn agrees_in_case(&self) -> bool {
        let Some(letter) = self.reading.chars().find(|c| c.is_alphabetic()) else { return true };
        let word = |range: &mut dyn Iterator<Item = usize>| -> (usize, usize) {
            range
                .take(24)
                .map_while(|at| self.character(Some(at)).filter(|c| c.is_alphabetic()))
                .fold((0, 0), |(upper, lower), c| {
                    (upper + usize::from(c.is_uppercase()), lower + usize::from(c.is_lowercase()))
                })
        };
        let before = word(&mut (0..self.first).rev());
        let after = word(&mut (self.run.end..self.signs.len()));
        let (upper, lower) = (before.0 + after.0, before.1 + after.1);
        if letter.is_lowercase() {
            // `ROMÃ®` in a word of capitals; but a first capital may stand before.
            lower > 0 || upper < 2
        } else if letter.is_uppercase() {
            before.1 == 0 || upper > lower
        } else {
            true
        }
    }
}

/// Whether a character may follow a word in clean text: quotes, dashes and signs of footnotes.
const fn may_end_word(character: char) -> bool {
    matches!(
        character,
        '\u{a0}'
            | '’'
            | '‘'
            | '”'
            | '“'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '…'
            | '–'
            | '—'
            | '™'
            | '®'
            | '©'
            | 'ª'
            | 'º'
            | '°'
            | '¹'
            | '²'
            | '³'
            | '·'
            | '†'
            | '‡'
            | '§'
            | '¶'
            | '±'
            | '´'
            | '•'
            | '¨'
    )
}
