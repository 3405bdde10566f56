//! An output that writes files, one after another.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::path::Path;
use std::sync::Arc;

use tracing::warn;

use super::cursor::{FileCursor, OutputCursor, PublishedFile};
use super::journal::{FileSegment, SegmentJournal};
use super::output_writer::{OutputWriter, WriteMode};
use super::selection::has_content;
use super::step;
use super::template::{PathTemplate, numbered};
use crate::frontier::{OutboxEntry, OutputMark};
use copydesk_core::Error;
use copydesk_core::sinks::{
    self, Destination, FileImprint, Format, RenderedBody, RenderedPage, RestoredFile, SinkState,
    file_suffix, partial_path,
};

/// Numbers that are tried for the name of a file before the output fails.
const MAX_FILE_NUMBER: u32 = 10_000;

/// An open output of files. It is at its mark or beyond.
///
/// Why it is correct after any crash: a mark is a point in a segment, and the journal knows which segments
/// were started after it. Opening first undoes those segments, the last one first. Then it truncates the file
/// of the mark to its point, and everything after it comes from the outbox again.
pub(super) struct FilesOutput {
    name: String,
    template: PathTemplate,
    mode: WriteMode,
    destination: Destination,
    journal: SegmentJournal,
    cursor: OutputCursor,
    /// Every record up to this one is durable.
    covered: u64,
    /// Every record up to this one was written.
    written: u64,
    /// Written records behind the last point at which the file can be truncated, oldest first.
    waiting: VecDeque<u64>,
    writer: Option<OutputWriter>,
    /// Whether the file was checked for changes by others since the last commit.
    is_checked: bool,
    /// Whether the file in place has all records up to `written`, although it can only be continued from an
    /// earlier one.
    is_idle: bool,
    notes: Vec<String>,
}

impl FilesOutput {
    pub(super) fn open(
        template: PathTemplate,
        destination: Destination,
        (job, output): (&str, &str),
        mark: &OutputMark,
    ) -> Result<Self, Error> {
        let suffix = file_suffix(&destination);
        let known: Option<OutputCursor> = serde_json::from_str(&mark.cursor).ok();
        let is_unreadable = known.is_none() && !mark.cursor.is_empty();
        let fresh = || OutputCursor {
            journal: SegmentJournal::new_id(),
            suffix: suffix.clone(),
            ..OutputCursor::default()
        };
        let mut cursor = known.unwrap_or_else(fresh);
        let mut journal = SegmentJournal::open(&template, job, output, &cursor.journal)?;
        let has_other_suffix = cursor.suffix != suffix;
        let mut covered = mark.covered;
        if has_other_suffix {
            let published = cursor.file.take().and_then(|file| file.published);
            covered = published.map_or(covered, |published| published.sequence.max(covered));
            cursor.suffix = suffix;
            journal.clear()?;
        }
        let mut files = Self {
            name: output.into(),
            mode: WriteMode::for_format(destination.format),
            template,
            destination,
            journal,
            cursor,
            covered,
            written: covered,
            waiting: VecDeque::new(),
            writer: None,
            is_checked: false,
            is_idle: false,
            notes: Vec::new(),
        };
        if is_unreadable {
            files.add_note("its mark was written by another version; new files are started");
        }
        if has_other_suffix {
            files.add_note("its format or compression has changed; new files are started");
        }
        files.undo_after_mark()?;
        files.restore()?;
        Ok(files)
    }

    /// Undoes what was started after the mark.
    fn undo_after_mark(&mut self) -> Result<(), Error> {
        if self.journal.has_forgotten(self.cursor.segment) {
            // A loss of power sets a state back by seconds. This one was restored from an old copy, and
            // undoing would destroy files that others have read since.
            self.add_note("the state is much older than its files, which are left as they are");
            self.cursor.file = None;
            return self.journal.clear();
        }
        let started = self.journal.segments_after(self.cursor.segment);
        for segment in &started {
            self.mode.undo(segment, &self.destination)?;
            step("undone");
        }
        if started.is_empty() { Ok(()) } else { self.journal.forget_after(self.cursor.segment) }
    }

