//! `copydesk fetch`: outputs, resuming, errors.

use super::server::{TestResponse, TestServer};
use super::support::{FinishedCommand, Sandbox, assert_article, page, records};

/// Flags that allow loopback addresses and turn off the crawl delay.
const LOCAL: [&str; 3] = ["--allow-private", "--host-delay=0s", "--max-attempts=1"];

fn fetch(sandbox: &Sandbox, args: &[&str]) -> FinishedCommand {
    sandbox.run(&[&["fetch"], &LOCAL[..], args].concat())
}

fn site() -> TestServer {
    TestServer::start([
        ("/a", TestResponse::html(page("A")).header("ETag: \"v1\"")),
        ("/b/", TestResponse::html(page("B"))),
        ("/c", TestResponse::redirect("/b/")),
        ("/d.txt", TestResponse::labelled("text/plain; charset=windows-1252", *b"caf\xe9")),
        ("/busy", TestResponse::status(503)),
    ])
}

#[test]
fn one_page_goes_to_standard_output_as_it_is() {
    let server = site();
    let run = fetch(&Sandbox::new(), &[&server.url("/c")]);
    assert_eq!(run.assert_exit(0).stdout(), page("B"));
    assert!(run.stderr().contains("1 page: 1 fetched, 0 failed"), "{}", run.stderr());
    let run = fetch(&Sandbox::new(), &[&server.url("/missing")]);
    assert_eq!(run.assert_exit(1).stdout(), "");
    assert!(run.stderr().contains("the server answered 404"), "{}", run.stderr());
    assert!(run.stderr().contains("1 failed (status 1)"), "{}", run.stderr());
}

