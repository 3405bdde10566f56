//! Accepts connections, with limits on their number and duration.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

/// Maximum number of open connections. Each one costs a file descriptor, which the crawl needs too. For one
/// more, the connection that has been idle for the longest time is closed: however many others there are, a
/// liveness probe is served.
const MAX_CONNECTIONS: usize = 64;

/// How long the head of a request may take, from its first byte or from the beginning of the connection. It
/// frees the slots of clients that send nothing (slow-loris).
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection stays open without a request, and how long a response may take.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum lifetime of a connection, however active. Browsers reconnect without anyone noticing.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// Pause after a failed `accept`. Out of file descriptors, it would fail again at once and keep a core busy.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

/// What ends the head of a request.
const HEAD_END: [u8; 4] = *b"\r\n\r\n";

/// The limits of a listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionLimits {
    pub(super) connections: usize,
    pub(super) head: Duration,
    pub(super) idle: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: MAX_CONNECTIONS, head: HEAD_TIMEOUT, idle: IDLE_TIMEOUT }
    }
}

/// A TCP listener with limits.
pub(super) struct StatusListener {
    inner: TcpListener,
    limits: ConnectionLimits,
    open: Arc<OpenConnections>,
}

impl StatusListener {
    pub(super) fn new(inner: TcpListener) -> Self {
        Self::with_limits(inner, ConnectionLimits::default())
    }

    pub(super) fn with_limits(inner: TcpListener, limits: ConnectionLimits) -> Self {
        Self { inner, limits, open: Arc::default() }
    }
}

impl axum::serve::Listener for StatusListener {
    type Io = TimedConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    let slot = self.open.add(self.limits.connections);
                    return (TimedConnection::new(stream, self.limits, slot), address);
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

/// The open connections, by their number in the order in which they were opened.
#[derive(Default)]
struct OpenConnections(Mutex<ConnectionTable>);

#[derive(Default)]
struct ConnectionTable {
    last_number: u64,
    open: BTreeMap<u64, OpenConnection>,
}

struct OpenConnection {
    /// Since when no request is being answered; `None` while one is.
    idle_since: Option<Instant>,
    /// Closes the connection when it is dropped.
    _closer: oneshot::Sender<()>,
}

impl OpenConnections {
    /// Enters a connection. If there are too many, others are closed first: idle ones, and otherwise the oldest.
    fn add(self: &Arc<Self>, limit: usize) -> ConnectionSlot {
        let mut table = self.lock();
        while table.open.len() >= limit.max(1) {
            let order = |(number, open): (&u64, &OpenConnection)| {
                (open.idle_since.is_none(), open.idle_since, *number)
            };
            let Some((.., oldest)) = table.open.iter().map(order).min() else { break };
            table.open.remove(&oldest);
        }
        table.last_number += 1;
        let number = table.last_number;
        let (closer, end) = oneshot::channel();
        let idle_since = Some(Instant::now());
        table.open.insert(number, OpenConnection { idle_since, _closer: closer });
        ConnectionSlot { number, end, open: Arc::clone(self) }
    }

    // Each change is one assignment or one call on the map, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, ConnectionTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection among the open ones.
struct ConnectionSlot {
    number: u64,
    /// Ends when the connection has to be closed.
    end: oneshot::Receiver<()>,
    open: Arc<OpenConnections>,
}

impl ConnectionSlot {
    fn set_idle_since(&self, since: Option<Instant>) {
        if let Some(open) = self.open.lock().open.get_mut(&self.number) {
            open.idle_since = since;
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.open.lock().open.remove(&self.number);
    }
}

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConnectionStage {
    /// The next request.
    Idle,
    /// The rest of the head of a request, of whose end this many bytes have come.
    Head(usize),
    /// A response.
    Response,
}

/// A connection that is closed when its time is up, or when others need its place.
pub(super) struct TimedConnection {
    stream: TcpStream,
    limits: ConnectionLimits,
    until: Instant,
    deadline: Pin<Box<Sleep>>,
    stage: ConnectionStage,
    slot: ConnectionSlot,
}

impl TimedConnection {
    fn new(stream: TcpStream, limits: ConnectionLimits, slot: ConnectionSlot) -> Self {
        let now = Instant::now();
        // Boxed, since `Sleep` must be pinned and the connection must not.
        let deadline = Box::pin(sleep_until(now + limits.head));
        let stage = ConnectionStage::Head(0);
        Self { stream, limits, until: now + MAX_LIFETIME, deadline, stage, slot }
    }

    /// Returns an error once the deadline has passed, or if the connection has to make room.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Result<(), io::Error> {
        let is_closed = Pin::new(&mut self.slot.end).poll(cx).is_ready();
        if is_closed || self.deadline.as_mut().poll(cx).is_ready() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    fn enter(&mut self, stage: ConnectionStage) {
        if self.stage == stage {
            return;
        }
        let now = Instant::now();
        let limit = match stage {
            ConnectionStage::Head(0) => Some(self.limits.head),
            ConnectionStage::Head(_) => None,
            ConnectionStage::Idle | ConnectionStage::Response => Some(self.limits.idle),
        };
        if let Some(limit) = limit {
            self.deadline.as_mut().reset((now + limit).min(self.until));
        }
        if stage == ConnectionStage::Response {
            self.slot.set_idle_since(None);
        } else if matches!(self.stage, ConnectionStage::Response) {
            self.slot.set_idle_since(Some(now));
        }
        self.stage = stage;
    }

    /// Follows what the client sent. Requests have no body, so that everything belongs to heads.
    fn received(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.stage == ConnectionStage::Idle {
                self.enter(ConnectionStage::Head(0));
            }
            // A further request that comes before the response does not change what is waited for.
            let ConnectionStage::Head(matched) = self.stage else { return };
            let matched = match HEAD_END.get(matched) {
                Some(expected) if expected == byte => matched + 1,
                // The only byte that can start the end of a head again.
                _ => usize::from(*byte == b'\r'),
            };
            if matched == HEAD_END.len() {
                self.enter(ConnectionStage::Response);
            } else {
                self.stage = ConnectionStage::Head(matched);
            }
        }
    }
}

impl AsyncRead for TimedConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_deadline(cx)?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = read {
            let received = buf.filled().get(before..).unwrap_or_default().to_vec();
            self.received(&received);
        }
        read
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
            self.enter(ConnectionStage::Idle);
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

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    #[test]
    fn idle_connections_give_way_before_those_that_await_a_response() {
        let open = Arc::new(OpenConnections::default());
        let mut slots: Vec<_> = (0..3).map(|_| open.add(3)).collect();
        let closed = |slots: &mut [ConnectionSlot]| -> Vec<usize> {
            let is_closed = |slot: &mut ConnectionSlot| {
                matches!(slot.end.try_recv(), Err(TryRecvError::Closed))
            };
            (0..slots.len()).filter(|at| is_closed(&mut slots[*at])).collect()
        };
        slots[0].set_idle_since(None);
        slots.push(open.add(3));
        assert_eq!(closed(&mut slots), [1]);
        slots.push(open.add(3));
        assert_eq!(closed(&mut slots), [1, 2]);
        // All of them are answered: the oldest one gives way.
        for slot in &slots {
            slot.set_idle_since(None);
        }
        slots.push(open.add(3));
        assert_eq!(closed(&mut slots), [0, 1, 2]);
    }
}
