//! How a run goes about its pages.

use std::time::Duration;

use super::EngineOptions;
use crate::settings::Settings;
use crate::sinks::Format;
use crate::sources::{Inputs, SourceOptions};

/// How a run goes about its pages.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// How inputs are read.
    pub sources: SourceOptions,
    /// The form of the output.
    pub format: Format,
    /// Whether a shared output may get more than one page, so that they must be told apart.
    pub many_pages: bool,
    /// Time to clean one page; `None` is no limit.
    pub page_timeout: Option<Duration>,
    /// Threads and what is in memory. An output folder gets its pages in order in any case, since a
    /// file in it has those of one input.
    pub engine: EngineOptions,
}

impl RunOptions {
    /// The settings that concern a run over `inputs`.
    pub fn new(settings: &Settings, format: Format, inputs: &Inputs) -> Self {
        Self {
            sources: SourceOptions::new(settings),
            format,
            many_pages: !inputs.is_single(),
            page_timeout: settings.page_timeout.limit(),
            engine: EngineOptions::new(settings),
        }
    }
}
