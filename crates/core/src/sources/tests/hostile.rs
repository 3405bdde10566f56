//! Damaged and hostile inputs: each problem gives a record with an error, and the rest is read.

use parquet::basic::Compression;

use super::fixtures::{described, gzip, pages, parquet, record, response, zstd};
use crate::sources::SourceOptions;

const HTML: &str = "Content-Type: text/html\r\n";

fn found(name: &str, content: impl AsRef<[u8]>) -> Vec<String> {
    let options = SourceOptions { max_line_bytes: 1 << 20, ..SourceOptions::default() };
    pages(name, content, &options).iter().map(described).collect()
}

#[test]
fn a_truncated_member_loses_only_its_record() {
    let member = |n: u32| {
        let body: Vec<String> =
            (0..500u32).map(|m| format!("{} ", m.wrapping_mul(n * 7919))).collect();
        gzip(response(
            "https://a.example/",
            200,
            HTML,
            format!("<p>{n} {}", body.concat()).as_bytes(),
        ))
    };
    let cut = member(2);
    let archive = [member(1), cut[..cut.len() / 2].to_vec(), member(3), member(4)].concat();
    let found = found("a.warc.gz", archive);
    assert_eq!(found.len(), 4);
    assert!(found[0].starts_with("<p>1 ") && found[2].starts_with("<p>3 "));
    assert_eq!(found[1], "decompress: ");
    assert!(found[3].starts_with("<p>4 "));
}

#[test]
fn a_wrong_length_loses_only_its_record() {
    let good = response("https://a.example/", 200, HTML, b"<p>good");
    let wrong = |length: &str| {
        let text = String::from_utf8(good.clone()).unwrap();
        let (before, after) = text.split_once("Content-Length: ").unwrap();
        let (_, after) = after.split_once('\r').unwrap();
        format!("{before}Content-Length: {length}\r{after}").into_bytes()
    };
    for length in ["", "-5", "1e3", "99999999999999999999"] {
        let found = found("a.warc", [wrong(length), good.clone()].concat());
        assert_eq!(found, ["warc: ", "<p>good"], "{length}");
    }
    let too_long = found("a.warc", [wrong("9999999999"), good.clone()].concat());
    assert_eq!(too_long, ["warc: "]);
    let over = response("https://a.example/", 200, HTML, &vec![b'x'; 2 << 20]);
    assert_eq!(found("a.warc", [over, good].concat()), ["limit: max_line_bytes", "<p>good"]);
}

#[test]
fn an_endless_header_takes_no_memory() {
    let good = response("https://a.example/", 200, HTML, b"<p>good");
    let header = ["WARC/1.0\r\nX: ", &"x".repeat(64 << 20), "\r\n\r\n"].concat();
    // Some kilobytes as stored.
    let archive = [zstd(header), zstd(good)].concat();
    assert_eq!(found("a.warc.zst", archive), ["decompress: max_inflate_ratio", "<p>good"]);
    let plain = ["WARC/1.0\r\nX: ", &"x".repeat(1 << 20), "\r\n\r\n"].concat();
    let good = response("https://a.example/", 200, HTML, b"<p>good");
    assert_eq!(found("a.warc", [plain.as_bytes(), &good].concat()), ["limit: ", "<p>good"]);
}

#[test]
fn endless_compressed_data_is_stopped() {
    let bomb = vec![b'a'; 8 << 20];
    let coded = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let options = SourceOptions { max_input_bytes: 64 << 20, ..SourceOptions::default() };
    let page = pages("a.warc", response("https://a.example/", 200, coded, &gzip(&bomb)), &options);
    assert_eq!(described(&page[0]), "decompress: max_inflate_ratio");
    for name in ["a.jsonl.gz", "a.json.gz", "a.csv.gz"] {
        let found = found(name, gzip(&bomb));
        assert!(found.len() <= 2, "{name}: {found:?}");
        let is_told =
            |found: &String| found.contains("max_inflate_ratio") || found.starts_with("limit");
        assert!(found.iter().any(|found| is_told(found) || found.starts_with("json")), "{found:?}");
    }
}

