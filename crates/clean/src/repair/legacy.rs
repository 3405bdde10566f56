//! Text in a legacy charset that was decoded as windows-1252 or Latin-1: `Ñåêðåò` is `Секрет`.
//!
//! This loses no character, so the bytes can be recovered and decoded again. The question is
//! whether to do it, and in which charset. It is decided by the cost of the letters in the
//! languages of each charset (`charset`), compared with their cost as the Latin letters that they
//! seem to be. Languages in the Latin alphabet have hardly any words without ASCII letters. So only
//! lines are considered in which most words with other letters consist mainly of those.

use encoding_rs as e;
use encoding_rs::Encoding;

use super::charset::latin_byte;
use crate::charset;

/// A line, decoded in the charset that it was written in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LegacyReading {
    pub(super) encoding: &'static Encoding,
    pub(super) text: String,
    /// The probability that this is right, compared with the line as it is and with other charsets.
    pub(super) confidence: f32,
}

/// The charsets that are considered, with the names of their rules.
const RULES: [(&Encoding, &str); 18] = [
    (e::WINDOWS_1251, "legacy/windows-1251"),
    (e::KOI8_R, "legacy/koi8-r"),
    (e::KOI8_U, "legacy/koi8-u"),
    (e::ISO_8859_5, "legacy/iso-8859-5"),
    (e::IBM866, "legacy/ibm866"),
    (e::WINDOWS_1253, "legacy/windows-1253"),
    (e::ISO_8859_7, "legacy/iso-8859-7"),
    (e::WINDOWS_1255, "legacy/windows-1255"),
    (e::ISO_8859_8, "legacy/iso-8859-8"),
    (e::WINDOWS_1256, "legacy/windows-1256"),
    (e::ISO_8859_6, "legacy/iso-8859-6"),
    (e::WINDOWS_874, "legacy/windows-874"),
    (e::SHIFT_JIS, "legacy/shift_jis"),
    (e::EUC_JP, "legacy/euc-jp"),
    (e::GBK, "legacy/gb18030"),
    (e::BIG5, "legacy/big5"),
    (e::EUC_KR, "legacy/euc-kr"),
    (e::GB18030, "legacy/gb18030"),
];

/// How many bytes of a line are judged.
const JUDGED_BYTES: usize = 1 << 10;

/// A line with fewer non-ASCII bytes is not decided by itself.
const LONE_BYTES: usize = 6;

/// By how many nats a line must be cheaper in another charset than as it is: the minimum, and for
/// each non-ASCII byte.
const MIN_NATS: f32 = 24.0;
const NATS_PER_BYTE: f32 = 2.8;

/// How many letters a line must have to be decided by itself, in an alphabet, and in a script of
/// syllables or words.
const MIN_LETTERS: usize = 5;
const MIN_IDEOGRAPHS: usize = 4;

/// How many different non-ASCII characters a line must have; a short line needs half as many as it
/// has characters.
const MIN_KINDS: usize = 8;

/// Maximum mean cost of a non-ASCII byte in the charset, in nats. Running text has 2.5 to 4; text
/// with a higher cost is in none of the languages.
const MAX_NATS: f32 = 4.7;
const MAX_NATS_IN_SHORT: f32 = 4.2;
/// The same for charsets that other languages share whose letters are not modelled, for charsets
/// with two bytes per character, and for Arabic and Thai.
const MAX_NATS_ELSEWHERE: f32 = 6.0;
const MAX_NATS_PER_HALF_CHARACTER: f32 = 5.0;

/// By how many nats a line may be more expensive in the charset of the text than in another one.
const MAX_DISAGREEMENT_NATS: f32 = 8.0;

/// By how many nats a line must be cheaper than in any other charset if the text has no common
/// charset.
const DISTINCT_NATS: f32 = 2.0;

/// By how many nats a line must be cheaper in the charset of the text than as it is.
const FOLLOWING_NATS: f32 = 3.0;

