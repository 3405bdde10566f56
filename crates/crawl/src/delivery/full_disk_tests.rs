//! Outputs that run out of space, until there is space again.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use copydesk_clean::{ChangeKind, Record};

use super::testing::{
    MemoryOutbox, OutboxState, TEMPLATES, contents, deliverer, record, scratch, spec,
};
use crate::frontier::OutputMark;

/// The environment variable with the folder for the limited process.
const FOLDER_VARIABLE: &str = "COPYDESK_TEST_FULL_DELIVERY";

/// Records that fit, before the first one that does not.
const RECORDS_WITH_ROOM: usize = 5;

/// The records, in order.
fn records() -> MemoryOutbox {
    let memory = MemoryOutbox::default();
    for page in 0..RECORDS_WITH_ROOM + 3 {
        let mut record = record(page + 10, 0, ChangeKind::New);
        if page == RECORDS_WITH_ROOM {
            let mut large: Record = serde_json::from_slice(&record.record).unwrap();
            // Numbers that do not compress well.
            let words: Vec<String> = (0..100_000_u64)
                .map(|n| n.wrapping_mul(2_654_435_761_654_321).to_string())
                .collect();
            large.text = words.join(" ");
            record.record = serde_json::to_vec(&large).unwrap();
        }
        memory.push(record);
    }
    memory
}

fn marks_path(folder: &Path, at: usize) -> PathBuf {
    folder.join(format!("{at}.json"))
}

/// Run by the test below, in a process with a limit on the size of files.
#[test]
#[ignore = "part of another test"]
fn with_little_room() {
    let folder = PathBuf::from(env::var_os(FOLDER_VARIABLE).unwrap());
    for (at, template) in TEMPLATES.into_iter().enumerate() {
        let specs = [spec(&folder.join(at.to_string()), template)];
        let all = records().state();
        let small = all.records[..RECORDS_WITH_ROOM].to_vec();
        let memory =
            MemoryOutbox::from_state(OutboxState { records: small, ..OutboxState::default() });
        let mut open = deliverer(&specs);
        assert!(open.deliver_from(&mut memory.clone()).unwrap().failures.is_empty());
        memory.0.borrow_mut().0.records = all.records;
        for _ in 0..3 {
            let delivered = open.deliver_from(&mut memory.clone()).unwrap();
            assert!(delivered.failures.contains_key(template), "{template}");
            assert!(delivered.notes.is_empty(), "{:?}", delivered.notes);
        }
        let marks: BTreeMap<String, (u64, String)> = memory
            .state()
            .marks
            .into_iter()
            .map(|(output, mark)| (output, (mark.covered, mark.cursor)))
            .collect();
        fs::write(marks_path(&folder, at), serde_json::to_vec(&marks).unwrap()).unwrap();
    }
}

#[test]
fn an_output_without_space_loses_nothing_and_continues_when_there_is() {
    let folder = scratch();
    // SIGXFSZ would end the process. Ignored, the write fails instead.
    let output = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 1000; exec \"$0\" --exact --ignored delivery::full_disk_tests::with_little_room")
        .arg(env::current_exe().unwrap())
        .env(FOLDER_VARIABLE, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    for (at, template) in TEMPLATES.into_iter().enumerate() {
        let marks = fs::read(marks_path(folder.path(), at)).unwrap();
        let marks: BTreeMap<String, (u64, String)> = serde_json::from_slice(&marks).unwrap();
        let marks = marks
            .into_iter()
            .map(|(output, (covered, place))| {
                (output, OutputMark { covered, cursor: place, ..OutputMark::default() })
            })
            .collect();
        let state = OutboxState { marks, ..records().state() };
        let finish = |folder: &Path, state: OutboxState| {
            let delivered = deliverer(&[spec(folder, template)])
                .finish_from(&mut MemoryOutbox::from_state(state))
                .unwrap();
            assert!(delivered.failures.is_empty(), "{:?}", delivered.failures);
            contents(folder)
        };
        let found = finish(&folder.path().join(at.to_string()), state);
        let other = scratch();
        let expected = finish(other.path(), records().state());
        assert!(found == expected, "{template}: {:?} {:?}", found.keys(), expected.keys());
    }
}
