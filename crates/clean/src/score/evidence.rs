//! What is known of a page's blocks before they are judged.
//!
//! The features, the rules and the clutter classes are all computed from it, so it depends on none of
//! them.

use memchr::memchr;

use super::articles::ArticlePosition;
use super::branches::TreeBranch;
use super::measure::{TextEnding, TextMeasures};
use super::overlap::WordOverlap;
use super::phrases::PhraseEvidence;
use super::stretch::BlockSurroundings;
use super::structure::PageStructure;
use super::tokens::TokenScore;
use crate::ClutterClass;
use crate::lexicon::NormalizedText;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, ElementContext, SegmentedPage};

/// The place among the running text from which a block is near the end.
const NEAR_END: f32 = 0.8;
/// The log-odds of phrases from which a block shows that a text has clutter, and how many such blocks show it.
const CLUTTER_PHRASES: f32 = 2.0;
const CLUTTER_BLOCKS: usize = 2;

/// What the line of an embedded post or video begins with, after the scheme.
const EMBEDS: &[&str] = &[
    "twitter.com/",
    "mobile.twitter.com/",
    "x.com/",
    "t.co/",
    "pic.twitter.com/",
    "youtube.com/",
    "youtu.be/",
    "m.youtube.com/",
    "vimeo.com/",
    "player.vimeo.com/",
    "dailymotion.com/",
    "instagram.com/",
    "facebook.com/",
    "tiktok.com/",
    "soundcloud.com/",
    "open.spotify.com/",
];

/// Evidence that is the same for all blocks of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageEvidence {
    /// `<article>` elements and those with the role.
    pub(super) articles: f32,
    pub(super) headings: f32,
    /// Segments of the URL's path.
    pub(super) path_depth: f32,
    /// Words of the URL's last segment, where headlines are repeated.
    pub(super) slug_words: f32,
    /// The share of the running words that is in the main cluster.
    pub(super) cluster_share: f32,
    /// The index of the block that is the title.
    pub(super) title: Option<usize>,
    /// Whether clutter phrases are in several blocks near the end.
    pub(super) ends_in_clutter: bool,
    /// The share of the blocks that are parts of paragraphs.
    pub(super) part_share: f32,
}

impl PageEvidence {
    pub(crate) fn new(
        page: &SegmentedPage,
        facts: &PageFacts,
        structure: &PageStructure,
        titles: &[bool],
        phrases: &[PhraseEvidence<'_>],
    ) -> Self {
        let last_phrases = structure
            .arrangements
            .iter()
            .zip(phrases)
            .filter(|(place, phrases)| {
                place.running_position > NEAR_END && phrases.total() >= CLUTTER_PHRASES
            })
            .count();
        let url = facts.metadata.url.as_deref().or(facts.metadata.canonical_url.as_deref());
        let path = url.and_then(|url| url.split_once("://")).map_or("", |(_, rest)| {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/')
        });
        let slug = path.rsplit('/').next().unwrap_or_default();
        let of = |is: &dyn Fn(&crate::segment::PageElement) -> bool| {
            page.elements.iter().filter(|element| is(element)).count() as f32
        };
        let main = structure.subtree.get(structure.cluster as usize).copied().unwrap_or_default();
        Self {
            articles: of(&|element| element.own.has(ElementContext::ARTICLE_TAG)),
            headings: page
                .blocks
                .iter()
                .filter(|block| matches!(block.kind, BlockKind::Heading(_)))
                .count() as f32,
            path_depth: path.split('/').filter(|part| !part.is_empty()).count() as f32,
            part_share: page.blocks.iter().filter(|block| block.part.is_some()).count() as f32
                / page.blocks.len().max(1) as f32,
            slug_words: slug.split(['-', '_']).filter(|word| word.len() > 1).count() as f32,
            cluster_share: main.running_words / structure.page.running_words.max(1.0),
            title: titles.iter().position(|is| *is),
            ends_in_clutter: last_phrases >= CLUTTER_BLOCKS,
        }
    }
}

/// Everything that features, rules and classes are computed from. Arrays are by block unless they say
/// otherwise.
pub(crate) struct ScoreEvidence<'a> {
    pub(crate) page: &'a SegmentedPage,
    pub(crate) facts: &'a PageFacts,
    pub(crate) texts: &'a [NormalizedText],
    pub(crate) measures: &'a [TextMeasures],
    pub(crate) structure: &'a PageStructure,
    pub(crate) phrases: &'a [PhraseEvidence<'a>],
    /// For each block, the class of the opened section that it is in, and how many blocks ago that was
    /// opened.
    pub(crate) sections: &'a [Option<(ClutterClass, usize)>],
    pub(crate) titles: &'a [bool],
    pub(crate) page_evidence: PageEvidence,
    /// By block.
    pub(crate) around: &'a [BlockSurroundings],
    pub(crate) overlaps: &'a [WordOverlap],
    pub(crate) tokens: &'a [TokenScore],
    /// Whether the block is in the text that the markup declares: 1 if so, -1 if not, 0 if none is declared.
    pub(crate) declared: &'a [f32],
    pub(crate) articles: &'a [ArticlePosition],
    /// By element.
    pub(crate) branches: &'a [TreeBranch],
}

