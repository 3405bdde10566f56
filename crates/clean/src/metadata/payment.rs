//! What the markup declares about payment.

use ego_tree::NodeId;
use html5ever::local_name;
use scraper::{Html, Selector};

use super::jsonld_facts::{self, JsonLdFacts};
use super::names::MetadataField;
use super::sources::{self, MetadataSources};
use crate::DeclaredAccess;

/// What the markup declares about payment, and the reasons.
pub(super) fn access(
    found: &MetadataSources<'_>,
    linked: &JsonLdFacts,
) -> (DeclaredAccess, Vec<String>) {
    let mut says: Vec<(bool, String)> = linked.access.clone();
    for named in found.values_of(MetadataField::ContentTier) {
        let tier = named.value.trim().to_lowercase();
        // Metered articles are free until a reader's quota is used up, so they are neither free nor
        // paid.
        let free = match tier.as_str() {
            "free" => true,
            "locked" | "premium" | "paid" | "subscriber" => false,
            _ => continue,
        };
        says.push((free, format!("article:content_tier is {tier}")));
    }
    for (_, spot) in
        found.props.iter().filter(|(field, _)| *field == MetadataField::AccessibleForFree)
    {
        let content = spot
            .node
            .value()
            .as_element()
            .and_then(|element| sources::attr(element, &local_name!("content")));
        if let Some(free) = content.and_then(jsonld_facts::parse_boolean) {
            says.push((free, format!("microdata isAccessibleForFree is {free}")));
        }
    }
    // A page that is declared free and names a part that is not free has a paid part.
    let declared = match says.iter().map(|(free, _)| *free).min() {
        Some(true) => DeclaredAccess::Free,
        Some(false) => DeclaredAccess::Paid,
        None => DeclaredAccess::Unknown,
    };
    let disagree = says.iter().any(|(free, _)| *free) && says.iter().any(|(free, _)| !*free);
    // The same declaration is often in several places.
    let mut evidence: Vec<String> = Vec::new();
    for (_, text) in says {
        if !evidence.contains(&text) {
            evidence.push(text);
        }
    }
    if disagree {
        evidence.push("the declarations disagree: the one that says paid counts".to_owned());
    }
    (declared, evidence)
}

/// Parts of a page that are searched for, and the elements of all of them, at most.
const MAX_PARTS: usize = 4;
const MAX_PART_NODES: usize = 200;
/// Bytes of a selector that is tried. Selectors that name one class or id are short.
const MAX_PART_SELECTOR: usize = 80;

/// The elements of a page that the markup says are paid for.
pub(super) fn paid_parts(document: &Html, linked: &JsonLdFacts) -> Vec<NodeId> {
    // Only names of classes, ids and tags: a selector of a page must not cost more than a walk.
    let is_simple = |selector: &&String| {
        selector.len() <= MAX_PART_SELECTOR
            && selector.chars().all(|c| c.is_alphanumeric() || "-_.#, ".contains(c))
    };
    let selectors = linked.paid_parts.iter().filter(is_simple).take(MAX_PARTS);
    selectors
        .filter_map(|selector| Selector::parse(selector).ok())
        .flat_map(|selector| {
            document.select(&selector).map(|it| it.id()).take(MAX_PART_NODES).collect::<Vec<_>>()
        })
        .collect()
}
