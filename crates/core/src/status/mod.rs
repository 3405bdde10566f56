//! Shows what crawl jobs do: a page for people, an API and metrics for programs.

mod live;

pub use live::{Live, LiveJob};
