//! Formulas, once each: pages hold a formula as markup for browsers, as a picture and as TeX.
//!
//! The text has what a browser shows, in one line. Markdown has the TeX, which `MathML` and the common renderers
//! (`KaTeX`, `MathJax`, `MediaWiki`) keep beside it.

use std::borrow::Cow;
use std::collections::HashMap;

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Html, Node, node};

use super::Tag;
use super::attribute::attribute;
use super::name_marks::NameMarks;
use super::raised::{Shift, push_script};
use super::typeset::typeset_text;
use crate::fold::single_spaced;
use crate::format::push_format;

/// Bytes of TeX that are a formula. A longer one is left as it stands in the page.
const MAX_TEX_BYTES: usize = 16 << 10;

/// Bytes of the name of an environment.
const MAX_ENVIRONMENT_BYTES: usize = 12;
/// Kinds of delimiters in a text. Pages use a few environments, and a name may be anything: each costs a search.
const MAX_DELIMITERS: usize = 64;

/// Levels of nesting that are written. The parser caps the depth of a page; this caps the recursion here, whatever
/// its setting.
const MAX_DEPTH: usize = 200;

/// Commands of TeX that stand in no other text.
const COMMANDS: &[&str] = &[
    "alpha",
    "approx",
    "bar",
    "begin",
    "beta",
    "binom",
    "cdot",
    "cos",
    "delta",
    "displaystyle",
    "epsilon",
    "equiv",
    "frac",
    "gamma",
    "geq",
    "hat",
    "infty",
    "int",
    "lambda",
    "ldots",
    "left",
    "leq",
    "lim",
    "log",
    "mathbb",
    "mathbf",
    "mathcal",
    "mathrm",
    "nabla",
    "neq",
    "omega",
    "operatorname",
    "overline",
    "partial",
    "phi",
    "pi",
    "prod",
    "psi",
    "rho",
    "rightarrow",
    "sigma",
    "sin",
    "sqrt",
    "sum",
    "tau",
    "theta",
    "times",
    "varepsilon",
    "vec",
];

/// A formula of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageFormula {
    /// In one line, as a browser shows it.
    pub(super) text: String,
    pub(super) tex: String,
    /// Whether it stands in a line of its own.
    pub(super) is_display: bool,
}

/// What an element is to formulas.
pub(super) enum FormulaPart {
    /// The element holds one formula and nothing else.
    Whole(PageFormula),
    /// The element holds what a renderer shows of a formula, whose source the page does not have. This is its text in one line.
    Shown(String),
    /// It is a second copy of a formula that follows.
    Copy,
}

/// Whether a page loads a script that renders TeX which stands between delimiters in its text.
pub(super) fn may_render_tex(source: &str) -> bool {
    let bytes = source.as_bytes();
    let markers: [&[u8]; 6] =
        [b"MathJax", b"mathjax", b"katex", b"KaTeX", b"math-container", b"math-renderer"];
    markers.iter().any(|marker| memchr::memmem::find(bytes, marker).is_some())
}

/// A formula between delimiters in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DelimitedTex {
    /// The range with the delimiters.
    pub(super) range: std::ops::Range<usize>,
    pub(super) tex: String,
    pub(super) is_display: bool,
}

/// The formulas between delimiters of `TeX` in a text, in order. Linear in the text.
pub(super) fn delimited_tex(text: &str) -> Vec<DelimitedTex> {
    let mut found = Vec::new();
    let mut ends = FormulaEnds { text, next: HashMap::new() };
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find(['\\', '$'])) {
        let start = at + offset;
        let rest = text.get(start..).unwrap_or_default();
        let Some(formula) = formula_at(rest, start, &mut ends) else {
            // Past the sign, and past a second one that cannot begin a formula either.
            at = start + if rest.starts_with("$$") { 2 } else { 1 };
            continue;
        };
        at = formula.range.end;
        found.push(formula);
    }
    found
}

/// Where formulas may end. Each delimiter is looked for once, however many of its kind are never closed.
struct FormulaEnds<'a> {
    text: &'a str,
    /// For each delimiter, the next place that is known. `None` if there is none any more.
    next: HashMap<String, Option<usize>>,
}

