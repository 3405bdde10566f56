//! The scan that decides for clean text that there is nothing to repair.

use std::sync::LazyLock;

use super::charset::bytes_of;
use super::hygiene;

/// How many bytes are tested together, without branches, so that the compiler can vectorize it.
const STEP: usize = 32;

/// What the scan knows about a character.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "properties that are independent of one another")]
struct ScanEntry {
    /// The charsets in which it is the first byte of a sequence, and those in which it is a later
    /// one.
    leads: u16,
    follows: u16,
    /// What must be next to it to make it suspect.
    class: SuspicionClass,
    is_letter: bool,
    is_small: bool,
    is_capital: bool,
    /// A quote or dash that stands before words.
    is_quote: bool,
    /// The combining class of a mark on a letter.
    order: u8,
}

impl ScanEntry {
    fn new(character: char) -> Self {
        Self {
            leads: bytes_of(character).leads,
            follows: bytes_of(character).follows,
            class: class_of(character),
            is_quote: matches!(
                character,
                '’' | '‘' | '“' | '”' | '«' | '»' | '„' | '–' | '—' | '…' | '¡' | '¿'
            ),
            is_letter: character.is_alphabetic(),
            is_small: character.is_lowercase(),
            is_capital: character.is_uppercase(),
            order: hygiene::order_of(character),
        }
    }

