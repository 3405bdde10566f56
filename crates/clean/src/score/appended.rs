//! What a site appends below its article: the next article, a feed of other stories.
//!
//! Each block of these reads like content, so only the arrangement of the page tells: the text of the main article
//! comes first and fills an element of its own. What stands outside of that element under a headline and a byline of
//! its own is another article.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use super::BlockVerdict;
use super::measure::TextMeasures;
use crate::ClutterClass;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, ElementContext, SegmentedPage};

/// Kept words from which the main text is an article.
const MIN_MAIN_WORDS: f32 = 100.0;
/// Words of a paragraph of it.
const MIN_PARAGRAPH: f32 = 10.0;
/// Words of a headline. Names of people and labels are shorter.
const HEADLINE: RangeInclusive<f32> = 4.0..=25.0;
/// Blocks at the beginning of a part among which its headline must be.
const HEADLINE_REACH: usize = 4;
/// Headlines with bylines that are looked at. Sites append one or two articles.
const MAX_CANDIDATES: usize = 20;
/// Blocks after a headline among which its byline must be.
const BYLINE_REACH: usize = 3;
/// Words of a byline, at most.
const MAX_BYLINE: f32 = 10.0;
/// Kept words of an appended article, at least.
const MIN_APPENDED_WORDS: f32 = 50.0;
/// And paragraphs of it.
const MIN_PARAGRAPHS: usize = 2;
/// Headlines of one template from which they are the entries of a live blog, or of a list.
const MIN_ENTRIES: usize = 3;
/// Stories with a time of day and a link from which they are a feed.
const MIN_STORIES: usize = 4;
/// Blocks of such a story, at most.
const MAX_BLOCKS_PER_STORY: usize = 4;

/// The rule that verdicts name.
const RULE: &str = "structure/appended";

/// Removes what is appended below the article of a page.
pub(super) fn drop_appended(
    page: &SegmentedPage,
    facts: &PageFacts,
    measures: &[TextMeasures],
    verdicts: &mut [BlockVerdict],
) {
    if page.is_text || !is_article(facts) {
        return;
    }
    let arrangement = Arrangement { page, measures, verdicts };
    let Some(main) = arrangement.main_text() else { return };
    let appended = arrangement.appended(main);
    for index in appended {
        if let Some(verdict) = verdicts.get_mut(index).filter(|verdict| verdict.class.is_none()) {
            verdict.remove(ClutterClass::Related, RULE);
        }
    }
}

/// Whether a page may be an article. The posts of a thread and the parts of a product have headlines and bylines of
/// their own.
pub(super) fn is_article(facts: &PageFacts) -> bool {
    matches!(facts.metadata.pagetype.as_deref(), None | Some("article"))
}

/// The main text of a page.
#[derive(Clone, Copy)]
pub(super) struct MainText {
    /// The block of its first paragraph.
    pub(super) first: usize,
    /// The smallest element with enough of it.
    pub(super) element: u32,
}

pub(super) struct Arrangement<'a> {
    pub(super) page: &'a SegmentedPage,
    pub(super) measures: &'a [TextMeasures],
    pub(super) verdicts: &'a [BlockVerdict],
}

