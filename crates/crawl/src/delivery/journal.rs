//! What an output began after each of its marks, so that it can be undone.
//!
//! The state says how far an output has come, and after a loss of power it may say what it said a while
//! before. Files that the output began since then are not in it; without a word of them nobody would know
//! them from those of somebody else. So each is entered here before it is begun, and the entry is on the
//! disk before the file is.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::template::PathTemplate;
use copydesk_core::Error;
use copydesk_core::sinks::{SinkState, make_folders, sync_folder};

/// Segments that are remembered. The state may go back by as many, and a file that is returned to after more
/// gets a number.
const MAX_SEGMENTS: usize = 64;

/// Bytes that are read of a journal; one of [`MAX_SEGMENTS`] has far fewer.
const MAX_BYTES: u64 = 4 << 20;

/// A file beside the outputs: hidden, and named by the output.
#[derive(Debug)]
pub(super) struct SegmentJournal {
    path: PathBuf,
    content: JournalContent,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalContent {
    journal: String,
    segments: Vec<FileSegment>,
}

/// A stretch of one file that was written in one go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSegment {
    /// Counted from 1.
    pub(super) number: u64,
    /// The path of the file as the template makes it.
    pub(super) base: String,
    /// Its path.
    pub(super) path: String,
    /// Where in the file it begins; `None` where the file does.
    pub(super) from: Option<SinkState>,
    /// Where it ended, once the next one began.
    pub(super) end: Option<SinkState>,
}

impl SegmentJournal {
    /// The journal of an output; one of another state, or that cannot be read, is begun anew.
    pub(super) fn open(
        template: &PathTemplate,
        job: &str,
        output: &str,
        id: &str,
    ) -> Result<Self, Error> {
        let name = xxh3_64(format!("{job}\n{output}").as_bytes());
        let path = template.root().join(format!(".copydesk-{name:016x}.json"));
        let content = match read(&path) {
            Ok(content) => content.filter(|content| content.journal == id),
            Err(source) => return Err(copydesk_core::ErrorKind::Read { path, source }.into()),
        };
        let fresh = || JournalContent { journal: id.into(), segments: Vec::new() };
        Ok(Self { path, content: content.unwrap_or_else(fresh) })
    }

    /// A word that no other state has.
    pub(super) fn new_id() -> String {
        format!("{:016x}", RandomState::new().build_hasher().finish())
    }

    /// Whether a mark is of a time that the journal does not reach back to.
    pub(super) fn has_forgotten(&self, segment: u64) -> bool {
        self.content.segments.first().is_some_and(|first| segment + 1 < first.number)
    }

    /// The segments that were begun after this one, the last first.
    pub(super) fn segments_after(&self, segment: u64) -> Vec<FileSegment> {
        let after = self.content.segments.iter().filter(|begun| begun.number > segment);
        after.rev().cloned().collect()
    }

    /// Where the file of this path was left last, if it can be gone on with there.
    pub(super) fn last_state(&self, base: &str) -> Option<(String, SinkState)> {
        let last = self.content.segments.iter().rev().find(|segment| segment.base == base)?;
        Some((last.path.clone(), last.end.clone()?))
    }

    /// Enters a segment that is about to begin after the one of this number, which is `last_state` where it says.
    pub(super) fn begin(
        &mut self,
        left: Option<&SinkState>,
        segment: FileSegment,
    ) -> Result<(), Error> {
        let segments = &mut self.content.segments;
        segments.retain(|known| known.number < segment.number);
        if let (Some(last), Some(left)) = (segments.last_mut(), left) {
            last.end = Some(left.clone());
        }
        segments.push(segment);
        let excess = segments.len().saturating_sub(MAX_SEGMENTS);
        segments.drain(..excess);
        self.write()
    }

    /// Forgets the segments after this one, which were undone or did not come to be.
    pub(super) fn forget_after(&mut self, segment: u64) -> Result<(), Error> {
        self.content.segments.retain(|known| known.number <= segment);
        self.write()
    }

    /// Forgets all segments: they say nothing of the state that there is now.
    pub(super) fn clear(&mut self) -> Result<(), Error> {
        self.content.segments.clear();
        self.write()
    }

    fn write(&self) -> Result<(), Error> {
        let failed = |source| copydesk_core::ErrorKind::Write {
            output: self.path.display().to_string(),
            source,
        };
        let folder = copydesk_core::sinks::parent_folder(&self.path);
        let written = || {
            make_folders(folder)?;
            // Always the same name, so that what a killed run left is replaced.
            let beside = self.path.with_added_extension("new");
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec(&self.content).map_err(io::Error::other)?)?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            sync_folder(folder)
        };
        written().map_err(|source| failed(source).into())
    }
}

fn read(path: &Path) -> io::Result<Option<JournalContent>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(number: u64, base: &str) -> FileSegment {
        FileSegment { number, base: base.into(), path: base.into(), from: None, end: None }
    }

    #[test]
    fn what_was_begun_is_known_to_the_next_run_of_the_same_state_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("new");
        let template = PathTemplate::new(&format!("{}/{{date}}.csv", root.display()), "j");
        let open = |id: &str| SegmentJournal::open(&template, "j", "o", id).unwrap();
        let mut journal = open("a");
        assert_eq!(journal.segments_after(0), []);
        journal.begin(None, segment(1, "x.csv")).unwrap();
        let left = SinkState::default();
        journal.begin(Some(&left), segment(2, "y.csv")).unwrap();
        let numbers = |journal: &SegmentJournal, after| -> Vec<u64> {
            journal.segments_after(after).iter().map(|segment| segment.number).collect()
        };
        let mut journal = open("a");
        assert_eq!(numbers(&journal, 0), [2, 1]);
        assert_eq!(numbers(&journal, 1), [2]);
        assert_eq!(journal.last_state("x.csv"), Some(("x.csv".into(), left)));
        assert_eq!(journal.last_state("y.csv"), None);
        assert!(numbers(&open("b"), 0).is_empty());
        journal.forget_after(1).unwrap();
        assert_eq!(numbers(&open("a"), 0), [1]);
        let files: Vec<PathBuf> =
            fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
        let names: Vec<_> =
            files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert!(names.len() == 1 && names[0].starts_with(".copydesk-"), "{names:?}");
        fs::write(&files[0], "{").unwrap();
        assert!(numbers(&open("a"), 0).is_empty());
    }

    #[test]
    fn a_journal_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let template = PathTemplate::new(&format!("{}/{{run}}.csv", folder.path().display()), "j");
        let mut journal = SegmentJournal::open(&template, "j", "o", "a").unwrap();
        for number in 1..=MAX_SEGMENTS as u64 + 10 {
            journal.begin(None, segment(number, "x.csv")).unwrap();
        }
        assert_eq!(journal.segments_after(0).len(), MAX_SEGMENTS);
        assert!(journal.has_forgotten(9) && !journal.has_forgotten(10));
    }
}
