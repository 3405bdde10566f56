//! How long it took to resolve and to connect, which happens deep inside the client.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static TRACE: RequestTrace;
}

/// What happened on behalf of one request, if it happened: a connection may be open already, or
/// become free while another is being made.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestTrace {
    resolve: Cell<Option<Duration>>,
    connect: Cell<Option<Duration>>,
}

impl RequestTrace {
    /// Does `request`, and notes what it does.
    pub(crate) async fn record<F: Future>(request: F) -> (F::Output, Self) {
        let traced = async {
            let output = request.await;
            (output, TRACE.with(Clone::clone))
        };
        TRACE.scope(Self::default(), traced).await
    }

    pub(crate) fn resolve(&self) -> Option<Duration> {
        self.resolve.get().filter(|_| self.connect.get().is_some())
    }

    pub(crate) fn connect(&self) -> Option<Duration> {
        self.connect.get()
    }
}

/// Notes that resolving a name took this long, if it is for a request.
pub(crate) fn note_resolved(took: Duration) {
    // Not so where the client makes a connection in the background.
    let _ = TRACE.try_with(|trace| trace.resolve.set(Some(took)));
}

/// Puts a [`TracedConnector`] around a connector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TraceLayer;

impl<S> Layer<S> for TraceLayer {
    type Service = TracedConnector<S>;

    fn layer(&self, connector: S) -> TracedConnector<S> {
        TracedConnector(connector)
    }
}

/// A connector that notes how long it takes.
#[derive(Clone, Debug)]
pub(crate) struct TracedConnector<S>(S);

impl<S, Target> Service<Target> for TracedConnector<S>
where
    S: Service<Target>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let started = Instant::now();
            let connection = connecting.await?;
            let _ = TRACE.try_with(|trace| trace.connect.set(Some(started.elapsed())));
            Ok(connection)
        })
    }
}
