//! Replacements in a text, and how the edits of several stages combine into changes of the input.

use std::ops::Range;

/// A replacement that one stage makes in its input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TextEdit {
    /// The replaced bytes, at character boundaries.
    pub(super) span: Range<usize>,
    /// The new text.
    pub(super) after: String,
    /// The rule, as `group/name`.
    pub(super) rule: &'static str,
    /// The probability that a guess is right, in [0, 1]; `None` if nothing was guessed.
    pub(super) posterior: Option<f32>,
}

impl TextEdit {
    pub(super) fn new(span: Range<usize>, after: impl Into<String>, rule: &'static str) -> Self {
        Self { span, after: after.into(), rule, posterior: None }
    }

    pub(super) fn with_posterior(self, posterior: f32) -> Self {
        Self { posterior: Some(posterior), ..self }
    }

    /// By how many bytes it makes the text longer.
    pub(super) fn growth(&self) -> isize {
        self.after.len().cast_signed() - self.span.len().cast_signed()
    }

    /// The same edit in a text in which its passage begins at `offset`.
    pub(super) fn moved(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}

/// A change that the repair made.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairChange {
    /// The replaced bytes of the input.
    pub span: Range<usize>,
    /// The new text.
    pub after: String,
    /// The rules that took part, in the order in which they applied: `group/name`, such as
    /// `mojibake/windows-1252` or `lossy/word`.
    pub rules: Vec<&'static str>,
    /// The product of the probabilities of its guesses, in [0, 1]; `None` if nothing was guessed.
    pub posterior: Option<f32>,
}

/// Applies replacements, which must be in order and must not overlap.
pub(super) fn applied<'a>(
    text: &str,
    replacements: impl IntoIterator<Item = (&'a Range<usize>, &'a str)>,
) -> String {
    let mut output = String::with_capacity(text.len());
    let mut end = 0;
    for (span, after) in replacements {
        output.push_str(text.get(end..span.start).unwrap_or_default());
        output.push_str(after);
        end = span.end;
    }
    output.push_str(text.get(end..).unwrap_or_default());
    output
}

/// Applies edits to a text.
pub(super) fn edited(text: &str, edits: &[TextEdit]) -> String {
    applied(text, edits.iter().map(|edit| (&edit.span, edit.after.as_str())))
}

/// Combines the changes so far with the edits of one more stage.
///
/// `changes` lead from the input to `text`, `edits` from `text` to the next text. Those that touch
/// the same characters become one change of the input.
pub(super) fn composed(
    changes: Vec<RepairChange>,
    text: &str,
    edits: Vec<TextEdit>,
) -> Vec<RepairChange> {
    let mut output = Vec::with_capacity(changes.len() + edits.len());
    let mut changes = changes.into_iter().peekable();
    let mut edits = edits.into_iter().peekable();
    // The offset between `text` and the input, before the next change.
    let mut shift = 0_isize;
    while changes.peek().is_some() || edits.peek().is_some() {
        // A group begins with the first change or edit, and includes all that overlap it.
        let mut group = EditGroup::default();
        loop {
            let change = changes.peek().map(|change| in_text(change, shift));
            let edit = edits.peek().map(|edit| edit.span.clone());
            let change_is_first = match (&change, &edit) {
                (Some(change), Some(edit)) => change.start <= edit.start,
                (Some(_), None) => true,
                (None, _) => false,
            };
            let next = if change_is_first { change } else { edit };
            let Some(next) = next.filter(|next| group.takes(next)) else { break };
            if change_is_first {
                if let Some(change) = changes.next() {
                    shift += growth(&change);
                    group.take_change(change, next);
                }
            } else if let Some(edit) = edits.next() {
                group.take_edit(edit);
            }
        }
        output.extend(group.change(text, shift));
    }
    output
}

/// The range of a change's result in the text after it.
fn in_text(change: &RepairChange, shift: isize) -> Range<usize> {
    let start = change.span.start.saturating_add_signed(shift);
    start..start + change.after.len()
}

