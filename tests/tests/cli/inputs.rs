//! Inputs of `copydesk clean`.

use super::support::{Sandbox, assert_article, gzip, page, text, zstd};

#[test]
fn folders_are_walked_in_order_and_compressed_pages_are_read() {
    let sandbox = Sandbox::new()
        .with("pages/b.htm.gz", gzip(page("B")))
        .with("pages/a/z.xhtml.zst", zstd(page("A")))
        .with("pages/c.md", text("C"))
        .with("pages/d.txt.zst", zstd(text("D")))
        // The content decides, not the suffix.
        .with("pages/e.html.gz", page("E"))
        .with("pages/f.html", gzip(page("F")))
        .with("pages/photo.jpg", [0xff, 0xd8])
        .with("pages/.draft.html", page("Draft"));
    let records = sandbox.run(&["clean", "pages/"]).assert_exit(0).records();
    let sources: Vec<&str> = records.iter().map(|r| r["source"].as_str().unwrap()).collect();
    assert_eq!(
        sources,
        [
            "pages/a/z.xhtml.zst",
            "pages/b.htm.gz",
            "pages/c.md",
            "pages/d.txt.zst",
            "pages/e.html.gz",
            "pages/f.html"
        ]
    );
    for record in records {
        assert_article(record["text"].as_str().unwrap());
    }
}

#[test]
fn a_truncated_gzip_yields_the_part_before_and_an_error() {
    // Numbers without repetition, so that half of the gzip holds about half of the page.
    let filler: Vec<String> =
        (0..9000u32).map(|n| format!("<p>Entry {} </p>", n.wrapping_mul(2_654_435_761))).collect();
    let filler = filler.concat() + "</article>";
    let whole = gzip(page("Ferry").replace("</article>", &filler));
    let sandbox = Sandbox::new().with("cut.html.gz", &whole[..whole.len() / 2]);
    let run = sandbox.run(&["clean", "cut.html.gz"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records[0]["outcome"], "error");
    assert_eq!(records[0]["error"]["kind"], "decompress");
    assert_article(records[0]["text"].as_str().unwrap());
    assert!(run.stderr().contains("the gzip data ends too early"), "{}", run.stderr());
}

#[test]
fn an_empty_file_is_not_a_failure() {
    let sandbox = Sandbox::new().with("empty.html", "").with("empty.txt", "");
    let records = sandbox.run(&["clean", "empty.html", "empty.txt"]).assert_exit(0).records();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["text"] == "" && record["error"].is_null()));
}

#[test]
fn an_empty_folder_says_what_was_looked_for() {
    let sandbox = Sandbox::new().with("pages/photo.jpg", [0xff]);
    let run = sandbox.run(&["clean", "pages"]);
    assert!(run.assert_exit(1).stderr().contains("no pages in this folder (looked for .html "));
}

