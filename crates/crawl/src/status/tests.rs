//! The responses of the server, over a connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::listener::{ConnectionLimits, StatusListener};
use super::testing::{
    FixedData, TestStatusServer, ago, data, delivery, exchange, run, start_server, start_server_at,
};
use super::{LiveStatus, StatusSources, serve, server};
use crate::error::ErrorKind;
use crate::frontier::{RunEnd, VisitOutcome};
use copydesk_core::StopToken;

const PAGES: [&str; 12] = [
    "/",
    "/jobs/harbour",
    "/hosts",
    "/metrics",
    "/livez",
    "/healthz",
    "/style.css",
    "/api/jobs",
    "/api/jobs/harbour",
    "/api/jobs/harbour/runs",
    "/api/jobs/harbour/errors",
    "/api/hosts",
];

#[test]
fn the_overview_shows_every_job_and_its_standing() {
    let served = start_server(data());
    served.live.set_next_run("harbour", Some(ago(-25)));
    served.live.run_began("ferries", ago(2));
    let response = served.get("/");
    assert_eq!(response.status, 200);
    assert!(response.head.contains("content-type: text/html; charset=utf-8"), "{}", response.head);
    for part in [
        "<h1>2 jobs</h1>",
        "1 running",
        r#"<a href="/jobs/harbour">harbour</a> <span class="badge good">ok</span>"#,
        r#"<a href="/jobs/ferries">ferries</a> <span class="badge busy">running</span>"#,
        "every 30 minutes",
        r#"title="2026-11-28T17:50:00Z">17:50 <span class="faint">in 25 min</span>"#,
        "17:00 <span class=\"faint\">25 min ago</span>",
        // Of the last 24 hours.
        "<dd>9</dd><dt>new</dt>",
        "<dd>3</dd><dt>undelivered</dt>",
        "<title>28 Nov 15:00: 9 new, 2 failed</title>",
        "No longer in the jobs file",
        r#"<a href="/jobs/retired">retired</a>"#,
        r#"<meta http-equiv="refresh" content="30">"#,
    ] {
        assert!(response.body.contains(part), "{part}\n{}", response.body);
    }
}

#[test]
fn a_jobs_page_shows_runs_errors_and_records_beside_what_was_removed() {
    let response = start_server(data()).get("/jobs/harbour");
    assert_eq!(response.status, 200);
    for part in [
        "1,204 active, 7 gone",
        "<title>28 Nov 15:00: 7 new, 1 failed</title>",
        "<td class=\"number\">100</td><td class=\"number\">12</td>",
        "1.2 MB",
        "no answer &#60;within&#62; 20 s",
        "10 times in a row",
        "in 1 h 30 min",
        r#"<a href="https://news.example/ferry" rel="noreferrer noopener">"#,
        "The ferry sailed again on Monday.",
        "Sign up for &#60;b&#62;our&#60;/b&#62; newsletter",
        "en/newsletter-signup · 0.97",
        r#"<p class="added">It sailed &#60;i&#62;again&#60;/i&#62;.</p>"#,
        r#"<p class="gone">It was in dock.</p>"#,
        "25% of the words changed",
    ] {
        assert!(response.body.contains(part), "{part}\n{}", response.body);
    }
    // A reload would close the records that someone opened.
    assert!(!response.body.contains("http-equiv"));
}

#[test]
fn what_pages_say_is_text_and_never_markup() {
    let mut data = data();
    data.latest = vec![delivery(1, "javascript:alert(1)", "<script>alert(1)</script>")];
    data.errors[0].url = "javascript:alert(2)".into();
    data.errors[0].kind = "\"><img src=x>".into();
    data.hosts[0].host = "<script>.example".into();
    data.runs[0].figures.errors = [("<script>kind".to_owned(), 3)].into();
    data.runs[0].figures.drifts = vec!["<script>drift".into()];
    data.runs[0].message = Some("<script>message".into());
    data.jobs[1].name = "<script>name".into();
    let served = start_server(data);
    for path in ["/", "/jobs/harbour", "/hosts", "/jobs/%3Cscript%3Ename", "/jobs/%3Cscript%3E"] {
        let response = served.get(path);
        assert!(!response.body.contains("<script"), "{path}: {}", response.body);
        assert!(!response.body.contains("<img"), "{path}: {}", response.body);
        assert!(!response.body.contains("href=\"javascript"), "{path}: {}", response.body);
        assert!(response.body.contains("&#60;script&#62;"), "{path}: {}", response.body);
    }
}

