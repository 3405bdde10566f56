//! Forms of texts with less in them: for comparing, or in one line.

/// A text with single spaces between its words, and none at its ends.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes of ASCII that are folded at once.
const RUN: usize = 64;

/// The letters and digits of a text, in lower case. Titles and names are compared in this form, and
/// fingerprints are hashes of it.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut kept = [0; RUN];
    let mut rest = text;
    loop {
        // Without a branch for each byte: what does not count is written over.
        let mut count = 0;
        let length = rest.bytes().take(RUN).take_while(u8::is_ascii).fold(0, |length, byte| {
            kept[count % RUN] = byte.to_ascii_lowercase();
            count += usize::from(byte.is_ascii_alphanumeric());
            length + 1
        });
        let run = kept.get(..count).and_then(|run| str::from_utf8(run).ok());
        folded.push_str(run.unwrap_or_default());
        let (_, after) = rest.split_at_checked(length).unwrap_or_default();
        if length == RUN {
            rest = after;
            continue;
        }
        let mut characters = after.chars();
        let Some(character) = characters.next() else { break };
        rest = characters.as_str();
        if is_alphanumeric(character) {
            folded.extend(character.to_lowercase());
        }
    }
    folded
}

/// [`char::is_alphanumeric`], faster for the letters and signs of most texts. For these, the standard library searches its
/// tables, which takes hundreds of instructions.
#[inline]
pub(crate) fn is_alphanumeric(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric()
    } else {
        is_other_alphanumeric(character)
    }
}

fn is_other_alphanumeric(character: char) -> bool {
    match character {
        // Latin with accents, Greek, Cyrillic.
        '\u{c0}'..='\u{2c1}' => !matches!(character, '\u{d7}' | '\u{f7}'),
        '\u{3a3}'..='\u{52f}' => !matches!(character, '\u{3f6}' | '\u{482}'..='\u{489}'),
        // More of Latin and Greek; Hebrew, Arabic, Devanagari, Thai; kana, ideographs, Hangul.
        '\u{1e00}'..='\u{1f15}'
        | '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{657}'
        | '\u{659}'..='\u{669}'
        | '\u{66e}'..='\u{6d3}'
        | '\u{8f0}'..='\u{93b}'
        | '\u{93d}'..='\u{94c}'
        | '\u{e01}'..='\u{e3a}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{a48c}'
        | '\u{ac00}'..='\u{d7a3}' => true,
        // Signs of Latin-1 and of Devanagari, punctuation, arrows, drawings.
        '\u{80}'..='\u{a9}'
        | '\u{bb}'
        | '\u{94d}'
        | '\u{1ffd}'..='\u{206f}'
        | '\u{218a}'..='\u{245f}'
        | '\u{2500}'..='\u{2775}'
        | '\u{2794}'..='\u{2bff}'
        | '\u{3000}'..='\u{3004}'
        | '\u{ff01}'..='\u{ff0f}' => false,
        _ => character.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_standard_library_says() {
        for character in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(character), character.is_alphanumeric(), "{character:?}");
        }
    }

    #[test]
    fn letters_and_digits_are_left() {
        let long = "Sail A-way, ".repeat(20);
        assert_eq!(folded(&long), "sailaway".repeat(20));
        assert_eq!(folded("Élan №7: “ÇA va!” İ"), "élan7çavai\u{307}");
        assert_eq!(folded(""), "");
    }
}
