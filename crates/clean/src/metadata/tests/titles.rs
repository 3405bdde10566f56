//! What the page is called.

use super::metadata;

fn title(head: &str, body: &str) -> Option<String> {
    metadata(&format!("<html><head>{head}</head><body>{body}</body></html>")).title
}

#[track_caller]
fn is_ferry(head: &str, body: &str) {
    assert_eq!(title(head, body).as_deref(), Some("Ferry returns to Turku"), "{head}{body}");
}

const ARTICLE: &str = "<meta property=og:type content=article>
    <meta property=og:site_name content='The Quay'>";

#[test]
fn the_site_is_removed_on_either_side() {
    for title in [
        "Ferry returns to Turku - The Quay",
        "The Quay - Ferry returns to Turku",
        "The Quay | Ferry returns to Turku",
        "Ferry returns to Turku – The Quay",
        "Ferry returns to Turku :: The Quay",
        "Ferry returns to Turku » The Quay",
        "Ferry returns to Turku · The Quay",
        "Ferry returns to Turku|The Quay",
        "Ferry returns to Turku | Harbour | The Quay",
        "The Quay: Ferry returns to Turku",
        "Ferry returns to Turku | quay.example",
    ] {
        is_ferry(&format!("{ARTICLE}<title>{title}</title>"), "");
        is_ferry(&format!("{ARTICLE}<meta property=og:title content='{title}'>"), "");
    }
}

#[test]
fn the_name_of_the_site_is_no_title_while_there_is_another() {
    is_ferry(
        "<meta property=og:site_name content='The Quay'><meta property=og:title content='The Quay'>
        <title>The Quay</title>",
        "<h1>The Quay</h1><h1>Ferry returns to Turku</h1>",
    );
    is_ferry(
        "<meta property=og:title content='The Quay'><title>Ferry returns to Turku | The Quay</title>
        <meta property=og:site_name content='The Quay'>",
        "<h1><a href=/>The Quay</a></h1><h2>Ferry returns to Turku</h2>",
    );
    assert_eq!(
        title("<meta property=og:site_name content='The Quay'><title>The Quay</title>", "")
            .as_deref(),
        Some("The Quay")
    );
}

#[test]
fn a_kicker_or_a_label_in_the_headline_is_no_part_of_it() {
    let head = format!("{ARTICLE}<title>Ferry returns to Turku - The Quay</title>");
    for headline in [
        "<h1><span class=kicker>Harbour</span> <span>Ferry returns to Turku</span></h1>",
        "<h1><span>May 3</span> Ferry returns to Turku</h1>",
        "<h1>Thread: <span><a href=/t>Ferry returns to Turku</a></span></h1>",
        "<h1><a href=/t>Ferry returns to Turku</a> <span>(thequay.example)</span></h1>",
        "<h1><div><small>Boats</small><div>Ferry returns to Turku</div></div></h1>",
    ] {
        is_ferry(&head, headline);
    }
    let whole = "Harbour: Ferry returns to Turku";
    let declared = format!("{ARTICLE}<title>{whole} - The Quay</title>");
    let headline = "<h1><span>Harbour:</span> <span>Ferry returns to Turku</span></h1>";
    assert_eq!(title(&declared, headline).as_deref(), Some(whole));
}

#[test]
fn the_headline_that_json_ld_repeats_beats_the_one_for_search_engines() {
    let head = |json: &str| {
        format!(
            r#"{ARTICLE}<title>Turku ferry: all times and prices</title><meta property=og:title
            content="Turku ferry: all times and prices"><link rel=canonical
            href="https://quay.example/turku-ferry-times-prices"><script
            type="application/ld+json">{{"@type": "NewsArticle", "headline": "{json}"}}</script>"#
        )
    };
    is_ferry(&head("Ferry returns to Turku"), "<h1>Ferry returns to Turku</h1>");
}

#[test]
fn the_title_that_analytics_have() {
    is_ferry("<meta name=parsely-title content='Ferry returns to Turku'>", "");
    is_ferry(r#"<meta name=parsely-page content='{"title": "Ferry returns to Turku"}'>"#, "");
}

/// The title of a page at this URL without an `og:title`.
fn title_at(url: &str, title: &str, body: &str) -> Option<String> {
    let page = format!("<html><head><title>{title}</title></head><body>{body}</body></html>");
    super::extract(&scraper::Html::parse_document(&page), Some(url)).metadata.title
}

#[test]
fn a_headline_that_names_the_book_or_the_site_is_no_title() {
    let book = title_at(
        "https://knots.example/book/ch04-how-to-tie-a-bowline.html",
        "How to tie a bowline - Knots for Sailors",
        "<h1>Knots for Sailors</h1>",
    );
    assert_eq!(book.as_deref(), Some("How to tie a bowline"));
    let forum = title_at(
        "https://forum.quayboats.example/viewtopic.php?t=12",
        "Which rope for the ferry? - quayboats.example",
        "<h1>quayboats.example</h1>",
    );
    assert_eq!(forum.as_deref(), Some("Which rope for the ferry?"));
    let topic = title_at(
        "https://quayboats.example/viewtopic.php?t=12",
        "Quayboats • View topic - Which rope for the ferry?",
        "",
    );
    assert_eq!(topic.as_deref(), Some("Which rope for the ferry?"));
}

#[test]
fn the_name_whose_initials_are_the_host_is_removed() {
    let found =
        title_at("https://www.hso.example/wiring", "Wiring - Overview | Harbour Safety Office", "");
    assert_eq!(found.as_deref(), Some("Wiring - Overview"));
}

#[test]
fn a_title_that_was_cut_is_not_the_title() {
    let head = |short: &str| {
        format!(
            "{ARTICLE}<meta property=og:title content='Ferry returns to Turku'>
            <meta name=twitter:title content='{short}'>"
        )
    };
    for short in ["Ferry returns", "Ferry returns…", "Ferry returns to..."] {
        is_ferry(&head(short), "");
    }
}
