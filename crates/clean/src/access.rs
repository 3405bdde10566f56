//! Whether a page costs money, in three facts that are kept apart: what its markup declares,
//! whether it asked for payment, and whether its text stops as a teaser does.

use crate::{Access, DeclaredAccess};

/// Bytes of a quotation in the evidence.
const MAX_QUOTE: usize = 120;
/// Words below which a kept text before a prompt is a teaser whatever it ends in.
const TEASER_WORDS: usize = 40;

/// What the markup said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// The declaration.
    pub access: DeclaredAccess,
    /// What it rests on.
    pub evidence: Vec<String>,
}

/// What was seen while the page was cleaned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen<'a> {
    /// The text of the first removed block that asks for payment or a log-in.
    pub prompt: Option<&'a str>,
    /// Whether that prompt follows the last kept block with nothing kept after it.
    pub prompt_ends_text: bool,
    /// The kept text.
    pub text: &'a str,
    /// The last kept block.
    pub last_block: Option<&'a str>,
}

/// Judges a page's access.
pub(crate) fn judge(declared: Declared, seen: Seen<'_>) -> Access {
    let mut evidence = declared.evidence;
    if let Some(prompt) = seen.prompt {
        evidence.push(format!("prompt: {}", quote(prompt)));
    }
    let cut = cut_short(seen);
    let appears_truncated = cut.is_some();
    evidence.extend(cut);
    Access {
        declared: declared.access,
        prompt_seen: seen.prompt.is_some(),
        appears_truncated,
        evidence,
    }
}

/// Why the text appears to stop early, if it does.
fn cut_short(seen: Seen<'_>) -> Option<String> {
    let last = seen.last_block.map(str::trim).filter(|last| !last.is_empty())?;
    let before_prompt = seen.prompt.is_some() && seen.prompt_ends_text;
    let end = quote_end(last);
    if has_ellipsis(last) {
        return Some(format!("the text ends in an ellipsis: {end}"));
    }
    if !before_prompt {
        return None;
    }
    if !has_final_mark(last) {
        return Some(format!("the text stops inside a sentence before the prompt: {end}"));
    }
    let words = seen.text.split_whitespace().take(TEASER_WORDS).count();
    (words < TEASER_WORDS).then(|| format!("only {words} words stand before the prompt"))
}

fn has_ellipsis(text: &str) -> bool {
    let text = text.trim_end_matches([')', ']', '"', '”', '»', ' ']);
    text.ends_with('…') || text.ends_with("...") || text.ends_with("[…") || text.ends_with("[...")
}

/// Whether a block ends as a sentence does, in any script.
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
    use super::{Declared, Seen, judge};
    use crate::DeclaredAccess;

    const PROMPT: &str = "Subscribe to read the rest of this story";

    fn seen<'a>(prompt: Option<&'a str>, last: &'a str, text: &'a str) -> Seen<'a> {
        Seen { prompt, prompt_ends_text: prompt.is_some(), text, last_block: Some(last) }
    }

    #[test]
    fn the_three_facts_are_independent() {
        let long = "word ".repeat(100);
        let last = "The ferry sailed again on Monday.";
        let access = judge(Declared::default(), seen(Some(PROMPT), last, &long));
        assert!(access.prompt_seen && !access.appears_truncated);
        assert_eq!(access.declared, DeclaredAccess::Unknown);
        assert_eq!(access.evidence, [format!("prompt: {PROMPT:?}")]);

        let paid = Declared { access: DeclaredAccess::Paid, evidence: vec!["tier".into()] };
        let access = judge(paid, seen(None, last, &long));
        assert_eq!(access.declared, DeclaredAccess::Paid);
        assert!(!access.prompt_seen && !access.appears_truncated);
    }

    #[test]
    fn a_text_that_stops_early() {
        let long = "word ".repeat(100);
        for last in
            ["The ferry sailed again…", "The ferry sailed again [...]", "The ferry sailed..."]
        {
            assert!(
                judge(Declared::default(), seen(None, last, &long)).appears_truncated,
                "{last}"
            );
        }
        let open = "The ferry sailed again on";
        assert!(judge(Declared::default(), seen(Some(PROMPT), open, &long)).appears_truncated);
        // Lists and poems end without a full stop too: that alone says nothing.
        assert!(!judge(Declared::default(), seen(None, open, &long)).appears_truncated);
        let short = "The ferry sailed again.";
        assert!(judge(Declared::default(), seen(Some(PROMPT), short, short)).appears_truncated);
        assert!(!judge(Declared::default(), Seen::default()).appears_truncated);
    }

    #[test]
    fn sentences_end_in_every_script() {
        let long = "word ".repeat(100);
        for last in ["He said: “It sails.”", "渡轮星期一再次启航。", "क्या नाव चली?", "(It sailed.)"]
        {
            assert!(!judge(Declared::default(), seen(Some(PROMPT), last, &long)).appears_truncated);
        }
    }
}
