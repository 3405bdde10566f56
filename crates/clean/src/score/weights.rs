//! Weights by the names of features.

use std::collections::BTreeMap;

use super::features::{self, COUNT, Vector};

/// The weights as they come with the crate: `config/weights.toml`.
const EMBEDDED: &str = include_str!("../../../../config/weights.toml");

/// How much each feature speaks for main content, as log-odds per unit; one set for pages, one for
/// text.
#[derive(Debug)]
pub(crate) struct Weights {
    html: Box<Vector>,
    text: Box<Vector>,
    names: Vec<String>,
}

#[derive(serde::Deserialize)]
struct File {
    html: BTreeMap<String, f32>,
    text: BTreeMap<String, f32>,
}

impl Weights {
    #[expect(clippy::expect_used, reason = "part of the program, and parsed by its tests")]
    pub(crate) fn embedded() -> Self {
        let names = features::names();
        let file: File = toml::from_str(EMBEDDED).expect("the embedded weights are valid");
        let table = |weights: &BTreeMap<String, f32>| {
            let mut table = Box::new([0.0; COUNT]);
            for (name, weight) in names.iter().zip(table.iter_mut()) {
                *weight = weights.get(name).copied().unwrap_or_default();
            }
            table
        };
        Self { html: table(&file.html), text: table(&file.text), names }
    }

    /// The log-odds that a block with this evidence is main content.
    pub(crate) fn log_odds(&self, vector: &Vector, is_text: bool) -> f32 {
        self.set(is_text).iter().zip(vector).map(|(weight, value)| weight * value).sum()
    }

    /// The feature that speaks most against the block.
    pub(crate) fn worst(&self, vector: &Vector, is_text: bool) -> &str {
        self.set(is_text)
            .iter()
            .zip(vector)
            .zip(&self.names)
            // What holds for the whole page, and combinations, explain nothing to a person.
            .filter(|(_, name)| {
                *name != "bias" && !name.starts_with("length_") && !name.starts_with("page_")
            })
            .map(|((weight, value), name)| (weight * value, name))
            .min_by(|left, right| left.0.total_cmp(&right.0))
            .map_or("", |(_, name)| name)
    }

    fn set(&self, is_text: bool) -> &Vector {
        if is_text { &self.text } else { &self.html }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_weights_name_features_that_exist() {
        let file: File = toml::from_str(EMBEDDED).unwrap();
        let names = features::names();
        for name in file.html.keys().chain(file.text.keys()) {
            assert!(names.contains(name), "{name} is no feature");
        }
        assert!(file.html.len() > 50 && file.text.len() > 30);
    }
}
