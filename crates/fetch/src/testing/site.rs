//! A server on loopback that answers for any host by a function, and remembers who asked when.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::read_head;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct SiteRequest {
    /// The `Host` header, without a port.
    pub(crate) host: String,
    pub(crate) path: String,
    /// The server's.
    pub(crate) port: u16,
    /// How often this path of this host had been asked for before.
    pub(crate) previous_requests: usize,
    pub(crate) received_at: Instant,
    /// When the last byte of the response went out; `None` until then.
    pub(crate) responded_at: Option<Instant>,
}

pub(crate) struct TestSite {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<SiteRequest>>>,
    open: watch::Sender<bool>,
}

type SiteHandler = dyn Fn(&SiteRequest) -> String + Send + Sync;

/// A page with this body.
pub(crate) fn ok(body: &str) -> String {
    status(200, "Content-Type: text/html\r\n", body)
}

pub(crate) fn status(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

impl TestSite {
    /// Listens, and answers each request as `answer` says.
    pub(crate) async fn start(
        answer: impl Fn(&SiteRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::new(Mutex::new(Vec::new()));
        let answer: Arc<SiteHandler> = Arc::new(answer);
        let open = watch::Sender::new(true);
        let (seen, gate) = (Arc::clone(&visits), open.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                tokio::spawn(serve(stream, answer, seen, gate.subscribe()));
            }
        });
        Self { address, requests: visits, open }
    }

    /// Names of hosts, all of which are this server.
    pub(crate) fn resolve<'a>(
        &self,
        hosts: impl IntoIterator<Item = &'a str>,
    ) -> Vec<(String, SocketAddr)> {
        hosts.into_iter().map(|host| (host.to_owned(), self.address)).collect()
    }

    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }

    /// Holds answers back until it is opened again; requests are still seen.
    pub(crate) fn hold_responses(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn release_responses(&self) {
        self.open.send_replace(true);
    }

    pub(crate) fn requests(&self) -> Vec<SiteRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// What was asked for, in order, as `host/path`.
    pub(crate) fn requested_paths(&self) -> Vec<String> {
        self.requests().iter().map(|visit| format!("{}{}", visit.host, visit.path)).collect()
    }

    /// Waits until so many requests came.
    pub(crate) async fn wait_for_requests(&self, visits: usize) {
        while self.requests.lock().unwrap().len() < visits {
            tokio::task::yield_now().await;
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<SiteHandler>,
    seen: Arc<Mutex<Vec<SiteRequest>>>,
    mut open: watch::Receiver<bool>,
) {
    let port = stream.local_addr().unwrap().port();
    loop {
        let Ok(head) = read_head(&mut stream).await else { return };
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let host = host.split(':').next().unwrap().to_owned();
        let (number, visit) = {
            let mut seen = seen.lock().unwrap();
            let same = seen.iter().filter(|visit| visit.host == host && visit.path == path);
            let earlier = same.count();
            let came_at = Instant::now();
            let visit = SiteRequest {
                host,
                path,
                port,
                previous_requests: earlier,
                received_at: came_at,
                responded_at: None,
            };
            seen.push(visit.clone());
            (seen.len() - 1, visit)
        };
        let _ = open.wait_for(|&open| open).await;
        let reply = answer(&visit);
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        seen.lock().unwrap()[number].responded_at = Some(Instant::now());
    }
}
