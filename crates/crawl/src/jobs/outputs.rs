//! The outputs of a job, and the placeholders of their paths.

use std::ops::Range;
use std::path::Path;

use super::OutputSpec;
use super::source::JobsFileSource;
use super::tables::OutputTable;
use crate::error::Error;
use copydesk_core::settings::CompressChoice;
use copydesk_core::sinks::{FileCompression, Format, compression_from_path};
use copydesk_core::string_enum::{joined, nearest};

/// The placeholders that the path of an output may contain, without braces.
const PLACEHOLDERS: [&str; 7] = ["job", "date", "year", "month", "day", "hour", "run"];

impl OutputSpec {
    /// Its path, with each placeholder replaced by `value` of its name.
    pub fn path_with(&self, value: impl Fn(&str) -> String) -> String {
        let mut path = String::with_capacity(self.path.len());
        let mut rest = self.path.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                path.push('{');
                rest = after;
                continue;
            };
            path.push_str(&value(name));
            rest = after;
        }
        path + rest
    }

    /// Whether it is a folder with one file per page.
    pub fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }
}

/// The output that a table describes.
pub(super) fn output(
    source: &JobsFileSource<'_>,
    table: OutputTable,
    at: &Range<usize>,
) -> Result<OutputSpec, Error> {
    let Some(path) = table.path else {
        let hint = "write path = \"NAME-{date}.jsonl\"".to_owned();
        return Err(source.error_with_hint(at, "an output needs a `path`", Some(hint)));
    };
    let (at, written) = (path.span(), path.into_inner());
    check_placeholders(source, &at, &written)?;
    let is_folder = written.ends_with('/');
    let full_path = source.folder().join(&written);
    let folder = source.folder().to_string_lossy();
    if folder.contains(['{', '}']) && Path::new(&written).is_relative() {
        let message = format!(
            "the folder of this file, {folder}, contains braces, which would be placeholders"
        );
        let hint = "write absolute paths of outputs, or rename the folder".to_owned();
        return Err(source.error_with_hint(&at, message, Some(hint)));
    }
    let Some(path) = full_path.to_str().map(ToOwned::to_owned) else {
        return Err(source.error_at(&at, format!("{} is not valid UTF-8", full_path.display())));
    };
    let format = match table.format.and_then(|choice| choice.0) {
        Some(format) => format,
        None if is_folder => Format::Jsonl,
        None => Format::from_path(Path::new(&path)).ok_or_else(|| {
            let hint = format!(
                "use the suffix .jsonl, .csv, .txt, .md, .html (also with .gz or .zst), .parquet or \
                 .sqlite, a slash for a folder, or set `format` to {}",
                joined(Format::ALL)
            );
            source.error_with_hint(&at, format!("`{written}` has no known suffix"), Some(hint))
        })?,
    };
    if !format.is_built() {
        let hint = format!("build copydesk with the cargo feature `{format}`");
        let message = copydesk_core::ErrorKind::FormatNotBuilt { format }.to_string();
        return Err(source.error_with_hint(&at, message, Some(hint)));
    }
    let compression = match &table.compress {
        Some(choice) => {
            let by_suffix = (!is_folder).then_some(Path::new(&path));
            let compression = choice.get_ref().compression(by_suffix);
            if compression != FileCompression::None && !format.is_text() {
                let message = format!(
                    "`compress` does not apply to {format}, which is compressed internally"
                );
                return Err(source.error_at(&choice.span(), message));
            }
            compression
        }
        None if is_folder || !format.is_text() => CompressChoice::None.compression(None),
        None => compression_from_path(Path::new(&path)),
    };
    let name = table.name.unwrap_or(written);
    Ok(OutputSpec { name, path, format, compression })
}

fn check_placeholders(
    source: &JobsFileSource<'_>,
    at: &Range<usize>,
    path: &str,
) -> Result<(), Error> {
    if path.is_empty() {
        return Err(source.error_at(at, "the path of an output is empty"));
    }
    let mut rest = path;
    loop {
        let Some((before, after)) = rest.split_once('{') else {
            if rest.contains('}') {
                return Err(source.error_at(at, format!("`{path}` contains }} without {{")));
            }
            return Ok(());
        };
        if before.contains('}') {
            return Err(source.error_at(at, format!("`{path}` contains }} without {{")));
        }
        let Some((name, after)) = after.split_once('}') else {
            return Err(source.error_at(at, format!("`{path}` contains {{ without }}")));
        };
        if !PLACEHOLDERS.contains(&name) {
            let hint = match nearest(name, PLACEHOLDERS) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("the placeholders are {{{}}}", PLACEHOLDERS.join("}, {")),
            };
            let message = format!("`{path}` contains an unknown placeholder: {{{name}}}");
            return Err(source.error_with_hint(at, message, Some(hint)));
        }
        rest = after;
    }
}
