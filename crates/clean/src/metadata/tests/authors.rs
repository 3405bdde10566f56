//! Who wrote the page.

use super::{extract, metadata};
use scraper::Html;

const TEXT: &str =
    "<p>The ferry sailed again after nine weeks in dock, and nobody was on board.</p>";

/// The author of an article with this head and this line below its headline.
fn author(head: &str, line: &str) -> Option<String> {
    let page = format!(
        "<title>Ferry returns | The Quay</title><meta property=og:site_name content='The Quay'>
        {head}<body><nav><a href=/>The Quay</a></nav><article><h1>Ferry returns</h1>{line}{TEXT}
        </article></body>"
    );
    metadata(&page).author
}

#[track_caller]
fn is_author(head: &str, line: &str, expected: Option<&str>) {
    assert_eq!(author(head, line).as_deref(), expected, "{head}{line}");
}

#[test]
fn the_publisher_in_the_author_field_loses_to_a_person() {
    for head in [
        "<meta name=author content='Norden Press'><meta name=copyright content='(c) Norden Press 2022'>
         <meta property=article:author content='Ada Quill'>",
        "<meta name=author content='Norden Press'><meta name=dcterms.creator content='Norden Press'>
         <meta property=article:author content='Ada Quill'>",
        "<meta name=byl content='The Quay'><meta name=author content='Ada Quill'>",
        "<meta name=author content='The Quay Staff'><meta property=article:author content='Ada Quill'>",
        r#"<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry returns",
         "author": {"@type": "Organization", "name": "Norden"}}</script>
         <meta name=author content='Ada Quill'>"#,
    ] {
        is_author(head, "", Some("Ada Quill"));
    }
}

#[test]
fn a_group_is_the_author_if_nobody_else_is() {
    is_author("<meta name=author content='The Quay Staff'>", "", Some("The Quay Staff"));
    is_author("<meta name=author content='News Desk'>", "", Some("News Desk"));
    is_author("<meta name=author content='News Desk'>", "<p>By Ada Quill</p>", Some("Ada Quill"));
    let two = r#"<script type="application/ld+json">{"@type": "NewsArticle", "headline":
        "Ferry returns", "author": [{"@type": "Person", "name": "Ada Quill"},
        {"@type": "Organization", "name": "Norden & Sons"}]}</script>"#;
    is_author(two, "", Some("Ada Quill; Norden & Sons"));
}

#[test]
fn a_feed_is_no_author() {
    let feed = r#"<script type="application/ld+json">{"@type": "NewsArticle", "headline":
        "Ferry returns", "author": {"@type": "Person", "name": "Coastwire feed"}}</script>"#;
    is_author(feed, "", None);
    let line = "<p class=byline>By <span class=name>Ada Quill</span> in Turku</p>";
    is_author(feed, line, Some("Ada Quill"));
}

#[test]
fn placeholders_are_no_authors() {
    for name in ["Posted", "Username", "Admin", "Site Admin", "admin", "author", "Guest", "Unknown"]
    {
        is_author(&format!("<meta name=author content='{name}'>"), "", None);
        is_author("", &format!("<p class=author>{name}</p>"), None);
    }
    is_author(
        "",
        "<span class='meta-prep meta-prep-author'>Posted on</span> <a>May 3, 2024</a>",
        None,
    );
    is_author("", "<p class=byline>Posted on May 3, 2024</p>", None);
}

#[test]
fn texts_in_a_byline_that_are_no_names() {
    for line in [
        "<p class=byline>3 May 2024</p>",
        "<p class=byline>Reviewed by Ada Quill, Harbour Pilot</p>",
        "<p class=author-description>Driven by expertise and thorough research</p>",
        "<p class=author>Contributing Writer</p>",
        "<p class=author>Fact Checked</p>",
        "<h2 id=written-notice>Written notice</h2>",
        "<button class=follow-author>Follow</button>",
        "<p>By noon the ferry was back.</p>",
        "<p>By using this site you accept our terms</p><h2>Warning</h2>",
    ] {
        is_author("", line, None);
    }
}

