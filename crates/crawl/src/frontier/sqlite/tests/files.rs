//! Which files can be opened.

use std::fs;

use super::*;
use crate::frontier::conformance::{FrontierFixture, page};
use crate::frontier::{FrontierOverview as _, UrlEntries};

#[test]
fn a_reopened_state_has_its_data() {
    let state = StateFolder::new();
    FrontierFixture::new(&mut state.open(), "ferries").add([page("a.example", "1")]);
    let mut frontier = state.open();
    let job = frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
    assert!(frontier.find(job, "https://a.example/1").unwrap().is_some());
    assert_eq!(state.query_one("PRAGMA user_version"), 2);
}

#[test]
fn a_reader_sees_what_was_written_and_changes_nothing() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut overview = SqliteOverview::open(&state.path()).unwrap();
    assert_eq!(overview.jobs().unwrap(), []);
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let job = crawl.job;
    assert_eq!(overview.jobs().unwrap()[0].name, "ferries");
    let urls: Vec<String> =
        UrlEntries::new(&mut overview, job, None).map(|entry| entry.unwrap().url).collect();
    assert_eq!(urls, ["https://a.example/1"]);
    assert_eq!(overview.check().unwrap(), []);
    assert!(overview.connection.db.execute_batch("DELETE FROM jobs").is_err());
}

#[test]
fn other_files_are_refused_and_unchanged() {
    let state = StateFolder::new();
    let read = || refused(SqliteOverview::open(&state.path()));
    let write = || refused(SqliteFrontier::open(&state.path()));
    assert!(read().ends_with("crawl.sqlite: cannot open the state"), "{}", read());
    assert!(!state.path().exists());
    fs::write(state.path(), "").unwrap();
    assert!(read().ends_with("crawl.sqlite: the file is empty: no job has run yet"), "{}", read());
    let text = "a text that is long enough to be distinguished from a database".repeat(9);
    fs::write(state.path(), &text).unwrap();
    for why in [read(), write()] {
        assert!(why.ends_with("crawl.sqlite: not a state of crawl jobs"), "{why}");
    }
    assert_eq!(fs::read_to_string(state.path()).unwrap(), text);
    fs::remove_file(state.path()).unwrap();
    state.execute("CREATE TABLE pages (id INTEGER)");
    let before = fs::read(state.path()).unwrap();
    for why in [read(), write()] {
        assert!(
            why.ends_with("crawl.sqlite: a database of another program, not a state of crawl jobs"),
            "{why}"
        );
    }
    assert_eq!(fs::read(state.path()).unwrap(), before);
    fs::remove_file(state.path()).unwrap();
    fs::create_dir(state.path()).unwrap();
    assert!(write().ends_with("crawl.sqlite: cannot open the state"), "{}", write());
}

#[test]
fn a_state_of_a_later_version_is_refused() {
    let state = StateFolder::new();
    drop(state.open());
    state.execute("PRAGMA user_version = 99");
    let why = refused(SqliteFrontier::open(&state.path()));
    assert!(
        why.contains("the state has version 99, but this program supports versions up to "),
        "{why}"
    );
    let why = refused(SqliteOverview::open(&state.path()));
    assert!(why.contains("the state has version 99, "), "{why}");
}

#[test]
fn a_damaged_text_is_an_error() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    FrontierFixture::new(&mut frontier, "ferries").add([page("a.example", "1")]);
    state.execute("INSERT INTO texts SELECT id, x'28b52ffd00' FROM urls");
    let url = crate::frontier::UrlId(state.query_one("SELECT id FROM urls"));
    let error = frontier.delivered_text(url).unwrap_err().to_string();
    assert!(error.contains("crawl.sqlite: a stored text is damaged"), "{error}");
}
