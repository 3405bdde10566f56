//! The journal of an output: which files it started after each of its marks, so that they can be undone.
//!
//! The state says how far an output has come. After a loss of power, it may say what was true some time
//! before. It does not know the files that the output started since then, and they could not be told from
//! files of others. So each file is added here before it is created, and the journal is on disk before the
//! file is.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::template::PathTemplate;
use copydesk_core::Error;
use copydesk_core::sinks::{SinkState, make_folders, sync_folder};

/// Segments that are kept. The state may go back by this many. A file that the output returns to after more
/// of them gets a number.
const MAX_SEGMENTS: usize = 64;

/// Bytes that are read of a journal. One with [`MAX_SEGMENTS`] has far fewer; a larger file is not ours.
const MAX_BYTES: u64 = 4 << 20;

/// A hidden file beside the outputs. Its name is a hash of job and output.
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

/// A part of one file that was written without interruption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileSegment {
    /// The number of the segment, from 1.
    pub(super) number: u64,
    /// The path of the file, as the template makes it.
    pub(super) base: String,
    /// The actual path of the file.
    pub(super) path: String,
    /// Where it starts in the file; `None` if the file starts with it.
    pub(super) from: Option<SinkState>,
    /// Where it ended; `None` until the next one starts.
    pub(super) end: Option<SinkState>,
}

impl SegmentJournal {
    /// Opens the journal of an output. A journal with another id, or one that cannot be parsed, is discarded.
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

    /// A random id, so that the journal of another state is not mistaken for this one.
    pub(super) fn new_id() -> String {
        format!("{:016x}", RandomState::new().build_hasher().finish())
    }

    /// Whether a mark is older than the journal goes back.
    pub(super) fn has_forgotten(&self, segment: u64) -> bool {
        self.content.segments.first().is_some_and(|first| segment + 1 < first.number)
    }

    /// The segments that were started after this one, latest first.
    pub(super) fn segments_after(&self, segment: u64) -> Vec<FileSegment> {
        let after = self.content.segments.iter().filter(|known| known.number > segment);
        after.rev().cloned().collect()
    }

    /// The actual path of a file and where it ended last, if it can be continued there.
    pub(super) fn last_state(&self, base: &str) -> Option<(String, SinkState)> {
        let last = self.content.segments.iter().rev().find(|segment| segment.base == base)?;
        Some((last.path.clone(), last.end.clone()?))
    }

    /// Adds a segment that is about to start. `left` is where the previous segment ended.
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
        // The oldest go first: only a state restored from a copy would need them.
        segments.drain(..excess);
        self.write()
    }

    /// Removes the segments after this one, which were undone or never written.
    pub(super) fn forget_after(&mut self, segment: u64) -> Result<(), Error> {
        self.content.segments.retain(|known| known.number <= segment);
        self.write()
    }

    /// Removes all segments: they say nothing about the current state.
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
            // Always the same name, so that the remains of a killed run are replaced.
            let beside = self.path.with_added_extension("new");
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec(&self.content).map_err(io::Error::other)?)?;
            // Before the rename, so that after a crash the journal is the old one or the new one, and never half of
            // either.
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
    fn segments_are_known_to_the_next_run_of_the_same_state_only() {
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
    fn a_journal_does_not_grow_without_limit() {
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
