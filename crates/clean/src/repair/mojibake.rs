//! UTF-8 read in a single-byte charset, and turned back where that reads better.
//!
//! A sequence of characters whose bytes are a UTF-8 character is mojibake or chance (`CAFÉ»`). What
//! decides is how odd the characters are where they stand, how odd the one that they would become is,
//! and what else in the text was read so.

use std::ops::Range;

use super::charset::{Bytes, CHARSETS, COUNT, Charset, WINDOWS_LATIN, bytes_of, read_control};
use super::edits::Edit;
use super::oddness::{self, Script, script_of};

/// From this gain on, a span is turned back whatever stands around it.
const STRONG: f32 = 1.9;
/// From this one where other spans of the text were read in the same charset.
const LIKELY: f32 = 1.2;
/// From this one where other spans of the same line were.
const WEAK: f32 = 0.3;

/// Characters that are less odd beside each other may be UTF-8 in a charset by chance: every other
/// Russian word is in IBM866.
const MIN_ODDNESS: f32 = 0.6;

/// A character of a line.
struct Sign {
    at: usize,
    character: char,
    bytes: Bytes,
}

/// A run of sequences that are UTF-8 in a charset.
#[derive(Debug)]
struct Span {
    charset: usize,
    first: usize,
    end: usize,
    text: String,
    gain: f32,
    /// What of the gain was taken off because nothing like it stands beside it.
    alone: f32,
}

/// The spans of a line that were read in the wrong charset, turned back one layer.
///
/// `known` has a bit for each charset in which other lines of the text were read; those found here
/// are added.
pub(super) fn edits(line: &str, known: &mut u16) -> Vec<Edit> {
    let signs = signs_of(line);
    let mut spans = Vec::new();
    // The charsets in which there are sequences, and those in which there are any that windows-1252
    // lacks.
    let latin = 1 << WINDOWS_LATIN;
    let (mut pairs, mut own) = (0_u16, latin);
    for pair in signs.windows(2) {
        let [first, second] = pair else { continue };
        pairs |= first.bytes.leads & second.bytes.follows;
        let continued = (first.bytes.leads | first.bytes.follows) & second.bytes.follows;
        if continued & latin == 0 {
            own |= continued;
        }
    }
    let has_cut = line.contains("â€") || line.contains('Ã');
    let charsets = pairs & own | if has_cut { latin } else { 0 };
    let is_latin = is_latin(line);
    for charset in (0..COUNT).filter(|charset| charsets >> charset & 1 == 1) {
        find(&signs, charset, is_latin, &mut spans);
    }
    // The most certain first; of equals, the charset that explains more of the line, then the one that
    // does more damage.
    let mut explained = [0.0_f32; COUNT];
    for span in &spans {
        if let Some(sum) = explained.get_mut(span.charset) {
            *sum += span.gain.max(0.0);
        }
    }
    let most = explained.iter().copied().fold(0.1, f32::max);
    let rank = |span: &Span| {
        span.gain + 4.0 * explained.get(span.charset).copied().unwrap_or_default() / most
    };
    spans.sort_by(|one, other| rank(other).total_cmp(&rank(one)));
    let mut here = 0_u16;
    let mut taken: Vec<Span> = Vec::new();
    for span in spans {
        let is_enough = match () {
            () if here >> span.charset & 1 == 1 => span.gain + span.alone >= WEAK,
            () if *known >> span.charset & 1 == 1 => span.gain >= LIKELY,
            () => span.gain >= STRONG,
        };
        if is_enough && taken.iter().all(|other| span.end <= other.first || other.end <= span.first)
        {
            here |= 1 << span.charset;
            taken.push(span);
        }
    }
    *known |= here;
    taken.sort_unstable_by_key(|span| span.first);
    let place = |index: usize| signs.get(index).map_or(line.len(), |sign| sign.at);
    taken
        .into_iter()
        .filter_map(|span| {
            let rule = CHARSETS.get(span.charset)?.rule;
            Some(Edit::new(place(span.first)..place(span.end), span.text, rule))
        })
        .collect()
}

