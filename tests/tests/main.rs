//! End-to-end tests through the real command. One binary, a module a subject.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests too, which clippy tells only by their attribute"
)]

mod cli;
