//! What there is on each host, and what a crawl must make of it.

use std::collections::HashMap;

use super::prose;

/// How large a web is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSize {
    /// Articles, whatever becomes of them.
    pub articles: usize,
    pub hosts: usize,
}

/// What a server says that a page is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidatorKind {
    Etag,
    LastModified,
    Nothing,
}

/// How a host lists its pages for crawlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SitemapStyle {
    /// An index that `robots.txt` names, of two compressed sitemaps.
    Index,
    /// `/sitemap.xml`, which nobody names.
    WellKnownPath,
    /// A compressed sitemap that `robots.txt` names.
    Named,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    Rss,
    Atom,
    Json,
}

/// What makes URLs without end on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlTrap {
    /// A calendar whose months go on.
    Calendar,
    /// The id of a session in the query of every link, a new one at each request.
    SessionQuery,
    /// The same in the path.
    SessionPath,
    /// A list whose pages go on behind its end.
    List,
    /// Folders in folders.
    Folders,
    None,
}

/// What addresses articles have on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlStyle {
    Slug,
    Dated,
    Number,
    Query,
}

#[derive(Clone, Debug)]
pub struct PlannedHost {
    pub number: usize,
    pub name: String,
    /// Whether there is a `robots.txt`. Then `/private/` and `?print=` are disallowed.
    pub has_robots: bool,
    pub sitemap: SitemapStyle,
    pub feed: FeedFormat,
    pub validator: ValidatorKind,
    pub trap: UrlTrap,
    pub style: UrlStyle,
    /// Numbers of its articles.
    pub articles: Vec<usize>,
}

/// What becomes of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleFate {
    Plain,
    /// It is there under a second address too, which names the first as the canonical one.
    Duplicated,
    /// Links go to an old address, which redirects, twice.
    Moved,
    /// Another text in the second generation.
    Changed,
    /// Not there in the second generation: 404, or 410 with an even number.
    Removed,
    /// Always 500.
    AlwaysFails,
    /// 500 at the first request, then fine.
    FailsOnce,
    /// Broken off in the middle at the first request, then fine.
    TruncatedOnce,
    /// Linked to, and never there.
    Missing,
    /// `robots.txt` does not allow it.
    Private,
}

/// Where an article is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPlacement {
    Everywhere,
    LinksOnly,
    SitemapOnly,
    FeedOnly,
}

#[derive(Clone, Debug)]
pub struct PlannedArticle {
    pub number: usize,
    pub host: usize,
    /// Path and query of its own address.
    pub target: String,
    pub title: String,
    pub fate: ArticleFate,
    pub linked_from: LinkPlacement,
}

impl PlannedArticle {
    /// Whether a crawl delivers it.
    pub fn is_deliverable(&self) -> bool {
        !matches!(self.fate, ArticleFate::AlwaysFails | ArticleFate::Missing | ArticleFate::Private)
    }

    /// Its paragraphs.
    pub fn paragraphs(&self, generation: u32) -> Vec<String> {
        let seed = |part: usize| (self.number * 64 + part) as u64;
        let mut paragraphs: Vec<String> =
            (0..4 + self.number % 3).map(|part| prose::paragraph(seed(part))).collect();
        if self.fate == ArticleFate::Changed && generation > 1 {
            paragraphs[1] = prose::paragraph(seed(32));
        }
        paragraphs
    }

    /// The address that links go to: its own, an old one, a second one.
    pub fn linked_target(&self) -> String {
        match self.fate {
            ArticleFate::Moved => format!("/go/{}", self.number),
            // Both addresses are linked to by some; of others the own one is only named as canonical.
            ArticleFate::Duplicated if self.number.is_multiple_of(2) => self.alternate_target(),
            _ => self.target.clone(),
        }
    }

    /// Its second address.
    pub fn alternate_target(&self) -> String {
        if self.target.contains('?') {
            format!("{}&view=full", self.target)
        } else {
            format!("/amp{}", self.target)
        }
    }
}

/// What a path and query are on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedTarget {
    Article(usize),
    Alternate(usize),
    /// Redirects to the second.
    Go(usize),
    /// Redirects to the article.
    Old(usize),
}

/// A whole web.
#[derive(Clone, Debug)]
pub struct WebPlan {
    pub hosts: Vec<PlannedHost>,
    pub articles: Vec<PlannedArticle>,
    targets: HashMap<(usize, String), PlannedTarget>,
}

impl WebPlan {
    /// # Panics
    /// If two articles of the plan get the same URL, which is a mistake of the plan.
    pub fn new(extent: WebSize) -> Self {
        let mut hosts: Vec<PlannedHost> = (0..extent.hosts.max(1)).map(host).collect();
        // Hosts that know nothing of conditions have a third of the pages of others.
        let turns: Vec<usize> = (0..3)
            .flat_map(|turn| {
                hosts
                    .iter()
                    .filter(move |host| turn == 0 || host.validator != ValidatorKind::Nothing)
            })
            .map(|host| host.number)
            .collect();
        let mut articles: Vec<PlannedArticle> = (0..extent.articles)
            .map(|number| article(number, &hosts[turns[number % turns.len()]]))
            .collect();
        let plain = articles.iter_mut().filter(|article| article.fate == ArticleFate::Plain);
        for (rank, article) in plain.enumerate() {
            match rank {
                _ if rank % 100 == 37 => article.fate = ArticleFate::Changed,
                _ if rank % 200 == 111 => article.fate = ArticleFate::Removed,
                _ => {}
            }
        }
        let mut targets = HashMap::new();
        for article in &articles {
            hosts[article.host].articles.push(article.number);
            let number = article.number;
            let mut add =
                |target: String, place| targets.insert((article.host, target), place).is_none();
            let is_new = add(article.target.clone(), PlannedTarget::Article(number))
                && (article.fate != ArticleFate::Duplicated
                    || add(article.alternate_target(), PlannedTarget::Alternate(number)))
                && (article.fate != ArticleFate::Moved
                    || (add(format!("/go/{number}"), PlannedTarget::Go(number))
                        && add(format!("/old/{number}"), PlannedTarget::Old(number))));
            assert!(is_new, "two articles have the address {}", article.target);
        }
        Self { hosts, articles, targets }
    }

