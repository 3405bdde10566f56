//! The arrangement of a page's blocks: sums over subtrees, the main cluster of text, repeated templates, and
//! distances to running text.

use super::measure::{TextEnding, TextMeasures};
use super::tokens::TokenScore;
use crate::hashing::FastMap;
use crate::segment::{ElementContext, SegmentedPage};

/// Sums over an element's subtree, or over the whole page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextSums {
    pub(crate) blocks: f32,
    pub(crate) words: f32,
    /// Words in links.
    pub(crate) link_words: f32,
    /// Words in blocks that read like running text.
    pub(crate) running_words: f32,
    pub(crate) running_blocks: f32,
    /// Pictures, films and frames.
    pub(crate) media: f32,
    /// Fields and menus of forms.
    pub(crate) controls: f32,
    /// Token scores, each weighted by the words of its block plus one, so that blocks without words count.
    pub(crate) tokens: f32,
}

impl TextSums {
    pub(crate) fn add(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.words += other.words;
        self.link_words += other.link_words;
        self.running_words += other.running_words;
        self.running_blocks += other.running_blocks;
        self.media += other.media;
        self.controls += other.controls;
        self.tokens += other.tokens;
    }

    /// The share of words in links.
    pub(crate) fn link_density(&self) -> f32 {
        self.link_words / self.words.max(1.0)
    }

    pub(crate) fn words_per_block(&self) -> f32 {
        self.words / self.blocks.max(1.0)
    }

    /// The mean token score, weighted by words.
    pub(crate) fn token_mean(&self) -> f32 {
        self.tokens / (self.words + self.blocks).max(1.0)
    }

    /// The share of words in running text.
    pub(crate) fn running_share(&self) -> f32 {
        self.running_words / self.words.max(1.0)
    }
}

/// The arrangement of one block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockArrangement {
    /// The share of the block's words in links.
    pub(crate) link_density: f32,
    pub(crate) is_running: bool,
    /// Inside the main cluster's element.
    pub(crate) in_cluster: bool,
    /// How many levels above the cluster's element the first element is that contains both.
    pub(crate) cluster_distance: f32,
    /// Sums of the smallest element around the block that contains at least four blocks.
    pub(crate) near: TextSums,
    /// The same with at least sixteen blocks.
    pub(crate) wide: TextSums,
    /// Blocks made by the same template, and their sums.
    pub(crate) twins: TextSums,
    /// Blocks with the same text on the page, this one not counted.
    pub(crate) repeats: f32,
    /// Blocks since the last running text and until the next one, at most 50.
    pub(crate) since_running: f32,
    pub(crate) until_running: f32,
    /// The position among the page's blocks, in [0, 1].
    pub(crate) position: f32,
    /// The position among the page's running words, in [0, 1]: 0 before the first, 1 after the last.
    pub(crate) running_position: f32,
}

/// A page's arrangement.
#[derive(Debug)]
pub(crate) struct PageStructure {
    pub(crate) arrangements: Vec<BlockArrangement>,
    pub(crate) page: TextSums,
    /// The share of the paragraphs of running text that end as sentences do.
    pub(crate) sentence_share: f32,
    /// The sums of each element's subtree.
    pub(crate) subtree: Vec<TextSums>,
    /// The innermost element that holds nearly all of the running text.
    pub(crate) cluster: u32,
}

/// Contexts whose running text does not count when the main cluster is searched.
const NOT_MAIN: ElementContext = ElementContext::NAV_TAG
    .and(ElementContext::FOOTER_TAG)
    .and(ElementContext::ASIDE_TAG)
    .and(ElementContext::DIALOG_TAG)
    .and(ElementContext::CONSENT_NAME)
    .and(ElementContext::FOOTER_NAME)
    .and(ElementContext::MODAL_NAME)
    .and(ElementContext::SIDEBAR_NAME)
    .and(ElementContext::HIDDEN)
    .and(ElementContext::RELATED_NAME);

/// The share of an element's running words that a child must contain for the search to continue inside it.
const CLUSTER_SHARE: f32 = 0.62;

impl PageStructure {
    pub(crate) fn new(
        page: &SegmentedPage,
        measures: &[TextMeasures],
        tokens: &[TokenScore],
    ) -> Self {
        let mut arrangements = vec![BlockArrangement::default(); page.blocks.len()];
        let PageSums { mut subtree, mut weighty, twins, texts, total } =
            PageSums::new(page, measures, tokens, &mut arrangements);
        // In preorder a parent comes before its children, so one pass from the end adds up all subtrees.
        for index in (1..page.elements.len()).rev() {
            let parent = page.elements.get(index).map_or(0, |element| element.parent) as usize;
            let (sums, weight) = (subtree[index], weighty[index]);
            subtree[parent].add(sums);
            weighty[parent] += weight;
        }
        let cluster = find_cluster(page, &weighty);
        let (near, wide) = (enclosing(page, &subtree, 4.0), enclosing(page, &subtree, 16.0));
        for (block, place) in page.blocks.iter().zip(&mut arrangements) {
            let element = page.element_of(block);
            place.in_cluster = page.contains(cluster, block.element);
            place.cluster_distance = distance(page, cluster, block.element);
            place.near = sums_at(&subtree, near[block.element as usize]);
            place.wide = sums_at(&subtree, wide[block.element as usize]);
            place.twins = twins.get(&element.signature).copied().unwrap_or_default();
            place.repeats = texts.get(page.text_of(block)).map_or(0.0, |count| count - 1.0);
        }
        neighbourhood(&mut arrangements, measures, &total);
        let running = || arrangements.iter().zip(measures).filter(|(place, _)| place.is_running);
        let sentences =
            running().filter(|(_, measure)| measure.ending == TextEnding::Sentence).count();
        let sentence_share = sentences as f32 / running().count().max(1) as f32;
        Self { arrangements, page: total, sentence_share, subtree, cluster }
    }
}

