//! `copydesk features`: the evidence on every block of labelled pages, for fitting.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::ValueEnum;
use copydesk_core::settings::ColorChoice;
use copydesk_eval::{Dataset, FeatureModels, FeatureSource, write_features};

use crate::ExitStatus;
use crate::console::Console;
use crate::progress::PageCount;

const EXAMPLES: &str = "\
Examples:
  copydesk features pages/wcxb -o dumps/wcxb-html --kind html
  copydesk features pages/wcxb -o dumps/wcxb-nodes --kind nodes
  copydesk features pages/wcxb -o dumps/wcxb-other --texts other-tool/wcxb

train/fit.py reads what this writes; `make train` calls both.";

/// Write the evidence on every block of labelled pages, for fitting
///
/// STEM.f32 gets the features as little-endian 32-bit floats, a row a block; STEM.names their names, a
/// line each; STEM.tsv a line a block: page, type, host, words, how many of them are in the reference
/// at their place, words of the reference, the beginning of the text. STEM.tokens gets the hashes of
/// the tokens that the model's tables weigh, and STEM.counts how many there are, three groups a block.
/// Files that exist are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FeaturesArgs {
    /// A folder with `html/ID.html.gz` and `ground-truth/ID.json`, the layout of WCXB
    dataset: PathBuf,

    /// What the names of the five files begin with
    #[arg(short, long, value_name = "STEM")]
    output: PathBuf,

    /// What the evidence is gathered from
    #[arg(long, value_name = "KIND", value_enum, default_value_t, conflicts_with = "texts")]
    kind: FeatureInput,

    /// Gather it from what another tool extracted from the pages: a folder with ID.txt
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,

    /// Compute the features that rest on token tables with the models in this table, `ID<TAB>MODEL` a
    /// line; without it, with no tables
    #[arg(long, value_name = "FILE")]
    models: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FeatureInput {
    /// The pages
    #[default]
    Html,
    /// The text of their text nodes, a line each
    Nodes,
    /// The text of their blocks, a line each
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
