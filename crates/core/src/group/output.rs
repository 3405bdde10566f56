//! Writes groups.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::stories::StoryGrouper;
use crate::error::{Error, ErrorKind};
use crate::sinks::AtomicFile;
use crate::string_enum;

string_enum! {
    /// The format of groups.
    pub enum GroupFormat {
        /// One JSON object per line.
        Jsonl = "jsonl",
        /// For people.
        Txt = "txt",
    }
}

impl GroupFormat {
    /// The format that a file's suffix asks for.
    pub fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "txt" => Some(Self::Txt),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Pages with text.
    pub pages: usize,
    /// Pages without text.
    pub empty: usize,
    /// Pages that could not be read.
    pub failed: usize,
    /// Groups.
    pub groups: usize,
    /// Pages in groups.
    pub grouped: usize,
}

/// The summary of a run, as one line.
impl fmt::Display for GroupCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let Self { pages, empty, failed, groups, grouped } = *self;
        write!(f, "{pages} page{}: {groups} group{} with {grouped} of them", s(pages), s(groups))?;
        write!(f, ", {} alone", pages.saturating_sub(grouped))?;
        write!(f, "; {empty} without text, {failed} failed")
    }
}

/// Writes every group of at least two pages, and counts them.
///
/// # Errors
/// When the groups cannot be computed or written.
pub fn write(
    stories: &mut StoryGrouper,
    format: GroupFormat,
    to: &mut dyn Write,
    name: &str,
) -> Result<GroupCounts, Error> {
    let failed = |source| ErrorKind::Write { output: name.into(), source };
    let mut counts = GroupCounts { pages: stories.pages(), ..GroupCounts::default() };
    for pages in stories.groups()? {
        counts.groups += 1;
        counts.grouped += pages.len();
        let group = stories.group(counts.groups, &pages)?;
        let written = match format {
            GroupFormat::Jsonl => group.to_json(),
            // A blank line between two groups.
            GroupFormat::Txt if counts.groups > 1 => format!("\n{group}").into_bytes(),
            GroupFormat::Txt => group.to_string().into_bytes(),
        };
        to.write_all(&written).map_err(failed)?;
    }
    to.flush().map_err(failed)?;
    Ok(counts)
}

/// Writes the groups to a file, which appears whole or not at all.
///
/// # Errors
/// As for [`write()`], and when the file exists and `overwrite` is not given.
pub fn write_to_file(
    stories: &mut StoryGrouper,
    format: GroupFormat,
    path: &Path,
    overwrite: bool,
) -> Result<GroupCounts, Error> {
    let name = path.display().to_string();
    let exists = || ErrorKind::OutputExists { path: path.into(), folder: false };
    if !overwrite && path.exists() {
        return Err(exists().into());
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => exists(),
        _ => ErrorKind::Write { output: name.clone(), source },
    };
    let mut file = AtomicFile::create(path, overwrite).map_err(failed)?;
    let counts = write(stories, format, &mut file, &name)?;
    file.finish().map_err(failed)?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{GroupOptions, StoryPage};

    #[test]
    fn groups_are_written_to_a_new_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("groups.jsonl");
        let text = "Harbour master Ingrid Maehle saw the Solveig come round the mole at Halsvik on Friday.";
        let mut stories = StoryGrouper::new(GroupOptions::default()).unwrap();
        for source in ["a", "b"] {
            let page =
                StoryPage { source: source.into(), text: text.into(), ..StoryPage::default() };
            stories.add(&page).unwrap();
        }
        let counts = write_to_file(&mut stories, GroupFormat::Jsonl, &path, false).unwrap();
        assert_eq!(
            counts.to_string(),
            "2 pages: 1 group with 2 of them, 0 alone; 0 without text, 0 failed"
        );
        let written = std::fs::read_to_string(&path).unwrap();
        let group: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(group["similarity"], 1.0);
        assert_eq!(group["passages"][0]["text"], text);
        let error = write_to_file(&mut stories, GroupFormat::Jsonl, &path, false).unwrap_err();
        assert!(error.to_string().ends_with("already exists"), "{error}");
        write_to_file(&mut stories, GroupFormat::Txt, &path, true).unwrap();
    }
}
