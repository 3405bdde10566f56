//! Cleans files and prints the title and the Markdown of each.
//!
//! `cargo run --release -p copydesk-clean --example clean -- FILE ...`

use std::io::{BufWriter, Write};

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass, Favor};

fn main() -> std::io::Result<()> {
    let options =
        CleanOptions::default().markdown(true).keep([ClutterClass::Caption]).favor(Favor::Recall);
    // A cleaner compiles lexicons and loads the model once. Create it once and reuse it.
    let cleaner = Cleaner::with_options(options);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let record = cleaner.clean(&CleanInput::new(&path, &bytes));
        writeln!(out, "# {}\n", record.title.as_deref().unwrap_or(&path))?;
        writeln!(out, "{}\n", record.markdown.unwrap_or_default())?;
    }
    out.flush()
}
