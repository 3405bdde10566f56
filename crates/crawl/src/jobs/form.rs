//! What may stand in a jobs file.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::SeedKind;
use copydesk_core::settings::{CompressChoice, FormatChoice, Fraction, Size, Span};

/// Declares a table of the file: what it may have, all of it optional, and the names of that.
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
    /// The file itself, without its jobs.
    FileForm {
        state: Spanned<String>,
        listen: Spanned<String>,
        stop_timeout: Span,
        max_jobs: Spanned<u64>,
    }
}

/// What the file has besides.
pub(super) const FILE_TABLES: [&str; 2] = ["defaults", "job"];

table! {
    /// A job, without the tables in it that are settings.
    JobForm {
        name: Spanned<String>,
        seeds: Vec<Spanned<SeedForm>>,
        site_profiles: String,
        max_failed: Fraction,
        scope: ScopeForm,
        schedule: Spanned<ScheduleForm>,
        budget: BudgetForm,
        revisit: Spanned<RevisitForm>,
        change: ChangeForm,
        output: Vec<Spanned<OutputForm>>,
        retention: RetentionForm,
    }
}

/// The tables of a job that are settings.
pub(super) const SETTINGS_TABLES: [&str; 2] = ["politeness", "clean"];

table! {
    ScopeForm {
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
    ScheduleForm {
        cron: Spanned<String>,
        zone: Spanned<String>,
        every: Spanned<Span>,
        jitter: Spanned<Span>,
        catch_up: bool,
    }
}

table! {
    BudgetForm {
        visits: u64,
        visits_per_host: u64,
        bytes: Size,
        time: Span,
        urls_per_pattern: u32,
        urls_per_query_pattern: u32,
    }
}

table! {
    RevisitForm {
        adaptive: bool,
        every: Span,
        min: Span,
        max: Span,
        hubs: Span,
    }
}

table! {
    ChangeForm {
        min_share: Fraction,
        gone: bool,
    }
}

table! {
    OutputForm {
        path: Spanned<String>,
        format: FormatChoice,
        compress: Spanned<CompressChoice>,
        name: String,
    }
}

table! {
    RetentionForm {
        outputs: Span,
        runs: Span,
        urls: Span,
    }
}

/// The tables in a job by their names, with what each may have.
pub(super) const TABLES: [(&str, &[&str]); 7] = [
    ("scope", ScopeForm::KEYS),
    ("schedule", ScheduleForm::KEYS),
    ("budget", BudgetForm::KEYS),
    ("revisit", RevisitForm::KEYS),
    ("change", ChangeForm::KEYS),
    ("output", OutputForm::KEYS),
    ("retention", RetentionForm::KEYS),
];

/// A seed: an address, or a table that says too what it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SeedForm {
    pub(super) url: String,
    pub(super) kind: SeedKind,
}

impl<'de> Deserialize<'de> for SeedForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            url: String,
            kind: Option<String>,
        }
        struct Seed;
        impl<'de> Visitor<'de> for Seed {
            type Value = SeedForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or { url = \"...\", kind = \"...\" }")
            }

            fn visit_str<E: serde::de::Error>(self, url: &str) -> Result<SeedForm, E> {
                Ok(SeedForm { url: url.to_owned(), kind: SeedKind::Auto })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SeedForm, A::Error> {
                let Table { url, kind } = Table::deserialize(MapAccessDeserializer::new(map))?;
                let kind = kind.map_or(Ok(SeedKind::Auto), |kind| kind.parse());
                Ok(SeedForm { url, kind: kind.map_err(A::Error::custom)? })
            }
        }
        deserializer.deserialize_any(Seed)
    }
}
