//! Inline markup: links, emphasis, code, raised and lowered text, quotation marks, formulas in the text.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::super::attribute::attribute;
use super::super::math::{delimited_tex, may_render_tex};
use super::super::raised::{Shift, shifted};
use super::super::structure::ElementDetail;
use super::super::{SpanKind, Tag};
use super::TreeWalk;

impl TreeWalk<'_, '_> {
    /// Notes what the content of an element is part of: a link, a list, inline markup.
    pub(super) fn open_content(
        &mut self,
        node: NodeRef<'_, Node>,
        tag: Tag,
        element: &node::Element,
        index: u32,
    ) {
        match tag {
            Tag::A => {
                // Adjacent links are separate words. Style sheets put the space between them, which a tree does
                // not show.
                if self.links_open == 0 && self.builder.ends_in_link() && self.code.is_none() {
                    self.builder.space();
                }
                self.links_open += 1;
                self.builder.count_link();
                if self.wanted.spans
                    && let Some(href) = attribute(element, &local_name!("href"))
                    && !self.is_heading_of_itself(node, href)
                    && let Some(target) = self.links.resolve(href)
                    && let Ok(number) = u32::try_from(self.builder.page.hrefs.len())
                {
                    self.builder.page.hrefs.push(target);
                    self.open_span(index, SpanKind::Link(number));
                }
            }
            Tag::Pre => self.pre_open += 1,
            // Editors wrap whole documents so.
            Tag::B
                if element
                    .attr("style")
                    .is_some_and(|style| style.contains("font-weight:normal")) => {}
            Tag::B | Tag::Strong => self.open_span(index, SpanKind::Strong),
            Tag::I | Tag::Em => self.open_span(index, SpanKind::Emphasis),
            Tag::Del | Tag::S | Tag::Strike => self.open_span(index, SpanKind::Strikethrough),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => {
                self.code_open += 1;
                if self.code_open == 1 && self.pre_open == 0 && self.code.is_none() {
                    self.open_span(index, SpanKind::Code);
                }
            }
            Tag::Sup | Tag::Sub if self.code.is_none() => {
                let shift = if tag == Tag::Sup { Shift::Raised } else { Shift::Lowered };
                self.shifts.push((index, self.builder.position(), shift));
            }
            Tag::Q => {
                self.begin_note();
                self.builder.push_made("“", index, self.links_open > 0);
            }
            Tag::Rt => self.builder.push_made("(", index, self.links_open > 0),
            _ => {}
        }
    }

    /// Whether a link leads from a heading to the heading.
    fn is_heading_of_itself(&self, node: NodeRef<'_, Node>, href: &str) -> bool {
        let page = &self.builder.page;
        let is_heading = |child: NodeRef<'_, Node>| {
            let element = child.value().as_element();
            element.is_some_and(|it| Tag::from_name(it.name()).heading_level().is_some())
        };
        href.starts_with('#')
            && (node.children().take(4).any(is_heading)
                || page
                    .ancestors(self.current())
                    .take(3)
                    .any(|element| element.tag.heading_level().is_some()))
    }

    pub(super) fn open_span(&mut self, element: u32, kind: SpanKind) {
        if self.wanted.spans {
            self.open_spans.push((element, self.builder.position(), kind));
        }
    }

    pub(super) fn close_content(&mut self, tag: Tag, index: u32) {
        let in_link = self.links_open > 0;
        match tag {
            Tag::A => self.links_open = self.links_open.saturating_sub(1),
            Tag::Ul | Tag::Menu | Tag::Ol => {
                self.lists.pop();
                let page = &self.builder.page;
                let first = match page.detail_of(index) {
                    Some(ElementDetail::ContinuedList { first }) => *first,
                    _ => index,
                };
                self.closed_list = page.element(index).node.map(|node| (node, first));
            }
            Tag::Li => self.item_pending = None,
            Tag::Pre => self.pre_open = self.pre_open.saturating_sub(1),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => {
                self.code_open = self.code_open.saturating_sub(1);
            }
            Tag::Sup | Tag::Sub => {
                let open = self.shifts.pop_if(|(element, ..)| *element == index);
                if let Some((_, start, shift)) = open {
                    self.builder.rewrite_from(start, |before, inner| {
                        let space = inner.len() - inner.trim_start().len();
                        let (space, inner) = inner.split_at_checked(space)?;
                        let before = if space.is_empty() { before } else { "" };
                        Some(format!("{space}{}", shifted(shift, before, inner)?))
                    });
                }
            }
            Tag::Q => self.builder.push_made("”", index, in_link),
            Tag::Rt if self.builder.current_text().ends_with('(') => self.builder.drop_last(),
            Tag::Rt => self.builder.push_made(")", index, in_link),
            _ => {}
        }
    }

    /// Marks formulas that the page writes between delimiters. The text keeps them as they are.
    pub(super) fn mark_delimited_tex(&mut self) {
        let text = self.builder.current_text();
        if memchr::memchr2(b'\\', b'$', text.as_bytes()).is_none() {
            return;
        }
        // The whole source is searched only for what looks like a formula. Prices do not.
        let formulas = delimited_tex(text);
        let source = self.source;
        if formulas.is_empty() || !*self.renders_tex.get_or_insert_with(|| may_render_tex(source)) {
            return;
        }
        let start = self.builder.position() - text.len();
        for formula in formulas {
            let Ok(number) = u32::try_from(self.builder.page.formulas.len()) else { return };
            self.builder.page.formulas.push((formula.tex, formula.is_display));
            let range = start + formula.range.start..start + formula.range.end;
            self.builder.span_in(range, SpanKind::Formula(number));
        }
    }
}
