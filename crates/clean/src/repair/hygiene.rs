//! Characters that no reader sees or that differ for no reason: control characters, odd spaces,
//! normal form.

use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::edits::TextEdit;
use super::options::RepairOptions;

/// The control characters, invisible characters and odd spaces of a passage.
pub(super) fn edits(passage: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut directions = None;
    let mut after_escape = 0;
    let mut last = None;
    for (at, character) in passage.char_indices() {
        let before = last.replace(character);
        if at < after_escape {
            continue;
        }
        let span = at..at + character.len_utf8();
        let edit = match character {
            '\t' | '\n' | '\r' | ' '..='~' => continue,
            '\u{1b}' => {
                // Terminal colors.
                after_escape = at + escape_sequence(passage.get(at..).unwrap_or_default());
                TextEdit::new(at..after_escape, "", "hygiene/control")
            }
            // Form feeds and the like separate pages and fields. A space keeps the words around
            // them apart.
            '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1f}' => {
                let after = passage.get(span.end..).and_then(|rest| rest.chars().next());
                let divides = [before, after].iter().flatten().all(|c| !c.is_whitespace());
                let space = if divides && before.is_some() && after.is_some() { " " } else { "" };
                TextEdit::new(span, space, "hygiene/control")
            }
            '\0'..='\u{1f}' | '\u{7f}' | '\u{fdd0}'..='\u{fdef}' => {
                TextEdit::new(span, "", "hygiene/control")
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => TextEdit::new(span, "\n", "hygiene/newline"),
            // What they were is lost.
            '\u{80}'..='\u{9f}' => TextEdit::new(span, "\u{fffd}", "lossy/marked"),
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => {
                TextEdit::new(span, " ", "hygiene/space")
            }
            // They separate words in scripts without spaces, and vowels in Mongolian.
            '\u{200b}' | '\u{180e}'
                if before
                    .or_else(|| passage.get(span.end..).and_then(|rest| rest.chars().next()))
                    .is_some_and(|letter| is_separated(letter, character)) =>
            {
                continue;
            }
            '\u{ad}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{2060}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffc}' => TextEdit::new(span, "", "hygiene/invisible"),
            _ if character as u32 & 0xFFFE == 0xFFFE => TextEdit::new(span, "", "hygiene/control"),
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                // They order text in both directions, and do nothing in other text.
                if *directions.get_or_insert_with(|| passage.chars().any(is_right_to_left)) {
                    continue;
                }
                TextEdit::new(span, "", "hygiene/direction")
            }
            _ => continue,
        };
        edits.push(edit);
    }
    edits
}

/// Whether an invisible character after a letter separates words or vowels of its script: in Thai,
/// Lao, Burmese, Khmer, Javanese, Balinese, Sundanese and Tai scripts, and in Mongolian.
const fn is_separated(letter: char, separator: char) -> bool {
    match separator {
        '\u{180e}' => matches!(letter, '\u{1820}'..='\u{18aa}'),
        _ => {
            matches!(letter, '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{1950}'..='\u{19df}' | '\u{1a20}'..='\u{1aad}' | '\u{a9e0}'..='\u{a9fe}' | '\u{aa60}'..='\u{aadf}')
        }
    }
}

/// The length of an escape sequence in bytes: `ESC [`, parameters and a letter; otherwise only the
/// escape.
fn escape_sequence(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 1 };
    let length = parameters.bytes().take(32).take_while(|b| matches!(b, b'0'..=b'?')).count();
    match parameters.as_bytes().get(length) {
        Some(b'@'..=b'~') => length + 3,
        _ => 1,
    }
}

const fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Whether a character may be changed in any context, for the scan of clean text.
pub(super) fn may_change(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | ' '..='~' => false,
        '\0'..='\u{a0}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{1680}'
        | '\u{180e}'
        | '\u{2000}'..='\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}'
        | '\u{fdd0}'..='\u{fdef}' => true,
        _ => character as u32 & 0xFFFE == 0xFFFE || !is_plain(character) && !is_normal(character),
    }
}

