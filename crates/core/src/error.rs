//! Errors that end a run. A page that cannot be read does not end one: it becomes a record with an error.
//!
//! The messages say what is wrong and where. What to do about it depends on the program around this
//! library, so remedies such as the names of flags belong there.

use std::io;
use std::path::PathBuf;

use crate::format::Format;

/// Why a run could not start or continue.
///
/// The kind is boxed, so that a `Result` stays small where nothing fails.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    #[source]
    kind: Box<ErrorKind>,
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether the reader of the output closed it, as `head` does. This is not a failure of the run.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&*self.kind, ErrorKind::Write { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }
}

/// What ended a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file that the run needs cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("{output}: {source}")]
    Write {
        /// The file, or `standard output`.
        output: String,
        /// The error of the system.
        source: io::Error,
    },
    /// An output exists already.
    #[error("{} already exists", path.display())]
    OutputExists {
        /// The output.
        path: PathBuf,
        /// Whether it is one file of an output folder.
        folder: bool,
    },
    /// An output would replace an input.
    #[error("{} would replace an input", path.display())]
    OutputIsInput {
        /// The output.
        path: PathBuf,
    },
    /// A format that cannot be written to a stream, since it is not written from front to back.
    #[error("the format {format} can only be written to a file")]
    FormatNeedsFile {
        /// The format.
        format: Format,
    },
    /// A format that this build does not have.
    #[error("this build does not write {format}")]
    FormatNotBuilt {
        /// The format. The cargo feature that adds it has the same name.
        format: Format,
    },
    /// Front matter was asked for, and a page shares its file with others.
    #[error("{page} shares its Markdown file with other pages, so it cannot have front matter")]
    SharedFrontMatter {
        /// The first such page.
        page: String,
    },
    /// Columns cannot be added to an input that has no rows.
    #[error("{input} has no rows to which columns could be added")]
    NotRows {
        /// The input.
        input: String,
    },
    /// A column that would be added exists already.
    #[error("{row} has a column `{column}` already")]
    ColumnExists {
        /// The first row that has it.
        row: String,
        /// The column.
        column: String,
    },
    /// Rows whose columns an output format cannot hold.
    #[error("the rows of {input} cannot be written as {format} with all their fields")]
    RowsOfOtherFormat {
        /// The input.
        input: String,
        /// The format of the output.
        format: Format,
    },
    /// Inputs with different columns cannot share one table.
    #[error("{input} has other columns than {first}")]
    ColumnsDiffer {
        /// The input.
        input: String,
        /// The first input.
        first: String,
    },
    /// Another run is writing the output.
    #[error("another run is writing {}", path.display())]
    OutputBusy {
        /// The output.
        path: PathBuf,
    },
    /// An interrupted output that cannot be resumed.
    #[error("{}: cannot resume: {why}", path.display())]
    NotResumable {
        /// The partial output.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A folder where a file is expected.
    #[error("{} is a folder", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// An input that is not text in any charset, such as a picture, an archive or a program.
    #[error("{}: not a text file", path.display())]
    NotText {
        /// The input.
        path: PathBuf,
    },
    /// An input that cannot be repaired in place.
    #[error("{}: cannot repair in place: it is {what}", path.display())]
    NotReplaceable {
        /// The input.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A charset that does not exist or is not supported.
    #[error("unknown charset `{label}`")]
    UnknownCharset {
        /// The name as written.
        label: String,
    },
    /// Existing outputs can only be skipped where each page has a file of its own.
    #[error(
        "existing pages can only be skipped in an output folder, and {output} is one stream of records"
    )]
    SkipNeedsFolder {
        /// The output.
        output: String,
    },
    /// A checkpoint from which this run cannot resume.
    #[error("{}: cannot resume: {why}", path.display())]
    Checkpoint {
        /// The checkpoint, or a file beside it.
        path: PathBuf,
        /// What is wrong with it, or what differs from the run that wrote it.
        why: String,
    },
    /// Another run is using the checkpoint.
    #[error("another run is using the checkpoint {}", path.display())]
    CheckpointBusy {
        /// The checkpoint.
        path: PathBuf,
    },
    /// A checkpoint with an output that cannot be resumed.
    #[error("a checkpoint needs an output that can be resumed, and {output} is a stream")]
    CheckpointOfStream {
        /// The output.
        output: String,
    },
    /// A checkpoint with unordered output. What was written would not say which pages are done.
    #[error(
        "a run that writes pages in any order cannot be resumed, so it cannot have a checkpoint"
    )]
    CheckpointUnordered,
    /// A report whose name ends in a suffix without a format.
    #[error("{}: unsupported report format", path.display())]
    ReportFormat {
        /// The file.
        path: PathBuf,
    },
    /// An unusable line in a list.
    #[error("{}, line {number}: {message}", path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// The number of the line, from 1.
        number: u64,
        /// What is wrong with it.
        message: String,
    },
    /// An invalid value of a setting, or a file that is not a settings file.
    #[error("{origin}: {message}")]
    Settings {
        /// The file or the variable.
        origin: String,
        /// What is wrong with it.
        message: String,
    },
    /// A setting that does not exist.
    #[error("{origin}: unknown setting `{name}`")]
    UnknownSetting {
        /// The file, or `the environment`.
        origin: String,
        /// The name as written.
        name: String,
        /// The known name that it most resembles, if it resembles one.
        nearest: Option<String>,
    },
    /// The folder given as `config` has neither lexicons nor site rules.
    #[error("{}: no lexicons or site rules in this folder", folder.display())]
    NoRules {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that is not a site profile, or an unusable one.
    #[error("{}: {message}", path.display())]
    Profile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A model file cannot be used.
    #[error("{source}")]
    Model {
        /// What is wrong with it.
        source: copydesk_clean::Error,
    },
    /// A lexicon or a site rule cannot be used.
    #[error("{folder}: {source}", folder = folder.display())]
    Rules {
        /// The folder with the rule.
        folder: PathBuf,
        /// What is wrong with it.
        source: copydesk_clean::Error,
    },
    /// A journal of duplicates cannot be used.
    #[error("{}: {what}", path.display())]
    Duplicates {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
        /// A remedy, which depends on what is wrong.
        hint: &'static str,
    },
    /// More pages than can be grouped at once.
    #[error("more than {max_pages} pages")]
    TooManyPages {
        /// The limit.
        max_pages: usize,
    },
    /// The inputs contain URLs, and the caller gave no fetcher.
    #[error("the inputs contain URLs, and no fetcher was given")]
    NoFetcher,
    /// The fetcher cannot start with these settings.
    #[error("{source}")]
    Fetcher {
        /// What is wrong.
        source: copydesk_fetch::Error,
    },
    /// Threads cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
}
