//! How many fetches of one stream are under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::schedule::LaneId;

/// A stream's share: what is under way, and what is done but not taken.
#[derive(Debug)]
pub(crate) struct FetchLane {
    pub(crate) id: LaneId,
    capacity: usize,
    in_use: AtomicUsize,
    /// Wakes the engine.
    slot_freed: Arc<Notify>,
}

impl FetchLane {
    pub(crate) fn new(id: LaneId, places: usize, freed: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self { id, capacity: places, in_use: AtomicUsize::new(0), slot_freed: freed })
    }

    pub(super) fn free_slots(&self) -> usize {
        self.capacity.saturating_sub(self.in_use.load(Ordering::Acquire))
    }

    /// Takes a place. Only the engine does, after it saw that there is one.
    pub(super) fn acquire(self: &Arc<Self>) -> LanePermit {
        self.in_use.fetch_add(1, Ordering::AcqRel);
        LanePermit { lane: Arc::clone(self), large_body: None }
    }
}

/// A place in a lane; free again when dropped.
#[derive(Debug)]
pub(crate) struct LanePermit {
    lane: Arc<FetchLane>,
    /// What the result holds of [`crate::Settings::max_large_bodies`].
    large_body: Option<OwnedSemaphorePermit>,
}

impl LanePermit {
    pub(super) fn hold(&mut self, large_body: Option<OwnedSemaphorePermit>) {
        self.large_body = large_body;
    }
}

impl Drop for LanePermit {
    fn drop(&mut self) {
        self.lane.in_use.fetch_sub(1, Ordering::AcqRel);
        self.lane.slot_freed.notify_one();
    }
}
