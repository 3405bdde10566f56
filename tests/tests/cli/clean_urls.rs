//! `copydesk clean` with URLs.

use super::server::{TestResponse, TestServer};
use super::support::{FinishedCommand, Sandbox, assert_article, gzip, page};

/// Flags that allow loopback addresses and turn off the crawl delay.
const LOCAL: [&str; 3] = ["--allow-private", "--host-delay=0s", "--max-attempts=1"];

fn clean(sandbox: &Sandbox, args: &[&str]) -> FinishedCommand {
    sandbox.run(&[&["clean"], &LOCAL[..], args].concat())
}

fn site() -> TestServer {
    TestServer::start([
        ("/a", TestResponse::html(page("A")).header("ETag: \"v1\"")),
        ("/b", TestResponse::html(page("B"))),
        ("/c", TestResponse::redirect("/b")),
    ])
}

#[test]
fn a_page_is_fetched_and_its_record_says_how() {
    let server = TestServer::start([
        ("/old", TestResponse::redirect("/new")),
        (
            "/new",
            TestResponse::html(page("Ferry"))
                .header("ETag: \"v1\"")
                .header("Last-Modified: Sat, 01 Jun 2024 12:00:00 GMT"),
        ),
    ]);
    let run = clean(&Sandbox::new(), &[&server.url("/old")]);
    let records = run.assert_exit(0).records();
    let record = &records[0];
    assert_article(record["text"].as_str().unwrap());
    assert_eq!(record["source"], server.url("/old"));
    assert_eq!(record["url"], server.url("/new"));
    let fetch = &record["fetch"];
    assert_eq!(fetch["status"], 200);
    assert_eq!(fetch["final_url"], server.url("/new"));
    assert_eq!(fetch["etag"], "\"v1\"");
    assert_eq!(fetch["last_modified"], "Sat, 01 Jun 2024 12:00:00 GMT");
    let fetched_at = fetch["fetched_at"].as_str().unwrap();
    assert!(fetched_at.starts_with("20") && fetched_at.ends_with('Z'), "{fetched_at}");
    assert_eq!(fetched_at.len(), "2024-06-01T12:00:00Z".len());
}

#[test]
fn the_charset_of_the_header_counts() {
    // "Паром вернулся" in windows-1251, repeated to be as long as a paragraph.
    let cyrillic = b"\xcf\xe0\xf0\xee\xec \xe2\xe5\xf0\xed\xf3\xeb\xf1\xff ".repeat(10);
    let body = [b"<p>".to_vec(), cyrillic].concat();
    let server =
        TestServer::start([("/", TestResponse::labelled("text/html; charset=windows-1251", body))]);
    let run = clean(&Sandbox::new(), &[&server.url("/")]);
    let record = &run.assert_exit(0).records()[0];
    assert_eq!(record["encoding"]["decided_by"], "given");
    assert!(record["text"].as_str().unwrap().starts_with("Паром вернулся"), "{record}");
}

#[test]
fn a_list_has_comments_and_comes_after_files() {
    let server = site();
    let list = format!("# ours\n{}\n\n  {}\n", server.url("/a"), server.url("/b"));
    let sandbox = Sandbox::new().with("list.txt.gz", gzip(list)).with("z.html", page("Z"));
    let run = clean(&sandbox, &["--urls", "list.txt.gz", "z.html", &server.url("/c")]);
    let records = run.assert_exit(0).records();
    assert_eq!(records.len(), 4);
    assert_eq!(records[0]["source"], "z.html");
    let mut sources: Vec<&str> = records.iter().map(|r| r["source"].as_str().unwrap()).collect();
    sources.sort_unstable();
    let urls = [server.url("/a"), server.url("/b"), server.url("/c")];
    assert_eq!(sources, [&urls[0], &urls[1], &urls[2], "z.html"]);
}

#[test]
fn a_list_can_come_from_standard_input() {
    let server = site();
    let args = [&["clean"], &LOCAL[..], &["--urls", "-"]].concat();
    let run = Sandbox::new().run_with_stdin(&args, server.url("/a"));
    assert_eq!(run.assert_exit(0).records().len(), 1);
}

#[test]
fn a_failed_fetch_is_a_record_and_the_run_continues() {
    let server = site();
    let run = clean(&Sandbox::new(), &[&server.url("/missing"), &server.url("/a"), "http://"]);
    let records = run.assert_exit(1).records();
    let of = |source: &str| records.iter().find(|record| record["source"] == source).unwrap();
    let missing = of(&server.url("/missing"));
    assert_eq!(missing["outcome"], "error");
    assert_eq!(missing["error"]["kind"], "status");
    assert_eq!(missing["error"]["message"], "the server answered 404");
    assert_eq!(missing["fetch"]["status"], 404);
    assert_eq!(missing["text"], "");
    assert_eq!(of(&server.url("/a"))["outcome"], "ok");
    assert_eq!(of("http://")["error"]["kind"], "url");
    assert!(run.stderr().contains("/missing: the server answered 404"), "{}", run.stderr());
}

