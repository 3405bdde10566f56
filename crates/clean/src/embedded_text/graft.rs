//! Puts a text into the tree of a page.

use ego_tree::NodeId;
use scraper::{Html, Node};

/// Adds the first `<article>` of another tree to the end of the body of a page. Says whether it has a body.
pub(crate) fn graft(page: &mut Html, article: Html) -> bool {
    let Some(body) = find(page, "body") else { return false };
    // The nodes around the article stay without a parent.
    let added = page.tree.extend_tree(article.tree).id();
    let Some(added) = page.tree.get(added) else { return false };
    let article = added.descendants().find(|node| is_named(node.value(), "article"));
    let Some(article) = article.map(|node| node.id()) else { return false };
    if let Some(mut body) = page.tree.get_mut(body) {
        body.append_id(article);
    }
    true
}

fn find(html: &Html, name: &str) -> Option<NodeId> {
    let mut nodes = html.tree.root().descendants();
    nodes.find(|node| is_named(node.value(), name)).map(|node| node.id())
}

fn is_named(node: &Node, name: &str) -> bool {
    node.as_element().is_some_and(|element| element.name() == name)
}