#[test]
fn bylines_in_several_languages() {
    for line in [
        "<p>Von Ada Quill</p>",
        "<p>Par Ada Quill</p>",
        "<p>Por Ada Quill</p>",
        "<p>Door Ada Quill</p>",
        "<p class=autor>Von Ada Quill, Turku</p>",
        "<p>Text von Ada Quill</p>",
        "<p>Skrevet av Ada Quill</p>",
        "<p>Автор: Ada Quill</p>",
        "<p>Autor: Ada Quill</p>",
        "<p>Yazan: Ada Quill</p>",
        "<p>Szerző: Ada Quill</p>",
        "<p>Tekst: Ada Quill</p>",
    ] {
        is_author("", line, Some("Ada Quill"));
    }
    is_author("", "<p>作者：林小雨</p>", Some("林小雨"));
}

#[test]
fn labels_above_or_before_the_name() {
    for line in [
        "<h3>Author</h3><p>Ada Quill</p>",
        "<h6>Author(s)</h6><ul><li><a href=/library?a=1>Ada Quill</a></li></ul>",
        "<div><strong>Contributors:</strong> Ada Quill</div>",
        "<p>Jun 2 Written By</p><p>Ada Quill</p>",
        "<div class=author>Jun 2 <span>Written By</span> <a href=/x>Ada Quill</a></div>",
        "<dl><dt>Author:</dt><dd>Ada Quill</dd></dl>",
    ] {
        is_author("", line, Some("Ada Quill"));
    }
}

#[test]
fn roles_places_and_times_beside_the_name() {
    for line in [
        "<p class=byline>By Ada Quill, Staff Writer</p>",
        "<p class=byline>Ada Quill Senior Editor</p>",
        "<p class=byline>Ada Quill Friday, 3 May 2024</p>",
        "<p class=byline>By Ada Quill on behalf of <a href=/team>the harbour team</a></p>",
        "<p class=byline>3 May 2024 by Ada Quill</p>",
        "<p class=byline>Posted on May 3, 2024 by Ada Quill in Harbour</p>",
        "<p class=byline>By Ada Quill • 5 min read</p>",
        "<p class=byline>By Ada Quill (@adaquill)</p>",
        "<p class=byline>By Ada Quill ada@quay.example</p>",
        "<p class=byline>Ada Quill<sup>1</sup></p>",
        "<div class=author><span>Ada Quill</span><span>Founder &amp; CEO</span></div>",
        "<div class=author><p>Ada Quill</p><p>Writes about boats and the people in them.</p></div>",
        "<div class=byline><span>By</span> <b>Ada Quill</b> <i>Trending Editor</i></div>",
        "<p class=byline>By Ada Quill, Turku</p>",
    ] {
        is_author("", line, Some("Ada Quill"));
    }
}

#[test]
fn several_authors_in_ten_languages() {
    for joint in
        ["and", "und", "et", "y", "e", "och", "og", "en", "i", "и", "ve", "ja", "és", "dan"]
    {
        let line = format!("<p class=byline>Ada Quill, Zoe Wick {joint} Ben Ost</p>");
        is_author("", &line, Some("Ada Quill; Zoe Wick; Ben Ost"));
    }
    is_author("", "<p>By Ada Quill, and Ben Ost</p>", Some("Ada Quill; Ben Ost"));
    is_author("<meta name=author content='Dan Quill, Ben Ost'>", "", Some("Dan Quill; Ben Ost"));
}

#[test]
fn a_byline_completes_the_declared_authors() {
    let one = "<meta name=author content='Ada Quill'>";
    let both = "<p class=byline>Written by <span>Ada Quill</span>, <span>Ben Ost</span></p>";
    is_author(one, both, Some("Ada Quill; Ben Ost"));
    let edited = "<p class=byline>By Ada Quill</p><p class=byline>Edited by Ben Ost</p>";
    is_author(one, edited, Some("Ada Quill"));
}

