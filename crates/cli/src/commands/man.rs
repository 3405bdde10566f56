//! `copydesk man`: manual pages from the same definitions as `--help`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Command;
use clap_mangen::Man;

use crate::exit_status::ExitStatus;

const EXAMPLES: &str = "\
Examples:
  copydesk man | man -l -                  read the manual page
  copydesk man -o ~/.local/share/man/man1  one page for each command";

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Folder to write copydesk.1, copydesk-clean.1 and so on to; existing files are replaced [default:
    /// print copydesk.1]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command. `definition` is the command line to describe.
pub(crate) fn run(args: &ManArgs, definition: Command) -> Result<ExitStatus> {
    if let Some(folder) = &args.output {
        write_all(folder, definition).with_context(|| folder.display().to_string())?;
    } else {
        let mut page = Vec::new();
        Man::new(definition).render(&mut page)?;
        io::stdout().write_all(&page)?;
        io::stdout().flush()?;
    }
    Ok(ExitStatus::Clean)
}

fn write_all(folder: &Path, definition: Command) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(definition, folder)
}
