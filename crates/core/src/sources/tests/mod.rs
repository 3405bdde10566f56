//! The pages of inputs in each format, entered at any page and damaged in many ways.

mod archives;
mod entries;
mod fixtures;
mod hostile;
mod tables;
