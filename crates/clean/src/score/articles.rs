//! Pages with several articles: those that a site loads below the requested one, and the posts of a thread.

use super::structure::PageStructure;
use crate::segment::{BlockKind, ElementContext, SegmentedPage};

/// The article that a block is in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ArticlePosition {
    /// Its number among the page's outermost `<article>`s with running text, from 1; 0 for none.
    pub(crate) number: f32,
    /// Its share of the page's running words.
    pub(crate) share: f32,
    /// 1 if the title is in it, -1 if it is in another, 0 if it is in none.
    pub(crate) has_title: f32,
    /// First-level headings up to the block.
    pub(crate) headlines: f32,
}

/// The article of each block.
pub(crate) fn find_articles(
    page: &SegmentedPage,
    structure: &PageStructure,
    titles: &[bool],
) -> Vec<ArticlePosition> {
    // By element: the outermost article around it.
    let mut outermost: Vec<Option<u32>> = Vec::with_capacity(page.elements.len());
    for (number, element) in page.elements.iter().enumerate() {
        let above = outermost.get(element.parent as usize).copied().flatten();
        let own = element.own.has(ElementContext::ARTICLE_TAG).then(|| u32::try_from(number).ok());
        outermost.push(above.or_else(|| own.flatten()));
    }
    let article_of = |index: usize| {
        let element = page.blocks.get(index)?.element;
        outermost.get(element as usize).copied().flatten()
    };
    let running = |article: u32| {
        structure.subtree.get(article as usize).map_or(0.0, |sums| sums.running_words)
    };
    let title = titles.iter().position(|is| *is).and_then(article_of);
    let (mut number, mut headlines, mut last) = (0.0, 0.0, None);
    (0..page.blocks.len())
        .map(|index| {
            if matches!(page.blocks.get(index).map(|b| b.kind), Some(BlockKind::Heading(1))) {
                headlines += 1.0;
            }
            let article = article_of(index).filter(|article| running(*article) > 0.0);
            let Some(article) = article else {
                return ArticlePosition { headlines, ..ArticlePosition::default() };
            };
            // Outermost articles come one after another, none inside another.
            if last != Some(article) {
                (number, last) = (number + 1.0, Some(article));
            }
            ArticlePosition {
                number,
                share: running(article) / structure.page.running_words.max(1.0),
                has_title: match title {
                    Some(title) if title == article => 1.0,
                    Some(_) => -1.0,
                    None => 0.0,
                },
                headlines,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::ArrangedPage;

    #[test]
    fn the_next_article_is_another_one() {
        let article = |title: &str| {
            format!(
                "<article><h1>{title}</h1><p>The harbour was quiet when the first ferry of the year \
                 came in, late and with half of its crew asleep on the deck.</p></article>"
            )
        };
        let html = format!("<p>Menu</p>{}{}", article("Ferry"), article("Bridge"));
        let ArrangedPage { page, structure, .. } = ArrangedPage::html(&html);
        let articles = find_articles(&page, &structure, &[false, true, false, false, false]);
        let facts: Vec<_> = articles.iter().map(|a| (a.number, a.has_title, a.headlines)).collect();
        assert_eq!(
            facts,
            [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (2.0, -1.0, 2.0), (2.0, -1.0, 2.0)]
        );
    }
}
