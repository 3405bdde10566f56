//! Repairs broken characters of an input: a text before it is segmented, a page afterwards.
//!
//! A page is repaired in its blocks and not in its source, because character references in the source
//! hide mojibake. Blocks are folded, and folding removes no-break spaces and soft hyphens, which are bytes of
//! misread characters. So these are put back where repair may need them, and folded again afterwards.

mod folding;
mod offsets;

use std::ops::Range;

use crate::EncodingReport;
use crate::metadata::{PageFacts, PageMetadata, squash};
use crate::repair::{
    RepairChange, Repairer, complete_a_sequence, is_byte_mark, is_likely_legacy, may_be_legacy,
};
use crate::segment::{BlockKind, FoldedRun, InlineSpan, PageBlock, RunPlace, SegmentedPage};
use folding::FoldedBlock;
use offsets::{OffsetMap, RangeSide, aligned, narrow};

/// A longer text is repaired in pieces, so that the changes of only one of them are in memory: damaged
/// text has one every few characters, and each takes a hundred bytes or more.
const PIECE_BYTES: usize = 1 << 20;

/// Repairs a text, and counts the repairs in the report. `None` if nothing was repaired.
pub(crate) fn repair_text(
    repairer: &Repairer,
    text: &str,
    interrupt: Option<&dyn Fn() -> bool>,
    report: &mut EncodingReport,
) -> Option<String> {
    let mut output: Option<String> = None;
    for piece in pieces(text) {
        let piece_text = text.get(piece.clone()).unwrap_or_default();
        let result = repairer.repair_interruptible(piece_text, &[], interrupt);
        count_repairs(&result.changes, report);
        if output.is_none() && !result.changes.is_empty() {
            // What came before needed no repair.
            output = text.get(..piece.start).map(str::to_owned);
        }
        if let Some(output) = &mut output {
            output.push_str(&result.text);
        }
    }
    output
}

/// The pieces in which a text is repaired.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = match rest.len() {
            length @ ..=PIECE_BYTES => length,
            _ => Repairer::passage_end(rest, PIECE_BYTES),
        };
        let piece = start..start + length;
        start = piece.end;
        Some(piece)
    })
}

/// Repairs a page's blocks and metadata, and counts the repairs in the report.
pub(crate) fn repair_page(
    repairer: &Repairer,
    page: &mut SegmentedPage,
    facts: &mut PageFacts,
    interrupt: Option<&dyn Fn() -> bool>,
    report: &mut EncodingReport,
) {
    let folded = std::mem::take(&mut page.folded);
    let mut fields: Vec<&mut String> =
        strings(&mut facts.metadata).chain(&mut facts.body).collect();
    let restored = restored_runs(page, &folded);
    let has_damage = restored.iter().any(|runs| !runs.is_empty())
        || page.blocks.iter().any(|block| !repairer.is_clean(page.text_of(block)));
    let mut joined = JoinedLines::default();
    if has_damage {
        for (number, block) in page.blocks.iter().enumerate() {
            let runs = restored.get(number).map(Vec::as_slice).unwrap_or_default();
            joined.push_block(page.text_of(block), block.start as usize, runs);
        }
    }
    // What is damaged in the text tells how the metadata were damaged, however short they are.
    fields.retain(|field| has_damage || !repairer.is_clean(field));
    for field in &fields {
        joined.push_field(field);
    }
    let others: &[&str] = if has_damage { &[] } else { &[&page.text] };
    let mut text = String::with_capacity(joined.text.len());
    let mut moves = OffsetMap::default();
    for piece in pieces(&joined.text) {
        let piece_text = joined.text.get(piece.clone()).unwrap_or_default();
        let mut result = repairer.repair_interruptible(piece_text, others, interrupt);
        for change in &mut result.changes {
            change.span = change.span.start + piece.start..change.span.end + piece.start;
            moves.add(change.span.clone(), change.after.len());
        }
        let changes = result.changes.iter().filter(|change| !joined.is_folding(change));
        count_repairs(changes, report);
        text.push_str(&result.text);
    }
    let has_changed = !moves.is_empty();
    let lines = RepairedLines::new(&joined, &text, moves);
    let fields_start = joined.lines.len() - fields.len();
    for (field, number) in fields.into_iter().zip(fields_start..) {
        *field = squash(lines.text(number));
    }
    if has_damage && has_changed {
        replace_blocks(page, &lines);
    }
}

