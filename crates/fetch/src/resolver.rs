//! Resolves host names, and returns only addresses that a page may be fetched from.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
    ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name as DnsName;
use hickory_resolver::system_conf::read_system_conf;
use hickory_resolver::{Resolver, TokioResolver};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

use crate::address::is_public;
use crate::trace::note_resolved;
use crate::{Error, ErrorKind, FetchSettings};

/// Addresses used of one name. The connect timeout is shared by them, so more would leave each too little.
const MAX_ADDRESSES: usize = 16;

/// The longest time an answer is cached, whatever its TTL: sites move.
const MAX_TTL: Duration = Duration::from_hours(1);

/// The same for a negative answer: the name does not exist.
const MAX_NEGATIVE_TTL: Duration = Duration::from_mins(5);

/// Queries that wait for a name server's answer over one TCP connection.
const MAX_TCP_QUERIES: usize = 1024;

/// Queries the name servers, and filters their answers. The client connects to the addresses checked
/// here, so a name that resolves differently the next time (DNS rebinding) gains nothing.
///
/// Names are taken as they stand: the search list of the system is for people who type names, and
/// would turn a dead host on the Internet into a live one of the local network. Only where private
/// addresses are allowed, as on an intranet, is it used.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    allow_private: bool,
    fixed: HashMap<String, Vec<SocketAddr>>,
    unguarded: HashSet<String>,
    names: Arc<TokioResolver>,
}

/// A name has no address that may be connected to. Carried through reqwest's error chain.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to {0}, which is not a public address")]
pub(crate) struct NotPublicAddress(pub(crate) IpAddr);

/// A name has no address. Carried likewise.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupError {
    #[error("{0}")]
    NoSuchHost(String),
    #[error("the name servers did not answer")]
    Failed(#[source] NetError),
}

impl GuardedResolver {
    /// `unguarded` are names, in lower case, that may be anywhere.
    ///
    /// # Errors
    /// When the name servers cannot be used.
    pub(crate) fn new(
        settings: &FetchSettings,
        unguarded: impl IntoIterator<Item = String>,
    ) -> Result<Self, Error> {
        let mut fixed: HashMap<String, Vec<SocketAddr>> = HashMap::new();
        for (name, address) in &settings.resolve {
            fixed.entry(name.to_ascii_lowercase()).or_default().push(*address);
        }
        let (config, options) = configure(&settings.name_servers);
        let names = Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|error| {
                let (name, reason) = ("name_servers", error.to_string());
                Error::without_url(ErrorKind::Setting { name, reason })
            })?;
        Ok(Self {
            allow_private: settings.allow_private,
            fixed,
            unguarded: unguarded.into_iter().collect(),
            names: Arc::new(names),
        })
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let started = Instant::now();
        let name = name.as_str().to_ascii_lowercase();
        if let Some(addresses) = self.fixed.get(&name) {
            note_resolved(started.elapsed());
            let addresses: Addrs = Box::new(addresses.clone().into_iter());
            return Box::pin(async move { Ok(addresses) });
        }
        let (allow_private, names) = (self.allow_private, Arc::clone(&self.names));
        let guarded = !allow_private && !self.unguarded.contains(&name);
        Box::pin(async move {
            let found = lookup(&names, &name, allow_private).await;
            note_resolved(started.elapsed());
            let mut addresses = allowed_addresses(found?, guarded)?;
            addresses.truncate(MAX_ADDRESSES);
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The name servers to ask, and how.
fn configure(name_servers: &[SocketAddr]) -> (ResolverConfig, ResolverOpts) {
    let (config, mut options) = if name_servers.is_empty() {
        read_system_conf().unwrap_or_else(|error| {
            // What resolv.conf(5) says of a file that is not there or names none. Never a public
            // one: its operator would learn every name.
            tracing::warn!(%error, "no name servers in the system's settings, asking this machine");
            (config_for_servers(&[(Ipv4Addr::LOCALHOST, 53).into()]), ResolverOpts::default())
        })
    } else {
        (config_for_servers(name_servers), ResolverOpts::default())
    };
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.use_hosts_file = ResolveHosts::Always;
    options.positive_max_ttl = Some(MAX_TTL);
    options.negative_max_ttl = Some(MAX_NEGATIVE_TTL);
    options.max_active_requests = MAX_TCP_QUERIES;
    (config, options)
}

fn config_for_servers(addresses: &[SocketAddr]) -> ResolverConfig {
    let server = |address: &SocketAddr| {
        let connections =
            [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = address.port();
                connection
            });
        NameServerConfig::new(address.ip(), true, connections.into())
    };
    ResolverConfig::from_name_servers(addresses.iter().map(server).collect())
}

async fn lookup(
    names: &TokioResolver,
    name: &str,
    search: bool,
) -> Result<Vec<SocketAddr>, LookupError> {
    let mut absolute = DnsName::from_ascii(name)
        .map_err(|error| LookupError::NoSuchHost(format!("not a host name: {error}")))?;
    if !search {
        absolute.set_fqdn(true);
    }
    let none = || LookupError::NoSuchHost("the name servers know no address for it".to_owned());
    match names.lookup_ip(absolute).await {
        Ok(found) => {
            let found: Vec<_> = found.iter().map(|address| (address, 0).into()).collect();
            if found.is_empty() { Err(none()) } else { Ok(found) }
        }
        Err(error) if error.is_nx_domain() => {
            Err(LookupError::NoSuchHost("the name servers do not know it".to_owned()))
        }
        Err(error) if error.is_no_records_found() => Err(none()),
        Err(error) => Err(LookupError::Failed(error)),
    }
}

/// The addresses that may be connected to; an error if all that were found may not.
fn allowed_addresses(
    mut addresses: Vec<SocketAddr>,
    guarded: bool,
) -> Result<Vec<SocketAddr>, NotPublicAddress> {
    let first = addresses.first().copied();
    addresses.retain(|address| !guarded || is_public(address.ip()));
    match first {
        Some(first) if addresses.is_empty() => Err(NotPublicAddress(first.ip())),
        _ => Ok(addresses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_some_public_address_is_reached_there_only() {
        let found: Vec<SocketAddr> =
            ["10.0.0.1:0", "1.1.1.1:0", "[::1]:0"].map(|a| a.parse().unwrap()).into();
        let public = allowed_addresses(found.clone(), true).unwrap();
        assert_eq!(public, ["1.1.1.1:0".parse().unwrap()]);
        assert_eq!(allowed_addresses(found.clone(), false).unwrap(), found);
        let error = allowed_addresses(vec![found[0], found[2]], true).unwrap_err();
        assert_eq!(error.0, found[0].ip());
        assert!(allowed_addresses(Vec::new(), true).unwrap().is_empty());
    }
}
