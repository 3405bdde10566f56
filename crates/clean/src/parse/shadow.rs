//! Puts declarative shadow roots where browsers show them.
//!
//! A `<template shadowrootmode=...>` becomes the shadow tree of its parent, which is shown instead of the other children.
//! These are shown in the slots of the shadow tree:
//! <https://html.spec.whatwg.org/multipage/scripting.html#the-template-element>

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::{Html, Node};

/// The attribute that makes a shadow root of a template.
pub(super) const MODE: &str = "shadowrootmode";

/// Replaces each template that is a shadow root by its contents, with the other children of its parent in their slots.
/// Children without a slot stay after it.
pub(super) fn open_roots(html: &mut Html) {
    let is_root = |node: &Node| {
        node.as_element().is_some_and(|element| {
            element.name() == "template"
                && element.attr(MODE).is_some_and(|mode| {
                    mode.eq_ignore_ascii_case("open") || mode.eq_ignore_ascii_case("closed")
                })
        })
    };
    // An element has one shadow root, the first. Its host is the parent that it has now: a template that is moved into a
    // slot makes no host of the slot.
    let mut hosts = HashSet::new();
    let templates: Vec<NodeId> = html
        .tree
        .nodes()
        .filter(|node| is_root(node.value()))
        .filter(|node| node.parent().is_some_and(|host| hosts.insert(host.id())))
        .map(|node| node.id())
        .collect();
    for template in templates {
        open_root(html, template);
    }
}

fn open_root(html: &mut Html, template: NodeId) -> Option<()> {
    let node = html.tree.get(template)?;
    let host = node.parent()?;
    let light: Vec<(NodeId, Option<String>)> = host
        .children()
        .filter(|child| child.id() != template)
        .map(|child| {
            let slot = child.value().as_element().and_then(|element| element.attr("slot"));
            (child.id(), slot.map(str::to_owned))
        })
        .collect();
    // The contents of a template are in a fragment of their own.
    let contents = node.children().find(|child| matches!(child.value(), Node::Fragment));
    let contents = contents.unwrap_or(node);
    let slots: Vec<(NodeId, Option<String>)> = contents
        .descendants()
        .filter_map(|node| {
            let element = node.value().as_element().filter(|element| element.name() == "slot")?;
            // Not those of a shadow root within this one.
            let mut within = node.ancestors().take_while(|above| above.id() != contents.id());
            if within.any(|above| matches!(above.value(), Node::Fragment)) {
                return None;
            }
            Some((node.id(), element.attr("name").map(str::to_owned)))
        })
        .collect();
    let shadow: Vec<NodeId> = contents.children().map(|child| child.id()).collect();
    for child in shadow {
        html.tree.get_mut(template)?.insert_id_before(child);
    }
    html.tree.get_mut(template)?.detach();
    for (child, name) in light {
        if let Some((slot, _)) = slots.iter().find(|(_, slot)| *slot == name) {
            html.tree.get_mut(*slot)?.append_id(child);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::CleanLimits;
    use crate::parse::{KeptAttributes, ParseOptions, parse};

    #[test]
    fn shadow_roots_are_shown_with_their_slots_filled() {
        let limits = CleanLimits::default();
        let options = ParseOptions {
            limits: &limits,
            interrupt: None,
            kept_attributes: KeptAttributes::Read,
        };
        let text = |page: &str| {
            let html = parse(page, &options).html;
            let texts = html.root_element().descendants().filter(|node| {
                !node.ancestors().any(|above| matches!(above.value(), scraper::Node::Fragment))
            });
            texts
                .filter_map(|node| node.value().as_text().map(|text| text.to_string()))
                .collect::<String>()
        };
        for (page, shown) in [
            (
                "<x-a><template shadowrootmode=open><p>a</p><slot></slot><p>c</p></template>b</x-a>d",
                "abcd",
            ),
            (
                "<x-a><template shadowrootmode=closed><slot name=n></slot>-<slot></slot></template>b<i slot=n>a</i></x-a>",
                "a-b",
            ),
            (
                "<x-a><template shadowrootmode=open>1<x-b><template shadowrootmode=open>2</template></x-b>3</template></x-a>4",
                "1234",
            ),
            // Only the first is a shadow root.
            (
                "<x-a><template shadowrootmode=open>1<slot></slot></template><template shadowrootmode=open>2</template>3",
                "13",
            ),
            ("<x-a><template>hidden</template>a</x-a><p title=shadowrootmode>b", "ab"),
        ] {
            assert_eq!(text(page), shown, "{page}");
        }
    }
}
