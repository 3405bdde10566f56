//! What records say about texts that other tools extracted.

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, InputKind, Record};

const FERRY: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock, and the company \
    said that the timetable would stay the same until the autumn.";
const ENGINE: &str = "Its engine had been taken out and cleaned, and the two lifeboats on the upper deck are new, the \
    harbour master told the council at its meeting.";

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
