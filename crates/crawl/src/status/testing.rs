//! A server with fixed data, and a client.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use copydesk_clean::{ClutterClass, PageChange, Record, RemovedBlock, RemovedContent};
use jiff::{SignedDuration, Timestamp};
use metrics_exporter_prometheus::PrometheusHandle;

use super::{JobCard, LiveStatus, StatusServer, StatusSources, serve};
use crate::clock::ManualClock;
use crate::error::{Error, ErrorKind};
use crate::frontier::{
    ChangeKind, ErrorView, FrontierOverview, HostView, HourlyVisits, JobId, JobRun, JobView,
    OutboxEntry, RunEnd, RunFigures, RunId, UrlState, VisitOutcome,
};

/// When the tests take place.
pub(super) const NOW: &str = "2026-11-28T17:25:00Z";

/// The data of a fixed state.
#[derive(Clone, Default)]
pub(super) struct FixedData {
    pub(super) jobs: Vec<JobView>,
    pub(super) runs: Vec<JobRun>,
    pub(super) hosts: Vec<HostView>,
    pub(super) errors: Vec<ErrorView>,
    pub(super) latest: Vec<OutboxEntry>,
    pub(super) hours: Vec<HourlyVisits>,
    pub(super) is_broken: bool,
    /// How often the list of jobs was read, and how often the state was opened.
    pub(super) reads: usize,
    pub(super) opened: usize,
}

/// A state that returns fixed data.
struct FixedOverview(Arc<Mutex<FixedData>>);

impl FixedOverview {
    fn data(&self) -> Result<FixedData, Error> {
        let data = self.0.lock().unwrap().clone();
        let what = "disk I/O error".to_owned();
        if data.is_broken {
            return Err(ErrorKind::State { path: "crawl.sqlite".into(), what }.into());
        }
        Ok(data)
    }
}

impl FrontierOverview for FixedOverview {
    fn jobs(&mut self) -> Result<Vec<JobView>, Error> {
        self.0.lock().unwrap().reads += 1;
        Ok(self.data()?.jobs)
    }

    fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error> {
        let data = self.data()?;
        let name = job.and_then(|job| data.jobs.iter().find(|view| view.id == job));
        let is_of_job =
            |run: &JobRun| job.is_none() || name.is_some_and(|view| view.name == run.job);
        Ok(data.runs.into_iter().filter(is_of_job).take(limit).collect())
    }

    fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error> {
        Ok(self.data()?.hosts.into_iter().take(limit).collect())
    }

    fn errors(&mut self, _: JobId, limit: usize) -> Result<Vec<ErrorView>, Error> {
        Ok(self.data()?.errors.into_iter().take(limit).collect())
    }

