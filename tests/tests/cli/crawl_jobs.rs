//! `copydesk crawl`: checking jobs files, how runs end, and signals.

use std::fs::File;

use super::server::{TestResponse, TestServer};
use super::support::{Sandbox, page, records};

/// A job for a test server, without a crawl delay.
fn job(name: &str, seed: &str, more: &str) -> String {
    format!(
        "[[job]]\nname = \"{name}\"\nseeds = [{{ url = \"{seed}\", kind = \"page\" }}]\n\
         scope = {{ follow_links = false, sitemaps = false, feeds = false }}\n\
         politeness = {{ allow_private = true, host_delay = \"0s\", max_attempts = 1 }}\n\
         output = [{{ path = \"{{job}}.jsonl\" }}]\n{more}\n"
    )
}

const DAILY: &str = "schedule = { cron = \"0 6 * * *\", zone = \"Europe/Berlin\" }";

/// A server with an article at `/a`.
fn server() -> TestServer {
    TestServer::start([
        ("/a", TestResponse::html(page("A ferry"))),
        ("/slow", TestResponse::never()),
    ])
}

#[test]
fn check_explains_what_would_run() {
    let jobs = r#"
        listen = "0.0.0.0:8190"
        [[job]]
        name = "harbour-news"
        seeds = ["https://www.news.example/", { url = "https://www.news.example/feed", kind = "feed" }]
        [job.scope]
        exclude = ["*/print/*"]
        [job.schedule]
        cron = "0 6 * * MON"
        zone = "Europe/Berlin"
        jitter = "2m"
        [job.budget]
        time = "90m"
        [job.politeness]
        robots = false
        [[job.output]]
        path = "out/{job}-{run}.csv.gz"
        [[job.output]]
        path = "pages/"
        [[job]]
        name = "by-hand"
        seeds = ["https://other.example/"]
        politeness = { contact = "desk@desk.example" }
        output = [{ path = "other.jsonl" }]
    "#;
    let sandbox = Sandbox::new().with("jobs.toml", jobs);
    let run = sandbox.run(&["crawl", "jobs.toml", "--check"]);
    let said = run.assert_exit(0).stdout();
    let lines: Vec<String> =
        said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "jobs.toml: 2 jobs, up to 4 at a time",
        "state crawl.sqlite (does not exist yet)",
        "status page http://0.0.0.0:8190/",
        "stops within 30s",
        "harbour-news",
        "seeds https://www.news.example/",
        "https://www.news.example/feed (feed)",
        "hosts news.example and its subdomains",
        "excludes */print/*",
        "discovers links, up to 10 links from a seed; the sitemaps of its sites; the feeds that pages link to",
        "runs cron \"0 6 * * MON\" in Europe/Berlin, each up to 2m later; missed times are made up for once",
        "budget 100000 visits per run, 90m, 500 URLs per pattern with a query, 20000 per other pattern",
        "politeness 1s between requests to a host (up to 1m if it asks for more), up to 64 fetches at a time; \
         ignores robots.txt; no contact",
        "revisits pages after 1d, earlier if a page changes and later if it does not (1h to 30d); \
         sections, feeds and sitemaps in every run",
        "change more than 2% of the words; pages that are gone are reported",
        "writes out/harbour-news-1.csv.gz (csv, gzip)",
        "writes pages/ (jsonl, one file per page)",
        "keeps outputs forever, runs 365d, URLs that are gone or no longer linked 180d",
        "fails if more than 10% of the visits in a run fail",
        "known nothing yet",
        "by-hand",
        "runs only with --once",
    ] {
        assert!(lines.iter().any(|said| said == line), "{line:?} is not in {said}");
    }
    // Three Mondays at six in Berlin, which is five in winter and four in summer.
    let next: Vec<&str> = said.lines().filter(|line| line.contains(" 06:00:00 C")).collect();
    assert_eq!(next.len(), 3, "{said}");
    for line in next {
        let is_winter = line.contains(" 06:00:00 CET (Mon ") && line.contains(" 05:00:00 UTC)");
        let is_summer = line.contains(" 06:00:00 CEST (Mon ") && line.contains(" 04:00:00 UTC)");
        assert!(line.contains("Mon 2") && (is_winter || is_summer), "{line}");
    }
    let notes = run.stderr();
    assert!(
        notes
            .contains("warning: no contact is set, so site owners cannot reach you (harbour-news)")
    );
    assert!(
        notes.contains("warning: robots.txt is ignored: robots = false (harbour-news)"),
        "{notes}"
    );
    assert!(notes.contains("is visible to other machines: 0.0.0.0:8190"), "{notes}");
    // Nothing is written.
    assert_eq!(sandbox.files(""), ["jobs.toml"]);

    let one = sandbox.run(&["crawl", "jobs.toml", "--check", "--job", "by-hand"]);
    assert!(one.assert_exit(0).stdout().contains("\nby-hand\n"));
    assert!(!one.stdout().contains("harbour-news\n") && !one.stderr().contains("contact"));
}