#[test]
fn hosts_show_back_off_delay_and_owner() {
    let response = start_server(data()).get("/hosts");
    for part in
        ["1 in back-off", "slow.example", "until 18:25", "503 three times", "1500ms", "desk-1"]
    {
        assert!(response.body.contains(part), "{part}\n{}", response.body);
    }
}

#[test]
fn silence_and_drift_are_reported() {
    let mut data = data();
    for run in &mut data.runs[..2] {
        run.figures.outcomes = [(VisitOutcome::NotModified, 100)].into();
    }
    data.runs[0].figures.drifts = vec!["news.example keeps 12% of its words".into()];
    let served = start_server(data);
    let response = served.get("/");
    for part in [
        "1 with warnings",
        "Nothing new or changed in 2 runs, since 15:55 UTC (1 h 30 min ago). About 24 records",
        "Layout drift: news.example keeps 12% of its words",
    ] {
        assert!(response.body.contains(part), "{part}\n{}", response.body);
    }
    let job = served.get("/api/jobs/harbour").json();
    assert_eq!(job["silence"]["runs"], 2);
    assert_eq!(job["silence"]["since"], "2026-11-28T15:55:00Z");
    assert_eq!(job["drifts"][0], "news.example keeps 12% of its words");
    let metrics = served.get("/metrics").body;
    assert!(metrics.contains("copydesk_crawl_silent{job=\"harbour\"} 1\n"), "{metrics}");
    assert!(metrics.contains("copydesk_crawl_drifts{job=\"harbour\"} 1\n"), "{metrics}");
}

#[test]
fn the_later_of_state_and_live_status_decides_the_standing() {
    let mut data = data();
    let served = start_server(data.clone());
    let standing = || {
        let job = served.get("/api/jobs/harbour").json();
        (job["standing"].as_str().unwrap().to_owned(), job["message"].as_str().map(str::to_owned))
    };
    assert_eq!(standing(), ("well".into(), None));
    // A run that could not even start has no row in the state.
    served.live.run_ended("harbour", ago(10), RunEnd::Failed, Some("the disk is full".into()));
    assert_eq!(standing(), ("failed".into(), Some("the disk is full".into())));
    // Another process runs it.
    data.runs.insert(0, run(5, &[]));
    data.runs[0].ended_at = None;
    data.runs[0].end = None;
    *served.data.lock().unwrap() = data.clone();
    served.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(standing(), ("open".into(), None));
    served.live.run_began("harbour", ago(4));
    assert_eq!(standing(), ("running".into(), None));
}

#[test]
fn a_job_that_never_ran_has_a_page_and_an_unknown_one_does_not() {
    let served = start_server(data());
    let response = served.get("/jobs/ferries");
    assert_eq!(response.status, 200);
    assert!(response.body.contains("never ran"), "{}", response.body);
    assert_eq!(served.get("/api/jobs/ferries/runs").json()["runs"], serde_json::json!([]));
    let response = served.get("/jobs/ferry");
    assert_eq!(response.status, 404);
    assert!(response.body.contains("there is no job `ferry`"), "{}", response.body);
    for path in ["", "/runs", "/errors", "/records"] {
        let response = served.get(&format!("/api/jobs/ferry{path}"));
        assert_eq!(
            (response.status, response.body.as_str()),
            (404, "{\"error\":\"there is no job `ferry`\"}")
        );
    }
    assert_eq!(served.get("/elsewhere").status, 404);
    assert_eq!(served.get("/api").json()["error"], "page not found");
}

#[test]
fn lists_have_the_requested_length_up_to_a_limit() {
    let mut data = data();
    let mut records = data.latest.clone();
    records.extend(data.latest.clone());
    data.latest = records;
    let served = start_server(data);
    for (path, list, length) in [
        ("/api/jobs/harbour/runs", "runs", 20),
        ("/api/jobs/harbour/runs?limit=3", "runs", 3),
        ("/api/jobs/harbour/runs?limit=1000000", "runs", 30),
        ("/api/jobs/harbour/errors?limit=0", "errors", 0),
        ("/api/jobs/harbour/errors?limit=25", "errors", 25),
        ("/api/jobs/harbour/records?limit=2", "records", 2),
        ("/api/jobs/harbour/records?limit=60", "records", 50),
        ("/api/hosts?limit=1", "hosts", 1),
    ] {
        let response = served.get(path);
        assert_eq!(response.json()[list].as_array().map(Vec::len), Some(length), "{path}");
    }
    for limit in ["-1", "many", "99999999999999999999999"] {
        let response = served.get(&format!("/api/jobs/harbour/runs?limit={limit}"));
        assert_eq!(response.status, 400);
        assert_eq!(response.json()["error"], "`limit` must be a number of entries, at most 200");
    }
}

