//! The headline, without the name of the site.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::text::{fold, plain};

/// Separators between a headline and the name of the site, with spaces around them.
const MARKS: &[&str] = &[
    " | ", " - ", " – ", " — ", " · ", " • ", " » ", " « ", " :: ", " › ", " ‹ ", " ∙ ", " ~ ",
    " / ",
];

/// Separators without spaces. They count only if the complete name of the site follows, since they
/// also occur inside titles.
const TIGHT_MARKS: &[&str] = &["|", "｜", "ㅣ", "_", "--"];

/// Titles that templates give to home pages, folded. No page is really called that.
const GENERIC_TITLES: &[&str] = &[
    "home",
    "homepage",
    "index",
    "untitled",
    "startseite",
    "accueil",
    "inicio",
    "início",
    "главная",
    "головна",
    "stronagłówna",
    "viewtopic",
    "viewthread",
    "viewsinglepost",
    "首页",
    "ホーム",
];

/// Words that are too common to distinguish titles.
const COMMON_WORDS: &[&str] = &["the", "a", "of", "and", "in", "to", "for", "s", "html"];

/// Minimum agreement, out of 100, for choosing one of several headlines.
const MIN_AGREEMENT_AMONG_MANY: usize = 60;
/// Minimum agreement for preferring a headline to the declared title on a page that is not an
/// article.
const MIN_AGREEMENT: usize = 50;
/// Below this agreement, even the headline of an article is unrelated to the declared title.
const UNRELATED_AGREEMENT: usize = 10;

/// Minimum number of words of a headline that is only a part of its element.
const MIN_PIECE_WORDS: usize = 3;

/// The texts of a page that may be its title.
#[derive(Debug, Default)]
pub(super) struct TitleCandidates {
    /// The texts of the `<h1>` elements, in document order.
    pub headings: Vec<String>,
    /// The pieces of each of them, if it is set in several: a kicker, the headline, a button.
    pub pieces: Vec<Vec<String>>,
    /// From JSON-LD.
    pub json_ld: Option<String>,
    /// `og:title` and similar ones, the most trusted first.
    pub meta: Vec<String>,
    /// `<title>`.
    pub title: Option<String>,
    /// Names of the site, folded.
    pub sites: Vec<String>,
    /// Whether the markup declares an article.
    pub article: bool,
    /// The path of the page's URL.
    pub path: Option<String>,
}

impl TitleCandidates {
    /// How many words a title shares with the last part of the URL's path.
    fn slug_words(&self, title: &str) -> usize {
        let path = self.path.as_deref().unwrap_or_default();
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let slug = ComparableTitle::new(last);
        let title = ComparableTitle::new(title);
        let common = slug.words.intersection(&title.words);
        common.filter(|word| !COMMON_WORDS.contains(&word.as_str())).count()
    }
}

/// The chosen title.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChosenTitle {
    /// The title.
    pub title: Option<String>,
    /// The index of the heading that it is.
    pub heading: Option<usize>,
    /// The index of the heading that agrees with it best, if any does.
    pub nearest: Option<usize>,
}

/// Chooses the title. A headline that equals a declared title, or a part of one, is certain.
/// Otherwise headline and declared title differ, because one of them was written for search
/// engines. Then the URL decides, since it was made from the first version of the title. If it does
/// not decide, an article has a headline; on other pages the headline is often a slogan.
pub(super) fn choose(candidates: &TitleCandidates) -> ChosenTitle {
    let sites = candidates.sites.as_slice();
    let home = candidates.path.as_deref().is_some_and(is_home);
    let declared = declared(candidates, home);
    // The first `<h1>` is often the logo of the site.
    let headings: Vec<(usize, ComparableTitle)> = candidates
        .headings
        .iter()
        .enumerate()
        .map(|(at, heading)| (at, ComparableTitle::new(heading)))
        .filter(|(_, heading)| heading.is_meaningful() && !sites.contains(&heading.folded))
        .collect();

    let certain = matching_headline(&headings, &declared)
        .or_else(|| headline_without_a_piece(&candidates.pieces, &declared))
        .or_else(|| headline_within_title(&headings, &declared, home, candidates));
    if let Some((at, title)) = certain {
        let title = Some(tidy(&title, sites));
        return ChosenTitle { title, heading: Some(at), nearest: Some(at) };
    }
    let nearest = headings.iter().map(|(at, heading)| {
        (declared.iter().map(|title| title.agreement(heading)).max().unwrap_or(100), *at, heading)
    });
    // Of those with equal agreement, the first one.
    let nearest = nearest.max_by_key(|(agreement, at, _)| (*agreement, std::cmp::Reverse(*at)));
    let only = headings.iter().all(|(_, heading)| {
        nearest.is_some_and(|(_, _, nearest)| nearest.folded == heading.folded)
    });
    let headline = nearest.filter(|(agreement, _, heading)| {
        let Some(title) = declared.first() else { return true };
        (only || *agreement >= MIN_AGREEMENT_AMONG_MANY)
            && heading.beats(title, *agreement, candidates)
    });
    let title = match (headline, declared.first()) {
        (Some((_, _, heading)), _) => Some(tidy(&heading.text, sites)),
        (None, Some(title)) if home => Some(title.text.clone()),
        (None, Some(title)) => Some(first_part(&title.text).to_owned()),
        (None, None) => candidates
            .headings
            .iter()
            .chain(&candidates.title)
            .find(|text| !text.is_empty())
            .cloned(),
    };
    ChosenTitle {
        title,
        heading: headline.map(|(_, at, _)| at),
        nearest: nearest.filter(|(agreement, ..)| *agreement > 0).map(|(_, at, _)| at),
    }
}

