//! Goes through a list of addresses and fetches those that are wanted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_fetch::{Fetched, Request};

use super::entries::Entries;
use super::url_list::{BadLine, ListEntry, Urls};
use super::web::{Results, Web};
use crate::error::Error;
use crate::screen::Excluded;

/// What became of an address.
pub enum Visit<T> {
    /// It was fetched, or could not be; with what was decided on it.
    Fetched(Box<Fetched>, T),
    /// It was not wanted; with the reason, unless its output is there already.
    Skipped(Option<Excluded>),
    /// The list could not be read.
    Bad(BadLine),
}

/// What is decided on an address before it is fetched.
pub enum Ask<T> {
    /// It is fetched; with what goes with it.
    Fetch(T),
    /// It is not; see [`Visit::Skipped`].
    Skip(Option<Excluded>),
}

impl<T> From<Option<T>> for Ask<T> {
    fn from(wanted: Option<T>) -> Self {
        wanted.map_or(Self::Skip(None), Self::Fetch)
    }
}

/// The results of fetching a list, in the order in which they come. It is read as the fetcher has room:
/// what is held is what is under way.
pub(crate) struct Visits<'a, T> {
    results: Results<'a>,
    ledger: Ledger<T>,
    is_over: bool,
}

impl Web {
    /// Fetches the addresses for which `decide` says so; what it says of one is handed back with the result.
    /// An error of it ends the run, once what is under way has come. Entries of the list in `done` are
    /// decided on like the others, and nothing more is said of them.
    pub(crate) fn visit<T, F>(&self, urls: Urls, done: Entries, decide: F) -> Visits<'_, T>
    where
        T: Send + 'static,
        F: FnMut(&str) -> Result<Ask<T>, Error> + Send + 'static,
    {
        let ledger = Ledger::default();
        let entries = urls.entries();
        let requests = Wanted { entries, done, decide, ledger: ledger.clone(), asked: 0 };
        Visits { results: self.fetch_all(requests), ledger, is_over: false }
    }
}

impl<T> Iterator for Visits<'_, T> {
    /// With the entry of the list.
    type Item = Result<(ListEntry, Visit<T>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            {
                let mut notes = self.ledger.notes();
                if let Some((entry, reason)) = notes.skipped.pop_front() {
                    return Some(Ok((entry, Visit::Skipped(reason))));
                }
                if let Some((entry, bad)) = notes.bad.pop_front() {
                    return Some(Ok((entry, Visit::Bad(bad))));
                }
                if self.is_over {
                    return notes.error.take().map(Err);
                }
            }
            let Some(fetched) = self.results.next() else {
                self.is_over = true;
                continue;
            };
            let decided = self.ledger.notes().decided.remove(&fetched.index);
            if let Some((entry, decided)) = decided {
                return Some(Ok((entry, Visit::Fetched(Box::new(fetched), decided))));
            }
        }
    }
}

/// What the reading of the list has to say to whoever takes the results.
struct Ledger<T>(Arc<Mutex<Notes<T>>>);

struct Notes<T> {
    /// What was decided on requests that are under way, by their number, with their entry.
    decided: HashMap<u64, (ListEntry, T)>,
    skipped: VecDeque<(ListEntry, Option<Excluded>)>,
    bad: VecDeque<(ListEntry, BadLine)>,
    error: Option<Error>,
}

impl<T> Ledger<T> {
    // The notes are whole after every statement.
    fn notes(&self) -> MutexGuard<'_, Notes<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Ledger<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Ledger<T> {
    fn default() -> Self {
        let (decided, skipped, bad) = (HashMap::new(), VecDeque::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(Notes { decided, skipped, bad, error: None })))
    }
}

/// The requests, made as they are asked for.
struct Wanted<I, T, F> {
    entries: I,
    done: Entries,
    decide: F,
    ledger: Ledger<T>,
    /// Requests that were made.
    asked: u64,
}

impl<I, T, F> Iterator for Wanted<I, T, F>
where
    I: Iterator<Item = (ListEntry, Result<String, BadLine>)>,
    F: FnMut(&str) -> Result<Ask<T>, Error>,
{
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        if self.ledger.notes().error.is_some() {
            return None;
        }
        loop {
            let (entry, url) = self.entries.next()?;
            let is_done = self.done.contains(entry.number);
            let decided = match &url {
                Ok(url) => (self.decide)(url),
                Err(_) => Ok(Ask::Skip(None)),
            };
            if is_done {
                continue;
            }
            match (url, decided) {
                (Err(bad), _) => self.ledger.notes().bad.push_back((entry, bad)),
                (Ok(url), Ok(Ask::Fetch(decided))) => {
                    self.ledger.notes().decided.insert(self.asked, (entry, decided));
                    self.asked += 1;
                    return Some(Request::new(url));
                }
                (_, Ok(Ask::Skip(reason))) => {
                    self.ledger.notes().skipped.push_back((entry, reason));
                }
                (_, Err(error)) => {
                    self.ledger.notes().error = Some(error);
                    return None;
                }
            }
        }
    }
}