    /// A character without case that is in none of the charsets.
    const fn other() -> Self {
        Self {
            leads: 0,
            follows: 0,
            is_quote: false,
            class: SuspicionClass::Plain,
            is_letter: true,
            is_small: false,
            is_capital: false,
            order: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum SuspicionClass {
    /// A sequence in a charset.
    #[default]
    Plain,
    /// Nothing.
    Suspect,
    /// A lower-case letter before it: a capital is often the remains of a lost letter.
    Capital,
    /// The rest of a byte order mark.
    Mark,
    /// A non-ASCII letter next to it: the remains of a letter of another script.
    Lead,
}

/// Entries are precomputed below this code point: characters of two bytes in UTF-8, and the
/// punctuation and symbols after them.
const TABLED: u32 = 0x2700;

static ENTRIES: LazyLock<Vec<ScanEntry>> = LazyLock::new(|| {
    (0..TABLED).map(|code| ScanEntry::new(char::from_u32(code).unwrap_or_default())).collect()
});

fn class_of(character: char) -> SuspicionClass {
    match character {
        'Â' | 'Ã' | 'â' | 'ð' | '\u{29a0}' => SuspicionClass::Suspect,
        'ï' => SuspicionClass::Mark,
        'Ä' | 'Å' | 'Æ' | 'È' => SuspicionClass::Capital,
        'Ð' | 'Ñ' | 'Ò' | 'Î' | 'Ï' | '×' | 'Ø' | 'Ù' | 'Ú' | 'Û' => SuspicionClass::Lead,
        _ if hygiene::may_change(character) => SuspicionClass::Suspect,
        _ => SuspicionClass::Plain,
    }
}

/// What the scan knows about the previous character.
#[expect(clippy::struct_excessive_bools, reason = "properties that are independent of one another")]
#[derive(Clone, Copy, Default)]
struct PrecedingCharacter {
    leads: u16,
    class: SuspicionClass,
    is_letter: bool,
    is_small: bool,
    is_ascii: bool,
    /// A quote or dash that stands before words.
    is_quote: bool,
    /// The number of consecutive non-ASCII letters of Latin-1.
    accented: u8,
    order: u8,
    /// The number of letters of other scripts since the last Latin letter.
    other_letters: u8,
}

impl PrecedingCharacter {
    /// Whether small Cyrillic letters may follow and nothing changes: they are bytes of Cyrillic
    /// charsets alone, which count no more inside a word.
    const fn is_inside_cyrillic_word(&self) -> bool {
        self.is_small && self.other_letters > 1 && matches!(self.class, SuspicionClass::Plain)
    }
}

/// The length in bytes of the letters `а` to `я` that a text begins with.
fn small_cyrillic(text: &[u8]) -> usize {
    let (pairs, _) = text.as_chunks::<2>();
    let is_small = |pair: &&[u8; 2]| matches!(pair, [0xD0, 0xB0..=0xBF] | [0xD1, 0x80..=0x8F]);
    2 * pairs.iter().take_while(is_small).count()
}

/// The position of the first suspect character at or after `from`; `None` if the text is clean. It
/// may be a little before the damage, and never after it.
pub(super) fn first_suspect(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut before = PrecedingCharacter::default();
    let mut at = from;
    while let Some(rest) = bytes.get(at..) {
        let step = rest.get(..rest.len().min(STEP))?;
        if step.is_empty() {
            return None;
        }
        if step.len() == STEP && are_plain(step) {
            at += STEP;
            before = PrecedingCharacter::default();
            if let Some(last) = bytes.get(at - 1) {
                before = after_ascii(*last);
            }
            continue;
        }
        let end = at + step.len();
        while at < end {
            let byte = *bytes.get(at)?;
            if is_plain(byte) {
                let run = bytes.get(at..end)?;
                let run =
                    run.get(..run.iter().position(|byte| !is_plain(*byte)).unwrap_or(run.len()))?;
                at += run.len();
                // A longer run without letters is rare enough not to look for.
                let has_letters = run.len() > 3 || run.iter().any(u8::is_ascii_alphabetic);
                let others = if has_letters { 0 } else { before.other_letters };
                before = PrecedingCharacter { other_letters: others, ..after_ascii(*run.last()?) };
            } else if byte < 0x80 {
                if byte != b'&'
                    || before.leads != 0
                    || is_escaped_twice(text, at)
                    || precedes_byte(text, at)
                {
                    return Some(at);
                }
                at += 1;
                before = PrecedingCharacter::default();
            } else {
                let character = text.get(at..)?.chars().next()?;
                let rest = text.get(at + character.len_utf8()..)?;
                let Some(next) = advance(character, before, rest) else { return Some(at) };
                before = next;
                at += character.len_utf8();
                if before.is_inside_cyrillic_word() {
                    // What follows may depend on the last one.
                    at += small_cyrillic(rest.as_bytes()).saturating_sub(2);
                }
            }
        }
    }
    None
}

fn after_ascii(byte: u8) -> PrecedingCharacter {
    PrecedingCharacter {
        is_letter: byte.is_ascii_alphabetic(),
        is_small: byte.is_ascii_lowercase(),
        is_ascii: true,
        ..PrecedingCharacter::default()
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.wrapping_sub(0x20) < 0x5F && byte != b'&' || matches!(byte, b'\n' | b'\t' | b'\r')
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches it is done on many bytes at once"
)]
fn are_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, byte| {
        plain
            & ((byte.wrapping_sub(0x20) < 0x5F) & (*byte != b'&')
                | (*byte == b'\n')
                | (*byte == b'\t')
                | (*byte == b'\r'))
    })
}

fn is_escaped_twice(text: &str, at: usize) -> bool {
    text.get(at..)
        .and_then(|rest| rest.strip_prefix("&amp;"))
        .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '#'))
}

/// Whether a short reference has another one, or a character outside ASCII, right behind it: each may
/// be a byte of a misread character.
fn precedes_byte(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let head = rest.as_bytes().get(..rest.len().min(10)).unwrap_or_default();
    let Some(end) = head.iter().position(|byte| *byte == b';') else { return false };
    rest.as_bytes().get(end + 1).is_some_and(|byte| *byte == b'&' || *byte >= 0x80)
}

