//! Simulates days of a crawl in minutes, and prints its use of memory and disk:
//!
//!     cargo run --release -p copydesk-crawl --example crawl_day -- [HOURS [PAGES [HOSTS]]]
//!
//! By default 24 hours of a job that runs every 15 minutes, over a web of 400 articles on 12 hosts, with an output
//! file each hour that is kept for six. The clock is set forward, so nothing waits.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::sync::Arc;

use copydesk_core::settings::Settings;
use copydesk_crawl::clock::{Clock, ManualClock};
use copydesk_crawl::frontier::{Frontier as _, SqliteFrontier, VisitOutcome, WritableState as _};
use copydesk_crawl::jobs::JobsFile;
use copydesk_crawl::run::CrawlRun;
use jiff::SignedDuration;

use copydesk_testkit::web::{TestWeb, WebSize};

const MORE: &str = "
[job.revisit]
every = \"1h\"
min = \"15m\"
max = \"6h\"

[job.budget]
urls_per_query_pattern = 40

[job.retention]
outputs = \"6h\"
runs = \"12h\"
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| -> Result<usize, std::num::ParseIntError> {
        arguments.next().map_or(Ok(default), |argument| argument.parse())
    };
    let (hours, articles, hosts) = (number(24)?, number(400)?, number(12)?);
    let web = TestWeb::start(WebSize { articles, hosts }, 0)?;
    let folder = tempfile::tempdir()?;
    let (path, state) = (folder.path().join("jobs.toml"), folder.path().join("crawl.sqlite"));
    let text = web.jobs_file(MORE).replace("out.jsonl", "out/{date}-{hour}.jsonl");
    let file = JobsFile::parse(&text, &path, &Settings::default())?;
    let job = file.jobs.first().ok_or("there is no job")?;
    let clock = Arc::new(ManualClock::new("2026-03-01T00:00:00Z".parse()?));
    let mut out = std::io::stdout().lock();
    for quarter in 0..hours * 4 {
        if quarter == hours * 2 {
            web.next_generation();
        }
        let frontier = Box::new(SqliteFrontier::open(&state)?);
        let run = CrawlRun::new(job, frontier, &state, Arc::clone(&clock) as Arc<dyn Clock>)
            .scheduled_for(Some(clock.now()));
        let figures = run.start()?.run.figures;
        let mut frontier = SqliteFrontier::open(&state)?;
        let id = frontier.register_job(&job.name, &[job.outputs[0].name.clone()])?;
        frontier.prune(id, &job.retention, clock.now())?;
        // The server's list of requests is no memory of the crawl.
        web.take_requests();
        if quarter % 8 == 7 {
            let count = |outcome| figures.outcomes.get(&outcome).copied().unwrap_or_default();
            writeln!(
                out,
                "{}  {} visits, {} new, {} changed; {} output files, {:.1} MB of state, {:.0} MB in memory",
                clock.now(),
                figures.outcomes.values().sum::<u64>(),
                count(VisitOutcome::New),
                count(VisitOutcome::Changed),
                fs::read_dir(folder.path().join("out"))?.count(),
                fs::metadata(&state)?.len() as f64 / 1e6,
                resident_megabytes().unwrap_or_default(),
            )?;
        }
        clock.advance(SignedDuration::from_mins(15));
    }
    Ok(())
}

/// Resident memory of the process, where the system reports it.
fn resident_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1e3)
}
