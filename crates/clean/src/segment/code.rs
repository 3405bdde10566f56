//! Blocks of code: what belongs to one, what stands beside the lines, and the language.
//!
//! Highlighters put each line into an element of its own, and line numbers and buttons beside them. In what the
//! reader copies, there are only lines.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::Tag;
use super::attribute::attribute;
use super::math::text_of;
use super::name_marks::NameMarks;

/// Ancestors of a `<pre>` that may name its language.
const MAX_WRAPPERS: usize = 4;
/// Elements of a table that are looked at to see whether it holds code.
const MAX_TABLE_ELEMENTS: usize = 40;
/// Bytes of line numbers that are read to see that they are nothing else.
const MAX_NUMBER_BYTES: usize = 1 << 20;
/// Bytes of a label with white space around it.
const MAX_LABEL_BYTES: usize = 200;
/// Elements and texts in the box of an editor that are looked at to see that it holds code.
const MAX_BOX_NODES: usize = 100_000;
/// Bytes of the longest name of a language.
const MAX_LANGUAGE_BYTES: usize = 24;

/// Languages that a class names without a prefix: `<pre class="sourceCode python">`.
const LANGUAGES: &[&str] = &[
    "abap",
    "ada",
    "apache",
    "applescript",
    "asm",
    "asp",
    "assembly",
    "awk",
    "bash",
    "basic",
    "bat",
    "batch",
    "bibtex",
    "c",
    "c++",
    "clojure",
    "cmake",
    "cobol",
    "coffeescript",
    "console",
    "cpp",
    "crystal",
    "cs",
    "csharp",
    "css",
    "csv",
    "cuda",
    "cython",
    "d",
    "dart",
    "diff",
    "django",
    "docker",
    "dockerfile",
    "dos",
    "elisp",
    "elixir",
    "elm",
    "emacs-lisp",
    "erl",
    "erlang",
    "fish",
    "fortran",
    "fsharp",
    "gherkin",
    "glsl",
    "gnuplot",
    "go",
    "golang",
    "graphql",
    "groovy",
    "haml",
    "handlebars",
    "haskell",
    "hcl",
    "hs",
    "html",
    "http",
    "ini",
    "ipython",
    "ipython3",
    "java",
    "javascript",
    "jinja",
    "js",
    "json",
    "json5",
    "jsonc",
    "jsx",
    "julia",
    "kotlin",
    "kt",
    "latex",
    "less",
    "lisp",
    "lua",
    "make",
    "makefile",
    "markdown",
    "mathematica",
    "matlab",
    "md",
    "mermaid",
    "mysql",
    "nasm",
    "nginx",
    "nim",
    "nix",
    "objc",
    "objective-c",
    "objectivec",
    "ocaml",
    "pascal",
    "patch",
    "perl",
    "pgsql",
    "php",
    "plsql",
    "postgresql",
    "powershell",
    "prolog",
    "properties",
    "proto",
    "protobuf",
    "ps1",
    "puppet",
    "py",
    "pycon",
    "python",
    "python3",
    "qml",
    "r",
    "racket",
    "rb",
    "regex",
    "rest",
    "rs",
    "rst",
    "ruby",
    "rust",
    "sass",
    "scala",
    "scheme",
    "scss",
    "sh",
    "shell",
    "shell-session",
    "smalltalk",
    "solidity",
    "sql",
    "svelte",
    "swift",
    "tcl",
    "terraform",
    "tex",
    "toml",
    "ts",
    "tsx",
    "twig",
    "typescript",
    "vala",
    "vb",
    "vbnet",
    "verilog",
    "vhdl",
    "vim",
    "vue",
    "wasm",
    "xml",
    "xquery",
    "yaml",
    "yml",
    "zig",
    "zsh",
];

/// Prefixes of class names before a language.
const LANGUAGE_PREFIXES: &[&str] = &[
    "language-",
    "lang-",
    "highlight-source-",
    "highlight-text-",
    "mw-highlight-lang-",
    "src-",
    "syntax-",
    "code-",
    "highlight-",
    "hl-",
    "brush:",
];

/// Prefixes that also stand before other words: only before a known language do they name one.
const WEAK_PREFIXES: &[&str] = &["src-", "syntax-", "code-", "highlight-", "hl-"];

