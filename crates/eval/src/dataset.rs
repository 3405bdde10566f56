//! A folder of pages with reference text.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use super::error::IDS;
use super::{Error, ErrorKind};
use copydesk_fetch::inflate::{InflateLimits, InflateReader};

/// The most bytes of a page that is evaluated; WCXB's largest has 8 MB.
const MAX_PAGE_BYTES: u64 = 64 << 20;

/// A folder in the layout of WCXB: `html/ID.html.gz` or `html/ID.html` beside
/// `ground-truth/ID.json`.
#[derive(Clone, Debug)]
pub struct Dataset {
    root: PathBuf,
    ids: Vec<String>,
}

/// What a person said about a page: the `ground_truth` object of WCXB's schema 2.0. An empty string
/// counts as absent in the optional fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct GroundTruth {
    /// The headline.
    #[serde(default, deserialize_with = "filled")]
    pub title: Option<String>,
    /// The authors.
    #[serde(default, deserialize_with = "filled")]
    pub author: Option<String>,
    /// The day of publication, `YYYY-MM-DD` or the beginning of it.
    #[serde(default, deserialize_with = "filled")]
    pub publish_date: Option<String>,
    /// The reference text.
    #[serde(default)]
    pub main_content: String,
    /// Snippets that belong to the text.
    #[serde(default)]
    pub with: Vec<String>,
    /// Snippets that do not belong to it.
    #[serde(default)]
    pub without: Vec<String>,
}

/// One page of a dataset, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetPage {
    /// The stem of its file names.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// `article`, `forum` and so on; `unknown` if the dataset does not say.
    pub page_type: String,
    /// The reference.
    pub truth: GroundTruth,
}

#[derive(Deserialize)]
struct TruthFile {
    #[serde(default)]
    url: String,
    #[serde(default, rename = "_internal")]
    internal: InternalFields,
    ground_truth: GroundTruth,
}

#[derive(Default, Deserialize)]
struct InternalFields {
    #[serde(default)]
    page_type: PageType,
}

#[derive(Default, Deserialize)]
struct PageType {
    #[serde(default)]
    primary: Option<String>,
}

fn filled<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.filter(|text| !text.trim().is_empty()))
}

impl Dataset {
    /// Lists the pages of the dataset at `root`, sorted by id.
    ///
    /// # Errors
    /// When `root` has no `html` or no `ground-truth` folder, or no page.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let missing =
            |what, path: &Path| Err(Error::new(ErrorKind::Missing { what, path: path.to_owned() }));
        if !root.is_dir() {
            return missing("dataset", root);
        }
        for folder in ["html", "ground-truth"] {
            if !root.join(folder).is_dir() {
                let what = if folder == "html" { "folder `html`" } else { "folder `ground-truth`" };
                return missing(what, root);
            }
        }
        let truths = root.join("ground-truth");
        let mut ids = Vec::new();
        for entry in fs::read_dir(&truths).map_err(|error| Error::read(&truths, error))? {
            let path = entry.map_err(|error| Error::read(&truths, error))?.path();
            if path.extension().is_some_and(|suffix| suffix == "json") {
                ids.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
        if ids.is_empty() {
            return missing("`ID.json`", &truths);
        }
        ids.sort_unstable();
        Ok(Self { root: root.to_owned(), ids })
    }

    /// Keeps only the pages whose ids are in `list`, one per line. Blank lines are skipped.
    ///
    /// # Errors
    /// When the list cannot be read, is empty, or has an id that the dataset does not have.
    pub fn retain_listed(&mut self, list: &Path) -> Result<(), Error> {
        let text = fs::read_to_string(list).map_err(|error| Error::read(list, error))?;
        let mut wanted = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let id = line.trim();
            if id.is_empty() {
                continue;
            }
            if self.ids.binary_search_by(|known| known.as_str().cmp(id)).is_err() {
                let (path, line) = (list.to_owned(), index + 1);
                return Err(Error::new(ErrorKind::UnknownId { path, line, id: id.to_owned() }));
            }
            wanted.push(id.to_owned());
        }
        if wanted.is_empty() {
            return Err(Error::new(ErrorKind::Missing { what: IDS, path: list.to_owned() }));
        }
        wanted.sort_unstable();
        wanted.dedup();
        self.ids = wanted;
        Ok(())
    }

    /// The ids of the pages, sorted.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Reads what is said about a page.
    ///
    /// # Errors
    /// When the file cannot be read or does not have the expected fields.
    pub fn page(&self, id: &str) -> Result<DatasetPage, Error> {
        let path = self.root.join("ground-truth").join(format!("{id}.json"));
        let text = fs::read(&path).map_err(|error| Error::read(&path, error))?;
        let file: TruthFile =
            serde_json::from_slice(&text).map_err(|error| Error::json(&path, &error))?;
        Ok(DatasetPage {
            id: id.to_owned(),
            url: file.url,
            page_type: file.internal.page_type.primary.unwrap_or_else(|| "unknown".to_owned()),
            truth: file.ground_truth,
        })
    }

    /// Reads the bytes of a page, decompressed.
    ///
    /// # Errors
    /// When neither `html/ID.html.gz` nor `html/ID.html` exists, it cannot be read, or it has more than 64 MiB.
    pub fn bytes(&self, id: &str) -> Result<Vec<u8>, Error> {
        let folder = self.root.join("html");
        let path = folder.join(format!("{id}.html.gz"));
        match File::open(&path) {
            Ok(file) => {
                let inflate = InflateReader::new(file, InflateLimits::default());
                return read_capped(inflate.map_err(|error| Error::read(&path, error))?, &path);
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::read(&path, error));
            }
            Err(_) => {}
        }
        read_file(&folder.join(format!("{id}.html")))
    }
}

/// Reads a file of at most [`MAX_PAGE_BYTES`].
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    read_capped(File::open(path).map_err(|error| Error::read(path, error))?, path)
}

fn read_capped(reader: impl Read, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_PAGE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::read(path, error))?;
    if bytes.len() as u64 > MAX_PAGE_BYTES {
        let limit = MAX_PAGE_BYTES;
        return Err(Error::new(ErrorKind::TooLarge { path: path.to_owned(), limit }));
    }
    Ok(bytes)
}
