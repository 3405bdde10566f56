//! Runs that end early, by Ctrl-C, a full disk or a slow host, and resuming them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::server::{TestResponse, TestServer};
use super::support::{FinishedCommand, Sandbox, page, records};

const CHECKPOINT: [&str; 4] = ["--checkpoint", "run.checkpoint", "--checkpoint-interval", "0s"];

fn line(n: usize) -> String {
    serde_json::json!({"html": page(&format!("Ferry {n}"))}).to_string() + "\n"
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}

/// Presses Ctrl-C while pages arrive on standard input, and keeps sending pages until the pipe is closed.
fn interrupted(sandbox: &Sandbox, args: &[&str]) -> FinishedCommand {
    let mut command = sandbox.command(args);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let mut sent = 0;
    // The command handles signals before it reads, so it does by now.
    while sent < 300 {
        pipe.write_all(line(sent).as_bytes()).unwrap();
        sent += 1;
    }
    interrupt(&child);
    while pipe.write_all(line(sent).as_bytes()).is_ok() {
        sent += 1;
    }
    FinishedCommand::from(child.wait_with_output().unwrap())
}

#[test]
fn an_incomplete_file_does_not_have_its_final_name() {
    let sandbox = Sandbox::new();
    let run = interrupted(&sandbox, &["clean", "-", "--input", "jsonl", "-o", "out.jsonl"]);
    assert!(
        run.assert_exit(130).stderr().contains(" done, in out.jsonl.partial; "),
        "{}",
        run.stderr()
    );
    assert_eq!(sandbox.files(""), ["out.jsonl.partial"]);
    let written = records(&sandbox.read("out.jsonl.partial"));
    let counted = format!("note: stopped: {} pages done", written.len());
    assert!(run.stderr().contains(&counted), "{}", run.stderr());
    for (at, record) in written.iter().enumerate() {
        assert_eq!(record["title"], format!("Ferry {at}"));
    }
}

#[test]
fn with_a_checkpoint_the_same_command_resumes_after_ctrl_c() {
    let sandbox = Sandbox::new();
    let args = [&["clean", "-", "--input", "jsonl", "-o", "out.jsonl"], &CHECKPOINT[..]].concat();
    let run = interrupted(&sandbox, &args);
    let again =
        "clean - --input jsonl -o out.jsonl --checkpoint run.checkpoint --checkpoint-interval 0s`";
    assert!(run.assert_exit(130).stderr().contains(again), "{}", run.stderr());
    assert!(!sandbox.path("out.jsonl").exists());
    let done = run.stderr().split("note: stopped: ").nth(1).unwrap().split(' ').next().unwrap();
    let lines: String = (0..2_000).map(line).collect();
    let run = sandbox.run_with_stdin(&args, &lines);
    let resuming = format!("resuming after {done} pages (run.checkpoint)");
    assert!(run.assert_exit(0).stderr().contains(&resuming), "{}", run.stderr());
    assert!(run.stderr().contains("2000 pages: 2000 ok"), "{}", run.stderr());
    let resumed = sandbox.read("out.jsonl");
    let whole = ["clean", "-", "--input", "jsonl", "-o", "whole.jsonl"];
    sandbox.run_with_stdin(&whole, &lines).assert_exit(0);
    assert!(resumed == sandbox.read("whole.jsonl"));

    let again = sandbox.run_with_stdin(&args, "");
    assert!(again.assert_exit(0).stderr().contains("nothing to do: "), "{}", again.stderr());
    assert!(resumed == sandbox.read("out.jsonl"));
}

#[test]
fn a_full_disk_loses_nothing_that_a_checkpoint_has() {
    // With content that does not compress, so that every output grows.
    let ballast = |n: u64| {
        let number = |k: u64| format!("{:016x}", (n * 100 + k).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        (0..100).map(number).collect::<Vec<_>>().concat()
    };
    let line = |n: u64| {
        let html = page(&format!("Ferry {n}"));
        serde_json::json!({"html": html, "ballast": ballast(n)}).to_string() + "\n"
    };
    let lines: String = (0..200).map(line).collect();
    let sandbox = Sandbox::new().with("pages.jsonl", lines);
    for output in ["out.jsonl", "out.parquet", "out.sqlite"] {
        let args = ["clean", "pages.jsonl", "--pass-through", "-o", output];
        let args = [&args[..], &CHECKPOINT].concat();
        // The unit of `ulimit -f` is 512 bytes. SIGXFSZ is ignored, since it would end the process without a message.
        let script = "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\"";
        let command = sandbox.command(&args);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).arg(command.get_program()).args(command.get_args());
        let run = FinishedCommand::from(shell.current_dir(sandbox.path("")).output().unwrap());
        // SQLite reports a full disk as an I/O error.
        let said = if output == "out.sqlite" { "out.sqlite: " } else { "hint: make room" };
        assert!(run.assert_exit(2).stderr().contains(said), "{output}: {}", run.stderr());
        assert!(!sandbox.path(output).exists());
        let run = sandbox.run(&args);
        assert!(
            run.assert_exit(0).stderr().contains("200 pages: 200 ok"),
            "{output}: {}",
            run.stderr()
        );
        assert!(sandbox.path(output).exists());
        fs::remove_file(sandbox.path("run.checkpoint")).unwrap();
    }
    let resumed = sandbox.read("out.jsonl");
    sandbox.run(&["clean", "pages.jsonl", "--pass-through", "-o", "whole.jsonl"]).assert_exit(0);
    assert!(resumed == sandbox.read("whole.jsonl"));
}

