//! The subcommands, each with its arguments and a `run`.

use std::io::Write;

pub(crate) mod eval;

/// Writes a line to standard error. There is nobody to tell if that fails.
pub(crate) fn warn(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