#[test]
fn a_private_address_is_refused_with_the_flag_that_allows_it() {
    let server = site();
    let run = Sandbox::new().run(&["clean", &server.url("/a")]);
    assert_eq!(run.assert_exit(1).records()[0]["error"]["kind"], "address");
    assert_eq!(run.records()[0]["error"]["concerns"], "allow_private");
    assert!(run.stderr().contains("hint: use --allow-private "), "{}", run.stderr());
    assert!(server.heads().is_empty());
}

#[test]
fn a_folder_gets_one_file_per_page_and_existing_ones_are_not_fetched() {
    let server = site();
    let sandbox = Sandbox::new();
    let (a, b) = (server.url("/a"), server.url("/b?id=1"));
    sandbox.write("list.txt", format!("{a}\n{b}\n{a}\n"));
    let args = ["--urls", "list.txt", "-f", "markdown", "-o", "out/"];
    let run = clean(&sandbox, &args);
    // The server has no page for the query.
    assert!(
        run.assert_exit(1).stderr().contains("1 ok, 0 empty, 1 failed (1 skipped"),
        "{}",
        run.stderr()
    );
    let file = format!("{}/a.md", server.folder());
    assert_eq!(sandbox.files("out"), [file.as_str()]);
    assert_article(&sandbox.read(format!("out/{file}")));
    assert_eq!(server.requested_paths(), ["/a", "/b?id=1"]);

    clean(&sandbox, &args).assert_exit(2);
    assert_eq!(server.requested_paths().len(), 2);
    let run = clean(&sandbox, &[&args[..], &["--skip-existing"]].concat());
    assert!(run.assert_exit(1).stderr().contains("(2 skipped"), "{}", run.stderr());
    assert_eq!(server.requested_paths(), ["/a", "/b?id=1", "/b?id=1"]);
}

#[test]
fn robots_txt_is_obeyed_by_default_and_ignoring_it_prints_a_warning() {
    let robots = "User-agent: copydesk\nDisallow: /private\n";
    let server = TestServer::start([
        ("/robots.txt", TestResponse::labelled("text/plain", robots)),
        ("/a", TestResponse::html(page("A"))),
        ("/private", TestResponse::html(page("P"))),
    ]);
    let (allowed, private) = (server.url("/a"), server.url("/private"));
    let run = clean(&Sandbox::new(), &[&allowed, &private]);
    let records = run.assert_exit(1).records();
    let refused = records.iter().find(|record| record["source"] == private.as_str()).unwrap();
    assert_eq!(refused["error"]["kind"], "robots");
    assert_eq!(refused["url"], private.as_str());
    assert_eq!(server.requested_paths(), ["/a"]);
    assert!(!run.stderr().contains("robots.txt is ignored"), "{}", run.stderr());
    let run = clean(&Sandbox::new(), &[&private, "--ignore-robots"]);
    assert!(
        run.assert_exit(0).stderr().contains("warning: robots.txt is ignored"),
        "{}",
        run.stderr()
    );
    assert_eq!(server.requested_paths(), ["/a", "/private"]);
}

#[test]
fn a_missing_contact_is_warned_about_once() {
    let server = site();
    let list = format!("{}\n", server.url("/a")).repeat(12);
    let sandbox = Sandbox::new().with("list.txt", list);
    let run = clean(&sandbox, &["--urls", "list.txt"]);
    assert_eq!(run.assert_exit(0).stderr().matches("warning: no contact is set").count(), 1);
    let run = clean(&sandbox, &["--urls", "list.txt", "--contact", "mailbox@example.org"]);
    assert!(!run.assert_exit(0).stderr().contains("no contact"), "{}", run.stderr());
    assert!(server.heads().last().unwrap().contains("(+mailbox@example.org)"));
}

#[test]
fn a_url_without_its_scheme_gets_a_hint() {
    let run = Sandbox::new().run(&["clean", "example.com/story"]);
    assert!(
        run.assert_exit(1).stderr().contains("`https://example.com/story`"),
        "{}",
        run.stderr()
    );
}

#[test]
fn a_missing_list_ends_the_command() {
    let run = clean(&Sandbox::new(), &["--urls", "missing.txt"]);
    assert!(run.assert_exit(2).stderr().contains("missing.txt"), "{}", run.stderr());
}
