//! The backends of this crate, each with an empty state for a test.

use super::{MemoryStore, StateStore, WritableState};
use crate::frontier::memory::MemoryFrontier;
use crate::frontier::{SqliteFrontier, StateView as _, store_at};

pub(super) fn in_memory(test: fn(&mut dyn WritableState)) {
    test(&mut MemoryFrontier::default());
}

pub(super) fn in_a_file(test: fn(&mut dyn WritableState)) {
    let folder = tempfile::tempdir().unwrap();
    let mut frontier = SqliteFrontier::open(&folder.path().join("state.sqlite")).unwrap();
    test(&mut frontier);
    assert_eq!(frontier.check().unwrap(), [], "the state must be consistent");
}

pub(super) fn memory_store(test: fn(&dyn StateStore)) {
    test(&MemoryStore::new("crawl"));
}

pub(super) fn sqlite_store(test: fn(&dyn StateStore)) {
    let folder = tempfile::tempdir().unwrap();
    test(&*store_at(&folder.path().join("new/state.sqlite")));
}

#[test]
fn random_steps_in_a_file_and_in_memory_agree() {
    super::compare_with_memory(|test| {
        let folder = tempfile::tempdir().unwrap();
        test(&mut SqliteFrontier::open(&folder.path().join("state.sqlite")).unwrap());
    });
}
