//! Errors in lexicons, site rules and models. A bad page is not an error: it gives a [`crate::Record`]
//! that says what is wrong.

/// Why a lexicon, a site rule or a model cannot be used.
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

    /// The file, or the embedded table, that cannot be used.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

/// What is wrong with a lexicon, a site rule or a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is not valid TOML, or has an unknown field.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A phrase is empty after normalising.
    #[error("rule {rule}: the phrase {phrase:?} is empty")]
    EmptyPhrase {
        /// The rule's id.
        rule: String,
        /// The phrase as written.
        phrase: String,
    },
    /// Two rules of one language have the same id.
    #[error("rule {0} is defined twice")]
    DuplicateRule(String),
    /// A selector does not parse.
    #[error("the selector {selector:?} does not parse: {reason}")]
    Selector {
        /// The selector as written.
        selector: String,
        /// The parser's message.
        reason: String,
    },
    /// The automaton cannot hold the phrases.
    #[error("the phrases do not fit one automaton: {0}")]
    Automaton(String),
    /// The file is not a model, has another version, or is damaged.
    #[error("not a usable model: {0}")]
    Model(String),
    /// The model uses a feature that this version does not compute.
    #[error("the model was fitted for another version: unknown feature {0:?}")]
    UnknownFeature(String),
}
