//! Runs of characters whose bytes are UTF-8 in a charset, and the gain of reversing them.

use super::super::charset::MisreadCharset;
use super::super::script::{LetterScript, led_script, whole_script_of};
use super::context::{RunContext, SequenceEvidence};
use super::line::LineFacts;
use super::sequences::{LineCharacter, innermost, run};
use super::{oddness, plausibility};

/// Less odd sequences may be UTF-8 in a charset by chance: every other Russian word is in IBM866.
const MIN_ODDNESS: f32 = 0.6;

/// The gain from standing where no text has such characters.
const PLACE: f32 = 0.8;

/// A run of sequences that are UTF-8 in a charset.
#[derive(Debug)]
pub(super) struct MisreadSpan {
    pub(super) charset: usize,
    /// The charsets in which the same characters read the same.
    pub(super) equals: u16,
    pub(super) first: usize,
    pub(super) end: usize,
    /// The run reversed by one layer, and by all.
    pub(super) text: String,
    pub(super) reading: String,
    pub(super) gain: f32,
    /// The part of the gain that was subtracted because there is nothing like it next to it.
    pub(super) isolation_penalty: f32,
    pub(super) evidence: SequenceEvidence,
}

/// Adds the runs of sequences that are UTF-8 in a charset.
pub(super) fn find(
    signs: &[LineCharacter],
    charset: usize,
    facts: &LineFacts<'_>,
    spans: &mut Vec<MisreadSpan>,
) {
    let mut at = 0;
    while at < signs.len() {
        let first = at;
        let Some(run) = run(signs, at, charset) else {
            at += 1;
            continue;
        };
        at = run.end;
        let reading = innermost(&run.text, charset);
        let context = RunContext { signs, first, run: &run, charset, reading: &reading, facts };
        let evidence = context.evidence();
        if evidence == SequenceEvidence::None {
            continue;
        }
        let (gain, alone) = judged(&context, evidence);
        spans.push(MisreadSpan {
            charset,
            equals: 1 << charset,
            first,
            end: run.end,
            text: run.text,
            reading,
            gain,
            isolation_penalty: alone,
            evidence,
        });
    }
}

/// The gain of reversing a run, and the part that was subtracted because there is nothing like it
/// next to it.
fn judged(context: &RunContext<'_>, evidence: SequenceEvidence) -> (f32, f32) {
    let RunContext { run, reading, .. } = *context;
    let (before, read, after) = (context.before(), context.read(), context.after());
    // The remains of a letter on either side are no odd neighbors of the letters that the run
    // becomes.
    let written_before = before.filter(|before| !leads(*before, reading.chars().next()));
    let written_after = after.filter(|after| !leads(*after, reading.chars().next_back()));
    let oddness = oddness::passage_oddness(before, read.iter().map(|sign| sign.character), after)
        - oddness::passage_oddness(written_before, reading.chars(), written_after)
        + loneliness(before, read, after);
    let (plausibility, mut alone) = plausibility::text_plausibility(before, reading, after);
    let is_cyrillic =
        |sign: &LineCharacter| whole_script_of(sign.character) == Some(LetterScript::Cyrillic);
    let is_basic = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let is_strong = evidence >= SequenceEvidence::Strong;
    if !is_strong && read.iter().all(is_cyrillic) && !is_basic(before) && !is_basic(after) {
        // Words without spaces look like this. In IBM866, whose lead bytes of Cyrillic are
        // box-drawing characters and not letters, they do at any length.
        alone += if context.charset_is(MisreadCharset::has_frames) { 9.0 } else { 0.0 };
        alone += if run.sequences == 1 { 1.0 } else { 0.0 };
    }
    if oddness < MIN_ODDNESS && !is_strong && !reading.starts_with('\u{feff}') {
        alone += 3.0;
    }
    let place = if is_strong { PLACE } else { 0.0 };
    (place + run.length_bonus + oddness + plausibility - alone, alone)
}

/// Whether the first character is the remains of a letter of the script of the second.
fn leads(lead: char, letter: Option<char>) -> bool {
    led_script(lead).is_some_and(|script| letter.and_then(whole_script_of) == Some(script))
}

/// The evidence that the first character would be a word of one letter.
fn loneliness(before: Option<char>, read: &[LineCharacter], after: Option<char>) -> f32 {
    let [lead, follow, ..] = read else { return 0.0 };
    let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let goes_on = follow.character.is_alphanumeric() || read.len() == 2 && is_letter(after);
    let alone = !is_letter(before) && !goes_on;
    if lead.character == 'Ã'
        && follow.character == '\u{a0}'
        && is_letter(before)
        && after.is_some_and(char::is_lowercase)
    {
        return 1.0;
    }
    // Spanish, Portuguese and French have words of one accented letter, but not of these.
    if alone && matches!(lead.character, 'Ã' | 'Â') { 1.5 } else { 0.0 }
}
