//! Settings as flags, and their place above the environment and the settings file.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args};
use copydesk_clean::ClutterClass;
use copydesk_core::Error;
use copydesk_core::settings::{
    ByteSize, ClassList, ColorChoice, CompressChoice, ExtraField, FavorChoice, InputChoice,
    LogChoice, LogFormat, LossyChoice, ResolvedSettings, SettingOrigin, SettingsLayer, TimeSpan,
    find_file,
};

use crate::dedupe_flags::DedupeFlags;
use crate::fetch_flags::FetchFlags;
use crate::filter_flags::FilterFlags;

/// Flags that are settings. What is not given is left to the environment, the file, the defaults.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SettingsFlags {
    /// What the inputs are; all but `html` and `text` are for standard input and unknown suffixes
    #[arg(long, value_name = "KIND", value_parser = name_parser::<InputChoice>(InputChoice::ALL.iter().map(|w| w.name())))]
    input: Option<InputChoice>,

    /// Hand on the other fields of JSON records and columns of tables, under their own names; those
    /// named like a field of the record go under `input`
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pass_through: Option<bool>,

    /// How outputs that are text are compressed [default: by the suffix of -o, .gz or .zst]
    #[arg(long, value_name = "HOW", value_parser = name_parser::<CompressChoice>(CompressChoice::ALL.iter().map(|w| w.name())))]
    compress: Option<CompressChoice>,

    /// Cut the output file into shards of so much content each, such as 256MiB: out-00001.jsonl and on
    #[arg(long, value_name = "SIZE")]
    shard_size: Option<ByteSize>,

    /// Data in one row group of a Parquet table, which is held in memory
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    row_group_bytes: Option<ByteSize>,

    /// The field of a record, or the column of a table, that has the page as markup [default: `html`,
    /// `raw_html`, `raw_content`, `content`, `body` and the like]
    #[arg(long, value_name = "NAME")]
    html_field: Option<String>,

    /// The field or column that has the page as text [default: `text`, `maintext` and the like]
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,

    /// The field or column that has the address [default: `url`, `uri`, `link` and the like]
    #[arg(long, value_name = "NAME")]
    url_field: Option<String>,

    /// Add fields to the record that are left out otherwise
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = name_parser::<ExtraField>(ExtraField::ALL.iter().map(|w| w.name())))]
    extra_fields: Option<Vec<ExtraField>>,

    /// Collect reader comments
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    comments: Option<bool>,

    /// List every removed block with its class, rule, score and place: in the record (jsonl), which
    /// then has every kept block too, or on standard error (other formats)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    explain: Option<bool>,

    /// Clutter classes that stay in the text, such as `byline,caption`
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = class_parser(), help_heading = "Clutter")]
    keep: Option<Vec<ClutterClass>>,

    /// Clutter classes to drop, and no others
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = class_parser(), help_heading = "Clutter")]
    drop: Option<Vec<ClutterClass>>,

    /// Which mistake is the worse one in doubt: `precision` drops what is doubtful, `recall` keeps it
    #[arg(long, value_name = "AIM", value_parser = name_parser::<FavorChoice>(FavorChoice::ALL.iter().map(|w| w.name())), help_heading = "Clutter")]
    favor: Option<FavorChoice>,

    /// A folder whose lexicon/*.toml replace the built-in lexicons, and whose sites/*.toml are rules
    /// for single sites
    #[arg(long, value_name = "DIR", help_heading = "Clutter")]
    config: Option<PathBuf>,

    /// A model file, as `make train` writes it, in place of the built-in model
    #[arg(long, value_name = "FILE", help_heading = "Clutter")]
    model: Option<PathBuf>,

    /// Bytes of a page, such as 32MiB or 10MB; the rest of it is not read
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    max_input_bytes: Option<ByteSize>,

    /// Time that one page may take, such as 10s or 500ms; 0s is no limit
    #[arg(long, value_name = "TIME", help_heading = "Limits")]
    page_timeout: Option<TimeSpan>,

    /// Open elements inside one another
    #[arg(long, value_name = "N", help_heading = "Limits", hide_short_help = true)]
    max_depth: Option<usize>,

    /// Elements, texts and comments in a page
    #[arg(long, value_name = "N", help_heading = "Limits", hide_short_help = true)]
    max_nodes: Option<usize>,

    /// Attributes on one element
    #[arg(long, value_name = "N", help_heading = "Limits", hide_short_help = true)]
    max_attributes: Option<usize>,

    /// Blocks of text in a page
    #[arg(long, value_name = "N", help_heading = "Limits", hide_short_help = true)]
    max_blocks: Option<usize>,

    /// Bytes of one record of an input that holds many: a line, a row, a record of an archive
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_line_bytes: Option<ByteSize>,

    #[command(flatten)]
    repair: RepairFlags,

    #[command(flatten)]
    inflate: InflateFlags,

    /// Bytes of pages that were read and not written yet
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_buffered_bytes: Option<ByteSize>,

    /// Bytes for what --site-profiles counts of all sites, about
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_profile_bytes: Option<ByteSize>,

    /// Days from the last page of a site's profile after which it is no evidence any more
    #[arg(long, value_name = "DAYS", help_heading = "Limits", hide_short_help = true)]
    max_profile_age_days: Option<u32>,

    /// Threads that clean; 0 is one for each processor
    #[arg(long, value_name = "N", help_heading = "Running")]
    threads: Option<usize>,

    /// Write pages as they are done, in any order, so that none waits for a slow one before it
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", help_heading = "Running")]
    unordered: Option<bool>,

    /// The longest time between two saves of a checkpoint, such as 30s; 0s saves after every page
    #[arg(long, value_name = "TIME", help_heading = "Running", hide_short_help = true)]
    checkpoint_interval: Option<TimeSpan>,

    #[command(flatten)]
    running: RunningFlags,

    #[command(flatten)]
    filters: FilterFlags,

    #[command(flatten)]
    dedupe: DedupeFlags,

    #[command(flatten)]
    fetch: FetchFlags,
}

