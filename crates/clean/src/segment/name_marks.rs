//! Class names that tools give to elements which the segmenter treats in a special way.
//!
//! They are looked for once in each distinct value, and not at each element.

use super::callouts;

/// A set of such names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameMarks(u16);

impl NameMarks {
    /// Renderers of formulas.
    pub(super) const FORMULA: Self = Self(1);
    /// Only for screen readers, or only for printing.
    pub(super) const SPOKEN: Self = Self(1 << 1);
    /// The links beside headings with which a wiki is edited.
    pub(super) const EDIT_LINK: Self = Self(1 << 2);
    /// A line of code.
    pub(super) const CODE_LINE: Self = Self(1 << 3);
    /// A note that stands in the line that it belongs to.
    pub(super) const INLINE_NOTE: Self = Self(1 << 4);
    /// The mark of such a note.
    pub(super) const INLINE_MARK: Self = Self(1 << 5);

    /// Perhaps a callout, or the title of one.
    pub(super) const CALLOUT: Self = Self(1 << 6);
    /// A box of an editor or a highlighter, which sets code without a `<pre>`.
    pub(super) const CODE_BOX: Self = Self(1 << 7);
    /// A line of a comparison of two files.
    pub(super) const DIFF_LINE: Self = Self(1 << 8);
    /// What a notebook counts its cells with: `In [1]:`.
    pub(super) const PROMPT: Self = Self(1 << 9);

    /// The marks in the value of a class attribute.
    pub(super) fn in_class(class: &str) -> Self {
        Self(class.split_ascii_whitespace().fold(0, |marks, name| marks | Self::of(name).0))
    }

    fn of(name: &str) -> Self {
        match name {
            "katex"
            | "katex-display"
            | "mwe-math-element"
            | "MathJax"
            | "MathJax_Display"
            | "MathJax_Preview"
            | "MathJax_SVG"
            | "MathJax_SVG_Display"
            | "MathJax_CHTML"
            | "MJXc-display"
            | "mjx-chtml"
            | "mjpage"
            | "mjpage__block"
            | "math"
            | "arithmatex"
            | "js-render-math" => Self::FORMULA,
            "a-offscreen"
            | "sr-only"
            | "visually-hidden"
            | "visuallyhidden"
            | "screen-reader-text"
            | "screen-reader-only"
            | "u-visually-hidden"
            | "a11y-hidden"
            | "sr-text"
            | "print-only"
            | "visible-print-inline" => Self::SPOKEN,
            "mw-editsection" => Self::EDIT_LINK,
            "line" | "token-line" | "code-line" | "view-line" | "crayon-line"
            | "CodeMirror-line" | "react-file-line" | "react-code-text" | "cm-line"
            | "ace_line" | "code__line" => Self::CODE_LINE,
            "ec-line" => Self::CODE_LINE.and(Self::DIFF_LINE),
            "blob-code" | "blob-code-marker" | "diff" | "line_content" => Self::DIFF_LINE,
            "CodeMirror" | "CodeMirror-code" | "EnlighterJS" | "ace_editor" | "cm-content"
            | "cm-editor" | "dp-c" | "dp-highlighter" | "enlighter" | "linenums"
            | "monaco-editor" | "react-code-lines" | "syntaxhighlighter" | "view-lines" => {
                Self::CODE_BOX
            }
            "input_prompt" | "output_prompt" | "jp-InputPrompt" | "jp-OutputPrompt" => Self::PROMPT,
            "sidenote" | "marginnote" | "ltx_note_outer" => Self::INLINE_NOTE,
            "ltx_note_mark" | "ltx_tag_note" | "sidenote-number" | "margin-toggle" => {
                Self::INLINE_MARK
            }
            _ if callouts::may_name(name) => Self::CALLOUT,
            _ => Self(0),
        }
    }

    /// Whether one of these is in the set.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
