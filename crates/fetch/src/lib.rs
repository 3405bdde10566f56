//! Downloads pages.
