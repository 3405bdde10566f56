//! HTML pages for people. They work without scripts, which the content security policy forbids.

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

/// What every page has in its head.
struct PageHead {
    title: String,
    /// Seconds until the browser reloads the page; `None` for never.
    refresh: Option<u32>,
    /// The time at which it was rendered.
    now: String,
}

impl PageHead {
    fn new(title: impl Into<String>, refresh: Option<u32>, now: Timestamp) -> Self {
        let now = now.strftime("%-d %b %Y, %H:%M:%S UTC").to_string();
        Self { title: title.into(), refresh, now }
    }
}

fn render(page: &impl Template) -> String {
    // The templates only have strings and numbers in them and are written to memory, so rendering cannot
    // fail.
    page.render().unwrap_or_default()
}
