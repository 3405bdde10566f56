//! The fetching settings as flags.

use std::path::PathBuf;

use clap::Args;
use copydesk_core::settings::{ByteSize, HostOverride, NameServer, SettingsLayer, TimeSpan};

use crate::value_parsers::whole_number;

/// How pages are fetched.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Fetching")]
#[expect(clippy::struct_excessive_bools, reason = "flags that are independent of one another")]
pub(crate) struct FetchFlags {
    /// How site owners can reach you: a URL or an email address, for the User-Agent header
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,

    /// Product in the User-Agent header, and the name to look for in robots.txt [default: copydesk and its
    /// version]
    #[arg(long, value_name = "NAME/VERSION")]
    user_agent: Option<String>,

    /// Fetch pages that robots.txt disallows
    #[arg(long)]
    ignore_robots: bool,

    /// Minimum time between the end of a host's response and the next request to it
    #[arg(long, value_name = "TIME")]
    host_delay: Option<TimeSpan>,

    /// Maximum crawl delay to accept from a host
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    max_host_delay: Option<TimeSpan>,

    /// Maximum number of concurrent fetches
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>)]
    max_concurrent_fetches: Option<usize>,

    /// Connect to addresses that are not public, such as those of this machine and its network
    #[arg(long)]
    allow_private: bool,

    /// Follow redirects from https to http
    #[arg(long, hide_short_help = true)]
    allow_downgrade: bool,

    /// Maximum number of redirects per page
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, hide_short_help = true)]
    max_redirects: Option<usize>,

    /// Attempts per page: the first request and retries after transient failures
    #[arg(long, value_name = "N", value_parser = whole_number::<u32>)]
    max_attempts: Option<u32>,

    /// Start no further retry of a page this long after its first attempt
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    retry_budget: Option<TimeSpan>,

    /// Time to resolve a name, connect and complete the TLS handshake; for all timeouts, 0s is no limit
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    connect_timeout: Option<TimeSpan>,

    /// Time from a request to its response headers
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    first_byte_timeout: Option<TimeSpan>,

    /// Time between two reads of a body
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    stall_timeout: Option<TimeSpan>,

    /// Time for one attempt to fetch a page, including redirects and the body
    #[arg(long, value_name = "TIME")]
    fetch_timeout: Option<TimeSpan>,

    /// Maximum size of a response body on the wire; a longer body is an error
    #[arg(long, value_name = "SIZE")]
    max_body_bytes: Option<ByteSize>,

    /// Maximum size of a response body after decompression; a longer body is an error
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    max_inflated_body_bytes: Option<ByteSize>,

    /// Proxy URL; `environment` uses `HTTPS_PROXY` and the related variables [default: no proxy]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Keep cookies until the run ends, and send them back
    #[arg(long)]
    cookies: bool,

    /// Name server to use instead of the system's; can be repeated
    #[arg(long = "name-server", value_name = "ADDRESS", hide_short_help = true)]
    name_servers: Vec<NameServer>,

    /// Fixed address for a host, neither resolved nor checked; can be repeated
    #[arg(long, value_name = "HOST:PORT:ADDRESS", hide_short_help = true)]
    resolve: Vec<HostOverride>,

    /// PEM file with certificates to trust in addition to the system's; can be repeated
    #[arg(long = "ca-certificate", value_name = "FILE", hide_short_help = true)]
    ca_certificates: Vec<PathBuf>,
}

impl FetchFlags {
    /// The flags on top of a layer.
    pub(crate) fn apply_to(&self, layer: SettingsLayer) -> SettingsLayer {
        let flags = self.clone();
        SettingsLayer {
            contact: flags.contact,
            user_agent: flags.user_agent,
            robots: flags.ignore_robots.then_some(false),
            host_delay: flags.host_delay,
            max_host_delay: flags.max_host_delay,
            max_concurrent_fetches: flags.max_concurrent_fetches,
            allow_private: flags.allow_private.then_some(true),
            allow_downgrade: flags.allow_downgrade.then_some(true),
            max_redirects: flags.max_redirects,
            max_attempts: flags.max_attempts,
            retry_budget: flags.retry_budget,
            connect_timeout: flags.connect_timeout,
            first_byte_timeout: flags.first_byte_timeout,
            stall_timeout: flags.stall_timeout,
            fetch_timeout: flags.fetch_timeout,
            max_body_bytes: flags.max_body_bytes,
            max_inflated_body_bytes: flags.max_inflated_body_bytes,
            proxy: flags.proxy,
            cookies: flags.cookies.then_some(true),
            name_servers: non_empty(flags.name_servers),
            resolve: non_empty(flags.resolve),
            ca_certificates: non_empty(flags.ca_certificates),
            ..layer
        }
    }
}

/// A flag that was not given leaves the list to the other layers.
fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