/// The canonical combining class of a mark; 0 for other characters.
pub(super) fn order_of(character: char) -> u8 {
    if is_plain(character) { 0 } else { canonical_combining_class(character) }
}

/// Normal form C, if a passage is not in it.
pub(super) fn normal_form_edits(passage: &str) -> Vec<TextEdit> {
    if passage.chars().all(is_plain) || is_nfc_quick(passage.chars()) == IsNormalized::Yes {
        return Vec::new();
    }
    clusters(passage)
        .filter_map(|span| {
            let cluster = passage.get(span.clone())?;
            let composed: String = cluster.nfc().collect();
            (composed != cluster).then(|| TextEdit::new(span, composed, "hygiene/nfc"))
        })
        .collect()
}

/// Whether a character never combines with others and has no other normal form.
const fn is_plain(character: char) -> bool {
    matches!(character, '\0'..='\u{2ff}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3041}'..='\u{3098}' | '\u{309b}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{fff8}' | '\u{fffd}')
}

/// Each character with the marks that combine with it. A single character in normal form is
/// skipped.
fn clusters(passage: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut characters = passage.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = characters.next()?;
            let mut end = start + first.len_utf8();
            let mut is_alone = is_plain(first) || is_normal(first);
            while let Some((at, next)) = characters.next_if(|(_, next)| {
                !is_plain(*next) && (canonical_combining_class(*next) != 0 || !is_normal(*next))
            }) {
                end = at + next.len_utf8();
                is_alone = false;
            }
            if !is_alone {
                return Some(start..end);
            }
        }
    })
}

fn is_normal(character: char) -> bool {
    is_nfc_quick(std::iter::once(character)) == IsNormalized::Yes
}

/// Repairs that are off by default: straight quotes, ligatures, width, escapes.
pub(super) fn optional_edits(passage: &str, options: &RepairOptions) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut end = 0;
    for (at, character) in passage.char_indices() {
        if at < end {
            continue;
        }
        let rest = passage.get(at..).unwrap_or_default();
        let found = match character {
            '\\' if options.escapes => {
                unescaped(rest).map(|(length, text)| (length, text, "hygiene/escape"))
            }
            '\u{fb00}'..='\u{fb06}' if options.ligatures => {
                let letters: String = std::iter::once(character).nfkc().collect();
                Some((3, letters, "hygiene/ligature"))
            }
            '\u{3000}' | '\u{ff01}'..='\u{ffee}' if options.width => {
                // A halfwidth voicing mark belongs to the kana before it.
                let kana: String = rest
                    .chars()
                    .enumerate()
                    .take_while(|(index, c)| *index == 0 || matches!(c, '\u{ff9e}' | '\u{ff9f}'))
                    .map(|(_, c)| c)
                    .take(2)
                    .collect();
                Some((kana.len(), kana.nfkc().collect(), "hygiene/width"))
            }
            _ if options.straight_quotes => {
                straight(character).map(|text| (character.len_utf8(), text.into(), "hygiene/quote"))
            }
            _ => None,
        };
        if let Some((length, text, rule)) = found {
            end = at + length;
            if passage.get(at..end) != Some(text.as_str()) {
                edits.push(TextEdit::new(at..end, text, rule));
            }
        }
    }
    edits
}

const fn straight(quote: char) -> Option<&'static str> {
    match quote {
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' => Some("'"),
        '“' | '”' | '„' | '‟' | '″' => Some("\""),
        _ => None,
    }
}

