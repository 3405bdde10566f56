//! The URLs of a job, one after another, for lists and exports.

use std::collections::VecDeque;

use super::{JobId, StateView, UrlEntry, UrlId, UrlState};
use crate::error::Error;

/// URLs that are read at a time. The state is released in between, so that a slow reader, such as a pager,
/// does not block writers.
const URLS_PER_READ: usize = 1_000;

/// The URLs of a job, in the order of [`StateView::urls_after`]. URLs that change while the iterator runs may
/// appear as they were or as they are.
pub struct UrlEntries<'s> {
    view: &'s mut dyn StateView,
    job: JobId,
    state: Option<UrlState>,
    last: Option<UrlId>,
    read: VecDeque<UrlEntry>,
    has_ended: bool,
}

impl<'s> UrlEntries<'s> {
    /// The URLs of a job: those in `state`, or all.
    pub fn new(view: &'s mut dyn StateView, job: JobId, state: Option<UrlState>) -> Self {
        Self { view, job, state, last: None, read: VecDeque::new(), has_ended: false }
    }
}

impl Iterator for UrlEntries<'_> {
    type Item = Result<UrlEntry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty() && !self.has_ended {
            match self.view.urls_after(self.job, self.state, self.last, URLS_PER_READ) {
                Ok(read) => self.read = read.into(),
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            }
        }
        let Some(entry) = self.read.pop_front() else {
            self.has_ended = true;
            return None;
        };
        self.last = Some(entry.id);
        Some(Ok(entry))
    }
}
