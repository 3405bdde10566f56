//! Raised and lowered characters, written so that they stay apart from what they stand at: `10⁹`, `x_(max)`.
//!
//! Without the tags, 10<sup>9</sup> is another number. Unicode has raised digits and a few letters; all other
//! characters follow a `^` or a `_`.

use crate::format::push_format;

/// Characters of a raised or lowered text that can be an exponent or an index. A longer one is a note or a style.
const MAX_CHARS: usize = 24;

/// How characters are set against the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    Raised,
    Lowered,
}

/// The text of a `<sup>` or `<sub>`, as it is written after `before`. `None` if it stays as it is.
pub(super) fn shifted(shift: Shift, before: &str, inner: &str) -> Option<String> {
    let base = before.chars().next_back().filter(|c| !c.is_whitespace());
    let count = inner.chars().count();
    if count == 0 || count > MAX_CHARS || inner.starts_with(['[', '^', '_']) {
        return None;
    }
    if shift == Shift::Raised
        && let Some(cents) = cents(before, inner)
    {
        return Some(cents);
    }
    let is_letters = inner.chars().all(|c| c.is_alphabetic() || c == '.');
    if shift == Shift::Raised && is_letters && !is_variable(before, inner) {
        // Ordinals and abbreviations: 1st, Mme.
        return None;
    }
    // The mark of several notes: `¹,²`.
    let is_list = inner.contains(|c: char| c.is_ascii_digit());
    let map = |character| match shift {
        Shift::Raised => raised(character),
        Shift::Lowered => lowered(character),
    };
    let has_letters = inner.contains(char::is_alphabetic);
    if !has_letters || count == 1 || inner.contains(|c: char| c.is_ascii_digit() || c == '+') {
        let mapped: Option<String> = inner
            .chars()
            .map(|c| map(c).or_else(|| (is_list && matches!(c, ',' | ' ' | '–')).then_some(c)))
            .collect();
        if mapped.is_some() {
            return mapped;
        }
    }
    // Signs such as ® and *, and what stands at nothing.
    base.filter(|base| base.is_alphanumeric() || matches!(base, ')' | ']' | '}' | '|'))?;
    if !inner.contains(char::is_alphanumeric) {
        return None;
    }
    let sign = if shift == Shift::Raised { '^' } else { '_' };
    Some(if count == 1 { format!("{sign}{inner}") } else { format!("{sign}({inner})") })
}

/// Writes the raised or lowered part of a formula at its end.
pub(super) fn push_script(shift: Shift, part: &str, out: &mut String) {
    let sign = if shift == Shift::Raised { '^' } else { '_' };
    match shifted(shift, "x", part) {
        Some(shifted) => out.push_str(&shifted),
        None if part.chars().all(char::is_alphanumeric) => {
            push_format(out, format_args!("{sign}{part}"));
        }
        // An accent, or a prime.
        None if part.chars().count() == 1 => out.push_str(part),
        None => push_format(out, format_args!("{sign}({part})")),
    }
}

/// Whether raised letters are an exponent: a single one at a number or at a name of a single letter.
fn is_variable(before: &str, inner: &str) -> bool {
    let mut base = before.chars().rev();
    let Some(last) = base.next() else { return false };
    let is_single = base.next().is_none_or(|c| !c.is_alphanumeric());
    let stands_at = last == ')' || last.is_ascii_digit() || last.is_alphabetic() && is_single;
    // `1er`, `2a`, `3o`, `19e` are ordinals.
    let is_ordinal = last.is_ascii_digit() && matches!(inner, "a" | "o" | "e" | "r" | "d" | "h");
    let is_sign = matches!(inner, "c" | "C" | "R" | "o") && last.is_alphabetic();
    // The mark of a note at a word: `Rate^a`.
    let is_mark = before.chars().rev().take(3).filter(|c| c.is_alphabetic()).count() == 3;
    (stands_at || is_mark) && inner.chars().count() == 1 && !is_ordinal && !is_sign
}

/// The raised part of a price: `$12` and `99`.
fn cents(before: &str, inner: &str) -> Option<String> {
    let whole = before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
    let is_price = whole.len() < before.len() && whole.trim_end().ends_with(['$', '€', '£', '¥']);
    let digits = inner.trim_start_matches(['.', ',']);
    let is_cents = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_price && is_cents).then(|| format!(".{digits}"))
}

fn raised(character: char) -> Option<char> {
    Some(match character {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        '+' => '⁺',
        '-' | '−' | '–' => '⁻',
        '=' => '⁼',
        '(' => '⁽',
        ')' => '⁾',
        'n' => 'ⁿ',
        'i' => 'ⁱ',
        _ => return None,
    })
}

fn lowered(character: char) -> Option<char> {
    Some(match character {
        '0'..='9' => char::from_u32('₀' as u32 + (character as u32 - '0' as u32))?,
        '+' => '₊',
        '-' | '−' | '–' => '₋',
        '=' => '₌',
        '(' => '₍',
        ')' => '₎',
        'a' => 'ₐ',
        'e' => 'ₑ',
        'h' => 'ₕ',
        'i' => 'ᵢ',
        'j' => 'ⱼ',
        'k' => 'ₖ',
        'l' => 'ₗ',
        'm' => 'ₘ',
        'n' => 'ₙ',
        'o' => 'ₒ',
        'p' => 'ₚ',
        'r' => 'ᵣ',
        's' => 'ₛ',
        't' => 'ₜ',
        'u' => 'ᵤ',
        'v' => 'ᵥ',
        'x' => 'ₓ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_and_indices_stay_apart() {
        for (before, inner, expected) in [
            ("10", "9", Some("⁹")),
            ("10", "−31", Some("⁻³¹")),
            ("x", "n+1", Some("ⁿ⁺¹")),
            ("x", "2k", Some("^(2k)")),
            ("e", "x", Some("^x")),
            ("(a + b)", "k-1", Some("^(k-1)")),
            ("2", "n", Some("ⁿ")),
            ("the tide", "1,2", Some("¹,²")),
            ("It costs $12", "99", Some(".99")),
            ("$1,899", ".00", Some(".00")),
            ("Rate", "a", Some("^a")),
            ("1", "st", None),
            ("19", "e", None),
            ("M", "me", None),
            ("Acme", "TM", None),
            ("Acme", "®", None),
            ("word", "[3]", None),
            ("", "1", Some("¹")),
        ] {
            let found = shifted(Shift::Raised, before, inner);
            assert_eq!(found.as_deref(), expected, "{before}^{inner}");
        }
        for (before, inner, expected) in [
            ("H", "2", Some("₂")),
            ("x", "i", Some("ᵢ")),
            ("v", "max", Some("_(max)")),
            ("a", "n+1", Some("ₙ₊₁")),
            ("a", "n,m", Some("_(n,m)")),
            ("a", "b", Some("_b")),
        ] {
            let found = shifted(Shift::Lowered, before, inner);
            assert_eq!(found.as_deref(), expected, "{before}_{inner}");
        }
    }
}
