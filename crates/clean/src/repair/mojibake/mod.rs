//! UTF-8 that was decoded in a single-byte charset, reversed where that reads better.
//!
//! A sequence of characters whose bytes are a UTF-8 character is mojibake, or there by chance
//! (`CAFÉ»`). The decision depends on how odd the characters are in their context, how odd the
//! original would be, and what else in the text was misread in the same charset.

mod context;
mod evidence;
mod line;
mod oddness;
mod place;
pub(super) mod plausibility;
mod seen;
mod sequences;
mod spans;
mod talk;
pub(super) mod whole;
mod word_ends;

use super::charset::{CHARSETS, COUNT, WINDOWS_LATIN, read_control};
use super::edits::TextEdit;
use super::script::{LetterScript, script_of};
use context::SequenceEvidence;
use line::LineFacts;
pub(super) use seen::SeenCharsets;
use sequences::{LineCharacter, characters_of};
use spans::{MisreadSpan, find};

/// Minimum gain for reversing a span without further evidence.
const STRONG: f32 = 1.2;
/// Minimum gain if other spans of the text were misread in the same charset.
const LIKELY: f32 = 0.9;
/// Minimum gain if other spans of the same line were.
const WEAK: f32 = 0.3;

/// What it counts for a charset that most lines of the text were misread in it.
const USUAL: f32 = 2.0;

/// The bit of windows-1254.
const TURKISH: u16 = 1 << 3;

/// Whether all of a line that is not ASCII is UTF-8 in one of the charsets.
pub(super) fn is_misread(line: &str) -> bool {
    let signs = characters_of(line);
    (0..COUNT).any(|charset| sequences_of(&signs, charset).is_some_and(|sequences| sequences > 2))
}

/// Those of the charsets in which all of a line is UTF-8 that is not ASCII.
pub(super) fn covering_charsets(line: &str, charsets: u16) -> u16 {
    let signs = characters_of(line);
    let covers =
        |charset: &usize| charsets >> charset & 1 == 1 && sequences_of(&signs, *charset).is_some();
    (0..COUNT).filter(covers).fold(0, |set, charset| set | 1 << charset)
}

/// The number of sequences in a charset, if all that is not ASCII is one and reads as text.
fn sequences_of(signs: &[LineCharacter], charset: usize) -> Option<usize> {
    let (mut at, mut sequences) = (0, 0);
    while let Some(sign) = signs.get(at) {
        if sign.character.is_ascii() {
            at += 1;
            continue;
        }
        let run = sequences::run(signs, at, charset)?;
        let is_text = |c| plausibility::character_plausibility(c) >= 0.0;
        if !run.text.chars().all(is_text) {
            return None;
        }
        sequences += run.sequences;
        at = run.end;
    }
    Some(sequences)
}

/// The misread spans of a line, reversed by one layer. The charsets in which they were misread are added to `seen`.
pub(super) fn edits(line: &str, seen: &mut SeenCharsets) -> Vec<TextEdit> {
    let signs = characters_of(line);
    let spans = candidates(line, &signs, seen.usual);
    let mut taken = taken(spans, &signs, *seen);
    talk::drop_shown(line, &signs, &mut taken);
    for span in &taken {
        seen.add(span.charset, span.equals);
    }
    let place = |index: usize| signs.get(index).map_or(line.len(), |sign| sign.at);
    taken
        .into_iter()
        .filter_map(|span| {
            let rule = CHARSETS.get(span.charset)?.rule;
            Some(TextEdit::new(place(span.first)..place(span.end), span.text, rule))
        })
        .collect()
}

