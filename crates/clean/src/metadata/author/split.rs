//! Splits lists of names.

use super::MAX_NAMES;
use super::words::ROLES;

/// Splits a list of names.
pub(super) fn split(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in value.split([';', '、', '，', '\n', '•']) {
        let pieces: Vec<&str> = part.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        let words = |text: &str| text.split_whitespace().count();
        // "Quill, Ada" is one name in catalog order.
        if let [family, given] = pieces.as_slice()
            && words(family) == 1
            && words(given) <= 2
            && !has_role(given)
            && !is_credential(given)
            && pieces.iter().all(|piece| piece.starts_with(char::is_uppercase))
        {
            out.push(format!("{family}, {given}"));
            continue;
        }
        let mut list: Vec<String> = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0
                && is_credential(piece)
                && let Some(name) = list.last_mut()
            {
                name.push_str(", ");
                name.push_str(piece);
                continue;
            }
            if at > 0 && has_role(piece) {
                continue;
            }
            split_at_words(piece, &mut list);
        }
        out.append(&mut list);
    }
    out
}

/// Splits at "and" in several languages, if both sides look like names of the same kind.
fn split_at_words(value: &str, out: &mut Vec<String>) {
    let mut rest = value;
    // "Ada Quill, and Ben Ost" is split at the comma already.
    let first = rest.split(' ').next().unwrap_or_default();
    if first.len() < rest.len() && is_joint(first) {
        rest = rest.get(first.len() + 1..).unwrap_or_default();
    }
    for _ in 0..MAX_NAMES {
        let words = |text: &str| text.split_whitespace().count();
        let cut = JOINTS
            .iter()
            .filter_map(|joint| {
                let at = find_ignoring_case(rest, joint)?;
                let (head, tail) = (rest.get(..at)?, rest.get(at + joint.len()..)?);
                let next = JOINTS
                    .iter()
                    .filter_map(|joint| find_ignoring_case(tail, joint))
                    .min()
                    .and_then(|at| tail.get(..at))
                    .unwrap_or(tail);
                let alike = match (words(head), words(next)) {
                    (1, 1) => joint.trim().len() > 2 || joint == &" & ",
                    (a, b) => a >= 2 && b >= 2 && a <= 4 && b <= 4,
                };
                alike.then_some((at, head, tail))
            })
            .min_by_key(|(at, ..)| *at);
        let Some((_, head, tail)) = cut else { break };
        out.push(head.to_owned());
        rest = tail;
    }
    out.push(rest.to_owned());
}

/// Words between the last two names of a list, with spaces around them, so that they are not found
/// inside names.
const JOINTS: &[&str] = &[
    " and ", " & ", " und ", " et ", " y ", " e ", " och ", " og ", " en ", " i ", " и ", " і ",
    " та ", " ve ", " a ", " ja ", " és ", " și ", " dan ", " và ", " και ", " و ", " with ",
    " mit ", " avec ", " con ", " + ",
];

/// Whether a word stands between the last two names of a list.
pub(in crate::metadata) fn is_joint(word: &str) -> bool {
    word.len() > 1
        && JOINTS.iter().any(|joint| joint.trim() == word || word == "And" || word == "AND")
}

fn find_ignoring_case(text: &str, joint: &str) -> Option<usize> {
    text.find(joint).or_else(|| text.find(&joint.to_uppercase()))
}

fn has_role(piece: &str) -> bool {
    piece
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .any(|word| ROLES.contains(&word))
}

/// Letters after a name, such as "MD", "Ph.D.", "CFP®" or "E-RYT 200".
fn is_credential(piece: &str) -> bool {
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    let upper = piece.chars().filter(|c| c.is_uppercase()).count();
    let known = ["phd", "ph.d.", "ph.d", "jr", "jr.", "sr.", "esq.", "edd", "psyd", "msc", "bsc"];
    let marked = piece.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | '(' | '®'));
    (marked || !piece.contains(' '))
        && (2..=12).contains(&letters)
        && upper * 3 >= letters * 2
        && piece.chars().all(|c| c.is_ascii() || c == '®')
        && !piece.split_whitespace().any(|word| word.len() > 6)
        || known.contains(&piece.to_lowercase().as_str())
}
