//! The table of a language: its letters, words, letter sequences and kinds of words.

use super::context::KindTransitions;
use super::letter_model::LetterModel;
use super::letters::Alphabet;
use super::lexicon::WordLexicon;
use super::reader::TableReader;

const MAGIC: &[u8] = b"WORDS1\n";

/// All that is known of a language.
#[derive(Debug)]
pub(super) struct LanguageTable {
    pub(super) letters: Alphabet,
    pub(super) weights: TableWeights,
    /// Logarithm of how many words its counts come from.
    pub(super) log_total: f32,
    pub(super) lexicon: WordLexicon,
    pub(super) letter_model: LetterModel,
    pub(super) transitions: KindTransitions,
}

/// How much each piece of evidence counts; fitted by `train/words/fit.py`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableWeights {
    /// Of how well neighbouring words go together.
    pub(super) link: f32,
    /// Logarithm of the share of words that the lexicon does not have.
    pub(super) unlisted: f32,
    /// Mean logarithm a letter that a text of this language reaches at the least.
    pub(super) fit: f32,
    /// Of the evidence that a reading is right, see `confidence.rs`.
    pub(super) confidence: [f32; EVIDENCE],
    /// The posterior from which on a word is restored.
    pub(super) threshold: f32,
}

/// How many pieces of evidence there are that a reading is right.
pub(super) const EVIDENCE: usize = 10;

impl LanguageTable {
    /// Reads a table; none where it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = TableReader::new(bytes.strip_prefix(MAGIC)?);
        let letters = Alphabet::read(&mut reader)?;
        let weights = TableWeights::read(&mut reader)?;
        let log_total = reader.f32()?;
        let lexicon = WordLexicon::read(&mut reader)?;
        let chars = LetterModel::read(&mut reader, letters.count())?;
        let context = KindTransitions::read(&mut reader)?;
        reader.is_at_end().then_some(Self {
            letters,
            weights,
            log_total,
            lexicon,
            letter_model: chars,
            transitions: context,
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
        // The third is not in use.
        let (link, unlisted, _, fit) = (next()?, next()?, next()?, next()?);
        let mut confidence = [0.0; EVIDENCE];
        for weight in &mut confidence {
            *weight = next()?;
        }
        Some(Self { link, unlisted, fit, confidence, threshold: next()? })
    }
}
