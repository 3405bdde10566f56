//! Rows of tables: the cells of a row become one block, with a place for each column.
//!
//! A table of data keeps its columns: a cell without text is still a cell, and a cell that spans several columns or
//! rows has its text in the first and leaves the others blank. Tables that set out a page stay blocks.

use std::collections::HashMap;

use super::structure::ElementDetail;
use super::{BlockKind, ElementContext, InlineSpan, PageBlock, SegmentedPage, SpanKind, Tag};

/// Bytes of text in a cell of a table of data.
const MAX_CELL_BYTES: usize = 1200;
/// Blocks in a cell of a table of data.
const MAX_CELL_BLOCKS: usize = 24;
/// How much more a cell may hold in a table with heads.
const MARKED_FACTOR: usize = 4;
/// Columns that spans may fill. Tables of data have fewer, and a page may declare any number.
const MAX_COLUMNS: usize = 200;

/// A cell in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowCell {
    /// The range in [`SegmentedPage::text`]. Empty for a cell without text.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The element that holds a cell, and where it stands.
#[derive(Clone, Copy)]
struct TableCell {
    element: u32,
    row: u32,
    table: u32,
    is_header: bool,
}

/// What a table is made of.
#[derive(Clone, Default)]
struct TableFacts {
    is_layout: bool,
    /// A caption, a heading cell or a head says that it has data.
    is_marked: bool,
    rows: u32,
    /// Rows in which two or more cells have text.
    full_rows: u32,
    /// Cells with several blocks.
    mixed_cells: u32,
    cells: u32,
    /// Cells in the longest row.
    columns: u32,
}

/// Joins the cells of each row into one block: of each row of a table of data, and in other tables of each row whose
/// cells have at most one block.
///
/// It comes after repair, which goes through the blocks.
pub(crate) fn join_rows(page: &mut SegmentedPage) {
    if !page.elements.iter().any(|element| element.tag == Tag::Tr) {
        return;
    }
    let tables = PageTables::new(page);
    let images = images_by_row(page, &tables);
    let text = String::with_capacity(page.text.len() + 64);
    RowJoiner { tables, text, blocks: Vec::new(), images }.run(page);
}

/// The pictures that stand alone in a cell of a table of data, by the element of their row.
fn images_by_row(page: &SegmentedPage, tables: &PageTables) -> HashMap<u32, Vec<CellImage>> {
    let mut rows: HashMap<u32, Vec<CellImage>> = HashMap::new();
    for (number, image) in page.images.iter().enumerate() {
        let Some(before) = image.before_block else { continue };
        let cell = tables.cell_of.get(image.element as usize).copied().flatten();
        if let Some(cell) = cell.filter(|cell| tables.is_data(cell.table)) {
            let image = CellImage { number: offset(number), cell: cell.element, before };
            rows.entry(cell.row).or_default().push(image);
        }
    }
    rows
}

/// A picture in a cell.
#[derive(Clone, Copy)]
struct CellImage {
    /// Its index in [`SegmentedPage::images`].
    number: u32,
    cell: u32,
    /// The number of the block, before rows were joined, that it stands before.
    before: u32,
}

/// The tables of a page.
struct PageTables {
    /// The innermost cell around each element.
    cell_of: Vec<Option<TableCell>>,
    /// For each element that is a table, what it is made of.
    facts: Vec<TableFacts>,
    /// The number of each table in `facts`, by element.
    number_of: Vec<u32>,
    /// The cells of each row, in order, by the element of the row.
    cells_of: Vec<(u32, Vec<TableCell>)>,
}

