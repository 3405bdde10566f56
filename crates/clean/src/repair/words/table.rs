//! The table of a language: letters, words, letter sequences, and kinds of words.

use super::context::WordTransitions;
use super::letter_model::LetterModel;
use super::letters::Alphabet;
use super::lexicon::WordLexicon;
use super::reader::TableReader;
use super::trees::ConfidenceTrees;

const MAGIC: &[u8] = b"WORDS2\n";

/// Everything that is known about a language.
#[derive(Debug)]
pub(super) struct LanguageTable {
    pub(super) letters: Alphabet,
    pub(super) weights: TableWeights,
    /// The logarithm of the number of words that were counted.
    pub(super) log_total: f32,
    pub(super) lexicon: WordLexicon,
    pub(super) letter_model: LetterModel,
    pub(super) transitions: WordTransitions,
    pub(super) confidence: ConfidenceTrees,
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
    /// The minimum posterior of a restored word.
    pub(super) threshold: f32,
}

impl LanguageTable {
    /// Parses a table; `None` if it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = TableReader::new(bytes.strip_prefix(MAGIC)?);
        let letters = Alphabet::read(&mut reader)?;
        let weights = TableWeights::read(&mut reader)?;
        let log_total = reader.f32()?;
        let lexicon = WordLexicon::read(&mut reader)?;
        let letter_model = LetterModel::read(&mut reader, letters.count())?;
        let transitions = WordTransitions::read(&mut reader)?;
        let confidence = ConfidenceTrees::read(&mut reader)?;
        reader.is_at_end().then_some(Self {
            letters,
            weights,
            log_total,
            lexicon,
            letter_model,
            transitions,
            confidence,
        })
    }
}

impl TableWeights {
    fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let mut next = || reader.f32();
        Some(Self { link: next()?, unlisted: next()?, fit: next()?, threshold: next()? })
    }
}
