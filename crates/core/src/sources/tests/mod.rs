//! What inputs of each form come to, entered anywhere and damaged in many ways.

mod archives;
mod entries;
mod fixtures;
mod hostile;
mod tables;
