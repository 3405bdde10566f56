//! The table of a language: letters, words, letter sequences, and kinds of words.

use super::context::KindTransitions;
use super::letter_model::LetterModel;
use super::letters::Alphabet;
use super::lexicon::WordLexicon;
use super::reader::TableReader;

const MAGIC: &[u8] = b"WORDS1\n";

/// Everything that is known about a language.
#[derive(Debug)]
pub(super) struct LanguageTable {
    pub(super) letters: Alphabet,
    pub(super) weights: TableWeights,
    /// The logarithm of the number of words that were counted.
    pub(super) log_total: f32,
    pub(super) lexicon: WordLexicon,
    pub(super) letter_model: LetterModel,
    pub(super) transitions: KindTransitions,
}

/// The weights of the evidence, fitted by `train/words/fit.py`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableWeights {
    /// The weight of how well neighboring words go together.
    pub(super) link: f32,
    /// The logarithm of the share of words that are not in the lexicon.
    pub(super) unlisted: f32,
    /// The minimum mean log-probability per letter of a text in this language.
    pub(super) fit: f32,
    /// The weights of the evidence that a reading is right, see `confidence.rs`.
    pub(super) confidence: [f32; EVIDENCE],
    /// The minimum posterior of a restored word.
    pub(super) threshold: f32,
}

/// The number of features in `confidence.rs`.
pub(super) const EVIDENCE: usize = 10;

impl LanguageTable {
    /// Parses a table; `None` if it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = TableReader::new(bytes.strip_prefix(MAGIC)?);
        let letters = Alphabet::read(&mut reader)?;
        let weights = TableWeights::read(&mut reader)?;
        let log_total = reader.f32()?;
        let lexicon = WordLexicon::read(&mut reader)?;
        let letter_model = LetterModel::read(&mut reader, letters.count())?;
        let transitions = KindTransitions::read(&mut reader)?;
        reader.is_at_end().then_some(Self {
            letters,
            weights,
            log_total,
            lexicon,
            letter_model,
            transitions,
        })
    }
}

impl TableWeights {
    fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let count = usize::from(reader.u8()?);
        if count != EVIDENCE + 5 {
            return None;
        }
        let mut next = || reader.f32();
        // The third number is not used.
        let (link, unlisted, _, fit) = (next()?, next()?, next()?, next()?);
        let mut confidence = [0.0; EVIDENCE];
        for weight in &mut confidence {
            *weight = next()?;
        }
        Some(Self { link, unlisted, fit, confidence, threshold: next()? })
    }
}
