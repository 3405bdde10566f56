//! Reads lexicons, site rules and models from files, since the clean crate does no I/O.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use copydesk_clean::{CleanOptions, Cleaner, Lexicon, Model, SiteRules};

use crate::error::{Error, ErrorKind};

/// Maximum size of a lexicon or site rule. The largest lexicon of the project has 100 KB.
const MAX_RULE_FILE_BYTES: u64 = 16 << 20;
/// Maximum size of a model file. That of the project has less than 400 KB.
const MAX_MODEL_BYTES: u64 = 64 << 20;

/// A cleaner with the rules in `folder`: `lexicon/*.toml` replace the embedded lexicons, and `sites/*.toml` are site
/// rules. The folder may have only one of the two. `model` is a file that replaces the embedded model. An empty path
/// stands for the embedded lexicons or the embedded model.
///
/// # Errors
/// If the folder has neither, or a file in it, or the model, cannot be read or is invalid.
pub fn load_cleaner(options: CleanOptions, folder: &Path, model: &Path) -> Result<Cleaner, Error> {
    let model = read_model(model)?;
    if folder.as_os_str().is_empty() {
        let (lexicon, sites) = (Lexicon::embedded(), SiteRules::default());
        return Ok(Cleaner::with_model(options, lexicon, sites, model));
    }
    // Without this check, a missing folder would be reported as one without rules.
    fs::read_dir(folder).map_err(|source| ErrorKind::Read { path: folder.into(), source })?;
    let (lexicons, sites) = (folder.join("lexicon"), folder.join("sites"));
    let (lexicon_files, site_files) = (toml_files(&lexicons)?, toml_files(&sites)?);
    if lexicon_files.is_empty() && site_files.is_empty() {
        return Err(ErrorKind::NoRules { folder: folder.into() }.into());
    }
    let lexicon = if lexicon_files.is_empty() {
        Lexicon::embedded()
    } else {
        Lexicon::from_toml(borrowed(&lexicon_files))
            .map_err(|source| ErrorKind::Rules { folder: lexicons, source })?
    };
    let sites = SiteRules::from_toml(borrowed(&site_files))
        .map_err(|source| ErrorKind::Rules { folder: sites, source })?;
    Ok(Cleaner::with_model(options, lexicon, sites, model))
}

fn read_model(path: &Path) -> Result<Arc<Model>, Error> {
    if path.as_os_str().is_empty() {
        return Ok(Model::embedded());
    }
    let bytes = read_capped(path, MAX_MODEL_BYTES)
        .map_err(|source| ErrorKind::Read { path: path.into(), source })?;
    let model = Model::from_bytes(&path.display().to_string(), &bytes)
        .map_err(|source| ErrorKind::Model { source })?;
    Ok(Arc::new(model))
}

fn borrowed(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().map(|(stem, text)| (stem.as_str(), text.as_str()))
}

/// Stem and text of the TOML files in a folder, in the order of their names, so that a folder gives the same rules
/// on every file system. Empty if there is no such folder.
fn toml_files(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| ErrorKind::Read { path, source }
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(ErrorKind::Read { path: folder.into(), source }.into()),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|suffix| suffix == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files.push((stem, read_text(&path).map_err(unreadable(&path))?));
    }
    Ok(files)
}

fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read_capped(path, MAX_RULE_FILE_BYTES)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn read_capped(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let message = format!("larger than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &str = "";

    #[test]
    fn an_invalid_model_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "no model").unwrap();
        let error = load_cleaner(CleanOptions::default(), NONE.as_ref(), file.path()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Model { .. }));
        assert!(error.to_string().contains("not a usable model"), "{error}");
    }

    #[test]
    fn a_folder_without_rules_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error =
            load_cleaner(CleanOptions::default(), folder.path(), NONE.as_ref()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoRules { .. }));
        let error =
            load_cleaner(CleanOptions::default(), &folder.path().join("none"), NONE.as_ref())
                .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Read { .. }));
        assert!(load_cleaner(CleanOptions::default(), NONE.as_ref(), NONE.as_ref()).is_ok());
    }

    #[test]
    fn files_are_read_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["fr.toml", "de.toml", "notes.txt", "en.toml"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let files = toml_files(folder.path()).unwrap();
        let stems: Vec<&str> = borrowed(&files).map(|(stem, _)| stem).collect();
        assert_eq!(stems, ["de", "en", "fr"]);
        assert_eq!(files[0].1, "de.toml");
    }
}
