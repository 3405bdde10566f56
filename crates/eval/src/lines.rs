//! Compares cleaned text files with labels of their lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use copydesk_clean::{BlockReport, CleanInput, Cleaner, InputKind, Repairer};
use rayon::prelude::*;
use serde::Serialize;

use super::cleaned_lines::{CleanedLines, word_f1, words_of};
use super::words::BagOfWords;
use super::{Error, Label, LineFigures, LineLabel, read_labels};

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    /// It is clutter and was kept.
    Kept,
    /// It is the title or a line of the article, and was dropped.
    Dropped,
    /// It is not joined to the line that it continues.
    NotJoined,
    /// A piece of clutter inside it stayed, or the line went with it.
    ClutterInside,
}

/// A line that came out of cleaning otherwise than its label says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongLine {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The label.
    pub label: String,
    /// What is wrong.
    pub fault: LineFault,
    /// Whether the line was kept.
    pub kept: bool,
    /// The class of the block that has the line.
    pub class: Option<&'static str>,
    /// The rule that weighed most against the block; `no block` if no block has the line.
    pub rule: String,
    /// The block's probability of being main content, in [0, 1].
    pub score: f32,
    /// The line or, for [`LineFault::ClutterInside`], the clutter.
    pub text: String,
}

/// How the lines came out of cleaning. Lines labelled `optional:*` are only counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineReport {
    /// The figures over all files.
    #[serde(flatten)]
    pub total: LineFigures,
    /// The same by origin: the name of a file up to its first `-` or `_`.
    pub origins: BTreeMap<String, LineFigures>,
    /// Every line with a fault, by file and in the order of the label file.
    pub wrong: Vec<WrongLine>,
}

/// Cleans the files that a label file names, each as plain text, and looks for their lines in the texts.
///
/// Lines are found by their words, so that it does not matter how cleaning joined or split them: a line of six words or
/// more stands if 80% of its sequences of three words do, a shorter one if its words stand in a row, and a short line
/// of clutter only if it is a line of its own. Files are cleaned on `threads` threads (0: one per core); the report is
/// the same for any number.
///
/// # Errors
/// When a file cannot be read, a label does not parse, or the text of a labelled line differs from the file: labels of
/// another version of the file would measure nothing.
pub fn evaluate_lines(
    labels_path: &Path,
    cleaner: &Cleaner,
    threads: usize,
) -> Result<LineReport, Error> {
    let labels = read_labels(labels_path)?;
    let folder = labels_path.parent().unwrap_or(Path::new(""));
    let mut by_file: BTreeMap<&str, Vec<&LineLabel>> = BTreeMap::new();
    for label in &labels {
        by_file.entry(&label.file).or_default().push(label);
    }
    let by_file: Vec<_> = by_file.into_iter().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
        Error::new(super::ErrorKind::Threads { threads, message: error.to_string() })
    })?;
    let judge = |(file, labels): &(&str, Vec<&LineLabel>)| {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(|error| Error::read(&path, error))?;
        let content = String::from_utf8_lossy(&bytes);
        let lines = places(labels_path, file, &content, labels)?;
        let mut input = CleanInput::new(file, &bytes);
        input.kind = Some(InputKind::Text);
        let record = cleaner.clean(&input);
        let mut judged = JudgedFile {
            text: CleanedLines::new(&record.text, record.title.as_deref().unwrap_or_default()),
            repaired: repaired_lines(cleaner, &content),
            blocks: cleaner.inspect(&input),
            figures: LineFigures { files: 1, ..LineFigures::default() },
            wrong: Vec::new(),
        };
        judged.count(labels, &lines, &record.text);
        Ok(judged)
    };
    let files =
        pool.install(|| by_file.par_iter().map(judge).collect::<Result<Vec<_>, Error>>())?;

    let mut report = LineReport::default();
    for ((file, _), judged) in by_file.iter().zip(files) {
        report.total.add(&judged.figures);
        report.origins.entry(origin(file).to_owned()).or_default().add(&judged.figures);
        report.wrong.extend(judged.wrong);
    }
    report.total.finish();
    report.origins.values_mut().for_each(LineFigures::finish);
    Ok(report)
}

/// Where a file comes from: its name up to the first `-` or `_`.
fn origin(file: &str) -> &str {
    file.split(['-', '_']).next().unwrap_or(file)
}

