//! Escapes what Markdown would read as markup.

/// Adds a text, with escapes before the characters that Markdown would read as markup. `at_start` says that the text
/// begins a line, where more characters are markup; so does each further line of it. `has_formulas` says that `$` is
/// markup too.
///
/// `_` inside a word and a lone `*` between spaces are never markup, so they stay readable. Brackets are always escaped:
/// `[a](b)` in the text of a page would become a link whose target nobody checked, and `[a]` one with a definition
/// elsewhere.
pub(super) fn escape(text: &str, at_start: bool, has_formulas: bool, out: &mut String) {
    let mut rest = text;
    let mut is_start = at_start;
    // Formulas that the page itself writes between `$$`.
    while let Some((before, after)) = rest.split_once("$$") {
        let Some((tex, later)) = after.split_once("$$").filter(|(tex, _)| !tex.trim().is_empty())
        else {
            break;
        };
        escape_lines(before, is_start, has_formulas, out);
        out.push_str("$$");
        out.push_str(tex);
        out.push_str("$$");
        (rest, is_start) = (later, false);
    }
    escape_lines(rest, is_start, has_formulas, out);
}

fn escape_lines(text: &str, at_start: bool, has_formulas: bool, out: &mut String) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        escape_line(line, at_start || number > 0, has_formulas, out);
    }
}

fn escape_line(text: &str, at_start: bool, has_formulas: bool, out: &mut String) {
    // A pair of tildes strikes out what is between them.
    let has_pair = text.matches('~').nth(1).is_some();
    let marker = if at_start { start_marker(text) } else { None };
    // What stands before and after the piece is not known here.
    let mut previous = '\0';
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map_or('\0', |(_, next)| *next);
        let is_markup = match character {
            _ if marker == Some(at) => true,
            '\\' | '`' | '[' | ']' => true,
            '*' => !(previous == ' ' && next == ' '),
            '_' => !(previous.is_alphanumeric() && next.is_alphanumeric()) && next != ' ',
            '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
            '~' => has_pair,
            '$' => has_formulas,
            '&' => is_reference(text.get(at..).unwrap_or_default()),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(character);
        previous = character;
    }
}

/// Where the character is that makes the beginning of a line markup: a heading, a quote, a list, a break.
fn start_marker(line: &str) -> Option<usize> {
    let first = line.chars().next()?;
    let rest = line.get(first.len_utf8()..).unwrap_or_default();
    let is_alone = || line.trim_end().chars().all(|c| c == first || c == ' ');
    match first {
        '#' | '>' | '|' => Some(0),
        '-' | '+' | '*' => (rest.is_empty() || rest.starts_with(' ') || is_alone()).then_some(0),
        '=' | '_' => is_alone().then_some(0),
        '~' => line.starts_with("~~~").then_some(0),
        ':' => rest.starts_with([' ', '-']).then_some(0),
        '0'..='9' => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let rest = line.get(digits..).unwrap_or_default();
            let is_item = rest.starts_with(['.', ')'])
                && rest.get(1..).is_none_or(|it| it.is_empty() || it.starts_with(' '));
            (digits <= 9 && is_item).then_some(digits)
        }
        _ => None,
    }
}

/// Whether a text begins with a character reference.
fn is_reference(text: &str) -> bool {
    let body = text.strip_prefix('&').unwrap_or_default();
    let name = body.trim_start_matches('#');
    let length = name.bytes().take(33).take_while(u8::is_ascii_alphanumeric).count();
    length > 0 && name.as_bytes().get(length) == Some(&b';')
}

/// Escapes a plain text for Markdown, line by line. Line breaks, and characters that cannot start markup here, stay as they are.
///
/// ```
/// assert_eq!(copydesk_clean::escape_markdown("# 1 * 2 <b>"), "\\# 1 * 2 \\<b>");
/// ```
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    escape_lines(text, true, false, &mut escaped);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_markup_is_escaped() {
        for (text, expected) in [
            ("1986. A good year", "1986\\. A good year"),
            ("1986.5 tonnes", "1986.5 tonnes"),
            ("- a\n* b\n--- c", "\\- a\n\\* b\n--- c"),
            ("---", "\\---"),
            ("a - b * c", "a - b * c"),
            ("*a* _b_ c_d", "\\*a\\* \\_b_ c_d"),
            ("a &lt; b & c", "a \\&lt; b & c"),
            ("~~~ and ~~b~~", "\\~\\~\\~ and \\~\\~b\\~\\~"),
            ("| a", "\\| a"),
            ("[a](b) <i> 1 < 2", "\\[a\\](b) \\<i> 1 < 2"),
        ] {
            assert_eq!(escape_markdown(text), expected, "{text}");
        }
        let mut out = String::new();
        escape("So $$a_1 * b_2$$ is *it*", false, false, &mut out);
        assert_eq!(out, "So $$a_1 * b_2$$ is \\*it\\*");
    }
}
