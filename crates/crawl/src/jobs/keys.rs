//! Refuses names in a jobs file that nothing has, and says where they belong.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::JobsFileSource;
use super::tables::{FILE_TABLES, FileTable, JOB_TABLES, JobTable, OutputTable, SETTINGS_TABLES};
use crate::error::Error;
use copydesk_core::settings::{FETCH_SETTINGS, Settings};
use copydesk_core::string_enum::{joined, nearest};

/// Whether a setting is one of fetching, which stand in `[job.politeness]`.
fn is_politeness(name: &str) -> bool {
    FETCH_SETTINGS.contains(&name) || name == "max_inflate_ratio"
}

/// Settings that no job has: of inputs, of outputs that others describe here, and of the command.
const COMMAND_ONLY_SETTINGS: &[&str] = &[
    "input",
    "format",
    "compress",
    "shard_size",
    "pass_through",
    "html_field",
    "text_field",
    "url_field",
    "unordered",
    "checkpoint_interval",
    "max_line_bytes",
    "max_inflated_bytes",
    "log",
    "log_format",
    "quiet",
    "progress",
    "color",
];

/// The settings that one of the two tables of settings may have.
pub(super) fn settings(table: &str) -> Vec<&'static str> {
    let is_in = |name: &&str| match table {
        "politeness" => is_politeness(name),
        // One limit is of both.
        _ => {
            *name == "max_inflate_ratio"
                || !is_politeness(name) && !COMMAND_ONLY_SETTINGS.contains(name)
        }
    };
    Settings::NAMES.iter().copied().filter(is_in).collect()
}

/// Looks at every name in the file, and at whether what should be a table is one.
pub(super) fn check(source: &JobsFileSource<'_>, file: &DeTable<'_>) -> Result<(), Error> {
    let known: Vec<&str> = FileTable::KEYS.iter().copied().chain(FILE_TABLES).collect();
    let keys = KeyChecker { source, table: None, path: "the file".into() };
    keys.check(file, &known)?;
    if let Some(defaults) = file.get("defaults") {
        let DeValue::Table(table) = defaults.get_ref() else {
            return Err(
                source.error_at(&defaults.span(), "`defaults` is a table: write [defaults]")
            );
        };
        if let Some((name, _)) = table.get_key_value("name") {
            return Err(source.error_at(&name.span(), "each job has a name of its own"));
        }
        check_job(source, "defaults", table)?;
    }
    for (job, _) in jobs(source, file)? {
        check_job(source, "job", job)?;
    }
    Ok(())
}

/// The jobs as they are written, with their places.
pub(super) fn jobs<'t, 'a>(
    source: &JobsFileSource<'_>,
    file: &'t DeTable<'a>,
) -> Result<Vec<(&'t DeTable<'a>, Range<usize>)>, Error> {
    let Some(jobs) = file.get("job") else { return Ok(Vec::new()) };
    let wrong = |at| source.error_at(&at, "`job` is a list of tables: write [[job]]");
    let DeValue::Array(array) = jobs.get_ref() else { return Err(wrong(jobs.span())) };
    let table = |job: &'t Spanned<DeValue<'a>>| match job.get_ref() {
        DeValue::Table(table) => Ok((table, job.span())),
        _ => Err(wrong(job.span())),
    };
    array.iter().map(table).collect()
}

