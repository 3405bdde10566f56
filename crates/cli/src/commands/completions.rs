//! `copydesk completions`: completion scripts for shells.

use std::io::{self, Write};

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

use crate::exit_status::ExitStatus;

const EXAMPLES: &str = "\
Examples:
  copydesk completions bash > ~/.local/share/bash-completion/completions/copydesk
  copydesk completions zsh > ~/.zfunc/_copydesk
  copydesk completions fish > ~/.config/fish/completions/copydesk.fish";

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// Shell to complete commands in
    shell: Shell,
}

/// Runs the command. `definition` is the command line to complete.
pub(crate) fn run(args: &CompletionsArgs, mut definition: Command) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition, "copydesk", &mut script);
    io::stdout().write_all(&script)?;
    io::stdout().flush()?;
    Ok(ExitStatus::Clean)
}
