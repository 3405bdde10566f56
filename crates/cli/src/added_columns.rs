//! Checks of `--add-columns`: what it can be combined with.

use anyhow::Result;
use copydesk_core::settings::{DedupeChoice, Settings};
use copydesk_core::sinks::Format;
use copydesk_core::sources::Inputs;

use crate::failure::HintedError;

/// Refuses what contradicts writing every row back, and several text fields without `--add-columns`.
pub(crate) fn check(
    settings: &Settings,
    is_sharding_flag: bool,
    inputs: &Inputs,
    format: Format,
) -> Result<()> {
    if settings.add_columns.is_empty() {
        return check_single_text(settings);
    }
    if !matches!(format, Format::Jsonl | Format::Csv | Format::Spreadsheet | Format::Parquet) {
        let message = format!("--add-columns cannot write {}", format.name());
        let hint = "rows are written as jsonl, csv, spreadsheet or parquet";
        return Err(HintedError::new(message, hint).into());
    }
    if !inputs.urls().is_empty() {
        let hint = "`copydesk fetch` writes fetched pages as rows";
        return Err(HintedError::new("--add-columns needs rows, and URLs have none", hint).into());
    }
    let default = Settings::default();
    let excluding = [
        ("language", settings.language != default.language),
        ("min_words", settings.min_words != default.min_words),
        ("min_confidence", settings.min_confidence != default.min_confidence),
        ("allow_urls", settings.allow_urls != default.allow_urls),
        ("block_urls", settings.block_urls != default.block_urls),
        ("dedupe", settings.dedupe != DedupeChoice::Off),
    ];
    // A Parquet table is written in whole row groups of its input.
    let splits = ("shard_size", is_sharding_flag && format == Format::Parquet);
    if let Some((name, _)) = excluding.into_iter().chain([splits]).find(|(_, is_set)| *is_set) {
        let flag = name.replace('_', "-");
        let message =
            format!("--add-columns writes every row back, and cannot be combined with --{flag}");
        let hint = "filter or split the output by its columns";
        return Err(HintedError::new(message, hint).into());
    }
    Ok(())
}

fn check_single_text(settings: &Settings) -> Result<()> {
    if settings.text_field.names().count() < 2 {
        return Ok(());
    }
    let hint = "--add-columns writes each row back with a cleaned column for each of them";
    Err(HintedError::new("a record has one text, and --text-field names several", hint).into())
}