/// The declared titles without the name of the site, the most trusted first. The JSON-LD of an
/// article has its headline; that of another page may have the name of anything.
fn declared(candidates: &TitleCandidates, home: bool) -> Vec<ComparableTitle> {
    let meta = candidates.meta.iter().chain(&candidates.title);
    let titles: Vec<&String> = if candidates.article {
        candidates.json_ld.iter().chain(meta).collect()
    } else {
        meta.chain(&candidates.json_ld).collect()
    };
    let mut declared: Vec<ComparableTitle> = titles
        .into_iter()
        .map(|title| strip_site(&without_generic_part(&plain(title)), &candidates.sites, home))
        .map(|title| without_generic_part(&title))
        .map(|title| ComparableTitle::new(&title))
        .filter(ComparableTitle::is_meaningful)
        .collect();
    // The name of the site is no title of another page while there is one.
    let is_site = |title: &ComparableTitle| candidates.sites.contains(&title.folded);
    if !home && !declared.iter().all(is_site) {
        declared.retain(|title| !is_site(title));
    }
    // If other declared titles only extend the shortest one, that is the title: the others add a
    // section or a slogan.
    let shortest = declared.first().map(|first| {
        // One that ends in the middle of a phrase was cut.
        let begins = |title: &ComparableTitle| {
            let rest = first.text.strip_prefix(title.text.trim_end_matches(['…', '.', ' ']));
            let is_cut = title.text.ends_with(['…', '.']) || rest.is_some_and(continues);
            title.words.len() > 1
                && first.folded.starts_with(title.folded.as_str())
                && (!is_cut || first.folded == title.folded)
        };
        let number = |(number, _): (usize, &ComparableTitle)| number;
        let shorter = declared.iter().enumerate().filter(|(_, title)| begins(title));
        shorter.min_by_key(|(_, title)| title.folded.len()).map_or(0, number)
    });
    if let Some(number) = shortest {
        declared.swap(0, number);
    }
    declared
}

/// Whether a phrase goes on with this text, without a separator before it.
fn continues(rest: &str) -> bool {
    rest.trim_start().starts_with(char::is_alphanumeric)
}

/// The headline that equals a declared title. If their words differ, the declared text is used,
/// since the headline may be set in pieces without spaces between them.
fn matching_headline(
    headings: &[(usize, ComparableTitle)],
    declared: &[ComparableTitle],
) -> Option<(usize, String)> {
    headings.iter().find_map(|(at, heading)| {
        let title = declared.iter().find(|title| title.folded == heading.folded)?;
        let text = if title.words == heading.words { &heading.text } else { &title.text };
        Some((*at, text.clone()))
    })
}

/// The headline that equals a declared title without its first or last piece.
fn headline_without_a_piece(
    pieces: &[Vec<String>],
    declared: &[ComparableTitle],
) -> Option<(usize, String)> {
    pieces.iter().enumerate().find_map(|(at, pieces)| {
        let rests = [pieces.get(1..), pieces.get(..pieces.len().saturating_sub(1))];
        rests.into_iter().flatten().map(|rest| rest.join(" ")).find_map(|rest| {
            let folded = fold(&rest);
            let is_declared = |title: &ComparableTitle| {
                title.folded == folded && title.words.len() >= MIN_PIECE_WORDS
            };
            declared.iter().any(is_declared).then_some((at, rest))
        })
    })
}

