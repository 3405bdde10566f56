//! Names the outputs of inputs.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::path::{Path, PathBuf};

use super::paths::same_file;
use super::{Destination, ExistingOutput, OutputTarget};
use crate::error::{Error, ErrorKind};
use crate::format::{compression_suffix, uncompressed};
use crate::sources::{InputUnit, PageName};

/// Where the pages of one input go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputPath {
    /// Into the output of all inputs.
    Shared,
    /// Into a file of their own.
    File(PathBuf),
    /// Nowhere: this file exists already and stays.
    Skip(PathBuf),
}

/// Names the outputs of inputs. The same inputs in the same order get the same names, so a run that completes
/// an earlier one finds its files.
#[derive(Debug)]
pub struct OutputNamer {
    folder: Option<PathBuf>,
    /// The suffix of names, without the first dot; `None` keeps the suffixes of pages.
    suffix: Option<String>,
    existing: ExistingOutput,
    // Hashes, since a run may have millions of inputs. If two names share a hash, the second name is only
    // longer than necessary.
    taken: HashSet<u64>,
    /// Hashes of the URLs that have a path.
    url_hashes: HashSet<u64>,
}

impl Destination {
    /// Names the outputs of inputs; called in input order.
    pub fn output_namer(&self) -> OutputNamer {
        OutputNamer::new(self)
    }

    /// Like [`Destination::output_namer`], for a resumed run: files that exist are replaced, since the
    /// interrupted run made them. With [`ExistingOutput::Skip`] they are skipped as before.
    pub fn resumed_output_namer(&self) -> OutputNamer {
        let existing = match self.existing {
            ExistingOutput::Skip => ExistingOutput::Skip,
            ExistingOutput::Refuse | ExistingOutput::Overwrite => ExistingOutput::Overwrite,
        };
        OutputNamer::new(&Self { existing, ..self.clone() })
    }
}

impl OutputNamer {
    fn new(destination: &Destination) -> Self {
        let folder = match &destination.target {
            OutputTarget::Folder(folder) => Some(folder.clone()),
            OutputTarget::Stream | OutputTarget::File(_) => None,
        };
        let suffix = file_suffix(destination);
        let (taken, url_hashes) = (HashSet::new(), HashSet::new());
        Self { folder, suffix: Some(suffix), existing: destination.existing, taken, url_hashes }
    }

    /// Names files for pages that are stored unchanged.
    pub(crate) fn for_pages(folder: PathBuf, existing: ExistingOutput) -> Self {
        let (taken, url_hashes) = (HashSet::new(), HashSet::new());
        Self { folder: Some(folder), suffix: None, existing, taken, url_hashes }
    }

    /// The output of the page with this URL. Its name depends only on the URL, unless another page has the
    /// same name, so a run that completes an earlier one may have another list. A URL that occurred before is
    /// skipped.
    ///
    /// # Errors
    /// When the output exists and may not be replaced.
    pub(crate) fn path_for_url(&mut self, url: &str) -> Result<OutputPath, Error> {
        let Some(folder) = self.folder.clone() else { return Ok(OutputPath::Shared) };
        let name = PageName::from_url(url);
        let mut path = name.path(self.suffix.as_deref());
        if !self.url_hashes.insert(name.hash) {
            return Ok(OutputPath::Skip(folder.join(path)));
        }
        if !self.claim(&path) {
            path = name.path_with_hash(self.suffix.as_deref());
            self.claim(&path);
        }
        self.resolve_existing(folder.join(path))
    }

    /// The output of the next input.
    ///
    /// # Errors
    /// When the output exists and may not be replaced, or would replace the input itself.
    pub fn path_for_unit(&mut self, unit: &InputUnit) -> Result<OutputPath, Error> {
        let Some(folder) = self.folder.clone() else { return Ok(OutputPath::Shared) };
        let path = folder.join(self.name(&unit.relative));
        if unit.path.as_deref().is_some_and(|input| same_file(&path, input)) {
            return Err(ErrorKind::OutputIsInput { path }.into());
        }
        self.resolve_existing(path)
    }

    fn resolve_existing(&self, path: PathBuf) -> Result<OutputPath, Error> {
        match self.existing {
            ExistingOutput::Skip if path.exists() => Ok(OutputPath::Skip(path)),
            ExistingOutput::Refuse if path.exists() => {
                Err(ErrorKind::OutputExists { path, folder: true }.into())
            }
            _ => Ok(OutputPath::File(path)),
        }
    }

