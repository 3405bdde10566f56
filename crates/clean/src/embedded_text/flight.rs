//! Reads what React server components send, and lists whose values refer to each other by number.

use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::literal::{LiteralKind, LiteralSyntax, LiteralTree, LiteralValue, read_string};

/// How deep references are followed.
const MAX_DEPTH: usize = 48;

/// Bytes up to which a text may have several places.
const MAX_SHARED_BYTES: usize = 100;

/// Before each part of what server components send (`self.__next_f.push([1,"..."])`).
const PUSH: &str = "__next_f.push(";

/// Whether a script sends a part.
pub(super) fn is_part(script: &str) -> bool {
    memmem::find(script.as_bytes(), PUSH.as_bytes()).is_some()
}

/// Adds the parts that a script sends to `sent`.
pub(super) fn add_parts(script: &str, sent: &mut String) {
    for at in memmem::find_iter(script.as_bytes(), PUSH.as_bytes()) {
        let rest = script.get(at + PUSH.len()..).unwrap_or_default();
        let is_before = |c: char| c == '[' || c == ',' || c.is_ascii_digit() || c.is_whitespace();
        let string = rest.trim_start_matches(is_before);
        let start = script.len() - string.len();
        if let Some((part, _)) =
            string.strip_prefix('"').and_then(|_| read_string(script, start + 1, '"', true))
        {
            sent.push_str(&part);
        }
    }
}

/// Reads the rows that were sent: `ID:JSON`, or `ID:TLENGTH,TEXT` with the length in hexadecimal bytes.
pub(super) fn read_rows(sent: &str, tree: &mut LiteralTree) {
    let mut texts: HashMap<String, String> = HashMap::new();
    let first = tree.values.len();
    let mut rest = sent;
    while let Some((id, row)) = rest.split_once(':') {
        let id = id.trim_start();
        if let Some((text, after)) = row.strip_prefix('T').and_then(text_row) {
            texts.insert(id.to_owned(), text.to_owned());
            rest = after;
            continue;
        }
        let (row, after) = row.split_once('\n').unwrap_or((row, ""));
        if row.starts_with(['[', '{', '"']) {
            tree.read(row, LiteralSyntax::Json, "");
        }
        rest = after;
    }
    let mut used = HashSet::new();
    for value in tree.values.get_mut(first..).unwrap_or_default() {
        if let LiteralKind::Text(text) = &mut value.kind
            && let Some(id) = text.strip_prefix('$')
            && let Some((id, row)) = texts.get_key_value(id)
            && used.insert(id.clone())
        {
            row.clone_into(text);
        }
    }
    let mut unused: Vec<_> = texts.into_iter().filter(|(id, _)| !used.contains(id)).collect();
    unused.sort();
    for (_, text) in unused {
        tree.add_text(text);
    }
}

fn text_row(row: &str) -> Option<(&str, &str)> {
    let (length, text) = row.split_once(',')?;
    text.split_at_checked(usize::from_str_radix(length, 16).ok()?)
}

/// Adds a copy of each list in which values refer to each other by number, with the values in their places. Nuxt,
/// `SvelteKit` and Remix send such lists.
pub(super) fn resolve_references(tree: &mut LiteralTree) {
    let is_list = |at: &usize| tree.get(*at).is_some_and(|it| it.kind == LiteralKind::List);
    let sources: Vec<usize> = tree.children(0).collect();
    let lists: Vec<usize> =
        sources.iter().flat_map(|source| tree.children(*source)).filter(is_list).collect();
    for list in lists {
        let elements: Vec<usize> = tree.children(list).collect();
        if refers_by_number(tree, &elements) {
            let copy = tree.open(LiteralKind::List, String::new(), 0);
            let mut resolver = ReferenceResolver { tree, elements, used: HashSet::new() };
            resolver.add(0, String::new(), copy, 0);
            let end = tree.values.len();
            tree.close(copy, end);
            tree.close(0, end);
        }
    }
}

/// Whether the objects of a list have only numbers of its elements in them.
fn refers_by_number(tree: &LiteralTree, elements: &[usize]) -> bool {
    let is_reference = |at: usize| match tree.get(at).map(|value| &value.kind) {
        Some(LiteralKind::Number(number)) => *number < elements.len(),
        // Negative numbers stand for values such as `undefined`.
        Some(LiteralKind::Other) => true,
        _ => false,
    };
    let objects = elements
        .iter()
        .filter(|at| tree.get(**at).is_some_and(|value| value.kind == LiteralKind::Object));
    let mut count = 0;
    for object in objects.take(20) {
        count += 1;
        if !tree.children(*object).all(is_reference) {
            return false;
        }
    }
    count > 0 && elements.len() > 2
}

struct ReferenceResolver<'a> {
    tree: &'a mut LiteralTree,
    elements: Vec<usize>,
    /// Objects, lists and long texts that have their place. A second place would let the tree grow without bounds.
    used: HashSet<usize>,
}

impl ReferenceResolver<'_> {
    /// Adds the element with this number, and what it refers to.
    fn add(&mut self, number: usize, name: String, parent: usize, depth: usize) {
        let Some(element) = self.elements.get(number).copied() else { return };
        let Some(LiteralValue { kind, .. }) = self.tree.get(element).cloned() else { return };
        if depth >= MAX_DEPTH || self.tree.is_full() {
            return;
        }
        // Short texts, such as the names of types, are shared.
        let is_shared = match &kind {
            LiteralKind::Text(text) => text.len() <= MAX_SHARED_BYTES,
            LiteralKind::Object | LiteralKind::List => false,
            LiteralKind::Number(_) | LiteralKind::Other => true,
        };
        if !is_shared && !self.used.insert(element) {
            return;
        }
        if !matches!(kind, LiteralKind::Object | LiteralKind::List) {
            self.tree.open(kind, name, parent);
            return;
        }
        let children: Vec<usize> = self.tree.children(element).collect();
        let at = self.tree.open(kind, name, parent);
        for child in children {
            let Some(value) = self.tree.get(child).cloned() else { continue };
            if let LiteralKind::Number(number) = value.kind {
                let name = self.name(value.name);
                self.add(number, name, at, depth + 1);
            }
        }
        let end = self.tree.values.len();
        self.tree.close(at, end);
    }

    /// A name, which may be the number of an element too (`_12`).
    fn name(&self, name: String) -> String {
        let number = name.strip_prefix('_').and_then(|number| number.parse::<usize>().ok());
        let element = number.and_then(|number| self.elements.get(number));
        element.and_then(|at| self.tree.text(*at)).map_or(name, str::to_owned)
    }
}
