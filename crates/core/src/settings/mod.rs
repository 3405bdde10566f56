//! Settings: what may be set, its defaults, and the layers that are combined.
//!
//! Layers, the later one winning: defaults, a file, the environment, flags. Each is a [`SettingsLayer`] of
//! `Option` fields; [`ResolvedSettings`] remembers which layer gave each value.

mod fetching;
mod fraction;
mod languages;
mod layers;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use copydesk_clean::{CleanLimits, RepairOptions};
use serde::{Deserialize, Serialize};

pub use fetching::FETCH_SETTINGS;
pub use fetching::{HostOverride, NameServer};
pub use fraction::Fraction;
pub use languages::LanguageFilter;
pub use layers::{SETTINGS_FILE, VARIABLE_PREFIX, find_file};
pub use values::{
    BadValue, ByteSize, ClassList, ColorChoice, CompressChoice, DedupeChoice, ExtraField,
    FavorChoice, FormatChoice, InputChoice, LogChoice, LogFormat, LossyChoice, TimeSpan,
};

use copydesk_fetch::inflate::InflateLimits;

/// Where a setting's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// Nobody set it.
    Default,
    /// This settings file.
    File(PathBuf),
    /// The variable `COPYDESK_` with the setting's name in capitals.
    Environment,
    /// A flag of the command.
    Flag,
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)+) => {
        /// Every setting, with a value.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub struct Settings { $($(#[$doc])* pub $name: $type,)+ }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// The settings that one layer sets.
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct SettingsLayer { $($(#[$doc])* pub $name: Option<$type>,)+ }

        impl Settings {
            /// The name of every setting, in the order of the documentation.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];
        }

        impl ResolvedSettings {
            /// Puts `layer` on top: what it sets replaces what was set before.
            pub fn apply(&mut self, layer: SettingsLayer, origin: &SettingOrigin) {
                $(if let Some(value) = layer.$name {
                    self.settings.$name = value;
                    self.origins.insert(stringify!($name), origin.clone());
                })+
            }
        }
    };
}

/// Settings combined from layers, with the origin of each value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResolvedSettings {
    /// The settings in force.
    pub settings: Settings,
    origins: BTreeMap<&'static str, SettingOrigin>,
}

impl ResolvedSettings {
    /// Settings to put layers on top of.
    pub fn from_settings(settings: Settings) -> Self {
        Self { settings, origins: BTreeMap::new() }
    }

    /// Where the value of the setting called `name` comes from.
    pub fn origin(&self, name: &str) -> &SettingOrigin {
        self.origins.get(name).unwrap_or(&SettingOrigin::Default)
    }
}

settings! {
    /// What the inputs are. Default `auto`.
    input: InputChoice = InputChoice::Auto;
    /// The form of the output. Default `auto`.
    format: FormatChoice = FormatChoice::Auto;
    /// How outputs that are text are compressed. Default `auto`.
    compress: CompressChoice = CompressChoice::Auto;
    /// Bytes of content in one shard of an output file; 0 is one file, whatever its size. Default 0.
    shard_size: ByteSize = ByteSize(0);
    /// Bytes of data in one row group of a Parquet table, which are held in memory. Default 64 MiB.
    row_group_bytes: ByteSize = ByteSize(64 << 20);
    /// Fields of the record that are left out unless asked for. Default none.
    extra_fields: Vec<ExtraField> = Vec::new();
    /// Fill the record's `comments`, and append them in the other formats. Default false.
    comments: bool = false;
    /// List every block with its class, rule, score and place. Default false.
    explain: bool = false;
    /// Hand on the other fields of records and the other columns of tables. Default false.
    pass_through: bool = false;
    /// The field of a record, or the column of a table, that has the page as markup. Default empty: the
    /// usual names. Where this or `text_field` is set, no other field is looked at.
    html_field: String = String::new();
    /// The field or column that has the page as text; of both, `html_field` comes first. Default empty:
    /// the usual names.
    text_field: String = String::new();
    /// The field or column that has the address. Default empty: the usual names.
    url_field: String = String::new();
    /// Classes that stay in the text. Default none.
    keep: ClassList = ClassList::default();
    /// Classes to drop; a class that is in `keep` too is kept. Default all.
    drop: ClassList = ClassList::all();
    /// Which mistake is the worse one: clutter in the text, or content missing. Default `balance`.
    favor: FavorChoice = FavorChoice::Balance;
    /// A folder whose `lexicon/*.toml` replace the embedded lexicons, and whose `sites/*.toml` are
    /// rules for single sites. Default empty: none. In a settings file, relative to that file.
    config: PathBuf = PathBuf::new();
    /// A model file to judge blocks by, in place of the embedded model. Default empty: the embedded
    /// one. In a settings file, relative to that file.
    model: PathBuf = PathBuf::new();
    /// Reverse text that was read in the wrong charset. Default true.
    mojibake: bool = RepairOptions::default().mojibake;
    /// What becomes of characters of which only some bytes are left. Default `restore`.
    lossy: LossyChoice = LossyChoice::Restore;
    /// Normal form C; control, zero-width and stray bidirectional characters out; odd spaces and line
    /// ends to common ones. Default true.
    hygiene: bool = RepairOptions::default().hygiene;
    /// Curly quotes and primes to straight ones. Default false.
    straight_quotes: bool = RepairOptions::default().straight_quotes;
    /// Latin ligatures to their letters. Default false.
    ligatures: bool = RepairOptions::default().ligatures;
    /// Fullwidth Latin and halfwidth kana to their common width. Default false.
    width: bool = RepairOptions::default().width;
    /// Escapes such as `\u00e9` to their characters. Default false.
    escapes: bool = RepairOptions::default().escapes;
    /// Threads that clean; 0 is one for each processor. Default 0.
    threads: usize = 0;
    /// Write pages as they are done, in any order, so that none waits for a slow one before it.
    /// Default false: in the order of the inputs.
    unordered: bool = false;
    /// The longest time between two saves of a checkpoint, where there is one; `0s` saves after every page.
    /// Default 30 s.
    checkpoint_interval: TimeSpan = TimeSpan(Duration::from_secs(30));
    /// Time that one page may take; what was read by then is cleaned. `0s` is no limit.
    /// Default 10 s.
    page_timeout: TimeSpan = TimeSpan(std::time::Duration::from_secs(10));
    /// Bytes of a page, inflated; the rest of it is not read. Default 32 MiB.
    max_input_bytes: ByteSize = ByteSize(CleanLimits::default().max_input_bytes as u64);
    /// Open elements inside one another. Default 256.
    max_depth: usize = CleanLimits::default().max_depth;
    /// Nodes in a page's tree. Default 500,000.
    max_nodes: usize = CleanLimits::default().max_nodes;
    /// Attributes on one element. Default 256.
    max_attributes: usize = CleanLimits::default().max_attributes;
    /// Blocks of text in a page. Default 50,000.
    max_blocks: usize = CleanLimits::default().max_blocks;
    /// Bytes of one record of an input that holds many: a line of JSONL, an element of JSON, a row of a
    /// table, a record of an archive. Default 64 MiB.
    max_line_bytes: ByteSize = ByteSize(64 << 20);
    /// Bytes that one compressed input may inflate to. Default 64 GiB.
    max_inflated_bytes: ByteSize = ByteSize(InflateLimits::default().max_inflated_bytes);
    /// Inflated bytes for each compressed byte. Default 200.
    max_inflate_ratio: u64 = InflateLimits::default().max_inflate_ratio;
    /// Bytes of pages that were read and not written yet; reading waits beyond. Default 256 MiB.
    max_buffered_bytes: ByteSize = ByteSize(256 << 20);
    /// Bytes for what is counted of the blocks of sites, about; beyond, what stands on the fewest pages is
    /// forgotten. Default 256 MiB.
    max_profile_bytes: ByteSize = ByteSize(256 << 20);
    /// Days from the last page of a site's profile after which it is no evidence any more, and is begun
    /// anew. Default 180.
    max_profile_age_days: u32 = 180;
    /// Languages of texts to write, as ISO 639-1 codes; `und` is for texts whose language is not known.
    /// Default none: all.
    language: LanguageFilter = LanguageFilter::default();
    /// Words that a text must have to be written. Default 0.
    min_words: usize = 0;
    /// The least confidence of a record to be written, from 0 to 1. Default 0.
    min_confidence: Fraction = Fraction::new(0.0);
    /// A file that lists the addresses whose pages are read, and no others: hosts, prefixes and
    /// patterns, one on a line. Default empty: all. In a settings file, relative to that file.
    allow_urls: PathBuf = PathBuf::new();
    /// A file that lists addresses whose pages are not read. Default empty: none. In a settings file,
    /// relative to that file.
    block_urls: PathBuf = PathBuf::new();
    /// What becomes of a page that says the same as an earlier one. Default `off`.
    dedupe: DedupeChoice = DedupeChoice::Off;
    /// The share of three-word runs that two texts have in common from which one is a duplicate, from
    /// 0.5 to 1. Default 0.8.
    dedupe_threshold: Fraction = Fraction::new(0.8);
    /// Bytes of memory for finding duplicates. From three quarters of it on, new pages are remembered for
    /// their exact copies only; when it is full, they are not remembered. Default 1 GiB.
    max_dedupe_bytes: ByteSize = ByteSize(1 << 30);
    /// The product that the `User-Agent` header names; what stands before its `/` is the name that
    /// `robots.txt` is read for. Default empty: `copydesk/VERSION`.
    user_agent: String = String::new();
    /// Where the owner of a site can reach whoever runs this: the address of a page or a mailbox.
    /// Default empty: none.
    contact: String = String::new();
    /// Heed `robots.txt`. Default true.
    robots: bool = true;
    /// The least time from the end of a host's response to the next request to it. Default 1 s.
    host_delay: TimeSpan = TimeSpan(Duration::from_secs(1));
    /// The longest such time, whatever a host asks for. Default 60 s.
    max_host_delay: TimeSpan = TimeSpan(Duration::from_mins(1));
    /// The time to resolve a name, connect and agree on TLS. Default 10 s.
    connect_timeout: TimeSpan = TimeSpan(Duration::from_secs(10));
    /// The time from a request to its response's headers. Default 20 s.
    first_byte_timeout: TimeSpan = TimeSpan(Duration::from_secs(20));
    /// The time between two reads of a body. Default 20 s.
    stall_timeout: TimeSpan = TimeSpan(Duration::from_secs(20));
    /// The time that one attempt to fetch a page may take as a whole. Default 60 s.
    fetch_timeout: TimeSpan = TimeSpan(Duration::from_mins(1));
    /// Bytes of a fetched body as they come over the wire; a longer one is an error. Default 16 MiB.
    max_body_bytes: ByteSize = ByteSize(16 << 20);
    /// Bytes of a fetched body, inflated; a longer one is an error. Default 64 MiB.
    max_inflated_body_bytes: ByteSize = ByteSize(64 << 20);
    /// Redirects followed for one page. Default 10.
    max_redirects: usize = 10;
    /// Follow a redirect from HTTPS to HTTP. Default false.
    allow_downgrade: bool = false;
    /// Connect also to addresses that are not public. Default false.
    allow_private: bool = false;
    /// Requests for one page: the first and those after failures that can pass. Default 3.
    max_attempts: u32 = 3;
    /// The time from a page's first attempt after which no other is begun. Default 5 min.
    retry_budget: TimeSpan = TimeSpan(Duration::from_mins(5));
    /// Fetches under way at once. Default 64.
    max_concurrent_fetches: usize = 64;
    /// The proxy that requests go through, as a URL; `environment` takes it from `HTTPS_PROXY` and its
    /// kin. Default empty: none.
    proxy: String = String::new();
    /// Keep cookies for as long as the run, and send them back. Default false.
    cookies: bool = false;
    /// Name servers to ask in place of the system's. Default none.
    name_servers: Vec<NameServer> = Vec::new();
    /// Hosts with addresses of their own, which are not checked. Default none.
    resolve: Vec<HostOverride> = Vec::new();
    /// Files of certificates in PEM to trust besides the system's. Default none. In a settings file,
    /// relative to that file.
    ca_certificates: Vec<PathBuf> = Vec::new();
    /// How much to tell on standard error of what happens inside. Default `off`.
    log: LogChoice = LogChoice::Off;
    /// The form of the log. Default `text`.
    log_format: LogFormat = LogFormat::Text;
    /// Leave out the progress bar and the summary. Default false.
    quiet: bool = false;
    /// Show a progress bar where standard error is a terminal. Default true.
    progress: bool = true;
    /// When messages are coloured. Default `auto`.
    color: ColorChoice = ColorChoice::Auto;
}

impl Settings {
    /// The cleaner's options, without those that follow from the output format.
    pub fn clean_options(&self) -> copydesk_clean::CleanOptions {
        let mut options = copydesk_clean::CleanOptions::default();
        options.keep = self.keep.set();
        options.drop = self.drop.set();
        options.favor = self.favor.favor();
        options.markdown = self.extra_fields.contains(&ExtraField::Markdown);
        options.html = self.extra_fields.contains(&ExtraField::Html);
        options.comments = self.comments;
        options.explain = self.explain;
        options.repair = self.repair_options();
        options.limits.max_input_bytes = byte_count(self.max_input_bytes);
        options.limits.max_depth = self.max_depth;
        options.limits.max_nodes = self.max_nodes;
        options.limits.max_attributes = self.max_attributes;
        options.limits.max_blocks = self.max_blocks;
        options
    }

    /// The repair's options.
    pub fn repair_options(&self) -> RepairOptions {
        let mut options = RepairOptions::default();
        options.mojibake = self.mojibake;
        options.lossy = self.lossy.lossy();
        options.hygiene = self.hygiene;
        options.straight_quotes = self.straight_quotes;
        options.ligatures = self.ligatures;
        options.width = self.width;
        options.escapes = self.escapes;
        options
    }

    /// The caps on compressed inputs.
    pub fn inflate_limits(&self) -> InflateLimits {
        InflateLimits {
            max_inflated_bytes: self.max_inflated_bytes.0,
            max_inflate_ratio: self.max_inflate_ratio,
        }
    }
}

/// A size as a length in memory; more than fits is as good as no limit.
pub(crate) fn byte_count(size: ByteSize) -> usize {
    usize::try_from(size.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cleaners_own_defaults_are_the_default_settings() {
        assert_eq!(Settings::default().repair_options(), RepairOptions::default());
        assert_eq!(Settings::default().clean_options(), copydesk_clean::CleanOptions::default());
    }

    #[test]
    fn later_layers_win_and_each_value_knows_its_origin() {
        let mut resolved = ResolvedSettings::default();
        let file = SettingOrigin::File("a.toml".into());
        let layer =
            SettingsLayer { threads: Some(3), explain: Some(true), ..SettingsLayer::default() };
        resolved.apply(layer, &file);
        resolved.apply(
            SettingsLayer { threads: Some(5), ..SettingsLayer::default() },
            &SettingOrigin::Flag,
        );
        assert_eq!(resolved.settings.threads, 5);
        assert!(resolved.settings.explain);
        assert_eq!(resolved.origin("threads"), &SettingOrigin::Flag);
        assert_eq!(resolved.origin("explain"), &file);
        assert_eq!(resolved.origin("format"), &SettingOrigin::Default);
    }
}
