//! The `copydesk` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod commands;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Clean text from web pages and from text that another scraper already extracted
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Eval(commands::eval::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Eval(args) => commands::eval::run(args),
    };
    result.unwrap_or_else(|error| {
        commands::warn(&format!("error: {error:#}"));
        ExitCode::from(2)
    })
}
