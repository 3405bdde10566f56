//! Sitemaps as sites serve them, and as nobody should.

use proptest::prelude::*;

use super::*;

const NAMESPACES: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
    xmlns:n=\"http://www.google.com/schemas/sitemap-news/0.9\" \
    xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\" \
    xmlns:xhtml=\"http://www.w3.org/1999/xhtml\"";

fn parse(bytes: impl AsRef<[u8]>) -> Sitemap {
    Sitemap::parse(bytes.as_ref(), &Url::parse("https://a.example/map/sitemap.xml").unwrap())
}

fn urls(sitemap: &Sitemap) -> Vec<&str> {
    sitemap.entries.iter().map(|entry| entry.url.as_str()).collect()
}

fn numbered(count: usize, part: fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |all, index| all + &part(index))
}

#[test]
fn a_sitemap_with_everything() {
    let sitemap = parse(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset {NAMESPACES}>\n<url>\n\
         <loc>\n  https://a.example/one?a=1&amp;b=2 \n</loc><lastmod>2024-02-29</lastmod>\
         <changefreq>Daily</changefreq><priority>0.8</priority>\
         <n:news><n:publication><n:name>The <![CDATA[<A>]]> Post</n:name>\
         <n:language>en</n:language></n:publication>\
         <n:publication_date>2024-02-29T10:00:00Z</n:publication_date>\
         <n:title>Bread &#38; butter</n:title></n:news>\
         <image:image><image:loc>https://i.example/1.jpg</image:loc>\
         <image:caption>None</image:caption></image:image>\
         <image:image><image:loc>https://i.example/2.jpg</image:loc></image:image>\
         <xhtml:link rel=\"alternate\" hreflang=\"de\" href=\"https://a.example/de?x&amp;y\"/>\
         <xhtml:link rel=\"author\" hreflang=\"de\" href=\"https://a.example/me\"/>\
         </url><url><loc>https://a.example/two</loc><priority>7</priority>\
         <lastmod>soon</lastmod></url></urlset>"
    ));
    assert_eq!(sitemap.kind, SitemapKind::Urls);
    assert_eq!((sitemap.rejected, sitemap.truncated), (0, None));
    assert_eq!(sitemap.malformed, None);
    let [one, two] = sitemap.entries.as_slice() else { panic!("{sitemap:?}") };
    assert_eq!(one.url.as_str(), "https://a.example/one?a=1&b=2");
    assert_eq!(one.modified, W3cDate::parse("2024-02-29"));
    assert_eq!(one.change_frequency, Some(ChangeFrequency::Daily));
    assert_eq!(one.priority, Some(0.8));
    assert_eq!(
        one.news,
        Some(NewsItem {
            title: Some("Bread & butter".to_owned()),
            publication: Some("The <A> Post".to_owned()),
            language: Some("en".to_owned()),
            published: W3cDate::parse("2024-02-29T10:00:00Z"),
        })
    );
    let images: Vec<&str> = one.images.iter().map(Url::as_str).collect();
    assert_eq!(images, ["https://i.example/1.jpg", "https://i.example/2.jpg"]);
    let [german] = one.alternates.as_slice() else { panic!("{one:?}") };
    assert_eq!((german.hreflang.as_str(), german.url.as_str()), ("de", "https://a.example/de?x&y"));
    assert_eq!(*two, SitemapEntry::new(Url::parse("https://a.example/two").unwrap()));
}

#[test]
fn spellings_of_the_same_sitemap() {
    for document in [
        "<urlset><url><loc>https://a.example/b</loc></url></urlset>",
        "\u{feff}  <urlset><url><loc>https://a.example/b</loc></url></urlset>",
        "<s:urlset xmlns:s='https://www.sitemaps.org/schemas/sitemap/0.9/'><s:url><s:loc>https://a.example/b</s:loc></s:url></s:urlset>",
        "<urlset xmlns='http://www.google.com/schemas/sitemap/0.84'><url><loc>https://a.example/b</loc></url></urlset>",
        "<urlset xmlns='http://a.example/own'><url><loc>https://a.example/b</loc></url></urlset>",
        "<!DOCTYPE urlset><!-- b --><?php ?><urlset><url><loc><![CDATA[https://a.example/b]]></loc></url></urlset>",
        "<urlset><url><image:image><image:loc>https://a.example/i</image:loc></image:image><loc>/b</loc></url></urlset>",
        "<urlset><url><loc>../b</loc><video:video><loc>https://a.example/v</loc></video:video></url></urlset>",
        "<urlset><extra><url><loc>https://a.example/x</loc></url></extra><url><loc>https://a.example/&#98;</loc></url></urlset>",
    ] {
        let sitemap = parse(document);
        assert_eq!(urls(&sitemap), ["https://a.example/b"], "{document}");
        assert_eq!((sitemap.kind, sitemap.rejected), (SitemapKind::Urls, 0), "{document}");
        assert_eq!(sitemap.malformed, None, "{document}");
    }
}

