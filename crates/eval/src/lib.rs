//! Measures the cleaner against labelled data.
//!
//! There are two kinds of data. A [`Dataset`] is a folder of pages with reference texts, in the layout of WCXB:
//! `html/ID.html.gz` (or `.html`) beside `ground-truth/ID.json`; [`evaluate`] scores it. A label file has one label per
//! line of text files beside it; [`evaluate_lines`] scores that. [`write_features`] writes what a model is fitted on.
//!
//! ```
//! use copydesk_clean::Cleaner;
//! use copydesk_eval::{Dataset, EvalSettings, evaluate};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let root = tempfile::tempdir()?;
//! # std::fs::create_dir(root.path().join("html"))?;
//! # std::fs::create_dir(root.path().join("ground-truth"))?;
//! # std::fs::write(root.path().join("html/a.html"), "<p>The ferry sailed again on Monday, the master said.</p>")?;
//! # let truth = r#"{"url": "", "ground_truth": {"main_content": "The ferry sailed again on Monday, the master said."}}"#;
//! # std::fs::write(root.path().join("ground-truth/a.json"), truth)?;
//! let dataset = Dataset::open(root.path())?;
//! let report = evaluate(&dataset, &Cleaner::default(), &EvalSettings::default(), &|| ())?;
//! assert_eq!(report.total.pages, 1);
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it does |
//! | --- | --- |
//! | `dataset`, `labels` | read the two kinds of labelled data |
//! | `page`, `words`, `fields`, `align` | compare one page with its reference |
//! | `report`, `score_summary`, `compare` | score a whole dataset, and texts before and after cleaning |
//! | `explain` | finds the blocks behind a score |
//! | `lines`, `line_figures`, `cleaned_lines` | score a label file |
//! | `features`, `flatten` | write the features that a model is fitted on, also of pages without their markup |

mod align;
mod cleaned_lines;
mod compare;
mod dataset;
mod error;
mod explain;
mod features;
mod fields;
mod flatten;
mod labels;
mod line_figures;
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
pub use line_figures::LineFigures;
pub use lines::{LineFault, LineReport, WrongLine, evaluate_lines};
pub use page::{EvalInput, PageScore, SnippetCount, TextScore};
pub use report::{EvalFailure, EvalReport, EvalSettings, evaluate};
pub use score_summary::ScoreSummary;
pub use words::{BagOfWords, WordScore, words};