#[test]
fn several_pages_are_lines_that_clean_reads() {
    let server = site();
    let urls = ["/a", "/c", "/d.txt", "/missing"].map(|path| server.url(path));
    let sandbox = Sandbox::new();
    let args: Vec<&str> = urls.iter().map(String::as_str).collect();
    let run = fetch(&sandbox, &args);
    let lines = run.assert_exit(1).records();
    let of = |url: &str| lines.iter().find(|line| line["url"] == url).unwrap();
    let redirected = of(&urls[1]);
    assert_eq!(redirected["final_url"], server.url("/b/"));
    assert_eq!(redirected["status"], 200);
    assert_eq!(redirected["redirects"][0]["url"], urls[1]);
    assert_eq!(redirected["redirects"][0]["status"], 302);
    assert_eq!(redirected["content_type"], "text/html");
    assert_eq!(redirected["attempts"], 1);
    assert_eq!(redirected["body_bytes"], page("B").len());
    assert_eq!(redirected["html"], page("B"));
    assert!(redirected["timings_ms"]["first_byte"].is_number());
    assert!(redirected["remote_address"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(of(&urls[0])["etag"], "\"v1\"");
    assert_eq!(of(&urls[2])["raw_content"], "café");
    assert_eq!(of(&urls[2])["content_type"], "text/plain; charset=windows-1252");
    assert_eq!(of(&urls[3])["error"]["kind"], "status");
    assert!(of(&urls[3]).get("html").is_none());

    let run = sandbox.run_with_stdin(&["clean"], run.stdout());
    let cleaned = run.assert_exit(1).records();
    let record = cleaned.iter().find(|record| record["url"] == server.url("/b/")).unwrap();
    assert_article(record["text"].as_str().unwrap());
    assert_eq!(record["fetch"]["final_url"], server.url("/b/"));
    assert_eq!(record["fetch"]["fetched_at"], redirected["fetched_at"]);
    let record = cleaned.iter().find(|record| record["url"] == urls[3].as_str()).unwrap();
    assert_eq!(record["error"]["message"], "the server answered 404");
}

#[test]
fn a_folder_has_one_file_per_page_and_can_be_completed() {
    let server = site();
    let sandbox = Sandbox::new();
    let urls = ["/a", "/b/", "/busy"].map(|path| server.url(path));
    sandbox.write("list.txt", urls.join("\n"));
    let args = ["--urls", "list.txt", "-o", "pages/", "--stats", "stats.json"];
    fetch(&sandbox, &args).assert_exit(1);
    let host = server.folder();
    assert_eq!(sandbox.files("pages"), [format!("{host}/a.html"), format!("{host}/b/index.html")]);
    assert_eq!(sandbox.read(format!("pages/{host}/a.html")), page("A"));
    let stats = &records(&sandbox.read("stats.json").replace('\n', ""))[0];
    assert_eq!((&stats["ok"], &stats["failures"]["status"]), (&2.into(), &1.into()));

    fetch(&sandbox, &args).assert_exit(2);
    let run = fetch(&sandbox, &[&args[..], &["--skip-existing"]].concat());
    assert!(run.assert_exit(1).stderr().contains("2 skipped"), "{}", run.stderr());
    assert_eq!(server.requested_paths(), ["/a", "/b/", "/busy", "/busy"]);
}

#[test]
fn a_file_of_lines_is_resumed_after_its_last_complete_line() {
    for name in ["pages.jsonl", "pages.jsonl.gz", "pages.jsonl.zst"] {
        let server = site();
        let sandbox = Sandbox::new();
        let [a, b] = ["/a", "/b/"].map(|path| server.url(path));
        fetch(&sandbox, &[&a, "-o", name]).assert_exit(0);
        let whole = std::fs::read(sandbox.path(name)).unwrap();
        let run = fetch(&sandbox, &[&a, "-o", name]);
        assert!(run.assert_exit(2).stderr().contains("--skip-existing"), "{}", run.stderr());
        let cut = whole.get(..whole.len() / 2).unwrap();
        sandbox.write(name, [&whole, cut].concat());
        fetch(&sandbox, &[&a, &b, "-o", name, "--skip-existing"]).assert_exit(0);
        assert_eq!(server.requested_paths(), ["/a", "/b/"], "{name}");
        let run = sandbox.run(&["clean", name]);
        let cleaned = run.assert_exit(0).records();
        let urls: Vec<&str> = cleaned.iter().map(|r| r["url"].as_str().unwrap()).collect();
        assert_eq!(urls, [&a, &b], "{name}");
        fetch(&sandbox, &[&a, "-o", name, "--overwrite"]).assert_exit(0);
        assert_eq!(sandbox.run(&["clean", name]).assert_exit(0).records().len(), 1, "{name}");
    }
}

#[test]
fn an_archive_has_every_exchange_and_can_be_completed() {
    let server = site();
    let sandbox = Sandbox::new();
    let [a, c, missing] = ["/a", "/c", "/missing"].map(|path| server.url(path));
    fetch(&sandbox, &[&a, &c, "-o", "crawl.warc"]).assert_exit(0);
    let archive = sandbox.read("crawl.warc");
    let count = |kind: &str| archive.matches(&format!("WARC-Type: {kind}\r\n")).count();
    assert_eq!(count("warcinfo"), 1);
    // The redirect and its target, and the other page.
    assert_eq!((count("response"), count("request"), count("metadata")), (3, 3, 2));
    assert!(archive.contains(&format!("WARC-Target-URI: {c}\r\n")), "{archive}");
    assert!(archive.contains(&page("B")));
    let cut = archive.get(..archive.len() - 10).unwrap();
    sandbox.write("crawl.warc", cut);
    let run = fetch(&sandbox, &[&a, &c, &missing, "-o", "crawl.warc", "--skip-existing"]);
    assert!(run.assert_exit(1).stderr().contains("1 skipped"), "{}", run.stderr());
    assert_eq!(sandbox.read("crawl.warc").matches("WARC-Type: metadata\r\n").count(), 3);
    let run = fetch(&sandbox, &[&a, &c, &missing, "-o", "crawl.warc", "--skip-existing"]);
    assert!(run.assert_exit(0).stderr().contains("3 skipped"), "{}", run.stderr());
}

#[test]
fn a_permanent_failure_is_in_the_output_once() {
    let server = TestServer::start([
        ("/a", TestResponse::html(page("A"))),
        ("/picture", TestResponse::labelled("image/png", *b"\x89PNG\r\n\x1a\n")),
        ("/busy", TestResponse::status(503)),
    ]);
    let sandbox = Sandbox::new();
    let urls = ["/a", "/picture", "/missing", "/busy"].map(|path| server.url(path));
    let args: Vec<&str> = urls.iter().map(String::as_str).collect();
    for (output, kept) in [("pages.jsonl", 5), ("pages.warc", 5)] {
        let run = |more: &[&str]| fetch(&sandbox, &[&args[..], &["-o", output], more].concat());
        run(&[]).assert_exit(1);
        let again = run(&["--skip-existing"]);
        let said = again.assert_exit(1).stderr();
        assert!(said.contains("1 failed (status 1), 3 skipped"), "{output}: {said}");
        let written = sandbox.read(output);
        let outcomes = match output {
            "pages.jsonl" => written.lines().count(),
            _ => written.matches("WARC-Type: metadata\r\n").count(),
        };
        // What may pass was fetched again.
        assert_eq!(outcomes, kept, "{output}");
    }
}

#[test]
fn errors_of_fetch_come_with_hints() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["fetch"]);
    assert!(run.assert_exit(2).stderr().contains("hint: name URLs"), "{}", run.stderr());
    let run = sandbox.run(&["fetch", "https://a.example/", "-o", "a.txt"]);
    assert!(run.assert_exit(2).stderr().contains(".jsonl"), "{}", run.stderr());
    let run = sandbox.run(&["fetch", "https://a.example/", "--user-agent", "a\nb"]);
    assert!(run.assert_exit(2).stderr().contains("user_agent"), "{}", run.stderr());
    let run = sandbox.run(&["fetch", "not-a-url"]);
    assert!(
        run.assert_exit(1).stderr().starts_with(
            "error: not-a-url: not a usable URL: it does not begin with http:// or https://\n"
        ),
        "{}",
        run.stderr()
    );
    let run = sandbox.run(&["fetch", "example.com"]);
    assert!(run.assert_exit(1).stderr().contains("`https://example.com`"), "{}", run.stderr());
}

#[test]
fn credentials_are_sent_and_not_written() {
    let server = site();
    let url = server.url("/missing").replace("http://", "http://user:secret@");
    let run = fetch(&Sandbox::new(), &["-o", "-", &url, &server.url("/a"), "user:secret@x"]);
    let text = format!("{}{}", run.assert_exit(1).stdout(), run.stderr());
    assert!(!text.contains("secret"), "{text}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_run_gracefully() {
    let server = TestServer::start([
        ("/a", TestResponse::html(page("A"))),
        ("/slow", TestResponse::never()),
    ]);
    let sandbox = Sandbox::new();
    for command in ["fetch", "clean"] {
        let (a, slow) = (server.url("/a"), server.url("/slow"));
        let args = [&[command], &LOCAL[..], &[&a, &slow]].concat();
        let (first, run) = sandbox.interrupt_after_a_line(&args);
        assert_eq!(records(&first)[0]["url"], a.as_str());
        assert!(
            run.assert_exit(130).stderr().contains("note: stopped"),
            "{command}: {}",
            run.stderr()
        );
        assert!(run.stderr().contains("1 page: 1 "), "{command}: {}", run.stderr());
    }
}