#[test]
fn an_error_in_the_jobs_file_is_reported_with_its_line_in_every_mode() {
    let jobs =
        job("news", "https://news.example/", "[job.scope]\n[job.clean]\nhost_delay = \"3s\"");
    let jobs =
        jobs.replace("scope = { follow_links = false, sitemaps = false, feeds = false }\n", "");
    let sandbox = Sandbox::new().with("jobs.toml", &jobs);
    for how in [&["--check"][..], &["--once"], &[]] {
        let run = sandbox.run(&[&["crawl", "jobs.toml"], how].concat());
        assert_eq!(
            run.assert_exit(2).stderr(),
            "error: jobs.toml: line 8: unknown key `host_delay` in [job.clean]\n\
             hint: it belongs in [job.politeness]\n"
        );
        assert_eq!(run.stdout(), "");
    }
    assert_eq!(sandbox.files(""), ["jobs.toml"]);
}

#[test]
fn check_opens_every_file_that_a_run_would_read() {
    let more = "clean = { block_urls = \"none.txt\" }";
    let sandbox = Sandbox::new().with("jobs.toml", job("news", "https://news.example/", more));
    let run = sandbox.run(&["crawl", "jobs.toml", "--check"]);
    assert!(
        run.assert_exit(2).stderr().starts_with("error: job `news`: none.txt: "),
        "{}",
        run.stderr()
    );
}

#[test]
fn once_runs_each_job_and_says_what_it_did() {
    let server = server();
    let jobs = job("ant", &server.url("/a"), DAILY) + &job("bee", &server.url("/a"), "");
    // In sequence, since only one job at a time can lease a host.
    let sandbox = Sandbox::new().with("jobs.toml", "max_jobs = 1\n".to_owned() + &jobs);
    let run = sandbox.run(&["crawl", "jobs.toml", "--once"]);
    let said = run.assert_exit(0).stderr();
    for name in ["ant", "bee"] {
        assert!(said.contains(&format!("{name}: complete, 1 visit: 1 new; ")), "{said}");
        let written = records(&sandbox.read(format!("{name}.jsonl")));
        assert_eq!(written[0]["title"], "A ferry");
    }
    let check = sandbox.run(&["crawl", "jobs.toml", "--check", "--job", "ant"]);
    let known =
        check.assert_exit(0).stdout().lines().find(|line| line.starts_with("  known")).unwrap();
    assert!(
        known.contains("1 URL (1 active); last run 2") && known.ends_with(": complete"),
        "{known}"
    );

    let one = sandbox.run(&["crawl", "jobs.toml", "--once", "--job", "bee"]);
    assert!(
        one.assert_exit(0).stderr().starts_with("bee: complete, 0 visits; "),
        "{}",
        one.stderr()
    );
    let quiet = sandbox.run(&["crawl", "jobs.toml", "--once", "--quiet"]);
    assert_eq!(quiet.assert_exit(0).stderr(), "");
    let other = sandbox.run(&["crawl", "jobs.toml", "--once", "--job", "be"]);
    assert_eq!(
        other.assert_exit(2).stderr(),
        "error: jobs.toml: no job is called `be`\nhint: did you mean `bee`?\n"
    );
}

