//! Messages for people, on standard error.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Stderr, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use copydesk_clean::{RecordError, RemovedBlock};
use copydesk_core::settings::ColorChoice;
use indicatif::ProgressBar;

#[cfg(feature = "crawl")]
use crate::hints::crawl_hint;
use crate::hints::{core_hint, hint, page_hint};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Something failed.
    Error,
    /// Nothing failed, but the result may not be what was expected.
    Warning,
}

impl Severity {
    const fn label(self) -> (Style, &'static str) {
        match self {
            Self::Error => (ERROR, "error"),
            Self::Warning => (WARNING, "warning"),
        }
    }
}

/// Writes messages to standard error, above the progress bar if there is one.
pub(crate) struct Console {
    color: ColorChoice,
    bar: Option<ProgressBar>,
    hints_given: BTreeSet<String>,
}

impl Console {
    pub(crate) fn new(color: ColorChoice) -> Self {
        Self { color, bar: None, hints_given: BTreeSet::new() }
    }

    /// For failures that may come from the settings themselves, so that these cannot be asked for the color.
    pub(crate) fn for_failures(flag: Option<ColorChoice>) -> Self {
        let variable = || std::env::var("COPYDESK_COLOR").ok().and_then(|color| color.parse().ok());
        Self::new(flag.or_else(variable).unwrap_or(ColorChoice::Auto))
    }

    /// Keeps messages and the bar from overwriting each other.
    pub(crate) fn attach(&mut self, bar: ProgressBar) {
        self.bar = Some(bar);
    }

    /// Prints the error that ends the command.
    pub(crate) fn failure(&self, error: &anyhow::Error) {
        let mut message = String::new();
        for cause in error.chain().map(ToString::to_string) {
            // Most of our own errors include their cause in their message.
            if !message.contains(&cause) {
                message.push_str(if message.is_empty() { "" } else { ": " });
                message.push_str(&cause);
            }
        }
        self.report(Severity::Error, &message, hint(error));
    }

    /// Prints why an input failed. The run continues.
    pub(crate) fn input_error(&mut self, error: &copydesk_core::Error) {
        let hint = self.unless_given(core_hint(error.kind()));
        self.report(Severity::Error, &error.to_string(), hint);
    }

    /// Prints why a job did not run, or did not finish. Others continue.
    #[cfg(feature = "crawl")]
    pub(crate) fn run_error(&self, job: &str, error: &copydesk_crawl::Error) {
        self.report(Severity::Error, &format!("{job}: {error}"), crawl_hint(error.kind()));
    }

    /// Prints what is wrong with a page. The run continues.
    pub(crate) fn page_error(&mut self, severity: Severity, source: &str, error: &RecordError) {
        let hint = self.unless_given(page_hint(source, error));
        self.report(severity, &format!("{source}: {}", error.message), hint);
    }

    /// Prints an error that ends neither the command nor other jobs.
    #[cfg(feature = "crawl")]
    pub(crate) fn error(&self, message: &str) {
        self.report(Severity::Error, message, None);
    }

    /// Prints something that may make the result differ from what was expected.
    pub(crate) fn warning(&self, message: &str) {
        self.report(Severity::Warning, message, None);
    }

    /// Prints something that is worth knowing about the run.
    pub(crate) fn note(&self, message: &str) {
        self.write(|out| writeln!(out, "{HINT}note:{HINT:#} {message}"));
    }

    /// Prints what to do about something that was reported.
    pub(crate) fn hint(&self, message: &str) {
        self.write(|out| writeln!(out, "{HINT}hint:{HINT:#} {message}"));
    }

    /// Prints the blocks that were removed from a page.
    pub(crate) fn removed(&self, source: &str, blocks: &[RemovedBlock]) {
        self.write(|out| {
            for RemovedBlock { class, rule, evidence, score, place, text, .. } in blocks {
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

    /// Prints one line as it is.
    pub(crate) fn line(&self, line: impl Display) {
        self.write(|out| writeln!(out, "{line}"));
    }

    /// A hint is given once: a thousand pages over a limit have the same.
    fn unless_given(&mut self, hint: Option<String>) -> Option<String> {
        hint.filter(|hint| self.hints_given.insert(hint.clone()))
    }

    fn report(&self, severity: Severity, message: &str, hint: Option<String>) {
        let (style, label) = severity.label();
        self.write(|out| {
            writeln!(out, "{style}{label}:{style:#} {message}")?;
            match hint {
                Some(hint) => writeln!(out, "{HINT}hint:{HINT:#} {hint}"),
                None => Ok(()),
            }
        });
    }

    fn write(&self, message: impl FnOnce(&mut AutoStream<Stderr>) -> io::Result<()>) {
        let color = match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()),
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        let write = || {
            // If standard error cannot be written, there is nowhere left to report it.
            let _ = message(&mut AutoStream::new(io::stderr(), color));
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}