#[test]
fn a_login_loses_to_a_name_except_on_a_forum() {
    let line = "<p>by <a href=/authors/ada class=author-link>Ada Quill</a></p>";
    for login in ["AdaQ", "ada_q", "quill7", "ada.quill"] {
        is_author(&format!("<meta name=author content={login}>"), line, Some("Ada Quill"));
        is_author(&format!("<meta name=author content={login}>"), "", Some(login));
    }
    let forum = r#"<script type="application/ld+json">{"@type": "DiscussionForumPosting",
        "headline": "Ferry returns", "author": {"@type": "Person", "name": "quill7"}}</script>"#;
    is_author(forum, "<p class=author>Zoe Wick</p>", Some("quill7"));
}

#[test]
fn templates_of_common_systems() {
    for line in [
        // WordPress
        r#"<div class="entry-meta"><span class="byline"> by <span class="author vcard"><a class="url fn n"
        href="/author/ada/">Ada Quill</a></span></span></div>"#,
        // Blogger
        r#"<div class="post-footer"><span class="post-author vcard">Posted by <span class="fn"
        itemprop="author"><span itemprop="name">Ada Quill</span></span></span></div>"#,
        // Ghost
        r#"<ul class="author-list"><li><a href="/author/ada/">Ada Quill</a></li></ul>"#,
        // Drupal
        r#"<div class="node__submitted">Submitted by <span><a class="username"
        property="schema:name">Ada Quill</a></span> on Fri, 05/03/2024</div>"#,
        r#"<div class="submitted"><span property="dc:date dc:created" content="2024-05-03"
        rel="sioc:has_creator">Submitted by <a class="username" property="foaf:name">Ada Quill</a>
        on Fri, 05/03/2024</span></div>"#,
        // TYPO3
        r#"<div class="footer"><span class="news-list-author">Ada Quill</span></div>"#,
        // Medium, Substack
        r#"<div><a data-testid="authorName" href="/@ada">Ada Quill</a></div>"#,
        // Tables of the last century
        "<table><tr><td><font size=2>By <b>Ada Quill</b></font></td></tr></table>",
        // RDFa
        r#"<div vocab="http://schema.org/" typeof="Article"><span property="author"
        typeof="Person"><span property="name">Ada Quill</span></span></div>"#,
    ] {
        is_author("", line, Some("Ada Quill"));
    }
}

#[test]
fn the_footer_and_aside_of_the_article_count_but_not_those_of_the_page() {
    for line in [
        "<footer>Written by <a rel=author href=/ada>Ada Quill</a></footer>",
        "<footer class=entry-footer><span class=author>Ada Quill</span></footer>",
        "<aside class=article-meta><p class=author>Ada Quill</p></aside>",
        "<aside><p class=author>Ada Quill</p></aside>",
        "<div class=post-footer><p class=author>Ada Quill</p></div>",
    ] {
        is_author("", line, Some("Ada Quill"));
    }
    for rest in [
        "<footer class=site-footer><p class=author>Ada Quill</p></footer>",
        "<aside class=sidebar><p class=author>Ada Quill</p></aside>",
        "<div class=footer><p class=author>Ada Quill</p></div>",
    ] {
        let page = format!("<article><h1>Ferry returns</h1>{TEXT}</article>{rest}");
        assert_eq!(metadata(&page).author, None, "{rest}");
    }
    let links = "<a href=/1>One</a><a href=/2>Two</a><a href=/3>Three</a>";
    is_author("", &format!("<aside>{links}<p class=author>Zoe Wick</p></aside>"), None);
}

#[test]
fn buyers_do_not_write_the_page_of_a_product() {
    let page = format!(
        "<meta property=og:type content=product><h1>Anchor</h1>{TEXT}<p class=author>Zoe Wick</p>"
    );
    assert_eq!(metadata(&page).author, None);
}

