//! Text that is not in the blocks of a page: in JSON-LD, in the data from which scripts build the page, in `<noscript>`
//! and in `<template>`.
//!
//! It is only looked for if the page came out without an article ([`is_shell`]), since what a browser shows is always
//! preferred. [`find`] reads the source of the page once more, because the tree does not have scripts: ordinary pages
//! cost nothing. What it finds is HTML, which is put into the tree of the page as an `<article>` and then segmented and
//! judged like any other.
//!
//! | file | what it does |
//! | --- | --- |
//! | `literal.rs` | reads JSON and object literals as a flat tree |
//! | `flight.rs` | resolves what frameworks send in rows, and values that refer to each other |
//! | `runs.rs` | chooses the longest run of prose |
//! | `blocks.rs` | blocks of editors to HTML |
//! | `prose.rs` | tells prose from code, labels and data |
//! | `markdown.rs` | Markdown to HTML |
//! | `evidence.rs` | why a page without text needs scripts |
//! | `shell.rs` | whether a page came out without an article |
//! | `graft.rs` | puts the text into the tree |

mod blocks;
mod evidence;
mod flight;
mod graft;
mod literal;
mod markdown;
mod prose;
mod runs;
mod shell;
#[cfg(test)]
mod tests;

use crate::parse::{RawPart, raw_parts};
use crate::{TextSource, escape_html, segment};
use literal::{LiteralKind, LiteralSyntax, LiteralTree};
use prose::TextForm;
use runs::{MIN_RUN_WORDS, ProseRun};

pub(crate) use evidence::script_evidence;
pub(crate) use graft::graft;
pub(crate) use shell::{VisibleText, is_shell};

/// Bytes of scripts, attributes and strings within them that are read.
const MAX_BYTES: usize = 16 << 20;
/// Shorter scripts have no article.
const MIN_SCRIPT_BYTES: usize = 200;
/// Bytes from which a string within data may be data itself.
const MIN_NESTED_BYTES: usize = 64;
/// The share of the words of the longest run from which text in the structure of HTML is preferred to it.
const MIN_STRUCTURED_SHARE: f32 = 0.8;

/// An article that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmbeddedText {
    pub(crate) source: TextSource,
    /// An `<article>` with the text.
    pub(crate) html: String,
}

/// The longest run of prose that a page has outside of its blocks; `None` if there is none of 40 words or more. `title`
/// is that of the page: a text beside it is more likely its article.
///
/// Reads at most 16 MiB and 200,000 values, in time linear in their size.
pub(crate) fn find(source: &str, title: Option<&str>) -> Option<EmbeddedText> {
    let parts = EmbeddedParts::read(source);
    let linked = runs::best_run(&parts.linked, title);
    let data = runs::best_run(&parts.data, title);
    let markup = |texts: &[&str]| {
        let runs = texts.iter().map(|text| {
            let words = prose::prose_words(text, TextForm::Html);
            ProseRun { words, weight: words as f32, form: TextForm::Html, text: (*text).to_owned() }
        });
        runs.filter(|run| run.words >= MIN_RUN_WORDS).max_by_key(|run| run.words)
    };
    let found = [
        (TextSource::Noscript, markup(&parts.noscripts)),
        (TextSource::Template, markup(&parts.templates)),
        (TextSource::Hydration, data),
        (TextSource::JsonLd, linked),
    ];
    let mut found: Vec<(TextSource, ProseRun)> =
        found.into_iter().filter_map(|(source, run)| Some((source, run?))).collect();
    // A declared text says which article the page is about. Elsewhere it may have its paragraphs.
    if let Some(declared) = found.iter().find(|(source, _)| *source == TextSource::JsonLd) {
        let (least, start) = (declared.1.words as f32 * MIN_STRUCTURED_SHARE, opening(&declared.1));
        found.retain(|(source, run)| {
            *source == TextSource::JsonLd
                || run.words as f32 >= least && crate::fold::folded(&run.text).contains(&start)
        });
    } else {
        let longest = found.iter().map(|(_, run)| run.words).max().unwrap_or_default();
        found.retain(|(_, run)| run.words as f32 >= longest as f32 * MIN_STRUCTURED_SHARE);
    }
    let (source, run) = found.into_iter().next()?;
    Some(EmbeddedText { source, html: format!("<article>{}</article>", html_of(&run)) })
}

/// The first letters of a text, folded.
fn opening(run: &ProseRun) -> String {
    let text = crate::fold::folded(&run.text);
    text.chars().take(40).collect()
}

/// The HTML of a run.
fn html_of(run: &ProseRun) -> String {
    if run.form == TextForm::Html {
        return without_placeholders(&run.text);
    }
    if segment::is_markdown(&run.text) {
        return markdown::to_html(&run.text);
    }
    let mut html = String::with_capacity(run.text.len() + run.text.len() / 8);
    for line in run.text.lines().filter(|line| !line.trim().is_empty()) {
        html.extend(["<p>", &escape_html(line.trim()), "</p>"]);
    }
    html
}

/// Marks around the names of what scripts put into a text, such as `$$AD$$`.
const PLACEHOLDER_MARKS: [&str; 2] = ["$$", "%%"];
/// Bytes that such a name may have.
const MAX_PLACEHOLDER_BYTES: usize = 40;

