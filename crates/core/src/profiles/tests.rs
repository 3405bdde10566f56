use std::fs;

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass, Lexicon, SiteRules};

use super::*;
use crate::StopToken;
use crate::pipeline::{CleaningRun, RunOptions};
use crate::settings::{FieldList, Settings};
use crate::sinks::{Destination, Format, OutputTarget};
use crate::sources::Inputs;
use copydesk_testkit::sites::{SiteTemplate, site};

#[test]
fn the_default_settings_ask_for_the_default_limits() {
    assert_eq!(CountLimits::from_settings(&Settings::default()), CountLimits::default());
}

/// A line of JSON a page of a made-up site.
fn written(folder: &std::path::Path, count: usize) -> Inputs {
    let lines: String = site(SiteTemplate::News, count, 5)
        .iter()
        .map(|page| serde_json::json!({"html": page.html, "url": page.url}).to_string() + "\n")
        .collect();
    let path = folder.join("pages.jsonl");
    fs::write(&path, lines).unwrap();
    Inputs::new([path])
}

fn options(inputs: &Inputs, threads: usize) -> RunOptions {
    RunOptions::new(&Settings { threads, ..Settings::default() }, Format::Jsonl, inputs)
}

fn clean(run: &SiteRun<'_>, inputs: &Inputs, threads: usize) -> String {
    clean_with(run, inputs, &options(inputs, threads))
}

fn clean_with(run: &SiteRun<'_>, inputs: &Inputs, options: &RunOptions) -> String {
    let destination = Destination::new(OutputTarget::Stream, Format::Jsonl);
    let mut out = Vec::new();
    let clean = |page: &CleanInput<'_>| run.clean(page);
    let mut observe =
        |page: &crate::pipeline::PageReport, _: &_| run.page_written(&page.source, page.texts);
    let all = CleaningRun::new(&clean, inputs, &destination, options);
    CleaningRun { observe: Some(&mut observe), ..all }.start(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn twice(inputs: &Inputs, profiles: &ProfileFolder, threads: usize) -> (String, SiteSummary) {
    let cleaner = Cleaner::default();
    let today = parse_day("2026-05-03").unwrap();
    let (mut counter, _) = profiles.counter(CountLimits::default(), today, 180).unwrap();
    let mut seen = 0;
    let options = options(inputs, threads);
    let stop = StopToken::default();
    count(&cleaner, inputs, &options, &stop, &mut counter, &mut |_| seen += 1).unwrap();
    let run = SiteRun::two_pass(&cleaner, counter);
    let out = clean(&run, inputs, threads);
    assert_eq!(seen, out.lines().count());
    (out, run.finish(Some(profiles), 180).unwrap())
}

#[test]
fn two_passes_give_the_same_bytes_and_profiles_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = written(folder.path(), 30);
    let [one, four] = [1, 4].map(|threads| {
        let profiles = ProfileFolder::new(&folder.path().join(format!("profiles-{threads}")));
        let (out, summary) = twice(&inputs, &profiles, threads);
        assert_eq!((summary.sites, summary.known, summary.written), (1, 1, 1));
        let profile = fs::read_to_string(profiles.root().join("news.example.json")).unwrap();
        (out, profile)
    });
    assert!(one == four);
    assert!(!one.0.contains("kettle in our front room"));
}

#[test]
fn the_next_run_counts_no_page_again_and_is_judged_by_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = written(folder.path(), 30);
    let profiles = ProfileFolder::new(&folder.path().join("profiles"));
    let (first, _) = twice(&inputs, &profiles, 2);
    let pages = |profiles: &ProfileFolder| profiles.read("news.example").unwrap().unwrap().pages;
    assert_eq!(pages(&profiles), 30);
    let (second, summary) = twice(&inputs, &profiles, 2);
    assert_eq!((pages(&profiles), summary.drifts), (30, vec![]));
    assert!(first == second);

    // Read once: by what is known from before.
    let cleaner = Cleaner::default();
    let today = parse_day("2026-05-04").unwrap();
    let (known, started) = profiles.counter(CountLimits::default(), today, 180).unwrap();
    assert_eq!(started.used, 1);
    let run = SiteRun::one_pass(&cleaner, known);
    assert!(clean(&run, &inputs, 3) == first);
    assert_eq!(run.finish(Some(&profiles), 180).unwrap().written, 1);
    assert_eq!(pages(&profiles), 30);
}

