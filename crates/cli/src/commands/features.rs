//! `copydesk features`: the features of every block of labelled pages, for fitting the model.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::ValueEnum;
use copydesk_core::settings::ColorChoice;
use copydesk_eval::{Dataset, FeatureModels, FeatureSource, write_features};

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::progress::PageCount;

const EXAMPLES: &str = "\
Examples:
  copydesk features pages/wcxb -o dumps/wcxb-html --kind html
  copydesk features pages/wcxb -o dumps/wcxb-nodes --kind nodes
  copydesk features pages/wcxb -o dumps/wcxb-other --texts other-tool/wcxb

train/fit.py reads what this writes; `make train` calls both.";

/// Write the features of every block of labelled pages, for fitting the model
///
/// STEM.f32 has the features as little-endian 32-bit floats, one row per block. STEM.names has their names,
/// one per line. STEM.tsv has one line per block: page, type, host, number of words, how many of them the
/// reference has in the same place, number of words in the reference, beginning of the text. STEM.tokens has
/// the hashes of the tokens that the tables of the model weigh, and STEM.counts their numbers, three groups
/// per block. Existing files are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FeaturesArgs {
    /// Folder with `html/ID.html.gz` and `ground-truth/ID.json`, as in WCXB
    dataset: PathBuf,

    /// Beginning of the names of the five files
    #[arg(short, long, value_name = "STEM")]
    output: PathBuf,

    /// What the features describe
    #[arg(long, value_name = "KIND", value_enum, default_value_t, conflicts_with = "texts")]
    kind: FeatureInput,

    /// Folder with ID.txt, the text that another tool extracted from each page, to use instead of the page
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,

    /// File that names the model whose token tables to use for each page, one `ID<TAB>MODEL` per line
    /// [default: no token tables]
    #[arg(long, value_name = "FILE")]
    models: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FeatureInput {
    /// The pages
    #[default]
    Html,
    /// The text of their text nodes, one per line
    Nodes,
    /// The text of their blocks, one per line
    Blocks,
}

/// Runs the command.
pub(crate) fn run(args: &FeaturesArgs) -> Result<ExitStatus> {
    let dataset = Dataset::open(&args.dataset)?;
    let models = match &args.models {
        Some(table) => FeatureModels::read(table)?,
        None => FeatureModels::new(Arc::default()),
    };
    let source = match (&args.texts, args.kind) {
        (Some(folder), _) => FeatureSource::Texts(folder),
        (None, FeatureInput::Html) => FeatureSource::Html,
        (None, FeatureInput::Nodes) => FeatureSource::Nodes,
        (None, FeatureInput::Blocks) => FeatureSource::Blocks,
    };
    let progress = PageCount::new(dataset.ids().len());
    let result = write_features(&dataset, &models, source, &args.output, &|| progress.add());
    progress.finish();
    let written = result?;
    Console::new(ColorChoice::Auto).line(format_args!(
        "{}: {} blocks of {} pages",
        args.output.display(),
        written.blocks,
        written.pages
    ));
    Ok(ExitStatus::Clean)
}
