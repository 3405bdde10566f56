//! What a page says about itself: title, author, dates and so on, read from the tree.
//!
//! One pass over the nodes collects everything that may contain a fact ([`sources`]). Then each
//! field takes the most trusted source that has it: JSON-LD, `OpenGraph` and Twitter, Dublin Core
//! and other `<meta>`, microdata and `RDFa`, links, the visible page, and for dates last the URL.
//!
//! [`authors`], [`dates`] and [`title`] choose, each for its field.

mod author;
mod authors;
mod date;
mod date_labels;
mod dates;
mod hints;
mod jsonld;
mod jsonld_facts;
mod jsonld_repair;
mod lines;
mod names;
mod parsely;
mod payment;
mod region;
mod sources;
mod text;
mod title;
mod urls;
mod visible;
mod visible_dates;
mod word_matcher;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use crate::DeclaredAccess;
use crate::language;
use author::NameSource;
use date::DayMonthOrder;
use jsonld_facts::JsonLdFacts;
use names::MetadataField;
use parsely::ParselyPage;
use region::RegionFinder;
use sources::MetadataSources;
pub(crate) use text::squash;
use text::{element_text, fold, head, pieces, plain};
use urls::PageUrls;
use visible::HeadlineContext;

/// Maximum length of a headline, in bytes.
const MAX_TITLE: usize = 500;
/// Maximum number of headlines that are compared with the declared titles.
const MAX_HEADINGS: usize = 20;
/// Maximum length of a description, in bytes.
const MAX_DESCRIPTION: usize = 5_000;
/// Maximum length of a declared text (`articleBody`), in bytes. Every block is searched for in it,
/// so its length costs time for each block.
const MAX_BODY: usize = 100_000;
/// Maximum number of tags, and of categories.
const MAX_LABELS: usize = 60;

/// Title, author, dates and so on, before they become fields of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageMetadata {
    /// The URL of the page.
    pub(crate) url: Option<String>,
    /// The URL that the page declares as canonical.
    pub(crate) canonical_url: Option<String>,
    /// The host of `url`, or of `canonical_url`.
    pub(crate) hostname: Option<String>,
    /// The name of the site.
    pub(crate) sitename: Option<String>,
    /// The headline, without the name of the site.
    pub(crate) title: Option<String>,
    /// The authors, separated by `; `.
    pub(crate) author: Option<String>,
    /// The summary that the page gives of itself.
    pub(crate) description: Option<String>,
    /// The URL of the lead image.
    pub(crate) image: Option<String>,
    /// The license, as a name or a URL.
    pub(crate) license: Option<String>,
    /// The declared language, as an ISO 639-1 code.
    pub(crate) language: Option<String>,
    /// `article`, `product`, `forum` and so on, as the markup names it.
    pub(crate) pagetype: Option<String>,
    /// The date of publication, `YYYY-MM-DD`.
    pub(crate) date: Option<String>,
    /// The date of the last change, `YYYY-MM-DD`.
    pub(crate) date_modified: Option<String>,
    /// The sections that the page is filed under.
    pub(crate) categories: Vec<String>,
    /// Its keywords.
    pub(crate) tags: Vec<String>,
}

/// What a page says about itself and about payment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PageFacts {
    /// The fields of the record.
    pub metadata: PageMetadata,
    /// Whether the markup says that reading needs payment.
    pub declared: DeclaredAccess,
    /// The reasons for `declared`.
    pub access_evidence: Vec<String>,
    /// The elements that the markup says are paid for.
    pub paid_parts: Vec<NodeId>,
    /// The text of the article as the markup declares it (`articleBody`), without tags. `None` if
    /// it is longer than `MAX_BODY`: a truncated one would be evidence against the end of the
    /// article.
    pub body: Option<String>,
    /// What relative links of the page are resolved against: `<base href>`, the page's URL, or else its
    /// canonical URL.
    pub link_base: Option<Url>,
}

