//! Blocks of code: what belongs to one, what stands beside the lines, and the language.
//!
//! Highlighters put each line into an element of its own, and line numbers and buttons beside them. In what the
//! reader copies, there are only lines.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::Tag;
use super::attribute::attribute;

/// Ancestors of a `<pre>` that may name its language.
const MAX_WRAPPERS: usize = 4;
/// Elements of a table that are looked at to see whether it holds code.
const MAX_TABLE_ELEMENTS: usize = 40;
/// Bytes of line numbers that are read to see that they are nothing else.
const MAX_NUMBER_BYTES: usize = 1 << 20;
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
    "brush:",
];

/// Prefixes that also stand before other words: only before a known language do they name one.
const WEAK_PREFIXES: &[&str] = &["src-", "syntax-", "code-", "highlight-"];

/// Names of elements that hold code in a known language, or are highlighted.
const CODE_NAMES: &[&str] = &[
    "chroma",
    "code",
    "codehilite",
    "crayon-syntax",
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

/// The language that a `<pre>` or a table of code names, on itself, on a `<code>` in it, or on what is around it.
pub(super) fn language_of(node: NodeRef<'_, Node>) -> Option<String> {
    let inner = node.descendants().take(MAX_TABLE_ELEMENTS * 10).filter_map(|inner| {
        let element = inner.value().as_element()?;
        matches!(element.name(), "pre" | "code").then_some(element)
    });
    let own = inner.take(4).find_map(|element| language_in(element, true));
    own.or_else(|| {
        let wrappers = node.ancestors().take(MAX_WRAPPERS);
        let mut wrappers = wrappers.filter_map(|wrapper| wrapper.value().as_element());
        wrappers.find_map(|element| {
            let is_box = matches!(
                element.name(),
                "div" | "figure" | "td" | "tr" | "table" | "span" | "section"
            );
            is_box.then(|| language_in(element, false)).flatten()
        })
    })
}

/// The language that an element names. `is_code`: whether it is a `<pre>` or a `<code>`.
fn language_in(element: &node::Element, is_code: bool) -> Option<String> {
    let data = ["data-lang", "data-language", "data-enlighter-language"];
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

fn is_language(name: &str) -> bool {
    name.len() <= MAX_LANGUAGE_BYTES
        && LANGUAGES.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

/// A language as it is written after a fence. `None` for names that say that there is none.
fn named_language(name: &str) -> Option<String> {
    let name = name.trim_matches(|c: char| matches!(c, '{' | '}' | '.' | '"') || c.is_whitespace());
    let name = name.split([',', ' ', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let is_name = !name.is_empty()
        && name.len() <= MAX_LANGUAGE_BYTES
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.'));
    let is_none = matches!(
        name.as_str(),
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
    (is_name && !is_none).then_some(name)
}

/// Whether a `<pre>` is one block of code, and not a page in a fixed width: those have paragraphs and headings.
pub(super) fn is_solid(pre: NodeRef<'_, Node>) -> bool {
    !pre.descendants().any(|inner| {
        inner.value().as_element().is_some_and(|element| {
            matches!(
                element.name(),
                "p" | "h1"
                    | "h2"
                    | "h3"
                    | "h4"
                    | "h5"
                    | "h6"
                    | "ul"
                    | "ol"
                    | "blockquote"
                    | "section"
                    | "article"
                    | "nav"
                    | "form"
                    | "header"
                    | "footer"
            )
        })
    })
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
