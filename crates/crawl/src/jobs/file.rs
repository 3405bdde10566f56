//! Reads a jobs file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::JobsFileSource;
use super::status_hosts::status_hosts;
use super::tables::FileTable;
use super::{CrawlJob, JobsFile, OutputSpec, convert, keys};
use crate::error::{Error, ErrorKind};
use copydesk_core::settings::Settings;
use copydesk_core::sinks::Format;
use copydesk_core::string_enum::{joined, nearest};

/// The most bytes of a file, enough for about a hundred thousand seeds.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// The most jobs of a file.
const MAX_JOBS: usize = 10_000;

const DEFAULT_STATE: &str = "crawl.sqlite";
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8190);
const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_MAX_JOBS: usize = 4;

impl JobsFile {
    /// Reads a jobs file. Jobs inherit the settings of `base`.
    ///
    /// # Errors
    /// If the file cannot be read, is not valid TOML, contains an unknown key, or describes a job that cannot
    /// be run. The message contains the line.
    pub fn read(path: &Path, base: &Settings) -> Result<Self, Error> {
        let unreadable = |source| copydesk_core::ErrorKind::Read { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        let mut text = String::new();
        file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&text, path, base)
    }

    /// Reads the text of a jobs file. Relative paths in it are relative to the folder of `path`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(text: &str, path: &Path, base: &Settings) -> Result<Self, Error> {
        let source = JobsFileSource { path, text };
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(
                source.file_error(format!("the file is longer than {MAX_FILE_BYTES} bytes"), None)
            );
        }
        let document = DeTable::parse(text).map_err(|error| source.toml_error(&error))?;
        let whole = document.span();
        let mut document = document.into_inner();
        keys::check(&source, &document)?;
        let jobs = jobs(&source, &document, base)?;
        document.remove("job");
        document.remove("defaults");
        let deserializer = toml::Deserializer::from(Spanned::new(whole, document));
        let table =
            FileTable::deserialize(deserializer).map_err(|error| source.toml_error(&error))?;
        let (state, state_at) = match table.state {
            Some(state) => (state.get_ref().clone(), state.span()),
            None => (DEFAULT_STATE.to_owned(), 0..0),
        };
        if state.is_empty() {
            return Err(source.error_at(&state_at, "`state` is empty: set it to a file"));
        }
        let file = Self {
            path: path.to_owned(),
            state: source.folder().join(state),
            listen: listen(&source, table.listen)?,
            status_hosts: status_hosts(&source, &table.status_hosts.unwrap_or_default())?,
            stop_timeout: table.stop_timeout.map_or(DEFAULT_STOP_TIMEOUT, |timeout| timeout.0),
            max_jobs: max_jobs(&source, table.max_jobs)?,
            jobs,
        };
        if let Some(output) =
            file.jobs.iter().flat_map(|job| &job.outputs).find(|o| Path::new(&o.path) == file.state)
        {
            let message = format!("the output `{}` is the state file", output.name);
            return Err(source.error_at(&state_at, message));
        }
        Ok(file)
    }

    /// The job of this name.
    pub fn job(&self, name: &str) -> Option<&CrawlJob> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// The job of this name, which a user requested.
    ///
    /// # Errors
    /// If there is none. The hint names the most similar one.
    pub fn require_job(&self, name: &str) -> Result<&CrawlJob, Error> {
        let unknown = || {
            let names = self.jobs.iter().map(|job| job.name.as_str());
            let plain = |name: &str| name.to_lowercase().replace('-', "_");
            let near = names
                .clone()
                .find(|known| nearest(name, [plain(known).as_str()]).is_some())
                .map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("the jobs are {}", joined(names.take(20))));
            let message = format!("no job is called `{name}`");
            ErrorKind::JobFile { path: self.path.clone(), message, hint: Some(hint) }.into()
        };
        self.job(name).ok_or_else(unknown)
    }
}

