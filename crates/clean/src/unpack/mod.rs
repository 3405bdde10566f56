//! Reads text in other forms as the text that it stands for: quoted JSON, line breaks written out, tags and
//! references that were left, the signs of text browsers, and headers with metadata.
//!
//! Each step looks for evidence of its form first, and leaves texts without it as they are.

mod browser;
mod headers;
mod json;
mod markup;

use std::borrow::Cow;

use memchr::memchr2;

use crate::fold::single_spaced;
use crate::segment::{SetAsideText, is_markdown};
use crate::{ClutterClass, LayoutKind};
pub(crate) use headers::TextHeaders;

/// A form in which a text was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextForm {
    /// The text was one JSON string.
    JsonString,
    /// Line breaks were written as `\n`.
    WrittenBreaks,
    /// HTML tags were left.
    Tags,
    /// Character references were left.
    References,
    /// Fields, buttons, frames and images as lynx and w3m show them.
    BrowserSigns,
    /// Numbers of links, and the list of their targets.
    LinkNumbers,
    /// Tables drawn with lines.
    DrawnTables,
    /// Lines such as `Title: ...` before the text.
    Headers,
}

impl TextForm {
    /// The name in records.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::JsonString => "json_string",
            Self::WrittenBreaks => "written_breaks",
            Self::Tags => "tags",
            Self::References => "references",
            Self::BrowserSigns => "browser_signs",
            Self::LinkNumbers => "link_numbers",
            Self::DrawnTables => "drawn_tables",
            Self::Headers => "headers",
        }
    }
}

/// A text after unpacking.
#[derive(Debug, Default)]
pub(crate) struct UnpackedText<'a> {
    pub(crate) text: Cow<'a, str>,
    /// The forms that were recognized, each with the number of changes, in the order of the steps.
    pub(crate) forms: Vec<(TextForm, usize)>,
    pub(crate) headers: TextHeaders,
    /// What left the text and has words.
    pub(crate) set_aside: Vec<SetAsideText>,
}

/// The largest number of pieces that are set aside. Further ones stay in the text.
const MAX_SET_ASIDE: usize = 5_000;

/// How often tags and references are looked for.
const MAX_ROUNDS: usize = 4;

/// Unpacks a text. A layout that the user forces also decides whether the text is read as Markdown.
pub(crate) fn unpack(text: &str, layout: Option<LayoutKind>) -> UnpackedText<'_> {
    let is_markdown =
        |text: &str| layout.map_or_else(|| is_markdown(text), |kind| kind == LayoutKind::Markdown);
    let mut state = Unpacking { text: Cow::Borrowed(text), forms: Vec::new() };
    state.step(json::unquote);
    state.step(json::break_lines);
    // A Markdown parser reads tags and references itself.
    if memchr2(b'<', b'&', state.text.as_bytes()).is_some() && !is_markdown(&state.text) {
        // References may hide further tags and references.
        for _ in 0..MAX_ROUNDS {
            let tags = state.step(markup::without_tags);
            let references = state.step(markup::without_references);
            if !tags && !references {
                break;
            }
        }
    }
    let mut set_aside = Vec::new();
    state.step(|text| browser::without_link_numbers(text, &mut set_aside));
    state.step(|text| browser::without_signs(text, &mut set_aside));
    state.step(browser::without_drawn_tables);
    let mut headers = TextHeaders::default();
    state.step(|text| headers::take(text, &mut headers, &mut set_aside));
    UnpackedText { text: state.text, forms: state.forms, headers, set_aside }
}

struct Unpacking<'a> {
    text: Cow<'a, str>,
    forms: Vec<(TextForm, usize)>,
}

/// What a step made of a text.
struct Unpacked {
    text: String,
    form: TextForm,
    changes: usize,
}

impl Unpacking<'_> {
    /// Returns whether the step changed the text.
    fn step(&mut self, step: impl FnOnce(&str) -> Option<Unpacked>) -> bool {
        let Some(Unpacked { text, form, changes }) = step(&self.text) else { return false };
        self.text = Cow::Owned(text);
        match self.forms.iter_mut().find(|(known, _)| *known == form) {
            Some((_, count)) => *count += changes,
            None => self.forms.push((form, changes)),
        }
        true
    }
}