#[test]
fn the_api_has_the_data_of_the_pages() {
    let served = start_server(data());
    let jobs = served.get("/api/jobs").json();
    assert_eq!(jobs["now"], "2026-11-28T17:25:00Z");
    let names: Vec<_> = jobs["jobs"].as_array().unwrap().iter().map(|job| &job["name"]).collect();
    assert_eq!(names, ["ferries", "harbour", "retired"]);
    let harbour = &jobs["jobs"][1];
    assert_eq!(harbour["in_force"], true);
    assert_eq!(jobs["jobs"][2]["in_force"], false);
    assert_eq!(harbour["schedule"], "every 30 minutes");
    assert_eq!(harbour["urls"]["active"], 1_204);
    assert_eq!(harbour["day"]["new"], 9);
    assert_eq!(served.get("/api/jobs/harbour").json()["hours"][2]["outcomes"]["new"], 2);
    let run = served.get("/api/jobs/harbour/runs").json()["runs"][0].clone();
    assert_eq!(run["figures"]["outcomes"]["not_modified"], 88);
    assert_eq!(run["end"], "complete");
    let record = served.get("/api/jobs/harbour/records").json()["records"][0].clone();
    assert_eq!(record["sequence"], 30);
    assert_eq!(record["text"], "The ferry sailed again on Monday.");
    assert_eq!(record["removed"][0]["class"], "newsletter");
    assert_eq!(record["removed"][0]["blocks"][0]["rule"], "en/newsletter-signup");
    let host = served.get("/api/hosts").json()["hosts"][0].clone();
    assert_eq!(host["back_off_reason"], "503 three times");
}

#[test]
fn head_is_get_without_a_body() {
    let served = start_server(data());
    for path in PAGES {
        let response = served.request("HEAD", path, "Host: localhost\r\n");
        assert_eq!((response.status, response.body.as_str()), (200, ""), "{path}");
        assert!(response.head.contains("content-length: "), "{path}: {}", response.head);
    }
}

#[test]
fn every_response_has_strict_headers() {
    let served = start_server(data());
    for path in PAGES.into_iter().chain(["/jobs/none", "/api/none"]) {
        let head = served.get(path).head;
        for header in [
            "content-security-policy: default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(head.contains(header), "{path}, {header}: {head}");
        }
    }
}

#[test]
fn nothing_can_be_changed() {
    let served = start_server(data());
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        for path in ["/", "/api/jobs", "/elsewhere"] {
            let response = served.request(method, path, "Host: localhost\r\n");
            assert_eq!(response.status, 405, "{method} {path}");
            assert!(response.head.contains("allow: get, head"), "{}", response.head);
        }
    }
    let with_body = "Host: localhost\r\nContent-Length: 4\r\n";
    assert_eq!(served.request("GET", "/", with_body).status, 413);
    let chunked = "Host: localhost\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(served.request("GET", "/", chunked).status, 413);
    let long = format!("/?{}", "x".repeat(2_048));
    assert_eq!(served.get(&long).status, 414);
}

#[test]
fn other_host_names_than_those_of_the_setting_are_refused_on_any_address() {
    // A container listens on all addresses, and its port is published on one that a browser can reach.
    for served in [start_server(data()), start_server_at("0.0.0.0:0", data(), None)] {
        only_known_hosts_are_answered(&served);
    }
}

fn only_known_hosts_are_answered(served: &TestStatusServer) {
    for path in ["/", "/api/jobs", "/metrics"] {
        for (host, status) in [
            ("Host: localhost:8190\r\n", 200),
            ("Host: 127.0.0.1\r\n", 200),
            ("Host: [::1]:8190\r\n", 200),
            // The probe of a container platform names the address of the container.
            ("Host: 10.244.1.7:8190\r\n", 200),
            ("Host: desk.example\r\n", 200),
            ("Host: sub.desk.example\r\n", 421),
            ("Host: rebound.example\r\n", 421),
            ("Host: localhost\r\nHost: rebound.example\r\n", 421),
            ("", 421),
        ] {
            assert_eq!(served.request("GET", path, host).status, status, "{path} {host}");
        }
    }
    let absolute = "http://rebound.example/";
    assert_eq!(served.request("GET", absolute, "Host: localhost\r\n").status, 421);
}

#[test]
fn a_refused_host_is_told_about_the_setting() {
    let response = start_server(data()).request("GET", "/api/jobs", "Host: rebound.example\r\n");
    let error = response.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("status_hosts"), "{error}");
}

