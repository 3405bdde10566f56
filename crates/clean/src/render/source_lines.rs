//! Copies the source lines of the kept blocks of Markdown.

use std::collections::BTreeSet;

use crate::segment::{BlockKind, PageBlock, SegmentedPage};

/// The source lines of the kept blocks, and at the end the definitions of the links in them. A line that
/// several blocks share is copied once.
pub(super) fn source_lines(page: &SegmentedPage, kept: &[&PageBlock]) -> String {
    let mut out = String::with_capacity(page.text.len() + page.text.len() / 4);
    let mut previous: Option<BlockKind> = None;
    let mut written_to = 0;
    let mut indent = 0;
    for block in kept {
        let first = (block.lines.start as usize).saturating_sub(1).max(written_to);
        let last = (block.lines.end as usize).saturating_sub(1);
        let Some(lines) = page.markdown.lines.get(first..last).filter(|lines| !lines.is_empty())
        else {
            continue;
        };
        let is_continued = previous.is_some_and(|previous| is_same_group(previous, block.kind));
        if !out.is_empty() {
            out.push_str(if is_continued { "\n" } else { "\n\n" });
        }
        // What was nested in a removed item would be code if it kept its indentation.
        let is_nested = matches!(previous, Some(BlockKind::ListItem { .. }))
            && matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::Paragraph);
        let own = lines.first().map_or(0, |line| indentation(line));
        indent = if is_nested { own.min(indent) } else { own };
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                out.push('\n');
            }
            out.push_str(line.get(indentation(line).min(indent)..).unwrap_or_default());
        }
        written_to = last;
        previous = Some(block.kind);
    }
    for line in definitions(page, kept).into_iter().enumerate() {
        let (number, line) = line;
        out.push_str(if number == 0 { "\n\n" } else { "\n" });
        out.push_str(page.markdown.lines.get(line as usize).map_or("", String::as_str));
    }
    out
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The lines that define links in these blocks. Both are in the order of the text.
fn definitions(page: &SegmentedPage, kept: &[&PageBlock]) -> BTreeSet<u32> {
    let mut blocks = kept.iter().peekable();
    let mut lines = BTreeSet::new();
    for (at, line) in &page.markdown.definitions {
        while blocks.next_if(|block| block.end < *at).is_some() {}
        if blocks.peek().is_some_and(|block| block.start <= *at) {
            lines.insert(*line);
        }
    }
    lines
}

/// Whether two blocks belong to one list or table. In Markdown a blank line between them would end it.
/// A header row begins a new table.
fn is_same_group(left: BlockKind, right: BlockKind) -> bool {
    matches!(
        (left, right),
        (BlockKind::ListItem { .. }, BlockKind::ListItem { .. })
            | (BlockKind::Row { .. }, BlockKind::Row { header: false })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::LayoutOptions;
    use crate::segment::segment_text;

    fn kept(text: &str, is_kept: impl Fn(&str) -> bool) -> String {
        let page = segment_text(text, LayoutOptions::default(), 100);
        let kept: Vec<&PageBlock> =
            page.blocks.iter().filter(|block| is_kept(page.text_of(block))).collect();
        source_lines(&page, &kept)
    }

    #[test]
    fn markdown_stays_as_it_was() {
        let text = "# The *ferry*\n\nIt runs\nfrom [North][n] quay.\n\n  * One\n    * Two\n\n\
            | a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n\n```\n\n> Said\n\n[n]: https://a.example/n";
        assert_eq!(
            kept(text, |_| true),
            "# The *ferry*\n\nIt runs\nfrom [North][n] quay.\n\n* One\n  * Two\n\n\
            | a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n\n```\n\n> Said\n\n[n]: https://a.example/n"
        );
    }

    #[test]
    fn what_was_removed_takes_its_definitions_along() {
        let text = "# Ferry\n\nSee [this][1].\n\nOr [that][2].\n\n[1]: https://a.example/1\n[2]: https://a.example/2";
        assert_eq!(
            kept(text, |text| text != "See this."),
            "# Ferry\n\nOr [that][2].\n\n[2]: https://a.example/2"
        );
    }

    #[test]
    fn items_of_a_removed_item_are_no_code() {
        let text = "# Ferry\n\n  * Menu\n    * North\n    * South\n";
        assert_eq!(kept(text, |text| text != "Menu"), "# Ferry\n\n* North\n* South");
    }

    #[test]
    fn a_line_of_two_blocks_is_copied_once() {
        assert_eq!(
            kept("# Ferry\n\n<p>One</p><p>Two</p>", |_| true),
            "# Ferry\n\n<p>One</p><p>Two</p>"
        );
    }
}
