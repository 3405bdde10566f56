//! Writes the features of every block of labelled pages, for fitting a model.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_clean::{
    BlockEvidence, CleanInput, CleanOptions, Cleaner, InputKind, Lexicon, Model, SiteRules,
};
use rayon::prelude::*;

use super::{Dataset, DatasetPage, Error, align, text_nodes, words};

/// The number of pages whose features are in memory at once: some megabytes each.
const PAGES_AT_ONCE: usize = 64;
/// The number of characters of a block's text in its row.
const SNIPPET_CHARS: usize = 80;

/// What the evidence is gathered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeatureSource<'a> {
    /// The pages.
    Html,
    /// The text of their text nodes, one per line; see [`text_nodes`].
    Nodes,
    /// The text of their blocks, one per line.
    Blocks,
    /// Texts that another tool extracted: a folder with `ID.txt`. Pages without a file have no blocks.
    Texts(&'a Path),
}

/// The models whose token tables the evidence is computed with: one for all pages, and others for
/// single pages, so that a page's evidence can rest on tables that were fitted without it.
#[derive(Debug)]
pub struct FeatureModels {
    cleaner: Cleaner,
    others: HashMap<String, Arc<Cleaner>>,
}

impl FeatureModels {
    /// This model for all pages.
    pub fn new(model: Arc<Model>) -> Self {
        Self { cleaner: cleaner(model), others: HashMap::new() }
    }

    /// Reads a table of pages and their models: one `ID<TAB>PATH` per line. Other pages get a model without tables.
    ///
    /// # Errors
    /// When the table or a model cannot be read, or a line has no tab.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let read = |path: &Path| fs::read(path).map_err(|error| Error::read(path, error));
        let table = String::from_utf8_lossy(&read(path)?).into_owned();
        let mut models = Self::new(Arc::default());
        let mut by_path: HashMap<&str, Arc<Cleaner>> = HashMap::new();
        for (index, line) in table.lines().enumerate() {
            let (id, model_path) = line
                .split_once('\t')
                .ok_or_else(|| Error::label(path, index + 1, "there is no tab in it".to_owned()))?;
            let known = by_path.get(model_path).map(Arc::clone);
            let cleaner = if let Some(known) = known {
                known
            } else {
                let bytes = read(model_path.as_ref())?;
                let model = Model::from_bytes(model_path, &bytes)
                    .map_err(|error| Error::label(path, index + 1, error.to_string()))?;
                let made = Arc::new(cleaner(Arc::new(model)));
                by_path.insert(model_path, Arc::clone(&made));
                made
            };
            models.others.insert(id.to_owned(), cleaner);
        }
        Ok(models)
    }

    fn cleaner_for(&self, id: &str) -> &Cleaner {
        self.others.get(id).map_or(&self.cleaner, Arc::as_ref)
    }
}

fn cleaner(model: Arc<Model>) -> Cleaner {
    Cleaner::with_model(CleanOptions::default(), Lexicon::embedded(), SiteRules::default(), model)
}

/// How much [`write_features`] wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeatureTotals {
    /// Pages, those without a block included.
    pub pages: usize,
    /// Blocks, each one row of the table and one of the features.
    pub blocks: usize,
}

/// What is written for one page.
struct PageFeatures {
    rows: String,
    evidence: Vec<BlockEvidence>,
}