#[test]
fn an_ampersand_that_is_not_escaped_is_one() {
    let sitemap = parse("<urlset><url><loc>http://a.example/?b=1&c=2&d;</loc></url></urlset>");
    assert_eq!(urls(&sitemap), ["http://a.example/?b=1&c=2&d;"]);
}

#[test]
fn an_index_names_sitemaps() {
    let sitemap = parse(
        "<sitemapindex><sitemap><loc>https://a.example/1.xml.gz</loc><lastmod>2024</lastmod></sitemap>\
         <sitemap><loc>https://a.example/2.xml</loc></sitemap></sitemapindex>",
    );
    assert_eq!(sitemap.kind, SitemapKind::Index);
    assert_eq!(urls(&sitemap), ["https://a.example/1.xml.gz", "https://a.example/2.xml"]);
    assert_eq!(sitemap.entries[0].modified, W3cDate::parse("2024"));
}

#[test]
fn encodings_of_a_sitemap() {
    let document = "<urlset><url><loc>https://a.example/\u{e9}</loc></url></urlset>";
    let little = document.encode_utf16().flat_map(u16::to_le_bytes);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(little).collect();
    let head = b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>".as_slice();
    let latin: Vec<u8> =
        [head, b"<urlset><url><loc>https://a.example/\xe9</loc></url></urlset>"].concat();
    for bytes in [document.as_bytes(), &utf16, &latin] {
        assert_eq!(urls(&parse(bytes)), ["https://a.example/%C3%A9"]);
    }
}

#[test]
fn text_has_a_url_a_line() {
    let sitemap =
        parse("\u{feff}https://a.example/b\r\n\n  http://a.example/c \nnothing\rftp://x/\n");
    assert_eq!(sitemap.kind, SitemapKind::Text);
    assert_eq!(urls(&sitemap), ["https://a.example/b", "http://a.example/c"]);
    assert_eq!(sitemap.rejected, 2);
}

#[test]
fn a_feed_serves_as_a_sitemap() {
    for feed in [
        "<rss version='2.0'><channel><item><link>/b</link>\
         <pubDate>Thu, 29 Feb 2024 10:00:00 GMT</pubDate></item><item/></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/b'/>\
         <updated>2024-02-29T10:00:00Z</updated></entry><entry/></feed>",
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"url\":\"/b\",\
         \"date_published\":\"2024-02-29T10:00:00Z\"},{}]}",
    ] {
        let sitemap = parse(feed);
        assert_eq!(sitemap.kind, SitemapKind::Feed, "{feed}");
        assert_eq!(urls(&sitemap), ["https://a.example/b"], "{feed}");
        assert_eq!(sitemap.entries[0].modified, W3cDate::parse("2024-02-29T10:00:00Z"), "{feed}");
        assert_eq!(sitemap.rejected, 1, "{feed}");
    }
}

#[test]
fn what_is_no_sitemap() {
    for document in ["", "Not found", "<html><body>Not found</body></html>", "<", "{}", "[1]", "\0"]
    {
        let sitemap = parse(document);
        assert_eq!(sitemap.kind, SitemapKind::Unknown, "{document}");
        assert!(sitemap.entries.is_empty(), "{document}");
    }
}

#[test]
fn entries_without_a_usable_url_are_counted() {
    let long = "x".repeat(MAX_URL);
    let sitemap = parse(format!(
        "<urlset><url/><url><loc></loc></url><url><loc>http://</loc></url>\
         <url><loc>javascript:alert(1)</loc></url><url><loc>https://a.example/{long}</loc></url>\
         <url><lastmod>2024</lastmod></url><url><loc>https://a.example/b</loc></url></urlset>"
    ));
    assert_eq!(urls(&sitemap), ["https://a.example/b"]);
    assert_eq!(sitemap.rejected, 6);
    // White space does not count, wherever it stands.
    let longest = format!("https://a.example/{}", "x".repeat(MAX_URL - 18));
    let sitemap = parse(format!(
        "<urlset><url><loc>{}{longest}{}</loc></url></urlset>",
        " ".repeat(9_000),
        "\n".repeat(9_000)
    ));
    assert_eq!(urls(&sitemap), [longest]);
}

