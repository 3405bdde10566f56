//! An input that is entered after a page gives exactly the rest of its pages.

use parquet::basic::Compression;

use super::fixtures::{gzip, load, parquet, record, response, unit, zstd};
use crate::sources::{PageTask, SourceOptions};

fn options() -> SourceOptions {
    SourceOptions { pass_through: true, max_line_bytes: 5000, ..SourceOptions::default() }
}

/// The visible facts about tasks.
fn described(jobs: impl Iterator<Item = PageTask>) -> Vec<String> {
    let options = options();
    jobs.map(|job| {
        let entry = job.entry_after;
        format!("{entry:?} {:?}", load(job, &options))
    })
    .collect()
}

/// Enters an input after each of its pages, and returns after how many it could be entered.
fn enter_everywhere(name: &str, content: &[u8], pages: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path(), name, content);
    let entries: Vec<_> = unit.tasks(&options()).map(|job| job.entry_after).collect();
    let all = described(unit.tasks(&options()));
    assert_eq!(all.len(), pages, "{name}: {all:#?}");
    for done in 0..=pages {
        let entry = done.checked_sub(1).and_then(|last| entries[last]);
        for entry in [entry, None] {
            let rest = described(unit.tasks_from(&options(), done as u64, entry));
            assert_eq!(rest, all[done..], "{name} after {done} at {entry:?}");
        }
    }
    entries.iter().flatten().count()
}

/// Records of many lengths, some of them damaged or too long.
fn objects() -> Vec<String> {
    let filler = |n: usize| "word \\\" [{,\\\\ ".repeat(n * 37 % 90);
    let object = |n| format!("{{\"id\": {n}, \"html\": \"<p>{}\", \"url\": \"u{n}\"}}", filler(n));
    let mut objects: Vec<String> = (0..40).map(object).collect();
    objects[3] = "{\"id\": 3}".into();
    objects[7] = format!("{{\"html\": \"{}\"}}", "x".repeat(6000));
    objects[11] = "[1, {}]".into();
    objects
}

#[test]
fn lines() {
    let text = "\u{feff}".to_owned() + &objects().join("\r\n\n");
    assert_eq!(enter_everywhere("a.jsonl", text.as_bytes(), 40), 40);
    assert_eq!(enter_everywhere("a.jsonl.gz", &gzip(&text), 40), 0);
    assert_eq!(enter_everywhere("unknown", text.as_bytes(), 40), 40);
    assert_eq!(enter_everywhere("empty.jsonl", b"", 0), 0);
}

#[test]
fn json() {
    let objects = objects();
    let array = format!("\u{feff} [{}\n]\n", objects.join(" ,\n"));
    assert_eq!(enter_everywhere("a.json", array.as_bytes(), 40), 40);
    assert_eq!(enter_everywhere("a.json.zst", &zstd(&array), 40), 0);
    let without_array: Vec<_> = objects.iter().filter(|o| o.starts_with('{')).cloned().collect();
    let sequence = without_array.join("\n");
    assert_eq!(enter_everywhere("b.json", sequence.as_bytes(), 39), 39);
    let array = array.trim_start_matches('\u{feff}');
    let several = format!("{array}{array}{sequence}{array}");
    assert_eq!(enter_everywhere("c.json", several.as_bytes(), 159), 40);
    let cut = &array.as_bytes()[..array.len() - 10];
    assert_eq!(enter_everywhere("d.json", cut, 40), 39);
}

#[test]
fn tables() {
    let filler = |n: usize| "a, \"\"b\"\"\r\nc ".repeat(n * 37 % 90);
    let mut rows: Vec<String> = (0..40).map(|n| format!("{n},\"<p>{}\",u{n}", filler(n))).collect();
    rows[5] = format!("5,{},u", "x".repeat(6000));
    rows[6] = "1,2,3,4,5".into();
    rows[9] = "\n\r\n9,text".into();
    let table = format!("\u{feff}id,html,url\r\n{}", rows.join("\r\n"));
    assert_eq!(enter_everywhere("a.csv", table.as_bytes(), 40), 40);
    assert_eq!(enter_everywhere("a.csv.gz", &gzip(&table), 40), 0);
    let tabs = table.replace(',', "\t");
    assert_eq!(enter_everywhere("a.tsv", tabs.as_bytes(), 40), 40);
    // Separated otherwise than the name says.
    assert_eq!(enter_everywhere("tabs.csv", tabs.as_bytes(), 40), 40);
    let wide: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(enter_everywhere("wide.csv", &wide, 40), 0);
    assert_eq!(enter_everywhere("b.csv", b"id,score\n1,2\n3,4", 1), 0);
}

fn records() -> Vec<Vec<u8>> {
    let mut records = vec![record("warcinfo", "x", "application/warc-fields", b"software: x\r\n")];
    for n in 0..30 {
        let uri = format!("https://a.example/{n}");
        let body = format!("<html><p>{n} {}", "more words. ".repeat(n * 37 % 90));
        let html = "Content-Type: text/html\r\n";
        records.push(record(
            "request",
            &uri,
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\n\r\n",
        ));
        records.push(match n {
            4 => response(&uri, 301, "Location: /x\r\n", b""),
            8 => response(&uri, 404, html, b"<p>gone"),
            12 => response(&uri, 200, "Content-Type: image/png\r\n", b"\x89PNG\r\n\x1a\n"),
            16 => record("conversion", &uri, "text/plain", b"text"),
            20 => response(&uri, 200, html, &[b'x'; 6000]),
            _ => response(&uri, 200, html, body.as_bytes()),
        });
    }
    records
}

#[test]
fn archives() {
    let records = records();
    assert_eq!(enter_everywhere("a.warc", &records.concat(), 28), 28);
    let each = |compress: fn(Vec<u8>) -> Vec<u8>| {
        records.iter().cloned().map(compress).collect::<Vec<_>>().concat()
    };
    assert_eq!(enter_everywhere("a.warc.gz", &each(gzip), 28), 28);
    assert_eq!(enter_everywhere("a.warc.zst", &each(zstd), 28), 28);
    assert_eq!(enter_everywhere("unknown", &each(gzip), 28), 28);
    // All records in one member: it can only be entered where that ends.
    assert_eq!(enter_everywhere("b.warc.gz", &gzip(records.concat()), 28), 1);
}

#[test]
fn damaged_archives() {
    let mut records = records();
    for at in [9, 21, 22] {
        records[at].truncate(150);
    }
    records[31] = b"no record at all\r\n\r\n".to_vec();
    let mut members: Vec<Vec<u8>> = records.iter().map(gzip).collect();
    let length = members[15].len();
    members[15][length / 2] ^= 0x55;
    members[41].truncate(60);
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("a.warc", records.concat()), ("a.warc.gz", members.concat())] {
        let unit = unit(folder.path(), name, &content);
        let pages = unit.tasks(&options()).count();
        assert!(pages > 20, "{name}: {pages}");
        enter_everywhere(name, &content, pages);
    }
}

#[test]
fn parquet_files() {
    let pages: Vec<String> = (0..30).map(|n| format!("<p>page {n}")).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let groups = [&pages[..10], &[], &pages[10..11], &pages[11..]];
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
        let file = parquet(&groups, compression);
        assert_eq!(enter_everywhere("a.parquet", &file, 30), 30);
        assert_eq!(enter_everywhere("unknown", &file, 30), 30);
    }
}

#[test]
fn single_pages() {
    assert_eq!(enter_everywhere("a.html", b"<p>Hello", 1), 0);
    assert_eq!(enter_everywhere("a", b"<p>Hello", 1), 0);
}