#[test]
fn a_url_that_is_done_is_not_fetched_again() {
    let server = TestServer::start([
        ("/a", TestResponse::html(page("A"))),
        ("/b", TestResponse::html(page("B"))),
    ]);
    // On its own host, since a host gets one request at a time.
    let silent = TestServer::start([("/slow", TestResponse::never())]);
    let (a, slow, b) = (server.url("/a"), silent.url("/slow"), server.url("/b"));
    let slow = slow.replace("127.0.0.1", "localhost");
    let sandbox = Sandbox::new().with("list.txt", format!("{a}\n{slow}\n{a}\n{b}\n"));
    let local = ["--allow-private", "--host-delay=0s", "--max-attempts=1"];
    let args =
        [&["clean", "--urls", "list.txt", "-o", "out.jsonl"], &local[..], &CHECKPOINT].concat();
    let mut child = sandbox.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let path = sandbox.path("run.checkpoint");
    while !fs::read_to_string(&path).is_ok_and(|saved| saved.contains("\"pages\": 3,")) {
        assert!(child.try_wait().unwrap().is_none());
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let asked = (server.requested_paths().len(), silent.requested_paths().len());
    let impatient = [&args[..], &["--first-byte-timeout=50ms"]].concat();
    let run = sandbox.run(&impatient);
    assert!(
        run.assert_exit(1).stderr().contains("4 pages: 3 ok, 0 empty, 1 failed"),
        "{}",
        run.stderr()
    );
    assert_eq!(server.requested_paths()[asked.0..], [""; 0]);
    assert_eq!(silent.requested_paths()[asked.1..], ["/slow"]);
    let written = records(&sandbox.read("out.jsonl"));
    let mut sources: Vec<_> = written.iter().map(|r| r["source"].as_str().unwrap()).collect();
    sources.sort_unstable();
    assert_eq!(sources, [&a, &a, &b, &slow]);

    // The part of a list that is done must not change.
    sandbox.write("list.txt", format!("{b}\n{slow}\n{a}\n{b}\n"));
    let mut saved = fs::read_to_string(&path).unwrap();
    saved = saved.replace("\"is_complete\": true", "\"is_complete\": false");
    fs::write(&path, saved).unwrap();
    let run = sandbox.run(&args);
    assert!(
        run.assert_exit(2)
            .stderr()
            .contains("URLs of the list that the run has already fetched were changed"),
        "{}",
        run.stderr()
    );
}

#[test]
fn a_pipe_without_a_reader_can_be_interrupted() {
    let sandbox = Sandbox::new().with("a.html", page("A"));
    assert!(Command::new("mkfifo").arg(sandbox.path("pipe")).status().unwrap().success());
    // The warning comes once signals are handled.
    let args = ["clean", "a.html", "-o", "pipe", "--contact", "me@example.org"];
    let mut child = sandbox.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    let mut message = String::new();
    messages.read_line(&mut message).unwrap();
    assert!(message.starts_with("warning: --contact "), "{message}");
    interrupt(&child);
    messages.read_to_string(&mut message).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{message}");
    assert!(message.contains("note: stopped: 0 pages done"), "{message}");
}

#[test]
fn a_pipe_gets_the_records_once_it_has_a_reader() {
    let sandbox = Sandbox::new().with("a.html", page("A"));
    assert!(Command::new("mkfifo").arg(sandbox.path("pipe")).status().unwrap().success());
    let child = sandbox.command(&["clean", "a.html", "-o", "pipe"]).spawn().unwrap();
    let written = fs::read_to_string(sandbox.path("pipe")).unwrap();
    FinishedCommand::from(child.wait_with_output().unwrap()).assert_exit(0);
    assert_eq!(records(&written)[0]["title"], "A");
}
