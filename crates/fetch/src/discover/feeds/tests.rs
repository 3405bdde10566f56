//! Feeds as sites serve them, and as nobody should.

use proptest::prelude::*;

use super::*;

fn parse(document: impl AsRef<[u8]>) -> Result<Feed, FeedError> {
    Feed::parse(document.as_ref(), &Url::parse("https://a.example/blog/feed").unwrap())
}

fn urls(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.url.as_ref().map_or("none", Url::as_str)).collect()
}

fn at(moment: &str) -> Option<Timestamp> {
    moment.parse().ok()
}

fn numbered(count: usize, part: fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |all, index| all + &part(index))
}

#[test]
fn rss_2() {
    let feed = parse(
        "<?xml version='1.0'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'>\
         <channel><title>Bread &amp; Butter</title><link>https://a.example/</link>\
         <atom:link rel='self' href='/blog/feed'/><atom:link rel='next' href='?page=2'/>\
         <atom:link rel='hub' href='https://hub.example/'/>\
         <image><title>Logo</title><link>https://a.example/logo</link></image>\
         <item><title><![CDATA[One <b>loaf</b>]]></title><link> one </link>\
         <guid isPermaLink='false'>n1</guid><pubDate>Thu, 29 Feb 2024 10:00:00 +0100</pubDate></item>\
         <item><title>Two</title><guid>https://a.example/two</guid></item>\
         <item><title>Three</title></item></channel></rss>",
    )
    .unwrap();
    assert_eq!(feed.title.as_deref(), Some("Bread & Butter"));
    assert_eq!(feed.home_url.as_ref().unwrap().as_str(), "https://a.example/");
    assert_eq!(feed.self_url.as_ref().unwrap().as_str(), "https://a.example/blog/feed");
    assert_eq!(feed.next_url.as_ref().unwrap().as_str(), "https://a.example/blog/feed?page=2");
    assert_eq!(feed.hubs, [Url::parse("https://hub.example/").unwrap()]);
    assert_eq!(urls(&feed), ["https://a.example/blog/one", "https://a.example/two", "none"]);
    assert_eq!(feed.rejected, 1);
    assert_eq!((feed.truncated, feed.malformed), (None, None));
    assert_eq!(
        feed.entries[0],
        FeedEntry {
            url: Some(Url::parse("https://a.example/blog/one").unwrap()),
            id: Some("n1".to_owned()),
            title: Some("One <b>loaf</b>".to_owned()),
            published: at("2024-02-29T09:00:00Z"),
            updated: at("2024-02-29T09:00:00Z"),
        }
    );
}

#[test]
fn atom() {
    for feed in [
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.example/c/'>\
         <title type='odd'>T</title><link href='./'/><link rel='next' href='older'/>\
         <entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>One <b>loaf</b></div>\
         </title><link rel='self' href='x'/><link rel='alternate' type='text/html' href='one'/>\
         <id>tag:1</id><updated>2024-02-29T10:00:00Z</updated>\
         <published>2024-02-28T10:00:00Z</published><content type='no type'/>\
         <source><id>tag:2</id><link href='wrong'/></source></entry></feed>",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom' xml:base='https://b.example/c/'>\
         <a:title>T</a:title><a:link href='./'/><a:link rel='next' href='older'/>\
         <a:entry><a:title>One loaf</a:title><a:link href='one'/><a:id>tag:1</a:id>\
         <a:updated>2024-02-29T10:00:00Z</a:updated>\
         <a:published>2024-02-28T10:00:00Z</a:published></a:entry></a:feed>",
    ] {
        let feed = parse(feed).unwrap();
        assert_eq!(feed.title.as_deref(), Some("T"));
        assert_eq!(feed.home_url.unwrap().as_str(), "https://b.example/c/");
        assert_eq!(feed.next_url.unwrap().as_str(), "https://b.example/c/older");
        assert_eq!(
            feed.entries,
            [FeedEntry {
                url: Some(Url::parse("https://b.example/c/one").unwrap()),
                id: Some("tag:1".to_owned()),
                title: Some("One loaf".to_owned()),
                published: at("2024-02-28T10:00:00Z"),
                updated: at("2024-02-29T10:00:00Z"),
            }]
        );
    }
}