/// Writes the evidence on every block of a dataset's pages, in the order of the ids.
///
/// `STEM.f32` holds the features as little-endian `f32`, a row a block; `STEM.names` their names, a
/// line each; `STEM.tsv` a line a block: page, type, host, words, how many of them are in the
/// reference at their place, words of the reference, the beginning of the text; `STEM.tokens` the
/// hashes of the tokens as `u32`, and `STEM.counts` how many there are of each of the three groups,
/// three `u32` a block. Files that exist are replaced, folders on the way are made. `on_page` is
/// called after each page.
///
/// # Errors
/// At the first page that cannot be read, since a fit on some of the pages would look like one on
/// all; or when a file cannot be written.
pub fn write_features(
    dataset: &Dataset,
    models: &FeatureModels,
    source: FeatureSource<'_>,
    stem: &Path,
    on_page: &(dyn Fn() + Sync),
) -> Result<FeatureTotals, Error> {
    if let Some(folder) = stem.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
    }
    let names = with_suffix(stem, "names");
    fs::write(&names, Cleaner::feature_names().join("\n"))
        .map_err(|error| Error::write(&names, error))?;
    let mut table = FeatureFile::create(stem, "tsv")?;
    let mut vectors = FeatureFile::create(stem, "f32")?;
    let (mut counts, mut tokens) =
        (FeatureFile::create(stem, "counts")?, FeatureFile::create(stem, "tokens")?);
    let mut written = FeatureTotals::default();
    for ids in dataset.ids().chunks(PAGES_AT_ONCE) {
        let dumps = ids.par_iter().map(|id| {
            let dump = page_features(dataset, models.cleaner_for(id), source, &dataset.page(id)?);
            on_page();
            dump
        });
        for dump in dumps.collect::<Result<Vec<_>, _>>()? {
            table.write(dump.rows.as_bytes())?;
            for block in &dump.evidence {
                for value in &block.features {
                    vectors.write(&value.to_le_bytes())?;
                }
                for group in &block.tokens {
                    let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
                    counts.write(&count.to_le_bytes())?;
                    for token in group {
                        tokens.write(&token.to_le_bytes())?;
                    }
                }
            }
            written.pages += 1;
            written.blocks += dump.evidence.len();
        }
    }
    for out in [table, vectors, counts, tokens] {
        out.finish()?;
    }
    Ok(written)
}

fn page_features(
    dataset: &Dataset,
    cleaner: &Cleaner,
    source: FeatureSource<'_>,
    page: &DatasetPage,
) -> Result<PageFeatures, Error> {
    let bytes = prepare(cleaner, source, page, dataset.bytes(&page.id)?);
    let is_text = source != FeatureSource::Html;
    let input = CleanInput {
        // A scraped text comes without its URL.
        url: Some(page.url.as_str()).filter(|_| !is_text),
        kind: Some(if is_text { InputKind::Text } else { InputKind::Html }),
        ..CleanInput::new(&page.id, &bytes)
    };
    let evidence = cleaner.features(&input);

    let lowered: Vec<String> = evidence.iter().map(|block| block.text.to_lowercase()).collect();
    let of_blocks: Vec<Vec<&str>> = lowered.iter().map(|text| words(text).collect()).collect();
    let all: Vec<&str> = of_blocks.iter().flatten().copied().collect();
    let reference = page.truth.main_content.to_lowercase();
    let reference: Vec<&str> = words(&reference).collect();
    let mut matched = align(&all, &reference).into_iter();

    let host = page.url.split('/').nth(2).unwrap_or_default();
    let mut rows = String::new();
    for (block, words) in evidence.iter().zip(&of_blocks) {
        let hits = matched.by_ref().take(words.len()).filter(|is| *is).count();
        let text: String =
            block.text.replace(['\t', '\n'], " ").chars().take(SNIPPET_CHARS).collect();
        let DatasetPage { id, page_type, .. } = page;
        let (count, wanted) = (words.len(), reference.len());
        // Writing to a string cannot fail.
        let _ = writeln!(rows, "{id}\t{page_type}\t{host}\t{count}\t{hits}\t{wanted}\t{text}");
    }
    Ok(PageFeatures { rows, evidence })
}

/// What the evidence is gathered from.
fn prepare(
    cleaner: &Cleaner,
    source: FeatureSource<'_>,
    page: &DatasetPage,
    bytes: Vec<u8>,
) -> Vec<u8> {
    match source {
        FeatureSource::Html => bytes,
        FeatureSource::Nodes => text_nodes(&bytes).into_bytes(),
        FeatureSource::Texts(folder) => {
            fs::read(folder.join(format!("{}.txt", page.id))).unwrap_or_default()
        }
        FeatureSource::Blocks => {
            let kind = Some(InputKind::Html);
            let input =
                CleanInput { url: Some(&page.url), kind, ..CleanInput::new(&page.id, &bytes) };
            let blocks = cleaner.features(&input);
            let lines: Vec<String> =
                blocks.iter().map(|block| block.text.replace('\n', " ")).collect();
            lines.join("\n").into_bytes()
        }
    }
}

