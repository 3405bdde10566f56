//! A tree sink that remembers the names of elements, which the tree builder asks for, and nothing
//! else: what tokenizing and tree building cost whatever the tree is.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, parse_document};

/// Parses a page and gives the number of its nodes.
pub(super) fn parse(text: &str) -> usize {
    parse_document(Sink::default(), ParseOpts::default()).one(text).names.into_inner().len()
}

/// Nodes are numbered; the document is the number behind all others.
const DOCUMENT: usize = usize::MAX;

#[derive(Default)]
struct Sink {
    names: RefCell<Vec<Option<Rc<QualName>>>>,
}

#[derive(Debug)]
struct Name(Rc<QualName>);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl Sink {
    fn node(&self, name: Option<Rc<QualName>>) -> usize {
        let mut names = self.names.borrow_mut();
        names.push(name);
        names.len() - 1
    }
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn get_document(&self) -> usize {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Name {
        let name = self.names.borrow().get(*target).cloned().flatten();
        Name(name.unwrap_or_else(|| panic!("node {target} is no element")))
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> usize {
        self.node(Some(Rc::new(name)))
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.node(None)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        self.node(None)
    }

    fn get_template_contents(&self, _: &usize) -> usize {
        self.node(None)
    }

    fn same_node(&self, left: &usize, right: &usize) -> bool {
        left == right
    }

    fn append(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_based_on_parent_node(&self, _: &usize, _: &usize, _: NodeOrText<usize>) {}
    fn append_before_sibling(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn add_attrs_if_missing(&self, _: &usize, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &usize) {}
    fn reparent_children(&self, _: &usize, _: &usize) {}
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
}