const MAX_URL: usize = crate::discover::MAX_URL_BYTES;

#[test]
fn malformed_xml_ends_the_reading_and_says_where() {
    for (document, offset, reason) in [
        (
            "<urlset><url><loc>https://a.example/b</loc></url></wrong>",
            49,
            "ill-formed document: expected `</urlset>`, but `</wrong>` was found",
        ),
        (
            "<urlset><url><loc>https://a.example/b</loc></url><url><loc>https://a.exam",
            73,
            "the document ends within an element",
        ),
        (
            "<urlset><url><loc>https://a.example/b</loc></url><url",
            49,
            "syntax error: tag not closed: `>` not found before end of input",
        ),
    ] {
        let sitemap = parse(document);
        assert_eq!(urls(&sitemap), ["https://a.example/b"], "{document}");
        let malformed = sitemap.malformed.unwrap();
        assert_eq!((malformed.offset, malformed.reason.as_str()), (offset, reason), "{document}");
    }
}

#[test]
fn entities_are_never_expanded() {
    let bomb = parse(
        "<!DOCTYPE urlset [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
         <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>\
         <urlset><url><loc>https://a.example/&c;</loc></url>\
         <url><loc>https://a.example/&f;</loc></url></urlset>",
    );
    assert_eq!(urls(&bomb), ["https://a.example/&c;", "https://a.example/&f;"]);
}

#[test]
fn limits_of_the_protocol() {
    let entry = "<url><loc>https://a.example/b</loc></url>";
    let many = parse(format!("<urlset>{}</urlset>", entry.repeat(MAX_SITEMAP_ENTRIES + 1)));
    assert_eq!(many.entries.len(), 50_000);
    assert_eq!((many.truncated, many.malformed), (Some(TruncationLimit::Entries), None));

    let lines = parse("https://a.example/b\n".repeat(MAX_SITEMAP_ENTRIES + 1));
    assert_eq!((lines.entries.len(), lines.truncated), (50_000, Some(TruncationLimit::Entries)));

    let padding = "<!-- -->".repeat(MAX_SITEMAP_BYTES / 8);
    let large = parse(format!("<urlset>{entry}{padding}{entry}</urlset>"));
    assert_eq!(urls(&large), ["https://a.example/b"]);
    assert_eq!(large.truncated, Some(TruncationLimit::Bytes));
}

#[test]
fn depth_and_width_cost_nothing() {
    // Read to the depth at which the parser refuses it.
    let deep = parse(format!("<urlset>{}", "<a>".repeat(1_000_000)));
    assert!(deep.malformed.is_some());
    // One tag with very many attributes, and very many namespaces.
    let attributes = numbered(200_000, |index| format!(" a{index}=''"));
    let wide = parse(format!(
        "<urlset{attributes}><url><loc>https://a.example/b</loc>\
         <xhtml:link{attributes}/></url></urlset>"
    ));
    assert_eq!(urls(&wide), ["https://a.example/b"]);
    let namespaces = numbered(50_000, |index| format!(" xmlns:a{index}='b'"));
    assert!(parse(format!("<urlset><url{namespaces}/></urlset>")).malformed.is_some());
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let sitemap = parse(&bytes);
        prop_assert!(sitemap.entries.len() <= 200);
    }

    #[test]
    fn any_markup_can_be_read(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<urlset", "<url>", "</url>", "<loc>", "</loc>", "</urlset>", "<sitemapindex>", ">",
                "<", "&", ";", "#x", "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE a [", "]",
                "http://a.example/", "<n:news>", " xmlns:n='sitemap-news'", "/>", "'", "\"", "\u{e9}",
                "<?xml", "?>", "&#0;", "&#xD800;", "&amp;", "<rss>", "<channel>", "\n", "<lastmod>",
                "9999-12-31", "</",
            ]),
            0..30,
        )
    ) {
        let sitemap = parse(parts.concat());
        for entry in &sitemap.entries {
            prop_assert!(matches!(entry.url.scheme(), "http" | "https"));
        }
    }
}
