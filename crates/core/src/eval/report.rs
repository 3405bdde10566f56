//! The scores of a whole dataset.

use std::collections::BTreeMap;
use std::time::Instant;

use copydesk_clean::Cleaner;
use rayon::prelude::*;
use serde::Serialize;

use super::{Dataset, Error, ErrorKind, Feed, Found, Page, PageDetail, PageScore, explain_page};

/// What to evaluate and how.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Threads to run on; 0, the default, takes one a core.
    pub threads: usize,
    /// Only pages of this type. Default: all.
    pub page_type: Option<String>,
    /// What the cleaner is given. Default: the page itself.
    pub feed: Feed,
    /// How many of the worst pages to explain. Default 0.
    pub worst: usize,
}

/// The mean scores of some pages.
///
/// Precision, recall and F1 are means of the pages' figures; the other rates are shares of all
/// snippets, or of all pages whose reference has the field, and `None` if there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// How many pages.
    pub pages: usize,
    /// Mean word F1.
    pub f1: f64,
    /// Mean word precision.
    pub precision: f64,
    /// Mean word recall.
    pub recall: f64,
    /// Share of the wanted snippets that is there.
    pub with: Option<f64>,
    /// Share of the unwanted snippets that is there: lower is better.
    pub without: Option<f64>,
    /// Share of right titles.
    pub title: Option<f64>,
    /// Share of right authors.
    pub author: Option<f64>,
    /// Share of right dates.
    pub date: Option<f64>,
}

/// A page that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The page's id.
    pub id: String,
    /// Why.
    pub message: String,
}

/// The scores of a dataset. All but the times is the same on every run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// All pages.
    pub total: Summary,
    /// By page type, sorted by name.
    pub types: BTreeMap<String, Summary>,
    /// Pages that could not be read, in the order of their ids; they are in no summary.
    pub failures: Vec<Failure>,
    /// The time the whole run took, in seconds.
    pub seconds: f64,
    /// The mean time one thread took to clean a page, in milliseconds.
    pub ms_per_page: f64,
    /// The worst pages by F1, the worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<PageDetail>,
}

impl Summary {
    /// The mean scores of `pages`.
    pub fn new<'a>(pages: impl IntoIterator<Item = &'a PageScore>) -> Self {
        let mut sum = Self::default();
        let mut found = [Found::default(); 5];
        for page in pages {
            sum.pages += 1;
            sum.f1 += page.words.f1;
            sum.precision += page.words.precision;
            sum.recall += page.words.recall;
            let field = |right: Option<bool>| Found {
                found: usize::from(right == Some(true)),
                of: usize::from(right.is_some()),
            };
            let of_page =
                [page.with, page.without, field(page.title), field(page.author), field(page.date)];
            for (sum, page) in found.iter_mut().zip(of_page) {
                sum.found += page.found;
                sum.of += page.of;
            }
        }
        let pages = sum.pages.max(1) as f64;
        let [with, without, title, author, date] =
            found.map(|sum| (sum.of > 0).then(|| sum.found as f64 / sum.of as f64));
        Self {
            pages: sum.pages,
            f1: sum.f1 / pages,
            precision: sum.precision / pages,
            recall: sum.recall / pages,
            with,
            without,
            title,
            author,
            date,
        }
    }
}

/// Cleans every page of a dataset and compares it with its reference.
///
/// A page that cannot be read is listed in [`Report::failures`], and the rest goes on.
///
/// # Errors
/// When no page is of the type asked for, or the threads cannot be started.
pub fn evaluate(
    dataset: &Dataset,
    cleaner: &Cleaner,
    settings: &Settings,
) -> Result<Report, Error> {
    let threads = settings.threads;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::new(ErrorKind::Threads { threads, message: error.to_string() }))?;
    let start = Instant::now();
    let mut failures = Vec::new();
    let mut collect = |results: Vec<(String, Result<Option<PageScore>, Error>)>| {
        let mut good = Vec::with_capacity(results.len());
        for (id, result) in results {
            match result {
                Ok(score) => good.extend(score),
                Err(error) => failures.push(Failure { id, message: error.to_string() }),
            }
        }
        good
    };
    let measure = |page: &Page| PageScore::measure(dataset, page, cleaner, settings.feed);
    let wanted = |page: &Page| settings.page_type.as_ref().is_none_or(|t| *t == page.page_type);
    let one = |id: &String| {
        let page = dataset.page(id)?;
        if wanted(&page) { measure(&page).map(Some) } else { Ok(None) }
    };
    let results = pool
        .install(|| dataset.ids().par_iter().map(|id| (id.clone(), one(id))).collect::<Vec<_>>());
    let mut scores = collect(results);
    if scores.is_empty() && failures.is_empty() {
        return Err(no_such_type(dataset, settings));
    }

    let total = Summary::new(&scores);
    let mut by_type: BTreeMap<&str, Vec<&PageScore>> = BTreeMap::new();
    for score in &scores {
        by_type.entry(&score.page_type).or_default().push(score);
    }
    let types =
        by_type.into_iter().map(|(name, list)| (name.to_owned(), Summary::new(list))).collect();
    let spent: f64 = scores.iter().map(|score| score.milliseconds).sum();
    let ms_per_page = spent / total.pages.max(1) as f64;
    let seconds = start.elapsed().as_secs_f64();

    // Stable, so that pages of one score stay in the order of their ids.
    scores.sort_by(|a, b| a.words.f1.total_cmp(&b.words.f1));
    scores.truncate(settings.worst);
    let explain = |score: &PageScore| {
        explain_page(dataset, &dataset.page(&score.id)?, cleaner, settings.feed)
    };
    let worst = pool.install(|| scores.par_iter().map(explain).collect::<Result<Vec<_>, _>>())?;
    Ok(Report { total, types, failures, seconds, ms_per_page, worst })
}

fn no_such_type(dataset: &Dataset, settings: &Settings) -> Error {
    let mut known: Vec<String> = dataset
        .ids()
        .iter()
        .filter_map(|id| dataset.page(id).ok().map(|page| page.page_type))
        .collect();
    known.sort_unstable();
    known.dedup();
    Error::new(ErrorKind::NoMatch {
        what: "type",
        value: settings.page_type.clone().unwrap_or_default(),
        known: known.join(", "),
    })
}
