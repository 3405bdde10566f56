//! Site profiles.

use std::fmt::Write;

use super::support::{Sandbox, records};

const MODULE: &str = "The kettle in our front room has been on since the bridge was built, and whoever walks \
                      in before the lamps are lit may turn the pages of the notebooks on the long table.";

const WHO: [&str; 7] = ["teacher", "pilot", "baker", "judge", "dentist", "surveyor", "beekeeper"];
const WHAT: [&str; 11] = [
    "bridge",
    "orchard",
    "ferry",
    "museum",
    "quarry",
    "lantern",
    "reservoir",
    "tram",
    "chapel",
    "weir",
    "granary",
];
const DID: [&str; 5] = ["painted", "measured", "sold", "described", "lost"];

/// A paragraph that no other page has.
fn own(number: usize) -> String {
    let (who, what, did) = (WHO[number % 7], WHAT[number % 11], DID[number % 5]);
    let other = WHAT[(number * 3 + 1) % 11];
    format!(
        "In the valley a {who} {did} the {what} that her family had kept since the flood, and nobody asked \
         what had become of the {other}. The {what} was too small for a {who} of her kind, the council said."
    )
}

/// Twelve pages with different text around a paragraph that all of them have.
fn crawl() -> String {
    let page = |number: usize| {
        let mut html = String::from("<div>");
        for part in 0..4 {
            let _ = write!(html, "<p>{}</p>", own(number * 4 + part));
            if part == 1 {
                let _ = write!(html, "<p>{MODULE}</p>");
            }
        }
        let url = format!("https://www.news.example/{number}");
        serde_json::json!({"url": url, "html": html + "</div>"}).to_string() + "\n"
    };
    (0..12).map(page).collect()
}

fn has_module(output: &str) -> bool {
    let records = records(output);
    assert_eq!(records.len(), 12);
    records.iter().any(|record| record["text"].as_str().unwrap().contains("kettle"))
}

#[test]
fn what_recurs_goes_and_a_folder_keeps_what_was_counted() {
    let sandbox = Sandbox::new().with("crawl.jsonl", crawl());
    assert!(has_module(sandbox.run(&["clean", "crawl.jsonl"]).assert_exit(0).stdout()));
    let run = sandbox.run(&["clean", "crawl.jsonl", "--site-profiles"]);
    assert!(!has_module(run.assert_exit(0).stdout()));
    assert!(run.stderr().contains("1 site, 1 with enough pages to use"), "{}", run.stderr());
    sandbox.run(&["clean", "crawl.jsonl", "--site-profiles=known"]).assert_exit(0);
    let run = sandbox.run(&["site", "show", "www.news.example", "--site-profiles", "known"]);
    let shown = run.assert_exit(0).stdout();
    assert!(shown.contains("pages      12 counted"), "{shown}");
    assert!(shown.contains("    12   100%  text "), "{shown}");
    assert!(shown.contains("The kettle in our front room"), "{shown}");
    let run = sandbox.run(&["site", "list", "--site-profiles", "known"]);
    assert!(run.assert_exit(0).stdout().contains("news.example"));
    let run = sandbox.run(&["site", "show", "b.example", "--site-profiles", "known"]);
    assert!(run.assert_exit(2).stderr().contains("hint: `copydesk site list"), "{}", run.stderr());
    sandbox.run(&["site", "merge", "known", "-o", "all"]).assert_exit(0);
    let run = sandbox.run(&["site", "list", "--site-profiles", "all"]);
    assert!(run.assert_exit(0).stdout().contains("      12"), "{}", run.stdout());
}

#[test]
fn inputs_that_can_be_read_once_need_a_folder() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["clean", "-", "--site-profiles"]);
    assert!(run.assert_exit(2).stderr().contains("--site-profiles=DIR"), "{}", run.stderr());
    let once = || {
        let args = ["clean", "-", "--input", "jsonl", "--site-profiles=known"];
        has_module(sandbox.run_with_stdin(&args, crawl()).assert_exit(0).stdout())
    };
    assert!(once());
    assert!(!once());
}

const ADVERT: &str = "Thirty knots that every sailor on this coast should know by heart, drawn by the keeper of the \
                      old lighthouse and printed on sailcloth that no rain will ever spoil.";

/// The text of this number: four paragraphs, and in one of four texts an advert between them.
fn text(number: usize) -> String {
    let mut lines: Vec<String> = (0..4)
        .map(|part| own(number * 4 + part).replace("flood", &format!("flood of 18{number}{part}")))
        .collect();
    if number % 4 == 1 {
        lines.insert(1 + number % 3, ADVERT.to_owned());
    }
    lines.join("\n") + "\n"
}

