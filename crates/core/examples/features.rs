//! Writes the evidence on every block of labelled pages, for fitting weights.
//!
//! `cargo run --release -p copydesk-core --example features -- DATASET KIND OUT`: OUT.f32 holds the
//! features, OUT.tsv a line a block: page, type, host, words, how many of them are in the reference
//! at their place, words of the reference, the beginning of the text; OUT.names the features' names.
//!
//! KIND is `html` for the pages; `nodes` for their text nodes, a line each; `blocks` for their blocks
//! of text, a line each; `scraped` for those blocks that a careless extractor would have kept.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};

use copydesk_clean::{Cleaner, Input, InputKind};
use copydesk_core::eval::{Dataset, align, text_nodes, words};
use rayon::prelude::*;

/// The score from which on a careless extractor keeps a block: most of the article's surroundings.
const CARELESS: f32 = 0.04;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, root, kind, out] = arguments.as_slice() else {
        return Err("usage: features DATASET html|nodes|blocks|scraped OUT".into());
    };
    let dataset = Dataset::open(root.as_ref())?;
    let cleaner = Cleaner::default();
    let mut vectors = BufWriter::new(std::fs::File::create(format!("{out}.f32"))?);
    let mut table = BufWriter::new(std::fs::File::create(format!("{out}.tsv"))?);
    std::fs::write(format!("{out}.names"), Cleaner::feature_names().join("\n"))?;
    let pages: Vec<_> = dataset
        .ids()
        .par_iter()
        .map(|id| {
            let page = dataset.page(id).map_err(|error| error.to_string())?;
            let bytes = dataset.bytes(id).map_err(|error| error.to_string())?;
            let is_text = kind != "html";
            let bytes = match kind.as_str() {
                "html" => bytes,
                "nodes" => text_nodes(&bytes).into_bytes(),
                "blocks" | "scraped" => {
                    let page = Input {
                        url: Some(&page.url),
                        kind: Some(InputKind::Html),
                        ..Input::new(id, &bytes)
                    };
                    let least = if kind == "scraped" { CARELESS } else { 0.0 };
                    let blocks = cleaner.inspect(&page);
                    let lines = blocks.iter().filter(|block| block.score >= least);
                    let lines: Vec<String> =
                        lines.map(|block| block.text.replace('\n', " ")).collect();
                    lines.join("\n").into_bytes()
                }
                other => return Err(format!("{other} is no kind")),
            };
            let input = Input {
                url: Some(&page.url).filter(|_| !is_text).map(String::as_str),
                kind: Some(if is_text { InputKind::Text } else { InputKind::Html }),
                ..Input::new(id, &bytes)
            };
            let features = cleaner.features(&input);
            let blocks = cleaner.inspect(&input);
            let lowered: Vec<String> =
                blocks.iter().map(|block| block.text.to_lowercase()).collect();
            let of_blocks: Vec<Vec<&str>> =
                lowered.iter().map(|text| words(text).collect()).collect();
            let all: Vec<&str> = of_blocks.iter().flatten().copied().collect();
            let reference = page.truth.main_content.to_lowercase();
            let reference: Vec<&str> = words(&reference).collect();
            let matched = align(&all, &reference);
            let mut rows = String::new();
            let mut start = 0;
            let host = page.url.split('/').nth(2).unwrap_or("").to_owned();
            for (block, words) in blocks.iter().zip(&of_blocks) {
                let hits = matched[start..start + words.len()].iter().filter(|is| **is).count();
                start += words.len();
                let text: String = block.text.replace(['\t', '\n'], " ").chars().take(80).collect();
                writeln!(
                    rows,
                    "{id}\t{}\t{host}\t{}\t{hits}\t{}\t{text}",
                    page.page_type,
                    words.len(),
                    reference.len()
                )
                .map_err(|error| error.to_string())?;
            }
            Ok::<_, String>((rows, features))
        })
        .collect::<Result<_, _>>()?;
    for (rows, features) in pages {
        table.write_all(rows.as_bytes())?;
        for value in features.iter().flatten() {
            vectors.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}
