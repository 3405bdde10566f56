//! An output of files, one after another.

use std::collections::VecDeque;
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

/// Numbers that are tried for the name of a file.
const MAX_FILE_NUMBER: u32 = 10_000;

/// An output of files that is open. It stands where its mark says, or further on.
///
/// What makes it right at any time is this. A mark is of a point in a segment; the journal says which
/// segments were begun after it. So a run first undoes those, the last first, cuts the file of the mark
/// back to its point, and takes from the outbox what comes after.
pub(super) struct FilesOutput {
    name: String,
    template: PathTemplate,
    mode: WriteMode,
    destination: Destination,
    journal: SegmentJournal,
    cursor: OutputCursor,
    /// Every record up to this is durable.
    covered: u64,
    /// Every record up to this was taken.
    written: u64,
    /// The records of pages that were taken and cannot be cut behind yet.
    waiting: VecDeque<u64>,
    writer: Option<OutputWriter>,
    /// Whether it was looked at the file since the last commit.
    is_checked: bool,
    /// Whether the file in place has all records up to `written`, though it can only be gone on with from
    /// an earlier one.
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
        let form = file_suffix(&destination);
        let known: Option<OutputCursor> = serde_json::from_str(&mark.cursor).ok();
        let is_unreadable = known.is_none() && !mark.cursor.is_empty();
        let fresh = || OutputCursor {
            journal: SegmentJournal::new_id(),
            form: form.clone(),
            ..OutputCursor::default()
        };
        let mut place = known.unwrap_or_else(fresh);
        let mut journal = SegmentJournal::open(&template, job, output, &place.journal)?;
        let has_other_form = place.form != form;
        let mut covered = mark.covered;
        if has_other_form {
            let published = place.file.take().and_then(|file| file.published);
            covered = published.map_or(covered, |published| published.sequence.max(covered));
            place.form = form;
            journal.clear()?;
        }
        let mut files = Self {
            name: output.into(),
            mode: WriteMode::for_format(destination.format),
            template,
            destination,
            journal,
            cursor: place,
            covered,
            written: covered,
            waiting: VecDeque::new(),
            writer: None,
            is_checked: false,
            is_idle: false,
            notes: Vec::new(),
        };
        if is_unreadable {
            files.add_note("its mark is of another version, and it begins new files");
        }
        if has_other_form {
            files.add_note("it has another form than before, and begins new files");
        }
        files.undo_after_mark()?;
        files.restore()?;
        Ok(files)
    }

    /// Undoes what was begun after the mark.
    fn undo_after_mark(&mut self) -> Result<(), Error> {
        if self.journal.has_forgotten(self.cursor.segment) {
            // No loss of power sets a state back so far: it was put back from a copy.
            self.add_note("its state is much older than its files, which are left as they are");
            self.cursor.file = None;
            return self.journal.clear();
        }
        let begun = self.journal.segments_after(self.cursor.segment);
        for segment in &begun {
            self.mode.undo(segment, &self.destination)?;
            step("undone");
        }
        if begun.is_empty() { Ok(()) } else { self.journal.forget_after(self.cursor.segment) }
    }

    /// Brings the file of the mark to where the mark says.
    fn restore(&mut self) -> Result<(), Error> {
        let Some(file) = &mut self.cursor.file else { return Ok(()) };
        if self.mode == WriteMode::Whole {
            return self.restore_whole();
        }
        if !file.is_at_rest {
            let path = Path::new(&file.path);
            // What is not there any more, or is another file, is found out when something is written.
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
            // What a run wrote beside it that the state does not know of any more.
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

    /// The last record that was taken.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Makes ready for records that come after the last one. Says whether some are to be taken again before
    /// them.
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
        // Nothing is added to what is in place, and that has all.
        self.covered = self.written;
        Ok(false)
    }

    /// Takes the next record; `None` where it has nothing to show.
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

    /// Takes a record of which what is in place has all that it would have.
    fn skip(&mut self, sequence: u64) {
        let published = self.cursor.file.as_mut().and_then(|file| file.published.as_mut());
        if let Some(published) = published {
            if self.covered == published.sequence {
                self.covered = sequence;
            }
            published.sequence = sequence;
        }
    }

    /// Opens the file that is due.
    fn prepare_file(&mut self, base: &str) -> Result<(), Error> {
        let is_there = self.cursor.file.as_ref().is_some_and(|file| file.base == base);
        // A file that was not put in its place before the last run died has no writer.
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

    /// Ends a file whose period is over.
    fn close_file(&mut self) -> Result<(), Error> {
        if self.mode == WriteMode::Whole {
            // Something stands after its last point to go on from.
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

    /// Opens the file of this path, where it was left if it is known.
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

    /// Begins a file where there is none.
    fn create_file(&mut self, left: Option<&SinkState>, base: &str) -> Result<(), Error> {
        for number in 0..MAX_FILE_NUMBER {
            let path = numbered(base, number);
            if std::fs::metadata(&path)
                .is_ok_and(|found| found.len() > 0 || self.mode == WriteMode::Whole)
            {
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

    /// Enters a segment in the journal.
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

    /// Makes durable what was taken, as far as it can be.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.is_checked = false;
        if let (Some(writer), Some(file)) = (&mut self.writer, &mut self.cursor.file) {
            let state = writer.commit()?;
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

    /// Ends what is open at the end of a run.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.commit()?;
        if self.mode == WriteMode::Whole {
            return if self.is_idle { Ok(()) } else { self.publish() };
        }
        // A file that somebody took away since is found out by the next run.
        self.writer = None;
        if let Some(file) = &mut self.cursor.file {
            file.is_at_rest = true;
        }
        Ok(())
    }

    /// Puts the file in its place with all that was taken.
    fn publish(&mut self) -> Result<(), Error> {
        let Some(mut file) = self.cursor.file.take() else { return Ok(()) };
        let path = Path::new(&file.path).to_path_buf();
        let writer = match self.writer.take() {
            Some(writer) => RestoredFile::Found(writer),
            // What was taken was not put in place before the last run died.
            None if file.state.pages() > 0 => {
                self.mode.resume(&path, &self.destination, &file.state, false)?
            }
            // What it had the state does not know of any more.
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

    /// The mark of where it stands by now.
    pub(super) fn mark(&self) -> OutputMark {
        let place = serde_json::to_string(&self.cursor).unwrap_or_default();
        OutputMark { covered: self.covered, cursor: place }
    }

    /// The file that it stands in.
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
        self.add_note(&format!("{path} was taken away, and is begun anew"));
    }

    fn note_foreign(&mut self, path: &str, why: &str) {
        self.add_note(&format!(
            "{path} is left as it is, since {why}; another file is begun beside it"
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
    let place = Arc::new(sinks::OutputPath::Shared);
    RenderedPage { unit: 0, path: place, body, separate: true, is_blank_failure: false }
}
