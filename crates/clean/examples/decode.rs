//! Decodes files in any encoding, and prints one JSON object for each: the path, the text, and the report.
//!
//! `cargo run --release -p copydesk-clean --example decode -- FILE ...`

use std::io::{BufWriter, Write};

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let decoded = copydesk_clean::decode(&bytes, None);
        let line =
            serde_json::json!({ "path": path, "text": decoded.text, "encoding": decoded.report });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
