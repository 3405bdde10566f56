//! Whole pages.

mod authors;
mod dates;
mod json;
mod titles;

use scraper::Html;

use super::{PageFacts, PageMetadata, extract};
use crate::DeclaredAccess;

const PAGE_URL: &str = "https://www.quay.example/news/ferry";

fn facts(page: &str) -> PageFacts {
    extract(&Html::parse_document(page), Some(PAGE_URL))
}

fn metadata(page: &str) -> PageMetadata {
    facts(page).metadata
}

#[test]
fn a_page_that_declares_everything() {
    let found = metadata(
        r#"<html lang="en-GB"><head><title>Ferry returns | The Quay</title>
        <link rel="canonical" href="/news/ferry-returns">
        <link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
        <meta property="og:site_name" content="The Quay">
        <meta property="og:type" content="article">
        <meta property="og:image" content="/img/ferry.jpg">
        <meta name="description" content="After nine weeks &amp;amp; two storms.">
        <meta property="article:section" content="Harbour">
        <meta name="keywords" content="ferry, harbour, Ferry">
        <script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry returns",
            "author": [{"name": "Ada Quill"}, {"name": "Ben Ost"}, {"name": "The Quay"}],
            "datePublished": "2024-05-03T23:30:00+02:00", "dateModified": "2024-05-05"}</script>
        </head><body><h1>Ferry returns</h1></body></html>"#,
    );
    let expected = PageMetadata {
        url: Some(PAGE_URL.into()),
        canonical_url: Some("https://www.quay.example/news/ferry-returns".into()),
        hostname: Some("www.quay.example".into()),
        sitename: Some("The Quay".into()),
        title: Some("Ferry returns".into()),
        author: Some("Ada Quill; Ben Ost".into()),
        description: Some("After nine weeks & two storms.".into()),
        image: Some("https://www.quay.example/img/ferry.jpg".into()),
        license: Some("https://creativecommons.org/licenses/by/4.0/".into()),
        language: Some("en".into()),
        pagetype: Some("article".into()),
        date: Some("2024-05-03".into()),
        date_modified: Some("2024-05-05".into()),
        categories: vec!["Harbour".into()],
        tags: vec!["ferry".into(), "harbour".into()],
    };
    assert_eq!(found, expected);
}

#[test]
fn an_empty_page_declares_nothing() {
    let found = extract(&Html::parse_document(""), None);
    assert_eq!(found, PageFacts::default());
}

#[test]
fn bylines_of_pages_that_declare_none() {
    for byline in [
        r#"<p class="byline">By <a href="/author/ada">Ada Quill</a> | 3 May 2024</p>"#,
        r#"<div class="post-author"><span class="name">Ada Quill</span><p>Reporter</p></div>"#,
        r#"<a rel="author" href="/ada">Ada Quill</a>"#,
        r#"<span itemprop="author" itemscope><b itemprop="name">Ada Quill</b></span>"#,
        "<p>By Ada Quill</p>",
        "<p>Written by</p><p>Ada Quill</p>",
        "<span>3 May 2024 · Ada Quill</span><span class=author-line>3 May 2024 · Ada Quill</span>",
    ] {
        let page = format!(
            r#"<aside><p class="author">Zoe Wick</p></aside>
            <article><h1>Ferry returns</h1>{byline}<p>It sailed again.</p></article>
            <div class="comments"><span class="author">Someone Else</span></div>"#
        );
        assert_eq!(metadata(&page).author.as_deref(), Some("Ada Quill"), "{byline}");
    }
}

#[test]
fn comments_and_other_stories_have_authors_of_their_own() {
    let found = metadata(
        r#"<h1>Ferry returns</h1><p>It sailed again.</p>
        <div class="comment-list"><span class="author">Zoe Wick</span><time>2024-06-01</time></div>
        <div class="related-stories"><p class="byline">By Zoe Wick</p><time>2023-01-01</time></div>"#,
    );
    assert_eq!((found.author, found.date), (None, None));
}

#[test]
fn a_site_is_its_own_author_only_if_no_person_is_named() {
    let head = r#"<meta property="og:site_name" content="The Quay">
        <meta name="author" content="The Quay">"#;
    let alone = metadata(&format!("{head}<h1>Ferry returns</h1>"));
    assert_eq!(alone.author.as_deref(), Some("The Quay"));
    let named = metadata(&format!("{head}<h1>Ferry returns</h1><p class=byline>By Ada Quill</p>"));
    assert_eq!(named.author.as_deref(), Some("Ada Quill"));
}

