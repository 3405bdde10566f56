//! Flags that say what becomes of duplicates.

use clap::Args;
use copydesk_core::settings::{ByteSize, DedupeChoice, Fraction, SettingsLayer};

use crate::settings::name_parser;

/// What becomes of duplicates.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Duplicates")]
pub(crate) struct DedupeFlags {
    /// What becomes of a page that says the same as an earlier one: `mark` names that one in
    /// `duplicate_of`, `drop` leaves the page out
    #[arg(long, value_name = "HOW", value_parser = name_parser::<DedupeChoice>(DedupeChoice::ALL.iter().map(|w| w.name())))]
    dedupe: Option<DedupeChoice>,

    /// The share of three-word runs in common from which a text is a duplicate, from 0.5 to 1
    #[arg(long, value_name = "SHARE")]
    dedupe_threshold: Option<Fraction>,

    /// Memory for finding duplicates, some 160 bytes a page
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
