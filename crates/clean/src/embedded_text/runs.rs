//! Finds the longest run of prose in data.
//!
//! A run is one string, or a list of blocks under one parent. Data of a page also describe other articles, menus and
//! settings. What names and neighbors say about a run decides: names such as `related` or `translations` rule it out,
//! names such as `articleBody` and the title of the page beside it speak for it.

use super::blocks::{block_html, is_named};
use super::literal::{LiteralKind, LiteralTree};
use super::prose::{TextForm, count_words, form_of, prose_words};
use crate::fold::folded;

/// Words from which a run may be an article.
pub(super) const MIN_RUN_WORDS: usize = 40;
/// Words from which a string may be one whose name says nothing.
const MIN_NAMELESS_WORDS: usize = 100;
/// How many strings of that length are looked at.
const MAX_STRINGS: usize = 500;
/// How many lists are looked at, those with the most words first.
const MAX_LISTS: usize = 200;
/// Bytes of lists that are looked at.
const MAX_LIST_BYTES: usize = 32 << 20;
/// A list that has another one within it is preferred to that one only if it has this much more.
const MIN_OUTER_GAIN: f32 = 1.15;
/// How many kinds of objects a store may have.
const MAX_KINDS: usize = 64;
/// How many values around a run are searched for the title of the page.
const MAX_LEVELS: usize = 4;

/// Names of what holds the text of an article, in lower case and without signs.
const BODY_NAMES: [&str; 22] = [
    "articlebody",
    "body",
    "bodyhtml",
    "bodytext",
    "content",
    "contenthtml",
    "contents",
    "html",
    "text",
    "fulltext",
    "cooked",
    "rendered",
    "markdown",
    "story",
    "storybody",
    "articletext",
    "paragraphs",
    "blocks",
    "post",
    "article",
    "contentelements",
    "maincontent",
];

/// Parts of names of what is not the article of the page.
const OTHER_NAMES: [&str; 33] = [
    "related",
    "recommend",
    "recirc",
    "teaser",
    "latest",
    "popular",
    "trending",
    "mostread",
    "sidebar",
    "footer",
    "header",
    "navigation",
    "menu",
    "promo",
    "newsletter",
    "comment",
    "cookie",
    "consent",
    "i18n",
    "translation",
    "locale",
    "messages",
    "dictionary",
    "legal",
    "privacy",
    "advert",
    "summary",
    "description",
    "excerpt",
    "abstract",
    "standfirst",
    "caption",
    "config",
];

/// Names of fields that an entry of a list of articles has.
const TITLE_NAMES: [&str; 3] = ["title", "headline", "name"];

/// A run of prose.
#[derive(Clone, Debug)]
pub(super) struct ProseRun {
    pub(super) words: usize,
    /// Its words, weighed by what speaks for it.
    pub(super) weight: f32,
    pub(super) form: TextForm,
    pub(super) text: String,
}

/// The run of prose in a tree that is most likely the article. `title` is that of the page.
pub(super) fn best_run(tree: &LiteralTree, title: Option<&str>) -> Option<ProseRun> {
    let finder = RunFinder::new(tree, title);
    let string = finder.best_string();
    let list = finder.best_list();
    match (string, list) {
        (Some(string), Some(list)) => Some(if list.weight > string.weight { list } else { string }),
        (string, list) => string.or(list),
    }
}

struct RunFinder<'a> {
    tree: &'a LiteralTree,
    /// The title of the page, folded.
    title: String,
    /// The words of all strings before each value.
    words_before: Vec<usize>,
}

impl<'a> RunFinder<'a> {
    fn new(tree: &'a LiteralTree, title: Option<&str>) -> Self {
        let mut words_before = Vec::with_capacity(tree.values.len() + 1);
        let mut sum = 0;
        for value in &tree.values {
            words_before.push(sum);
            if let LiteralKind::Text(text) = &value.kind
                && text.contains([' ', '。', '，', '、'])
            {
                sum += count_words(text);
            }
        }
        words_before.push(sum);
        Self { tree, title: title.map(folded).unwrap_or_default(), words_before }
    }

