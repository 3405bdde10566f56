//! What a person can do about an error.
//!
//! The libraries say what is wrong and where. Remedies name flags, commands and files of this program, so they
//! are here.

use std::io;

use copydesk_clean::{RecordError, RecordErrorKind};
use copydesk_core::ErrorKind as CoreErrorKind;
use copydesk_core::settings::Settings;
use copydesk_core::sinks::Format;
use copydesk_core::sources::FileKind;
#[cfg(feature = "crawl")]
use copydesk_crawl::ErrorKind as CrawlErrorKind;

use crate::failure::HintedError;
use crate::url_guess::with_scheme;

/// The remedy for the error that ended the command, if there is one.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(hinted) = error.downcast_ref::<HintedError>() {
        return Some(hinted.hint().to_owned());
    }
    if let Some(error) = error.downcast_ref::<copydesk_core::Error>() {
        return core_hint(error.kind());
    }
    #[cfg(feature = "crawl")]
    if let Some(error) = error.downcast_ref::<copydesk_crawl::Error>() {
        return crawl_hint(error.kind());
    }
    Some(error.downcast_ref::<copydesk_eval::Error>()?.hint()?.to_owned())
}

/// The remedy for an error of a batch run.
pub(crate) fn core_hint(kind: &CoreErrorKind) -> Option<String> {
    let hint = match kind {
        CoreErrorKind::UnknownSetting { nearest: Some(nearest), .. } => {
            return Some(format!("did you mean `{nearest}`?"));
        }
        CoreErrorKind::FormatNeedsFile { format } => {
            return Some(format!("name a file with -o, such as `-o out.{}`", format.suffix()));
        }
        CoreErrorKind::FormatNotBuilt { format } => return Some(feature_hint(*format)),
        CoreErrorKind::Checkpoint { path, .. } => {
            return Some(format!("delete {} to start over", path.display()));
        }
        CoreErrorKind::UnknownSetting { .. } => "`copydesk config` lists every setting",
        CoreErrorKind::OutputExists { folder: true, .. } => {
            "--overwrite replaces what is there, --skip-existing cleans only what is missing"
        }
        CoreErrorKind::OutputExists { folder: false, .. } => "--overwrite replaces it",
        CoreErrorKind::OutputIsInput { .. } => "choose another output with -o",
        CoreErrorKind::NotRows { .. } => {
            "--add-columns needs JSON objects, or tables in CSV, TSV or Parquet"
        }
        CoreErrorKind::SharedFrontMatter { .. } => {
            "the pages of one input share a file: name inputs of one page each, or write jsonl, which has the \
             same fields"
        }
        CoreErrorKind::ColumnExists { .. } => {
            "give the new columns another prefix, such as `--add-columns=cleaned`"
        }
        CoreErrorKind::RowsOfOtherFormat { .. } => "write jsonl, or the format of the input",
        CoreErrorKind::ColumnsDiffer { .. } => {
            "name a folder with -o, which gets a table for each input, or write jsonl"
        }
        CoreErrorKind::OutputBusy { .. } => {
            "wait until that run has ended, or choose another output with -o"
        }
        CoreErrorKind::NotResumable { .. } => {
            "start over: delete the checkpoint, and use --overwrite for the output"
        }
        CoreErrorKind::Write { source, .. } if is_full(source) => {
            "make room, or choose another output with -o"
        }
        CoreErrorKind::SkipNeedsFolder { .. } => {
            "name a folder, with a slash at the end, such as `-o cleaned/`"
        }
        CoreErrorKind::CheckpointBusy { .. } => {
            "wait until that run has ended, or name another file with --checkpoint"
        }
        CoreErrorKind::CheckpointOfStream { .. } => "name a file or a folder with -o",
        CoreErrorKind::CheckpointUnordered => "omit --unordered or --checkpoint",
        CoreErrorKind::Model { .. } => {
            "`make train` in the sources of this version writes a suitable model file"
        }
        CoreErrorKind::Profile { .. } => {
            "delete the file to count the site from the beginning, or name another folder"
        }
        CoreErrorKind::NoRules { .. } => "it needs lexicon/LANG.toml or sites/HOST.toml",
        CoreErrorKind::ReportFormat { .. } => "name it run.html or run.json",
        CoreErrorKind::IsFolder { .. } => {
            "name the files in it, such as `copydesk repair texts/*.txt`"
        }
        CoreErrorKind::NotReplaceable { .. } => "omit --in-place, and name an output with -o",
        CoreErrorKind::UnknownCharset { .. } => {
            "use a label of the WHATWG Encoding Standard, such as windows-1251, koi8-r or shift_jis"
        }
        CoreErrorKind::TooManyPages { .. } => {
            "group the pages of fewer days at a time, or raise --max-pages"
        }
        CoreErrorKind::Duplicates { hint, .. } => hint,
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The remedy for an error of a crawl.
#[cfg(feature = "crawl")]
pub(crate) fn crawl_hint(kind: &CrawlErrorKind) -> Option<String> {
    match kind {
        CrawlErrorKind::JobFile { hint, .. } => hint.clone(),
        CrawlErrorKind::JobBusy { .. } => {
            Some("wait until it has ended; two runs of one job never overlap".into())
        }
        CrawlErrorKind::Listen { source, .. } => listen_hint(source.kind()),
        CrawlErrorKind::Core(error) => core_hint(error.kind()),
        _ => None,
    }
}

#[cfg(feature = "crawl")]
fn listen_hint(kind: io::ErrorKind) -> Option<String> {
    let cause = match kind {
        io::ErrorKind::AddrInUse => "another program, or another copydesk, listens there",
        io::ErrorKind::PermissionDenied => "ports below 1024 are for privileged users",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => return None,
    };
    Some(format!("{cause}: set `listen` to another address, or to \"\" for no status page"))
}

/// The remedy for a format that this build does not have.
fn feature_hint(format: Format) -> String {
    format!("build copydesk with the cargo feature `{format}`")
}

fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// The remedy for a page that failed. `source` is the input as the user named it.
pub(crate) fn page_hint(source: &str, error: &RecordError) -> Option<String> {
    match (&error.kind, error.concerns.as_str()) {
        (_, "allow_private") => {
            Some("use --allow-private if it is a server of your own network".into())
        }
        (_, "allow_downgrade") => {
            Some("use --allow-downgrade to follow redirects from https to http".into())
        }
        (RecordErrorKind::Read | RecordErrorKind::Url | RecordErrorKind::Scheme, "") => {
            let url = with_scheme(source)?;
            Some(format!("if you meant the URL, write `{url}`"))
        }
        (RecordErrorKind::Field, _) => {
            Some("--text-field or --html-field names the field with the page".into())
        }
        (RecordErrorKind::Binary, kind) => kind_hint(kind.parse().ok()?).map(str::to_owned),
        (RecordErrorKind::Parquet, _) if !Format::Parquet.is_built() => {
            Some(feature_hint(Format::Parquet))
        }
        _ => limit_flag(error).map(|flag| format!("--{flag} sets the limit")),
    }
}

/// The remedy for files of a kind that holds no page, as far as there is one.
pub(crate) fn kind_hint(kind: FileKind) -> Option<&'static str> {
    Some(match kind {
        FileKind::Pdf => "convert PDF documents to text first, for example with `pdftotext`",
        FileKind::Office => "convert office documents to HTML first, for example with `pandoc`",
        FileKind::Archive => "unpack archives first; of compressed pages, .gz and .zst are read",
        FileKind::Json => {
            "in folders, JSON is not read: name the files, such as `copydesk clean 'pages/*.json'`"
        }
        FileKind::Text => {
            "in folders, other text files are not read: name them, such as \
             `copydesk clean 'pages/*.log'`"
        }
        FileKind::Picture => {
            "text in pictures needs character recognition first, for example with `tesseract`"
        }
        FileKind::Link => "--follow-links reads what symbolic links in folders lead to",
        _ => return None,
    })
}

/// The flag for the limit that an error is about. The cleaner has no clock: it only learns that it was
/// interrupted, so it calls the time limit that.
fn limit_flag(error: &RecordError) -> Option<String> {
    match error.concerns.as_str() {
        "interrupt" => Some("page-timeout".into()),
        limit if Settings::NAMES.contains(&limit) => Some(limit.replace('_', "-")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_its_flag() {
        let flag = |concerns: &str| {
            let (kind, message) = (RecordErrorKind::Limit, String::new());
            limit_flag(&RecordError { kind, message, concerns: concerns.into() })
        };
        assert_eq!(flag("max_depth").as_deref(), Some("max-depth"));
        assert_eq!(flag("interrupt").as_deref(), Some("page-timeout"));
        assert_eq!(flag("line 7"), None);
    }

    #[test]
    fn a_full_disk_has_a_hint_and_other_write_errors_have_none() {
        let hint = |kind: io::ErrorKind| {
            core_hint(&CoreErrorKind::Write { output: "out.jsonl".into(), source: kind.into() })
        };
        for kind in
            [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge]
        {
            assert_eq!(hint(kind).as_deref(), Some("make room, or choose another output with -o"));
        }
        assert_eq!(hint(io::ErrorKind::PermissionDenied), None);
    }

    #[test]
    fn a_hint_names_the_file_the_setting_or_the_suffix() {
        let path = "run.checkpoint".into();
        let checkpoint = CoreErrorKind::Checkpoint { path, why: "it is damaged".into() };
        assert_eq!(core_hint(&checkpoint).as_deref(), Some("delete run.checkpoint to start over"));
        let setting = |nearest: Option<&str>| CoreErrorKind::UnknownSetting {
            origin: "x.toml".into(),
            name: "page_timout".into(),
            nearest: nearest.map(Into::into),
        };
        let hint = core_hint(&setting(Some("page_timeout")));
        assert_eq!(hint.as_deref(), Some("did you mean `page_timeout`?"));
        let hint = core_hint(&setting(None));
        assert_eq!(hint.as_deref(), Some("`copydesk config` lists every setting"));
        let report = CoreErrorKind::ReportFormat { path: "run.txt".into() };
        assert_eq!(core_hint(&report).as_deref(), Some("name it run.html or run.json"));
    }

    #[cfg(feature = "crawl")]
    #[test]
    fn errors_inside_a_crawl_error_keep_their_hint() {
        let core = copydesk_core::Error::from(CoreErrorKind::CheckpointUnordered);
        let hint = crawl_hint(&CrawlErrorKind::Core(core));
        assert_eq!(hint.as_deref(), Some("omit --unordered or --checkpoint"));
        let listen = CrawlErrorKind::Listen {
            address: "127.0.0.1:80".parse().unwrap(),
            source: io::ErrorKind::AddrInUse.into(),
        };
        let hint = crawl_hint(&listen).unwrap();
        assert!(hint.contains("set `listen` to another address"), "{hint}");
    }
}