#[test]
fn the_exit_status_says_how_runs_ended() {
    let server = server();
    // Each job has its own host, since a host that failed may be in back-off.
    let failing = || TestServer::start([("/x", TestResponse::status(500))]).url("/x");
    let jobs = job("good", &server.url("/a"), "")
        + &job("failing", &failing(), "")
        + &job("failing-too", &failing(), "")
        + &job("lenient", &failing(), "max_failed = 1")
        + &job("broken", &server.url("/a"), "clean = { block_urls = \"none.txt\" }");
    let sandbox = Sandbox::new().with("jobs.toml", jobs);
    let once = |jobs: &[&str]| {
        let mut args = vec!["crawl", "jobs.toml", "--once"];
        for job in jobs {
            args.extend(["--job", job]);
        }
        sandbox.run(&args)
    };
    once(&["lenient"]).assert_exit(0);
    let failing = once(&["failing"]);
    let said = failing.assert_exit(1).stderr();
    assert!(
        said.starts_with("failing: failed, 1 visit: 1 failed; ")
            && said.contains(
                "warning: failing: the only visit failed, and the start page was not reached: 1 status (http://"
            )
            && said.contains("/x: the server answered 500)"),
        "{said}"
    );
    let broken = once(&["broken"]);
    assert!(
        broken.assert_exit(2).stderr().starts_with("error: broken: none.txt: "),
        "{}",
        broken.stderr()
    );

    // Another process is running the job.
    let lock = File::create(sandbox.path("crawl.sqlite.good.lock")).unwrap();
    lock.try_lock().unwrap();
    let busy = once(&["good"]);
    assert_eq!(
        busy.assert_exit(75).stderr(),
        "error: good: another run of the job `good` is in progress (crawl.sqlite.good.lock)\n\
         hint: wait until it has ended; two runs of one job never overlap\n"
    );
    assert!(!sandbox.path("good.jsonl").exists());
    // With several jobs, the worst result counts.
    once(&["good", "lenient"]).assert_exit(75);
    once(&["good", "failing-too"]).assert_exit(1);
    once(&["good", "failing", "broken"]).assert_exit(2);
    lock.unlock().unwrap();
    once(&["good"]).assert_exit(0);
    assert!(sandbox.path("good.jsonl").exists());
}

#[test]
fn what_was_wrong_with_a_job_is_told_and_its_next_run_visits_what_it_concerns() {
    let server = TestServer::start([
        ("/", TestResponse::html("<a href=/story/a>a</a><a href=/story/b>b</a>")),
        ("/story/a", TestResponse::html(page("A ferry"))),
    ]);
    let port = server.folder().rsplit('_').next().unwrap().to_owned();
    let jobs = |private: bool, deliver: &str| {
        format!(
            "[[job]]\nname = \"news\"\nseeds = [\"{}\"]\nmax_failed = 0.6\n\
             scope = {{ deliver = [\"{deliver}\"], sitemaps = false }}\n\
             politeness = {{ allow_private = {private}, host_delay = \"0s\", max_attempts = 1 }}\n\
             output = [{{ path = \"news.jsonl\" }}]\n",
            server.url("/")
        )
    };
    let mismatch = format!(
        "news: `deliver` pattern `127.0.0.1/story/*` matches nothing: the pages are at port {port}, so write \
         `127.0.0.1:{port}/story/*`"
    );
    let sandbox = Sandbox::new().with("jobs.toml", jobs(false, "127.0.0.1/story/*"));
    let check = sandbox.run(&["crawl", "jobs.toml", "--check"]);
    let said = check.assert_exit(0).stderr();
    assert!(said.contains(&format!("warning: {mismatch}")), "{said}");

    let once = || sandbox.run(&["crawl", "jobs.toml", "--once"]);
    let failed = once();
    let said = failed.assert_exit(1).stderr();
    for part in ["1 address (http://127.0.0.1:", "(setting `allow_private`)", mismatch.as_str()] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let check = sandbox.run(&["crawl", "jobs.toml", "--check"]);
    let known = check.assert_exit(0).stdout().lines().find(|line| line.starts_with("  known"));
    assert!(known.unwrap().contains(": failed: the only visit failed, and "), "{known:?}");

    sandbox.write("jobs.toml", jobs(true, "127.0.0.1/story/*"));
    let run = once();
    let said = run.assert_exit(0).stderr();
    assert!(said.contains("news: complete, 4 visits: 2 missing, 2 read for links; "), "{said}");
    assert!(said.contains("note: news: no page from 2 status (http://127.0.0.1:"), "{said}");
    assert!(
        said.contains("warning: news: the job has changed (how pages are fetched): "),
        "{said}"
    );

    sandbox.write("jobs.toml", jobs(true, &format!("127.0.0.1:{port}/story/*")));
    once().assert_exit(0);
    assert_eq!(records(&sandbox.read("news.jsonl"))[0]["title"], "A ferry");

    let due = |patterns: &[&str]| {
        sandbox.run(&[&["state", "due", "jobs.toml", "--job", "news"], patterns].concat())
    };
    let made = due(&["*/story/a"]);
    assert_eq!(made.assert_exit(0).stderr(), "news: 1 more URL is due now, of 1 URL that match\n");
    let run = once();
    let said = run.assert_exit(0).stderr();
    assert!(said.contains("news: complete, 2 visits: 1 unchanged, 1 read for links; "), "{said}");
    assert_eq!(due(&["other.example"]).assert_exit(1).stderr(), "warning: news: no URL matches\n");
    due(&["/story"]).assert_exit(2);
}

