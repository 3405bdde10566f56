//! Opens inputs and reads them as what they are.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use copydesk_fetch::inflate::{Coding, Inflate};
use copydesk_fetch::warc::{ReaderLimits, WarcError, WarcErrorKind, WarcReader};

use super::archive::{Archive, damage};
use super::elements::Elements;
use super::form::Form;
use super::job::{Job, Work};
use super::lines::Lines;
use super::numbered::Numbered;
use super::objects::Objects;
use super::rows::Rows;
use super::table_rows::{TableRows, read_header};
use super::unit::{Jobs, Unit, read_page};
use super::{Entry, SourceOptions, parquet, read_error};

/// An input that was opened.
pub(super) struct Opened {
    pub(super) jobs: Jobs,
    /// Whether its first page is the one that was to be entered at.
    pub(super) is_entered: bool,
}

impl Opened {
    /// An input of one page.
    pub(super) fn one(job: Job) -> Self {
        Self { jobs: Box::new(std::iter::once(job)), is_entered: false }
    }

    fn many(jobs: impl Iterator<Item = Job> + Send + 'static, is_entered: bool) -> Self {
        Self { jobs: Box::new(jobs), is_entered }
    }
}

/// Opens an input that can be read only once.
///
/// # Errors
/// What is to be done for an input that has no pages but is one.
pub(super) fn streamed(
    unit: &Unit,
    mut input: impl Read + Send + 'static,
    form: Option<Form>,
    options: &SourceOptions,
) -> Result<Opened, Work> {
    let mut head = Vec::new();
    let form = match form.or(Form::chosen(options.input)) {
        // Whoever forces a kind of page has no records.
        None if options.forced_kind().is_some() => None,
        None => Form::sniff(&mut input, &mut head).map_err(|error| unreadable(&error))?,
        form => form,
    };
    let mut input = Cursor::new(head).chain(input);
    let Some(form) = form else {
        let input = Inflate::new(input, options.inflate).map_err(|error| unreadable(&error))?;
        let (bytes, error) = read_page(input, options.max_input_bytes, 0);
        return Err(Work::Bytes(bytes, error));
    };
    match form {
        Form::Warc => {
            let reader = WarcReader::new(input, limits(options)).map_err(damaged)?;
            Ok(Opened::many(archive(unit, reader, false), false))
        }
        Form::Parquet => {
            let file = spooled(&mut input, options).map_err(|error| unreadable(&error))?;
            let rows = parquet::open(file, &unit.source, options, 1).map_err(Work::Failed)?;
            Ok(Opened::many(rows, false))
        }
        form => {
            let input = Inflate::new(input, options.inflate).map_err(|error| unreadable(&error))?;
            Ok(records(unit, input, form, options))
        }
    }
}

/// Opens a file, and goes to where it is to be entered.
///
/// # Errors
/// As [`streamed`].
pub(super) fn stored(
    unit: &Unit,
    mut file: File,
    form: Option<Form>,
    options: &SourceOptions,
    entry: Option<Entry>,
) -> Result<Opened, Work> {
    let mut head = Vec::new();
    let form = match form.or(Form::chosen(options.input)) {
        None if options.forced_kind().is_some() => None,
        None => {
            let form = Form::sniff(&mut file, &mut head).map_err(|error| unreadable(&error))?;
            file.rewind().map_err(|error| unreadable(&error))?;
            form
        }
        form => form,
    };
    match form {
        None => Err(match &unit.path {
            Some(path) => Work::File(path.clone(), None),
            None => Work::Bytes(head, None),
        }),
        Some(Form::Warc) => {
            let mut reader = WarcReader::new(file, limits(options)).map_err(damaged)?;
            if let Some(entry) = entry {
                reader.seek(entry.offset).map_err(|error| unreadable(&error))?;
            }
            Ok(Opened::many(archive(unit, reader, true), entry.is_some()))
        }
        Some(Form::Parquet) => {
            let first = entry.map_or(1, |entry| entry.number);
            let rows = parquet::open(file, &unit.source, options, first).map_err(Work::Failed)?;
            Ok(Opened::many(rows, entry.is_some()))
        }
        Some(form) => {
            if !is_plain(&mut file).map_err(|error| unreadable(&error))? {
                let input =
                    Inflate::new(file, options.inflate).map_err(|error| unreadable(&error))?;
                return Ok(records(unit, input, form, options));
            }
            let start = entry.unwrap_or(Entry { offset: 0, number: 1 });
            let jobs =
                plain(unit, file, form, options, start).map_err(|error| unreadable(&error))?;
            Ok(Opened { jobs, is_entered: entry.is_some() })
        }
    }
}

