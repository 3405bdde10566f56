//! Whether a page costs money, as separate facts: what its markup declares, what it asks of its readers,
//! and whether its text is cut. Each one alone can mislead.

mod gate_words;
mod gates;

pub(crate) use gates::{BlockState, FoundPrompts, OfferScope, find};

use crate::segment::{BlockKind, SegmentedPage};
use crate::{AccessFacts, AccessPrompt, DeclaredAccess};
use gate_words::GateSign;
use gates::{FoundGate, MAX_WORDS_AFTER, TEASER_WORDS};

/// Bytes of a quotation in the evidence.
const MAX_QUOTE: usize = 120;
/// Words from which a paragraph can be a sentence. Shorter ones are labels.
const SENTENCE_WORDS: usize = 5;
/// Bytes from which it can be one in a script without spaces between words.
const SENTENCE_BYTES: usize = 60;
/// With fewer words before a gate in the flow of the text, what is there is its beginning.
const BEGINNING_WORDS: f32 = 300.0;
/// Blocks after the text among which a link to its next page is.
const NEXT_PAGE_REACH: usize = 3;
/// How such a link begins, in lower case.
const NEXT_PAGE: [&str; 12] = [
    "next page",
    "nächste seite",
    "page suivante",
    "página siguiente",
    "pagina successiva",
    "volgende pagina",
    "następna strona",
    "próxima página",
    "следующая страница",
    "次ページ",
    "次のページ",
    "下一页",
];
/// Words from which the paid part of a page is there.
const PART_WORDS: f32 = 60.0;

/// What the markup declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccessDeclaration {
    /// The declaration.
    pub access: DeclaredAccess,
    /// The evidence for it, in words.
    pub evidence: Vec<String>,
}

/// What was observed while the page was cleaned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessObservations<'a> {
    pub(crate) page: &'a SegmentedPage,
    /// Whether each block is in the text.
    pub(crate) kept: &'a [bool],
    pub(crate) prompts: &'a FoundPrompts,
    /// Kept words of the part that the markup says is paid for.
    pub(crate) part_words: f32,
    /// Whether the page is an article. Other pages have pages after them too, which are no parts of a text.
    pub(crate) is_article: bool,
}

/// The access facts of a page. Each piece of evidence begins with the name of its field of
/// [`AccessFacts`].
pub(crate) fn judge(declared: &AccessDeclaration, seen: AccessObservations<'_>) -> AccessFacts {
    let mut evidence: Vec<String> =
        declared.evidence.iter().map(|text| format!("declared: {text}")).collect();
    let prompts = seen.prompts;
    let strongest = prompts.gates.iter().max_by(|a, b| {
        // The first of the strongest.
        a.sign.cmp(&b.sign).then(b.block.cmp(&a.block))
    });
    let prompt = if let Some(gate) = strongest {
        let place = gate.place();
        evidence.push(format!("prompt: wall {place}: {}", quote(seen.text_of(gate.block))));
        AccessPrompt::Wall
    } else if let Some(offer) = prompts.offer {
        evidence.push(format!("prompt: generic: {}", quote(seen.text_of(offer))));
        AccessPrompt::Generic
    } else {
        AccessPrompt::None
    };
    let cut = seen.truncation_reason(declared.access);
    let appears_truncated = cut.is_some();
    evidence.extend(cut.map(|why| format!("appears_truncated: {why}")));
    AccessFacts {
        declared: declared.access,
        prompt,
        prompt_seen: prompt == AccessPrompt::Wall,
        appears_truncated,
        evidence,
    }
}

impl FoundGate {
    /// Where it stands, in words.
    fn place(&self) -> String {
        let words = self.before.round();
        if self.is_overlay {
            "over the page".to_owned()
        } else if self.before <= 0.0 {
            "in place of the text".to_owned()
        } else if self.after < MAX_WORDS_AFTER {
            format!("at the end of the text, after {words} words")
        } else {
            format!("inside the text, after {words} words")
        }
    }
}

