//! The tables of a jobs file, as serde reads them.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::SeedKind;
use copydesk_core::settings::{ByteSize, CompressChoice, FormatChoice, Fraction, TimeSpan};

/// Declares a table with optional keys. The names of its keys come from the same declaration, so that the check
/// for unknown keys cannot differ from what is read.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        pub(super) struct $name { $(pub(super) $key: Option<$type>,)+ }

        impl $name {
            pub(super) const KEYS: &'static [&'static str] = &[$(stringify!($key)),+];
        }
    };
}

table! {
    /// The keys of the file itself.
    FileTable {
        state: Spanned<String>,
        listen: Spanned<String>,
        status_hosts: Vec<Spanned<String>>,
        stop_timeout: TimeSpan,
        max_jobs: Spanned<u64>,
    }
}

/// The tables of the file.
pub(super) const FILE_TABLES: [&str; 2] = ["defaults", "job"];

table! {
    /// A job, without its tables of settings.
    JobTable {
        name: Spanned<String>,
        seeds: Vec<Spanned<SeedEntry>>,
        site_profiles: String,
        max_failed: Fraction,
        scope: ScopeTable,
        schedule: Spanned<ScheduleTable>,
        budget: BudgetTable,
        revisit: Spanned<RevisitTable>,
        change: ChangeTable,
        output: Vec<Spanned<OutputTable>>,
        retention: RetentionTable,
    }
}

/// The tables of a job that contain settings. They are read as layers of settings.
pub(super) const SETTINGS_TABLES: [&str; 2] = ["politeness", "clean"];

table! {
    ScopeTable {
        hosts: Vec<Spanned<String>>,
        include: Vec<Spanned<String>>,
        exclude: Vec<Spanned<String>>,
        deliver: Vec<Spanned<String>>,
        max_depth: u16,
        follow_links: bool,
        sitemaps: bool,
        feeds: bool,
    }
}

table! {
    ScheduleTable {
        cron: Spanned<String>,
        zone: Spanned<String>,
        every: Spanned<TimeSpan>,
        jitter: Spanned<TimeSpan>,
        catch_up: bool,
    }
}

table! {
    BudgetTable {
        visits: u64,
        visits_per_host: u64,
        bytes: ByteSize,
        time: TimeSpan,
        urls_per_pattern: u32,
        urls_per_query_pattern: u32,
    }
}

table! {
    RevisitTable {
        adaptive: bool,
        every: TimeSpan,
        min: TimeSpan,
        max: TimeSpan,
        hubs: TimeSpan,
    }
}

table! {
    ChangeTable {
        min_share: Fraction,
        gone: bool,
    }
}

table! {
    OutputTable {
        path: Spanned<String>,
        format: FormatChoice,
        compress: Spanned<CompressChoice>,
        name: String,
    }
}

table! {
    RetentionTable {
        outputs: TimeSpan,
        runs: TimeSpan,
        urls: TimeSpan,
    }
}

/// The other tables of a job, with their keys.
pub(super) const JOB_TABLES: [(&str, &[&str]); 7] = [
    ("scope", ScopeTable::KEYS),
    ("schedule", ScheduleTable::KEYS),
    ("budget", BudgetTable::KEYS),
    ("revisit", RevisitTable::KEYS),
    ("change", ChangeTable::KEYS),
    ("output", OutputTable::KEYS),
    ("retention", RetentionTable::KEYS),
];

/// A seed: a URL, or a table with a URL and a kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SeedEntry {
    pub(super) url: String,
    pub(super) kind: SeedKind,
}

impl<'de> Deserialize<'de> for SeedEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SeedTable {
            url: String,
            kind: Option<String>,
        }
        struct SeedVisitor;
        impl<'de> Visitor<'de> for SeedVisitor {
            type Value = SeedEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL, or { url = \"...\", kind = \"...\" }")
            }

            fn visit_str<E: serde::de::Error>(self, url: &str) -> Result<SeedEntry, E> {
                Ok(SeedEntry { url: url.to_owned(), kind: SeedKind::Auto })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SeedEntry, A::Error> {
                let SeedTable { url, kind } =
                    SeedTable::deserialize(MapAccessDeserializer::new(map))?;
                let kind = kind.map_or(Ok(SeedKind::Auto), |kind| kind.parse());
                Ok(SeedEntry { url, kind: kind.map_err(A::Error::custom)? })
            }
        }
        deserializer.deserialize_any(SeedVisitor)
    }
}
