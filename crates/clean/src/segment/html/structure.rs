//! The structure that elements begin: lists, items, cells, breaks, blocks of code, callouts, notes.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::super::attribute::attribute;
use super::super::name_marks::NameMarks;
use super::super::notes::NotePart;
use super::super::structure::ElementDetail;
use super::super::{BlockKind, Tag, callouts, code};
use super::{OpenList, PendingNote, TreeWalk, is_named};

impl<'t> TreeWalk<'t, '_> {
    /// Whether an element begins a block of code.
    pub(super) fn begins_code(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        marks: NameMarks,
    ) -> bool {
        if self.code.is_some() || self.pre_open > 0 {
            return false;
        }
        match tag {
            Tag::Pre => code::is_solid(node),
            Tag::Table => code::is_code_table(node),
            Tag::Code => self.code_open == 0 && code::is_block(node, element),
            Tag::Div | Tag::Ol | Tag::Section | Tag::Figure
                if marks.has(NameMarks::CODE_BOX) && self.refused_box.is_none() =>
            {
                let is_box = code::is_box(node);
                if !is_box {
                    self.refused_box = u32::try_from(self.builder.page.elements.len()).ok();
                }
                is_box
            }
            _ => false,
        }
    }

    /// Notes where a block of code, or a line of one, begins.
    pub(super) fn open_code(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        marks: NameMarks,
        index: u32,
    ) {
        let Some(block) = self.code else { return };
        if matches!(tag, Tag::Tr | Tag::Li) || marks.has(NameMarks::CODE_LINE) {
            self.code_lines.push((index, self.builder.position()));
        }
        let is_diff = matches!(
            self.builder.page.detail_of(block),
            Some(ElementDetail::Code { language }) if matches!(&**language, "diff" | "patch")
        );
        if (is_diff || marks.has(NameMarks::DIFF_LINE))
            && self.builder.is_at_line_start()
            && let Some(sign) = code::diff_sign(node, tag, element, marks, is_diff)
        {
            self.builder.push_sign(sign, index);
            if !is_diff && sign != ' ' {
                let detail = ElementDetail::Code { language: "diff".into() };
                self.builder.page.set_detail(block, detail);
            }
        }
    }

    /// Notes that an element is a block of code.
    pub(super) fn begin_code(&mut self, node: NodeRef<'t, Node>, index: u32) {
        self.code = Some(index);
        if let Some(language) = code::language_of(node) {
            let detail = ElementDetail::Code { language: language.into() };
            self.builder.page.set_detail(index, detail);
        }
    }

    /// Notes the structure that an element begins: lists, items, cells, breaks, callouts.
    pub(super) fn open_structure(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        index: u32,
        marks: NameMarks,
    ) {
        let number =
            |name: &str| element.attr(name).and_then(|value| value.trim().parse::<i64>().ok());
        match tag {
            Tag::Ul | Tag::Menu => {
                self.continue_list(node, element, index);
                self.lists.push(OpenList { ordered: false, next: 1, step: 1 });
            }
            Tag::Ol => {
                self.continue_list(node, element, index);
                let is_reversed = attribute(element, &local_name!("reversed")).is_some();
                let count = || {
                    let is_item = |child: &NodeRef<'_, Node>| {
                        child.value().as_element().is_some_and(|child| child.name() == "li")
                    };
                    i64::try_from(node.children().filter(is_item).count()).unwrap_or(1)
                };
                let first =
                    number("start").unwrap_or_else(|| if is_reversed { count() } else { 1 });
                let step = if is_reversed { -1 } else { 1 };
                self.lists.push(OpenList { ordered: true, next: first, step });
            }
            Tag::Li => {
                let depth = u8::try_from(self.lists.len().clamp(1, 255)).unwrap_or(u8::MAX);
                let value = number("value");
                let item = self.lists.last_mut().and_then(|list| {
                    let item = value.filter(|_| list.ordered).unwrap_or(list.next);
                    list.next = item.saturating_add(list.step);
                    list.ordered.then_some(u32::try_from(item).unwrap_or_default())
                });
                self.item_pending = Some(BlockKind::ListItem { depth, number: item });
                let checked = checked_by_name(node, element);
                self.builder.page.set_detail(index, ElementDetail::Item { number: item, checked });
            }
            Tag::Td | Tag::Th => {
                let count = |name| {
                    number(name).and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1)
                };
                let (columns, rows) = (count("colspan"), count("rowspan"));
                if columns > 1 || rows > 1 {
                    self.builder.page.set_detail(index, ElementDetail::Cell { columns, rows });
                }
            }
            Tag::Table => {
                let is_equation = attribute(element, &local_name!("class"))
                    .is_some_and(|class| class.contains("ltx_eq"));
                let in_callout = self.callout_around(2).is_some();
                if is_equation
                    || in_callout && callouts::is_icon_table(node)
                    || element
                        .attr("role")
                        .is_some_and(|role| matches!(role, "presentation" | "none"))
                {
                    self.builder.page.set_detail(index, ElementDetail::LayoutTable);
                }
            }
            Tag::Hr if self.code.is_none() => {
                let before = u32::try_from(self.builder.page.blocks.len()).unwrap_or(u32::MAX);
                self.builder.page.rules.push(before);
            }
            Tag::Summary if self.callout_around(1).is_some() => {
                self.builder.page.set_detail(index, ElementDetail::CalloutTitle);
            }
            _ if marks.has(NameMarks::CALLOUT) && self.code.is_none() => {
                self.open_callout(node, tag, element, index);
            }
            _ => {}
        }
    }

    /// Notes that a list continues the one right before it: editors write each item as a list of its own.
    pub(super) fn continue_list(
        &mut self,
        node: NodeRef<'t, Node>,
        element: &node::Element,
        index: u32,
    ) {
        let Some((closed, first)) = self.closed_list.take() else { return };
        let before = node.prev_siblings().find(|sibling| match sibling.value() {
            Node::Text(text) => !text.trim().is_empty(),
            value => value.is_element(),
        });
        let Some(before) = before.filter(|before| before.id() == closed) else { return };
        let is_same = before.value().as_element().is_some_and(|other| {
            other.name() == element.name()
                && other.attr("class") == attribute(element, &local_name!("class"))
        });
        let is_numbered =
            element.name() != "ol" || attribute(element, &local_name!("start")).is_some();
        if is_same && is_numbered && attribute(element, &local_name!("class")).is_some() {
            self.builder.page.set_detail(index, ElementDetail::ContinuedList { first });
        }
    }

    /// The callout among as many open elements around the current one.
    fn callout_around(&self, levels: usize) -> Option<u32> {
        let page = &self.builder.page;
        let mut around = self.stack.iter().rev().skip(1).take(levels).copied();
        around.find(|index| matches!(page.detail_of(*index), Some(ElementDetail::Callout { .. })))
    }

    pub(super) fn open_callout(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        index: u32,
    ) {
        let in_callout = self.callout_around(2).is_some();
        let page = &mut self.builder.page;
        if let Some(kind) = callouts::callout_kind(node, tag, element) {
            // Of two boxes in one another, the outer one is the callout.
            if !in_callout {
                page.set_detail(index, ElementDetail::Callout { kind: kind.into() });
            }
        } else if callouts::is_title(element) {
            page.set_detail(index, ElementDetail::CalloutTitle);
        }
    }

    pub(super) fn open_note(&mut self, node: NodeRef<'t, Node>, index: u32) {
        if self.notes.is_empty() && self.inline_note.is_none() {
            return;
        }
        let (label, mark) = match (self.notes.get(node.id()), &self.inline_note) {
            (Some(NotePart::Note { label, mark }), _) => (label.clone(), mark.clone()),
            (_, Some((id, label))) if *id == node.id() => (label.clone(), String::new()),
            _ => return,
        };
        let detail = ElementDetail::Note { label: label.as_str().into() };
        self.builder.page.set_detail(index, detail);
        self.note_pending = Some(PendingNote { element: index, label, mark });
    }

    pub(super) fn close_code_line(&mut self, tag: Tag, index: u32) {
        let line = self.code_lines.pop_if(|(element, _)| *element == index);
        let is_blank = line.is_some_and(|(_, start)| self.builder.clear_blank_line(start));
        if is_blank && tag.is_block() {
            self.builder.end_line();
        } else if line.is_some() || tag.is_block() && !matches!(tag, Tag::Td | Tag::Th) {
            self.builder.break_line();
        }
    }
}

/// Whether a list item is checked, as editors say it in class names. `None` if it has no check box.
fn checked_by_name(node: NodeRef<'_, Node>, item: &node::Element) -> Option<bool> {
    let has = is_named;
    let list = node.parent().and_then(|list| list.value().as_element());
    if list.is_some_and(|list| has(list, "inline-task-list") || has(list, "task-list")) {
        return Some(has(item, "checked") || has(item, "task-done"));
    }
    let box_of = |child: NodeRef<'_, Node>| {
        let element = child.value().as_element()?;
        has(element, "checkbox").then(|| has(element, "checkbox-on"))
    };
    node.children().take(3).find_map(box_of)
}