impl AccessObservations<'_> {
    fn text_of(&self, index: usize) -> &str {
        self.page.blocks.get(index).map(|block| self.page.text_of(block)).unwrap_or_default()
    }

    /// The last kept block before a block.
    fn last_before(&self, index: usize) -> Option<usize> {
        (0..index).rev().find(|at| self.kept.get(*at).copied().unwrap_or_default())
    }

    /// Why the text appears to stop early, if it does.
    fn truncation_reason(&self, declared: DeclaredAccess) -> Option<String> {
        let FoundPrompts { gates, words, .. } = self.prompts;
        if gates.is_empty() {
            let last = self.last_before(self.kept.len())?;
            if let Some(next) = self.next_page(last) {
                return Some(format!("the text goes on on another page: {}", quote(next)));
            }
            let last = self.text_of(last);
            let is_cut = declared == DeclaredAccess::Paid && has_ellipsis(last);
            return is_cut.then(|| {
                format!("the text is declared paid and ends in an ellipsis: {}", quote_end(last))
            });
        }
        let first = gates.iter().find(|gate| gate.sign >= GateSign::Gate);
        // What was kept after the first gate is the text that it guards.
        let is_behind = first.is_some_and(|first| first.after >= MAX_WORDS_AFTER);
        let cut = gates.iter().find_map(|gate| self.cut_at(gate, is_behind, declared));
        let is_teaser = *words < TEASER_WORDS;
        cut.or_else(|| {
            is_teaser.then(|| format!("only {} words stand before the prompt", words.round()))
        })
    }

    /// The link to the next page of an article, right after its text or at the end of it.
    fn next_page(&self, last: usize) -> Option<&str> {
        let blocks = self.page.blocks.iter().skip(last).take(NEXT_PAGE_REACH + 1);
        let links = blocks.filter(|block| self.is_article && block.links == 1);
        links.map(|block| self.page.text_of(block)).find(|text| {
            let text = text.to_lowercase();
            NEXT_PAGE.iter().any(|next| text.starts_with(next))
        })
    }

    /// Why the text appears to stop at a gate.
    fn cut_at(
        &self,
        gate: &FoundGate,
        is_behind: bool,
        declared: DeclaredAccess,
    ) -> Option<String> {
        let is_whole =
            self.part_words >= PART_WORDS || is_behind && gate.sign != GateSign::Remaining;
        let last = self.last_before(gate.block).filter(|_| gate.after < MAX_WORDS_AFTER)?;
        let text = self.text_of(last);
        let end = quote_end(text);
        if has_ellipsis(text) {
            return Some(format!("the text before the prompt ends in an ellipsis: {end}"));
        }
        if is_whole {
            return None;
        }
        let kind = self.page.blocks.get(last)?.kind;
        let is_sentence = kind == BlockKind::Paragraph
            && (has_words(text, SENTENCE_WORDS) || text.len() >= SENTENCE_BYTES);
        if is_sentence && !has_final_mark(text) {
            return Some(format!("the text stops inside a sentence before the prompt: {end}"));
        }
        if gate.is_overlay {
            return None;
        }
        if gate.sign == GateSign::Remaining {
            return Some(format!(
                "the prompt says that more remains: {}",
                quote(self.text_of(gate.block))
            ));
        }
        if matches!(kind, BlockKind::Heading(_)) {
            return Some(format!("a heading stands before the prompt, without its text: {end}"));
        }
        let words = gate.before.round();
        (gate.before < BEGINNING_WORDS || declared == DeclaredAccess::Paid)
            .then(|| format!("the text stops at the prompt, after {words} words"))
    }
}

/// Whether a text has at least `wanted` words.
fn has_words(text: &str, wanted: usize) -> bool {
    text.split_whitespace().take(wanted).count() == wanted
}

fn has_ellipsis(text: &str) -> bool {
    let text = text.trim_end_matches([')', ']', '"', '”', '»', ' ']);
    text.ends_with('…') || text.ends_with("...") || text.ends_with("[…") || text.ends_with("[...")
}

