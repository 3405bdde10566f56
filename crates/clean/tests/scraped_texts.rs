//! What records say about texts that other tools extracted.

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, Favor, InputKind, Record};

const FERRY: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock, and the company \
    said that the timetable would stay the same until the autumn.";
const ENGINE: &str = "Its engine had been taken out and cleaned, and the two lifeboats on the upper deck are new, the \
    harbour master told the council at its meeting.";
const BOATS: &str = "Every boat in the list below was measured by the harbour office in the spring, when the water was \
    low and the hulls were dry.";

fn cleaned(text: &str, options: CleanOptions) -> Record {
    let input = CleanInput::new("text.txt", text.as_bytes()).kind(InputKind::Text);
    Cleaner::with_options(options).clean(&input)
}

fn forms(text: &str) -> Vec<(String, usize)> {
    cleaned(text, CleanOptions::default()).structure.unpacked.into_iter().collect()
}

#[test]
fn the_record_names_the_forms_that_a_text_was_delivered_in() {
    let tags = format!("<p>{FERRY}</p>\\n<p>The cook &amp; the mate were on board.</p>");
    assert_eq!(
        forms(&format!("\"{tags}\"")),
        [("json_string".into(), 1), ("references".into(), 1), ("tags".into(), 4)]
    );
    let headers =
        format!("Title: The ferry is back\nDate: 3 May 2024\nSource: Quay News\n\n{FERRY}");
    assert_eq!(forms(&headers), [("headers".into(), 3)]);
    assert_eq!(forms(&format!("{FERRY}\n\n{ENGINE}")), []);
    let page = format!("<html><body><p>{FERRY}</p></body></html>");
    let page = Cleaner::default().clean(&CleanInput::new("page.html", page.as_bytes()));
    assert!(page.structure.unpacked.is_empty(), "tags are what pages are made of");
}

/// A list of columns whose names stand in a line, as a breadcrumb does.
fn columns(between: &str) -> String {
    [
        "What is in the list",
        BOATS,
        "Name of the boat",
        "Bow / Stern / Keel",
        "Name of the owner",
        "Place in the harbour",
        FERRY,
        between,
        ENGINE,
    ]
    .into_iter()
    .filter(|line| !line.is_empty())
    .collect::<Vec<_>>()
    .join("\n\n")
}

#[test]
fn a_text_is_left_as_it_is_where_all_that_would_go_is_doubtful() {
    let text = columns("");
    let left = cleaned(&text, CleanOptions::default());
    assert!(left.quality.left_as_is);
    assert_eq!(left.text, text);
    assert!(left.removed.counts.is_empty());
    let again = cleaned(&left.text, CleanOptions::default());
    assert_eq!(again.text, left.text, "cleaning twice gives the same as once");
}

#[test]
fn a_doubtful_line_goes_where_the_text_has_certain_clutter() {
    let text = columns("Sign up for our newsletter");
    let record = cleaned(&text, CleanOptions::default());
    assert!(!record.quality.left_as_is);
    assert!(!record.text.contains("newsletter") && !record.text.contains("Stern"), "{record:?}");
}

#[test]
fn a_doubtful_line_goes_where_precision_is_favored() {
    let text = columns("");
    let record = cleaned(&text, CleanOptions::default().favor(Favor::Precision));
    assert!(!record.quality.left_as_is);
    assert!(!record.text.contains("Stern"), "{record:?}");
}

#[test]
fn a_text_without_clutter_is_not_said_to_be_left() {
    let record = cleaned(&format!("{FERRY}\n\n{ENGINE}"), CleanOptions::default());
    assert!(!record.quality.left_as_is);
    assert!((record.quality.kept_ratio - 1.0).abs() < 1e-6);
}

#[test]
fn a_text_whose_letters_were_lost_is_left_as_it_is() {
    for text in [
        "\u{fffd}".repeat(400),
        "?".repeat(4_000),
        "????? ?????????? ???? ?? ????????, ????? ?? ????.\n\n?????? ???? ??????? ?? ????."
            .to_owned(),
        "Hello \u{fffd}\u{fffd}\u{fffd}\u{fffd}\n\n????? ?????????? ????, ????? ?? ????."
            .to_owned(),
    ] {
        let record = cleaned(&text, CleanOptions::default());
        assert_eq!(record.text, text);
        assert!(record.quality.left_as_is && record.removed.counts.is_empty());
    }
    let asked = format!("{FERRY} Why??? How?\n\n{ENGINE}");
    assert!(!cleaned(&asked, CleanOptions::default()).quality.left_as_is);
}