#[test]
fn rss_1_and_older() {
    let feed = parse(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' \
         xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
         <channel rdf:about='/'><title>T</title><link>https://a.example/</link></channel>\
         <item rdf:about='1'><title>One</title><link>https://a.example/1</link>\
         <dc:date>2024-02-29T10:00+01:00</dc:date><dc:creator>J</dc:creator></item></rdf:RDF>",
    )
    .unwrap();
    assert_eq!(feed.title.as_deref(), Some("T"));
    assert_eq!(urls(&feed), ["https://a.example/1"]);
    for version in ["", " version='0.91'", " version='0.92'", " version='1.0'", " version='x'"] {
        let feed = format!(
            "<rss{version}><channel><item><title>One</title><link>https://a.example/1</link>\
             <pubDate>2024-02-29</pubDate></item></channel></rss>"
        );
        let feed = parse(feed).unwrap();
        assert_eq!(urls(&feed), ["https://a.example/1"], "{version}");
        assert_eq!(feed.entries[0].published, at("2024-02-29T00:00:00Z"), "{version}");
    }
}

#[test]
fn json() {
    let feed = parse(
        r#"{"version": "https://jsonfeed.org/version/1", "title": "T", "home_page_url": "/",
        "feed_url": "/feed.json", "next_url": "/feed.json?2", "authors": 7,
        "hubs": [{}, {"type": "WebSub", "url": "https://hub.example/"}],
        "items": [{"id": 1, "url": "/one", "title": "One", "content_html": "<p>",
        "date_published": "2024-02-29T10:00:00+01:00", "author": {"name": []}},
        {"id": "https://a.example/two"}, {"id": null, "external_url": "https://b.example/"}, {}]}"#,
    )
    .unwrap();
    assert_eq!(feed.title.as_deref(), Some("T"));
    assert_eq!(feed.home_url.as_ref().unwrap().as_str(), "https://a.example/");
    assert_eq!(feed.self_url.as_ref().unwrap().as_str(), "https://a.example/feed.json");
    assert_eq!(feed.next_url.as_ref().unwrap().as_str(), "https://a.example/feed.json?2");
    assert_eq!(feed.hubs, [Url::parse("https://hub.example/").unwrap()]);
    assert_eq!(
        urls(&feed),
        ["https://a.example/one", "https://a.example/two", "https://b.example/", "none"]
    );
    assert_eq!((feed.entries[0].id.as_deref(), feed.rejected), (Some("1"), 1));
    assert_eq!(feed.entries[0].published, at("2024-02-29T09:00:00Z"));
}

#[test]
fn what_is_no_feed() {
    for document in ["", "text", "<html/>", "<urlset/>", "{}", "{\"items\": []}", "<", "\u{feff}"] {
        assert_eq!(parse(document), Err(FeedError::NotAFeed), "{document}");
    }
    let broken = parse("{\"version\": \"https://jsonfeed.org/version/1\"").unwrap_err();
    assert_eq!(
        broken.to_string(),
        "a JSON feed that cannot be read: EOF while parsing an object at line 1 column 44"
    );
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_FEED_BYTES));
    assert_eq!(parse(large), Err(FeedError::TooLarge { limit: 16 << 20 }));
}

/// Each made feed-rs 3.0 panic by itself, or give the feed up.
#[test]
fn what_breaks_the_parser_does_not_reach_it() {
    for odd in [
        "<author>\u{201c}jane@a.example</author>",
        "<author>jane@a.example\u{201d} and so on</author>",
        "<managingEditor>\u{e9} \u{201c}a@b.example\u{201d}</managingEditor>",
        "<itunes:duration>99999999999999999999999</itunes:duration>",
        "<itunes:duration>\u{663}</itunes:duration>",
        "<media:content duration='1' url='::'/>",
        "<media:text start='99999999999999999999999:00:00'>a</media:text>",
        "<description xml:base='http://['/>",
        "<pubDate>\u{663}\u{663} Feb 2024</pubDate>",
    ] {
        let feed = format!(
            "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
             xmlns:media='http://search.yahoo.com/mrss/'><channel>{odd}\
             <item>{odd}<link>/b</link></item></channel></rss>"
        );
        assert_eq!(urls(&parse(feed).unwrap()), ["https://a.example/b"], "{odd}");
    }
}

#[test]
fn a_feed_that_ends_early_has_what_came_before() {
    let feed =
        parse("<rss><channel><title>T</title><item><link>/b</link></item><item><li").unwrap();
    assert_eq!(urls(&feed)[0], "https://a.example/b");
    assert_eq!(
        feed.malformed.unwrap().to_string(),
        "the XML is malformed at byte 64: syntax error: tag not closed: `>` not found before end of input"
    );
}

