//! Opens an input and lists its pages.

use std::fs::File;
use std::io;
use std::path::Path;

use copydesk_clean::{RecordError, RecordErrorKind};

use super::name_hint::NameHint;
use super::page_task::{PageTask, PageTasks, TaskContent};
use super::stream::{self, OpenedInput};
use super::unit::{InputUnit, UnitContent};
use super::{EntryPoint, SourceOptions, read_error};

impl InputUnit {
    /// Its pages, in order. A file that is one page is not opened here but by [`PageTask::load`].
    pub fn tasks(&self, options: &SourceOptions) -> PageTasks {
        self.tasks_from(options, 0, None)
    }

    /// Its pages after the first `pages`. `entry` is the [`PageTask::entry_after`] of the last of these; without it,
    /// they are read and skipped, with the same result. With it, `max_inflated_bytes` counts only from the entry on.
    pub fn tasks_from(
        &self,
        options: &SourceOptions,
        pages: u64,
        entry: Option<EntryPoint>,
    ) -> PageTasks {
        let opened = match &self.content {
            UnitContent::Unreadable(message) => Err(TaskContent::Failed(RecordError {
                kind: RecordErrorKind::Read,
                message: message.clone(),
                concerns: String::new(),
            })),
            UnitContent::File(path, NameHint::Page(kind)) => {
                Err(TaskContent::File(path.clone(), Some(*kind)))
            }
            UnitContent::File(path, hint) => self.open(path, *hint, options, entry),
            UnitContent::Stdin => stream::open_stream(self, io::stdin(), None, options),
        };
        let opened = opened.unwrap_or_else(|work| {
            let bytes = self.bytes.unwrap_or(0);
            OpenedInput::single(PageTask::single(&self.source, bytes, work))
        });
        let passed = if opened.is_entered { 0 } else { pages };
        Box::new(opened.tasks.skip(usize::try_from(passed).unwrap_or(usize::MAX)))
    }

    fn open(
        &self,
        path: &Path,
        hint: NameHint,
        options: &SourceOptions,
        entry: Option<EntryPoint>,
    ) -> Result<OpenedInput, TaskContent> {
        let format = match hint {
            NameHint::Pages(format) => Some(format),
            _ => None,
        };
        let file = File::open(path).map_err(|error| TaskContent::Failed(read_error(&error)))?;
        // A pipe cannot be rewound after its format was detected.
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            stream::open_file(self, file, format, options, entry)
        } else {
            stream::open_stream(self, file, format, options)
        }
    }
}
