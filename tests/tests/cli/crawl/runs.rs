//! How runs start and end: one at a time, stopped gracefully, and resumed.

use std::process::Stdio;

use super::{CrawlSandbox, assert_delivered};

#[test]
fn a_second_run_of_a_running_job_is_refused() {
    let mut crawl = CrawlSandbox::new("");
    crawl.web.hold_responses();
    let mut command = crawl.sandbox.command(&["crawl", "jobs.toml", "--once"]);
    let first = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It has its lock before it sends a request.
    crawl.web.wait_for_requests(1);
    let second = crawl.run();
    second.assert_exit(75);
    assert!(
        second.stderr().contains("another run of the job `web` is in progress"),
        "{}",
        second.stderr()
    );
    crawl.web.release_responses();
    super::FinishedCommand::from(first.wait_with_output().unwrap()).assert_exit(0);
    assert_delivered(&crawl.delivered(), &crawl.web.deliverable(), "new", 1);
}

#[cfg(unix)]
#[test]
fn a_stopped_run_ends_gracefully_and_the_next_one_resumes() {
    let mut crawl = CrawlSandbox::new("");
    let mut command = crawl.sandbox.command(&["crawl", "jobs.toml", "--once"]);
    let first = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    crawl.web.wait_for_requests(100);
    let id = first.id().to_string();
    let killed = std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(killed.success());
    super::FinishedCommand::from(first.wait_with_output().unwrap()).assert_exit(143);
    let before = crawl.web.request_count();
    let mut delivered = crawl.delivered();
    let first_asked = crawl.article_requests();

    crawl.run().assert_exit(0);
    delivered.extend(crawl.delivered());
    assert_delivered(&delivered, &crawl.web.deliverable(), "new", 1);
    let again: Vec<String> = crawl
        .article_requests()
        .into_keys()
        .filter(|url| {
            first_asked.get(url).is_some_and(|asked| asked.iter().any(|one| one.status == 200))
        })
        .filter(|url| delivered.iter().any(|one| one.url == *url))
        .collect();
    // Fetches that were interrupted the first time may be requested again.
    let torn = crawl.web.torn();
    let again: Vec<_> = again.into_iter().filter(|url| !torn.contains(url)).collect();
    assert!(again.is_empty(), "requested again: {again:?}");
    println!("stopped after {before} requests, {} in all", crawl.web.request_count());
}

#[test]
fn a_run_ends_with_its_budget_and_the_next_ones_continue() {
    let mut crawl =
        CrawlSandbox::new("[job.budget]\nvisits = 100\n[job.revisit]\nhubs = \"24h\"\n");
    let mut delivered = Vec::new();
    let mut runs = 0;
    loop {
        crawl.run().assert_exit(0);
        runs += 1;
        assert!(runs < 100, "runs without end");
        let visits =
            crawl.web.take_requests().into_iter().filter(|one| one.target != "/robots.txt").count();
        // Redirects and retries are not visits.
        assert!(visits <= 160, "{visits} requests");
        let new = crawl.delivered();
        if new.is_empty() {
            break;
        }
        delivered.extend(new);
    }
    assert_delivered(&delivered, &crawl.web.deliverable(), "new", 1);
    assert!(runs >= 4, "{runs}");
    println!("{runs} runs of 100 visits");
}