#[test]
fn limits() {
    let item = "<item><link>/b</link></item>";
    let many = parse(format!("<rss><channel>{}</channel></rss>", item.repeat(10_001))).unwrap();
    assert_eq!((many.entries.len(), many.truncated), (10_000, Some(TruncationLimit::Entries)));
    assert_eq!(many.malformed, None);

    let padding = "<!-- -->".repeat(MAX_FEED_BYTES / 8);
    let large = parse(format!("<rss><channel>{item}{padding}{item}</channel></rss>")).unwrap();
    assert_eq!((large.entries.len(), large.truncated), (1, Some(TruncationLimit::Bytes)));
    assert_eq!(large.malformed, None);

    let links = "<link href='/c'/>".repeat(500_000);
    let feed = parse(format!("<feed>{links}<entry>{links}<id>1</id></entry></feed>")).unwrap();
    assert_eq!(urls(&feed), ["https://a.example/c"]);

    let items = "{},".repeat(1_000_000);
    let json =
        format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{items}{{}}]}}");
    let feed = parse(json).unwrap();
    assert_eq!((feed.rejected, feed.truncated), (10_000, Some(TruncationLimit::Entries)));

    let long = "x".repeat(100_000);
    let feed = parse(format!("<rss><channel><title>{long}</title></channel></rss>")).unwrap();
    assert_eq!(feed.title.unwrap().len(), 4_096);
}

#[test]
fn depth_width_and_entities_cost_nothing() {
    let bases = "<a xml:base='b/'>".repeat(60_000);
    let feed = parse(format!("<rss><channel><item><link>/b</link></item>{bases}")).unwrap();
    assert_eq!(urls(&feed), ["https://a.example/b"]);
    let feed = parse(format!("<rss><channel><title>{}", "<a>".repeat(1_000_000))).unwrap();
    assert!(feed.malformed.is_some());

    let attributes = numbered(200_000, |index| format!(" a{index}=''"));
    let feed = format!(
        "<feed{attributes}><entry><link{attributes}/><id>http://b.example/</id></entry></feed>"
    );
    assert_eq!(urls(&parse(feed).unwrap()), ["http://b.example/"]);

    let bomb = "<!DOCTYPE rss [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>\
        <rss><channel><title>&b;</title></channel></rss>";
    assert_eq!(parse(bomb).unwrap().title.as_deref(), Some("&b;"));

    let authors = "{\"name\":\"a\"},".repeat(300_000);
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{{\"authors\":[{authors}{{}}]}}]}}"
    );
    assert_eq!(urls(&parse(json).unwrap()), ["none"]);
    let deep = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":{}",
        "[".repeat(1_000_000)
    );
    assert!(matches!(parse(deep), Err(FeedError::Json { .. })));
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_markup_can_be_read(
        root in proptest::sample::select(vec!["<rss><channel>", "<feed>", "<RDF>", "{", ""]),
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<item>", "</item>", "<entry>", "</entry>", "<link>", "</link>", "<link href='/b'/>",
                "<title>", "</title>", "<pubDate>", "</pubDate>", "<updated>", "</updated>", "\u{1}",
                "<guid>", "</guid>", "<id>", "</id>", "http://b.example/", "<author>", "</author>",
                "\u{201c}a@b.example\u{201d}", "&", "&#0;", "&b;", "<![CDATA[", "]]>", "\u{663}:00:00",
                "Thu, 29 Feb 2024 10:00:00 +9999", "2024-02-29T24:60:60Z", "<a xml:base='c'>", "</a>",
                "</channel>", "</rss>", "</feed>", "<", ">", "\"items\":[", "{\"id\":1}", "]", "}",
            ]),
            0..30,
        )
    ) {
        if let Ok(feed) = parse(format!("{root}{}", parts.concat())) {
            for url in feed.entries.iter().filter_map(|entry| entry.url.as_ref()) {
                prop_assert!(matches!(url.scheme(), "http" | "https"));
            }
        }
    }

    #[test]
    fn any_text_in_a_field_can_be_read(text in any::<String>()) {
        for name in ["title", "link", "guid", "pubDate", "updated", "author"] {
            let feed = format!(
                "<rss><channel><item><link>/b</link><{name}><![CDATA[{text}]]></{name}></item>\
                 </channel></rss>"
            );
            prop_assert!(parse(feed).is_ok());
        }
    }
}
