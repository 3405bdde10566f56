//! The words, numbers and marks of a line.

use std::ops::Range;

use super::Glyph;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LineToken {
    Word { at: Range<usize>, is_damaged: bool },
    Number,
    Mark(char),
}

/// The tokens of a line. White space is not a token.
pub(super) fn tokens(line: &[Glyph]) -> Vec<LineToken> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&glyph) = line.get(at) {
        let rest = line.get(at..).unwrap_or_default();
        let length = match glyph {
            Glyph::Kept(character) if character.is_numeric() => {
                found.push(LineToken::Number);
                run(rest, |glyph| matches!(glyph, Glyph::Kept(character) if character.is_numeric()))
            }
            glyph if is_letter(glyph) => {
                let length = run(rest, is_letter);
                let is_damaged =
                    rest.iter().take(length).any(|glyph| matches!(glyph, Glyph::Lost(_)));
                found.push(LineToken::Word { at: at..at + length, is_damaged });
                length
            }
            Glyph::Kept(character) => {
                if !character.is_whitespace() {
                    found.push(LineToken::Mark(character));
                }
                1
            }
            Glyph::Lost(_) => 1,
        };
        at += length;
    }
    found
}

fn is_letter(glyph: Glyph) -> bool {
    match glyph {
        Glyph::Kept(character) => character.is_alphabetic(),
        Glyph::Lost(_) => true,
    }
}

fn run(rest: &[Glyph], fits: impl Fn(Glyph) -> bool) -> usize {
    rest.iter().take_while(|&&glyph| fits(glyph)).count()
}
