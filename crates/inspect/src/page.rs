//! The inspector as an HTML page.

use askama::Template;
use copydesk_clean::{ClutterClass, PageView, RemovedBlock, escape_html};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::data::{self, InspectedBlock, InspectedBlocks, hundredths};
use crate::facts::{self, NamedFact};
use crate::sanitize;

const SCRIPT: &str = include_str!("../templates/inspector.js");
const STYLE: &str =
    concat!(include_str!("../templates/inspector.css"), include_str!("../templates/palette.css"));
/// The style of the frame with the page.
const FRAME_STYLE: &str =
    concat!(include_str!("../templates/frame.css"), include_str!("../templates/palette.css"));

#[derive(Template)]
#[template(path = "inspector.html")]
struct InspectorPage<'a> {
    title: &'a str,
    source: &'a str,
    outcome: &'static str,
    confidence: u32,
    kept_ratio: u32,
    error: Option<&'a str>,
    /// The policy that refuses everything but the script below.
    policy: String,
    style: &'static str,
    script: &'static str,
    /// The blocks and classes, for the script.
    data: String,
    classes: Vec<ClassFilter>,
    kept_blocks: usize,
    removed_blocks: usize,
    /// The page for the frame, escaped as the value of an attribute. Empty for text.
    frame: String,
    blocks: Vec<ShownBlock<'a>>,
    text: String,
    sections: Vec<FactTable>,
    /// Texts that belong to no block: line numbers, second copies of formulas.
    aside: Vec<&'a RemovedBlock>,
}

/// A clutter class of the page.
struct ClassFilter {
    class: ClutterClass,
    sign: char,
    blocks: usize,
}

/// A block of a page without markup.
struct ShownBlock<'a> {
    number: usize,
    text: &'a str,
}

struct FactTable {
    title: &'static str,
    facts: Vec<NamedFact>,
}

/// Draws the inspector of a page.
pub(crate) fn render(view: &PageView) -> String {
    let record = &view.record;
    let InspectedBlocks { blocks, aside } = data::inspect(view);
    let removed = || record.blocks.iter().filter(|block| !block.kept && !block.is_title);
    let count = |class: ClutterClass| removed().filter(|block| block.class == Some(class)).count();
    let classes = ClutterClass::ALL
        .into_iter()
        .map(|class| ClassFilter { class, sign: sign(class), blocks: count(class) })
        .filter(|filter| filter.blocks > 0)
        .collect();
    let shown = if view.page.is_none() { record.blocks.as_slice() } else { &[] };
    let page = InspectorPage {
        title: record.title.as_deref().unwrap_or(&record.source),
        source: record.url.as_deref().unwrap_or(&record.source),
        outcome: record.outcome.as_str(),
        confidence: hundredths(record.quality.confidence),
        kept_ratio: hundredths(record.quality.kept_ratio),
        error: record.error.as_ref().map(|error| error.message.as_str()),
        policy: format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
            BASE64.encode(&Sha256::digest(SCRIPT))
        ),
        style: STYLE,
        script: SCRIPT,
        data: script_data(&blocks),
        classes,
        kept_blocks: record.blocks.iter().filter(|block| block.kept).count(),
        removed_blocks: removed().count(),
        frame: view.page.as_deref().map(frame).unwrap_or_default(),
        blocks: shown
            .iter()
            .enumerate()
            .map(|(number, block)| ShownBlock { number, text: &block.text })
            .collect(),
        text: sanitize::text(&view.text),
        sections: [
            ("Metadata", facts::metadata(record)),
            ("Access", facts::access(record)),
            ("Encoding and structure", facts::encoding(record)),
        ]
        .into_iter()
        .map(|(title, facts)| FactTable { title, facts })
        .collect(),
        aside,
    };
    // A template fails only if writing to the string does.
    page.render().unwrap_or_default()
}

/// The page in the frame, as the value of `srcdoc`.
fn frame(markup: &str) -> String {
    let page = sanitize::page(markup);
    escape_html(&format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><style>{FRAME_STYLE}</style></head><body>{page}</body></html>"
    ))
    .into_owned()
}

/// JSON for a `<script>`, which ends at the first `</script`.
fn script_data(blocks: &[InspectedBlock<'_>]) -> String {
    let signs: Vec<(ClutterClass, char)> =
        ClutterClass::ALL.into_iter().map(|class| (class, sign(class))).collect();
    let data = serde_json::json!({ "blocks": blocks, "signs": signs });
    data.to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// The sign of a class, beside its color.
pub(crate) fn sign(class: ClutterClass) -> char {
    match class {
        ClutterClass::Navigation => '≡',
        ClutterClass::Newsletter => '✉',
        ClutterClass::Paywall => '€',
        ClutterClass::Login => '@',
        ClutterClass::Consent => '✓',
        ClutterClass::Advert => '★',
        ClutterClass::Related => '↗',
        ClutterClass::Share => '⤴',
        ClutterClass::Comments => '❝',
        ClutterClass::Byline => '✎',
        ClutterClass::Caption => '▣',
        ClutterClass::Legal => '§',
        ClutterClass::Notice => '!',
        _ => '·',
    }
}