/// Sums over the blocks of a page.
struct PageSums<'a> {
    /// By element: at first the sums of its own blocks.
    subtree: Vec<TextSums>,
    /// By element: the running words that count in the search for the main cluster.
    weighty: Vec<f32>,
    /// By the signature of an element.
    twins: FastMap<u64, TextSums>,
    /// How often each text occurs.
    texts: FastMap<&'a str, f32>,
    total: TextSums,
}

impl<'a> PageSums<'a> {
    /// Computes the sums, and fills in what each block knows about itself.
    fn new(
        page: &'a SegmentedPage,
        measures: &[TextMeasures],
        tokens: &[TokenScore],
        arrangements: &mut [BlockArrangement],
    ) -> Self {
        let mut page_sums = Self {
            subtree: vec![TextSums::default(); page.elements.len()],
            weighty: vec![0.0_f32; page.elements.len()],
            twins: FastMap::default(),
            texts: FastMap::default(),
            total: TextSums::default(),
        };
        for (((block, measure), place), tokens) in
            page.blocks.iter().zip(measures).zip(arrangements).zip(tokens)
        {
            let bytes = (block.end - block.start).max(1) as f32;
            place.link_density = block.link_bytes as f32 / bytes;
            place.is_running = measure.is_running_text() && place.link_density < 0.34;
            let sums = TextSums {
                blocks: 1.0,
                words: measure.words,
                link_words: measure.words * place.link_density,
                running_words: if place.is_running { measure.words } else { 0.0 },
                running_blocks: f32::from(u8::from(place.is_running)),
                tokens: tokens.total() * (measure.words + 1.0),
                ..TextSums::default()
            };
            page_sums.total.add(sums);
            let index = block.element as usize;
            let element = page.element_of(block);
            if let Some(own) = page_sums.subtree.get_mut(index) {
                own.add(sums);
            }
            if place.is_running
                && !element.context.has(NOT_MAIN)
                && let Some(weight) = page_sums.weighty.get_mut(index)
            {
                *weight += measure.words;
            }
            page_sums.twins.entry(element.signature).or_default().add(sums);
            if measure.words >= 1.0 {
                *page_sums.texts.entry(page.text_of(block)).or_default() += 1.0;
            }
        }
        for (own, element) in page_sums.subtree.iter_mut().zip(&page.elements) {
            own.media += f32::from(element.media);
            own.controls += f32::from(element.controls);
        }
        page_sums
    }
}

fn sums_at(subtree: &[TextSums], index: u32) -> TextSums {
    subtree.get(index as usize).copied().unwrap_or_default()
}

/// For each element, the innermost one at or above it that contains at least `blocks` blocks.
fn enclosing(page: &SegmentedPage, subtree: &[TextSums], blocks: f32) -> Vec<u32> {
    let mut enclosing = vec![0_u32; page.elements.len()];
    for (index, element) in page.elements.iter().enumerate() {
        enclosing[index] = if subtree[index].blocks >= blocks {
            u32::try_from(index).unwrap_or_default()
        } else {
            enclosing[element.parent as usize]
        };
    }
    enclosing
}

/// Goes down from the root as long as one child contains most of the running text.
fn find_cluster(page: &SegmentedPage, weighty: &[f32]) -> u32 {
    let mut here = 0_u32;
    loop {
        let element = page.element(here);
        let needed = weighty[here as usize] * CLUSTER_SHARE;
        if needed <= 0.0 {
            return here;
        }
        let mut child = here + 1;
        let mut next = None;
        while child < element.end {
            if weighty[child as usize] >= needed {
                next = Some(child);
                break;
            }
            child = page.element(child).end;
        }
        match next {
            // A single paragraph is not a cluster, unless it is long enough to be an article.
            Some(next) if page.element(next).end > next + 1 || weighty[next as usize] > 200.0 => {
                here = next;
            }
            _ => return here,
        }
    }
}

fn distance(page: &SegmentedPage, cluster: u32, element: u32) -> f32 {
    let mut common = cluster;
    let mut levels = 0.0;
    while !page.contains(common, element) && levels < 64.0 {
        common = page.element(common).parent;
        levels += 1.0;
    }
    levels
}

fn neighbourhood(places: &mut [BlockArrangement], measures: &[TextMeasures], total: &TextSums) {
    const FAR: f32 = 50.0;
    let count = places.len();
    let mut since = FAR;
    let mut running = 0.0;
    for index in 0..count {
        let place = &mut places[index];
        place.position = index as f32 / count.max(1) as f32;
        place.since_running = since;
        place.running_position = running / total.running_words.max(1.0);
        if place.is_running {
            since = 0.0;
            running += measures[index].words;
        } else {
            since = (since + 1.0).min(FAR);
        }
    }
    let mut until = FAR;
    for place in places.iter_mut().rev() {
        place.until_running = until;
        until = if place.is_running { 0.0 } else { (until + 1.0).min(FAR) };
    }
}