#[test]
fn a_file_that_is_not_a_state_is_refused() {
    let sandbox = Sandbox::new()
        .with("jobs.toml", job("news", "https://news.example/", DAILY))
        .with("crawl.sqlite", "no database, but long enough to be one ".repeat(100));
    for how in [&["--once"][..], &["--check"], &["--no-listen"]] {
        let run = sandbox.run(&[&["crawl", "jobs.toml"], how].concat());
        assert!(
            run.assert_exit(2).stderr().contains("crawl.sqlite: "),
            "{how:?}: {}",
            run.stderr()
        );
    }
}

#[test]
fn a_daemon_without_a_schedule_is_refused() {
    let sandbox = Sandbox::new().with("jobs.toml", job("news", "https://news.example/", ""));
    let run = sandbox.run(&["crawl", "jobs.toml", "--no-listen"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: jobs.toml: no job has a schedule\n\
         hint: give a job a [job.schedule], or run the jobs now with --once\n"
    );
}

#[cfg(unix)]
mod daemon {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, ChildStderr, Command, Stdio};

    use super::*;

    /// A running daemon, and its standard error.
    struct DaemonProcess {
        child: Child,
        stderr: BufReader<ChildStderr>,
    }

    impl DaemonProcess {
        fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
            let mut child = sandbox
                .command(&[&["crawl", "jobs.toml"], args].concat())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let stderr = BufReader::new(child.stderr.take().unwrap());
            Self { child, stderr }
        }

        /// Reads the next line, and asserts that it contains these words.
        #[track_caller]
        fn expect_line(&mut self, words: &str) -> String {
            let mut line = String::new();
            self.stderr.read_line(&mut line).unwrap();
            assert!(line.contains(words), "{line:?} has no {words:?}");
            line
        }

        fn signal(&self, signal: &str) {
            let id = self.child.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        }

        /// Waits for its end. Returns the exit status and the rest of standard error.
        fn wait(mut self) -> (i32, String) {
            let mut said = String::new();
            self.stderr.read_to_string(&mut said).unwrap();
            (self.child.wait().unwrap().code().unwrap(), said)
        }
    }

    #[test]
    fn the_daemon_follows_the_schedule_until_it_is_stopped() {
        let server = server();
        let often = "schedule = { every = \"1s\" }\nrevisit = { every = \"0s\", adaptive = false }";
        let sandbox = Sandbox::new().with("jobs.toml", job("news", &server.url("/a"), often));
        let mut staying = DaemonProcess::start(&sandbox, &["--no-listen"]);
        staying.expect_line("jobs.toml: following the schedules");
        staying.expect_line("news: complete, 1 visit: 1 new; ");
        staying.expect_line("news: complete, 1 visit: 1 unchanged; ");
        // A job that one process runs is busy for another.
        assert!(sandbox.path("crawl.sqlite.news.lock").exists());
        staying.signal("-TERM");
        let (status, said) = staying.wait();
        assert_eq!(status, 143);
        assert!(said.contains("note: stopped: the remaining URLs stay due"), "{said}");
        assert_eq!(records(&sandbox.read("news.jsonl")).len(), 1);
    }

    #[test]
    fn sighup_reloads_the_jobs_file_and_an_error_in_it_changes_nothing() {
        let jobs = |names: &[&str]| -> String {
            names.iter().map(|name| job(name, "https://news.example/", DAILY)).collect()
        };
        let sandbox = Sandbox::new().with("jobs.toml", jobs(&["ant"]));
        let mut staying = DaemonProcess::start(&sandbox, &["--listen", "127.0.0.1:0"]);
        let address = staying.expect_line("status page: http://127.0.0.1:");
        let address = address.trim().strip_prefix("status page: http://").unwrap();
        let address = address.trim_end_matches('/').to_owned();
        staying.expect_line("following the schedules");
        let shown = || {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(stream, "GET /api/jobs HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        assert!(shown().contains("\"ant\""), "{}", shown());

        sandbox.write("jobs.toml", jobs(&["ant", "bee", "bee"]));
        staying.signal("-HUP");
        staying.expect_line("error: jobs.toml: line 15: two jobs are called `bee`");
        staying.expect_line("note: not reloaded: the previous jobs stay in force");
        sandbox.write("jobs.toml", "state = \"other.sqlite\"\n".to_owned() + &jobs(&["bee"]));
        staying.signal("-HUP");
        staying.expect_line("error: jobs.toml: `state` has changed");
        staying.expect_line("hint: restart the command to use another state");
        staying.expect_line("note: not reloaded");
        assert!(!shown().contains("\"bee\""));
        sandbox.write("jobs.toml", jobs(&["bee", "cow"]));
        staying.signal("-HUP");
        staying.expect_line("reloaded: 2 jobs");
        // The page can be up to two seconds old.
        let mut answer = shown();
        while !answer.contains("\"cow\"") {
            answer = shown();
        }
        assert!(answer.contains("\"bee\""), "{answer}");
        assert!(!answer.contains("\"ant\""), "{answer}");
        staying.signal("-INT");
        assert_eq!(staying.wait().0, 130);
    }

    #[test]
    fn an_address_in_use_is_an_error_with_a_hint() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let jobs = format!("listen = \"{address}\"\n{}", job("a", "https://a.example/", DAILY));
        let sandbox = Sandbox::new().with("jobs.toml", jobs);
        let run = sandbox.run(&["crawl", "jobs.toml"]);
        let said = run.assert_exit(2).stderr();
        assert!(
            said.starts_with(&format!("error: {address}: cannot serve the status page")),
            "{said}"
        );
        assert!(
            said.contains("hint: another program, or another copydesk, listens there"),
            "{said}"
        );
    }

    #[test]
    fn a_run_that_does_not_stop_in_time_is_abandoned_and_the_next_one_resumes() {
        let server = server();
        let jobs = job("news", &server.url("/slow"), "");
        let jobs = format!("stop_timeout = \"0s\"\n{jobs}");
        let sandbox = Sandbox::new().with("jobs.toml", jobs);
        let staying = DaemonProcess::start(&sandbox, &["--once"]);
        while server.requested_paths().is_empty() {
            std::thread::yield_now();
        }
        staying.signal("-TERM");
        let (status, said) = staying.wait();
        assert_eq!(status, 143);
        assert!(
            said.contains("note: abandoned, since they did not stop in time: news; "),
            "{said}"
        );
        // The lock ended with the process, and the state is unchanged.
        let check = sandbox.run(&["crawl", "jobs.toml", "--check"]);
        let known = check.assert_exit(0).stdout();
        assert!(known.contains("  known "), "{known}");
        let impatient = "politeness = { first_byte_timeout = \"1s\", ";
        let jobs = sandbox.read("jobs.toml").replace("politeness = { ", impatient);
        sandbox.write("jobs.toml", jobs);
        let run = sandbox.run(&["crawl", "jobs.toml", "--once"]);
        assert!(
            run.assert_exit(1).stderr().contains("news: failed, 1 visit: 1 failed"),
            "{}",
            run.stderr()
        );
    }
}
