//! `copydesk repair`: output, reports, files in place.

use std::fs;
use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use super::support::{Sandbox, gzip, records, zstd};

/// UTF-8 with two invalid bytes.
const STRAYS: &[u8] =
    b"The caf\xe9 on the quay \x96 gr\xc3\xb6\xc3\x9fer, na\xc3\xafve, \xc3\xa9t\xc3\xa9.\n";

/// The same after repair.
const REPAIRED: &str = "The café on the quay – größer, naïve, été.\n";

fn quiet(
    sandbox: &Sandbox,
    args: &[&str],
    stdin: impl AsRef<[u8]>,
) -> super::support::FinishedCommand {
    sandbox.run_with_stdin(&[&["repair", "-q"], args].concat(), stdin)
}

#[test]
fn the_cases_of_the_manual_hold() {
    let sandbox = Sandbox::new();
    for (input, output) in [
        ("cafÃ© â€œquoteâ€\u{9d} x\n", "café “quote” x\n"),
        ("a\u{7}b\u{a0}c\u{200b}d\n", "ab cd\n"),
        ("\u{feff}Hello\n", "Hello\n"),
        ("ï»¿Hello\n", "Hello\n"),
        ("cafe\u{301}\n", "café\n"),
        ("windows\u{92}s\n", "windows’s\n"),
        ("one\u{2028}two\n", "one\ntwo\n"),
        ("ESPAÑA, Nestlé® and A&amp;E\n", "ESPAÑA, Nestlé® and A&amp;E\n"),
        ("K\u{fffd}nig\n", "K\u{fffd}nig\n"),
    ] {
        let run = quiet(&sandbox, &[], input);
        assert_eq!((run.assert_exit(0).stdout(), run.stderr()), (output, ""), "{input:?}");
    }
}

#[test]
fn each_option_does_what_it_says() {
    let sandbox = Sandbox::new();
    for (flag, input, output) in [
        ("--no-hygiene", "a\u{a0}b\u{7}\n", "a\u{a0}b\u{7}\n"),
        ("--no-mojibake", "cafÃ©\n", "cafÃ©\n"),
        ("--straight-quotes", "“it’s”\n", "\"it's\"\n"),
        ("--ligatures", "ﬁne\n", "fine\n"),
        ("--width", "ＡＢＣ\n", "ABC\n"),
        ("--escapes", "caf\\u00e9\n", "café\n"),
    ] {
        assert_eq!(quiet(&sandbox, &[flag], input).assert_exit(0).stdout(), output, "{flag}");
    }
    for input in ["“it’s”\n", "ﬁne\n", "ＡＢＣ\n", "caf\\u00e9\n"] {
        assert_eq!(quiet(&sandbox, &[], input).assert_exit(0).stdout(), input);
    }
}

#[test]
fn line_ends_are_kept_and_none_is_added() {
    let sandbox = Sandbox::new();
    for input in ["", "one", "one\r\ntwo\r\n", "one\r\ntwo", "one\n\n\n", "one\rtwo"] {
        assert_eq!(quiet(&sandbox, &[], input).assert_exit(0).stdout(), input, "{input:?}");
    }
    let run = quiet(&sandbox, &[], "caf\u{c3}\u{a9}\r\nend");
    assert_eq!(run.assert_exit(0).stdout(), "café\r\nend");
}

#[test]
fn files_are_written_in_sequence_compressed_or_not() {
    let sandbox = Sandbox::new()
        .with("a.txt", STRAYS)
        .with("b.txt.gz", gzip("zwei\n"))
        .with("c.txt.zst", zstd("drei\n"));
    let run = sandbox.run(&["repair", "a.txt", "b.txt.gz", "c.txt.zst"]);
    assert_eq!(run.assert_exit(0).stdout(), format!("{REPAIRED}zwei\ndrei\n"));
    let summary = run.stderr();
    assert!(summary.starts_with("3 files: 1 changed, 0 failed; 3 lines, "), "{summary}");
    assert!(summary.ends_with("2 changes: decode/byte 2\n"), "{summary}");
    sandbox.run(&["repair", "-q", "a.txt", "-", "-o", "out.txt"]).assert_exit(0);
    assert_eq!(sandbox.read("out.txt"), REPAIRED);
    let run = sandbox.run(&["repair", "a.txt", "-o", "out.txt"]);
    assert!(run.assert_exit(2).stderr().contains("hint: --overwrite replaces it"));
    let run = sandbox.run(&["repair", "a.txt", "-o", "a.txt", "--overwrite"]);
    assert!(run.assert_exit(2).stderr().starts_with("error: a.txt would replace an input\nhint: "));
}

