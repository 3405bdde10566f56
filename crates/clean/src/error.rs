//! What can go wrong outside a page: settings, lexicons and site rules. A bad page is no error but
//! a [`crate::Record`].

/// Why a lexicon or a site rule cannot be used.
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

    /// The file (or the embedded table) that is wrong.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

/// What is wrong with a lexicon or a site rule.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is not valid TOML, or has a field that is not known.
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
}
