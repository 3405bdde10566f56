//! Removes old files of outputs.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use walkdir::{DirEntry, WalkDir};

use super::page_folder_output::is_page;
use super::template::{PathPeriod, PathTemplate, without_number};
use crate::jobs::OutputSpec;
use copydesk_core::Error;
use copydesk_core::sinks::{Destination, OutputTarget, file_suffix, parent_folder, remove};

/// Maximum depth of a page's file below the folder of its host.
const MAX_PAGE_DEPTH: usize = 64;

/// Suffixes of the files that belong to a database while it is open.
const BESIDE_DATABASE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Removes files that the template made and that are older than `keep`, except `current`. Returns the number
/// of removed files.
pub(super) fn prune(
    template: &PathTemplate,
    spec: &OutputSpec,
    current: Option<&str>,
    keep: Duration,
    now: Timestamp,
) -> Result<u64, Error> {
    // `keep` reaches back before the range of timestamps, so nothing is older.
    let Ok(limit) = now.checked_sub(keep) else { return Ok(0) };
    if !template.is_dynamic() {
        return Ok(0);
    }
    let root = template.root();
    let mut removed = 0;
    let depth = template.depth() + usize::from(!template.is_folder());
    for entry in walk(&root, depth, depth) {
        let entry = entry?;
        let path = template_path(&entry, &root);
        if template.is_folder() && entry.file_type().is_dir() {
            let Some(made) = template.parse(&format!("{path}/")) else { continue };
            removed += prune_folder(entry.path(), spec, made, limit)?;
            remove_empty(entry.path(), &root);
        } else if !template.is_folder() && entry.file_type().is_file() {
            let base = base_of(&path);
            // A numbered file counts for the period of the file beside which it was started.
            let made = template.parse(&base).or_else(|| template.parse(&without_number(&base)?));
            let Some(made) = made else { continue };
            if current != Some(base.as_str()) && is_old(entry.path(), made, limit)? {
                remove(entry.path())?;
                removed += 1;
                remove_empty(parent_folder(entry.path()), &root);
            }
        }
    }
    Ok(removed)
}

/// Removes the pages in the folder of an old period.
fn prune_folder(
    folder: &Path,
    spec: &OutputSpec,
    made: PathPeriod,
    limit: Timestamp,
) -> Result<u64, Error> {
    let destination = Destination {
        compression: spec.compression,
        ..Destination::new(OutputTarget::Stream, spec.format)
    };
    let suffix = file_suffix(&destination);
    let mut removed = 0;
    for entry in walk(folder, 1, MAX_PAGE_DEPTH) {
        let entry = entry?;
        if is_page(entry.path(), &suffix) && is_old(entry.path(), made, limit)? {
            remove(entry.path())?;
            removed += 1;
            remove_empty(parent_folder(entry.path()), folder);
        }
    }
    Ok(removed)
}

/// The entries of a folder between two depths. Symbolic links are not followed, so that nothing outside is
/// removed.
fn walk(root: &Path, min: usize, max: usize) -> impl Iterator<Item = Result<DirEntry, Error>> {
    WalkDir::new(root).min_depth(min).max_depth(max).follow_links(false).into_iter().filter_map(
        |entry| match entry {
            Ok(entry) => Some(Ok(entry)),
            Err(error) => {
                let path = error.path().map(PathBuf::from).unwrap_or_default();
                let source = io::Error::from(error);
                // It was removed meanwhile, or nothing was delivered yet.
                (source.kind() != io::ErrorKind::NotFound)
                    .then(|| Err(copydesk_core::ErrorKind::Read { path, source }.into()))
            }
        },
    )
}

/// The path, as the template writes it.
fn template_path(entry: &DirEntry, root: &Path) -> String {
    let path = entry.path();
    let path = if root == Path::new(".") { path.strip_prefix(".").unwrap_or(path) } else { path };
    path.to_string_lossy().into_owned()
}

/// The path of the output file to which this file belongs: itself, or the one that it is a partial or
/// auxiliary file of.
fn base_of(path: &str) -> String {
    let file = Path::new(path);
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let hidden = name.strip_prefix('.').map(|name| name.strip_suffix(".copy").unwrap_or(name));
    if let Some(place) = hidden.and_then(|name| name.strip_suffix(".partial")) {
        return file.with_file_name(place).to_string_lossy().into_owned();
    }
    let database = BESIDE_DATABASE.iter().find_map(|suffix| path.strip_suffix(suffix));
    database.unwrap_or(path).into()
}

