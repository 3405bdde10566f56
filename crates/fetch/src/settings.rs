//! What a caller may ask of a fetcher.

use std::net::SocketAddr;
use std::time::Duration;

/// Settings of a [`crate::Fetcher`], the same for every fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The product that the `User-Agent` header names. Default `copydesk/VERSION`.
    pub user_agent: String,
    /// Where the owner of a site can reach whoever runs this: an address of a page or of a mailbox.
    /// Follows the product as `(+CONTACT)`. Default: none.
    pub contact: Option<String>,
    /// The time to resolve a name, connect and agree on TLS. Default 10 s.
    pub connect_timeout: Duration,
    /// The time from sending a request to its response's headers, connecting included; each
    /// redirect starts anew. Default 20 s.
    pub first_byte_timeout: Duration,
    /// The time a whole fetch may take, with all redirects and the body. Default 60 s.
    pub total_timeout: Duration,
    /// Bytes of body; a longer one is an error, and no more than this is ever held. Default 16 MiB.
    pub max_body_bytes: usize,
    /// Redirects followed in one fetch. Default 10.
    pub max_redirects: usize,
    /// Follow a redirect from HTTPS to HTTP. Default false: whoever sits on the line could then
    /// write the page.
    pub allow_downgrade: bool,
    /// Connect also to addresses that are not public: loopback, private networks and the like.
    /// Default false: a page could otherwise point the fetcher at the machines next to it.
    pub allow_private: bool,
    /// Names with addresses of their own, not looked up and not checked, like curl's `--resolve`.
    /// Port 0 stands for the one of the URL, which wins over any other too. Default: none.
    pub resolve: Vec<(String, SocketAddr)>,
    /// Certificates in PEM to trust besides the system's, such as those of a company's proxy.
    /// Default: none.
    pub extra_roots: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("copydesk/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: None,
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_mins(1),
            max_body_bytes: 16 << 20,
            max_redirects: 10,
            allow_downgrade: false,
            allow_private: false,
            resolve: Vec::new(),
            extra_roots: Vec::new(),
        }
    }
}

impl Settings {
    /// The value of the `User-Agent` header.
    pub(crate) fn full_user_agent(&self) -> String {
        match &self.contact {
            Some(contact) => format!("{} (+{contact})", self.user_agent),
            None => self.user_agent.clone(),
        }
    }
}
