//! Settings: their names, defaults and groups, and the layers that are combined.
//!
//! There are four layers, and a later one wins: defaults, a file, the environment, flags. Each is a
//! [`SettingsLayer`] of `Option` fields. [`ResolvedSettings`] remembers which layer gave each value.

mod fetching;
mod field_list;
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

pub use fetching::{HostOverride, NameServer};
pub use field_list::FieldList;
pub use fraction::Fraction;
pub use languages::LanguageFilter;
pub use layers::{SETTINGS_FILE, VARIABLE_PREFIX, find_file};
pub use values::{
    ByteSize, ClassList, ColorChoice, CompressChoice, DedupeChoice, ExtraField, FavorChoice,
    FormatChoice, InputChoice, InvalidValue, LayoutChoice, LogChoice, LogFormat, LossyChoice,
    TimeSpan,
};

use crate::string_enum;
use copydesk_fetch::inflate::InflateLimits;

/// Where a setting's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// It was not set.
    Default,
    /// This settings file.
    File(PathBuf),
    /// The variable `COPYDESK_NAME`, where `NAME` is the setting in capitals.
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

/// Declares the settings once: the structs, the layers, the names and the groups follow from this list.
///
/// The structs stay flat, as the settings file is: a group is only for people, and moving a setting to another
/// group breaks no file.
macro_rules! settings {
    ($($group:ident { $($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)+ })+) => {
        /// Every setting, with a value.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub struct Settings { $($($(#[$doc])* pub $name: $type,)+)+ }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($($name: $default,)+)+ }
            }
        }

        /// The settings that one layer sets.
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct SettingsLayer { $($($(#[$doc])* pub $name: Option<$type>,)+)+ }

        impl Settings {
            /// The name of every setting, group by group, in the order of the documentation.
            pub const NAMES: &'static [&'static str] = &[$($(stringify!($name)),+),+];
        }

        impl SettingGroup {
            /// The settings of this group, in the order of the documentation.
            pub const fn settings(self) -> &'static [&'static str] {
                match self { $(Self::$group => &[$(stringify!($name)),+]),+ }
            }
        }

        impl ResolvedSettings {
            /// Puts `layer` on top: what it sets replaces what was set before.
            pub fn apply(&mut self, layer: SettingsLayer, origin: &SettingOrigin) {
                $($(if let Some(value) = layer.$name {
                    self.settings.$name = value;
                    self.origins.insert(stringify!($name), origin.clone());
                })+)+
            }
        }
    };
}

string_enum! {
    /// A group of settings: a heading in `copydesk config`, in `config/copydesk.toml` and in the documentation.
    pub enum SettingGroup {
        /// How inputs are read.
        Inputs = "inputs",
        /// How outputs are written.
        Outputs = "outputs",
        /// What is removed from pages.
        Clutter = "clutter",
        /// How broken characters are repaired.
        Repair = "repair",
        /// Caps on pages and inputs.
        Limits = "limits",
        /// Which pages are read and written.
        Filters = "filters",
        /// How duplicates are found.
        Duplicates = "duplicates",
        /// How pages are fetched.
        Fetching = "fetching",
        /// Threads, order and checkpoints of a run.
        Running = "running",
        /// Site profiles.
        Sites = "sites",
        /// What is printed on standard error.
        Messages = "messages",
    }
}

impl SettingGroup {
    /// The group of a setting, or `None` if there is no such setting.
    pub fn containing(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.settings().contains(&name))
    }

    /// The name with a capital, for headings.
    pub fn heading(self) -> String {
        let name = self.name();
        let (first, rest) = name.split_at(1);
        first.to_ascii_uppercase() + rest
    }
}

/// Settings combined from layers, with the origin of each value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResolvedSettings {
    /// The settings in force.
    pub settings: Settings,
    origins: BTreeMap<&'static str, SettingOrigin>,
}

impl ResolvedSettings {
    /// Starts from these settings, all of which count as defaults.
    pub fn from_settings(settings: Settings) -> Self {
        Self { settings, origins: BTreeMap::new() }
    }

    /// Where the value of the setting called `name` comes from.
    pub fn origin(&self, name: &str) -> &SettingOrigin {
        self.origins.get(name).unwrap_or(&SettingOrigin::Default)
    }
}