/// The facts about an input that is not a page: what its headers and its URL say. The headers are title, author,
/// date and name of the site.
pub(crate) fn facts_from_text(headers: [Option<String>; 4], url: Option<&str>) -> PageFacts {
    let mut facts = extract(&Html::new_document(), url);
    let metadata = &mut facts.metadata;
    let order = DayMonthOrder::for_locale(None, metadata.hostname.as_deref());
    let [title, author, date, sitename] = headers;
    let field = |value: Option<String>| {
        value.map(|value| squash(&plain(&value))).filter(|value| !value.is_empty())
    };
    metadata.title = field(title).map(|title| head(&title, MAX_TITLE).to_owned());
    metadata.sitename = field(sitename).or(metadata.sitename.take());
    let names = author.map(|author| author::names(&author, NameSource::Field)).unwrap_or_default();
    metadata.author = author::join(&names).map(|author| squash(&author));
    if let Some(date) = date.and_then(|date| date::parse(&date, order)) {
        metadata.date = Some(date.to_string());
    }
    facts
}

/// Fills in what the lines of a text say about it.
pub(crate) fn read_lines(lines: &[&str], facts: &mut PageFacts) {
    lines::read(lines, &mut facts.metadata);
}

/// What a page is, as far as it matters for who wrote it and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PageKind {
    /// A forum or a question.
    Forum,
    /// A product: what its page shows was written by buyers.
    Product,
    /// A home page that declares no article: it shows who wrote other pages.
    Home,
    /// Any other page.
    Other,
}

impl PageKind {
    fn new(pagetype: Option<&str>, urls: &PageUrls) -> Self {
        let is_home = urls.page.as_ref().is_some_and(|page| title::is_home(page.path()));
        match pagetype {
            Some("forum") => Self::Forum,
            Some("product") => Self::Product,
            Some("article") => Self::Other,
            _ if is_home => Self::Home,
            _ => Self::Other,
        }
    }

    /// Whether people and dates that such a page shows belong to the page.
    fn shows_its_own(self) -> bool {
        matches!(self, Self::Forum | Self::Other)
    }
}

/// What scripts and `<meta>` declare about the page in JSON.
#[derive(Clone, Copy, Debug)]
struct DeclaredPage<'a> {
    linked: &'a JsonLdFacts,
    parsely: &'a ParselyPage,
}

/// Reads the metadata of a page. `url` is the URL of the page, if known. The result depends only on
/// the page and the URL; what the page does not say is `None`.
pub(crate) fn extract(document: &Html, url: Option<&str>) -> PageFacts {
    let found = MetadataSources::collect(document);
    let urls = PageUrls::new(&found, url);
    let parsely = found.parsely.map(ParselyPage::read).unwrap_or_default();
    let declared_titles: Vec<&str> =
        found.first(MetadataField::Title).into_iter().chain(found.title).collect();
    let linked = JsonLdFacts::read(&found.scripts, &declared_titles);

    let declared_page = DeclaredPage { linked: &linked, parsely: &parsely };

    let sitename = found
        .first(MetadataField::Sitename)
        .map(plain)
        .filter(|name| !name.is_empty())
        .or_else(|| linked.sitename.clone());
    let sites = site_names(sitename.as_deref(), &linked, urls.hostname.as_deref());
    let pagetype = pagetype(&found, &linked);
    let title = choose_title(&found, declared_page, &sites, &urls, pagetype.as_deref());
    let heading = |at: Option<usize>| at.and_then(|at| found.headings.get(at)).copied();
    let headline = heading(title.heading).or_else(|| {
        let text = title.title.as_deref();
        let other = text.map(|title| sources::find_headline(document, title)).unwrap_or_default();
        other.heading.or_else(|| heading(title.nearest)).or(other.text)
    });
    // The language tag also tells the order of day and month, so it is needed before the dates.
    let language_tag = language_tag(&found, &linked);
    let order = day_month_order(&found, language_tag.as_deref(), urls.hostname.as_deref());
    let page = HeadlineContext {
        found: &found,
        headline: headline.map(|spot| spot.at),
        regions: RegionFinder::new(headline.map(|spot| spot.node)),
    };
    let kind = PageKind::new(pagetype.as_deref(), &urls);
    let dates = dates::choose(&page, declared_page, kind, order, urls.page.as_ref());
    let (declared, access_evidence) = payment::access(&found, &linked);
    let paid_parts = payment::paid_parts(document, &linked);

    let sitename =
        sitename.or_else(|| found.title.and_then(|title| title::site_in(&plain(title), &sites)));
    let metadata = PageMetadata {
        url: url.map(str::to_owned),
        canonical_url: urls.canonical.as_ref().map(Url::to_string),
        hostname: urls.hostname.clone(),
        sitename,
        title: title.title.map(|title| head(&title, MAX_TITLE).to_owned()),
        author: author::join(&authors::choose(&page, declared_page, &sites, kind)),
        description: description(&found, &linked),
        image: found
            .first(MetadataField::Image)
            .map(str::to_owned)
            .or_else(|| linked.image.clone())
            .and_then(|image| urls.absolute(&image)),
        license: license(&found, &linked, &urls),
        language: language_tag.as_deref().and_then(language::code),
        pagetype,
        date: dates.published.map(|date| date.to_string()),
        date_modified: dates.modified.map(|date| date.to_string()),
        categories: labels(
            linked.sections.iter().cloned().chain(found.best(MetadataField::Category).map(plain)),
        ),
        tags: labels(tags(&found, &linked)),
    };
    let body = linked.body.filter(|body| body.len() <= MAX_BODY);
    PageFacts {
        metadata,
        declared,
        access_evidence,
        paid_parts,
        body,
        link_base: urls.into_link_base(),
    }
}

