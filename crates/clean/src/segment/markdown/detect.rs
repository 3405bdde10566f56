//! Whether a text is Markdown, and what its line breaks mean.

use memchr::{memchr, memchr3};

/// The evidence from which a text is read as Markdown. One strong sign is not enough: plain text may quote one.
const ENOUGH: u32 = 4;
/// Lines longer than this were not wrapped.
const MAX_WRAP_WIDTH: usize = 120;

/// What a line break inside a paragraph means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineBreaks {
    /// A space, as `CommonMark` says.
    Spaces,
    /// The end of a block: the text has Markdown in it, but a line for each block.
    Blocks,
}

/// Whether a text is Markdown. Headings, links and fences tell most. Signs that plain text also has (`#news`,
/// `# 1`, a list with `-`, a line of `~~~` or `***`) count little or nothing.
pub(crate) fn looks_like_markdown(lines: &[&str]) -> bool {
    let mut score = 0;
    let mut fence: Option<char> = None;
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let is_blank_at = |index: Option<usize>| {
            index.and_then(|index| lines.get(index)).is_none_or(|line| line.trim().is_empty())
        };
        let stands_alone = is_blank_at(index.checked_sub(1)) && is_blank_at(Some(index + 1));
        score += match text.as_bytes().first() {
            Some(b'#') => heading_score(text, stands_alone),
            Some(b'`') if text.starts_with("```") => {
                let closes = fence.take().is_some();
                fence = if closes { None } else { Some('`') };
                if closes { ENOUGH } else { 0 }
            }
            Some(b'*' | b'_') if is_spaced_rule(text) => 1,
            Some(b'[') if is_definition(text) => 2,
            // html2text indents its bullets by two spaces.
            Some(b'*') if text.starts_with("* ") && line.starts_with("  *") => 1,
            _ => 0,
        };
        score += inline_score(text);
        if score >= ENOUGH {
            return true;
        }
    }
    false
}

fn heading_score(text: &str, stands_alone: bool) -> u32 {
    let Some((level, title)) = heading(text) else { return 0 };
    match level {
        // `# 1 in the country`
        _ if !title
            .starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '_' | '[' | '"')) =>
        {
            0
        }
        1 if !stands_alone => 2,
        _ => ENOUGH,
    }
}

/// The level and the text of an ATX heading.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start();
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    let title = text.get(level..)?.strip_prefix([' ', '\t'])?.trim();
    (matches!(level, 1..=6) && !title.is_empty()).then_some((level, title))
}

/// `* * *`, as converters write a rule.
fn is_spaced_rule(text: &str) -> bool {
    matches!(text.trim_end(), "* * *" | "_ _ _")
}

/// Links, tables, emphasis and escapes in a line.
fn inline_score(text: &str) -> u32 {
    // All of them have one of these, and most lines have none.
    let bytes = text.as_bytes();
    if memchr3(b']', b'|', b'*', bytes).or_else(|| memchr(b'\\', bytes)).is_none() {
        return 0;
    }
    let mut score = 0;
    for (at, _) in text.match_indices("](").take(4) {
        let target = text.get(at + 2..).unwrap_or_default();
        let is_url = ["http", "/", "#", "<", "mailto:", "./", "../", "?"]
            .iter()
            .any(|start| target.starts_with(start))
            || target.split([')', ' ']).next().is_some_and(|target| target.contains(['/', '.']));
        score += if is_url { 2 } else { 1 };
    }
    if is_table_rule(text) {
        score += ENOUGH;
    }
    if text.matches("**").take(2).count() == 2 && !text.contains("***") {
        score += 1;
    }
    // `3\. May`, `1\+`: no one else writes a backslash there.
    if text.contains('\\')
        && ["\\.", "\\-", "\\+", "\\_", "\\*", "\\[", "\\#"]
            .iter()
            .any(|escape| text.contains(escape))
    {
        score += 1;
    }
    score
}

/// The line between the head of a table and its body: `| --- | :-: |`.
pub(super) fn is_table_rule(line: &str) -> bool {
    line.contains("--")
        && line.contains('|')
        && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}

/// `[label]: target`, with a target that can be a URL or a path.
pub(super) fn is_definition(line: &str) -> bool {
    definition_label(line).is_some()
}

