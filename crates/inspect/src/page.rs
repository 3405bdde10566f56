//! The inspector as an HTML page.

use askama::Template;
use copydesk_clean::{ClutterClass, PageView, Record, escape_html};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::data::{self, InspectedBlock};
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
    aside: Vec<AsideText<'a>>,
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

/// A text that belongs to no block: a line number, a second copy of a formula.
struct AsideText<'a> {
    class: ClutterClass,
    rule: &'a str,
    text: &'a str,
}

/// Draws the inspector of a page.
pub(crate) fn render(view: &PageView) -> String {
    let record = &view.record;
    let blocks = data::blocks(view);
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
        confidence: percent(record.quality.confidence),
        kept_ratio: percent(record.quality.kept_ratio),
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
        aside: set_aside(record),
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

/// What was removed and is no block.
fn set_aside(record: &Record) -> Vec<AsideText<'_>> {
    let is_block = |text: &str, place: &str| {
        record.blocks.iter().any(|block| !block.kept && block.text == text && block.place == place)
    };
    let removed = record.removed.blocks.iter();
    removed
        .filter(|removed| {
            removed.rule.starts_with("structure/") || removed.rule.starts_with("unpack/")
        })
        .filter(|removed| !is_block(&removed.text, &removed.place))
        .map(|removed| AsideText { class: removed.class, rule: &removed.rule, text: &removed.text })
        .collect()
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

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 1")]
fn percent(share: f32) -> u32 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u32
}
