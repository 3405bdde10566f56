//! Outputs that fail, and files that others change.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use copydesk_clean::ChangeKind::{self, Gone, New};
use rusqlite::Connection;

use super::testing::{MemoryOutbox, contents, deliverer, record, spec};
use super::{Deliverer, DeliveryReport};
use crate::jobs::OutputSpec;

/// Delivers these pages, a run for each list of them.
fn run(memory: &MemoryOutbox, folder: &Path, template: &str, pages: &[usize]) -> DeliveryReport {
    for page in pages {
        memory.push(record(*page, 0, New));
    }
    let delivered = deliverer(&[spec(folder, template)]).finish_from(&mut memory.clone()).unwrap();
    assert!(delivered.failures.is_empty(), "{:?}", delivered.failures);
    assert!(!delivered.has_more);
    delivered
}

/// The pages in a file of JSONL, in order.
fn pages(path: &Path) -> Vec<String> {
    let page = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["change"]["added"][0].as_str().unwrap().strip_prefix("part ").unwrap().to_owned()
    };
    fs::read_to_string(path).unwrap().lines().map(page).collect()
}

fn names(folder: &Path) -> Vec<String> {
    contents(folder).into_keys().map(|path| path.to_str().unwrap().into()).collect()
}

#[test]
fn a_file_that_is_followed_has_each_record_when_it_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("2026-03-28.jsonl");
    let memory = MemoryOutbox::default();
    let mut open = deliverer(&[spec(folder.path(), "{date}.jsonl")]);
    for page in 1..4 {
        memory.push(record(page, 0, New));
        let delivered = open.deliver_from(&mut memory.clone()).unwrap();
        assert_eq!(delivered.records["{date}.jsonl"], 1);
        assert_eq!(pages(&path).len(), page);
        let last = memory.state().records.last().unwrap().sequence;
        assert_eq!(memory.state().marks["{date}.jsonl"].covered, last);
    }
    let again = open.deliver_from(&mut memory.clone()).unwrap();
    assert!(again.records.is_empty());
}

#[test]
fn records_go_to_the_files_of_their_own_time_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    for (page, hours, run) in [(1, 0, 7), (2, 4, 7), (3, 5, 8)] {
        let mut record = record(page, hours, New);
        record.run = crate::frontier::RunId(run);
        memory.push(record);
    }
    let specs = ["{year}/{month}-{day}T{hour}.jsonl", "{job}-{run}.jsonl"];
    let specs = specs.map(|template| spec(folder.path(), template));
    deliverer(&specs).finish_from(&mut memory.clone()).unwrap();
    let expected = [
        ("2026/03-28T20.jsonl", vec!["1"]),
        ("2026/03-29T00.jsonl", vec!["2"]),
        ("2026/03-29T01.jsonl", vec!["3"]),
        ("harbour-7.jsonl", vec!["1", "2"]),
        ("harbour-8.jsonl", vec!["3"]),
    ];
    assert_eq!(names(folder.path()), expected.each_ref().map(|(name, _)| *name));
    for (name, found) in expected {
        assert_eq!(pages(&folder.path().join(name)), found, "{name}");
    }
}

