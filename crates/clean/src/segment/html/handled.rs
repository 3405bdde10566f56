//! Elements whose contents are not walked: formulas, the marks of notes, what stands beside code, and what is no text.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::super::attribute::{attribute, is_hiding};
use super::super::images::{PageImage, character_of, content_image, is_picture_file};
use super::super::math::{FormulaPart, PageFormula, formula_part, text_of};
use super::super::name_marks::NameMarks;
use super::super::notes::{NotePart, is_note_list};
use super::super::structure::ElementDetail;
use super::super::{PromptParts, SetAsideText, SpanKind, Tag, code};
use super::TreeWalk;
use crate::ClutterClass;
use crate::fold::single_spaced;

/// Elements and texts in a link that may hold nothing but a picture.
const MAX_LINK_NODES: usize = 24;
/// Levels from a picture to the link around it.
const MAX_LEVELS_TO_LINK: usize = 6;

impl<'t> TreeWalk<'t, '_> {
    /// Adds the first text of a footnote after its mark. The mark of the page goes.
    pub(super) fn note_text(&mut self, text: &str) {
        let Some(mut note) = self.note_pending.take() else { return };
        let (element, in_link) = (self.current(), self.links_open > 0);
        let bare = |text: &str| {
            text.trim_matches(|c: char| c.is_whitespace() || "[]().:^".contains(c)).to_owned()
        };
        let mark = bare(&note.mark);
        let trimmed =
            text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '^' | '↑'));
        if bare(trimmed).is_empty() || bare(trimmed) == mark {
            note.mark.clear();
            self.note_pending = Some(note);
            return;
        }
        self.push_note_mark(&note.label);
        let is_end =
            |rest: &&str| rest.starts_with(|c: char| c.is_whitespace() || "].):".contains(c));
        let rest = trimmed.trim_start_matches(['[', '(']).strip_prefix(&mark).filter(is_end);
        let rest = rest.filter(|_| !mark.is_empty()).map_or(trimmed, |rest| {
            rest.trim_start_matches(|c: char| c.is_whitespace() || "].):".contains(c))
        });
        // The mark was the link back: `1. Text`.
        let rest = match rest.strip_prefix(['.', ')', ']', ':']) {
            Some(text) if text.starts_with(char::is_whitespace) => text.trim_start(),
            _ => rest,
        };
        self.has_prose = true;
        self.builder.push_folded(rest, element, in_link);
    }

    /// Writes the mark of the note that has no text yet, before something in it that is no text.
    pub(super) fn begin_note(&mut self) {
        if let Some(note) = self.note_pending.take() {
            self.push_note_mark(&note.label);
        }
    }

    /// Writes the mark of a note in a block of its own, before a list, a table or code in it.
    pub(super) fn begin_note_alone(&mut self) {
        if self.note_pending.is_some() {
            self.begin_note();
            self.has_prose = true;
            self.flush();
        }
    }

    fn push_note_mark(&mut self, label: &str) {
        let (element, in_link) = (self.current(), self.links_open > 0);
        self.builder.push_made(&format!("[^{label}]:"), element, in_link);
        let end = self.builder.position();
        self.builder.span(end - label.len() - "[^]:".len(), SpanKind::NoteMark);
        self.builder.space();
        // The mark stands before the link or the emphasis that the note begins with.
        for (_, start, _) in &mut self.open_spans {
            *start = (*start).max(end);
        }
    }

    /// Handles elements without text: formulas that are scripts or pictures, and what is no text.
    pub(super) fn is_skipped(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
    ) -> bool {
        if !tag.is_skipped() {
            return false;
        }
        if matches!(tag, Tag::Script | Tag::Img)
            && self.code.is_none()
            && let Some(FormulaPart::Whole(formula)) = formula_part(node, tag, element)
        {
            self.formula(node, tag, formula);
            return true;
        }
        self.skipped(node, tag, element);
        true
    }

    /// Handles elements whose contents are not walked: formulas, notes, and what stands beside code and headings.
    pub(super) fn is_handled(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        marks: NameMarks,
    ) -> bool {
        if self.code.is_some() {
            return self.is_beside_code(node, tag, element);
        }
        let may_be_formula = marks.has(NameMarks::FORMULA)
            || matches!(tag, Tag::Math | Tag::Code | Tag::Pre)
            || tag == Tag::Unknown && element.name() == "mjx-container";
        if may_be_formula && let Some(part) = formula_part(node, tag, element) {
            match part {
                FormulaPart::Whole(formula) => self.formula(node, tag, formula),
                FormulaPart::Shown(text) => {
                    self.begin_note();
                    self.has_prose = true;
                    self.builder.push_made(&text, self.current(), self.links_open > 0);
                }
                FormulaPart::Copy => self.set_aside(node, "structure/formula-copy"),
            }
            return true;
        }
        let has_note = marks.has(NameMarks::INLINE_NOTE.and(NameMarks::INLINE_MARK));
        if (has_note || !self.notes.is_empty()) && self.is_note_part(node, tag, marks) {
            return true;
        }
        if tag == Tag::A && is_heading_anchor(node, element) {
            self.set_aside(node, "structure/heading-link");
            return true;
        }
        // What is only an icon does not end a sentence.
        if tag == Tag::Button && !self.builder.is_at_start() && is_blank(node) {
            self.builder.space();
            return true;
        }
        let rule = if self.builder.is_after_code() && code::is_line_number_box(node, element) {
            "structure/line-numbers"
        } else if marks.has(NameMarks::EDIT_LINK) {
            "structure/edit-link"
        } else if marks.has(NameMarks::PROMPT) {
            "structure/prompt"
        } else if !tag.is_block() && self.is_hidden_copy(node, element, marks)
            || marks.has(NameMarks::SPOKEN)
                && tag.heading_level().is_some()
                && node.parent().is_some_and(is_note_list)
        {
            "structure/hidden-copy"
        } else {
            return false;
        };
        self.set_aside(node, rule);
        true
    }

    /// Handles line numbers and buttons in a block of code.
    fn is_beside_code(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
    ) -> bool {
        let rule = if code::is_line_number(node, tag, element) {
            "structure/line-numbers"
        } else if code::is_button(tag, element) {
            // What stands on both sides of a button is not one word.
            self.builder.break_line();
            "structure/code-button"
        } else if self.builder.is_at_start() && self.takes_label(node) {
            "structure/code-label"
        } else {
            return false;
        };
        self.set_aside(node, rule);
        true
    }

    /// Takes the language that a bar in a block of code says, over the code itself.
    fn takes_label(&mut self, node: NodeRef<'t, Node>) -> bool {
        let has_code = || {
            let mut after = node.next_siblings().filter_map(|next| next.value().as_element());
            after.any(|next| next.name() == "code")
        };
        let Some(language) = code::label_of(node).filter(|_| has_code()) else { return false };
        if let Some(block) = self.code.filter(|it| self.builder.page.detail_of(*it).is_none()) {
            let detail = ElementDetail::Code { language: language.into() };
            self.builder.page.set_detail(block, detail);
        }
        true
    }

    /// Whether inline markup holds what the text already says, for screen readers or for printing.
    fn is_hidden_copy(
        &self,
        node: NodeRef<'t, Node>,
        element: &node::Element,
        marks: NameMarks,
    ) -> bool {
        // A heading that only screen readers get is the heading of what follows.
        if marks.has(NameMarks::SPOKEN) {
            return !self.builder.is_at_start() || is_shown_next(node);
        }
        let is_hidden = attribute(element, &local_name!("hidden")).is_some()
            || attribute(element, &local_name!("style")).is_some_and(is_hiding);
        is_hidden && {
            let text = single_spaced(&text_of(node));
            !text.is_empty() && self.builder.current_text().trim_end().ends_with(&text)
        }
    }

    pub(super) fn formula(&mut self, node: NodeRef<'t, Node>, tag: Tag, formula: PageFormula) {
        let (element, in_link) = (self.current(), self.links_open > 0);
        if !matches!(tag, Tag::Math | Tag::Script | Tag::Img) {
            self.set_visible_copy_aside(node);
        }
        if tag == Tag::Img {
            self.builder.space();
        }
        self.begin_note();
        let page = &mut self.builder.page;
        let Ok(number) = u32::try_from(page.formulas.len()) else { return };
        page.formulas.push((formula.tex, formula.is_display));
        self.has_prose = true;
        // White space before the formula is written with it, and is no part of it.
        self.builder.push_made(&formula.text, element, in_link);
        let start = self.builder.position() - formula.text.len();
        self.builder.span(start, SpanKind::Formula(number));
        if tag == Tag::Img {
            self.builder.space();
        }
    }

    /// Sets aside what a renderer shows of a formula whose markup is in the text.
    pub(super) fn set_visible_copy_aside(&mut self, node: NodeRef<'t, Node>) {
        let is_math = |inner: &NodeRef<'_, Node>| {
            inner.value().as_element().is_some_and(|element| element.name() == "math")
        };
        let is_markup = |inner: NodeRef<'_, Node>| inner.ancestors().any(|outer| is_math(&outer));
        let mut copy = String::new();
        for inner in node.descendants() {
            if let Node::Text(text) = inner.value()
                && !is_markup(inner)
            {
                copy.push_str(text);
            }
        }
        self.push_aside(&copy, "structure/formula-copy");
    }

    fn is_note_part(&mut self, node: NodeRef<'t, Node>, tag: Tag, marks: NameMarks) -> bool {
        let is_walked = self.inline_note.as_ref().is_some_and(|(id, _)| *id == node.id());
        let label = match self.notes.get(node.id()) {
            Some(NotePart::BackLink) => {
                self.builder.space();
                return true;
            }
            Some(NotePart::Reference(label)) => label.clone(),
            None if marks.has(NameMarks::INLINE_MARK) => {
                return matches!(tag, Tag::Sup | Tag::Span | Tag::Label);
            }
            None if marks.has(NameMarks::INLINE_NOTE) && !is_walked && !tag.is_block() => {
                let label = self.notes.label_of_inline();
                self.inline_notes.push_back((node, label.clone()));
                self.builder.drop_space();
                label
            }
            Some(NotePart::Note { .. }) | None => return false,
        };
        let mark = format!("[^{label}]");
        self.has_prose = true;
        // The page may have brackets of its own around the link.
        self.closes_bracket = self.builder.drop_bracket();
        self.builder.push_made(&mark, self.current(), false);
        self.builder.span(self.builder.position() - mark.len(), SpanKind::NoteMark);
        true
    }

    /// Sets aside the text of a node, which is no part of the text and is not lost.
    pub(super) fn set_aside(&mut self, node: NodeRef<'t, Node>, rule: &'static str) {
        self.push_aside(&text_of(node), rule);
    }

    pub(super) fn push_aside(&mut self, text: &str, rule: &'static str) {
        let text = single_spaced(text);
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        let element = Some(self.code.unwrap_or(self.current()));
        let asides = &mut self.builder.page.set_aside;
        // All line numbers of a block of code are one text.
        if let Some(last) =
            asides.last_mut().filter(|last| last.rule == rule && last.element == element)
        {
            last.text.push(' ');
            last.text.push_str(&text);
            return;
        }
        asides.push(SetAsideText { class: ClutterClass::Other, rule, lines: 0..0, element, text });
    }

    pub(super) fn skipped(&mut self, node: NodeRef<'t, Node>, tag: Tag, element: &node::Element) {
        if tag == Tag::Img
            && let Some(character) = character_of(element)
        {
            self.builder.push_made(character, self.current(), self.links_open > 0);
            return;
        }
        // An image, a field or a script between two words separates them.
        if !matches!(tag, Tag::Rp | Tag::Template) {
            self.builder.space();
        }
        if matches!(tag, Tag::Img | Tag::Picture) {
            self.begin_note();
        }
        let current = self.current();
        let Some(parent) = self.builder.page.elements.get_mut(current as usize) else { return };
        match tag {
            Tag::Img | Tag::Picture | Tag::Video | Tag::Audio | Tag::Iframe | Tag::Svg => {
                parent.media = parent.media.saturating_add(1);
            }
            Tag::Input | Tag::Select | Tag::Textarea => {
                parent.controls = parent.controls.saturating_add(1);
                parent.prompts.add(PromptParts::of_field(tag, element));
            }
            _ => {}
        }
        match tag {
            Tag::Img | Tag::Picture if self.wanted.images && self.code.is_none() => {
                self.image(node);
            }
            Tag::Input
                if attribute(element, &local_name!("type"))
                    .is_some_and(|kind| kind == "checkbox") =>
            {
                self.check_box(attribute(element, &local_name!("checked")).is_some());
            }
            _ => {}
        }
    }

    pub(super) fn image(&mut self, node: NodeRef<'t, Node>) {
        let Some((src, alt)) = content_image(node, &mut self.links) else { return };
        let element = self.current();
        let link = self.link_of_image(node);
        let page = &mut self.builder.page;
        let Ok(number) = u32::try_from(page.images.len()) else { return };
        page.images.push(PageImage {
            element,
            before_block: None,
            src,
            alt,
            link,
            in_image_row: false,
        });
        self.images_pending.push(number);
        self.builder.mark_place(SpanKind::Image(number));
    }

    /// The open link around a picture, if the picture is all that it holds and it leads to more than the file.
    fn link_of_image(&self, image: NodeRef<'t, Node>) -> Option<u32> {
        let link = self.open_spans.iter().rev().find_map(|(_, _, kind)| match kind {
            SpanKind::Link(number) => Some(*number),
            _ => None,
        })?;
        let mut around = image.ancestors().take(MAX_LEVELS_TO_LINK);
        let holder = around.find(|outer| {
            outer.value().as_element().is_some_and(|element| element.name() == "a")
        })?;
        let mut inner = holder.descendants();
        let is_empty = inner.by_ref().take(MAX_LINK_NODES).all(|inner| match inner.value() {
            Node::Text(text) => text.trim().is_empty(),
            _ => true,
        });
        let target = self.builder.page.hrefs.get(link as usize)?;
        (is_empty && inner.next().is_none() && !is_picture_file(target)).then_some(link)
    }

    /// Notes the check box of a list item, if it stands before the text of one.
    pub(super) fn check_box(&mut self, is_checked: bool) {
        if self.item_pending.is_none() || !self.builder.is_at_start() {
            return;
        }
        let page = &mut self.builder.page;
        let item =
            self.stack.iter().rev().take(4).find(|index| page.element(**index).tag == Tag::Li);
        if let Some(item) = item.copied() {
            let number = match page.detail_of(item) {
                Some(ElementDetail::Item { number, .. }) => *number,
                _ => None,
            };
            page.set_detail(item, ElementDetail::Item { number, checked: Some(is_checked) });
        }
    }
}

