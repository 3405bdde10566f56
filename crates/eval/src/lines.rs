//! Compares the verdicts on lines of text files with labels.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use copydesk_clean::{BlockReport, CleanInput, Cleaner, InputKind};
use rayon::prelude::*;
use serde::Serialize;

use super::{Error, Label, LineLabel, read_labels};

/// A line whose verdict differs from its label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongLine {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The label.
    pub label: String,
    /// Whether the line was kept.
    pub kept: bool,
    /// The class of the block that has the line.
    pub class: Option<&'static str>,
    /// The rule that weighed most against the block; `no block` if no block has the line.
    pub rule: String,
    /// The block's probability of being main content, in [0, 1].
    pub score: f32,
    /// The line.
    pub text: String,
}

/// How the lines were judged. Lines labelled `optional:*` are only counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineReport {
    /// Files read.
    pub files: usize,
    /// Lines labelled `drop:*`.
    pub drop_lines: usize,
    /// Those of them that were dropped.
    pub drop_dropped: usize,
    /// Lines labelled `keep` or `title`.
    pub keep_lines: usize,
    /// Those of them that were kept; a line recognized as the title counts as kept.
    pub keep_kept: usize,
    /// Lines labelled `optional:*`.
    pub optional_lines: usize,
    /// Those of them that were kept.
    pub optional_kept: usize,
    /// Lines labelled `drop:*` that were dropped with the class that their label names.
    pub class_agrees: usize,
    /// The share of `drop:*` lines that were dropped, in [0, 1]; `None` without such lines, as for the other shares.
    pub drop_recall: Option<f64>,
    /// The share of `keep` and `title` lines that were kept.
    pub keep_recall: Option<f64>,
    /// The share of dropped lines that are labelled `drop:*`; optional lines do not count.
    pub drop_precision: Option<f64>,
    /// The share of correctly dropped lines whose class is correct.
    pub class_agreement: Option<f64>,
    /// Every line with a wrong verdict, in the order of the label file.
    pub wrong: Vec<WrongLine>,
}

/// Judges the files that a label file names, each as plain text, and compares line by line.
///
/// A line is kept if a block that contains it is kept or is the title. Files are judged on `threads` threads (0: one per
/// core); the report is the same for any number.
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
    let inspect = |(file, labels): &(&str, Vec<&LineLabel>)| {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(|error| Error::read(&path, error))?;
        check_lines(labels_path, file, &bytes, labels)?;
        let mut input = CleanInput::new(file, &bytes);
        input.kind = Some(InputKind::Text);
        Ok(cleaner.inspect(&input))
    };
    let reports =
        pool.install(|| by_file.par_iter().map(inspect).collect::<Result<Vec<_>, Error>>())?;

    let mut report = LineReport { files: by_file.len(), ..LineReport::default() };
    for ((_, labels), blocks) in by_file.iter().zip(&reports) {
        for label in labels {
            report.count(label, blocks);
        }
    }
    report.finish();
    Ok(report)
}

fn check_lines(path: &Path, file: &str, bytes: &[u8], labels: &[&LineLabel]) -> Result<(), Error> {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    for label in labels {
        let line = label.line.checked_sub(1).and_then(|index| lines.get(index));
        if line.map(|line| line.trim()) != Some(label.text.trim()) {
            let message = format!("line {} of {file} is not the text labelled", label.line);
            return Err(Error::label(path, label.at, message));
        }
    }
    Ok(())
}

