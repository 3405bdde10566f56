//! `copydesk clean`: exit statuses, streams, messages.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::support::{Sandbox, assert_article, gzip, page, text};

#[test]
fn clean_pages_give_records_and_status_0() {
    let sandbox = Sandbox::new().with("a.html", page("One")).with("b.txt", text("Two"));
    let run = sandbox.run(&["clean", "a.html", "b.txt"]);
    let records = run.assert_exit(0).records();
    assert_eq!(records.len(), 2);
    for (record, source) in records.iter().zip(["a.html", "b.txt"]) {
        assert_eq!(record["source"], source);
        assert_eq!(record["outcome"], "ok");
        assert_article(record["text"].as_str().unwrap());
    }
    assert!(run.stderr().starts_with("2 pages: 2 ok, 0 empty, 0 failed; "), "{}", run.stderr());
    assert!(run.stderr().contains(" kB; removed "), "{}", run.stderr());
    assert_eq!(run.stderr().lines().count(), 1);
}

#[test]
fn a_missing_file_among_good_ones_is_a_record_and_status_1() {
    let sandbox = Sandbox::new().with("a.html", page("One")).with("c.html", page("Three"));
    let run = sandbox.run(&["clean", "a.html", "missing.html", "c.html"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records.len(), 3);
    assert_eq!(records[0]["outcome"], "ok");
    assert_eq!(records[1]["source"], "missing.html");
    assert_eq!(records[1]["outcome"], "error");
    assert_eq!(records[1]["error"]["kind"], "read");
    assert_eq!(records[2]["outcome"], "ok");
    assert_eq!(run.stderr().matches("error: missing.html: ").count(), 1);
    assert!(run.stderr().contains("3 pages: 2 ok, 0 empty, 1 failed"));
}

#[test]
fn only_missing_inputs_give_records_and_status_1() {
    let run = Sandbox::new().run(&["clean", "no.html", "none/"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["error"]["kind"] == "read"));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_does_not_stop_the_run() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    let sandbox = Sandbox::new().with("pages/a.html", page("One")).with("pages/b.html", "x");
    let locked = sandbox.path("pages/b.html");
    fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&locked).is_ok() {
        // A file without read permission is readable for root, so this is a link to itself.
        fs::remove_file(&locked).unwrap();
        std::os::unix::fs::symlink("b.html", &locked).unwrap();
    }
    let run = sandbox.run(&["clean", "pages/a.html", "pages/b.html"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["outcome"], "ok");
    assert_eq!(records[1]["error"]["kind"], "read");
    assert!(run.stderr().contains("error: pages/b.html: "));
}

#[test]
fn a_reader_that_leaves_early_ends_the_run_quietly() {
    let line = serde_json::json!({ "text": text("One") }).to_string() + "\n";
    let sandbox = Sandbox::new().with("pages.jsonl", line.repeat(3000));
    let mut child = sandbox
        .command(&["clean", "pages.jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("{\"source\":\"pages.jsonl#1\""), "{first}");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn one_thread_and_four_give_the_same_bytes() {
    let sandbox = Sandbox::new();
    for n in 0..60 {
        let body = page(&format!("Page {n}")) + &text(&"word ".repeat(n * 40));
        sandbox.write(&format!("pages/{}/{n}.html", n % 3), body);
    }
    sandbox.write("pages/cut.html.gz", &gzip(page("Cut"))[..90]);
    let [one, four] = ["1", "4"].map(|threads| {
        let run = sandbox.run(&["clean", "pages", "--threads", threads, "--explain"]);
        run.assert_exit(1);
        run
    });
    assert_eq!(one.stdout(), four.stdout());
    assert_eq!(one.records().len(), 61);
}

#[test]
fn quiet_leaves_only_errors() {
    let sandbox = Sandbox::new().with("a.html", page("One"));
    let run = sandbox.run(&["clean", "a.html", "missing.html", "--quiet"]);
    assert_eq!(run.assert_exit(1).stderr().lines().count(), 1);
    assert!(run.stderr().starts_with("error: missing.html: "));
}

#[test]
fn messages_in_a_pipe_have_no_color_by_default() {
    let sandbox = Sandbox::new();
    let plain = sandbox.run(&["clean", "missing.html"]);
    assert!(!plain.assert_exit(1).stderr().contains('\u{1b}'));
    let coloured = sandbox.run(&["clean", "missing.html", "--color", "always"]);
    assert!(coloured.assert_exit(1).stderr().contains("\u{1b}["));
}

#[test]
fn a_page_over_the_size_limit_says_which_flag_sets_it() {
    let sandbox =
        Sandbox::new().with("long.jsonl", format!("{{\"text\":\"{}\"}}\n", text("x").len()));
    let run = sandbox.run(&["clean", "long.jsonl", "--max-line-bytes", "8B"]);
    assert_eq!(run.assert_exit(1).records()[0]["error"]["concerns"], "max_line_bytes");
    assert!(run.stderr().contains("hint: --max-line-bytes sets the limit"), "{}", run.stderr());
}

#[test]
fn the_url_flag_needs_a_single_input() {
    let sandbox = Sandbox::new().with("a.html", page("One")).with("b.html", page("Two"));
    let url = "https://news.example/one";
    let run = sandbox.run(&["clean", "a.html", "--url", url]);
    assert_eq!(run.assert_exit(0).records()[0]["url"], url);
    let run = sandbox.run(&["clean", "a.html", "b.html", "--url", url]);
    assert!(run.assert_exit(2).stderr().contains("\nhint: "));
}

#[test]
fn the_rules_folder_must_have_rules() {
    let sandbox = Sandbox::new().with("a.html", page("One")).with("rules/readme.txt", "none");
    let run = sandbox.run(&["clean", "a.html", "--config", "rules"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: rules: no lexicons or site rules in this folder\nhint: it needs lexicon/LANG.toml or \
         sites/HOST.toml\n"
    );
}

#[test]
fn recall_keeps_more_than_precision() {
    let doubtful = "<p>Timetable changes from June</p><ul><li>Departures at six</li>\
        <li>Tickets at the kiosk</li></ul><p>The kiosk at the quay opens at five.</p>";
    let sandbox = Sandbox::new().with("a.html", page("One").replace("</body>", doubtful));
    let words = ["precision", "balance", "recall"].map(|aim| {
        let run = sandbox.run(&["clean", "a.html", "-f", "txt", "--favor", aim]);
        assert_article(run.assert_exit(0).stdout());
        run.stdout().split_whitespace().count()
    });
    assert!(words.is_sorted(), "{words:?}");
    let run = sandbox.run(&["clean", "a.html", "--favor", "speed"]);
    assert!(run.assert_exit(2).stderr().contains("possible values: precision, balance, recall"));
}

#[test]
fn an_explained_record_has_every_block() {
    let sandbox = Sandbox::new().with("a.html", page("One"));
    let records =
        sandbox.run(&["clean", "a.html", "-f", "jsonl", "--explain"]).assert_exit(0).records();
    let blocks = records[0]["blocks"].as_array().unwrap();
    let kept = blocks.iter().filter(|block| block["kept"] == true);
    let kept: Vec<&str> = kept.map(|block| block["text"].as_str().unwrap()).collect();
    assert_eq!(kept.join("\n\n"), records[0]["text"]);
    assert_eq!((&blocks[0]["class"], &blocks[0]["kept"]), (&"navigation".into(), &false.into()));
    assert_eq!(blocks[0]["where"], "body > nav > ul > li > a");
    let run = sandbox.run(&["clean", "a.html", "-f", "jsonl"]);
    assert!(run.assert_exit(0).records()[0]["blocks"].is_null());
}
