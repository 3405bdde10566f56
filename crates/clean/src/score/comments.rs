//! Comments of readers below an article, recognized by their shape, whatever their elements are called.
//!
//! Each comment names its author, has a date or a link to reply, and a text that is no link to another story. The posts
//! of a forum have the same shape, but there the first of them is the main text.

use std::ops::Range;

use super::appended::{Arrangement, MainText, has_date};
use super::evidence::ScoreEvidence;
use super::measure::{TextEnding, TextMeasures};
use super::templates::TemplateList;
use super::{BlockVerdict, appended};
use crate::ClutterClass;
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage};

/// Kept words of an article above its comments.
const MIN_ARTICLE_WORDS: f32 = 100.0;
/// Lists of comments, at most: answers may be lists of their own.
const MAX_THREADS: usize = 50;
/// Blocks of an item that are looked at.
const MAX_ITEM_BLOCKS: usize = 24;
/// Words of a line with the author of a comment, its date, or a link to reply, at most.
const MAX_LINE_WORDS: f32 = 8.0;
/// Words of a comment, at least: "Me too!" is one.
const MIN_TEXT_WORDS: f32 = 2.0;
/// Words of the first paragraph of a post that is the main text, at least.
const MIN_POST_WORDS: f32 = 8.0;
/// Words of another line of it, at least, and blocks of a post, at most.
const MIN_POST_LINE: f32 = 3.0;
const MAX_POST_BLOCKS: usize = 20;
/// Words of a heading that is more than the name of an author.
const HEADLINE_WORDS: f32 = 4.0;
/// Log-odds of the phrases of a date, and of a link to reply.
const LEAST_PHRASES: f32 = 1.0;
/// The rule that verdicts name.
const RULE: &str = "structure/thread";

/// Removes the comments below the article of a page.
pub(super) fn drop_comments(
    evidence: &ScoreEvidence<'_>,
    lists: &[TemplateList],
    verdicts: &mut [BlockVerdict],
) {
    let page = evidence.page;
    if lists.is_empty() || !appended::is_article(evidence.facts) {
        return;
    }
    let arrangement = Arrangement { page, measures: evidence.measures, verdicts };
    let Some(main) = arrangement.main_text() else { return };
    let mut words = 0.0;
    let is_enough = |index: &usize| {
        words += arrangement.words_in(*index..index + 1);
        words >= MIN_ARTICLE_WORDS
    };
    let Some(article) = (main.first..page.blocks.len()).find(is_enough) else { return };
    let search = CommentSearch { evidence, main, article };
    let threads: Vec<Range<usize>> = lists
        .iter()
        .filter(|list| search.is_thread(list))
        .take(MAX_THREADS)
        .map(|list| search.blocks_of(list))
        .collect();
    for index in threads.into_iter().flatten() {
        let Some(verdict) = verdicts.get_mut(index) else { continue };
        if !verdict.is_title && verdict.class != Some(ClutterClass::Comments) {
            verdict.remove(ClutterClass::Comments, RULE);
        }
    }
}

/// Keeps the rest of a post whose first paragraph is the first running text of the page: of the question in a thread, the
/// description of a pull request. There a name such as `comment-body` says nothing against it.
pub(super) fn keep_main_post(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    verdicts: &mut [BlockVerdict],
) {
    let is_text = |(verdict, measure): (&BlockVerdict, &TextMeasures)| {
        verdict.class.is_none() && !verdict.is_title && measure.words >= MIN_POST_WORDS
    };
    let first = verdicts.iter().zip(measures).position(is_text);
    let Some(block) = first.and_then(|first| page.blocks.get(first)) else { return };
    let is_named = |number: &u32| page.element(*number).own.has(ElementContext::COMMENT_NAME);
    let Some(post) = page.ancestor_numbers(block.element).find(is_named) else { return };
    let is_in = |block: &PageBlock| page.contains(post, block.element);
    // Such a name around a whole thread or page says nothing.
    if page.blocks.iter().filter(|block| is_in(block)).nth(MAX_POST_BLOCKS).is_some() {
        return;
    }
    for ((block, measure), verdict) in page.blocks.iter().zip(measures).zip(verdicts) {
        let is_comment = verdict.class == Some(ClutterClass::Comments) && !verdict.by_phrase;
        let is_text = measure.words >= MIN_POST_LINE && block.link_bytes == 0;
        if is_comment && is_text && is_in(block) {
            verdict.keep();
        }
    }
}

struct CommentSearch<'a> {
    evidence: &'a ScoreEvidence<'a>,
    main: MainText,
    /// The block with which there is enough text for an article.
    article: usize,
}

/// What a comment has.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent signs")]
struct CommentSigns {
    has_author: bool,
    has_text: bool,
    has_sentence: bool,
    has_date: bool,
    has_reply: bool,
    /// Whether the page calls it a comment: by the label of its section, or by names of elements.
    is_named: bool,
    has_headline: bool,
}

