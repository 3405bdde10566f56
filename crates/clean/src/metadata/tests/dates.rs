//! When the page was published.

use super::{extract, metadata};
use scraper::Html;

const TEXT: &str =
    "<p>The ferry sailed again after nine weeks in dock, and nobody was on board.</p>";

fn article(lang: &str, head: &str, line: &str) -> String {
    format!(
        "<html lang={lang}><head><title>Ferry returns</title>{head}</head><body><article>
        <h1>Ferry returns</h1>{line}{TEXT}</article></body></html>"
    )
}

#[track_caller]
fn is_dated(head: &str, line: &str) {
    let found = metadata(&article("en-GB", head, line));
    assert_eq!(found.date.as_deref(), Some("2024-05-03"), "{head}{line}");
}

#[track_caller]
fn has_no_date(head: &str, line: &str) {
    assert_eq!(metadata(&article("en-GB", head, line)).date, None, "{head}{line}");
}

#[test]
fn names_of_meta_elements() {
    for name in [
        "article:published_time",
        "article.published",
        "datePublished",
        "date_published",
        "publish-date",
        "publish_date",
        "PublishDate",
        "pubdate",
        "pub_date",
        "DC.date.issued",
        "dc:created",
        "dcterms.created",
        "dct:issued",
        "DCTERMS.date",
        "sailthru.date",
        "parsely-pub-date",
        "cXenseParse:recs:publishtime",
        "citation_online_date",
        "citation_publication_date",
        "og:published_time",
        "og:article:published_time",
        "rnews:datePublished",
        "bt:pubDate",
        "OriginalPublicationDate",
        "prism.publicationDate",
        "vr:published_time",
        "date",
        "created",
        "date_created",
        "article:create_date",
        "mediator_published_time",
        "schema:datePublished",
        "release_date",
        "pubDate",
        "weibo:article:create_at",
        "article_date_original",
        "creation_date",
    ] {
        is_dated(&format!("<meta name='{name}' content='2024-05-03T10:00:00+02:00'>"), "");
        is_dated(&format!("<meta property='{name}' content='3 May 2024'>"), "");
    }
    is_dated("<meta itemprop=datePublished content=2024-05-03>", "");
    has_no_date("<meta name=copyright content=2024-05-03>", "");
    has_no_date("<meta name=expires content=2024-05-03>", "");
}

#[test]
fn the_first_of_several_declared_dates_of_publication() {
    is_dated(
        "<meta name=published-time content=2026-03-09><meta name=published-date content=2024-05-03>
         <meta name=modified-time content=2026-01-15>",
        "",
    );
}

#[test]
fn elements_that_give_the_date_to_scripts() {
    for line in [
        "<time datetime=2024-05-03>Friday</time>",
        "<time pubdate datetime='2024-05-03T10:00'></time>",
        "<time title='2024-05-03T10:00:00Z'>two years ago</time>",
        "<relative-time datetime=2024-05-03T10:00:00Z>two years ago</relative-time>",
        "<abbr class=published title='2024-05-03T10:00:00+00:00'>10:00</abbr>",
        "<span class=published content=2024-05-03>last spring</span>",
        "<span class=post-date data-date=2024-05-03>last spring</span>",
        "<span class=timestamp data-timestamp=1714730400>last spring</span>",
        "<span itemprop=datePublished content=2024-05-03></span>",
        "<span property=schema:dateCreated content='2024-05-03T14:40:07+00:00'></span>",
        "<span property='dc:date dc:created' content='2024-05-03T14:40:07+00:00'>x</span>",
        "<div typeof=Article><span property=datePublished>2024-05-03</span></div>",
        "<time class='entry-date published updated' datetime=2024-05-03></time>
         <div class=next><time datetime=2025-01-01></time></div>",
        "<time class='entry-date published' datetime=2024-05-03></time><time class=updated
         datetime=2025-01-01></time>",
    ] {
        is_dated("", line);
    }
}

