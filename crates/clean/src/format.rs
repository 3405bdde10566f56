//! Formats into a string that exists.

use std::fmt::{Arguments, Write as _};

/// Appends formatted text.
pub(crate) fn push_format(out: &mut String, text: Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
