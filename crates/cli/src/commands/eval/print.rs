//! Evaluation reports for people.

use std::fmt::Write;

use copydesk_eval::{
    CleaningComparison, EvalReport, JudgedBlock, LineFault, LineReport, PageDetail, ScoreSummary,
};

/// Blocks shown of each kind under a page.
const BLOCKS_SHOWN: usize = 5;
/// Characters shown of a block's text.
const CHARS_SHOWN: usize = 100;

/// Pages of a language from which its scores are printed.
const PAGES_OF_LANGUAGE: usize = 2;

fn head(first: &str) -> String {
    format!(
        "{:<14} {:>5} {:>6} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}\n",
        first, "pages", "F1", "P", "R", "with", "without", "title", "author", "date"
    )
}

/// The tables of a report, then the worst pages.
pub(super) fn report(report: &EvalReport, by_language: bool) -> String {
    let mut out = head("type");
    for (name, summary) in &report.types {
        row(&mut out, name, summary);
    }
    row(&mut out, "total", &report.total);
    if by_language {
        out.push('\n');
        out.push_str(&head("language"));
        let shown =
            report.languages.iter().filter(|(_, summary)| summary.pages >= PAGES_OF_LANGUAGE);
        for (code, summary) in shown {
            row(&mut out, if code.is_empty() { "unknown" } else { code }, summary);
        }
    }
    if let Some(texts) = &report.texts {
        comparison(&mut out, report, texts);
    }
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

/// The texts as they stood beside what cleaning made of them.
fn comparison(out: &mut String, report: &EvalReport, texts: &CleaningComparison) {
    let _ = writeln!(
        out,
        "\n{:<14} {:>6} {:>6} {:>7}  {:>6} {:>6}  {:>6} {:>6}  {:>7} {:>6}",
        "", "F1 was", "is", "change", "P was", "is", "R was", "is", "without", "is"
    );
    let mut line = |name: &str, was: &ScoreSummary, is: &ScoreSummary| {
        let _ = writeln!(
            out,
            "{name:<14} {:>6.4} {:>6.4} {:>+7.4}  {:>6.4} {:>6.4}  {:>6.4} {:>6.4}  {:>7} {:>6}",
            was.f1,
            is.f1,
            is.f1 - was.f1,
            was.precision,
            is.precision,
            was.recall,
            is.recall,
            rate(was.without),
            rate(is.without),
        );
    };
    for (name, was) in &texts.types_before {
        if let Some(is) = report.types.get(name) {
            line(name, was, is);
        }
    }
    line("total", &texts.before, &report.total);
    let _ = writeln!(
        out,
        "\n{} pages rose, {} fell; of {} above 0.95, {} fell by more than 0.02",
        texts.rose,
        texts.fell,
        texts.good,
        texts.spoiled.len()
    );
    for page in &texts.spoiled {
        let _ = writeln!(
            out,
            "  {:.3} -> {:.3}  {} {}",
            page.before, page.after, page.id, page.page_type
        );
    }
}

fn row(out: &mut String, name: &str, summary: &ScoreSummary) {
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

fn rate(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.3}"))
}

fn heading(out: &mut String, page: &PageDetail) {
    let (score, text) = (&page.score, &page.score.text);
    let _ = writeln!(out, "{} {} {}", score.id, score.page_type, score.url);
    let _ = writeln!(
        out,
        "  F1 {:.3}  P {:.3}  R {:.3}  in no block {:.3}",
        text.words.f1, text.words.precision, text.words.recall, page.unreachable
    );
}

fn list(out: &mut String, name: &str, blocks: &[JudgedBlock]) {
    if blocks.is_empty() {
        return;
    }
    let words: usize = blocks.iter().map(|block| block.words).sum();
    let _ = writeln!(out, "  {name}: {} blocks, {words} words", blocks.len());
    for block in blocks.iter().take(BLOCKS_SHOWN) {
        let _ = writeln!(out, "    {}", verdict(block));
        let _ = writeln!(out, "      {}", truncated(&block.text));
    }
}

fn verdict(block: &JudgedBlock) -> String {
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
    let text = &page.score.text;
    let right = |field: Option<bool>| match field {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "-",
    };
    let _ = writeln!(
        out,
        "  title {}  author {}  date {}  with {}/{}  without {}/{}\n",
        right(text.title),
        right(text.author),
        right(text.date),
        text.with.found,
        text.with.of,
        text.without.found,
        text.without.of,
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
        let _ = writeln!(out, "      {}", truncated(&block.text));
    }
    out
}

/// The figures of a line report, a table of origins if it is asked for, then every wrong line.
pub(super) fn lines(report: &LineReport, by_origin: bool) -> String {
    let figures = &report.total;
    let rate =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{:.2}%", v * 100.0));
    let share = |part: usize, of: usize| rate((of > 0).then(|| part as f64 / of as f64));
    let mut out = String::new();
    let (gone, lost) = (figures.drop_dropped, figures.article_lines - figures.article_kept);
    let rows = [
        ("drop recall", rate(figures.drop_recall), gone, figures.drop_lines),
        ("keep recall", rate(figures.keep_recall), figures.keep_kept, figures.keep_lines),
        ("article kept", rate(figures.article_recall), figures.article_kept, figures.article_lines),
        ("drop precision", rate(figures.drop_precision), gone, gone + lost),
        ("class agreement", rate(figures.class_agreement), figures.class_agrees, gone),
        ("joined", share(figures.joined, figures.joins), figures.joined, figures.joins),
    ];
    for (name, value, part, of) in rows {
        let _ = writeln!(out, "{name:<16} {value:>8}  {part} of {of} lines");
    }
    let (gone, of) = (figures.inline_gone, figures.inline);
    let _ = writeln!(out, "clutter inside   {:>8}  {gone} of {of} pieces gone", share(gone, of));
    let _ = writeln!(
        out,
        "word F1          {:>8.4}  {:.4} uncleaned",
        figures.f1, figures.f1_uncleaned
    );
    let _ = writeln!(
        out,
        "optional kept    {:>8}  {} of {} lines; {} files",
        "", figures.optional_kept, figures.optional_lines, figures.files
    );
    if by_origin {
        origins(&mut out, report);
    }
    for line in &report.wrong {
        let fault = match line.fault {
            LineFault::Kept => "kept",
            LineFault::Dropped => "dropped",
            LineFault::NotJoined => "not joined to the line before",
            LineFault::ClutterInside => "not without the clutter inside",
        };
        let _ = writeln!(
            out,
            "\n{}:{} {} but {fault} {:.2} {} {}",
            line.file,
            line.line,
            line.label,
            line.score,
            line.class.unwrap_or("-"),
            line.rule
        );
        let _ = writeln!(out, "  {}", truncated(&line.text));
    }
    out
}

/// A line for each origin. Counts are of what is right.
fn origins(out: &mut String, report: &LineReport) {
    let _ = writeln!(
        out,
        "\n{:<14} {:>5} {:>9} {:>11} {:>9} {:>7} {:>7} {:>6} {:>7}",
        "origin", "files", "drop", "article", "precision", "joined", "inside", "F1", "was"
    );
    let origins = report.origins.iter().map(|(name, figures)| (name.as_str(), figures));
    for (name, figures) in origins.chain([("total", &report.total)]) {
        let of = |part: usize, of: usize| format!("{part}/{of}");
        let _ = writeln!(
            out,
            "{name:<14} {:>5} {:>9} {:>11} {:>9} {:>7} {:>7} {:>6.4} {:>7.4}",
            figures.files,
            of(figures.drop_dropped, figures.drop_lines),
            of(figures.article_kept, figures.article_lines),
            rate(figures.drop_precision),
            of(figures.joined, figures.joins),
            of(figures.inline_gone, figures.inline),
            figures.f1,
            figures.f1_uncleaned,
        );
    }
}

/// The beginning of a text, on one line.
fn truncated(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(CHARS_SHOWN) {
        Some((end, _)) => format!("{}…", flat.get(..end).unwrap_or_default()),
        None => flat,
    }
}

#[cfg(test)]
mod tests {
    use copydesk_eval::{PageScore, SnippetCount, TextScore, WordScore, WorsenedPage};

    use super::*;

    fn block(kept: bool, text: &str) -> JudgedBlock {
        JudgedBlock {
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

    fn text() -> TextScore {
        TextScore {
            words: WordScore { f1: 0.8, precision: 1.0, recall: 2.0 / 3.0 },
            with: SnippetCount { found: 1, of: 2 },
            without: SnippetCount { found: 0, of: 1 },
            title: Some(true),
            author: Some(false),
            date: None,
        }
    }

    fn page() -> PageDetail {
        let (kept, dropped) = (block(true, "Sign\n up"), block(false, &"é ".repeat(60)));
        PageDetail {
            score: PageScore {
                id: "0007".to_owned(),
                url: "https://news.example/ferry".to_owned(),
                page_type: "article".to_owned(),
                text: text(),
                ..PageScore::default()
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
        let summary = ScoreSummary::new([&page.score.text]);
        let report = EvalReport {
            total: summary,
            types: [("article".to_owned(), summary)].into(),
            languages: [("en".to_owned(), summary)].into(),
            failures: Vec::new(),
            seconds: 1.0,
            ms_per_page: 2.5,
            worst: vec![page],
            texts: None,
            pages: Vec::new(),
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
        assert_eq!(super::report(&report, false), format!("{expected}      {cut}\n"));
        let unknown =
            [(String::new(), ScoreSummary { pages: 2, ..summary }), ("en".to_owned(), summary)];
        let by_language = super::report(&EvalReport { languages: unknown.into(), ..report }, true);
        let row =
            "\nunknown            2 0.8000 1.0000 0.6667  0.500   0.000  1.000  0.000      -\n\n";
        assert!(by_language.contains(row), "{by_language}");
    }

    #[test]
    fn texts_are_compared_side_by_side() {
        let was = ScoreSummary { f1: 0.9, recall: 0.7, ..ScoreSummary::new([&text()]) };
        let is = ScoreSummary::new([&text()]);
        let types = |summary| [("forum".to_owned(), summary)].into();
        let report = EvalReport {
            total: is,
            types: types(is),
            texts: Some(CleaningComparison {
                before: was,
                types_before: types(was),
                rose: 0,
                fell: 1,
                good: 1,
                spoiled: vec![WorsenedPage {
                    id: "0007".to_owned(),
                    page_type: "forum".to_owned(),
                    before: 0.96,
                    after: 0.8,
                }],
            }),
            languages: [].into(),
            failures: Vec::new(),
            seconds: 1.0,
            ms_per_page: 2.5,
            worst: Vec::new(),
            pages: Vec::new(),
        };
        let expected = "
               F1 was     is  change   P was     is   R was     is  without     is
forum          0.9000 0.8000 -0.1000  1.0000 1.0000  0.7000 0.6667    0.000  0.000
total          0.9000 0.8000 -0.1000  1.0000 1.0000  0.7000 0.6667    0.000  0.000

0 pages rose, 1 fell; of 1 above 0.95, 1 fell by more than 0.02
  0.960 -> 0.800  0007 forum
";
        let printed = super::report(&report, false);
        assert!(printed.contains(expected), "{printed}");
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
