//! The language of a text: detected if the text is long enough, else as declared.

use whatlang::{Lang, Script};

use crate::common_words;

/// Characters of a text that are given to the detector.
const MAX_SAMPLE: usize = 1_500;
/// Letters below which a declaration is worth more than detection.
const MIN_LETTERS: usize = 80;

/// The languages of the detector: the ISO 639-3 code that it gives, and the ISO 639-1 code in records.
const CODES: &[(&str, &str)] = &[
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

/// Other codes that pages use for languages that have an ISO 639-1 code.
const ALIASES: &[(&str, &str)] = &[
    ("chi", "zh"),
    ("cze", "cs"),
    ("dut", "nl"),
    ("fas", "fa"),
    ("fil", "tl"),
    ("fre", "fr"),
    ("geo", "ka"),
    ("ger", "de"),
    ("gre", "el"),
    ("ice", "is"),
    ("in", "id"),
    ("isl", "is"),
    ("iw", "he"),
    ("ji", "yi"),
    ("jw", "jv"),
    // Nearly all pages that say "Norwegian" are in Bokmål, and the detector knows it as `nob`.
    ("no", "nb"),
    ("nor", "nb"),
    ("per", "fa"),
    ("rum", "ro"),
    ("slo", "sk"),
    ("zho", "zh"),
];

/// Groups of languages that the detector confuses. Within a group the declaration decides.
const RELATED_LANGUAGES: &[&[&str]] =
    &[&["nb", "nn", "da"], &["sr", "hr", "bs", "sh", "me"], &["id", "ms", "jv"], &["tl", "ceb"]];

/// The ISO 639-1 code in a language tag (`en-GB`, `pt_BR`, `ger`), or `None` where it names no
/// language that has one.
pub(crate) fn code(tag: &str) -> Option<String> {
    let first = tag.trim().split(['-', '_', ',', ';', ' ']).next()?.to_ascii_lowercase();
    let alias = ALIASES.iter().chain(CODES).find(|(long, _)| *long == first);
    if let Some((_, short)) = alias {
        return Some((*short).to_owned());
    }
    let valid = first.len() == 2 && first.bytes().all(|byte| byte.is_ascii_lowercase());
    // `xx`, `zz` and the like are private or mean "no language".
    (valid && !matches!(first.as_str(), "xx" | "zz" | "zx" | "xy")).then_some(first)
}

/// The language of a text as an ISO 639-1 code: as detected from its first 1,500 characters if that is
/// reliable, else as `declared` (a language tag), else `None`.
pub(crate) fn detect(text: &str, declared: Option<&str>) -> Option<String> {
    let declared = declared.and_then(code);
    let end = text.char_indices().nth(MAX_SAMPLE).map_or(text.len(), |(at, _)| at);
    let sample = text.get(..end).unwrap_or_default();
    let Some(found) = DetectedLanguage::of(sample) else { return declared };
    let Some(declared) = declared else {
        return found.code.filter(|_| found.is_reliable).map(str::to_owned);
    };
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    // A character of these scripts says as much as several letters.
    let enough = if is_dense(found.script) { MIN_LETTERS / 4 } else { MIN_LETTERS };
    let trusted = found.is_reliable && letters >= enough && can_detect(&declared, found.script);
    match found.code {
        Some(detected) if trusted && !are_related(detected, &declared) => Some(detected.to_owned()),
        _ => Some(declared),
    }
}

/// What the words and letters of a text say about its language.
struct DetectedLanguage {
    /// `None` if it has no ISO 639-1 code.
    code: Option<&'static str>,
    script: Script,
    is_reliable: bool,
}

impl DetectedLanguage {
    fn of(sample: &str) -> Option<Self> {
        // The detector compares a sample with forty languages, which takes as long as many other stages together.
        // Most texts show their language in their commonest words.
        if let Some(code) = common_words::certain_language(sample) {
            return Some(Self { code: Some(code), script: Script::Latin, is_reliable: true });
        }
        let info = whatlang::detect(sample)?;
        Some(Self {
            code: short_code(info.lang()),
            script: info.script(),
            is_reliable: info.is_reliable(),
        })
    }
}

fn short_code(lang: Lang) -> Option<&'static str> {
    CODES.iter().find(|(long, _)| *long == lang.code()).map(|(_, short)| *short)
}

/// Whether detection counts against a declaration. A detector that does not know the declared language
/// can only name another one, so it counts only if it knows it, or if the script alone rules it out (Greek,
/// Thai, Hangul).
fn can_detect(declared: &str, script: Script) -> bool {
    let listed = CODES.iter().any(|(_, short)| *short == declared);
    listed
        || !matches!(script, Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari)
}

fn is_dense(script: Script) -> bool {
    matches!(script, Script::Mandarin | Script::Hiragana | Script::Katakana | Script::Hangul)
}

fn are_related(a: &str, b: &str) -> bool {
    a == b || RELATED_LANGUAGES.iter().any(|group| group.contains(&a) && group.contains(&b))
}

#[cfg(test)]
mod tests {
    use whatlang::Lang;

    use super::{code, detect, short_code};

    const GERMAN: &str = "Die Fähre fährt seit Montag wieder, nachdem sie neun Wochen lang im Dock \
        gelegen hatte. Die Hafenmeisterin sagte, dass der Fahrplan bis zum Herbst gilt und dass die \
        Preise nicht steigen werden.";

    #[test]
    fn every_detected_language_has_a_short_code() {
        for lang in Lang::all() {
            assert!(short_code(*lang).is_some(), "{lang:?}");
        }
    }

    #[test]
    fn tags_of_every_form() {
        assert_eq!(code("en-GB").as_deref(), Some("en"));
        assert_eq!(code("pt_BR").as_deref(), Some("pt"));
        assert_eq!(code("ger").as_deref(), Some("de"));
        assert_eq!(code("UKR").as_deref(), Some("uk"));
        assert_eq!(code("english"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn norwegian_has_one_code() {
        for tag in ["no", "nb", "nb-NO", "nor", "nob"] {
            assert_eq!(code(tag).as_deref(), Some("nb"), "{tag}");
        }
        assert_eq!(code("nn").as_deref(), Some("nn"));
    }

    #[test]
    fn a_long_text_outweighs_a_wrong_declaration() {
        assert_eq!(detect(GERMAN, Some("en-US")).as_deref(), Some("de"));
        assert_eq!(detect(GERMAN, None).as_deref(), Some("de"));
    }

    #[test]
    fn a_declaration_outweighs_a_short_text() {
        assert_eq!(detect("Menu", Some("nl")).as_deref(), Some("nl"));
        assert_eq!(detect("", Some("nl")).as_deref(), Some("nl"));
        assert_eq!(detect("", None), None);
    }

    #[test]
    fn declared_languages_that_the_detector_does_not_know_are_kept() {
        let galician = "O barco volveu navegar o luns despois de nove semanas no dique, dixo a xefa \
            do porto, que espera que os prezos non suban ata o outono.";
        assert_eq!(detect(galician, Some("gl")).as_deref(), Some("gl"));
    }
}
