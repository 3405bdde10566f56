//! Finds the page files in a folder.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::name_hint::NameHint;

/// A file that was found in a folder.
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// A file or folder that cannot be read.
pub(super) struct WalkError {
    pub(super) path: PathBuf,
    pub(super) error: String,
}

/// The files in a folder and its subfolders whose names say that they hold pages, sorted by name. Hidden files and
/// folders are skipped. Links to folders are not followed, since they may lead in a circle.
pub(super) fn files(
    root: &Path,
    excluded: Option<&Path>,
) -> impl Iterator<Item = Result<FoundFile, WalkError>> + Send + use<> {
    // As a path below `root`, so that entries can be compared without resolving the links in each of them.
    let excluded = excluded.and_then(|excluded| {
        let canonical = root.canonicalize().ok()?;
        Some(root.join(excluded.strip_prefix(canonical).ok()?))
    });
    let root = root.to_owned();
    let walk = WalkDir::new(&root).sort_by_file_name().into_iter();
    walk.filter_entry(move |entry| {
        entry.depth() == 0
            || !(is_hidden(entry) || excluded.as_deref().is_some_and(|path| path == entry.path()))
    })
    .filter_map(move |entry| match entry {
        Ok(entry) => file(entry).map(Ok),
        Err(error) => Some(Err(WalkError {
            path: error.path().unwrap_or(&root).to_owned(),
            error: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
        })),
    })
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn file(entry: DirEntry) -> Option<FoundFile> {
    if entry.file_type().is_dir() || !NameHint::from_path(entry.path()).is_taken_from_folders() {
        return None;
    }
    // If the file has vanished or cannot be inspected, the error is reported when it is opened.
    let metadata = std::fs::metadata(entry.path()).ok();
    if metadata.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return None;
    }
    Some(FoundFile {
        bytes: metadata.map_or(0, |metadata| metadata.len()),
        path: entry.into_path(),
    })
}
