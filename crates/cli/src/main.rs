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
mod failure;
mod fetch_flags;
mod fetching;
mod interrupt;
mod logging;
mod progress;
mod resuming;
mod screen_flags;
mod settings;
mod sites;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::console::Console;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What `sysexits.h` has for a failure that passes by itself.
const EX_TEMPFAIL: u8 = 75;

/// How a command that could run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
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
        Command::Clean(args) => commands::clean::run(args),
        Command::Fetch(args) => commands::fetch::run(args),
        Command::Crawl(args) => commands::crawl::run(args),
        Command::Repair(args) => commands::repair::run(args),
        Command::Group(args) => commands::group::run(args),
        Command::Site(args) => commands::site::run(args),
        Command::State(args) => commands::state::run(args),
        Command::Eval(args) => commands::eval::run(args),
        Command::Features(args) => commands::features::run(args),
        Command::Config(args) => commands::config::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man(args) => commands::man::run(args),
    };
    match result {
        Ok(Status::Clean) => ExitCode::SUCCESS,
        Ok(Status::SomeFailed | Status::WouldChange) => ExitCode::from(1),
        Ok(Status::NotRun) => ExitCode::from(2),
        Ok(Status::Busy) => ExitCode::from(EX_TEMPFAIL),
        Ok(Status::Interrupted(status)) => ExitCode::from(status),
        // Whoever reads the output has seen enough, as in `copydesk clean pages | head`.
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            Console::for_failures(&cli.command).failure(&error);
            ExitCode::from(2)
        }
    }
}
