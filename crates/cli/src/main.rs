//! The `copydesk` command.
//!
//! Data goes to standard output or `-o`, all else to standard error. Exit status: 0 all pages clean,
//! 1 some pages failed or a check found something, 2 the command could not run, 75 somebody else does it, 128 and the number of the
//! signal if it was interrupted (130 after Ctrl-C).

mod args;
mod commands;
mod console;
mod dedupe;
mod dedupe_flags;
mod dropped_fields;
mod failure;
mod fetch_flags;
mod fetching;
mod filter_flags;
mod interrupt;
mod logging;
mod progress;
mod resume;
mod settings;
mod site_profiles;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, CliCommand};
use crate::console::Console;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What `sysexits.h` has for a failure that passes by itself.
const EX_TEMPFAIL: u8 = 75;

/// How a command that could run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExitStatus {
    /// All pages are clean, or there were none.
    Clean,
    /// Some pages failed; their records say why.
    SomeFailed,
    /// What was to be checked is not as it should be.
    WouldChange,
    /// What was to run could not begin, or not go on; it was said why.
    NotRun,
    /// Somebody else does it, and trying again later will do.
    Busy,
    /// It was interrupted, and ends with this exit status.
    Interrupted(u8),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        CliCommand::Clean(args) => commands::clean::run(args),
        CliCommand::Fetch(args) => commands::fetch::run(args),
        CliCommand::Crawl(args) => commands::crawl::run(args),
        CliCommand::Repair(args) => commands::repair::run(args),
        CliCommand::Group(args) => commands::group::run(args),
        CliCommand::Site(args) => commands::site::run(args),
        CliCommand::State(args) => commands::state::run(args),
        CliCommand::Eval(args) => commands::eval::run(args),
        CliCommand::Features(args) => commands::features::run(args),
        CliCommand::Config(args) => commands::config::run(args),
        CliCommand::Completions(args) => commands::completions::run(args),
        CliCommand::Man(args) => commands::man::run(args),
    };
    match result {
        Ok(ExitStatus::Clean) => ExitCode::SUCCESS,
        Ok(ExitStatus::SomeFailed | ExitStatus::WouldChange) => ExitCode::from(1),
        Ok(ExitStatus::NotRun) => ExitCode::from(2),
        Ok(ExitStatus::Busy) => ExitCode::from(EX_TEMPFAIL),
        Ok(ExitStatus::Interrupted(status)) => ExitCode::from(status),
        // Whoever reads the output has seen enough, as in `copydesk clean pages | head`.
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            Console::for_failures(&cli.command).failure(&error);
            ExitCode::from(2)
        }
    }
}