    /// The input's name with the suffix of the format. If an earlier input has that name already, the whole
    /// name with the suffix, then a number.
    fn name(&mut self, relative: &Path) -> PathBuf {
        let whole = relative.file_name().unwrap_or(OsStr::new("page"));
        let stem = Path::new(uncompressed_os(whole)).file_stem().unwrap_or(whole);
        let mut number = 1;
        loop {
            let mut name = OsString::from(if number == 1 { stem } else { whole });
            if number > 2 {
                name.push(format!("-{}", number - 1));
            }
            if let Some(suffix) = &self.suffix {
                name.push(".");
                name.push(suffix);
            }
            let path = relative.with_file_name(name);
            if self.claim(&path) {
                return path;
            }
            number += 1;
        }
    }

    /// Takes a path; false if it was taken before.
    fn claim(&mut self, path: &Path) -> bool {
        // macOS and Windows file systems ignore case by default.
        let key = path.to_string_lossy().to_lowercase();
        self.taken.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(key))
    }
}

/// Names that are not UTF-8 keep their `.gz`: the output name is then longer, but not wrong.
fn uncompressed_os(name: &OsStr) -> &OsStr {
    name.to_str().map_or(name, |name| OsStr::new(uncompressed(name)))
}

/// The suffix of the destination's files, such as `jsonl.zst`, without the first dot.
pub fn file_suffix(destination: &Destination) -> String {
    let mut suffix = destination.format.suffix().to_owned();
    if let Some(compression) = compression_suffix(destination.compression)
        && destination.format.is_text()
    {
        suffix.push('.');
        suffix.push_str(compression);
    }
    suffix
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::format::{FileCompression, Format};
    use crate::sources::Inputs;

    fn namer(folder: &Path, existing: ExistingOutput) -> OutputNamer {
        let target = OutputTarget::Folder(folder.into());
        Destination { existing, ..Destination::new(target, Format::Txt) }.output_namer()
    }

    #[test]
    fn inputs_of_one_name_get_outputs_of_their_own() {
        let mut namer = namer(Path::new("out"), ExistingOutput::Refuse);
        let paths: Vec<PathBuf> =
            ["a.html", "A.htm", "a.html.gz", "b/a.html", "a.html", "a.b.html.zst", "page"]
                .iter()
                .map(|name| namer.name(Path::new(name)))
                .collect();
        let expected =
            ["a.txt", "A.htm.txt", "a.html.gz.txt", "b/a.txt", "a.html.txt", "a.b.txt", "page.txt"];
        assert_eq!(paths, expected.map(PathBuf::from));
    }

    #[test]
    fn web_pages_are_named_by_their_urls() {
        let mut namer = namer(Path::new("out"), ExistingOutput::Refuse);
        let mut path = |url: &str| match namer.path_for_url(url).unwrap() {
            OutputPath::File(path) => path.to_string_lossy().replace('\\', "/"),
            other => format!("{other:?}"),
        };
        assert_eq!(path("https://e.example/a.html"), "out/e.example/a.txt");
        assert!(path("https://e.example/a").starts_with("out/e.example/a-"));
        assert!(path("https://e.example/a#part").starts_with("Skip("));
    }

    #[test]
    fn the_name_says_how_the_output_is_compressed() {
        for (format, name) in [(Format::Csv, "b/a.csv.zst"), (Format::Parquet, "b/a.parquet")] {
            let target = OutputTarget::Folder("out".into());
            let compression = FileCompression::Zstd;
            let destination = Destination { compression, ..Destination::new(target, format) };
            assert_eq!(destination.output_namer().name(Path::new("b/a.html.gz")), Path::new(name));
        }
    }

    #[test]
    fn an_output_that_exists_is_refused_or_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("a.html"), folder.path().join("out"));
        fs::create_dir(&out).unwrap();
        fs::write(&input, "x").unwrap();
        fs::write(out.join("a.txt"), "old").unwrap();
        let inputs = Inputs::new([input]);
        let unit = inputs.units().next().unwrap();
        let error = namer(&out, ExistingOutput::Refuse).path_for_unit(&unit).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputExists { folder: true, .. }));
        let path = out.join("a.txt");
        assert_eq!(
            namer(&out, ExistingOutput::Skip).path_for_unit(&unit).unwrap(),
            OutputPath::Skip(path.clone())
        );
        assert_eq!(
            namer(&out, ExistingOutput::Overwrite).path_for_unit(&unit).unwrap(),
            OutputPath::File(path)
        );
    }

    #[test]
    fn an_input_is_never_its_own_output() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "x").unwrap();
        let inputs = Inputs::new([folder.path().join("a.txt")]);
        let unit = inputs.units().next().unwrap();
        let error =
            namer(folder.path(), ExistingOutput::Overwrite).path_for_unit(&unit).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputIsInput { .. }));
    }
}
