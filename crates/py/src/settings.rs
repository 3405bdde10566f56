//! Settings of a cleaner as Python hands them over: keyword arguments with the names that settings files use.

use std::time::Duration;

use copydesk_clean::{
    CleanOptions, ClutterClass, Favor, LayoutKind, LossyMode, RepairOptions, SiteRules,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use crate::errors::error;
use crate::values::{choice, nearest, typed, unknown_value, words};

/// How long one page is cleaned before the rest of it is left out.
const PAGE_TIMEOUT: Duration = Duration::from_secs(10);

const FAVORS: [(&str, Favor); 3] =
    [("precision", Favor::Precision), ("balance", Favor::Balance), ("recall", Favor::Recall)];

const LOSSY_MODES: [(&str, LossyMode); 4] = [
    ("restore", LossyMode::Restore),
    ("mark", LossyMode::Mark),
    ("drop", LossyMode::Drop),
    ("leave", LossyMode::Leave),
];

const LAYOUTS: [(&str, Option<LayoutKind>); 7] = [
    ("auto", None),
    ("lines", Some(LayoutKind::Lines)),
    ("paragraphs", Some(LayoutKind::Paragraphs)),
    ("fragments", Some(LayoutKind::Fragments)),
    ("wrapped", Some(LayoutKind::Wrapped)),
    ("one_line", Some(LayoutKind::OneLine)),
    ("markdown", Some(LayoutKind::Markdown)),
];

/// The names of the settings of [`set_repair`].
const REPAIR_SETTINGS: &[&str] =
    &["mojibake", "lossy", "hygiene", "straight_quotes", "ligatures", "width", "escapes"];

/// The names of the other settings of a cleaner.
const CLEAN_SETTINGS: &[&str] = &[
    "keep",
    "drop",
    "favor",
    "markdown",
    "html",
    "images",
    "links",
    "comments",
    "explain",
    "layout",
    "structure_repair",
    "max_input_bytes",
    "max_depth",
    "max_nodes",
    "max_attributes",
    "max_blocks",
    "page_timeout",
    "keep_selectors",
    "drop_selectors",
];

/// Those that are lists.
const LIST_SETTINGS: [&str; 4] = ["keep", "drop", "keep_selectors", "drop_selectors"];

/// All that a cleaner is made of.
pub(crate) struct CleanerSettings {
    pub(crate) options: CleanOptions,
    pub(crate) sites: SiteRules,
    pub(crate) page_timeout: Option<Duration>,
}

/// A site rule for the pages of every site.
#[derive(Serialize)]
struct SelectorRule {
    host: &'static str,
    keep: Vec<String>,
    drop: Vec<String>,
}

impl CleanerSettings {
    /// Reads keyword arguments.
    pub(crate) fn from_keywords(keywords: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut settings = Self {
            options: CleanOptions::default(),
            sites: SiteRules::default(),
            page_timeout: Some(PAGE_TIMEOUT),
        };
        let mut rule = SelectorRule { host: "*", keep: Vec::new(), drop: Vec::new() };
        for (name, value) in keywords.iter() {
            let name: String = name.extract()?;
            let name = name.as_str();
            if set_repair(&mut settings.options.repair, name, &value)?
                || set_clean(&mut settings, name, &value)?
            {
                continue;
            }
            match name {
                "keep_selectors" => rule.keep = words(name, &value)?,
                "drop_selectors" => rule.drop = words(name, &value)?,
                _ => {
                    let known = CLEAN_SETTINGS.iter().chain(REPAIR_SETTINGS).copied();
                    return Err(unknown_setting(name, known));
                }
            }
        }
        if !rule.keep.is_empty() || !rule.drop.is_empty() {
            settings.sites = site_rules(keywords.py(), &rule)?;
        }
        Ok(settings)
    }
}

/// A copy of keyword arguments in which lists are lists. An iterator could be read only once, and not be pickled.
pub(crate) fn with_lists<'py>(keywords: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    let copy = keywords.copy()?;
    for name in LIST_SETTINGS {
        if let Some(value) = keywords.get_item(name)? {
            copy.set_item(name, words(name, &value)?)?;
        }
    }
    Ok(copy)
}

