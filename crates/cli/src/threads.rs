//! The number of threads that a command starts.

use copydesk_core::pipeline::capped_threads;

use crate::console::Console;

/// The number of threads to start if so many are asked for; says so if it is smaller.
pub(crate) fn capped(wanted: usize, console: &Console) -> usize {
    let threads = capped_threads(wanted);
    if threads < wanted {
        console.warning(&format!(
            "of {wanted} threads, {threads} are started: more than four per processor clean nothing faster"
        ));
    }
    threads
}
