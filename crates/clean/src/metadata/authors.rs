//! Chooses the authors among all that the page names.

use super::author::{self, NameSource};
use super::names::MetadataField;
use super::text::{fold, plain, squash};
use super::title;
use super::visible::{self, HeadlineContext};
use super::{DeclaredPage, PageKind};

/// A byline of a personal site must begin within this many nodes after the headline.
const NEAR_HEADLINE_NODES: usize = 100;
/// Maximum number of values of one source.
const MAX_VALUES: usize = 60;

/// The authors from the most trusted source that names a person. A site, an organization or an
/// account is the author only if no person is named.
pub(super) fn choose(
    page: &HeadlineContext<'_, '_>,
    declared: DeclaredPage<'_>,
    sites: &[String],
    kind: PageKind,
) -> Vec<String> {
    let DeclaredPage { linked, parsely } = declared;
    let found = page.found;
    let mut metas: Vec<_> = found.values_of(MetadataField::Author).collect();
    metas.sort_by_key(|named| named.rank);
    let by_rank =
        |rank: u8| fields(metas.iter().filter(|named| named.rank == rank).map(|named| named.value));
    let label = || {
        let labels = found.labels.iter().filter(|(label, _)| is_author_label(label));
        fields(labels.map(|(_, value)| *value))
    };
    let is_organization = |name: &str| linked.organizations.iter().any(|known| known == name);
    let sources: [&dyn Fn() -> Vec<String>; 7] = [
        &|| {
            // The name of an organization is no list: "Quill & Ost".
            let (whole, lists): (Vec<&str>, Vec<&str>) =
                linked.authors.iter().map(String::as_str).partition(|name| is_organization(name));
            let people = fields(lists.into_iter());
            people.into_iter().chain(whole.into_iter().map(squash)).collect()
        },
        &|| by_rank(1),
        &|| fields(parsely.authors.iter().map(String::as_str)),
        &|| by_rank(2),
        &|| by_rank(3),
        &label,
        &|| visible::microdata_author(page),
    ];
    let publishers: Vec<String> = found.publishers.iter().map(|name| fold(&plain(name))).collect();
    let is_weak = |name: &String| {
        let folded = fold(name);
        title::is_site(name, sites)
            // On a forum, people have the names of their accounts.
            || kind != PageKind::Forum && author::is_login(name)
            || author::is_group(name)
            || folded.len() > 3 && publishers.iter().any(|publisher| publisher.contains(&folded))
            || is_organization(name)
    };
    // Weak names are kept back, in case no source names a person.
    let mut fallback: Vec<String> = Vec::new();
    for source in sources {
        let names = source();
        if !names.iter().all(is_weak) {
            // Beside a person, a group has written the page too, but the site only publishes it.
            let people = names.into_iter().filter(|name| !title::is_site(name, sites));
            return completed(page, people.collect(), &is_weak);
        }
        // An account says more than the name of the site.
        let is_site = |names: &Vec<String>| names.iter().all(|name| title::is_site(name, sites));
        if fallback.is_empty() || is_site(&fallback) && !is_site(&names) {
            fallback = names;
        }
    }
    if !kind.shows_its_own() {
        return fallback;
    }
    // A personal site has the name of a person. Only a line near the headline is better evidence.
    let own_site = linked.authors_are_people && !fallback.is_empty();
    let reach = if own_site { NEAR_HEADLINE_NODES } else { usize::MAX };
    let shown = visible::byline_author(page, reach);
    if shown.iter().all(is_weak) {
        return if fallback.is_empty() { shown } else { fallback };
    }
    // Instead of an account that is declared, only a full name counts.
    let is_account = fallback.iter().any(|name| author::is_login(name));
    if is_account && !shown.iter().any(|name| name.contains(' ') || !name.is_ascii()) {
        return fallback;
    }
    shown.into_iter().filter(|name| !title::is_site(name, sites)).collect()
}

/// The declared names, or those of a byline that has all of them and more: some sites declare only
/// the first author.
fn completed(
    page: &HeadlineContext<'_, '_>,
    people: Vec<String>,
    is_weak: &dyn Fn(&String) -> bool,
) -> Vec<String> {
    let has_all = |shown: &Vec<String>| {
        // The byline may have "Dr" before the name.
        let has = |name: &String| shown.iter().any(|known| fold(known).ends_with(&fold(name)));
        shown.len() > people.len() && people.iter().all(has)
    };
    let mut lists = visible::lists_of_authors(page).into_iter();
    lists.find(|list| has_all(list) && !list.iter().any(is_weak)).unwrap_or(people)
}

/// The names in fields for authors, without duplicates.
fn fields<'v>(values: impl Iterator<Item = &'v str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in values.take(MAX_VALUES).flat_map(|value| author::names(value, NameSource::Field)) {
        if !names.iter().any(|known| fold(known) == fold(&name)) {
            names.push(name);
        }
    }
    names
}

/// Whether a `twitter:label1` introduces an author. Search-engine plug-ins write it in the language
/// of the site.
fn is_author_label(label: &str) -> bool {
    let label = label.to_lowercase();
    ["written by", "author", "by", "verfasst von", "écrit par", "escrito por", "scritto da"]
        .contains(&label.trim())
        || ["geschreven door", "napisane przez", "автор", "написано автором", "skrivet av", "yazan"]
            .contains(&label.trim())
}