/// Changes and edits that touch the same characters of the text between two stages.
#[derive(Default)]
struct EditGroup {
    /// The range in that text.
    span: Option<Range<usize>>,
    edits: Vec<TextEdit>,
    changed_by: Vec<&'static str>,
    posterior: Option<f32>,
    /// By how many bytes the changes of the group made the text longer.
    growth: isize,
}

impl EditGroup {
    fn takes(&self, next: &Range<usize>) -> bool {
        self.span.as_ref().is_none_or(|span| next.start < span.end)
    }

    fn take(&mut self, span: Range<usize>, posterior: Option<f32>) {
        self.span = Some(match self.span.take() {
            Some(whole) => whole.start..whole.end.max(span.end),
            None => span,
        });
        self.posterior = match (self.posterior, posterior) {
            (Some(one), Some(other)) => Some(one * other),
            (one, other) => one.or(other),
        };
    }

    fn take_change(&mut self, change: RepairChange, span: Range<usize>) {
        self.take(span, change.posterior);
        self.growth += growth(&change);
        self.changed_by.extend(change.rules);
    }

    fn take_edit(&mut self, edit: TextEdit) {
        self.take(edit.span.clone(), edit.posterior);
        self.edits.push(edit);
    }

    /// The group as one change of the input; `shift` is the offset after the group.
    fn change(mut self, text: &str, shift: isize) -> Option<RepairChange> {
        let span = self.span?;
        for edit in &mut self.edits {
            edit.span = edit.span.start - span.start..edit.span.end - span.start;
        }
        let after = edited(text.get(span.clone()).unwrap_or_default(), &self.edits);
        let start = span.start.saturating_add_signed(self.growth - shift);
        let end = span.end.saturating_add_signed(-shift);
        let mut rules = self.changed_by;
        rules.extend(self.edits.iter().map(|edit| edit.rule));
        rules.dedup();
        Some(RepairChange { span: start..end, after, rules, posterior: self.posterior })
    }
}

/// By how many bytes a change makes the text longer.
fn growth(change: &RepairChange) -> isize {
    change.after.len().cast_signed() - change.span.len().cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Replacements in a text: `(gap, removed, inserted)` in characters, one after another.
    fn edits_of(text: &str, steps: &[(usize, usize, String)]) -> Vec<TextEdit> {
        let places: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut at = 0;
        let mut edits = Vec::new();
        for (gap, removed, inserted) in steps {
            let (start, end) = (at + gap, at + gap + removed);
            let (Some(from), Some(to)) = (places.get(start), places.get(end)) else { break };
            edits.push(TextEdit::new(*from..*to, inserted.as_str(), "test/step"));
            at = end;
        }
        edits
    }

    fn steps() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
        prop::collection::vec((0..4_usize, 1..4_usize, "[xé\u{20ac}]{0,3}"), 0..8)
    }

    proptest! {
        #[test]
        fn changes_of_three_stages_rebuild_the_last_text(
            input in "[abcdé\u{1f600}]{0,40}",
            stages in prop::collection::vec(steps(), 3),
        ) {
            let mut text = input.clone();
            let mut changes = Vec::new();
            for stage in &stages {
                let edits = edits_of(&text, stage);
                let next = edited(&text, &edits);
                changes = composed(changes, &text, edits);
                text = next;
            }
            let rebuilt = applied(&input, changes.iter().map(|c| (&c.span, c.after.as_str())));
            prop_assert_eq!(rebuilt, text);
        }
    }

    #[test]
    fn edits_of_the_same_characters_become_one_change() {
        let first = composed(Vec::new(), "a--b", vec![TextEdit::new(1..3, "+", "one/r")]);
        let second =
            composed(first, "a+b", vec![TextEdit::new(1..2, "*", "two/r").with_posterior(0.5)]);
        assert_eq!(
            second,
            [RepairChange {
                span: 1..3,
                after: "*".into(),
                rules: vec!["one/r", "two/r"],
                posterior: Some(0.5)
            }]
        );
    }
}
