//! The scores of a whole dataset.

use std::collections::BTreeMap;
use std::time::Instant;

use copydesk_clean::{Cleaner, SiteRecurrence};
use rayon::prelude::*;
use serde::Serialize;

use super::score_summary::{ScoreSummary, by_language, by_type};
use super::{
    CleaningComparison, Dataset, DatasetPage, Error, ErrorKind, EvalInput, PageDetail, PageScore,
    explain_page,
};
use copydesk_core::profiles::{CountLimits, SiteCounter, today};

/// What to evaluate and how.
#[derive(Clone, Debug, Default)]
pub struct EvalSettings {
    /// The number of threads; 0, the default, is one per core.
    pub threads: usize,
    /// Only pages of this type. Default: all.
    pub page_type: Option<String>,
    /// What is cleaned. Default: the page itself.
    pub input: EvalInput,
    /// How many of the worst pages to explain. Default 0.
    pub worst: usize,
    /// Whether to count first what recurs on the sites of the dataset, and to use it as evidence. Default false.
    pub site_profiles: bool,
}

/// A page that could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvalFailure {
    /// The page's id.
    pub id: String,
    /// Why.
    pub message: String,
}

/// The scores of a dataset. Everything but the times is the same on every run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvalReport {
    /// All pages.
    pub total: ScoreSummary,
    /// By page type, sorted by name.
    pub types: BTreeMap<String, ScoreSummary>,
    /// By the language of the text, as the records have it, sorted by code. Texts of an unknown one have no name.
    pub languages: BTreeMap<String, ScoreSummary>,
    /// Pages that could not be read, in the order of their ids. No summary counts them.
    pub failures: Vec<EvalFailure>,
    /// The time the whole run took, in seconds.
    pub seconds: f64,
    /// The mean time one thread took to clean a page, in milliseconds.
    pub ms_per_page: f64,
    /// The worst pages by F1, the worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<PageDetail>,
    /// The texts before and after cleaning, for [`EvalInput::Texts`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<CleaningComparison>,
    /// The scores of every page, in the order of the ids.
    #[serde(skip)]
    pub pages: Vec<PageScore>,
}

/// Cleans every page of a dataset and compares it with its reference.
///
/// A page that cannot be read is listed in [`EvalReport::failures`]. `on_page` is called after each page.
///
/// # Errors
/// When no page has the requested type, or the threads cannot be started.
pub fn evaluate(
    dataset: &Dataset,
    cleaner: &Cleaner,
    settings: &EvalSettings,
    on_page: &(dyn Fn() + Sync),
) -> Result<EvalReport, Error> {
    let threads = settings.threads;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::new(ErrorKind::Threads { threads, message: error.to_string() }))?;
    let start = Instant::now();
    let counter =
        settings.site_profiles.then(|| pool.install(|| count(dataset, cleaner, settings)));
    let recurrence = counter.as_ref().map(|counter| counter as &dyn SiteRecurrence);
    let measure = |page: &DatasetPage| {
        PageScore::measure(dataset, page, cleaner, &settings.input, recurrence)
    };
    let wanted =
        |page: &DatasetPage| settings.page_type.as_ref().is_none_or(|t| *t == page.page_type);
    let one = |id: &String| {
        let page = dataset.page(id)?;
        if wanted(&page) { measure(&page).map(Some) } else { Ok(None) }
    };
    let results: Vec<_> = pool.install(|| {
        let scored = |id: &String| {
            let result = one(id);
            on_page();
            (id.clone(), result)
        };
        dataset.ids().par_iter().map(scored).collect()
    });
    let (mut scores, mut failures) = (Vec::with_capacity(results.len()), Vec::new());
    for (id, result) in results {
        match result {
            Ok(score) => scores.extend(score),
            Err(error) => failures.push(EvalFailure { id, message: error.to_string() }),
        }
    }
    if scores.is_empty() && failures.is_empty() {
        return Err(no_such_type(dataset, settings));
    }

    let total = ScoreSummary::new(scores.iter().map(|score| &score.text));
    let types = by_type(&scores, |score| Some(&score.text));
    let languages = by_language(&scores);
    let spent: f64 = scores.iter().map(|score| score.milliseconds).sum();
    let ms_per_page = spent / total.pages.max(1) as f64;
    let seconds = start.elapsed().as_secs_f64();

    let mut by_f1: Vec<&PageScore> = scores.iter().collect();
    // A stable sort keeps pages with the same score in the order of their ids.
    by_f1.sort_by(|a, b| a.text.words.f1.total_cmp(&b.text.words.f1));
    by_f1.truncate(settings.worst);
    let explain = |score: &&PageScore| {
        explain_page(dataset, &dataset.page(&score.id)?, cleaner, &settings.input, recurrence)
    };
    let worst = pool.install(|| by_f1.par_iter().map(explain).collect::<Result<Vec<_>, _>>())?;
    let texts =
        matches!(settings.input, EvalInput::Texts(_)).then(|| CleaningComparison::new(&scores));
    Ok(EvalReport {
        total,
        types,
        languages,
        failures,
        seconds,
        ms_per_page,
        worst,
        texts,
        pages: scores,
    })
}