/// How many non-ASCII bytes must be decided for a charset before shorter lines follow it.
const LEADING_BYTES: usize = 24;

/// How many non-ASCII bytes a line must have for each byte that its charset does not have. Such a byte came from
/// elsewhere, with a pasted quote or by mistake, and says nothing of the others.
const MIN_BYTES_PER_STRAY: usize = 10;

/// The part of the cost of a control character that does not count where a line may have strays.
const STRAY_NATS: f32 = 10.0;

/// The name of a charset's rule in the changes.
pub(super) fn rule(encoding: &'static Encoding) -> &'static str {
    RULES.iter().find(|(other, _)| *other == encoding).map_or("legacy/other", |(_, rule)| rule)
}

/// For each line of a text, its reading in the legacy charset that it was written in; `None` if it
/// is right as it is.
///
/// Linear in the length of the lines, and cheap for lines that cannot be misread.
pub(super) fn readings(lines: &[&str]) -> Vec<Option<LegacyReading>> {
    let lines: Vec<Option<LegacyLine<'_>>> =
        lines.iter().map(|line| LegacyLine::from_text(line)).collect();
    let verdicts: Vec<Option<CharsetVerdict>> =
        lines.iter().map(|line| line.as_ref().and_then(LegacyLine::verdict)).collect();
    let leader = common_charset(&lines, &verdicts);
    let read = |(line, verdict): (&Option<LegacyLine<'_>>, &Option<CharsetVerdict>)| {
        let line = line.as_ref()?;
        let followed = leader.and_then(|leader| line.follow(leader, verdict.as_ref()));
        followed.or_else(|| verdict.as_ref().and_then(|verdict| line.read(*verdict)))
    };
    lines.iter().zip(&verdicts).map(read).collect()
}

/// Whether a line may have been written in another charset. Cheap, and often true of lines that are
/// right as they are.
pub(super) fn may_be_misread(line: &str) -> bool {
    LegacyLine::from_text(line).is_some()
}

/// A line that may have been written in another charset.
struct LegacyLine<'a> {
    text: &'a str,
    /// The bytes before they were decoded as windows-1252; `?` for those that the text has lost.
    bytes: Vec<u8>,
    has_lost: bool,
    /// The number of non-ASCII bytes.
    high: usize,
}

#[derive(Clone, Copy)]
struct CharsetVerdict {
    encoding: &'static Encoding,
    /// By how many nats it is cheaper than the next best reading.
    margin: f32,
    /// Whether this is enough to decide the line by itself.
    is_distinct: bool,
}

impl<'a> LegacyLine<'a> {
    /// The bytes of a line, if it may have been written in another charset.
    fn from_text(line: &'a str) -> Option<Self> {
        if line.is_ascii() {
            return None;
        }
        // Counts in words that are not all ASCII: ASCII bytes and others.
        let (mut letters, mut high) = (0, 0);
        for word in line.split(|char: char| char < '0') {
            if !word.is_ascii() {
                letters += word.bytes().filter(u8::is_ascii_alphabetic).count();
                high += word.chars().filter(|char| !char.is_ascii()).count();
            }
        }
        // In a Latin language, words with accented letters have more ASCII letters than others.
        if high < letters || high < 2 {
            return None;
        }
        let mut has_lost = false;
        let byte_or_gap = |character: char| {
            let is_lost = character == char::REPLACEMENT_CHARACTER;
            has_lost |= is_lost;
            byte(character).or(is_lost.then_some(b'?'))
        };
        let bytes = line.chars().map(byte_or_gap).collect::<Option<Vec<u8>>>()?;
        Some(Self { text: line, bytes, has_lost, high })
    }

