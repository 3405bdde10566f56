//! Opening, locking and maintaining a state.

use std::time::Duration;

use super::*;
use crate::ErrorKind;
use crate::frontier::{PruneCounts, UrlEntries};
use crate::jobs::RetentionPolicy;

pub(super) fn a_state_is_created_when_it_is_opened(store: &dyn StateStore) {
    assert!(!store.exists().unwrap());
    assert!(store.open_read_only().is_err());
    assert!(!store.exists().unwrap());
    drop(store.open().unwrap());
    assert!(store.exists().unwrap());
    assert_eq!(store.open_read_only().unwrap().jobs().unwrap(), []);
}

pub(super) fn a_reader_sees_what_was_written(store: &dyn StateStore) {
    let mut state = store.open().unwrap();
    let mut view = store.open_read_only().unwrap();
    let mut crawl = FrontierFixture::new(&mut *state, "ferries");
    crawl.add([page("a.example", "1")]);
    let job = crawl.job;
    assert_eq!(view.jobs().unwrap()[0].name, "ferries");
    let mut urls = UrlEntries::new(&mut *view, job, None);
    assert_eq!(urls.next().unwrap().unwrap().url, "https://a.example/1");
    assert!(urls.next().is_none());
    assert_eq!(view.check().unwrap(), []);
}

pub(super) fn a_job_is_locked_until_the_guard_is_dropped(store: &dyn StateStore) {
    let ferries = store.lock_job("ferries").unwrap();
    let Err(error) = store.lock_job("ferries") else { panic!("the job is locked twice") };
    assert!(matches!(error.kind(), ErrorKind::JobBusy { job, .. } if job == "ferries"), "{error}");
    let harbours = store.lock_job("harbours").unwrap();
    drop(ferries);
    drop(store.lock_job("ferries").unwrap());
    assert!(store.lock_job("harbours").is_err());
    drop(harbours);
}

pub(super) fn several_handles_share_one_state(store: &dyn StateStore) {
    let (mut one, mut other) = (store.open().unwrap(), store.open().unwrap());
    FrontierFixture::new(&mut *one, "ferries").add([page("a.example", "1")]);
    let mut crawl = FrontierFixture::new(&mut *other, "ferries");
    assert_eq!(crawl.lease("one", minute(0)).len(), 1);
    assert_eq!(FrontierFixture::new(&mut *one, "ferries").lease("two", minute(1)), []);
    drop((one, other));
    assert_eq!(store.open().unwrap().jobs().unwrap().len(), 1);
}

pub(super) fn a_consistent_state_is_maintained_without_findings(store: &dyn StateStore) {
    let mut state = store.open().unwrap();
    FrontierFixture::new(&mut *state, "ferries").add([page("a.example", "1")]);
    assert_eq!(state.check().unwrap(), []);
    state.repair().unwrap();
    state.compact().unwrap();
    assert_eq!(state.check().unwrap(), []);
    assert_eq!(FrontierFixture::new(&mut *state, "ferries").lease("one", minute(0)).len(), 1);
}

pub(super) fn pruning_keeps_recent_data(store: &dyn StateStore) {
    let mut state = store.open().unwrap();
    let mut crawl = FrontierFixture::new(&mut *state, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.visit(minute(5), |_| {});
    let job = crawl.job;
    let day = Some(Duration::from_hours(24));
    let retention = RetentionPolicy { outputs: None, runs: day, urls: day };
    assert_eq!(state.prune(job, &retention, minute(60)).unwrap(), PruneCounts::default());
    assert!(state.find(job, "https://a.example/1").unwrap().is_some());
    assert_eq!(state.runs(Some(job), 9).unwrap().len(), 1);
}
