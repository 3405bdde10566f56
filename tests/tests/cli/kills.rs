//! Runs that are killed at random moments and resumed by the same command. Their output is the same as without
//! the kills.
//!
//! `COPYDESK_KILLS=1000` sets the number of kills; `COPYDESK_KILLS_SEED` sets the moments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::support::{Sandbox, XorShift, gzip, page, variable, zstd};

/// Default number of kills.
const KILLS: u64 = 12;

/// Maximum number of kills of one run, which then completes.
const KILLS_OF_A_RUN: u64 = 5;

/// Outputs and flags, and whether equal outputs have equal bytes. A database may order its pages differently.
const OUTPUTS: [(&str, &[&str], bool); 9] = [
    ("out.jsonl", &[], true),
    ("out.jsonl.gz", &["--pass-through"], true),
    ("out.jsonl.zst", &["--pass-through"], true),
    ("out.jsonl", &["--shard-size", "20KiB"], true),
    ("out.parquet", &["--row-group-bytes", "64KiB"], true),
    ("out.sqlite", &[], false),
    ("out.jsonl", &["--dedupe", "mark"], true),
    ("out/", &["-f", "markdown"], true),
    ("out/", &["-f", "jsonl"], true),
];

const INPUTS: [&str; 3] = ["pages", "pages.jsonl.zst", "pages.warc.gz"];

/// Pages of different lengths, in a folder, as lines and in an archive.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    let (mut lines, mut archive) = (String::new(), Vec::new());
    for n in 0..120 {
        let page = page(&format!("Ferry {n}")).replace("<p>", &"<p>Again, and ".repeat(n % 7 + 1));
        let folder = n % 5;
        sandbox = sandbox.with(&format!("pages/{folder}/{n}.html"), &page);
        // Content that is not cleaned, so that compressed outputs quickly have several members.
        let number = |k: u64| format!("{:016x}", k * k * (n as u64 + 1));
        let ballast = (0..5_000).map(number).collect::<Vec<_>>().concat();
        let url = format!("https://a.example/{n}");
        lines += &serde_json::json!({"html": page, "url": url, "ballast": ballast}).to_string();
        lines.push('\n');
        let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
        let record = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/{n}\r\n\
             Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n\
             {response}\r\n\r\n",
            response.len()
        );
        archive.extend(gzip(record));
    }
    sandbox.with("pages.jsonl.zst", zstd(lines)).with("pages.warc.gz", archive)
}

fn arguments<'a>(input: &'a str, output: &'a str, flags: &[&'a str]) -> Vec<&'a str> {
    [&["clean", input, "-o", output], flags].concat()
}

/// Every file of an output, complete or not, with its content.
type Written = BTreeMap<PathBuf, Vec<u8>>;

fn written(sandbox: &Sandbox, by_bytes: bool) -> Written {
    let mut found = BTreeMap::new();
    for name in sandbox.files("") {
        if name
            .split('/')
            .next()
            .is_some_and(|name| name.trim_start_matches('.').starts_with("out"))
        {
            let path = sandbox.path(&name);
            let content = if by_bytes { fs::read(&path).unwrap() } else { rows(&path) };
            found.insert(PathBuf::from(name), content);
        }
    }
    found
}

/// All rows of a database as text.
fn rows(path: &std::path::Path) -> Vec<u8> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut select = database.prepare("SELECT * FROM pages ORDER BY id").unwrap();
    let columns = select.column_count();
    let mut rows = select.query([]).unwrap();
    let mut text = String::new();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            write!(text, "{:?}|", row.get_ref(column).unwrap()).unwrap();
        }
        text.push('\n');
    }
    text.into_bytes()
}

fn remove_output(sandbox: &Sandbox) {
    for name in fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().file_name()) {
        let name = name.to_string_lossy().into_owned();
        let path = sandbox.path(&name);
        if name.starts_with("run") || name.trim_start_matches('.').starts_with("out") {
            if path.is_dir() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_as_if_it_had_not_been_killed() {
    let kills = variable("COPYDESK_KILLS", KILLS);
    let mut random = XorShift::seeded_by("COPYDESK_KILLS_SEED");
    let sandbox = sandbox();
    // The time and the output of a run without kills, by input and output.
    let mut whole: BTreeMap<(usize, usize), (Duration, Written)> = BTreeMap::new();
    let (mut killed, mut after_checkpoint, mut runs) = (0_u64, 0_u64, 0);
    while killed < kills {
        let at = runs % (OUTPUTS.len() * INPUTS.len());
        runs += 1;
        let (input_at, output_at) = (at % INPUTS.len(), at / INPUTS.len() % OUTPUTS.len());
        let (output, flags, by_bytes) = OUTPUTS[output_at];
        let arguments = arguments(INPUTS[input_at], output, flags);
        let (time, expected) = whole.entry((input_at, output_at)).or_insert_with(|| {
            remove_output(&sandbox);
            let started = Instant::now();
            sandbox.run(&arguments).assert_exit(0);
            (started.elapsed(), written(&sandbox, by_bytes))
        });
        remove_output(&sandbox);
        let resumable =
            [&arguments[..], &["--checkpoint", "run.checkpoint", "--checkpoint-interval", "10ms"]]
                .concat();
        for _ in 0..KILLS_OF_A_RUN.min(kills - killed) {
            let mut command = sandbox.command(&resumable);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // This sleep is the random moment of the kill; the test does not wait for anything.
            let micros = u64::try_from(time.as_micros()).unwrap() * 5 / 4;
            thread::sleep(Duration::from_micros(random.below(micros)));
            let _ = child.kill();
            child.wait().unwrap();
            killed += 1;
            after_checkpoint += u64::from(sandbox.path("run.checkpoint").exists());
        }
        let last = sandbox.run(&resumable);
        last.assert_exit(0);
        let found = written(&sandbox, by_bytes);
        let what = format!("{arguments:?}, run {runs}");
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
        assert!(found == *expected, "{what}: {}", last.stderr());
        assert!(last.stderr().contains("120 pages: 120 ok"), "{what}: {}", last.stderr());
    }
    println!("{killed} kills of {runs} runs, {after_checkpoint} of them after a checkpoint");
    // Kills before the first checkpoint only show that a run can be started again.
    assert!(
        after_checkpoint * 4 >= killed,
        "only {after_checkpoint} of {killed} kills came after a checkpoint"
    );
}