#[test]
fn an_output_that_fails_blocks_no_other_and_catches_up() {
    for (failing, file) in [
        ("blocked/{date}.jsonl", "blocked/2026-03-28.jsonl"),
        ("blocked/{date}.db", "blocked/2026-03-28.db"),
        ("blocked/{date}.html", "blocked/2026-03-28.html"),
        ("blocked/pages/", "blocked/pages/news.example/1.txt"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("blocked");
        fs::write(&blocked, "a file where a folder is wanted").unwrap();
        let specs = [failing, "{date}.jsonl"].map(|template| spec(folder.path(), template));
        let memory = MemoryOutbox::default();
        let mut open = deliverer(&specs);
        for page in 1..8 {
            memory.push(record(page, 0, New));
            let delivered = open.deliver_from(&mut memory.clone()).unwrap();
            assert_eq!(delivered.failures.keys().collect::<Vec<_>>(), [failing]);
            assert_eq!(delivered.records["{date}.jsonl"], 1);
        }
        let good = folder.path().join("2026-03-28.jsonl");
        assert_eq!(pages(&good), ["1", "2", "3", "4", "5", "6", "7"]);
        assert!(memory.state().marks.get(failing).is_none_or(|mark| mark.covered == 0));
        fs::remove_file(&blocked).unwrap();
        let delivered = open.deliver_from(&mut memory.clone()).unwrap();
        assert!(delivered.failures.is_empty(), "{failing}: {:?}", delivered.failures);
        assert_eq!(delivered.records[failing], 7);
        assert!(!delivered.records.contains_key("{date}.jsonl"));
        let delivered = open.finish_from(&mut memory.clone()).unwrap();
        assert!(delivered.failures.is_empty());
        assert!(names(folder.path()).contains(&file.into()), "{:?}", names(folder.path()));
    }
}

#[test]
fn an_output_is_written_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    memory.push(record(1, 0, New));
    let specs = [spec(folder.path(), "{date}.jsonl")];
    let mut first = deliverer(&specs);
    first.deliver_from(&mut memory.clone()).unwrap();
    memory.push(record(2, 0, New));
    let mut second = deliverer(&specs);
    let delivered = second.deliver_from(&mut memory.clone()).unwrap();
    let error = &delivered.failures["{date}.jsonl"];
    assert!(matches!(error.kind(), copydesk_core::ErrorKind::OutputBusy { .. }), "{error}");
    assert!(first.deliver_from(&mut memory.clone()).unwrap().failures.is_empty());
    assert_eq!(pages(&folder.path().join("2026-03-28.jsonl")), ["1", "2"]);
}

#[test]
fn a_file_changed_by_others_is_left_and_a_numbered_one_started() {
    let changes: [fn(&Path); 3] = [
        |path| {
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"a line by hand\n").unwrap();
        },
        |path| fs::write(path, "short").unwrap(),
        |path| {
            let content = fs::read_to_string(path).unwrap();
            fs::write(path, content.replace("part", "PART")).unwrap();
        },
    ];
    for (at, change) in changes.into_iter().enumerate() {
        // Between two runs, and while it is open.
        for is_open in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("2026-03-28.jsonl");
            let memory = MemoryOutbox::default();
            memory.push(record(1, 0, New));
            let mut open = deliverer(&[spec(folder.path(), "{date}.jsonl")]);
            if is_open {
                open.deliver_from(&mut memory.clone()).unwrap();
            } else {
                open.finish_from(&mut memory.clone()).unwrap();
                open = deliverer(&[spec(folder.path(), "{date}.jsonl")]);
            }
            change(&path);
            let theirs = fs::read(&path).unwrap();
            if is_open && at == 2 {
                // Same length: an open file is checked by its length and times only.
                continue;
            }
            memory.push(record(2, 0, New));
            let delivered = open.deliver_from(&mut memory.clone()).unwrap();
            assert_eq!(delivered.notes.len(), 1);
            assert!(delivered.notes[0].contains("the output continues in another file beside it"));
            memory.push(record(3, 0, New));
            assert!(open.finish_from(&mut memory.clone()).unwrap().notes.is_empty());
            assert_eq!(fs::read(&path).unwrap(), theirs);
            assert_eq!(pages(&folder.path().join("2026-03-28.1.jsonl")), ["2", "3"]);
            assert!(run(&memory, folder.path(), "{date}.jsonl", &[4]).notes.is_empty());
            assert_eq!(pages(&folder.path().join("2026-03-28.1.jsonl")), ["2", "3", "4"]);
        }
    }
}

