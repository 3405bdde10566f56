//! Why a page without text needs scripts.

use scraper::{ElementRef, Html};

use super::prose::without_tags;
use super::shell::is_notice;
use crate::fold::single_spaced;
use crate::parse::{RawPart, raw_parts};

/// The ids that frameworks give to the element that scripts fill.
const ROOT_IDS: [&str; 16] = [
    "root",
    "app",
    "__next",
    "__nuxt",
    "___gatsby",
    "gatsby-focus-wrapper",
    "svelte",
    "q-app",
    "react-root",
    "app-root",
    "main-app",
    "ember-basic-dropdown-wormhole",
    "mount",
    "appRoot",
    "react-app",
    "vue-app",
];
/// The elements that frameworks fill.
const ROOT_NAMES: [&str; 3] = ["app-root", "ng-app", "ion-app"];
/// Characters of a notice that are quoted.
const MAX_QUOTED: usize = 160;
/// How many elements with such ids are looked at.
const MAX_ROOTS: usize = 32;
/// How many pieces of evidence are listed.
const MAX_EVIDENCE: usize = 4;

/// What shows that scripts build the text of a page, which has none. `blocks` are the texts of its blocks. Empty if
/// nothing does: then it just has no text.
pub(crate) fn script_evidence<'a>(
    source: &str,
    html: &Html,
    blocks: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut blocks = blocks.peekable();
    let is_empty = blocks.peek().is_none();
    let mut notices: Vec<String> = blocks.filter(|block| is_notice(block)).map(quoted).collect();
    let (mut files, mut scripts) = (0, 0);
    for part in raw_parts(source) {
        match part {
            RawPart::Noscript(html) => {
                let text = without_tags(html);
                notices.extend(is_notice(&text).then(|| quoted(&text)));
            }
            RawPart::ScriptFile(_) => files += 1,
            RawPart::Script(kind, _) => scripts += usize::from(!kind.ends_with("json")),
            _ => {}
        }
    }
    notices.dedup();
    let mut evidence: Vec<String> =
        notices.into_iter().map(|notice| format!("notice: {notice}")).collect();
    if files + scripts > 0 {
        let roots = empty_roots(html).chain(is_empty.then(|| "<body>".to_owned()));
        evidence.extend(roots.map(|root| format!("empty element: {root}")));
    }
    evidence.truncate(MAX_EVIDENCE - 1);
    if !evidence.is_empty() && files + scripts > 0 {
        evidence.push(format!("scripts: {files} files, {scripts} in the page"));
    }
    evidence
}

fn quoted(text: &str) -> String {
    single_spaced(text).chars().take(MAX_QUOTED).collect()
}

/// The elements that frameworks fill and that have no text.
fn empty_roots(html: &Html) -> impl Iterator<Item = String> + '_ {
    let elements = html.root_element().descendants().filter_map(ElementRef::wrap);
    let roots = elements.filter_map(|element| {
        let name = element.value().name();
        let id = element.value().id().filter(|id| ROOT_IDS.contains(id));
        let root = match id {
            Some(id) => format!("<{name} id=\"{id}\">"),
            None if ROOT_NAMES.contains(&name) => format!("<{name}>"),
            None => return None,
        };
        Some((element, root))
    });
    let is_empty = |element: &ElementRef<'_>| {
        let texts = element.descendants().filter_map(|node| {
            let is_code = node.parent().and_then(ElementRef::wrap).is_some_and(|parent| {
                matches!(parent.value().name(), "script" | "style" | "noscript" | "template")
            });
            node.value().as_text().filter(|_| !is_code)
        });
        let words = texts.flat_map(|text| text.split_whitespace());
        words.take(MAX_ROOT_WORDS + 1).count() <= MAX_ROOT_WORDS
    };
    let roots = roots.take(MAX_ROOTS);
    roots.filter(move |(element, _)| is_empty(element)).map(|(_, root)| root).take(MAX_EVIDENCE)
}

/// Words that an element may have and still wait for its contents, such as "Loading...".
const MAX_ROOT_WORDS: usize = 8;
