//! Prints the JSON Schema of a record.
//!
//! `cargo run -p copydesk-clean --example record_schema > docs/record.schema.json`

use std::io::Write;

fn main() -> std::io::Result<()> {
    let schema = serde_json::to_string_pretty(&copydesk_clean::record_schema())?;
    writeln!(std::io::stdout().lock(), "{schema}")
}
