//! Flags that select the pages to read and write.

use std::path::PathBuf;

use clap::Args;
use copydesk_core::settings::{Fraction, LanguageFilter, SettingsLayer};

use crate::value_parsers::whole_number;

/// Which pages to read and write.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterFlags {
    /// Languages to write, such as `en,de`; `und` stands for an unknown language [default: all]
    #[arg(long, value_name = "CODES")]
    language: Option<LanguageFilter>,

    /// Minimum number of words in the text
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>)]
    min_words: Option<usize>,

    /// Minimum confidence of the record, from 0 to 1
    #[arg(long, value_name = "SHARE")]
    min_confidence: Option<Fraction>,

    /// File with URL patterns, one per line; only matching pages are read. A pattern is a host
    /// (`news.example`), a prefix (`https://news.example/live/`) or has wildcards (`*.example/*/print`)
    #[arg(long, value_name = "FILE")]
    allow_urls: Option<PathBuf>,

    /// File with URL patterns; matching pages are not read
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