fn jsonl() -> String {
    let records = [
        serde_json::json!({ "id": 7, "url": "https://a.example/1", "html": page("One"), "title": "Old" }),
        serde_json::json!({ "raw_content": text("Two"), "source": "https://a.example/2" }),
        serde_json::json!({ "id": 9, "headline": "no page in here" }),
    ];
    let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n{\"text\": \"cut off"
}

#[test]
fn jsonl_records_are_cleaned_and_bad_lines_are_records_too() {
    let sandbox = Sandbox::new().with("crawl.jsonl", jsonl());
    let records = sandbox.run(&["clean", "crawl.jsonl"]).assert_exit(1).records();
    assert_eq!(records.len(), 4);
    assert_eq!(records[0]["source"], "crawl.jsonl#1");
    assert_eq!(records[0]["url"], "https://a.example/1");
    assert_article(records[0]["text"].as_str().unwrap());
    assert!(records[0].get("id").is_none());
    assert_eq!(records[1]["url"], "https://a.example/2");
    for (record, (kind, line)) in records[2..].iter().zip([("field", "line 3"), ("json", "line 4")])
    {
        assert_eq!(record["error"]["kind"], kind);
        assert_eq!(record["error"]["concerns"], line);
    }
}

#[test]
fn other_fields_pass_through_on_request() {
    let sandbox = Sandbox::new().with("crawl.jsonl.gz", gzip(jsonl()));
    let records =
        sandbox.run(&["clean", "crawl.jsonl.gz", "--pass-through"]).assert_exit(1).records();
    assert_eq!(records[0]["id"], 7);
    assert_ne!(records[0]["title"], "Old");
    assert_eq!(records[0]["input"]["title"], "Old");
    assert!(records[0]["input"].get("html").is_none());
}

#[test]
fn standard_input_can_be_a_page_or_text_or_records() {
    let sandbox = Sandbox::new();
    for stdin in [page("One").into_bytes(), text("One").into_bytes(), gzip(page("One"))] {
        // `-` and no input are the same.
        for args in [&["clean"][..], &["clean", "-"]] {
            let records = sandbox.run_with_stdin(args, &stdin).assert_exit(0).records();
            assert_eq!(records.len(), 1);
            assert_eq!(records[0]["source"], "-");
            assert_article(records[0]["text"].as_str().unwrap());
        }
    }
    let records = sandbox.run_with_stdin(&["clean"], jsonl()).assert_exit(1).records();
    assert_eq!(records.len(), 4);
    assert_eq!(records[1]["source"], "-#2");
}

#[test]
fn the_kind_of_input_can_be_forced() {
    let sandbox = Sandbox::new();
    let line = serde_json::json!({ "text": text("One") }).to_string();
    let run = sandbox.run_with_stdin(&["clean", "--input", "jsonl"], format!("\n{line}\n"));
    assert_eq!(run.assert_exit(0).records()[0]["source"], "-#2");
    let run = sandbox.run_with_stdin(&["clean", "--input", "text"], line);
    assert_eq!(run.assert_exit(0).records()[0]["source"], "-");
}

#[test]
fn standard_input_is_read_once() {
    let run = Sandbox::new().run(&["clean", "-", "-"]);
    assert_eq!(run.assert_exit(2).stdout(), "");
    assert!(run.stderr().starts_with("error: standard input is named twice\nhint: "));
}

#[test]
fn pages_in_a_folder_are_found_whatever_their_names_and_the_rest_is_counted() {
    let sandbox = Sandbox::new()
        .with("site/index.html", page("Index"))
        .with("site/news/first", page("First"))
        .with("site/news/view.php?id=2", page("Second"))
        .with("site/notes", text("Notes"))
        .with("site/.cache.html", page("Hidden"))
        .with("site/data.json", "[]")
        .with("site/feed.xml", "<?xml version=\"1.0\"?><rss></rss>")
        .with("site/photo.png", b"\x89PNG\r\n\x1a\n\0")
        .with("site/report.pdf", b"%PDF-1.7\n")
        .with("site/pages.zip", b"PK\x03\x04")
        .with("site/blob", b"\0\x01\x02\x03\0\0\0\0");
    let run = sandbox.run(&["clean", "site", "--report", "run.json", "--report", "run.html"]);
    let records = run.assert_exit(0).records();
    let sources: Vec<&str> = records.iter().map(|r| r["source"].as_str().unwrap()).collect();
    assert_eq!(
        sources,
        ["site/index.html", "site/news/first", "site/news/view.php?id=2", "site/notes"]
    );
    for record in records {
        assert_article(record["text"].as_str().unwrap());
    }
    assert!(
        run.stderr().contains(
            "passed over in folders: 1 PDF document (site/report.pdf); 1 archive (site/pages.zip); \
             1 JSON file (site/data.json); 1 XML file (site/feed.xml); 1 picture (site/photo.png); \
             1 binary file (site/blob); 1 hidden file (site/.cache.html)\n\
             hint: convert PDF documents to text first, for example with `pdftotext`\n\
             hint: unpack archives first"
        ),
        "{}",
        run.stderr()
    );
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("run.json")).unwrap();
    assert_eq!(report["passed_over"]["pdf"]["examples"][0], "site/report.pdf");
    assert_eq!(report["passed_over"]["hidden"]["count"], 1);
    assert!(sandbox.read("run.html").contains("<h2>Files passed over in folders</h2>"));
}

