//! A web on loopback: articles on many hosts, told apart by the `PlannedHost` header, and what a crawl meets on the
//! way to them: rules, sitemaps, feeds, errors, redirects, second addresses, traps. All but what changes at each
//! request anyhow is the same every time.

mod pages;
mod plan;
mod prose;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

pub use plan::{ArticleFate, PlannedArticle, PlannedHost, WebPlan, WebSize};

/// A request as it was answered.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// The name of the host.
    pub host: String,
    /// Path and query as asked for.
    pub target: String,
    /// Milliseconds since the epoch.
    pub at_millis: u64,
    pub status: u16,
    /// Whether it was asked whether something changed.
    pub is_conditional: bool,
    pub generation: u32,
}

/// The web, which answers for as long as this lives.
pub struct TestWeb {
    pub address: SocketAddr,
    inner: Arc<WebState>,
}

struct WebState {
    plan: WebPlan,
    port: u16,
    generation: AtomicU32,
    changed_at: Mutex<String>,
    turns: AtomicU64,
    requests: Mutex<Vec<LoggedRequest>>,
    /// How often each address of a host that fails first was asked for.
    attempts: Mutex<BTreeMap<usize, u32>>,
    gate: Mutex<RequestGate>,
    gate_changed: Condvar,
}

#[derive(Default)]
struct RequestGate {
    is_held: bool,
    is_over: bool,
    received: usize,
}

impl TestWeb {
    /// Plans a web and serves it, at this port of loopback, or at any if it is 0.
    pub fn start(extent: WebSize, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let inner = Arc::new(WebState {
            plan: WebPlan::new(extent),
            port: address.port(),
            generation: AtomicU32::new(1),
            changed_at: Mutex::default(),
            turns: AtomicU64::new(0),
            requests: Mutex::default(),
            attempts: Mutex::default(),
            gate: Mutex::default(),
            gate_changed: Condvar::new(),
        });
        let web = Arc::clone(&inner);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if lock(&web.gate).is_over {
                    return;
                }
                let web = Arc::clone(&web);
                thread::spawn(move || server::serve(&stream, &web));
            }
        });
        Ok(Self { address, inner })
    }

    pub fn plan(&self) -> &WebPlan {
        &self.inner.plan
    }

    /// Scheme, name and port of a host.
    pub fn origin(&self, host: usize) -> String {
        self.inner.origin(host)
    }

    /// The own address of an article.
    pub fn url(&self, article: &PlannedArticle) -> String {
        self.inner.url(article)
    }

    /// What the setting `resolve` must say for all hosts to be here.
    pub fn resolve(&self) -> Vec<String> {
        let port = self.address.port();
        let hosts = self.plan().hosts.iter();
        hosts.map(|host| format!("{}:{port}:127.0.0.1", host.name)).collect()
    }

    /// A file with one job, `web`, that crawls all of this into `out.jsonl`; `more` is appended to it.
    pub fn jobs_file(&self, more: &str) -> String {
        let quoted = |texts: Vec<String>| {
            let lines: Vec<String> = texts.iter().map(|text| format!("  \"{text}\",\n")).collect();
            lines.concat()
        };
        let seeds = self.plan().hosts.iter().map(|host| self.origin(host.number) + "/").collect();
        format!(
            "listen = \"\"\n\n[[job]]\nname = \"web\"\nseeds = [\n{}]\n\n\
             [job.scope]\ndeliver = [\"*/news/*\", \"*/2026/*\", \"*/article/*\", \"*/story[?]*\"]\n\n\
             [job.politeness]\nhost_delay = \"0s\"\nallow_private = true\nresolve = [\n{}]\n\n\
             [[job.output]]\npath = \"out.jsonl\"\n{more}",
            quoted(seeds),
            quoted(self.resolve()),
        )
    }

    /// From now on some articles say something else, and some are gone.
    pub fn next_generation(&self) {
        self.inner.next_generation();
    }

    /// Articles that a crawl delivers, by their addresses.
    pub fn deliverable(&self) -> BTreeMap<String, &PlannedArticle> {
        self.articles_where(PlannedArticle::is_deliverable)
    }

    /// Those with another text in the second generation.
    pub fn changed(&self) -> BTreeSet<String> {
        self.articles_where(|article| article.fate == ArticleFate::Changed).into_keys().collect()
    }

    /// Those that are not there in the second generation.
    pub fn lost(&self) -> BTreeSet<String> {
        self.articles_where(|article| article.fate == ArticleFate::Removed).into_keys().collect()
    }

    /// Those that break off at the first request.
    pub fn torn(&self) -> BTreeSet<String> {
        self.articles_where(|article| article.fate == ArticleFate::TruncatedOnce)
            .into_keys()
            .collect()
    }

    fn articles_where(
        &self,
        which: impl Fn(&PlannedArticle) -> bool,
    ) -> BTreeMap<String, &PlannedArticle> {
        let articles = self.plan().articles.iter().filter(|article| which(article));
        articles.map(|article| (self.url(article), article)).collect()
    }

    /// The requests since the last time that somebody asked, in order.
    pub fn take_requests(&self) -> Vec<LoggedRequest> {
        std::mem::take(&mut lock(&self.inner.requests))
    }

    /// Holds answers back until it is opened again; requests still come.
    pub fn hold_responses(&self) {
        lock(&self.inner.gate).is_held = true;
    }

    pub fn release_responses(&self) {
        lock(&self.inner.gate).is_held = false;
        self.inner.gate_changed.notify_all();
    }

    /// Waits until so many requests came in all.
    pub fn wait_for_requests(&self, requests: usize) {
        let gate = lock(&self.inner.gate);
        let waited = self.inner.gate_changed.wait_while(gate, |gate| gate.received < requests);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// How many requests came in all.
    pub fn request_count(&self) -> usize {
        lock(&self.inner.gate).received
    }
}