#[test]
fn dates_of_pages_that_declare_none() {
    for (line, date, modified) in [
        ("<time datetime=2024-05-03>Friday</time>", "2024-05-03", None),
        ("<p class=date>3 May 2024</p>", "2024-05-03", None),
        (
            "<p class=date>Updated 5 May 2024. Published 3 May 2024</p>",
            "2024-05-03",
            Some("2024-05-05"),
        ),
        (
            "<p>Updated: <time datetime=2024-05-05></time></p><time datetime=2024-05-03></time>",
            "2024-05-03",
            Some("2024-05-05"),
        ),
        ("<p>Harbour, 3 May 2024</p>", "2024-05-03", None),
        // Better than none.
        ("<p>Last updated:</p><p>May 5, 2024</p>", "2024-05-05", Some("2024-05-05")),
    ] {
        let page = format!("<nav><time>2024-12-24</time></nav><h1>Ferry returns</h1>{line}");
        let found = metadata(&page);
        assert_eq!(found.date.as_deref(), Some(date), "{line}");
        assert_eq!(found.date_modified.as_deref(), modified, "{line}");
    }
}

#[test]
fn numeric_dates_follow_the_language() {
    let date = |lang: &str| {
        let page = format!("<html lang={lang}><h1>Ferry</h1><p class=date>03/04/2024</p>");
        metadata(&page).date.unwrap_or_default()
    };
    assert_eq!(date("en-US"), "2024-03-04");
    assert_eq!(date("en-GB"), "2024-04-03");
    assert_eq!(date("fr"), "2024-04-03");
}

#[test]
fn the_url_gives_the_date_as_a_last_resort() {
    let page = Html::parse_document("<h1>Ferry returns</h1>");
    let found = extract(&page, Some("https://quay.example/2024/05/03/ferry"));
    assert_eq!(found.metadata.date.as_deref(), Some("2024-05-03"));
}

#[test]
fn the_line_below_the_headline_overrides_the_build_date() {
    let date = |declared: &str, line: &str| {
        metadata(&format!(
            r#"<html lang="en-US"><head><title>Ferry returns</title><script
            type="application/ld+json">{{"@type": "BlogPosting", "headline": "Ferry returns",
            {declared}}}</script></head><body><h1>Ferry returns</h1>{line}</body></html>"#
        ))
        .date
    };
    let built = r#""datePublished": "2025-11-20", "dateModified": "2025-11-20""#;
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(date(built, "<p>Ada Quill</p><p>May 3, 2024</p>"), day("2024-05-03"));
    assert_eq!(date(built, "<p>Published May 3, 2024</p>"), day("2024-05-03"));
    for other in [
        // The declared one stands there, too.
        "<p>Posted on November 20, 2025</p><p>May 3, 2024</p>",
        "<p>Updated May 3, 2024</p>",
        "<p>The harbour was closed, as the council had decided, on <b>May 3, 2024</b>.</p>",
        "<p>05/03/2024</p>",
    ] {
        assert_eq!(date(built, other), day("2025-11-20"), "{other}");
    }
    let changed = r#""datePublished": "2025-11-18", "dateModified": "2025-11-20""#;
    assert_eq!(date(changed, "<p>May 3, 2024</p>"), day("2025-11-18"));
}

#[test]
fn the_day_in_the_url_is_in_the_time_zone_of_the_author() {
    let date = |declared: &str| {
        let page = format!("<meta property=article:published_time content={declared}>");
        let url = "https://quay.example/2024/05/02/ferry";
        extract(&Html::parse_document(&page), Some(url)).metadata.date
    };
    assert_eq!(date("2024-05-03T02:30:00Z").as_deref(), Some("2024-05-02"));
    assert_eq!(date("2024-05-09T02:30:00Z").as_deref(), Some("2024-05-09"));
}

#[test]
fn a_headline_that_is_not_a_heading() {
    let found = metadata(
        "<title>Ferry returns | The Quay</title><h1>The Quay</h1><p>1 May 2023</p>
        <fieldset><legend>Ferry returns</legend>3 May 2024<p>It sails.</p></fieldset>",
    );
    assert_eq!(found.date.as_deref(), Some("2024-05-03"));
}

#[test]
fn a_personal_site_has_the_name_of_its_author() {
    let page = r#"<title>Ferry returns</title><script type="application/ld+json">{"@type":
        "BlogPosting", "headline": "Ferry returns", "author": {"@type": "KIND",
        "name": "Ada Quill"}}</script><h1>Ferry returns</h1>"#;
    let filler = "<p>It <b>sails</b></p>".repeat(60);
    let far = format!("{page}{filler}<a rel=author href=/x>Ben Ost</a>");
    let author = |page: &str, kind: &str| {
        let page = page.replace("KIND", kind);
        extract(&Html::parse_document(&page), Some("https://adaquill.example/f")).metadata.author
    };
    assert_eq!(author(&far, "Person").as_deref(), Some("Ada Quill"));
    assert_eq!(author(&far, "Organization").as_deref(), Some("Ben Ost"));
    let near = format!("{page}<p class=byline>By Ben Ost</p>{filler}");
    assert_eq!(author(&near, "Person").as_deref(), Some("Ben Ost"));
}

