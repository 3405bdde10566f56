//! Runs that are killed at any point end with the same outputs as runs that are not.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use copydesk_clean::ChangeKind;
use proptest::prelude::*;
use walkdir::WalkDir;

use super::DeliveryReport;
use super::testing::{
    HOOK, MemoryOutbox, OutboxState, StepHook, TEMPLATES, contents, deliverer, record, scratch,
    spec,
};
use crate::frontier::OutboxEntry;
use crate::jobs::OutputSpec;

/// Describes the files that differ.
fn differing_files(
    found: &BTreeMap<PathBuf, String>,
    expected: &BTreeMap<PathBuf, String>,
) -> String {
    let differ = |a: &BTreeMap<PathBuf, String>, b: &BTreeMap<PathBuf, String>| {
        let differs = |(path, content): &(&PathBuf, &String)| b.get(*path) != Some(*content);
        let short = |(path, content): (&PathBuf, &String)| {
            let parts: Vec<&str> =
                content.split("part ").skip(1).filter_map(|part| part.split('"').next()).collect();
            format!("{}: {} bytes, parts {parts:?}\n", path.display(), content.len())
        };
        a.iter().filter(differs).map(short).collect::<Vec<_>>().concat()
    };
    format!("found:\n{}expected:\n{}", differ(found, expected), differ(expected, found))
}

/// An event in the life of a job.
#[derive(Clone, Debug)]
enum JobEvent {
    /// A record of this page is added, this many hours after a start.
    Record(usize, i64, ChangeKind),
    /// Records are delivered.
    Deliver,
    /// A run ends and the next one starts.
    Finish,
    /// The program is killed.
    Kill,
    /// Power is lost, and with it the last changes of the state.
    LosePower(usize),
}

fn apply_events(memory: &MemoryOutbox, specs: &[OutputSpec], events: &[JobEvent]) {
    let mut outbox = memory.clone();
    let mut open = deliverer(specs);
    let assert_whole = |delivered: DeliveryReport| {
        assert!(delivered.failures.is_empty(), "{:?}", delivered.failures);
        assert!(delivered.notes.is_empty(), "{:?}", delivered.notes);
    };
    for event in events {
        match event {
            JobEvent::Record(page, hours, change) => memory.push(record(*page, *hours, *change)),
            JobEvent::Deliver => assert_whole(open.deliver_from(&mut outbox).unwrap()),
            JobEvent::Finish => {
                assert_whole(open.finish_from(&mut outbox).unwrap());
                open = deliverer(specs);
            }
            JobEvent::Kill => open = deliverer(specs),
            JobEvent::LosePower(changes) => {
                drop(open);
                memory.roll_back(*changes);
                open = deliverer(specs);
            }
        }
    }
}

/// What comes out of these records if nothing happens.
fn undisturbed_contents(
    template: &str,
    folder: &Path,
    records: &[OutboxEntry],
) -> BTreeMap<PathBuf, String> {
    let memory = MemoryOutbox::from_state(OutboxState {
        records: records.to_vec(),
        ..OutboxState::default()
    });
    apply_events(&memory, &[spec(folder, template)], &[JobEvent::Finish]);
    contents(folder)
}

fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    for entry in WalkDir::new(from) {
        let entry = entry.unwrap();
        let at = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(at).unwrap();
        } else {
            fs::copy(entry.path(), at).unwrap();
        }
    }
}

/// Three runs over three days, with a clock that goes back once and a page that goes.
fn story() -> Vec<JobEvent> {
    use ChangeKind::{Changed, Gone, New};
    let days = [
        (vec![(1, 0, New), (2, 0, New), (3, 1, New)], JobEvent::Deliver),
        (vec![(14, 2, New), (30, 5, Changed), (31, 6, New)], JobEvent::Deliver),
        (vec![(32, 7, New)], JobEvent::Finish),
        (vec![(13, 8, New), (36, 9, Changed)], JobEvent::Deliver),
        (vec![(37, 26, New), (38, 29, New), (39, 27, New), (40, 30, New)], JobEvent::Deliver),
        (vec![], JobEvent::Finish),
        (vec![], JobEvent::Finish),
        (vec![(26, 31, Gone), (12, 32, Changed)], JobEvent::Finish),
    ];
    let mut events = Vec::new();
    for (records, then) in days {
        let record = |(page, hours, change)| JobEvent::Record(page, hours, change);
        events.extend(records.into_iter().map(record));
        events.push(then);
    }
    events
}

fn records_of(events: &[JobEvent]) -> Vec<OutboxEntry> {
    let memory = MemoryOutbox::default();
    for event in events {
        if let JobEvent::Record(page, hours, change) = event {
            memory.push(record(*page, *hours, *change));
        }
    }
    memory.state().records
}

/// What a crash would leave, and what comes after.
struct CrashSnapshot {
    step: String,
    folder: PathBuf,
    state: OutboxState,
    /// What the state was before, as far as it had the same records.
    earlier: Vec<OutboxState>,
    remaining: VecDeque<JobEvent>,
}

