//! End-to-end tests through the real command. One binary, a module a subject.

mod cli;