/// Caps on compressed inputs.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct InflateFlags {
    /// Bytes that one compressed input may inflate to
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_inflated_bytes: Option<ByteSize>,

    /// Inflated bytes for each compressed byte
    #[arg(long, value_name = "N", help_heading = "Limits", hide_short_help = true)]
    max_inflate_ratio: Option<u64>,
}

/// How the command itself behaves, and where it looks for settings.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RunningFlags {
    /// Settings file to read in place of ./copydesk.toml or the one in the user's settings folder
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    config_file: Option<PathBuf>,

    /// Leave out the progress bar and the summary
    #[arg(short, long, action = ArgAction::SetTrue, help_heading = "Running")]
    quiet: bool,

    /// Leave out the progress bar
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Running")]
    no_progress: bool,

    /// When messages are coloured; `auto` heeds `NO_COLOR`
    #[arg(long, value_name = "WHEN", help_heading = "Running", value_parser = name_parser::<ColorChoice>(ColorChoice::ALL.iter().map(|w| w.name())))]
    color: Option<ColorChoice>,

    /// Tell on standard error what happens inside; leaves out the progress bar
    #[arg(long, value_name = "LEVEL", help_heading = "Running", value_parser = name_parser::<LogChoice>(LogChoice::ALL.iter().map(|w| w.name())))]
    log: Option<LogChoice>,

    /// The form of the log: lines for people, or a JSON object on each line
    #[arg(long, value_name = "FORM", help_heading = "Running", value_parser = name_parser::<LogFormat>(LogFormat::ALL.iter().map(|w| w.name())))]
    log_format: Option<LogFormat>,
}

/// What text repair does.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags that are independent of one another")]
pub(crate) struct RepairFlags {
    /// What becomes of characters of which only some bytes are left: `restore` marks those that cannot
    /// be told with U+FFFD, `mark` all, `drop` takes their remains out
    #[arg(long, value_name = "HOW", value_parser = name_parser::<LossyChoice>(LossyChoice::ALL.iter().map(|w| w.name())), help_heading = "Repair")]
    lossy: Option<LossyChoice>,

    /// Leave text that was read in the wrong charset as it is
    #[arg(long, help_heading = "Repair")]
    no_mojibake: bool,

    /// Leave normal form, control and zero-width characters, odd spaces and line ends as they are
    #[arg(long, help_heading = "Repair")]
    no_hygiene: bool,

    /// Curly quotes and primes to straight ones
    #[arg(long, help_heading = "Repair")]
    straight_quotes: bool,

    /// Latin ligatures to their letters
    #[arg(long, help_heading = "Repair")]
    ligatures: bool,

    /// Fullwidth Latin and halfwidth kana to their common width
    #[arg(long, help_heading = "Repair")]
    width: bool,

    /// Escapes such as \u00e9 to their characters
    #[arg(long, help_heading = "Repair")]
    escapes: bool,
}

