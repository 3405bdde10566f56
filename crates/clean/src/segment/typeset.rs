//! Formulas of which a page has only what a browser shows: boxes that are set above and below each other, and no source.
//!
//! `KaTeX` without `MathML`, and `MathJax` without its assistive markup. The boxes say by their names, and by how far they are
//! moved, what is raised, lowered, above or below. Without that, `mc²` reads `mc2`.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::attribute::attribute;
use super::raised::{Shift, push_script};
use crate::fold::single_spaced;
use crate::format::push_format;

/// Levels of nesting that are written.
const MAX_DEPTH: usize = 200;
/// Above this place, in `em`, a box of `KaTeX` is raised, and below it lowered.
const SCRIPT_PLACE: f32 = -2.8;

/// The formula in an element of a renderer, in one line. `None` if none of its boxes is moved: then its text is the formula.
pub(super) fn typeset_text(node: NodeRef<'_, Node>) -> Option<String> {
    let mut writer = BoxWriter { out: String::new(), has_boxes: false };
    writer.write(node, 0);
    let text = single_spaced(&writer.out);
    (writer.has_boxes && !text.is_empty()).then_some(text)
}

struct BoxWriter {
    out: String,
    /// Whether a box was found that its name or its place sets apart.
    has_boxes: bool,
}

/// What a box of a formula is.
#[derive(Clone, Copy)]
enum FormulaBox {
    /// Sets nothing.
    Blank,
    /// Boxes at places of their own, raised or lowered against the line.
    Scripts,
    Fraction,
    Root,
    /// A sign with limits above and below.
    Limits,
    Table,
    /// The base, and what is raised and lowered, in boxes with names.
    Named,
    /// A character that its name tells.
    Character,
}

impl FormulaBox {
    fn of(element: &node::Element) -> Option<Self> {
        let class = attribute(element, &local_name!("class")).unwrap_or_default();
        let mut names = class.split_ascii_whitespace().chain([element.name()]);
        names.find_map(|name| {
            Some(match name {
                "vlist-s" | "frac-line" | "hide-tail" | "mjx-surd" => Self::Blank,
                "msupsub" => Self::Scripts,
                "mfrac" | "mjx-mfrac" => Self::Fraction,
                "sqrt" | "mjx-msqrt" | "mjx-mroot" => Self::Root,
                "op-limits" => Self::Limits,
                "mtable" => Self::Table,
                "mjx-msup" | "mjx-msub" | "mjx-msubsup" | "mjx-munder" | "mjx-mover"
                | "mjx-munderover" => Self::Named,
                "mjx-c" => Self::Character,
                _ => return None,
            })
        })
    }
}

fn has_name(node: NodeRef<'_, Node>, known: &[&str]) -> bool {
    node.value().as_element().is_some_and(|element| {
        let class = attribute(element, &local_name!("class")).unwrap_or_default();
        known.contains(&element.name())
            || class.split_ascii_whitespace().any(|name| known.contains(&name))
    })
}

/// The first element with one of these names in another.
fn find<'t>(node: NodeRef<'t, Node>, known: &[&str]) -> Option<NodeRef<'t, Node>> {
    node.descendants().skip(1).find(|inner| has_name(*inner, known))
}

/// How far a box is moved down, in `em`.
fn place_of(node: NodeRef<'_, Node>) -> Option<f32> {
    let style = attribute(node.value().as_element()?, &local_name!("style"))?;
    let (_, value) = style
        .split(';')
        .filter_map(|it| it.split_once(':'))
        .find(|(name, _)| name.trim() == "top")?;
    value.trim().trim_end_matches("em").parse().ok()
}

/// The boxes of the first list of `KaTeX` in an element, with their places. They begin with the lowest.
fn placed(node: NodeRef<'_, Node>) -> Vec<(f32, NodeRef<'_, Node>)> {
    let Some(list) = find(node, &["vlist"]) else { return Vec::new() };
    let boxes = list.children().filter_map(|inner| Some((place_of(inner)?, inner)));
    boxes.filter(|(_, inner)| find(*inner, &["frac-line", "hide-tail"]).is_none()).collect()
}

impl BoxWriter {
    fn write(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let element = match node.value() {
            Node::Text(text) => {
                self.out.extend(
                    text.chars().filter(|c| !matches!(c, '\u{200b}' | '\u{2061}'..='\u{2064}')),
                );
                return;
            }
            Node::Element(element) => element,
            _ => return,
        };
        let kind = FormulaBox::of(element);
        self.has_boxes |= kind.is_some();
        match kind {
            Some(FormulaBox::Blank) => {}
            Some(FormulaBox::Scripts) => self.scripts(node, depth),
            Some(FormulaBox::Fraction) => self.fraction(node, depth),
            Some(FormulaBox::Root) => self.root(node, depth),
            Some(FormulaBox::Limits) => self.limits(node, depth),
            Some(FormulaBox::Table) => self.table(node, depth),
            Some(FormulaBox::Named) => self.named(node, depth),
            Some(FormulaBox::Character) => self.out.extend(element.classes().filter_map(character)),
            None => self.children(node, depth),
        }
    }

    fn children(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        for child in node.children() {
            self.write(child, depth + 1);
        }
    }

    /// What a part of a formula would be written as.
    fn written(&mut self, node: NodeRef<'_, Node>, depth: usize) -> String {
        let before = std::mem::take(&mut self.out);
        self.write(node, depth + 1);
        single_spaced(&std::mem::replace(&mut self.out, before))
    }

    fn grouped(&mut self, node: NodeRef<'_, Node>, depth: usize) -> String {
        let part = self.written(node, depth);
        if part.chars().all(char::is_alphanumeric) { part } else { format!("({part})") }
    }

