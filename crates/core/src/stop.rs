//! Stops a run early.

use std::sync::Arc;

use tokio::sync::watch;

/// Stops a run early, from any thread: pages in progress are finished and kept, and no further page is read or
/// fetched. All clones of a token share one state.
#[derive(Clone, Debug)]
pub struct StopToken(Arc<watch::Sender<bool>>);

impl Default for StopToken {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl StopToken {
    /// Requests the stop. There is no way back.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether a stop was requested.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until a stop is requested.
    pub async fn stopped(&self) {
        // Fails only when the sender is gone, and `self` holds it.
        let _ = self.0.subscribe().wait_for(|is_stopped| *is_stopped).await;
    }
}
