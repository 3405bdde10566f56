//! Stories of one day, one town and one ferry line, in several outlets.

use serde_json::Value;

use super::*;

/// In order: the accident in an outlet's own words, the strike, the accident as the agency has it, the toll,
/// the storm, the accident after the agency, the toll, an older accident, the accident a day later, the
/// strike.
fn pages() -> Vec<StoryPage> {
    let lines = include_str!("../../../../tests/fixtures/stories.jsonl").lines();
    lines
        .map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            let text = |value: &Value| value.as_str().map(str::to_owned);
            StoryPage {
                source: text(&record["source"]).unwrap(),
                url: text(&record["url"]),
                hostname: text(&record["hostname"]),
                title: text(&record["title"]),
                date: text(&record["date"]),
                fetched_at: text(&record["fetch"]["fetched_at"]),
                text: text(&record["text"]).unwrap(),
            }
        })
        .collect()
}

fn stories(pages: &[StoryPage]) -> StoryGrouper {
    let mut stories = StoryGrouper::new(GroupOptions::default()).unwrap();
    for page in pages {
        stories.add(page).unwrap();
    }
    stories
}

#[test]
fn one_story_is_put_together_and_others_of_the_day_stay_apart() {
    let groups = stories(&pages()).groups().unwrap();
    assert_eq!(groups, [vec![0, 2, 5, 8], vec![1, 9], vec![3, 6]]);
}

#[test]
fn without_dates_and_in_any_order_the_groups_are_the_same() {
    let mut pages = pages();
    for page in &mut pages {
        page.date = None;
        page.fetched_at = None;
    }
    pages.reverse();
    let groups = stories(&pages).groups().unwrap();
    assert_eq!(groups, [vec![0, 8], vec![1, 4, 7, 9], vec![3, 6]]);
}

#[test]
fn a_group_says_who_was_first_and_who_took_over_what() {
    let mut stories = stories(&pages());
    let group = stories.group(1, &[0, 2, 5, 8]).unwrap();
    assert_eq!(group.title.as_deref(), Some("Car ferry strikes pier at Halsvik, 23 hurt"));
    let members: Vec<_> = group
        .members
        .iter()
        .map(|m| (m.hostname.as_deref().unwrap(), m.copied >= 0.5, m.copied_from))
        .collect();
    assert_eq!(
        members,
        [
            ("norwire.example", false, None),
            ("bremdalpost.example", true, Some(0)),
            ("coasttimes.example", false, Some(0)),
            ("harbourdesk.example", false, None),
        ]
    );
    let quote = group.passages.iter().find(|passage| passage.members == [0, 1, 2]).unwrap();
    assert!(quote.text.contains("far too fast"), "{}", quote.text);
    assert_eq!(quote.first, 0);
    let agency = &group.passages[0];
    assert!(agency.text.starts_with("A car ferry with 318 people"), "{}", agency.text);
    assert_eq!(agency.members, [0, 1]);
    let shown = group.to_string();
    assert!(
        shown.starts_with(
            "1. Car ferry strikes pier at Halsvik, 23 hurt\n   1  2031-03-14  norwire"
        ),
        "{shown}"
    );
    assert!(shown.contains("from 1)\n"), "{shown}");
    assert!(shown.contains("\n   [1 2 3] "), "{shown}");
}

#[test]
fn pages_far_apart_in_time_are_no_story() {
    let mut pages = pages();
    pages[5].date = Some("2031-03-20".into());
    let groups = stories(&pages).groups().unwrap();
    assert_eq!(groups[0], [0, 2, 8]);
}

#[test]
fn more_pages_than_asked_for_are_refused_and_empty_ones_are_alone() {
    let options = GroupOptions { max_pages: 2, ..GroupOptions::default() };
    let mut stories = StoryGrouper::new(options).unwrap();
    let empty = StoryPage::default();
    stories.add(&empty).unwrap();
    stories.add(&empty).unwrap();
    let error = stories.add(&empty).unwrap_err();
    assert_eq!(error.to_string(), "more than 2 pages");
    assert!(stories.groups().unwrap().is_empty());
}