    fn latest_records(&mut self, _: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error> {
        Ok(self.data()?.latest.into_iter().take(limit).collect())
    }

    fn hours(&mut self, _: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error> {
        Ok(self.data()?.hours.into_iter().filter(|hour| hour.at >= since).collect())
    }
}

/// A server, with its data for the test to change.
pub(super) struct TestStatusServer {
    pub(super) server: StatusServer,
    pub(super) data: Arc<Mutex<FixedData>>,
    pub(super) live: Arc<LiveStatus>,
    pub(super) clock: Arc<ManualClock>,
}

/// Serves the data at this address, with the jobs `harbour` and `ferries` in the jobs file.
pub(super) fn start_server_at(
    address: &str,
    data: FixedData,
    metrics: Option<PrometheusHandle>,
) -> TestStatusServer {
    let data = Arc::new(Mutex::new(data));
    let live = Arc::new(LiveStatus::default());
    let card = |name: &str| JobCard {
        name: name.into(),
        schedule: Some("every 30 minutes".into()),
        seeds: vec!["https://news.example/".into()],
        outputs: vec!["out/{job}-{date}.jsonl".into()],
    };
    live.set_cards([card("harbour"), card("ferries")]);
    let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
    let state = data.clone();
    let open = move || -> Result<Box<dyn FrontierOverview>, Error> {
        state.lock().unwrap().opened += 1;
        Ok(Box::new(FixedOverview(state.clone())))
    };
    let mut sources = StatusSources::new(Arc::new(open), live.clone())
        .with_clock(clock.clone())
        .with_allowed_hosts(["Desk.example".to_owned()]);
    if let Some(metrics) = metrics {
        sources = sources.with_metrics(metrics);
    }
    let server = serve(address.parse().unwrap(), sources).unwrap();
    TestStatusServer { server, data, live, clock }
}

pub(super) fn start_server(data: FixedData) -> TestStatusServer {
    start_server_at("127.0.0.1:0", data, None)
}

/// A response.
#[derive(Debug)]
pub(super) struct TestHttpResponse {
    pub(super) status: u16,
    /// Status line and headers, in lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl TestHttpResponse {
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl TestStatusServer {
    pub(super) fn get(&self, path: &str) -> TestHttpResponse {
        self.request("GET", path, "Host: localhost\r\n")
    }

    pub(super) fn request(&self, method: &str, path: &str, headers: &str) -> TestHttpResponse {
        let request = format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        exchange(self.server.local_addr(), &request)
    }
}

/// Sends the bytes, and reads until the server closes the connection.
pub(super) fn exchange(address: SocketAddr, request: &str) -> TestHttpResponse {
    let mut stream = TcpStream::connect(address).unwrap();
    // A test that would hang fails instead.
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    TestHttpResponse { status, head: head.to_lowercase(), body: body.to_owned() }
}

pub(super) fn ago(minutes: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_mins(minutes)
}

/// A run of `harbour` that started so many minutes ago and ended 5 minutes later.
pub(super) fn run(minutes_ago: i64, outcomes: &[(VisitOutcome, u64)]) -> JobRun {
    JobRun {
        id: RunId(10_000 - minutes_ago),
        job: "harbour".into(),
        scheduled_for: Some(ago(minutes_ago)),
        started_at: ago(minutes_ago),
        ended_at: Some(ago(minutes_ago - 5)),
        end: Some(RunEnd::Complete),
        message: None,
        figures: RunFigures {
            outcomes: outcomes.iter().copied().collect(),
            wire_bytes: 1_234_567,
            errors: [("timeout".to_owned(), 2)].into(),
            ..RunFigures::default()
        },
        resumed: 0,
    }
}

/// The record of a page with this title, from which a newsletter box was removed.
pub(super) fn delivery(sequence: u64, url: &str, title: &str) -> OutboxEntry {
    let block = RemovedBlock {
        class: ClutterClass::Newsletter,
        rule: "en/newsletter-signup".into(),
        evidence: Vec::new(),
        score: 0.97,
        class_confidence: 0.9,
        place: "body > p".into(),
        text: "Sign up for <b>our</b> newsletter".into(),
    };
    let record = Record {
        source: url.into(),
        url: Some(url.into()),
        title: Some(title.into()),
        text: "The ferry sailed again on Monday.".into(),
        removed: RemovedContent {
            counts: [(ClutterClass::Newsletter, 1)].into(),
            blocks: vec![block],
        },
        change: Some(PageChange {
            kind: ChangeKind::Changed,
            share: 0.25,
            added: vec!["It sailed <i>again</i>.".into()],
            removed: vec!["It was in dock.".into()],
            first_seen: "2026-11-01T00:00:00Z".into(),
            last_change: None,
        }),
        ..Record::default()
    };
    OutboxEntry {
        sequence,
        run: RunId(9_970),
        at: ago(20),
        change: ChangeKind::Changed,
        record: serde_json::to_vec(&record).unwrap(),
    }
}

/// A job `harbour` with runs, errors and records, a job `retired` that is only in the state, two hosts.
pub(super) fn data() -> FixedData {
    let job = |id, name: &str| JobView {
        id: JobId(id),
        name: name.into(),
        urls: BTreeMap::from([(UrlState::Active, 1_204), (UrlState::Gone, 7)]),
        undelivered: 3,
        next_due: Some(ago(-60)),
    };
    let error = |failures| ErrorView {
        url: format!("https://news.example/late/{failures}"),
        at: ago(25),
        kind: "timeout".into(),
        message: "no answer <within> 20 s".into(),
        failures,
        next_visit: Some(ago(-90)),
    };
    let host = |host: &str, back_off: Option<i64>| HostView {
        host: host.into(),
        delay_millis: Some(1_500),
        next_at: Some(ago(-1)),
        back_off_until: back_off.map(|minutes| ago(-minutes)),
        back_off_reason: back_off.map(|_| "503 three times".into()),
        leased: back_off.is_none().then(|| ("desk-1".into(), ago(-2))),
    };
    let hour = |hours_ago: i64, count| HourlyVisits {
        at: ago(25 + hours_ago * 60),
        outcomes: [(VisitOutcome::New, count), (VisitOutcome::Failed, 1)].into(),
    };
    let outcomes = [(VisitOutcome::New, 12), (VisitOutcome::NotModified, 88)];
    FixedData {
        jobs: vec![job(1, "harbour"), job(2, "retired")],
        runs: (1..=30).map(|at| run(at * 30, &outcomes)).collect(),
        hosts: vec![host("slow.example", Some(60)), host("news.example", None)],
        errors: (1..=30).map(error).collect(),
        latest: (1..=30)
            .rev()
            .map(|at| delivery(at, "https://news.example/ferry", "The ferry"))
            .collect(),
        hours: vec![hour(30, 5), hour(2, 7), hour(0, 2)],
        ..FixedData::default()
    }
}