    fn judged(&self) -> std::borrow::Cow<'_, [u8]> {
        charset::sample(&self.bytes, JUDGED_BYTES)
    }

    /// The charset that this line indicates by itself.
    fn verdict(&self) -> Option<CharsetVerdict> {
        // The cheap tests first: costs are computed for every charset.
        if self.high < LONE_BYTES || !is_varied(&self.bytes) || is_utf_8(&self.bytes) {
            return None;
        }
        let bytes = self.judged();
        let mut costs = charset::costs(&bytes);
        let mut latin_cost = charset::latin_cost(&bytes);
        // A control character that came from elsewhere says little against a charset that does not have it.
        let controls = bytes.iter().filter(|byte| is_lacking(**byte)).count();
        if controls > 0 && controls * MIN_BYTES_PER_STRAY <= self.high {
            latin_cost -= STRAY_NATS * controls as f32;
            for cost in costs.iter_mut().filter(|cost| cost.encoding.is_single_byte()) {
                cost.nats -= STRAY_NATS * count_lacking(cost.encoding, &bytes) as f32;
            }
            costs.sort_by(|one, other| one.nats.total_cmp(&other.nats));
        }
        // x-mac-cyrillic is out of use, and decodes lower-case letters as windows-1251 does.
        costs.retain(|cost| cost.encoding != e::X_MAC_CYRILLIC);
        let best = costs.first()?;
        let text = self.decoded(best.encoding)?;
        let is_rule = RULES.iter().any(|(encoding, _)| *encoding == best.encoding);
        if !is_rule || !has_words(&text) {
            return None;
        }
        let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        // ASCII costs the same in every charset.
        let ascii = charset::ASCII_NATS * (bytes.len() - high) as f32;
        let is_elsewhere =
            [e::WINDOWS_1256, e::ISO_8859_6, e::WINDOWS_874].contains(&best.encoding);
        let most = match best.encoding.is_single_byte() {
            true if is_elsewhere => MAX_NATS_ELSEWHERE,
            true if high < 2 * LONE_BYTES => MAX_NATS_IN_SHORT,
            true => MAX_NATS,
            false => MAX_NATS_PER_HALF_CHARACTER,
        };
        if best.nats - ascii > most * high as f32 {
            return None;
        }
        let latin = latin_cost - best.nats;
        if latin < MIN_NATS.max(NATS_PER_BYTE * high as f32) {
            return None;
        }
        // Charsets that decode the line to the same text do not compete.
        let next =
            costs.iter().skip(1).find(|cost| self.decoded(cost.encoding).as_ref() != Some(&text));
        let next = next.map_or(f32::MAX, |cost| cost.nats - best.nats);
        let is_distinct = next > DISTINCT_NATS;
        Some(CharsetVerdict { encoding: best.encoding, margin: latin.min(next), is_distinct })
    }

    /// The reading of the line by itself.
    fn read(&self, verdict: CharsetVerdict) -> Option<LegacyReading> {
        if !verdict.is_distinct {
            return None;
        }
        let text = self.decoded(verdict.encoding)?;
        Some(LegacyReading {
            encoding: verdict.encoding,
            text,
            confidence: confidence(verdict.margin),
        })
    }

    /// The reading of the line in the charset of the text, unless it is clearly in another one.
    fn follow(
        &self,
        leader: &'static Encoding,
        verdict: Option<&CharsetVerdict>,
    ) -> Option<LegacyReading> {
        let bytes = self.judged();
        let cost = charset::cost_in(leader, &bytes)?;
        let latin = charset::latin_cost(&bytes);
        if cost + FOLLOWING_NATS > latin {
            return None;
        }
        if let Some(verdict) = verdict.filter(|verdict| verdict.encoding != leader) {
            let own = charset::cost_in(verdict.encoding, &bytes)?;
            if cost > own + MAX_DISAGREEMENT_NATS {
                return None;
            }
        }
        let text = self.decoded(leader).filter(|text| is_of_words(text))?;
        Some(LegacyReading { encoding: leader, text, confidence: confidence(latin - cost) })
    }

    /// The line in a charset, if it is text in it but for strays: what the charset does not have stays as it is, and
    /// is U+FFFD if it would be a Latin letter.
    fn decoded(&self, encoding: &'static Encoding) -> Option<String> {
        if !encoding.is_single_byte() {
            // A stray byte would be half of a character.
            let text = encoding.decode_without_bom_handling_and_without_replacement(&self.bytes);
            let text = text.filter(|text| !self.has_lost && text.chars().all(is_text))?;
            return Some(text.into_owned());
        }
        let mut strays = 0;
        let has_signs = encoding == e::KOI8_R || encoding == e::KOI8_U;
        let mut read = |(decoded, stray): (char, char)| {
            let is_sign = has_signs && is_sign_of_koi8(decoded);
            if is_text(decoded) && !is_sign && stray != char::REPLACEMENT_CHARACTER {
                return decoded;
            }
            strays += 1;
            if stray.is_alphabetic() { char::REPLACEMENT_CHARACTER } else { stray }
        };
        // A character for each byte.
        let (text, _) = encoding.decode_without_bom_handling(&self.bytes);
        let text = text.chars().zip(self.text.chars()).map(&mut read).collect();
        (strays * MIN_BYTES_PER_STRAY <= self.high).then_some(text)
    }
}

