//! The charsets that are compared, and how common they are.

use std::sync::LazyLock;

use encoding_rs as e;
use encoding_rs::Encoding;

use super::double_byte::DoubleByte;
use super::single_byte::SingleByte;

/// A charset with its letter models.
pub(super) struct CharsetCandidate {
    pub(super) encoding: &'static Encoding,
    /// The cost of its rarity, in nats.
    pub(super) prior: f32,
    model: CandidateModel,
}

enum CandidateModel {
    Single(Vec<SingleByte>),
    Double(DoubleByte),
}

impl CharsetCandidate {
    /// The cost of bytes in the most likely language of the charset, in nats.
    pub(super) fn cost(&self, bytes: &[u8]) -> f32 {
        match &self.model {
            CandidateModel::Single(languages) => {
                languages.iter().map(|language| language.cost(bytes)).fold(f32::MAX, f32::min)
            }
            CandidateModel::Double(reader) => reader.cost(bytes),
        }
    }
}

/// The cost of bytes as windows-1252, in nats, in the most likely language with a Latin alphabet.
/// This includes languages of other charsets: a text may happen to have only those of their letters
/// that windows-1252 also has.
pub(crate) fn latin_cost(bytes: &[u8]) -> f32 {
    LATIN.iter().map(|language| language.cost(bytes)).fold(f32::MAX, f32::min)
}

/// The cost of bytes in a single-byte charset, in nats, in the most likely of all languages: a label may name a charset
/// that is not usual for the language of its text, but that has its letters.
pub(crate) fn cost_in_any_language(encoding: &'static Encoding, bytes: &[u8]) -> f32 {
    let languages = [WESTERN, CENTRAL, BALTIC, CYRILLIC, "el tr he ar fa vi th"];
    let languages = languages.into_iter().flat_map(|list| list.split(' '));
    let costs = languages
        .filter_map(|language| SingleByte::new(encoding, language))
        .map(|language| language.cost(bytes));
    costs.fold(f32::MAX, f32::min)
}

/// All charsets, each one once.
pub(super) fn all() -> &'static [CharsetCandidate] {
    &CANDIDATES
}

const WESTERN: &str = "en fr es ca it nl de sv fi pt da nb is gl eu";
const CENTRAL: &str = "pl cs sk hu sl hr ro";
const BALTIC: &str = "lt lv et";
const CYRILLIC: &str = "ru uk be bg sr mk";

/// The languages of each single-byte charset, and the cost of its rarity in nats.
const SINGLE: [(&Encoding, &str, f32); 22] = [
    // The most common charset of legacy pages has no extra cost.
    (e::WINDOWS_1252, WESTERN, 0.0),
    (e::WINDOWS_1250, CENTRAL, 2.0),
    (e::ISO_8859_2, CENTRAL, 2.5),
    (e::WINDOWS_1251, CYRILLIC, 1.0),
    (e::KOI8_R, "ru bg", 3.0),
    (e::KOI8_U, "uk ru be", 3.5),
    (e::ISO_8859_5, CYRILLIC, 4.0),
    (e::IBM866, "ru be uk bg", 4.0),
    (e::X_MAC_CYRILLIC, CYRILLIC, 4.5),
    (e::WINDOWS_1253, "el", 2.0),
    (e::ISO_8859_7, "el", 3.5),
    (e::WINDOWS_1254, "tr", 2.5),
    (e::WINDOWS_1255, "he", 2.0),
    (e::ISO_8859_8, "he", 4.0),
    (e::WINDOWS_1256, "ar fa", 2.0),
    (e::ISO_8859_6, "ar", 4.0),
    (e::WINDOWS_1257, BALTIC, 3.0),
    (e::ISO_8859_13, BALTIC, 4.0),
    (e::ISO_8859_4, BALTIC, 5.0),
    (e::WINDOWS_1258, "vi", 3.0),
    (e::WINDOWS_874, "th", 2.0),
    (e::MACINTOSH, WESTERN, 12.0),
];

/// The same for multi-byte charsets.
const DOUBLE: [(&Encoding, &str, f32); 5] = [
    (e::SHIFT_JIS, "ja", 2.5),
    (e::EUC_JP, "ja", 2.5),
    (e::GBK, "zh", 2.0),
    (e::BIG5, "zt", 2.0),
    (e::EUC_KR, "ko", 2.0),
];

static LATIN: LazyLock<Vec<SingleByte>> = LazyLock::new(|| {
    let languages =
        [WESTERN, CENTRAL, BALTIC, "tr vi"].into_iter().flat_map(|list| list.split(' '));
    languages.filter_map(|language| SingleByte::new(e::WINDOWS_1252, language)).collect()
});

static CANDIDATES: LazyLock<Vec<CharsetCandidate>> = LazyLock::new(|| {
    let single = SINGLE.into_iter().map(|(encoding, languages, prior)| {
        let readers =
            languages.split(' ').filter_map(|language| SingleByte::new(encoding, language));
        CharsetCandidate { encoding, prior, model: CandidateModel::Single(readers.collect()) }
    });
    let double = DOUBLE.into_iter().filter_map(|(encoding, language, prior)| {
        let reader = CandidateModel::Double(DoubleByte::new(encoding, language)?);
        Some(CharsetCandidate { encoding, prior, model: reader })
    });
    single.chain(double).collect()
});
