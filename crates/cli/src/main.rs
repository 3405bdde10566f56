//! The `copydesk` command.
//!
//! Data goes to standard output or `-o`, everything else to standard error. Exit status: 0 success, 1 some pages
//! failed or a check found something, 2 the command could not run, 75 another process is doing it, 128 plus the
//! number of the signal if it was interrupted (130 after Ctrl-C).
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`args`] | the command line as a whole |
//! | [`commands`] | one module per command: its flags, and `run` |
//! | [`settings`], [`fetch_flags`], [`filter_flags`], [`dedupe_flags`] | settings as flags, and their layers |
//! | [`value_parsers`] | flags whose values are names |
//! | [`console`], [`progress`], [`logging`], [`json_lines`] | what goes to standard error |
//! | [`hints`], [`failure`] | errors that end a command, and what to do about them |
//! | [`left_out`] | what a run says about empty pages, filters, and files that hold no page |
//! | [`added_columns`], [`idle_flags`], [`output_flag`] | checks of flags: `--add-columns`, those without an effect, `-o` |
//! | [`fetching`], [`resume`], [`dedupe`], [`site_profiles`] | parts that several commands use |
//! | [`threads`] | how many threads are started |
//! | [`interrupt`] | Ctrl-C and other signals |

mod added_columns;
mod args;
mod commands;
mod console;
mod dedupe;
mod dedupe_flags;
mod dropped_fields;
mod exit_status;
mod failure;
mod fetch_flags;
mod fetching;
mod filter_flags;
mod hints;
mod idle_flags;
mod interrupt;
mod json_lines;
mod left_out;
mod logging;
mod output_flag;
mod plural;
mod progress;
mod resume;
mod settings;
mod site_profiles;
mod threads;
mod url_guess;
mod value_parsers;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::args::{Cli, CliCommand, cli_command};
use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::settings::RunningFlags;

// Cleaning allocates and frees many small strings on every thread, which mimalloc does without locking.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = cli_command().get_matches();
    // `get_matches` has checked everything, so this cannot fail; if it does, clap prints why.
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match &cli.command {
        CliCommand::Clean(args) => commands::clean::run(args),
        CliCommand::Fetch(args) => commands::fetch::run(args),
        #[cfg(feature = "crawl")]
        CliCommand::Crawl(args) => commands::crawl::run(args),
        CliCommand::Inspect(args) => commands::inspect::run(args),
        CliCommand::Repair(args) => commands::repair::run(args),
        CliCommand::Group(args) => commands::group::run(args),
        CliCommand::Site(args) => commands::site::run(args),
        #[cfg(feature = "crawl")]
        CliCommand::State(args) => commands::state::run(args),
        CliCommand::Eval(args) => commands::eval::run(args),
        CliCommand::Features(args) => commands::features::run(args),
        CliCommand::Config(args) => commands::config::run(args),
        CliCommand::Completions(args) => commands::completions::run(args, cli_command()),
        CliCommand::Man(args) => commands::man::run(args, cli_command()),
    };
    match result {
        Ok(status) => status.into(),
        // The reader of the output has seen enough, as in `copydesk clean pages | head`.
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let color = cli.command.running().and_then(RunningFlags::color);
            Console::for_failures(color).failure(&error);
            ExitStatus::NotRun.into()
        }
    }
}
