//! Panics that are caught and become the error of one page.
//!
//! A program prints every panic on standard error by default, in a hook that runs before the panic is caught. A
//! hook that asks [`is_caught`] can leave out those that a record will report, and show all others.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

thread_local! {
    /// Calls of [`catch`] that this thread is in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Does `work`, and returns the payload if it panics.
///
/// # Errors
/// If `work` panics.
pub fn catch<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    DEPTH.set(DEPTH.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    result
}

/// Whether a panic on this thread would be caught by [`catch`]. To be asked on the thread that panics, as a panic
/// hook does.
pub fn is_caught() -> bool {
    DEPTH.get() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_panics_inside_the_guard_count_as_caught() {
        assert!(!is_caught());
        let inside = catch(|| {
            assert!(catch(|| panic!("inner")).is_err());
            // The inner guard has ended, the outer one has not.
            assert!(is_caught());
            let elsewhere = thread::spawn(is_caught).join().unwrap();
            assert!(!elsewhere, "another thread is not guarded");
            panic!("outer")
        });
        let payload: Box<dyn std::any::Any + Send> = inside.map(|(): ()| ()).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"outer"));
        assert!(!is_caught());
    }
}
