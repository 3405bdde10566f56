//! Tables of GitHub's Markdown: <https://github.github.com/gfm/#tables-extension->

use super::super::RenderSelection;
use super::inline::inline_range;
use crate::segment::{PageBlock, SegmentedPage};

/// Columns of the widest table. Further cells of a row are joined in the last column.
const MAX_COLUMNS: usize = 400;

/// The rows of a table. The first row is the head, which Markdown always has.
pub(super) fn table(
    page: &SegmentedPage,
    selection: &RenderSelection,
    rows: &[&PageBlock],
) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(page, selection, row)).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(1).min(MAX_COLUMNS);
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push('|');
        for column in 0..columns {
            out.push(' ');
            out.push_str(row.get(column).map_or("", String::as_str));
            for more in
                row.get(columns..).unwrap_or_default().iter().filter(|_| column + 1 == columns)
            {
                out.push(' ');
                out.push_str(more);
            }
            out.push_str(" |");
        }
        if number == 0 {
            out.push_str("\n|");
            out.push_str(&" --- |".repeat(columns));
        }
    }
    out
}

fn cells(page: &SegmentedPage, selection: &RenderSelection, row: &PageBlock) -> Vec<String> {
    let known = page.cells_of(row);
    if known.is_empty() {
        // A row of a text: the cells are what stands between the separators.
        let text = page.text_of(row);
        let mut at = row.start;
        let ranges = text.split(" | ").map(|cell| {
            let start = at;
            let end = start.saturating_add(u32::try_from(cell.len()).unwrap_or(u32::MAX));
            at = end.saturating_add(3);
            (start, end)
        });
        return ranges
            .collect::<Vec<_>>()
            .into_iter()
            .map(|range| cell(page, selection, row, range))
            .collect();
    }
    known.iter().map(|it| cell(page, selection, row, (it.start, it.end))).collect()
}

fn cell(
    page: &SegmentedPage,
    selection: &RenderSelection,
    row: &PageBlock,
    (start, end): (u32, u32),
) -> String {
    let mut text = String::new();
    inline_range(page, selection, row, start..end, &mut text);
    // A pipe ends a cell even in code.
    text.replace("  \n", "<br>").replace('\n', "<br>").replace('|', "\\|")
}