/// Reads the keyword arguments of `repair`.
pub(crate) fn repair_options(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<RepairOptions> {
    let mut options = RepairOptions::default();
    for (name, value) in keywords.into_iter().flatten() {
        let name: String = name.extract()?;
        if !set_repair(&mut options, &name, &value)? {
            return Err(unknown_setting(&name, REPAIR_SETTINGS.iter().copied()));
        }
    }
    Ok(options)
}

/// Sets the repair's setting of this name; false if it has none.
fn set_repair(options: &mut RepairOptions, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    match name {
        "mojibake" => options.mojibake = typed(name, value)?,
        "lossy" => options.lossy = named(name, value, &LOSSY_MODES)?,
        "hygiene" => options.hygiene = typed(name, value)?,
        "straight_quotes" => options.straight_quotes = typed(name, value)?,
        "ligatures" => options.ligatures = typed(name, value)?,
        "width" => options.width = typed(name, value)?,
        "escapes" => options.escapes = typed(name, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Sets the cleaner's setting of this name; false if it has none.
fn set_clean(
    settings: &mut CleanerSettings,
    name: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<bool> {
    let options = &mut settings.options;
    match name {
        "keep" => options.keep = classes(name, value)?.into_iter().collect(),
        "drop" => options.drop = classes(name, value)?.into_iter().collect(),
        "favor" => options.favor = named(name, value, &FAVORS)?,
        "markdown" => options.markdown = typed(name, value)?,
        "html" => options.html = typed(name, value)?,
        "images" => options.images = typed(name, value)?,
        "links" => options.links = typed(name, value)?,
        "comments" => options.comments = typed(name, value)?,
        "explain" => options.explain = typed(name, value)?,
        "layout" => options.layout = named(name, value, &LAYOUTS)?,
        "structure_repair" => options.structure_repair = typed(name, value)?,
        "max_input_bytes" => options.limits.max_input_bytes = typed(name, value)?,
        "max_depth" => options.limits.max_depth = typed(name, value)?,
        "max_nodes" => options.limits.max_nodes = typed(name, value)?,
        "max_attributes" => options.limits.max_attributes = typed(name, value)?,
        "max_blocks" => options.limits.max_blocks = typed(name, value)?,
        "page_timeout" => {
            settings.page_timeout = typed::<Option<f64>>(name, value)?.map(seconds).transpose()?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn seconds(given: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(given).map_err(|_| {
        PyValueError::new_err(format!("page_timeout: {given} is not a time in seconds"))
    })
}

fn named<T: Copy>(name: &str, value: &Bound<'_, PyAny>, known: &[(&str, T)]) -> PyResult<T> {
    choice(value.py(), name, &typed::<String>(name, value)?, known)
}

fn classes(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<ClutterClass>> {
    let class = |given: String| {
        ClutterClass::from_name(&given).ok_or_else(|| {
            unknown_value(value.py(), name, &given, &ClutterClass::ALL.map(ClutterClass::name))
        })
    };
    words(name, value)?.into_iter().map(class).collect()
}

fn site_rules(py: Python<'_>, rule: &SelectorRule) -> PyResult<SiteRules> {
    let text = toml::to_string(rule).map_err(|error| PyValueError::new_err(error.to_string()))?;
    SiteRules::from_toml([("selectors", text.as_str())])
        .map_err(|invalid| error(py, "invalid_selector", &invalid.kind().to_string(), None, &[]))
}

/// The error for an unknown setting: what Python raises for an unexpected keyword argument.
fn unknown_setting<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> PyErr {
    let hint = nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
    PyTypeError::new_err(format!("unknown setting `{name}`{}", hint.unwrap_or_default()))
}
