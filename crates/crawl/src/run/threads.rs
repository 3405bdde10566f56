//! The threads of a run: one receives responses, some process them, and the caller's thread coordinates.

use std::{io, thread};

use crossbeam_channel::{bounded, unbounded};

use super::commit_buffer::CommitBuffer;
use super::coordinator::{Coordinator, CrawlChannels};
use super::job_outputs::JobOutputs;
use super::resources::RunResources;
use super::visit_fetches::fetch_visits;
use super::worker::VisitWorker;
use crate::error::Error;
use crate::frontier::{RunEnd, RunFigures};
use copydesk_core::pipeline::STACK_BYTES;

/// Processed visits that wait for the coordinator. It has to be more than the coordinator commits at once, so
/// that workers go on while it writes; each one may hold a cleaned page.
const MAX_COMPLETED_VISITS: usize = 1_024;

/// Runs until the coordinator ends.
pub(super) fn run(
    coordinator: Coordinator<'_>,
    worker: &VisitWorker<'_>,
    resources: &RunResources,
    thread_count: usize,
    outputs: &mut JobOutputs<'_>,
    observe: &mut dyn FnMut(&RunFigures),
) -> Result<(RunEnd, CommitBuffer), Error> {
    thread::scope(|scope| {
        // Unbounded, since the coordinator must never block on it: it limits requests per host and hosts
        // itself.
        let (requests, wanted) = unbounded();
        // Two per worker keep all of them busy. What is not taken stays with the fetcher, which then slows
        // down.
        let (fetched, to_process) = bounded(thread_count * 2);
        let (done, completed) = bounded(MAX_COMPLETED_VISITS);
        let spawn = |name: String| thread::Builder::new().name(name).stack_size(STACK_BYTES);
        spawn("fetch-results".into())
            .spawn_scoped(scope, move || {
                for visit in fetch_visits(&resources.fetcher, wanted) {
                    if fetched.send(visit).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| threads_error(&error))?;
        for number in 0..thread_count {
            let (to_process, done) = (to_process.clone(), done.clone());
            spawn(format!("clean-{number}"))
                .spawn_scoped(scope, move || {
                    for visit in to_process {
                        if done.send(worker.process(visit)).is_err() {
                            return;
                        }
                    }
                })
                .map_err(|error| threads_error(&error))?;
        }
        // Only the threads keep the channels open, so that each one ends with those before it.
        drop((to_process, done));
        let ended = coordinator.run(&CrawlChannels { requests, completed }, outputs, observe);
        // However it ended, the other threads must not wait for open requests.
        resources.abort.stop();
        ended
    })
}

fn threads_error(error: &io::Error) -> Error {
    copydesk_core::ErrorKind::Threads(error.to_string()).into()
}