/// Chooses the title among all that the page offers.
fn choose_title(
    found: &MetadataSources<'_>,
    declared: DeclaredPage<'_>,
    sites: &[String],
    urls: &PageUrls,
    pagetype: Option<&str>,
) -> title::ChosenTitle {
    let DeclaredPage { linked, parsely } = declared;
    let mut meta: Vec<_> = found.values_of(MetadataField::Title).collect();
    meta.sort_by_key(|named| named.rank);
    title::choose(&title::TitleCandidates {
        headings: found
            .headings
            .iter()
            .take(MAX_HEADINGS)
            .map(|spot| element_text(spot.node, MAX_TITLE).unwrap_or_default())
            .collect(),
        pieces: found.headings.iter().take(MAX_HEADINGS).map(|spot| pieces(spot.node)).collect(),
        json_ld: linked.title.clone(),
        meta: meta
            .iter()
            .map(|named| named.value.to_owned())
            .chain(parsely.title.clone())
            .collect(),
        title: found.title.map(str::to_owned),
        sites: sites.to_vec(),
        article: pagetype == Some("article"),
        path: urls.page.as_ref().map(|page| page.path().to_owned()),
    })
}

/// The names under which the site may occur in titles and author fields, folded.
fn site_names(sitename: Option<&str>, linked: &JsonLdFacts, hostname: Option<&str>) -> Vec<String> {
    let mut sites: Vec<String> =
        sitename.map(str::to_owned).into_iter().chain(linked.sitename.clone()).collect();
    if let Some(host) = hostname {
        let host = host.strip_prefix("www.").unwrap_or(host);
        sites.push(host.to_owned());
        // The label that names the site is the longest one before the last.
        let labels = host.rsplit('.').skip(1);
        sites.extend(labels.max_by_key(|label| label.len()).map(str::to_owned));
    }
    let folded = sites.iter().map(|site| fold(site));
    folded.filter(|site| site.chars().count() > 2).collect()
}

fn description(found: &MetadataSources<'_>, linked: &JsonLdFacts) -> Option<String> {
    let mut values: Vec<_> = found.values_of(MetadataField::Description).collect();
    values.sort_by_key(|named| named.rank);
    values
        .iter()
        .map(|named| plain(named.value))
        .chain(linked.description.clone())
        .find(|text| !text.is_empty())
        .map(|text| head(&text, MAX_DESCRIPTION).to_owned())
}

fn license(found: &MetadataSources<'_>, linked: &JsonLdFacts, urls: &PageUrls) -> Option<String> {
    let link = found.license.and_then(|href| urls.absolute(href));
    let named = || {
        found.values_of(MetadataField::License).map(|named| plain(named.value)).find(|text| {
            let lower = text.to_lowercase();
            // "All rights reserved" is not a license.
            lower.starts_with("cc") || lower.contains("creativecommons") || lower.contains("licen")
        })
    };
    let text = || linked.license.clone().or_else(named);
    link.or_else(|| text().map(|text| head(&text, MAX_TITLE).to_owned()))
}

