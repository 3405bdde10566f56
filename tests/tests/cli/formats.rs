//! Input formats with many pages.

use serde_json::{Value, json};

use super::support::{FinishedCommand, Sandbox, assert_article, gzip, page, text, zstd};

fn record(kind: &str, uri: &str, content_type: &str, content: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-06-01T12:00:00Z\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{content}\r\n\r\n",
        content.len()
    )
}

fn response(uri: &str, status: u16, body: &str) -> String {
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n\r\n{body}");
    record("response", uri, "application/http; msgtype=response", &answer)
}

/// An archive like Common Crawl's, where each record is compressed by itself.
fn archive() -> Vec<u8> {
    let records = [
        record("warcinfo", "", "application/warc-fields", "software: x\r\n"),
        response("https://a.example/1", 200, &page("One")),
        response("https://a.example/2", 301, ""),
        response("https://a.example/3", 404, "<p>gone"),
        response("https://a.example/4", 200, &page("Four")),
    ];
    records.iter().flat_map(gzip).collect()
}

#[track_caller]
fn urls(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["url"].as_str().unwrap_or("-")).collect()
}

#[track_caller]
fn articles(run: &FinishedCommand, count: usize) -> Vec<Value> {
    let records = run.assert_exit(0).records();
    assert_eq!(records.len(), count);
    for record in &records {
        assert_article(record["text"].as_str().unwrap());
    }
    records
}

#[test]
fn archives_are_read_by_record() {
    let sandbox = Sandbox::new().with("crawl/a.warc.gz", archive());
    let run = sandbox.run(&["clean", "crawl/"]);
    let records = run.assert_exit(1).records();
    assert_eq!(
        urls(&records),
        ["https://a.example/1", "https://a.example/3", "https://a.example/4"]
    );
    let source = records[0]["source"].as_str().unwrap();
    assert!(source.starts_with("crawl/a.warc.gz#") && source != records[2]["source"], "{source}");
    assert_eq!(records[0]["fetch"]["status"], 200);
    assert_eq!(records[0]["fetch"]["fetched_at"], "2024-06-01T12:00:00Z");
    assert_article(records[2]["text"].as_str().unwrap());
    assert_eq!(records[1]["error"]["kind"], "status");
    assert_eq!(records[1]["fetch"]["status"], 404);
    assert!(run.stderr().contains("skipped 1 record of archives"), "{}", run.stderr());
}

#[test]
fn converted_text_is_cleaned_as_text() {
    let wet = record("conversion", "https://a.example/1", "text/plain", &text("One"));
    let sandbox = Sandbox::new().with("a.warc.wet.gz", gzip(wet));
    let records = articles(&sandbox.run(&["clean", "a.warc.wet.gz"]), 1);
    assert_eq!(urls(&records), ["https://a.example/1"]);
}

#[test]
fn an_array_and_a_single_object_are_records() {
    let one = json!({ "url": "https://a.example/1", "content": page("One") });
    let two = json!({ "url": "https://a.example/2", "text": text("Two"), "id": 2 });
    let sandbox = Sandbox::new()
        .with("a.json.zst", zstd(json!([one, two]).to_string()))
        .with("b.json", format!("{one:#}"));
    let run = sandbox.run(&["clean", "a.json.zst", "b.json", "--pass-through"]);
    let records = articles(&run, 3);
    assert_eq!(
        urls(&records),
        ["https://a.example/1", "https://a.example/2", "https://a.example/1"]
    );
    assert_eq!(records[1]["source"], "a.json.zst#2");
    assert_eq!(records[1]["id"], 2);
}

#[test]
fn tables_are_read_by_row() {
    let quoted = page("One").replace('"', "\"\"");
    let table = format!("id,page,where\n7,\"{quoted}\",https://a.example/1\n");
    let sandbox =
        Sandbox::new().with("a.csv.gz", gzip(&table)).with("b.tsv", table.replace(',', "\t"));
    let fields = ["--html-field", "page", "--url-field", "where", "--pass-through"];
    let run = sandbox.run(&[&["clean", "a.csv.gz", "b.tsv"][..], &fields].concat());
    let records = run.assert_exit(0).records();
    assert_eq!(urls(&records), ["https://a.example/1"; 2]);
    assert_article(records[0]["text"].as_str().unwrap());
    assert_eq!((&records[0]["source"], &records[0]["id"]), (&json!("a.csv.gz#1"), &json!("7")));
    let run = sandbox.run(&["clean", "a.csv.gz", "--text-field", "story"]);
    let error = run.assert_exit(1).records().remove(0)["error"]["message"].clone();
    assert_eq!(error, "the table has no field `story`; its columns are `id`, `page`, `where`");
}

#[test]
fn the_format_of_standard_input_is_recognized() {
    let sandbox = Sandbox::new();
    let object = json!({ "text": text("One") });
    for stdin in [
        response("https://a.example/1", 200, &page("One")).into_bytes(),
        gzip(response("https://a.example/1", 200, &page("One"))),
        json!([object]).to_string().into_bytes(),
        format!("{object:#}").into_bytes(),
    ] {
        articles(&sandbox.run_with_stdin(&["clean"], stdin), 1);
    }
    let table = format!("text\n\"{}\"\n", text("One"));
    articles(&sandbox.run_with_stdin(&["clean", "--input", "csv"], &table), 1);
    articles(&sandbox.run_with_stdin(&["clean", "--input", "tsv"], gzip(&table)), 1);
}

#[test]
fn patterns_and_lists_name_inputs() {
    let sandbox = Sandbox::new()
        .with("crawl/a/1.html", page("One"))
        .with("crawl/b/2.html", page("Two"))
        .with("crawl/b/3.md", text("Three"))
        .with("list.txt", "# mine\ncrawl/b/3.md\n\ncrawl/a/*\n");
    let sources = |args: &[&str], count| {
        let records = articles(&sandbox.run(args), count);
        records.iter().map(|record| record["source"].as_str().unwrap().to_owned()).collect()
    };
    let found: Vec<String> = sources(&["clean", "crawl/**/*.html"], 2);
    assert_eq!(found, ["crawl/a/1.html", "crawl/b/2.html"]);
    let found: Vec<String> = sources(&["clean", "crawl/b/2.html", "--inputs-from", "list.txt"], 3);
    assert_eq!(found, ["crawl/b/2.html", "crawl/b/3.md", "crawl/a/1.html"]);
    articles(&sandbox.run_with_stdin(&["clean", "--inputs-from", "-"], "crawl/b/3.md"), 1);
    let run = sandbox.run(&["clean", "crawl/*.warc"]);
    assert!(
        run.assert_exit(1).stderr().contains("no file matches this pattern"),
        "{}",
        run.stderr()
    );
    sandbox.run(&["clean", "--inputs-from", "missing.txt"]).assert_exit(2);
}

#[test]
fn help_lists_the_formats() {
    let run = Sandbox::new().run(&["clean", "--help"]);
    for format in [".jsonl", ".json ", ".csv .tsv", ".warc .wet", ".parquet", "--inputs-from"] {
        assert!(run.assert_exit(0).stdout().contains(format), "{format}");
    }
}
