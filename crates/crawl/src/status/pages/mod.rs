//! The pages for people.

mod charts;
mod display;
mod hosts;
mod job;
mod overview;

use askama::Template;
use jiff::Timestamp;

pub(super) use self::hosts::hosts;
pub(super) use self::job::job;
pub(super) use self::overview::overview;

/// What every page has.
struct PageHead {
    title: String,
    /// Seconds until the page is asked for again.
    refresh: Option<u32>,
    /// Now.
    now: String,
}

impl PageHead {
    fn new(title: impl Into<String>, refresh: Option<u32>, now: Timestamp) -> Self {
        let now = now.strftime("%-d %b %Y, %H:%M:%S UTC").to_string();
        Self { title: title.into(), refresh, now }
    }
}

fn render(page: &impl Template) -> String {
    // Templates of texts and figures, written to memory.
    page.render().unwrap_or_default()
}