impl Arrangement<'_> {
    fn words(&self, index: usize) -> f32 {
        self.measures.get(index).map_or(0.0, |measure| measure.words)
    }

    fn is_kept(&self, index: usize) -> bool {
        self.verdicts.get(index).is_some_and(|it| it.class.is_none() && !it.is_title)
    }

    /// Whether a block is a kept paragraph.
    fn is_paragraph(&self, index: usize) -> bool {
        self.is_kept(index)
            && self.words(index) >= MIN_PARAGRAPH
            && self.page.blocks.get(index).is_some_and(|block| {
                let length = block.end - block.start;
                !matches!(block.kind, BlockKind::Heading(_)) && block.link_bytes * 2 < length
            })
    }

    /// The main text: after the title, in the smallest element that holds an article. A list of short items fills it
    /// as a whole.
    pub(super) fn main_text(&self) -> Option<MainText> {
        let title = self.verdicts.iter().position(|verdict| verdict.is_title)?;
        let count = self.page.blocks.len();
        let first = (title + 1..count).find(|index| self.is_paragraph(*index))?;
        let block = self.page.blocks.get(first)?;
        let (mut end, mut words) = (first, 0.0);
        for element in self.page.ancestor_numbers(block.element) {
            let is_in = |index: usize| {
                let block = self.page.blocks.get(index);
                block.is_some_and(|block| self.page.contains(element, block.element))
            };
            while end < count && is_in(end) {
                if self.is_paragraph(end) {
                    words += self.words(end);
                }
                end += 1;
            }
            if words >= MIN_MAIN_WORDS {
                return Some(MainText { first, element });
            }
        }
        None
    }

    /// The blocks of what is appended.
    fn appended(&self, main: MainText) -> Vec<usize> {
        let mut templates: HashMap<u64, usize> = HashMap::new();
        for index in (main.first..self.page.blocks.len()).filter(|index| self.is_headline(*index)) {
            *templates.entry(self.signature(index)).or_default() += 1;
        }
        let mut found = Vec::new();
        let mut index = main.first;
        let mut candidates = 0;
        while let Some(block) = self.page.blocks.get(index) {
            if self.page.contains(main.element, block.element) {
                index += 1;
                continue;
            }
            let part = self.part_beside(main, index);
            let headline = self.headline_of(main, &part, &templates);
            index = part.end;
            if self.has_comments(&part) {
                continue;
            }
            if self.is_feed(&part) {
                found.extend(part);
                continue;
            }
            let Some(headline) = headline.filter(|_| candidates < MAX_CANDIDATES) else { continue };
            if let Some(byline) = self.byline_of(headline) {
                candidates += 1;
                // A headline beside the article is followed by its text.
                let is_alone = part.len() == 1;
                let text = if is_alone {
                    byline + 1..self.end_of_flow(main, byline)
                } else {
                    byline + 1..part.end
                };
                let paragraphs = text.clone().filter(|index| self.is_paragraph(*index)).count();
                if paragraphs >= MIN_PARAGRAPHS && self.words_in(text.clone()) >= MIN_APPENDED_WORDS
                {
                    index = text.end;
                    found.extend(part.start..text.end);
                }
            }
        }
        found
    }

    /// The headline at the beginning of a part. Without a heading's tag it must be in an element of another template
    /// than the main text: the posts of a thread begin with a line on their author.
    fn headline_of(
        &self,
        main: MainText,
        part: &Range<usize>,
        templates: &HashMap<u64, usize>,
    ) -> Option<usize> {
        let mut lines =
            part.clone().take(HEADLINE_REACH).take_while(|line| !self.is_paragraph(*line));
        lines.find(|line| {
            let count = templates.get(&self.signature(*line)).copied().unwrap_or_default();
            let is_heading = self
                .page
                .blocks
                .get(*line)
                .is_some_and(|block| matches!(block.kind, BlockKind::Heading(_)));
            count < MIN_ENTRIES
                && self.is_headline(*line)
                && (is_heading || part.len() > 1 && !self.is_twin(main, part.start))
        })
    }

    /// Whether one template made the element of a part and the element around the main text beside it.
    fn is_twin(&self, main: MainText, start: usize) -> bool {
        let Some(block) = self.page.blocks.get(start) else { return false };
        let is_around = |element: &u32| self.page.contains(*element, main.element);
        let mut around = self.page.ancestor_numbers(block.element);
        let Some(both) = around.find(is_around) else { return false };
        let child = |of: u32| {
            let inner = self.page.ancestor_numbers(of).take_while(|element| *element != both);
            inner.last().map(|element| self.page.element(element).signature)
        };
        let part = child(block.element);
        part.is_some() && part == child(main.element)
    }

    /// Whether a part has comments of readers.
    fn has_comments(&self, part: &Range<usize>) -> bool {
        let verdicts = self.verdicts.get(part.clone()).unwrap_or_default();
        verdicts.iter().any(|verdict| verdict.class == Some(ClutterClass::Comments))
    }

    fn signature(&self, index: usize) -> u64 {
        let block = self.page.blocks.get(index);
        block.map_or(0, |block| self.page.element_of(block).signature)
    }

    /// The blocks from one to the end of the largest element around it without the main text.
    fn part_beside(&self, main: MainText, index: usize) -> Range<usize> {
        let Some(block) = self.page.blocks.get(index) else { return index..index };
        let around = self.page.ancestor_numbers(block.element);
        let around = around.take_while(|element| !self.page.contains(*element, main.element));
        let end = around.last().map_or(0, |element| self.page.element(element).end);
        index..self.reach(index, end)
    }

    /// The end of the blocks after one that are in the same element as the main text.
    fn end_of_flow(&self, main: MainText, index: usize) -> usize {
        let Some(block) = self.page.blocks.get(index) else { return index };
        let mut around = self.page.ancestor_numbers(block.element);
        let flow = around.find(|element| self.page.contains(*element, main.element));
        self.reach(index, flow.map_or(0, |element| self.page.element(element).end))
    }

    /// The end of the blocks after one that are before the end of an element.
    fn reach(&self, index: usize, end: u32) -> usize {
        let rest = self.page.blocks.iter().skip(index + 1);
        index + 1 + rest.take_while(|block| block.element < end).count()
    }

    /// Whether a block may be the headline of an article.
    fn is_headline(&self, index: usize) -> bool {
        let Some((block, measure)) = self.page.blocks.get(index).zip(self.measures.get(index))
        else {
            return false;
        };
        let is_heading = match block.kind {
            BlockKind::Heading(level) => level <= 3,
            // Without a tag, a line that is no sentence.
            BlockKind::Paragraph => measure.sentences == 0 && measure.separators == 0,
            _ => false,
        };
        is_heading && HEADLINE.contains(&measure.words)
    }

    /// The byline right after a headline.
    fn byline_of(&self, headline: usize) -> Option<usize> {
        let byline =
            (headline + 1..=headline + BYLINE_REACH).find(|index| self.is_byline(*index))?;
        (headline + 1..byline).all(|index| !self.is_paragraph(index)).then_some(byline)
    }

    /// The words of the paragraphs among blocks.
    pub(super) fn words_in(&self, blocks: Range<usize>) -> f32 {
        blocks.filter(|index| self.is_paragraph(*index)).map(|index| self.words(index)).sum()
    }

    /// Whether a block says who wrote something, or when.
    fn is_byline(&self, index: usize) -> bool {
        let Some(block) = self.page.blocks.get(index) else { return false };
        let is_named = self
            .verdicts
            .get(index)
            .is_some_and(|verdict| verdict.class == Some(ClutterClass::Byline));
        let is_short = self.words(index) <= MAX_BYLINE
            && !matches!(block.kind, BlockKind::Heading(_))
            && !self.page.text_of(block).contains('?');
        is_short && (is_named || has_date(self.page.text_of(block)))
    }

    /// Whether blocks are stories with times of day and links. The entries of a live blog have no links.
    fn is_feed(&self, part: &Range<usize>) -> bool {
        let (mut times, mut links) = (0, 0);
        for block in part.clone().filter_map(|index| self.page.blocks.get(index)) {
            let text = self.page.text_of(block);
            let element = self.page.element_of(block);
            times += usize::from(
                starts_with_time(text) || element.context.has(ElementContext::TIME_TAG),
            );
            links += usize::from(block.link_bytes * 2 >= block.end - block.start);
        }
        let is_dense =
            |count: usize| count >= MIN_STORIES && count * MAX_BLOCKS_PER_STORY >= part.len();
        is_dense(times) && is_dense(links)
    }
}