impl LineReport {
    fn count(&mut self, label: &LineLabel, blocks: &[BlockReport]) {
        let on_line = |block: &&BlockReport| {
            block.lines.as_ref().is_some_and(|lines| lines.contains(&label.line))
        };
        let stays = |block: &&BlockReport| block.kept || block.is_title;
        let mut here = blocks.iter().filter(on_line);
        let block = here.clone().find(stays).or_else(|| here.next());
        let kept = block.is_some_and(|block| stays(&block));
        let class = block.and_then(|block| block.class);
        let right = match label.label {
            Label::Title | Label::Keep => {
                self.keep_lines += 1;
                self.keep_kept += usize::from(kept);
                kept
            }
            Label::Optional => {
                self.optional_lines += 1;
                self.optional_kept += usize::from(kept);
                true
            }
            Label::Drop(expected) => {
                self.drop_lines += 1;
                self.drop_dropped += usize::from(!kept);
                self.class_agrees += usize::from(!kept && class == Some(expected));
                !kept
            }
        };
        if !right {
            self.wrong.push(WrongLine {
                file: label.file.clone(),
                line: label.line,
                label: label.name.clone(),
                kept,
                class: class.map(copydesk_clean::ClutterClass::name),
                rule: block.map_or_else(|| "no block".to_owned(), |block| block.rule.clone()),
                score: block.map_or(0.0, |block| block.score),
                text: label.text.clone(),
            });
        }
    }

    fn finish(&mut self) {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        let keep_dropped = self.keep_lines - self.keep_kept;
        self.drop_recall = share(self.drop_dropped, self.drop_lines);
        self.keep_recall = share(self.keep_kept, self.keep_lines);
        self.drop_precision = share(self.drop_dropped, self.drop_dropped + keep_dropped);
        self.class_agreement = share(self.class_agrees, self.drop_dropped);
    }
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

    fn label(line: usize, name: &str) -> LineLabel {
        LineLabel {
            file: "a.txt".to_owned(),
            line,
            label: Label::from_name(name).unwrap(),
            name: name.to_owned(),
            text: format!("text {line}"),
            at: line,
        }
    }

    #[test]
    fn lines_are_judged_by_their_blocks() {
        let mut title = block(1..2, false, None);
        title.is_title = true;
        let blocks = [
            title,
            block(2..4, true, None),
            block(4..5, false, Some(ClutterClass::Newsletter)),
            block(5..6, false, Some(ClutterClass::Related)),
            block(6..7, false, Some(ClutterClass::Byline)),
        ];
        let mut report = LineReport::default();
        for (line, name) in [
            (1, "title"),
            (2, "keep"),
            (3, "drop:share"),
            (4, "drop:newsletter"),
            (5, "drop:navigation"),
            (6, "keep"),
            (7, "drop:legal"),
            (6, "optional:byline"),
        ] {
            report.count(&label(line, name), &blocks);
        }
        report.finish();
        assert_eq!((report.keep_lines, report.keep_kept), (3, 2));
        assert_eq!((report.drop_lines, report.drop_dropped), (4, 3));
        assert_eq!((report.optional_lines, report.optional_kept), (1, 0));
        assert_eq!(report.drop_recall, Some(0.75));
        assert_eq!(report.keep_recall, Some(2.0 / 3.0));
        assert_eq!(report.drop_precision, Some(0.75));
        assert_eq!(report.class_agreement, Some(1.0 / 3.0));
        let wrong: Vec<_> =
            report.wrong.iter().map(|w| (w.line, w.kept, w.rule.as_str())).collect();
        assert_eq!(wrong, [(3, true, ""), (6, false, "en/byline")]);
    }

    #[test]
    fn labels_of_another_text_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "Ferry returns\r\nSign up here\n").unwrap();
        let labels = folder.path().join("labels.jsonl");
        let line = |n, text| {
            format!("{{\"file\":\"a.txt\",\"line\":{n},\"label\":\"keep\",\"text\":\"{text}\"}}\n")
        };
        std::fs::write(&labels, line(1, "Ferry returns") + &line(2, "Sign in here")).unwrap();
        let error = evaluate_lines(&labels, &Cleaner::default(), 1).unwrap_err().to_string();
        assert!(error.ends_with("labels.jsonl, line 2: line 2 of a.txt is not the text labelled"));

        std::fs::write(&labels, line(1, "Ferry returns") + &line(2, "Sign up here")).unwrap();
        let report = evaluate_lines(&labels, &Cleaner::default(), 1).unwrap();
        assert_eq!((report.files, report.keep_lines), (1, 2));
    }
}