impl FormulaEnds<'_> {
    /// The offset of the first such delimiter from a place on.
    fn after(&mut self, place: usize, delimiter: &str) -> Option<usize> {
        let known = self.next.get(delimiter).copied();
        if let Some(known) = known.filter(|known| known.is_none_or(|at| at >= place)) {
            return known;
        }
        if known.is_none() && self.next.len() >= MAX_DELIMITERS {
            return None;
        }
        let found = memchr::memmem::find(self.text.as_bytes().get(place..)?, delimiter.as_bytes());
        let found = found.map(|offset| place + offset);
        self.next.insert(delimiter.to_owned(), found);
        found
    }
}

/// The formula at the beginning of a text that stands at an offset in another.
fn formula_at(text: &str, start: usize, ends: &mut FormulaEnds<'_>) -> Option<DelimitedTex> {
    let (open, close, is_display) = if text.starts_with("\\(") {
        ("\\(", Cow::Borrowed("\\)"), false)
    } else if text.starts_with("\\[") {
        ("\\[", Cow::Borrowed("\\]"), true)
    } else if text.starts_with("$$") {
        ("$$", Cow::Borrowed("$$"), true)
    } else if let Some(name) = text.strip_prefix("\\begin{") {
        let name = name.get(..name.floor_char_boundary(MAX_ENVIRONMENT_BYTES + 1))?;
        let name = name.split_once('}')?.0;
        let is_name = name.trim_end_matches('*').bytes().all(|b| b.is_ascii_lowercase());
        ("", is_name.then(|| Cow::Owned(format!("\\end{{{name}}}")))?, true)
    } else if text.starts_with('$') {
        ("$", Cow::Borrowed("$"), false)
    } else {
        return None;
    };
    let length = ends.after(start + open.len(), &close)? - start - open.len();
    if length > MAX_TEX_BYTES {
        return None;
    }
    let inner = text.get(open.len()..)?;
    let (length, end) = match open {
        "" => (length + close.len(), length + close.len()),
        _ => (length, open.len() + length + close.len()),
    };
    let tex = inner.get(..length)?;
    // Sums of money: `$5 and $6`.
    let is_amount = open == "$"
        && (tex.starts_with(char::is_whitespace)
            || tex.ends_with(char::is_whitespace)
            || tex.contains('\n')
            || !(tex.contains(['\\', '^', '_', '=', '+', '<', '>']) || tex.chars().count() <= 2)
            || !tex.contains(char::is_alphabetic));
    if is_amount {
        return None;
    }
    Some(DelimitedTex { range: start..start + end, tex: clean_tex(tex)?, is_display })
}

/// What an element is to formulas. `None` for most.
pub(super) fn formula_part(
    node: NodeRef<'_, Node>,
    tag: Tag,
    element: &node::Element,
) -> Option<FormulaPart> {
    match tag {
        Tag::Math => return from_mathml(node, false).map(FormulaPart::Whole),
        Tag::Script => return from_script(node, element).map(FormulaPart::Whole),
        Tag::Img => return from_image(element).map(FormulaPart::Whole),
        _ => {}
    }
    if element.name() == "mjx-container" {
        let is_display =
            attribute(element, &local_name!("display")).is_some_and(|display| display != "false");
        return from_renderer(node, is_display);
    }
    if let Some(style) = element.attr("data-math-style") {
        return from_bare(node, style == "display").map(FormulaPart::Whole);
    }
    let mut names = attribute(element, &local_name!("class"))?.split_ascii_whitespace();
    let name = names.find(|name| NameMarks::in_class(name).has(NameMarks::FORMULA))?;
    match name {
        "katex-display" | "MathJax_Display" | "MathJax_SVG_Display" | "MJXc-display" => {
            from_renderer(node, true)
        }
        "math" | "arithmatex" | "js-render-math" => {
            let is_display = matches!(tag, Tag::Div | Tag::Pre);
            from_delimited(node).or_else(|| from_bare(node, is_display)).map(FormulaPart::Whole)
        }
        "mjpage__block" => from_renderer(node, true),
        _ => from_renderer(node, false),
    }
}