#[test]
fn lines_in_twenty_languages() {
    for (lang, line) in [
        ("en-US", "Published: May 3, 2024"),
        ("en-GB", "Posted on 3rd May 2024 by Ada Quill"),
        ("en-GB", "Friday, 3rd of May, 2024"),
        ("de", "Veröffentlicht am 3. Mai 2024"),
        ("de", "Stand: 03.05.2024, 10:15 Uhr"),
        ("de", "03.05.2024"),
        ("fr", "Publié le 3 mai 2024 à 10h15"),
        ("es", "Publicado el 3 de mayo de 2024"),
        ("ca", "3 de maig de 2024"),
        ("it", "Pubblicato il 3 maggio 2024"),
        ("pt", "Publicado em 3 de maio de 2024"),
        ("nl", "Gepubliceerd op 3 mei 2024"),
        ("pl", "Opublikowano: 3 maja 2024"),
        ("cs", "Publikováno 3. května 2024"),
        ("sk", "3. mája 2024"),
        ("hu", "2024. május 3."),
        ("ro", "Publicat: 3 mai 2024"),
        ("sv", "Publicerad 3 maj 2024"),
        ("da", "Udgivet den 3. maj 2024"),
        ("nb", "Publisert 3. mai 2024"),
        ("fi", "3. toukokuuta 2024"),
        ("tr", "Yayınlanma: 3 Mayıs 2024"),
        ("ru", "Опубликовано 3 мая 2024 г."),
        ("uk", "Опубліковано 3 травня 2024"),
        ("bg", "3 май 2024"),
        ("el", "3 Μαΐου 2024"),
        ("id", "Diterbitkan 3 Mei 2024"),
        ("vi", "Ngày 3 tháng 5 năm 2024"),
        ("hr", "3. svibnja 2024."),
        ("ja", "2024年5月3日"),
        ("zh", "发布时间：2024年5月3日"),
        ("ko", "입력 2024년 5월 3일"),
        ("ko", "입력 2024.05.03 10:15"),
        ("ar", "3 مايو 2024"),
        ("hi", "3 मई 2024"),
        ("fr", "03/05/2024"),
        ("en-US", "05/03/2024"),
    ] {
        let found = metadata(&article(lang, "", &format!("<p>{line}</p>")));
        assert_eq!(found.date.as_deref(), Some("2024-05-03"), "{lang}: {line}");
    }
}

#[test]
fn other_dates_are_not_of_the_page() {
    for line in [
        "<p>On 3 May 2024, the ferry was taken out of service for nine weeks in the dock of Turku.</p>",
        "<p>The line was founded in 1994, and its second boat came on 3 May 2024 from Norden.</p>",
        "<footer class=site-footer>© 2024 The Quay</footer>",
        "<p>Copyright 2019-2024</p>",
        "<div class=related-posts><time datetime=2024-05-03></time></div>",
        "<div class=comments><time datetime=2024-05-03></time><p class=date>3 May 2024</p></div>",
        "<img src=/uploads/2024/05/03/ferry.jpg>",
    ] {
        has_no_date("", line);
    }
}

#[test]
fn the_footer_of_the_article_has_its_date() {
    for line in [
        "<footer>Posted on May 3, 2024</footer>",
        "<footer class=entry-footer><time datetime=2024-05-03></time></footer>",
        "<div class=footer><time itemprop=datePublished datetime=2024-05-03></time></div>",
        "<aside class=meta><p>3 May 2024</p></aside>",
    ] {
        is_dated("", line);
    }
    let typo3 = format!(
        "<div class='news news-single'><div class=article itemscope
        itemtype='http://schema.org/Article'><h3 itemprop=headline>Ferry returns</h3><div
        class=footer><time itemprop=datePublished datetime=2024-05-03>03.05.2024</time></div>{TEXT}
        </div></div>"
    );
    let page = format!("<title>Ferry returns</title>{typo3}");
    assert_eq!(metadata(&page).date.as_deref(), Some("2024-05-03"));
    let blogger = format!(
        "<title>Ferry returns</title><div class='post hentry'><h3 class='post-title'>Ferry returns</h3>
        {TEXT}<div class=post-footer>Posted at <abbr class=published title='2024-05-03T10:00:00Z'>10:00
        AM</abbr></div></div>"
    );
    assert_eq!(metadata(&blogger).date.as_deref(), Some("2024-05-03"));
}

