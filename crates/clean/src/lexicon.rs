//! Clutter phrases by class and language.
use crate::Error;

/// Clutter phrases of all languages, compiled into one automaton.
#[derive(Clone, Debug)]
pub struct Lexicon {}

impl Lexicon {
    /// The lexicons that come with the crate.
    pub fn embedded() -> Self {
        Self {}
    }

    /// Compiles lexicons from `(name, TOML text)` pairs, `name` being the file stem such as `en`.
    ///
    /// # Errors
    /// When a file does not parse, or a rule in it cannot be used.
    pub fn from_toml<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let _ = files.into_iter().count();
        Ok(Self {})
    }
}
