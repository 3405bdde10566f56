//! The command line: one definition for parsing, help, completions and manual pages.

use clap::{Arg, Command, CommandFactory, Parser, Subcommand};
use copydesk_core::settings::Settings;
use toml::{Table, Value};

use crate::commands::{
    clean, completions, config, eval, features, fetch, group, inspect, man, repair, site,
};
#[cfg(feature = "crawl")]
use crate::commands::{crawl, state};
use crate::settings::RunningFlags;

// Paragraphs are single lines, which clap wraps to the width of the terminal. Lines that were wrapped here would be
// wrapped twice.
const EXAMPLES: &str = "\
Examples:
  copydesk clean page.html                       print the article
  copydesk clean pages/ > clean.jsonl            every page in a folder, one record per line
  copydesk clean pages/ -f markdown -o clean/    one file per page
  zcat crawl.jsonl.gz | copydesk clean           JSONL from another tool
  copydesk clean https://example.com/story       fetch a page and clean it
  copydesk fetch --urls list.txt -o pages/       download pages without cleaning them
  copydesk inspect page.html                     see what was removed from a page, and why
  copydesk crawl jobs.toml                       watch sites on a schedule
  copydesk repair --in-place texts/*.txt         repair broken characters
  copydesk group clean.jsonl                     group pages about the same story

Exit status: 0 success; 1 some pages failed; 2 the command could not run; 130 Ctrl-C.";

/// Clean text from web pages, and from text that another tool extracted.
#[derive(Debug, Parser)]
#[command(name = "copydesk", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    Clean(Box<clean::CleanArgs>),
    Fetch(Box<fetch::FetchArgs>),
    #[cfg(feature = "crawl")]
    Crawl(Box<crawl::CrawlArgs>),
    Inspect(Box<inspect::InspectArgs>),
    Repair(Box<repair::RepairArgs>),
    Group(Box<group::GroupArgs>),
    Site(site::SiteArgs),
    #[cfg(feature = "crawl")]
    State(state::StateArgs),
    Eval(Box<eval::EvalArgs>),
    // Only `make train` uses it.
    #[command(hide = true)]
    Features(features::FeaturesArgs),
    Config(Box<config::ConfigArgs>),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl CliCommand {
    /// The flags for messages, if the command has them.
    pub(crate) fn running(&self) -> Option<&RunningFlags> {
        match self {
            Self::Clean(args) => Some(args.settings.running()),
            Self::Fetch(args) => Some(&args.running),
            #[cfg(feature = "crawl")]
            Self::Crawl(args) => Some(&args.running),
            Self::Inspect(args) => Some(args.settings.running()),
            Self::Repair(args) => Some(&args.running),
            Self::Group(args) => Some(&args.running),
            Self::Config(args) => Some(args.settings.running()),
            #[cfg(feature = "crawl")]
            Self::State(_) => None,
            Self::Site(_)
            | Self::Eval(_)
            | Self::Features(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}

/// The definition of the command line, in which the help of each setting names its default.
///
/// The flags themselves have no default: a flag that was not given leaves the setting to the environment and the
/// settings file.
pub(crate) fn cli_command() -> Command {
    let defaults = Table::try_from(Settings::default()).unwrap_or_default();
    let names: Vec<String> =
        Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.into_iter().fold(Cli::command(), |cli, name| {
        cli.mut_subcommand(name, |command| command.mut_args(|arg| with_default(arg, &defaults)))
    })
}

fn with_default(arg: Arg, defaults: &Table) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let shown = match defaults.get(arg.get_id().as_str()) {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Float(number)) => number.to_string(),
        // Switches are off and lists empty, which the help need not say.
        _ => return arg,
    };
    if help.contains("[default") || !arg.get_default_values().is_empty() {
        return arg;
    }
    arg.help(format!("{help} [default: {shown}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also holds that attributes such as `conflicts_with` name arguments that exist.
    #[test]
    fn the_definitions_are_consistent() {
        cli_command().debug_assert();
    }

    #[test]
    fn every_command_has_a_summary_of_one_line_and_examples() {
        for command in cli_command().get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.contains('\n'), "{}: {about}", command.get_name());
            assert!(about.len() <= 80 && !about.ends_with('.'), "{}: {about}", command.get_name());
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:\n  copydesk "), "{}", command.get_name());
        }
    }

    #[test]
    fn examples_fit_into_a_line_and_paragraphs_are_not_wrapped_by_hand() {
        for command in cli_command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let mut paragraph = false;
            for line in help.lines() {
                let is_listed = line.starts_with("  ");
                assert!(!is_listed || line.len() <= 98, "{}: {line}", command.get_name());
                assert!(!(paragraph && !is_listed && !line.is_empty()), "wrapped by hand: {line}");
                paragraph = !is_listed && !line.is_empty() && !line.ends_with(':');
            }
        }
    }

    #[test]
    fn every_flag_is_described_and_settings_name_their_default() {
        for command in cli_command().get_subcommands() {
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty(), "{} {}", command.get_name(), arg.get_id());
                assert!(!help.ends_with('.'), "{}: {help}", command.get_name());
            }
        }
        let command = cli_command();
        let clean = command.find_subcommand("clean").unwrap();
        let help = |id: &str| {
            let arg = clean.get_arguments().find(|arg| arg.get_id() == id).unwrap();
            arg.get_help().unwrap().to_string()
        };
        assert!(help("max_input_bytes").ends_with(" [default: 32MiB]"));
        assert!(help("page_timeout").ends_with(" [default: 10s]"));
        assert!(help("max_depth").ends_with(" [default: 256]"));
        assert!(help("favor").ends_with(" [default: balance]"));
        assert!(!help("cookies").contains("[default"));
    }
}
