//! Ends a run early.

use std::sync::Arc;

use tokio::sync::watch;

/// Ends a run early from another thread: what is under way is finished and kept, and no other page is
/// read or asked for. Clones are one.
#[derive(Clone, Debug)]
pub struct StopToken(Arc<watch::Sender<bool>>);

impl Default for StopToken {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl StopToken {
    /// Ends the run.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run was ended.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the run is to stop.
    pub async fn stopped(&self) {
        // Fails only without a sender, and there is one here.
        let _ = self.0.subscribe().wait_for(|is_stopped| *is_stopped).await;
    }
}
