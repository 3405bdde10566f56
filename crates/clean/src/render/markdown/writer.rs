//! Writes pieces of Markdown inside the containers that they stand in.

use super::super::containers::{Container, ContainerKind};
use crate::format::push_format;

/// Text of one block, and how it follows what is before it.
pub(super) struct MarkdownPiece {
    text: String,
    kind: PieceKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    /// Several such in one list item need blank lines.
    Block,
    Paragraph,
    /// The term of a definition list.
    Term,
    CalloutTitle,
}

impl MarkdownPiece {
    pub(super) fn block(text: String) -> Self {
        Self { text, kind: PieceKind::Block }
    }

    pub(super) fn paragraph(text: String) -> Self {
        Self { text, kind: PieceKind::Paragraph }
    }

    pub(super) fn term(text: String) -> Self {
        Self { text, kind: PieceKind::Term }
    }

    pub(super) fn callout_title(text: String) -> Self {
        Self { text, kind: PieceKind::CalloutTitle }
    }
}

/// Collects the pieces of a document.
pub(super) struct MarkdownWriter {
    out: String,
    open: Vec<OpenContainer>,
    last: Option<LastPiece>,
}

struct OpenContainer {
    container: Container,
    /// What each line after the first begins with.
    indent: String,
    /// Whether a list uses the other marker, since a list with the first one ends right before it.
    is_alternate: bool,
}

/// What the next piece follows.
struct LastPiece {
    kind: PieceKind,
    /// Whether it is the first in its list item.
    opened_item: bool,
}

