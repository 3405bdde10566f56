//! The headline, without the site's name.

use std::collections::BTreeSet;

use super::text::{fold, plain};

/// Marks between a headline and a site's name, with blanks around them.
const MARKS: &[&str] = &[
    " | ", " - ", " – ", " — ", " · ", " • ", " » ", " « ", " :: ", " › ", " ‹ ", " ∙ ", " ~ ",
    " / ",
];

/// What a page offers as its title.
#[derive(Debug, Default)]
pub(super) struct Offers {
    /// The texts of the page's `<h1>`, in document order.
    pub headings: Vec<String>,
    /// From JSON-LD.
    pub linked: Option<String>,
    /// `og:title` and its kin, the most trusted first.
    pub meta: Vec<String>,
    /// `<title>`.
    pub title: Option<String>,
    /// Names of the site, folded.
    pub sites: Vec<String>,
}

/// A chosen title.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// The title.
    pub title: Option<String>,
    /// Which of the headings it is, or agrees with.
    pub heading: Option<usize>,
}

/// Chooses the title: the headline that agrees with what the markup declares, else what the markup
/// declares, else the first headline.
pub(super) fn choose(offers: &Offers) -> Chosen {
    let sites = offers.sites.as_slice();
    let declared: Vec<String> = offers
        .linked
        .iter()
        .chain(&offers.meta)
        .chain(&offers.title)
        .map(|title| strip_site(&plain(title), sites))
        .filter(|title| !title.is_empty())
        .collect();

    let comparable: Vec<Comparable> = declared.iter().map(|title| Comparable::new(title)).collect();
    let mut best: Option<(usize, usize)> = None;
    for (at, heading) in offers.headings.iter().enumerate() {
        let heading = Comparable::new(heading);
        // The site's logo is often a first `<h1>` of its own.
        if heading.folded.is_empty() || sites.contains(&heading.folded) {
            continue;
        }
        let score = comparable.iter().map(|title| title.agreement(&heading)).max().unwrap_or(100);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, at));
        }
    }
    let enough = if offers.linked.is_some() { 60 } else { 20 };
    let heading = best.filter(|(score, _)| *score >= enough).map(|(_, at)| at);
    let first = || offers.headings.iter().find(|heading| !heading.is_empty()).cloned();
    let title = heading
        .and_then(|at| offers.headings.get(at))
        .map(|heading| strip_site(heading, sites))
        .or_else(|| declared.first().map(|title| first_part(title)))
        .or_else(first);
    Chosen { title, heading: best.filter(|(score, _)| *score > 0).map(|(_, at)| at) }
}

/// A title made ready to be compared.
struct Comparable {
    folded: String,
    words: BTreeSet<String>,
}

impl Comparable {
    fn new(title: &str) -> Self {
        let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        Self { folded: fold(title), words: words.map(str::to_lowercase).collect() }
    }

    /// How well two titles agree, out of 100; 0 for not at all.
    fn agreement(&self, other: &Self) -> usize {
        let (a, b) = (&self.folded, &other.folded);
        if a.is_empty() || b.is_empty() {
            return 0;
        }
        if a == b {
            return 100;
        }
        if a.starts_with(b.as_str()) || b.starts_with(a.as_str()) {
            return 90;
        }
        let common = self.words.intersection(&other.words).count();
        80 * common / (self.words.len() + other.words.len() - common).max(1)
    }
}

/// The part before the first mark, where it says something: what follows is a section, a slogan or
/// a site under a name that nobody declared.
fn first_part(title: &str) -> String {
    let mut rest = title;
    for mark in [" | ", " – ", " — ", " • ", " » ", " · ", " - ", " / "] {
        if let Some((head, _)) = rest.split_once(mark)
            && head.split_whitespace().count() > 1
        {
            rest = head;
        }
    }
    rest.trim().to_owned()
}

