//! `copydesk group`: which pages are grouped, and the output.

use super::support::{Sandbox, records};

const STORIES: &str = include_str!("../../fixtures/stories.jsonl");

#[test]
fn stories_of_one_day_and_place_are_separate_groups() {
    let sandbox = Sandbox::new().with("clean.jsonl", STORIES);
    let run = sandbox.run(&["group", "clean.jsonl"]);
    let groups = run.assert_exit(0).records();
    let hosts: Vec<Vec<&str>> = groups
        .iter()
        .map(|group| {
            let members = group["members"].as_array().unwrap();
            members.iter().map(|member| member["hostname"].as_str().unwrap()).collect()
        })
        .collect();
    assert_eq!(
        hosts,
        [
            vec![
                "norwire.example",
                "bremdalpost.example",
                "coasttimes.example",
                "harbourdesk.example"
            ],
            vec!["norwire.example", "ostrandherald.example"],
            vec!["coasttimes.example", "halsvikblad.example"],
        ]
    );
    assert_eq!(groups[0]["members"][1]["copied_from"], 0);
    assert_eq!(groups[0]["passages"][0]["members"], serde_json::json!([0, 1]));
    assert!(
        run.stderr()
            .contains("10 pages: 3 groups with 8 of them, 2 alone; 0 without text, 0 failed"),
        "{}",
        run.stderr()
    );
}

#[test]
fn the_txt_format_has_members_and_passages() {
    let sandbox = Sandbox::new().with("clean.jsonl", STORIES);
    sandbox.run(&["group", "clean.jsonl", "-o", "stories.txt", "-q"]).assert_exit(0);
    let text = sandbox.read("stories.txt");
    assert!(text.starts_with(
        "1. Car ferry strikes pier at Halsvik, 23 hurt\n   1  2031-03-14  norwire.example"
    ));
    assert!(text.contains("\n\n2. Tarn Line crews vote to strike over rosters\n"), "{text}");
    let again = sandbox.run(&["group", "clean.jsonl", "-o", "stories.txt"]);
    again.assert_exit(2);
    assert!(again.stderr().contains("hint: --overwrite replaces it"), "{}", again.stderr());
}

#[test]
fn texts_are_cleaned_first_and_unreadable_ones_are_reported() {
    let sandbox = Sandbox::new();
    let mut lines = String::new();
    for (at, record) in records(STORIES).into_iter().enumerate() {
        if at < 6 {
            let text = record["text"].as_str().unwrap();
            sandbox.write(&format!("in/{at}.txt"), format!("Skip to content\n{text}\n"));
        } else {
            let (url, text) = (&record["url"], &record["text"]);
            lines += &serde_json::json!({"url": url, "text": text}).to_string();
            lines.push('\n');
        }
    }
    sandbox.write("in/rest.jsonl", lines + "no json\n");
    let run = sandbox.run(&["group", "in"]);
    let groups = run.assert_exit(1).records();
    let sizes: Vec<usize> =
        groups.iter().map(|group| group["members"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [4, 2, 2]);
    assert!(run.stderr().contains("0 without text, 1 failed"), "{}", run.stderr());
    let address = sandbox.run(&["group", "https://a.example/"]);
    address.assert_exit(2);
    assert!(
        address.stderr().contains("URLs are not fetched by this command"),
        "{}",
        address.stderr()
    );
}
