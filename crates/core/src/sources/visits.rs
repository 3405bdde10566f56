//! Goes through a list of addresses and fetches those that are wanted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_fetch::{Fetched, Request};

use super::url_list::{BadLine, Urls};
use super::web::{Results, Web};
use crate::error::Error;

/// What became of an address.
pub(crate) enum Visit<T> {
    /// It was fetched, or could not be; with what was decided on it.
    Fetched(Box<Fetched>, T),
    /// It was not wanted.
    Skipped,
    /// The list could not be read.
    Bad(BadLine),
}

/// The results of fetching a list, in the order in which they come. It is read as the fetcher has room:
/// what is held is what is under way.
pub(crate) struct Visits<'a, T> {
    results: Results<'a>,
    ledger: Ledger<T>,
    is_over: bool,
}

impl Web {
    /// Fetches the addresses for which `decide` gives something, which is handed back with the result.
    /// An error of it ends the run, once what is under way has come.
    pub(crate) fn visit<T, F>(&self, urls: Urls, decide: F) -> Visits<'_, T>
    where
        T: Send + 'static,
        F: FnMut(&str) -> Result<Option<T>, Error> + Send + 'static,
    {
        let ledger = Ledger::default();
        let requests = Wanted { urls, decide, ledger: ledger.clone(), asked: 0 };
        Visits { results: self.fetch_all(requests), ledger, is_over: false }
    }
}

impl<T> Iterator for Visits<'_, T> {
    type Item = Result<Visit<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            {
                let mut notes = self.ledger.notes();
                if notes.skipped > 0 {
                    notes.skipped -= 1;
                    return Some(Ok(Visit::Skipped));
                }
                if let Some(bad) = notes.bad.pop() {
                    return Some(Ok(Visit::Bad(bad)));
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
            if let Some(decided) = decided {
                return Some(Ok(Visit::Fetched(Box::new(fetched), decided)));
            }
        }
    }
}

/// What the reading of the list has to say to whoever takes the results.
struct Ledger<T>(Arc<Mutex<Notes<T>>>);

struct Notes<T> {
    /// What was decided on requests that are under way, by their number.
    decided: HashMap<u64, T>,
    skipped: u64,
    bad: Vec<BadLine>,
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
        let (decided, bad) = (HashMap::new(), Vec::new());
        Self(Arc::new(Mutex::new(Notes { decided, skipped: 0, bad, error: None })))
    }
}

/// The requests, made as they are asked for.
struct Wanted<T, F> {
    urls: Urls,
    decide: F,
    ledger: Ledger<T>,
    asked: u64,
}

impl<T, F: FnMut(&str) -> Result<Option<T>, Error>> Iterator for Wanted<T, F> {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        if self.ledger.notes().error.is_some() {
            return None;
        }
        loop {
            let url = match self.urls.next()? {
                Ok(url) => url,
                Err(bad) => {
                    self.ledger.notes().bad.push(bad);
                    continue;
                }
            };
            match (self.decide)(&url) {
                Ok(Some(decided)) => {
                    self.ledger.notes().decided.insert(self.asked, decided);
                    self.asked += 1;
                    return Some(Request::new(url));
                }
                Ok(None) => self.ledger.notes().skipped += 1,
                Err(error) => {
                    self.ledger.notes().error = Some(error);
                    return None;
                }
            }
        }
    }
}