/// Whether an element has no text.
fn is_blank(node: NodeRef<'_, Node>) -> bool {
    let mut texts = node.descendants().filter_map(|inner| inner.value().as_text());
    texts.all(|text| text.trim().is_empty())
}

/// Whether a text for screen readers says what is shown right after it, such as a price that is set in pieces.
fn is_shown_next(node: NodeRef<'_, Node>) -> bool {
    let next = node.next_siblings().find(|next| match next.value() {
        Node::Text(text) => !text.trim().is_empty(),
        value => value.is_element(),
    });
    let is_hidden = |next: &NodeRef<'_, Node>| {
        let element = next.value().as_element();
        element.is_some_and(|it| attribute(it, &local_name!("aria-hidden")) == Some("true"))
    };
    let bare = |node| {
        let text = text_of(node);
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>()
    };
    next.filter(is_hidden).is_some_and(|next| bare(node) == bare(next))
}

/// Words of links beside headings that lead to them, or to where they are edited.
const HEADING_LINKS: &[&str] = &[
    "anchor",
    "anchor link",
    "copy link",
    "direct link to heading",
    "direct link to this section",
    "edit",
    "edit section",
    "link to heading",
    "link to this heading",
    "link to this section",
    "permalink",
    "permalink to this heading",
    "permalink to this headline",
    "permanent link",
];
/// Bytes of the text of such a link.
const MAX_HEADING_LINK_BYTES: usize = 40;