#[test]
fn a_file_that_is_named_and_holds_no_page_is_called_what_it_is() {
    let sandbox =
        Sandbox::new().with("a.pdf", b"%PDF-1.7\n").with("b.html", b"PK\x03\x04\x14\0\0\0\0\0");
    let run = sandbox.run(&["clean", "a.pdf", "b.html"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records[0]["error"]["message"], "it is a PDF document, not a page");
    assert_eq!(records[0]["error"]["kind"], "binary");
    assert_eq!(records[0]["error"]["concerns"], "pdf");
    assert_eq!(records[1]["error"]["message"], "it is an archive, not a page");
    assert!(run.stderr().contains("hint: convert PDF documents to text"), "{}", run.stderr());
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_followed_only_if_asked() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new()
        .with("site/a.html", page("A"))
        .with("private/b.html", page("B"))
        .with("private/deep/c.html", page("C"));
    symlink(sandbox.path("private/b.html"), sandbox.path("site/b.html")).unwrap();
    symlink(sandbox.path("private/deep"), sandbox.path("site/deep")).unwrap();
    symlink(sandbox.path("site"), sandbox.path("site/itself")).unwrap();
    let sources = |args: &[&str]| {
        let run = sandbox.run(args);
        let records = run.assert_exit(0).records();
        let of = |record: &serde_json::Value| record["source"].as_str().unwrap().to_owned();
        (records.iter().map(of).collect::<Vec<_>>(), run.stderr().to_owned())
    };
    let (found, told) = sources(&["clean", "site"]);
    assert_eq!(found, ["site/a.html"]);
    assert!(told.contains("3 symbolic links (site/b.html, site/deep, ...)"), "{told}");
    assert!(told.contains("hint: --follow-links reads"), "{told}");
    let (found, _) = sources(&["clean", "site", "--follow-links"]);
    assert_eq!(found, ["site/a.html", "site/b.html", "site/deep/c.html"]);
    // An input that is a link was asked for.
    assert_eq!(sources(&["clean", "site/b.html"]).0, ["site/b.html"]);
}

#[test]
fn records_without_the_named_field_are_one_error_with_their_own_fields() {
    let line = |id: u32| format!("{{\"id\": {id}, \"story\": \"The ferry sailed on Monday.\"}}\n");
    let lines: String = (1..=5).map(line).collect();
    let sandbox = Sandbox::new().with("news.jsonl", lines).with("t.csv", "id,story\n1,x\n");
    let run = sandbox.run(&["clean", "news.jsonl", "t.csv", "--text-field", "strory"]);
    let records = run.assert_exit(1).records();
    assert_eq!(records.len(), 6);
    assert!(records.iter().all(|record| record["error"]["kind"] == "field"));
    let told = "error: news.jsonl#1: the record has no field `strory` with text in it; its fields are \
                `id`, `story`\n\
                hint: --text-field or --html-field names the field with the page\n\
                error: t.csv#0: the table has no field `strory`; its columns are `id`, `story`\n\
                note: the same is true of 4 more records of news.jsonl\n";
    assert!(run.stderr().starts_with(told), "{}", run.stderr());
}

#[test]
fn a_field_for_urls_that_no_record_has_is_told() {
    let line = serde_json::json!({ "text": text("One"), "address": "https://a.example/1" });
    let sandbox = Sandbox::new().with("crawl.jsonl", line.to_string());
    let warning = "warning: no page has a URL in the field `adress` (--url-field)\n";
    let run = sandbox.run(&["clean", "crawl.jsonl", "--url-field", "adress"]);
    assert!(run.assert_exit(0).stderr().starts_with(warning), "{}", run.stderr());
    let run = sandbox.run(&["clean", "crawl.jsonl", "--url-field", "address"]);
    assert!(!run.assert_exit(0).stderr().contains("warning"), "{}", run.stderr());
}

#[test]
fn a_text_field_with_markup_is_read_as_markup() {
    let html = serde_json::json!({ "text": page("One") }).to_string();
    let text = serde_json::json!({ "text": "<b>Note</b> of the harbour master: the ferry sails." });
    let sandbox = Sandbox::new().with("crawl.jsonl", format!("{html}\n{text}\n"));
    let records = sandbox.run(&["clean", "crawl.jsonl"]).assert_exit(0).records();
    assert_eq!(records[0]["title"], "One");
    assert!(records[0]["structure"]["layout"].is_null());
    assert_article(records[0]["text"].as_str().unwrap());
    assert!(!records[1]["structure"]["layout"].is_null());
    let forced = sandbox.run(&["clean", "crawl.jsonl", "--input", "text"]);
    assert!(!forced.assert_exit(0).records()[0]["structure"]["layout"].is_null());
}

#[test]
fn tables_of_spreadsheets_are_read_whatever_separates_their_values() {
    let cell = text("One").replace('\n', "\n\n");
    let table = |separator: &str| {
        let row = |values: [&str; 3]| values.join(separator) + "\r\n";
        [row(["id", "text", "url"]), row(["1", &format!("\"{cell}\""), "https://a.example/1"])]
            .concat()
    };
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(table("\t").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let sandbox = Sandbox::new()
        .with("comma.csv", table(","))
        .with("semicolon.csv", table(";"))
        .with("tab.csv", table("\t"))
        .with("wide.csv", &wide)
        .with("wide.csv.gz", gzip(&wide));
    for name in ["comma.csv", "semicolon.csv", "tab.csv", "wide.csv", "wide.csv.gz"] {
        let records = sandbox.run(&["clean", name, "--pass-through"]).assert_exit(0).records();
        assert_eq!(records.len(), 1, "{name}");
        assert_eq!(records[0]["url"], "https://a.example/1", "{name}");
        assert_eq!(records[0]["id"], "1", "{name}");
        assert_article(records[0]["text"].as_str().unwrap());
    }
}

#[test]
fn what_wget_stores_about_an_archive_is_no_page() {
    let record = |kind: &str, uri: &str, content_type: &str, body: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{:012}>\r\n\
             WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: {uri}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len(),
            body.len()
        )
    };
    let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page("One"));
    let archive = [
        record("response", "https://a.example/1", "application/http;msgtype=response", &response),
        record(
            "resource",
            "metadata://gnu.org/software/wget/warc/MANIFEST.txt",
            "text/plain",
            "urn:uuid:1\n",
        ),
        record(
            "resource",
            "metadata://gnu.org/software/wget/warc/wget.log",
            "text/plain",
            "--2026-01-01-- saved\n",
        ),
    ];
    let sandbox = Sandbox::new().with("crawl.warc", archive.concat());
    let run = sandbox.run(&["clean", "crawl.warc"]);
    let records = run.assert_exit(0).records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["url"], "https://a.example/1");
    assert!(!run.stderr().contains("skipped"), "{}", run.stderr());
}
