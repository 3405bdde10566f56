//! Filters, and the report of a run.

use serde_json::Value;

use super::support::{Sandbox, page, records, text};

/// Records of a crawl: two pages of one site, one of another, a short one, and an invalid line.
fn crawl() -> Sandbox {
    let line = |url: &str, text: &str| serde_json::json!({"url": url, "text": text}).to_string();
    let german = "Die Fähre ist nach neun Wochen im Trockendock am Montag in den Hafen zurückgekehrt, wo \
                  Fachleute beide Wellen ersetzt und den Rumpf unterhalb der Wasserlinie gestrichen haben. \
                  Wer seit dem Frühling gewartet hatte, füllte das Oberdeck innerhalb weniger Minuten.";
    let lines = [
        line("https://news.example/a", &text("A")),
        line("https://news.example/live/b", &text("B")),
        line("https://blog.example/de", german),
        line("https://blog.example/short", "The ferry sailed again."),
        "not json".to_owned(),
    ];
    Sandbox::new().with("crawl.jsonl", lines.join("\n"))
}

fn addresses(output: &str) -> Vec<String> {
    let address = |record: &Value| record["url"].as_str().unwrap_or("none").to_owned();
    records(output).iter().map(address).collect()
}

#[test]
fn pages_in_other_languages_and_short_ones_are_left_out_and_counted() {
    let sandbox = crawl();
    let run = sandbox.run(&["clean", "crawl.jsonl", "--language", "de"]);
    assert_eq!(addresses(run.assert_exit(1).stdout()), ["https://blog.example/de", "none"]);
    assert!(run.stderr().contains("(3 excluded: language 3)"), "{}", run.stderr());
    let run = sandbox.run(&["clean", "crawl.jsonl", "--min-words", "20"]);
    assert_eq!(records(run.assert_exit(1).stdout()).len(), 4);
    assert!(run.stderr().contains("(1 excluded: words 1)"), "{}", run.stderr());
    let run = sandbox.run(&["clean", "crawl.jsonl", "--min-confidence", "100%"]);
    assert!(run.stderr().contains("confidence"), "{}", run.stderr());
    let run = sandbox.run(&["clean", "crawl.jsonl", "--language", "english"]);
    assert!(run.assert_exit(2).stderr().contains("unknown language"), "{}", run.stderr());
}

#[test]
fn urls_are_allowed_and_blocked_by_lists() {
    let sandbox =
        crawl().with("allow.txt", "# ours\nnews.example\n").with("block.txt", "*/live/*\n");
    let run = sandbox.run(&[
        "clean",
        "crawl.jsonl",
        "--allow-urls",
        "allow.txt",
        "--block-urls",
        "block.txt",
    ]);
    assert_eq!(addresses(run.assert_exit(1).stdout()), ["https://news.example/a", "none"]);
    assert!(run.stderr().contains("(3 excluded: url 3)"), "{}", run.stderr());
    let run = sandbox.run(&["clean", "crawl.jsonl", "--block-urls", "missing.txt"]);
    assert!(run.assert_exit(2).stderr().contains("missing.txt"), "{}", run.stderr());
}

#[test]
fn a_report_says_what_happened_to_the_pages() {
    let sandbox = crawl().with("site/a.html", page("A")).with("site/empty.html", "<html></html>");
    let args = ["crawl.jsonl", "site", "--min-words", "3", "--report", "run.html"];
    let args = [&["clean"], &args[..], &["--report", "run.json", "-o", "out.jsonl"]].concat();
    sandbox.run(&args).assert_exit(1);
    let report: Value = serde_json::from_str(&sandbox.read("run.json")).unwrap();
    assert_eq!(report["pages"], records(&sandbox.read("out.jsonl")).len());
    assert_eq!(report["excluded"]["words"], 1);
    assert_eq!(report["errors"][0]["kind"], "json");
    assert_eq!(report["errors"][0]["examples"][0]["source"], "crawl.jsonl#5");
    assert_eq!(report["sites"]["by_host"]["news.example"]["pages"], 2);
    assert_eq!(report["languages"]["de"], 1);
    let html = sandbox.read("run.html");
    assert!(html.contains("crawl.jsonl#5") && html.contains("<svg"), "{html}");
    // A report is replaced without --overwrite: it has nothing that a run cannot write again.
    sandbox.run(&[&args[..], &["--overwrite"]].concat()).assert_exit(1);
    let run = sandbox.run(&["clean", "site", "--report", "run.txt"]);
    assert!(
        run.assert_exit(2).stderr().contains("run.txt: unsupported report format"),
        "{}",
        run.stderr()
    );
}

#[test]
fn pages_without_text_and_pages_left_out_are_named() {
    let sandbox = Sandbox::new()
        .with("site/a.html", page("A"))
        .with("site/short.html", "<html><body><article><p>The ferry sailed.</p></article></html>")
        .with("site/nothing.html", "<html></html>");
    let run = sandbox.run(&["clean", "site", "--report", "all.json"]);
    assert!(
        run.assert_exit(0).stderr().ends_with("\n1 page has no text: site/nothing.html\n"),
        "{}",
        run.stderr()
    );
    let report: Value = serde_json::from_str(&sandbox.read("all.json")).unwrap();
    assert_eq!(report["empty_pages"][0]["source"], "site/nothing.html");
    assert_eq!(report["empty_pages"][0]["reason"], "no_text");
    let run = sandbox.run(&["clean", "site", "--min-words", "20", "--report", "long.json"]);
    assert!(
        run.assert_exit(0).stderr().ends_with(
            "\nleft out 2 pages with fewer than 20 words (--min-words): site/nothing.html, \
             site/short.html\n"
        ),
        "{}",
        run.stderr()
    );
    let report: Value = serde_json::from_str(&sandbox.read("long.json")).unwrap();
    assert_eq!(report["excluded_pages"]["words"][1], "site/short.html");
}