/// The headline that equals the first part of a declared title, otherwise the last part. The last
/// part does not count on a home page, where it is a slogan, and where it is the name of the site or
/// of a book and the URL is made of the first part. The part after a colon does not count for an
/// article, whose headline may contain a colon.
fn headline_within_title(
    headings: &[(usize, ComparableTitle)],
    declared: &[ComparableTitle],
    home: bool,
    candidates: &TitleCandidates,
) -> Option<(usize, String)> {
    let find = |part: &dyn Fn(&str) -> String| {
        let parts: Vec<String> = declared.iter().map(|title| part(&title.text)).collect();
        let found = headings.iter().find(|(_, heading)| parts.contains(&heading.folded));
        found.map(|(at, heading)| (*at, heading.text.clone()))
    };
    let first = find(&|title| fold(first_mark(title).map_or(title, |(head, _)| head)));
    let last = || {
        let found =
            find(&|title| last_mark(title, MARKS).map(|(_, tail)| fold(tail)).unwrap_or_default());
        found.filter(|(_, text)| {
            let is_in_url = declared.iter().any(|title| {
                candidates.slug_words(first_part(&title.text)) > candidates.slug_words(text)
            });
            !is_site(text, &candidates.sites) && !is_in_url
        })
    };
    let after_colon =
        || find(&|title| title.rsplit_once(": ").map(|(_, tail)| fold(tail)).unwrap_or_default());
    let article = candidates.article;
    first.or_else(|| last().or_else(|| (!article).then(after_colon).flatten()).filter(|_| !home))
}

/// A title, prepared for comparisons.
#[derive(Debug)]
struct ComparableTitle {
    text: String,
    folded: String,
    words: BTreeSet<String>,
}

impl ComparableTitle {
    fn new(title: &str) -> Self {
        let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        Self {
            text: title.to_owned(),
            folded: fold(title),
            words: words.map(str::to_lowercase).collect(),
        }
    }

    fn is_meaningful(&self) -> bool {
        !self.folded.is_empty() && !GENERIC_TITLES.contains(&self.folded.as_str())
    }

    /// The agreement of two titles, out of 100: shared words divided by all words (Jaccard).
    fn agreement(&self, other: &Self) -> usize {
        let common = self.words.intersection(&other.words).count();
        100 * common / (self.words.len() + other.words.len() - common).max(1)
    }

    /// Whether this headline is a better title than the declared one.
    fn beats(&self, declared: &Self, agreement: usize, candidates: &TitleCandidates) -> bool {
        // Two sources agree against the others. `og:title` and `<title>` count as one, since the
        // same plug-in writes them.
        if candidates.article
            && candidates.json_ld.as_deref().is_some_and(|title| fold(&plain(title)) == self.folded)
        {
            return true;
        }
        let own = candidates.slug_words(&self.text);
        match own.cmp(&candidates.slug_words(first_part(&declared.text))) {
            Ordering::Greater => true,
            Ordering::Less => false,
            // A declared title with the same words and the name of the site inside was written for
            // search engines.
            Ordering::Equal
                if self.words.is_subset(&declared.words)
                    && candidates.sites.iter().any(|site| declared.folded.contains(site)) =>
            {
                true
            }
            Ordering::Equal if candidates.article || candidates.meta.is_empty() => {
                agreement >= UNRELATED_AGREEMENT
            }
            Ordering::Equal => agreement >= MIN_AGREEMENT,
        }
    }
}

/// Whether a path is that of a home page.
pub(super) fn is_home(path: &str) -> bool {
    let path = path.trim_matches('/');
    path.is_empty() || ["index.html", "index.htm", "index.php"].contains(&path)
}

/// A headline as the record has it: without the name of the site at its end, and without the
/// permalink sign that documentation tools append.
fn tidy(heading: &str, sites: &[String]) -> String {
    let title = strip_site(heading, sites, true);
    // The sign may be misread; what is left of it would stay.
    let title = title.trim_end().trim_end_matches("Â¶");
    title.trim_end_matches(['¶', '#', ' ']).to_owned()
}

