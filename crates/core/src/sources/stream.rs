//! Opens inputs, and picks the reader for their format.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use copydesk_fetch::inflate::{ContentCoding, InflateReader};
use copydesk_fetch::warc::{WarcError, WarcErrorKind, WarcLimits, WarcReader};

use super::archive::{ArchivePages, damage};
use super::csv_rows::CsvRows;
use super::json_elements::JsonElements;
use super::json_pages::JsonPages;
use super::jsonl_pages::JsonlPages;
use super::page_loader::read_page;
use super::page_numbers::PageNumbers;
use super::page_task::{PageTask, PageTasks, TaskContent};
use super::pages_format::PagesFormat;
use super::table_pages::{TablePages, read_header};
use super::unit::InputUnit;
use super::utf8_input::{Utf8Input, utf16_from_bom};
use super::{EntryPoint, SourceOptions, parquet, read_error};

/// An input that was opened.
pub(super) struct OpenedInput {
    pub(super) tasks: PageTasks,
    /// Whether it was entered at an [`EntryPoint`], so that its first task is not the first page.
    pub(super) is_entered: bool,
}

impl OpenedInput {
    /// An input of one page.
    pub(super) fn single(task: PageTask) -> Self {
        Self { tasks: Box::new(std::iter::once(task)), is_entered: false }
    }

    fn many(tasks: impl Iterator<Item = PageTask> + Send + 'static, is_entered: bool) -> Self {
        Self { tasks: Box::new(tasks), is_entered }
    }
}

/// Opens an input that can be read only once.
///
/// # Errors
/// The content of the task for an input that is a single page, or that cannot be read.
pub(super) fn open_stream(
    unit: &InputUnit,
    mut input: impl Read + Send + 'static,
    format: Option<PagesFormat>,
    options: &SourceOptions,
) -> Result<OpenedInput, TaskContent> {
    let mut head = Vec::new();
    let format = match format.or(PagesFormat::from_choice(options.input)) {
        // A forced kind of page means that the input is one page.
        None if options.forced_kind().is_some() => None,
        None => PagesFormat::sniff(&mut input, &mut head).map_err(|error| unreadable(&error))?,
        format => format,
    };
    let mut input = Cursor::new(head).chain(input);
    let Some(format) = format else {
        let input =
            InflateReader::new(input, options.inflate).map_err(|error| unreadable(&error))?;
        let (bytes, error) = read_page(input, options.max_input_bytes, 0);
        return Err(TaskContent::Bytes(bytes, error));
    };
    match format {
        PagesFormat::Warc => {
            let reader = WarcReader::new(input, limits(options)).map_err(damaged)?;
            Ok(OpenedInput::many(archive(unit, reader, false), false))
        }
        PagesFormat::Parquet => {
            let file = spooled(&mut input, options).map_err(|error| unreadable(&error))?;
            let rows =
                parquet::open(file, &unit.source, options, 1).map_err(TaskContent::Failed)?;
            Ok(OpenedInput::many(rows, false))
        }
        format => {
            let input =
                InflateReader::new(input, options.inflate).map_err(|error| unreadable(&error))?;
            Ok(records(unit, input, format, options))
        }
    }
}

/// Opens a file, and enters it at `entry`.
///
/// # Errors
/// As [`open_stream`].
pub(super) fn open_file(
    unit: &InputUnit,
    mut file: File,
    format: Option<PagesFormat>,
    options: &SourceOptions,
    entry: Option<EntryPoint>,
) -> Result<OpenedInput, TaskContent> {
    let mut head = Vec::new();
    let format = match format.or(PagesFormat::from_choice(options.input)) {
        None if options.forced_kind().is_some() => None,
        None => {
            let format =
                PagesFormat::sniff(&mut file, &mut head).map_err(|error| unreadable(&error))?;
            file.rewind().map_err(|error| unreadable(&error))?;
            format
        }
        format => format,
    };
    match format {
        None => Err(match &unit.path {
            Some(path) => TaskContent::File(path.clone(), None),
            None => TaskContent::Bytes(head, None),
        }),
        Some(PagesFormat::Warc) => {
            let mut reader = WarcReader::new(file, limits(options)).map_err(damaged)?;
            if let Some(entry) = entry {
                reader.seek(entry.offset).map_err(|error| unreadable(&error))?;
            }
            Ok(OpenedInput::many(archive(unit, reader, true), entry.is_some()))
        }
        Some(PagesFormat::Parquet) => {
            let first = entry.map_or(1, |entry| entry.number);
            let rows =
                parquet::open(file, &unit.source, options, first).map_err(TaskContent::Failed)?;
            Ok(OpenedInput::many(rows, entry.is_some()))
        }
        Some(format) => {
            if !is_plain(&mut file).map_err(|error| unreadable(&error))? {
                let input = InflateReader::new(file, options.inflate)
                    .map_err(|error| unreadable(&error))?;
                return Ok(records(unit, input, format, options));
            }
            let start = entry.unwrap_or(EntryPoint { offset: 0, number: 1 });
            let tasks =
                plain(unit, file, format, options, start).map_err(|error| unreadable(&error))?;
            Ok(OpenedInput { tasks, is_entered: entry.is_some() })
        }
    }
}

