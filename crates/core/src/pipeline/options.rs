//! The options of a run.

use std::time::Duration;

use super::EngineOptions;
use crate::settings::Settings;
use crate::sinks::Format;
use crate::sources::{AddedColumns, Inputs, SourceOptions};

/// How a run reads, cleans and writes its pages.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RunOptions {
    /// How inputs are read.
    pub sources: SourceOptions,
    /// The format of the output.
    pub format: Format,
    /// Whether an output that all pages share may get more than one, so that text formats mark where each begins.
    pub many_pages: bool,
    /// Whether Markdown documents begin with front matter. A run fails if several pages share a file then.
    pub front_matter: bool,
    /// The longest time to clean one page; `None` is no limit.
    pub page_timeout: Option<Duration>,
    /// Threads and memory. An output folder gets its pages in order in any case, because each of its files has the
    /// pages of one input.
    pub engine: EngineOptions,
}

impl RunOptions {
    /// The options that the settings ask for, for a run over `inputs`.
    pub fn new(settings: &Settings, format: Format, inputs: &Inputs) -> Self {
        let added_columns = AddedColumns::new(settings, format);
        Self {
            sources: SourceOptions { added_columns, ..SourceOptions::new(settings) },
            format,
            many_pages: !inputs.is_single(),
            front_matter: settings.front_matter && format == Format::Markdown,
            page_timeout: settings.page_timeout.limit(),
            engine: EngineOptions::new(settings),
        }
    }
}