/// The lines of the file that the labels mean, from 1. Labels count all lines or, if these do not fit, those that are
/// not blank.
fn places(path: &Path, file: &str, text: &str, labels: &[&LineLabel]) -> Result<Vec<usize>, Error> {
    let all: Vec<(usize, &str)> = (1..).zip(text.split('\n')).collect();
    let filled = all.iter().filter(|(_, line)| !line.trim().is_empty()).copied().collect();
    let find = |lines: &Vec<(usize, &str)>, label: &LineLabel| {
        let found = label.line.checked_sub(1).and_then(|index| lines.get(index));
        let fits = |(_, line): &&(usize, &str)| line.trim() == label.text.trim();
        found.filter(fits).map(|(number, _)| *number)
    };
    let all_places: Vec<Option<usize>> = labels.iter().map(|label| find(&all, label)).collect();
    if let Some(places) = all_places.iter().copied().collect() {
        return Ok(places);
    }
    if let Some(places) = labels.iter().map(|label| find(&filled, label)).collect() {
        return Ok(places);
    }
    let wrong = labels.iter().zip(all_places).find(|(_, place)| place.is_none());
    let (line, at) = wrong.map_or((0, 0), |(label, _)| (label.line, label.at));
    Err(Error::label(path, at, format!("line {line} of {file} is not the text labelled")))
}

/// The lines of a text whose broken characters were repaired. None if nothing was broken.
fn repaired_lines(cleaner: &Cleaner, text: &str) -> Vec<String> {
    let repaired = Repairer::new(cleaner.options().repair.clone()).repair(text);
    let lines: Vec<String> = repaired.text.split('\n').map(str::to_owned).collect();
    let is_line_by_line = lines.len() == text.split('\n').count();
    if is_line_by_line && repaired.text != text { lines } else { Vec::new() }
}

/// A file that was cleaned, and what became of its lines.
struct JudgedFile {
    text: CleanedLines,
    /// Its lines with repaired characters. A label has those of before.
    repaired: Vec<String>,
    blocks: Vec<BlockReport>,
    figures: LineFigures,
    wrong: Vec<WrongLine>,
}

impl JudgedFile {
    /// Counts the labelled lines. `places` are their lines in the file.
    fn count(&mut self, labels: &[&LineLabel], places: &[usize], text: &str) {
        let (mut wanted, mut allowed) = (BagOfWords::default(), BagOfWords::default());
        let (mut raw, mut before) = (String::new(), None);
        for (label, place) in labels.iter().zip(places) {
            let words = words_of(&label.text);
            raw.push_str(&label.text);
            raw.push('\n');
            match label.label {
                Label::Keep | Label::Mixed => {
                    let clutter = label.clutter.iter();
                    let body =
                        clutter.fold(label.text.clone(), |body, piece| body.replace(piece, " "));
                    wanted.add(&body);
                    allowed.add(&body);
                }
                Label::Title | Label::Optional => allowed.add(&label.text),
                Label::Drop(_) => {}
            }
            if !words.is_empty() {
                self.line(label, *place, &words, before.as_deref());
            }
            before = Some(words);
        }
        self.figures.f1_uncleaned = word_f1(&raw, &wanted, &allowed);
        self.figures.f1 = word_f1(text, &wanted, &allowed);
    }

    /// Counts a line with these words. `before` are those of the line before.
    fn line(
        &mut self,
        label: &LineLabel,
        place: usize,
        words: &[String],
        before: Option<&[String]>,
    ) {
        let alone = matches!(label.label, Label::Drop(_)) && !label.joins;
        let repaired = place.checked_sub(1).and_then(|index| self.repaired.get(index));
        let stands = self.text.has_line(words, alone)
            || repaired.is_some_and(|line| self.text.has_line(&words_of(line), alone));
        let kept = stands || self.text.is_title(words);
        let figures = &mut self.figures;
        match label.label {
            Label::Title => {
                figures.keep_lines += 1;
                figures.keep_kept += usize::from(kept);
            }
            Label::Keep | Label::Mixed => {
                figures.keep_lines += 1;
                figures.keep_kept += usize::from(kept);
                figures.article_lines += 1;
                figures.article_kept += usize::from(stands);
            }
            Label::Optional => {
                figures.optional_lines += 1;
                figures.optional_kept += usize::from(kept);
                return;
            }
            Label::Drop(class) => {
                figures.drop_lines += 1;
                figures.drop_dropped += usize::from(!kept);
                if kept {
                    return self.wrong(label, place, LineFault::Kept, kept, &label.text);
                }
                // Parts of a line that was split may have classes of their own.
                let agrees = on_line(&self.blocks, place)
                    .any(|block| !stays(block) && block.class == Some(class));
                self.figures.class_agrees += usize::from(agrees);
                return;
            }
        }
        if !kept {
            self.wrong(label, place, LineFault::Dropped, kept, &label.text);
        }
        if label.label != Label::Title {
            self.inside(label, place, words, before, kept);
        }
    }