fn texts_with_advert(output: &str) -> usize {
    let records = records(output);
    records.iter().filter(|record| record["text"].as_str().unwrap().contains(ADVERT)).count()
}

#[test]
fn texts_without_a_url_are_counted_by_their_folder() {
    let sandbox = (0..24).fold(Sandbox::new(), |sandbox, number| {
        sandbox.with(&format!("texts/{number:02}.txt"), text(number))
    });
    let alone = sandbox.run(&["clean", "texts", "--format", "jsonl"]);
    assert_eq!(texts_with_advert(alone.assert_exit(0).stdout()), 6);
    let profiled =
        sandbox.run(&["clean", "texts", "--format", "jsonl", "--site-profiles", "--explain"]);
    let output = profiled.assert_exit(0).stdout();
    assert_eq!(texts_with_advert(output), 0);
    assert!(output.contains("stands in 6 of 24 texts of this group"), "{output}");
    let again = sandbox.run(&[
        "clean",
        "texts",
        "--format",
        "jsonl",
        "--site-profiles",
        "--explain",
        "--threads",
        "1",
    ]);
    assert_eq!(again.assert_exit(0).stdout(), output);
}

#[test]
fn an_advert_at_the_end_of_a_paragraph_is_cut_out() {
    let sandbox = (0..24).fold(Sandbox::new(), |sandbox, number| {
        let glued = text(number).replace(&format!("\n{ADVERT}"), &format!(" {ADVERT}"));
        sandbox.with(&format!("texts/{number:02}.txt"), glued)
    });
    let args = ["clean", "texts", "--format", "jsonl", "--site-profiles", "--explain"];
    let run = sandbox.run(&args);
    let output = run.assert_exit(0).stdout();
    assert_eq!(texts_with_advert(output), 0);
    let records = records(output);
    let removed = &records[1]["removed"]["blocks"][0];
    assert_eq!((&removed["text"], &removed["rule"]), (&ADVERT.into(), &"group/recurs".into()));
    assert_eq!(removed["evidence"], serde_json::json!(["stands in 6 of 24 texts of this group"]));
    assert!(removed["where"].as_str().unwrap().starts_with("line 2, characters "), "{removed}");
    let alone = sandbox.run(&["clean", "texts", "--format", "jsonl"]);
    assert_eq!(texts_with_advert(alone.assert_exit(0).stdout()), 6);
}

#[test]
fn texts_are_counted_by_a_field() {
    let paper = |number: usize| if number < 12 { "Quay Post" } else { "Hill Times" };
    let short = "Whoever loves the sea will love our almanac.";
    let line = |number: usize| {
        let body = text(number).replace(ADVERT, "");
        let body = if number < 12 && number % 2 == 1 {
            format!("{body}{short}\n{}", own(400 + number))
        } else {
            body
        };
        let origin = serde_json::json!({"newspaper": paper(number)});
        serde_json::json!({"text": body, "origin": origin}).to_string() + "\n"
    };
    let sandbox = Sandbox::new().with("texts.jsonl", (0..48).map(line).collect::<String>());
    let args =
        ["clean", "texts.jsonl", "--site-profiles=known", "--group-field", "origin.newspaper"];
    let run = sandbox.run(&args);
    assert!(!run.assert_exit(0).stdout().contains(short));
    assert!(run.stderr().contains("2 sites, 2 with enough pages to use"), "{}", run.stderr());
    let run = sandbox.run(&["site", "show", "group:Quay Post", "--site-profiles", "known"]);
    let shown = run.assert_exit(0).stdout();
    assert!(shown.contains("site       group:Quay Post\npages      12 counted"), "{shown}");
    assert!(shown.contains("     6    50%  sentence "), "{shown}");
    let run = sandbox.run(&["clean", "texts.jsonl", "--group-field", "origin.newspaper"]);
    assert!(run.assert_exit(2).stderr().contains("hint: add --site-profiles"), "{}", run.stderr());
}

#[test]
fn a_resumed_run_removes_the_same_lines() {
    let lines: String = (0..24)
        .map(|number| serde_json::json!({"text": text(number)}).to_string() + "\n")
        .collect();
    let sandbox = Sandbox::new().with("texts.jsonl", lines);
    let args = [
        "clean",
        "texts.jsonl",
        "--site-profiles",
        "-o",
        "clean.jsonl",
        "--checkpoint",
        "clean.run",
    ];
    sandbox.run(&args).assert_exit(0);
    assert_eq!(texts_with_advert(&sandbox.read("clean.jsonl")), 0);
    let other = ["clean", "texts.jsonl", "-o", "clean.jsonl", "--checkpoint", "clean.run"];
    sandbox.run(&other).assert_exit(2);
}