/// Removes a generic first or last part such as "Home".
fn without_generic_part(title: &str) -> String {
    let is_none = |part: &str| GENERIC_TITLES.contains(&fold(part).as_str());
    if let Some((head, tail)) = first_mark(title)
        && is_none(head)
    {
        return tail.to_owned();
    }
    match last_mark(title, MARKS) {
        Some((head, tail)) if is_none(tail) => head.to_owned(),
        _ => title.to_owned(),
    }
}

/// The part before the first separator, if it has more than one word. What follows is a section, a
/// slogan, or a site whose name is not declared.
fn first_part(title: &str) -> &str {
    let has_words = |head: &str| head.split_whitespace().count() > 1;
    match (first_mark(title), last_mark(title, MARKS)) {
        (Some((head, _)), _) if has_words(head) => head,
        // "Wiring - Overview | Harbour Safety Office"
        (Some((first, _)), Some((head, _))) if head.len() > first.len() => head,
        _ => title.trim(),
    }
}

/// Removes parts that are the name of the site: at the end, and unless `keep_first` at the
/// beginning. The title of a home page may be the name of its site.
fn strip_site(title: &str, sites: &[String], keep_first: bool) -> String {
    let mut rest = title.trim();
    // A title may have several such parts; the cap bounds the work on hostile titles.
    for _ in 0..4 {
        match (last_mark(rest, MARKS), last_mark(rest, TIGHT_MARKS)) {
            (Some((head, tail)), _) if is_site(tail, sites) => rest = head,
            (_, Some((head, tail))) if sites.contains(&fold(tail)) => rest = head,
            _ => break,
        }
    }
    if keep_first {
        return rest.to_owned();
    }
    for _ in 0..2 {
        match (first_mark(rest), rest.split_once(": ")) {
            // A headline may begin with a part about the site, so only the complete name is
            // removed.
            (Some((head, tail)), _) | (_, Some((head, tail)))
                if sites.contains(&fold(head)) && !tail.trim().is_empty() =>
            {
                rest = tail.trim();
            }
            _ => break,
        }
    }
    rest.to_owned()
}

/// The name of the site at the end of a `<title>`, if the host also has it: "The Quay" on
/// thequay.example. `sites` are the known names, folded.
pub(super) fn site_in(title: &str, sites: &[String]) -> Option<String> {
    let (_, tail) = last_mark(title, MARKS)?;
    is_site(tail, sites).then(|| tail.to_owned())
}

/// The two sides of the first separator.
fn first_mark(text: &str) -> Option<(&str, &str)> {
    cut(text, text.char_indices().find_map(|(at, first)| mark_at(text, at, first, MARKS)))
}

/// The two sides of the last separator.
fn last_mark<'a>(text: &'a str, marks: &[&str]) -> Option<(&'a str, &'a str)> {
    cut(text, text.char_indices().rev().find_map(|(at, first)| mark_at(text, at, first, marks)))
}

/// The place and the length of the longest separator that begins here. One pass that looks at each character is faster than
/// a search for each separator.
fn mark_at(text: &str, at: usize, first: char, marks: &[&str]) -> Option<(usize, usize)> {
    if !matches!(first, ' ' | '|' | '｜' | 'ㅣ' | '_' | '-') {
        return None;
    }
    let rest = text.get(at..)?;
    let lengths = marks.iter().filter(|mark| rest.starts_with(**mark)).map(|mark| mark.len());
    Some((at, lengths.max()?))
}

/// The two sides of a separator, if both are not empty.
fn cut(text: &str, mark: Option<(usize, usize)>) -> Option<(&str, &str)> {
    let (at, len) = mark?;
    let (head, tail) = (text.get(..at)?.trim(), text.get(at + len..)?.trim());
    (!head.is_empty() && !tail.is_empty()).then_some((head, tail))
}

/// Whether a part of a title is one of the names, is contained in one, or contains one and little
/// more.
pub(super) fn is_site(segment: &str, folded_sites: &[String]) -> bool {
    let initials = initials(segment);
    let segment = fold(segment);
    folded_sites.iter().any(|site| {
        segment == *site
            || initials.len() > 2 && initials == *site
            || segment.len() > 3 && site.contains(&segment)
            || site.len() > 3 && segment.contains(site) && segment.len() <= 2 * site.len()
    })
}