/// Names of elements that hold code in a known language, or are highlighted.
const CODE_NAMES: &[&str] = &[
    "chroma",
    "code",
    "codehilite",
    "crayon-syntax",
    "dp-c",
    "dp-highlighter",
    "enlighter",
    "highlight",
    "hljs",
    "listing",
    "prettyprint",
    "prism",
    "programlisting",
    "rouge",
    "sourceCode",
    "src",
    "syntax",
    "syntaxhighlighter",
];

/// The language that a block of code names: on itself, on a `<code>` in it, on what is around it, or in a bar over it.
pub(super) fn language_of(node: NodeRef<'_, Node>) -> Option<String> {
    let inner = node.descendants().take(MAX_TABLE_ELEMENTS * 10).filter_map(|inner| {
        let element = inner.value().as_element()?;
        matches!(element.name(), "pre" | "code").then_some(element)
    });
    let own = inner.take(4).find_map(|element| language_in(element, true));
    own.or_else(|| {
        let wrappers = std::iter::once(node).chain(node.ancestors()).take(MAX_WRAPPERS + 1);
        let mut wrappers = wrappers.filter_map(|wrapper| wrapper.value().as_element());
        wrappers.find_map(|element| {
            let is_box = matches!(
                element.name(),
                "div" | "figure" | "td" | "tr" | "table" | "span" | "section" | "ol"
            );
            is_box.then(|| language_in(element, false)).flatten()
        })
    })
    .or_else(|| language_in_box(node))
    .or_else(|| language_over(node))
}

/// The language that an element in the box of an editor names.
fn language_in_box(node: NodeRef<'_, Node>) -> Option<String> {
    let inner = node.descendants().take(MAX_TABLE_ELEMENTS);
    let inner = inner.filter_map(|inner| inner.value().as_element());
    let mut boxes = inner.filter(|element| matches!(element.name(), "div" | "ol"));
    boxes.find_map(|element| language_in(element, false))
}

/// The language that a bar over a block of code says in words, beside its buttons.
fn language_over(node: NodeRef<'_, Node>) -> Option<String> {
    let boxes = std::iter::once(node).chain(node.ancestors()).take(MAX_WRAPPERS);
    let is_box = |inner: &NodeRef<'_, Node>| {
        inner.value().as_element().is_some_and(|it| matches!(it.name(), "pre" | "code" | "div"))
    };
    boxes.take_while(is_box).find_map(|inner| {
        let mut before = inner.prev_siblings().filter(|it| it.value().is_element()).take(2);
        before.find_map(label_of)
    })
}

/// The language that is all that an element says, buttons aside.
pub(super) fn label_of(node: NodeRef<'_, Node>) -> Option<String> {
    let element = node.value().as_element()?;
    if !matches!(element.name(), "div" | "span" | "header" | "figcaption" | "small") {
        return None;
    }
    let mut label = String::new();
    for inner in node.descendants().take(MAX_TABLE_ELEMENTS) {
        let Node::Text(text) = inner.value() else { continue };
        let is_in_button =
            inner.ancestors().take_while(|outer| outer.id() != node.id()).any(|it| {
                let element = it.value().as_element();
                element.is_some_and(|element| is_button(Tag::from_name(element.name()), element))
            });
        if !is_in_button {
            label.push_str(text);
        }
        if label.len() > MAX_LABEL_BYTES {
            return None;
        }
    }
    let label = label.trim();
    is_language(label).then(|| label.to_ascii_lowercase())
}

/// The language that an element names. `is_code`: whether it is a `<pre>` or a `<code>`.
fn language_in(element: &node::Element, is_code: bool) -> Option<String> {
    let data = ["data-lang", "data-language", "data-enlighter-language", "data-mode-id"];
    if let Some(language) =
        data.into_iter().find_map(|name| element.attr(name)).and_then(named_language)
    {
        return Some(language);
    }
    let brush =
        element.attr("data-syntaxhighlighter-params").and_then(|it| it.split_once("brush:"));
    if let Some((_, language)) = brush {
        return named_language(language.trim_start().split(';').next()?);
    }
    if is_code
        && let Some(language) = attribute(element, &local_name!("lang"))
            .filter(|lang| lang.len() > 2 && is_language(lang))
    {
        return named_language(language);
    }
    let class = attribute(element, &local_name!("class"))?;
    let mut names =
        class.split(|c: char| c.is_ascii_whitespace() || c == ';').filter(|name| !name.is_empty());
    let is_marked =
        is_code || class.split_ascii_whitespace().any(|name| CODE_NAMES.contains(&name));
    while let Some(name) = names.next() {
        for prefix in LANGUAGE_PREFIXES {
            let Some(language) = name.strip_prefix(prefix) else { continue };
            if WEAK_PREFIXES.contains(prefix) && !is_language(language) {
                continue;
            }
            // `brush: js` has a space.
            let language = if language.is_empty() { names.next()? } else { language };
            return named_language(language);
        }
    }
    let mut bare = class.split_ascii_whitespace().filter(|name| !CODE_NAMES.contains(name));
    bare.find(|name| is_marked && is_language(name)).and_then(named_language)
}

