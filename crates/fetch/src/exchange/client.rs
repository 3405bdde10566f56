//! The HTTP client, set up for servers as they are.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};
use url::{Host, Url};

use super::cookies::CookieJar;
use crate::error::root_cause;
use crate::resolver::GuardedResolver;
use crate::trace::TraceLayer;
use crate::{Error, ErrorKind, FetchSettings, ProxySetting};

/// How much of a header an HTTP/2 server may send. HTTP/1 has some 400 KiB, of which most is room
/// for one long line.
const MAX_HEADER_LIST_BYTES: u32 = 128 << 10;

/// How much of a body an HTTP/2 server may send ahead.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;

/// Times the delay between two requests to a host that a connection to it is kept open unused, and
/// the least and the longest that this may be. In a wide crawl most are never used again, and the
/// system allows only so many.
const IDLE_DELAYS: u32 = 3;
const IDLE_TIME: RangeInclusive<Duration> = Duration::from_secs(2)..=Duration::from_secs(30);

/// What makes clients that share all but their connections.
#[derive(Debug)]
pub(super) struct ClientFactory {
    resolver: Arc<GuardedResolver>,
    cookies: Option<Arc<CookieJar>>,
    roots: Vec<Certificate>,
}

impl ClientFactory {
    /// # Errors
    /// When a setting cannot be used.
    pub(super) fn new(settings: &FetchSettings) -> Result<Self, Error> {
        // Fails where the process has a provider already, and then keeps that one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = GuardedResolver::new(settings, proxy_hosts(&settings.proxy))?;
        Ok(Self {
            resolver: Arc::new(resolver),
            cookies: settings.cookies.then(Arc::default),
            roots: certificates(&settings.extra_roots)?,
        })
    }

    /// A client that keeps so many unused connections to a host.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub(super) fn client(&self, settings: &FetchSettings, idle: usize) -> Result<Client, Error> {
        let mut builder =
            builder(settings).pool_max_idle_per_host(idle).dns_resolver(Arc::clone(&self.resolver));
        if let Some(cookies) = &self.cookies {
            builder = builder.cookie_provider(Arc::clone(cookies));
        }
        if !self.roots.is_empty() {
            builder = builder.tls_certs_merge(self.roots.iter().cloned());
        }
        let builder = with_proxy(builder, &settings.proxy)?;
        builder.build().map_err(|error| setting_error("extra_roots", root_cause(&error)))
    }
}

fn builder(settings: &FetchSettings) -> ClientBuilder {
    Client::builder()
        .connect_timeout(settings.connect_timeout)
        .connector_layer(TraceLayer)
        .pool_idle_timeout(idle_time(settings.host_delay))
        .redirect(redirect::Policy::none())
        // The engine decides when the host may be requested again.
        .retry(retry::never())
        .referer(false)
        // Lines that browsers pass over or put up with.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http2_max_header_list_size(MAX_HEADER_LIST_BYTES)
        .http2_initial_stream_window_size(STREAM_WINDOW_BYTES)
        // Compiled out today; another crate of the same build may turn the features on.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
}

pub(super) fn idle_time(host_delay: Duration) -> Duration {
    host_delay.saturating_mul(IDLE_DELAYS).clamp(*IDLE_TIME.start(), *IDLE_TIME.end())
}

pub(super) fn setting_error(name: &'static str, reason: String) -> Error {
    Error::without_url(ErrorKind::Setting { name, reason })
}

fn certificates(roots: &[String]) -> Result<Vec<Certificate>, Error> {
    let parse = |pem: &String| {
        Certificate::from_pem(pem.as_bytes())
            .map_err(|error| setting_error("extra_roots", root_cause(&error)))
    };
    roots.iter().map(parse).collect()
}

fn with_proxy(builder: ClientBuilder, proxy: &ProxySetting) -> Result<ClientBuilder, Error> {
    match proxy {
        ProxySetting::None => Ok(builder.no_proxy()),
        ProxySetting::Environment => Ok(builder),
        ProxySetting::Url(url) => {
            // The URL may hold a password, so it is not repeated.
            let parsed =
                Url::parse(url).map_err(|error| setting_error("proxy", error.to_string()))?;
            if !matches!(parsed.scheme(), "http" | "https") {
                return Err(setting_error("proxy", format!("the scheme `{}`", parsed.scheme())));
            }
            let proxy = reqwest::Proxy::all(parsed)
                .map_err(|error| setting_error("proxy", root_cause(&error.without_url())))?;
            Ok(builder.proxy(proxy))
        }
    }
}

/// The hosts of the proxies, which may be anywhere: the operator chose them.
fn proxy_hosts(proxy: &ProxySetting) -> Vec<String> {
    const VARIABLES: [&str; 6] =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let urls = match proxy {
        ProxySetting::None => Vec::new(),
        ProxySetting::Environment => {
            VARIABLES.iter().filter_map(|name| std::env::var(name).ok()).collect()
        }
        ProxySetting::Url(url) => vec![url.clone()],
    };
    urls.iter().filter_map(|url| proxy_host(url)).collect()
}

/// The name in a proxy's URL; the scheme may be left out.
fn proxy_host(url: &str) -> Option<String> {
    let parsed =
        if url.contains("://") { Url::parse(url) } else { Url::parse(&format!("http://{url}")) };
    match parsed.ok()?.host()? {
        Host::Domain(name) => Some(name.to_ascii_lowercase()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_proxies() {
        let host = |url| proxy_host(url);
        assert_eq!(host("http://user:secret@Proxy.corp:3128").as_deref(), Some("proxy.corp"));
        assert_eq!(host("proxy.corp:3128").as_deref(), Some("proxy.corp"));
        assert_eq!(host("http://10.0.0.1:3128"), None);
        assert_eq!(host(""), None);
    }

    #[test]
    fn a_proxy_that_is_none_is_refused_without_its_password() {
        for (url, message) in [
            (
                "socks5://user:secret@proxy.corp",
                "invalid value for setting `proxy`: the scheme `socks5`",
            ),
            ("http://user:secret@", "invalid value for setting `proxy`: empty host"),
        ] {
            let settings = FetchSettings {
                proxy: ProxySetting::Url(url.to_owned()),
                ..FetchSettings::default()
            };
            let error = ClientFactory::new(&settings).unwrap().client(&settings, 1).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
