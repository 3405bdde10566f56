//! A raw TCP server on loopback: it says exactly what a test gives it, broken or not.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::read_head;

/// What the server does when it has said what it has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterResponse {
    /// Close the connection in order.
    Close,
    /// Break it off with a TCP reset.
    Reset,
    /// Keep it open and silent until the client goes away.
    Hang,
}

/// What is said for each path, byte by byte. `{port}` in it becomes the server's port.
pub(crate) type RouteTable = HashMap<&'static str, (String, AfterResponse)>;

/// TLS for `host.test` with these protocols to choose from, and its certificate in PEM.
pub(crate) fn certified(protocols: &[&[u8]]) -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["host.test".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

pub(crate) struct RouteServer {
    pub(crate) address: SocketAddr,
    /// The certificate in PEM; empty without TLS.
    pub(crate) certificate: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl RouteServer {
    pub(crate) async fn start(replies: RouteTable) -> Self {
        Self::listen(replies, None, String::new()).await
    }

    /// A server for `https://host.test`.
    pub(crate) async fn start_tls(replies: RouteTable) -> Self {
        let (tls, certificate) = certified(&[]);
        Self::listen(replies, Some(tls), certificate).await
    }

    async fn listen(replies: RouteTable, tls: Option<TlsAcceptor>, certificate: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (replies, seen) = (Arc::new(replies), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (replies, seen, tls) = (Arc::clone(&replies), Arc::clone(&seen), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &replies, &seen, address.port()).await,
                        // A client that does not trust the certificate ends here.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &replies, &seen, address.port()).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, certificate, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of the requests that came, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

trait ServerConnection: AsyncRead + AsyncWrite + Unpin {
    fn reset_on_close(&self);
}

impl ServerConnection for TcpStream {
    fn reset_on_close(&self) {
        self.set_zero_linger().unwrap();
    }
}

impl ServerConnection for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

async fn serve(
    mut stream: impl ServerConnection,
    replies: &RouteTable,
    seen: &Mutex<Vec<String>>,
    port: u16,
) {
    let Ok(head) = read_head(&mut stream).await else { return };
    let path = head.split(' ').nth(1).unwrap().to_owned();
    seen.lock().unwrap().push(head);
    let (reply, then) = &replies[path.as_str()];
    let reply = reply.replace("{port}", &port.to_string());
    // The client may hang up on a body that it does not want.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.flush().await;
    match then {
        AfterResponse::Close => {
            let _ = stream.shutdown().await;
        }
        AfterResponse::Reset => stream.reset_on_close(),
        AfterResponse::Hang => while stream.read_u8().await.is_ok() {},
    }
}