impl PageTables {
    fn new(page: &SegmentedPage) -> Self {
        let count = page.elements.len();
        let mut tables = Self {
            cell_of: vec![None; count],
            facts: Vec::new(),
            number_of: vec![u32::MAX; count],
            cells_of: Vec::new(),
        };
        let mut table_of: Vec<Option<u32>> = vec![None; count];
        let mut row_number: Vec<u32> = vec![u32::MAX; count];
        for (index, element) in page.elements.iter().enumerate() {
            let parent = element.parent as usize;
            let around = table_of.get(parent).copied().flatten().filter(|_| parent != index);
            let cell = tables.cell_of.get(parent).copied().flatten().filter(|_| parent != index);
            let Ok(number) = u32::try_from(index) else { break };
            let (mut table, mut inner) = (around, cell);
            match element.tag {
                Tag::Table => {
                    // A table in a cell: the outer one sets out the page.
                    if let Some(outer) = around.and_then(|outer| tables.facts_of(outer)) {
                        outer.is_layout = true;
                    }
                    tables.open_table(page, number);
                    (table, inner) = (Some(number), None);
                }
                Tag::Thead | Tag::Caption => {
                    if let Some(facts) = around.and_then(|table| tables.facts_of(table)) {
                        facts.is_marked = true;
                    }
                }
                Tag::Tr => {
                    let row = u32::try_from(tables.cells_of.len()).unwrap_or(u32::MAX);
                    if let Some(slot) = row_number.get_mut(index) {
                        *slot = row;
                    }
                    tables.cells_of.push((number, Vec::new()));
                }
                Tag::Td | Tag::Th => {
                    let row = row_number.get(parent).copied().unwrap_or(u32::MAX);
                    if let (Some(table), Some((tr, cells))) =
                        (around, tables.cells_of.get_mut(row as usize))
                    {
                        let is_header = element.tag == Tag::Th;
                        let cell = TableCell { element: number, row: *tr, table, is_header };
                        cells.push(cell);
                        let count = u32::try_from(cells.len()).unwrap_or(u32::MAX);
                        if let Some(facts) = tables.facts_of(table) {
                            facts.columns = facts.columns.max(count);
                        }
                        inner = Some(cell);
                        if is_header && let Some(facts) = tables.facts_of(table) {
                            facts.is_marked = true;
                        }
                    }
                }
                _ => {}
            }
            if let (Some(slot), Some(cell)) =
                (table_of.get_mut(index), tables.cell_of.get_mut(index))
            {
                (*slot, *cell) = (table, inner);
            }
        }
        tables.measure(page);
        tables
    }

    fn open_table(&mut self, page: &SegmentedPage, element: u32) {
        let is_layout = page.element(element).context.has(ElementContext::NAV_TAG)
            || matches!(
                page.detail_of(element),
                Some(ElementDetail::LayoutTable | ElementDetail::Note { .. })
            );
        if let Some(number) = self.number_of.get_mut(element as usize) {
            *number = u32::try_from(self.facts.len()).unwrap_or(u32::MAX);
        }
        self.facts.push(TableFacts { is_layout, ..TableFacts::default() });
    }

    fn facts_of(&mut self, table: u32) -> Option<&mut TableFacts> {
        let number = self.number_of.get(table as usize).copied()?;
        self.facts.get_mut(number as usize)
    }

    fn cell_around(&self, block: &PageBlock) -> Option<TableCell> {
        self.cell_of.get(block.element as usize).copied().flatten()
    }

    /// Looks at the text of the cells.
    fn measure(&mut self, page: &SegmentedPage) {
        let (mut cell, mut blocks, mut bytes) = (None::<TableCell>, 0, 0);
        let (mut row, mut cells_in_row) = (None::<(u32, u32)>, 0_u32);
        for block in page.blocks.iter().map(Some).chain([None]) {
            let here = block.and_then(|block| self.cell_around(block));
            if here.map(|it| it.element) != cell.map(|it| it.element) {
                if let Some(facts) = cell.and_then(|cell| self.facts_of(cell.table)) {
                    facts.cells += 1;
                    facts.mixed_cells += u32::from(blocks > 1);
                    let factor = if facts.is_marked { MARKED_FACTOR } else { 1 };
                    facts.is_layout |=
                        blocks > MAX_CELL_BLOCKS * factor || bytes > MAX_CELL_BYTES * factor;
                }
                (cell, blocks, bytes) = (here, 0, 0);
                if here.map(|it| it.row) != row.map(|(row, _)| row) {
                    if let Some(facts) = row.and_then(|(_, table)| self.facts_of(table)) {
                        facts.rows += 1;
                        facts.full_rows += u32::from(cells_in_row > 1);
                    }
                    row = here.map(|it| (it.row, it.table));
                    cells_in_row = 0;
                }
                cells_in_row += 1;
            }
            let Some((block, here)) = block.zip(here) else { continue };
            blocks += 1;
            bytes += page.text_of(block).len();
            let is_outline = matches!(block.kind, BlockKind::Heading(1 | 2));
            let is_form = page.element_of(block).context.has(ElementContext::FORM_TAG);
            let is_code =
                block.kind == BlockKind::Preformatted && page.text_of(block).contains('\n');
            if (is_outline || is_form || is_code)
                && let Some(facts) = self.facts_of(here.table)
            {
                facts.is_layout = true;
            }
        }
    }

