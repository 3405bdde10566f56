//! Shows a page beside its cleaned text in one HTML file: what was kept, what was removed, and why.
//!
//! The file needs no network and no other file. Nothing of the page can run or load: its markup is sanitized by
//! [ammonia](https://docs.rs/ammonia), stands in a frame whose sandbox has no scripts, and a content security policy
//! refuses everything but the one script of the inspector.
//!
//! ```
//! use copydesk_clean::{CleanInput, CleanOptions, Cleaner};
//!
//! let cleaner = Cleaner::with_options(CleanOptions::default());
//! let page = "<nav>News Sport</nav><article><p>The ferry sailed again on Monday.</p></article>";
//! let view = cleaner.view(&CleanInput::new("ferry.html", page.as_bytes()));
//! let html = copydesk_inspect::inspector(&view);
//! assert!(html.contains("The ferry sailed again on Monday."));
//! ```

mod data;
mod facts;
mod page;
mod sanitize;

use copydesk_clean::PageView;

/// The inspector of a page, as one HTML file.
pub fn inspector(view: &PageView) -> String {
    page::render(view)
}

#[cfg(test)]
mod tests;
