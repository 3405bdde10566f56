//! Describes the evidence on a block in words.

use crate::feature_schema::FeatureVector;
use crate::model::Forest;

/// Pieces of evidence that are named.
pub(super) const MAX_NAMED: usize = 3;
/// Those of the class among them.
const MAX_OF_CLASS: usize = 1;
/// Evidence with less log-odds is not named.
const MIN_LOG_ODDS: f32 = 0.1;

/// Descriptions of features, by the beginning of their names. The longest match counts. `{}` is the value.
const DESCRIPTIONS: &[(&str, &str)] = &[
    ("words", "{} words long"),
    ("ends_", "how its text ends"),
    ("sentences", "{} sentences"),
    ("comma_rate", "few or many commas"),
    ("digit_share", "share of digits {}"),
    ("upper_share", "share of capital letters {}"),
    ("capitalized_share", "share of capitalised words {}"),
    ("characters_per_word", "{} characters a word"),
    ("starts_", "how its text begins"),
    ("links", "{} links"),
    ("link_density", "link density {}"),
    ("heading_level", "heading of level {}"),
    ("list_items", "inside a list of {} like it"),
    ("list_", "the list that it is an item of"),
    ("own_", "the names of its own element"),
    ("depth", "{} elements deep"),
    ("token_words", "its words"),
    ("token_names", "the class names around it"),
    ("token_", "words and class names nearby"),
    ("main_overlap", "shares {} of its words with the main text"),
    ("title_overlap", "shares {} of its words with the title"),
    ("description_overlap", "shares {} of its words with the description"),
    ("declared_body", "not in the text that the markup declares"),
    ("in_cluster", "outside the main cluster of text"),
    ("cluster_distance", "{} levels from the main cluster of text"),
    ("near_", "the blocks in the element around it"),
    ("wide_", "the blocks in the section around it"),
    ("twins", "{} blocks of the same template"),
    ("twins_", "the other blocks of its template"),
    ("repeats", "repeated {} times on the page"),
    ("parent_", "the element around it"),
    ("grandparent_", "elements like the one around it"),
    ("branch_", "the part of the page that it stands in"),
    ("since_running", "{} blocks after running text"),
    ("until_running", "{} blocks before running text"),
    ("position", "its place on the page"),
    ("running_position", "its place among the running text"),
    ("window_", "the blocks before and after it"),
    ("from_stretch", "outside the main stretch of text"),
    ("in_stretch", "its place in the main stretch of text"),
    ("shape_", "lines of its shape in a row"),
    ("sentence_", "the sentence that it is a part of"),
    ("section_", "the section under its heading"),
    ("page_", "the kind of page"),
    ("article_", "the article that it stands in, or in none"),
    ("after_title", "its place after the title"),
    ("equals_title", "repeats the title"),
    ("previous_", "the block before it"),
    ("next_", "the block after it"),
    ("same_as_", "made like the block beside it"),
    ("gap_", "far from the blocks beside it"),
    ("foreign_line", "reads like another story's headline"),
    ("rules", "clutter phrases or form"),
    ("phrase_", "clutter phrases"),
    ("phrase_near", "clutter phrases nearby"),
    ("phrase_next", "clutter phrases in the next block"),
    ("phrase_previous", "clutter phrases in the block before"),
    ("opened_far", "a section that a clutter label opened"),
    ("in_", "inside an element for other things: {name}"),
    ("in_hidden", "hidden"),
];

/// The name of the feature that weighed most against a block, and descriptions of the strongest ones, the
/// strongest first. `names` are those of all features.
pub(super) fn against(
    forest: &Forest,
    names: &[String],
    vector: &FeatureVector,
) -> (String, Vec<String>) {
    let against = strongest_first(forest, vector, -1.0);
    let strongest = against.first().and_then(|place| names.get(*place)).cloned();
    let words = in_words(against, names, vector, MAX_NAMED);
    (strongest.unwrap_or_default(), words)
}

/// Descriptions of what spoke most for a class, the strongest first.
pub(super) fn for_class(forest: &Forest, names: &[String], vector: &FeatureVector) -> Vec<String> {
    in_words(strongest_first(forest, vector, 1.0), names, vector, MAX_OF_CLASS)
}

/// The places of the features that moved the sum of a forest in the direction of `sign`, the strongest first.
fn strongest_first(forest: &Forest, vector: &FeatureVector, sign: f32) -> Vec<usize> {
    let contributions = forest.contributions(vector);
    let mut weighed: Vec<(f32, usize)> = contributions
        .iter()
        .enumerate()
        .map(|(place, weight)| (sign * weight, place))
        .filter(|(weight, _)| *weight > MIN_LOG_ODDS)
        .collect();
    weighed.sort_by(|left, right| right.0.total_cmp(&left.0));
    weighed.into_iter().map(|(_, place)| place).collect()
}

/// The first `most` different descriptions of features.
fn in_words(
    places: Vec<usize>,
    names: &[String],
    vector: &FeatureVector,
    most: usize,
) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for place in places {
        let value = vector.get(place).copied().unwrap_or_default();
        let Some(said) = names.get(place).and_then(|name| describe(name, value)) else { continue };
        // Several features have the same description.
        if !words.contains(&said) {
            words.push(said);
        }
        if words.len() == most {
            break;
        }
    }
    words
}

/// A feature's value in words.
fn describe(name: &str, value: f32) -> Option<String> {
    let (_, words) = DESCRIPTIONS
        .iter()
        .filter(|(start, _)| name.starts_with(start))
        .max_by_key(|(start, _)| start.len())?;
    let value = if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") };
    let short = name.trim_start_matches("in_").replace('_', " ");
    Some(words.replace("{}", &value).replace("{name}", &short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_counts() {
        assert_eq!(describe("link_density", 0.9).unwrap(), "link density 0.90");
        assert_eq!(describe("list_items", 12.0).unwrap(), "inside a list of 12 like it");
        assert_eq!(describe("phrase_near", 3.0).unwrap(), "clutter phrases nearby");
        assert_eq!(describe("phrase_paywall", 3.0).unwrap(), "clutter phrases");
        assert_eq!(
            describe("in_related_name", 1.0).unwrap(),
            "inside an element for other things: related name"
        );
    }
}
