//! What there is on each host, and what a crawl must make of it.

use std::collections::HashMap;

use super::prose;

/// How large a web is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Articles, whatever becomes of them.
    pub articles: usize,
    pub hosts: usize,
}

/// What a server says that a page is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Etag,
    LastModified,
    Nothing,
}

/// How a host lists its pages for crawlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// An index that `robots.txt` names, of two compressed sitemaps.
    Index,
    /// `/sitemap.xml`, which nobody names.
    Usual,
    /// A compressed sitemap that `robots.txt` names.
    Named,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedForm {
    Rss,
    Atom,
    Json,
}

/// What makes URLs without end on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
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
pub enum Style {
    Slug,
    Dated,
    Number,
    Query,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub number: usize,
    pub name: String,
    /// Whether there is a `robots.txt`. Then `/private/` and `?print=` are disallowed.
    pub has_robots: bool,
    pub map: Map,
    pub feed: FeedForm,
    pub known: Known,
    pub trap: Trap,
    pub style: Style,
    /// Numbers of its articles.
    pub articles: Vec<usize>,
}

/// What becomes of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Plain,
    /// It is there under a second address too, which names the first as the canonical one.
    Doubled,
    /// Links go to an old address, which redirects, twice.
    Moved,
    /// Another text in the second generation.
    Changed,
    /// Not there in the second generation: 404, or 410 with an even number.
    Lost,
    /// Always 500.
    Broken,
    /// 500 at the first request, then fine.
    Shaky,
    /// Broken off in the middle at the first request, then fine.
    Torn,
    /// Linked to, and never there.
    Missing,
    /// `robots.txt` does not allow it.
    Private,
}

/// Where an article is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Everywhere,
    LinksOnly,
    MapOnly,
    FeedOnly,
}

#[derive(Clone, Debug)]
pub struct Article {
    pub number: usize,
    pub host: usize,
    /// Path and query of its own address.
    pub target: String,
    pub title: String,
    pub fate: Fate,
    pub found: Found,
}

impl Article {
    /// Whether a crawl delivers it.
    pub fn is_deliverable(&self) -> bool {
        !matches!(self.fate, Fate::Broken | Fate::Missing | Fate::Private)
    }

    /// Its paragraphs.
    pub fn paragraphs(&self, generation: u32) -> Vec<String> {
        let seed = |part: usize| (self.number * 64 + part) as u64;
        let mut paragraphs: Vec<String> =
            (0..4 + self.number % 3).map(|part| prose::paragraph(seed(part))).collect();
        if self.fate == Fate::Changed && generation > 1 {
            paragraphs[1] = prose::paragraph(seed(32));
        }
        paragraphs
    }

    /// The address that links go to: its own, an old one, a second one.
    pub fn linked(&self) -> String {
        match self.fate {
            Fate::Moved => format!("/go/{}", self.number),
            // Both addresses are linked to by some; of others the own one is only named as canonical.
            Fate::Doubled if self.number.is_multiple_of(2) => self.double(),
            _ => self.target.clone(),
        }
    }

    /// Its second address.
    pub fn double(&self) -> String {
        if self.target.contains('?') {
            format!("{}&view=full", self.target)
        } else {
            format!("/amp{}", self.target)
        }
    }
}

/// What a path and query are on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Article(usize),
    Double(usize),
    /// Redirects to the second.
    Go(usize),
    /// Redirects to the article.
    Old(usize),
}

/// A whole web.
#[derive(Clone, Debug)]
pub struct Plan {
    pub hosts: Vec<Host>,
    pub articles: Vec<Article>,
    places: HashMap<(usize, String), Place>,
}

impl Plan {
    pub fn new(extent: Extent) -> Self {
        let mut hosts: Vec<Host> = (0..extent.hosts.max(1)).map(host).collect();
        // Hosts that know nothing of conditions have a third of the pages of others.
        let turns: Vec<usize> = (0..3)
            .flat_map(|turn| {
                hosts.iter().filter(move |host| turn == 0 || host.known != Known::Nothing)
            })
            .map(|host| host.number)
            .collect();
        let mut articles: Vec<Article> = (0..extent.articles)
            .map(|number| article(number, &hosts[turns[number % turns.len()]]))
            .collect();
        let plain = articles.iter_mut().filter(|article| article.fate == Fate::Plain);
        for (rank, article) in plain.enumerate() {
            match rank {
                _ if rank % 100 == 37 => article.fate = Fate::Changed,
                _ if rank % 200 == 111 => article.fate = Fate::Lost,
                _ => {}
            }
        }
        let mut places = HashMap::new();
        for article in &articles {
            hosts[article.host].articles.push(article.number);
            let number = article.number;
            let mut add =
                |target: String, place| places.insert((article.host, target), place).is_none();
            let is_new = add(article.target.clone(), Place::Article(number))
                && (article.fate != Fate::Doubled || add(article.double(), Place::Double(number)))
                && (article.fate != Fate::Moved
                    || (add(format!("/go/{number}"), Place::Go(number))
                        && add(format!("/old/{number}"), Place::Old(number))));
            assert!(is_new, "two articles have the address {}", article.target);
        }
        Self { hosts, articles, places }
    }

