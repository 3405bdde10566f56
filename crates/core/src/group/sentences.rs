//! Splits a text into sentences.

use std::ops::Range;

use crate::tokens::TextToken;

/// A sentence, or a line without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SentenceSpan {
    /// Its position in the text, in bytes.
    pub(super) text: Range<usize>,
    /// The range of its tokens among those of the text.
    pub(super) tokens: Range<usize>,
}

/// The sentences of a text, in order. A full stop after an initial or inside an abbreviation does not end a sentence.
pub(super) fn sentences(text: &str, tokens: &[TextToken]) -> Vec<SentenceSpan> {
    let mut sentences: Vec<SentenceSpan> = Vec::new();
    let mut first = 0;
    for at in 0..tokens.len() {
        let (Some(token), next) = (tokens.get(at), tokens.get(at + 1)) else { break };
        let next_start = next.map_or(text.len(), |next| next.range.start);
        let between = text.get(token.range.end..next_start).unwrap_or_default();
        let Some(end) = end_of_sentence(text, token, between) else {
            if next.is_some() {
                continue;
            }
            break;
        };
        let start = sentences.last().map_or(0, |last| last.text.end);
        sentences.push(SentenceSpan { text: start..token.range.end + end, tokens: first..at + 1 });
        first = at + 1;
    }
    if first < tokens.len() {
        let start = sentences.last().map_or(0, |last| last.text.end);
        sentences.push(SentenceSpan { text: start..text.len(), tokens: first..tokens.len() });
    }
    for sentence in &mut sentences {
        let all = text.get(sentence.text.clone()).unwrap_or_default();
        let start = sentence.text.start + (all.len() - all.trim_start().len());
        sentence.text = start..start + all.trim().len();
    }
    sentences
}

/// Where the sentence ends, if it ends between a token and the next, in bytes from the token's end.
fn end_of_sentence(text: &str, token: &TextToken, between: &str) -> Option<usize> {
    let mut stopped = false;
    for (at, character) in between.char_indices() {
        match character {
            '\n' => return Some(at),
            '。' | '！' | '？' | '।' | '!' | '?' | '…' => stopped = true,
            '.' => {
                let word = text.get(token.range.clone()).unwrap_or_default();
                // "U.S.", "J. Smith", in part "No. 5": a single letter is not the last word of a sentence.
                stopped |= word.chars().count() > 1 || word.starts_with(char::is_numeric);
            }
            _ if stopped && (character.is_whitespace() || character == '“' || character == '«') =>
            {
                return Some(at);
            }
            _ => {}
        }
    }
    // Scripts without spaces between words have none after a full stop either.
    (stopped && between.ends_with(['。', '！', '？', '」', '』'])).then_some(between.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokens;

    fn split(text: &str) -> Vec<&str> {
        let sentences = sentences(text, &tokens(text)).into_iter();
        sentences.map(|sentence| text.get(sentence.text).unwrap()).collect()
    }

    #[test]
    fn sentences_end_at_stops_and_lines() {
        assert_eq!(
            split(
                "\"It came in fast,\" she said. \"Too fast!\" Nobody\nA heading\n\n9.5 knots. End"
            ),
            [
                "\"It came in fast,\" she said.",
                "\"Too fast!\"",
                "Nobody",
                "A heading",
                "9.5 knots.",
                "End"
            ]
        );
        assert_eq!(split("The U.S. envoy J. Berg left."), ["The U.S. envoy J. Berg left."]);
        assert_eq!(split("船が来た。速かった。"), ["船が来た。", "速かった。"]);
        assert_eq!(split(" - "), [""; 0]);
    }
}