#[test]
fn a_headline_that_only_resembles_the_title_is_not_where_the_byline_is_sought() {
    let page = format!(
        "<meta property=og:title content='What people say about ferries'><header><h2>What people say about ferries</h2>
        <div class=publish-date-author>Dec. 19, 2025 &middot; Ada Quill</div></header>{}
        <h1>But what they say about ferries is not all</h1><p class=author>Zoe Wick</p>",
        TEXT.repeat(60)
    );
    let found = extract(&Html::parse_document(&page), None).metadata;
    assert_eq!(found.author.as_deref(), Some("Ada Quill"));
    assert_eq!(found.date.as_deref(), Some("2025-12-19"));
}

#[test]
fn a_by_in_a_menu_or_in_a_list_is_no_byline() {
    let filler = "<p>The ferry <b>sailed</b> again.</p>".repeat(40);
    let menu = "<div><h4>By Norden Hotels</h4></div>";
    let page = |above: &str, below: &str| {
        metadata(&format!("{above}{filler}<h1>Ferry returns</h1>{filler}{below}")).author
    };
    assert_eq!(page(menu, ""), None);
    assert_eq!(page("", "<li><a href=/x>Why boats float</a> by Zoe Wick</li>"), None);
    assert_eq!(page("", &"<li><p>by Zoe Wick</p></li>".repeat(6)), None);
    assert_eq!(page("", "<p>by Ada Quill</p>").as_deref(), Some("Ada Quill"));
    assert_eq!(page("", "<p>Written by: Ada Quill</p>").as_deref(), Some("Ada Quill"));
}

#[test]
fn bylines_inside_a_line_with_other_facts() {
    for line in [
        "<p class=postmetadata>Posted on March 3, 2011 by Ada Quill. Filed under <a>Harbour</a>.</p>",
        "<div class=meta>12.03.2019, 14:05 Uhr | von Ada Quill</div>",
        "<p>Door onze redacteur Ada Quill</p>",
        "<p>Text: Ada Quill Foto: Ben Ost</p>",
        "<address>Ada Quill in Turku</address>",
        "<div><a href=/@ada>Ada Quill</a><span>Follow</span><span>5 min read</span></div>",
    ] {
        is_author("", line, Some("Ada Quill"));
    }
    let chinese = "<div>2019-03-12 10:20:33　来源：新闻网　作者：林小雨　责任编辑：王大明</div>";
    is_author("", chinese, Some("林小雨"));
    is_author("", "<p>文・山田太郎</p>", Some("山田太郎"));
}

#[test]
fn a_page_laid_out_in_tables() {
    let page = format!(
        "<title>Ferry returns | The Quay</title><table><tr><td><font size=5><b>Ferry
        returns</b></font><br><font size=1>By ADA QUILL<br>Staff writer<br>Posted: 05/03/2024 06:14:22
        PM MST</font>{TEXT}</td></tr></table>"
    );
    let page = page.replace("Ferry\n        returns", "Ferry returns");
    let found = extract(&Html::parse_document(&page), Some("https://quay.example/a")).metadata;
    assert_eq!(found.author.as_deref(), Some("ADA QUILL"));
    assert_eq!(found.date.as_deref(), Some("2024-05-03"));
}

#[test]
fn the_owner_of_a_personal_site_is_declared_as_person_and_organization() {
    let owner = r##"<script type="application/ld+json">{"@graph": [{"@type": "Article", "headline":
        "Ferry returns", "author": {"@id": "#p"}}, {"@type": ["Person", "Organization"], "@id": "#p",
        "name": "Ada Quill"}]}</script>"##;
    let far = format!("{}<a rel=author href=/x>Zoe Wick</a>", "<p>It <b>sails</b></p>".repeat(60));
    is_author(owner, &far, Some("Ada Quill"));
}