    /// Counts what an article line says about joining it, and about clutter in it.
    fn inside(
        &mut self,
        label: &LineLabel,
        place: usize,
        words: &[String],
        before: Option<&[String]>,
        kept: bool,
    ) {
        for piece in &label.clutter {
            self.figures.inline += 1;
            let rest = words_of(&label.text.replace(piece, " "));
            let start = rest.get(..rest.len().min(3)).unwrap_or_default();
            if !self.text.has(&words_of(piece)) && !rest.is_empty() && self.text.has(start) {
                self.figures.inline_gone += 1;
            } else {
                self.wrong(label, place, LineFault::ClutterInside, kept, piece);
            }
        }
        if let Some(before) = before.filter(|_| label.joins) {
            self.figures.joins += 1;
            if self.text.are_joined(before, words) {
                self.figures.joined += 1;
            } else {
                self.wrong(label, place, LineFault::NotJoined, kept, &label.text);
            }
        }
    }

    fn wrong(&mut self, label: &LineLabel, place: usize, fault: LineFault, kept: bool, text: &str) {
        // A line that was split lies in several blocks, and only some of them had its fate.
        let fated = on_line(&self.blocks, place).find(|block| stays(block) == kept);
        let block = fated.or_else(|| on_line(&self.blocks, place).next());
        self.wrong.push(WrongLine {
            file: label.file.clone(),
            line: label.line,
            label: label.name.clone(),
            fault,
            kept,
            class: block.and_then(|block| block.class).map(copydesk_clean::ClutterClass::name),
            rule: block.map_or_else(|| "no block".to_owned(), |block| block.rule.clone()),
            score: block.map_or(0.0, |block| block.score),
            text: text.to_owned(),
        });
    }
}

/// The blocks that have a line, or a part of it.
fn on_line(blocks: &[BlockReport], line: usize) -> impl Iterator<Item = &BlockReport> {
    blocks
        .iter()
        .filter(move |block| block.lines.as_ref().is_some_and(|lines| lines.contains(&line)))
}

fn stays(block: &BlockReport) -> bool {
    block.kept || block.is_title
}

#[cfg(test)]
mod tests {
    use copydesk_clean::ClutterClass;

    use super::*;

    fn block(
        lines: std::ops::Range<usize>,
        kept: bool,
        class: Option<ClutterClass>,
    ) -> BlockReport {
        BlockReport {
            text: String::new(),
            place: format!("line {}", lines.start),
            lines: Some(lines),
            kept,
            class,
            is_title: false,
            rule: class.map_or_else(String::new, |class| format!("en/{class}")),
            evidence: Vec::new(),
            score: if kept { 0.75 } else { 0.25 },
        }
    }

    fn label(line: usize, name: &str, text: &str) -> LineLabel {
        LineLabel {
            file: "harbour-1.txt".to_owned(),
            line,
            label: Label::from_name(name).unwrap(),
            name: name.to_owned(),
            text: text.to_owned(),
            joins: false,
            clutter: Vec::new(),
            at: line,
        }
    }

