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

#[cfg(test)]
mod tests {
    use copydesk_core::eval::{Found, PageScore, WordScore};

    use super::*;

    fn block(kept: bool, text: &str) -> Misjudged {
        Misjudged {
            place: "body > p".to_owned(),
            kept,
            class: (!kept).then_some("share"),
            rule: if kept { String::new() } else { "en/share".to_owned() },
            score: if kept { 0.75 } else { 0.25 },
            words: 2,
            in_reference: f64::from(u8::from(!kept)),
            text: text.to_owned(),
        }
    }

    fn page() -> PageDetail {
        let (kept, dropped) = (block(true, "Sign\n up"), block(false, &"é ".repeat(60)));
        PageDetail {
            score: PageScore {
                id: "0007".to_owned(),
                url: "https://news.example/ferry".to_owned(),
                page_type: "article".to_owned(),
                words: WordScore { f1: 0.8, precision: 1.0, recall: 2.0 / 3.0 },
                with: Found { found: 1, of: 2 },
                without: Found { found: 0, of: 1 },
                title: Some(true),
                author: Some(false),
                date: None,
                milliseconds: 0.0,
            },
            unreachable: 0.125,
            wrongly_kept: vec![kept.clone()],
            wrongly_dropped: vec![dropped.clone()],
            blocks: vec![kept, dropped],
        }
    }

    #[test]
    fn a_report_reads_as_a_table() {
        let page = page();
        let summary = Summary::new([&page.score]);
        let report = Report {
            total: summary,
            types: [("article".to_owned(), summary)].into(),
            failures: Vec::new(),
            seconds: 1.0,
            ms_per_page: 2.5,
            worst: vec![page],
        };
        let cut = format!("{}…", "é ".repeat(50));
        let expected = "\
type           pages     F1      P      R   with without  title author   date
article            1 0.8000 1.0000 0.6667  0.500   0.000  1.000  0.000      -
total              1 0.8000 1.0000 0.6667  0.500   0.000  1.000  0.000      -

1.00 s in all, 2.50 ms a page and thread

0007 article https://news.example/ferry
  F1 0.800  P 1.000  R 0.667  in no block 0.125
  wrongly kept: 1 blocks, 2 words
    0.75 body > p
      Sign up
  wrongly dropped: 1 blocks, 2 words
    0.25 share en/share body > p
";
        assert_eq!(super::report(&report), format!("{expected}      {cut}\n"));
    }

    #[test]
    fn a_page_in_detail_marks_what_is_wrong() {
        let mut page = page();
        page.wrongly_dropped.clear();
        page.blocks[1].text = "Ferry".to_owned();
        let expected = "\
0007 article https://news.example/ferry
  F1 0.800  P 1.000  R 0.667  in no block 0.125
  title right  author wrong  date -  with 1/2  without 0/1

!keep 0.00 in reference, 0.75 body > p
      Sign up
 drop 1.00 in reference, 0.25 share en/share body > p
      Ferry
";
        assert_eq!(detail(&page), expected);
    }
}