/// The strings of a page's metadata that people wrote.
fn strings(metadata: &mut PageMetadata) -> impl Iterator<Item = &mut String> {
    let PageMetadata { title, author, description, sitename, license, categories, tags, .. } =
        metadata;
    [title, author, description, sitename, license]
        .into_iter()
        .flatten()
        .chain(categories)
        .chain(tags)
}

/// Counts changes in the report, by rule.
fn count_repairs<'a>(
    changes: impl IntoIterator<Item = &'a RepairChange>,
    report: &mut EncodingReport,
) {
    for rule in changes.into_iter().flat_map(|change| &change.rules) {
        *report.repairs.entry((*rule).to_owned()).or_default() += 1;
    }
}

/// For each block, the folded characters that repair may need. Empty if no block has any.
fn restored_runs<'a>(page: &SegmentedPage, folded: &'a [FoldedRun]) -> Vec<Vec<&'a FoldedRun>> {
    if folded.is_empty() {
        return Vec::new();
    }
    let blocks = folded.chunk_by(|one, other| one.block == other.block).filter_map(|runs| {
        let number = runs.first()?.block as usize;
        let block = page.blocks.get(number)?;
        let runs: Vec<&FoldedRun> = runs.iter().collect();
        let mut lines = JoinedLines::default();
        lines.push_block(page.text_of(block), block.start as usize, &runs);
        Some((number, runs, lines))
    });
    let blocks: Vec<_> = blocks.collect();
    // A short text shows its charset only among others.
    let has_legacy = blocks.iter().any(|(_, _, lines)| is_likely_legacy(&lines.text));
    let mut restored = vec![Vec::new(); page.blocks.len()];
    let mut is_needed = false;
    for (number, runs, lines) in blocks {
        let (Some(line), Some(kept)) = (lines.lines.first(), restored.get_mut(number)) else {
            continue;
        };
        let is_legacy = has_legacy && may_be_legacy(&lines.text);
        for (run, range) in runs.into_iter().zip(&line.restored) {
            if is_legacy || complete_a_sequence(&lines.text, range.clone()) {
                kept.push(run);
                is_needed = true;
            }
        }
    }
    if is_needed { restored } else { Vec::new() }
}

/// The texts of a page, one in each line, so that none becomes the context of the next.
#[derive(Default)]
struct JoinedLines {
    text: String,
    lines: Vec<JoinedLine>,
}

/// One of these texts.
struct JoinedLine {
    range: Range<usize>,
    /// Where folded characters were put back.
    restored: Vec<Range<usize>>,
    /// From the offsets in the text to those in the line, without the start of the line.
    moves: OffsetMap,
}

impl JoinedLines {
    /// Adds a field, in which byte marks are only left for repair.
    fn push_field(&mut self, text: &str) {
        let start = self.text.len();
        let marks = text.match_indices(is_byte_mark);
        let restored = marks.map(|(at, mark)| start + at..start + at + mark.len()).collect();
        self.text.push_str(text);
        self.end_line(start, restored, OffsetMap::default());
    }