/// The charset that the lines of a text have in common, decided by all lines that indicate one.
fn common_charset(
    lines: &[Option<LegacyLine<'_>>],
    verdicts: &[Option<CharsetVerdict>],
) -> Option<&'static Encoding> {
    let mut all = Vec::new();
    let mut high = 0;
    for (line, _) in lines.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_some()) {
        let line = line.as_ref()?;
        high += line.high;
        all.extend_from_slice(&line.bytes);
        all.push(b'\n');
    }
    let others: usize = lines.iter().flatten().map(|line| line.high).sum();
    // A few decided lines must not decide for a text that is mostly undecided.
    if high < LEADING_BYTES || high * 2 < others {
        return None;
    }
    let best = charset::costs(&charset::sample(&all, 4 * JUDGED_BYTES)).first()?.encoding;
    RULES.iter().any(|(encoding, _)| *encoding == best).then_some(best)
}

fn confidence(margin: f32) -> f32 {
    1.0 / (1.0 + (-margin).exp())
}

/// Whether bytes are more likely the remains of UTF-8: most sequences are complete, or more than
/// half of the bytes (a third if a character takes three) are lead bytes of one script.
///
/// In a legacy charset no single letter is that frequent. The bytes that are frequent in Japanese
/// are not lead bytes.
fn is_utf_8(bytes: &[u8]) -> bool {
    let (mut whole, mut odd) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        odd += chunk.invalid().len();
    }
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let share = |leads: &[u8], of: usize| {
        bytes.iter().filter(|byte| leads.contains(*byte)).count() * of > high
    };
    whole > odd
        || (0xc2..0xe0).step_by(2).any(|lead| share(&[lead, lead + 1], 2))
        || (0xe0..0xf0).any(|lead| share(&[lead], 3))
}

/// The byte that is decoded to a character in windows-1252, or in Latin-1.
fn byte(character: char) -> Option<u8> {
    let byte = u8::try_from(character).ok().filter(u8::is_ascii);
    byte.or_else(|| Some(latin_byte(character)).filter(|byte| *byte != 0))
}

/// Whether windows-1252 does not have a byte, so that it is decoded as a control character.
const fn is_lacking(byte: u8) -> bool {
    matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)
}

/// The number of such bytes that a single-byte charset does not have either.
fn count_lacking(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let is_stray = |byte: &u8| {
        let byte = [*byte];
        !encoding.decode_without_bom_handling(&byte).0.chars().all(is_text)
    };
    bytes.iter().filter(|byte| is_lacking(**byte)).filter(|byte| is_stray(byte)).count()
}

/// Whether a text in a legacy charset may have a character: no control character, nothing for private use and no
/// box-drawing, and none that could not be decoded.
const fn is_text(character: char) -> bool {
    !matches!(
        character,
        '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{2500}'..='\u{257f}' | char::REPLACEMENT_CHARACTER
    )
}

