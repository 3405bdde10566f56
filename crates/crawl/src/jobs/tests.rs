use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::error::{Error, ErrorKind};
use copydesk_core::settings::{DedupeChoice, FavorChoice, Fraction, Settings, TimeSpan};
use copydesk_core::sinks::{FileCompression, Format};

/// The smallest valid file.
const MINIMAL_JOB: &str = "\
[[job]]
name = \"news\"
seeds = [\"https://www.news.example/\"]
[[job.output]]
path = \"news-{date}.jsonl\"
";

fn parse(text: &str) -> Result<JobsFile, Error> {
    JobsFile::parse(text, Path::new("/etc/copydesk/jobs.toml"), &Settings::default())
}

/// The file's only job.
fn job(text: &str) -> CrawlJob {
    let mut file = parse(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file.jobs.len(), 1);
    file.jobs.remove(0)
}

#[test]
fn the_smallest_job_has_the_documented_defaults() {
    let file = parse(MINIMAL_JOB).unwrap();
    assert_eq!(file.state, Path::new("/etc/copydesk/crawl.sqlite"));
    assert_eq!(file.listen, Some("127.0.0.1:8190".parse().unwrap()));
    assert_eq!(file.stop_timeout, Duration::from_secs(30));
    assert_eq!(file.max_jobs, 4);
    let job = file.job("news").unwrap();
    assert_eq!(job.seeds[0].url.as_str(), "https://www.news.example/");
    assert_eq!(job.seeds[0].kind, SeedKind::Auto);
    assert_eq!(job.scope.hosts, ["news.example"]);
    assert!(job.scope.include.is_empty() && job.scope.exclude.is_empty());
    assert_eq!((job.scope.max_depth, job.scope.follow_links), (10, true));
    assert_eq!((job.scope.sitemaps, job.scope.feeds), (true, true));
    assert_eq!(job.schedule, None);
    assert_eq!(job.budget, CrawlBudget::default());
    assert_eq!(job.revisit, RevisitPolicy::default());
    assert_eq!(job.change, ChangePolicy::default());
    assert_eq!(job.retention, RetentionPolicy::default());
    assert_eq!(job.settings, Settings::default());
    assert_eq!(job.site_profiles, None);
    assert_eq!(job.max_failed, Fraction::new(0.1));
    let output = OutputSpec {
        name: "news-{date}.jsonl".into(),
        path: "/etc/copydesk/news-{date}.jsonl".into(),
        format: Format::Jsonl,
        compression: FileCompression::None,
    };
    assert_eq!(job.outputs, [output]);
}

#[test]
fn all_keys_of_a_job_are_read() {
    let file = parse(
        r#"
        state = "state/crawl.sqlite"
        listen = ""
        stop_timeout = "1m"
        max_jobs = 2
        [[job]]
        name = "harbour-news"
        seeds = [
            "HTTPS://news.example:443/?utm_source=feed",
            { url = "https://news.example/feed.xml", kind = "feed" },
            { url = "https://blog.example/" },
        ]
        site_profiles = "profiles/"
        max_failed = "25%"
        [job.scope]
        hosts = ["News.example", "127.0.0.1"]
        include = ["news.example/*/2026/*", "https://news.example/live"]
        exclude = ["*/print/*"]
        deliver = ["*/article/*"]
        max_depth = 3
        follow_links = false
        sitemaps = false
        feeds = false
        [job.schedule]
        cron = "0 6 * * MON-FRI"
        zone = "Europe/Berlin"
        jitter = "2m"
        catch_up = false
        [job.budget]
        visits = 500
        visits_per_host = 50
        bytes = "1GiB"
        time = "2h"
        urls_per_pattern = 1000
        urls_per_query_pattern = 20
        [job.politeness]
        host_delay = "3s"
        contact = "https://desk.example/bot"
        ca_certificates = ["ca.pem"]
        [job.clean]
        favor = "precision"
        dedupe = "drop"
        config = "rules"
        [job.revisit]
        adaptive = false
        every = "6h"
        min = "30m"
        max = "7d"
        hubs = "10m"
        [job.change]
        min_share = 0.1
        gone = false
        [[job.output]]
        path = "out/{job}/{year}/{month}/{day}.csv.gz"
        [[job.output]]
        path = "/var/lib/news/pages-{run}"
        format = "markdown"
        compress = "zstd"
        name = "pages"
        [[job.output]]
        path = "texts/"
        format = "txt"
        [job.retention]
        outputs = "90d"
        runs = "30d"
        urls = "0s"
        "#,
    )
    .unwrap();
    assert_eq!(file.state, Path::new("/etc/copydesk/state/crawl.sqlite"));
    assert_eq!((file.listen, file.max_jobs), (None, 2));
    assert_eq!(file.stop_timeout, Duration::from_mins(1));
    let job = &file.jobs[0];
    let seeds: Vec<_> = job.seeds.iter().map(|seed| (seed.url.as_str(), seed.kind)).collect();
    assert_eq!(
        seeds,
        [
            ("https://news.example/", SeedKind::Auto),
            ("https://news.example/feed.xml", SeedKind::Feed),
            ("https://blog.example/", SeedKind::Auto),
        ]
    );
    assert_eq!(job.site_profiles.as_deref(), Some(Path::new("/etc/copydesk/profiles/")));
    assert_eq!(job.max_failed, Fraction::new(0.25));
    assert_eq!(job.scope.hosts, ["news.example", "127.0.0.1"]);
    assert_eq!(job.scope.include.written.len(), 2);
    let is_in = |patterns: &UrlPatterns, url: &str| patterns.matches(&url.parse().unwrap());
    assert!(is_in(&job.scope.include, "https://news.example/live/now"));
    assert!(is_in(&job.scope.exclude, "https://news.example/a/print/1"));
    assert!(!is_in(&job.scope.deliver, "https://news.example/a/print/1"));
    assert_eq!((job.scope.max_depth, job.scope.follow_links), (3, false));
    assert_eq!((job.scope.sitemaps, job.scope.feeds), (false, false));
    let schedule = job.schedule.as_ref().unwrap();
    assert_eq!(schedule.to_string(), "cron \"0 6 * * MON-FRI\" in Europe/Berlin");
    assert_eq!(schedule.jitter(), Duration::from_mins(2));
    assert!(!schedule.catches_up());
    let after: Timestamp = "2026-11-28T10:00:00Z".parse().unwrap();
    assert_eq!(schedule.next_after(after).unwrap().to_string(), "2026-11-30T05:00:00Z");
    let budget = CrawlBudget {
        max_visits: 500,
        max_visits_per_host: Some(50),
        max_bytes: Some(1 << 30),
        max_time: Some(Duration::from_hours(2)),
        max_urls_per_pattern: (20, 1_000),
    };
    assert_eq!(job.budget, budget);
    assert_eq!(job.settings.host_delay.0, Duration::from_secs(3));
    assert_eq!(job.settings.contact, "https://desk.example/bot");
    assert_eq!(job.settings.ca_certificates, [Path::new("/etc/copydesk/ca.pem")]);
    assert_eq!(job.settings.favor, FavorChoice::Precision);
    assert_eq!(job.settings.dedupe, DedupeChoice::Drop);
    assert_eq!(job.settings.config, Path::new("/etc/copydesk/rules"));
    let revisit = RevisitPolicy {
        adaptive: false,
        every: Duration::from_hours(6),
        min: Duration::from_mins(30),
        max: Duration::from_hours(7 * 24),
        hubs: Duration::from_mins(10),
    };
    assert_eq!(job.revisit, revisit);
    assert_eq!(job.change, ChangePolicy { min_share: Fraction::new(0.1), gone: false });
    let outputs: Vec<_> = job.outputs.iter().map(|o| (o.format, o.compression)).collect();
    assert_eq!(
        outputs,
        [
            (Format::Csv, FileCompression::Gzip),
            (Format::Markdown, FileCompression::Zstd),
            (Format::Txt, FileCompression::None),
        ]
    );
    assert_eq!(job.outputs[0].path, "/etc/copydesk/out/{job}/{year}/{month}/{day}.csv.gz");
    assert_eq!(job.outputs[1].path, "/var/lib/news/pages-{run}");
    assert_eq!(job.outputs[1].name, "pages");
    assert!(job.outputs[2].is_folder() && !job.outputs[1].is_folder());
    let days = |days: u64| Some(Duration::from_hours(24 * days));
    assert_eq!(job.retention, RetentionPolicy { outputs: days(90), runs: days(30), urls: None });
}

#[test]
fn keys_of_a_job_override_defaults_table_by_table() {
    let file = parse(
        r#"
        [defaults]
        max_failed = 0.5
        seeds = ["https://usual.example/"]
        [defaults.budget]
        visits = 10
        time = "1h"
        [defaults.schedule]
        cron = "0 6 * * *"
        zone = "Europe/Berlin"
        jitter = "1m"
        [defaults.politeness]
        contact = "desk@desk.example"
        host_delay = "2s"
        [[defaults.output]]
        path = "{job}.jsonl"
        [[job]]
        name = "first"
        [[job]]
        name = "second"
        seeds = ["https://own.example/"]
        schedule = { every = "15m" }
        budget = { visits = 20, time = "0s" }
        politeness = { host_delay = "5s" }
        [[job.output]]
        path = "own.csv"
        [[job]]
        name = "third"
        schedule = { cron = "0 7 * * *" }
        "#,
    )
    .unwrap();
    let [first, second, third] = &file.jobs[..] else { panic!("{:?}", file.jobs) };
    assert_eq!(first.seeds[0].url.as_str(), "https://usual.example/");
    assert_eq!((first.budget.max_visits, second.budget.max_visits), (10, 20));
    assert_eq!(
        (first.budget.max_time, second.budget.max_time),
        (Some(Duration::from_hours(1)), None)
    );
    assert_eq!(second.max_failed, Fraction::new(0.5));
    let schedule = |job: &CrawlJob| job.schedule.as_ref().unwrap().to_string();
    assert_eq!(schedule(first), "cron \"0 6 * * *\" in Europe/Berlin");
    assert_eq!(schedule(second), "every 15m");
    assert_eq!(schedule(third), "cron \"0 7 * * *\" in Europe/Berlin");
    assert_eq!(second.schedule.as_ref().unwrap().jitter(), Duration::from_mins(1));
    assert_eq!(second.settings.contact, "desk@desk.example");
    assert_eq!(second.settings.host_delay.0, Duration::from_secs(5));
    assert_eq!(second.outputs.len(), 1);
    assert_eq!(first.outputs[0].path, "/etc/copydesk/{job}.jsonl");
    // Defaults that only say how a schedule is kept do not make a schedule.
    let text = format!("[defaults.schedule]\njitter = \"1m\"\n{MINIMAL_JOB}");
    assert_eq!(job(&text).schedule, None);
}

#[test]
fn settings_of_a_job_override_those_of_the_command() {
    let base = Settings {
        contact: "desk@desk.example".into(),
        min_words: 50,
        robots: false,
        ..Settings::default()
    };
    let text = format!("{MINIMAL_JOB}[job.politeness]\nrobots = true\n");
    let file = JobsFile::parse(&text, Path::new("jobs.toml"), &base).unwrap();
    let settings = &file.jobs[0].settings;
    assert_eq!((settings.min_words, settings.robots), (50, true));
    assert_eq!(settings.contact, "desk@desk.example");
    // The file is in the current folder.
    assert_eq!(file.state, Path::new("crawl.sqlite"));
    assert_eq!(file.jobs[0].outputs[0].path, "news-{date}.jsonl");
}

#[test]
fn defaults_of_a_revisit_adapt_to_what_is_set() {
    for (table, min, every, max) in [
        ("every = \"15m\"", "15m", "15m", "30d"),
        ("every = \"60d\"", "1h", "60d", "60d"),
        ("min = \"2h\"", "2h", "1d", "30d"),
        ("every = \"0s\"", "0s", "0s", "30d"),
    ] {
        let revisit = job(&format!("{MINIMAL_JOB}[job.revisit]\n{table}\n")).revisit;
        let times =
            [revisit.min, revisit.every, revisit.max].map(|time| TimeSpan(time).to_string());
        assert_eq!(times, [min, every, max], "{table}");
    }
}

/// A file with a mistake, the error and the hint.
type Mistake<'a> = (&'a str, &'a str, Option<&'a str>);

