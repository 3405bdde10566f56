//! Gives each input its output.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::path::{Path, PathBuf};

use super::{Destination, ExistingOutput, OutputTarget};
use crate::error::{Error, ErrorKind};
use crate::format::{compression_suffix, uncompressed};
use crate::sources::{InputUnit, PageName};

/// Where the pages of one input go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputPath {
    /// With those of all other inputs.
    Shared,
    /// Into a file of their own.
    File(PathBuf),
    /// Nowhere: this file is there already and stays.
    Skip(PathBuf),
}

/// Gives outputs to inputs. Asked in the same order, it gives the same ones: a run that completes
/// an earlier one finds its files.
#[derive(Debug)]
pub struct OutputNamer {
    folder: Option<PathBuf>,
    /// What names end with, without the first dot; `None` leaves the suffixes of pages as they are.
    suffix: Option<String>,
    existing: ExistingOutput,
    // Hashes, since a run may have millions of inputs. Two names with one hash only make the second
    // name longer than it need be.
    taken: HashSet<u64>,
    /// Hashes of the addresses that have a place.
    url_hashes: HashSet<u64>,
}

impl OutputNamer {
    pub(super) fn new(destination: &Destination) -> Self {
        let folder = match &destination.target {
            OutputTarget::Folder(folder) => Some(folder.clone()),
            OutputTarget::Stream | OutputTarget::File(_) => None,
        };
        let suffix = file_suffix(destination);
        let (taken, url_hashes) = (HashSet::new(), HashSet::new());
        Self { folder, suffix: Some(suffix), existing: destination.existing, taken, url_hashes }
    }

    /// The places of pages that are kept as they are.
    pub(crate) fn for_pages(folder: PathBuf, existing: ExistingOutput) -> Self {
        let (taken, url_hashes) = (HashSet::new(), HashSet::new());
        Self { folder: Some(folder), suffix: None, existing, taken, url_hashes }
    }

    /// The place of the page with this address. Its name follows from the address alone, unless another
    /// page's is the same; so a run that completes an earlier one need not have the same list. An
    /// address that came before is skipped.
    ///
    /// # Errors
    /// When its output exists.
    pub(crate) fn path_for_url(&mut self, address: &str) -> Result<OutputPath, Error> {
        let Some(folder) = self.folder.clone() else { return Ok(OutputPath::Shared) };
        let name = PageName::from_url(address);
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

    /// The place of the next input.
    ///
    /// # Errors
    /// When its output exists or would replace the input itself.
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

    /// The input's name with the format's suffix. Where an earlier input has that already, the whole
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

    /// Whether nobody had this path before.
    fn claim(&mut self, path: &Path) -> bool {
        // Some file systems do not tell capitals from small letters.
        let key = path.to_string_lossy().to_lowercase();
        self.taken.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(key))
    }
}

/// Names that are not UTF-8 keep their `.gz`: they get a long output name, and no wrong one.
fn uncompressed_os(name: &OsStr) -> &OsStr {
    name.to_str().map_or(name, |name| OsStr::new(uncompressed(name)))
}

/// What the names of files end with in the form of the destination, without the first dot.
pub fn file_suffix(destination: &Destination) -> String {
    let mut suffix = destination.format.suffix().to_owned();
    if let Some(packed) = compression_suffix(destination.compression)
        && destination.format.is_text()
    {
        suffix.push('.');
        suffix.push_str(packed);
    }
    suffix
}

/// Whether both paths lead to one file.
pub fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sinks::{Format, WarcCompression};
    use crate::sources::Inputs;

    fn places(folder: &Path, existing: ExistingOutput) -> OutputNamer {
        let target = OutputTarget::Folder(folder.into());
        Destination { existing, ..Destination::new(target, Format::Txt) }.output_namer()
    }

    #[test]
    fn inputs_of_one_name_get_outputs_of_their_own() {
        let mut places = places(Path::new("out"), ExistingOutput::Refuse);
        let names: Vec<PathBuf> =
            ["a.html", "A.htm", "a.html.gz", "b/a.html", "a.html", "a.b.html.zst", "page"]
                .iter()
                .map(|name| places.name(Path::new(name)))
                .collect();
        let expected =
            ["a.txt", "A.htm.txt", "a.html.gz.txt", "b/a.txt", "a.html.txt", "a.b.txt", "page.txt"];
        assert_eq!(names, expected.map(PathBuf::from));
    }

    #[test]
    fn pages_of_the_web_are_named_by_their_addresses() {
        let mut places = places(Path::new("out"), ExistingOutput::Refuse);
        let mut place = |address: &str| match places.path_for_url(address).unwrap() {
            OutputPath::File(path) => path.to_string_lossy().replace('\\', "/"),
            other => format!("{other:?}"),
        };
        assert_eq!(place("https://e.example/a.html"), "out/e.example/a.txt");
        assert!(place("https://e.example/a").starts_with("out/e.example/a-"));
        assert!(place("https://e.example/a#part").starts_with("Skip("));
    }

    #[test]
    fn the_name_says_how_the_output_is_compressed() {
        for (format, name) in [(Format::Csv, "b/a.csv.zst"), (Format::Parquet, "b/a.parquet")] {
            let target = OutputTarget::Folder("out".into());
            let compression = WarcCompression::Zstd;
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
        let error = places(&out, ExistingOutput::Refuse).path_for_unit(&unit).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputExists { folder: true, .. }));
        let path = out.join("a.txt");
        assert_eq!(
            places(&out, ExistingOutput::Skip).path_for_unit(&unit).unwrap(),
            OutputPath::Skip(path.clone())
        );
        assert_eq!(
            places(&out, ExistingOutput::Overwrite).path_for_unit(&unit).unwrap(),
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
            places(folder.path(), ExistingOutput::Overwrite).path_for_unit(&unit).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputIsInput { .. }));
    }
}