/// The first letters of the capitalized words: the Harbour Safety Office has the host `hso.example`.
fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let first = words.filter_map(|word| word.chars().next().filter(|c| c.is_uppercase()));
    first.take(12).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{TitleCandidates, choose, fold, tidy};

    fn title(headings: &[&str], meta: &[&str], title: &str, sites: &[&str]) -> Option<String> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        choose(&TitleCandidates {
            headings: own(headings),
            pieces: Vec::new(),
            json_ld: None,
            meta: own(meta),
            title: (!title.is_empty()).then(|| title.to_owned()),
            sites: sites.iter().map(|site| fold(site)).collect(),
            article: true,
            path: None,
        })
        .title
    }

    /// The title of a page at this path that is no article, from `og:title` and one headline.
    fn of_page(path: &str, heading: &str, meta: &str, site: &str) -> Option<String> {
        choose(&TitleCandidates {
            headings: vec![heading.to_owned()],
            meta: vec![meta.to_owned()],
            sites: vec![fold(site)],
            path: Some(path.to_owned()),
            ..TitleCandidates::default()
        })
        .title
    }

    #[test]
    fn a_home_page_has_the_name_of_its_site() {
        let slogan = "Boats that come when you need them";
        let name = "Quayside: Boats by the hour";
        assert_eq!(of_page("/", slogan, name, "Quayside").as_deref(), Some(name));
        assert_eq!(
            of_page("/prices", "What we ask", "Quayside: Boats by the hour", "Quayside").as_deref(),
            Some("Boats by the hour")
        );
        for whole in ["Home - Quayside Boats", "Quayside Boats | Home Page"] {
            assert_eq!(of_page("/", "Hello", whole, "").as_deref(), Some("Quayside Boats"));
        }
    }

    #[test]
    fn the_url_decides_between_two_titles() {
        let (heading, meta) = ("How a ferry is mended", "Ship repair explained: a guide");
        let title = |path| of_page(path, heading, meta, "The Quay");
        assert_eq!(title("/2024/how-a-ferry-is-mended/").as_deref(), Some(heading));
        assert_eq!(title("/guides/ship-repair-explained").as_deref(), Some(meta));
        // Nothing in common, no article: the headline is a slogan.
        assert_eq!(title("/p/123").as_deref(), Some(meta));
        let article = choose(&TitleCandidates {
            headings: vec!["Nine weeks in dock: how a ferry is mended".to_owned()],
            meta: vec!["How ferries are mended in dock | The Quay".to_owned()],
            sites: vec![fold("The Quay")],
            article: true,
            ..TitleCandidates::default()
        });
        let headline = "Nine weeks in dock: how a ferry is mended";
        assert_eq!(article.title.as_deref(), Some(headline));
    }

    #[test]
    fn a_headline_that_is_one_part_of_the_title() {
        let book = "Knots for sailors";
        let title = |heading: &str, meta: &str| of_page("/a/b", heading, meta, "The Quay");
        assert_eq!(title("Bowline", "Bowline — Knots for sailors").as_deref(), Some("Bowline"));
        assert_eq!(title("Bowline ¶", "Bowline — Knots").as_deref(), Some("Bowline"));
        assert_eq!(tidy("BowlineÂ¶", &[]), "Bowline");
        let both = choose(&TitleCandidates {
            headings: vec![book.to_owned(), "Bowline".to_owned()],
            title: Some(format!("Bowline — {book}")),
            ..TitleCandidates::default()
        });
        assert_eq!(both.title.as_deref(), Some("Bowline"));
        assert_eq!(both.heading, Some(1));
        let form = title("Berth for a boat", "Town of Quay, Harbour office: Berth for a boat");
        assert_eq!(form.as_deref(), Some("Berth for a boat"));
    }

    #[test]
    fn a_headline_set_in_pieces_has_its_words_from_the_declared_title() {
        let found = title(&["Ferry Re turns"], &["Ferry Returns"], "", &[]);
        assert_eq!(found.as_deref(), Some("Ferry Returns"));
    }

    #[test]
    fn the_declared_title_that_others_extend_wins() {
        let found =
            title(&[], &["Ferry returns to Quay-Harbour news"], "Ferry returns to Quay", &[]);
        assert_eq!(found.as_deref(), Some("Ferry returns to Quay"));
        let found = title(&[], &["Ferry returns｜The Quay"], "", &["The Quay"]);
        assert_eq!(found.as_deref(), Some("Ferry returns"));
    }

    #[test]
    fn the_site_name_is_removed_from_either_end() {
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
