//! What is written on pages. What surrounds an article is another thing at each request.

use std::fmt::Write as _;

use super::plan::{
    ArticleFate, FeedFormat, LinkPlacement, PlannedArticle, PlannedHost, SitemapStyle, UrlTrap,
    WebPlan,
};
use super::prose;
use crate::random::SeededRandom;

/// Articles on a page of a topic.
const LISTED: usize = 20;

/// The pages of a host at one request.
pub(super) struct HostPages<'a> {
    pub plan: &'a WebPlan,
    pub host: &'a PlannedHost,
    /// Scheme, name and port.
    pub origin: String,
    pub generation: u32,
    /// Since when there is the second generation, RFC 3339.
    pub changed_at: String,
    /// Another one for each request.
    pub turn: u64,
}

impl HostPages<'_> {
    /// The start page: what there is, with the newest articles.
    pub(super) fn home(&self) -> String {
        let mut body = format!("<h1>{}</h1>{}", self.host.name, self.counter());
        body += "<ul class=\"topics\">";
        for (topic, name) in TOPICS.iter().enumerate() {
            if self.topic(topic).next().is_some() {
                let _ = write!(body, "<li>{}</li>", self.link(&format!("/topics/{name}"), name));
            }
        }
        body += "</ul>";
        let newest: Vec<&PlannedArticle> = self.plan.linked_articles(self.host).take(5).collect();
        body += &self.list(&newest);
        if let Some(way) = self.trap_entrance() {
            body += &self.link(way, "More");
        }
        self.page(&self.host.name, "", &body)
    }

    /// A page of a topic, counted from 1; `None` behind the last.
    pub(super) fn topic_page(&self, name: &str, page: usize) -> Option<String> {
        let topic = TOPICS.iter().position(|own| *own == name)?;
        let articles: Vec<&PlannedArticle> = self.topic(topic).collect();
        let listed = articles.chunks(LISTED).nth(page.checked_sub(1)?)?;
        let mut body = format!("<h1>{name}</h1>{}", self.counter());
        body += &self.list(listed);
        if articles.len() > page * LISTED {
            body += &self.link(&format!("/topics/{name}/{}", page + 1), "Older stories");
        }
        Some(self.page(name, "", &body))
    }

    fn topic(&self, topic: usize) -> impl Iterator<Item = &PlannedArticle> {
        self.plan
            .linked_articles(self.host)
            .enumerate()
            .filter_map(move |(rank, article)| (rank % TOPICS.len() == topic).then_some(article))
    }

    /// Links to articles, some to what nobody may visit.
    fn list(&self, articles: &[&PlannedArticle]) -> String {
        let mut list = String::from("<ul class=\"stories\">");
        for article in articles {
            let link = self.link(&article.linked_target(), &article.title);
            let _ = write!(list, "<li>{link}</li>");
            if self.host.has_robots && article.number % 5 == 0 {
                let join = if article.target.contains('?') { '&' } else { '?' };
                let print = format!("{}{join}print=1", article.target);
                let _ = write!(list, "<li>{}</li>", self.link(&print, "Print"));
            }
        }
        list + "</ul>"
    }

    /// An article, under whichever address.
    pub(super) fn article(&self, article: &PlannedArticle) -> String {
        let mut random = SeededRandom::new(self.turn);
        let own = format!("{}{}", self.origin, article.target);
        // Where both addresses are linked to without it, nobody could know that they are one.
        let head = if article.fate == ArticleFate::Duplicated || self.host.number % 3 != 1 {
            format!("<link rel=\"canonical\" href=\"{}\">", escaped(&own))
        } else {
            String::new()
        };
        let mut body = format!(
            "<article><h1>{}</h1><p class=\"byline\">By {}</p><p class=\"updated\">Updated {} minutes ago</p>",
            article.title,
            prose::name(article.number as u64),
            1 + random.below(59)
        );
        let paragraphs = article.paragraphs(self.generation);
        for (at, paragraph) in paragraphs.iter().enumerate() {
            let _ = write!(body, "<p>{paragraph}</p>");
            if at == 1 {
                let _ = write!(
                    body,
                    "<aside class=\"advert\"><p>Advertisement</p><p>{}</p></aside>",
                    random.pick(ADVERTS)
                );
            }
        }
        body += "</article>";
        body += &self.counter();
        let _ = write!(body, "<p class=\"comment-count\">{} comments</p>", random.below(400));
        let related: Vec<&PlannedArticle> = self.plan.linked_articles(self.host).collect();
        let start = random.below(related.len());
        let related: Vec<&PlannedArticle> =
            related.iter().cycle().skip(start).take(4).copied().collect();
        let _ = write!(
            body,
            "<section class=\"related\"><h2>Read next</h2>{}</section>",
            self.list(&related)
        );
        self.page(&article.title, &head, &body)
    }

    /// A page of the host's trap; `None` if it is none.
    pub(super) fn trap_page(&self, path: &str, query: Option<&str>) -> Option<String> {
        let value = |name: &str| {
            query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let (title, links) = match self.host.trap {
            UrlTrap::Calendar if path == "/calendar" => {
                let (year, month) = value("month")?.split_once('-')?;
                let months: i64 = year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()? - 1;
                let link = |months: i64| {
                    format!(
                        "/calendar?month={:04}-{:02}",
                        months.div_euclid(12),
                        months.rem_euclid(12) + 1
                    )
                };
                ("Events", vec![link(months - 1), link(months + 1), link(months + 12)])
            }
            UrlTrap::List if path == "/list" => {
                let page: u64 = value("page")?.parse().ok()?;
                (
                    "All stories",
                    vec![
                        format!("/list?page={}", page + 1),
                        format!("/list?page={}&sort=old", page + 1),
                    ],
                )
            }
            UrlTrap::Folders if path.starts_with("/files/") => {
                let folder = path.trim_end_matches('/');
                let depth = folder.matches('/').count();
                ("Files", vec![format!("{folder}/old/"), format!("{folder}/copy{depth}/")])
            }
            _ => return None,
        };
        let mut body = format!("<h1>{title}</h1>{}", self.counter());
        for link in links {
            body += &self.link(&link, "next");
        }
        Some(self.page(title, "", &body))
    }

    fn trap_entrance(&self) -> Option<&'static str> {
        match self.host.trap {
            UrlTrap::Calendar => Some("/calendar?month=2026-11"),
            UrlTrap::List => Some("/list?page=1"),
            UrlTrap::Folders => Some("/files/"),
            _ => None,
        }
    }

    fn page(&self, title: &str, head: &str, body: &str) -> String {
        let (feed, label) = feed_path(self.host.feed);
        let home = self.link("/", "Home");
        let about = self.link("/topics/harbour", "Harbour");
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <link rel=\"alternate\" type=\"{label}\" href=\"{feed}\">{head}</head><body>\
             <nav><ul><li>{home}</li><li>{about}</li><li><a href=\"/logo.png\">Logo</a></li></ul></nav>\
             <main>{body}</main><footer><p>© 2026 {}. All rights reserved.</p></footer></body></html>",
            self.host.name
        )
    }

    fn counter(&self) -> String {
        let mut random = SeededRandom::new(self.turn ^ 0x636f);
        format!(
            "<p class=\"readers\">{},{:03} readers</p>",
            1 + random.below(90),
            random.below(1_000)
        )
    }

    /// A link, with the id of a session where the host has that habit.
    fn link(&self, target: &str, text: &str) -> String {
        let id = || {
            format!(
                "{:016x}{:016x}",
                SeededRandom::new(self.turn).next(),
                SeededRandom::new(!self.turn).next()
            )
        };
        let target = match self.host.trap {
            UrlTrap::SessionQuery if target.contains('?') => format!("{target}&PHPSESSID={}", id()),
            UrlTrap::SessionQuery => format!("{target}?PHPSESSID={}", id()),
            UrlTrap::SessionPath => match target.split_once('?') {
                Some((path, query)) => format!("{path};jsessionid={}?{query}", id()),
                None => format!("{target};jsessionid={}", id()),
            },
            _ => target.to_owned(),
        };
        format!("<a href=\"{}\">{text}</a>", escaped(&target))
    }

    /// `robots.txt`, if there is one.
    pub(super) fn robots(&self) -> Option<String> {
        let mut lines = String::from(
            "User-agent: *\nDisallow: /private/\nDisallow: /*?print=\nDisallow: /*&print=\n",
        );
        if self.host.number % 4 == 1 {
            lines += "Crawl-delay: 0\n";
        }
        match self.host.sitemap {
            SitemapStyle::Index => {
                let _ = writeln!(lines, "Sitemap: {}/maps/index.xml", self.origin);
            }
            SitemapStyle::Named => {
                let _ = writeln!(lines, "Sitemap: {}/maps/all.xml.gz", self.origin);
            }
            SitemapStyle::WellKnownPath | SitemapStyle::None => {}
        }
        self.host.has_robots.then_some(lines)
    }

    /// The sitemap with this path, before it is compressed.
    pub(super) fn sitemap(&self, path: &str) -> Option<String> {
        let part: fn(usize) -> bool = match (self.host.sitemap, path) {
            (SitemapStyle::Index, "/maps/index.xml") => {
                let entry = |name: &str| {
                    format!("<sitemap><loc>{}/maps/{name}</loc></sitemap>", self.origin)
                };
                return Some(format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex \
                     xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{}{}</sitemapindex>",
                    entry("even.xml.gz"),
                    entry("odd.xml")
                ));
            }
            (SitemapStyle::Index, "/maps/even.xml.gz") => |number| number % 2 == 0,
            (SitemapStyle::Index, "/maps/odd.xml") => |number| number % 2 == 1,
            (SitemapStyle::WellKnownPath, "/sitemap.xml")
            | (SitemapStyle::Named, "/maps/all.xml.gz") => |_| true,
            _ => return None,
        };
        let mut map = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">",
        );
        let listed = self.plan.articles_of(self.host).filter(|article| {
            part(article.number)
                && matches!(
                    article.linked_from,
                    LinkPlacement::Everywhere | LinkPlacement::SitemapOnly
                )
        });
        for article in listed {
            let modified = match article.fate {
                ArticleFate::Changed if self.generation > 1 => &self.changed_at,
                _ => "2026-03-01T08:00:00Z",
            };
            let _ = write!(
                map,
                "<url><loc>{}</loc><lastmod>{modified}</lastmod></url>",
                escaped(&format!("{}{}", self.origin, article.target))
            );
        }
        Some(map + "</urlset>")
    }

    /// The feed, with all that only it has, and a few more.
    pub(super) fn feed(&self) -> String {
        let only = self
            .plan
            .articles_of(self.host)
            .filter(|article| article.linked_from == LinkPlacement::FeedOnly);
        let more = self
            .plan
            .articles_of(self.host)
            .filter(|article| article.linked_from == LinkPlacement::Everywhere)
            .take(5);
        let entries = only
            .chain(more)
            .map(|article| (format!("{}{}", self.origin, article.target), &article.title));
        match self.host.feed {
            FeedFormat::Rss => {
                let items: Vec<String> = entries
                    .map(|(url, title)| {
                        let url = escaped(&url);
                        format!("<item><title>{title}</title><link>{url}</link><guid>{url}</guid></item>")
                    })
                    .collect();
                format!(
                    "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{}</title><link>{}/</link>\
                     <description>Stories</description>{}</channel></rss>",
                    self.host.name,
                    self.origin,
                    items.concat()
                )
            }
            FeedFormat::Atom => {
                let items: Vec<String> = entries
                    .map(|(url, title)| {
                        let url = escaped(&url);
                        format!(
                            "<entry><id>{url}</id><title>{title}</title><link href=\"{url}\"/>\
                             <updated>2026-03-01T08:00:00Z</updated></entry>"
                        )
                    })
                    .collect();
                format!(
                    "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{}/</id>\
                     <title>{}</title><updated>2026-03-01T08:00:00Z</updated>{}</feed>",
                    self.origin,
                    self.host.name,
                    items.concat()
                )
            }
            FeedFormat::Json => {
                let items: Vec<_> = entries
                    .map(|(url, title)| serde_json::json!({"id": url, "url": url, "title": title}))
                    .collect();
                serde_json::json!({
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": self.host.name,
                    "items": items,
                })
                .to_string()
            }
        }
    }
}

/// The path of a feed, and its media type.
pub(super) fn feed_path(form: FeedFormat) -> (&'static str, &'static str) {
    match form {
        FeedFormat::Rss => ("/feed.xml", "application/rss+xml"),
        FeedFormat::Atom => ("/atom.xml", "application/atom+xml"),
        FeedFormat::Json => ("/feed.json", "application/feed+json"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
}

const TOPICS: [&str; 4] = ["harbour", "council", "culture", "weather"];

const ADVERTS: &[&str] = &[
    "Ten pairs of woollen socks for the price of eight, this week only.",
    "Your next kitchen is waiting in our showroom.",
    "Fly to the islands from 39 and bring a friend.",
    "Compare 40 insurers in two minutes.",
    "The mattress that half the town sleeps on.",
];
