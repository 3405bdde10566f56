//! Blocks that stay because of what they belong to: code in a text, the title of a box, a note that the text refers to, a
//! row of a table.
//!
//! Blocks are judged one by one, mostly by their words. Code has none that tell, and a row or a note is content if
//! what it belongs to is.

use std::collections::{HashMap, HashSet};

use crate::ClutterClass;
use crate::score::BlockVerdict;
use crate::segment::{BlockKind, ElementDetail, PageBlock, SegmentedPage, Tag, is_language};

/// The least probability of content at which a block of code stays beside blocks that stay, and a part of a quote with the
/// rest of it.
const MIN_PART_SCORE: f32 = 0.2;
/// The least probability of content at which a note stays that the text refers to. The notes of shops, far below, are
/// conditions of sale.
const MIN_NOTE_SCORE: f32 = 0.03;
/// The least probability of content at which a heading stays between blocks that stay.
const MIN_HEADING_SCORE: f32 = 0.1;
/// Bytes of a block that may be the name of a language.
const MAX_LANGUAGE_BYTES: u32 = 24;
/// Levels above a block that are searched for what it belongs to.
const MAX_LEVELS: usize = 12;

/// Keeps blocks of a page that belong to others that are kept.
pub(crate) fn keep_structure(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    keep_tables(page, verdicts);
    keep_code(page, verdicts);
    drop_code_labels(page, verdicts);
    keep_outer_items(page, verdicts);
    keep_callout_titles(page, verdicts);
    keep_quotes(page, verdicts);
    keep_headings(page, verdicts);
    keep_notes(page, verdicts);
}

fn is_kept(verdict: Option<&BlockVerdict>) -> bool {
    verdict.is_some_and(|verdict| verdict.class.is_none())
}

/// Code, and formulas in a line of their own, stay if the next block of text before or after them does, and nothing
/// speaks against them but their words.
fn keep_code(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let is_code = |block: &PageBlock| {
        block.kind == BlockKind::Preformatted || page.display_formula(block).is_some()
    };
    let mut before = false;
    let mut number = 0;
    while let Some(block) = page.blocks.get(number) {
        if !is_code(block) {
            before = is_kept(verdicts.get(number));
            number += 1;
            continue;
        }
        let length = page.blocks.iter().skip(number).take_while(|block| is_code(block)).count();
        let after = is_kept(verdicts.get(number + length));
        for verdict in verdicts.iter_mut().skip(number).take(length) {
            if (before || after) && verdict.class.is_some() && verdict.score >= MIN_PART_SCORE {
                verdict.keep();
            }
        }
        number += length;
    }
}

/// The name of the language over a block of code is written on its fence, and a button beside the name is no text.
fn drop_code_labels(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let is_button = |block: &&PageBlock| {
        page.ancestors(block.element).take(3).any(|element| element.tag == Tag::Button)
    };
    let is_code = |block: &&PageBlock| block.kind == BlockKind::Preformatted;
    for (number, label) in page.blocks.iter().enumerate() {
        if is_button(&label)
            && page.blocks.get(number + 1).as_ref().is_some_and(is_code)
            && let Some(verdict) =
                verdicts.get_mut(number).filter(|verdict| verdict.class.is_none())
        {
            verdict.remove(ClutterClass::Other, "structure/code-button");
            continue;
        }
        if label.kind != BlockKind::Paragraph || label.end - label.start > MAX_LANGUAGE_BYTES {
            continue;
        }
        // A button of the bar may stand between.
        let mut after = page.blocks.iter().skip(number + 1).take(2);
        let code = after.find(|block| !is_button(block)).filter(is_code);
        let Some(language) = code.and_then(|code| page.language_of(code)) else { continue };
        // A comparison is in two languages.
        let text = page.text_of(label);
        let is_named =
            text.eq_ignore_ascii_case(language) || language == "diff" && is_language(text);
        if is_named
            && let Some(verdict) =
                verdicts.get_mut(number).filter(|verdict| verdict.class.is_none())
        {
            verdict.remove(ClutterClass::Other, "structure/code-label");
        }
    }
}

/// An item stays if a list in it does: without it, the list would lose what it belongs to.
fn keep_outer_items(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let mut kept_after = false;
    // From the end, so that an item knows what stands in it.
    for (number, block) in page.blocks.iter().enumerate().rev() {
        let inner = page.blocks.get(number + 1);
        let BlockKind::ListItem { depth, .. } = block.kind else {
            kept_after = is_kept(verdicts.get(number));
            continue;
        };
        let is_outer = inner.is_some_and(
            |inner| matches!(inner.kind, BlockKind::ListItem { depth: other, .. } if other > depth),
        );
        if is_outer
            && kept_after
            && let Some(verdict) = verdicts.get_mut(number)
        {
            verdict.keep();
        }
        kept_after = is_kept(verdicts.get(number));
    }
}

/// A table of data of which most rows stay loses none: without its head, values have no names.
fn keep_tables(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let mut number = 0;
    while let Some(block) = page.blocks.get(number) {
        let is_row = |block: &PageBlock| matches!(block.kind, BlockKind::Row { .. });
        let table = page.table_of(block).filter(|_| is_row(block));
        if table.is_none() {
            number += 1;
            continue;
        }
        let rows = page.blocks.iter().skip(number);
        let length =
            rows.take_while(|block| is_row(block) && page.table_of(block) == table).count();
        let rows = verdicts.get_mut(number..number + length).unwrap_or_default();
        let kept = rows.iter().filter(|verdict| verdict.class.is_none()).count();
        if kept * 2 > length {
            rows.iter_mut().filter(|verdict| verdict.class.is_some()).for_each(BlockVerdict::keep);
        }
        number += length.max(1);
    }
}