/// Whether a link is the sign or the words with which documentation links a heading to itself.
fn is_heading_anchor(node: NodeRef<'_, Node>, element: &node::Element) -> bool {
    let Some(href) = attribute(element, &local_name!("href")) else { return false };
    let heading = || {
        node.ancestors().take(2).find(|outer| {
            outer.value().as_element().is_some_and(|it| {
                matches!(it.name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt")
            })
        })
    };
    let is_here = href.contains('#');
    if !is_here && !href.contains("edit") {
        return false;
    }
    let mut text = String::new();
    let mut is_spoken = true;
    for inner in node.descendants() {
        let Node::Text(piece) = inner.value() else { continue };
        if piece.trim().is_empty() {
            continue;
        }
        text.push_str(piece);
        is_spoken = is_spoken && inner.ancestors().take(2).any(is_spoken_only);
        if text.len() > MAX_HEADING_LINK_BYTES {
            return false;
        }
    }
    let text = text.trim();
    if text.is_empty() {
        return false;
    }
    let is_sign =
        |c: char| matches!(c, '#' | '¶' | '§' | '🔗' | '⚓' | '\u{fe0f}' | '\u{f0c1}' | '∞');
    if text.len() <= 8 && text.chars().all(is_sign) {
        let is_named = attribute(element, &local_name!("class")).is_some()
            || attribute(element, &local_name!("aria-label")).is_some();
        return is_here && (is_named || heading().is_some());
    }
    let is_known = HEADING_LINKS.contains(&single_spaced(text).to_lowercase().as_str());
    // A heading that has no other text is the link.
    (is_known || is_here && is_spoken)
        && heading().is_some_and(|heading| text_of(heading).trim().len() > text.len())
}

/// Whether an element is only for screen readers.
fn is_spoken_only(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| {
        attribute(element, &local_name!("class"))
            .is_some_and(|class| NameMarks::in_class(class).has(NameMarks::SPOKEN))
    })
}
