//! Errors outside a page: in lexicons, site rules and models. A bad page is not an error but a
//! [`crate::Record`] with an outcome.

/// An error in a lexicon, a site rule or a model.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {kind}")]
pub struct Error {
    origin: String,
    #[source]
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(origin: impl Into<String>, kind: ErrorKind) -> Self {
        Self { origin: origin.into(), kind }
    }

    /// The file that the error is in, or the name of the embedded table.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is not valid TOML, or has an unknown field.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A phrase has no words left after normalization.
    #[error("rule {rule}: the phrase {phrase:?} has no words")]
    EmptyPhrase {
        /// The rule's id.
        rule: String,
        /// The phrase as written.
        phrase: String,
    },
    /// Two rules of one language have the same id.
    #[error("duplicate rule {0}")]
    DuplicateRule(String),
    /// A CSS selector cannot be parsed.
    #[error("invalid selector {selector:?}: {reason}")]
    Selector {
        /// The selector as written.
        selector: String,
        /// The parser's message.
        reason: String,
    },
    /// The phrases are too many for one automaton.
    #[error("too many phrases for one automaton: {0}")]
    Automaton(String),
    /// The file is not a model, is of another version, or is damaged.
    #[error("not a usable model: {0}")]
    Model(String),
    /// The model needs a feature that this version does not compute.
    #[error("the model was fitted for another version: unknown feature {0:?}")]
    UnknownFeature(String),
}
