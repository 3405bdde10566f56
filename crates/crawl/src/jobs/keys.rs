//! Refuses unknown keys in a jobs file, and suggests the right table or spelling.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::JobsFileSource;
use super::tables::{FILE_TABLES, FileTable, JOB_TABLES, JobTable, OutputTable, SETTINGS_TABLES};
use crate::error::Error;
use copydesk_core::settings::{SettingGroup, Settings};
use copydesk_core::string_enum::{joined, nearest};

/// Whether a setting belongs in `[job.politeness]`, with all settings of fetching.
fn is_politeness(name: &str) -> bool {
    SettingGroup::Fetching.settings().contains(&name) || name == "max_inflate_ratio"
}

/// Whether no job has this setting. A job reads no files and prints no messages.
fn is_command_only(name: &str) -> bool {
    [SettingGroup::Inputs, SettingGroup::Messages]
        .iter()
        .any(|group| group.settings().contains(&name))
        || COMMAND_ONLY_SETTINGS.contains(&name)
}

/// Settings of other groups that no job has: `[[job.output]]` describes outputs, the state replaces order and
/// checkpoints, and the last two are limits on files.
const COMMAND_ONLY_SETTINGS: &[&str] = &[
    "format",
    "compress",
    "shard_size",
    "add_columns",
    "unordered",
    "checkpoint_interval",
    "max_line_bytes",
    "max_inflated_bytes",
];

/// The settings that are allowed in `[job.politeness]` or `[job.clean]`.
pub(super) fn settings(table: &str) -> Vec<&'static str> {
    let is_in = |name: &&str| match table {
        "politeness" => is_politeness(name),
        // The limit applies to fetched bodies and to compressed pages, so both tables have it.
        _ => *name == "max_inflate_ratio" || !is_politeness(name) && !is_command_only(name),
    };
    Settings::NAMES.iter().copied().filter(is_in).collect()
}

/// Checks every key of the file, and that tables are tables. Serde ignores unknown keys, and its own check
/// could not say where a misplaced key belongs.
pub(super) fn check(source: &JobsFileSource<'_>, file: &DeTable<'_>) -> Result<(), Error> {
    let known: Vec<&str> = FileTable::KEYS.iter().copied().chain(FILE_TABLES).collect();
    let keys = KeyChecker { source, table: None, path: String::new() };
    keys.check(file, &known)?;
    if let Some(defaults) = file.get("defaults") {
        let DeValue::Table(table) = defaults.get_ref() else {
            return Err(
                source.error_at(&defaults.span(), "`defaults` must be a table: write [defaults]")
            );
        };
        if let Some((name, _)) = table.get_key_value("name") {
            return Err(source
                .error_at(&name.span(), "`name` cannot have a default: each job needs its own"));
        }
        check_job(source, "defaults", table)?;
    }
    for (job, _) in jobs(source, file)? {
        check_job(source, "job", job)?;
    }
    Ok(())
}

/// The tables of the jobs, with their positions.
pub(super) fn jobs<'t, 'a>(
    source: &JobsFileSource<'_>,
    file: &'t DeTable<'a>,
) -> Result<Vec<(&'t DeTable<'a>, Range<usize>)>, Error> {
    let Some(jobs) = file.get("job") else { return Ok(Vec::new()) };
    let wrong = |at| source.error_at(&at, "`job` must be a list of tables: write [[job]]");
    let DeValue::Array(array) = jobs.get_ref() else { return Err(wrong(jobs.span())) };
    let table = |job: &'t Spanned<DeValue<'a>>| match job.get_ref() {
        DeValue::Table(table) => Ok((table, job.span())),
        _ => Err(wrong(job.span())),
    };
    array.iter().map(table).collect()
}

fn check_job(source: &JobsFileSource<'_>, root: &str, job: &DeTable<'_>) -> Result<(), Error> {
    let known: Vec<&str> = JobTable::KEYS.iter().copied().chain(SETTINGS_TABLES).collect();
    let keys = KeyChecker { source, table: Some(""), path: format!(" in [{root}]") };
    keys.check(job, &known)?;
    for (name, known) in JOB_TABLES {
        if let Some(value) = job.get(name).filter(|_| name != "output") {
            let table = sub_table(source, root, name, value)?;
            let keys =
                KeyChecker { source, table: Some(name), path: format!(" in [{root}.{name}]") };
            keys.check(table, known)?;
        }
    }
    for name in SETTINGS_TABLES {
        if let Some(value) = job.get(name) {
            let table = sub_table(source, root, name, value)?;
            let keys =
                KeyChecker { source, table: Some(name), path: format!(" in [{root}.{name}]") };
            keys.check(table, &settings(name))?;
        }
    }
    let Some(outputs) = job.get("output") else { return Ok(()) };
    let wrong = |at| {
        source.error_at(&at, format!("`output` must be a list of tables: write [[{root}.output]]"))
    };
    let DeValue::Array(array) = outputs.get_ref() else { return Err(wrong(outputs.span())) };
    for output in array {
        let DeValue::Table(table) = output.get_ref() else { return Err(wrong(output.span())) };
        let path = format!(" in [[{root}.output]]");
        KeyChecker { source, table: Some("output"), path }.check(table, OutputTable::KEYS)?;
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
    let message = format!("`{name}` must be a table: write [{root}.{name}]");
    Err(source.error_at(&value.span(), message))
}

/// Checks the keys of one table.
struct KeyChecker<'a> {
    source: &'a JobsFileSource<'a>,
    /// The table in a job, empty for the job itself; `None` for the file.
    table: Option<&'a str>,
    /// The table, as messages name it after the key: ` in [job.scope]`.
    path: String,
}

impl KeyChecker<'_> {
    fn check(&self, table: &DeTable<'_>, known: &[&str]) -> Result<(), Error> {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let message = format!("unknown key `{name}`{}", self.path);
            return Err(self.source.error_with_hint(&key.span(), message, self.hint(name, known)));
        }
        Ok(())
    }

    /// What was probably meant.
    fn hint(&self, name: &str, known: &[&str]) -> Option<String> {
        let elsewhere =
            |name: &str| self.table_of(name).map(|home| format!("it belongs in {home}"));
        if let Some(home) = elsewhere(name) {
            return Some(home);
        }
        if is_command_only(name) {
            return Some("it is a setting of the command: set it in copydesk.toml".into());
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
            return Some(format!("did you mean `{near}`, which belongs in {home}?"));
        }
        (known.len() < 12).then(|| format!("the keys are {}", joined(known)))
    }

    /// The other table that has this key, if there is one.
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