impl ScoreEvidence<'_> {
    /// Whether a block is a breadcrumb: a series of short names with arrows or slashes between them.
    pub(super) fn is_breadcrumb(&self, index: usize) -> bool {
        let (Some(block), Some(measure)) = (self.page.blocks.get(index), self.measures.get(index))
        else {
            return false;
        };
        if measure.separators < 2 {
            return false;
        }
        let text = self.page.text_of(block);
        let arrows = [" › ", " » ", " > ", " → ", " / "];
        measure.words < 16.0
            && measure.ending == TextEnding::Open
            && !matches!(block.kind, BlockKind::Row { .. } | BlockKind::Preformatted)
            && arrows.iter().any(|arrow| text.matches(arrow).count() >= 2)
    }

    /// Whether a line is nothing but the URL of an embedded post or video.
    pub(super) fn is_embed_link(&self, index: usize) -> bool {
        let Some(block) = self.page.blocks.get(index) else { return false };
        let text = self.page.text_of(block);
        if memchr(b' ', text.as_bytes()).is_some() {
            return false;
        }
        let text = text.trim_matches(['<', '>', '[', ']', '(', ')']);
        if text.contains(char::is_whitespace) {
            return false;
        }
        let (_, after_scheme) = text.split_once("://").unwrap_or(("", text));
        let after_host = after_scheme.strip_prefix("www.").unwrap_or(after_scheme);
        EMBEDS.iter().any(|start| {
            after_host.strip_prefix(start).is_some_and(|path| path.contains(char::is_alphanumeric))
        })
    }

    /// Whether a line is a run of hashtags.
    pub(super) fn is_hashtag_run(&self, index: usize) -> bool {
        let Some(block) = self.page.blocks.get(index) else { return false };
        let text = self.page.text_of(block);
        if memchr(b'#', text.as_bytes()).is_none() {
            return false;
        }
        let is_hashtag = |word: &&str| {
            let name = word.strip_prefix('#').and_then(|name| name.chars().next());
            name.is_some_and(char::is_alphabetic)
        };
        let is_word = |word: &&str| word.contains(char::is_alphanumeric);
        let words = text.split_whitespace().filter(is_word).count();
        let hashtags = text.split_whitespace().filter(is_hashtag).count();
        hashtags >= 2 && hashtags * 4 >= words * 3
    }

    /// Whether a line is probably the headline of another story: long and not a sentence, near the end of a
    /// page whose paragraphs are sentences and whose end has clutter. A line that continues in the next one is
    /// not. In a text without clutter it is the last caption, verse or item of the article.
    pub(super) fn is_foreign_line(&self, index: usize) -> bool {
        let (Some(measure), Some(block)) = (self.measures.get(index), self.page.blocks.get(index))
        else {
            return false;
        };
        let goes_on = self.measures.get(index + 1).is_some_and(|next| next.starts_lower);
        self.page_evidence.ends_in_clutter
            && (12.0..32.0).contains(&measure.words)
            && measure.ending == TextEnding::Open
            && !measure.starts_with_sign
            && !measure.starts_lower
            && measure.upper_letters * 2 < measure.letters
            && !goes_on
            && !self.page.text_of(block).contains(['/', '@', '|', '#'])
            && !matches!(block.kind, BlockKind::Heading(_))
            && !self.titles.get(index).copied().unwrap_or_default()
            && self.structure.sentence_share > 0.85
            && self.structure.arrangements.get(index).is_some_and(|p| p.running_position > NEAR_END)
    }

    /// Whether a line is right after such a headline and not followed by running text. It then belongs to the
    /// headline.
    pub(super) fn is_after_foreign_line(&self, index: usize) -> bool {
        let runs =
            |index: usize| self.structure.arrangements.get(index).is_some_and(|p| p.is_running);
        let follows = index.checked_sub(1).is_some_and(|before| self.is_foreign_line(before));
        follows && !runs(index + 1)
    }
}
