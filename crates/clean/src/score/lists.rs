//! Lists decide together: what is decided about most titles, texts, counters or dates of a list holds for all of them.
//!
//! Block by block, the titles of a list may go and their counters stay. The blocks of items have roles: those that one
//! template made, and that come as the first, second or third of it in their item, are the same part of each. Titles
//! follow the texts that they stand over, and nothing small stays of an item that goes.

use std::ops::Range;

use super::BlockVerdict;
use super::measure::TextMeasures;
use super::templates::TemplateList;
use crate::ClutterClass;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, PageBlock, SegmentedPage};

/// Items that decide together, at least.
const MIN_ITEMS: usize = 3;
/// Blocks of an item that have roles, and roles of a list, at most. Others are left as they are.
const MAX_ITEM_BLOCKS: usize = 48;
const MAX_ROLES: usize = 24;
/// Mean words of a role from which it is more than a counter or a date, and from which it is text.
const MAIN_WORDS: f32 = 3.0;
const TEXT_WORDS: f32 = 8.0;
/// The share of a role that stays from which all of it does, and up to which all of it goes. In between nothing is
/// certain.
const MOST: f32 = 0.75;
const FEW: f32 = 0.5;
/// Words of a title, at most.
const MAX_TITLE_WORDS: f32 = 20.0;
/// The probability of content of a title that stays with its text, at least. Below, it is a button or a price.
const MIN_TITLE_SCORE: f32 = 0.02;
/// The probability of content from which running text stays where most of its role goes, on pages that are no
/// articles.
const MIN_PROSE_SCORE: f32 = 0.7;
/// Blocks after a title among which its text must be.
const TEXT_REACH: usize = 2;
/// Log-odds of one block, at most.
const MAX_ODDS: f32 = 6.0;
/// The rule that verdicts name.
const RULE: &str = "structure/list";

/// Decides the lists of a page. Inner lists must come before those around them.
pub(super) fn decide(
    page: &SegmentedPage,
    facts: &PageFacts,
    lists: &[TemplateList],
    measures: &[TextMeasures],
    verdicts: &mut [BlockVerdict],
) {
    let is_article = facts.metadata.pagetype.as_deref() == Some("article");
    let mut is_decided = Vec::new();
    for list in lists.iter().filter(|list| list.items.len() >= MIN_ITEMS) {
        is_decided.resize(verdicts.len(), false);
        let mut decision = ListDecision {
            page,
            is_article,
            measures,
            verdicts,
            is_decided: &is_decided,
            roles: Vec::new(),
        };
        decision.decide(&list.items);
        for item in &list.items {
            is_decided.get_mut(item.clone()).unwrap_or_default().fill(true);
        }
    }
}

/// The blocks that are the same part of each item.
struct Role {
    /// The template of its elements, and its number among those of the same template in an item.
    signature: u64,
    ordinal: usize,
    blocks: Vec<usize>,
    words: f32,
    /// The log-odds of content, weighted by words.
    odds: f32,
    kept: usize,
}

impl Role {
    fn mean_words(&self) -> f32 {
        self.words / self.blocks.len().max(1) as f32
    }

    /// What is decided about all of it, if most of it agrees.
    fn verdict(&self) -> Option<bool> {
        let share = self.kept as f32 / self.blocks.len().max(1) as f32;
        match () {
            () if self.kept == 0 || self.kept == self.blocks.len() => None,
            () if share >= MOST && self.odds > 0.0 => Some(true),
            () if share <= FEW && self.odds < 0.0 => Some(false),
            () => None,
        }
    }
}

/// Whether clutter of a class may be a part of an item that stays: its date, the credit of its picture. So may what a
/// phrase gave away.
const fn stands_alone(class: ClutterClass) -> bool {
    !matches!(
        class,
        ClutterClass::Navigation
            | ClutterClass::Related
            | ClutterClass::Advert
            | ClutterClass::Notice
            | ClutterClass::Other
    )
}