    /// The string with the greatest weight.
    fn best_string(&self) -> Option<ProseRun> {
        let mut best: Option<(usize, usize, f32)> = None;
        let mut strings = 0;
        for at in 0..self.tree.values.len() {
            let Some(text) = self.tree.text(at).filter(|text| text.len() > MIN_RUN_WORDS) else {
                continue;
            };
            let (form, resolved) = form_of(text);
            let words = prose_words(&resolved, form);
            let least = if self.is_body(at) { MIN_RUN_WORDS } else { MIN_NAMELESS_WORDS };
            if words < least {
                continue;
            }
            strings += 1;
            if strings > MAX_STRINGS {
                break;
            }
            if self.is_elsewhere(at) {
                continue;
            }
            let weight = self.weight(at, words, self.is_body(at));
            if best.is_none_or(|(_, _, other)| weight > other) {
                best = Some((at, words, weight));
            }
        }
        let (at, words, weight) = best?;
        let (form, text) = form_of(self.tree.text(at)?);
        Some(ProseRun { words, weight, form, text: text.into_owned() })
    }

    /// The list of blocks with the greatest weight. Of lists within each other, the innermost that has nearly as much.
    fn best_list(&self) -> Option<ProseRun> {
        let mut best: Option<(usize, ProseRun)> = None;
        let mut bytes = 0;
        for (at, children) in self.lists() {
            let Some(run) = self.read_list(at, &children) else { continue };
            bytes += run.text.len();
            let is_better = best.as_ref().is_none_or(|(other, best)| {
                let is_within =
                    self.tree.get(*other).is_some_and(|outer| (*other..outer.end).contains(&at));
                let gain = if is_within { 1.0 / MIN_OUTER_GAIN } else { 1.0 };
                run.weight > best.weight * gain
            });
            if is_better {
                best = Some((at, run));
            }
            if bytes > MAX_LIST_BYTES {
                break;
            }
        }
        best.map(|(_, run)| run)
    }

    /// The lists that may be runs, outer ones before those within them, and the values of each.
    fn lists(&self) -> Vec<(usize, Vec<usize>)> {
        let tree = self.tree;
        let mut lists: Vec<(usize, Vec<usize>)> = (1..tree.values.len())
            .filter(|at| self.words_in(*at) >= MIN_RUN_WORDS)
            .filter_map(|at| {
                let children = match tree.get(at)?.kind {
                    LiteralKind::List => tree.children(at).collect(),
                    LiteralKind::Object => self.alike(at),
                    _ => return None,
                };
                (children.len() > 1).then_some((at, children))
            })
            .collect();
        if lists.len() > MAX_LISTS {
            lists.sort_by_key(|(at, _)| std::cmp::Reverse(self.words_in(*at)));
            lists.truncate(MAX_LISTS);
            lists.sort_by_key(|(at, _)| *at);
        }
        lists
    }

    /// The words of the strings in a value.
    fn words_in(&self, at: usize) -> usize {
        let end = self.tree.get(at).map_or(at, |value| value.end);
        let before = |at: usize| self.words_before.get(at).copied().unwrap_or_default();
        before(end).saturating_sub(before(at))
    }

    /// The objects in an object whose names have the same beginning, such as `Paragraph:a1`: a store of a client that
    /// keeps all objects beside each other. The kind with the most words.
    fn alike(&self, at: usize) -> Vec<usize> {
        let mut kinds: Vec<(&str, usize, Vec<usize>)> = Vec::new();
        for child in self.tree.children(at) {
            let Some(value) = self.tree.get(child) else { continue };
            let Some((kind, _)) = value.name.split_once(':') else { continue };
            let words = self.words_in(child);
            let known = kinds.iter().position(|(other, ..)| *other == kind);
            if let Some((_, sum, members)) = known.and_then(|at| kinds.get_mut(at)) {
                *sum += words;
                members.push(child);
            } else if kinds.len() < MAX_KINDS {
                kinds.push((kind, words, vec![child]));
            }
        }
        let best = kinds.into_iter().max_by_key(|(_, words, _)| *words);
        best.map(|(.., members)| members).unwrap_or_default()
    }

