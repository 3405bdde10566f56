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
    for (record, line) in records[2..].iter().zip(["line 3", "line 4"]) {
        assert_eq!(record["error"]["kind"], "json");
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
