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
