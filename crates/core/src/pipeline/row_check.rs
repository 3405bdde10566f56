//! Checks before a run that columns can be added to the rows of its inputs.

use std::sync::Arc;

use super::RunOptions;
use crate::error::{Error, ErrorKind};
use crate::sinks::{Destination, OutputTarget, check_row};
use crate::sources::{InputRow, Inputs, LoadedPage};

/// Reads the first row of every file among the inputs. Standard input and pipes can be read only once, so their rows are
/// checked as they come.
///
/// # Errors
/// If an input has no rows, or one of the columns already; if the format of the output has no room for its columns; or
/// if inputs with different columns share an output.
pub(super) fn check_inputs(
    inputs: &Inputs,
    options: &RunOptions,
    destination: &Destination,
) -> Result<(), Error> {
    let shares_header = destination.format.shares_columns()
        && !matches!(destination.target, OutputTarget::Folder(_));
    let mut first: Option<(String, Arc<[String]>)> = None;
    for unit in inputs.with_fresh_counts().units() {
        if !unit.path.as_ref().is_some_and(|path| path.is_file()) {
            continue;
        }
        let Some(task) = unit.tasks(&options.sources).next() else { continue };
        let page = task.load(&options.sources);
        check_row(&page, options.format)?;
        let Some(columns) = columns(&page).filter(|_| shares_header) else { continue };
        match &first {
            Some((_, known)) if *known == columns => {}
            Some((first, _)) => {
                let (input, first) = (unit.source.clone(), first.clone());
                return Err(ErrorKind::ColumnsDiffer { input, first }.into());
            }
            None => first = Some((unit.source.clone(), columns)),
        }
    }
    Ok(())
}

fn columns(page: &LoadedPage) -> Option<Arc<[String]>> {
    match &page.row.as_ref()?.row {
        InputRow::Table(row) => Some(Arc::clone(&row.columns)),
        InputRow::Object(_) | InputRow::Lost => None,
    }
}
