//! What happens inside, on standard error.

use std::io;

use copydesk_core::settings::LogChoice;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Writes the events of our own crates from this level on.
pub(crate) fn start(level: LogChoice) {
    let level = match level {
        LogChoice::Off => return,
        LogChoice::Error => LevelFilter::ERROR,
        LogChoice::Warn => LevelFilter::WARN,
        LogChoice::Info => LevelFilter::INFO,
        LogChoice::Debug => LevelFilter::DEBUG,
        LogChoice::Trace => LevelFilter::TRACE,
    };
    // With those of the crates below, a trace shows no page for the frames of its connection.
    let ours = ["copydesk_fetch", "copydesk_core", "copydesk"].map(|target| (target, level));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    // Fails where a subscriber is set already, which then is the one to use.
    let _ = tracing_subscriber::registry().with(lines).with(Targets::from_iter(ours)).try_init();
}
