//! Whether a page costs money, as three separate facts: what its markup declares, whether it shows a
//! prompt, and whether its text is cut. Each one alone can mislead.

use crate::{AccessFacts, DeclaredAccess};

/// Bytes of a quotation in the evidence.
const MAX_QUOTE: usize = 120;
/// A text with fewer words before a prompt is a teaser, however it ends.
pub(crate) const TEASER_WORDS: usize = 40;
/// Words from which a paragraph can be a sentence. Shorter ones are labels.
const SENTENCE_WORDS: usize = 5;
/// Bytes from which it can be one in a script without spaces between words.
const SENTENCE_BYTES: usize = 60;
/// With fewer kept words after a prompt, the text counts as ending there: a link or a note may be kept.
const MAX_WORDS_AFTER: usize = 12;

/// What the markup declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccessDeclaration {
    /// The declaration.
    pub access: DeclaredAccess,
    /// The evidence for it, in words.
    pub evidence: Vec<String>,
}

/// What was observed while the page was cleaned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AccessObservations<'a> {
    /// The text of the first removed block that asks for payment or a log-in.
    pub prompt: Option<&'a str>,
    /// The kept text.
    pub text: &'a str,
    /// The last kept block.
    pub last_block: Option<&'a str>,
    /// Where prompts interrupt or end the kept text.
    pub stops: &'a [PromptStop<'a>],
}

/// A kept block with a prompt right after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PromptStop<'a> {
    /// The block.
    pub text: &'a str,
    /// Whether it is a paragraph. List items often end without a full stop, so they say nothing.
    pub is_paragraph: bool,
    /// Words kept after the prompt.
    pub words_after: usize,
}

/// The access facts of a page. Each piece of evidence begins with the name of its field of
/// [`AccessFacts`].
pub(crate) fn judge(declared: &AccessDeclaration, seen: AccessObservations<'_>) -> AccessFacts {
    let mut evidence: Vec<String> =
        declared.evidence.iter().map(|text| format!("declared: {text}")).collect();
    if let Some(prompt) = seen.prompt {
        evidence.push(format!("prompt_seen: {}", quote(prompt)));
    }
    let cut = truncation_reason(seen);
    let appears_truncated = cut.is_some();
    evidence.extend(cut.map(|why| format!("appears_truncated: {why}")));
    AccessFacts {
        declared: declared.access,
        prompt_seen: seen.prompt.is_some(),
        appears_truncated,
        evidence,
    }
}

/// Why the text appears to stop early, if it does.
fn truncation_reason(seen: AccessObservations<'_>) -> Option<String> {
    let last = seen.last_block.map(str::trim).filter(|last| !last.is_empty())?;
    let end = quote_end(last);
    if has_ellipsis(last) {
        return Some(format!("the text ends in an ellipsis: {end}"));
    }
    for stop in seen.stops {
        let end = quote_end(stop.text);
        // A link or a note on the author may be kept after the prompt.
        if has_ellipsis(stop.text) && stop.words_after < TEASER_WORDS {
            return Some(format!("the text before the prompt ends in an ellipsis: {end}"));
        }
        let is_sentence = stop.is_paragraph
            && (has_words(stop.text, SENTENCE_WORDS) || stop.text.len() >= SENTENCE_BYTES);
        if is_sentence && !has_final_mark(stop.text) && stop.words_after < MAX_WORDS_AFTER {
            return Some(format!("the text stops inside a sentence before the prompt: {end}"));
        }
    }
    if seen.stops.iter().all(|stop| stop.words_after > 0) {
        return None;
    }
    let words = seen.text.split_whitespace().take(TEASER_WORDS).count();
    (words < TEASER_WORDS).then(|| format!("only {words} words stand before the prompt"))
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
    use super::{AccessDeclaration, AccessObservations, PromptStop, judge};
    use crate::{AccessFacts, DeclaredAccess};

    const PROMPT: &str = "Subscribe to read the rest of this story";

    fn stop(text: &str) -> PromptStop<'_> {
        PromptStop { text, is_paragraph: true, words_after: 0 }
    }

    /// A text that ends with `last`, and perhaps a prompt after it.
    fn judged(declared: &AccessDeclaration, prompt: bool, last: &str, text: &str) -> AccessFacts {
        let stops = [stop(last)];
        let stops = if prompt { stops.as_slice() } else { &[] };
        judge(
            declared,
            AccessObservations {
                prompt: prompt.then_some(PROMPT),
                text,
                last_block: Some(last),
                stops,
            },
        )
    }

    #[test]
    fn the_three_facts_are_independent() {
        let long = "word ".repeat(100);
        let last = "The ferry sailed again on Monday.";
        let access = judged(&AccessDeclaration::default(), true, last, &long);
        assert!(access.prompt_seen && !access.appears_truncated);
        assert_eq!(access.declared, DeclaredAccess::Unknown);
        assert_eq!(access.evidence, [format!("prompt_seen: {PROMPT:?}")]);

        let paid =
            AccessDeclaration { access: DeclaredAccess::Paid, evidence: vec!["tier".into()] };
        let access = judged(&paid, false, last, &long);
        assert_eq!(access.declared, DeclaredAccess::Paid);
        assert_eq!(access.evidence, ["declared: tier"]);
        assert!(!access.prompt_seen && !access.appears_truncated);
    }

    #[test]
    fn a_text_that_stops_early() {
        let long = "word ".repeat(100);
        for last in
            ["The ferry sailed again…", "The ferry sailed again [...]", "The ferry sailed..."]
        {
            assert!(
                judged(&AccessDeclaration::default(), false, last, &long).appears_truncated,
                "{last}"
            );
        }
        let open = "The ferry sailed again on";
        assert!(judged(&AccessDeclaration::default(), true, open, &long).appears_truncated);
        // Lists and poems end without a full stop too: that alone says nothing.
        assert!(!judged(&AccessDeclaration::default(), false, open, &long).appears_truncated);
        let short = "The ferry sailed again.";
        assert!(judged(&AccessDeclaration::default(), true, short, short).appears_truncated);
        assert!(
            !judge(&AccessDeclaration::default(), AccessObservations::default()).appears_truncated
        );
    }

    #[test]
    fn what_was_kept_after_a_prompt() {
        let long = "word ".repeat(100);
        let judged = |text, is_paragraph, words_after| {
            let stops = [PromptStop { text, is_paragraph, words_after }];
            let last_block = Some("It sailed.");
            let seen =
                AccessObservations { prompt: Some(PROMPT), text: &long, last_block, stops: &stops };
            judge(&AccessDeclaration::default(), seen).appears_truncated
        };
        assert!(judged("The ferry sailed again…", true, 20));
        assert!(!judged("The ferry sailed again…", true, 200));
        assert!(judged("The ferry sailed again on", true, 4));
        assert!(!judged("The ferry sailed again on", true, 20));
        assert!(!judged("The ferry sailed again on", false, 0));
        assert!(!judged("North quay", true, 0));
    }

    #[test]
    fn sentences_end_in_every_script() {
        let long = "word ".repeat(100);
        for last in ["He said: “It sails.”", "渡轮星期一再次启航。", "क्या नाव चली?", "(It sailed.)"]
        {
            assert!(!judged(&AccessDeclaration::default(), true, last, &long).appears_truncated);
        }
    }
}
