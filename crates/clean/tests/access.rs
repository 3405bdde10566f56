//! The three facts about payment are independent of each other, on whole pages.

use copydesk_clean::{AccessFacts, CleanInput, Cleaner, DeclaredAccess, InputKind};

const PROMPT: &str = "<div class=\"paywall\"><h2>Subscribe to read the full story</h2>\
    <p>Already a subscriber? Log in to continue reading.</p>\
    <a href=\"/subscribe\">See our subscription offers</a></div>";

const BOX: &str = "<div class=\"subscribe-box\"><h3>Support our reporting</h3>\
    <p>Become a subscriber for 4 a month and read every story.</p>\
    <a href=\"/subscribe\">Subscribe now</a></div>";

/// Ten different paragraphs.
fn paragraphs() -> Vec<String> {
    [
        ("ferry", "Monday", "nine weeks in dock"),
        ("crane", "Tuesday", "a storm had bent its arm"),
        ("lighthouse", "Wednesday", "the lamp had been sent away"),
        ("pilot boat", "Thursday", "its engine had been replaced"),
        ("fish market", "Friday", "the roof had let in the rain"),
        ("tug", "Saturday", "divers had freed its screw"),
        ("dredger", "Sunday", "the channel had filled with sand"),
        ("customs house", "Monday", "the clerks had moved their desks"),
        ("slipway", "Tuesday", "the timbers had been changed"),
        ("harbour bell", "Wednesday", "a smith had cast it again"),
    ]
    .iter()
    .map(|(thing, day, reason)| {
        format!(
            "<p>The {thing} was back at work on {day} after {reason}, the harbour master told the \
             council, and the people of the old town came down to the quay to see it for \
             themselves.</p>"
        )
    })
    .collect()
}

fn access(head: &str, body: &str) -> AccessFacts {
    let page = format!(
        "<html lang=en><head><title>The quay is busy again</title>{head}</head><body><article>\
         <h1>The quay is busy again</h1>{body}</article></body></html>"
    );
    let input =
        CleanInput { kind: Some(InputKind::Html), ..CleanInput::new("quay.html", page.as_bytes()) };
    Cleaner::default().clean(&input).access
}

fn linked(properties: &str) -> String {
    format!(
        "<script type=\"application/ld+json\">{{\"@context\": \"https://schema.org\", \
         \"@type\": \"NewsArticle\", \"headline\": \"The quay is busy again\", {properties}}}\
         </script>"
    )
}

/// Asserts that a fact holds if and only if there is evidence for it.
fn evidence_fits(access: &AccessFacts) {
    let has = |fact: &str| access.evidence.iter().any(|text| text.starts_with(fact));
    assert_eq!(has("declared: "), access.declared != DeclaredAccess::Unknown, "{access:?}");
    assert_eq!(has("prompt_seen: "), access.prompt_seen, "{access:?}");
    assert_eq!(has("appears_truncated: "), access.appears_truncated, "{access:?}");
    let named = |text: &String| {
        ["declared: ", "prompt_seen: ", "appears_truncated: "].iter().any(|f| text.starts_with(f))
    };
    assert!(access.evidence.iter().all(named), "{access:?}");
}

#[test]
fn a_site_that_declares_everything_paid_and_shows_the_whole_article() {
    let access = access(&linked("\"isAccessibleForFree\": false"), &paragraphs().concat());
    evidence_fits(&access);
    assert_eq!(access.declared, DeclaredAccess::Paid);
    assert!(!access.prompt_seen && !access.appears_truncated, "{access:?}");
    assert_eq!(access.evidence, ["declared: JSON-LD NewsArticle: isAccessibleForFree is false"]);
}

