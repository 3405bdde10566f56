//! Settings as flags, which override the environment and the settings file.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use copydesk_clean::ClutterClass;
use copydesk_core::Error;
use copydesk_core::settings::{
    ByteSize, ClassList, ColorChoice, CompressChoice, ExtraField, FavorChoice, FieldList,
    InputChoice, LayoutChoice, LogChoice, LogFormat, LossyChoice, ResolvedSettings, SettingOrigin,
    SettingsLayer, TimeSpan, find_file,
};

use crate::dedupe_flags::DedupeFlags;
use crate::fetch_flags::FetchFlags;
use crate::filter_flags::FilterFlags;
use crate::value_parsers::{class_parser, name_parser, whole_number};

/// Flags that are settings. A flag that was not given leaves the setting to the environment, the settings file
/// and the defaults.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SettingsFlags {
    /// Input format; all but `html` and `text` only apply to standard input and unknown suffixes
    #[arg(long, value_name = "KIND", value_parser = name_parser::<InputChoice>(InputChoice::ALL.iter().map(|w| w.name())))]
    input: Option<InputChoice>,

    /// How the lines of a text make up its paragraphs [default: recognized from each text]
    #[arg(long, value_name = "LAYOUT", value_parser = name_parser::<LayoutChoice>(LayoutChoice::ALL.iter().map(|w| w.name())))]
    layout: Option<LayoutChoice>,

    /// Do not put the paragraphs of texts together again: every line is a paragraph
    #[arg(long)]
    no_structure_repair: bool,

    /// Copy the other fields of JSON records and columns of tables to the output; those that share a name
    /// with a field of the record go under `input`
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pass_through: Option<bool>,

    /// Compression of text outputs [default: by the suffix of -o, .gz or .zst]
    #[arg(long, value_name = "HOW", value_parser = name_parser::<CompressChoice>(CompressChoice::ALL.iter().map(|w| w.name())))]
    compress: Option<CompressChoice>,

    /// Split the output file into shards of this size, such as 256MiB: out-00001.jsonl, out-00002.jsonl
    /// and so on [default: one file]
    #[arg(long, value_name = "SIZE")]
    shard_size: Option<ByteSize>,

    /// Data per row group of a Parquet table; a row group is held in memory
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    row_group_bytes: Option<ByteSize>,

    /// Write each row of the inputs back as it is, with columns added: `clean_text`, `clean_outcome`,
    /// `clean_removed` and `clean_error`. PREFIX replaces `clean`. For JSON, CSV and Parquet
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "clean", value_name = "PREFIX")]
    add_columns: Option<String>,

    /// Field of a JSON record, or column of a table, with the page as HTML; one within others by its path,
    /// such as `data.page.html` [default: `html`, `raw_html`, `raw_content`, `content`, `body` and similar]
    #[arg(long, value_name = "NAME")]
    html_field: Option<String>,

    /// Field or column with the page as text: a string, or a list of paragraphs. Several names, each for a
    /// text to clean, need --add-columns [default: `text`, `maintext` and similar]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    text_field: Option<Vec<String>>,

    /// Field or column with the URL [default: `url`, `uri`, `link` and similar]
    #[arg(long, value_name = "NAME")]
    url_field: Option<String>,

    /// Field or column that says which texts are of one source, such as `newspaper`, for --site-profiles
    /// [default: the host of the URL, or for texts without one the folder of the input]
    #[arg(long, value_name = "NAME")]
    group_field: Option<String>,

    /// Follow symbolic links within input folders; without this, they are passed over
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    follow_links: Option<bool>,

    /// Optional fields to add to the record
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = name_parser::<ExtraField>(ExtraField::ALL.iter().map(|w| w.name())))]
    extra_fields: Option<Vec<ExtraField>>,

    /// Begin Markdown documents with the title, author, date, URL, language and tags as YAML, instead of a heading
    /// with the title; each page needs a file of its own
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    front_matter: Option<bool>,

    /// Collect reader comments
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    comments: Option<bool>,

    /// List every removed block with its class, rule, score and position: in the record (jsonl, with the
    /// kept blocks too) or on standard error (other formats)
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    explain: Option<bool>,

    /// Clutter classes to keep in the text, such as `byline,caption`
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = class_parser(), help_heading = "Clutter")]
    keep: Option<Vec<ClutterClass>>,

    /// Clutter classes to remove; all others stay [default: all]
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = class_parser(), help_heading = "Clutter")]
    drop: Option<Vec<ClutterClass>>,

    /// What to do with doubtful blocks: `precision` removes them, `recall` keeps them, `balance` aims for
    /// the highest F1
    #[arg(long, value_name = "AIM", value_parser = name_parser::<FavorChoice>(FavorChoice::ALL.iter().map(|w| w.name())), help_heading = "Clutter")]
    favor: Option<FavorChoice>,

    /// Folder whose lexicon/*.toml replace the built-in lexicons and whose sites/*.toml are site rules
    #[arg(long, value_name = "DIR", help_heading = "Clutter")]
    config: Option<PathBuf>,

    /// Model file to use instead of the built-in model
    #[arg(long, value_name = "FILE", help_heading = "Clutter")]
    model: Option<PathBuf>,

    /// Maximum size of a page, such as 32MiB or 10MB; the rest is not read
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    max_input_bytes: Option<ByteSize>,

    /// Maximum time for one page, such as 10s or 500ms; 0s is no limit
    #[arg(long, value_name = "TIME", help_heading = "Limits")]
    page_timeout: Option<TimeSpan>,

    /// Maximum nesting depth of elements
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Limits", hide_short_help = true)]
    max_depth: Option<usize>,

    /// Maximum number of elements, text nodes and comments per page
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Limits", hide_short_help = true)]
    max_nodes: Option<usize>,

    /// Maximum number of attributes per element
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Limits", hide_short_help = true)]
    max_attributes: Option<usize>,

    /// Maximum number of blocks of text per page
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Limits", hide_short_help = true)]
    max_blocks: Option<usize>,

    /// Maximum size of one record of an input that holds many: a line, a row, an archive record
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_line_bytes: Option<ByteSize>,

    #[command(flatten)]
    repair: RepairFlags,

    #[command(flatten)]
    inflate: InflateFlags,

    /// Maximum size of all pages that were read and are not yet written
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_buffered_bytes: Option<ByteSize>,

    /// Approximate memory for the counts of --site-profiles
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_profile_bytes: Option<ByteSize>,

    /// Maximum age of a site profile in days; older ones are discarded
    #[arg(long, value_name = "DAYS", value_parser = whole_number::<u32>, help_heading = "Limits", hide_short_help = true)]
    max_profile_age_days: Option<u32>,

    /// Threads for cleaning, at most four per processor; 0 is one per processor
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Running")]
    threads: Option<usize>,

    /// Write pages as soon as they are done, in any order, so that none waits for a slow one
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", help_heading = "Running")]
    unordered: Option<bool>,

    /// Maximum time between two saves of the checkpoint; 0s saves after every page
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