/// Whether a text is the name of a language.
pub(crate) fn is_language(name: &str) -> bool {
    name.len() <= MAX_LANGUAGE_BYTES
        && LANGUAGES.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

/// A language as it is written after a fence. `None` for names that say that there is none.
fn named_language(name: &str) -> Option<String> {
    let name = name.trim_matches(|c: char| matches!(c, '{' | '}' | '.' | '"') || c.is_whitespace());
    let name = name.split([',', ' ', ':']).next().unwrap_or_default().to_ascii_lowercase();
    // A media type: `text/x-python`.
    let name = name.strip_prefix("text/").unwrap_or(&name);
    let name = name.strip_prefix("x-").unwrap_or(name);
    let is_name = !name.is_empty()
        && name.len() <= MAX_LANGUAGE_BYTES
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.'));
    let is_none = matches!(
        name,
        "text"
            | "plaintext"
            | "plain"
            | "txt"
            | "none"
            | "nohighlight"
            | "no-highlight"
            | "auto"
            | "default"
            | "unknown"
            | "undefined"
            | "null"
            | "block"
            | "wrapper"
            | "literal-block"
            | "highlight"
    );
    (is_name && !is_none).then(|| name.to_owned())
}

/// Whether a `<pre>` is one block of code, and not a page in a fixed width: those have paragraphs and headings.
pub(super) fn is_solid(pre: NodeRef<'_, Node>) -> bool {
    let has_list = pre.descendants().any(|inner| is_list(inner));
    !pre.descendants().any(is_prose) && (!has_list || list_of_lines(pre).is_some())
}

fn is_list(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| matches!(element.name(), "ul" | "ol"))
}

/// Whether an element does not stand in code.
fn is_prose(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| {
        matches!(
            element.name(),
            "p" | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "blockquote"
                | "section"
                | "article"
                | "nav"
                | "form"
                | "header"
                | "footer"
        )
    })
}

/// The list whose items are the lines of a block of code: it is all that the block holds, and no item has a list.
fn list_of_lines(node: NodeRef<'_, Node>) -> Option<NodeRef<'_, Node>> {
    let mut inner = node;
    while !is_list(inner) {
        let mut filled = inner.children().filter(|child| match child.value() {
            Node::Text(text) => !text.trim().is_empty(),
            value => value.is_element(),
        });
        let only = filled.next().filter(|child| child.value().is_element())?;
        if filled.next().is_some() {
            return None;
        }
        inner = only;
    }
    (!inner.descendants().skip(1).any(is_list)).then_some(inner)
}

/// Whether the box of an editor or a highlighter holds lines of code, and nothing else.
pub(super) fn is_box(node: NodeRef<'_, Node>) -> bool {
    let is_line = |inner: NodeRef<'_, Node>| {
        inner.value().as_element().is_some_and(|element| {
            matches!(element.name(), "li" | "pre" | "code" | "table")
                || attribute(element, &local_name!("class"))
                    .is_some_and(|class| NameMarks::in_class(class).has(NameMarks::CODE_LINE))
        })
    };
    let nodes = || node.descendants().take(MAX_BOX_NODES);
    nodes().any(is_line) && !nodes().any(is_prose)
}

/// Whether a `<code>` is a block although it stands in no `<pre>`: it is alone in its place, has several lines, and says that
/// white space stays or that it was highlighted.
pub(super) fn is_block(node: NodeRef<'_, Node>, element: &node::Element) -> bool {
    let is_styled = attribute(element, &local_name!("class")).is_some_and(|class| {
        class.split_ascii_whitespace().any(|name| {
            ["language-", "lang-", "whitespace-pre"].iter().any(|start| name.starts_with(start))
                || matches!(name, "hljs" | "prism-code" | "prettyprint")
        })
    }) || attribute(element, &local_name!("style")).is_some_and(|style| {
        style.contains("white-space:pre") || style.contains("white-space: pre")
    });
    let is_alone = || {
        node.prev_siblings().chain(node.next_siblings()).all(|sibling| match sibling.value() {
            Node::Text(text) => text.trim().is_empty(),
            Node::Element(element) => element.name() == "button",
            _ => true,
        })
    };
    is_styled && is_alone() && text_of(node).trim().contains('\n')
}

