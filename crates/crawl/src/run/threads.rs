//! The threads of a run: one takes what was fetched, some look at it, and the caller's coordinates.

use std::sync::PoisonError;
use std::{io, thread};

use crossbeam_channel::{bounded, unbounded};

use super::coordinator::{Asked, Channels, Coordinator};
use super::ledger::Ledger;
use super::outputs::Outputs;
use super::worker::Worker;
use crate::error::Error;
use crate::frontier::{RunEnd, RunFigures};
use copydesk_core::Stop;
use copydesk_core::pipeline::STACK_BYTES;
use copydesk_core::sources::Web;

/// Visits that were looked at and not taken in yet.
const VISITED_AHEAD: usize = 1_024;

/// Runs until the coordinator ends. `abort` ends what `web` does.
pub(super) fn run(
    coordinator: Coordinator<'_>,
    worker: &Worker<'_>,
    (web, abort): (&Web, &Stop),
    threads: usize,
    outputs: &mut Outputs<'_>,
    observe: &mut dyn FnMut(&RunFigures),
) -> Result<(RunEnd, Ledger), Error> {
    let asked = &Asked::default();
    thread::scope(|scope| {
        let (requests, wanted) = unbounded();
        let (fetched, to_look) = bounded(threads * 2);
        let (done, visited) = bounded(VISITED_AHEAD);
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
                        if done.send(worker.look(lease, visit, fetched)).is_err() {
                            return;
                        }
                    }
                })
                .map_err(|error| threads_error(&error))?;
        }
        drop((to_look, done));
        let ended = coordinator.run(&Channels { requests, visited, asked }, outputs, observe);
        // Whatever ended it, nothing more is fetched.
        abort.stop();
        ended
    })
}

fn threads_error(error: &io::Error) -> Error {
    copydesk_core::ErrorKind::Threads(error.to_string()).into()
}