/// Removes segments at either end that are the site's name.
fn strip_site(title: &str, sites: &[String]) -> String {
    let mut rest = title.trim();
    for _ in 0..4 {
        let last = MARKS.iter().filter_map(|mark| Some((rest.rfind(mark)?, mark.len()))).max();
        match cut(rest, last) {
            Some((head, tail)) if is_site(tail, sites) => rest = head,
            _ => break,
        }
    }
    for _ in 0..2 {
        let first = |marks: &[&str]| {
            let places = marks.iter().filter_map(|mark| Some((rest.find(mark)?, mark.len())));
            cut(rest, places.min_by_key(|(at, _)| *at))
        };
        match (first(MARKS), first(&[": "])) {
            (Some((head, tail)), _) if is_site(head, sites) => rest = tail,
            // A colon also stands inside headlines: only the whole name counts before it.
            (_, Some((head, tail))) if sites.contains(&fold(head)) => rest = tail,
            _ => break,
        }
    }
    rest.to_owned()
}

/// The site's name at the end of a `<title>`, where it is the name in the host, too: "The Quay" of
/// thequay.example. `sites` are the known names, folded.
pub(super) fn site_in(title: &str, sites: &[String]) -> Option<String> {
    let last = MARKS.iter().filter_map(|mark| Some((title.rfind(mark)?, mark.len()))).max();
    let (_, tail) = cut(title, last)?;
    is_site(tail, sites).then(|| tail.to_owned())
}

/// The two sides of a mark, if both say something.
fn cut(text: &str, mark: Option<(usize, usize)>) -> Option<(&str, &str)> {
    let (at, len) = mark?;
    let (head, tail) = (text.get(..at)?.trim(), text.get(at + len..)?.trim());
    (!head.is_empty() && !tail.is_empty()).then_some((head, tail))
}

/// Whether a segment is one of the names, part of one, or one with a little around it.
pub(super) fn is_site(segment: &str, folded_sites: &[String]) -> bool {
    let segment = fold(segment);
    folded_sites.iter().any(|site| {
        segment == *site
            || segment.len() > 3 && site.contains(&segment)
            || site.len() > 3 && segment.contains(site) && segment.len() <= 2 * site.len()
    })
}

#[cfg(test)]
mod tests {
    use super::{Offers, choose, fold};

    fn title(headings: &[&str], meta: &[&str], title: &str, sites: &[&str]) -> Option<String> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        choose(&Offers {
            headings: own(headings),
            linked: None,
            meta: own(meta),
            title: (!title.is_empty()).then(|| title.to_owned()),
            sites: sites.iter().map(|site| fold(site)).collect(),
        })
        .title
    }

    #[test]
    fn the_site_name_goes_from_either_end() {
        for whole in [
            "Ferry returns | The Quay",
            "Ferry returns - The Quay",
            "The Quay: Ferry returns",
            "Ferry returns | Harbour | The Quay",
            "Ferry returns - All the news",
        ] {
            assert_eq!(
                title(&[], &[], whole, &["The Quay"]).as_deref(),
                Some("Ferry returns"),
                "{whole}"
            );
        }
        let kept = "Mid-May: Ferry returns - at last";
        assert_eq!(title(&[kept], &[], kept, &["The Quay"]).as_deref(), Some(kept));
    }

    #[test]
    fn the_headline_that_agrees_wins() {
        let found = title(
            &["The Quay", "Ferry returns after nine weeks", "Read next"],
            &["Ferry returns after nine weeks"],
            "Ferry returns after nine weeks – The Quay",
            &["The Quay"],
        );
        assert_eq!(found.as_deref(), Some("Ferry returns after nine weeks"));
        let found = title(&["Subscribe today"], &["Ferry returns"], "Ferry returns", &[]);
        assert_eq!(found.as_deref(), Some("Ferry returns"));
        assert_eq!(title(&["Ferry"], &[], "", &[]).as_deref(), Some("Ferry"));
    }
}
