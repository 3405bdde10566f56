//! Counts in the text of one block.

use crate::fold::is_alphanumeric;

/// Counts over a block's text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a feature")]
pub(crate) struct TextMeasures {
    /// Words; a character of a script without spaces counts as half a word.
    pub(crate) words: f32,
    pub(crate) characters: u32,
    pub(crate) letters: u32,
    pub(crate) digits: u32,
    /// Sentence ends within the text or at its end.
    pub(crate) sentences: u32,
    pub(crate) commas: u32,
    /// Words that begin with a capital, where the script has capitals.
    pub(crate) capitalized: u32,
    /// Letters that are capitals.
    pub(crate) upper_letters: u32,
    /// Separators of menus and breadcrumbs: `|`, `/`, `>`, `•` and the like between spaces.
    pub(crate) separators: u32,
    /// How the text ends.
    pub(crate) ending: TextEnding,
    /// Whether the text begins with a bullet, an arrow or another symbol.
    pub(crate) starts_with_sign: bool,
    /// Whether it begins with what ends a clause: `,`, `.`, `)` and the like.
    pub(crate) starts_with_stop: bool,
    /// Whether it begins with a small letter.
    pub(crate) starts_lower: bool,
    /// Whether there is a quotation mark.
    pub(crate) has_quote: bool,
}

/// How a block's text ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TextEnding {
    /// Without punctuation.
    #[default]
    Open,
    /// With the end of a sentence, ignoring quotes and brackets after it.
    Sentence,
    /// With a colon.
    Colon,
    /// With an ellipsis.
    Ellipsis,
    /// With another symbol.
    Sign,
}

impl TextMeasures {
    pub(crate) fn new(text: &str) -> Self {
        let mut measures = Self::default();
        let mut in_word = false;
        let mut previous = ' ';
        let mut unspaced = 0_u32;
        let mut spaced = 0_u32;
        let mut rest = text;
        loop {
            // Most characters are small letters, and all of a run count alike.
            let small = rest.bytes().take_while(u8::is_ascii_lowercase).count();
            if small > 0 {
                let count = u32::try_from(small).unwrap_or(u32::MAX);
                measures.characters += count;
                measures.letters += count;
                spaced += u32::from(!in_word);
                in_word = true;
                previous = 'a';
            }
            // Most words are followed by a space, which counts for nothing but itself.
            if small > 0 && rest.as_bytes().get(small) == Some(&b' ') {
                measures.characters += 1;
                (in_word, previous) = (false, ' ');
                rest = rest.get(small + 1..).unwrap_or_default();
                continue;
            }
            let mut characters = rest.get(small..).unwrap_or_default().chars();
            let Some(character) = characters.next() else { break };
            rest = characters.as_str();
            measures.characters += 1;
            if is_alphanumeric(character) {
                let is_unspaced = is_cjk(character);
                if is_unspaced {
                    unspaced += 1;
                } else if !in_word {
                    spaced += 1;
                    if character.is_uppercase() {
                        measures.capitalized += 1;
                    }
                }
                in_word = !is_unspaced;
                if character.is_ascii_digit() {
                    measures.digits += 1;
                } else {
                    measures.letters += 1;
                    if character.is_uppercase() {
                        measures.upper_letters += 1;
                    }
                }
            } else {
                // An apostrophe or hyphen inside a word does not end it.
                in_word = in_word && matches!(character, '\'' | '’' | '-' | '\u{301}');
                match character {
                    ',' | '、' | '，' | ';' | '；' => measures.commas += 1,
                    '»' if previous == ' ' => measures.separators += 1,
                    '"' | '“' | '”' | '„' | '«' | '»' | '「' => measures.has_quote = true,
                    '。' | '！' | '？' => measures.sentences += 1,
                    ' ' | '\n' if is_sentence_end(previous) => measures.sentences += 1,
                    '|' | '›' | '>' | '→' | '•' | '·' | '/' if previous == ' ' => {
                        measures.separators += 1;
                    }
                    _ => {}
                }
            }
            previous = character;
        }
        measures.words = spaced as f32 + unspaced as f32 / 2.0;
        let core = text
            .trim_end_matches(['"', '“', '”', '’', '\'', '»', '«', ')', ']', '」', '』', '*', '_']);
        measures.ending = match core.chars().next_back() {
            Some('…') => TextEnding::Ellipsis,
            _ if core.ends_with("...") => TextEnding::Ellipsis,
            Some('.' | '!' | '?' | '。' | '！' | '？' | '؟' | '۔' | '।') => {
                measures.sentences +=
                    u32::from(core.is_ascii() || !core.ends_with(['。', '！', '？']));
                TextEnding::Sentence
            }
            Some(':' | '：') => TextEnding::Colon,
            Some(c) if !is_alphanumeric(c) => TextEnding::Sign,
            _ => TextEnding::Open,
        };
        let first = text.chars().next().unwrap_or(' ');
        measures.starts_with_sign = !is_alphanumeric(first)
            && !matches!(first, '"' | '“' | '„' | '«' | '‘' | '\'' | '(' | '[' | '¿' | '¡' | '「');
        measures.starts_with_stop = matches!(
            first,
            ',' | '.' | ';' | ':' | ')' | '!' | '?' | ']' | '”' | '’' | '、' | '。'
        );
        measures.starts_lower = first.is_lowercase();
        measures
    }

    /// Whether this is running text: 20 words, or a sentence of 12.
    pub(crate) fn is_running_text(&self) -> bool {
        self.words >= 20.0 || self.words >= 12.0 && self.ending == TextEnding::Sentence
    }
}

fn is_sentence_end(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | '…' | '؟' | '۔' | '।')
}

/// Whether a character is of a script without spaces between words: Thai, Kana, Han.
pub(crate) fn is_cjk(character: char) -> bool {
    // Nearly all characters of other scripts come before these, and need one comparison.
    character >= '\u{e00}'
        && matches!(character, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_a_sentence() {
        let measures = TextMeasures::new("“The ferry’s late,” Ms Ono said. It sailed at 7.15!");
        assert!((measures.words - 11.0).abs() < 0.1, "{measures:?}");
        assert_eq!((measures.sentences, measures.commas, measures.digits), (2, 1, 3));
        assert_eq!(measures.ending, TextEnding::Sentence);
    }

    #[test]
    fn endings() {
        for (text, ending) in [
            ("More news", TextEnding::Open),
            ("He left.”", TextEnding::Sentence),
            ("Topics:", TextEnding::Colon),
            ("Read on...", TextEnding::Ellipsis),
            ("Next →", TextEnding::Sign),
            ("終わりました。", TextEnding::Sentence),
        ] {
            assert_eq!(TextMeasures::new(text).ending, ending, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_have_words_too() {
        let measures = TextMeasures::new("新しい橋が開通した。市長は喜んだ。");
        assert!(measures.words > 6.0 && measures.sentences == 2, "{measures:?}");
    }
}