    #[test]
    fn lines_are_judged_by_the_text_whatever_blocks_they_were_in() {
        use LineFault::{ClutterInside, Dropped, Kept, NotJoined};

        let text = "The ferry of Energy, a firm, sailed.\n\nThe crew cheered for an hour. Share\n\n\
                    Sign up for our newsletter";
        let blocks = vec![
            // A block of two joined lines, and a line that was split into what stays and what goes.
            block(2..4, true, None),
            block(4..5, true, None),
            block(4..5, false, Some(ClutterClass::Newsletter)),
            block(5..6, true, None),
            block(6..7, false, Some(ClutterClass::Related)),
            block(7..8, false, Some(ClutterClass::Byline)),
            block(8..9, false, Some(ClutterClass::Share)),
        ];
        let mut judged = JudgedFile {
            text: CleanedLines::new(text, "Ferry returns"),
            repaired: Vec::new(),
            blocks,
            figures: LineFigures::default(),
            wrong: Vec::new(),
        };
        let energy = LineLabel { joins: true, ..label(3, "keep", "Energy, a firm, sailed.") };
        let crew = "The crew cheered for an hour. Get our letter Share";
        let clutter = vec!["Get our letter".to_owned(), "Share".to_owned()];
        let mixed = LineLabel { clutter, ..label(4, "mixed:newsletter", crew) };
        let alone = LineLabel { joins: true, ..label(7, "keep", "He slept.") };
        let labels = [
            label(1, "title", "Ferry returns"),
            label(2, "keep", "The ferry of"),
            energy,
            mixed,
            label(5, "drop:newsletter", "Sign up for our newsletter"),
            label(6, "drop:navigation", "More from the harbour"),
            alone,
            label(8, "drop:share", "Share"),
            label(8, "optional:caption", "A photo of it"),
            label(8, "keep", "***"),
        ];
        let labels: Vec<&LineLabel> = labels.iter().collect();
        judged.count(&labels, &[1, 2, 3, 4, 5, 6, 7, 8, 8, 8], text);
        judged.figures.finish();
        let figures = &judged.figures;
        assert_eq!((figures.keep_lines, figures.keep_kept), (5, 3));
        assert_eq!((figures.article_lines, figures.article_kept), (4, 2));
        assert_eq!((figures.drop_lines, figures.drop_dropped), (3, 2));
        assert_eq!((figures.optional_lines, figures.optional_kept), (1, 0));
        assert_eq!((figures.joins, figures.joined), (2, 1));
        assert_eq!((figures.inline, figures.inline_gone), (2, 1));
        assert_eq!((figures.class_agrees, figures.class_agreement), (1, Some(0.5)));
        assert_eq!(figures.drop_precision, Some(0.5));
        let wrong: Vec<_> = judged.wrong.iter().map(|w| (w.line, w.fault, &*w.rule)).collect();
        assert_eq!(
            wrong,
            [
                (4, Dropped, "en/newsletter"),
                (4, ClutterInside, "en/newsletter"),
                (5, Kept, ""),
                (7, Dropped, "en/byline"),
                (7, NotJoined, "en/byline"),
            ]
        );
    }

    #[test]
    fn a_line_that_was_repaired_stands() {
        let folder = tempfile::tempdir().unwrap();
        let text = "The cafÃ© at the harbour opened again on Monday after nine weeks.\n";
        std::fs::write(folder.path().join("a.txt"), text).unwrap();
        let labels = folder.path().join("labels.jsonl");
        let label = serde_json::json!({
            "file": "a.txt", "line": 1, "label": "keep", "text": text.trim_end(),
        });
        std::fs::write(&labels, label.to_string()).unwrap();
        let report = evaluate_lines(&labels, &Cleaner::default(), 1).unwrap();
        assert_eq!((report.total.article_lines, report.total.article_kept), (1, 1));
    }

    #[test]
    fn labels_of_another_text_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a-1.txt"), "Ferry returns\r\n\nSign up here\n").unwrap();
        let labels = folder.path().join("labels.jsonl");
        let line = |n, text| {
            format!(
                "{{\"file\":\"a-1.txt\",\"line\":{n},\"label\":\"keep\",\"text\":\"{text}\"}}\n"
            )
        };
        std::fs::write(&labels, line(1, "Ferry returns") + &line(3, "Sign in here")).unwrap();
        let error = evaluate_lines(&labels, &Cleaner::default(), 1).unwrap_err().to_string();
        assert!(
            error.ends_with("labels.jsonl, line 2: line 3 of a-1.txt is not the text labelled")
        );

        // Lines are counted with or without blank ones.
        for second in [2, 3] {
            std::fs::write(&labels, line(1, "Ferry returns") + &line(second, "Sign up here"))
                .unwrap();
            let report = evaluate_lines(&labels, &Cleaner::default(), 1).unwrap();
            assert_eq!((report.total.files, report.total.keep_lines), (1, 2));
            assert_eq!(report.origins["a"], report.total);
        }
    }
}