/// The formula of an element that a renderer made.
fn from_renderer(node: NodeRef<'_, Node>, is_display: bool) -> Option<FormulaPart> {
    let follows = node.next_siblings().filter(|next| next.value().is_element()).take(2);
    let mut follows = follows.filter_map(|next| next.value().as_element());
    if follows.any(is_tex_script) {
        return Some(FormulaPart::Copy);
    }
    let is_math = |inner: &NodeRef<'_, Node>| {
        inner.value().as_element().is_some_and(|element| element.name() == "math")
    };
    let math = node.descendants().find(is_math);
    if let Some(math) = math {
        return from_mathml(math, is_display).map(FormulaPart::Whole);
    }
    let label = node.descendants().find_map(|inner| {
        let element = inner.value().as_element()?;
        let is_math = attribute(element, &local_name!("class"))
            .is_some_and(|class| class.contains("mjx-math"));
        is_math.then(|| attribute(element, &local_name!("aria-label"))).flatten()
    });
    if let Some(label) = label {
        return from_tex(label, is_display).map(FormulaPart::Whole);
    }
    if let Some(markup) = node.value().as_element().and_then(|it| it.attr("data-mathml")) {
        return from_markup(markup, is_display).map(FormulaPart::Whole);
    }
    // A picture with the TeX as its alternative text.
    let image = node.descendants().find_map(|inner| {
        inner.value().as_element().filter(|element| element.name() == "img")?.attr("alt")
    });
    match image {
        Some(alt) => from_tex(alt, is_display).map(FormulaPart::Whole),
        None => typeset_text(node).map(FormulaPart::Shown),
    }
}

/// The formula of `MathML` that a renderer keeps in an attribute.
fn from_markup(markup: &str, is_display: bool) -> Option<PageFormula> {
    if markup.len() > MAX_TEX_BYTES {
        return None;
    }
    let tree = Html::parse_fragment(markup);
    let is_math = |inner: &NodeRef<'_, Node>| {
        inner.value().as_element().is_some_and(|element| element.name() == "math")
    };
    from_mathml(tree.tree.root().descendants().find(is_math)?, is_display)
}

fn is_tex_script(element: &node::Element) -> bool {
    element.name() == "script"
        && attribute(element, &local_name!("type"))
            .is_some_and(|kind| kind.trim().starts_with("math/tex"))
}

fn from_script(node: NodeRef<'_, Node>, element: &node::Element) -> Option<PageFormula> {
    if !is_tex_script(element) {
        return None;
    }
    let is_display =
        attribute(element, &local_name!("type")).is_some_and(|kind| kind.contains("mode=display"));
    from_tex(&text_of(node), is_display)
}

/// The formula of a picture that shows TeX, as services and plugins make them.
fn from_image(element: &node::Element) -> Option<PageFormula> {
    let alt = attribute(element, &local_name!("alt"))?;
    let has_name = attribute(element, &local_name!("class")).is_some_and(|class| {
        class.split_ascii_whitespace().any(|name| {
            matches!(name, "latex" | "tex" | "math" | "mathtex" | "formula" | "equation" | "ee_img")
                || name.starts_with("mwe-math")
        })
    });
    let is_tex = alt.contains(['\\', '^', '_', '=']) || alt.chars().count() <= 3;
    let is_formula = has_name && is_tex || has_command(alt) || is_power(alt);
    is_formula.then(|| from_tex(alt, false)).flatten()
}

/// Whether a text has commands of TeX that stand in no other text.
fn has_command(text: &str) -> bool {
    let mut commands = text.split('\\').skip(1);
    commands.any(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        rest.get(..end).is_some_and(|name| COMMANDS.binary_search(&name).is_ok())
    })
}

/// Whether a text has exponents or indices, and no words.
fn is_power(text: &str) -> bool {
    let has_script = text
        .split(['^', '_'])
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '{'));
    let mut words = text.split(|c: char| !c.is_alphabetic());
    has_script && text.contains(['^', '{']) && words.all(|word| word.chars().count() < 4)
}

/// The formula of an element whose text is TeX between delimiters. A number before it is its tag.
fn from_delimited(node: NodeRef<'_, Node>) -> Option<PageFormula> {
    let text = text_of(node);
    let text = text.trim();
    let delimiters =
        [("\\(", "\\)", false), ("\\[", "\\]", true), ("$$", "$$", true), ("$", "$", false)];
    delimiters.into_iter().find_map(|(open, close, is_display)| {
        let (before, after) = text.split_once(open)?;
        let tex = after.strip_suffix(close)?;
        let number = before.trim().trim_matches(['¶', '#', '(', ')']);
        let is_number = number.len() <= 8 && number.chars().all(|c| c.is_ascii_digit() || c == '.');
        // Several formulas, with text between them.
        if !is_number || tex.contains(open) {
            return None;
        }
        let tag = if number.is_empty() { String::new() } else { format!(" \\tag{{{number}}}") };
        from_tex(&format!("{tex}{tag}"), is_display)
    })
}