    /// Brings the file of the mark to the point of the mark.
    fn restore(&mut self) -> Result<(), Error> {
        let Some(file) = &mut self.cursor.file else { return Ok(()) };
        if self.mode == WriteMode::Whole {
            return self.restore_whole();
        }
        if !file.is_at_rest {
            let path = Path::new(&file.path);
            // A file that was removed or replaced meanwhile is noticed at the next write.
            drop(self.mode.resume(path, &self.destination, &file.state, false)?);
            file.is_at_rest = true;
            step("settled");
        }
        Ok(())
    }

    fn restore_whole(&mut self) -> Result<(), Error> {
        let Some((file, published)) =
            self.cursor.file.as_ref().and_then(|file| Some((file, file.published?)))
        else {
            return Ok(());
        };
        let path = Path::new(&file.path);
        let found = FileImprint::from_path(path)
            .map_err(|source| copydesk_core::ErrorKind::Read { path: path.into(), source })?;
        if found == Some(published.imprint) {
            (self.written, self.is_idle) = (published.sequence, true);
            // A run wrote this beside the file, and the state has lost it.
            let beside = self.mode.files(path).into_iter().filter(|file| file != path);
            beside.into_iter().try_for_each(|path| sinks::remove(&path))?;
        } else if found.is_none() && !partial_path(path).exists() {
            let path = file.path.clone();
            self.note_missing(&path);
            (self.covered, self.written) = (published.sequence, published.sequence);
            self.cursor.file = None;
        }
        Ok(())
    }

    /// The last record that was written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Prepares for the next records. Returns whether earlier records must be written again first, because
    /// the file can only be continued from an earlier point.
    pub(super) fn wake(&mut self, records: &[OutboxEntry]) -> Result<bool, Error> {
        let format = self.destination.format;
        let is_next = |record: &&OutboxEntry| {
            record.sequence > self.written && has_content(format, record.change)
        };
        let Some(next) = records.iter().find(is_next).filter(|_| self.is_idle) else {
            return Ok(false);
        };
        self.is_idle = false;
        let Some(file) = self.cursor.file.take() else { return Ok(false) };
        if file.base == self.template.path(next.at, next.run) {
            let path = Path::new(&file.path);
            match self.mode.resume(path, &self.destination, &file.state, false)? {
                RestoredFile::Found(writer) => {
                    self.writer = Some(writer);
                    self.cursor.file = Some(FileCursor { published: None, ..file });
                    step("entered");
                    return Ok(mem::replace(&mut self.written, self.covered) > self.covered);
                }
                RestoredFile::Missing => self.note_missing(&file.path),
                RestoredFile::Foreign(why) => self.note_foreign(&file.path, why),
            }
        }
        // The file in place is complete, and nothing will be added to it.
        self.covered = self.written;
        Ok(false)
    }

    /// Writes the next record; `None` if this format has nothing to show of it.
    pub(super) fn write(
        &mut self,
        delivery: &OutboxEntry,
        body: Option<RenderedBody>,
    ) -> Result<(), Error> {
        if let Some(body) = body {
            let base = self.template.path(delivery.at, delivery.run);
            self.prepare_file(&base)?;
            if let Some(writer) = &mut self.writer {
                writer.write(&rendered(body))?;
                step("written");
            }
            self.waiting.push_back(delivery.sequence);
        } else if self.is_idle {
            self.skip(delivery.sequence);
        }
        self.written = delivery.sequence;
        Ok(())
    }

    /// Skips a record that leaves the file in place as it is.
    fn skip(&mut self, sequence: u64) {
        let published = self.cursor.file.as_mut().and_then(|file| file.published.as_mut());
        if let Some(published) = published {
            if self.covered == published.sequence {
                self.covered = sequence;
            }
            published.sequence = sequence;
        }
    }