/// Goes through the story, and keeps what a crash at each step would leave.
fn snapshots(template: &str, folder: &Path, kept: &Path) -> Vec<CrashSnapshot> {
    let memory = MemoryOutbox::default();
    let left: Rc<RefCell<VecDeque<JobEvent>>> = Rc::default();
    let snapshots: Rc<RefCell<Vec<CrashSnapshot>>> = Rc::default();
    let hook: StepHook = {
        let (memory, left, snapshots) = (memory.clone(), left.clone(), snapshots.clone());
        let (folder, kept) = (folder.to_path_buf(), kept.to_path_buf());
        Box::new(move |step| {
            let at = snapshots.borrow().len();
            let to = kept.join(at.to_string());
            copy(&folder, &to);
            let (state, earlier) = memory.0.borrow().clone();
            // A state that does not know the output yet cannot know what it wrote.
            let same = |earlier: &OutboxState| {
                earlier.records == state.records && !earlier.marks.is_empty()
            };
            let earlier = earlier.into_iter().filter(same).collect();
            let left = left.borrow().clone();
            snapshots.borrow_mut().push(CrashSnapshot {
                step: step.into(),
                folder: to,
                state,
                earlier,
                remaining: left,
            });
        })
    };
    HOOK.set(Some(hook));
    let mut events = story();
    let mut open = deliverer(&[spec(folder, template)]);
    let mut outbox = memory.clone();
    while !events.is_empty() {
        *left.borrow_mut() = events.clone().into();
        let delivered = match events.remove(0) {
            JobEvent::Record(page, hours, change) => {
                memory.push(record(page, hours, change));
                continue;
            }
            JobEvent::Deliver => open.deliver_from(&mut outbox).unwrap(),
            _ => {
                let delivered = open.finish_from(&mut outbox).unwrap();
                open = deliverer(&[spec(folder, template)]);
                delivered
            }
        };
        assert!(delivered.failures.is_empty(), "{:?}", delivered.failures);
    }
    HOOK.set(None);
    drop(open);
    snapshots.take()
}

fn a_crash_at_any_step_comes_to_the_same(template: &str) {
    let root = scratch();
    let (folder, kept) = (root.path().join("out"), root.path().join("kept"));
    fs::create_dir(&folder).unwrap();
    let snapshots = snapshots(template, &folder, &kept);
    assert!(snapshots.len() > 30, "{}", snapshots.len());
    let expected = contents(&folder);
    assert!(!expected.is_empty());
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    assert_eq!(undisturbed_contents(template, &folder, &records_of(&story())), expected);
    for (at, snapshot) in snapshots.iter().enumerate() {
        let CrashSnapshot { step, state, earlier, remaining: left, .. } = snapshot;
        // Also with a state that lost its last marks with the power; which, is another one each time.
        let lost = (!earlier.is_empty()).then(|| &earlier[at % earlier.len()]);
        let states = [Some(state), lost];
        for state in states.into_iter().flatten() {
            copy(&snapshot.folder, &folder);
            let events: Vec<JobEvent> = left.iter().cloned().collect();
            apply_events(
                &MemoryOutbox::from_state(state.clone()),
                &[spec(&folder, template)],
                &events,
            );
            let found = contents(&folder);
            assert!(
                found == expected,
                "{template}, {at}: {step}\n{}",
                differing_files(&found, &expected)
            );
        }
    }
}

macro_rules! crashes {
    ($($name:ident: $template:literal,)+) => {
        $(#[test]
        fn $name() {
            assert!(TEMPLATES.contains(&$template));
            a_crash_at_any_step_comes_to_the_same($template);
        })+
    };
}

crashes! {
    jsonl_survives_a_crash_at_any_step: "{date}.jsonl",
    csv_survives_a_crash_at_any_step: "{year}/{month}-{day}.csv",
    gzip_survives_a_crash_at_any_step: "{date}.jsonl.gz",
    zstd_survives_a_crash_at_any_step: "{date}.md.zst",
    one_file_survives_a_crash_at_any_step: "news.txt",
    html_survives_a_crash_at_any_step: "{date}.html",
    compressed_html_survives_a_crash_at_any_step: "{date}.html.zst",
    parquet_survives_a_crash_at_any_step: "{date}.parquet",
    sqlite_survives_a_crash_at_any_step: "{date}.db",
    a_folder_survives_a_crash_at_any_step: "pages/",
    a_folder_a_day_survives_a_crash_at_any_step: "pages/{date}/",
}

fn events() -> impl Strategy<Value = Vec<JobEvent>> {
    use ChangeKind::{Changed, Gone, New};
    let change = prop_oneof![4 => Just(New), 4 => Just(Changed), 1 => Just(Gone)];
    // Mostly forwards; now and then the clock is wrong.
    let hours = prop_oneof![6 => 0..6_i64, 1 => -30..0_i64];
    let event = prop_oneof![
        8 => (0..400_usize, hours, change)
            .prop_map(|(page, hours, change)| JobEvent::Record(page, hours, change)),
        4 => Just(JobEvent::Deliver),
        2 => Just(JobEvent::Finish),
        2 => Just(JobEvent::Kill),
        1 => (1..12_usize).prop_map(JobEvent::LosePower),
    ];
    prop::collection::vec(event, 0..50).prop_map(|mut events| {
        // Hours are from one record to the next.
        let mut passed = 0;
        for event in &mut events {
            if let JobEvent::Record(_, hours, _) = event {
                passed += *hours;
                *hours = passed;
            }
        }
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_happens_each_record_that_the_state_knows_is_there_once(mut events in events()) {
        events.push(JobEvent::Finish);
        for template in TEMPLATES {
            let folder = scratch();
            let memory = MemoryOutbox::default();
            // A state that does not know the output yet cannot know what it wrote.
            apply_events(&memory, &[spec(folder.path(), template)], &[JobEvent::Deliver]);
            memory.0.borrow_mut().1.clear();
            let mut events = events.clone();
            if template.starts_with("pages/") {
                // The file of a page that only a lost state knows as changed is right when it is visited
                // again.
                for event in &mut events {
                    if matches!(event, JobEvent::LosePower(_)) {
                        *event = JobEvent::Kill;
                    }
                }
            }
            apply_events(&memory, &[spec(folder.path(), template)], &events);
            let found = contents(folder.path());
            let other = scratch();
            let expected = undisturbed_contents(template, other.path(), &memory.state().records);
            prop_assert!(found == expected, "{template}\n{}", differing_files(&found, &expected));
        }
    }
}
