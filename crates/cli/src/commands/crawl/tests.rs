//! The commands in the files under `config/deploy/`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use copydesk_core::settings::TimeSpan;

use crate::args::{Cli, CliCommand};

fn deployed(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/deploy");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Every value of `key=` in a unit file.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let set = |line: &'a str| line.strip_prefix(key)?.strip_prefix('=');
    unit.lines().filter_map(set).collect()
}

/// The arguments of `copydesk crawl`, as the command reads them.
fn crawl(words: &[&str]) -> super::CrawlArgs {
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    match cli.command {
        CliCommand::Crawl(args) => *args,
        other => panic!("{other:?}"),
    }
}

/// The items of a JSON list of strings.
fn listed(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_units_run_the_command_with_flags_that_exist() {
    for (name, once, jobs) in
        [("copydesk-crawl.service", false, &[][..]), ("copydesk-crawl@.service", true, &["%i"])]
    {
        let unit = deployed(name);
        let [start] = values(&unit, "ExecStart")[..] else { panic!("{name}: one ExecStart") };
        let args = crawl(&start.split_whitespace().collect::<Vec<_>>());
        assert_eq!(args.file, Path::new("/etc/copydesk/jobs.toml"), "{name}");
        assert_eq!((args.once, args.check), (once, false), "{name}");
        assert_eq!(args.jobs, jobs, "{name}");
    }
}

#[test]
fn the_units_leave_time_to_stop_and_know_the_exit_statuses() {
    let usual = Duration::from_secs(30);
    for name in ["copydesk-crawl.service", "copydesk-crawl@.service"] {
        let unit = deployed(name);
        let timeout: TimeSpan = values(&unit, "TimeoutStopSec")[0].parse().unwrap();
        assert!(timeout.0 > usual, "{name}");
        let statuses: Vec<&str> = values(&unit, "SuccessExitStatus")[0].split(' ').collect();
        assert!(statuses.contains(&"143") && statuses.contains(&"130"), "{name}");
        assert_eq!(statuses.contains(&"75"), name.contains('@'), "{name}");
        assert_eq!(values(&unit, "StateDirectory"), ["copydesk"], "{name}");
    }
    let unit = deployed("copydesk-crawl.service");
    assert_eq!(values(&unit, "ExecReload"), ["/bin/kill -HUP $MAINPID"]);
    assert_eq!(values(&unit, "RestartPreventExitStatus"), ["2"]);
}

#[test]
fn the_image_runs_the_command_with_flags_that_exist() {
    let file = deployed("Containerfile");
    let list = |key: &str| {
        let line = file.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        listed(line)
    };
    let words = [list("ENTRYPOINT "), list("CMD ")].concat();
    let args = crawl(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(args.file, Path::new("/etc/copydesk/jobs.toml"));
    assert_eq!(args.listen, Some("0.0.0.0:8190".parse().unwrap()));
    assert!(file.contains("\nSTOPSIGNAL SIGTERM\n") && file.contains("\nUSER 10001\n"));
}

#[test]
fn the_cron_job_runs_the_command_with_flags_that_exist() {
    let file = deployed("kubernetes-cronjob.yaml");
    let args = file.lines().find_map(|line| line.trim().strip_prefix("args: ")).unwrap();
    let words = [vec!["copydesk".to_owned()], listed(args)].concat();
    let args = crawl(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(args.once);
    assert_eq!(args.jobs, ["harbour-news"]);
    assert!(file.contains("concurrencyPolicy: Forbid"));
}

#[test]
fn a_job_can_only_be_named_with_once_or_check() {
    for words in [
        &["copydesk", "crawl", "jobs.toml", "--job", "news"][..],
        &["copydesk", "crawl", "jobs.toml", "--once", "--check"],
        &["copydesk", "crawl", "jobs.toml", "--once", "--listen", "127.0.0.1:0"],
        &["copydesk", "crawl", "jobs.toml", "--no-listen", "--listen", "127.0.0.1:0"],
        &["copydesk", "crawl"],
    ] {
        assert!(Cli::try_parse_from(words).is_err(), "{words:?}");
    }
    let args = crawl(&["copydesk", "crawl", "j.toml", "--check", "--job", "a", "--job", "b"]);
    assert_eq!(args.jobs, ["a", "b"]);
}
