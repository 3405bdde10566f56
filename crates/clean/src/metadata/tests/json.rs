//! Descriptions in JSON that is damaged.

use super::metadata;

/// Title, author and date of a page with this script.
#[track_caller]
fn is_read(script: &str) {
    let page = format!(r#"<script type="application/ld+json">{script}</script><h1>The Quay</h1>"#);
    let found = metadata(&page);
    let facts = (found.title.as_deref(), found.author.as_deref(), found.date.as_deref());
    assert_eq!(facts, (Some("Ferry returns"), Some("Ada Quill"), Some("2024-05-03")), "{script}");
}

#[test]
fn near_json_describes_the_page() {
    for script in [
        // Comments
        r#"{ /* made by hand */ "@type": "NewsArticle", // the kind
        "headline": "Ferry returns", "author": "Ada Quill", "datePublished": "2024-05-03" }"#,
        // References for the quotation marks
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Ferry returns&quot;,
        &quot;author&quot;: &quot;Ada Quill&quot;, &quot;datePublished&quot;: &quot;2024-05-03&quot;}",
        // The last braces
        r#"{"@graph": [{"@type": "NewsArticle", "headline": "Ferry returns",
        "datePublished": "2024-05-03", "author": {"@type": "Person", "name": "Ada Quill""#,
        // Quotation marks inside, and a comma too many and one too few
        r#"{"@type": "NewsArticle", "headline": "Ferry returns",, "description": "The "old" ferry",
        "author": ["Ada Quill",]
        "datePublished": "2024-05-03"}"#,
        // Values that are none
        r#"{"@type": "NewsArticle", "headline": "Ferry returns", "image": , "wordCount": NaN,
        "author": "Ada Quill", "url": undefined, "datePublished": "2024-05-03"}"#,
        // Tags of an editor
        "{<br />\n\"@type\": \"NewsArticle\",<br />\n\"headline\": \"Ferry returns\",<br />
        \"author\": \"Ada Quill\",<br />\n\"datePublished\": \"2024-05-03\"<br />\n}",
        // Line breaks and tabs in strings
        "{\"@type\": \"NewsArticle\", \"headline\": \"Ferry\n\treturns\", \"author\": \"Ada Quill\",
        \"datePublished\": \"2024-05-03\"}",
    ] {
        is_read(script);
    }
}

#[test]
fn forms_of_the_author() {
    for author in [
        r#"[{"@type": "Person", "name": "Ada Quill"}]"#,
        r#"{"@type": "Person", "name": "By Ada Quill"}"#,
        r#"{"@type": "Person", "name": "Ada Quill, Staff Writer"}"#,
        r#"{"@type": ["Person"], "name": ["Ada Quill"]}"#,
        r#"{"@list": [{"@type": "Person", "name": "Ada Quill"}]}"#,
        r#"[{"@type": "Organization", "name": "The Quay"}, {"@type": "Person", "name": "Ada Quill"}]"#,
    ] {
        is_read(&format!(
            r#"[{{"@type": "WebSite", "name": "The Quay"}}, {{"@type": "NewsArticle", "headline":
            "Ferry returns", "author": {author}, "datePublished": "2024-05-03"}}]"#
        ));
    }
}

#[test]
fn parsely_describes_the_page() {
    let found = metadata(
        r#"<meta name="parsely-page" content='{"title": "Ferry returns", "author": "Ada Quill",
        "pub_date": "2024-05-03T15:00:00Z"}'><h1>Ferry returns</h1>"#,
    );
    assert_eq!(found.author.as_deref(), Some("Ada Quill"));
    assert_eq!(found.date.as_deref(), Some("2024-05-03"));
}
