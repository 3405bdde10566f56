//! Which class a removed block has: boosted trees for each class.

use super::forest::{FeatureBatches, Forest};
use super::reader::{ModelReader, invalid_model};
use crate::{ClutterClass, ErrorKind};

/// What speaks for each class, in the order of [`ClutterClass::ALL`]: log-odds, up to a summand that all have.
pub(crate) type ClassScores = [f32; ClutterClass::ALL.len()];

/// A forest for each class. Without trees it says nothing.
#[derive(Debug, Default)]
pub(crate) struct ClassForest(Vec<Forest>);

impl ClassForest {
    /// Reads the forests. `known` has the names of all features.
    pub(super) fn read(reader: &mut ModelReader<'_>, known: &[String]) -> Result<Self, ErrorKind> {
        let features = reader.features(known)?;
        let count = reader.count()?;
        if count == 0 {
            return Ok(Self::default());
        }
        let mut forests: Vec<Option<Forest>> = ClutterClass::ALL.iter().map(|_| None).collect();
        for _ in 0..count {
            let name = reader.name()?;
            let slot = ClutterClass::from_name(name)
                .and_then(|class| forests.get_mut(class.index()))
                .ok_or_else(|| invalid_model(format!("there is no class `{name}`")))?;
            *slot = Some(Forest::read(reader, &features)?);
        }
        let missing = || invalid_model("it has no trees for some classes");
        forests.into_iter().collect::<Option<_>>().map(Self).ok_or_else(missing)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The forest of a class.
    pub(crate) fn of(&self, class: ClutterClass) -> Option<&Forest> {
        self.0.get(class.index())
    }

    /// The scores of each block.
    pub(crate) fn scores(&self, blocks: &FeatureBatches) -> Vec<ClassScores> {
        let mut scores = Vec::new();
        for (place, forest) in self.0.iter().enumerate() {
            let sums = forest.log_odds(blocks);
            scores.resize(sums.len(), ClassScores::default());
            for (score, sum) in scores.iter_mut().zip(sums) {
                score[place] = sum;
            }
        }
        scores
    }
}