struct ListDecision<'a> {
    page: &'a SegmentedPage,
    is_article: bool,
    measures: &'a [TextMeasures],
    verdicts: &'a mut [BlockVerdict],
    /// Blocks of lists within this one.
    is_decided: &'a [bool],
    roles: Vec<Role>,
}

impl ListDecision<'_> {
    fn decide(&mut self, items: &[Range<usize>]) {
        // Where nothing was kept, or nothing was removed, all agree.
        let mut verdicts =
            items.iter().filter_map(|item| self.verdicts.get(item.clone())).flatten();
        let is_kept = verdicts.next().is_some_and(|first| first.class.is_none());
        if verdicts.all(|verdict| verdict.class.is_none() == is_kept) {
            return;
        }
        for item in items {
            self.add(item);
        }
        let mut roles = std::mem::take(&mut self.roles);
        // Texts first, since headings follow them.
        roles.sort_by(|left, right| right.mean_words().total_cmp(&left.mean_words()));
        for role in &roles {
            if let Some(stays) = role.verdict() {
                self.decide_role(role, stays);
            }
        }
        let is_main = |role: &&Role| role.mean_words() >= MAIN_WORDS;
        let mut main: Vec<usize> =
            roles.iter().filter(is_main).flat_map(|role| role.blocks.iter().copied()).collect();
        main.sort_unstable();
        for role in &roles {
            if self.is_titles(role, items.len()) {
                self.keep_titles(role);
            }
        }
        for item in items {
            self.drop_rest(item, &main);
        }
    }

    fn words(&self, index: usize) -> f32 {
        self.measures.get(index).map_or(0.0, |measure| measure.words)
    }

    fn is_kept(&self, index: usize) -> bool {
        self.verdicts.get(index).is_some_and(|verdict| verdict.class.is_none())
    }

    /// Adds the blocks of an item to their roles.
    fn add(&mut self, item: &Range<usize>) {
        let mut seen: Vec<u64> = Vec::new();
        for index in item.clone().take(MAX_ITEM_BLOCKS) {
            let Some(block) = self.page.blocks.get(index) else { continue };
            let signature = self.page.element_of(block).signature;
            let ordinal = seen.iter().filter(|other| **other == signature).count();
            seen.push(signature);
            let Some(verdict) = self.verdicts.get(index) else { continue };
            if self.is_decided.get(index) != Some(&false) || verdict.is_title || verdict.by_phrase {
                continue;
            }
            let is_same = |role: &Role| role.signature == signature && role.ordinal == ordinal;
            let number = self.roles.iter().position(is_same).unwrap_or(self.roles.len());
            if number == self.roles.len() && number < MAX_ROLES {
                let blocks = Vec::new();
                self.roles.push(Role {
                    signature,
                    ordinal,
                    blocks,
                    words: 0.0,
                    odds: 0.0,
                    kept: 0,
                });
            }
            let words = self.words(index);
            let odds = (verdict.score / (1.0 - verdict.score)).ln().clamp(-MAX_ODDS, MAX_ODDS);
            let Some(role) = self.roles.get_mut(number) else { continue };
            role.blocks.push(index);
            role.words += words;
            role.odds += odds * (words + 1.0);
            role.kept += usize::from(verdict.class.is_none());
        }
    }

    fn decide_role(&mut self, role: &Role, stays: bool) {
        let class = self.class_of(&role.blocks);
        for index in &role.blocks {
            if stays {
                self.keep(*index);
            } else if !self.is_prose(*index) {
                self.remove(*index, class);
            }
        }
    }

    /// Whether a block stays where most of its role goes: running text, or the heading over text that stays. The
    /// sections of an article are of one template too, and its prose must not go with the buttons of other sections.
    fn is_prose(&self, index: usize) -> bool {
        let (Some(block), Some(measure), Some(verdict)) =
            (self.page.blocks.get(index), self.measures.get(index), self.verdicts.get(index))
        else {
            return false;
        };
        match block.kind {
            BlockKind::Heading(_) => self.is_over_text(index),
            _ => measure.is_running_text() && (self.is_article || verdict.score >= MIN_PROSE_SCORE),
        }
    }

    /// Whether a text that stays comes right after a block.
    fn is_over_text(&self, index: usize) -> bool {
        let is_text = |index: usize| self.is_kept(index) && self.words(index) >= TEXT_WORDS;
        (index + 1..=index + TEXT_REACH).any(is_text)
    }

    fn keep(&mut self, index: usize) {
        let verdict = self.verdicts.get_mut(index);
        if let Some(verdict) = verdict.filter(|it| it.class.is_some_and(|it| !stands_alone(it))) {
            verdict.keep();
        }
    }

    fn remove(&mut self, index: usize, class: ClutterClass) {
        if let Some(verdict) = self.verdicts.get_mut(index).filter(|it| it.class.is_none()) {
            let score = verdict.score.min(0.5);
            verdict.remove(class, RULE);
            verdict.score = score;
        }
    }

    /// The class that most of the removed ones of these blocks have.
    fn class_of(&self, blocks: &[usize]) -> ClutterClass {
        let mut counts = [0_usize; ClutterClass::ALL.len()];
        let classes =
            blocks.iter().filter_map(|index| self.verdicts.get(*index).and_then(|it| it.class));
        for class in classes {
            if let Some(count) = counts.get_mut(class.index()) {
                *count += 1;
            }
        }
        let best = ClutterClass::ALL.into_iter().zip(counts).max_by_key(|(_, count)| *count);
        best.map_or(ClutterClass::Related, |(class, _)| class)
    }

    /// Whether a role may be the titles of the items: headings or links, each another.
    fn is_titles(&self, role: &Role, items: usize) -> bool {
        let words = role.mean_words();
        if role.blocks.len() * 2 < items || !(MAIN_WORDS..=MAX_TITLE_WORDS).contains(&words) {
            return false;
        }
        let is_title = |block: &PageBlock| {
            matches!(block.kind, BlockKind::Heading(_))
                || block.link_bytes * 2 >= block.end - block.start
        };
        let blocks = || role.blocks.iter().filter_map(|index| self.page.blocks.get(*index));
        let mut texts: Vec<&str> = blocks().map(|block| self.page.text_of(block)).collect();
        texts.sort_unstable();
        texts.dedup();
        texts.len() * 5 >= role.blocks.len() * 4 && blocks().all(is_title)
    }

    /// Keeps the titles whose texts stay.
    fn keep_titles(&mut self, role: &Role) {
        for index in &role.blocks {
            let is_doubtful =
                self.verdicts.get(*index).is_some_and(|verdict| verdict.score >= MIN_TITLE_SCORE);
            if is_doubtful && self.is_over_text(*index) {
                self.keep(*index);
            }
        }
        // A short title may look like a name, but where most titles are none, it is a title too.
        let kept = role.blocks.iter().filter(|index| self.is_kept(**index)).count();
        if kept as f32 >= MOST * role.blocks.len() as f32 {
            let looks_like_byline = |verdict: &&mut BlockVerdict| {
                verdict.class == Some(ClutterClass::Byline) && verdict.score >= MIN_TITLE_SCORE
            };
            for index in &role.blocks {
                if let Some(verdict) = self.verdicts.get_mut(*index).filter(looks_like_byline) {
                    verdict.keep();
                }
            }
        }
    }

    /// Removes the small parts of an item of which all others went. `main` has the others, sorted.
    fn drop_rest(&mut self, item: &Range<usize>, main: &[usize]) {
        let blocks: Vec<usize> =
            item.clone().filter(|index| main.binary_search(index).is_ok()).collect();
        if blocks.is_empty() || blocks.iter().any(|index| self.is_kept(*index)) {
            return;
        }
        let class = self.class_of(&blocks);
        for index in item.clone() {
            let is_small =
                self.words(index) < MAIN_WORDS && self.is_decided.get(index) == Some(&false);
            if is_small && !self.verdicts.get(index).is_some_and(|verdict| verdict.is_title) {
                self.remove(index, class);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::templates;
    use crate::score::testing::ArrangedPage;

    const TEXT: &str = "The harbour was quiet when the ferry came in";

    /// The texts that stay of a list of cards: a title, a text, a counter and a date each. A block has the score that
    /// `score` gives to its number in the card and the card's, and goes as `class` below one half.
    fn kept(
        class: ClutterClass,
        text: &str,
        score: impl Fn(usize, usize) -> f32,
    ) -> Vec<Vec<&'static str>> {
        let card = |n: u8| {
            format!(
                "<div class=card><h3><a href=/{n}>The story of pier {n}</a></h3><p>{text}</p>\
                 <span class=count>{n}K</span><time>{n} May</time></div>"
            )
        };
        let cards: String = (1..=4).map(card).collect();
        let ArrangedPage { page, measures, structure, .. } = ArrangedPage::html(&cards);
        let mut verdicts: Vec<BlockVerdict> = (0..page.blocks.len())
            .map(|index| {
                let score = score(index % 3, index / 3);
                BlockVerdict {
                    score,
                    class: (score < 0.5).then_some(class),
                    ..BlockVerdict::default()
                }
            })
            .collect();
        assert_eq!(verdicts.len(), 12, "the counter and the date are one line");
        let mut facts = PageFacts::default();
        facts.metadata.pagetype = Some("article".to_owned());
        decide(&page, &facts, &templates::find(&page, &structure), &measures, &mut verdicts);
        let names = ["title", "text", "counter"];
        let is_kept = |card: usize, part: &usize| verdicts[card * 3 + part].class.is_none();
        (0..4)
            .map(|card| (0..3).filter(|part| is_kept(card, part)).map(|part| names[part]).collect())
            .collect()
    }

    #[test]
    fn a_role_follows_most_of_it() {
        let all = vec!["title", "text", "counter"];
        let got =
            kept(ClutterClass::Related, TEXT, |part, card| if part == card { 0.4 } else { 0.8 });
        assert_eq!(got, vec![all; 4], "one of each went");
        let got = kept(ClutterClass::Related, TEXT, |part, card| match part {
            0 if card > 1 => 0.1,
            1 if card == 0 => 0.6,
            1 => 0.1,
            _ => 0.6,
        });
        assert_eq!(got, vec![vec![""; 0]; 4], "most went, and no counter stays alone");
    }

    #[test]
    fn titles_stay_over_texts_that_stay() {
        let score = |part: usize, _: usize| if part == 0 { 0.2 } else { 0.9 };
        let all = vec!["title", "text", "counter"];
        assert_eq!(kept(ClutterClass::Related, TEXT, score), vec![all; 4]);
        let rest = vec!["text", "counter"];
        assert_eq!(kept(ClutterClass::Caption, TEXT, score), vec![rest; 4], "credits of pictures");
        let button = |part: usize, _: usize| if part == 0 { 0.01 } else { 0.9 };
        assert_eq!(kept(ClutterClass::Related, TEXT, button), vec![vec!["text", "counter"]; 4]);
    }

    #[test]
    fn a_title_that_looks_like_a_name_is_a_title_where_the_others_are() {
        let score = |part: usize, card: usize| if (part, card) == (0, 2) { 0.4 } else { 0.9 };
        let all = vec!["title", "text", "counter"];
        assert_eq!(kept(ClutterClass::Byline, TEXT, score), vec![all; 4]);
    }

    #[test]
    fn prose_does_not_go_with_the_parts_around_it() {
        let prose = format!("{TEXT}, late and with half of its crew asleep on the deck.");
        let got = kept(ClutterClass::Related, &prose, |part, card| match part {
            1 if card == 0 => 0.55,
            _ => 0.1,
        });
        assert_eq!(got[0], ["title", "text"]);
        assert!(got[1..].iter().all(Vec::is_empty), "{got:?}");
    }
}