    /// A list as a run, if its values are blocks.
    fn read_list(&self, at: usize, children: &[usize]) -> Option<ProseRun> {
        if self.is_elsewhere(at) {
            return None;
        }
        let (mut text, mut words, mut entries, mut blocks) = (String::new(), 0, 0, 0);
        for child in children {
            let block = block_html(self.tree, *child);
            let block_words = prose_words(&block, TextForm::Html);
            if block.is_empty() {
                continue;
            }
            blocks += 1;
            if block_words > 0 {
                words += block_words;
                entries += usize::from(self.is_entry(*child));
            }
            text.push_str(&block);
        }
        let is_of_strings = children.iter().all(|child| self.tree.text(*child).is_some());
        let is_body = !is_of_strings || self.is_body(at);
        let least = if is_body { MIN_RUN_WORDS } else { MIN_NAMELESS_WORDS };
        // Articles of a list are each another article.
        (words >= least && blocks > 1 && entries * 2 < blocks).then(|| {
            let weight = self.weight(at, words, is_body);
            ProseRun { words, weight, form: TextForm::Html, text }
        })
    }

    /// Whether an object describes an article: it has a title besides its text.
    fn is_entry(&self, at: usize) -> bool {
        let is_title = |child: usize| {
            is_named(self.tree, child, &TITLE_NAMES[..2])
                && self.tree.text(child).is_some_and(|text| text.contains(' '))
        };
        self.tree.children(at).any(is_title)
    }

    /// Whether a name around a value says that it is not the article.
    fn is_elsewhere(&self, at: usize) -> bool {
        self.around(at).any(|at| {
            let name = self.tree.get(at).map(|value| plain_name(&value.name)).unwrap_or_default();
            OTHER_NAMES.iter().any(|other| name.contains(other))
        })
    }

    /// The words of a run, weighed. `is_body` says whether its names are those of an article's text.
    fn weight(&self, at: usize, words: usize, is_body: bool) -> f32 {
        let named = if is_body { 1.5 } else { 1.0 };
        let titled = if self.is_beside_title(at) { 3.0 } else { 1.0 };
        words as f32 * named * titled
    }

    /// Whether a value, or the object that it is in, has a name that the text of an article has.
    fn is_body(&self, at: usize) -> bool {
        let outer = self.tree.get(at).map_or(0, |value| value.parent);
        is_one_of(self.tree.name(at), &BODY_NAMES) || is_one_of(self.tree.name(outer), &BODY_NAMES)
    }

    /// Whether the title of the page is a field of an object around a value.
    fn is_beside_title(&self, at: usize) -> bool {
        if self.title.len() < 8 {
            return false;
        }
        self.around(at).skip(1).take(MAX_LEVELS).any(|outer| {
            // Stores may have very many entries, and none of them is the title.
            self.tree.children(outer).take(200).any(|child| {
                is_named(self.tree, child, &TITLE_NAMES)
                    && self.tree.text(child).filter(|text| text.len() < 400).is_some_and(|text| {
                        let text = folded(text);
                        text.len() >= 8
                            && (self.title.contains(&text) || text.contains(&self.title))
                    })
            })
        })
    }

    /// A value and those that it is in, inside out.
    fn around(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let mut next = Some(at);
        std::iter::from_fn(move || {
            let at = next?;
            next = self.tree.get(at).map(|value| value.parent).filter(|_| at > 0);
            Some(at)
        })
    }
}

/// A name in lower case and without signs.
fn plain_name(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    let name = plain_name(name);
    names.contains(&name.as_str())
}