    /// Whether a table has data in rows and columns.
    fn is_data(&self, table: u32) -> bool {
        let number = self.number_of.get(table as usize).copied().unwrap_or(u32::MAX);
        self.facts.get(number as usize).is_some_and(|facts| {
            // In a table with heads, a cell may hold a picture or a check box.
            let has_columns = facts.full_rows > 0
                && (facts.full_rows * 2 >= facts.rows || facts.is_marked && facts.columns > 1);
            let is_simple = facts.mixed_cells * 4 <= facts.cells;
            !facts.is_layout && has_columns && (facts.is_marked || facts.rows > 1 && is_simple)
        })
    }

    /// Whether a cell of a table has several blocks. Then none of its rows is joined, or some would stand apart.
    fn has_mixed_cells(&self, table: u32) -> bool {
        let number = self.number_of.get(table as usize).copied().unwrap_or(u32::MAX);
        self.facts.get(number as usize).is_some_and(|facts| facts.mixed_cells > 0)
    }

    fn cells_in(&self, row: u32) -> &[TableCell] {
        let found = self.cells_of.binary_search_by_key(&row, |(tr, _)| *tr);
        found.ok().and_then(|at| self.cells_of.get(at)).map_or(&[], |(_, cells)| cells)
    }
}

/// Writes the blocks of a page anew, with rows in place of cells.
struct RowJoiner {
    tables: PageTables,
    text: String,
    blocks: Vec<PageBlock>,
    /// By the element of their row. The pictures of rows that were written are taken out.
    images: HashMap<u32, Vec<CellImage>>,
}

impl RowJoiner {
    fn run(mut self, page: &mut SegmentedPage) {
        let blocks = std::mem::take(&mut page.blocks);
        let mut index = 0;
        let mut spans = RowSpans::default();
        // How many blocks there were before and are now, for what stands between them.
        let mut moved = Vec::with_capacity(blocks.len() + 1);
        while let Some(block) = blocks.get(index) {
            let row = self.tables.cell_around(block);
            let rest = blocks.get(index..).unwrap_or_default();
            let length = row.map_or(1, |cell| {
                let is_same = |other: &&PageBlock| {
                    self.tables.cell_around(other).is_some_and(|it| it.row == cell.row)
                };
                rest.iter().take_while(is_same).count()
            });
            let group = rest.get(..length.max(1)).unwrap_or_default();
            let before = self.blocks.len();
            match row {
                Some(cell) if self.tables.is_data(cell.table) => {
                    self.push_row(page, cell, (index, group), &mut spans);
                }
                Some(cell)
                    if group.len() > 1
                        && !matches!(
                            page.detail_of(cell.table),
                            Some(ElementDetail::LayoutTable)
                        )
                        && !self.tables.has_mixed_cells(cell.table)
                        && self.has_single_blocks(group) =>
                {
                    self.push_row(page, cell, (index, group), &mut RowSpans::default());
                }
                _ => group.iter().for_each(|block| self.push_block(page, block)),
            }
            let is_joined = self.blocks.len() == before + 1;
            for offset in 0..group.len() {
                moved.push(if is_joined { before } else { before + offset });
            }
            index += group.len();
        }
        moved.push(self.blocks.len());
        self.push_image_rows(page);
        page.text = self.text;
        page.blocks = self.blocks;
        page.move_places(&moved);
    }