fn assert_mistakes(mistakes: &[Mistake<'_>]) {
    for (text, message, hint) in mistakes {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), format!("/etc/copydesk/jobs.toml: {message}"), "{text}");
        let ErrorKind::JobFile { hint: found, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(found.as_deref(), *hint, "{text}");
    }
}

#[test]
fn unknown_keys_are_refused_with_line_and_suggestion() {
    let with = |more: &str| format!("{MINIMAL_JOB}{more}");
    assert_mistakes(&[
        ("stat = \"x\"\n", "line 1: unknown key `stat`", Some("did you mean `state`?")),
        ("[[jobs]]\nname = \"a\"\n", "line 1: unknown key `jobs`", Some("did you mean `job`?")),
        ("\n[job]\nname = \"a\"\n", "line 2: `job` must be a list of tables: write [[job]]", None),
        (
            &with("[job.scope]\nhosst = []\n"),
            "line 7: unknown key `hosst` in [job.scope]",
            Some("did you mean `hosts`?"),
        ),
        (
            &with("[job.scope]\nvisits = 3\n"),
            "line 7: unknown key `visits` in [job.scope]",
            Some("it belongs in [job.budget]"),
        ),
        (
            &with("[job.clean]\nhost_delay = \"3s\"\n"),
            "line 7: unknown key `host_delay` in [job.clean]",
            Some("it belongs in [job.politeness]"),
        ),
        (
            &with("[job.politeness]\nfavor = \"recall\"\n"),
            "line 7: unknown key `favor` in [job.politeness]",
            Some("it belongs in [job.clean]"),
        ),
        (
            &with("[job.clean]\nformat = \"csv\"\n"),
            "line 7: unknown key `format` in [job.clean]",
            Some("it belongs in [[job.output]]"),
        ),
        (
            &with("[job.clean]\nlog = \"info\"\n"),
            "line 7: unknown key `log` in [job.clean]",
            Some("it is a setting of the command: set it in copydesk.toml"),
        ),
        (
            &with("[job.clean]\nmin_wrds = 3\n"),
            "line 7: unknown key `min_wrds` in [job.clean]",
            Some("did you mean `min_words`?"),
        ),
        (
            &with("[job.scope]\ncontac = \"\"\n"),
            "line 7: unknown key `contac` in [job.scope]",
            Some("did you mean `contact`, which belongs in [job.politeness]?"),
        ),
        (
            "[[job]]\nname = \"a\"\ncron = \"@daily\"\n",
            "line 3: unknown key `cron` in [job]",
            Some("it belongs in [job.schedule]"),
        ),
        (
            "[[job]]\nname = \"a\"\nlisten = \"\"\n",
            "line 3: unknown key `listen` in [job]",
            Some("it belongs in the beginning of the file, before all tables"),
        ),
        ("seeds = []\n", "line 1: unknown key `seeds`", Some("it belongs in [[job]]")),
        (
            "[defaults]\nname = \"a\"\n",
            "line 2: `name` cannot have a default: each job needs its own",
            None,
        ),
        (
            "[defaults.change]\ngne = false\n",
            "line 2: unknown key `gne` in [defaults.change]",
            Some("did you mean `gone`?"),
        ),
        (
            "[[job]]\nname = \"a\"\nscope = 3\n",
            "line 3: `scope` must be a table: write [job.scope]",
            None,
        ),
        (
            "[[job]]\nname = \"a\"\n[job.output]\npath = \"a.jsonl\"\n",
            "line 3: `output` must be a list of tables: write [[job.output]]",
            None,
        ),
        (
            &with("file = \"b.csv\"\n"),
            "line 6: unknown key `file` in [[job.output]]",
            Some("the keys are path, format, compress, name"),
        ),
        ("name = [\n", "line 1: unclosed array, expected `]`", None),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn invalid_jobs_are_refused() {
    let with = |more: &str| format!("{MINIMAL_JOB}{more}");
    let named = |name: &str| MINIMAL_JOB.replace("\"news\"", name);
    let seeded = |seed: &str| MINIMAL_JOB.replace("\"https://www.news.example/\"", seed);
    let written = |path: &str| MINIMAL_JOB.replace("news-{date}.jsonl", path);
    let no_name =
        "is not a valid name: use up to 64 ASCII letters, digits, - and _, and do not begin with -";
    let cron_hint = Some("`0 6 * * *` is every day at 6:00, `*/15 * * * *` every 15 minutes");
    assert_mistakes(&[
        (
            "",
            "the file contains no jobs",
            Some("a job begins with [[job]] and needs a name, seeds and a [[job.output]]"),
        ),
        ("[[job]]\nseeds = []\n", "line 1: a job needs a `name`", None),
        (&named("\"my news\""), &format!("line 2: `my news` {no_name}"), None),
        (&named("\"-n\""), &format!("line 2: `-n` {no_name}"), None),
        (&named("3"), "line 2: invalid type: integer `3`, expected a string", None),
        (
            "[[job]]\nname = \"a\"\n",
            "line 1: the job `a` needs seeds",
            Some("write seeds = [\"https://news.example/\"]"),
        ),
        (
            &seeded("\"news.example/\""),
            "line 3: `news.example/` is not a URL: relative URL without a base",
            Some("add the scheme: `https://news.example/`"),
        ),
        (
            &seeded("\"ftp://news.example/\""),
            "line 3: `ftp://news.example/` is not an http or https URL",
            None,
        ),
        (
            &seeded("{ url = \"https://a.example/\", kind = \"fed\" }"),
            "line 3: `fed` is not one of auto, site, page, feed, sitemap",
            None,
        ),
        (
            &seeded("\"https://a.example/\", \"https://a.example/#top\""),
            "line 3: the seed https://a.example/ is listed twice",
            None,
        ),
        (
            "[[job]]\nname = \"a\"\nseeds = [\"https://a.example/\"]\n",
            "line 1: the job `a` needs an output",
            Some("write [[job.output]] with path = \"NAME-{date}.jsonl\""),
        ),
        (
            &written("{dat}.jsonl"),
            "line 5: `{dat}.jsonl` contains an unknown placeholder: {dat}",
            Some("did you mean `{date}`?"),
        ),
        (&written("{date.jsonl"), "line 5: `{date.jsonl` contains { without }", None),
        (&written("date}.jsonl"), "line 5: `date}.jsonl` contains } without {", None),
        (
            &written("{zebra}.jsonl"),
            "line 5: `{zebra}.jsonl` contains an unknown placeholder: {zebra}",
            Some("the placeholders are {job}, {date}, {year}, {month}, {day}, {hour}, {run}"),
        ),
        (
            &written("news.doc"),
            "line 5: `news.doc` has no known suffix",
            Some(
                "use the suffix .jsonl, .csv, .txt, .md, .html (also with .gz or .zst), .parquet or .sqlite, \
                 a slash for a folder, or set `format` to jsonl, txt, markdown, html, csv, spreadsheet, parquet, \
                 sqlite",
            ),
        ),
        (
            &(written("news.parquet") + "compress = \"gzip\"\n"),
            "line 6: `compress` does not apply to parquet, which is compressed internally",
            None,
        ),
        (
            &with("[[job.output]]\nname = \"b\"\n"),
            "line 6: an output needs a `path`",
            Some("write path = \"NAME-{date}.jsonl\""),
        ),
        (
            &with("[[job.output]]\npath = \"news-{date}.jsonl\"\nname = \"b\"\n"),
            "line 1: two outputs of the job `news` have the same path: /etc/copydesk/news-{date}.jsonl",
            None,
        ),
        (
            &(MINIMAL_JOB.to_owned() + &named("\"other\"")),
            "line 6: the jobs `news` and `other` write the same output: \
             /etc/copydesk/news-{date}.jsonl",
            Some("put {job} in the path"),
        ),
        (
            &(MINIMAL_JOB.to_owned() + &named("\"News\"")),
            "line 6: two jobs are called `news`",
            Some("names that differ only in case count as equal"),
        ),
        (
            &(format!("state = \"news.sqlite\"\n{}", written("news.sqlite"))),
            "line 1: the output `news.sqlite` is the state file",
            None,
        ),
        (
            &with("[job.scope]\nexclude = [\n\"*.[a\"]\n"),
            "line 8: error parsing glob '*.[a': unclosed character class; missing ']'",
            None,
        ),
        (
            &with("[job.scope]\nhosts = [\"*.news.example\"]\n"),
            "line 7: `*.news.example` is not a host: leave out `*.`, since subdomains are included",
            None,
        ),
        (
            &with("[job.schedule]\ncron = \"0 6 * *\"\n"),
            "line 7: `0 6 * *` is not a cron expression: it has 4 fields instead of 5: minute, hour, day of the \
             month, month, day of the week",
            cron_hint,
        ),
        (
            &with("[job.schedule]\ncron = \"@daily\"\nzone = \"Europe/Berln\"\n"),
            "line 8: `Europe/Berln` is not a time zone",
            Some("did you mean `Europe/Berlin`?"),
        ),
        (
            &with("[job.schedule]\ncron = \"@daily\"\nzone = \"zebra\"\n"),
            "line 8: `zebra` is not a time zone",
            Some("use a name of the IANA database, such as Europe/Berlin"),
        ),
        (
            &with("[job.schedule]\nevery = \"10ms\"\n"),
            "line 7: the time between runs must be from 1s to 366d",
            None,
        ),
        (
            &with("[job.schedule]\nevery = \"1h\"\nzone = \"UTC\"\n"),
            "line 8: `zone` applies to `cron` only: `every` is counted in UTC",
            None,
        ),
        (
            &with("[job.schedule]\ncron = \"@daily\"\nevery = \"1h\"\n"),
            "line 8: a schedule cannot have both `cron` and `every`",
            None,
        ),
        (
            &with("[job.schedule]\njitter = \"1m\"\n"),
            "line 6: a schedule needs `cron` or `every`",
            Some("write cron = \"0 6 * * *\" or every = \"15m\""),
        ),
        (
            &with("[job.revisit]\nmin = \"2h\"\nevery = \"1h\"\n"),
            "line 6: `every` (1h) is not between `min` (2h) and `max` (30d)",
            None,
        ),
        (
            &with("[job.politeness]\nhost_delay = \"soon\"\n"),
            "line 7: `soon` is not a duration: write 10s, 500ms or 2m",
            None,
        ),
        (
            &format!("listen = \"localhost\"\n{MINIMAL_JOB}"),
            "line 1: `localhost` is not an IP address with a port",
            Some("write listen = \"127.0.0.1:8190\", or \"\" for no status page"),
        ),
        (
            &format!("max_jobs = 0\n{MINIMAL_JOB}"),
            "line 1: `max_jobs` must be from 1 to 1000",
            None,
        ),
    ]);
}

#[test]
fn placeholders_are_replaced() {
    let output = job(&MINIMAL_JOB.replace("news-{date}", "{job}/{year}-{run}")).outputs.remove(0);
    let path = output.path_with(|name| format!("<{name}>"));
    assert_eq!(path, "/etc/copydesk/<job>/<year>-<run>.jsonl");
}

#[test]
fn front_matter_needs_a_file_for_each_page() {
    let with_matter = format!("{MINIMAL_JOB}[job.clean]\nfront_matter = true\n");
    assert!(job(&with_matter).settings.front_matter);
    let folder = "news/\"\nformat = \"markdown";
    job(&with_matter.replace("news-{date}.jsonl", folder));
    let error = parse(&with_matter.replace(".jsonl", ".md")).unwrap_err().to_string();
    let expected = "`front_matter` needs a file for each page, and /etc/copydesk/news-{date}.md \
                    holds many";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn braces_in_the_folder_are_refused() {
    let path = Path::new("/srv/{date}/jobs.toml");
    let error = JobsFile::parse(MINIMAL_JOB, path, &Settings::default()).unwrap_err().to_string();
    assert!(
        error.contains("line 5: the folder of this file, /srv/{date}, contains braces"),
        "{error}"
    );
    let absolute = MINIMAL_JOB.replace("news-{date}", "/var/news-{date}");
    let file = JobsFile::parse(&absolute, path, &Settings::default()).unwrap();
    assert_eq!(file.jobs[0].outputs[0].path, "/var/news-{date}.jsonl");
}

#[test]
fn each_setting_belongs_to_one_table_or_the_command() {
    for name in Settings::NAMES {
        let tables =
            ["politeness", "clean"].iter().filter(|table| keys::settings(table).contains(name));
        let expected = match *name {
            "max_inflate_ratio" => 2,
            "input"
            | "format"
            | "compress"
            | "shard_size"
            | "pass_through"
            | "add_columns"
            | "html_field"
            | "text_field"
            | "url_field"
            | "group_field"
            | "follow_links"
            | "layout"
            | "structure_repair"
            | "unordered"
            | "checkpoint_interval"
            | "max_line_bytes"
            | "max_inflated_bytes"
            | "log"
            | "log_format"
            | "quiet"
            | "progress"
            | "color" => 0,
            _ => 1,
        };
        assert_eq!(tables.count(), expected, "{name}");
    }
    // The settings of the fetcher, in the order of the documentation.
    let politeness = keys::settings("politeness");
    assert_eq!(politeness.first(), Some(&"max_inflate_ratio"));
    assert_eq!(politeness.last(), Some(&"ca_certificates"));
    assert_eq!(politeness.len(), 23);
}

#[test]
fn paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.toml");
    std::fs::write(&path, MINIMAL_JOB).unwrap();
    let file = JobsFile::read(&path, &Settings::default()).unwrap();
    assert_eq!(file.state, folder.path().join("crawl.sqlite"));
    std::fs::write(&path, b"name = \"\xff\"").unwrap();
    let error = JobsFile::read(&path, &Settings::default()).unwrap_err();
    assert!(error.to_string().contains("jobs.toml: "), "{error}");
    let missing = JobsFile::read(&folder.path().join("none.toml"), &Settings::default());
    assert!(missing.unwrap_err().to_string().contains("none.toml: "));
}

/// The example file, which documents all keys.
fn example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/jobs.example.toml");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_example_file_sets_all_keys_to_their_defaults() {
    let documented = parse(&example()).unwrap_or_else(|error| panic!("{error}"));
    // Only what is an example in it.
    let examples = parse(
        r#"
        [[job]]
        name = "harbour-news"
        seeds = [
            "https://www.news.example/",
            { url = "https://www.news.example/feed.xml", kind = "feed" },
        ]
        schedule = { cron = "0 6 * * *" }
        politeness = { contact = "https://desk.example/bot" }
        output = [{ path = "out/{job}-{date}.jsonl.gz" }]
        "#,
    )
    .unwrap();
    assert_eq!(format!("{documented:#?}"), format!("{examples:#?}"));
}

#[test]
fn the_example_file_contains_every_key() {
    let text = example();
    let tables = tables::JOB_TABLES.iter().flat_map(|(_, keys)| keys.iter());
    let own = tables::FileTable::KEYS.iter().chain(tables::JobTable::KEYS);
    for key in own.chain(tables) {
        let is_set = |line: &str| {
            let line = line.strip_prefix("# ").unwrap_or(line);
            line.starts_with(&format!("{key} = "))
                || line.ends_with(&format!("job.{key}]"))
                || line.ends_with(&format!("job.{key}]]"))
        };
        assert!(text.lines().any(is_set), "{key} is not documented");
    }
}
