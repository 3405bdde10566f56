//! The fetcher: asks, follows, reads.

use std::future::Future;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
};
use reqwest::{Certificate, Client, redirect};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::error::root_cause;
use crate::redirect::{Route, is_redirect};
use crate::resolver::{GuardedResolver, NotPublic};
use crate::{ContentType, Error, ErrorKind, Response, Settings, Stage, Timings};

#[cfg(test)]
mod tests;

/// What a page can be, in the order in which it is liked best.
const WANTED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8";

/// Room for a body before it has come: what a server announces is not yet true.
const MAX_RESERVED_BYTES: usize = 1 << 20;

/// Fetches pages. Keeps connections open between fetches; cheap to clone, and clones share them.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    settings: Settings,
}

impl Fetcher {
    /// A fetcher with these settings. Proxies in the environment are not used, and cookies are
    /// neither kept nor sent.
    ///
    /// # Errors
    /// When the user agent or the contact cannot stand in a header, or a certificate does not
    /// parse.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let unusable = |name, reason| Error::nowhere(ErrorKind::Setting { name, reason });
        let agent = HeaderValue::from_str(&settings.full_user_agent())
            .map_err(|error| unusable("user_agent", error.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(WANTED));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));

        let mut builder = Client::builder()
            .user_agent(agent)
            .default_headers(headers)
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
        Ok(Self { client, settings })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Fetches one page.
    ///
    /// A body without a `Content-Type` is read: old servers leave it out, and the content tells.
    ///
    /// # Errors
    /// When the URL or a redirect is refused, nobody answers, a limit is reached, or the body is of
    /// a type that is not fetched. A status such as 404 is no error.
    pub async fn fetch(&self, url: &str) -> Result<Response, Error> {
        let start = Instant::now();
        let end = after(start, self.settings.total_timeout);
        let mut route = Route::start(url, &self.settings)?;
        loop {
            let asked = Instant::now();
            let response = self.ask(route.current(), asked, end).await?;
            let first_byte = asked.elapsed();
            let status = response.status();
            if is_redirect(status)
                && let Some(location) = response.headers().get(LOCATION)
            {
                // Servers send raw UTF-8 here, which `HeaderValue::to_str` refuses.
                let location = String::from_utf8_lossy(location.as_bytes());
                route.follow(status, location.trim(), &self.settings)?;
                continue;
            }
            let content_type = response
                .headers()
                .get(CONTENT_TYPE)
                .map(|value| ContentType::parse(&String::from_utf8_lossy(value.as_bytes())));
            let unwanted = content_type.as_ref().filter(|found| !found.is_wanted());
            let headers = response.headers().clone();
            let body = match unwanted {
                None => self.read(response, route.current(), end).await?,
                Some(found) if status.is_success() => {
                    let got = found.media_type.clone();
                    return Err(Error::at(route.current(), ErrorKind::ContentType { got }));
                }
                Some(_) => Vec::new(),
            };
            let (chain, final_url) = route.finish();
            let timings = Timings { first_byte, total: start.elapsed() };
            let status = status.as_u16();
            return Ok(Response { status, final_url, chain, headers, content_type, body, timings });
        }
    }

    /// Sends a request and waits for the response's headers.
    async fn ask(
        &self,
        url: &Url,
        asked: Instant,
        end: Instant,
    ) -> Result<reqwest::Response, Error> {
        let limit = self.settings.first_byte_timeout;
        let request = self.client.get(url.clone()).send();
        match within(after(asked, limit), Stage::FirstByte, limit, self.or_total(end, request))
            .await
        {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(error))) => Err(Error::at(url, self.unanswered(error.without_url()))),
            Ok(Err(kind)) | Err(kind) => Err(Error::at(url, kind)),
        }
    }

    /// Reads a body up to the limit.
    async fn read(
        &self,
        mut response: reqwest::Response,
        url: &Url,
        end: Instant,
    ) -> Result<Vec<u8>, Error> {
        let fail = |kind| Err(Error::at(url, kind));
        if let Some(encoding) = response.headers().get(CONTENT_ENCODING) {
            let got = String::from_utf8_lossy(encoding.as_bytes()).trim().to_ascii_lowercase();
            if !matches!(got.as_str(), "" | "identity") {
                return fail(ErrorKind::ContentEncoding { got });
            }
        }
        let limit = self.settings.max_body_bytes;
        let announced = response.content_length();
        let room = announced.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
        if room > limit {
            return fail(ErrorKind::BodyTooLarge { limit, announced });
        }
        let mut body = Vec::with_capacity(room.min(MAX_RESERVED_BYTES));
        loop {
            match self.or_total(end, response.chunk()).await {
                Ok(Ok(Some(chunk))) if chunk.len() > limit - body.len() => {
                    return fail(ErrorKind::BodyTooLarge { limit, announced: None });
                }
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Ok(None)) => return Ok(body),
                Ok(Err(error)) => {
                    let (received, reason) = (body.len(), root_cause(&error));
                    let source = Box::new(error.without_url());
                    return fail(ErrorKind::Interrupted { received, reason, source });
                }
                Err(kind) => return fail(kind),
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
fn after(start: Instant, limit: Duration) -> Instant {
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
