//! What tables of verdicts do not say.

use std::time::Duration;

use url::Url;

use super::{MAX_ROBOTS_BYTES, RobotsTxt, product_token};

#[test]
fn statuses() {
    let body = b"User-agent: *\nDisallow: /a";
    // Whether /a and /b are allowed.
    for (status, expected) in [
        (200, (false, true)),
        (206, (false, true)),
        (299, (false, true)),
        (301, (true, true)),
        (304, (true, true)),
        (308, (true, true)),
        (400, (true, true)),
        (401, (true, true)),
        (403, (true, true)),
        (404, (true, true)),
        (410, (true, true)),
        (418, (true, true)),
        (429, (false, false)),
        (451, (true, true)),
        (500, (false, false)),
        (503, (false, false)),
        (599, (false, false)),
        (101, (false, false)),
        (0, (false, false)),
        (999, (false, false)),
    ] {
        let rules = RobotsTxt::from_status(status, body).rules("press");
        assert_eq!((rules.decide("/a").allowed, rules.decide("/b").allowed), expected, "{status}");
        assert!(rules.decide("/robots.txt").allowed);
    }
}

#[test]
fn without_a_file_no_line_decides() {
    let rules = RobotsTxt::disallow_all().rules("press");
    let decision = rules.decide("/a");
    assert!(!decision.allowed && decision.rule.is_none());
    let rules = RobotsTxt::allow_all().rules("press");
    assert!(rules.decide("/a").allowed);
    assert_eq!(rules.crawl_delay(), None);
}

#[test]
fn a_decision_names_its_line() {
    let robots =
        RobotsTxt::parse("User-agent: *\n\ndisalow:/é b*$  # why\nAllow: /ok$x".as_bytes());
    let rules = robots.rules("press");
    let shown = |path: &str| rules.decide(path).rule.map(|rule| (rule.line(), rule.to_string()));
    assert_eq!(shown("/é bc"), Some((3, "Disallow: /%C3%A9%20b*$".to_owned())));
    assert_eq!(shown("/ok$x"), Some((4, "Allow: /ok%24x".to_owned())));
    assert_eq!(shown("/other"), None);
}

#[test]
fn urls_are_asked_by_path_and_query() {
    let rules = RobotsTxt::parse(b"User-agent: *\nDisallow: /a?b\nDisallow: /$\n").rules("press");
    for (url, allowed) in [
        ("https://press.example", false),
        ("https://press.example/", false),
        ("https://press.example/#a?b", false),
        ("https://press.example/?x", true),
        ("http://u:p@press.example:8080/a?b#c", false),
        ("https://press.example/a?bc", false),
        ("https://press.example/x/../a?b", false),
        ("https://press.example/a#?b", true),
    ] {
        let url = Url::parse(url).unwrap();
        assert_eq!(rules.decide_url(&url).allowed, allowed, "{url}");
    }
}

#[test]
fn product_tokens() {
    for (agent, expected) in [
        ("Copydesk", "Copydesk"),
        ("Copydesk/0.1", "Copydesk"),
        ("Copydesk/0.1 (+https://example.org)", "Copydesk"),
        ("Copydesk (+https://example.org)", "Copydesk"),
        ("Copy_desk-News/1", "Copy_desk-News"),
        ("copydesk2", "copydesk"),
        ("2copydesk", ""),
        (" copydesk", ""),
        ("ж", ""),
        ("", ""),
    ] {
        assert_eq!(product_token(agent), expected);
    }
}

#[test]
fn sitemaps_stand_anywhere() {
    let robots = RobotsTxt::parse(
        b"Sitemap: https://a.example/1.xml\nUser-agent: *\nsite-map:https://a.example/2.xml#x\n\
          Disallow: /\nSITEMAP :/3.xml\nSitemap:\nSitemap: /\xFF",
    );
    assert_eq!(
        robots.sitemaps(),
        ["https://a.example/1.xml", "https://a.example/2.xml", "/3.xml", "/\u{FFFD}"]
    );
    let many = RobotsTxt::parse("Sitemap: /a\n".repeat(1_001).as_bytes());
    assert_eq!(many.sitemaps().len(), 1_000);
}

#[test]
fn delays_are_those_of_the_group() {
    let robots = RobotsTxt::parse(
        b"Crawl-delay: 99\n\
          User-agent: a\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x\n\
          User-agent: *\nDisallow: /y\nCrawl-Delay: 1.5\n\
          User-agent: c\nUser-agent: d\nCrawl-delay: 7\nCrawl-delay: 3\nAllow: /\n\
          User-agent: a\nDisallow: /z\ncrawl-delay: 6\n\
          User-agent: e\nCrawl-delay: -1",
    );
    for (agent, seconds) in [
        ("a", Some(6.0)),
        ("b", None),
        ("c", Some(7.0)),
        ("d", Some(7.0)),
        ("e", None),
        ("other", Some(1.5)),
    ] {
        let delay = robots.rules(agent).crawl_delay();
        assert_eq!(delay, seconds.map(Duration::from_secs_f64), "{agent}");
    }
}

#[test]
fn any_octets_will_do() {
    let robots =
        RobotsTxt::parse(b"\xFF\xFEUser-agent: *\nUser-agent: a\xFF\nDisallow: /\xE9\xC3\n");
    let rules = robots.rules("a");
    assert!(!rules.decide("/%E9%C3").allowed);
    assert!(rules.decide("/%E9").allowed);
    let all: Vec<u8> = (0..=255).collect();
    assert!(RobotsTxt::parse(&all).rules("a").decide("/").allowed);
}

#[test]
fn what_is_past_the_limits_is_ignored() {
    let mut body = b"User-agent: *\nDisallow: /early\n#".to_vec();
    body.resize(MAX_ROBOTS_BYTES - 15, b'x');
    body.extend_from_slice(b"\nDisallow: /late");
    assert_eq!(body.len(), MAX_ROBOTS_BYTES + 1);
    let rules = RobotsTxt::parse(&body).rules("a");
    assert!(!rules.decide("/early").allowed);
    // The file is cut off before the last octet.
    assert!(!rules.decide("/lat").allowed);

    let many = format!("User-agent: *\n{}Disallow: /z", "Allow: /a\n".repeat(30_000));
    assert!(RobotsTxt::parse(many.as_bytes()).rules("a").decide("/z").allowed);
}

#[test]
fn hostile_files_are_done_with() {
    // As many rules as fit, each with wildcards, none of which matches.
    let body = format!("User-agent: *\n{}", "Disallow:*a*b*c\n".repeat(40_000));
    let rules = RobotsTxt::parse(body.as_bytes()).rules("press");
    assert!(rules.decide(&"/ab".repeat(700)).allowed);
    let body = "User-agent: press\n".repeat(30_000) + "Disallow: /";
    assert!(RobotsTxt::parse(body.as_bytes()).rules("press").decide("/").allowed);
}
