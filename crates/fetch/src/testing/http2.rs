//! A server for `https://host.test` that speaks HTTP/2 alone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use tokio::net::TcpListener;

use super::server::certified;

/// Answers a request; with a reason, the connection ends there (GOAWAY).
pub(crate) type Http2Handler = fn(&mut SendResponse<Bytes>) -> Option<Reason>;

pub(crate) struct Http2Server {
    pub(crate) address: SocketAddr,
    /// The certificate in PEM.
    pub(crate) certificate: String,
    connections: Arc<AtomicUsize>,
}

impl Http2Server {
    /// `first` answers the first request, `others` all that follow.
    pub(crate) async fn start(first: Http2Handler, others: Http2Handler) -> Self {
        let (tls, certificate) = certified(&[b"h2"]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, is_first) = (Arc::clone(&connections), Arc::new(AtomicBool::new(true)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, is_first) = (tls.clone(), Arc::clone(&is_first));
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                    while let Some(Ok((_, mut respond))) = connection.accept().await {
                        let is_first = is_first.swap(false, Ordering::Relaxed);
                        let goes = (if is_first { first } else { others })(&mut respond);
                        if let Some(reason) = goes {
                            connection.abrupt_shutdown(reason);
                        }
                    }
                });
            }
        });
        Self { address, certificate, connections }
    }

    /// Connections that were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}