    /// Opens the file for a record, and closes the previous one if its period is over.
    fn prepare_file(&mut self, base: &str) -> Result<(), Error> {
        let is_there = self.cursor.file.as_ref().is_some_and(|file| file.base == base);
        // A file that the last run could not move into place has no writer, but is still owed.
        // Only Parquet and HTML need more than closing.
        let is_owing = self.mode == WriteMode::Whole && self.cursor.file.is_some();
        if !is_there && (self.writer.is_some() || is_owing) {
            self.close_file()?;
        }
        if !mem::replace(&mut self.is_checked, true)
            && self.writer.as_ref().is_some_and(|writer| !writer.is_untouched())
        {
            self.writer = None;
        }
        if self.writer.is_some() { Ok(()) } else { self.open_file(base) }
    }

    /// Closes a file whose period is over.
    fn close_file(&mut self) -> Result<(), Error> {
        if self.mode == WriteMode::Whole {
            // Its last rows are beyond the point from which it could be continued, so it must be completed
            // now.
            self.publish()?;
            (self.cursor.file, self.is_idle) = (None, false);
        } else if let (Some(mut writer), Some(file)) = (self.writer.take(), &mut self.cursor.file) {
            file.state = writer.commit()?;
            self.waiting.clear();
        }
        self.covered = self.written;
        step("left");
        Ok(())
    }

    /// Opens the file with this path, continuing it if the output wrote it before.
    fn open_file(&mut self, base: &str) -> Result<(), Error> {
        let left = self.cursor.file.take();
        let known = match &left {
            Some(file) if file.base == base => Some((file.path.clone(), file.state.clone())),
            _ if self.mode == WriteMode::Whole => None,
            _ => self.journal.last_state(base),
        };
        let left = left.map(|file| file.state);
        if let Some((path, state)) = known {
            match self.mode.resume(Path::new(&path), &self.destination, &state, true)? {
                RestoredFile::Found(writer) => {
                    if self.mode != WriteMode::Whole {
                        self.begin_segment(left.as_ref(), base, &path, Some(&state))?;
                    }
                    self.cursor.file = Some(file_cursor(base, &path, state));
                    self.writer = Some(writer);
                    step("entered");
                    return Ok(());
                }
                RestoredFile::Missing => self.note_missing(&path),
                RestoredFile::Foreign(why) => self.note_foreign(&path, why),
            }
        }
        self.create_file(left.as_ref(), base)
    }

    /// Creates a file, with a number in its name if the name is taken.
    fn create_file(&mut self, left: Option<&SinkState>, base: &str) -> Result<(), Error> {
        for number in 0..MAX_FILE_NUMBER {
            let path = numbered(base, number);
            if std::fs::metadata(&path)
                .is_ok_and(|found| found.len() > 0 || self.mode == WriteMode::Whole)
            {
                // Never overwrite: whatever it is, the output did not write it. An empty file may be the rest of a
                // log rotation.
                continue;
            }
            let before = self.cursor.segment;
            self.begin_segment(left, base, &path, None)?;
            step("begun");
            if let Some(writer) = self.mode.create(Path::new(&path), &self.destination)? {
                step("created");
                self.cursor.file = Some(file_cursor(base, &path, SinkState::default()));
                self.writer = Some(writer);
                return Ok(());
            }
            self.cursor.segment = before;
            self.journal.forget_after(before)?;
        }
        Err(copydesk_core::ErrorKind::OutputExists {
            path: numbered(base, MAX_FILE_NUMBER - 1).into(),
            folder: false,
        }
        .into())
    }

    /// Adds a segment to the journal. This must happen before the file exists: a file that is in no journal
    /// could not be told from those of others after a crash.
    fn begin_segment(
        &mut self,
        left: Option<&SinkState>,
        base: &str,
        path: &str,
        from: Option<&SinkState>,
    ) -> Result<(), Error> {
        let segment = FileSegment {
            number: self.cursor.segment + 1,
            base: base.into(),
            path: path.into(),
            from: from.cloned(),
            end: None,
        };
        self.journal.begin(left, segment)?;
        self.cursor.segment += 1;
        Ok(())
    }

