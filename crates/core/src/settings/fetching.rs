//! The fetching settings, converted to those of the fetcher.

use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use copydesk_fetch::ProxySetting;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::values::InvalidValue;
use super::{Settings, TimeSpan, byte_count};
use crate::error::{Error, ErrorKind};

/// Stands for no time limit. The fetcher adds limits to the current time, and a year does not overflow.
const NO_LIMIT: Duration = Duration::from_hours(365 * 24);

/// The port of name servers (RFC 1035, section 4.2).
const NAME_SERVER_PORT: u16 = 53;

/// A name server, written `1.1.1.1`, `1.1.1.1:5353` or `[2606:4700:4700::1111]:53`. The default port is 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameServer(pub SocketAddr);

impl FromStr for NameServer {
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        parse_ip(written)
            .map(|address| SocketAddr::new(address, NAME_SERVER_PORT))
            .or_else(|| written.parse().ok())
            .map(Self)
            .ok_or_else(|| {
                let message =
                    format!("`{written}` is not a name server: write 192.0.2.1 or 192.0.2.1:53");
                InvalidValue::new(message)
            })
    }
}

impl fmt::Display for NameServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fixed address for a host, written `HOST:PORT:ADDRESS` as for curl's `--resolve`. Port 0 stands for
/// every port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOverride {
    /// The host name, in lower case.
    pub host: String,
    /// Its IP address and port.
    pub address: SocketAddr,
}

impl FromStr for HostOverride {
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        let mut parts = written.splitn(3, ':');
        let mut read = || {
            let host = parts.next().filter(|host| !host.is_empty())?;
            let port = parts.next()?.parse().ok()?;
            let address = SocketAddr::new(parse_ip(parts.next()?)?, port);
            Some(Self { host: host.to_ascii_lowercase(), address })
        };
        read().ok_or_else(|| {
            InvalidValue::new(format!(
                "`{written}` is not a fixed address of a host: write HOST:PORT:ADDRESS"
            ))
        })
    }
}

impl fmt::Display for HostOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.host, self.address.port(), self.address.ip())
    }
}

/// An IP address. Version 6 may have brackets, as it has in URLs.
fn parse_ip(written: &str) -> Option<IpAddr> {
    let bare = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(written).parse().ok()
}

macro_rules! serde_as_string {
    ($($name:ident)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )+};
}

serde_as_string! { NameServer HostOverride }

impl Settings {
    /// The fetcher's settings. What has no setting here keeps the fetcher's default.
    ///
    /// # Errors
    /// If a certificate file cannot be read.
    pub fn fetch_settings(&self) -> Result<copydesk_fetch::FetchSettings, Error> {
        let mut settings = copydesk_fetch::FetchSettings::default();
        if !self.user_agent.is_empty() {
            settings.user_agent.clone_from(&self.user_agent);
        }
        settings.contact = (!self.contact.is_empty()).then(|| self.contact.clone());
        settings.connect_timeout = time(self.connect_timeout);
        settings.first_byte_timeout = time(self.first_byte_timeout);
        settings.stall_timeout = time(self.stall_timeout);
        settings.total_timeout = time(self.fetch_timeout);
        settings.max_body_bytes = byte_count(self.max_body_bytes);
        settings.max_inflated_bytes = byte_count(self.max_inflated_body_bytes);
        settings.max_inflate_ratio = self.max_inflate_ratio;
        settings.max_redirects = self.max_redirects;
        settings.allow_downgrade = self.allow_downgrade;
        settings.allow_private = self.allow_private;
        settings.resolve =
            self.resolve.iter().map(|entry| (entry.host.clone(), entry.address)).collect();
        settings.name_servers = self.name_servers.iter().map(|server| server.0).collect();
        settings.extra_roots =
            self.ca_certificates.iter().map(|path| certificates(path)).collect::<Result<_, _>>()?;
        settings.proxy = match self.proxy.as_str() {
            "" => ProxySetting::None,
            "environment" => ProxySetting::Environment,
            url => ProxySetting::Url(url.to_owned()),
        };
        settings.cookies = self.cookies;
        settings.robots = self.robots;
        settings.host_delay = self.host_delay.0;
        settings.max_host_delay = self.max_host_delay.0;
        settings.max_attempts = self.max_attempts;
        settings.retry_budget = time(self.retry_budget);
        settings.max_concurrent_fetches = self.max_concurrent_fetches;
        Ok(settings)
    }
}

fn time(span: TimeSpan) -> Duration {
    span.limit().unwrap_or(NO_LIMIT)
}

fn certificates(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| ErrorKind::Read { path: path.into(), source }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_settings_are_the_fetchers_defaults() {
        let settings = Settings::default().fetch_settings().unwrap();
        assert_eq!(settings, copydesk_fetch::FetchSettings::default());
    }

    #[test]
    fn settings_reach_the_fetcher() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        fs::write(&path, "PEM").unwrap();
        let mut settings = Settings {
            contact: "https://example.org/bot".into(),
            robots: false,
            stall_timeout: TimeSpan(Duration::ZERO),
            proxy: "environment".into(),
            resolve: vec!["a.test:80:[::1]".parse().unwrap()],
            ca_certificates: vec![path.clone()],
            ..Settings::default()
        };
        let fetch = settings.fetch_settings().unwrap();
        assert_eq!(fetch.contact.as_deref(), Some("https://example.org/bot"));
        assert!(!fetch.robots);
        assert_eq!(fetch.stall_timeout, NO_LIMIT);
        assert_eq!(fetch.proxy, ProxySetting::Environment);
        assert_eq!(fetch.resolve, [("a.test".into(), "[::1]:80".parse().unwrap())]);
        assert_eq!(fetch.extra_roots, ["PEM"]);
        settings.proxy = "http://proxy.example:3128".into();
        fs::remove_file(&path).unwrap();
        let error = settings.fetch_settings().unwrap_err();
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }

    #[test]
    fn addresses_are_read_and_written() {
        for (written, shown) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]:54", "[2001:db8::1]:54"),
        ] {
            let server = written.parse::<NameServer>().unwrap();
            assert_eq!(server.to_string(), shown, "{written}");
            assert_eq!(shown.parse(), Ok(server), "{written}");
        }
        for (written, shown) in [
            ("a.test:80:127.0.0.1", "a.test:80:127.0.0.1"),
            ("A.test:0:::1", "a.test:0:::1"),
            ("a.test:443:[::1]", "a.test:443:::1"),
        ] {
            let entry = written.parse::<HostOverride>().unwrap();
            assert_eq!(entry.to_string(), shown, "{written}");
            assert_eq!(shown.parse(), Ok(entry), "{written}");
        }
        for wrong in ["", "a.test", "a.test:80", "a.test:x:127.0.0.1", ":80:127.0.0.1"] {
            assert!(wrong.parse::<HostOverride>().is_err(), "{wrong}");
        }
        assert!("dns.example".parse::<NameServer>().is_err());
    }
}