/// The spans of a line that may be reversed, the most certain first.
fn candidates(line: &str, signs: &[LineCharacter], usual: u16) -> Vec<MisreadSpan> {
    let mut spans = Vec::new();
    // The charsets that have sequences here, and those that have some that windows-1252 does not.
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
    // windows-1254 differs from windows-1252 in six letters only, so it counts only if one of them
    // occurs.
    let charsets = pairs & (own | !TURKISH) | if has_cut { latin } else { 0 };
    if charsets == 0 {
        return spans;
    }
    let facts = LineFacts::new(line);
    for charset in (0..COUNT).filter(|charset| charsets >> charset & 1 == 1) {
        find(signs, charset, &facts, &mut spans);
    }
    if spans.is_empty() {
        return spans;
    }
    let names_charsets = talk::names_charsets(line);
    spans.retain(|span| !talk::is_named(signs, span, names_charsets));
    join_halves(&mut spans);
    prefer_windows(line, &mut spans);
    find_equals(&mut spans);
    sort_by_certainty(&mut spans, usual);
    spans
}

/// Notes for each span the charsets in which the same characters read the same.
fn find_equals(spans: &mut [MisreadSpan]) {
    let are_of_one_charset = spans.windows(2).all(|pair| match pair {
        [one, other] => one.charset == other.charset,
        _ => true,
    });
    // A span notes its own charset from the beginning.
    if are_of_one_charset {
        return;
    }
    spans.sort_by_key(|span| (span.first, span.end));
    let is_equal = |one: &MisreadSpan, other: &MisreadSpan| {
        (one.first, one.end) == (other.first, other.end) && one.text == other.text
    };
    for group in spans.chunk_by_mut(|one, other| (one.first, one.end) == (other.first, other.end)) {
        for number in 0..group.len() {
            let Some(span) = group.get(number) else { continue };
            let equal = group.iter().filter(|other| is_equal(span, other));
            let equals = equal.fold(0, |all, other| all | 1 << other.charset);
            if let Some(span) = group.get_mut(number) {
                span.equals = equals;
            }
        }
    }
}

/// Two spans of a charset that prove little by themselves prove something together.
fn join_halves(spans: &mut [MisreadSpan]) {
    let halves = |charset: usize| {
        let of = spans.iter().filter(|span| span.charset == charset);
        of.filter(|span| span.evidence == SequenceEvidence::Half).take(2).count()
    };
    let doubled =
        (0..COUNT).filter(|charset| halves(*charset) > 1).fold(0_u16, |all, one| all | 1 << one);
    for span in spans {
        if span.evidence == SequenceEvidence::Half && doubled >> span.charset & 1 == 1 {
            span.evidence = SequenceEvidence::Strong;
        }
    }
}

/// The spans that are damage, in order, without overlap.
fn taken(
    spans: Vec<MisreadSpan>,
    signs: &[LineCharacter],
    mut seen: SeenCharsets,
) -> Vec<MisreadSpan> {
    let mut taken: Vec<MisreadSpan> = Vec::new();
    let mut covered = vec![false; signs.len()];
    seen.usual &= covering(&spans, signs);
    // What proves something by itself first: then it is known in which charsets the line was misread.
    let (strong, others): (Vec<_>, Vec<_>) =
        spans.into_iter().partition(|span| span.evidence >= SequenceEvidence::Strong);
    for span in strong.into_iter().chain(others) {
        let is_enough = is_enough(&span, seen);
        let place = covered.get_mut(span.first..span.end).unwrap_or_default();
        if is_enough && !place.contains(&true) {
            place.fill(true);
            seen.add(span.charset, span.equals);
            taken.push(span);
        }
    }
    taken.sort_unstable_by_key(|span| span.first);
    taken
}

/// Whether what a span proves, and the gain of reversing it, are enough with what else was misread in its charset.
fn is_enough(span: &MisreadSpan, seen: SeenCharsets) -> bool {
    let is_known = seen.is_known(span.charset);
    // Damage in the same charset nearby makes damage here more likely, so less gain is enough.
    let gain_nearby = span.gain + span.isolation_penalty;
    match span.evidence {
        SequenceEvidence::Certain => true,
        SequenceEvidence::Faint if seen.is_here(span.charset) => gain_nearby >= WEAK,
        _ if seen.is_here(span.charset) => gain_nearby >= 0.0,
        SequenceEvidence::Strong if span.gain >= if is_known { LIKELY } else { STRONG } => true,
        SequenceEvidence::Half | SequenceEvidence::Weak if is_known && span.gain >= LIKELY => true,
        SequenceEvidence::None => false,
        _ => seen.is_usual(span.charset) && gain_nearby >= WEAK,
    }
}

