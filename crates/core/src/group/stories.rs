//! Collects pages and groups them.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use super::clusters::clusters;
use super::page::StoryPage;
use super::passages::find_shared;
use super::report::{GroupMember, GroupPassage, StoryGroup};
use super::similar::{MAX_SHINGLES, StoryFeatures, pairs};
use super::terms::TermTable;
use crate::error::{Error, ErrorKind};
use crate::tokens::{TextToken, shingles, tokens};

/// What a story is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupOptions {
    /// How alike the pages of a story are on average, in [0, 1]. Default 0.34.
    pub similarity: f64,
    /// Days between two pages of a story at most, where the dates of both are known. Default 3.
    pub max_days: u32,
    /// Pages that are taken at most. Default 200,000, which takes some 600 MB.
    pub max_pages: usize,
}

impl Default for GroupOptions {
    fn default() -> Self {
        Self { similarity: 0.34, max_days: 3, max_pages: 200_000 }
    }
}

/// Pages from which stories are made.
#[derive(Debug)]
pub struct StoryGrouper {
    options: GroupOptions,
    terms: TermTable,
    /// The pages as JSON, one after another.
    spool: BufWriter<File>,
    /// Where each begins, and where the last one ends.
    offsets: Vec<u64>,
}

impl StoryGrouper {
    /// Without any page yet.
    ///
    /// # Errors
    /// When no temporary file can be made.
    pub fn new(options: GroupOptions) -> Result<Self, Error> {
        let spool = BufWriter::new(tempfile::tempfile().map_err(spool_error)?);
        Ok(Self { options, terms: TermTable::default(), spool, offsets: vec![0] })
    }

    /// Takes a page.
    ///
    /// # Errors
    /// When there are too many, and when the temporary file cannot be written.
    pub fn add(&mut self, page: &StoryPage) -> Result<(), Error> {
        if self.pages() >= self.options.max_pages {
            return Err(ErrorKind::TooManyPages { max_pages: self.options.max_pages }.into());
        }
        self.terms.count(&page.text, &tokens(&page.text));
        let json = serde_json::to_vec(page).map_err(|error| spool_error(error.into()))?;
        self.spool.write_all(&json).map_err(spool_error)?;
        let start = self.offsets.last().copied().unwrap_or_default();
        self.offsets.push(start + json.len() as u64);
        Ok(())
    }

    /// Pages taken.
    pub fn pages(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The stories that more than one page is of: the positions of the pages in the order in which they
    /// were taken, and stories in the order of their first pages. The same pages in the same order
    /// always give the same.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn groups(&mut self) -> Result<Vec<Vec<usize>>, Error> {
        let mut pages = Vec::with_capacity(self.pages());
        for at in 0..self.pages() {
            let page = self.page(at)?;
            let tokens = tokens(&page.text);
            let vector = self.terms.vector(&page.text, &tokens);
            pages.push(StoryFeatures {
                vector,
                shingles: lowest_shingles(&tokens),
                day: page.day(),
            });
        }
        let GroupOptions { similarity, max_days, .. } = self.options;
        let pairs = pairs(&pages, similarity, max_days);
        Ok(clusters(&pages, pairs, similarity, max_days))
    }

    /// One of the [`StoryGrouper::groups`], with what its pages share. `number` is for the reader.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn group(&mut self, number: usize, pages: &[usize]) -> Result<StoryGroup, Error> {
        let mut pages: Vec<StoryPage> =
            pages.iter().map(|at| self.page(*at)).collect::<Result<_, _>>()?;
        // Stable: what has no date stays in the order in which it came.
        pages.sort_by_cached_key(StoryPage::sort_key);
        let mut features = Vec::with_capacity(pages.len());
        for page in &pages {
            let tokens = tokens(&page.text);
            let vector = self.terms.vector(&page.text, &tokens);
            features.push(StoryFeatures {
                vector,
                shingles: lowest_shingles(&tokens),
                day: page.day(),
            });
        }
        let texts: Vec<String> =
            pages.iter_mut().map(|page| std::mem::take(&mut page.text)).collect();
        let (passages, copied) = find_shared(&texts);
        let alike = mean_similarities(&features);
        let similarity = alike.iter().sum::<f64>() / alike.len().max(1) as f64;
        let members = pages
            .into_iter()
            .zip(copied)
            .zip(alike)
            .map(|((page, copied), similarity)| GroupMember::new(page, &copied, similarity));
        let passages = passages.into_iter().map(|shared| GroupPassage {
            text: shared.text,
            words: shared.words,
            first: shared.pages.first().copied().unwrap_or_default(),
            members: shared.pages,
        });
        Ok(StoryGroup::new(number, similarity, members.collect(), passages.collect()))
    }

    fn page(&mut self, at: usize) -> Result<StoryPage, Error> {
        let (start, end) = match self.offsets.get(at..) {
            Some([start, end, ..]) => (*start, *end),
            _ => (0, 0),
        };
        self.spool.flush().map_err(spool_error)?;
        let mut file = self.spool.get_ref();
        file.seek(SeekFrom::Start(start)).map_err(spool_error)?;
        let mut json = Vec::new();
        file.take(end - start).read_to_end(&mut json).map_err(spool_error)?;
        serde_json::from_slice(&json).map_err(|error| spool_error(error.into()))
    }
}

/// How alike each page is to the others, on average. Of a large group the first hundred stand for all.
fn mean_similarities(features: &[StoryFeatures]) -> Vec<f64> {
    let others = features.get(..100).unwrap_or(features);
    let average = |(at, page): (usize, &StoryFeatures)| {
        let others = others.iter().enumerate().filter(|(other, _)| *other != at);
        let alike: Vec<f64> = others.map(|(_, other)| page.similarity(other)).collect();
        alike.iter().sum::<f64>() / alike.len().max(1) as f64
    };
    features.iter().enumerate().map(average).collect()
}

/// The lowest hashes of a text's shingles, ascending.
fn lowest_shingles(tokens: &[TextToken]) -> Vec<u32> {
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash")]
    let mut hashes: Vec<u32> = shingles(tokens).map(|hash| hash as u32).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(MAX_SHINGLES);
    hashes
}

fn spool_error(source: std::io::Error) -> Error {
    ErrorKind::Write { output: "a temporary file".into(), source }.into()
}
