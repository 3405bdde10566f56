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
    let measure = |page: &Page| PageScore::measure(dataset, page, cleaner, settings.feed);
    let wanted = |page: &Page| settings.page_type.as_ref().is_none_or(|t| *t == page.page_type);
    let one = |id: &String| {
        let page = dataset.page(id)?;
        if wanted(&page) { measure(&page).map(Some) } else { Ok(None) }
    };
    let results = pool
        .install(|| dataset.ids().par_iter().map(|id| (id.clone(), one(id))).collect::<Vec<_>>());
    let (mut scores, mut failures) = (Vec::with_capacity(results.len()), Vec::new());
    for (id, result) in results {
        match result {
            Ok(score) => scores.extend(score),
            Err(error) => failures.push(Failure { id, message: error.to_string() }),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::eval::WordScore;

    const FIRST: &str = "The harbour ferry sailed again on Monday after nine weeks in the dry dock, \
        and the crew cheered.";
    const SECOND: &str = "Repairs to the engine took longer than planned because two parts had to \
        come from Norway by train.";

    fn write(root: &Path, id: &str, page_type: &str, html: &str, content: &str) {
        for folder in ["html", "ground-truth"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let truth = serde_json::json!({
            "url": format!("https://news.example/{id}"),
            "_internal": { "page_type": { "primary": page_type } },
            "ground_truth": {
                "title": null, "author": "", "publish_date": null, "main_content": content,
                "with": ["sailed again", "never written"], "without": ["from Norway"],
            },
        });
        fs::write(root.join(format!("ground-truth/{id}.json")), truth.to_string()).unwrap();
        fs::write(root.join(format!("html/{id}.html")), html).unwrap();
    }

    fn settings() -> Settings {
        Settings { feed: Feed::Text, threads: 2, worst: 1, ..Settings::default() }
    }

    #[test]
    fn a_small_dataset_has_the_figures_worked_out_by_hand() {
        let root = tempfile::tempdir().unwrap();
        let page = format!("<p>{FIRST}</p><p>{SECOND}</p>");
        write(root.path(), "a", "article", &page, &format!("{FIRST}\n\n{SECOND}"));
        write(root.path(), "b", "forum", &page, FIRST);
        let dataset = Dataset::open(root.path()).unwrap();
        let report = evaluate(&dataset, &Cleaner::default(), &settings()).unwrap();
        assert_eq!(report.types.keys().collect::<Vec<_>>(), ["article", "forum"]);
        assert!((report.types["article"].f1 - 1.0).abs() < 1e-9);
        // 18 words each, all of the first wanted and present.
        let forum = report.types["forum"];
        assert!((forum.precision - 0.5).abs() < 1e-9 && (forum.recall - 1.0).abs() < 1e-9);
        assert!((report.total.f1 - 5.0 / 6.0).abs() < 1e-9);
        assert_eq!((report.total.with, report.total.without), (Some(0.5), Some(1.0)));
        assert_eq!((report.total.title, report.total.author), (None, None));
        assert_eq!(report.worst.iter().map(|p| p.score.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_page_without_its_file_fails_alone() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a", "article", &format!("<p>{FIRST}"), FIRST);
        write(root.path(), "b", "article", "", FIRST);
        fs::remove_file(root.path().join("html/b.html")).unwrap();
        let dataset = Dataset::open(root.path()).unwrap();
        let report = evaluate(&dataset, &Cleaner::default(), &settings()).unwrap();
        assert_eq!((report.total.pages, report.failures.len()), (1, 1));
        assert_eq!(report.failures[0].id, "b");
    }

    #[test]
    fn what_is_missing_is_named() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("html")).unwrap();
        let error = Dataset::open(root.path()).unwrap_err();
        assert!(error.to_string().ends_with("no folder `ground-truth` there"), "{error}");
        assert!(error.hint().unwrap().contains("WCXB"));

        write(root.path(), "a", "article", "<p>x", "x");
        let dataset = Dataset::open(root.path()).unwrap();
        let wanted = Settings { page_type: Some("forums".to_owned()), ..settings() };
        let error = evaluate(&dataset, &Cleaner::default(), &wanted).unwrap_err();
        assert_eq!(error.to_string(), "no page of type `forums`; there is article");
    }

    #[test]
    fn rates_go_by_snippets_and_scores_by_pages() {
        let page = |f1, found, of, title| PageScore {
            id: String::new(),
            url: String::new(),
            page_type: String::new(),
            words: WordScore { f1, precision: f1, recall: f1 },
            with: Found { found, of },
            without: Found::default(),
            title,
            author: None,
            date: None,
            milliseconds: 0.0,
        };
        let pages =
            [page(1.0, 4, 4, Some(true)), page(0.5, 0, 1, Some(false)), page(0.0, 0, 0, None)];
        let summary = Summary::new(&pages);
        assert_eq!((summary.pages, summary.f1), (3, 0.5));
        assert_eq!((summary.with, summary.without), (Some(0.8), None));
        assert_eq!((summary.title, summary.author), (Some(0.5), None));
    }
}