/// Limits on compressed inputs.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct InflateFlags {
    /// Maximum size of one compressed input after decompression
    #[arg(long, value_name = "SIZE", help_heading = "Limits", hide_short_help = true)]
    max_inflated_bytes: Option<ByteSize>,

    /// Maximum inflated bytes per compressed byte
    #[arg(long, value_name = "N", value_parser = whole_number::<u64>, help_heading = "Limits", hide_short_help = true)]
    max_inflate_ratio: Option<u64>,
}

/// Messages of the command, and where it looks for settings.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RunningFlags {
    /// Settings file to read instead of ./copydesk.toml or the one in the user's settings folder
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    config_file: Option<PathBuf>,

    /// Hide the progress bar and the summary
    #[arg(short, long, action = ArgAction::SetTrue, help_heading = "Running")]
    quiet: bool,

    /// Hide the progress bar
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Running")]
    no_progress: bool,

    /// When to color messages; `auto` is on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", help_heading = "Running", value_parser = name_parser::<ColorChoice>(ColorChoice::ALL.iter().map(|w| w.name())))]
    color: Option<ColorChoice>,

    /// Log level on standard error; logging hides the progress bar
    #[arg(long, value_name = "LEVEL", help_heading = "Running", value_parser = name_parser::<LogChoice>(LogChoice::ALL.iter().map(|w| w.name())))]
    log: Option<LogChoice>,

    /// Log format: lines for people, or one JSON object per line
    #[arg(long, value_name = "FORMAT", help_heading = "Running", value_parser = name_parser::<LogFormat>(LogFormat::ALL.iter().map(|w| w.name())))]
    log_format: Option<LogFormat>,
}

/// How broken characters are repaired.
#[derive(Clone, Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags that are independent of one another")]
pub(crate) struct RepairFlags {
    /// What to do with characters that lost some bytes: `restore` those that can be determined and mark
    /// the others with U+FFFD, `mark` all, `drop` what is left of them, or `leave` them
    #[arg(long, value_name = "HOW", value_parser = name_parser::<LossyChoice>(LossyChoice::ALL.iter().map(|w| w.name())), help_heading = "Repair")]
    lossy: Option<LossyChoice>,

    /// Do not repair text that was decoded with the wrong charset
    #[arg(long, help_heading = "Repair")]
    no_mojibake: bool,

    /// Do not normalize: keep normal form, control and zero-width characters, odd spaces and line ends
    #[arg(long, help_heading = "Repair")]
    no_hygiene: bool,

    /// Replace curly quotes and primes with straight ones
    #[arg(long, help_heading = "Repair")]
    straight_quotes: bool,

    /// Replace Latin ligatures with their letters
    #[arg(long, help_heading = "Repair")]
    ligatures: bool,

    /// Replace fullwidth Latin and halfwidth kana with their common width
    #[arg(long, help_heading = "Repair")]
    width: bool,

    /// Replace escapes such as \u00e9 with their characters
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
    /// The color to use for messages about settings that could not be read.
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
    /// The flags that other commands share.
    pub(crate) fn running(&self) -> &RunningFlags {
        &self.running
    }

    /// The flags as a layer.
    pub(crate) fn layer(&self) -> SettingsLayer {
        let flags = self.clone();
        SettingsLayer {
            input: flags.input,
            layout: flags.layout,
            structure_repair: flags.no_structure_repair.then_some(false),
            compress: flags.compress,
            shard_size: flags.shard_size,
            row_group_bytes: flags.row_group_bytes,
            extra_fields: flags.extra_fields,
            front_matter: flags.front_matter,
            comments: flags.comments,
            explain: flags.explain,
            pass_through: flags.pass_through,
            add_columns: flags.add_columns,
            html_field: flags.html_field,
            text_field: flags.text_field.map(FieldList),
            url_field: flags.url_field,
            group_field: flags.group_field,
            follow_links: flags.follow_links,
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
