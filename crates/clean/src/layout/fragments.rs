//! Joins lines that markup had cut out of a sentence, and initials with the rest of their words.

use super::StructureRepairKind::{DropCap, Join};
use super::TextParagraph;
use super::drop_cap;
use super::line::TextLine;
use super::pair::{OpenParagraph, TextTraits, continues};
use super::paragraph::ParagraphDraft;
use super::report::RepairLog;
use super::vocabulary::Vocabulary;

/// Makes paragraphs of lines. A blank line always ends one.
pub(super) fn paragraphs(
    lines: &[TextLine<'_>],
    vocabulary: &mut Vocabulary<'_>,
    spaced_marks: bool,
    log: &mut RepairLog,
) -> Vec<TextParagraph> {
    let traits = TextTraits::new(lines);
    let mut paragraphs = Vec::with_capacity(lines.len());
    let mut rest = lines;
    while let Some((first, mut following)) = rest.split_first() {
        let mut draft = ParagraphDraft::new(first);
        let mut open = OpenParagraph::default();
        let mut is_new = true;
        let mut left = first;
        let mut joins = 0;
        while let Some((right, after)) = following.split_first() {
            if right.blank_before > 0 {
                break;
            }
            // Most lines of most texts begin as a paragraph does, and need not be looked at.
            if is_new && !traits.may_continue(right) && !drop_cap::is_initial(left.text) {
                break;
            }
            if is_new {
                open.push(first.text);
                is_new = false;
            }
            let next = after.first().filter(|next| next.blank_before == 0);
            let cap = (left.number == first.number)
                .then(|| drop_cap::separator(left, right, vocabulary))
                .flatten();
            let separator = if let Some(separator) = cap {
                log.note(DropCap, 1, left.number, right.number);
                separator
            } else if continues(&traits, &open, left, right, next) {
                joins += 1;
                draft.gap(right, spaced_marks)
            } else {
                break;
            };
            draft.push(separator, right);
            open.push(right.text);
            (left, following) = (right, after);
        }
        let (from, to) = draft.lines();
        log.note(Join, joins, from, to);
        paragraphs.push(draft.finish());
        rest = following;
    }
    paragraphs
}