/// The label of a line that defines a link, and nothing else.
pub(super) fn definition_label(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ').strip_prefix('[')?;
    let (label, rest) = rest.split_once("]:")?;
    let target = rest.split_whitespace().next()?;
    let title = rest.trim_start().get(target.len()..)?.trim();
    let is_target = target.contains("://")
        || target.starts_with(['/', '#', '<', '.'])
        || target.starts_with("mailto:")
        || target.contains('/') && target.contains('.');
    let is_title = title.is_empty()
        || title.len() > 1
            && [('"', '"'), ('\'', '\''), ('(', ')')]
                .iter()
                .any(|(open, close)| title.starts_with(*open) && title.ends_with(*close));
    let is_label = !label.trim().is_empty() && !label.starts_with('^') && !label.contains('[');
    (is_target && is_title && is_label).then_some(label)
}

/// Decides for a whole text what its line breaks are: those of wrapping leave no room for the next word, and
/// those between blocks stand where a sentence ends and another begins.
pub(super) fn line_breaks(lines: &[&str]) -> LineBreaks {
    let pairs = || {
        lines.windows(2).filter_map(|pair| match pair {
            [line, next] if is_prose(line) && is_prose(next) && !line.ends_with("  ") => {
                Some((line.trim(), next.trim()))
            }
            _ => None,
        })
    };
    let width = pairs().map(|(line, _)| line.chars().count()).max().unwrap_or_default();
    let (mut all, mut wraps, mut ends) = (0_usize, 0_usize, 0_usize);
    for (line, next) in pairs() {
        all += 1;
        let word = next.split_whitespace().next().map_or(0, |word| word.chars().count());
        wraps += usize::from(line.chars().count() + 1 + word > width);
        ends += usize::from(ends_sentence(line) && begins_sentence(next));
    }
    let is_wrapped = width <= MAX_WRAP_WIDTH && wraps * 10 >= all * 7;
    if !is_wrapped && ends * 2 > all { LineBreaks::Blocks } else { LineBreaks::Spaces }
}

/// Whether a line can be part of a paragraph with others.
fn is_prose(line: &str) -> bool {
    let text = line.trim();
    let is_marked = text.is_empty()
        || text.starts_with(['#', '>', '|', '`', '~'])
        || ["- ", "* ", "+ "].iter().any(|marker| text.starts_with(marker))
        || text.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '));
    !is_marked
}

fn ends_sentence(line: &str) -> bool {
    let text = line.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*', '_']);
    text.ends_with(['.', '!', '?', ':', '…', '。', '！', '？', '।', '؟'])
}

fn begins_sentence(line: &str) -> bool {
    let text = line.trim_start_matches(['"', '\'', '“', '‘', '«', '(', '[', '*', '_']);
    !text.starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | '.' | ';' | ')' | '-' | '–'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_markdown(text: &str) -> bool {
        looks_like_markdown(&text.lines().collect::<Vec<_>>())
    }

    #[test]
    fn markdown_is_told_from_text_with_its_signs() {
        for text in [
            "# The harbour freezes over\n\nFerries stay in port.",
            "Ferries stay.\n\n## Routes\n\nNone.",
            "See [routes](https://a.example/r) and [fares](/fares).",
            "```\nlet a = 1;\n```",
            "Port | Depth\n---|---\nNorth | 4 m",
            "[a]: https://a.example\n[b]: https://b.example\n",
            "  * Home\n  * News\n  * Sport\n  * Ferries\n",
            "On the 3\\. May\n\n* * *\n\n**Ferry** news\n\n7,000\\+ came\n",
        ] {
            assert!(is_markdown(text), "{text}");
        }
        for text in [
            "#ferry #harbour\nThe boats are back.",
            "# 1 in the country\nThe harbour is first.",
            "# trending now\nThe harbour is first.\nThe boats are back.",
            "The list:\n- one boat\n- two boats\n- three boats",
            "First part.\n~~~\nSecond part.\n***\nThird part.",
            "~~~\nFirst part.\n~~~",
            "An array a[i](x) and one [quoted](https://a.example) link.",
            "He said **** you.",
            "Home | News | Sport",
            "[Speaker]: Yes\n[Other]: No\n[Speaker]: Well",
        ] {
            assert!(!is_markdown(text), "{text}");
        }
    }

    #[test]
    fn wrapped_lines_are_told_from_lines_that_are_blocks() {
        let wrapped = "The committee met on the second floor of the old customs\n\
            house and talked about the drains. When the lamps were lit,\n\
            the treasurer found that nobody had brought the minutes.";
        let blocks = "The committee met in the customs house.\nIt talked about drains.\n\
            The treasurer had no minutes of the last three meetings, and said so.\nNobody else had.";
        let breaks = |text: &str| line_breaks(&text.lines().collect::<Vec<_>>());
        assert_eq!(breaks(wrapped), LineBreaks::Spaces);
        assert_eq!(breaks(blocks), LineBreaks::Blocks);
    }

    #[test]
    fn definitions_have_a_target_that_can_be_one() {
        assert_eq!(definition_label("  [1]: https://a.example/x \"Title of it\""), Some("1"));
        assert_eq!(definition_label("[guide]: /docs/guide.html"), Some("guide"));
        assert_eq!(definition_label("[Speaker]: Yes"), None);
        assert_eq!(definition_label("[Note]: https://a.example is down"), None);
        assert_eq!(definition_label("[^1]: https://a.example"), None);
    }
}
