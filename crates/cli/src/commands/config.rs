//! `copydesk config`: the settings in force, and where each comes from.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Result;
use clap::ValueEnum;
use copydesk_core::settings::Resolved;
use toml::Table;

use crate::Status;
use crate::settings::SettingsFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk config                            what is in force here, as a settings file
  copydesk config > copydesk.toml            a settings file to start from
  COPYDESK_THREADS=2 copydesk config         where a value comes from
  copydesk config --format json";

/// Print the settings in force, and where each comes from
///
/// Settings are looked for in flags, then in variables (`COPYDESK_THREADS` and so on), then in a
/// settings file: the one named by --config-file or `COPYDESK_CONFIG_FILE`, else ./copydesk.toml, else
/// copydesk/copydesk.toml in the user's settings folder.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Toml,
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<Status> {
    let resolved = args.settings.resolve(args.settings.layer())?;
    let text = match args.format {
        Format::Toml => toml(&resolved)?,
        Format::Json => json(&resolved)?,
    };
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    Ok(Status::Clean)
}

/// A settings file that says the same, with the origins as comments.
fn toml(resolved: &Resolved) -> Result<String> {
    let mut text = String::new();
    for (name, value) in Table::try_from(&resolved.settings)? {
        let line = format!("{name} = {value}");
        writeln!(text, "{line:<40} # {}", resolved.origin(&name))?;
    }
    Ok(text)
}

fn json(resolved: &Resolved) -> Result<String> {
    let mut object = serde_json::Map::new();
    for (name, value) in Table::try_from(&resolved.settings)? {
        let origin = resolved.origin(&name).to_string();
        object.insert(name, serde_json::json!({ "value": value, "origin": origin }));
    }
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

#[cfg(test)]
mod tests {
    use copydesk_core::settings::{Layer, Origin};

    use super::*;

    #[test]
    fn what_is_printed_is_a_settings_file() {
        let mut resolved = Resolved::default();
        resolved.apply(Layer { threads: Some(3), ..Layer::default() }, &Origin::Environment);
        let text = toml(&resolved).unwrap();
        assert!(
            text.lines().any(|line| {
                line.starts_with("threads = 3 ") && line.ends_with("# environment")
            })
        );
        let mut again = Resolved::default();
        again.apply(Layer::from_toml(&text, "printed").unwrap(), &Origin::Default);
        assert_eq!(again.settings, resolved.settings);
    }
}