impl MarkdownWriter {
    pub(super) fn new() -> Self {
        Self { out: String::new(), open: Vec::new(), last: None }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Adds text to the last piece.
    pub(super) fn append(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Whether the last piece stands in a container.
    pub(super) fn is_open(&self, container: &Container) -> bool {
        self.open.iter().any(|open| open.container == *container)
    }

    /// Writes a piece that stands in these containers, outermost first.
    pub(super) fn write(&mut self, path: &[Container], piece: &MarkdownPiece) {
        // GitHub knows no definition lists: a fence or a table after `: ` would be text.
        let plain: Vec<Container>;
        let path = if piece.kind == PieceKind::Block {
            plain =
                path.iter().filter(|it| it.kind != ContainerKind::Definition).cloned().collect();
            &plain
        } else {
            path
        };
        let shared = self
            .open
            .iter()
            .zip(path)
            .take_while(|(open, container)| open.container == **container)
            .count();
        let new = path.get(shared..).unwrap_or_default();
        let opens_item =
            new.iter().any(|container| matches!(container.kind, ContainerKind::Item { .. }));
        self.separate(shared, new, piece.kind);
        let is_defined = self.last.as_ref().is_some_and(|last| last.kind == PieceKind::Term)
            || self
                .open
                .get(shared)
                .is_some_and(|open| open.container.kind == ContainerKind::Definition);
        let closed = self.open.get(shared).map(|open| (open.container.clone(), open.is_alternate));
        self.open.truncate(shared);
        let mut lead = self.indent();
        for (number, container) in new.iter().enumerate() {
            let is_alternate = number == 0
                && closed.as_ref().is_some_and(|(closed, alternate)| {
                    closed.kind == container.kind && !alternate && is_list(container)
                });
            let mut mark = self.mark(container);
            // A definition without its term is a paragraph.
            if container.kind == ContainerKind::Definition && !is_defined {
                mark.clear();
            }
            if let ContainerKind::Callout(kind) = &container.kind {
                push_format(&mut lead, format_args!("> [!{}]", kind.to_ascii_uppercase()));
                let is_last = number + 1 == new.len();
                let title =
                    Some(&piece.text).filter(|_| is_last && piece.kind == PieceKind::CalloutTitle);
                if let Some(title) = title.filter(|title| !is_kind_name(title, kind)) {
                    lead.push(' ');
                    lead.push_str(&title.replace("  \n", " "));
                }
                self.out.push_str(&lead);
                self.push_open(container, "> ".to_owned(), false);
                if title.is_some() {
                    self.last = Some(LastPiece { kind: piece.kind, opened_item: opens_item });
                    return;
                }
                self.out.push('\n');
                lead = self.indent();
                continue;
            }
            lead.push_str(&mark);
            let indent = match &container.kind {
                ContainerKind::Quote => "> ".to_owned(),
                ContainerKind::Note(_) => " ".repeat(4),
                ContainerKind::Item { number: None, .. } => " ".repeat(2),
                _ => " ".repeat(mark.chars().count()),
            };
            self.push_open(container, indent, is_alternate);
        }
        self.lines(&lead, &piece.text);
        self.last = Some(LastPiece { kind: piece.kind, opened_item: opens_item });
    }

    fn push_open(&mut self, container: &Container, indent: String, is_alternate: bool) {
        self.open.push(OpenContainer { container: container.clone(), indent, is_alternate });
    }

    /// What the first line in a container begins with.
    fn mark(&self, container: &Container) -> String {
        let is_alternate = self.open.last().is_some_and(|open| open.is_alternate);
        match &container.kind {
            ContainerKind::Item { number, checked } => {
                let mut mark = match (number, is_alternate) {
                    (Some(number), false) => format!("{number}. "),
                    (Some(number), true) => format!("{number}) "),
                    (None, false) => "- ".to_owned(),
                    (None, true) => "* ".to_owned(),
                };
                mark.push_str(match checked {
                    Some(true) => "[x] ",
                    Some(false) => "[ ] ",
                    None => "",
                });
                mark
            }
            ContainerKind::Quote => "> ".to_owned(),
            ContainerKind::Definition => ": ".to_owned(),
            ContainerKind::List { .. } | ContainerKind::Callout(_) | ContainerKind::Note(_) => {
                String::new()
            }
        }
    }

    /// Ends the line of the last piece, with a blank line after it where Markdown or a reader needs one.
    fn separate(&mut self, shared: usize, new: &[Container], kind: PieceKind) {
        let Some(last) = &self.last else { return };
        let outer = shared.checked_sub(1).and_then(|at| self.open.get(at));
        let outer_kind = outer.map(|open| &open.container.kind);
        let opens_item = match new {
            [first, ..] if matches!(first.kind, ContainerKind::Item { .. }) => {
                matches!(outer_kind, Some(ContainerKind::List { .. }))
            }
            [outer, inner, ..]
                if is_list(outer) && matches!(inner.kind, ContainerKind::Item { .. }) =>
            {
                matches!(outer_kind, Some(ContainerKind::Item { .. }))
            }
            _ => false,
        };
        let is_short = |kind| kind == PieceKind::Paragraph;
        let is_tight = opens_item && last.opened_item && is_short(last.kind) && is_short(kind)
            || last.kind == PieceKind::Term
                && new.last().is_some_and(|it| it.kind == ContainerKind::Definition)
            || last.kind == PieceKind::CalloutTitle
                && matches!(outer_kind, Some(ContainerKind::Callout(_)));
        self.out.push('\n');
        if !is_tight {
            let indent: String =
                self.open.iter().take(shared).map(|open| open.indent.as_str()).collect();
            self.out.push_str(indent.trim_end());
            self.out.push('\n');
        }
    }

    fn indent(&self) -> String {
        self.open.iter().map(|open| open.indent.as_str()).collect()
    }

    /// Writes lines, the first one after `lead` and the others indented.
    fn lines(&mut self, lead: &str, text: &str) {
        let indent = self.indent();
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            let start = if number == 0 { lead } else { &indent };
            self.out.push_str(if line.is_empty() { start.trim_end() } else { start });
            self.out.push_str(line);
        }
    }
}

fn is_list(container: &Container) -> bool {
    matches!(container.kind, ContainerKind::List { .. })
}

/// Whether the title of a callout only names its kind.
pub(super) fn is_kind_name(title: &str, kind: &str) -> bool {
    let bare: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = bare.to_lowercase();
    let kind: String = kind.chars().filter(|c| c.is_alphanumeric()).collect();
    bare == kind
        || bare.is_empty()
        || matches!((bare.as_str(), kind.as_str()), ("information", "info") | ("warning", "warn"))
}