/// Whether KOI8 has a sign where windows-1252 has quotes and dashes, which are the more likely ones in a text.
const fn is_sign_of_koi8(character: char) -> bool {
    matches!(
        character,
        '\u{2580}'
            ..='\u{25a0}' | '⌠' | '⌡' | '∙' | '√' | '≈' | '≤' | '≥' | '°' | '²' | '·' | '÷'
    )
}

/// Whether the non-ASCII letters of a text are in words rather than alone, and of several kinds:
/// not a list of letters or a border.
fn has_words(text: &str) -> bool {
    let (mut letters, mut ideographs, mut in_words) = (0, 0, 0);
    for word in text.split(|char: char| !char.is_alphanumeric() && !is_mark(char)) {
        let count = word.chars().filter(|char| !char.is_ascii()).count();
        let ideographs_here = word.chars().filter(|char| is_ideograph(*char)).count();
        letters += count;
        ideographs += ideographs_here;
        in_words += if count > 2 || ideographs_here > 1 { count } else { 0 };
    }
    let high = text.chars().filter(|char| !char.is_ascii());
    let mut kinds: Vec<char> = high.flat_map(char::to_lowercase).collect();
    let high = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    (letters >= MIN_LETTERS && ideographs == 0 || ideographs >= MIN_IDEOGRAPHS)
        && in_words * 2 > letters
        && kinds.len() >= MIN_KINDS.min(high / 2 + 1)
}

/// Whether there are words of several letters outside ASCII, and no fewer than words that mix these with ASCII letters.
/// A line in a Latin language with accented words of one letter (`dà`, `è`) has only the latter.
fn is_of_words(text: &str) -> bool {
    let (mut whole, mut mixed) = (0, 0);
    for word in text.split(|char: char| !char.is_alphanumeric() && !is_mark(char)) {
        let others = word.chars().filter(|char| !char.is_ascii()).count();
        let has_basic = word.contains(|char: char| char.is_ascii_alphabetic());
        whole += usize::from(others > 1 && !has_basic || word.chars().any(is_ideograph));
        mixed += usize::from(others > 0 && has_basic);
    }
    whole > 0 && whole >= mixed
}

/// Whether the non-ASCII bytes are of several kinds and not in order, unlike in a border, a drawing
/// or a list of characters.
fn is_varied(bytes: &[u8]) -> bool {
    let kinds: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii()).collect();
    let high = kinds.len();
    // A list of letters may omit some.
    let next = |pair: &&[u8]| matches!(*pair, [a, b] if (1..7).contains(&b.wrapping_sub(*a)));
    let in_order = kinds.windows(2).filter(next).count();
    in_order * 2 < high
}

/// The vowels and tones of Thai, Hebrew and Arabic that are written above and below letters.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{0591}'..='\u{05c7}' | '\u{064b}'..='\u{0652}' | '\u{0e31}'..='\u{0e4e}' | '\u{200c}')
}

