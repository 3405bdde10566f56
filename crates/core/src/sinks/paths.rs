//! What paths are, and which of them lead to one file.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that a file is in.
pub fn parent_folder(path: &Path) -> &Path {
    match path.parent() {
        // The parent of a bare file name is the empty path, which no system call accepts.
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether both paths lead to one file. False if one of them does not exist.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// The most links that lead to one another. Linux gives up after as many.
const MAX_LINKS: usize = 40;

/// The path that is written for an output: what it leads to if it is a symbolic link, whether that exists or not. A new
/// file under the name of the link would take its place.
pub(super) fn link_target(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = parent_folder(&path).join(target);
    }
    path
}

/// Whether the path is `/dev/null`, a pipe or the like. These are opened as they are: they cannot be
/// replaced by another file.
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
