//! What stops a run. A page that cannot be read stops nothing: it becomes a record.

use std::io;
use std::path::PathBuf;

use crate::format::Format;

/// Why a run could not start or go on.
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

    /// What a person can do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match &*self.kind {
            ErrorKind::UnknownSetting { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            ErrorKind::UnknownSetting { .. } => {
                Some("`copydesk config` lists every setting".into())
            }
            ErrorKind::OutputExists { folder: true, .. } => Some(
                "--overwrite replaces what is there, --skip-existing cleans only what is missing"
                    .into(),
            ),
            ErrorKind::OutputExists { folder: false, .. } => Some("--overwrite replaces it".into()),
            ErrorKind::OutputIsInput { .. } => Some("choose another output with -o".into()),
            ErrorKind::FormatNeedsFile { format } => {
                Some(format!("name one with -o, such as `-o out.{}`", format.suffix()))
            }
            ErrorKind::OutputBusy { .. } => {
                Some("wait for it to end, or choose another output with -o".into())
            }
            ErrorKind::NotResumable { .. } => {
                Some("begin anew: what was written cannot be used".into())
            }
            ErrorKind::Write { source, .. } if is_full(source) => {
                Some("make room, or choose another output with -o".into())
            }
            ErrorKind::SkipNeedsFolder { .. } => {
                Some("name a folder, with a slash at its end, such as `-o cleaned/`".into())
            }
            ErrorKind::Checkpoint { path, .. } => {
                Some(format!("delete {} to start over", path.display()))
            }
            ErrorKind::CheckpointBusy { .. } => {
                Some("wait for it to end, or name another file with --checkpoint".into())
            }
            ErrorKind::CheckpointOfStream { .. } => Some("name a file or a folder with -o".into()),
            ErrorKind::CheckpointUnordered => Some("leave out --unordered or --checkpoint".into()),
            ErrorKind::Model { .. } => {
                Some("`make train` of this version writes model files that it reads".into())
            }
            ErrorKind::Profile { .. } => {
                Some("delete the file to count the site anew, or name another folder".into())
            }
            ErrorKind::NoRules { .. } => {
                Some("it should have lexicon/LANG.toml or sites/HOST.toml in it".into())
            }
            ErrorKind::ReportFormat { .. } => Some("name it run.html or run.json".into()),
            ErrorKind::IsFolder { .. } => {
                Some("name the files in it, such as `copydesk repair texts/*.txt`".into())
            }
            ErrorKind::NotReplaceable { .. } => {
                Some("leave --in-place out, and name an output with -o".into())
            }
            ErrorKind::UnknownCharset { .. } => Some(
                "name it as the Encoding Standard does, such as windows-1251, koi8-r or shift_jis"
                    .into(),
            ),
            ErrorKind::TooManyPages { .. } => {
                Some("group the pages of fewer days at a time, or set --max-pages".into())
            }
            ErrorKind::Duplicates { hint, .. } => Some((*hint).into()),
            _ => None,
        }
    }

    /// Whether whoever reads the output closed it, which is no failure of the run.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&*self.kind, ErrorKind::Write { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }
}

/// What stopped a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file that the run needs cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("{output}: {source}")]
    Write {
        /// The file, or `standard output`.
        output: String,
        /// What the system says.
        source: io::Error,
    },
    /// An output is there already.
    #[error("{} exists already", path.display())]
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
    /// A form that cannot be written to a stream.
    #[error("{format} needs a file to be written to")]
    FormatNeedsFile {
        /// The form.
        format: Format,
    },
    /// An output that another run is writing.
    #[error("{} is being written by another run", path.display())]
    OutputBusy {
        /// The output.
        path: PathBuf,
    },
    /// An interrupted output that cannot be gone on with.
    #[error("{} cannot be gone on with: {why}", path.display())]
    NotResumable {
        /// The partial output.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A folder where a file is wanted.
    #[error("{} is a folder", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// An input that is no text in any charset: a picture, an archive, a program.
    #[error("{} is no text", path.display())]
    NotText {
        /// The input.
        path: PathBuf,
    },
    /// An input that cannot be repaired where it stands.
    #[error("{} is {what}, and cannot be repaired in place", path.display())]
    NotReplaceable {
        /// The input.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A name that no charset has.
    #[error("`{label}` is no charset that can be read")]
    UnknownCharset {
        /// The name as written.
        label: String,
    },
    /// Outputs can be skipped one by one only where each is a file of its own.
    #[error("only an output folder can be completed, and {output} is one stream of records")]
    SkipNeedsFolder {
        /// The output.
        output: String,
    },
    /// A checkpoint that this run cannot go on from.
    #[error("{}: {why}", path.display())]
    Checkpoint {
        /// The checkpoint, or a file beside it.
        path: PathBuf,
        /// What is wrong with it, or differs.
        why: String,
    },
    /// A checkpoint that another run has.
    #[error("{} is the checkpoint of another run that is under way", path.display())]
    CheckpointBusy {
        /// The checkpoint.
        path: PathBuf,
    },
    /// A stream cannot be gone on with.
    #[error("a checkpoint needs an output that can be gone on with, and {output} is a stream")]
    CheckpointOfStream {
        /// The output.
        output: String,
    },
    /// Pages in any order cannot be gone on with.
    #[error("a run that writes pages in any order cannot be gone on with")]
    CheckpointUnordered,
    /// A report in a form that there is not.
    #[error("{} is no name for a report", path.display())]
    ReportFormat {
        /// The file.
        path: PathBuf,
    },
    /// A line of a list that cannot be used.
    #[error("{}, line {number}: {message}", path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// The number of the line, from 1.
        number: u64,
        /// What is wrong with it.
        message: String,
    },
    /// A value that a setting cannot have, or a file that is no settings file.
    #[error("{origin}: {message}")]
    Settings {
        /// The file or the variable.
        origin: String,
        /// What is wrong with it.
        message: String,
    },
    /// A name that is no setting.
    #[error("{origin}: `{name}` is no setting")]
    UnknownSetting {
        /// The file, or `the environment`.
        origin: String,
        /// The name as written.
        name: String,
        /// The known name that it is most likely meant to be.
        nearest: Option<String>,
    },
    /// A folder given as `config` has no rules in it.
    #[error("{} has no rules in it", folder.display())]
    NoRules {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that is no site profile, or none that can be used.
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
        /// What can be done.
        hint: &'static str,
    },
    /// More pages than stories can be made of at once.
    #[error("there are more than {max_pages} pages")]
    TooManyPages {
        /// The limit.
        max_pages: usize,
    },
    /// There are addresses among the inputs, and nothing to fetch them with.
    #[error("there is no fetcher for the addresses among the inputs")]
    NoFetcher,
    /// The fetcher cannot be used as it is set.
    #[error("{source}")]
    Fetcher {
        /// What is wrong.
        source: copydesk_fetch::Error,
    },
    /// Threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Threads(String),
}
