//! Links and brackets in Markdown and HTML output.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests too, which clippy tells only by their attribute"
)]

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, InputKind, Record};

const PROSE: &str = "was back at work on Monday after nine weeks in dock, the harbour master told the \
    council, and the people of the old town came down to the quay to see it for themselves.";

fn cleaned(head: &str, paragraph: &str, url: Option<&str>) -> Record {
    let page = format!(
        "<html lang=en><head><title>The quay is busy again</title>{head}</head><body><article>\
         <h1>The quay is busy again</h1><p>{paragraph}</p><p>The old crane {PROSE}</p>\
         <p>The new ferry {PROSE}</p></article></body></html>"
    );
    let options = CleanOptions::default().markdown(true).html(true);
    let mut input = CleanInput::new("quay.html", page.as_bytes()).kind(InputKind::Html);
    input.url = url;
    Cleaner::with_options(options).clean(&input)
}

/// The first paragraph in Markdown and HTML.
fn first(record: &Record) -> [String; 2] {
    let markdown = record.markdown.as_deref().unwrap().split("\n\n").next().unwrap();
    let html = record.html.as_deref().unwrap().lines().next().unwrap();
    [markdown.to_owned(), html.to_owned()]
}

/// The first paragraph of a page with a link, up to the end of the link.
fn linked(head: &str, href: &str, url: Option<&str>) -> [String; 2] {
    let paragraph = format!("<a href=\"{href}\">The tug</a> {PROSE}");
    let record = cleaned(head, &paragraph, url);
    assert!(record.text.starts_with(&format!("The tug {PROSE}")), "{}", record.text);
    first(&record).map(|text| text.split(" was back").next().unwrap().to_owned())
}

fn links_to(target: &str) -> [String; 2] {
    [format!("[The tug]({target})"), format!("<p><a href=\"{target}\">The tug</a>")]
}

#[test]
fn relative_links_are_resolved_against_the_url_of_the_page() {
    let url = Some("https://coast.example/news/quay");
    assert_eq!(linked("", "tug", url), links_to("https://coast.example/news/tug"));
    assert_eq!(linked("", "/tug", url), links_to("https://coast.example/tug"));
    assert_eq!(linked("", "https://a.example/tug", url), links_to("https://a.example/tug"));
}

#[test]
fn the_base_of_the_page_comes_before_its_url() {
    let url = Some("https://coast.example/news/quay");
    let base = "<base href=\"/archive/2025/\">";
    assert_eq!(linked(base, "tug", url), links_to("https://coast.example/archive/2025/tug"));
    let base = "<base href=\"https://static.example/\">";
    assert_eq!(linked(base, "tug", url), links_to("https://static.example/tug"));
    assert_eq!(linked(base, "tug", None), links_to("https://static.example/tug"));
    let base = "<base href=\"data:text/plain,x\">";
    assert_eq!(linked(base, "tug", url), links_to("https://coast.example/news/tug"));
}

#[test]
fn a_canonical_url_stands_in_for_an_unknown_one() {
    let canonical = "<link rel=canonical href=\"https://coast.example/news/quay\">";
    assert_eq!(linked(canonical, "tug", None), links_to("https://coast.example/news/tug"));
    assert_eq!(linked("", "../tug", None), links_to("../tug"));
}

#[test]
fn markdown_and_html_refuse_the_same_schemes() {
    for href in [
        "javascript:alert(1)",
        "JAVA&#10;SCRIPT:alert(1)",
        "&#1;javascript:alert(1)",
        "java&#1;script:alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,x",
    ] {
        for url in [None, Some("https://coast.example/news/quay")] {
            let plain = ["The tug", "<p>The tug"].map(str::to_owned);
            assert_eq!(linked("", href, url), plain, "{href}");
        }
    }
    let mail = "mailto:desk@coast.example";
    assert_eq!(linked("", mail, None), links_to(mail));
}

#[test]
fn text_cannot_become_a_link_in_markdown() {
    let paragraph = format!("[The tug](javascript:alert) [1] {PROSE}");
    let record = cleaned("", &paragraph, None);
    assert!(record.text.starts_with(&paragraph));
    let [markdown, html] = first(&record);
    assert!(markdown.starts_with("\\[The tug\\](javascript:alert) \\[1\\] was"), "{markdown}");
    assert!(html.starts_with("<p>[The tug](javascript:alert) [1] was"), "{html}");
}

#[test]
fn a_link_after_an_exclamation_mark_is_not_an_image() {
    let paragraph = format!("See!<a href=/tug>The tug</a> {PROSE}");
    let [markdown, _] = first(&cleaned("", &paragraph, None));
    assert!(markdown.starts_with("See\\![The tug](/tug) was"), "{markdown}");
}

#[test]
fn code_is_not_escaped() {
    let paragraph = format!("The tug <code>a[0]</code> and <code>`b*</code> {PROSE}");
    let [markdown, _] = first(&cleaned("", &paragraph, None));
    assert!(markdown.starts_with("The tug `a[0]` and `` `b* `` was"), "{markdown}");
}

#[test]
fn a_target_cannot_end_its_link_early() {
    let targets = linked("", "a) b\\(c", None);
    assert_eq!(targets[0], "[The tug](a\\)%20b%5C\\(c)");
}