    pub fn target(&self, host: usize, target: &str) -> Option<PlannedTarget> {
        self.targets.get(&(host, target.to_owned())).copied()
    }

    /// Articles of a host that links go to, in order.
    pub fn linked_articles<'a>(
        &'a self,
        host: &'a PlannedHost,
    ) -> impl Iterator<Item = &'a PlannedArticle> {
        self.articles_of(host).filter(|article| {
            matches!(article.linked_from, LinkPlacement::Everywhere | LinkPlacement::LinksOnly)
        })
    }

    /// Articles of a host, in order.
    pub fn articles_of<'a>(
        &'a self,
        host: &'a PlannedHost,
    ) -> impl Iterator<Item = &'a PlannedArticle> {
        host.articles.iter().filter_map(|&number| self.articles.get(number))
    }
}

fn host(number: usize) -> PlannedHost {
    // None of these has a divisor in common with the next, so that all meet in time.
    PlannedHost {
        number,
        name: format!("h{number}.site.example"),
        has_robots: number % 4 != 2,
        sitemap: match number % 4 {
            0 => SitemapStyle::Index,
            1 => SitemapStyle::Named,
            2 => SitemapStyle::WellKnownPath,
            _ => SitemapStyle::None,
        },
        feed: [FeedFormat::Rss, FeedFormat::Atom, FeedFormat::Json][number % 3],
        validator: match number % 12 {
            4 => ValidatorKind::Nothing,
            even if even % 2 == 0 => ValidatorKind::Etag,
            _ => ValidatorKind::LastModified,
        },
        trap: match number % 7 {
            0 => UrlTrap::Calendar,
            1 => UrlTrap::SessionQuery,
            2 => UrlTrap::List,
            3 => UrlTrap::SessionPath,
            4 => UrlTrap::Folders,
            _ => UrlTrap::None,
        },
        style: [UrlStyle::Slug, UrlStyle::Dated, UrlStyle::Number, UrlStyle::Slug, UrlStyle::Query]
            [number % 5],
        articles: Vec::new(),
    }
}

fn article(number: usize, host: &PlannedHost) -> PlannedArticle {
    // The golden ratio spreads the fates evenly, also over the first hundreds.
    let fate = match number * 618_034 % 1_000_000 / 1_000 {
        0..15 => ArticleFate::AlwaysFails,
        15..30 => ArticleFate::FailsOnce,
        30..40 => ArticleFate::TruncatedOnce,
        40..50 => ArticleFate::Missing,
        50..80 if host.has_robots => ArticleFate::Private,
        80..110 => ArticleFate::Duplicated,
        110..140 => ArticleFate::Moved,
        _ => ArticleFate::Plain,
    };
    let found = match (fate, number * 7 % 10) {
        (ArticleFate::Plain, 0) if host.sitemap != SitemapStyle::None => LinkPlacement::SitemapOnly,
        (ArticleFate::Plain, 1) => LinkPlacement::FeedOnly,
        (ArticleFate::Moved, _) | (_, 2..5) => LinkPlacement::LinksOnly,
        _ => LinkPlacement::Everywhere,
    };
    let title = prose::title(number as u64);
    let slug = title.to_lowercase().replace(' ', "-");
    let (month, day) = (number % 10 + 1, number % 28 + 1);
    let target = match host.style {
        _ if fate == ArticleFate::Private => format!("/private/news/{slug}-{number}"),
        UrlStyle::Slug => format!("/news/{slug}-{number}"),
        UrlStyle::Dated => format!("/2026/{month:02}/{day:02}/{slug}-{number}.html"),
        UrlStyle::Number => format!("/article/{}", 100_000 + number),
        UrlStyle::Query => format!("/story?id={}", 1_000 + number),
    };
    PlannedArticle { number, host: host.number, target, title, fate, linked_from: found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_web_has_something_of_everything() {
        let plan = WebPlan::new(WebSize { articles: 400, hosts: 12 });
        let count =
            |fate: ArticleFate| plan.articles.iter().filter(|article| article.fate == fate).count();
        assert_eq!((count(ArticleFate::Changed), count(ArticleFate::Removed)), (4, 2));
        for fate in [
            ArticleFate::AlwaysFails,
            ArticleFate::FailsOnce,
            ArticleFate::TruncatedOnce,
            ArticleFate::Missing,
            ArticleFate::Private,
            ArticleFate::Duplicated,
            ArticleFate::Moved,
        ] {
            assert!(count(fate) >= 3, "{fate:?}");
        }
        for found in [
            LinkPlacement::Everywhere,
            LinkPlacement::LinksOnly,
            LinkPlacement::SitemapOnly,
            LinkPlacement::FeedOnly,
        ] {
            let of = plan.articles.iter().filter(|article| article.linked_from == found);
            assert!(of.count() > 20, "{found:?}");
        }
        let unknown =
            plan.articles.iter().filter(|a| plan.hosts[a.host].validator == ValidatorKind::Nothing);
        assert!((8..16).contains(&unknown.count()));
    }
}