settings! {
    Inputs {
        /// What the inputs are. Default `auto`: by the file name, then by the content.
        input: InputChoice = InputChoice::Auto;
        /// How the lines of texts make up paragraphs. Default `auto`: recognized from each text.
        layout: LayoutChoice = LayoutChoice::Auto;
        /// Put the paragraphs of texts together again: lines that markup had cut out of sentences, initials,
        /// wrapped lines, lost spaces. Default true. Without it, every line is a paragraph.
        structure_repair: bool = true;
        /// Copy the other fields of records and the other columns of tables to the output. Default false.
        pass_through: bool = false;
        /// The field of a record, or the column of a table, with the page as markup. Default empty: the usual
        /// names. If this or `text_field` is set, no other field is tried. A field within others is named by its
        /// path, such as `data.article.body` or `items.0.text`.
        html_field: String = String::new();
        /// The field or column with the page as text. If a record has both, `html_field` is used. Default
        /// empty: the usual names. Several names need `add_columns`: each of these texts is cleaned.
        text_field: FieldList = FieldList::default();
        /// The field or column with the URL. Default empty: the usual names.
        url_field: String = String::new();
        /// The field or column with the name of the group that a page is counted with for site profiles, such as
        /// that of a newspaper. It takes precedence over the host. Default empty: the host, or for texts without a URL
        /// the folder.
        group_field: String = String::new();
        /// Follow symbolic links within input folders. Default false: they are passed over, so that a folder gives only
        /// what is in it.
        follow_links: bool = false;
    }
    Outputs {
        /// The format of the output. Default `auto`: by the suffix of the output; without one, plain text for a
        /// single input on a terminal and JSONL otherwise.
        format: FormatChoice = FormatChoice(None);
        /// How text outputs are compressed. Default `auto`: by the suffix of the output.
        compress: CompressChoice = CompressChoice::Auto;
        /// Bytes of content in one shard of an output file, before compression; 0 is a single file of any size.
        /// Default 0.
        shard_size: ByteSize = ByteSize(0);
        /// Bytes of data in one row group of a Parquet table. A row group is held in memory. Default 64 MiB.
        row_group_bytes: ByteSize = ByteSize(64 << 20);
        /// Write every row of the inputs back with what was cleaned in columns of this prefix, instead of a record.
        /// Default empty: records.
        add_columns: String = String::new();
        /// Optional fields to add to the record. Default none.
        extra_fields: Vec<ExtraField> = Vec::new();
        /// Begin Markdown documents with the title, author, date, URL, language and tags as YAML, instead of a heading with
        /// the title. Each page needs a file of its own. Default false.
        front_matter: bool = false;
        /// Fill the record's `comments`, and append them in the other formats. Default false.
        comments: bool = false;
        /// List every removed block with its class, rule, score and position; in JSONL also the kept blocks.
        /// Default false.
        explain: bool = false;
    }
    Clutter {
        /// Clutter classes that stay in the text. Default none.
        keep: ClassList = ClassList::default();
        /// Clutter classes to remove; `keep` wins for a class that is in both. Default all.
        drop: ClassList = ClassList::all();
        /// What to do with blocks that could be content or clutter: remove them, keep them, or aim for the
        /// highest F1. Default `balance`.
        favor: FavorChoice = FavorChoice::Balance;
        /// A folder whose `lexicon/*.toml` replace the embedded lexicons and whose `sites/*.toml` are site
        /// rules. Default empty: none. In a settings file, relative to that file.
        config: PathBuf = PathBuf::new();
        /// A model file to use instead of the embedded model. Default empty: the embedded model. In a settings
        /// file, relative to that file.
        model: PathBuf = PathBuf::new();
    }
    Repair {
        /// Reverse text that was decoded with the wrong charset. Default true.
        mojibake: bool = RepairOptions::default().mojibake;
        /// What to do with characters that lost some of their bytes. Default `restore`.
        lossy: LossyChoice = LossyChoice::Restore;
        /// Apply normalization form C; remove control, zero-width and stray bidirectional characters; replace
        /// odd spaces and line ends with common ones. Default true.
        hygiene: bool = RepairOptions::default().hygiene;
        /// Replace curly quotes and primes with straight ones. Default false.
        straight_quotes: bool = RepairOptions::default().straight_quotes;
        /// Replace Latin ligatures with their letters. Default false.
        ligatures: bool = RepairOptions::default().ligatures;
        /// Replace fullwidth Latin and halfwidth kana with their common width. Default false.
        width: bool = RepairOptions::default().width;
        /// Replace escapes such as `\u00e9` with their characters. Default false.
        escapes: bool = RepairOptions::default().escapes;
    }
    Limits {
        /// Bytes of a page after decompression; the rest is not read. Default 32 MiB.
        max_input_bytes: ByteSize = ByteSize(CleanLimits::default().max_input_bytes as u64);
        /// Maximum nesting depth of elements. Default 256.
        max_depth: usize = CleanLimits::default().max_depth;
        /// Maximum number of nodes in a page's tree. Default 500,000.
        max_nodes: usize = CleanLimits::default().max_nodes;
        /// Maximum number of attributes of an element. Default 256.
        max_attributes: usize = CleanLimits::default().max_attributes;
        /// Maximum number of blocks of text in a page. Default 50,000.
        max_blocks: usize = CleanLimits::default().max_blocks;
        /// Time to clean one page. What was parsed by then is cleaned. `0s` is no limit. Default 10 s.
        page_timeout: TimeSpan = TimeSpan(Duration::from_secs(10));
        /// Bytes of one record of an input that holds many: a line of JSONL, an element of a JSON array, a row
        /// of a table, a record of an archive. Default 64 MiB.
        max_line_bytes: ByteSize = ByteSize(64 << 20);
        /// Bytes that one compressed input may inflate to, over all its pages. Default 64 GiB.
        max_inflated_bytes: ByteSize = ByteSize(InflateLimits::default().max_inflated_bytes);
        /// Inflated bytes per compressed byte, checked after the first inflated MiB. Default 200.
        max_inflate_ratio: u64 = InflateLimits::default().max_inflate_ratio;
    }
    Filters {
        /// Languages of texts to write, as ISO 639-1 codes; `und` stands for an unknown language. Default none:
        /// all.
        language: LanguageFilter = LanguageFilter::default();
        /// Minimum number of words in a text that is written. Default 0.
        min_words: usize = 0;
        /// Minimum confidence of a record that is written, from 0 to 1. Default 0.
        min_confidence: Fraction = Fraction::new(0.0);
        /// A file with URL patterns, one per line: hosts, prefixes and wildcards. Only matching pages are read.
        /// Default empty: all. In a settings file, relative to that file.
        allow_urls: PathBuf = PathBuf::new();
        /// A file with URL patterns; matching pages are not read. Default empty: none. In a settings file,
        /// relative to that file.
        block_urls: PathBuf = PathBuf::new();
    }
    Duplicates {
        /// What to do with a page whose text an earlier page had. Default `off`.
        dedupe: DedupeChoice = DedupeChoice::Off;
        /// Similarity from which two texts are duplicates: the share of three-word sequences in common, from
        /// 0.5 to 1. Default 0.8.
        dedupe_threshold: Fraction = Fraction::new(0.8);
        /// Bytes of memory for deduplication. Above three quarters of it, new pages are remembered for exact
        /// matches only; once it is full, they are not remembered. Default 1 GiB.
        max_dedupe_bytes: ByteSize = ByteSize(1 << 30);
    }
    Fetching {
        /// The product in the `User-Agent` header. The part before `/` is the name matched against
        /// `robots.txt`. Default empty: `copydesk/VERSION`.
        user_agent: String = String::new();
        /// How site owners can reach you: a URL or an email address. Default empty: none.
        contact: String = String::new();
        /// Obey `robots.txt` (RFC 9309). Default true.
        robots: bool = true;
        /// Minimum time between the end of a host's response and the next request to it. Default 1 s.
        host_delay: TimeSpan = TimeSpan(Duration::from_secs(1));
        /// Maximum crawl delay to accept from a host. Default 60 s.
        max_host_delay: TimeSpan = TimeSpan(Duration::from_mins(1));
        /// Time to resolve a name, connect and complete the TLS handshake. Default 10 s.
        connect_timeout: TimeSpan = TimeSpan(Duration::from_secs(10));
        /// Time from a request to its response headers. Default 20 s.
        first_byte_timeout: TimeSpan = TimeSpan(Duration::from_secs(20));
        /// Time between two reads of a body. Default 20 s.
        stall_timeout: TimeSpan = TimeSpan(Duration::from_secs(20));
        /// Time for one attempt to fetch a page, including redirects and the body. Default 60 s.
        fetch_timeout: TimeSpan = TimeSpan(Duration::from_mins(1));
        /// Bytes of a response body on the wire; a longer body is an error. Default 16 MiB.
        max_body_bytes: ByteSize = ByteSize(16 << 20);
        /// Bytes of a response body after decompression; a longer body is an error. Default 64 MiB.
        max_inflated_body_bytes: ByteSize = ByteSize(64 << 20);
        /// Redirects to follow per page. Default 10.
        max_redirects: usize = 10;
        /// Follow redirects from HTTPS to HTTP. Default false.
        allow_downgrade: bool = false;
        /// Connect to addresses that are not public. Default false.
        allow_private: bool = false;
        /// Attempts per page: the first request and retries after transient failures. Default 3.
        max_attempts: u32 = 3;
        /// Time after a page's first attempt from which no further retry starts. Default 5 min.
        retry_budget: TimeSpan = TimeSpan(Duration::from_mins(5));
        /// Maximum number of concurrent fetches. Default 64.
        max_concurrent_fetches: usize = 64;
        /// Proxy URL; `environment` uses `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Default
        /// empty: no proxy.
        proxy: String = String::new();
        /// Keep cookies until the run ends and send them back. Default false.
        cookies: bool = false;
        /// Name servers to use instead of the system's. Default none.
        name_servers: Vec<NameServer> = Vec::new();
        /// Fixed addresses for hosts. They are neither resolved nor checked. Default none.
        resolve: Vec<HostOverride> = Vec::new();
        /// PEM files with certificates to trust in addition to the system's. Default none. In a settings file,
        /// relative to that file.
        ca_certificates: Vec<PathBuf> = Vec::new();
    }
    Running {
        /// Threads that clean pages, at most four per processor; 0 is one per processor. Default 0.
        threads: usize = 0;
        /// Write pages as soon as they are done, in any order, so that none waits for a slow one. Default
        /// false: in the order of the inputs.
        unordered: bool = false;
        /// Maximum time between two saves of a checkpoint; `0s` saves after every page. Default 30 s.
        checkpoint_interval: TimeSpan = TimeSpan(Duration::from_secs(30));
        /// Bytes of pages that were read and are not yet written; reading pauses above this. Default 256 MiB.
        max_buffered_bytes: ByteSize = ByteSize(256 << 20);
    }
    Sites {
        /// Approximate memory for counting the blocks of all sites. Beyond it, the blocks on the fewest pages
        /// are forgotten. Default 256 MiB.
        max_profile_bytes: ByteSize = ByteSize(256 << 20);
        /// Maximum age of a site profile, in days since its last page. An older one is discarded. Default 180.
        max_profile_age_days: u32 = 180;
    }
    Messages {
        /// Log level on standard error. Default `off`.
        log: LogChoice = LogChoice::Off;
        /// Log format. Default `text`.
        log_format: LogFormat = LogFormat::Text;
        /// Hide the progress bar and the summary. Default false.
        quiet: bool = false;
        /// Show a progress bar if standard error is a terminal. Default true.
        progress: bool = true;
        /// When messages are colored. Default `auto`: on a terminal, unless `NO_COLOR` is set.
        color: ColorChoice = ColorChoice::Auto;
    }
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
        options.images = self.extra_fields.contains(&ExtraField::Images);
        options.links = self.extra_fields.contains(&ExtraField::Links);
        options.comments = self.comments;
        options.explain = self.explain;
        options.repair = self.repair_options();
        options.layout = self.layout.layout();
        options.structure_repair = self.structure_repair;
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

/// A size as a length in memory. A size that does not fit is as good as no limit.
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

    /// The settings file and the guide list every setting under its group, in the order of the declaration.
    #[test]
    fn the_documentation_has_the_groups_and_the_order_of_the_settings() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = std::fs::read_to_string(root.join("config/copydesk.toml")).unwrap();
        let mut in_file: Vec<(String, Vec<String>)> = Vec::new();
        for line in file.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                in_file.push((heading.to_owned(), Vec::new()));
            } else if let Some((name, _)) = line.split_once(" = ")
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            {
                in_file.last_mut().unwrap().1.push(name.to_owned());
            }
        }
        let guide = std::fs::read_to_string(root.join("docs/settings.md")).unwrap();
        let table = guide.lines().skip_while(|line| !line.starts_with("| group")).skip(2);
        let rows = table.take_while(|line| line.starts_with('|')).map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let group = cells.next().unwrap().to_owned();
            let names = cells.next().unwrap().split(", ");
            (group, names.map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        });
        let in_guide: Vec<(String, Vec<String>)> = rows.collect();
        let declared = |heading: fn(SettingGroup) -> String| {
            let groups = SettingGroup::ALL.iter().map(|group| {
                let names = group.settings().iter().map(|name| (*name).to_owned());
                (heading(*group), names.collect::<Vec<_>>())
            });
            groups.collect::<Vec<_>>()
        };
        assert_eq!(in_file, declared(SettingGroup::heading));
        assert_eq!(in_guide, declared(|group| group.to_string()));
        let names: Vec<&str> =
            SettingGroup::ALL.iter().flat_map(|group| group.settings()).copied().collect();
        assert_eq!(names, Settings::NAMES);
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