fn is_ideograph(char: char) -> bool {
    matches!(char, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;
    use proptest::prelude::*;

    use super::*;

    /// What a text in a charset becomes if it is decoded as windows-1252.
    fn misread(text: &str, label: &str) -> String {
        let (bytes, _, had_errors) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
        assert!(!had_errors, "{text} in {label}");
        WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned()
    }

    fn read(lines: &[&str]) -> Vec<Option<String>> {
        readings(lines).into_iter().map(|reading| reading.map(|reading| reading.text)).collect()
    }

    #[test]
    fn a_line_shows_its_charset() {
        for (text, labels) in [
            ("Секрет фильма раскрыт", "windows-1251 koi8-r iso-8859-5 ibm866"),
            ("Завтра (в среду) обещают дождь: 12 мм", "windows-1251 koi8-r iso-8859-5 ibm866"),
            ("Хочеться їсти й відпочити", "windows-1251 koi8-u iso-8859-5"),
            ("Αύριο θα βρέξει παντού", "windows-1253 iso-8859-7"),
            ("מחר יירד גשם בצפון הארץ", "windows-1255 iso-8859-8"),
            ("غدا سينزل المطر في المدينة", "windows-1256 iso-8859-6"),
            ("พรุ่งนี้ฝนจะตกในกรุงเทพ", "windows-874"),
            ("明日は雨が降るでしょう", "shift_jis euc-jp"),
            ("コーヒーをもう一杯ください", "shift_jis euc-jp"),
            ("明天可能会下雨，出门请带伞", "gb18030"),
            ("明天可能會下雨，出門請帶傘", "big5"),
            ("내일은 비가 많이 온다", "euc-kr"),
            ("Windows и Linux: что выбрать дома?", "windows-1251"),
        ] {
            for label in labels.split(' ') {
                let line = misread(text, label);
                let readings = readings(&[&line]);
                let reading = readings[0].as_ref().unwrap_or_else(|| panic!("{line} ({label})"));
                assert_eq!(reading.text, text, "{label} read as {}", reading.encoding.name());
                assert!(rule(reading.encoding).starts_with("legacy/"));
                assert!(reading.confidence > 0.8, "{text} in {label}: {}", reading.confidence);
            }
        }
        assert_eq!(read(&["Ñåêðåò ôèëüì"]), [Some("Секрет фильм".into())]);
        // Latin-1 has C1 characters where windows-1252 has letters and symbols.
        assert_eq!(
            read(&[
                "\u{8f}\u{ae}\u{a3}\u{ae}\u{a4}\u{a0} \u{ad}\u{a0} \u{a7}\u{a0}\u{a2}\u{e2}\u{e0}\u{a0}"
            ]),
            [Some("Погода на завтра".into())]
        );
    }

    #[test]
    fn bytes_that_a_charset_does_not_have_do_not_stop_it() {
        for (before, stray, after, label, left) in [
            ("พรุ่งนี้ฝนจะตกในกรุงเทพ ", '\u{9d}', "และเชียงใหม่", "windows-874", '\u{9d}'),
            ("พรุ่งนี้ฝนจะตกในกรุงเทพ ", 'ý', "และเชียงใหม่", "windows-874", '\u{fffd}'),
            ("Погода на завтра ", '—', " дождь", "koi8-r", '—'),
            ("Погода на завтра ", '“', "дождь", "iso-8859-5", '“'),
            // Lost before it was read.
            ("Погода на зав", '\u{fffd}', "ра: дождь", "windows-1251", '\u{fffd}'),
            ("Αύριο θα βρέξει ", 'ÿ', " παντού", "windows-1253", '\u{fffd}'),
            ("מחר יירד גשם ", 'Û', " בצפון הארץ", "windows-1255", '\u{fffd}'),
            ("غدا سينزل المطر ", '’', " في المدينة", "iso-8859-6", '’'),
        ] {
            let line = format!("{}{stray}{}", misread(before, label), misread(after, label));
            let text = format!("{before}{left}{after}");
            assert_eq!(read(&[&line]), [Some(text)], "{label}");
        }
    }

    #[test]
    fn a_line_with_many_bytes_that_no_charset_has_is_left() {
        let line = misread("Погода на завтра", "koi8-r").replace(' ', " “—");
        assert_eq!(read(&[&line]), [None]);
        // In a charset of two bytes for a character, one more shifts those behind it.
        let line = misread("明日は雨が降る", "shift_jis");
        let (head, tail) = line.split_at(line.floor_char_boundary(line.len() / 2));
        assert_eq!(read(&[&format!("{head}\u{fffd}{tail}")]), [None]);
    }

    #[test]
    fn short_lines_follow_the_others() {
        let lines =
            ["Новости", "Погода на завтра", "Да", "В Москве весь день будет идти дождь", "plain"];
        let mut written: Vec<String> =
            lines.iter().map(|line| misread(line, "windows-1251")).collect();
        written.push("Où est le café ?".into());
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        let read = read(&written);
        assert_eq!(
            read.iter().map(Option::as_deref).collect::<Vec<_>>(),
            [Some(lines[0]), Some(lines[1]), Some(lines[2]), Some(lines[3]), None, None]
        );
        let alone = readings(&[written[2]]);
        assert_eq!(alone, [None]);
    }

    #[test]
    fn remains_of_utf_8_are_not_legacy_text() {
        for text in ["Володимир Зеленський", "Αύριο θα βρέξει παντού", "מחר יירד גשם בצפון"]
        {
            let whole: String = text.bytes().map(char::from).collect();
            let left: String =
                whole.chars().filter(|char| !matches!(char, '\u{80}'..='\u{9f}')).collect();
            assert_eq!(read(&[&whole, &left]), [None, None], "{left}");
        }
    }

    #[test]
    fn undamaged_lines_have_no_reading() {
        let lines = [
            "CAFÉ»",
            "ESPAÑA",
            "L’ÉTÉ À L’ÎLE D’YEU",
            "NÃO À COAÇÃO",
            "où été là",
            "Nestlé®",
            "«ð»",
            "Það er «það»",
            "ÞAÐ ER ÞÓRÐUR ÁSGEIRSSON",
            "Ævi og störf Þórðar Öfjörð",
            "Hví ætti ég að óttast?",
            "Øy på øy",
            "Yöllä hääyö äityy",
            "ÖÖD JÄÄÄÄRE ÄÄRES",
            "ÄÖÜäöüß",
            "ÄÖÜ äöü ß",
            "æøå ÆØÅ",
            "åäöÅÄÖ",
            "ãõçáéíóúâêôà",
            "áéíóúüñ ÁÉÍÓÚÜÑ ¿¡",
            "à é è ù â ê î ô û ë ï ü ÿ ç",
            "ÀÂÄÉÈÊËÏÎÔÖÙÛÜŸÇ",
            "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ",
            "¸.·´¯`·.¸¸.·´¯`·.¸><(((º>",
            "°º¤ø,¸¸,ø¤º°`°º¤ø,¸",
            "«»‹›„“”‘’‚",
            "öööööö ÄÄÄÄÄ",
            "Ø 5 ± 2 × 3 ÷ 4",
            "¼ ½ ¾ ² ³ ¹",
            "£10 €20 ¥300 ¢50",
            "×÷±¬¦§¶",
            "ÿØÿà JFIF ÿÛ",
            "[ðə ˈwɛðə]",
            "日本語 «ð»",
            "plain",
            "",
        ];
        for line in lines {
            assert_eq!(read(&[line]), [None], "{line}");
        }
        assert!(read(&lines).iter().all(Option::is_none));
    }

    proptest! {
        #[test]
        fn the_bytes_stay_the_same(lines in prop::collection::vec("[à-ÿÀ-ß]{0,9}( [\u{80}-ÿa-z]{1,9}){0,4}|\\PC{0,12}", 0..6)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let readings = readings(&lines);
            prop_assert_eq!(readings.len(), lines.len());
            for (line, reading) in lines.iter().zip(readings) {
                let Some(LegacyReading { encoding, text, confidence }) = reading else { continue };
                prop_assert!((0.0..=1.0).contains(&confidence));
                let bytes: Vec<u8> = line.chars().map(|c| byte(c).unwrap_or(b'?')).collect();
                let (decoded, _) = encoding.decode_without_bom_handling(&bytes);
                prop_assert_eq!(decoded.chars().count(), text.chars().count());
                for (decoded, read) in decoded.chars().zip(text.chars()) {
                    let is_same = decoded == read || !is_text(decoded) || !is_text(read);
                    prop_assert!(is_same, "{decoded:?} as {read:?}");
                }
            }
        }
    }
}
