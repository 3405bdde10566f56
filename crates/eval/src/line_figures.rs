//! The figures of labelled lines, over all files or over those of one origin.

use serde::Serialize;

/// How labelled lines came out of cleaning. Article lines are those labelled `keep` or `mixed:*`. Lines without a word
/// are not counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LineFigures {
    /// Files read.
    pub files: usize,
    /// Lines labelled `drop:*`.
    pub drop_lines: usize,
    /// Those of them that are gone; a line recognized as the title does not count as gone.
    pub drop_dropped: usize,
    /// Article lines and lines labelled `title`.
    pub keep_lines: usize,
    /// Those of them that were kept; a line recognized as the title counts as kept.
    pub keep_kept: usize,
    /// Article lines.
    pub article_lines: usize,
    /// Those of them that stand in the text.
    pub article_kept: usize,
    /// Lines labelled `optional:*`.
    pub optional_lines: usize,
    /// Those of them that were kept.
    pub optional_kept: usize,
    /// Lines labelled `drop:*` that were dropped with the class that their label names.
    pub class_agrees: usize,
    /// Article lines that continue the line before.
    pub joins: usize,
    /// Those of them that stand in one paragraph with the line before.
    pub joined: usize,
    /// Pieces of clutter inside article lines.
    pub inline: usize,
    /// Those of them that are gone, while the rest of their line stands.
    pub inline_gone: usize,
    /// The share of `drop:*` lines that are gone, in [0, 1]; `None` without such lines, as for the other shares.
    pub drop_recall: Option<f64>,
    /// The share of the lines in `keep_lines` that were kept.
    pub keep_recall: Option<f64>,
    /// The share of article lines that stand in the text.
    pub article_recall: Option<f64>,
    /// The share of dropped lines that are labelled `drop:*`. Only those and article lines count.
    pub drop_precision: Option<f64>,
    /// The share of correctly dropped lines whose class is correct.
    pub class_agreement: Option<f64>,
    /// The word F1 of the files as they are, against the words of their article lines without the clutter inside, in
    /// [0, 1]: the mean over the files. Words of `title` and `optional:*` lines count neither way.
    pub f1_uncleaned: f64,
    /// The same of the cleaned texts.
    pub f1: f64,
}

impl LineFigures {
    /// Adds the counts of other files, and the sums of their F1.
    pub(super) fn add(&mut self, other: &Self) {
        for (sum, count) in [
            (&mut self.files, other.files),
            (&mut self.drop_lines, other.drop_lines),
            (&mut self.drop_dropped, other.drop_dropped),
            (&mut self.keep_lines, other.keep_lines),
            (&mut self.keep_kept, other.keep_kept),
            (&mut self.article_lines, other.article_lines),
            (&mut self.article_kept, other.article_kept),
            (&mut self.optional_lines, other.optional_lines),
            (&mut self.optional_kept, other.optional_kept),
            (&mut self.class_agrees, other.class_agrees),
            (&mut self.joins, other.joins),
            (&mut self.joined, other.joined),
            (&mut self.inline, other.inline),
            (&mut self.inline_gone, other.inline_gone),
        ] {
            *sum += count;
        }
        self.f1_uncleaned += other.f1_uncleaned;
        self.f1 += other.f1;
    }

    /// Computes the shares, and the means from the sums.
    pub(super) fn finish(&mut self) {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        let lost = self.article_lines - self.article_kept;
        self.drop_recall = share(self.drop_dropped, self.drop_lines);
        self.keep_recall = share(self.keep_kept, self.keep_lines);
        self.article_recall = share(self.article_kept, self.article_lines);
        self.drop_precision = share(self.drop_dropped, self.drop_dropped + lost);
        self.class_agreement = share(self.class_agrees, self.drop_dropped);
        let files = self.files.max(1) as f64;
        self.f1_uncleaned /= files;
        self.f1 /= files;
    }
}