/// The records of an input that is read from its start.
fn records<R: Read + Send + 'static>(
    unit: &Unit,
    input: Inflate<R>,
    form: Form,
    options: &SourceOptions,
) -> Opened {
    let max_bytes = options.max_line_bytes;
    let pages = |what| Numbered::new(&unit.source, what, input.meter(), false);
    match form {
        Form::Json => {
            let pages = pages("element");
            Opened::many(Objects::new(Elements::new(input, max_bytes), pages, max_bytes), false)
        }
        Form::Table(divider) => {
            let pages = pages("row");
            let mut rows = Rows::new(input, divider, max_bytes, 0);
            let header = read_header(&mut rows, divider, options, &pages);
            Opened::many(TableRows::new(rows, header, pages, max_bytes), false)
        }
        _ => {
            let pages = pages("line");
            Opened::many(Lines::new(input, pages, max_bytes, 0), false)
        }
    }
}

/// The records of a file that is not compressed, from an entry on.
fn plain(
    unit: &Unit,
    mut file: File,
    form: Form,
    options: &SourceOptions,
    entry: Entry,
) -> io::Result<Jobs> {
    let max_bytes = options.max_line_bytes;
    let enter = |mut file: File| {
        file.seek(SeekFrom::Start(entry.offset))?;
        Inflate::plain(file, options.inflate)
    };
    let pages = |what, input: &Inflate<File>| {
        let mut pages = Numbered::new(&unit.source, what, input.meter(), true);
        pages.number = entry.number.saturating_sub(1);
        pages
    };
    Ok(match form {
        Form::Json => {
            let stand = Elements::new(&mut file, max_bytes).entry_stand()?;
            let input = enter(file)?;
            let pages = pages("element", &input);
            let elements = if entry.offset == 0 {
                Elements::new(input, max_bytes)
            } else {
                Elements::entering(input, max_bytes, entry.offset, stand)
            };
            Box::new(Objects::new(elements, pages, max_bytes))
        }
        Form::Table(divider) => {
            let mut first = Rows::new(&mut file, divider, max_bytes, 0);
            let unread = Inflate::plain(io::empty(), options.inflate)?;
            let heading = Numbered::new(&unit.source, "row", unread.meter(), true);
            let header = read_header(&mut first, divider, options, &heading);
            let start = entry.offset.max(first.offset());
            let entry = Entry { offset: start, ..entry };
            file.seek(SeekFrom::Start(start))?;
            let input = Inflate::plain(file, options.inflate)?;
            let mut pages = Numbered::new(&unit.source, "row", input.meter(), true);
            pages.number = entry.number.saturating_sub(1);
            let rows = Rows::new(input, divider, max_bytes, start);
            Box::new(TableRows::new(rows, header, pages, max_bytes))
        }
        _ => {
            let input = enter(file)?;
            let pages = pages("line", &input);
            Box::new(Lines::new(input, pages, max_bytes, entry.offset))
        }
    })
}

fn archive<R: Read>(unit: &Unit, reader: WarcReader<R>, is_enterable: bool) -> Archive<R> {
    Archive::new(reader, &unit.source, is_enterable, unit.passed_over.clone())
}

fn limits(options: &SourceOptions) -> ReaderLimits {
    ReaderLimits {
        max_record_bytes: options.max_line_bytes as u64,
        inflate: options.inflate,
        ..ReaderLimits::default()
    }
}

/// Puts a stream into a temporary file, since it can only be read from its end on.
fn spooled(input: &mut impl Read, options: &SourceOptions) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let limit = options.inflate.max_inflated_bytes;
    let written = io::copy(&mut input.take(limit.saturating_add(1)), &mut file)?;
    if written > limit {
        return Err(io::Error::other(format!(
            "it has more than {limit} bytes (max_inflated_bytes)"
        )));
    }
    Ok(file)
}

fn is_plain(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(4).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(Coding::sniff(&head).is_none())
}

fn unreadable(error: &io::Error) -> Work {
    Work::Failed(read_error(error))
}

fn damaged(error: WarcError) -> Work {
    match error.kind {
        WarcErrorKind::Io(error) => unreadable(&error),
        _ => Work::Failed(damage(&error)),
    }
}
