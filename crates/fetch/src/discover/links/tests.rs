//! Pages as sites serve them, and as nobody should.

use proptest::prelude::*;

use super::*;

fn parse(html: &str) -> PageLinks {
    PageLinks::parse(html, &Url::parse("https://a.example/b/c").unwrap(), Some("Copydesk"))
}

fn urls(page: &PageLinks) -> Vec<&str> {
    page.links.iter().map(|link| link.url.as_str()).collect()
}

fn url(text: &str) -> Option<Url> {
    Url::parse(text).ok()
}

fn path_of(url: &Url) -> &str {
    url.as_str().strip_prefix("https://a.example").unwrap()
}

fn numbered(count: usize, part: fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |all, index| all + &part(index))
}

#[test]
fn a_page_with_everything() {
    let page = parse(
        "<!doctype html><html><head><title><a href=/no></title>\
         <base target=_top><base href='/base/'><base href='/other/'>\
         <link rel=canonical href=one><link rel='CANONICAL' href=two>\
         <link rel=next href=3><link rel=prev href=1><link rel=amphtml href=amp>\
         <link rel=alternate type='application/rss+xml' title=' News ' href=rss>\
         <link rel='alternate' type='application/atom+xml; charset=utf-8' href=atom>\
         <link rel='alternate' type='application/feed+json' href=json>\
         <link rel='alternate' type='application/feed+json' href=json>\
         <link rel=alternate hreflang=de href=de><link rel=alternate href=none>\
         <link rel='alternate stylesheet' href=style.css>\
         <meta name=Robots content='noindex, nofollow'><meta name=copydesk content=' none '>\
         <meta name=otherbot content=noarchive>\
         <meta http-equiv=Refresh content='5; url=later?a=1&amp;b=2'></head>\
         <body><p><a href=one>One</a></body>",
    );
    assert_eq!(page.base.as_str(), "https://a.example/base/");
    assert_eq!(page.canonical, url("https://a.example/base/one"));
    assert_eq!(page.next, url("https://a.example/base/3"));
    assert_eq!(page.prev, url("https://a.example/base/1"));
    assert_eq!(page.amphtml, url("https://a.example/base/amp"));
    let feeds: Vec<(&str, &str, Option<&str>)> = page
        .feeds
        .iter()
        .map(|feed| (feed.url.path(), feed.media_type.as_str(), feed.title.as_deref()))
        .collect();
    assert_eq!(
        feeds,
        [
            ("/base/rss", "application/rss+xml", Some("News")),
            ("/base/atom", "application/atom+xml", None),
            ("/base/json", "application/feed+json", None),
        ]
    );
    let [german] = page.alternates.as_slice() else { panic!("{page:?}") };
    assert_eq!((german.hreflang.as_str(), german.url.path()), ("de", "/base/de"));
    assert_eq!(page.meta_robots, ["noindex, nofollow", "none"]);
    assert_eq!(page.refresh, url("https://a.example/base/later?a=1&b=2"));
    assert_eq!(urls(&page), ["https://a.example/base/one"]);
    assert!(!page.truncated);
}

#[test]
fn links_and_their_words() {
    let page = parse(
        "<a href=1 rel='nofollow UGC'> One\n <b>lo&amp;af</b>&#32;x </a><a href='2' rel=sponsored></a>\
         <A HREF=\"1\">again</A><a href=2 rel=sponsored>two<a href=3>three<area href=4 alt='a  map'>\
         <a name=top>no link</a><a href=5#part>",
    );
    let links: Vec<(&str, Option<&str>, bool, bool, bool)> = page
        .links
        .iter()
        .map(|link| {
            (
                path_of(&link.url).strip_prefix("/b/").unwrap(),
                link.text.as_deref(),
                link.nofollow,
                link.ugc,
                link.sponsored,
            )
        })
        .collect();
    assert_eq!(
        links,
        [
            ("1", Some("One lo&af x"), false, false, false),
            ("2", Some("two"), false, false, true),
            ("3", Some("three"), false, false, false),
            ("4", Some("a map"), false, false, false),
            ("5#part", None, false, false, false),
        ]
    );
    let page = parse("<a href=1 rel='nofollow UGC'>x</a>");
    assert!(page.links[0].nofollow && page.links[0].ugc && !page.links[0].sponsored);
}