    /// Makes rows of the pictures that are left. Their cells are places behind the text of all blocks.
    fn push_image_rows(&mut self, page: &mut SegmentedPage) {
        let mut rows: Vec<(u32, Vec<CellImage>)> =
            std::mem::take(&mut self.images).into_iter().collect();
        rows.sort_unstable_by_key(|(row, _)| *row);
        for (row, images) in rows {
            let (cells_start, spans_start) = (page.cells.len(), page.spans.len());
            for cell in self.tables.cells_in(row) {
                self.text.push('\n');
                let at = offset(self.text.len());
                page.cells.push(RowCell { start: at, end: at });
                for image in images.iter().filter(|image| image.cell == cell.element) {
                    let kind = SpanKind::Image(image.number);
                    page.spans.push(InlineSpan { start: at, end: at, kind });
                    if let Some(image) = page.images.get_mut(image.number as usize) {
                        image.in_image_row = true;
                    }
                }
            }
            let end = offset(self.text.len());
            let block = PageBlock {
                start: page.cells.get(cells_start).map_or(end, |cell| cell.start),
                end,
                element: row,
                kind: BlockKind::Row { header: false },
                link_bytes: 0,
                links: 0,
                spans: offset(spans_start)..offset(page.spans.len()),
                cells: offset(cells_start)..offset(page.cells.len()),
                lines: 0..0,
                blank_before: 0,
                part: None,
            };
            let before = images.first().map_or(0, |image| image.before);
            page.image_rows.push((before, block));
        }
        page.image_rows.sort_by_key(|(before, _)| *before);
    }

    /// Sets the pictures of a row into its cells. `first` is the number of its first block, before rows were joined, and
    /// `elements` has the element of each cell.
    fn set_images(
        &mut self,
        page: &mut SegmentedPage,
        block: &mut PageBlock,
        elements: &[u32],
        (first, group): (usize, &[PageBlock]),
    ) {
        let Some(images) = self.images.remove(&block.element) else { return };
        // Between the spans of two cells are those of pictures that no block has.
        let mut spans: Vec<InlineSpan> =
            group.iter().flat_map(|block| page.spans_of(block)).cloned().collect();
        for image in images {
            let column = elements.iter().position(|element| *element == image.cell);
            let cell = column.and_then(|column| page.cells_of(block).get(column));
            let Some(cell) = cell.cloned() else { continue };
            let kind = SpanKind::Image(image.number);
            if !spans.iter().any(|span| span.kind == kind) {
                let before = (image.before as usize).saturating_sub(first);
                let earlier = group.get(..before.min(group.len())).unwrap_or_default();
                let is_after = earlier.iter().any(|block| {
                    self.tables.cell_around(block).is_some_and(|it| it.element == image.cell)
                });
                let at = if is_after { cell.end } else { cell.start };
                spans.push(InlineSpan { start: at, end: at, kind });
            }
            if let Some(image) = page.images.get_mut(image.number as usize) {
                image.before_block = None;
            }
        }
        let start = offset(page.spans.len());
        page.spans.extend(spans);
        block.spans = start..offset(page.spans.len());
    }

    /// Whether every cell has at most one block.
    fn has_single_blocks(&self, group: &[PageBlock]) -> bool {
        let cells: Vec<_> = group
            .iter()
            .map(|block| self.tables.cell_around(block).map(|cell| cell.element))
            .collect();
        cells.windows(2).all(|pair| pair.first() != pair.last())
    }

    fn push_block(&mut self, page: &mut SegmentedPage, block: &PageBlock) {
        let start = self.text.len();
        self.copy(page, block);
        self.blocks.push(PageBlock {
            start: offset(start),
            end: offset(self.text.len()),
            ..block.clone()
        });
    }

    /// Copies the text of a block, and moves its inline markup along.
    fn copy(&mut self, page: &mut SegmentedPage, block: &PageBlock) {
        let shift = i64::try_from(self.text.len()).unwrap_or_default() - i64::from(block.start);
        for span in block.spans.clone() {
            if let Some(span) = page.spans.get_mut(span as usize) {
                span.start = offset_by(span.start, shift);
                span.end = offset_by(span.end, shift);
            }
        }
        self.text.push_str(page.text_of(block));
    }