#[test]
fn health_is_ok_until_the_state_cannot_be_read_or_a_job_does_not_begin() {
    let served = start_server(data());
    let response = served.get("/healthz");
    assert_eq!((response.status, response.body.as_str()), (200, "ok\n"));

    served.live.set_next_run("harbour", Some(ago(11)));
    served.data.lock().unwrap().is_broken = true;
    served.clock.advance(SignedDuration::from_secs(10));
    let response = served.get("/healthz");
    assert_eq!(response.status, 503);
    assert_eq!(
        response.json()["reasons"],
        serde_json::json!([
            "crawl.sqlite: disk I/O error",
            "job `harbour` was due at 2026-11-28T17:14:00Z and has not started",
        ])
    );
    // Pages report it too, and metrics still work.
    let response = served.get("/");
    assert_eq!(response.status, 503);
    assert!(response.body.contains("crawl.sqlite: disk I/O error"), "{}", response.body);
    assert!(response.body.contains("http-equiv=\"refresh\""), "{}", response.body);
    assert_eq!(served.get("/api/jobs").status, 503);
    let response = served.get("/metrics");
    assert_eq!(response.status, 200);
    assert!(response.body.contains("copydesk_crawl_state_readable 0\n"), "{}", response.body);

    let response = served.get("/livez");
    assert_eq!((response.status, response.json()["reasons"].as_array().unwrap().len()), (503, 1));

    served.live.set_next_run("harbour", Some(ago(-30)));
    // It does not depend on the state, which a long commit may hold.
    assert_eq!(served.get("/livez").status, 200);
    served.data.lock().unwrap().is_broken = false;
    assert_eq!(served.get("/healthz").status, 200);
    assert!(served.data.lock().unwrap().opened > 1);
}

#[test]
fn a_failed_run_is_no_good_health_but_the_daemon_lives() {
    let served = start_server(data());
    let why =
        "the start page was not reached: 2 connect (https://news.example/: could not connect)";
    {
        let mut data = served.data.lock().unwrap();
        let last = data.runs.iter_mut().find(|run| run.job == "harbour").unwrap();
        (last.end, last.message) = (Some(RunEnd::Failed), Some(why.into()));
        last.figures.outcomes.insert(VisitOutcome::Empty, 4);
        last.figures.notes = vec!["`deliver` pattern `old.example/*` matches nothing".into()];
    }
    let response = served.get("/healthz");
    assert_eq!(response.status, 503);
    assert_eq!(
        response.json()["reasons"],
        serde_json::json!([format!("the last run of job `harbour` failed: {why}")])
    );
    assert_eq!(served.get("/livez").status, 200);
    let metrics = served.get("/metrics").body;
    assert!(metrics.contains("copydesk_crawl_failed{job=\"harbour\"} 1\n"), "{metrics}");
    let overview = served.get("/").body;
    for part in ["badge bad\">failed", why, "Last run: `deliver` pattern"] {
        assert!(overview.contains(part), "{part}\n{overview}");
    }
    let page = served.get("/jobs/harbour").body;
    assert!(page.contains("<th class=\"number\">Empty</th>"), "{page}");
    assert!(page.contains("<td class=\"number\">4</td>"), "{page}");
}

#[test]
fn many_viewers_cost_no_more_than_one() {
    let served = start_server(data());
    let view = || {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(served.get("/").status, 200));
            }
        });
        served.data.lock().unwrap().reads
    };
    assert_eq!(view(), 1);
    served.clock.advance(SignedDuration::from_millis(1_999));
    assert_eq!(view(), 1);
    served.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(view(), 2);
    // A clock that was set back does not keep old values alive.
    served.clock.advance(SignedDuration::from_hours(-1));
    assert_eq!(view(), 3);
    assert_eq!(served.data.lock().unwrap().opened, 1);
}