/// Counts the blocks of all readable pages. The others are reported when they are scored.
fn count(dataset: &Dataset, cleaner: &Cleaner, settings: &EvalSettings) -> SiteCounter {
    let mut counter = SiteCounter::new(CountLimits::default(), today());
    let fingerprints = |id: &String| {
        let page = dataset.page(id).ok()?;
        let bytes = settings.input.read(dataset, id).ok()?;
        Some(cleaner.fingerprints(&settings.input.input(&page, &bytes)))
    };
    // In chunks, to bound the memory for fingerprints.
    for ids in dataset.ids().chunks(256) {
        let pages: Vec<_> = ids.par_iter().filter_map(fingerprints).collect();
        for page in &pages {
            counter.add(page);
        }
    }
    counter
}

fn no_such_type(dataset: &Dataset, settings: &EvalSettings) -> Error {
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

    use super::super::testing::{FIRST, SECOND, write};
    use super::*;

    fn settings() -> EvalSettings {
        EvalSettings { input: EvalInput::Text, threads: 2, worst: 1, ..EvalSettings::default() }
    }

    #[test]
    fn a_small_dataset_has_the_figures_worked_out_by_hand() {
        let root = tempfile::tempdir().unwrap();
        let page = format!("<p>{FIRST}</p><p>{SECOND}</p>");
        write(root.path(), "a", "article", &page, &format!("{FIRST}\n\n{SECOND}"));
        write(root.path(), "b", "forum", &page, FIRST);
        let dataset = Dataset::open(root.path()).unwrap();
        let report = evaluate(&dataset, &Cleaner::default(), &settings(), &|| ()).unwrap();
        assert_eq!(report.types.keys().collect::<Vec<_>>(), ["article", "forum"]);
        assert!((report.types["article"].f1 - 1.0).abs() < 1e-9);
        let pages: usize = report.languages.values().map(|summary| summary.pages).sum();
        assert_eq!(pages, report.total.pages);
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
        let report = evaluate(&dataset, &Cleaner::default(), &settings(), &|| ()).unwrap();
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
        let wanted = EvalSettings { page_type: Some("forums".to_owned()), ..settings() };
        let error = evaluate(&dataset, &Cleaner::default(), &wanted, &|| ()).unwrap_err();
        assert_eq!(error.to_string(), "no page of type `forums`; there is article");
    }

    #[test]
    fn only_the_pages_of_a_list_are_measured() {
        let root = tempfile::tempdir().unwrap();
        for id in ["a", "b", "c"] {
            write(root.path(), id, "article", &format!("<p>{FIRST}"), FIRST);
        }
        let list = root.path().join("ids.txt");
        let listed = |text: &str| {
            fs::write(&list, text).unwrap();
            let mut dataset = Dataset::open(root.path()).unwrap();
            dataset.retain_listed(&list).map(|()| dataset.ids().to_vec())
        };
        assert_eq!(listed("c\n\na\r\nc\n").unwrap(), ["a", "c"]);
        let error = listed("a\na.html\n").unwrap_err();
        assert!(error.to_string().ends_with("ids.txt, line 2: the dataset has no page `a.html`"));
        assert!(error.hint().unwrap().contains("`ground-truth`"));
        assert!(listed("\n").unwrap_err().to_string().ends_with("no id there"));
    }
}