    pub fn place(&self, host: usize, target: &str) -> Option<Place> {
        self.places.get(&(host, target.to_owned())).copied()
    }

    /// Articles of a host that links go to, in order.
    pub fn linked<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = &'a Article> {
        self.of(host)
            .filter(|article| matches!(article.found, Found::Everywhere | Found::LinksOnly))
    }

    /// Articles of a host, in order.
    pub fn of<'a>(&'a self, host: &'a Host) -> impl Iterator<Item = &'a Article> {
        host.articles.iter().filter_map(|&number| self.articles.get(number))
    }
}

fn host(number: usize) -> Host {
    // None of these has a divisor in common with the next, so that all meet in time.
    Host {
        number,
        name: format!("h{number}.site.example"),
        has_robots: number % 4 != 2,
        map: match number % 4 {
            0 => Map::Index,
            1 => Map::Named,
            2 => Map::Usual,
            _ => Map::None,
        },
        feed: [FeedForm::Rss, FeedForm::Atom, FeedForm::Json][number % 3],
        known: match number % 12 {
            4 => Known::Nothing,
            even if even % 2 == 0 => Known::Etag,
            _ => Known::LastModified,
        },
        trap: match number % 7 {
            0 => Trap::Calendar,
            1 => Trap::SessionQuery,
            2 => Trap::List,
            3 => Trap::SessionPath,
            4 => Trap::Folders,
            _ => Trap::None,
        },
        style: [Style::Slug, Style::Dated, Style::Number, Style::Slug, Style::Query][number % 5],
        articles: Vec::new(),
    }
}

fn article(number: usize, host: &Host) -> Article {
    // The golden ratio spreads the fates evenly, also over the first hundreds.
    let fate = match number * 618_034 % 1_000_000 / 1_000 {
        0..15 => Fate::Broken,
        15..30 => Fate::Shaky,
        30..40 => Fate::Torn,
        40..50 => Fate::Missing,
        50..80 if host.has_robots => Fate::Private,
        80..110 => Fate::Doubled,
        110..140 => Fate::Moved,
        _ => Fate::Plain,
    };
    let found = match (fate, number * 7 % 10) {
        (Fate::Plain, 0) if host.map != Map::None => Found::MapOnly,
        (Fate::Plain, 1) => Found::FeedOnly,
        (Fate::Moved, _) | (_, 2..5) => Found::LinksOnly,
        _ => Found::Everywhere,
    };
    let title = prose::title(number as u64);
    let slug = title.to_lowercase().replace(' ', "-");
    let (month, day) = (number % 10 + 1, number % 28 + 1);
    let target = match host.style {
        _ if fate == Fate::Private => format!("/private/news/{slug}-{number}"),
        Style::Slug => format!("/news/{slug}-{number}"),
        Style::Dated => format!("/2026/{month:02}/{day:02}/{slug}-{number}.html"),
        Style::Number => format!("/article/{}", 100_000 + number),
        Style::Query => format!("/story?id={}", 1_000 + number),
    };
    Article { number, host: host.number, target, title, fate, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_web_has_something_of_everything() {
        let plan = Plan::new(Extent { articles: 400, hosts: 12 });
        let count =
            |fate: Fate| plan.articles.iter().filter(|article| article.fate == fate).count();
        assert_eq!((count(Fate::Changed), count(Fate::Lost)), (4, 2));
        for fate in [
            Fate::Broken,
            Fate::Shaky,
            Fate::Torn,
            Fate::Missing,
            Fate::Private,
            Fate::Doubled,
            Fate::Moved,
        ] {
            assert!(count(fate) >= 3, "{fate:?}");
        }
        for found in [Found::Everywhere, Found::LinksOnly, Found::MapOnly, Found::FeedOnly] {
            let of = plan.articles.iter().filter(|article| article.found == found);
            assert!(of.count() > 20, "{found:?}");
        }
        let unknown = plan.articles.iter().filter(|a| plan.hosts[a.host].known == Known::Nothing);
        assert!((8..16).contains(&unknown.count()));
    }
}
