//! How many fetches of one stream are under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::schedule::LaneId;

/// A stream's share: what is under way, and what is done but not taken.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) id: LaneId,
    places: usize,
    taken: AtomicUsize,
    /// Wakes the engine.
    freed: Arc<Notify>,
}

impl Lane {
    pub(crate) fn new(id: LaneId, places: usize, freed: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self { id, places, taken: AtomicUsize::new(0), freed })
    }

    pub(super) fn room(&self) -> usize {
        self.places.saturating_sub(self.taken.load(Ordering::Acquire))
    }

    /// Takes a place. Only the engine does, after it saw that there is one.
    pub(super) fn enter(self: &Arc<Self>) -> Seat {
        self.taken.fetch_add(1, Ordering::AcqRel);
        Seat { lane: Arc::clone(self), large_body: None }
    }
}

/// A place in a lane; free again when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    lane: Arc<Lane>,
    /// What the result holds of [`crate::Settings::max_large_bodies`].
    large_body: Option<OwnedSemaphorePermit>,
}

impl Seat {
    pub(super) fn hold(&mut self, large_body: Option<OwnedSemaphorePermit>) {
        self.large_body = large_body;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lane.taken.fetch_sub(1, Ordering::AcqRel);
        self.lane.freed.notify_one();
    }
}