#[test]
fn an_unclosed_quote_is_reported() {
    let table = format!("id,text\n1,one\n2,\"two\n{}", "3,three\n".repeat(1000));
    assert_eq!(found("a.csv", &table), ["one", "csv: row 2"]);
    let long = format!("{table}{}", "4,four\n".repeat(200_000));
    assert_eq!(found("a.csv", long), ["one", "limit: max_line_bytes"]);
    assert_eq!(found("a.csv", "text\n\"a"), ["csv: row 1"]);
    assert_eq!(found("a.csv", "\"text"), ["csv: the header"]);
}

#[test]
fn truncated_nested_and_invalid_json_is_reported() {
    assert_eq!(
        found("a.json", "[{\"text\": \"one\"}, {\"text\": \"tw"),
        ["one", "json: element 2"]
    );
    assert_eq!(found("a.json", "<html>"), ["json: element 1"]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested =
        format!("[{{\"text\": \"one\", \"deep\": {deep}}}, {deep}, {{\"text\": \"two\"}}]");
    assert_eq!(found("a.json", &nested), ["one", "json: element 2", "two"]);
    let options = SourceOptions { pass_through: true, ..SourceOptions::default() };
    assert_eq!(pages("a.json", &nested, &options)[0].fields[0].1.get().len(), 200_000);
    let line = format!("{{\"text\": \"one\", \"deep\": {deep}}}\n{{\"text\": \"two\"}}");
    assert_eq!(found("a.jsonl", line), ["one", "two"]);
    let objects = "{\"a\":".repeat(100_000);
    assert_eq!(found("a.json", objects), ["json: element 1"]);
}

#[test]
fn no_byte_of_a_parquet_file_is_trusted() {
    let groups: [&[&str]; 2] = [&["<p>one", "<p>two"], &["<p>three"]];
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
        let file = parquet(&groups, compression);
        for at in 0..file.len() {
            for change in [0xff, 0x01, 0x80] {
                let mut damaged = file.clone();
                damaged[at] ^= change;
                // Any result will do, as long as it ends without a panic.
                assert!(!found("a.parquet", &damaged).is_empty() || at > 0);
            }
        }
        for length in (0..file.len()).step_by(7) {
            assert_eq!(found("a.parquet", &file[..length]), ["parquet: "], "{length}");
        }
    }
}

#[test]
fn a_damaged_row_group_loses_only_itself() {
    let groups: [&[&str]; 3] = [&["<p>one"], &["<p>two", "<p>three"], &["<p>four"]];
    let mut file = parquet(&groups, Compression::SNAPPY);
    let at = file.windows(6).position(|window| window == b"<p>two").unwrap();
    // In the header of the page and what follows.
    for byte in &mut file[at - 20..at] {
        *byte = 0xff;
    }
    let found = found("a.parquet", &file);
    assert_eq!(found, ["<p>one", "parquet: row 2 to 3", "<p>four"]);
}

#[test]
fn pages_of_parquet_files_that_inflate_far_are_refused() {
    let page = "x".repeat(5 << 20);
    let pages: &[&str] = &[&page];
    for compression in [
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::ZSTD(parquet::basic::ZstdLevel::default()),
        Compression::BROTLI(parquet::basic::BrotliLevel::default()),
    ] {
        let file = parquet(&[pages, &["<p>good"]], compression);
        assert_eq!(found("a.parquet", &file), ["limit: max_line_bytes", "<p>good"]);
    }
}

#[test]
fn empty_records_are_skipped() {
    assert_eq!(found("a.warc", ""), [""; 0]);
    assert_eq!(found("a.csv", ""), [""; 0]);
    assert_eq!(found("a.json", " \n"), [""; 0]);
    assert_eq!(found("a.warc", "nonsense"), ["warc: "]);
    assert_eq!(found("a.warc", record("response", "x", "application/http", b"")), ["warc: "]);
}