/// The sign before a line of a comparison: `+` for one that is new, `-` for one that is gone. Style sheets show it, or the
/// colour says it.
pub(super) fn diff_sign(
    node: NodeRef<'_, Node>,
    tag: Tag,
    element: &node::Element,
    marks: NameMarks,
    is_diff: bool,
) -> Option<char> {
    let by_tag = match tag {
        Tag::Del if is_diff => Some('-'),
        _ if is_diff && element.name() == "ins" => Some('+'),
        _ => None,
    };
    let by_name = || {
        if let Some(marker) = element.attr("data-code-marker") {
            return marker.chars().next().filter(|sign| matches!(sign, '+' | '-' | ' '));
        }
        let class = attribute(element, &local_name!("class")).unwrap_or_default();
        let has = |names: &[&str]| class.split_ascii_whitespace().any(|it| names.contains(&it));
        match () {
            () if has(&["blob-code", "blob-code-marker"]) => None,
            () if has(&["new", "add", "ins"]) => Some('+'),
            () if has(&["old", "remove", "del"]) => Some('-'),
            () if has(&["line_content"]) && !has(&["match"]) => Some(' '),
            () => None,
        }
    };
    let sign = by_tag.or_else(|| marks.has(NameMarks::DIFF_LINE).then(by_name).flatten())?;
    // Some write it in the text.
    let is_written = sign != ' '
        && node
            .descendants()
            .find_map(|inner| inner.value().as_text())
            .is_some_and(|text| text.starts_with(sign));
    (!is_written).then_some(sign)
}

/// Whether a table sets code beside its line numbers.
pub(super) fn is_code_table(table: NodeRef<'_, Node>) -> bool {
    let cells = table
        .descendants()
        .filter(|inner| inner.value().is_element())
        .take(MAX_TABLE_ELEMENTS)
        .filter(|inner| {
            inner.value().as_element().is_some_and(|it| matches!(it.name(), "td" | "th"))
        });
    let cells: Vec<_> = cells.collect();
    let is_gutter = |cell: &NodeRef<'_, Node>| {
        cell.value().as_element().is_some_and(|element| {
            let is_named =
                has_line_number_name(element) || element.attr("data-line-number").is_some();
            is_named && (cell.children().next().is_none() || is_numbers(*cell))
        })
    };
    // A cell of line numbers beside a cell of code, whatever their names.
    let is_beside = |pair: &[NodeRef<'_, Node>]| {
        let is_pre = |inner: NodeRef<'_, Node>| {
            inner.value().as_element().is_some_and(|element| element.name() == "pre")
        };
        matches!(pair, [first, next] if next.descendants().take(4).any(is_pre) && is_numbers(*first))
    };
    cells.iter().any(is_gutter) || cells.windows(2).any(is_beside)
}

/// Whether an element in a block of code holds line numbers, and nothing else.
pub(super) fn is_line_number(node: NodeRef<'_, Node>, tag: Tag, element: &node::Element) -> bool {
    if matches!(tag, Tag::Pre | Tag::Code) && !is_cell_of_numbers(node) {
        return false;
    }
    let is_unselectable = || {
        let style = attribute(element, &local_name!("style")).unwrap_or_default();
        style.contains("user-select:none") || style.contains("user-select: none")
    };
    let is_candidate = has_line_number_name(element)
        || element.attr("data-line-number").is_some()
        || is_unselectable()
        || matches!(tag, Tag::Td | Tag::Th)
            && node.next_siblings().any(|next| next.value().is_element());
    is_candidate && is_numbers(node)
}

/// Whether an element beside a block of code holds its line numbers.
pub(super) fn is_line_number_box(node: NodeRef<'_, Node>, element: &node::Element) -> bool {
    matches!(element.name(), "div" | "span" | "ol")
        && has_line_number_name(element)
        && is_numbers(node)
}

/// Whether a `<pre>` is all that a cell holds.
fn is_cell_of_numbers(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(has_line_number_name)
}