/// A text without the places that scripts fill. A browser shows none of them.
fn without_placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, sign) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let length = placeholder_length(sign).unwrap_or_else(|| {
            // The sign alone, which is ASCII.
            out.extend(sign.chars().next());
            1
        });
        rest = sign.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The length of the placeholder at the start of a text: a name in capitals between marks.
fn placeholder_length(text: &str) -> Option<usize> {
    let mark = PLACEHOLDER_MARKS.iter().find(|mark| text.starts_with(**mark))?;
    let contents = text.get(mark.len()..)?;
    let is_of_name =
        |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let end = contents.find(|c| !is_of_name(c))?;
    let is_placed =
        (2..=MAX_PLACEHOLDER_BYTES).contains(&end) && contents.get(end..)?.starts_with(mark);
    is_placed.then_some(end + 2 * mark.len())
}

/// What the source of a page has besides its markup.
struct EmbeddedParts<'a> {
    /// JSON-LD, as far as it may be text.
    linked: LiteralTree,
    /// Other data.
    data: LiteralTree,
    noscripts: Vec<&'a str>,
    templates: Vec<&'a str>,
    /// The bytes that may still be read.
    budget: usize,
}

impl<'a> EmbeddedParts<'a> {
    fn read(source: &'a str) -> Self {
        let mut parts = Self {
            linked: LiteralTree::new(),
            data: LiteralTree::new(),
            noscripts: Vec::new(),
            templates: Vec::new(),
            budget: MAX_BYTES,
        };
        let mut sent = String::new();
        for part in raw_parts(source) {
            match part {
                RawPart::Noscript(html) => parts.noscripts.push(html),
                RawPart::Template(html) => parts.templates.push(html),
                RawPart::Data(json) => parts.read_data(&json, LiteralSyntax::Json),
                RawPart::Script(kind, script) => parts.read_script(&kind, script, &mut sent),
                RawPart::ScriptFile(_) => {}
            }
        }
        if !sent.is_empty() && parts.spend(sent.len()) {
            flight::read_rows(&sent, &mut parts.data);
        }
        keep_declared_texts(&mut parts.linked);
        parts.read_nested();
        flight::resolve_references(&mut parts.data);
        parts
    }

    fn read_script(&mut self, kind: &str, script: &'a str, sent: &mut String) {
        if script.len() < MIN_SCRIPT_BYTES {
            return;
        }
        let script_start = script.trim_start();
        if kind.ends_with("ld+json") {
            if self.spend(script.len()) {
                self.linked.read(script, LiteralSyntax::Json, "");
            }
        } else if flight::is_part(script) {
            flight::add_parts(script, sent);
        } else if kind.contains("template") || kind.contains("html") || kind.contains("handlebars")
        {
            self.templates.push(script);
        } else if kind.contains("json") || script_start.starts_with('{') {
            // An old form of Angular's state has quotation marks of its own.
            if script_start.starts_with("{&q;") {
                let json = script.replace("&q;", "\"").replace("&l;", "<").replace("&g;", ">");
                let json = json.replace("&s;", "'").replace("&a;", "&");
                self.read_data(&json, LiteralSyntax::Json);
            } else {
                self.read_data(script, LiteralSyntax::Json);
            }
        } else {
            self.read_data(script, LiteralSyntax::Script);
        }
    }

    fn read_data(&mut self, text: &str, syntax: LiteralSyntax) {
        if self.spend(text.len()) {
            self.data.read(text, syntax, "");
        }
    }

    /// Whether so many bytes may still be read; they then count as read.
    fn spend(&mut self, bytes: usize) -> bool {
        let rest = self.budget.checked_sub(bytes);
        self.budget = rest.unwrap_or(self.budget);
        rest.is_some()
    }

    /// Reads strings within the data that are JSON themselves, and those within them.
    fn read_nested(&mut self) {
        let mut at = 0;
        while at < self.data.values.len() {
            if let Some(json) = self.data.text(at).and_then(nested_json)
                && self.spend(json.len())
            {
                let name = self.data.name(at).to_owned();
                self.data.read(&json, LiteralSyntax::Json, &name);
                // It is no text itself.
                self.data.set_other(at);
            }
            at += 1;
        }
    }
}

/// The JSON in a string, if it is some.
fn nested_json(text: &str) -> Option<String> {
    if text.len() < MIN_NESTED_BYTES {
        return None;
    }
    let start = text.trim_start();
    if start.starts_with("%7B") || start.starts_with("%5B") {
        let decoded = percent_encoding::percent_decode_str(text);
        return Some(decoded.decode_utf8_lossy().into_owned());
    }
    let is_json = start.starts_with("{\"") || start.starts_with("[{") || start.starts_with("[\"");
    (is_json || start.starts_with("[[")).then(|| text.to_owned())
}

/// Keeps of JSON-LD only what declares the text of an article. Descriptions are no articles.
fn keep_declared_texts(tree: &mut LiteralTree) {
    for value in &mut tree.values {
        let is_declared =
            ["articleBody", "text", "headline", "name"].contains(&value.name.as_str());
        if let LiteralKind::Text(text) = &mut value.kind
            && !is_declared
        {
            text.clear();
        }
    }
}
