//! `copydesk man`: manual pages from the same definitions as `--help`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_mangen::Man;

use crate::ExitStatus;
use crate::args::Cli;

const EXAMPLES: &str = "\
Examples:
  copydesk man | man -l -                  read the manual page
  copydesk man -o ~/.local/share/man/man1  one page for each command";

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Folder to write copydesk.1, copydesk-clean.1 and so on to; those that exist are replaced
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ManArgs) -> Result<ExitStatus> {
    if let Some(folder) = &args.output {
        write_all(folder).with_context(|| folder.display().to_string())?;
    } else {
        let mut page = Vec::new();
        Man::new(Cli::command()).render(&mut page)?;
        io::stdout().write_all(&page)?;
        io::stdout().flush()?;
    }
    Ok(ExitStatus::Clean)
}

fn write_all(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)
}
