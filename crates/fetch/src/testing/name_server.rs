//! A name server on loopback that knows the names a test gives it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;

/// What is answered for a name. Of any other it is said that it does not exist.
#[derive(Clone, Debug)]
pub(crate) enum DnsReply {
    /// These addresses, to be kept for a minute.
    Addresses(Vec<IpAddr>),
    /// The first of these addresses for the first query, and so on; the last one stays. None is to be kept.
    InTurn(Vec<IpAddr>),
    /// `SERVFAIL`.
    Fail,
    /// Nothing.
    Silence,
}

pub(crate) struct TestNameServer {
    pub(crate) address: SocketAddr,
    queries: Arc<Mutex<Vec<String>>>,
}

impl TestNameServer {
    pub(crate) async fn start<const N: usize>(names: [(&'static str, DnsReply); N]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, names) = (Arc::clone(&asked), HashMap::from(names));
        tokio::spawn(async move {
            let mut query = [0; 512];
            let mut turns: HashMap<String, usize> = HashMap::new();
            while let Ok((length, client)) = socket.recv_from(&mut query).await {
                let (name, question_end) = name_of(&query[..length]);
                let is_v6 = query[question_end - 3] == 28;
                let turn = turns.entry(name.clone()).or_default();
                let reply = match names.get(name.as_str()) {
                    Some(DnsReply::InTurn(addresses)) => {
                        let address = addresses[(*turn).min(addresses.len() - 1)];
                        *turn += usize::from(!is_v6);
                        Some(DnsReply::InTurn(vec![address]))
                    }
                    other => other.cloned(),
                };
                seen.lock().unwrap().push(name);
                if let Some(answer) = answer(&query[..question_end], reply.as_ref()) {
                    socket.send_to(&answer, client).await.unwrap();
                }
            }
        });
        Self { address, queries: asked }
    }

    /// The names that were asked for, one for each kind of address.
    pub(crate) fn queries(&self) -> Vec<String> {
        self.queries.lock().unwrap().clone()
    }
}

/// The name in a query's question, and where the question ends (RFC 1035, section 4.1.2).
fn name_of(query: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8(query[at + 1..end].to_vec()).unwrap().to_ascii_lowercase());
        at = end;
    }
    (labels.join("."), at + 5)
}

/// A response to a query, of which the header and the question are given.
fn answer(query: &[u8], reply: Option<&DnsReply>) -> Option<Vec<u8>> {
    const NO_ERROR: u8 = 0;
    const SERVER_FAILURE: u8 = 2;
    const NO_SUCH_NAME: u8 = 3;
    let is_v6 = query[query.len() - 3] == 28;
    let (code, addresses): (u8, Vec<IpAddr>) = match reply {
        None => (NO_SUCH_NAME, Vec::new()),
        Some(DnsReply::Silence) => return None,
        Some(DnsReply::Fail) => (SERVER_FAILURE, Vec::new()),
        Some(DnsReply::Addresses(addresses) | DnsReply::InTurn(addresses)) => {
            (NO_ERROR, addresses.iter().copied().filter(|a| a.is_ipv6() == is_v6).collect())
        }
    };
    let seconds = if matches!(reply, Some(DnsReply::InTurn(_))) { 0 } else { 60 };
    let count = u8::try_from(addresses.len()).unwrap();
    let mut answer = query[..2].to_vec();
    // A response, recursion wanted and to be had; one question, the answers, and where there are
    // none the zone, which says for how long that may be kept.
    answer.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, u8::from(count == 0), 0, 0]);
    answer.extend(&query[12..]);
    if count == 0 {
        // The root, type SOA, class IN, a minute; two empty names and five numbers.
        answer.extend([0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0]);
        answer.extend([60_u32; 5].map(u32::to_be_bytes).concat());
    }
    for address in addresses {
        // The name of the question, its type, class IN, the time to live.
        answer.extend([0xc0, 12, 0, query[query.len() - 3], 0, 1, 0, 0, 0, seconds, 0]);
        match address {
            IpAddr::V4(address) => {
                answer.push(4);
                answer.extend(address.octets());
            }
            IpAddr::V6(address) => {
                answer.push(16);
                answer.extend(address.octets());
            }
        }
    }
    Some(answer)
}