/// The state after this character; `None` if it is suspect.
///
/// `rest` is the text after it.
fn advance(character: char, before: PrecedingCharacter, rest: &str) -> Option<PrecedingCharacter> {
    let entry = match ENTRIES.get(character as usize) {
        Some(entry) => *entry,
        None if matches!(character, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}') =>
        {
            ScanEntry::other()
        }
        None => ScanEntry::new(character),
    };
    let is_letter = entry.is_letter;
    let is_suspect = match entry.class {
        SuspicionClass::Suspect => true,
        SuspicionClass::Capital => before.is_small,
        SuspicionClass::Lead => !before.is_ascii && before.is_letter,
        SuspicionClass::Plain if before.class == SuspicionClass::Mark => character == '»',
        SuspicionClass::Mark => false,
        SuspicionClass::Plain => {
            before.class == SuspicionClass::Lead && is_letter && !is_latin(character)
        }
    };
    let mut pairs = before.leads & entry.follows;
    // Quotes and dashes after words are usual in clean text, and damage never consists of these
    // alone.
    let goes_on = || {
        rest.chars().next().is_some_and(|c| {
            bytes_of(c).follows & pairs != 0
                || (c.is_alphanumeric() || c == '-') && matches!(character, '“' | '”' | '»' | '›')
        })
    };
    if before.is_letter
        && matches!(character, '’' | '”' | '“' | '»' | '›' | '…' | '–' | '—')
        && !goes_on()
    {
        pairs = 0;
    }
    if is_letter {
        // These pairs are frequent in clean Russian and French. Damage has other signs too: in it,
        // capitals follow lower-case letters.
        if before.is_letter && !is_latin(character) {
            if before.is_small && entry.is_capital {
                return None;
            }
            // Two letters alone may belong to a Latin text that was misread.
            let goes_on = || rest.chars().next().is_some_and(|c| !is_latin(c) && c.is_alphabetic());
            if before.other_letters > 1 || pairs != 0 && goes_on() {
                pairs &= !CYRILLIC;
            }
        }
        // Of misread Cyrillic, every other character is a dash.
        if before.is_quote && !rest.starts_with(['–', '—']) {
            pairs &= !MACINTOSH;
        }
    }
    // No language has many of them in a row, but misread text of another script does.
    let accented =
        if matches!(character, 'À'..='ÿ') { before.accented.saturating_add(1) } else { 0 };
    // Combining marks out of canonical order must be sorted.
    let is_unordered = entry.order != 0 && entry.order < before.order;
    if is_suspect || is_unordered || pairs != 0 || accented >= 4 {
        return None;
    }
    Some(PrecedingCharacter {
        leads: entry.leads,
        class: entry.class,
        is_letter,
        is_small: entry.is_small,
        is_ascii: false,
        is_quote: entry.is_quote,
        other_letters: if is_letter && !is_latin(character) {
            before.other_letters.saturating_add(1)
        } else if is_letter {
            0
        } else {
            before.other_letters
        },
        accented,
        order: entry.order,
    })
}

/// The bits of windows-1251, KOI8-R and IBM866.
const CYRILLIC: u16 = 1 << 1 | 1 << 7 | 1 << 8;
/// The bit of Macintosh.
const MACINTOSH: u16 = 1 << 9;

const fn is_latin(character: char) -> bool {
    (character as u32) < 0x250
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_passes_and_damage_is_found() {
        let padding = "Plain words of some length come before it, and more of them. ";
        for clean in [
            "It’s a “quote” — and one… more",
            "l’été à l’État, où «ça» va",
            "Größe, Öl und Ärger; „Spaß“",
            "el niño, España, ¿qué?",
            "это её всё Київ Ελλάδα",
            "漢字とかな 한국어",
            "A&B &amp; C; ?a=1&b=2",
            "Åse og Ærø\r\n\tÑandú",
        ] {
            assert_eq!(first_suspect(&format!("{padding}{clean}"), 0), None, "{clean}");
        }
        for damaged in [
            "cafÃ©",
            "itâs",
            "non\u{a0}break",
            "\u{7}",
            "a\u{92}s",
            "ï»¿Hello",
            "СЃРїР°",
            "п∙я│",
            "donΓÇÖt",
            "caf√©",
            "–ü—Ä–∏",
            "ÐеленÑÑкий",
            "олодимиÑ",
            "bÅd",
            "Ð¡ÐµÐº",
            "and\u{29a0}pic",
            "&amp;amp;",
            "cafe\u{301}",
            "Ñåêðåò ôèëüì",
        ] {
            let text = format!("{padding}{damaged}");
            let found = first_suspect(&text, 0);
            assert!(found.is_some_and(|at| at >= padding.len()), "{damaged}: {found:?}");
        }
    }
}