/// Whether a block ends like a sentence, in any script.
fn has_final_mark(text: &str) -> bool {
    let closing = [')', ']', '"', '\'', '”', '’', '»', '“', '」', '』', '）', '*', '_', ' '];
    let end = text.trim_end_matches(closing).chars().next_back();
    matches!(
        end,
        Some('.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '؟' | '।' | '։' | '።' | '۔')
    )
}

fn quote(text: &str) -> String {
    let text = text.trim();
    let head = text.get(..text.floor_char_boundary(MAX_QUOTE)).unwrap_or_default();
    if head.len() < text.len() { format!("{:?} ...", head.trim_end()) } else { format!("{head:?}") }
}

/// The last words of a text, quoted.
fn quote_end(text: &str) -> String {
    let start = text.floor_char_boundary(text.len().saturating_sub(MAX_QUOTE / 2));
    format!("{:?}", text.get(start..).unwrap_or_default().trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::LayoutOptions;
    use crate::score::BlockTexts;
    use crate::segment::segment_text;

    const SENTENCE: &str =
        "The ferry sailed again on Monday after nine weeks in dock, and the town came to see it.";
    const GATE: &str = "Subscribe to read the rest of this story";

    /// The facts of a text of these lines, all of which but the gates were kept.
    fn judged(declared: DeclaredAccess, lines: &[&str], part_words: f32) -> AccessFacts {
        let layout = LayoutOptions { kind: None, repairs: false };
        let page = segment_text(&lines.join("\n\n"), layout, 100);
        let states: Vec<BlockState> = page
            .blocks
            .iter()
            .map(|block| {
                let is_kept = !page.text_of(block).starts_with("Subscribe");
                BlockState { is_kept, ..BlockState::default() }
            })
            .collect();
        let kept: Vec<bool> = states.iter().map(|state| state.is_kept).collect();
        let scope = OfferScope { is_article: Some(true), language: None };
        let prompts = find(&page, &BlockTexts::new(&page), &states, scope);
        let declared = AccessDeclaration { access: declared, evidence: Vec::new() };
        let seen = AccessObservations {
            page: &page,
            kept: &kept,
            prompts: &prompts,
            part_words,
            is_article: true,
        };
        judge(&declared, seen)
    }

    #[test]
    fn a_gate_after_the_beginning_cuts_the_text() {
        let facts = judged(DeclaredAccess::Unknown, &[SENTENCE, SENTENCE, SENTENCE, GATE], 0.0);
        assert!(facts.prompt == AccessPrompt::Wall && facts.prompt_seen && facts.appears_truncated);
        assert_eq!(
            facts.evidence,
            [
                format!("prompt: wall at the end of the text, after 54 words: {GATE:?}"),
                "appears_truncated: the text stops at the prompt, after 54 words".to_owned(),
            ]
        );
        let teaser = judged(DeclaredAccess::Unknown, &[SENTENCE, GATE], 0.0);
        assert!(teaser.appears_truncated);
    }

    #[test]
    fn a_gate_with_the_text_behind_it_does_not() {
        let lines = [SENTENCE, GATE, SENTENCE, SENTENCE, SENTENCE];
        let facts = judged(DeclaredAccess::Paid, &lines, 0.0);
        assert!(facts.prompt_seen && !facts.appears_truncated, "{facts:?}");
        let part = judged(DeclaredAccess::Paid, &[SENTENCE, SENTENCE, SENTENCE, GATE], 68.0);
        assert!(part.prompt_seen && !part.appears_truncated, "{part:?}");
    }

    #[test]
    fn a_long_text_is_cut_if_it_shows_it() {
        let mut lines = vec![SENTENCE; 20];
        lines.push(GATE);
        assert!(!judged(DeclaredAccess::Free, &lines, 0.0).appears_truncated);
        assert!(judged(DeclaredAccess::Paid, &lines, 0.0).appears_truncated);
        for end in
            ["The ferry sailed again…", "The ferry sailed again [...]", "The ferry sailed again on"]
        {
            lines[19] = end;
            assert!(judged(DeclaredAccess::Free, &lines, 0.0).appears_truncated, "{end}");
        }
        for end in ["He said: “It sails.”", "渡轮星期一再次启航。", "क्या नाव चली?", "(It sailed.)"]
        {
            lines[19] = end;
            assert!(!judged(DeclaredAccess::Free, &lines, 0.0).appears_truncated, "{end}");
        }
    }

    #[test]
    fn an_ellipsis_alone_says_nothing() {
        let lines = [SENTENCE, SENTENCE, "And then the bell rang…"];
        assert!(!judged(DeclaredAccess::Unknown, &lines, 0.0).appears_truncated);
        assert!(judged(DeclaredAccess::Paid, &lines, 0.0).appears_truncated);
        assert!(!judged(DeclaredAccess::Paid, &[], 0.0).appears_truncated);
    }

    #[test]
    fn a_kept_sentence_on_gates_is_none() {
        let about = "A line said: subscribe to read the rest, and nobody did.";
        let facts = judged(DeclaredAccess::Unknown, &[SENTENCE, about, SENTENCE, SENTENCE], 0.0);
        assert_eq!((facts.prompt, facts.appears_truncated), (AccessPrompt::None, false));
    }
}
