//! The fetcher: whom a caller asks.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

use crate::exchange::{Ask, Exchanger, after};
use crate::redirect::Route;
use crate::{Error, Fetched, Request, Response, Settings};

#[cfg(test)]
mod tests;

/// Fetches pages. Keeps connections open between fetches; cheap to clone, and clones share them.
#[derive(Clone, Debug)]
pub struct Fetcher {
    exchanger: Arc<Exchanger>,
    settings: Arc<Settings>,
}

impl Fetcher {
    /// A fetcher with these settings.
    ///
    /// # Errors
    /// When the user agent or the contact cannot stand in a header, or a certificate does not
    /// parse.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let settings = Arc::new(settings);
        Ok(Self { exchanger: Arc::new(Exchanger::new(Arc::clone(&settings))?), settings })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Fetches one page.
    ///
    /// # Errors
    /// When the URL or a redirect is refused, nobody answers, a limit is reached, or the body is of
    /// a type that is not fetched. A status such as 404 is no error.
    pub async fn fetch(&self, request: impl Into<Request>) -> Result<Response, Error> {
        let request = request.into();
        let end = after(Instant::now(), self.settings.total_timeout);
        let mut route = Route::start(&request.url, &self.settings)?;
        loop {
            let (url, validators) = (route.current(), &request.validators);
            let ask = Ask { url, wanted: request.wanted, validators };
            let answer = self.exchanger.send(ask, end).await;
            let answer = answer.map_err(|kind| Error::at(route.current(), kind))?;
            if let Some(location) = answer.location {
                route.follow(answer.exchange, &location, &self.settings)?;
                continue;
            }
            return Ok(Response {
                exchange: answer.exchange,
                chain: route.finish(),
                content_type: answer.content_type,
                body: answer.body,
            });
        }
    }

    /// Fetches many pages, and gives the results as they come.
    ///
    /// Requests are read from `requests` when there is room for them, so that it may be endless. What
    /// is under way goes on while nobody takes results, up to [`Settings::max_in_flight`] fetches;
    /// dropping the stream ends all of it. Every request gets a result.
    pub fn fetch_all<I>(&self, requests: I) -> FetchStream
    where
        I: IntoIterator<Item = Request>,
        I::IntoIter: Send + 'static,
    {
        let fetcher = self.clone();
        let results = futures_util::stream::iter((0..).zip(requests))
            .map(move |(index, request)| {
                let fetcher = fetcher.clone();
                async move {
                    let result = fetcher.fetch(request.clone()).await;
                    Fetched { index, request, result, attempts: 1 }
                }
            })
            .buffer_unordered(self.settings.max_in_flight);
        FetchStream { results: Box::pin(results) }
    }
}

/// The results of [`Fetcher::fetch_all`].
pub struct FetchStream {
    results: Pin<Box<dyn Stream<Item = Fetched> + Send>>,
}

impl Stream for FetchStream {
    type Item = Fetched;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Fetched>> {
        self.results.as_mut().poll_next(context)
    }
}