#[test]
fn the_charset_is_a_bom_then_utf8_then_the_one_given() {
    let sandbox = Sandbox::new();
    let utf_16: Vec<u8> = "\u{feff}Hi, Київ\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (label, input, output) in [
        ("koi8-r", &b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2\n"[..], "Привет, мир\n"),
        ("koi8-r", "Привет\n".as_bytes(), "Привет\n"),
        ("koi8-r", &utf_16, "Hi, Київ\n"),
        ("shift_jis", b"\x93\xfa\x96{\n", "日本\n"),
    ] {
        let run = quiet(&sandbox, &["--encoding", label], input);
        assert_eq!(run.assert_exit(0).stdout(), output, "{label}");
    }
    let run = sandbox.run(&["repair", "--encoding", "klingon", "a.txt"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: unknown charset `klingon`\nhint: use a label of the WHATWG Encoding Standard, \
         such as windows-1251, koi8-r or shift_jis\n"
    );
}

#[test]
fn a_check_lists_the_lines_and_sets_the_exit_status() {
    let sandbox = Sandbox::new()
        .with("clean.txt", "one\ntwo\n")
        .with("broken.txt", [b"one\n", STRAYS, b"three\n"].concat());
    let run = sandbox.run(&["repair", "-q", "--check", "clean.txt"]);
    assert_eq!(run.assert_exit(0).stdout(), "");
    let run = sandbox.run(&["repair", "-q", "--check", "clean.txt", "broken.txt"]);
    assert_eq!(run.assert_exit(1).stdout(), "broken.txt:2: 2 changes (decode/byte)\n");
    assert_eq!(run.stderr(), "");
    let run = quiet(&sandbox, &["--check"], "ok\nbad\u{a0}space\u{7}\n");
    assert!(
        run.assert_exit(1).stdout().starts_with("-:2: 2 changes (hygiene/"),
        "{}",
        run.stdout()
    );
}

#[test]
fn a_diff_can_be_applied() {
    let sandbox = Sandbox::new();
    let mut lines: Vec<String> = (1..=40).map(|number| format!("line {number}")).collect();
    lines[4] = "caf\u{c3}\u{a9}".into();
    lines[30] = "a\u{a0}b".into();
    sandbox.write("a.txt", lines.join("\n"));
    let run = sandbox.run(&["repair", "-q", "--diff", "a.txt"]);
    assert_eq!(
        run.assert_exit(0).stdout(),
        "--- a.txt\n+++ a.txt\n@@ -2,7 +2,7 @@\n line 2\n line 3\n line 4\n-cafÃ©\n+café\n line 6\n \
         line 7\n line 8\n@@ -28,7 +28,7 @@\n line 28\n line 29\n line 30\n-a\u{a0}b\n+a b\n line 32\n \
         line 33\n line 34\n"
    );
    assert_eq!(
        sandbox.run(&["repair", "-q", "--diff", "--check", "a.txt"]).assert_exit(1).stdout(),
        run.stdout()
    );
    assert_eq!(quiet(&sandbox, &["--diff"], "clean\n").assert_exit(0).stdout(), "");
}

#[test]
fn explained_changes_rebuild_the_output() {
    let sandbox = Sandbox::new();
    let input = "plain\nIt was a cafÃ©\u{a0}… \u{7}and windows\u{92}s\nend";
    let explained = quiet(&sandbox, &["--explain"], input);
    let mut rebuilt = String::new();
    let mut done = 0;
    for change in records(explained.assert_exit(0).stdout()) {
        let at = |index: usize| usize::try_from(change["span"][index].as_u64().unwrap()).unwrap();
        let (start, end) = (at(0), at(1));
        assert_eq!(change["before"], input.get(start..end).unwrap());
        assert_eq!((&change["source"], &change["line"]), (&json!("-"), &json!(2)));
        assert!(change["rules"].as_array().is_some_and(|rules| !rules.is_empty()));
        assert!(change.get("posterior").is_some());
        rebuilt.push_str(input.get(done..start).unwrap());
        rebuilt.push_str(change["after"].as_str().unwrap());
        done = end;
    }
    rebuilt.push_str(input.get(done..).unwrap());
    assert_eq!(rebuilt, quiet(&sandbox, &[], input).assert_exit(0).stdout());
    assert_eq!(rebuilt, "plain\nIt was a café … and windows’s\nend");
    let read = records(quiet(&sandbox, &["--explain"], STRAYS).assert_exit(0).stdout());
    assert_eq!(read[0]["after"], "é");
    assert_eq!(read[0]["rules"], json!(["decode/byte"]));
    let legacy =
        quiet(&sandbox, &["--explain", "--encoding", "koi8-r"], b"\xcd\xc9\xd2, \xcd\xc9\xd2\n");
    assert_eq!(records(legacy.assert_exit(0).stdout())[0]["charset"], Value::from("KOI8-R"));
}

#[test]
fn files_are_repaired_in_place() {
    let sandbox =
        Sandbox::new().with("a.txt", STRAYS).with("b.txt", "clean\n").with("c.txt", STRAYS);
    let before = fs::metadata(sandbox.path("b.txt")).unwrap();
    let run = sandbox.run(&["repair", "--in-place", "a.txt", "b.txt", "none.txt", "c.txt"]);
    assert_eq!(run.assert_exit(1).stdout(), "");
    assert!(run.stderr().starts_with("error: none.txt: "), "{}", run.stderr());
    assert!(run.stderr().contains("3 files: 2 changed, 1 failed; 3 lines"), "{}", run.stderr());
    for name in ["a.txt", "c.txt"] {
        assert_eq!(sandbox.read(name), REPAIRED);
    }
    let after = fs::metadata(sandbox.path("b.txt")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(sandbox.files(""), ["a.txt", "b.txt", "c.txt"]);
    assert_eq!(
        sandbox.run(&["repair", "-q", "--check", "a.txt", "c.txt"]).assert_exit(0).stdout(),
        ""
    );
}

#[cfg(unix)]
#[test]
fn a_repaired_file_keeps_its_permissions_and_its_links() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let sandbox = Sandbox::new().with("real/a.txt", STRAYS).with("clean.txt", "clean\n");
    let path = sandbox.path("real/a.txt");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.txt", sandbox.path("link.txt")).unwrap();
    let inode = fs::metadata(sandbox.path("clean.txt")).unwrap().ino();
    sandbox.run(&["repair", "-q", "-i", "link.txt", "clean.txt"]).assert_exit(0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(sandbox.path("link.txt")).unwrap().is_symlink());
    assert_eq!(sandbox.read("real/a.txt"), REPAIRED);
    assert_eq!(fs::metadata(sandbox.path("clean.txt")).unwrap().ino(), inode);
}

#[test]
fn files_that_cannot_be_repaired_in_place_are_not_touched() {
    let cut = gzip("long enough to be cut in the middle of it ".repeat(50));
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\x90\x08\x06".to_vec();
    let sandbox = Sandbox::new()
        .with("a.gz", gzip(STRAYS))
        .with("cut.gz", &cut[..cut.len() / 2])
        .with("picture.png", &picture)
        .with("folder/x", "x");
    for (file, message) in [
        ("a.gz", "a.gz: cannot repair in place: it is compressed\nhint: omit --in-place"),
        ("picture.png", "picture.png: not a text file\n"),
        ("folder", "folder is a folder\nhint: name the files in it"),
    ] {
        let run = sandbox.run(&["repair", "--in-place", "-q", file]);
        assert!(
            run.assert_exit(1).stderr().starts_with(&format!("error: {message}")),
            "{}",
            run.stderr()
        );
    }
    assert_eq!(fs::read(sandbox.path("picture.png")).unwrap(), picture);
    let run = sandbox.run(&["repair", "-q", "cut.gz", "-o", "out.txt"]);
    assert!(run.assert_exit(1).stderr().contains("ends too early"), "{}", run.stderr());
    assert!(!sandbox.path("out.txt").exists());
    for args in [&["--in-place"][..], &["--in-place", "-"], &["-", "-"]] {
        let run = sandbox.run(&[&["repair"], args].concat());
        assert!(run.assert_exit(2).stderr().contains("\nhint: "), "{}", run.stderr());
    }
    sandbox.run(&["repair", "--in-place", "--check", "a.gz"]).assert_exit(2);
}

#[test]
fn a_missing_file_is_named_and_the_others_are_repaired() {
    let sandbox = Sandbox::new().with("a.txt", "one\n").with("b.txt", "two\n");
    let run = sandbox.run(&["repair", "-q", "a.txt", "none.txt", "b.txt"]);
    assert_eq!(run.assert_exit(1).stdout(), "one\ntwo\n");
    assert!(run.stderr().starts_with("error: none.txt: "), "{}", run.stderr());
    sandbox.run(&["repair", "-q", "none.txt", "-o", "out.txt"]).assert_exit(1);
    assert!(!sandbox.path("out.txt").exists());
}

#[test]
fn the_settings_file_is_obeyed() {
    let sandbox = Sandbox::new().with("copydesk.toml", "hygiene = false\nquiet = true\n");
    let run = sandbox.run_with_stdin(&["repair"], "a\u{a0}b\n");
    assert_eq!((run.assert_exit(0).stdout(), run.stderr()), ("a\u{a0}b\n", ""));
    let run = sandbox.run(&["config", "--format", "json"]);
    let settings: Value = serde_json::from_str(run.assert_exit(0).stdout()).unwrap();
    assert_eq!(settings["hygiene"], json!({"value": false, "origin": "file copydesk.toml"}));
    assert_eq!(settings["lossy"], json!({"value": "restore", "origin": "default"}));
}

/// Writes lines to the input of a command until `megabytes` are written or the pipe is closed.
fn write_megabytes(mut pipe: impl Write, megabytes: usize) {
    let clean = "The ferry came in at nine, and nobody was on the quay. Київ, Ελλάδα.\n".repeat(90);
    let block = format!("It was a caf\u{c3}\u{a9}.\n{clean}").repeat(160).into_bytes();
    let mut left = megabytes << 20;
    while left > 0 {
        let length = left.min(block.len());
        if pipe.write_all(&block[..length]).is_err() {
            return;
        }
        left -= length;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_stream_takes_little_memory() {
    let sandbox = Sandbox::new();
    for report in ["--lossy=restore", "--check", "--diff", "--explain"] {
        let mut child = sandbox
            .command(&["repair", "-q", report])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = child.stdin.take().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut out = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while out.read(&mut buffer).unwrap() > 0 {}
        });
        let peak = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let mut pipe = pipe;
                    write_megabytes(&mut pipe, 32);
                    // Measured while the command waits for more input.
                    let status = fs::read_to_string(&status).unwrap();
                    drop(pipe);
                    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
                    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
                })
                .join()
                .unwrap()
        });
        reader.join().unwrap();
        assert!(matches!(child.wait().unwrap().code(), Some(0 | 1)));
        assert!(peak < 96 << 10, "{report}: {peak} kB");
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_not_a_failure() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["repair"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = child.stdin.take().unwrap();
    drop(child.stdout.take());
    write_megabytes(pipe, 8);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