impl RepairFlags {
    /// The flags on top of a layer.
    pub(crate) fn apply_to(&self, layer: SettingsLayer) -> SettingsLayer {
        SettingsLayer {
            lossy: self.lossy,
            mojibake: self.no_mojibake.then_some(false),
            hygiene: self.no_hygiene.then_some(false),
            straight_quotes: self.straight_quotes.then_some(true),
            ligatures: self.ligatures.then_some(true),
            width: self.width.then_some(true),
            escapes: self.escapes.then_some(true),
            ..layer
        }
    }
}

impl InflateFlags {
    /// The flags on top of a layer.
    pub(crate) fn apply_to(&self, layer: SettingsLayer) -> SettingsLayer {
        SettingsLayer {
            max_inflated_bytes: self.max_inflated_bytes,
            max_inflate_ratio: self.max_inflate_ratio,
            ..layer
        }
    }
}

impl RunningFlags {
    /// The colour asked for, for messages about settings that could not be read.
    pub(crate) fn color(&self) -> Option<ColorChoice> {
        self.color
    }

    /// The flags as a layer.
    pub(crate) fn layer(&self) -> SettingsLayer {
        SettingsLayer {
            quiet: self.quiet.then_some(true),
            progress: self.no_progress.then_some(false),
            color: self.color,
            log: self.log,
            log_format: self.log_format,
            ..SettingsLayer::default()
        }
    }

    /// The settings in force: defaults, then the settings file, then the environment, then `flags`.
    pub(crate) fn resolve(&self, flags: SettingsLayer) -> Result<ResolvedSettings, Error> {
        let mut resolved = ResolvedSettings::default();
        let file = self.config_file.clone().or_else(|| find_file(|name| std::env::var_os(name)));
        if let Some(file) = file {
            resolved.apply(SettingsLayer::from_file(&file)?, &SettingOrigin::File(file));
        }
        resolved.apply(
            SettingsLayer::from_environment(std::env::vars_os())?,
            &SettingOrigin::Environment,
        );
        resolved.apply(flags, &SettingOrigin::Flag);
        Ok(resolved)
    }
}

impl SettingsFlags {
    /// The flags that other commands have too.
    pub(crate) fn running(&self) -> &RunningFlags {
        &self.running
    }

    /// The flags as a layer.
    pub(crate) fn layer(&self) -> SettingsLayer {
        let flags = self.clone();
        SettingsLayer {
            input: flags.input,
            compress: flags.compress,
            shard_size: flags.shard_size,
            row_group_bytes: flags.row_group_bytes,
            extra_fields: flags.extra_fields,
            comments: flags.comments,
            explain: flags.explain,
            pass_through: flags.pass_through,
            html_field: flags.html_field,
            text_field: flags.text_field,
            url_field: flags.url_field,
            keep: flags.keep.map(ClassList),
            drop: flags.drop.map(ClassList),
            favor: flags.favor,
            config: flags.config,
            model: flags.model,
            threads: flags.threads,
            unordered: flags.unordered,
            checkpoint_interval: flags.checkpoint_interval,
            page_timeout: flags.page_timeout,
            max_input_bytes: flags.max_input_bytes,
            max_depth: flags.max_depth,
            max_nodes: flags.max_nodes,
            max_attributes: flags.max_attributes,
            max_blocks: flags.max_blocks,
            max_line_bytes: flags.max_line_bytes,
            max_buffered_bytes: flags.max_buffered_bytes,
            max_profile_bytes: flags.max_profile_bytes,
            max_profile_age_days: flags.max_profile_age_days,
            ..self.flattened_flags()
        }
    }

    /// The flags that are defined elsewhere.
    fn flattened_flags(&self) -> SettingsLayer {
        let layer = self.repair.apply_to(self.inflate.apply_to(self.running.layer()));
        self.dedupe.apply_to(self.filters.apply_to(self.fetch.apply_to(layer)))
    }

    /// The settings in force: defaults, then the settings file, then the environment, then `flags`.
    pub(crate) fn resolve(&self, flags: SettingsLayer) -> Result<ResolvedSettings, Error> {
        self.running.resolve(flags)
    }
}

/// Parses one of a few words, all of which help and completions then show.
pub(crate) fn name_parser<T>(
    names: impl Iterator<Item = &'static str>,
) -> impl TypedValueParser<Value = T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(names.collect::<Vec<_>>()).try_map(|word| word.parse::<T>())
}

fn class_parser() -> impl TypedValueParser<Value = ClutterClass> {
    PossibleValuesParser::new(ClutterClass::ALL.map(ClutterClass::name))
        .try_map(|name| ClutterClass::from_name(&name).ok_or("no clutter class"))
}
