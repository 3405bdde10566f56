//! Why a fetch failed.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use crate::urls::strip_credentials;

use crate::inflate::InflateError;

/// Why a fetch failed, and at which URL: the one after redirects, not the one requested.
#[derive(Debug)]
pub struct Error {
    url: Option<String>,
    kind: Box<ErrorKind>,
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL does not parse, or has no host.
    #[error("not a usable URL: {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The scheme is neither `http` nor `https`.
    #[error("unsupported scheme `{scheme}`: only http and https are fetched")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The host is, or resolves only to, addresses outside the public Internet.
    #[error("the host is at {address}, which is not a public address")]
    Address {
        /// The address, or the first of several.
        address: IpAddr,
    },
    /// The host's name does not exist, or has no address.
    #[error("unknown host: {reason}")]
    UnknownHost {
        /// What the name servers, or the rules for names, say of it.
        reason: String,
    },
    /// The name servers gave no answer, or none that settles anything.
    #[error("the host's name could not be resolved: {reason}")]
    Resolve {
        /// The cause that lies deepest.
        reason: String,
        /// The whole chain of causes.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server's certificate is not valid for the host, or the two sides do not agree on TLS.
    #[error("TLS handshake failed: {reason}")]
    Tls {
        /// The cause that lies deepest.
        reason: String,
        /// The whole chain of causes.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// No connection: nobody listens, or the other side closed it before it was ready.
    #[error("could not connect: {reason}")]
    Connect {
        /// The cause that lies deepest.
        reason: String,
        /// The whole chain of causes.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A time limit passed.
    #[error("{stage} took longer than {limit:?}")]
    Timeout {
        /// What took too long.
        stage: TimeoutStage,
        /// The limit.
        limit: Duration,
    },
    /// More redirects than allowed.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The limit.
        limit: usize,
    },
    /// A redirect leads to a URL that this fetch requested before.
    #[error("redirect loop: {to} was requested before")]
    RedirectLoop {
        /// Where it leads, without credentials.
        to: String,
    },
    /// A redirect's `Location` is no URL. It is not repeated, for the reason in [`Error::url`].
    #[error("the redirect's `Location` header is not a usable URL: {reason}")]
    Location {
        /// What is wrong with it.
        reason: String,
    },
    /// A redirect leads from HTTPS to HTTP.
    #[error("the redirect to {to} downgrades from HTTPS to HTTP")]
    Downgrade {
        /// Where it leads, without credentials.
        to: String,
    },
    /// The status answers what was not asked: 206 (a part of the page) without a range, or 304 (not modified)
    /// without a validator.
    #[error("the server answered {status}, {}", unexpected_status(*.status))]
    UnexpectedStatus {
        /// The status.
        status: u16,
    },
    /// The body is neither a page nor text, or not of the wanted type. It was read only as far as
    /// needed to see that.
    #[error("unsupported content type `{got}`: only HTML, XML and plain text are fetched")]
    ContentType {
        /// The media type: as declared, or as seen where the first bytes tell another.
        got: String,
    },
    /// The body is compressed in a way that the request did not offer.
    #[error("unexpected content encoding `{got}`")]
    ContentEncoding {
        /// The coding.
        got: String,
    },
    /// The body is compressed, and cannot be inflated or inflates to more than allowed.
    #[error("the body cannot be inflated: {source}")]
    Inflate {
        /// What is wrong with it.
        #[source]
        source: InflateError,
    },
    /// The body is larger than allowed.
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge {
        /// The limit.
        limit: usize,
        /// The length that the server announced, if that was what exceeded the limit.
        announced: Option<u64>,
    },
    /// The connection broke while the body was being read.
    #[error("the body broke off after {received} bytes: {reason}")]
    Interrupted {
        /// Bytes that had come.
        received: usize,
        /// The cause that lies deepest.
        reason: String,
        /// The whole chain of causes.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server violates HTTP, or closed the connection without a response.
    #[error("invalid HTTP response: {reason}")]
    Protocol {
        /// The cause that lies deepest.
        reason: String,
        /// The whole chain of causes.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// `robots.txt` does not allow the page to be fetched.
    #[error("disallowed by robots.txt{}", .rule.as_ref().map(|rule| format!(" (`{rule}`)")).unwrap_or_default())]
    Robots {
        /// The line that says so.
        rule: Option<String>,
    },
    /// Fetching `robots.txt` failed in a way that may be transient, so nothing of the site may be
    /// fetched (RFC 9309, section 2.3.1.4).
    #[error("robots.txt is unreachable, so the site is not fetched: {reason}")]
    RobotsUnreachable {
        /// What happened.
        reason: String,
    },
    /// The host is in back-off: it kept failing, or sent a `Retry-After` longer than the fetcher waits.
    /// No request was sent.
    #[error("the host is in back-off for another {} s: {reason}", .pause.as_secs())]
    HostParked {
        /// How long, from the time of this error.
        pause: Duration,
        /// What happened last.
        reason: String,
    },
    /// The fetcher stopped before it reached this request.
    #[error("the fetcher was stopped")]
    Stopped,
    /// A setting cannot be used.
    #[error("invalid value for setting `{name}`: {reason}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// What is odd about a status.
fn unexpected_status(status: u16) -> &'static str {
    match status {
        206 => "a part of the page, though the whole page was requested",
        304 => "not modified, though no earlier version was named",
        _ => "which does not fit the request",
    }
}

/// The phase of a fetch that a time limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutStage {
    /// Resolving, connecting, TLS.
    Connect,
    /// From the request to the response's headers.
    FirstByte,
    /// Between two reads of the body.
    Stall,
    /// The whole fetch.
    Total,
}

impl fmt::Display for TimeoutStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::FirstByte => "waiting for the response",
            Self::Stall => "waiting for more of the body",
            Self::Total => "the whole fetch",
        })
    }
}