/// C1 control characters of a line, read as the windows-1252 bytes that they were.
///
/// U+0085 is a line end in ISO-8859 and an ellipsis in windows-1252: the latter where it is not alone.
pub(super) fn control_edits(line: &str) -> Vec<Edit> {
    let controls = line.matches(|c: char| ('\u{80}'..='\u{9f}').contains(&c));
    if controls.clone().all(|control| control == "\u{85}") {
        return Vec::new();
    }
    let signs: Vec<(usize, char)> = line.char_indices().collect();
    let is_han = |at: Option<usize>| {
        let character = at.and_then(|at| signs.get(at)).map(|(_, character)| *character);
        character
            .and_then(script_of)
            .is_some_and(|script| matches!(script, Script::Han | Script::Other))
    };
    signs
        .iter()
        .enumerate()
        .filter_map(|(index, (at, character))| {
            let read = read_control(*character)?;
            // Among characters that windows-1252 lacks they were bytes of another charset.
            let is_foreign = is_han(index.checked_sub(1)) || is_han(Some(index + 1));
            let span = *at..at + character.len_utf8();
            (!is_foreign).then(|| Edit::new(span, read, "mojibake/c1"))
        })
        .collect()
}

fn signs_of(line: &str) -> Vec<Sign> {
    let sign = |(at, character)| Sign { at, character, bytes: bytes_of(character) };
    line.char_indices().map(sign).collect()
}

/// Whether a line is in the Latin script, but for a word here and there.
fn is_latin(line: &str) -> bool {
    let basic = line.bytes().filter(u8::is_ascii_alphabetic).count();
    let cyrillic = line.bytes().filter(|byte| (0xD0..=0xD2).contains(byte)).count();
    basic > 4 * cyrillic
}

/// A sequence from `first` on that is one UTF-8 character: how many characters it has, and which.
fn sequence(signs: &[Sign], first: usize, charset: usize) -> Option<(usize, char)> {
    let lead = signs.get(first)?.bytes.byte(charset);
    let length = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = [lead, 0, 0, 0];
    let parts = signs.get(first + 1..first + length)?;
    for (byte, sign) in bytes.iter_mut().skip(1).zip(parts) {
        *byte = sign.bytes.byte(charset);
    }
    let text = std::str::from_utf8(bytes.get(..length)?).ok()?;
    Some((length, text.chars().next()?))
}