fn check_job(source: &JobsFileSource<'_>, root: &str, job: &DeTable<'_>) -> Result<(), Error> {
    let known: Vec<&str> = JobTable::KEYS.iter().copied().chain(SETTINGS_TABLES).collect();
    let keys = KeyChecker { source, table: Some(""), path: format!("[{root}]") };
    keys.check(job, &known)?;
    for (name, known) in JOB_TABLES {
        if let Some(value) = job.get(name).filter(|_| name != "output") {
            let table = sub_table(source, root, name, value)?;
            let keys = KeyChecker { source, table: Some(name), path: format!("[{root}.{name}]") };
            keys.check(table, known)?;
        }
    }
    for name in SETTINGS_TABLES {
        if let Some(value) = job.get(name) {
            let table = sub_table(source, root, name, value)?;
            let keys = KeyChecker { source, table: Some(name), path: format!("[{root}.{name}]") };
            keys.check(table, &settings(name))?;
        }
    }
    let Some(outputs) = job.get("output") else { return Ok(()) };
    let wrong =
        |at| source.error_at(&at, format!("`output` is a list of tables: write [[{root}.output]]"));
    let DeValue::Array(array) = outputs.get_ref() else { return Err(wrong(outputs.span())) };
    for output in array {
        let DeValue::Table(table) = output.get_ref() else { return Err(wrong(output.span())) };
        let place = format!("[[{root}.output]]");
        KeyChecker { source, table: Some("output"), path: place }
            .check(table, OutputTable::KEYS)?;
    }
    Ok(())
}

fn sub_table<'t, 'a>(
    source: &JobsFileSource<'_>,
    root: &str,
    name: &str,
    value: &'t Spanned<DeValue<'a>>,
) -> Result<&'t DeTable<'a>, Error> {
    if let DeValue::Table(table) = value.get_ref() {
        return Ok(table);
    }
    let message = format!("`{name}` is a table: write [{root}.{name}]");
    Err(source.error_at(&value.span(), message))
}

/// The names in one table.
struct KeyChecker<'a> {
    source: &'a JobsFileSource<'a>,
    /// The table in a job, an empty name for the job itself; `None` for the file.
    table: Option<&'a str>,
    /// The table for people.
    path: String,
}

impl KeyChecker<'_> {
    fn check(&self, table: &DeTable<'_>, known: &[&str]) -> Result<(), Error> {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let message = format!("{} has no `{name}`", self.path);
            return Err(self.source.error_with_hint(&key.span(), message, self.hint(name, known)));
        }
        Ok(())
    }

    /// What was most likely meant.
    fn hint(&self, name: &str, known: &[&str]) -> Option<String> {
        let elsewhere =
            |name: &str| self.table_of(name).map(|home| format!("it belongs into {home}"));
        if let Some(home) = elsewhere(name) {
            return Some(home);
        }
        if COMMAND_ONLY_SETTINGS.contains(&name) {
            return Some("it is a setting of the command: see copydesk.toml".into());
        }
        if let Some(near) = nearest(name, known.iter().copied()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let names = JOB_TABLES.iter().flat_map(|(_, keys)| keys.iter().copied());
        let all =
            names.chain(JobTable::KEYS.iter().copied()).chain(Settings::NAMES.iter().copied());
        if let Some((near, home)) =
            nearest(name, all).and_then(|near| Some((near, self.table_of(near)?)))
        {
            return Some(format!("did you mean `{near}`, which belongs into {home}?"));
        }
        (known.len() < 12).then(|| format!("there are {}", joined(known)))
    }

    /// The table that a name is of, if it is not this one.
    fn table_of(&self, name: &str) -> Option<String> {
        let other = |table: &str| self.table != Some(table);
        if FileTable::KEYS.contains(&name) && self.table.is_some() {
            return Some("the beginning of the file, before all tables".into());
        }
        if let Some((table, _)) =
            JOB_TABLES.iter().find(|(table, keys)| other(table) && keys.contains(&name))
        {
            let is_list = *table == "output";
            return Some(if is_list { "[[job.output]]".into() } else { format!("[job.{table}]") });
        }
        if let Some(table) =
            SETTINGS_TABLES.iter().find(|table| other(table) && settings(table).contains(&name))
        {
            return Some(format!("[job.{table}]"));
        }
        let is_of_job = JobTable::KEYS.contains(&name) || SETTINGS_TABLES.contains(&name);
        (is_of_job && other("")).then(|| "[[job]]".to_owned())
    }
}
