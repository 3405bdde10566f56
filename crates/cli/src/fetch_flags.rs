//! Settings of fetching as flags.

use std::path::PathBuf;

use clap::Args;
use copydesk_core::settings::{ByteSize, HostOverride, NameServer, SettingsLayer, TimeSpan};

/// How pages are fetched.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Fetching")]
#[expect(clippy::struct_excessive_bools, reason = "flags that are independent of one another")]
pub(crate) struct FetchFlags {
    /// Where the owner of a site can reach you: a page's address or a mailbox, for the User-Agent header
    #[arg(long, value_name = "CONTACT")]
    contact: Option<String>,

    /// The product that the User-Agent header names, and whose rules in robots.txt are heeded
    #[arg(long, value_name = "NAME/VERSION")]
    user_agent: Option<String>,

    /// Fetch also what robots.txt does not allow
    #[arg(long)]
    ignore_robots: bool,

    /// The least time from the end of a host's response to the next request to it, such as 1s
    #[arg(long, value_name = "TIME")]
    host_delay: Option<TimeSpan>,

    /// The longest such time, whatever a host asks for
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    max_host_delay: Option<TimeSpan>,

    /// Fetches under way at once
    #[arg(long, value_name = "N")]
    max_concurrent_fetches: Option<usize>,

    /// Connect also to addresses that are not public, such as those of this machine and its network
    #[arg(long)]
    allow_private: bool,

    /// Follow redirects from https to http
    #[arg(long, hide_short_help = true)]
    allow_downgrade: bool,

    /// Redirects followed for one page
    #[arg(long, value_name = "N", hide_short_help = true)]
    max_redirects: Option<usize>,

    /// Requests for one page: the first, and those after failures that can pass
    #[arg(long, value_name = "N")]
    max_attempts: Option<u32>,

    /// Time from a page's first attempt after which no other is begun
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    retry_budget: Option<TimeSpan>,

    /// Time to resolve a name, connect and agree on TLS; 0s is no limit, here and for the next three
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    connect_timeout: Option<TimeSpan>,

    /// Time from a request to its response's headers
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    first_byte_timeout: Option<TimeSpan>,

    /// Time between two reads of a body
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    stall_timeout: Option<TimeSpan>,

    /// Time that one attempt to fetch a page may take as a whole
    #[arg(long, value_name = "TIME")]
    fetch_timeout: Option<TimeSpan>,

    /// Bytes of a body as they come over the wire; a longer one is an error
    #[arg(long, value_name = "SIZE")]
    max_body_bytes: Option<ByteSize>,

    /// Bytes of a body, inflated; a longer one is an error
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    max_inflated_body_bytes: Option<ByteSize>,

    /// The proxy that requests go through; `environment` takes it from `HTTPS_PROXY` and its kin
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Keep cookies for as long as the run, and send them back
    #[arg(long)]
    cookies: bool,

    /// A name server to ask in place of the system's; may be given again
    #[arg(long = "name-server", value_name = "ADDRESS", hide_short_help = true)]
    name_servers: Vec<NameServer>,

    /// An address to use for a host, unchecked; may be given again
    #[arg(long, value_name = "HOST:PORT:ADDRESS", hide_short_help = true)]
    resolve: Vec<HostOverride>,

    /// A file of certificates in PEM to trust besides the system's; may be given again
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

/// A list that was not given leaves the setting to the other layers.
fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