    fn push_row(
        &mut self,
        page: &mut SegmentedPage,
        row: TableCell,
        (number, group): (usize, &[PageBlock]),
        spans: &mut RowSpans,
    ) {
        let Some(first) = group.first() else { return };
        let is_data = self.tables.is_data(row.table);
        let cells: Vec<TableCell> = self.tables.cells_in(row.row).to_vec();
        let start = self.text.len();
        let cells_start = page.cells.len();
        let mut rest = group;
        let mut column = 0;
        let mut has_header = true;
        // The element of each cell of the row; none for those that others cover.
        let mut elements: Vec<u32> = Vec::new();
        spans.open(row.table);
        let pads = is_data && cells.len() > 1;
        for cell in &cells {
            let count = rest
                .iter()
                .take_while(|block| {
                    self.tables.cell_around(block).is_some_and(|it| it.element == cell.element)
                })
                .count();
            let (blocks, later) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = later;
            if blocks.is_empty() && !is_data {
                continue;
            }
            has_header &= cell.is_header;
            while pads && spans.is_covered(column) {
                self.push_cell(page, cells_start, &[]);
                elements.push(u32::MAX);
                column += 1;
            }
            self.push_cell(page, cells_start, blocks);
            elements.push(cell.element);
            let (columns, rows) = match page.detail_of(cell.element) {
                Some(ElementDetail::Cell { columns, rows }) => (*columns as usize, *rows),
                _ => (1, 1),
            };
            let columns = columns.clamp(1, MAX_COLUMNS.saturating_sub(column).max(1));
            spans.cover(column..column + columns, rows);
            for _ in 1..if pads { columns } else { 1 } {
                self.push_cell(page, cells_start, &[]);
                elements.push(u32::MAX);
            }
            column += columns;
        }
        while pads && spans.is_covered(column) {
            self.push_cell(page, cells_start, &[]);
            column += 1;
        }
        spans.next_row();
        // What stands in the row and in none of its cells cannot be: the parser moves it before the table.
        let (start, end) = self.trimmed(start);
        for cell in page.cells.get_mut(cells_start..).unwrap_or_default() {
            (cell.start, cell.end) = (cell.start.clamp(start, end), cell.end.clamp(start, end));
        }
        let mut block = PageBlock {
            start,
            end,
            element: row.row,
            kind: BlockKind::Row { header: has_header },
            link_bytes: group.iter().map(|block| block.link_bytes).sum(),
            links: group.iter().map(|block| block.links).sum(),
            spans: first.spans.start..group.last().map_or(first.spans.end, |last| last.spans.end),
            cells: offset(cells_start)..offset(page.cells.len()),
            ..first.clone()
        };
        self.set_images(page, &mut block, &elements, (number, group));
        self.blocks.push(block);
    }

    /// Adds a cell to a row, whose first cell is at `first_cell` in the array of cells.
    fn push_cell(&mut self, page: &mut SegmentedPage, first_cell: usize, blocks: &[PageBlock]) {
        if page.cells.len() > first_cell {
            self.text.push_str(" | ");
        }
        let start = offset(self.text.len());
        for (number, block) in blocks.iter().enumerate() {
            if number > 0 {
                self.text.push('\n');
            }
            self.copy(page, block);
        }
        page.cells.push(RowCell { start, end: offset(self.text.len()) });
    }

    /// The range of the row that starts at `start`, without white space at its ends.
    fn trimmed(&mut self, start: usize) -> (u32, u32) {
        let row = self.text.get(start..).unwrap_or_default();
        let lead = row.len() - row.trim_start().len();
        let end = start + row.trim_end().len();
        self.text.truncate(end);
        (offset((start + lead).min(end)), offset(end))
    }
}

/// The columns that cells of rows above still cover.
#[derive(Default)]
struct RowSpans {
    table: u32,
    /// For each column, how many rows more are covered.
    rows: Vec<u32>,
    /// What the current row adds.
    added: Vec<(usize, u32)>,
}

impl RowSpans {
    fn open(&mut self, table: u32) {
        if self.table != table {
            *self = Self { table, ..Self::default() };
        }
    }

    fn is_covered(&self, column: usize) -> bool {
        self.rows.get(column).is_some_and(|rows| *rows > 0)
    }

    fn cover(&mut self, columns: std::ops::Range<usize>, rows: u32) {
        if rows > 1 {
            self.added.extend(columns.map(|column| (column, rows - 1)));
        }
    }

    fn next_row(&mut self) {
        for rows in &mut self.rows {
            *rows = rows.saturating_sub(1);
        }
        for (column, rows) in self.added.drain(..) {
            if column >= MAX_COLUMNS {
                continue;
            }
            if self.rows.len() <= column {
                self.rows.resize(column + 1, 0);
            }
            if let Some(slot) = self.rows.get_mut(column) {
                *slot = rows;
            }
        }
    }
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn offset_by(position: u32, shift: i64) -> u32 {
    u32::try_from(i64::from(position) + shift).unwrap_or_default()
}