/// The character of an escape `\uXXXX` (two for a character above U+FFFF) or `\UXXXXXXXX`, and the
/// length of the escape in bytes.
fn unescaped(text: &str) -> Option<(usize, String)> {
    let digits = |from: usize, count: usize| {
        let digits = text.get(from..from + count)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_number.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    if text.starts_with("\\U") {
        return Some((10, char::from_u32(digits(2, 8)?)?.into()));
    }
    if !text.starts_with("\\u") {
        return None;
    }
    let first = digits(2, 4)?;
    if let Some(character) = char::from_u32(first) {
        // Escaped control characters stay escaped.
        return (!character.is_control()).then(|| (6, character.into()));
    }
    let second = (text.get(6..8)? == "\\u").then(|| digits(8, 4)).flatten()?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    Some((12, String::from_utf16(&units).ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

    #[test]
    fn invisible_characters_are_removed() {
        for (text, clean) in [
            ("a\0b\u{7}c\td\r\n", "abc\td\r\n"),
            ("red \u{1b}[31;1mtext\u{1b}[0m \u{1b}x", "red text x"),
            ("one\u{c}two \u{c}three\u{c}", "one two three"),
            ("\u{feff}soft\u{ad}hyphen zero\u{200b}width", "softhyphen zerowidth"),
            ("zwj \u{200d} and zwnj \u{200c} stay", "zwj \u{200d} and zwnj \u{200c} stay"),
            ("10\u{a0}km\u{202f}! em\u{2003}quad", "10 km ! em quad"),
            ("ideographic\u{3000}space stays", "ideographic\u{3000}space stays"),
            ("line\u{2028}paragraph\u{2029}next\u{85}end", "line\nparagraph\nnext\nend"),
            ("left\u{200e} to \u{202a}right\u{202c}", "left to right"),
            ("שלום\u{200f} (abc)", "שלום\u{200f} (abc)"),
            ("សួស្តី\u{200b}អ្នក", "សួស្តី\u{200b}អ្នក"),
            ("\u{200b}ສະບາຍ", "\u{200b}ສະບາຍ"),
            ("ᠮᠣᠩᠭᠤᠯ\u{180e}ᠠ a\u{180e}b", "ᠮᠣᠩᠭᠤᠯ\u{180e}ᠠ ab"),
            ("lost \u{81}", "lost \u{fffd}"),
            ("non\u{ffff}character", "noncharacter"),
            ("K\u{fffd}nig", "K\u{fffd}nig"),
        ] {
            assert_eq!(edited(text, &edits(text)), clean, "{text:?}");
        }
    }

    #[test]
    fn text_is_normalized() {
        for text in [
            "cafe\u{301} au lait",
            "A\u{30a}ngstro\u{308}m \u{212b}",
            "\u{1100}\u{1161}\u{11a8} 각",
            "か\u{3099}",
            "q\u{323}\u{307}q\u{307}\u{323}",
            "\u{340}\u{958}\u{f900}",
            "नमस्ते",
        ] {
            let composed: String = text.nfc().collect();
            assert_eq!(edited(text, &normal_form_edits(text)), composed, "{text:?}");
        }
        assert!(normal_form_edits("déjà Київ 漢字 ελληνικά").is_empty());
    }

    #[test]
    fn optional_repairs() {
        let options = RepairOptions {
            straight_quotes: true,
            ligatures: true,
            width: true,
            escapes: true,
            ..RepairOptions::default()
        };
        for (text, plain) in [
            ("“it’s”", "\"it's\""),
            ("ﬁnd the oﬃce", "find the office"),
            ("ＡＢＣ　１２３ ｶﾞｷﾞ", "ABC 123 ガギ"),
            ("caf\\u00e9 \\ud83d\\ude00 \\U0001f600", "café 😀 😀"),
            ("C:\\users \\u12 \\ud800 \\u000a", "C:\\users \\u12 \\ud800 \\u000a"),
        ] {
            assert_eq!(edited(text, &optional_edits(text, &options)), plain, "{text}");
        }
        let none = RepairOptions::default();
        assert!(optional_edits("“ﬁ” Ａ \\u00e9", &none).is_empty());
    }
}
