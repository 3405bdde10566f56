//! One request and its response: no redirects, no retries, no waiting for a turn.

mod body;
mod client;
mod clients;
mod cookies;
mod failure;
mod headers;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use url::Url;

use self::body::{BodyReader, ReceivedBody};
use self::clients::HttpClients;
use crate::redirect::is_redirect;
use crate::trace::RequestTrace;
use crate::urls::strip_credentials;
use crate::{
    ContentType, Error, ErrorKind, FetchSettings, HttpExchange, RequestTimings, TimeoutStage,
    Validators, WantedContent,
};

/// Sends requests. Keeps connections open between them.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    clients: HttpClients,
    agent: HeaderValue,
    settings: Arc<FetchSettings>,
    /// One permit for each large body that may be in memory.
    large_bodies: Arc<Semaphore>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExchangeRequest<'a> {
    /// A URL that passed the checks of [`crate::redirect::Route`].
    pub(crate) url: &'a Url,
    pub(crate) wanted: WantedContent,
    pub(crate) validators: &'a Validators,
    /// Whether a large body waits until there may be one more. One that somebody waits for does not:
    /// he may be the one who holds the others.
    pub(crate) may_wait: bool,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct ExchangeResponse {
    pub(crate) exchange: HttpExchange,
    pub(crate) content_type: Option<ContentType>,
    /// The body, inflated.
    pub(crate) body: Bytes,
    /// The `Location` header of a redirect.
    pub(crate) location: Option<String>,
    /// What a large body (above a MiB) holds of [`FetchSettings::max_large_bodies`]: to be dropped with
    /// it.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

impl HttpTransport {
    /// # Errors
    /// When a setting cannot be used.
    pub(crate) fn new(settings: Arc<FetchSettings>) -> Result<Self, Error> {
        let agent = HeaderValue::from_str(&settings.full_user_agent())
            .map_err(|error| client::setting_error("user_agent", error.to_string()))?;
        let clients = HttpClients::new(Arc::clone(&settings))?;
        let large = settings.max_large_bodies.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self { clients, agent, settings, large_bodies: Arc::new(Semaphore::new(large)) })
    }

    /// Asks once. `end` is when the whole fetch is out of time.
    ///
    /// What a body is, its first bytes tell where the `Content-Type` does not, and they can tell
    /// that it is wrong. The body of an error page (any status but 2xx) is empty where one of a page
    /// would be an error: the status is what matters.
    ///
    /// # Errors
    /// When nobody answers, a limit is reached, the body breaks off or cannot be inflated, or it is
    /// of a type that is not fetched. A status such as 404 is not an error.
    pub(crate) async fn send(
        &self,
        ask: ExchangeRequest<'_>,
        end: Instant,
    ) -> Result<ExchangeResponse, ErrorKind> {
        let started_at = SystemTime::now();
        let asked = Instant::now();
        let request_headers = headers::request_headers(&self.agent, ask.wanted, ask.validators);
        let request = self.send_request(ask.url, request_headers.clone(), asked, end);
        let (response, trace) = RequestTrace::record(request).await;
        let response = response?;
        let first_byte = asked.elapsed();
        let status = response.status();
        let mut url = ask.url.clone();
        strip_credentials(&mut url);
        let mut exchange = HttpExchange::new(url, status.as_u16());
        exchange.version = response.version();
        exchange.request_headers = request_headers;
        exchange.headers = response.headers().clone();
        exchange.remote_address = response.remote_addr();
        exchange.started_at = started_at;
        let location = response.headers().get(LOCATION).filter(|_| is_redirect(status.as_u16()));
        // Servers send raw UTF-8 here, which `HeaderValue::to_str` refuses.
        let location = location.map(|at| String::from_utf8_lossy(at.as_bytes()).trim().to_owned());
        let declared = ContentType::from_headers(response.headers());
        let large_bodies = ask.may_wait.then_some(&self.large_bodies);
        let mut reader = BodyReader::new(response, &self.settings, large_bodies, end);
        let taken = match status.as_u16() {
            // A part would pass for the whole page, and nothing for a page that is known.
            206 => return Err(ErrorKind::UnexpectedStatus { status: 206 }),
            304 if ask.validators.is_empty() => {
                return Err(ErrorKind::UnexpectedStatus { status: 304 });
            }
            _ if location.is_some() => reader.drain().await,
            204 | 205 | 304 => {
                ReceivedBody { payload: Some(Bytes::new()), ..ReceivedBody::default() }
            }
            _ => match reader.take(declared.clone(), ask.wanted).await {
                Err(kind) if status.is_success() => return Err(kind),
                taken => taken.unwrap_or_default(),
            },
        };
        exchange.wire_bytes = reader.wire_bytes();
        exchange.payload = taken.payload;
        exchange.timings = RequestTimings {
            resolve: trace.resolve(),
            connect: trace.connect(),
            first_byte,
            body: asked.elapsed().saturating_sub(first_byte),
        };
        let content_type = taken.content_type.or(declared);
        Ok(ExchangeResponse {
            exchange,
            content_type,
            body: taken.body,
            location,
            permit: taken.permit,
        })
    }

    /// Sends a request and waits for the response's headers.
    async fn send_request(
        &self,
        url: &Url,
        headers: HeaderMap,
        asked: Instant,
        end: Instant,
    ) -> Result<reqwest::Response, ErrorKind> {
        let settings = &self.settings;
        let first_byte = deadline_after(asked, settings.first_byte_timeout);
        let (deadline, stage, limit) = if first_byte < end {
            (first_byte, TimeoutStage::FirstByte, settings.first_byte_timeout)
        } else {
            (end, TimeoutStage::Total, settings.total_timeout)
        };
        let client = self.clients.for_host(url.host_str().unwrap_or_default());
        let request = client.get(url.clone()).headers(headers).send();
        with_deadline(deadline, stage, limit, request)
            .await?
            .map_err(|error| failure::request_error(error, settings))
    }
}

/// A deadline; one that no clock can hold comes in a year, which is as good as never.
pub(crate) fn deadline_after(start: Instant, limit: Duration) -> Instant {
    const YEAR: Duration = Duration::from_hours(365 * 24);
    start + limit.min(YEAR)
}

async fn with_deadline<F: Future>(
    deadline: Instant,
    stage: TimeoutStage,
    limit: Duration,
    work: F,
) -> Result<F::Output, ErrorKind> {
    timeout_at(deadline, work).await.map_err(|_| ErrorKind::Timeout { stage, limit })
}