/// A sequence of which a decoder dropped or marked a byte that windows-1252 lacks, or a cleaner made
/// its no-break space a plain one.
fn cut_sequence(signs: &[Sign], first: usize) -> Option<(usize, char)> {
    let character = |offset: usize| signs.get(first + offset).map(|sign| sign.character);
    let is_lower = |character: Option<char>| character.is_some_and(char::is_lowercase);
    match (character(0)?, character(1)) {
        // Of E2 80 81, 8D, 8F, 90 and 9D only the last is in common use.
        ('â', Some('€')) => match character(2) {
            Some('\u{fffd}') => Some((3, '”')),
            Some(next) if bytes_of(next).follows & 1 << WINDOWS_LATIN != 0 => None,
            _ => Some((2, '”')),
        },
        // `à` is C3 A0.
        ('Ã', Some(' ')) => {
            let before = first.checked_sub(1).and_then(|at| signs.get(at)).map(|s| s.character);
            let is_word_end = is_lower(before);
            let is_word = before.is_none_or(|before| !before.is_alphanumeric());
            match character(2) {
                Some(' ') if is_word_end || is_word => Some((2, 'à')),
                _ if is_word_end => Some((1, 'à')),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Sequences one after another, turned back.
struct Run {
    end: usize,
    text: String,
    sequences: usize,
    /// What it says for them that they are so long, and start so.
    worth: f32,
}

fn run(signs: &[Sign], first: usize, charset: usize) -> Option<Run> {
    let mut run = Run { end: first, text: String::new(), sequences: 0, worth: 0.0 };
    loop {
        let found = sequence(signs, run.end, charset);
        let cut = || (charset == WINDOWS_LATIN).then(|| cut_sequence(signs, run.end)).flatten();
        let Some((length, character)) = found.or_else(cut) else { break };
        // Longer sequences are rarer by chance.
        run.worth += match length {
            1 | 2 => 0.5,
            3 => 1.5,
            _ => 3.0,
        };
        run.worth += lead_worth(signs.get(run.end).map(|sign| sign.character));
        if found.is_none() {
            run.worth += 1.0;
        }
        run.text.push(character);
        run.end += length;
        run.sequences += 1;
    }
    (run.sequences > 0).then_some(run)
}

/// What a run becomes in the end where it went through the charset more than once.
fn innermost(text: &str, charset: usize) -> String {
    let mut text = text.to_owned();
    for _ in 0..2 {
        let mut bytes = text.chars().take(2).map(|character| bytes_of(character).byte(charset));
        if !matches!((bytes.next(), bytes.next()), (Some(0xC2..), Some(0x80..=0xBF))) {
            break;
        }
        let signs = signs_of(&text);
        match run(&signs, 0, charset) {
            Some(run) if run.end == signs.len() => text = run.text,
            _ => break,
        }
    }
    text
}

/// Adds the runs of sequences that are UTF-8 in a charset.
fn find(signs: &[Sign], charset: usize, is_latin: bool, spans: &mut Vec<Span>) {
    let mut at = 0;
    while at < signs.len() {
        let first = at;
        let Some(run) = run(signs, at, charset) else {
            at += 1;
            continue;
        };
        at = run.end;
        let (gain, alone) = judged(signs, first, &run, charset, is_latin);
        spans.push(Span { charset, first, end: run.end, text: run.text, gain, alone });
    }
}

/// What is gained by turning a run back, and what was taken off of it because nothing like it stands
/// beside it.
fn judged(signs: &[Sign], first: usize, run: &Run, charset: usize, is_latin: bool) -> (f32, f32) {
    let before = first.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character);
    let after = signs.get(run.end).map(|sign| sign.character);
    let read = signs.get(first..run.end).unwrap_or_default();
    let text = innermost(&run.text, charset);
    let is_cyrillic = |character| script_of(character).map(joined) == Some(Script::Cyrillic);
    let is_foreign = is_latin
        && read.iter().any(|sign| is_cyrillic(sign.character))
        && !text.chars().any(is_cyrillic);
    let written_before = before.filter(|before| !leads(*before, text.chars().next()));
    let oddness = oddness::of(before, read.iter().map(|sign| sign.character), after)
        - oddness::of(written_before, text.chars(), after)
        + loneliness(before, read, after)
        + if is_foreign { 1.5 } else { 0.0 };
    let (plausibility, mut alone) = plausibility(before, &text, after);
    if !is_foreign && read.iter().all(|sign| is_cyrillic(sign.character)) {
        // Words run together look like this: in IBM866, where the first bytes of Cyrillic are
        // frames and no letters, they do so at any length.
        alone += if CHARSETS.get(charset).is_some_and(Charset::has_frames) { 9.0 } else { 0.0 };
        alone += if run.sequences == 1 { 1.0 } else { 0.0 };
    }
    if is_named(signs, first..run.end) {
        alone += 9.0;
    }
    if oddness < MIN_ODDNESS && !text.starts_with('\u{feff}') {
        alone += 3.0;
    }
    (run.worth + oddness + plausibility - alone, alone)
}

/// What the first character says by itself: the one that most mojibake starts with is no frequent
/// letter anywhere.
fn lead_worth(lead: Option<char>) -> f32 {
    match lead {
        Some('Ã' | 'Â' | 'Ă' | 'Ĺ' | 'Г' | 'Γ' | '√' | '¬' | '├' | '┬' | '╨' | '╤') => {
            0.7
        }
        Some('â' | 'ð') => 0.7,
        _ => 0.0,
    }
}

/// What it says that the first character would be a word of one letter.
fn loneliness(before: Option<char>, read: &[Sign], after: Option<char>) -> f32 {
    let [lead, follow, ..] = read else { return 0.0 };
    let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let alone = lead.character.is_uppercase()
        && !is_letter(before)
        && !follow.character.is_alphanumeric()
        && !(read.len() == 2 && is_letter(after));
    if lead.character == 'Ã'
        && follow.character == '\u{a0}'
        && is_letter(before)
        && after.is_some_and(char::is_lowercase)
    {
        return 1.0;
    }
    // Spanish, Portuguese and French have words of one accented letter; none has these.
    if alone && matches!(lead.character, 'Ã' | 'Â') { 1.5 } else { 0.0 }
}

/// Whether a sequence stands in quotes by itself: letters are named so, and mojibake in texts about it.
fn is_named(signs: &[Sign], read: Range<usize>) -> bool {
    let character = |at: usize| signs.get(at).map(|sign| sign.character);
    if read.len() != 2 {
        return false;
    }
    let before = read.start.checked_sub(1).and_then(character);
    if character(read.start + 1).is_some_and(is_quote) {
        return before.is_some_and(is_quote);
    }
    let is_space = |character: Option<char>| matches!(character, Some(' ' | '\u{a0}'));
    let is_quote = |character: Option<char>| character.is_some_and(is_quote);
    let after = character(read.end);
    is_quote(after) && (before.is_none() || is_space(before) || is_quote(before))
        || is_space(before)
            && is_space(after)
            && is_quote(read.start.checked_sub(2).and_then(character))
            && is_quote(character(read.end + 1))
}

const fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›' | '「' | '」'
    )
}

/// How likely the text that comes out is to have been written, and how unlikely it is for letters of
/// scripts that come in words to stand alone.
fn plausibility(before: Option<char>, text: &str, after: Option<char>) -> (f32, f32) {
    let inside = text.chars().map(|character| (script_of(character).map(joined), None));
    // Beside them, a first byte may be what is left of a letter.
    let around = |character: Option<char>| {
        (character.and_then(script_of).map(joined), character.and_then(led_script))
    };
    let beside: Vec<(Option<Script>, Option<Script>)> =
        [around(before)].into_iter().chain(inside).chain([around(after)]).collect();
    text.chars()
        .zip(beside.windows(3))
        .map(|(character, window)| {
            let mut neighbours = window.iter().step_by(2).flat_map(|(one, other)| [*one, *other]);
            let script = script_of(character).map(joined).filter(|script| *script != Script::Latin);
            let is_alone = script.is_some() && !neighbours.any(|neighbour| neighbour == script);
            // It may be one of the characters of another layer.
            let is_inner = bytes_of(character).byte(WINDOWS_LATIN) != 0;
            let likely = of_character(character).max(if is_inner { -0.3 } else { -3.0 });
            (likely, if is_alone { 2.0 } else { 0.0 })
        })
        .fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
}

/// Whether the first character is what is left of a letter of the second one's script.
fn leads(lead: char, letter: Option<char>) -> bool {
    led_script(lead).is_some_and(|script| letter.and_then(script_of).map(joined) == Some(script))
}

/// The script of which most letters start with a byte, by the byte's windows-1252 character.
pub(super) const fn led_script(lead: char) -> Option<Script> {
    match lead {
        'Ð' | 'Ñ' => Some(Script::Cyrillic),
        'Î' | 'Ï' => Some(Script::Greek),
        '×' => Some(Script::Hebrew),
        'Ø' | 'Ù' => Some(Script::Arabic),
        'ã'..='í' => Some(Script::Han),
        _ => None,
    }
}

/// Cyrillic is one script, Latin another.
const fn joined(script: Script) -> Script {
    match script {
        Script::RareCyrillic => Script::Cyrillic,
        Script::Basic => Script::Latin,
        script => script,
    }
}

/// How likely a character is to have been written, against one that is not.
pub(super) const fn of_character(character: char) -> f32 {
    match character {
        '\u{80}'..='\u{9f}' | '\u{ad}' => 0.0,
        '\u{a0}'..='\u{bf}' => 0.2,
        // Only vowels come before it, so that it is the rarer reading.
        'ß' => 0.2,
        'Ĉ'..='ċ'
        | 'Ĕ'
        | 'ĕ'
        | 'Ĝ'
        | 'ĝ'
        | 'Ġ'..='ĭ'
        | 'Ĳ'..='ĵ'
        | 'ĸ'
        | 'Ŀ'
        | 'ŀ'
        | 'ŉ'..='ŏ'
        | 'Ŕ'..='ŗ'
        | 'Ŝ'
        | 'ŝ'
        | 'Ŧ'..='ŭ'
        | 'Ŵ'..='ŷ'
        | 'ſ' => 0.1,
        'À'..='ſ' | 'Ș'..='ț' => 0.3,
        'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1ea0}'..='\u{1ef9}' | 'Ǎ'..='ǜ' => 0.0,
        'Ə' | 'ə' => -1.0,
        '\u{300}'..='\u{304}' | '\u{306}'..='\u{30c}' | '\u{323}' | '\u{327}' | '\u{328}' => -1.0,
        '‐'..='‧' | '‰'..='›' | '€' | '™' | '\u{feff}' => 0.7,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}' => 0.3,
        // Greek, Cyrillic, Armenian, Hebrew, Arabic
        '\u{384}'..='\u{3ce}' | '\u{400}'..='\u{45f}' | '\u{490}'..='\u{4a9}' => 0.3,
        '\u{531}'..='\u{589}'
        | '\u{5b0}'..='\u{5f4}'
        | '\u{60c}'..='\u{6d5}'
        | '\u{6f0}'..='\u{6f9}' => 0.3,
        // Indic, Thai to Tibetan, Georgian, Khmer
        '\u{900}'..='\u{dff}'
        | '\u{e01}'..='\u{fff}'
        | '\u{10d0}'..='\u{10ff}'
        | '\u{1780}'..='\u{17ff}' => 0.3,
        // Greek with accents; kana, Han, Hangul, their punctuation and width
        '\u{1f00}'..='\u{1fff}' => 0.0,
        '\u{3001}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff01}'..='\u{ff9f}' => 0.3,
        '\u{2070}'..='\u{218f}'
        | '\u{2190}'..='\u{27ff}'
        | '\u{fb01}'
        | '\u{fb02}'
        | '\u{fe0f}' => 0.3,
        '\u{1f000}'..='\u{1faff}' => 1.0,
        '\u{fffd}' => 0.5,
        _ => -3.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

    fn repaired(line: &str) -> String {
        let mut known = 0;
        let mut text = line.to_owned();
        for _ in 0..3 {
            let edits = edits(&text, &mut known);
            if edits.is_empty() {
                break;
            }
            text = edited(&text, &edits);
        }
        text
    }

    #[test]
    fn what_was_read_wrongly_is_turned_back() {
        for (line, text) in [
            ("l’humanitÃ©", "l’humanité"),
            ("â€œquoteâ€\u{9d} x", "“quote” x"),
            ("â€œquoteâ€ x", "“quote” x"),
            ("â€œquoteâ€\u{fffd} x", "“quote” x"),
            ("doesnÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢t", "doesn’t"),
            ("Ã  la carte", "à la carte"),
            ("dÃ©jÃ  vu, voilÃ  tout", "déjà vu, voilà tout"),
            ("Ã¥klagare", "åklagare"),
            ("Ä°stanbul", "İstanbul"),
            ("ï»¿Hello", "\u{feff}Hello"),
            ("СЃРїР°СЃРёР±Рѕ", "спасибо"),
            ("п∙я│п╩п╦ п▓я▀ п╫п╣", "Если Вы не"),
            ("CONTRÃ”LE FRANÃ‡AIS", "CONTRÔLE FRANÇAIS"),
            ("10Âµm at 20Â°C for Â£5", "10µm at 20°C for £5"),
            ("wordÂ\u{a0}word", "word\u{a0}word"),
            ("ÎšÎ±Î»Î·Î¼Î\u{ad}ÏÎ±", "ΚαλημέÏα"),
            ("Å\u{201a}adny kot, ciÄ™Å¼ki", "ładny kot, ciężki"),
            ("caf├⌐ au lait", "café au lait"),
            ("donΓÇÖt go", "don’t go"),
            ("caf√© ‚Äúnoir‚Äù", "café “noir”"),
            ("smile ðŸ˜€ here", "smile 😀 here"),
            ("ä½\u{a0}å¥½", "你好"),
            ("СЃРїР°СЃРёР±Рѕ Рё РІ Рњ", "спасибо и в М"),
            ("nyomtatĂł kĂŠs fĂĄjl", "nyomtató kés fájl"),
        ] {
            assert_eq!(repaired(line), text, "{line}");
        }
    }

    #[test]
    fn what_was_written_so_stays() {
        for line in [
            "CAFÉ»",
            "AMANHÃ” e AMANHÃ»",
            "ESPAÑA",
            "Nestlé®",
            "Það er «það»",
            "«ð»",
            "the letters “Ñ”, “Ã” and «Ð»",
            "PELÉ™ and CAFÉ®",
            "le café\u{a0}» et l’été",
            "„Spaß“ und „Ölfluß“",
            "SÃO PAULO, MANHÃ…",
            "VOILÀ… À”",
            "Річ у тім, що Сірко",
            "её и всё",
            "│éclair│ ├─ été",
            "à…» è”",
            "ÁŠ ÍŽ ŽÍŽALA",
            "„‚Ähnlich‘“",
            "5 €‰ ½ “¾”",
            "letters such as “Ã©”, Ã¨” or “Ã§”",
            "comme « Ã© », « Ã¨ »",
            "спосаб, сборки, хиляди",
            "МожеМатиРіку",
            "„ОБ’ЄКТ“",
        ] {
            assert_eq!(repaired(line), line);
        }
    }

    #[test]
    fn controls_are_read_as_bytes() {
        let line = "windows\u{92}s \u{93}x\u{94}\u{85}";
        assert_eq!(edited(line, &control_edits(line)), "windows’s “x”…");
        assert!(control_edits("one\u{85}two").is_empty());
    }
}
