//! Finds the page files in a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::file_kind::FileKind;
use super::folder_file::FolderFile;
use super::name_hint::NameHint;
use super::passed_over::PassedOverLog;

/// A file that was found in a folder.
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) hint: NameHint,
}

/// A file or folder that cannot be read.
pub(super) struct WalkError {
    pub(super) path: PathBuf,
    pub(super) error: String,
}

/// How a folder is walked.
#[derive(Clone, Debug, Default)]
pub(super) struct WalkOptions {
    /// A file or folder to leave out, with links resolved.
    pub(super) excluded: Option<PathBuf>,
    /// Whether links are followed. Without it, a folder holds only what is in it.
    pub(super) follows_links: bool,
}

/// The files in a folder and its subfolders that hold pages, sorted by name. What is passed over is counted: hidden
/// files and folders, links unless they are followed, and files without pages.
pub(super) fn files(
    root: &Path,
    options: &WalkOptions,
    passed_over: Arc<PassedOverLog>,
) -> impl Iterator<Item = Result<FoundFile, WalkError>> + Send + use<> {
    // As a path below `root`, so that entries can be compared without resolving the links in each of them.
    let excluded = options.excluded.as_ref().and_then(|excluded| {
        let canonical = root.canonicalize().ok()?;
        Some(root.join(excluded.strip_prefix(canonical).ok()?))
    });
    let root = root.to_owned();
    let walk = WalkDir::new(&root).sort_by_file_name().follow_links(options.follows_links);
    let hidden = Arc::clone(&passed_over);
    let is_walked = move |entry: &DirEntry| {
        if entry.depth() == 0 {
            return true;
        }
        if excluded.as_deref().is_some_and(|path| path == entry.path()) {
            return false;
        }
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if is_hidden {
            hidden.add(FileKind::Hidden, entry.path());
        }
        !is_hidden
    };
    walk.into_iter().filter_entry(is_walked).filter_map(move |entry| match entry {
        Ok(entry) => file(entry, &passed_over).map(Ok),
        Err(error) if error.loop_ancestor().is_some() => {
            passed_over.add(FileKind::Link, error.path().unwrap_or(&root));
            None
        }
        Err(error) => Some(Err(WalkError {
            path: error.path().unwrap_or(&root).to_owned(),
            error: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
        })),
    })
}

fn file(entry: DirEntry, passed_over: &PassedOverLog) -> Option<FoundFile> {
    let file_type = entry.file_type();
    if file_type.is_dir() {
        return None;
    }
    let found = if file_type.is_symlink() {
        FolderFile::PassedOver(FileKind::Link)
    } else if file_type.is_file() {
        FolderFile::inspect(entry.path())
    } else {
        // Not opened: opening a pipe waits for its writer.
        FolderFile::PassedOver(FileKind::Special)
    };
    match found {
        FolderFile::PassedOver(kind) => {
            passed_over.add(kind, entry.path());
            None
        }
        FolderFile::Taken(hint) => Some(FoundFile {
            // If the file has vanished, the error is reported when it is opened.
            bytes: entry.metadata().map_or(0, |metadata| metadata.len()),
            path: entry.into_path(),
            hint,
        }),
    }
}
