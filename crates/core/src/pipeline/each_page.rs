//! Processes every page of the inputs without writing an output.

use copydesk_clean::{RecordError, RecordErrorKind};

use super::budget::BudgetPermit;
use super::engine::{self, EngineOptions, OutputConsumer, TaskQueue, catch_panic};
use super::reader::tasks;
use crate::error::Error;
use crate::sources::{InputPosition, Inputs, LoadedPage, PageTask, SourceOptions};
use crate::stop::StopToken;

/// The result of [`each_page`] for one page.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProcessedPage<T> {
    /// The source of the page.
    pub source: String,
    /// Bytes of the input that were read for it, as stored (compressed).
    pub source_bytes: u64,
    /// The position in the inputs right after the page.
    pub position_after: InputPosition,
    /// The result of the work, or the error of a panic in it.
    pub value: Result<T, RecordError>,
}

/// Reads every page of the files among `inputs` after `start`, runs `work` on it on a pool of threads, and passes
/// the result to `consume` on the calling thread: in the order of the inputs, unless `options` say otherwise. URLs
/// among the inputs are not fetched.
///
/// A page that cannot be read is passed to `work` too, with its error in [`LoadedPage::error`]. After
/// [`StopToken::stop`] no further page is read, and pages that were read are finished.
///
/// # Errors
/// If threads cannot be started, and the first error of `consume`, which ends the processing.
pub fn each_page<T: Send>(
    inputs: &Inputs,
    sources: &SourceOptions,
    options: &EngineOptions,
    start: &InputPosition,
    stop: &StopToken,
    work: &(dyn Fn(LoadedPage) -> T + Sync),
    consume: &mut dyn FnMut(ProcessedPage<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let read = |queue: &mut TaskQueue<'_, (PageTask, InputPosition)>| {
        for unit in inputs.units().skip(start.units) {
            for (task, position_after) in tasks(&unit, sources, start) {
                if stop.is_stopped() || !queue.send(task.cost(), (task, position_after)) {
                    return;
                }
            }
            if stop.is_stopped() {
                return;
            }
        }
    };
    let work = |(task, position_after): (PageTask, InputPosition),
                permit: &mut BudgetPermit<'_>| {
        let (source, source_bytes) = (task.source.clone(), task.source_bytes);
        let value = catch_panic(|| {
            let page = task.load(sources);
            permit.resize(page.held_bytes());
            work(page)
        });
        let value = value.map_err(|message| RecordError {
            kind: RecordErrorKind::Panic,
            message: format!("failed on this page: {message}"),
            concerns: String::new(),
        });
        ProcessedPage { source, source_bytes, position_after, value }
    };
    engine::run(options, read, &work, &mut CallbackConsumer(consume))
}

struct CallbackConsumer<'a, T>(&'a mut dyn FnMut(ProcessedPage<T>) -> Result<(), Error>);

impl<T> OutputConsumer<ProcessedPage<T>> for CallbackConsumer<'_, T> {
    fn consume(&mut self, _: u64, page: ProcessedPage<T>) -> Result<(), Error> {
        (self.0)(page)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn through(
        inputs: &Inputs,
        threads: usize,
        start: &InputPosition,
    ) -> Vec<ProcessedPage<usize>> {
        let options = EngineOptions { threads, max_buffered_bytes: 1 << 20, unordered: false };
        let mut pages = Vec::new();
        let work = |page: LoadedPage| {
            let text = String::from_utf8(page.bytes).unwrap();
            assert!(text != "PANIC", "asked to");
            text.len()
        };
        let consume = &mut |page| {
            pages.push(page);
            Ok(())
        };
        let (sources, stop) = (SourceOptions::default(), StopToken::default());
        each_page(inputs, &sources, &options, start, &stop, &work, consume).unwrap();
        pages
    }

    fn inputs(folder: &std::path::Path) -> Inputs {
        let lines: String = (0..300)
            .map(|n| match n {
                250 => "{\"text\":\"PANIC\"}\n".into(),
                _ => format!("{{\"text\":\"{}\"}}\n", "x".repeat(n + 10)),
            })
            .collect();
        fs::write(folder.join("b.jsonl"), lines).unwrap();
        fs::write(folder.join("a.txt"), "four").unwrap();
        Inputs::new([folder.into()])
    }

    #[test]
    fn pages_come_in_order_and_a_panic_is_an_error_of_its_page() {
        let folder = tempfile::tempdir().unwrap();
        let pages = through(&inputs(folder.path()), 3, &InputPosition::default());
        assert_eq!(pages.len(), 301);
        for (at, page) in pages.iter().enumerate() {
            match at {
                0 => assert_eq!(page.value, Ok(4)),
                251 => assert_eq!(page.value.as_ref().unwrap_err().kind, RecordErrorKind::Panic),
                _ => assert_eq!(page.value, Ok(at - 1 + 10)),
            }
        }
        assert!(pages[251].value.as_ref().unwrap_err().message.contains("asked to"));
    }

    #[test]
    fn from_the_position_behind_a_page_the_rest_comes() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = inputs(folder.path());
        let all = through(&inputs, 2, &InputPosition::default());
        for at in [0, 1, 2, 150, 299, 300] {
            let rest = through(&inputs, 2, &all[at].position_after);
            let sources = |pages: &[ProcessedPage<usize>]| -> Vec<String> {
                pages.iter().map(|page| page.source.clone()).collect()
            };
            assert_eq!(sources(&rest), sources(&all[at + 1..]), "{at}");
        }
    }
}
