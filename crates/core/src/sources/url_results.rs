//! Fetches the URLs of a list, except those that the caller skips.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_fetch::{FetchRequest, FetchResult};

use super::blocking_fetcher::BlockingFetcher;
use super::entry_set::EntrySet;
use super::request_contexts::ContextResults;
use super::url_list::{ListEntry, ListedUrls, UnreadableUrl};
use crate::error::Error;

/// What became of a URL.
pub(crate) enum UrlResult<T, R = ()> {
    /// It was fetched, or the fetch failed; with the context of [`UrlDecision::Fetch`].
    Fetched(Box<FetchResult>, T),
    /// It was skipped; with the reason of [`UrlDecision::Skip`].
    Skipped(Option<R>),
    /// The line could not be read.
    Bad(UnreadableUrl),
}

/// What the caller decides about a URL before it is fetched.
pub(crate) enum UrlDecision<T, R = ()> {
    /// Fetch it. The context is handed back with the result.
    Fetch(T),
    /// Do not fetch it. `None` means that its output exists already; otherwise there is a reason.
    Skip(Option<R>),
}

impl<T, R> From<Option<T>> for UrlDecision<T, R> {
    fn from(wanted: Option<T>) -> Self {
        wanted.map_or(Self::Skip(None), Self::Fetch)
    }
}

/// The results of fetching a list, in the order in which they arrive. The list is read as the fetcher has room, so
/// that only URLs in progress are held in memory.
pub(crate) struct UrlResults<'a, T, R> {
    results: ContextResults<'a, (ListEntry, T)>,
    notes: SharedNotes<R>,
    is_over: bool,
}

impl BlockingFetcher {
    /// Fetches the URLs for which `decide` says so, and hands back its context with each result. An error of
    /// `decide` ends the iteration once fetches in progress are done.
    ///
    /// `decide` is also called for entries in `done`, because it may depend on all URLs before (the names of output
    /// files do), but they are not fetched and give no result.
    pub(crate) fn fetch_list<T, R, F>(
        &self,
        urls: ListedUrls,
        done: EntrySet,
        decide: F,
    ) -> UrlResults<'_, T, R>
    where
        T: Send + 'static,
        R: Send + 'static,
        F: FnMut(&str) -> Result<UrlDecision<T, R>, Error> + Send + 'static,
    {
        let notes = SharedNotes::default();
        let entries = urls.entries();
        let requests = WantedRequests { entries, done, decide, notes: notes.clone() };
        UrlResults { results: self.fetch_with_context(requests), notes, is_over: false }
    }
}

impl<T, R> Iterator for UrlResults<'_, T, R> {
    /// The entry of the list, and what became of it.
    type Item = Result<(ListEntry, UrlResult<T, R>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            {
                let mut notes = self.notes.notes();
                if let Some((entry, reason)) = notes.skipped.pop_front() {
                    return Some(Ok((entry, UrlResult::Skipped(reason))));
                }
                if let Some((entry, bad)) = notes.bad.pop_front() {
                    return Some(Ok((entry, UrlResult::Bad(bad))));
                }
                if self.is_over {
                    return notes.error.take().map(Err);
                }
            }
            match self.results.next() {
                Some((fetched, (entry, context))) => {
                    return Some(Ok((entry, UrlResult::Fetched(Box::new(fetched), context))));
                }
                // Entries may have been skipped after the last request, so the notes are read once more.
                None => self.is_over = true,
            }
        }
    }
}

/// What the thread that reads the list passes to the thread that takes the results, beside requests.
struct SharedNotes<R>(Arc<Mutex<ListNotes<R>>>);

struct ListNotes<R> {
    skipped: VecDeque<(ListEntry, Option<R>)>,
    bad: VecDeque<(ListEntry, UnreadableUrl)>,
    error: Option<Error>,
}

impl<R> SharedNotes<R> {
    // The notes are consistent after every statement, so a panic elsewhere does not make them wrong.
    fn notes(&self) -> MutexGuard<'_, ListNotes<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Clone for SharedNotes<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> Default for SharedNotes<R> {
    fn default() -> Self {
        let (skipped, bad) = (VecDeque::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(ListNotes { skipped, bad, error: None })))
    }
}

/// The requests, created as the fetcher takes them.
struct WantedRequests<I, R, F> {
    entries: I,
    done: EntrySet,
    decide: F,
    notes: SharedNotes<R>,
}

impl<I, T, R, F> Iterator for WantedRequests<I, R, F>
where
    I: Iterator<Item = (ListEntry, Result<String, UnreadableUrl>)>,
    F: FnMut(&str) -> Result<UrlDecision<T, R>, Error>,
{
    type Item = (FetchRequest, (ListEntry, T));

    fn next(&mut self) -> Option<Self::Item> {
        if self.notes.notes().error.is_some() {
            return None;
        }
        loop {
            let (entry, url) = self.entries.next()?;
            let is_done = self.done.contains(entry.number);
            let decided = match &url {
                Ok(url) => (self.decide)(url),
                Err(_) => Ok(UrlDecision::Skip(None)),
            };
            if is_done {
                continue;
            }
            match (url, decided) {
                (Err(bad), _) => self.notes.notes().bad.push_back((entry, bad)),
                (Ok(url), Ok(UrlDecision::Fetch(context))) => {
                    return Some((FetchRequest::new(url), (entry, context)));
                }
                (_, Ok(UrlDecision::Skip(reason))) => {
                    self.notes.notes().skipped.push_back((entry, reason));
                }
                (_, Err(error)) => {
                    self.notes.notes().error = Some(error);
                    return None;
                }
            }
        }
    }
}