/// The declared language, as a tag.
fn language_tag(found: &MetadataSources<'_>, linked: &JsonLdFacts) -> Option<String> {
    let mut metas: Vec<_> = found.values_of(MetadataField::Language).collect();
    metas.sort_by_key(|named| named.rank);
    found
        .html_lang
        .into_iter()
        .chain(linked.language.as_deref())
        .chain(metas.iter().map(|named| named.value))
        .map(|tag| tag.trim().replace('_', "-"))
        .find(|tag| language::code(tag).is_some())
}

/// The order of day and month in numeric dates: what dates of the page prove, or else that of its
/// language and country. If they prove both, other dates are of quotations.
fn day_month_order(
    found: &MetadataSources<'_>,
    language_tag: Option<&str>,
    hostname: Option<&str>,
) -> DayMonthOrder {
    let numeric = found.dated.iter().filter(|short| short.text.contains(['/', '-']));
    let mut proven = numeric.filter_map(|short| date::proven_order(short.text));
    match proven.next() {
        Some(first) if proven.all(|other| other == first) => return first,
        _ => {}
    }
    // "en" says less than the "en-GB" of `og:locale`.
    let language = language_tag.unwrap_or_default();
    let locale = found
        .values_of(MetadataField::Language)
        .map(|named| named.value.trim().replace('_', "-"))
        .find(|locale| locale.split('-').next() == Some(language) && locale.contains('-'));
    DayMonthOrder::for_locale(locale.as_deref().or(language_tag), hostname)
}

/// `og:type` or the JSON-LD type, as lower-case words: `NewsArticle` is an `article`.
fn pagetype(found: &MetadataSources<'_>, linked: &JsonLdFacts) -> Option<String> {
    let linked = linked.kind.as_deref().map(|kind| match kind {
        "DiscussionForumPosting" | "Question" | "QAPage" => "forum".to_owned(),
        "ProductGroup" => "product".to_owned(),
        "WebSite" => "website".to_owned(),
        // `WebPage`, `AboutPage` and the like describe the page, not what is on it.
        _ if kind.ends_with("Page") => "website".to_owned(),
        _ if kind.ends_with("Article") || kind.ends_with("Posting") && kind != "JobPosting" => {
            "article".to_owned()
        }
        _ => words_of_type(kind),
    });
    let open_graph = found.first(MetadataField::PageType).map(|kind| {
        let kind = kind.trim().to_lowercase();
        // The last word of `video.other` or `og:product` says what it is.
        let kind = kind.rsplit(':').next().unwrap_or_default();
        kind.split('.').next().unwrap_or_default().to_owned()
    });
    // Values that say nothing about the page.
    let nothing = ["", "object", "default", "page"];
    let open_graph = open_graph.filter(|kind| !nothing.contains(&kind.as_str()) && kind.len() < 40);
    // "website" is the default of plug-ins, so it says less than any JSON-LD type.
    match (open_graph, linked) {
        (Some(kind), Some(linked)) if kind == "website" => Some(linked),
        (kind, linked) => kind.or(linked),
    }
}

/// `VideoObject` becomes `video object`.
fn words_of_type(kind: &str) -> String {
    let mut out = String::new();
    for c in kind.chars().take(60) {
        if c.is_uppercase() && out.ends_with(char::is_lowercase) {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn tags(found: &MetadataSources<'_>, linked: &JsonLdFacts) -> Vec<String> {
    let mut tags = linked.keywords.clone();
    for value in found.best(MetadataField::Tag) {
        tags.extend(value.split([',', ';']).map(plain));
    }
    tags
}

/// Without empty ones, duplicates and those that are too long for a label.
fn labels(values: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in values {
        if out.len() >= MAX_LABELS {
            break;
        }
        let known = out.iter().any(|known| known.eq_ignore_ascii_case(&value));
        if !value.is_empty() && value.len() <= 100 && !known {
            out.push(value);
        }
    }
    out
}

#[cfg(test)]
mod tests;