/// `wcxb-dev-1.html` keeps its dots: the suffix comes after them.
fn with_suffix(stem: &Path, suffix: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(".");
    path.push(suffix);
    path.into()
}

/// A file that is being written.
struct FeatureFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl FeatureFile {
    fn create(stem: &Path, suffix: &str) -> Result<Self, Error> {
        let path = with_suffix(stem, suffix);
        match File::create(&path) {
            Ok(file) => Ok(Self { path, file: BufWriter::new(file) }),
            Err(error) => Err(Error::write(&path, error)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|error| Error::write(&self.path, error))
    }

    fn finish(mut self) -> Result<(), Error> {
        self.file.flush().map_err(|error| Error::write(&self.path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{FIRST, SECOND, write};
    use super::*;

    fn models() -> FeatureModels {
        FeatureModels::new(Model::embedded())
    }

    fn dump(source: FeatureSource<'_>) -> (FeatureTotals, Vec<Vec<String>>, Vec<f32>) {
        let root = tempfile::tempdir().unwrap();
        let page = format!("<nav><a href=/>Home</a></nav><p>{FIRST}</p><p>{SECOND}</p>");
        write(root.path(), "b", "forum", &page, FIRST);
        write(root.path(), "a", "article", &page, &format!("{FIRST} {SECOND}"));
        let dataset = Dataset::open(root.path()).unwrap();
        let stem = root.path().join("dumps/set.v1");
        let written = write_features(&dataset, &models(), source, &stem, &|| ()).unwrap();
        let read = |suffix| fs::read(root.path().join(format!("dumps/set.v1.{suffix}"))).unwrap();
        assert_eq!(read("names"), Cleaner::feature_names().join("\n").into_bytes());
        let table = String::from_utf8(read("tsv")).unwrap();
        let rows = table.lines().map(|row| row.split('\t').map(Into::into).collect()).collect();
        let vectors = read("f32");
        let values = vectors.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()));
        (written, rows, values.collect())
    }

    #[test]
    fn each_block_is_a_row_and_a_vector() {
        let (written, rows, values) = dump(FeatureSource::Html);
        assert_eq!(written, FeatureTotals { pages: 2, blocks: 6 });
        assert_eq!(values.len(), 6 * Cleaner::feature_names().len());
        let columns: Vec<_> = rows.iter().map(|row| row[..6].join(" ")).collect();
        assert_eq!(
            columns,
            [
                "a article news.example 1 0 36",
                "a article news.example 18 18 36",
                "a article news.example 18 18 36",
                "b forum news.example 1 0 18",
                "b forum news.example 18 18 18",
                "b forum news.example 18 0 18",
            ]
        );
        assert_eq!(rows[1][6], FIRST.chars().take(SNIPPET_CHARS).collect::<String>());
    }

    #[test]
    fn text_is_dumped_too() {
        let rows = |source| dump(source).1.len();
        assert_eq!((rows(FeatureSource::Nodes), rows(FeatureSource::Blocks)), (6, 6));
        let texts = tempfile::tempdir().unwrap();
        fs::write(texts.path().join("a.txt"), format!("{FIRST}\nShare\n")).unwrap();
        let (written, rows, _) = dump(FeatureSource::Texts(texts.path()));
        assert_eq!((written.pages, rows.len()), (2, 2));
    }

    #[test]
    fn a_table_of_models_is_checked() {
        let root = tempfile::tempdir().unwrap();
        let table = root.path().join("models.tsv");
        fs::write(&table, "a\tno/such/model.bin\n").unwrap();
        assert!(FeatureModels::read(&table).unwrap_err().to_string().contains("model.bin"));
        fs::write(&table, "a\n").unwrap();
        assert!(FeatureModels::read(&table).unwrap_err().to_string().contains("tab"));
    }

    #[test]
    fn a_page_that_cannot_be_read_stops_it() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a", "article", FIRST, FIRST);
        fs::remove_file(root.path().join("html/a.html")).unwrap();
        let dataset = Dataset::open(root.path()).unwrap();
        let stem = root.path().join("out");
        let error =
            write_features(&dataset, &models(), FeatureSource::Html, &stem, &|| ()).unwrap_err();
        assert!(error.to_string().contains("a.html"), "{error}");
    }
}
