//! One request and its response: no redirects, no retries, no waiting for a turn.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    USER_AGENT,
};
use reqwest::{Certificate, Client, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::error::{root_cause, strip_credentials};
use crate::redirect::is_redirect;
use crate::resolver::{GuardedResolver, NotPublic};
use crate::{
    ContentType, Error, ErrorKind, Exchange, Settings, Stage, Timings, Validators, Wanted,
};

/// What a page can be, in the order in which it is liked best.
const WANTED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8";

/// Room for a body before it has come: what a server announces is not yet true.
const MAX_RESERVED_BYTES: usize = 1 << 20;

/// Sends requests. Keeps connections open between them.
#[derive(Debug)]
pub(crate) struct Exchanger {
    client: Client,
    headers: HeaderMap,
    settings: Arc<Settings>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// A URL that passed the checks of [`crate::redirect::Route`].
    pub(crate) url: &'a Url,
    pub(crate) wanted: Wanted,
    pub(crate) validators: &'a Validators,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) exchange: Exchange,
    pub(crate) content_type: Option<ContentType>,
    /// The body, inflated.
    pub(crate) body: Bytes,
    /// The `Location` header of a redirect.
    pub(crate) location: Option<String>,
}

impl Exchanger {
    /// # Errors
    /// When a setting cannot be used.
    pub(crate) fn new(settings: Arc<Settings>) -> Result<Self, Error> {
        let unusable = |name, reason| Error::nowhere(ErrorKind::Setting { name, reason });
        let agent = HeaderValue::from_str(&settings.full_user_agent())
            .map_err(|error| unusable("user_agent", error.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, agent);
        headers.insert(ACCEPT, HeaderValue::from_static(WANTED));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));

        let mut builder = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            // Compiled out today; another crate of the same build may turn the features on.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .dns_resolver(GuardedResolver::new(&settings));
        let mut roots = Vec::new();
        for pem in &settings.extra_roots {
            let root = Certificate::from_pem(pem.as_bytes())
                .map_err(|error| unusable("extra_roots", root_cause(&error)))?;
            roots.push(root);
        }
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        let client =
            builder.build().map_err(|error| unusable("extra_roots", root_cause(&error)))?;
        Ok(Self { client, headers, settings })
    }

    /// Asks once. `end` is when the whole fetch is out of time.
    ///
    /// A body without a `Content-Type` is read: old servers leave it out, and the content tells.
    ///
    /// # Errors
    /// When nobody answers, a limit is reached, or the body is of a type that is not fetched. A
    /// status such as 404 is no error.
    pub(crate) async fn send(&self, ask: Ask<'_>, end: Instant) -> Result<Answer, ErrorKind> {
        let started_at = SystemTime::now();
        let asked = Instant::now();
        let response = self.ask(ask, asked, end).await?;
        let first_byte = asked.elapsed();
        let status = response.status();
        let mut url = ask.url.clone();
        strip_credentials(&mut url);
        let mut exchange = Exchange::new(url, status.as_u16());
        exchange.version = response.version();
        exchange.request_headers = self.headers.clone();
        exchange.headers = response.headers().clone();
        exchange.remote_address = response.remote_addr();
        exchange.started_at = started_at;
        let location = response.headers().get(LOCATION).filter(|_| is_redirect(status.as_u16()));
        // Servers send raw UTF-8 here, which `HeaderValue::to_str` refuses.
        let location = location.map(|at| String::from_utf8_lossy(at.as_bytes()).trim().to_owned());
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .map(|value| ContentType::parse(&String::from_utf8_lossy(value.as_bytes())));
        let unwanted = content_type
            .as_ref()
            .filter(|found| !found.is_wanted() && ask.wanted != Wanted::Robots);
        let body = match unwanted {
            _ if location.is_some() => Bytes::new(),
            None => self.read(response, end).await?,
            Some(found) if status.is_success() => {
                return Err(ErrorKind::ContentType { got: found.media_type.clone() });
            }
            Some(_) => Bytes::new(),
        };
        exchange.wire_bytes = body.len() as u64;
        exchange.payload = Some(body.clone());
        exchange.timings = Timings {
            first_byte,
            body: asked.elapsed().saturating_sub(first_byte),
            ..Timings::default()
        };
        Ok(Answer { exchange, content_type, body, location })
    }

    /// Sends a request and waits for the response's headers.
    async fn ask(
        &self,
        ask: Ask<'_>,
        asked: Instant,
        end: Instant,
    ) -> Result<reqwest::Response, ErrorKind> {
        let limit = self.settings.first_byte_timeout;
        let request = self.client.get(ask.url.clone()).headers(self.headers.clone()).send();
        match within(after(asked, limit), Stage::FirstByte, limit, self.or_total(end, request))
            .await
        {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(error))) => Err(self.unanswered(error.without_url())),
            Ok(Err(kind)) | Err(kind) => Err(kind),
        }
    }

    /// Reads a body up to the limit.
    async fn read(
        &self,
        mut response: reqwest::Response,
        end: Instant,
    ) -> Result<Bytes, ErrorKind> {
        if let Some(encoding) = response.headers().get(CONTENT_ENCODING) {
            let got = String::from_utf8_lossy(encoding.as_bytes()).trim().to_ascii_lowercase();
            if !matches!(got.as_str(), "" | "identity") {
                return Err(ErrorKind::ContentEncoding { got });
            }
        }
        let limit = self.settings.max_body_bytes;
        let announced = response.content_length();
        let room = announced.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        if room > limit {
            return Err(ErrorKind::BodyTooLarge { limit, announced });
        }
        let mut body = BytesMut::with_capacity(room.min(MAX_RESERVED_BYTES));
        loop {
            match self.or_total(end, response.chunk()).await {
                Ok(Ok(Some(chunk))) if chunk.len() > limit - body.len() => {
                    return Err(ErrorKind::BodyTooLarge { limit, announced: None });
                }
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Ok(None)) => return Ok(body.freeze()),
                Ok(Err(error)) => {
                    let (received, reason) = (body.len(), root_cause(&error));
                    let source = Box::new(error.without_url());
                    return Err(ErrorKind::Interrupted { received, reason, source });
                }
                Err(kind) => return Err(kind),
            }
        }
    }

    async fn or_total<F: Future>(&self, end: Instant, work: F) -> Result<F::Output, ErrorKind> {
        within(end, Stage::Total, self.settings.total_timeout, work).await
    }

    /// What it means that a request got no response.
    fn unanswered(&self, error: reqwest::Error) -> ErrorKind {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if let Some(&NotPublic(address)) = inner.downcast_ref() {
                return ErrorKind::Address { address };
            }
            cause = inner.source();
        }
        if error.is_connect() && error.is_timeout() {
            let (stage, limit) = (Stage::Connect, self.settings.connect_timeout);
            return ErrorKind::Timeout { stage, limit };
        }
        let reason = root_cause(&error);
        if error.is_connect() {
            ErrorKind::Connect { reason, source: Box::new(error) }
        } else {
            ErrorKind::Protocol { reason, source: Box::new(error) }
        }
    }
}

/// A deadline; one that no clock can hold comes in a year, which is as good as never.
pub(crate) fn after(start: Instant, limit: Duration) -> Instant {
    const YEAR: Duration = Duration::from_hours(365 * 24);
    start + limit.min(YEAR)
}

async fn within<F: Future>(
    deadline: Instant,
    stage: Stage,
    limit: Duration,
    work: F,
) -> Result<F::Output, ErrorKind> {
    timeout_at(deadline, work).await.map_err(|_| ErrorKind::Timeout { stage, limit })
}