    /// Makes written records durable, as far as the file can be truncated behind them.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.is_checked = false;
        if let (Some(writer), Some(file)) = (&mut self.writer, &mut self.cursor.file) {
            let state = writer.commit()?;
            // A compressed member or row group that is not complete cannot be truncated behind, so its records are
            // not covered.
            let durable = state.pages().saturating_sub(file.state.pages());
            for _ in 0..durable {
                self.covered = self.waiting.pop_front().unwrap_or(self.covered);
            }
            file.state = state;
            step("committed");
        }
        if self.waiting.is_empty() && !self.is_idle {
            self.covered = self.written;
        }
        Ok(())
    }

    /// Closes everything at the end of a run.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.commit()?;
        if self.mode == WriteMode::Whole {
            return if self.is_idle { Ok(()) } else { self.publish() };
        }
        // If somebody removed the file meanwhile, the next run notices.
        self.writer = None;
        if let Some(file) = &mut self.cursor.file {
            file.is_at_rest = true;
        }
        Ok(())
    }

    /// Moves the file into place, with everything that was written.
    fn publish(&mut self) -> Result<(), Error> {
        let Some(mut file) = self.cursor.file.take() else { return Ok(()) };
        let path = Path::new(&file.path).to_path_buf();
        let writer = match self.writer.take() {
            Some(writer) => RestoredFile::Found(writer),
            // The last run died before it could move the file into place.
            None if file.state.pages() > 0 => {
                self.mode.resume(&path, &self.destination, &file.state, false)?
            }
            // The state has lost what was written.
            None => {
                return self.mode.files(&path).iter().try_for_each(|path| sinks::remove(path));
            }
        };
        match writer {
            RestoredFile::Found(writer) => writer.finish()?,
            RestoredFile::Missing => {
                self.note_missing(&file.path);
                return Ok(());
            }
            RestoredFile::Foreign(why) => {
                self.note_foreign(&file.path, why);
                return Ok(());
            }
        }
        step("published");
        let found = FileImprint::from_path(&path)
            .map_err(|source| copydesk_core::ErrorKind::Read { path, source })?;
        file.published = found.map(|imprint| PublishedFile { sequence: self.written, imprint });
        (self.cursor.file, self.is_idle) = (Some(file), true);
        self.waiting.clear();
        Ok(())
    }

    /// The mark of the current point.
    ///
    /// # Errors
    /// If the cursor cannot be written as JSON, which would be a bug. An empty cursor must never be stored: the
    /// next run would take the output's files for those of somebody else.
    pub(super) fn mark(&self) -> Result<OutputMark, Error> {
        let cursor = serde_json::to_string(&self.cursor).map_err(|error| {
            let (output, source) = (self.name.clone(), io::Error::other(error));
            copydesk_core::ErrorKind::Write { output, source }
        })?;
        // A file that is moved into place as a whole is complete there, though it may be continued from an earlier
        // record.
        let published = self.cursor.file.as_ref().and_then(|file| file.published);
        let delivered = published.map_or(self.covered, |file| file.sequence.max(self.covered));
        Ok(OutputMark { covered: self.covered, delivered, cursor })
    }

    /// The current file.
    pub(super) fn current(&self) -> Option<&str> {
        self.cursor.file.as_ref().map(|file| file.path.as_str())
    }

    pub(super) fn format(&self) -> Format {
        self.destination.format
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        mem::take(&mut self.notes)
    }

    fn note_missing(&mut self, path: &str) {
        self.add_note(&format!("{path} was removed or emptied; it is started again"));
    }

    fn note_foreign(&mut self, path: &str, why: &str) {
        self.add_note(&format!(
            "{path} is left as it is, since {why}; the output continues in another file beside it"
        ));
    }

    fn add_note(&mut self, what: &str) {
        self.notes.push(note(&self.name, what));
    }
}

fn note(output: &str, what: &str) -> String {
    warn!(output, "{what}");
    format!("{output}: {what}")
}

fn file_cursor(base: &str, path: &str, state: SinkState) -> FileCursor {
    let (base, path) = (base.into(), path.into());
    FileCursor { base, path, state, is_at_rest: false, published: None }
}

fn rendered(body: RenderedBody) -> RenderedPage {
    let path = Arc::new(sinks::OutputPath::Shared);
    RenderedPage {
        unit: 0,
        path,
        body,
        header: None,
        frame: sinks::PageFrame::Separate,
        is_blank_failure: false,
    }
}
