//! Evaluation reports for people.

use std::fmt::Write;

use copydesk_core::eval::{LineReport, Misjudged, PageDetail, Report, Summary};

/// Blocks shown of each kind under a page.
const BLOCKS_SHOWN: usize = 5;
/// Characters shown of a block's text.
const CHARS_SHOWN: usize = 100;

/// The tables of a report, then the worst pages.
pub(super) fn report(report: &Report) -> String {
    let mut out = format!(
        "{:<14} {:>5} {:>6} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}\n",
        "type", "pages", "F1", "P", "R", "with", "without", "title", "author", "date"
    );
    for (name, summary) in &report.types {
        row(&mut out, name, summary);
    }
    row(&mut out, "total", &report.total);
    let _ = writeln!(
        out,
        "\n{:.2} s in all, {:.2} ms a page and thread",
        report.seconds, report.ms_per_page
    );
    if !report.failures.is_empty() {
        let _ = writeln!(out, "{} pages could not be read", report.failures.len());
    }
    for page in &report.worst {
        out.push('\n');
        heading(&mut out, page);
        list(&mut out, "wrongly kept", &page.wrongly_kept);
        list(&mut out, "wrongly dropped", &page.wrongly_dropped);
    }
    out
}

fn row(out: &mut String, name: &str, summary: &Summary) {
    let rate = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    let _ = writeln!(
        out,
        "{name:<14} {:>5} {:>6.4} {:>6.4} {:>6.4} {:>6} {:>7} {:>6} {:>6} {:>6}",
        summary.pages,
        summary.f1,
        summary.precision,
        summary.recall,
        rate(summary.with),
        rate(summary.without),
        rate(summary.title),
        rate(summary.author),
        rate(summary.date),
    );
}

fn heading(out: &mut String, page: &PageDetail) {
    let score = &page.score;
    let _ = writeln!(out, "{} {} {}", score.id, score.page_type, score.url);
    let _ = writeln!(
        out,
        "  F1 {:.3}  P {:.3}  R {:.3}  in no block {:.3}",
        score.words.f1, score.words.precision, score.words.recall, page.unreachable
    );
}

fn list(out: &mut String, name: &str, blocks: &[Misjudged]) {
    if blocks.is_empty() {
        return;
    }
    let words: usize = blocks.iter().map(|block| block.words).sum();
    let _ = writeln!(out, "  {name}: {} blocks, {words} words", blocks.len());
    for block in blocks.iter().take(BLOCKS_SHOWN) {
        let _ = writeln!(out, "    {}", verdict(block));
        let _ = writeln!(out, "      {}", cut(&block.text));
    }
}

fn verdict(block: &Misjudged) -> String {
    let mut line = format!("{:.2}", block.score);
    for part in [block.class.unwrap_or(""), &block.rule, &block.place] {
        if !part.is_empty() {
            line.push(' ');
            line.push_str(part);
        }
    }
    line
}

/// One page: its score, then a line a block. `!` marks what was judged wrongly.
pub(super) fn detail(page: &PageDetail) -> String {
    let mut out = String::new();
    heading(&mut out, page);
    let score = &page.score;
    let right = |field: Option<bool>| match field {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "-",
    };
    let _ = writeln!(
        out,
        "  title {}  author {}  date {}  with {}/{}  without {}/{}\n",
        right(score.title),
        right(score.author),
        right(score.date),
        score.with.found,
        score.with.of,
        score.without.found,
        score.without.of,
    );
    for block in &page.blocks {
        let wrong = page.wrongly_kept.contains(block) || page.wrongly_dropped.contains(block);
        let _ = writeln!(
            out,
            "{}{} {:.2} in reference, {}",
            if wrong { '!' } else { ' ' },
            if block.kept { "keep" } else { "drop" },
            block.in_reference,
            verdict(block)
        );
        let _ = writeln!(out, "      {}", cut(&block.text));
    }
    out
}

/// The figures of a line report, then every wrong line.
pub(super) fn lines(report: &LineReport) -> String {
    let rate =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{:.2}%", v * 100.0));
    let mut out = String::new();
    let rows = [
        ("drop recall", report.drop_recall, report.drop_dropped, report.drop_lines),
        ("keep recall", report.keep_recall, report.keep_kept, report.keep_lines),
        (
            "drop precision",
            report.drop_precision,
            report.drop_dropped,
            report.drop_dropped + report.keep_lines - report.keep_kept,
        ),
        ("class agreement", report.class_agreement, report.class_agrees, report.drop_dropped),
    ];
    for (name, value, part, of) in rows {
        let _ = writeln!(out, "{name:<16} {:>8}  {part} of {of} lines", rate(value));
    }
    let _ = writeln!(
        out,
        "optional kept    {:>8}  {} of {} lines; {} files",
        "", report.optional_kept, report.optional_lines, report.files
    );
    for line in &report.wrong {
        let _ = writeln!(
            out,
            "\n{}:{} {} but {} {:.2} {} {}",
            line.file,
            line.line,
            line.label,
            if line.kept { "kept" } else { "dropped" },
            line.score,
            line.class.unwrap_or("-"),
            line.rule
        );
        let _ = writeln!(out, "  {}", cut(&line.text));
    }
    out
}

/// The beginning of a text, on one line.
fn cut(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(CHARS_SHOWN) {
        Some((end, _)) => format!("{}…", flat.get(..end).unwrap_or_default()),
        None => flat,
    }
}