    /// Adds the text of a block, which starts at an offset in the page, and puts folded characters back.
    fn push_block(&mut self, text: &str, block_start: usize, runs: &[&FoldedRun]) {
        let start = self.text.len();
        let mut restored = Vec::with_capacity(runs.len());
        let mut changes = Vec::with_capacity(runs.len());
        let mut end = 0;
        for run in runs {
            let at = (run.at as usize).saturating_sub(block_start).clamp(end, text.len());
            let has_space = text.as_bytes().get(at).is_some_and(u8::is_ascii_whitespace);
            let replaced = match run.place {
                RunPlace::Instead if has_space => at..at + 1,
                RunPlace::After if has_space => at + 1..at + 1,
                _ => at..at,
            };
            self.text.push_str(text.get(end..replaced.start).unwrap_or_default());
            let from = self.text.len();
            self.text.push_str(&run.characters);
            restored.push(from..self.text.len());
            end = replaced.end;
            changes.push((replaced, run.characters.len()));
        }
        self.text.push_str(text.get(end..).unwrap_or_default());
        self.end_line(start, restored, OffsetMap::new(changes));
    }

    fn end_line(&mut self, start: usize, restored: Vec<Range<usize>>, moves: OffsetMap) {
        self.lines.push(JoinedLine { range: start..self.text.len(), restored, moves });
        self.text.push('\n');
    }

    /// Whether a change only folds characters that were kept or put back for repair, which is no repair.
    fn is_folding(&self, change: &RepairChange) -> bool {
        let removed = self.text.get(change.span.clone()).unwrap_or_default();
        if !change.rules.iter().all(|rule| rule.starts_with("hygiene/"))
            || !removed.chars().all(|c| is_byte_mark(c) || c.is_whitespace())
        {
            return false;
        }
        let number = self.lines.partition_point(|line| line.range.end < change.span.end);
        self.lines.get(number).is_some_and(|line| {
            let index = line.restored.partition_point(|range| range.end <= change.span.start);
            line.restored.get(index).is_some_and(|range| range.start <= change.span.start)
        })
    }
}

/// The same lines after repair.
struct RepairedLines<'a> {
    joined: &'a JoinedLines,
    text: &'a str,
    moves: OffsetMap,
    /// Where each line is in the repaired text. Between two of them is nothing but a line end.
    ranges: Vec<Range<usize>>,
}

impl<'a> RepairedLines<'a> {
    fn new(joined: &'a JoinedLines, text: &'a str, moves: OffsetMap) -> Self {
        let mut start = 0;
        let ranges = joined.lines.iter().map(|line| {
            let end = moves.line_end(line.range.end, &joined.text, text).max(start);
            let range = start..end;
            let has_end = text.as_bytes().get(end) == Some(&b'\n');
            start = end + usize::from(has_end);
            range
        });
        let ranges = ranges.collect();
        Self { joined, text, moves, ranges }
    }

    fn range(&self, number: usize) -> Range<usize> {
        self.ranges.get(number).cloned().unwrap_or_default()
    }

    fn text(&self, number: usize) -> &str {
        self.text.get(self.range(number)).unwrap_or_default()
    }

    /// The offset in a repaired line of a place in the text that it was made of.
    fn place(&self, number: usize, at: usize, side: RangeSide) -> usize {
        let Some(line) = self.joined.lines.get(number) else { return 0 };
        let at = line.range.start
            + match side {
                RangeSide::Start => line.moves.moved(at),
                RangeSide::End => line.moves.moved_end(at),
            };
        let moved = match self.moves.around(at) {
            Some((before, after)) => {
                let old = self.joined.text.get(before.clone()).unwrap_or_default();
                let new = self.text.get(after.clone()).unwrap_or_default();
                after.start + aligned(old, new, at - before.start, side)
            }
            None => self.moves.moved(at),
        };
        let range = self.range(number);
        moved.clamp(range.start, range.end) - range.start
    }
}

/// Gives the blocks of a page their repaired text.
fn replace_blocks(page: &mut SegmentedPage, lines: &RepairedLines<'_>) {
    let mut text = String::with_capacity(page.text.len());
    for (number, block) in page.blocks.iter_mut().enumerate() {
        let fold = FoldedBlock::new(lines.text(number), block.kind == BlockKind::Preformatted);
        let start = text.len();
        text.push_str(&fold.text);
        let spans = block.spans.start as usize..block.spans.end as usize;
        for span in page.spans.get_mut(spans).unwrap_or_default() {
            move_span(span, block, |at, side| {
                start + fold.folded_offset(lines.place(number, at, side))
            });
            trim_span(span, &text);
        }
        block.link_bytes = block.link_bytes.min(narrow(fold.text.len()));
        (block.start, block.end) = (narrow(start), narrow(text.len()));
    }
    page.text = text;
    page.blocks.retain(|block| block.start < block.end);
}

