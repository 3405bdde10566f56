//! `copydesk config`: the settings in force, and where each one comes from.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Result;
use clap::ValueEnum;
use copydesk_core::settings::{ResolvedSettings, SettingGroup};
use toml::Table;

use crate::exit_status::ExitStatus;
use crate::settings::SettingsFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk config                       the settings in force, as a settings file
  copydesk config > copydesk.toml       a settings file to start from
  COPYDESK_THREADS=2 copydesk config    where a value comes from
  copydesk config --format json         for programs";

/// Print the settings in force, and where each one comes from
///
/// Flags override environment variables (`COPYDESK_THREADS` and so on), and these override the settings
/// file: the one named by --config-file or `COPYDESK_CONFIG_FILE`, otherwise ./copydesk.toml, otherwise
/// copydesk/copydesk.toml in the user's settings folder.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConfigArgs {
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    format: ConfigFormat,

    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ConfigFormat {
    #[default]
    Toml,
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &ConfigArgs) -> Result<ExitStatus> {
    let resolved = args.settings.resolve(args.settings.layer())?;
    let text = match args.format {
        ConfigFormat::Toml => toml(&resolved)?,
        ConfigFormat::Json => json(&resolved)?,
    };
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    Ok(ExitStatus::Clean)
}

/// A settings file with the same settings, group by group, and their origins as comments.
fn toml(resolved: &ResolvedSettings) -> Result<String> {
    let values = Table::try_from(&resolved.settings)?;
    let mut text = String::new();
    for group in SettingGroup::ALL {
        let gap = if text.is_empty() { "" } else { "\n" };
        writeln!(text, "{gap}## {}", group.heading())?;
        for name in group.settings() {
            let Some(value) = values.get(*name) else { continue };
            let line = format!("{name} = {value}");
            writeln!(text, "{line:<40} # {}", resolved.origin(name))?;
        }
    }
    Ok(text)
}

fn json(resolved: &ResolvedSettings) -> Result<String> {
    let mut object = serde_json::Map::new();
    for (name, value) in Table::try_from(&resolved.settings)? {
        let origin = resolved.origin(&name).to_string();
        object.insert(name, serde_json::json!({ "value": value, "origin": origin }));
    }
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

#[cfg(test)]
mod tests {
    use copydesk_core::settings::{SettingOrigin, SettingsLayer};

    use super::*;

    #[test]
    fn the_output_is_a_settings_file_with_a_heading_for_each_group() {
        let mut resolved = ResolvedSettings::default();
        resolved.apply(
            SettingsLayer { threads: Some(3), ..SettingsLayer::default() },
            &SettingOrigin::Environment,
        );
        let text = toml(&resolved).unwrap();
        assert!(
            text.lines().any(|line| {
                line.starts_with("threads = 3 ") && line.ends_with("# environment")
            })
        );
        let headings: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings.first(), Some(&"Inputs"));
        assert_eq!(headings.len(), SettingGroup::ALL.len());
        let mut again = ResolvedSettings::default();
        again.apply(SettingsLayer::from_toml(&text, "printed").unwrap(), &SettingOrigin::Default);
        assert_eq!(again.settings, resolved.settings);
    }
}