#[test]
fn a_removed_or_emptied_file_is_started_again() {
    for is_emptied in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-03-28.jsonl");
        let rotate = |to: &str| {
            if is_emptied {
                fs::copy(&path, folder.path().join(to)).unwrap();
                OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
            } else {
                fs::rename(&path, folder.path().join(to)).unwrap();
            }
        };
        let memory = MemoryOutbox::default();
        memory.push(record(1, 0, New));
        let mut open = deliverer(&[spec(folder.path(), "{date}.jsonl")]);
        open.deliver_from(&mut memory.clone()).unwrap();
        rotate("first");
        memory.push(record(2, 0, New));
        let delivered = open.finish_from(&mut memory.clone()).unwrap();
        assert!(delivered.notes[0].ends_with("was removed or emptied; it is started again"));
        rotate("second");
        run(&memory, folder.path(), "{date}.jsonl", &[3]);
        for (name, page) in [("first", "1"), ("second", "2"), ("2026-03-28.jsonl", "3")] {
            assert_eq!(pages(&folder.path().join(name)), [page], "{name}");
        }
        assert_eq!(names(folder.path()).len(), 3);
    }
}

#[test]
fn a_removed_table_is_started_again_with_later_records() {
    for template in ["{date}.parquet", "{date}.html", "{date}.db"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(template.replace("{date}", "2026-03-28"));
        let memory = MemoryOutbox::default();
        run(&memory, folder.path(), template, &[5]);
        let first = contents(folder.path());
        fs::remove_file(&path).unwrap();
        let delivered = run(&memory, folder.path(), template, &[5]);
        assert!(delivered.notes[0].ends_with("was removed or emptied; it is started again"));
        assert!(contents(folder.path()) == first, "{template}");
    }
}

#[test]
fn files_that_the_state_does_not_know_are_left() {
    for template in ["{date}.jsonl", "{date}.parquet", "{date}.db", "{date}.html"] {
        let folder = tempfile::tempdir().unwrap();
        run(&MemoryOutbox::default(), folder.path(), template, &[1, 2]);
        let before = contents(folder.path());
        // A new state.
        let memory = MemoryOutbox::default();
        run(&memory, folder.path(), template, &[3]);
        run(&memory, folder.path(), template, &[4]);
        let after = contents(folder.path());
        assert_eq!(after.len(), 2);
        assert!(
            before.iter().all(|(path, content)| after.get(path) == Some(content)),
            "{template}"
        );
        let beside = template.replace("{date}", "2026-03-28.1");
        assert!(after.contains_key(Path::new(&beside)), "{:?}", names(folder.path()));
    }
}

#[test]
fn an_output_with_a_new_format_leaves_its_earlier_files() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    for (template, notes) in
        [("news.txt", 0), ("news.jsonl.gz", 1), ("news.html", 1), ("news.db", 1)]
    {
        let before = contents(folder.path());
        memory.push(record(1, 0, New));
        // By its name the state takes it for the same output.
        let spec = OutputSpec { name: "news".into(), ..spec(folder.path(), template) };
        let delivered = deliverer(&[spec]).finish_from(&mut memory.clone()).unwrap();
        assert!(delivered.failures.is_empty(), "{:?}", delivered.failures);
        assert_eq!(delivered.notes.len(), notes, "{:?}", delivered.notes);
        let after = contents(folder.path());
        assert!(before.iter().all(|(path, content)| after.get(path) == Some(content)));
        assert_eq!(after.len(), before.len() + 1);
    }
}

#[test]
fn a_state_restored_from_an_old_copy_undoes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    run(&memory, folder.path(), "{date}.jsonl", &[1]);
    let old = memory.state();
    for day in 1..=70 {
        memory.push(record(day, i64::try_from(day).unwrap() * 24, New));
    }
    run(&memory, folder.path(), "{date}.jsonl", &[]);
    let before = contents(folder.path());
    assert_eq!(before.len(), 71);
    let memory = MemoryOutbox::from_state(old);
    memory.push(record(2, 24, New));
    let delivered = run(&memory, folder.path(), "{date}.jsonl", &[]);
    assert!(delivered.notes[0].contains("much older than its files"), "{:?}", delivered.notes);
    let after = contents(folder.path());
    assert!(before.iter().all(|(path, content)| after.get(path) == Some(content)));
    assert_eq!(pages(&folder.path().join("2026-03-29.1.jsonl")), ["2"]);
}