fn has_line_number_name(element: &node::Element) -> bool {
    attribute(element, &local_name!("class")).is_some_and(|class| {
        class.split_ascii_whitespace().any(|name| {
            matches!(
                name,
                "lineno"
                    | "linenos"
                    | "linenodiv"
                    | "line-number"
                    | "line-numbers"
                    | "linenumber"
                    | "linenumbers"
                    | "lineNumber"
                    | "lineNumbers"
                    | "lnt"
                    | "ln"
                    | "gutter"
                    | "blob-num"
                    | "crayon-nums"
                    | "crayon-num"
                    | "rouge-gutter"
                    | "hljs-ln-numbers"
                    | "hljs-ln-n"
                    | "hljs-ln-line"
                    | "CodeMirror-linenumber"
                    | "CodeMirror-gutter"
                    | "code-line-number"
                    | "ace_gutter"
                    | "line_number"
                    | "line_numbers"
                    | "linenr"
                    | "line-num"
                    | "line-numbers-rows"
                    | "line-numbers-wrapper"
                    | "de1-ln"
                    | "line-no"
                    | "code-gutter"
                    | "react-syntax-highlighter-line-number"
                    | "codeblock-line-number"
                    | "linenums"
                    | "lno"
                    | "cm-gutters"
                    | "CodeMirror-gutters"
                    | "margin-view-overlays"
                    | "diff-line-num"
            ) || name.starts_with("codeLineNumber")
                || name.starts_with("lineNumber")
        })
    })
}

/// Whether a text is nothing but numbers.
fn is_numbers(node: NodeRef<'_, Node>) -> bool {
    let mut length = 0;
    let mut has_digit = false;
    for inner in node.descendants() {
        let Node::Text(text) = inner.value() else { continue };
        length += text.len();
        has_digit |= text.contains(|c: char| c.is_ascii_digit());
        let is_number =
            |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ':' | '|');
        if length > MAX_NUMBER_BYTES || !text.chars().all(is_number) {
            return false;
        }
    }
    has_digit
}

/// Whether an element in a block of code is a button, such as "Copy".
pub(super) fn is_button(tag: Tag, element: &node::Element) -> bool {
    tag == Tag::Button
        || attribute(element, &local_name!("role")) == Some("button")
        || attribute(element, &local_name!("class")).is_some_and(|class| {
            class.split_ascii_whitespace().any(|name| {
                matches!(
                    name,
                    "copy"
                        | "copy-btn"
                        | "copy-button"
                        | "copybtn"
                        | "btn-copy"
                        | "clipboard"
                        | "copy-code"
                        | "code-copy"
                        | "copy-code-button"
                        | "copyBtn"
                )
            })
        })
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn language(html: &str) -> Option<String> {
        let html = Html::parse_fragment(html);
        let is_pre = |node: &NodeRef<'_, Node>| {
            node.value().as_element().is_some_and(|element| element.name() == "pre")
        };
        language_of(html.tree.root().descendants().find(is_pre)?)
    }

    #[test]
    fn languages_are_sorted() {
        assert!(LANGUAGES.is_sorted());
    }

    #[test]
    fn languages_are_named_in_many_ways() {
        for (html, expected) in [
            ("<pre><code class='language-rust'>x", Some("rust")),
            ("<pre class='lang-py prettyprint'>x", Some("py")),
            ("<div class='highlight highlight-source-shell'><pre>x", Some("shell")),
            (
                "<div class='highlight-python3 notranslate'><div class=highlight><pre>x",
                Some("python3"),
            ),
            ("<div class='highlight-default notranslate'><div class=highlight><pre>x", None),
            ("<pre class='brush: js; toolbar: false'>x", Some("js")),
            ("<pre class='src src-emacs-lisp'>x", Some("emacs-lisp")),
            ("<pre class='sourceCode haskell'><code class='sourceCode haskell'>x", Some("haskell")),
            ("<figure class='highlight yaml'><pre>x", Some("yaml")),
            ("<pre class='rust rust-example-rendered'>x", Some("rust")),
            ("<pre data-lang='TOML'>x", Some("toml")),
            ("<pre lang='ruby'>x", Some("ruby")),
            ("<pre lang='en'>x", None),
            ("<pre><code class='language-plaintext'>x", None),
            ("<pre><code class='language-rust,ignore'>x", Some("rust")),
            ("<pre class='wp-block-code'><code>x", None),
            ("<div class='code-block python-tips'><pre>x", None),
        ] {
            assert_eq!(language(html).as_deref(), expected, "{html}");
        }
    }
}