#[test]
fn an_old_page_says_at_its_end_when_it_was_changed() {
    let page = format!(
        "<title>Knots</title><center><b>All about knots</b></center>{TEXT}<hr><address>Last modified: May
        3, 2024<br>ada@quay.example</address>"
    );
    let found = metadata(&page);
    assert_eq!(found.date.as_deref(), Some("2024-05-03"));
    assert_eq!(found.date_modified.as_deref(), Some("2024-05-03"));
}

#[test]
fn the_url_comes_after_what_the_page_shows() {
    let date = |line: &str, url: &str| {
        let page = Html::parse_document(&article("en-GB", "", line));
        extract(&page, Some(url)).metadata.date
    };
    let url = "https://quay.example/2024/05/03/ferry";
    assert_eq!(date("", url).as_deref(), Some("2024-05-03"));
    assert_eq!(date("<p>Published: 7 May 2024</p>", url).as_deref(), Some("2024-05-07"));
    assert_eq!(date("", "https://quay.example/ferry-20240503.html").as_deref(), Some("2024-05-03"));
    assert_eq!(date("", "https://quay.example/item/20249903"), None);
}

#[test]
fn the_date_of_today_above_the_headline_is_not_of_the_page() {
    let page = format!(
        "<div id=header>Tuesday, December 1, 2026</div><h1>Ferry returns</h1><p>Last updated at 10:34 AM
        on 3rd May 2024</p>{TEXT}"
    );
    assert_eq!(metadata(&page).date.as_deref(), Some("2024-05-03"));
}

#[test]
fn other_dates_of_the_page_prove_the_order_of_day_and_month() {
    let date = |lang: &str, url: &str, rest: &str| {
        let page = article(lang, "", &format!("<p class=date>03/05/2024</p>{rest}"));
        extract(&Html::parse_document(&page), Some(url)).metadata.date.unwrap_or_default()
    };
    let plain = "https://quay.example/ferry";
    assert_eq!(date("en", plain, ""), "2024-03-05");
    assert_eq!(date("en", plain, "<p>Next: 25/12/2024</p>"), "2024-05-03");
    assert_eq!(date("en-GB", plain, "<p>Next: 12/25/2024</p>"), "2024-03-05");
    assert_eq!(date("en", "https://quay.example/2024/may/03/ferry", ""), "2024-05-03");
    let locale = "<meta property=og:locale content=en_GB>";
    let page = article("en", locale, "<p class=date>03/05/2024</p>");
    let found = extract(&Html::parse_document(&page), Some(plain)).metadata;
    assert_eq!(found.date.as_deref(), Some("2024-05-03"));
}

#[test]
fn dates_beside_other_stories_and_pictures() {
    for line in [
        "<h2>Bridge closed in Norden <span class=date>03.05.2024</span></h2>",
        "<figure><img src=x.jpg><figcaption>The ferry at the quay, 3 May 2024</figcaption></figure>",
        "<div class=testimonials><p class=date>3 May 2024</p></div>",
    ] {
        has_no_date("", line);
    }
    let named = "<ul><li><strong>Datum</strong> 03.05.2024</li></ul>";
    is_dated("", &format!("<p>The ferry in dock, 24. April 2023</p>{named}"));
}

#[test]
fn products_and_home_pages_show_dates_and_people_of_others() {
    let shown = "<p class=author>Zoe Wick</p><time datetime=2024-05-03></time>";
    let product = format!("<meta property=og:type content=product><h1>Anchor</h1>{shown}");
    let found = metadata(&product);
    assert_eq!((found.author, found.date), (None, None));
    let home = Html::parse_document(&format!("<h1>The Quay</h1>{shown}"));
    let found = extract(&home, Some("https://quay.example/")).metadata;
    assert_eq!((found.author, found.date), (None, None));
}