#[test]
fn a_run_that_reads_once_learns_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = written(folder.path(), 30);
    let profiles = ProfileFolder::new(&folder.path().join("profiles"));
    let cleaner = Cleaner::default();
    let today = parse_day("2026-05-04").unwrap();
    let once = |threads| {
        let (known, _) = profiles.counter(CountLimits::default(), today, 180).unwrap();
        let run = SiteRun::one_pass(&cleaner, known);
        let out = clean(&run, &inputs, threads);
        run.finish(Some(&profiles), 180).unwrap();
        out
    };
    assert!(once(4).contains("kettle in our front room"));
    assert!(!once(1).contains("kettle in our front room"));
}

#[test]
fn every_text_of_a_row_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let text = |number: usize| {
        let boat = ["ferry", "trawler", "pilot boat", "lightship", "tug"][number % 5];
        format!(
            "The {boat} of number {number} sailed at dawn, and nobody on the quay had seen it leave."
        )
    };
    let row = |number: usize| {
        let (body, summary) = (text(number * 2), text(number * 2 + 1));
        serde_json::json!({"outlet": "quay", "body": body, "summary": summary}).to_string() + "\n"
    };
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, (0..6).map(row).collect::<String>()).unwrap();
    let inputs = Inputs::new([path]);
    let settings = Settings {
        add_columns: "clean".into(),
        text_field: FieldList(vec!["body".into(), "summary".into()]),
        group_field: "outlet".into(),
        ..Settings::default()
    };
    let options = RunOptions::new(&settings, Format::Jsonl, &inputs);
    let cleaner = Cleaner::default();
    let counter = || SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
    let profile = |run: SiteRun<'_>, name: &str| {
        let out = clean_with(&run, &inputs, &options);
        assert!(
            out.lines().all(|line| line.contains("body_clean") && line.contains("summary_clean"))
        );
        let profiles = ProfileFolder::new(&folder.path().join(name));
        run.finish(Some(&profiles), 180).unwrap();
        let profile = profiles.read("group:quay").unwrap().unwrap();
        (profile.pages, profile.observed.pages)
    };
    assert_eq!(profile(SiteRun::one_pass(&cleaner, counter()), "once"), (12, 12));
    let (mut known, stop) = (counter(), StopToken::default());
    count(&cleaner, &inputs, &options, &stop, &mut known, &mut |_| {}).unwrap();
    assert_eq!(profile(SiteRun::two_pass(&cleaner, known), "twice"), (12, 12));
}

#[test]
fn what_recurs_is_named_and_a_page_of_nothing_else_is_left_alone() {
    let mut options = CleanOptions::default();
    options.explain = true;
    let cleaner = Cleaner::new(options, Lexicon::embedded(), SiteRules::default());
    let pages = site(SiteTemplate::Blog, 20, 5);
    let mut counter = SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
    let clean = |counter: &SiteCounter, url: &str, html: &str| {
        let url = Some(url);
        let page = CleanInput {
            url,
            recurrence: Some(counter),
            ..CleanInput::new("p.html", html.as_bytes())
        };
        cleaner.clean(&page)
    };
    for page in &pages {
        let url = Some(page.url.as_str());
        counter.add(
            &cleaner.fingerprints(&CleanInput {
                url,
                ..CleanInput::new("p.html", page.html.as_bytes())
            }),
        );
    }
    let record = clean(&counter, &pages[3].url, &pages[3].html);
    let module =
        record.removed.blocks.iter().find(|b| b.text.starts_with("I write these")).unwrap();
    assert_eq!((module.class, module.rule.as_str()), (ClutterClass::Other, "site/recurs"));
    assert_eq!(module.evidence[0], "its wording stands on 20 of 20 pages of its site");

    let texts: Vec<&str> = record.removed.blocks.iter().map(|block| block.text.as_str()).collect();
    let html = format!("<h1>Nothing new</h1><div><p>{}</div>", texts.join("<p>"));
    let alone =
        CleanInput { url: Some(&pages[3].url), ..CleanInput::new("p.html", html.as_bytes()) };
    assert_eq!(clean(&counter, &pages[3].url, &html), cleaner.clean(&alone));
}
