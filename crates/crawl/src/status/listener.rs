//! Accepts connections, with limits on their number and duration.

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

/// Maximum number of open connections; others wait in the backlog of the system. Each one costs a file
/// descriptor, which the crawl needs too.
const MAX_CONNECTIONS: usize = 64;

/// How long a connection may take for its next request. Frees the slots of clients that send nothing
/// (slow-loris).
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum lifetime of a connection, however active. Browsers reconnect without anyone noticing.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// Pause after a failed `accept`. Out of file descriptors, it would fail again at once and keep a core busy.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

/// A TCP listener with limits.
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
            // The semaphore is never closed, so `acquire_owned` always returns a permit.
            let permit = self.slots.clone().acquire_owned().await.ok();
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    let until = Instant::now() + MAX_LIFETIME;
                    let idle = self.idle;
                    // Boxed, since `Sleep` must be pinned and the connection must not.
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

/// A connection that is closed when its time is up.
pub(super) struct TimedConnection {
    stream: TcpStream,
    idle: Duration,
    until: Instant,
    deadline: Pin<Box<Sleep>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl TimedConnection {
    /// Returns an error once the deadline has passed.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Result<(), io::Error> {
        match self.deadline.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// A response was written: the next request gets its own time.
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