#[test]
fn the_file_in_place_is_complete_while_the_next_run_writes() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    run(&memory, folder.path(), "news.parquet", &[1, 2, 3]);
    let path = folder.path().join("news.parquet");
    let whole = fs::read(&path).unwrap();
    let rows = |bytes: Vec<u8>| {
        use ::parquet::file::reader::{FileReader, SerializedFileReader};
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        reader.metadata().file_metadata().num_rows()
    };
    assert_eq!(rows(whole.clone()), 3);
    // Rows that do not fill a row group stay in the outbox, and are not written again without need.
    let mark = memory.state().marks["news.parquet"].clone();
    assert_eq!((mark.covered, mark.delivered), (0, 16));
    let changed = fs::metadata(&path).unwrap().modified().unwrap();
    run(&memory, folder.path(), "news.parquet", &[]);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), changed);
    let mut open = deliverer(&[spec(folder.path(), "news.parquet")]);
    for page in 20..30 {
        memory.push(record(page, 0, New));
        open.deliver_from(&mut memory.clone()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
    assert!(memory.state().marks["news.parquet"].covered > 0);
    open.finish_from(&mut memory.clone()).unwrap();
    assert_eq!(rows(fs::read(&path).unwrap()), 13);
}

#[test]
fn a_database_has_its_rows_for_readers_at_any_time() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    let mut open = deliverer(&[spec(folder.path(), "news.db")]);
    for (page, change) in [(1_u8, New), (2, ChangeKind::Changed), (3, Gone)] {
        memory.push(record(page.into(), 0, change));
        open.deliver_from(&mut memory.clone()).unwrap();
        let connection = Connection::open(folder.path().join("news.db")).unwrap();
        let sql = "SELECT count(*), max(change) FILTER (WHERE id = ?) FROM pages";
        let found: (u8, String) =
            connection.query_row(sql, [page], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, (page, change.name().into()));
    }
}

#[test]
fn a_folder_has_the_latest_text_of_each_page() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    // Pages 3 and 13 are one.
    run(&memory, folder.path(), "pages/", &[3, 4]);
    let page = |name: &str| fs::read_to_string(folder.path().join("pages/news.example").join(name));
    let before = page("3.txt").unwrap();
    run(&memory, folder.path(), "pages/", &[13]);
    assert_ne!(page("3.txt").unwrap(), before);
    memory.push(record(3, 1, Gone));
    memory.push(record(4, 1, Gone));
    memory.push(record(14, 1, New));
    run(&memory, folder.path(), "pages/", &[]);
    assert_eq!(names(folder.path()), ["pages/news.example/4.txt"]);
}

#[test]
fn a_page_that_is_gone_is_in_tables_and_not_in_documents() {
    for (template, has) in [("news.csv", true), ("news.txt", false), ("news.html", false)] {
        let folder = tempfile::tempdir().unwrap();
        let memory = MemoryOutbox::default();
        memory.push(record(1, 0, New));
        memory.push(record(2, 0, Gone));
        run(&memory, folder.path(), template, &[]);
        let text = fs::read_to_string(folder.path().join(template)).unwrap();
        assert_eq!(text.contains("https://news.example/2"), has, "{text}");
        let covers_all = || {
            let last = memory.state().records.last().unwrap().sequence;
            memory.state().marks[template].covered == last
        };
        assert!(covers_all(), "{template}");
        memory.push(record(3, 0, Gone));
        run(&memory, folder.path(), template, &[]);
        assert!(covers_all(), "{template}");
        run(&memory, folder.path(), template, &[4]);
        assert!(covers_all(), "{template}");
        assert_eq!(names(folder.path()), [template]);
    }
}

#[test]
fn old_files_are_removed_except_the_current_one() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryOutbox::default();
    for day in 0..4 {
        memory.push(record(1, day * 24, New));
    }
    let mut open: Deliverer = deliverer(&[spec(folder.path(), "{date}.jsonl")]);
    let keep = std::time::Duration::from_hours(24);
    let now = "2026-05-01T00:00:00Z".parse().unwrap();
    assert_eq!(open.prune(keep, now).unwrap(), 0);
    open.deliver_from(&mut memory.clone()).unwrap();
    assert_eq!(names(folder.path()).len(), 4);
    assert_eq!(open.prune(keep, now).unwrap(), 3);
    assert_eq!(names(folder.path()), ["2026-03-31.jsonl"]);
}
