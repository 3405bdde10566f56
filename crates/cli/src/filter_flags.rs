//! Flags that say which pages are written.

use std::path::PathBuf;

use clap::Args;
use copydesk_core::settings::{Fraction, LanguageFilter, SettingsLayer};

/// Which pages are written.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterFlags {
    /// Languages of texts to write, such as `en,de`; `und` is for texts whose language is not known
    #[arg(long, value_name = "CODES")]
    language: Option<LanguageFilter>,

    /// Words that a text must have to be written
    #[arg(long, value_name = "N")]
    min_words: Option<usize>,

    /// The least confidence of a record to be written, from 0 to 1
    #[arg(long, value_name = "SHARE")]
    min_confidence: Option<Fraction>,

    /// A list of the addresses whose pages are read: hosts (`news.example`), beginnings
    /// (`https://news.example/live/`) and patterns (`*.example/*/print`), one on a line
    #[arg(long, value_name = "FILE")]
    allow_urls: Option<PathBuf>,

    /// A list of addresses whose pages are not read
    #[arg(long, value_name = "FILE")]
    block_urls: Option<PathBuf>,
}

impl FilterFlags {
    /// The flags on top of a layer.
    pub(crate) fn apply_to(&self, layer: SettingsLayer) -> SettingsLayer {
        let flags = self.clone();
        SettingsLayer {
            language: flags.language,
            min_words: flags.min_words,
            min_confidence: flags.min_confidence,
            allow_urls: flags.allow_urls,
            block_urls: flags.block_urls,
            ..layer
        }
    }
}