impl Drop for TestWeb {
    fn drop(&mut self) {
        lock(&self.inner.gate).is_over = true;
        self.release_responses();
        // Wakes the thread that listens, which then ends.
        let _ = std::net::TcpStream::connect(self.address);
    }
}

impl WebState {
    fn origin(&self, host: usize) -> String {
        let name = self.plan.hosts.get(host).map_or("", |host| &host.name);
        format!("http://{name}:{}", self.port)
    }

    fn url(&self, article: &PlannedArticle) -> String {
        self.origin(article.host) + &article.target
    }

    fn next_generation(&self) {
        *lock(&self.changed_at) = rfc_3339(SystemTime::now());
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts a request, and waits while answers are held back.
    fn request_received(&self) {
        let mut gate = lock(&self.gate);
        gate.received += 1;
        self.gate_changed.notify_all();
        let waited = self.gate_changed.wait_while(gate, |gate| gate.is_held && !gate.is_over);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether an article was not asked for before.
    fn is_first_attempt(&self, article: usize) -> bool {
        let mut tries = lock(&self.attempts);
        let tries = tries.entry(article).or_default();
        *tries += 1;
        *tries == 1
    }
}

/// Whether a host's `robots.txt` disallows a target, sessions or not.
pub fn is_disallowed(host: &PlannedHost, target: &str) -> bool {
    let is_print = target.contains("?print=") || target.contains("&print=");
    host.has_robots && (target.starts_with("/private/") || is_print)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A time as sitemaps write it, rounded up: a page that changed within a second does not look older than a visit in the same second.
fn rfc_3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + 1;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut day) = (1970, days);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    fn get(web: &TestWeb, host: usize, target: &str, more: &str) -> String {
        let mut stream = TcpStream::connect(web.address).unwrap();
        let name = &web.plan().hosts[host].name;
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {name}:{}\r\nConnection: close\r\n{more}\r\n",
            web.address.port()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn times_are_written_as_sitemaps_do() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:01Z"),
            (951_782_399, "2000-02-29T00:00:00Z"),
            (1_774_771_199, "2026-03-29T08:00:00Z"),
            (1_798_761_598, "2026-12-31T23:59:59Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(rfc_3339(time), expected, "{seconds}");
        }
    }

    #[test]
    fn a_web_answers_as_it_is_planned() {
        let web = TestWeb::start(WebSize { articles: 400, hosts: 12 }, 0).unwrap();
        let of = |fate: ArticleFate| {
            let mut all = web.plan().articles.iter();
            all.find(|article| article.fate == fate).unwrap()
        };
        let ask =
            |article: &PlannedArticle, more: &str| get(&web, article.host, &article.target, more);
        for (fate, statuses) in [
            (ArticleFate::Plain, ["200", "200", "200"]),
            (ArticleFate::Duplicated, ["200", "200", "200"]),
            (ArticleFate::Changed, ["200", "200", "200"]),
            (ArticleFate::AlwaysFails, ["500", "500", "500"]),
            (ArticleFate::FailsOnce, ["500", "200", "200"]),
            (ArticleFate::Missing, ["404", "404", "404"]),
        ] {
            let found = statuses.map(|_| ask(of(fate), "").get(9..12).unwrap().to_owned());
            assert_eq!(found, statuses, "{fate:?}");
        }
        let torn = of(ArticleFate::TruncatedOnce);
        assert!(!ask(torn, "").contains("</html>"));
        assert!(ask(torn, "").ends_with("</html>"));
        let moved = of(ArticleFate::Moved);
        let go = get(&web, moved.host, &moved.linked_target(), "");
        assert!(go.contains(&format!("\r\nLocation: /old/{}\r\n", moved.number)), "{go}");
        let double = of(ArticleFate::Duplicated);
        let page = get(&web, double.host, &double.alternate_target(), "");
        assert!(page.contains(&double.paragraphs(1)[3]), "{page}");
        assert!(page.contains("rel=\"canonical\""));

        let (changed, lost) = (of(ArticleFate::Changed), of(ArticleFate::Removed));
        let before = ask(changed, "");
        let validator = before.lines().find_map(|line| line.strip_prefix("ETag: "));
        let condition = if let Some(etag) = validator {
            format!("If-None-Match: {etag}\r\n")
        } else {
            let date = before.lines().find_map(|line| line.strip_prefix("Last-Modified: "));
            format!("If-Modified-Since: {}\r\n", date.unwrap())
        };
        assert!(ask(changed, &condition).starts_with("HTTP/1.1 304 "));
        assert_ne!(before, ask(changed, ""));
        web.next_generation();
        assert!(ask(changed, &condition).starts_with("HTTP/1.1 200 "));
        assert!(ask(changed, "").contains(&changed.paragraphs(2)[1]));
        assert!(ask(lost, "").starts_with("HTTP/1.1 4"));
        let asked = web.take_requests();
        assert!(asked.iter().any(|asked| asked.status == 304 && asked.is_conditional));
        assert_eq!(web.request_count(), asked.len());

        assert!(get(&web, 0, "/robots.txt", "").contains("Disallow: /private/"));
        assert!(get(&web, 2, "/robots.txt", "").starts_with("HTTP/1.1 404 "));
        assert!(get(&web, 0, "/calendar?month=2026-12", "").contains("month=2027-01"));
        assert!(get(&web, 1, "/", "").contains("?PHPSESSID="));
        assert!(get(&web, 3, "/;jsessionid=1", "").contains(";jsessionid="));
        assert!(get(&web, 0, "/__control/truth", "").contains("deliverable"));
    }
}