impl ErrorKind {
    /// A short name for records and counters, such as `timeout`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Url { .. } => "url",
            Self::Scheme { .. } => "scheme",
            Self::Address { .. } => "address",
            Self::UnknownHost { .. } => "unknown_host",
            Self::Resolve { .. } => "resolve",
            Self::Tls { .. } => "tls",
            Self::Connect { .. } => "connect",
            Self::Timeout { .. } => "timeout",
            Self::TooManyRedirects { .. }
            | Self::RedirectLoop { .. }
            | Self::Location { .. }
            | Self::Downgrade { .. } => "redirect",
            Self::UnexpectedStatus { .. } => "status",
            Self::ContentType { .. } => "content_type",
            Self::ContentEncoding { .. } => "content_encoding",
            Self::Inflate { .. } => "inflate",
            Self::BodyTooLarge { .. } => "too_large",
            Self::Interrupted { .. } => "interrupted",
            Self::Protocol { .. } => "protocol",
            Self::Robots { .. } => "robots",
            Self::RobotsUnreachable { .. } => "robots_unreachable",
            Self::HostParked { .. } => "host_parked",
            Self::Stopped => "stopped",
            Self::Setting { .. } => "setting",
        }
    }

    /// Whether the same request may succeed later: there was no response, or not a whole one.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Resolve { .. }
                | Self::Connect { .. }
                | Self::Timeout { .. }
                | Self::Interrupted { .. }
                | Self::Protocol { .. }
        )
    }
}

impl Error {
    /// The URL at which it happened, without credentials; `None` for errors of settings. Text
    /// that does not parse as a URL is left out: it may contain credentials, and nobody can tell where.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    pub(crate) fn at(url: &Url, kind: ErrorKind) -> Self {
        Self { url: Some(without_credentials(url)), kind: Box::new(kind) }
    }

    pub(crate) fn without_url(kind: ErrorKind) -> Self {
        Self { url: None, kind: Box::new(kind) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.url {
            Some(url) => write!(f, "{url}: {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.kind.source()
    }
}

/// A URL as it may be shown. Of one without a hierarchy, such as `mailto:`, only the scheme is:
/// `user:password@host`, typed without a scheme, parses as one.
pub(crate) fn without_credentials(url: &Url) -> String {
    if url.cannot_be_a_base() {
        return format!("{}:…", url.scheme());
    }
    let mut shown = url.clone();
    strip_credentials(&mut shown);
    shown.into()
}

/// What the innermost error of a chain says; the outer ones of reqwest and hyper say little.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
