//! The three facts about payment are independent of each other, on whole pages.

use copydesk_clean::{
    AccessFacts, AccessPrompt, CleanInput, Cleaner, DeclaredAccess, InputKind, Record,
};

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
    record(head, body).access
}

fn record(head: &str, body: &str) -> Record {
    let page = format!(
        "<html lang=en><head><title>The quay is busy again</title>{head}</head><body><article>\
         <h1>The quay is busy again</h1>{body}</article></body></html>"
    );
    let input =
        CleanInput { kind: Some(InputKind::Html), ..CleanInput::new("quay.html", page.as_bytes()) };
    Cleaner::default().clean(&input)
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
    assert_eq!(has("prompt: "), access.prompt != AccessPrompt::None, "{access:?}");
    assert_eq!(access.prompt_seen, access.prompt == AccessPrompt::Wall, "{access:?}");
    assert_eq!(has("appears_truncated: "), access.appears_truncated, "{access:?}");
    let named = |text: &String| {
        ["declared: ", "prompt: ", "appears_truncated: "].iter().any(|f| text.starts_with(f))
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
    for (body, prompt) in [
        (format!("{}{BOX}{}", first.concat(), second.concat()), AccessPrompt::Generic),
        (format!("{}{BOX}", paragraphs.concat()), AccessPrompt::Generic),
        (format!("{}{PROMPT}", paragraphs.concat()), AccessPrompt::Wall),
        // The page ends with a list of places, which are not sentences.
        (
            format!("{}<ul><li>North quay</li><li>South quay</li></ul>{BOX}", paragraphs.concat()),
            AccessPrompt::Generic,
        ),
    ] {
        let access = access(&linked("\"isAccessibleForFree\": true"), &body);
        evidence_fits(&access);
        assert_eq!(access.declared, DeclaredAccess::Free);
        assert_eq!(access.prompt, prompt, "{access:?}");
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
fn a_menu_that_offers_to_log_in_is_no_wall() {
    let page = format!(
        "<html lang=en><body><nav><a href=/login>Log in</a> <a href=/join>Subscribe</a></nav>\
         <article><h1>The quay is busy again</h1>{}</article>\
         <footer><a href=/login>Log in</a></footer></body></html>",
        paragraphs().concat()
    );
    let access = Cleaner::default().clean(&CleanInput::new("quay.html", page.as_bytes())).access;
    evidence_fits(&access);
    assert_eq!(access.prompt, AccessPrompt::Generic);
    assert!(!access.appears_truncated, "{access:?}");
}

#[test]
fn accounts_that_are_not_about_reading_are_no_prompt() {
    let page = |kind: &str, rest: &str| {
        let html = format!(
            "<html lang=en><head><meta property=og:type content={kind}></head><body>{rest}\
             <article><h1>The quay is busy again</h1>{}</article></body></html>",
            paragraphs().concat()
        );
        Cleaner::default().clean(&CleanInput::new("quay.html", html.as_bytes())).access.prompt
    };
    let menu = "<nav><a href=/login>Log in</a> <a href=/join>Register</a></nav>";
    assert_eq!(page("article", menu), AccessPrompt::Generic);
    assert_eq!(page("product", menu), AccessPrompt::None, "a shop");
    for rest in [
        "<nav><a href=/a>Accreditation and associations</a> <a href=/b>Entrepreneurship</a></nav>",
        "<footer><a href=/box>Subscribe to our boxes of tea</a></footer>",
    ] {
        assert_eq!(page("article", rest), AccessPrompt::None, "{rest}");
    }
}

#[test]
fn walls_in_many_forms_after_two_paragraphs() {
    let two = paragraphs().into_iter().take(2).collect::<String>();
    for gate in [
        "<div class=q1><h3>Register to keep reading</h3><button>Create your account</button></div>",
        "<p>Only 12 % of this story is shown. 88 % of it remains.</p>",
        "<section><h2>You have reached the limit of free stories</h2><a href=/offers>Offers</a></section>",
        "<aside><h4>Unlock this story</h4><p>One click, 90 cents.</p></aside>",
        "<div><p>The full text is in our print edition, at your newsagent.</p></div>",
        "<div><h3>For members only</h3><a href=/join>Become a member</a></div>",
        "<form><p>Log in to read the rest of it</p><input name=u><button>Log in</button></form>",
        "<p>Wer weiterlesen will, braucht ein Abo.</p>",
        "<p>Connectez-vous pour lire la suite.</p>",
    ] {
        let record = record("", &format!("{two}{gate}"));
        evidence_fits(&record.access);
        assert_eq!(record.access.prompt, AccessPrompt::Wall, "{gate}");
        assert!(record.access.appears_truncated, "{gate}");
        assert_eq!(record.text.matches("\n\n").count(), 1, "{}", record.text);
    }
}

#[test]
fn a_layer_over_a_whole_text_does_not_cut_it() {
    let layer = "<div role=dialog aria-modal=true><h3>You have read all of your free stories this month</h3>\
        <p>Subscribe to continue reading.</p></div>";
    let access = access("", &format!("{}{layer}", paragraphs().concat()));
    evidence_fits(&access);
    assert!(access.prompt_seen && !access.appears_truncated, "{access:?}");
    assert!(access.evidence[0].starts_with("prompt: wall over the page: "), "{access:?}");
}

#[test]
fn text_that_a_gate_hides_is_kept() {
    let paragraphs = paragraphs();
    let (free, paid) = paragraphs.split_at(2);
    let head = linked(
        "\"isAccessibleForFree\": false, \"hasPart\": {\"@type\": \"WebPageElement\", \
         \"isAccessibleForFree\": false, \"cssSelector\": \"#paid\"}",
    );
    for (head, body) in [
        (
            "",
            format!(
                "{}{PROMPT}<div style=\"display: none\">{}</div>",
                free.concat(),
                paid.concat()
            ),
        ),
        (&*head, format!("{}<div id=paid>{}</div>{PROMPT}", free.concat(), paid.concat())),
    ] {
        let record = record(head, &body);
        evidence_fits(&record.access);
        assert!(
            record.access.prompt_seen && !record.access.appears_truncated,
            "{:?}",
            record.access
        );
        assert_eq!(record.text.split("\n\n").count(), 10, "{}", record.text);
    }
    // The selector is there, and its part is not.
    let body = format!("{}<div id=paid>{PROMPT}</div>", free.concat());
    assert!(access(&head, &body).appears_truncated);
}

#[test]
fn the_labels_of_other_stories_and_other_requests_are_no_walls() {
    let all = paragraphs().concat();
    for (box_, prompt) in [
        (
            "<div class=teaser><span>This story is for subscribers</span><a href=/p>The old crane has gone silent at last</a></div>",
            AccessPrompt::None,
        ),
        (
            "<div class=podcast><h3>Our podcast</h3><p>Subscribe to the podcast to hear more.</p></div>",
            AccessPrompt::None,
        ),
        ("<p>January 28, 2025 11:30 am</p>", AccessPrompt::None),
        (
            "<div class=respond><p>You must be logged in to post a comment.</p></div>",
            AccessPrompt::Generic,
        ),
        (
            "<div class=appeal><h3>Chip in</h3><p>Support our work with a donation today.</p></div>",
            AccessPrompt::Generic,
        ),
    ] {
        let access = access("", &format!("{all}{box_}"));
        evidence_fits(&access);
        assert_eq!(access.prompt, prompt, "{box_} {access:?}");
        assert!(!access.appears_truncated, "{access:?}");
    }
}

#[test]
fn an_article_that_goes_on_on_another_page() {
    let next = "<p><a href=\"?page=2\">Next page: the dredger</a></p>";
    let body = format!("{}{next}", paragraphs().concat());
    let access = access(&linked("\"author\": \"Ada Quill\""), &body);
    evidence_fits(&access);
    assert!(access.appears_truncated && !access.prompt_seen, "{access:?}");
}

#[test]
fn consent_or_payment_in_place_of_the_text() {
    let layer = "<div><h2>Read with adverts or pay</h2><p>Accept tracking by our partners to read for free, or \
        subscribe without ads for 3 a month.</p><button>Accept</button></div>";
    let wall = access("", layer);
    evidence_fits(&wall);
    assert!(wall.prompt_seen && wall.appears_truncated, "{wall:?}");
    let layer = format!("{}<div role=dialog>{layer}</div>", paragraphs().concat());
    let beside = access("", &layer);
    assert_eq!(
        (beside.prompt, beside.appears_truncated),
        (AccessPrompt::Generic, false),
        "{beside:?}"
    );
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