fn is_old(path: &Path, made: PathPeriod, limit: Timestamp) -> Result<bool, Error> {
    if let Some(until) = made.until {
        return Ok(until <= limit);
    }
    let changed = match fs::symlink_metadata(path).and_then(|metadata| metadata.modified()) {
        Ok(changed) => changed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => {
            return Err(copydesk_core::ErrorKind::Read { path: path.into(), source }.into());
        }
    };
    Ok(Timestamp::try_from(changed).is_ok_and(|changed| changed <= limit))
}

/// Removes empty folders, from this one up to `root`.
fn remove_empty(folder: &Path, root: &Path) {
    let below = folder.ancestors().take_while(|folder| *folder != root);
    for folder in below {
        // Fails if the folder is not empty, which ends the walk.
        if folder.as_os_str().is_empty() || fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::sinks::{FileCompression, Format};

    fn now() -> Timestamp {
        "2026-03-29T12:00:00Z".parse().unwrap()
    }

    /// The files that are left when those older than two days are removed.
    fn left(template: &str, current: Option<&str>, files: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_str().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "x").unwrap();
            let changed = "2026-03-20T00:00:00Z".parse::<Timestamp>().unwrap();
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(changed.into())
                .unwrap();
        }
        let path = format!("{root}/{template}");
        let spec = OutputSpec {
            name: "o".into(),
            path: path.clone(),
            format: Format::Jsonl,
            compression: FileCompression::None,
        };
        let current = current.map(|current| format!("{root}/{current}"));
        let keep = Duration::from_hours(48);
        let template = PathTemplate::new(&path, "j");
        let removed = prune(&template, &spec, current.as_deref(), keep, now()).unwrap();
        let mut left: Vec<String> = WalkDir::new(root)
            .min_depth(1)
            .into_iter()
            .map(|entry| entry.unwrap().path().strip_prefix(root).unwrap().to_str().unwrap().into())
            .collect();
        left.sort();
        let gone = files.iter().filter(|path| !left.iter().any(|left| left == **path)).count();
        assert_eq!(removed, gone as u64);
        left
    }

    #[test]
    fn files_go_by_the_period_in_their_names() {
        let files = [
            "2026-03-26.jsonl",
            "2026-03-26.2.jsonl",
            ".2026-03-26.jsonl.partial",
            ".2026-03-26.jsonl.partial.copy",
            "2026-03-27.jsonl",
            "2026-03-29.jsonl",
        ];
        assert_eq!(left("{date}.jsonl", None, &files), ["2026-03-27.jsonl", "2026-03-29.jsonl"]);
        let hours = ["2026-03/27-11.jsonl", "2026-03/27-12.jsonl", "2025-01/02-23.jsonl"];
        let expected = ["2026-03", "2026-03/27-12.jsonl"];
        assert_eq!(left("{year}-{month}/{day}-{hour}.jsonl", None, &hours), expected);
    }

    #[test]
    fn what_the_template_cannot_have_made_is_left() {
        let files = [
            "2020-01-01.jsonl.bak",
            "2020-13-01.jsonl",
            "2020-01-01.csv",
            "notes.jsonl",
            "other/2020-01-01.jsonl",
            "copy-2020-01-01.jsonl",
        ];
        let mut all = files.map(String::from).to_vec();
        all.push("other".into());
        all.sort();
        assert_eq!(left("{date}.jsonl", None, &files), all);
        assert_eq!(left("news.jsonl", None, &["news.jsonl"]), ["news.jsonl"]);
        assert_eq!(left("pages/", None, &["pages/a.jsonl"]), ["pages", "pages/a.jsonl"]);
    }

    #[test]
    fn files_of_runs_go_by_their_time_but_for_the_one_that_is_open() {
        let files = ["run-7.jsonl", "run-8.jsonl", "run-x.jsonl"];
        assert_eq!(
            left("run-{run}.jsonl", Some("run-8.jsonl"), &files),
            ["run-8.jsonl", "run-x.jsonl"]
        );
    }

    #[test]
    fn pages_of_an_old_folder_go_and_nothing_else_in_it() {
        let files = [
            "2026-03-20/e.example/a.jsonl",
            "2026-03-20/e.example/b/index.jsonl",
            "2026-03-21/e.example/notes.txt",
            "2026-03-21/e.example/c.jsonl",
            "2026-03-28/e.example/a.jsonl",
        ];
        let expected = [
            "2026-03-21",
            "2026-03-21/e.example",
            "2026-03-21/e.example/notes.txt",
            "2026-03-28",
            "2026-03-28/e.example",
            "2026-03-28/e.example/a.jsonl",
        ];
        assert_eq!(left("{date}/", None, &files), expected);
    }

    #[test]
    fn what_was_never_written_has_nothing_to_remove() {
        assert_eq!(left("new/{date}.jsonl", None, &[]), [] as [&str; 0]);
    }
}
