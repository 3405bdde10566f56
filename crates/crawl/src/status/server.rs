//! The HTTP server and its thread.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;

use super::StatusSources;
use super::cache::StatusCache;
use super::listener::StatusListener;
use super::routes::router;
use crate::error::{Error, ErrorKind};
use copydesk_core::StopToken;

/// How long open responses may take after the server is told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a read of the state may continue after that.
const LAST_READ_TIMEOUT: Duration = Duration::from_secs(1);

/// Interval at which recorded durations are aggregated and expired cache entries are dropped.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// A running server. It stops gracefully when it is dropped.
pub struct StatusServer {
    address: SocketAddr,
    stop: StopToken,
    thread: Option<JoinHandle<()>>,
}

/// Serves the status page at this address; port 0 picks a free port. When this returns, the server is
/// listening.
///
/// # Errors
/// If the address cannot be bound, for example because another program uses the port, or if a thread cannot
/// be started.
pub fn serve(address: SocketAddr, sources: StatusSources) -> Result<StatusServer, Error> {
    let failed = |source| ErrorKind::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    // Tokio requires it of listeners that it takes over.
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let threads = |error: std::io::Error| copydesk_core::ErrorKind::Threads(error.to_string());
    // Rendering is cheap, so one thread is enough; the crawl needs the others.
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .thread_name("status")
        // One thread reads the state; the second is for name lookups and the like of the runtime.
        .max_blocking_threads(2)
        .build()
        .map_err(threads)?;
    let listener = {
        let _guard = runtime.enter();
        StatusListener::new(tokio::net::TcpListener::from_std(listener).map_err(failed)?)
    };
    let stop = StopToken::default();
    let stopped = stop.clone();
    let thread = thread::Builder::new()
        .name("status".to_owned())
        .spawn(move || {
            runtime.block_on(run(listener, sources, stopped));
            runtime.shutdown_timeout(LAST_READ_TIMEOUT);
        })
        .map_err(threads)?;
    tracing::info!(address = %bound, "serving the status page");
    Ok(StatusServer { address: bound, stop, thread: Some(thread) })
}

pub(super) async fn run(listener: StatusListener, sources: StatusSources, stop: StopToken) {
    let state = Arc::new(StatusCache::new(sources));
    let router = router(state.clone());
    let end = stop.clone();
    let server =
        axum::serve(listener, router).with_graceful_shutdown(async move { end.stopped().await });
    let upkeep = async {
        loop {
            tokio::time::sleep(UPKEEP_INTERVAL).await;
            state.sweep();
            if let Some(metrics) = &state.sources.metrics {
                metrics.run_upkeep();
            }
        }
    };
    let late = async {
        stop.stopped().await;
        tokio::time::sleep(DRAIN_TIMEOUT).await;
    };
    tokio::select! {
        // `axum::serve` never fails, and ends only when it is stopped.
        _ = server => {}
        () = upkeep => {}
        () = late => {}
    }
}

impl StatusServer {
    /// The address on which it listens, with the actual port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server: it accepts no further connections, and open responses get 3 s to finish.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for StatusServer {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the status page crashed");
        }
    }
}
