//! Measures the cleaner against labelled data.
//!
//! Two kinds of data are understood. A [`Dataset`] is a folder of pages with reference text, in the
//! layout of WCXB: `html/ID.html.gz` (or `.html`) beside `ground-truth/ID.json`; [`evaluate`]
//! scores it. A label file gives one label a line of text files that stand beside it;
//! [`evaluate_lines`] scores that.
//!
//! Nothing here decides anything about a page: it only compares what the cleaner did with what a
//! person said it should have done. [`write_features`] hands on what a scorer is fitted on.

mod align;
mod compare;
mod dataset;
mod error;
mod explain;
mod features;
mod fields;
mod flatten;
mod labels;
mod lines;
mod page;
mod report;
mod score_summary;
#[cfg(test)]
mod testing;
mod words;

pub use align::align;
pub use compare::{CleaningComparison, WorsenedPage};
pub use dataset::{Dataset, DatasetPage, GroundTruth};
pub use error::{Error, ErrorKind};
pub use explain::{JudgedBlock, PageDetail, explain_page};
pub use features::{FeatureModels, FeatureSource, FeatureTotals, write_features};
pub use flatten::text_nodes;
pub use labels::{Label, LineLabel, read_labels};
pub use lines::{LineReport, WrongLine, evaluate_lines};
pub use page::{EvalInput, PageScore, SnippetCount, TextScore};
pub use report::{EvalFailure, EvalReport, EvalSettings, evaluate};
pub use score_summary::ScoreSummary;
pub use words::{BagOfWords, WordScore, words};