#[test]
fn a_box_about_the_author_begins_with_the_name() {
    let bio = "has written about the harbour and its boats for twenty years. ".repeat(5);
    let author = |inside: &str| {
        metadata(&format!(
            "<title>Ferry</title><h1>Ferry</h1><div class=author-box>{inside}<p>{bio}</p></div>"
        ))
        .author
    };
    assert_eq!(author("<p>Ada Quill</p><p>Harbour</p>").as_deref(), Some("Ada Quill"));
    assert_eq!(author("<p>About the author</p><p>Ada Quill</p>").as_deref(), Some("Ada Quill"));
    assert_eq!(author("<p>Harbour</p>"), None);
}

#[test]
fn a_login_is_weaker_than_a_name() {
    let page = |byline: &str| {
        metadata(&format!(
            "<meta name=author content=ada.quill><title>Ferry</title><h1>Ferry</h1>{byline}"
        ))
        .author
    };
    assert_eq!(page("<p class=byline>By Ada Quill</p>").as_deref(), Some("Ada Quill"));
    assert_eq!(page("").as_deref(), Some("ada.quill"));
    assert_eq!(
        page("<div class=author><p>Ben Ost</p><small>3 May 2024</small></div>").as_deref(),
        Some("Ben Ost")
    );
}

#[test]
fn payment_is_declared_in_several_ways() {
    let paid = facts(
        r#"<script type="application/ld+json">{"@type": "NewsArticle",
        "isAccessibleForFree": true, "hasPart": {"@type": "WebPageElement",
        "isAccessibleForFree": "False"}}</script>"#,
    );
    assert_eq!(paid.declared, DeclaredAccess::Paid);
    assert_eq!(
        paid.access_evidence,
        [
            "JSON-LD NewsArticle: isAccessibleForFree is true",
            "JSON-LD WebPageElement: isAccessibleForFree is false",
            "the declarations disagree: the one that says paid counts",
        ]
    );
    let tier = |tier: &str| {
        facts(&format!(r#"<meta property="article:content_tier" content="{tier}">"#)).declared
    };
    assert_eq!(tier("locked"), DeclaredAccess::Paid);
    assert_eq!(tier("free"), DeclaredAccess::Free);
    assert_eq!(tier("metered"), DeclaredAccess::Unknown);
}

#[test]
fn kinds_of_page() {
    let kind = |markup: &str| metadata(markup).pagetype.unwrap_or_default();
    assert_eq!(kind(r#"<meta property="og:type" content="video.other">"#), "video");
    let linked = |kind: &str| {
        format!(r#"<script type="application/ld+json">{{"@type": "{kind}", "name": "x"}}</script>"#)
    };
    assert_eq!(kind(&linked("Product")), "product");
    assert_eq!(kind(&linked("DiscussionForumPosting")), "forum");
    assert_eq!(kind(&linked("https://schema.org/VideoObject")), "video object");
}

#[test]
fn the_title_names_the_site_if_the_host_does() {
    assert_eq!(metadata("<title>Ferry – The Quay</title>").sitename.as_deref(), Some("The Quay"));
    assert_eq!(metadata("<title>Ferry – At last</title>").sitename, None);
}

proptest::proptest! {
    #[test]
    fn any_values_are_read_without_panic(value in ".{0,80}", json in r#"[\[\]{}:,"\\a-z@0-9 ]{0,80}"#) {
        let page = format!(
            "<html lang=\"{value}\"><title>{value}</title><meta name=author content=\"{value}\">
            <meta name=date content=\"{value}\"><base href=\"{value}\">
            <script type=application/ld+json>{json}</script><h1>{value} | {value}</h1>
            <p class=byline>By {value}</p><time datetime=\"{value}\">{value}</time>"
        );
        let _ = extract(&Html::parse_document(&page), Some(&value));
    }

    #[test]
    fn dates_and_names_in_any_text(number in 0_u64..100_000_000, mark in "[-/. ]", word in "\\PC{0,6}") {
        let text = format!("{word}{number}{mark}{}{mark}{number} {word}", number % 37);
        let _ = super::date::find_all(&text, super::date::DayMonthOrder::DayFirst);
        let _ = super::date::parse(&text, super::date::DayMonthOrder::MonthFirst);
        let _ = super::author::names(&text, super::NameSource::Page);
    }
}

#[test]
fn hostile_pages_terminate() {
    let deep = "<div class=author>".repeat(2_000);
    let wide = "<h1>By Ada</h1><time>2024-05-03</time><p class=byline>Zoe</p>".repeat(5_000);
    let metas = r#"<meta name="author" content="Ada Quill and Ben Ost, and, ; & |">"#.repeat(5_000);
    let json = format!("<script type='application/ld+json'>{}</script>", "[{\"a\":".repeat(50_000));
    for page in [deep, wide, metas, json] {
        let _ = facts(&page);
    }
}

#[test]
fn an_endless_declared_text_is_ignored() {
    let body = |length: usize| {
        let text = "a".repeat(length);
        let script = format!(r#"{{"@type": "NewsArticle", "articleBody": "{text}"}}"#);
        facts(&format!(r#"<script type="application/ld+json">{script}</script>"#)).body
    };
    assert_eq!(body(100_000).map(|body| body.len()), Some(100_000));
    assert_eq!(body(100_001), None);
}