/// The formula of an element whose text is TeX, without delimiters and without other markup.
fn from_bare(node: NodeRef<'_, Node>, is_display: bool) -> Option<PageFormula> {
    let text = text_of(node);
    let has_markup = node.descendants().skip(1).any(|inner| inner.value().is_element());
    let is_tex = text.contains(['\\', '^', '_']) && !text.contains("\\(") && !text.contains('$');
    (is_tex && !has_markup).then(|| from_tex(&text, is_display)).flatten()
}

fn from_tex(tex: &str, is_display: bool) -> Option<PageFormula> {
    let tex = clean_tex(tex)?;
    Some(PageFormula { text: tex.clone(), tex, is_display })
}

/// TeX in one line, without what only sets the size.
fn clean_tex(tex: &str) -> Option<String> {
    let mut tex = tex.trim();
    for wrapper in ["{\\displaystyle", "{\\textstyle", "{\\scriptstyle"] {
        if let Some(inner) = tex.strip_prefix(wrapper).and_then(|inner| inner.strip_suffix('}')) {
            tex = inner.trim();
        }
    }
    for open in ["\\displaystyle ", "\\textstyle "] {
        tex = tex.strip_prefix(open).unwrap_or(tex);
    }
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")] {
        let inner = tex.strip_prefix(open).and_then(|inner| inner.strip_suffix(close));
        tex = inner.filter(|inner| !inner.contains(open)).unwrap_or(tex).trim();
    }
    let words: Vec<&str> = tex.split_whitespace().collect();
    (!words.is_empty() && tex.len() <= MAX_TEX_BYTES).then(|| words.join(" "))
}

/// Whether a node in a formula belongs to it: an element of `MathML` or of an annotation, or text in one that holds text.
fn is_mathml(node: NodeRef<'_, Node>) -> bool {
    let is_annotation = |name: &str| name.starts_with("annotation");
    match node.value() {
        Node::Element(element) => {
            let name = element.name();
            let is_annotated = || {
                node.ancestors().any(|outer| {
                    outer.value().as_element().is_some_and(|outer| is_annotation(outer.name()))
                })
            };
            name.starts_with('m')
                || matches!(name, "semantics" | "none")
                || is_annotation(name)
                || is_annotated()
        }
        Node::Text(text) => {
            let parent = node.parent().and_then(|parent| parent.value().as_element());
            text.trim().is_empty()
                || parent.is_some_and(|parent| {
                    let name = parent.name();
                    matches!(name, "mi" | "mn" | "mo" | "mtext" | "ms") || !name.starts_with('m')
                })
        }
        _ => true,
    }
}

fn from_mathml(math: NodeRef<'_, Node>, is_display: bool) -> Option<PageFormula> {
    let element = math.value().as_element()?;
    // What is no part of a formula stands in one whose tag was never closed.
    if !math.descendants().skip(1).all(is_mathml) {
        return None;
    }
    let is_display = is_display
        || attribute(element, &local_name!("display")).is_some_and(|value| value == "block");
    let annotation = math.descendants().find_map(|inner| {
        let element = inner.value().as_element()?;
        let is_tex = element.name() == "annotation"
            && element.attr("encoding").is_some_and(|encoding| encoding.contains("tex"));
        is_tex.then(|| text_of(inner))
    });
    let declared = annotation.as_deref().or_else(|| element.attr("alttext")).and_then(clean_tex);
    let mut text = String::new();
    Notation::Linear.write(math, 0, &mut text);
    let text = single_spaced(&text);
    let tex = declared.unwrap_or_else(|| {
        let mut tex = String::new();
        Notation::Tex.write(math, 0, &mut tex);
        single_spaced(&tex)
    });
    match (text.is_empty(), tex.is_empty()) {
        (true, true) => None,
        (true, false) => Some(PageFormula { text: tex.clone(), tex, is_display }),
        (false, _) => Some(PageFormula { text, tex, is_display }),
    }
}

/// The text of a node and everything in it.
pub(super) fn text_of(node: NodeRef<'_, Node>) -> String {
    let mut text = String::new();
    for inner in node.descendants() {
        if let Node::Text(piece) = inner.value() {
            text.push_str(piece);
        }
    }
    text
}

/// How `MathML` is written in one line. <https://www.w3.org/TR/mathml-core/> has the elements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    Linear,
    Tex,
}