/// The innermost element around a block for which `test` holds.
fn around(
    page: &SegmentedPage,
    block: &PageBlock,
    test: impl Fn(&ElementDetail) -> bool,
) -> Option<u32> {
    let mut around = page.ancestor_numbers(block.element).take(MAX_LEVELS);
    around.find(|index| page.detail_of(*index).is_some_and(&test))
}

/// A quote of which most stays loses none: who said it stands at its end.
fn keep_quotes(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let quote_of = |block: &PageBlock| {
        let mut around = page.ancestor_numbers(block.element).take(MAX_LEVELS);
        around.find(|index| page.element(*index).tag == Tag::Blockquote)
    };
    let mut number = 0;
    while let Some(block) = page.blocks.get(number) {
        let Some(quote) = quote_of(block) else {
            number += 1;
            continue;
        };
        let blocks = page.blocks.iter().skip(number);
        let length = blocks.take_while(|block| page.contains(quote, block.element)).count().max(1);
        let verdicts = verdicts.get_mut(number..number + length).unwrap_or_default();
        let bytes = |is_kept: bool| -> u32 {
            let blocks = page.blocks.iter().skip(number).zip(verdicts.iter());
            let blocks = blocks.filter(|(_, verdict)| verdict.class.is_none() == is_kept);
            blocks.map(|(block, _)| block.end - block.start).sum()
        };
        if bytes(true) > bytes(false) {
            let removed = verdicts.iter_mut().filter(|verdict| verdict.class.is_some());
            removed.filter(|verdict| verdict.score >= MIN_PART_SCORE).for_each(BlockVerdict::keep);
        }
        number += length;
    }
}

fn keep_callout_titles(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    if !page.details.contains(&ElementDetail::CalloutTitle) {
        return;
    }
    let callout_of = |block: &PageBlock| {
        around(page, block, |detail| matches!(detail, ElementDetail::Callout { .. }))
    };
    let is_title = |block: &PageBlock| {
        around(page, block, |detail| *detail == ElementDetail::CalloutTitle).is_some()
    };
    let titles: Vec<(usize, u32)> = (0..page.blocks.len())
        .filter(|number| !is_kept(verdicts.get(*number)))
        .filter_map(|number| {
            let block = page.blocks.get(number).filter(|block| is_title(block))?;
            Some((number, callout_of(block)?))
        })
        .collect();
    for (number, callout) in titles {
        let body = page.blocks.iter().enumerate().skip(number + 1);
        let mut body = body.take_while(|(_, block)| page.contains(callout, block.element));
        if body.any(|(other, _)| is_kept(verdicts.get(other)))
            && let Some(verdict) = verdicts.get_mut(number)
        {
            verdict.keep();
        }
    }
}

/// A heading stays if what it stands over does and what is before it does too: inside of an article, headings are short
/// and look like labels.
fn keep_headings(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    let level = |number: usize| match page.blocks.get(number)?.kind {
        BlockKind::Heading(level) => Some(level),
        _ => None,
    };
    // From the end, so that a heading knows whether a heading below it stays.
    for number in (1..page.blocks.len()).rev() {
        let Some(own) = level(number).filter(|level| *level > 1) else { continue };
        let is_over = match level(number + 1) {
            Some(below) => below > own && is_kept(verdicts.get(number + 1)),
            None => is_kept(verdicts.get(number + 1)),
        };
        let is_after = is_kept(verdicts.get(number - 1));
        if is_over
            && is_after
            && let Some(verdict) = verdicts.get_mut(number)
            && !verdict.is_title
            && verdict.class.is_some()
            && verdict.score >= MIN_HEADING_SCORE
        {
            verdict.keep();
        }
    }
}

/// Notes that the text refers to stay with it.
fn keep_notes(page: &SegmentedPage, verdicts: &mut [BlockVerdict]) {
    if !page.has_notes() {
        return;
    }
    let mut notes: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut note_of: Vec<bool> = vec![false; page.blocks.len()];
    for (number, block) in page.blocks.iter().enumerate() {
        let note = around(page, block, |detail| matches!(detail, ElementDetail::Note { .. }));
        if let Some(ElementDetail::Note { label }) = note.and_then(|note| page.detail_of(note)) {
            notes.entry(label).or_default().push(number);
            note_of[number] = true;
        }
    }
    let mut used: HashSet<&str> = HashSet::new();
    for (number, block) in page.blocks.iter().enumerate() {
        if is_kept(verdicts.get(number)) && !note_of[number] {
            let marks = page.text_of(block).split("[^").skip(1);
            used.extend(marks.filter_map(|mark| Some(mark.split_once(']')?.0)));
        }
    }
    for (label, numbers) in notes {
        if !used.contains(label) {
            continue;
        }
        for number in numbers {
            let verdict = verdicts.get_mut(number);
            if let Some(verdict) = verdict.filter(|verdict| verdict.score >= MIN_NOTE_SCORE) {
                verdict.keep();
            }
        }
    }
}
