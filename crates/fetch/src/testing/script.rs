//! A server that follows a script, byte by byte, for each connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::read_head;

/// What a [`ScriptedServer`] does next. After the last it closes its side, and waits for the client
/// to close the other.
#[derive(Clone, Debug)]
pub(crate) enum ScriptStep {
    /// Waits for the end of a request's head.
    Request,
    /// Waits for any bytes, such as the beginning of a TLS handshake.
    Bytes,
    Send(Vec<u8>),
    /// Sends a byte, waits, and so on.
    Drip(Vec<u8>, Duration),
    /// Sends the same again and again, until the client goes away.
    Forever(Vec<u8>),
    /// Answers every request with the same.
    Serve(Vec<u8>),
    /// Says nothing more until the client goes away.
    Hang,
    /// Breaks the connection off with a TCP reset.
    Reset,
}

pub(crate) struct ScriptedServer {
    pub(crate) address: SocketAddr,
    accepted: Arc<Semaphore>,
    ended: Arc<Semaphore>,
}

impl ScriptedServer {
    /// A script for each connection, in order; the last for all others too.
    pub(crate) async fn start(scripts: Vec<Vec<ScriptStep>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, ended) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let counts = (Arc::clone(&accepted), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut next = 0;
            while let Ok((stream, _)) = listener.accept().await {
                let script = scripts[next.min(scripts.len() - 1)].clone();
                next += 1;
                counts.0.add_permits(1);
                let ended = Arc::clone(&counts.1);
                tokio::spawn(async move {
                    let mut stream = stream;
                    // Whatever goes wrong is the client's doing.
                    let _ = follow(&mut stream, script).await;
                    drop(stream);
                    ended.add_permits(1);
                });
            }
        });
        Self { address, accepted, ended }
    }

    /// Connections that were made.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.available_permits()
    }

    /// Waits until the client has closed `count` connections.
    pub(crate) async fn ended(&self, count: u32) {
        let ended = self.ended.acquire_many(count);
        let ended = timeout(Duration::from_secs(10), ended).await;
        ended.expect("the client keeps a connection open").unwrap().forget();
    }
}

async fn follow(stream: &mut TcpStream, script: Vec<ScriptStep>) -> std::io::Result<()> {
    for step in script {
        match step {
            ScriptStep::Request => drop(read_head(stream).await?),
            ScriptStep::Bytes => {
                stream.read_u8().await?;
            }
            ScriptStep::Send(bytes) => stream.write_all(&bytes).await?,
            ScriptStep::Drip(bytes, pause) => {
                for byte in bytes {
                    stream.write_u8(byte).await?;
                    sleep(pause).await;
                }
            }
            ScriptStep::Forever(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
            ScriptStep::Serve(bytes) => loop {
                read_head(stream).await?;
                stream.write_all(&bytes).await?;
            },
            ScriptStep::Hang => while stream.read_u8().await.is_ok() {},
            ScriptStep::Reset => {
                stream.set_zero_linger()?;
                return Ok(());
            }
        }
    }
    stream.shutdown().await?;
    while stream.read_u8().await.is_ok() {}
    Ok(())
}