impl Notation {
    fn write(self, node: NodeRef<'_, Node>, depth: usize, out: &mut String) {
        if depth > MAX_DEPTH {
            return;
        }
        let element = match node.value() {
            Node::Text(text) => {
                out.push_str(text.trim());
                return;
            }
            Node::Element(element) => element,
            _ => return,
        };
        let children: Vec<_> = node.children().filter(|child| child.value().is_element()).collect();
        match (element.name(), children.as_slice()) {
            ("annotation" | "annotation-xml" | "mphantom" | "none" | "mprescripts", _) => {}
            ("semantics", [first, ..]) => self.write(*first, depth + 1, out),
            ("mfrac", [above, below]) => self.fraction(*above, *below, depth, out),
            ("msqrt", _) => self.root(None, node, depth, out),
            ("mroot", [radicand, index]) => self.root(Some(*index), *radicand, depth, out),
            ("msup" | "mover", [base, over]) => self.scripts(*base, None, Some(*over), depth, out),
            ("msub" | "munder", [base, under]) => {
                self.scripts(*base, Some(*under), None, depth, out);
            }
            ("msubsup" | "munderover", [base, under, over]) => {
                self.scripts(*base, Some(*under), Some(*over), depth, out);
            }
            ("mtable", rows) => self.table(rows, depth, out),
            ("mfenced", items) => self.fenced(element, items, depth, out),
            ("mspace", _) => out.push(' '),
            ("mo", _) => self.operator(&text_of(node), out),
            ("mtext" | "ms", _) => self.words(&text_of(node), out),
            ("mi", _) => self.name(text_of(node).trim(), out),
            _ => node.children().for_each(|child| self.write(child, depth + 1, out)),
        }
    }

    fn written(self, node: NodeRef<'_, Node>, depth: usize) -> String {
        let mut out = String::new();
        self.write(node, depth + 1, &mut out);
        out
    }

    /// A part that others join: in one line, several signs need parentheses.
    fn grouped(self, node: NodeRef<'_, Node>, depth: usize) -> String {
        let part = self.written(node, depth);
        match self {
            Self::Tex => format!("{{{part}}}"),
            Self::Linear if part.chars().all(char::is_alphanumeric) => part,
            Self::Linear if part.starts_with('(') && part.find(')') == Some(part.len() - 1) => part,
            Self::Linear => format!("({part})"),
        }
    }

    fn fraction(
        self,
        above: NodeRef<'_, Node>,
        below: NodeRef<'_, Node>,
        depth: usize,
        out: &mut String,
    ) {
        let (above, below) = (self.grouped(above, depth), self.grouped(below, depth));
        match self {
            Self::Tex => push_format(out, format_args!("\\frac{above}{below}")),
            Self::Linear => push_format(out, format_args!("{above}/{below}")),
        }
    }

    fn root(
        self,
        index: Option<NodeRef<'_, Node>>,
        radicand: NodeRef<'_, Node>,
        depth: usize,
        out: &mut String,
    ) {
        let mut inner = String::new();
        if index.is_some() {
            self.write(radicand, depth + 1, &mut inner);
        } else {
            radicand.children().for_each(|child| self.write(child, depth + 1, &mut inner));
        }
        let index = index.map(|index| self.written(index, depth));
        match (self, index) {
            (Self::Tex, None) => push_format(out, format_args!("\\sqrt{{{inner}}}")),
            (Self::Tex, Some(index)) => {
                push_format(out, format_args!("\\sqrt[{index}]{{{inner}}}"));
            }
            (Self::Linear, None) => push_format(out, format_args!("√({inner})")),
            (Self::Linear, Some(index)) => push_format(out, format_args!("{index}√({inner})")),
        }
    }

    fn scripts(
        self,
        base: NodeRef<'_, Node>,
        under: Option<NodeRef<'_, Node>>,
        over: Option<NodeRef<'_, Node>>,
        depth: usize,
        out: &mut String,
    ) {
        let base = self.written(base, depth);
        out.push_str(&base);
        for (node, shift, sign) in [(under, Shift::Lowered, '_'), (over, Shift::Raised, '^')] {
            let Some(part) = node.map(|node| self.written(node, depth)) else { continue };
            match self {
                Self::Tex if part.chars().count() == 1 => {
                    push_format(out, format_args!("{sign}{part}"));
                }
                Self::Tex => push_format(out, format_args!("{sign}{{{part}}}")),
                Self::Linear => push_script(shift, &part, out),
            }
        }
    }

