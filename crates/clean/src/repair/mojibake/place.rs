//! What a pair that becomes a Latin letter or a sign proves by its place: alone, inside a word, at
//! its begin or its end.

use super::super::charset::{MisreadCharset, WINDOWS_LATIN};
use super::super::script::{LetterScript, whole_script_of};
use super::super::symbols::is_common;
use super::context::RunContext;
use super::context::SequenceEvidence::{self, Certain, Faint, Half, None as Nothing, Strong};
use super::word_ends::{is_letter, may_end_word};

impl RunContext<'_> {
    /// The evidence of pairs that become Latin letters and signs.
    pub(super) fn of_place(&self) -> SequenceEvidence {
        let (before, after) = (self.before(), self.after());
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        if !self.agrees_in_case() {
            return Faint;
        }
        if matches!(self.reading, "×" | "÷") && (is_word(before) || is_word(after)) {
            return Faint;
        }
        if self.run.sequences == 1 && self.last() == '\u{a0}' {
            return self.of_space();
        }
        match (is_word(before), is_word(after)) {
            (false, false) => self.of_lone(),
            (true, true) => self.of_inside(),
            _ if self.is_guillemet() && !self.is_latin() => Half,
            (true, false) => self.of_word_end(),
            (false, true) => self.of_word_begin(),
        }
    }

    fn is_latin(&self) -> bool {
        self.charset_is(MisreadCharset::is_latin)
    }

    fn is_guillemet(&self) -> bool {
        matches!(self.reading, "«" | "»")
    }

    /// The evidence of a capital and a no-break space, which stands behind capitals for itself.
    fn of_space(&self) -> SequenceEvidence {
        let before = self.before();
        let follows_lower = before.is_some_and(char::is_lowercase);
        match self.reading {
            "\u{a0}" if self.charset == WINDOWS_LATIN => {
                let ends_phrase =
                    before.is_some_and(|c| c.is_ascii_digit() || ".,;:!?)”’»\"'".contains(c));
                if follows_lower || ends_phrase { Strong } else { Faint }
            }
            "à" if self.is_word_of_one_letter() => self.of_lone(),
            "à" if follows_lower => {
                let is_word = self.charset == WINDOWS_LATIN || self.letters_before() > 1;
                if is_word { Strong } else { Half }
            }
            _ => Faint,
        }
    }

    fn of_lone(&self) -> SequenceEvidence {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if self.is_word_of_one_letter() {
            let is_own_script = self.lead().is_alphabetic() && !self.is_latin();
            return if is_own_script { Certain } else { Strong };
        }
        if self.charset != WINDOWS_LATIN {
            // Units, formulas, cells of tables, but for guillemets with spaces inside.
            return match () {
                () if self.is_guillemet() && self.facts.is_basic => Half,
                () if self.facts.is_capitals && self.is_latin() => Nothing,
                () => Faint,
            };
        }
        match self.lead() {
            // A letter by itself, and a sign of a footnote.
            'Â' if self.facts.is_capitals && may_end_word(self.last()) => Faint,
            'Â' => Strong,
            'Ã' if is_digit(self.before()) || is_digit(self.after()) => Strong,
            'Ã' if matches!(self.reading, "×" | "÷") && self.is_between_numbers() => Strong,
            'Ã' => Faint,
            _ if self.facts.is_capitals => Nothing,
            _ => Faint,
        }
    }

    /// Whether there is a number on each side, with a space between.
    fn is_between_numbers(&self) -> bool {
        let is_digit = |at: Option<usize>| self.character(at).is_some_and(|c| c.is_ascii_digit());
        self.before() == Some(' ')
            && self.after() == Some(' ')
            && is_digit(self.first.checked_sub(2))
            && is_digit(Some(self.run.end + 1))
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
        let begins = self.before().is_none_or(|c| " (\"'’“«".contains(c));
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
            // Two capitals of another alphabet.
            last if are_caps && last.is_uppercase() && self.charset != WINDOWS_LATIN => Faint,
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
        if !self.is_latin() {
            let is_half = follows_lower
                && (self.lead().is_alphabetic() || self.letters_before() > 1)
                && !self.is_in_frame();
            // A letter of one script behind one of another.
            let is_mixed = follows_lower
                && self.lead().is_alphabetic()
                && !self.is_usual_lead()
                && self.facts.is_basic
                && self.reading.chars().all(char::is_lowercase);
            return match () {
                () if is_mixed || self.completes_word() => Strong,
                () if is_half => Half,
                () => Faint,
            };
        }
        // Footnote signs, trade marks and quotes end words in capitals too.
        if !follows_lower {
            let is_numero = self.before() == Some('N')
                && matches!(self.reading, "º" | "°")
                && self.letters_before() == 1;
            let is_usual = may_end_word(self.last()) || is_letter(self.last());
            let is_word =
                self.letters_before() > 2 && self.charset == WINDOWS_LATIN && self.lead() != 'Â';
            return match () {
                () if is_numero => Strong,
                () if !is_usual && (is_digit || is_word) => Strong,
                () => Faint,
            };
        }
        Strong
    }

    fn of_word_begin(&self) -> SequenceEvidence {
        let letters = self.letters_after(if self.is_latin() {
            |c| whole_script_of(c) == Some(LetterScript::Latin)
        } else {
            |c| c.is_ascii_alphabetic()
        });
        let (lead, last) = (self.lead(), self.last());
        let is_cased = |is_case: fn(char) -> bool| self.after().is_some_and(is_case);
        // `Übersetzung`, `ÜBERSETZUNG`, `über`: the case goes on.
        let goes_on = is_cased(char::is_lowercase)
            || is_cased(char::is_uppercase) && self.reading.chars().all(char::is_uppercase);
        let letters = if goes_on { letters } else { 0 };
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
            // Ranges, such as `A–B`.
            '–' | '—' if letters < 3 => Faint,
            // Two capitals of another alphabet.
            _ if last.is_uppercase()
                && is_cased(char::is_uppercase)
                && self.charset != WINDOWS_LATIN =>
            {
                Faint
            }
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

    /// Whether the run is a letter of a word: at least one letter on each side, or two before it, in
    /// Macintosh three, where a root of mathematics looks like this.
    fn completes_word(&self) -> bool {
        let before = self.letters_before();
        let enough = match self.last() {
            _ if self.letters_after(|c| c.is_ascii_alphabetic()) > 0 => 1,
            'π' | 'Ω' | 'µ' | 'ª' | 'º' => 3,
            _ => 2,
        };
        before >= enough
            && !self.is_usual_lead()
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
            before.1 == 0 && (before.0 == 0 || after.1 < 2) || upper > lower
        } else {
            true
        }
    }
}
