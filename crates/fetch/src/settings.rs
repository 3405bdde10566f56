//! Settings of a fetcher.

use std::net::SocketAddr;
use std::time::Duration;

/// Settings of a [`crate::Fetcher`], the same for every fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "choices that are independent of one another")]
pub struct FetchSettings {
    /// The product that the `User-Agent` header names, and by whose name `robots.txt` is read: what
    /// stands before the `/`. Default `copydesk/VERSION`.
    pub user_agent: String,
    /// Where the owner of a site can reach the operator: the URL of a page, or a mail address.
    /// Follows the product as `(+CONTACT)`. Default: none.
    pub contact: Option<String>,

    /// The time to resolve a name, connect and agree on TLS. Default 10 s.
    pub connect_timeout: Duration,
    /// The time from sending a request to its response's headers, connecting included; each
    /// redirect starts the clock again. Default 20 s.
    pub first_byte_timeout: Duration,
    /// The time between two reads of a body. Default 20 s.
    pub stall_timeout: Duration,
    /// The time a whole fetch may take, with all redirects and the body, but without waiting for its
    /// turn; each attempt starts the clock again. Default 60 s.
    pub total_timeout: Duration,

    /// Bytes of body as they come over the wire; a longer one is an error. Default 16 MiB.
    pub max_body_bytes: usize,
    /// Bytes of body, inflated; a longer one is an error. Default 64 MiB.
    pub max_inflated_bytes: usize,
    /// Inflated bytes for each byte of a compressed body, looked at from the first inflated MiB on.
    /// Default 200.
    pub max_inflate_ratio: u64,
    /// Bodies of more than a MiB that are in memory at once; the others wait with what they have.
    /// Default 16.
    pub max_large_bodies: usize,

    /// Hosts to which connections are kept open between requests; those to others are closed after each
    /// response. Default 1,000.
    pub max_idle_connections: usize,

    /// Redirects followed in one fetch. Default 10.
    pub max_redirects: usize,
    /// Follow a redirect from HTTPS to HTTP. Default false: anyone on the network path could then
    /// replace the page.
    pub allow_downgrade: bool,
    /// Connect also to addresses that are not public: loopback, private networks and the like.
    /// Default false: a page could otherwise point the fetcher at the machines next to it. If true,
    /// names are also completed by the system's search list.
    pub allow_private: bool,
    /// Names with addresses of their own, not looked up and not checked, like curl's `--resolve`.
    /// Port 0 stands for the one of the URL, which wins over any other too. Default: none.
    pub resolve: Vec<(String, SocketAddr)>,
    /// Name servers to ask in place of the system's. Names in the system's hosts file are found
    /// there first. Default: none.
    pub name_servers: Vec<SocketAddr>,
    /// Certificates in PEM to trust besides the system's, such as those of a company's proxy.
    /// Default: none.
    pub extra_roots: Vec<String>,
    /// The proxy that requests go through. It resolves names, so that the addresses of hosts cannot
    /// be checked here; literal addresses still are. Default [`ProxySetting::None`].
    pub proxy: ProxySetting,
    /// Keep cookies and send them back, in memory and for this fetcher only. Default false.
    pub cookies: bool,
    /// Keep a compressed body as it was received, beside the inflated one, for an archive.
    /// Default false.
    pub keep_payload: bool,

    /// Obey `robots.txt`. Default true.
    pub robots: bool,
    /// The least time from the end of a host's response to the next request to it. A longer
    /// `Crawl-delay` in its `robots.txt` takes precedence. Default 1 s.
    pub host_delay: Duration,
    /// The longest delay between two requests to a host, whatever its `Crawl-delay` says and however
    /// often it answers 429 or 503. Default 60 s.
    pub max_host_delay: Duration,

    /// Attempts to fetch one page, redirects not counted: the first, and retries after transient
    /// failures. Default 3.
    pub max_attempts: u32,
    /// The longest wait before the second attempt; it doubles with each, and the wait is drawn evenly
    /// from zero to it. Default 1 s.
    pub retry_delay: Duration,
    /// What that wait never exceeds, and how long a `Retry-After` may be for it to be waited for.
    /// Default 60 s.
    pub max_retry_delay: Duration,
    /// No retry starts later than this after the first attempt. Default 5 min.
    pub retry_budget: Duration,
    /// Consecutive failures after which the fetcher backs off from a host: it sends no request there
    /// until [`FetchSettings::host_pause`] is over. Default 8.
    pub max_host_failures: u32,
    /// How long the fetcher backs off from a host. Default 10 min.
    pub host_pause: Duration,

    /// Fetches in flight at once, including finished ones whose results nobody has taken. Default 64.
    pub max_concurrent_fetches: usize,
    /// Requests that were read and have not started. Those of a busy host wait here for their turn; while
    /// all of them are for one host, no further request is read. Default 10,000.
    pub max_pending: usize,
}

/// What requests go through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxySetting {
    /// No proxy, whatever the environment says.
    #[default]
    None,
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    Environment,
    /// This one, as a URL: `http://`, `https://`.
    Url(String),
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("copydesk/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: None,
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_mins(1),
            max_body_bytes: 16 << 20,
            max_inflated_bytes: 64 << 20,
            max_inflate_ratio: 200,
            max_large_bodies: 16,
            max_idle_connections: 1000,
            max_redirects: 10,
            allow_downgrade: false,
            allow_private: false,
            resolve: Vec::new(),
            name_servers: Vec::new(),
            extra_roots: Vec::new(),
            proxy: ProxySetting::None,
            cookies: false,
            keep_payload: false,
            robots: true,
            host_delay: Duration::from_secs(1),
            max_host_delay: Duration::from_mins(1),
            max_attempts: 3,
            retry_delay: Duration::from_secs(1),
            max_retry_delay: Duration::from_mins(1),
            retry_budget: Duration::from_mins(5),
            max_host_failures: 8,
            host_pause: Duration::from_mins(10),
            max_concurrent_fetches: 64,
            max_pending: 10_000,
        }
    }
}

impl FetchSettings {
    /// The value of the `User-Agent` header.
    pub(crate) fn full_user_agent(&self) -> String {
        match &self.contact {
            Some(contact) => format!("{} (+{contact})", self.user_agent),
            None => self.user_agent.clone(),
        }
    }
}