/// The records of an input that is read from its start.
fn records<R: Read + Send + 'static>(
    unit: &InputUnit,
    input: InflateReader<R>,
    format: PagesFormat,
    options: &SourceOptions,
) -> OpenedInput {
    let max_bytes = options.max_line_bytes;
    let meter = input.meter();
    let pages = |what| PageNumbers::new(&unit.source, what, Arc::clone(&meter), false);
    match format {
        PagesFormat::Json => {
            let elements = JsonElements::new(Utf8Input::new(input), max_bytes);
            OpenedInput::many(JsonPages::new(elements, pages("element"), max_bytes), false)
        }
        PagesFormat::Table(divider) => {
            let mut rows = CsvRows::new(Utf8Input::new(input), divider, max_bytes, 0);
            let pages = pages("row");
            let header = read_header(&mut rows, divider, options, &pages);
            OpenedInput::many(TablePages::new(rows, header, pages, max_bytes), false)
        }
        _ => {
            let pages = pages("line");
            OpenedInput::many(JsonlPages::new(Utf8Input::new(input), pages, max_bytes, 0), false)
        }
    }
}

/// The records of a file from an entry on. The file must not be compressed: offsets in a compressed file are not
/// offsets in its content.
fn plain(
    unit: &InputUnit,
    mut file: File,
    format: PagesFormat,
    options: &SourceOptions,
    entry: EntryPoint,
) -> io::Result<PageTasks> {
    let max_bytes = options.max_line_bytes;
    let enter = |mut file: File| {
        file.seek(SeekFrom::Start(entry.offset))?;
        InflateReader::plain(file, options.inflate)
    };
    let pages = |what, input: &InflateReader<File>| {
        let mut pages = PageNumbers::new(&unit.source, what, input.meter(), true);
        pages.number = entry.number.saturating_sub(1);
        pages
    };
    Ok(match format {
        PagesFormat::Json => {
            let stand = JsonElements::new(&mut file, max_bytes).resume_state()?;
            let input = enter(file)?;
            let pages = pages("element", &input);
            let elements = if entry.offset == 0 {
                JsonElements::new(input, max_bytes)
            } else {
                JsonElements::resume(input, max_bytes, entry.offset, stand)
            };
            Box::new(JsonPages::new(elements, pages, max_bytes))
        }
        PagesFormat::Table(divider) => {
            let mut first = CsvRows::new(&mut file, divider, max_bytes, 0);
            let unread = InflateReader::plain(io::empty(), options.inflate)?;
            let heading = PageNumbers::new(&unit.source, "row", unread.meter(), true);
            let header = read_header(&mut first, divider, options, &heading);
            let divider = header.as_ref().map_or(divider, |header| header.delimiter);
            let start = entry.offset.max(first.offset());
            let entry = EntryPoint { offset: start, ..entry };
            file.seek(SeekFrom::Start(start))?;
            let input = InflateReader::plain(file, options.inflate)?;
            let mut pages = PageNumbers::new(&unit.source, "row", input.meter(), true);
            pages.number = entry.number.saturating_sub(1);
            let rows = CsvRows::new(input, divider, max_bytes, start);
            Box::new(TablePages::new(rows, header, pages, max_bytes))
        }
        _ => {
            let input = enter(file)?;
            let pages = pages("line", &input);
            Box::new(JsonlPages::new(input, pages, max_bytes, entry.offset))
        }
    })
}

fn archive<R: Read>(
    unit: &InputUnit,
    reader: WarcReader<R>,
    is_enterable: bool,
) -> ArchivePages<R> {
    ArchivePages::new(reader, &unit.source, is_enterable, unit.skipped_records.clone())
}

fn limits(options: &SourceOptions) -> WarcLimits {
    WarcLimits {
        max_record_bytes: options.max_line_bytes as u64,
        inflate: options.inflate,
        ..WarcLimits::default()
    }
}

/// Copies a stream of Parquet into a temporary file, because the index is at its end.
fn spooled(input: &mut impl Read, options: &SourceOptions) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let limit = options.inflate.max_inflated_bytes;
    let written = io::copy(&mut input.take(limit.saturating_add(1)), &mut file)?;
    if written > limit {
        return Err(io::Error::other(format!("more than {limit} bytes (max_inflated_bytes)")));
    }
    Ok(file)
}

/// Whether offsets in the file are offsets in its content: it is neither compressed nor UTF-16.
fn is_plain(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(4).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(ContentCoding::sniff(&head).is_none() && utf16_from_bom(&head).is_none())
}

fn unreadable(error: &io::Error) -> TaskContent {
    TaskContent::Failed(read_error(error))
}

fn damaged(error: WarcError) -> TaskContent {
    match error.kind {
        WarcErrorKind::Io(error) => unreadable(&error),
        _ => TaskContent::Failed(damage(&error)),
    }
}