/// The charsets whose spans are all of the line that is not ASCII.
fn covering(spans: &[MisreadSpan], signs: &[LineCharacter]) -> u16 {
    let mut lengths = [0; COUNT];
    for span in spans {
        if let Some(length) = lengths.get_mut(span.charset) {
            *length += span.end - span.first;
        }
    }
    let all = signs.iter().filter(|sign| !sign.character.is_ascii()).count();
    let covering = lengths.iter().enumerate().filter(|(_, length)| **length >= all);
    covering.fold(0, |set, (charset, _)| set | 1 << charset)
}

/// Windows-1250 is more common than ISO-8859-2, which leaves control characters.
fn prefer_windows(line: &str, spans: &mut [MisreadSpan]) {
    let is_iso = |span: &&mut MisreadSpan| {
        CHARSETS.get(span.charset).is_some_and(|charset| charset.rule == "mojibake/iso-8859-2")
    };
    if !line.contains(|c| matches!(c, '\u{80}'..='\u{9f}')) {
        for span in spans.iter_mut().filter(is_iso) {
            span.gain -= 0.3;
        }
    }
}

/// Sorts spans: the most certain first; if equal, that of the charset that explains more of the line,
/// then that of the more common one. `usual` are the charsets in which most lines of the text were misread.
fn sort_by_certainty(spans: &mut [MisreadSpan], usual: u16) {
    let mut explained = [0.0_f32; COUNT];
    for span in spans.iter() {
        if let Some(sum) = explained.get_mut(span.charset) {
            *sum += span.gain.max(0.0);
        }
    }
    let most = explained.iter().copied().fold(0.1, f32::max);
    let rank = |span: &MisreadSpan| {
        span.gain
            + 4.0 * explained.get(span.charset).copied().unwrap_or_default() / most
            + if usual >> span.charset & 1 == 1 { USUAL } else { 0.0 }
    };
    spans.sort_by(|one, other| {
        rank(other).total_cmp(&rank(one)).then(one.charset.cmp(&other.charset))
    });
}