fn move_span(span: &mut InlineSpan, block: &PageBlock, put: impl Fn(usize, RangeSide) -> usize) {
    let place = |at: u32| at.saturating_sub(block.start) as usize;
    span.start = narrow(put(place(span.start), RangeSide::Start));
    span.end = narrow(put(place(span.end), RangeSide::End)).max(span.start);
}

/// White space at the ends of inline markup does not belong to it.
fn trim_span(span: &mut InlineSpan, text: &str) {
    let marked = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    span.start += narrow(marked.len() - marked.trim_start().len());
    span.end = span.start.max(span.end - narrow(marked.len() - marked.trim_end().len()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CleanInput, CleanOptions, Cleaner, InputKind};

    #[test]
    fn a_long_text_is_repaired_in_pieces() {
        let plain = "The tide was out.\n".repeat(70_000);
        for (damaged, clean) in [
            ("The cafÃ© by the quay.\n", "The café by the quay.\n"),
            // One long line.
            ("crÃ¨me de la crÃ¨me, ", "crème de la crème, "),
        ] {
            let count = 5 * PIECE_BYTES / (2 * damaged.len());
            let text = format!("{plain}{}", damaged.repeat(count));
            let mut report = EncodingReport::default();
            let repaired = repair_text(&Repairer::default(), &text, None, &mut report);
            let expected = format!("{plain}{}", clean.repeat(count));
            assert!(repaired == Some(expected), "{damaged}");
            assert!(report.repairs.contains_key("mojibake/windows-1252"));
        }
        assert_eq!(
            repair_text(&Repairer::default(), &plain, None, &mut EncodingReport::default()),
            None
        );
    }

    fn cleaned(page: &str) -> crate::Record {
        let options = CleanOptions { markdown: true, ..CleanOptions::default() };
        let cleaner =
            Cleaner::new(options, crate::Lexicon::embedded(), crate::SiteRules::default());
        cleaner.clean(&CleanInput {
            kind: Some(InputKind::Html),
            ..CleanInput::new("p", page.as_bytes())
        })
    }

    const REST: &str = "<p>The harbour master said that the ferry had sailed again on Monday, after nine \
        weeks in the dock at the far end of the bay.</p><p>Its owners want to have it painted in the \
        spring, when the last of the islanders have gone to their fields.</p>";

    #[test]
    fn a_page_is_repaired_in_its_blocks_and_metadata() {
        let page = format!(
            "<title>The CafÃ© by the Sea</title><article><h1>The CafÃ© by the Sea</h1>\
             <p>It was &acirc;&euro;&oelig;<em>trÃ¨s</em> calme&acirc;&euro;&trade; at the \
             <a href=/x>cafÃ©</a>\u{200b} that day, and nobody came in before noon to ask.</p>{REST}</article>"
        );
        let record = cleaned(&page);
        assert!(
            record.text.contains("It was “très calme’ at the café that day"),
            "{}",
            record.text
        );
        let markdown = record.markdown.unwrap_or_default();
        assert!(markdown.contains("“*très* calme’ at the [café](/x) that"), "{markdown}");
        assert_eq!(record.title.as_deref(), Some("The Café by the Sea"));
        assert!(record.encoding.repairs.contains_key("mojibake/windows-1252"));
        assert_eq!(record.encoding.unrepaired, 0);
    }

    /// A text in a charset, decoded as windows-1252 or, with `is_latin`, as ISO-8859-1.
    fn misread(text: &str, label: &str, is_latin: bool) -> String {
        let (bytes, _, had_errors) =
            encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
        assert!(!had_errors, "{text} in {label}");
        if is_latin {
            return bytes.iter().copied().map(char::from).collect();
        }
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned()
    }

    fn as_references(text: &str) -> String {
        let reference = |c: char| {
            if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) }
        };
        text.chars().map(reference).collect()
    }

    #[test]
    fn a_page_in_a_misread_legacy_charset_is_read_whole() {
        for (title, first, second, labels) in [
            (
                "Старая мельница снова работает",
                "На острове открылась мельница, которая не работала сорок лет, и в ней пекут хлеб.",
                "Муку покупают жители трёх деревень: её хватает на всю зиму.",
                "windows-1251 koi8-r iso-8859-5 ibm866",
            ),
            (
                "Ο παλιός μύλος δουλεύει ξανά",
                "Στο νησί άνοιξε πάλι ο μύλος που ήταν κλειστός σαράντα χρόνια και ψήνει ψωμί.",
                "Το αλεύρι φτάνει για τρία χωριά όλο τον χειμώνα.",
                "windows-1253 iso-8859-7",
            ),
            (
                "הטחנה הישנה פועלת שוב",
                "באי נפתחה הטחנה שהייתה סגורה ארבעים שנה ואופים בה לחם טרי בכל בוקר.",
                "הקמח מספיק לשלושה כפרים לכל החורף.",
                "windows-1255 iso-8859-8",
            ),
            (
                "الطاحونة القديمة تعمل من جديد",
                "فتحت في الجزيرة الطاحونة التي كانت مغلقة أربعين عاما وصاروا يخبزون فيها كل صباح.",
                "يكفي الدقيق ثلاث قرى طوال الشتاء.",
                "windows-1256 iso-8859-6",
            ),
            (
                "โรงสีเก่ากลับมาทำงาน",
                "โรงสีบนเกาะที่ปิดไปสี่สิบปีเปิดอีกครั้ง และอบขนมปังทุกเช้าให้ชาวบ้าน",
                "แป้งพอสำหรับสามหมู่บ้านตลอดฤดูหนาว",
                "windows-874",
            ),
            (
                "古い水車がまた回りはじめた",
                "四十年のあいだ閉まっていた島の水車小屋が開いて、毎朝パンを焼いています。",
                "粉は三つの村が冬を越すのに足りるそうです。",
                "shift_jis euc-jp",
            ),
            (
                "旧磨坊又开始工作了",
                "岛上关闭了四十年的磨坊重新开门，每天早上都有人在里面烤面包。",
                "这里的面粉足够三个村子过冬。",
                "gb18030",
            ),
            (
                "舊磨坊又開始工作了",
                "島上關閉了四十年的磨坊重新開門，每天早上都有人在裡面烤麵包。",
                "這裡的麵粉足夠三個村子過冬。",
                "big5",
            ),
            (
                "낡은 방앗간이 다시 돌아간다",
                "사십 년 동안 닫혀 있던 섬의 방앗간이 문을 열고 아침마다 빵을 굽는다.",
                "밀가루는 세 마을이 겨울을 나기에 넉넉하다.",
                "euc-kr",
            ),
        ] {
            for label in labels.split(' ') {
                for form in ["windows-1252", "latin-1", "references"] {
                    let written = |text: &str| match form {
                        "references" => as_references(&misread(text, label, false)),
                        _ => misread(text, label, form == "latin-1"),
                    };
                    let record = cleaned(&format!(
                        "<title>{0}</title><article><h1>{0}</h1><p>{1}</p>\
                         <p>{2} <a href=/mill>{0}</a> {2}</p></article>",
                        written(title),
                        written(first),
                        written(second)
                    ));
                    assert_eq!(record.title.as_deref(), Some(title), "{label}, {form}");
                    let expected = format!("{first}\n\n{second} {title} {second}");
                    assert_eq!(record.text, expected, "{label}, {form}");
                    let markdown = record.markdown.unwrap_or_default();
                    assert!(markdown.contains(&format!("[{title}](/mill)")), "{label}: {markdown}");
                }
            }
        }
    }

    /// What UTF-8 becomes that is decoded as ISO-8859-1.
    fn misread_utf_8(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn spaces_and_soft_hyphens_are_bytes_of_misread_characters() {
        for (title, text) in [
            (
                "Voilà déjà l’été à Paris",
                "À la mairie, <b>voilà</b> déjà six mois que le pont est fermé à tous.",
            ),
            (
                "Así está el país",
                "El país está así desde el día en que <b>aquí</b> se cerró la vía del tren.",
            ),
            (
                "Cá está a água",
                "A água já está lá, à saída da aldeia, <b>porém</b> ninguém a vê há três dias.",
            ),
            (
                "Wyspą płynie łódź",
                "Łódź płynie <b>żółtą</b> rzeką, a ąę są wszędzie, gdzie mąka jest tańsza.",
            ),
            (
                "Хорошая новость",
                "Эхо этих слов слышно: <b>хлеб</b> уже пекут, Россия и Румыния их хвалят.",
            ),
            ("你好，新的磨坊", "你可以在岛上买到面包，<b>你们</b>也可以去那里散步，不会忘记的。"),
        ] {
            let page = format!(
                "<title>{0}</title><article><h1>{0}</h1><p>{1}</p><table><tr><td>{0}</td><td>7 à 8</td></tr>\
                 <tr><td>1</td><td>{0}</td></tr></table>",
                misread_utf_8(title),
                misread_utf_8(text)
            );
            let record = cleaned(&page);
            assert_eq!(record.title.as_deref(), Some(title));
            let plain = text.replace("<b>", "").replace("</b>", "");
            assert!(record.text.contains(&plain), "{}", record.text);
            let marked = text.replace("<b>", "**").replace("</b>", "**");
            let markdown = record.markdown.unwrap_or_default();
            assert!(markdown.contains(&marked), "{markdown}");
            let twice = cleaned(&misread_utf_8(&page));
            assert_eq!(twice.text, record.text);
            assert_eq!(twice.title, record.title);
        }
    }

    #[test]
    fn spaces_and_soft_hyphens_of_clean_pages_are_no_repairs() {
        let record = cleaned(
            "<title>L’été\u{a0}: où aller\u{a0}?</title><article><h1>L’été\u{a0}: où aller\u{a0}?</h1>\
             <p>«\u{a0}<b>Le café\u{a0}</b>» a fer\u{ad}mé en jan\u{ad}vier, et le marché\u{a0}aussi\u{a0}: personne \
             n’a été prévenu avant le lundi\u{a0}é\u{ad}té de l’an dernier.\u{a0}</p></article>",
        );
        assert_eq!(record.title.as_deref(), Some("L’été : où aller ?"));
        let text = "« Le café » a fermé en janvier, et le marché aussi : personne n’a été prévenu avant le \
                    lundi été de l’an dernier.";
        assert!(record.text.contains(text), "{}", record.text);
        assert!(record.markdown.unwrap_or_default().contains("« **Le café** » a"));
        assert_eq!(record.encoding.repairs, std::collections::BTreeMap::new());
    }

    #[test]
    fn code_keeps_its_indentation_when_a_page_is_repaired() {
        let record =
            cleaned(&format!("<article><p>cafÃ©</p><pre>  let a = 1;\n\n  let b = 2;</pre>{REST}"));
        let text = record.removed.blocks.iter().map(|block| block.text.as_str());
        let text: String = text.chain([record.text.as_str()]).collect();
        assert!(text.contains("  let a = 1;\n\n  let b = 2;"), "{text}");
    }

    #[test]
    fn offsets_are_mapped_through_repair() {
        let repaired = Repairer::default().repair("a cafÃ© \u{200b} and cafÃ© x");
        assert_eq!(repaired.text, "a café  and café x");
        let changes = repaired.changes.iter();
        let moves = OffsetMap::new(changes.map(|change| (change.span.clone(), change.after.len())));
        // before, at, within, after
        assert_eq!([0, 5, 6, 9, 14].map(|at| moves.moved(at)), [0, 5, 5, 7, 9]);
    }
}
