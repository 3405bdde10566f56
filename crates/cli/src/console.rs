//! Messages for people, on standard error.

use std::fmt::Display;
use std::io::{self, Stderr, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use copydesk_clean::{RecordError, RemovedBlock};
use copydesk_core::settings::ColorChoice;
use indicatif::ProgressBar;

use crate::args::Command;
use crate::failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// Writes messages to standard error, above the progress bar where there is one.
pub(crate) struct Console {
    color: ColorChoice,
    bar: Option<ProgressBar>,
    has_hinted_limit: bool,
}

impl Console {
    pub(crate) fn new(color: ColorChoice) -> Self {
        Self { color, bar: None, has_hinted_limit: false }
    }

    /// For failures that may come from the settings themselves.
    pub(crate) fn for_failures(command: &Command) -> Self {
        let flag = command.settings().and_then(|flags| flags.color());
        let variable = || std::env::var("COPYDESK_COLOR").ok().and_then(|color| color.parse().ok());
        Self::new(flag.or_else(variable).unwrap_or(ColorChoice::Auto))
    }

    /// Keeps messages and the bar out of each other's way.
    pub(crate) fn attach(&mut self, bar: ProgressBar) {
        self.bar = Some(bar);
    }

    /// Why the command stopped.
    pub(crate) fn failure(&self, error: &anyhow::Error) {
        let mut message = String::new();
        for cause in error.chain().map(ToString::to_string) {
            // Most of our own errors tell their cause themselves.
            if !message.contains(&cause) {
                message.push_str(if message.is_empty() { "" } else { ": " });
                message.push_str(&cause);
            }
        }
        self.write(|out| {
            writeln!(out, "{ERROR}error:{ERROR:#} {message}")?;
            match failure::hint(error) {
                Some(hint) => writeln!(out, "{HINT}hint:{HINT:#} {hint}"),
                None => Ok(()),
            }
        });
    }

    /// Why a page failed; the run goes on.
    pub(crate) fn page_error(&mut self, source: &str, error: &RecordError) {
        let is_limit = error.kind == "limit" && !error.concerns.is_empty();
        let hints = is_limit && !std::mem::replace(&mut self.has_hinted_limit, is_limit);
        self.write(|out| {
            writeln!(out, "{ERROR}error:{ERROR:#} {source}: {}", error.message)?;
            if hints {
                let flag = error.concerns.replace('_', "-");
                writeln!(out, "{HINT}hint:{HINT:#} --{flag} sets the limit")?;
            }
            Ok(())
        });
    }

    /// The blocks removed from a page.
    pub(crate) fn removed(&self, source: &str, blocks: &[RemovedBlock]) {
        self.write(|out| {
            for RemovedBlock { class, rule, score, place, text } in blocks {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                writeln!(
                    out,
                    "{source}: {HINT}{class:<10}{HINT:#} {score:.2} {rule} {FAINT}{place}{FAINT:#} {text}"
                )?;
            }
            Ok(())
        });
    }

    /// One line as it is.
    pub(crate) fn line(&self, line: impl Display) {
        self.write(|out| writeln!(out, "{line}"));
    }

    fn write(&self, message: impl FnOnce(&mut AutoStream<Stderr>) -> io::Result<()>) {
        let color = match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()),
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        let write = || {
            // There is nowhere left to say that standard error cannot be written.
            let _ = message(&mut AutoStream::new(io::stderr(), color));
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}
