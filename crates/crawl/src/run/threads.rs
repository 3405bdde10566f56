//! The threads of a run: one takes what was fetched, some look at it, and the caller's coordinates.

use std::sync::PoisonError;
use std::{io, thread};

use crossbeam_channel::{bounded, unbounded};

use super::commit_buffer::CommitBuffer;
use super::coordinator::{Coordinator, CrawlChannels, InFlightVisits};
use super::job_outputs::JobOutputs;
use super::worker::VisitWorker;
use crate::error::Error;
use crate::frontier::{RunEnd, RunFigures};
use copydesk_core::StopToken;
use copydesk_core::pipeline::STACK_BYTES;
use copydesk_core::sources::BlockingFetcher;

/// Visits that were looked at and not taken in yet.
const MAX_COMPLETED_VISITS: usize = 1_024;

/// Runs until the coordinator ends. `abort` ends what `web` does.
pub(super) fn run(
    coordinator: Coordinator<'_>,
    worker: &VisitWorker<'_>,
    (web, abort): (&BlockingFetcher, &StopToken),
    threads: usize,
    outputs: &mut JobOutputs<'_>,
    observe: &mut dyn FnMut(&RunFigures),
) -> Result<(RunEnd, CommitBuffer), Error> {
    let asked = &InFlightVisits::default();
    thread::scope(|scope| {
        let (requests, wanted) = unbounded();
        let (fetched, to_look) = bounded(threads * 2);
        let (done, visited) = bounded(MAX_COMPLETED_VISITS);
        let spawn = |name: String| thread::Builder::new().name(name).stack_size(STACK_BYTES);
        spawn("fetch-results".into())
            .spawn_scoped(scope, move || {
                for result in web.fetch_all(wanted.into_iter()) {
                    if fetched.send(result).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| threads_error(&error))?;
        for number in 0..threads {
            let (to_look, done) = (to_look.clone(), done.clone());
            spawn(format!("clean-{number}"))
                .spawn_scoped(scope, move || {
                    for fetched in to_look {
                        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                        let visit = asked.remove(&fetched.index);
                        drop(asked);
                        let Some((lease, visit)) = visit else { continue };
                        if done.send(worker.process(lease, visit, fetched)).is_err() {
                            return;
                        }
                    }
                })
                .map_err(|error| threads_error(&error))?;
        }
        drop((to_look, done));
        let ended = coordinator.run(
            &CrawlChannels { requests, completed: visited, in_flight: asked },
            outputs,
            observe,
        );
        // Whatever ended it, nothing more is fetched.
        abort.stop();
        ended
    })
}

fn threads_error(error: &io::Error) -> Error {
    copydesk_core::ErrorKind::Threads(error.to_string()).into()
}
