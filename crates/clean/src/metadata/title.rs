//! The headline, without the site's name.

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
    /// Names of the site: as declared, and the host without its last label.
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
    let sites: Vec<String> =
        offers.sites.iter().map(|site| fold(site)).filter(|site| site.len() > 2).collect();
    let strip = |title: &String| strip_site(&plain(title), &sites);
    let declared: Vec<String> = offers
        .linked
        .iter()
        .chain(&offers.meta)
        .chain(&offers.title)
        .map(strip)
        .filter(|title| !title.is_empty())
        .collect();
    let folded: Vec<String> = declared.iter().map(|title| fold(title)).collect();

    let mut best: Option<(usize, usize)> = None;
    for (at, heading) in offers.headings.iter().enumerate() {
        let heading = fold(heading);
        // The site's logo is often a first `<h1>` of its own.
        if heading.is_empty() || sites.contains(&heading) && folded.iter().any(|t| *t != heading) {
            continue;
        }
        let score = folded.iter().map(|title| agreement(&heading, title)).max().unwrap_or(1);
        if score > best.map_or(0, |(score, _)| score) {
            best = Some((score, at));
        }
    }
    let heading = best.map(|(_, at)| at);
    let title = heading
        .and_then(|at| offers.headings.get(at))
        .map(|heading| strip_known(heading, &sites))
        .or_else(|| declared.first().cloned())
        .or_else(|| offers.headings.iter().find(|heading| !heading.is_empty()).cloned());
    Chosen { title, heading }
}

/// How well two folded titles agree, out of 100; 0 for not at all.
fn agreement(heading: &str, title: &str) -> usize {
    if heading.is_empty() || title.is_empty() {
        return 0;
    }
    if heading == title {
        return 100;
    }
    let (short, long) =
        if heading.len() < title.len() { (heading, title) } else { (title, heading) };
    if long.contains(short) {
        return 1 + 98 * short.len() / long.len();
    }
    // Reworded or cut: a long common beginning is enough.
    let common = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    if common * 2 >= short.len() && common >= 10 { 1 + 98 * common / long.len() } else { 0 }
}

/// Removes the site's name from the ends of a title, as declared or guessed from the marks.
fn strip_site(title: &str, sites: &[String]) -> String {
    let known = strip_known(title, sites);
    if known != title {
        return known;
    }
    // No name of the site matched: marks that hardly occur inside headlines still divide.
    for mark in [" | ", " » ", " :: ", " • ", " · "] {
        if let Some((head, tail)) = title.rsplit_once(mark) {
            let words = |text: &str| text.split_whitespace().count();
            if words(head) >= words(tail) {
                return strip_site_once_more(head, mark);
            }
        }
    }
    title.to_owned()
}

/// `Headline | Section | Site` has more than one tail.
fn strip_site_once_more(title: &str, mark: &str) -> String {
    match title.split_once(mark) {
        Some((head, _)) if head.split_whitespace().count() > 2 => head.trim().to_owned(),
        _ => title.trim().to_owned(),
    }
}

/// Removes segments at either end that are the site's name.
fn strip_known(title: &str, sites: &[String]) -> String {
    let is_site = |segment: &str| {
        let segment = fold(segment);
        sites.iter().any(|site| {
            segment == *site
                || segment.len() > 3 && site.contains(&segment)
                || site.len() > 3 && segment.contains(site) && segment.len() <= 2 * site.len()
        })
    };
    let mut rest = title.trim();
    for _ in 0..4 {
        let last = MARKS.iter().filter_map(|mark| Some((rest.rfind(mark)?, mark.len()))).max();
        let cut = last.and_then(|(at, len)| Some((rest.get(..at)?, rest.get(at + len..)?)));
        match cut {
            Some((head, tail)) if is_site(tail) && !head.trim().is_empty() => rest = head.trim(),
            _ => break,
        }
    }
    for _ in 0..2 {
        let first = MARKS
            .iter()
            .chain(&[": "])
            .filter_map(|mark| Some((rest.find(mark)?, mark.len())))
            .min_by_key(|(at, _)| *at);
        let cut = first.and_then(|(at, len)| Some((rest.get(..at)?, rest.get(at + len..)?)));
        match cut {
            Some((head, tail)) if is_site(head) && !tail.trim().is_empty() => rest = tail.trim(),
            _ => break,
        }
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Offers, choose};

    fn title(headings: &[&str], meta: &[&str], title: &str, sites: &[&str]) -> Option<String> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        choose(&Offers {
            headings: own(headings),
            linked: None,
            meta: own(meta),
            title: (!title.is_empty()).then(|| title.to_owned()),
            sites: own(sites),
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
        ] {
            assert_eq!(
                title(&[], &[], whole, &["The Quay"]).as_deref(),
                Some("Ferry returns"),
                "{whole}"
            );
        }
        let kept = "Mid-May: Ferry returns - at last";
        assert_eq!(title(&[], &[], kept, &["The Quay"]).as_deref(), Some(kept));
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