#[test]
fn what_is_a_link_and_what_is_not() {
    for (html, expected) in [
        ("<a href=javascript:void(0)><a href='mailto:a@a.example'><a href='data:text/html,b'>", ""),
        ("<a href=''><a href><a href='http://['><a href='tel:1'><a href='ftp://a.example/'>", ""),
        ("<!-- <a href=/1> --><a href=/2>", "/2"),
        ("<!--><a href=/1>--><a href=/2>", "/1 /2"),
        ("<!-- <a href=/1> --!><a href=/2>", "/2"),
        ("<!-- <a href=/1> ---><a href=/2><!-- <a href=/3>", "/2"),
        ("<! <a href=/1><? <a href=/2></ <a href=/3><a href=/4>", "/4"),
        ("<script>'<a href=/1>'</script ><a href=/2>", "/2"),
        ("<script><!-- <a href=/1> --></SCRIPT><a href=/2>", "/2"),
        ("<script>a</scripts><a href=/1></script/><a href=/2>", "/2"),
        ("<style><a href=/1></style><textarea><a href=/2></textarea><a href=/3>", "/3"),
        ("<iframe><a href=/1></iframe><xmp><a href=/2></xmp><plaintext><a href=/3>", ""),
        ("<noscript><a href=/1></noscript>", "/1"),
        ("<template><a href=/1><template></template><a href=/2></template><a href=/3>", "/3"),
        ("<template shadowrootmode=open><a href=/1></template><a href=/2>", "/1 /2"),
        ("<svg><a href=/1></a></svg><math><a href=/2></math>", "/1 /2"),
        ("<p title='<a href=/1>'><p title=\"<a href=/2>\"><p title=<a href=/3>", ""),
        ("<a title='>' href=/1><a x = \"'>\" href = /2 ><a/href=/3>", "/1 /2 /3"),
        ("<a href=/1 href=/2><a href=/%31?&amp;a&b=1&copy=2&copy;>", "/1 /%31?&a&b=1&copy=2%C2%A9"),
        ("a < b <1 <= <a href=/1>", "/1"),
        ("<a\nhref\n=\n/1\n><a href=/2", "/1"),
        ("<abbr href=/1><a-b href=/2><a href=/3>", "/3"),
        ("<a href='\n/1/\n2 '>", "/1/2"),
        ("<title><a href=/1>", ""),
    ] {
        let page = parse(html);
        let paths: Vec<&str> = page.links.iter().map(|link| path_of(&link.url)).collect();
        assert_eq!(paths.join(" "), expected, "{html}");
    }
}

#[test]
fn links_between_pages_count_where_the_head_has_none() {
    let page =
        parse("<a rel=next href=3>on</a><a rel='previous' href=1>back</a><a rel=next href=9>");
    assert_eq!(page.next, url("https://a.example/b/3"));
    assert_eq!(page.prev, url("https://a.example/b/1"));
    let page = parse("<a rel=next href=3>on</a><link rel=next href=4>");
    assert_eq!(page.next, url("https://a.example/b/4"));
}

#[test]
fn a_base_that_is_of_no_use_is_still_the_first() {
    for html in
        ["<base href='data:,x'><base href='/y/'>", "<base href='http://['><base href='/y/'>"]
    {
        assert_eq!(parse(html).base.as_str(), "https://a.example/b/c", "{html}");
    }
}

#[test]
fn texts_are_cut() {
    let long = "words ".repeat(1_000);
    let page = parse(&format!("<a href=/1>{long}</a><a href=/2>{}x</a>", " ".repeat(10_000)));
    assert_eq!(page.links[0].text.as_ref().unwrap().chars().count(), 200);
    assert_eq!(page.links[1].text, None);
    let page = parse("<a href=/1>a&amp</a>b &lt <a href=/2>&am<b>p;</b></a>");
    assert_eq!(page.links[0].text.as_deref(), Some("a&"));
    assert_eq!(page.links[1].text.as_deref(), Some("&amp;"));
}

#[test]
fn many_links_and_attributes() {
    let many = numbered(100_000, |index| format!("<a href={index}>{index}</a>"));
    let page = parse(&many);
    assert_eq!((page.links.len(), page.truncated), (MAX_LINKS, true));
    assert_eq!(page.links[19_999].text.as_deref(), Some("19999"));

    let attributes = numbered(150_000, |index| format!(" a{index}='>'"));
    let page = parse(&format!("<a href=/1{attributes} href=/2><a{attributes} href=/3><a href=/4>"));
    assert_eq!(urls(&page), ["https://a.example/1", "https://a.example/4"]);

    let long = "x".repeat(2_000);
    let page = parse(&format!("<base href='/{long}/'>{many}"));
    assert!(page.truncated);
    assert!(page.links.len() < 8_400, "{}", page.links.len());
    // The same few over and over cost no more.
    let page =
        parse(&format!("<base href='/{long}/'>{}", "<a href=1><link href=1>".repeat(100_000)));
    assert_eq!((page.links.len(), page.truncated), (1, true));
}

#[test]
fn what_is_never_closed_is_gone_through_once() {
    for part in
        ["<a ", "<div>", "<!--", "<script>", "</", "<a href='", "<", "<template>", "<svg>", "--"]
    {
        assert!(parse(&part.repeat(500_000)).links.is_empty(), "{part}");
    }
}

proptest! {
    #[test]
    fn links_are_absolute_and_of_the_web(
        parts in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec![
                    "<a href=", "<a ", "href=", "'", "\"", ">", "</a>", "<", "/", "<!--", "-->", "<script>",
                    "</script>", "<base href=", "<link rel=next href=", "<meta name=robots content=",
                    "<meta http-equiv=refresh content=", "0;url=", "<template>", "</template>", "&amp;",
                    "&", "&#", "http://b.example/", "//", "javascript:", "?", "<area alt=", "\u{0}", "\u{e9}",
                    "<title>", "</title>", "=", "\n",
                ])
                .prop_map(str::to_owned),
                any::<String>(),
            ],
            0..30,
        )
    ) {
        let page = parse(&parts.concat());
        let others = [&page.next, &page.prev, &page.canonical, &page.amphtml, &page.refresh];
        let others = others.into_iter().flatten();
        for url in page.links.iter().map(|link| &link.url).chain(others) {
            prop_assert!(matches!(url.scheme(), "http" | "https"));
            prop_assert!(url.has_host());
        }
    }
}