/// The C1 control characters of a line, decoded as the windows-1252 bytes that they were.
///
/// U+0085 is a line end in ISO-8859 and an ellipsis in windows-1252; it is the latter if it is not
/// the only one, or directly after a word with more words behind it.
pub(super) fn control_edits(line: &str) -> Vec<TextEdit> {
    let mut controls = line.matches(|c: char| ('\u{80}'..='\u{9f}').contains(&c));
    // Lines end after spaces and before them, and sentences do not.
    let is_ellipsis = line.split_once('\u{85}').is_some_and(|(before, after)| {
        let rest = after.trim_start_matches(' ');
        before.ends_with(|c: char| !c.is_whitespace())
            && rest.starts_with(|c: char| !c.is_whitespace())
    });
    if !is_ellipsis && controls.all(|control| control == "\u{85}") {
        return Vec::new();
    }
    let signs: Vec<(usize, char)> = line.char_indices().collect();
    let is_other = |at: Option<usize>| {
        let character = at.and_then(|at| signs.get(at)).map(|(_, character)| *character);
        character == Some('\u{fffd}')
            || character
                .and_then(script_of)
                .is_some_and(|script| matches!(script, LetterScript::Han | LetterScript::Other))
    };
    signs
        .iter()
        .enumerate()
        .filter_map(|(index, (at, character))| {
            let read = read_control(*character)?;
            // Next to characters that windows-1252 does not have or that were lost, they were bytes of another
            // charset.
            let is_foreign = is_other(index.checked_sub(1)) || is_other(Some(index + 1));
            let span = *at..at + character.len_utf8();
            (!is_foreign).then(|| TextEdit::new(span, read, "mojibake/c1"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

    fn repaired(line: &str) -> String {
        let mut seen = SeenCharsets::default();
        let mut text = line.to_owned();
        for _ in 0..3 {
            let edits = edits(&text, &mut seen);
            if edits.is_empty() {
                break;
            }
            text = edited(&text, &edits);
        }
        text
    }

    #[test]
    fn mojibake_is_reversed() {
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
    fn short_words_follow_the_rest_of_their_line() {
        for (line, text) in [
            // Before and behind apostrophes.
            ("Р—Р°Р»РёС€РєРё Р·'С”РґРЅР°РЅС–", "Залишки з'єднані"),
            ("РџСЂРёРІ'СЏР·Р°С‚Рё СЃС–Рј'СЋ", "Прив'язати сім'ю"),
            ("L'Ă©tude de l'Ă®le", "L'étude de l'île"),
            // A word of one letter in windows-1252, of which windows-1257 makes a rare one.
            ("SÄ…raÅ¡as Ä¯ failÄ…", "Sąrašas į failą"),
            // The other way round.
            ("Dovrši zadatak: MoÅ¾ete ukljuÄ¨iti", "Dovrši zadatak: Možete uključiti"),
            ("пё п╪п╣п╫я▐", "У меня"),
            // Punctuation of other scripts behind ASCII.
            ("ŘŁŮ\u{88} UDPŘŚ ŘŁŮ\u{88} Ř§ŘłŮ…", "أو UDP، أو اسم"),
        ] {
            assert_eq!(repaired(line), text, "{line}");
        }
    }

    #[test]
    fn short_words_are_read_through_all_layers() {
        for (line, text) in [
            ("Ã‘â€“ Ã‘â‚¬Ã‘Æ’Ã\u{90}Â¹", "і руй"),
            ("ÃŽâ€” ÃŽÂ´ÃŽÂµÃŽÂ½ ÃŽÂ¼Ã\u{8f}â‚¬ÃŽÂ¿", "Η δεν μπο"),
            (
                "Р\u{a0}Р…Р\u{a0}С•Р\u{a0}Р†Р\u{a0}В° Р\u{a0}Р† \"Р\u{a0}СњР\u{a0}С•Р\u{a0}Р†\"",
                "нова в \"Нов\"",
            ),
        ] {
            assert_eq!(repaired(line), text, "{line}");
        }
    }

    #[test]
    fn marks_of_indian_scripts_stand_beside_letters() {
        assert_eq!(repaired("ŕ¤¤ŕ¤ľŕ¤śŕ¤Ľŕ¤ľ"), "ताज\u{93c}ा");
    }

    #[test]
    fn text_that_looks_like_mojibake_is_unchanged() {
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
    fn signs_of_formulas_units_and_footnotes_are_unchanged() {
        for line in [
            // Macintosh: √ and ¬ are first bytes.
            "x = √π/2, y = 2√Ω and z = √(a·b)",
            "¬Ω, ¬π and (¬ª ∨ ¬º)",
            "≈Ω, ≈±3 and ≈¥80",
            // Greek and Cyrillic letters as symbols and numerals.
            "Η Δ΄ τάξη και η Γ΄ ομάδα",
            "Γ² + Γ³ = Γ±, where Γ½ is half of it",
            "Питание 12 В±5 %, ток 3 А, угол В=60°",
            "если у≤4, то х≠0",
            // Words in capitals with signs of footnotes.
            "ABRÃ® E LÃ™: A FÃ² DA AVELÃ†",
            "LÂ® ȘI CASĂ™, MASĂ°",
            "MÅ® OCH SMÅ™",
            "The cell of 840 Å³ has a face of 90 Å²",
            // Tables drawn with lines.
            "║да║нет║",
            "│Вход│Выход│",
            "├êtes ├été",
            "─Å─Å─",
            // Russian and Ukrainian beside a no-break space, with accents and apostrophes.
            "The word среда means\u{a0}Wednesday, ходьба is walking",
            "вика\u{301}рий и роз’єднати\u{a0}",
            "её is a word\u{a0}of two letters",
            "у\u{a0}clone(2)",
            // Capitals of words and headings before a no-break space.
            "CÂ\u{a0}PHÊ, Â\u{a0}nhạc; ȚINTĂ\u{a0}cu; 8.4 Å\u{a0}endre; ÎLOT Î\u{a0}DE",
            // Capitals of other alphabets, ranges, endings.
            "ÄŞGABAT ŞÄHERI, BERLÄŞKÄN",
            "A–Å, Â–B, Ã–B",
            "COSÌ·PIÙ, COSÌ…",
            "\u{93}LÉ\u{94}",
        ] {
            assert_eq!(repaired(line), line);
        }
    }

    #[test]
    fn text_about_mojibake_is_unchanged() {
        for line in [
            "Files with Ã¥, Ã¦ and Ã¸ in their names",
            "| ñ | Ã± |",
            "`Ã±` becomes `ñ`",
            "Renée was printed as RenÃ©e on the card",
            "‘â€˜’ is a quote",
            "a line with â€œ or â€ in it",
            "the byte order mark, ï»¿ here",
            "sheÃ?Â¢â?¬â?¢ll see",
            "« Ã©tÃ© » au lieu de « été »",
            "«Ð¿Ñ€Ð¸Ð²ÐµÑ‚» is UTF-8 in a wrong charset",
        ] {
            assert_eq!(repaired(line), line);
        }
    }

    #[test]
    fn damage_with_little_around_it_is_reversed() {
        for (line, text) in [
            ("done âœ“, not done âœ—", "done ✓, not done ✗"),
            ("good night í\u{a0}½í¸´", "good night 😴"),
            ("good night í ½í¸´", "good night 😴"),
            ("oÌ¶ld 7Ì¶", "o\u{336}ld 7\u{336}"),
            ("uÌˆber, AÌŠngstroÌˆm", "u\u{308}ber, A\u{30a}ngstro\u{308}m"),
            ("PÃ¥ gÃ¥rden", "På gården"),
            ("5 Ã— 3", "5 × 3"),
            ("\"Ã€ la carte\"", "\"À la carte\""),
            ("CafÃ\u{fffd} noir", "Caf\u{fffd} noir"),
            ("PEÃ‘A, ROSÃ‰, UNITÃ€ D’ITALIA", "PEÑA, ROSÉ, UNITÀ D’ITALIA"),
            ("the IL-1Î² and Î±-actin genes", "the IL-1β and α-actin genes"),
            ("LiepÄ\u{81}ja, CÄ“sis", "Liepāja, Cēsis"),
            ("l’annÃ©e, Ã\u{a0} midi", "l’année, à midi"),
            ("aprÃ¨s, lÃ -bas, Ã  midi", "après, là-bas, à midi"),
            ("mÃ£os Ã quelas, Ã s vezes", "mãos àquelas, às vezes"),
            ("Å Ä«s zÄ«mes", "Šīs zīmes"),
            ("◊î◊î◊ú", "ההל"),
            ("PĹ\u{99}Ă\u{ad}bramĹĄ", "Příbramš"),
            ("PĹ™Ă\u{ad}bram", "Příbram"),
            ("Ñ\u{fffd}Ñ‚Ð¾, Ð½ÐµÑ\u{fffd}", "\u{fffd}то, не\u{fffd}"),
            ("à¸ à¸²à¸ž", "ภาพ"),
        ] {
            assert_eq!(repaired(line), text, "{line}");
        }
    }

    #[test]
    fn control_characters_are_decoded_as_bytes() {
        let line = "windows\u{92}s \u{93}x\u{94}\u{85}";
        assert_eq!(edited(line, &control_edits(line)), "windows’s “x”…");
        assert!(control_edits("one \u{85}two").is_empty());
        assert!(control_edits("one\u{85}").is_empty());
        let line = "Wait\u{85} I come";
        assert_eq!(edited(line, &control_edits(line)), "Wait… I come");
    }
}
