//! Connections, so many at once and each for so long.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

/// Connections at once; others wait to be taken.
const MAX_CONNECTIONS: usize = 64;

/// How long a connection may be without a word from us, which is how long a request may take to come.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection is kept at most.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// How long nothing is taken after the system would not give a connection.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Takes connections.
pub(super) struct StatusListener {
    inner: TcpListener,
    slots: Arc<Semaphore>,
    idle: Duration,
}

impl StatusListener {
    pub(super) fn new(inner: TcpListener) -> Self {
        Self { inner, slots: Arc::new(Semaphore::new(MAX_CONNECTIONS)), idle: IDLE_TIMEOUT }
    }

    #[cfg(test)]
    pub(super) fn with_limits(inner: TcpListener, connections: usize, idle: Duration) -> Self {
        Self { inner, slots: Arc::new(Semaphore::new(connections)), idle }
    }
}

impl axum::serve::Listener for StatusListener {
    type Io = TimedConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // Never closed, so that there is a permit in the end.
            let permit = self.slots.clone().acquire_owned().await.ok();
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    let until = Instant::now() + MAX_LIFETIME;
                    let idle = self.idle;
                    let deadline = Box::pin(sleep_until(Instant::now() + idle));
                    return (
                        TimedConnection { stream, idle, until, deadline, _permit: permit },
                        address,
                    );
                }
                Err(error) => {
                    tracing::debug!(%error, "no connection");
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

/// A connection that ends when it takes too long.
pub(super) struct TimedConnection {
    stream: TcpStream,
    idle: Duration,
    until: Instant,
    deadline: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl TimedConnection {
    /// An error once the time is over.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Result<(), io::Error> {
        match self.deadline.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// Something was written: the next request has its own time.
    fn extend(&mut self) {
        let deadline = (Instant::now() + self.idle).min(self.until);
        self.deadline.as_mut().reset(deadline);
    }
}

impl AsyncRead for TimedConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_deadline(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for TimedConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_deadline(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if matches!(written, Poll::Ready(Ok(_))) {
            self.extend();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