#[test]
fn metrics_are_what_was_counted_and_what_stands_in_the_state() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        crate::run::metrics::describe();
        crate::run::metrics::visit("harbour", VisitOutcome::NotModified);
        crate::run::metrics::visit("harbour", VisitOutcome::NotModified);
        crate::run::metrics::delivery("harbour", crate::frontier::ChangeKind::New);
        crate::run::metrics::run_ended("harbour", RunEnd::Budget);
        crate::run::metrics::drift("harbour");
    });
    let served = start_server_at("127.0.0.1:0", data(), Some(handle));
    served.live.set_next_run("harbour", Some(ago(-25)));
    served.live.run_began("ferries", ago(2));
    let response = served.get("/metrics");
    assert!(response.head.contains("content-type: text/plain; version=0.0.4"), "{}", response.head);
    for line in [
        "# HELP copydesk_crawl_visits_total Completed visits, by outcome.",
        "# TYPE copydesk_crawl_visits_total counter",
        "copydesk_crawl_visits_total{job=\"harbour\",outcome=\"not_modified\"} 2",
        "copydesk_crawl_deliveries_total{job=\"harbour\",change=\"new\"} 1",
        "copydesk_crawl_runs_total{job=\"harbour\",end=\"budget\"} 1",
        "copydesk_crawl_drifts_total{job=\"harbour\"} 1",
        "# TYPE copydesk_crawl_urls gauge",
        "copydesk_crawl_urls{job=\"harbour\",state=\"active\"} 1204",
        "copydesk_crawl_undelivered{job=\"harbour\"} 3",
        "copydesk_crawl_last_run_timestamp_seconds{job=\"harbour\"} 1795885200",
        "copydesk_crawl_next_run_timestamp_seconds{job=\"harbour\"} 1795888200",
        "copydesk_crawl_running{job=\"ferries\"} 1",
        "copydesk_crawl_running{job=\"harbour\"} 0",
        "copydesk_crawl_silent{job=\"harbour\"} 0",
        "copydesk_crawl_hosts{state=\"backed_off\"} 1",
        "copydesk_crawl_state_readable 1",
    ] {
        assert!(response.body.lines().any(|written| written == line), "{line}\n{}", response.body);
    }
    super::exposition::check(&response.body);
}

fn sources_without_state() -> StatusSources {
    let open = || Err(copydesk_core::ErrorKind::NoFetcher.into());
    StatusSources::new(Arc::new(open), Arc::new(LiveStatus::default()))
}

#[test]
fn a_port_that_is_taken_is_an_error_with_a_hint() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let sources = sources_without_state();
    let error = serve(address, sources).err().unwrap();
    let message = error.to_string();
    assert!(
        message.starts_with(&format!("{address}: cannot serve the status page: ")),
        "{message}"
    );
    assert!(matches!(error.kind(), ErrorKind::Listen { .. }));
}

#[test]
fn when_it_stops_its_address_is_free_and_idle_connections_end() {
    let served = start_server(data());
    let address = served.server.local_addr();
    let mut idle = TcpStream::connect(address).unwrap();
    idle.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    idle.write_all(b"GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    served.server.stop();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"}\n"));
    TcpListener::bind(address).unwrap();
}

/// Runs a server with these limits, without a state, as long as `act` does.
fn serve_with_limits(limits: ConnectionLimits, act: impl FnOnce(SocketAddr)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    socket.set_nonblocking(true).unwrap();
    let stop = StopToken::default();
    let stopped = stop.clone();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            let socket = tokio::net::TcpListener::from_std(socket).unwrap();
            let listener = StatusListener::with_limits(socket, limits);
            let sources = sources_without_state();
            server::run(listener, sources, stopped).await;
        });
    });
    act(address);
    stop.stop();
    thread.join().unwrap();
}

/// A connection that has sent half a request.
fn half_a_request(address: SocketAddr) -> TcpStream {
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: lo").unwrap();
    slow
}

/// Asserts that a connection is closed without a response.
fn assert_closed(mut connection: TcpStream) {
    let mut said = Vec::new();
    // Closing may also reset the connection.
    let _ = connection.read_to_end(&mut said);
    assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn half_a_request_is_not_waited_for() {
    let limits =
        ConnectionLimits { head: Duration::from_millis(20), ..ConnectionLimits::default() };
    serve_with_limits(limits, |address| assert_closed(half_a_request(address)));
}

#[test]
fn a_probe_gets_through_however_many_connections_are_half_open() {
    // None of them is closed because of its time.
    let long = Duration::from_hours(1);
    let limits = ConnectionLimits { head: long, idle: long, ..ConnectionLimits::default() };
    serve_with_limits(limits, |address| {
        let many: Vec<TcpStream> = (0..200).map(|_| half_a_request(address)).collect();
        for path in ["/livez", "/style.css"] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assert_eq!(exchange(address, &request).status, 200, "{path}");
        }
        // The oldest gave way.
        for oldest in many.into_iter().take(130) {
            assert_closed(oldest);
        }
    });
}

#[test]
fn an_empty_state_shows_pages_too() {
    let served = start_server(FixedData::default());
    for path in ["/", "/jobs/harbour", "/hosts", "/metrics", "/api/jobs"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    served.live.set_cards([]);
    assert!(served.get("/").body.contains("<h1>0 jobs</h1>"));
}
