//! Resolves names, and hands on only addresses that a page may live at.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Settings;
use crate::address::is_public;

/// Filters the system resolver's answer. What is connected to is what was checked, so a name that
/// answers differently the next time (DNS rebinding) gains nothing.
#[derive(Debug)]
pub(crate) struct GuardedResolver {
    allow_private: bool,
    fixed: HashMap<String, Vec<SocketAddr>>,
}

/// A name has no address that may be connected to. Carried through reqwest's error chain.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to {0}, which is not a public address")]
pub(crate) struct NotPublic(pub(crate) IpAddr);

impl GuardedResolver {
    pub(crate) fn new(settings: &Settings) -> Self {
        let mut fixed: HashMap<String, Vec<SocketAddr>> = HashMap::new();
        for (name, address) in &settings.resolve {
            fixed.entry(name.to_ascii_lowercase()).or_default().push(*address);
        }
        Self { allow_private: settings.allow_private, fixed }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_ascii_lowercase();
        if let Some(addresses) = self.fixed.get(&name) {
            let addresses: Addrs = Box::new(addresses.clone().into_iter());
            return Box::pin(async move { Ok(addresses) });
        }
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(permitted(found, allow_private)?.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be connected to; an error if all that were found may not.
fn permitted(
    mut addresses: Vec<SocketAddr>,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, NotPublic> {
    let first = addresses.first().copied();
    addresses.retain(|address| allow_private || is_public(address.ip()));
    match first {
        Some(first) if addresses.is_empty() => Err(NotPublic(first.ip())),
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
        let public = permitted(found.clone(), false).unwrap();
        assert_eq!(public, ["1.1.1.1:0".parse().unwrap()]);
        assert_eq!(permitted(found.clone(), true).unwrap(), found);
        let error = permitted(vec![found[0], found[2]], false).unwrap_err();
        assert_eq!(error.0, found[0].ip());
        assert!(permitted(Vec::new(), false).unwrap().is_empty());
    }
}