#[test]
fn a_free_page_with_a_subscription_box() {
    let paragraphs = paragraphs();
    let (first, second) = paragraphs.split_at(5);
    for body in [
        format!("{}{BOX}{}", first.concat(), second.concat()),
        format!("{}{BOX}", paragraphs.concat()),
        format!("{}{PROMPT}", paragraphs.concat()),
        // The page ends with a list of places, which are not sentences.
        format!("{}<ul><li>North quay</li><li>South quay</li></ul>{BOX}", paragraphs.concat()),
    ] {
        let access = access(&linked("\"isAccessibleForFree\": true"), &body);
        evidence_fits(&access);
        assert_eq!(access.declared, DeclaredAccess::Free);
        assert!(access.prompt_seen, "{access:?}");
        assert!(!access.appears_truncated, "{access:?}");
    }
}

#[test]
fn a_teaser_that_ends_in_an_ellipsis_before_a_prompt() {
    let teaser = "<p>The ferry sailed again on Monday after nine weeks in dock, and the harbour \
        master said that nobody had expected what was found below the engine room when the \
        plates were lifted…</p>";
    let about = "<p>Ada Quill has written about the harbour for twenty years and lives in the old \
        town with her sister, two cats and a collection of ships in bottles.</p>";
    for body in [format!("{teaser}{PROMPT}"), format!("{teaser}{PROMPT}{about}")] {
        let access = access("", &body);
        evidence_fits(&access);
        assert_eq!(access.declared, DeclaredAccess::Unknown);
        assert!(access.prompt_seen && access.appears_truncated, "{access:?}");
        assert!(access.evidence.iter().any(|text| text.contains("ellipsis")), "{access:?}");
    }
}

#[test]
fn a_teaser_that_stops_inside_a_sentence() {
    let teaser = "<p>The ferry sailed again on Monday after nine weeks in dock, and the harbour \
        master said that nobody had expected what was found below the engine room when the</p>";
    let access = access("", &format!("{teaser}{PROMPT}"));
    evidence_fits(&access);
    assert!(access.prompt_seen && access.appears_truncated, "{access:?}");
}

#[test]
fn a_menu_that_offers_to_log_in_is_not_a_prompt() {
    let page = format!(
        "<html lang=en><body><nav><a href=/login>Log in</a> <a href=/join>Subscribe</a></nav>\
         <article><h1>The quay is busy again</h1>{}</article>\
         <footer><a href=/login>Log in</a></footer></body></html>",
        paragraphs().concat()
    );
    let access = Cleaner::default().clean(&CleanInput::new("quay.html", page.as_bytes())).access;
    assert_eq!(access, AccessFacts::default());
}

#[test]
fn a_part_that_is_named_by_a_selector() {
    let head = linked(
        "\"isAccessibleForFree\": \"False\", \"hasPart\": {\"@type\": \"WebPageElement\", \
         \"isAccessibleForFree\": \"False\", \"cssSelector\": \".for-members\"}",
    );
    let paragraphs = paragraphs();
    let (free, paid) = paragraphs.split_at(2);
    let body = format!("{}<div class=\"for-members\">{}</div>", free.concat(), paid.concat());
    let access = access(&head, &body);
    evidence_fits(&access);
    assert_eq!(access.declared, DeclaredAccess::Paid);
    assert!(!access.prompt_seen && !access.appears_truncated, "{access:?}");
    assert_eq!(
        access.evidence,
        [
            "declared: JSON-LD NewsArticle: isAccessibleForFree is false",
            "declared: JSON-LD WebPageElement (.for-members): isAccessibleForFree is false",
        ]
    );
}

#[test]
fn declarations_that_disagree() {
    let tier = "<meta property=\"article:content_tier\" content=\"locked\">";
    let head = format!("{}{tier}", linked("\"isAccessibleForFree\": true"));
    let access = access(&head, &paragraphs().concat());
    evidence_fits(&access);
    assert_eq!(access.declared, DeclaredAccess::Paid);
    assert_eq!(
        access.evidence,
        [
            "declared: JSON-LD NewsArticle: isAccessibleForFree is true",
            "declared: article:content_tier is locked",
            "declared: the declarations disagree: the one that says paid counts",
        ]
    );
}
