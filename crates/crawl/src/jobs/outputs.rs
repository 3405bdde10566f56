//! Where records of a job go, as its file says it.

use std::ops::Range;
use std::path::Path;

use super::OutputSpec;
use super::form::OutputForm;
use super::source::Source;
use crate::error::Error;
use copydesk_core::settings::{CompressChoice, FormatChoice};
use copydesk_core::sinks::{Compression, Format, compression_of_path};
use copydesk_core::words::{listed, nearest};

/// What may stand in the path of an output, in braces.
pub const PLACEHOLDERS: [&str; 7] = ["job", "date", "year", "month", "day", "hour", "run"];

impl OutputSpec {
    /// Its path for a run: with the placeholders filled in by `value`, which is given their names.
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

    /// Whether it is a folder with a file a page.
    pub fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }
}

/// The output that a table describes.
pub(super) fn output(
    source: &Source<'_>,
    form: OutputForm,
    at: &Range<usize>,
) -> Result<OutputSpec, Error> {
    let Some(path) = form.path else {
        let hint = "write path = \"NAME-{date}.jsonl\"".to_owned();
        return Err(source.hinted(at, "an output has no path", Some(hint)));
    };
    let (at, written) = (path.span(), path.into_inner());
    check_placeholders(source, &at, &written)?;
    let is_folder = written.ends_with('/');
    let joined = source.folder().join(&written);
    let folder = source.folder().to_string_lossy();
    if folder.contains(['{', '}']) && Path::new(&written).is_relative() {
        let message = format!("the folder of the file, {folder}, has braces in its name");
        let hint = "write the whole path of outputs, or rename the folder".to_owned();
        return Err(source.hinted(&at, message, Some(hint)));
    }
    let Some(path) = joined.to_str().map(ToOwned::to_owned) else {
        return Err(source.wrong(&at, format!("{} is not valid UTF-8", joined.display())));
    };
    let format = match form.format.and_then(FormatChoice::fixed) {
        Some(format) => format,
        None if is_folder => Format::Jsonl,
        None => Format::of_path(Path::new(&path)).ok_or_else(|| {
            let hint = format!(
                "end it with .jsonl, .csv, .txt, .md, .html (each also .gz or .zst), .parquet or \
                 .sqlite, with a slash for a folder, or set `format`: {}",
                listed(Format::ALL)
            );
            source.hinted(&at, format!("`{written}` does not say its form"), Some(hint))
        })?,
    };
    let compression = match &form.compress {
        Some(choice) => {
            let by_suffix = (!is_folder).then_some(Path::new(&path));
            let compression = choice.get_ref().compression(by_suffix);
            if compression != Compression::None && !format.is_text() {
                let message = format!("{format} is compressed inside; leave `compress` out");
                return Err(source.wrong(&choice.span(), message));
            }
            compression
        }
        None if is_folder || !format.is_text() => CompressChoice::None.compression(None),
        None => compression_of_path(Path::new(&path)),
    };
    let name = form.name.unwrap_or(written);
    Ok(OutputSpec { name, path, format, compression })
}

fn check_placeholders(source: &Source<'_>, at: &Range<usize>, path: &str) -> Result<(), Error> {
    if path.is_empty() {
        return Err(source.wrong(at, "an output has an empty path"));
    }
    let mut rest = path;
    loop {
        let Some((before, after)) = rest.split_once('{') else {
            if rest.contains('}') {
                return Err(source.wrong(at, format!("`{path}` has a }} without a {{")));
            }
            return Ok(());
        };
        if before.contains('}') {
            return Err(source.wrong(at, format!("`{path}` has a }} without a {{")));
        }
        let Some((name, after)) = after.split_once('}') else {
            return Err(source.wrong(at, format!("`{path}` has a {{ without a }}")));
        };
        if !PLACEHOLDERS.contains(&name) {
            let hint = match nearest(name, PLACEHOLDERS) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("there are {{{}}}", PLACEHOLDERS.join("}, {")),
            };
            let message = format!("`{path}` has a placeholder that there is not: {{{name}}}");
            return Err(source.hinted(at, message, Some(hint)));
        }
        rest = after;
    }
}
