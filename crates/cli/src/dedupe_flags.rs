//! Flags that say what becomes of duplicates.

use clap::Args;
use copydesk_core::settings::{ByteSize, DedupeChoice, Fraction, SettingsLayer};

use crate::value_parsers::name_parser;

/// What to do with duplicates.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Duplicates")]
pub(crate) struct DedupeFlags {
    /// What to do with a page whose text an earlier page had: `mark` names that page in `duplicate_of`,
    /// `drop` omits the page
    #[arg(long, value_name = "HOW", value_parser = name_parser::<DedupeChoice>(DedupeChoice::ALL.iter().map(|choice| choice.name())))]
    dedupe: Option<DedupeChoice>,

    /// Share of three-word sequences in common from which two texts are duplicates, from 0.5 to 1
    #[arg(long, value_name = "SHARE")]
    dedupe_threshold: Option<Fraction>,

    /// Memory for deduplication; a page takes about 160 bytes
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    max_dedupe_bytes: Option<ByteSize>,
}

impl DedupeFlags {
    /// The flags on top of a layer.
    pub(crate) fn apply_to(&self, layer: SettingsLayer) -> SettingsLayer {
        SettingsLayer {
            dedupe: self.dedupe,
            dedupe_threshold: self.dedupe_threshold,
            max_dedupe_bytes: self.max_dedupe_bytes,
            ..layer
        }
    }
}