    fn table(self, rows: &[NodeRef<'_, Node>], depth: usize, out: &mut String) {
        let (between_rows, between_cells) = match self {
            Self::Tex => (" \\\\ ", " & "),
            Self::Linear => ("; ", ", "),
        };
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let cells = row.children().filter(|cell| cell.value().is_element());
                let cells: Vec<String> = cells.map(|cell| self.written(cell, depth + 1)).collect();
                cells.join(between_cells)
            })
            .collect();
        match self {
            Self::Tex => {
                out.push_str("\\begin{matrix} ");
                out.push_str(&rows.join(between_rows));
                out.push_str(" \\end{matrix}");
            }
            Self::Linear => out.push_str(&rows.join(between_rows)),
        }
    }

    fn fenced(
        self,
        element: &node::Element,
        items: &[NodeRef<'_, Node>],
        depth: usize,
        out: &mut String,
    ) {
        let items: Vec<String> = items.iter().map(|item| self.written(*item, depth)).collect();
        out.push_str(element.attr("open").unwrap_or("("));
        out.push_str(&items.join(","));
        out.push_str(element.attr("close").unwrap_or(")"));
    }

    fn operator(self, operator: &str, out: &mut String) {
        match operator.trim() {
            // Invisible: application of a function, multiplication, separator, addition.
            "\u{2061}" | "\u{2062}" | "\u{2063}" | "\u{2064}" => {}
            sign @ ("=" | "≈" | "≤" | "≥" | "<" | ">" | "≠" | "→" | "⇒" | "∈" | "≡" | "∼") =>
            {
                push_format(out, format_args!(" {sign} "));
            }
            sign @ ("{" | "}") if self == Self::Tex => push_format(out, format_args!("\\{sign}")),
            sign => out.push_str(sign),
        }
    }

    fn words(self, words: &str, out: &mut String) {
        match self {
            Self::Tex => push_format(out, format_args!("\\text{{{words}}}")),
            Self::Linear => out.push_str(words),
        }
    }

    /// A name of one letter is a variable, a longer one a function.
    fn name(self, name: &str, out: &mut String) {
        let is_long = name.chars().count() > 1 && name.chars().all(char::is_alphabetic);
        match name {
            "sin" | "cos" | "tan" | "log" | "ln" | "exp" | "lim" | "max" | "min" | "det"
            | "dim"
                if self == Self::Tex =>
            {
                push_format(out, format_args!("\\{name} "));
            }
            _ if is_long && self == Self::Tex => {
                push_format(out, format_args!("\\mathrm{{{name}}}"));
            }
            _ if is_long => push_format(out, format_args!("{name} ")),
            _ => out.push_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_sorted() {
        assert!(COMMANDS.is_sorted());
    }

    #[test]
    fn alternative_texts_are_formulas_or_words() {
        for (alt, expected) in [
            ("\\alpha + \\beta", true),
            ("E=mc^2", true),
            ("x_{i}", true),
            ("C:\\new\\pump", false),
            ("harbour_map_2", false),
            ("^_^", false),
            ("Photo of pump^2", false),
        ] {
            assert_eq!(has_command(alt) || is_power(alt), expected, "{alt}");
        }
    }

    #[test]
    fn delimiters_that_are_never_closed_are_looked_for_once() {
        // With a search for each, these take long.
        let open = "\\( \\[ $x ".repeat(200_000);
        assert_eq!(delimited_tex(&open), []);
        let letters = |number: usize| -> String {
            number.to_string().bytes().map(|digit| char::from(digit + b'a' - b'0')).collect()
        };
        let named: Vec<String> =
            (0..50_000).map(|number| format!("\\begin{{{}}} ", letters(number))).collect();
        assert_eq!(delimited_tex(&named.concat()), []);
    }

    #[test]
    fn formulas_are_found_between_delimiters() {
        let found = |text: &str| -> Vec<(String, bool)> {
            delimited_tex(text).into_iter().map(|it| (it.tex, it.is_display)).collect()
        };
        assert_eq!(
            found("With \\(p = q\\) and \\[ h(x) \\] or $$a$$, $x_1$."),
            [
                ("p = q".to_owned(), false),
                ("h(x)".to_owned(), true),
                ("a".to_owned(), true),
                ("x_1".to_owned(), false)
            ]
        );
        assert_eq!(
            found("\\begin{align*} a \\end{align*}"),
            [("\\begin{align*} a \\end{align*}".to_owned(), true)]
        );
        for text in ["from $5 to $6", "$ 5 $", "C:\\new", "\\(open", "$$", "cost $5_000"] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
