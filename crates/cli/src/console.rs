//! Messages for people, on standard error.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Stderr, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use copydesk_clean::{RecordError, RecordErrorKind, RemovedBlock};
use copydesk_core::settings::{ColorChoice, Settings};
use indicatif::ProgressBar;

use crate::args::CliCommand;
use crate::failure;
use crate::fetching::with_scheme;
use crate::settings::RunningFlags;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// Writes messages to standard error, above the progress bar where there is one.
pub(crate) struct Console {
    color: ColorChoice,
    bar: Option<ProgressBar>,
    hinted: BTreeSet<String>,
}

impl Console {
    pub(crate) fn new(color: ColorChoice) -> Self {
        Self { color, bar: None, hinted: BTreeSet::new() }
    }

    /// For failures that may come from the settings themselves.
    pub(crate) fn for_failures(command: &CliCommand) -> Self {
        let flag = command.running().and_then(RunningFlags::color);
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

    /// Why an input failed; the run goes on.
    pub(crate) fn input_error(&mut self, error: &copydesk_core::Error) {
        let hint = error.hint().filter(|hint| self.hinted.insert(hint.clone()));
        self.write(|out| {
            writeln!(out, "{ERROR}error:{ERROR:#} {error}")?;
            if let Some(hint) = &hint {
                writeln!(out, "{HINT}hint:{HINT:#} {hint}")?;
            }
            Ok(())
        });
    }

    /// Why a job was not run, or not to its end; others go on.
    pub(crate) fn run_error(&self, job: &str, error: &copydesk_crawl::Error) {
        self.write(|out| {
            writeln!(out, "{ERROR}error:{ERROR:#} {job}: {error}")?;
            match error.hint() {
                Some(hint) => writeln!(out, "{HINT}hint:{HINT:#} {hint}"),
                None => Ok(()),
            }
        });
    }

    /// Why a page failed; the run goes on.
    pub(crate) fn page_error(&mut self, source: &str, error: &RecordError) {
        // Once for each remedy: a thousand pages over a limit have the same.
        let hint = page_hint(source, error).filter(|hint| self.hinted.insert(hint.clone()));
        self.write(|out| {
            writeln!(out, "{ERROR}error:{ERROR:#} {source}: {}", error.message)?;
            if let Some(hint) = &hint {
                writeln!(out, "{HINT}hint:{HINT:#} {hint}")?;
            }
            Ok(())
        });
    }

    /// What a person may want to know of the run.
    pub(crate) fn note(&self, message: &str) {
        self.write(|out| writeln!(out, "{HINT}note:{HINT:#} {message}"));
    }

    /// The blocks removed from a page.
    pub(crate) fn removed(&self, source: &str, blocks: &[RemovedBlock]) {
        self.write(|out| {
            for RemovedBlock { class, rule, evidence, score, place, text } in blocks {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let evidence = evidence.join(", ");
                writeln!(
                    out,
                    "{source}: {HINT}{class:<10}{HINT:#} {score:.2} {rule} {FAINT}{place}{FAINT:#} {text}{FAINT}  [{evidence}]{FAINT:#}"
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

/// What can be done about a page that failed.
fn page_hint(source: &str, error: &RecordError) -> Option<String> {
    match (&error.kind, error.concerns.as_str()) {
        (_, "allow_private") => {
            Some("--allow-private lets it be fetched, if it is one of yours".into())
        }
        (_, "allow_downgrade") => Some("--allow-downgrade follows it".into()),
        (RecordErrorKind::Read | RecordErrorKind::Url | RecordErrorKind::Scheme, "") => {
            let address = with_scheme(source)?;
            Some(format!("an address begins with its scheme: `{address}`"))
        }
        _ => limit_flag(error).map(|flag| format!("--{flag} sets the limit")),
    }
}

/// The flag for the limit that an error is about. The cleaner knows no clock, so it calls the limit
/// on time an interrupt.
fn limit_flag(error: &RecordError) -> Option<String> {
    match error.concerns.as_str() {
        "interrupt" => Some("page-timeout".into()),
        limit if Settings::NAMES.contains(&limit) => Some(limit.replace('_', "-")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_its_flag() {
        let flag = |concerns: &str| {
            let (kind, message) = (RecordErrorKind::Limit, String::new());
            limit_flag(&RecordError { kind, message, concerns: concerns.into() })
        };
        assert_eq!(flag("max_depth").as_deref(), Some("max-depth"));
        assert_eq!(flag("interrupt").as_deref(), Some("page-timeout"));
        assert_eq!(flag("line 7"), None);
    }
}
