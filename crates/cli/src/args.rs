//! The command line: one definition for parsing, help, completions and manual pages.

use clap::{Parser, Subcommand};

use crate::commands::{
    clean, completions, config, crawl, eval, features, fetch, group, man, repair, site, state,
};
use crate::settings::RunningFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk clean page.html                     read the article
  copydesk clean pages/ > clean.jsonl          one record a line, for every page in a folder
  copydesk clean pages/ -f markdown -o clean/  one file a page
  zcat crawl.jsonl.gz | copydesk clean         JSONL from elsewhere
  copydesk clean https://example.com/story     fetch a page and clean it
  copydesk fetch --urls list.txt -o pages/     only fetch, politely
  copydesk crawl jobs.toml                     watch sites on a schedule: what is new or changed
  copydesk repair --in-place texts/*.txt       only repair broken characters
  copydesk group clean.jsonl                   what several outlets have on one story

Exit status: 0 all pages clean, 1 some pages failed, 2 the command could not run, 130 Ctrl-C.";

/// Clean text from web pages, and from text that another scraper already extracted.
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
    Crawl(Box<crawl::CrawlArgs>),
    Repair(Box<repair::RepairArgs>),
    Group(Box<group::GroupArgs>),
    Site(site::SiteArgs),
    State(state::StateArgs),
    Eval(Box<eval::EvalArgs>),
    #[command(hide = true)]
    Features(features::FeaturesArgs),
    Config(Box<config::ConfigArgs>),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl CliCommand {
    /// The flags for messages, where the command takes any.
    pub(crate) fn running(&self) -> Option<&RunningFlags> {
        match self {
            Self::Clean(args) => Some(args.settings.running()),
            Self::Fetch(args) => Some(&args.running),
            Self::Crawl(args) => Some(&args.running),
            Self::Repair(args) => Some(&args.running),
            Self::Group(args) => Some(&args.running),
            Self::Config(args) => Some(args.settings.running()),
            Self::Site(_)
            | Self::State(_)
            | Self::Eval(_)
            | Self::Features(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:\n  copydesk "), "{}", command.get_name());
        }
    }
}