    fn script(&mut self, node: Option<NodeRef<'_, Node>>, shift: Shift, depth: usize) {
        if let Some(part) = node.map(|node| self.written(node, depth)).filter(|it| !it.is_empty()) {
            push_script(shift, &part, &mut self.out);
        }
    }

    fn scripts(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let boxes = placed(node);
        if boxes.is_empty() {
            return self.children(node, depth);
        }
        for (place, inner) in boxes {
            let shift = if place < SCRIPT_PLACE { Shift::Raised } else { Shift::Lowered };
            self.script(Some(inner), shift, depth);
        }
    }

    fn fraction(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let boxes = placed(node);
        let named = || {
            let above = find(node, &["mjx-numerator", "mjx-num"])?;
            Some((above, find(node, &["mjx-denominator", "mjx-den"])?))
        };
        let parts = match boxes.as_slice() {
            [(_, below), .., (_, above)] => Some((*above, *below)),
            _ => named(),
        };
        let Some((above, below)) = parts else { return self.children(node, depth) };
        let (above, below) = (self.grouped(above, depth), self.grouped(below, depth));
        push_format(&mut self.out, format_args!("{above}/{below}"));
    }

    fn root(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let index = node.children().find(|child| has_name(*child, &["root", "mjx-root"]));
        if let Some(index) = index {
            self.write(index, depth + 1);
        }
        let before = std::mem::take(&mut self.out);
        for child in node.children().filter(|child| Some(child.id()) != index.map(|it| it.id())) {
            self.write(child, depth + 1);
        }
        let inner = single_spaced(&std::mem::replace(&mut self.out, before));
        push_format(&mut self.out, format_args!("√({inner})"));
    }

    fn limits(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let boxes = placed(node);
        let sign =
            boxes.iter().position(|(_, inner)| find(*inner, &["mop", "op-symbol"]).is_some());
        let Some(sign) = sign else { return self.children(node, depth) };
        if let Some((_, inner)) = boxes.get(sign) {
            self.write(*inner, depth + 1);
        }
        for (number, (_, inner)) in boxes.iter().enumerate().filter(|(number, _)| *number != sign) {
            let shift = if number < sign { Shift::Lowered } else { Shift::Raised };
            self.script(Some(*inner), shift, depth);
        }
    }

    /// A table is set column by column, and written row by row.
    fn table(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let is_column = |child: &NodeRef<'_, Node>| {
            has_name(*child, &["col-align-c", "col-align-l", "col-align-r"])
        };
        let columns: Vec<Vec<String>> = node
            .children()
            .filter(is_column)
            .map(|column| {
                placed(column).into_iter().map(|(_, cell)| self.written(cell, depth)).collect()
            })
            .collect();
        let count = columns.iter().map(Vec::len).max().unwrap_or_default();
        if count == 0 {
            return self.children(node, depth);
        }
        let rows: Vec<String> = (0..count)
            .map(|row| {
                let cells = columns.iter().map(|column| column.get(row).map_or("", String::as_str));
                cells.collect::<Vec<_>>().join(", ")
            })
            .collect();
        self.out.push_str(&rows.join("; "));
    }

    fn named(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let direct = |known: &[&str]| find(node, known);
        let is_raised = has_name(node, &["mjx-msup", "mjx-mover"]);
        let base = direct(&["mjx-base", "mjx-op"])
            .or_else(|| node.children().find(|child| child.value().is_element()));
        if let Some(base) = base {
            self.write(base, depth + 1);
        }
        let under = direct(&["mjx-sub", "mjx-under"]);
        let over = direct(&["mjx-sup", "mjx-over"]);
        // One box for both: the raised one comes first.
        let script = node.children().find(|child| has_name(*child, &["mjx-script"]));
        match script {
            Some(script) if has_name(node, &["mjx-msubsup", "mjx-munderover"]) => {
                let parts: Vec<_> = script
                    .children()
                    .filter(|it| it.value().is_element() && !has_name(*it, &["mjx-spacer"]))
                    .collect();
                self.script(parts.get(1).copied(), Shift::Lowered, depth);
                self.script(parts.first().copied(), Shift::Raised, depth);
            }
            Some(script) => {
                let shift = if is_raised { Shift::Raised } else { Shift::Lowered };
                self.script(Some(script), shift, depth);
            }
            None => {
                self.script(under, Shift::Lowered, depth);
                self.script(over, Shift::Raised, depth);
            }
        }
    }
}

/// The character that a class name of `MathJax` 3 stands for: `mjx-c1D450` is an italic c.
fn character(name: &str) -> Option<char> {
    let code = u32::from_str_radix(name.strip_prefix("mjx-c")?, 16).ok()?;
    match code {
        // Letters of mathematics, 13 alphabets of capitals and small ones, and digits.
        0x1d400..=0x1d6a3 => {
            let index = (code - 0x1d400) % 52;
            let first =
                if index < 26 { u32::from('A') + index } else { u32::from('a') + index - 26 };
            char::from_u32(first)
        }
        0x1d6a8..=0x1d7cb => {
            // Greek, 58 characters to an alphabet: 25 capitals, nabla, 25 small ones, and variants.
            let index = (code - 0x1d6a8) % 58;
            match index {
                0..=24 => char::from_u32(0x391 + index),
                25 => Some('∇'),
                26..=50 => char::from_u32(0x3b1 + index - 26),
                51 => Some('∂'),
                _ => char::from_u32(code),
            }
        }
        0x1d7ce..=0x1d7ff => char::from_digit((code - 0x1d7ce) % 10, 10),
        0x2061..=0x2064 => None,
        _ => char::from_u32(code),
    }
}