impl CommentSearch<'_> {
    /// Whether the items of a list are comments on the article before it.
    fn is_thread(&self, list: &TemplateList) -> bool {
        let Some(first) = list.items.first() else { return false };
        if first.start <= self.article
            || self.evidence.page.contains(list.parent, self.main.element)
        {
            return false;
        }
        let signs: Vec<CommentSigns> = list.items.iter().map(|item| self.signs(item)).collect();
        let count = |has: &dyn Fn(&CommentSigns) -> bool| signs.iter().filter(|it| has(it)).count();
        let most = |number: usize| number * 4 >= signs.len() * 3;
        most(count(&|it| it.has_author && it.has_text))
            && most(count(&|it| it.has_date || it.has_reply || it.is_named))
            && count(&|it| it.has_sentence) * 2 >= signs.len()
            && count(&|it| it.has_headline) == 0
    }

    fn measure(&self, index: usize) -> Option<&TextMeasures> {
        self.evidence.measures.get(index)
    }

    fn signs(&self, item: &Range<usize>) -> CommentSigns {
        let mut signs = CommentSigns::default();
        for index in item.clone().take(MAX_ITEM_BLOCKS) {
            let (Some(block), Some(measure)) =
                (self.evidence.page.blocks.get(index), self.measure(index))
            else {
                continue;
            };
            let is_heading = matches!(block.kind, BlockKind::Heading(_));
            let is_link = block.link_bytes * 2 >= block.end - block.start;
            let phrases = self.evidence.phrases.get(index);
            let says = |class: ClutterClass| {
                phrases.is_some_and(|it| it.by_class[class.index()] >= LEAST_PHRASES)
            };
            let section = self.evidence.sections.get(index).copied().flatten();
            let context = self.evidence.page.element_of(block).context;
            signs.is_named |= section.is_some_and(|(class, _)| class == ClutterClass::Comments)
                || context.has(ElementContext::COMMENT_NAME);
            signs.has_headline |= (is_heading || is_link) && measure.words >= HEADLINE_WORDS;
            let is_short =
                measure.words <= MAX_LINE_WORDS && measure.ending != TextEnding::Sentence;
            if is_short && (self.is_date(index) || says(ClutterClass::Byline)) {
                signs.has_date = true;
                // The name may stand beside the date.
                signs.has_author |= !signs.has_text && measure.letters > 0;
            } else if is_short && says(ClutterClass::Comments) {
                signs.has_reply = true;
            } else if !signs.has_author && !signs.has_text && is_short {
                signs.has_author = true;
            } else if signs.has_author && !is_link && measure.words >= MIN_TEXT_WORDS {
                signs.has_text = true;
                signs.has_sentence |= measure.ending == TextEnding::Sentence;
            }
        }
        signs
    }

    fn is_date(&self, index: usize) -> bool {
        let Some(block) = self.evidence.page.blocks.get(index) else { return false };
        let element = self.evidence.page.element_of(block);
        element.context.has(ElementContext::TIME_TAG) || has_date(self.evidence.page.text_of(block))
    }

    /// The blocks of a thread: all of its element, since answers and forms stand between the comments.
    fn blocks_of(&self, list: &TemplateList) -> Range<usize> {
        let is_in = |index: usize| {
            let block = self.evidence.page.blocks.get(index);
            block.is_some_and(|block| self.evidence.page.contains(list.parent, block.element))
        };
        let [first, .., end] = list.items.as_slice() else {
            return 0..0;
        };
        let (mut start, mut end) = (first.start, end.end);
        while start > 0 && is_in(start - 1) {
            start -= 1;
        }
        while is_in(end) {
            end += 1;
        }
        start..end
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Lexicon;
    use crate::metadata::PageFacts;
    use crate::score::testing::ArrangedPage;
    use crate::score::{BlockScorer, BlockTexts, templates};

    const TEXT: &str = "<p>The harbour was quiet when the first ferry of the year came in, late and with half of \
        its crew asleep on the deck, and nobody but the pilot and two gulls saw how it was tied to the old quay.</p>";

    fn article() -> String {
        format!("<article><h1>A quiet morning at the quay</h1>{}</article>", TEXT.repeat(4))
    }

    /// Texts of comments, none of which a lexicon knows.
    const SAID: [&str; 4] = [
        "My aunt was the pilot, and she says it was early.",
        "Two gulls? I have never seen so few there.",
        "Who pays for the new rope, I wonder.",
        "A fine piece, thank you.",
    ];

    /// How many blocks of a page go as comments that was kept as a whole. Its first heading is the title.
    fn dropped(html: &str, pagetype: Option<&str>) -> usize {
        let ArrangedPage { page, measures, structure, .. } = ArrangedPage::html(html);
        let scorer = BlockScorer::new(Lexicon::embedded(), Arc::default());
        let mut facts = PageFacts::default();
        facts.metadata.pagetype = pagetype.map(str::to_owned);
        let mut verdicts = vec![BlockVerdict::default(); page.blocks.len()];
        let title = page.blocks.iter().position(|block| block.kind == BlockKind::Heading(1));
        verdicts[title.unwrap()].is_title = true;
        assert_eq!(measures.len(), verdicts.len());
        scorer.with_evidence(&page, &BlockTexts::new(&page), &facts, |evidence| {
            drop_comments(evidence, &templates::find(&page, &structure), &mut verdicts);
        });
        verdicts.iter().filter(|verdict| verdict.class == Some(ClutterClass::Comments)).count()
    }

    /// A page with items below its article, of which `{u}` is an author, `{x}` a text and `{n}` a number.
    fn page(item: &str) -> String {
        let users = ["Ada", "Greta-L", "old_salt", "mudlark88"];
        let fill = |(n, (user, text)): (usize, (&str, &str))| {
            item.replace("{u}", user).replace("{x}", text).replace("{n}", &(n + 1).to_string())
        };
        let items: String = users.into_iter().zip(SAID).enumerate().map(fill).collect();
        format!("<main>{}<div>{items}</div></main>", article())
    }

    #[test]
    fn authors_with_dates_or_buttons_and_a_text_are_comments() {
        for (item, blocks) in [
            ("<div><b>{u}</b> <i>{n}.5.2024</i><div>{x}</div></div>", 8),
            ("<div><div>{u}, {n} May 2024</div><p>{x}</p><a href=#>Reply</a></div>", 12),
            ("<div><cite>{u}</cite><p>{x}</p><button>Antworten</button></div>", 12),
            ("<div><h4>{u}</h4><time>{n} hours ago</time><p>{x}</p></div>", 12),
            ("<div class=comment><div>{u}</div><div>{x}</div></div>", 8),
        ] {
            assert_eq!(dropped(&page(item), None), blocks, "{item}");
        }
    }

    #[test]
    fn the_form_and_answers_between_comments_go_with_them() {
        let answer = "<div class=answers><p>The same here, every year.</p></div>";
        let item = "<div class=c><div>{u}, {n} May 2024</div><p>{x}</p></div>";
        let html = page(item).replace("early.</p></div>", &format!("early.</p></div>{answer}"));
        assert_eq!(dropped(&html, None), 9);
    }

    #[test]
    fn other_lists_are_none() {
        for item in [
            "<div><div>News</div><time>{n} May 2024</time><h3><a href=/{n}>A story of {u} and of the quay</a></h3></div>",
            "<div><h3>The story of {u} and the quay</h3><div>{n} May 2024</div><p>{x}</p></div>",
            "<div><div>{u}</div><p>{x}</p></div>",
            "<div><p>{x}</p><div>{u}, {n} May 2024</div></div>",
        ] {
            assert_eq!(dropped(&page(item), None), 0, "{item}");
        }
    }

    #[test]
    fn a_post_that_is_the_main_text_stays_whole() {
        let post = "<p>The pilot asked for a rope, and nobody had one that was long enough.</p>\
            <ul><li>Hemp is too short</li><li>Linen is too weak</li></ul>";
        for (html, stay) in [
            (format!("<div class=comment-body>{post}</div>"), [true, true, true]),
            (format!("{TEXT}<div class=comment-body>{post}</div>"), [true, false, false]),
        ] {
            let ArrangedPage { page, measures, .. } = ArrangedPage::html(&html);
            let texts = page.blocks.iter().map(|block| page.text_of(block));
            let mut verdicts: Vec<BlockVerdict> = texts
                .map(|text| BlockVerdict {
                    class: text.contains("too").then_some(ClutterClass::Comments),
                    ..BlockVerdict::default()
                })
                .collect();
            keep_main_post(&page, &measures, &mut verdicts);
            let last = verdicts.len() - stay.len();
            let kept: Vec<bool> = verdicts[last..].iter().map(|it| it.class.is_none()).collect();
            assert_eq!(kept, stay, "{html}");
        }
    }

    #[test]
    fn the_posts_of_a_forum_stay() {
        let item = "<div><div>{u}, {n} May 2024</div><p>{x}</p></div>";
        assert_eq!(dropped(&page(item), Some("forum")), 0);
        let post = format!("<div class=post><div>Ada, 3 May 2024</div>{}</div>", TEXT.repeat(4));
        let thread = format!("<h1>A quiet morning</h1><div>{}</div>", post.repeat(4));
        assert_eq!(dropped(&thread, None), 0);
    }
}
