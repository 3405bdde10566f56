//! Flags that would have no effect in a run of `copydesk clean`.

use anyhow::Result;
use copydesk_core::settings::{CompressChoice, DedupeChoice, SettingGroup, Settings};
use copydesk_core::sinks::Format;

use crate::failure::HintedError;

/// What a run does, as far as flags depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunKind {
    pub(crate) format: Format,
    pub(crate) profiles_sites: bool,
    pub(crate) has_checkpoint: bool,
    pub(crate) fetches: bool,
}

/// Refuses flags without an effect, since people who set one expect it to do something. `is_flag` says which settings
/// are flags. A settings file may set them for all runs, also for those that they do not apply to.
pub(crate) fn check(
    settings: &Settings,
    is_flag: impl Fn(&str) -> bool,
    run: RunKind,
) -> Result<()> {
    let dedupes = settings.dedupe != DedupeChoice::Off;
    let compresses = !matches!(settings.compress, CompressChoice::Gzip | CompressChoice::Zstd)
        || run.format.is_text();
    let name = run.format.name();
    for (setting, has_effect, needs, hint) in [
        ("compress", compresses, format!("a text format, and the output is {name}"), "omit it"),
        (
            "row_group_bytes",
            run.format == Format::Parquet,
            format!("a Parquet output, and it is {name}"),
            "omit it, or add `-f parquet`",
        ),
        ("dedupe_threshold", dedupes, "--dedupe".into(), "add `--dedupe drop` or `--dedupe mark`"),
        ("max_dedupe_bytes", dedupes, "--dedupe".into(), "add `--dedupe drop` or `--dedupe mark`"),
        ("group_field", run.profiles_sites, "--site-profiles".into(), "add --site-profiles"),
        ("max_profile_bytes", run.profiles_sites, "--site-profiles".into(), "add --site-profiles"),
        (
            "max_profile_age_days",
            run.profiles_sites,
            "--site-profiles".into(),
            "add --site-profiles",
        ),
        (
            "checkpoint_interval",
            run.has_checkpoint,
            "--checkpoint".into(),
            "add `--checkpoint FILE`",
        ),
    ] {
        if is_flag(setting) && !has_effect {
            let message = format!("--{} has no effect without {needs}", setting.replace('_', "-"));
            return Err(HintedError::new(message, hint).into());
        }
    }
    Ok(())
}

/// A warning about flags for fetching in a run that fetches nothing, if there are some. They are often part of a command
/// that is used for URLs too, so they are not refused.
pub(crate) fn fetch_warning(is_flag: impl Fn(&str) -> bool, run: RunKind) -> Option<String> {
    let fetch = SettingGroup::Fetching.settings().iter();
    let set: Vec<String> = fetch
        .filter(|name| !run.fetches && is_flag(name))
        .map(|name| format!("--{}", name.replace('_', "-")))
        .collect();
    let have = if set.len() == 1 { "has" } else { "have" };
    (!set.is_empty()).then(|| format!("{} {have} no effect: no URL is fetched", set.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: RunKind = RunKind {
        format: Format::Parquet,
        profiles_sites: false,
        has_checkpoint: false,
        fetches: false,
    };

    fn refused(settings: &Settings, flag: &str, run: RunKind) -> Option<String> {
        check(settings, |name| name == flag, run).err().map(|error| error.to_string())
    }

    #[test]
    fn a_flag_without_an_effect_is_refused() {
        let settings = Settings { compress: CompressChoice::Gzip, ..Settings::default() };
        assert_eq!(
            refused(&settings, "compress", RUN).as_deref(),
            Some("--compress has no effect without a text format, and the output is parquet")
        );
        assert_eq!(
            refused(&settings, "group_field", RUN).as_deref(),
            Some("--group-field has no effect without --site-profiles")
        );
        assert_eq!(refused(&settings, "row_group_bytes", RUN), None);
        assert_eq!(
            refused(&settings, "group_field", RunKind { profiles_sites: true, ..RUN }),
            None
        );
        // Set in a file.
        assert_eq!(refused(&settings, "", RUN), None);
    }

    #[test]
    fn flags_for_fetching_are_warned_of() {
        let set = |name: &str| ["contact", "host_delay", "threads"].contains(&name);
        assert_eq!(
            fetch_warning(set, RUN).as_deref(),
            Some("--contact and --host-delay have no effect: no URL is fetched")
        );
        assert_eq!(fetch_warning(set, RunKind { fetches: true, ..RUN }), None);
    }
}