/// A text that leaves its line. `line` counts from 0.
fn aside(class: ClutterClass, rule: &'static str, line: usize, text: &str) -> SetAsideText {
    let number = u32::try_from(line + 1).unwrap_or(u32::MAX);
    let lines = number..number.saturating_add(1);
    SetAsideText { class, rule, lines, element: None, text: single_spaced(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpack_any(text: &str) -> UnpackedText<'_> {
        unpack(text, None)
    }

    fn unpacked(text: &str) -> (String, Vec<(TextForm, usize)>) {
        let unpacked = unpack_any(text);
        (unpacked.text.into_owned(), unpacked.forms)
    }

    #[test]
    fn a_text_in_no_other_form_is_borrowed() {
        for text in [
            "The ferry is back.\nIt costs A & B more, 3 < 4 euros.",
            "\"The ferry is back,\" she said. \"It is.\"",
            "In C:\\new\\notes it says \\n ends a line.",
            "Write <b> for bold and <i> for italics, and &amp; for an ampersand.",
            "fn f<T>(a: Vec<T>) -> &T { a[0] }",
            "He has [12] points and (BUTTON) eyes.",
            "Note: the ferry is late.\nAnn: I know.",
            "Home | News | Sport",
        ] {
            let unpacked = unpack_any(text);
            assert!(matches!(unpacked.text, Cow::Borrowed(_)), "{text} {:?}", unpacked.forms);
        }
    }

    #[test]
    fn forms_are_recognized_with_their_changes() {
        assert_eq!(
            unpacked("\"The \\u201cferry\\u201d is back.\\nIt sails.\""),
            ("The “ferry” is back.\nIt sails.".into(), vec![(TextForm::JsonString, 1)])
        );
        assert_eq!(
            unpacked("The ferry is back.\\n\\nIt sails.\\r\\n\\tNow.\\nHe said \\\"yes\\\"."),
            (
                "The ferry is back.\n\nIt sails.\n\tNow.\nHe said \"yes\".".into(),
                vec![(TextForm::WrittenBreaks, 7)]
            )
        );
        assert_eq!(
            unpacked(
                "<p>The <b>ferry</b> is&nbsp;back.</p><p>Tom &amp; Ann&#8217;s boat<br/>sails.</p>"
            ),
            (
                "\nThe ferry is\u{a0}back.\n\nTom & Ann’s boat\nsails.\n".into(),
                vec![(TextForm::Tags, 7), (TextForm::References, 3)]
            )
        );
    }

    #[test]
    fn tags_in_capitals_are_tags() {
        assert_eq!(
            unpacked("<P>The <FONT COLOR=red>ferry</FONT> is <STRIKE>late</STRIKE>.</P>"),
            ("\nThe ferry is late.\n".into(), vec![(TextForm::Tags, 6)])
        );
    }

    #[test]
    fn a_forced_layout_says_whether_a_text_is_markdown() {
        let markdown =
            "# The ferry\n\nIt <b>sails</b> <i>again</i>, [they say](https://a.example/).\n";
        assert_eq!(unpack(markdown, None).forms, []);
        assert_eq!(unpack(markdown, Some(LayoutKind::Lines)).forms, [(TextForm::Tags, 4)]);
        let tags = "<p>The <b>ferry</b> is back.</p>";
        assert_eq!(unpack(tags, None).forms, [(TextForm::Tags, 4)]);
        assert_eq!(unpack(tags, Some(LayoutKind::Markdown)).forms, []);
    }

    #[test]
    fn signs_of_text_browsers_leave_the_text() {
        let text = "   (BUTTON) Search\n   ____________________ (BUTTON) Go\n   [logo.png] Harbour news\n   \
            IFRAME: https://ads.example/f\n   The [INS: new :INS] [1]ferry sails to [2]North.\n\n\
            References\n\n   Visible links\n   1. https://a.example/1\n   2. https://a.example/2\n";
        let unpacked = unpack_any(text);
        assert_eq!(
            unpacked.text,
            "    Search\n     Go\n    Harbour news\n\n   The  new  ferry sails to North.\n\n\n\n\n\n\n"
        );
        let aside: Vec<&str> = unpacked.set_aside.iter().map(|aside| aside.text.as_str()).collect();
        assert_eq!(
            aside,
            [
                "References",
                "Visible links",
                "1. https://a.example/1",
                "2. https://a.example/2",
                "[logo.png]",
                "IFRAME: https://ads.example/f"
            ]
        );
        assert_eq!(unpacked.forms, [(TextForm::LinkNumbers, 6), (TextForm::BrowserSigns, 6)]);
    }

    #[test]
    fn drawn_tables_lose_their_lines() {
        let (text, forms) = unpacked(
            "┌────┬────┐\n│Port│Depth│\n├────┼────┤\n│ North │ 4 m │\n└────┴────┘\nText.\n━━━━━━",
        );
        assert_eq!(text, "\nPort | Depth\n\nNorth | 4 m\n\nText.\n");
        assert_eq!(forms, [(TextForm::DrawnTables, 6)]);
    }

    #[test]
    fn headers_become_metadata() {
        let unpacked = unpack_any(
            "Title: The ferry is back\nDate: 3 May 2024\nSource: Harbour News\nAuthor: Ann Lee\n\nIt sails.",
        );
        assert_eq!(unpacked.text, "\n\n\n\n\nIt sails.");
        let TextHeaders { title, author, date, sitename } = unpacked.headers;
        assert_eq!(title.as_deref(), Some("The ferry is back"));
        assert_eq!(author.as_deref(), Some("Ann Lee"));
        assert_eq!(date.as_deref(), Some("3 May 2024"));
        assert_eq!(sitename.as_deref(), Some("Harbour News"));
        assert_eq!(unpacked.set_aside.len(), 4);
        let front = unpack_any("---\ntitle: \"The ferry\"\ntags: [a, b]\n---\nIt sails.");
        assert_eq!(front.headers.title.as_deref(), Some("The ferry"));
        assert_eq!(front.text, "\n\n\n\nIt sails.");
    }
}
