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

/// When pages count as one story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupOptions {
    /// The least mean similarity of the pages of a story, in [0, 1]. Default 0.34.
    pub similarity: f64,
    /// The most days between two pages of a story, if the dates of both are known. Default 3.
    pub max_days: u32,
    /// The most pages. Default 200,000, which takes about 600 MB.
    pub max_pages: usize,
}

impl Default for GroupOptions {
    fn default() -> Self {
        Self { similarity: 0.34, max_days: 3, max_pages: 200_000 }
    }
}

/// Collects pages, and groups them by story.
#[derive(Debug)]
pub struct StoryGrouper {
    options: GroupOptions,
    terms: TermTable,
    /// The pages as JSON, one after another.
    spool: BufWriter<File>,
    /// The offset of each page, and the end of the last one.
    offsets: Vec<u64>,
}

impl StoryGrouper {
    /// A grouper without pages.
    ///
    /// # Errors
    /// When no temporary file can be created.
    pub fn new(options: GroupOptions) -> Result<Self, Error> {
        let spool = BufWriter::new(tempfile::tempfile().map_err(spool_error)?);
        Ok(Self { options, terms: TermTable::default(), spool, offsets: vec![0] })
    }

    /// Adds a page.
    ///
    /// # Errors
    /// When there are too many pages, or the temporary file cannot be written.
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

    /// The number of pages added.
    pub fn pages(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The stories with more than one page, as positions of pages in the order in which they were added. Stories are in
    /// the order of their first pages. The same pages in the same order always give the same stories.
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

    /// One of the [`StoryGrouper::groups`], with what its pages share. `number` is shown in the output.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn group(&mut self, number: usize, pages: &[usize]) -> Result<StoryGroup, Error> {
        let mut pages: Vec<StoryPage> =
            pages.iter().map(|at| self.page(*at)).collect::<Result<_, _>>()?;
        // A stable sort keeps pages without a date in the order of the input.
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

/// The mean similarity of each page to the others. In a large group, only the first hundred pages are compared: the time
/// for all pairs would be quadratic.
fn mean_similarities(features: &[StoryFeatures]) -> Vec<f64> {
    let others = features.get(..100).unwrap_or(features);
    let average = |(at, page): (usize, &StoryFeatures)| {
        let others = others.iter().enumerate().filter(|(other, _)| *other != at);
        let alike: Vec<f64> = others.map(|(_, other)| page.similarity(other)).collect();
        alike.iter().sum::<f64>() / alike.len().max(1) as f64
    };
    features.iter().enumerate().map(average).collect()
}

/// The lowest hashes of a text's shingles, in ascending order.
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
