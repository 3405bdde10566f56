//! Pages that would exhaust time or memory without limits. Each becomes a record that names the limit.

use serde_json::Value;

use super::support::{SENTENCES, Sandbox, assert_article, gzip, page};

/// An article for the middle of a page that otherwise consists of tags.
fn article() -> String {
    format!("<p>{}</p><p>{}</p>", SENTENCES[0], SENTENCES[1])
}

#[track_caller]
fn record(name: &str, content: impl AsRef<[u8]>, code: i32) -> Value {
    let sandbox = Sandbox::new().with(name, content);
    let mut records =
        sandbox.run(&["clean", name, "--page-timeout", "0s"]).assert_exit(code).records();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

#[track_caller]
fn assert_limit(record: &Value, outcome: &str, limit: &str) {
    assert_eq!(record["outcome"], outcome);
    assert_eq!(record["error"]["kind"], "limit");
    assert_eq!(record["error"]["concerns"], limit);
}

#[test]
fn sixty_four_thousand_nested_divs() {
    let deep = format!("{}{}{}", "<div>".repeat(64_000), article(), "</div>".repeat(64_000));
    let record = record("deep.html", format!("<!doctype html>{deep}"), 0);
    assert_limit(&record, "ok", "max_depth");
    assert_article(record["text"].as_str().unwrap());
}

#[test]
fn a_page_that_was_cut_at_a_limit_is_ok_with_a_warning() {
    let deep = format!("<!doctype html>{}{}", article(), "<div>".repeat(1_000));
    let run = Sandbox::new().with("deep.html", deep).run(&["clean", "deep.html"]);
    assert_limit(&run.assert_exit(0).records()[0], "ok", "max_depth");
    assert!(run.stderr().starts_with("warning: deep.html: "), "{}", run.stderr());
    assert!(run.stderr().contains("hint: --max-depth sets the limit"), "{}", run.stderr());
    assert!(!run.stderr().contains("error:"), "{}", run.stderr());
}

#[test]
fn sixteen_thousand_nested_lists() {
    let deep = format!("<!doctype html>{}{}", article(), "<ul><li>".repeat(16_000));
    let record = record("deep.html", deep, 0);
    assert_limit(&record, "ok", "max_depth");
    assert_article(record["text"].as_str().unwrap());
}

#[test]
fn a_million_attributes_on_one_tag() {
    let attributes = (0..1_000_000).map(|n| format!(" a{n}=v")).collect::<Vec<_>>().concat();
    let page = page("Ferry").replace("<article>", &format!("<article{attributes}>"));
    let record = record("wide.html", page, 0);
    assert_limit(&record, "ok", "max_attributes");
    assert_article(record["text"].as_str().unwrap());
}

#[test]
fn more_nodes_than_allowed() {
    let sandbox = Sandbox::new()
        .with("long.html", page("Ferry").replace("</article>", &"<br>".repeat(2_000)));
    let run = sandbox.run(&["clean", "long.html", "--max-nodes", "1000"]);
    let record = run.assert_exit(1).records().remove(0);
    assert_limit(&record, "error", "max_nodes");
    assert_article(record["text"].as_str().unwrap());
    assert!(run.stderr().starts_with("error: long.html: "), "{}", run.stderr());
    assert!(run.stderr().contains("hint: --max-nodes sets the limit"), "{}", run.stderr());
}

#[test]
fn more_bytes_than_allowed() {
    let filler = "<!-- nothing -->".repeat(10_000);
    let sandbox = Sandbox::new().with("long.html", page("Ferry") + &filler);
    let run = sandbox.run(&["clean", "long.html", "--max-input-bytes", "100KB"]);
    let record = run.assert_exit(1).records().remove(0);
    assert_limit(&record, "error", "max_input_bytes");
    assert_article(record["text"].as_str().unwrap());
}

#[test]
fn formatting_that_is_never_closed() {
    let page = page("Ferry").replace("<p>", "<p><b><i><font color=red><u>");
    let page = page.replace("</article>", &"<p><b><i><u>".repeat(8_000));
    let record = record("bold.html", page, 0);
    assert_article(record["text"].as_str().unwrap());
}

#[test]
fn an_empty_file() {
    for name in ["empty.html", "empty.txt"] {
        let record = record(name, "", 0);
        assert_eq!(record["outcome"], "empty");
        assert_eq!(record["error"], Value::Null);
        assert_eq!(record["text"], "");
        assert_eq!(record["fingerprint"], "");
    }
}

#[test]
fn white_space_alone() {
    assert_eq!(record("blank.txt", " \n\t\r\n\u{a0}\n", 0)["outcome"], "empty");
    assert_eq!(record("blank.html", "<html><body> \n </body></html>", 0)["outcome"], "empty");
}

#[test]
fn binary_bytes() {
    // Bytes from xorshift: random enough, and the same in every run.
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let noise: Vec<u8> = (0..8_192).flat_map(|_| random()).collect();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &noise[..500]].concat();
    for bytes in [noise, png, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj".to_vec()] {
        let record = record("photo.html", bytes, 1);
        assert_eq!(record["outcome"], "error");
        assert_eq!(record["error"]["kind"], "binary");
        assert_eq!(record["text"], "");
    }
}

#[test]
fn a_gzip_truncated_in_its_header() {
    let whole = gzip(page("Ferry"));
    let record = record("cut.html.gz", &whole[..14], 1);
    assert_eq!(record["outcome"], "error");
    assert_eq!(record["error"]["kind"], "decompress");
    assert_eq!(record["text"], "");
}

#[test]
fn a_gzip_bomb() {
    let bomb = gzip(vec![b' '; 64 << 20]);
    let record = record("bomb.html.gz", bomb, 1);
    assert_eq!(record["outcome"], "error");
    assert_eq!(record["error"]["kind"], "decompress");
}