fn listen(
    source: &JobsFileSource<'_>,
    written: Option<Spanned<String>>,
) -> Result<Option<SocketAddr>, Error> {
    let Some(written) = written else { return Ok(Some(DEFAULT_LISTEN)) };
    if written.get_ref().is_empty() {
        return Ok(None);
    }
    written.get_ref().parse().map(Some).map_err(|_| {
        let hint = format!("write listen = \"{DEFAULT_LISTEN}\", or \"\" for no status page");
        let message = format!("`{}` is not an IP address with a port", written.get_ref());
        source.error_with_hint(&written.span(), message, Some(hint))
    })
}

fn max_jobs(source: &JobsFileSource<'_>, written: Option<Spanned<u64>>) -> Result<usize, Error> {
    let Some(written) = written else { return Ok(DEFAULT_MAX_JOBS) };
    match usize::try_from(*written.get_ref()) {
        Ok(most @ 1..=1_000) => Ok(most),
        _ => Err(source.error_at(&written.span(), "`max_jobs` must be from 1 to 1000")),
    }
}

fn jobs(
    source: &JobsFileSource<'_>,
    file: &DeTable<'_>,
    base: &Settings,
) -> Result<Vec<CrawlJob>, Error> {
    let defaults = match file.get("defaults").map(Spanned::get_ref) {
        Some(DeValue::Table(defaults)) => Some(defaults),
        _ => None,
    };
    let written = keys::jobs(source, file)?;
    if written.is_empty() {
        let hint = "a job begins with [[job]] and needs a name, seeds and a [[job.output]]";
        return Err(source.file_error("the file contains no jobs".into(), Some(hint.into())));
    }
    if written.len() > MAX_JOBS {
        return Err(source.file_error(format!("the file contains more than {MAX_JOBS} jobs"), None));
    }
    let mut jobs = Vec::with_capacity(written.len());
    let mut names = BTreeMap::new();
    let mut outputs = BTreeMap::new();
    for (own, at) in written {
        let job = convert::job(source, own, defaults, &at, base)?;
        // Names of jobs become names of files, and some file systems ignore case.
        if let Some(other) = names.insert(job.name.to_lowercase(), job.name.clone()) {
            let message = format!("two jobs are called `{other}`");
            let hint = (other != job.name)
                .then(|| "names that differ only in case count as equal".to_owned());
            return Err(source.error_with_hint(&at, message, hint));
        }
        check_outputs(source, &job, &at, &mut outputs)?;
        check_front_matter(source, &job, &at)?;
        jobs.push(job);
    }
    Ok(jobs)
}

/// Front matter stands at the beginning of a file, so a file with several pages has no place for it.
fn check_front_matter(
    source: &JobsFileSource<'_>,
    job: &CrawlJob,
    at: &Range<usize>,
) -> Result<(), Error> {
    let is_shared = |output: &&OutputSpec| output.format == Format::Markdown && !output.is_folder();
    let Some(output) = job.outputs.iter().find(is_shared).filter(|_| job.settings.front_matter)
    else {
        return Ok(());
    };
    let message =
        format!("`front_matter` needs a file for each page, and {} holds many", output.path);
    let hint = "end the path of the output with a slash, or set `front_matter` to false".to_owned();
    Err(source.error_with_hint(at, message, Some(hint)))
}

/// Two outputs must not write the same file: each would truncate what the other wrote.
fn check_outputs(
    source: &JobsFileSource<'_>,
    job: &CrawlJob,
    at: &Range<usize>,
    outputs: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    for output in &job.outputs {
        let path = output
            .path_with(|name| if name == "job" { job.name.clone() } else { format!("{{{name}}}") });
        let Some(other) = outputs.insert(path, job.name.clone()) else { continue };
        let (message, hint) = if other == job.name {
            (format!("two outputs of the job `{other}` have the same path: {}", output.path), None)
        } else {
            let name = &job.name;
            let message =
                format!("the jobs `{other}` and `{name}` write the same output: {}", output.path);
            (message, Some("put {job} in the path".to_owned()))
        };
        return Err(source.error_with_hint(at, message, hint));
    }
    Ok(())
}