/// Whether a text has the number of a year, and of a day in it.
pub(super) fn has_date(text: &str) -> bool {
    let numbers = || text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
    let is_year =
        |number: &str| number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let is_day = |number: &str| number.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    numbers().any(is_year) && numbers().any(is_day)
}

/// Whether a text begins with a time of day: `10:45`.
fn starts_with_time(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let hours = digits(text);
    let rest = text.get(hours..).unwrap_or_default();
    let minutes = rest.strip_prefix(':').map(digits);
    matches!(hours, 1 | 2) && minutes == Some(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::ArrangedPage;

    const TEXT: &str = "<p>The harbour was quiet when the first ferry of the year came in, late and with half of \
        its crew asleep on the deck, and nobody but the pilot and two gulls saw how it was tied to the old quay.</p>";

    /// The texts of the blocks that go of a page that was kept as a whole. Its first heading is the title.
    fn dropped(html: &str, pagetype: Option<&str>) -> Vec<String> {
        let ArrangedPage { page, measures, .. } = ArrangedPage::html(html);
        let mut facts = PageFacts::default();
        facts.metadata.pagetype = pagetype.map(str::to_owned);
        let mut verdicts = vec![BlockVerdict::default(); page.blocks.len()];
        let title = page.blocks.iter().position(|block| block.kind == BlockKind::Heading(1));
        if let Some(title) = title {
            verdicts[title].is_title = true;
        }
        drop_appended(&page, &facts, &measures, &mut verdicts);
        let gone = page.blocks.iter().zip(&verdicts).filter(|(_, verdict)| verdict.class.is_some());
        gone.map(|(block, verdict)| {
            assert_eq!((verdict.class, &*verdict.rule), (Some(ClutterClass::Related), RULE));
            page.text_of(block).split(' ').take(2).collect::<Vec<_>>().join(" ")
        })
        .collect()
    }

    fn main() -> String {
        format!("<article><h1>A quiet morning at the quay</h1>{}</article>", TEXT.repeat(4))
    }

    #[test]
    fn the_next_article_goes_whatever_its_elements() {
        let line = "The bridge is open to carts again";
        for next in [
            format!("<article><h2>{line}</h2><time>3 May 2024</time>{}</article>", TEXT.repeat(3)),
            format!(
                "<div><h1>{line}</h1><span>Ada Lund, 3.5.2024</span><div>{}</div></div>",
                TEXT.repeat(3)
            ),
            format!("<div><div>{line}</div><div>Ada Lund, 3.5.2024</div>{}</div>", TEXT.repeat(3)),
            format!("<hr><h1>{line}</h1><p>Ada Lund, 3.5.2024</p>{}", TEXT.repeat(3)),
        ] {
            let gone = dropped(&format!("<main>{}{next}</main>", main()), None);
            let date = if next.contains("<time>") { "3 May" } else { "Ada Lund," };
            assert_eq!(
                gone,
                ["The bridge", date, "The harbour", "The harbour", "The harbour"],
                "{next}"
            );
        }
    }

    #[test]
    fn a_feed_of_other_stories_goes() {
        let story = |n: u8| {
            format!(
                "<li>1{n}:15 <a href=/f{n}>A story of the day, number {n}</a><p>One line of it.</p></li>"
            )
        };
        let feed: String = (0..6).map(story).collect();
        let gone = dropped(&format!("{}<div><h3>Latest</h3><ul>{feed}</ul></div>", main()), None);
        assert_eq!(gone.len(), 13);
    }

    #[test]
    fn what_belongs_to_the_page_stays() {
        let part =
            format!("<section><h2>The second part of the story</h2>{}</section>", TEXT.repeat(3));
        let entry = |n: u8| {
            format!(
                "<div class=entry><h3>What happened at the quay, {n}</h3><div>1{n}:20, 3 May 2024</div>{TEXT}{TEXT}</div>"
            )
        };
        let live: String = (0..5).map(entry).collect();
        let reply = format!(
            "<div><h3>Ada Lund of Tarrow, keeper</h3><div>3.5.2024</div>{}</div>",
            TEXT.repeat(2)
        );
        let post = |n: u8| {
            format!(
                "<article><h2>The post of the day, number {n}</h2><time>3 May 2024</time>{}</article>",
                TEXT.repeat(4)
            )
        };
        let blog: String = (0..4).map(post).collect();
        for (html, pagetype) in [
            (format!("{}{part}", main()), None),
            (format!("{}<div>{live}</div>", main()), None),
            (format!("{}{reply}", main()), Some("forum")),
            (format!("<h1>The log of the quay</h1>{blog}"), None),
            (blog, None),
        ] {
            assert_eq!(dropped(&html, pagetype), [""; 0], "{html}");
        }
    }
}
