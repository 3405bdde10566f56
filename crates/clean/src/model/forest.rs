//! Decision trees whose leaves are summed.
//!
//! Walking down a tree is a chain of branches that a processor cannot predict. So trees are not walked.
//! Instead every condition of a tree is evaluated, for several blocks at once, and each one rules out some
//! leaves. The first leaf that is left is the one that a walk would have reached (`QuickScorer`, Lucchese et
//! al., 2015). That is more arithmetic, but without branches.

use std::hint::select_unpredictable;
use std::ops::Range;

use super::reader::{ModelReader, invalid_model};
use crate::ErrorKind;
use crate::feature_schema::{FEATURES, FeatureVector};

/// Boosted trees over the evidence on a block.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    nodes: Vec<TreeNode>,
    leaves: Vec<f32>,
    trees: Vec<TreeOffsets>,
    /// The same trees as [`Forest::log_odds`] evaluates them. `nodes` are for [`Forest::contributions`],
    /// which needs the path.
    strips: Vec<LeafStrip>,
    /// All conditions of the strips.
    open: OpenConditions,
    /// Whether a tree has more than one strip.
    has_large_trees: bool,
}

/// Blocks that are evaluated at once: 16 `f32` fill a vector register of 512 bits.
pub(crate) const LANES: usize = 16;

/// One value for each of several blocks.
type Lanes<T> = [T; LANES];

/// The features of the blocks of a page, [`LANES`] blocks in each batch.
pub(crate) struct FeatureBatches {
    batches: Vec<FeatureBatch>,
    /// The range of each feature over all blocks.
    ranges: Vec<FeatureRange>,
}

impl FeatureBatches {
    pub(crate) fn new(vectors: impl IntoIterator<Item = FeatureVector>) -> Self {
        let mut batches: Vec<FeatureBatch> = Vec::new();
        let mut count = 0;
        for vector in vectors {
            if count % LANES == 0 {
                batches.push(FeatureBatch(vec![FeatureLanes::default(); FEATURES]));
            }
            if let Some(batch) = batches.last_mut() {
                batch.set(count % LANES, &vector);
            }
            count += 1;
        }
        if let Some(batch) = batches.last_mut() {
            batch.fill_from(count % LANES);
        }
        let ranges = feature_ranges(&batches);
        Self { batches, ranges }
    }
}

/// The features of several blocks, feature by feature.
struct FeatureBatch(Vec<FeatureLanes>);

/// One feature of several blocks, in one line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct FeatureLanes(Lanes<f32>);

impl FeatureBatch {
    fn set(&mut self, lane: usize, vector: &FeatureVector) {
        // By itself, since the compiler turns only this part into vector instructions.
        let mut values = *vector;
        for value in &mut values {
            // What is not a number is above no threshold.
            *value = if value.is_nan() { f32::NEG_INFINITY } else { *value };
        }
        for (row, value) in self.0.iter_mut().zip(values) {
            row.0[lane % LANES] = value;
        }
    }

    /// Lets the lanes from this one on repeat the one before, unless it is the first.
    fn fill_from(&mut self, lane: usize) {
        let Some(last) = lane.checked_sub(1) else { return };
        for FeatureLanes(row) in &mut self.0 {
            let value = row[last];
            row[lane..].fill(value);
        }
    }
}

/// A node as a condition: the leaves that are ruled out if the feature is above the threshold.
#[derive(Clone, Copy, Debug, Default)]
struct SplitCondition {
    threshold: f32,
    ruled_out: u32,
    feature: u32,
}

/// Up to 32 neighboring leaves of a tree.
#[derive(Clone, Copy, Debug)]
struct LeafStrip {
    leaves: [f32; STRIP_LEAVES],
    /// Whether it is the first one of its tree.
    is_first: bool,
}

/// The conditions that rule leaves out, strip by strip.
#[derive(Debug, Default)]
struct OpenConditions {
    conditions: Vec<SplitCondition>,
    strips: Vec<OpenStrip>,
}

impl OpenConditions {
    fn of(&self, strip: &OpenStrip) -> &[SplitCondition] {
        self.conditions.get(strip.conditions.clone()).unwrap_or_default()
    }
}

/// What is known of the leaves of a strip.
#[derive(Clone, Debug)]
struct OpenStrip {
    /// Those that are ruled out for all blocks.
    ruled_out: u32,
    /// The conditions that are still to be evaluated, as a range of [`OpenConditions::conditions`].
    conditions: Range<usize>,
}

/// The least and the highest value of a feature.
#[derive(Clone, Copy, Debug)]
struct FeatureRange {
    least: f32,
    most: f32,
}

/// Batches from which it pays to find out which conditions are open.
const MIN_BATCHES: usize = 2;

/// The range of each feature over all blocks.
fn feature_ranges(batches: &[FeatureBatch]) -> Vec<FeatureRange> {
    let Some((first, others)) = batches.split_first() else { return Vec::new() };
    let mut ranges = Vec::with_capacity(FEATURES);
    for (feature, FeatureLanes(row)) in first.0.iter().enumerate() {
        let (mut least, mut most) = (*row, *row);
        for batch in others {
            let Some(FeatureLanes(row)) = batch.0.get(feature) else { continue };
            for ((least, most), value) in least.iter_mut().zip(&mut most).zip(row) {
                *least = if *value < *least { *value } else { *least };
                *most = if *value > *most { *value } else { *most };
            }
        }
        // Halves are compared, since comparing lane after lane would be a chain.
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                let (low, high) = (least[lane + width], most[lane + width]);
                least[lane] = if low < least[lane] { low } else { least[lane] };
                most[lane] = if high > most[lane] { high } else { most[lane] };
            }
            width /= 2;
        }
        ranges.push(FeatureRange { least: least[0], most: most[0] });
    }
    ranges
}

/// A node: is the feature at most the threshold?
#[derive(Clone, Copy, Debug)]
struct TreeNode {
    threshold: f32,
    /// The mean value of all blocks that reached this node when the tree was fitted.
    value: f32,
    feature: u16,
    /// The next node if so, and if not. With the highest bit set it is a leaf.
    children: [u8; 2],
}

#[derive(Clone, Copy, Debug)]
struct TreeOffsets {
    first_node: u32,
    first_leaf: u32,
}

/// The bit that tells a leaf from a node. It limits a tree to 127 nodes.
const LEAF: u8 = 0x80;

impl Forest {
    /// Reads a forest. `features` maps the numbers of features in the file to those of a
    /// [`FeatureVector`].
    pub(super) fn read(
        reader: &mut ModelReader<'_>,
        features: &[usize],
    ) -> Result<Self, ErrorKind> {
        let mut forest = Self::default();
        let offset = |length: usize| {
            u32::try_from(length).map_err(|_| invalid_model("it has too many trees"))
        };
        for _ in 0..reader.count()? {
            let tree = TreeOffsets {
                first_node: offset(forest.nodes.len())?,
                first_leaf: offset(forest.leaves.len())?,
            };
            let count = reader.u8()?;
            // A tree of a single leaf would add the same to every block.
            if count == 0 || count >= LEAF {
                return Err(invalid_model("a tree has no nodes, or too many"));
            }
            let mut nodes = Vec::with_capacity(usize::from(count));
            for _ in 0..count {
                let number = usize::from(reader.u16()?);
                let feature = features.get(number).copied().filter(|place| *place < FEATURES);
                let feature = feature
                    .and_then(|place| u16::try_from(place).ok())
                    .ok_or_else(|| invalid_model("a tree uses a feature that has no name"))?;
                nodes.push(TreeNode {
                    threshold: reader.f32()?,
                    value: reader.f32()?,
                    feature,
                    children: [reader.u8()?, reader.u8()?],
                });
            }
            let mut leaves = Vec::with_capacity(nodes.len() + 1);
            for _ in 0..=count {
                leaves.push(reader.f32()?);
            }
            let spans = leaf_ranges(&nodes)
                .ok_or_else(|| invalid_model("the nodes of a tree are not connected"))?;
            let leaves = in_order(&mut nodes, &spans, &leaves);
            forest.add_conditions(&nodes, &spans, &leaves);
            forest.leaves.extend(leaves);
            forest.nodes.extend(nodes);
            forest.trees.push(tree);
        }
        Ok(forest)
    }

    /// Adds the conditions of a tree, and its leaves for each strip.
    fn add_conditions(&mut self, nodes: &[TreeNode], spans: &[LeafRange], leaves: &[f32]) {
        for first in (0..=nodes.len()).step_by(STRIP_LEAVES) {
            let start_condition = self.open.conditions.len();
            for (node, span) in nodes.iter().zip(spans) {
                let own = |leaf: usize| leaf.clamp(first, first + STRIP_LEAVES) - first;
                let (start, end) = (own(span.start), own(span.middle));
                if start < end {
                    self.open.conditions.push(SplitCondition {
                        threshold: node.threshold,
                        ruled_out: (u32::MAX >> (STRIP_LEAVES - (end - start))) << start,
                        feature: u32::from(node.feature),
                    });
                }
            }
            let conditions = start_condition..self.open.conditions.len();
            self.open.strips.push(OpenStrip { ruled_out: 0, conditions });
            let mut own = [0.0; STRIP_LEAVES];
            for (slot, leaf) in own.iter_mut().zip(leaves.iter().skip(first)) {
                *slot = *leaf;
            }
            self.strips.push(LeafStrip { leaves: own, is_first: first == 0 });
            self.has_large_trees |= first > 0;
        }
    }

    /// The number of trees.
    #[cfg(test)]
    pub(crate) fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The sum before any feature is known: the values of the roots.
    #[cfg(test)]
    fn start(&self) -> f32 {
        let roots = self.trees.iter().filter_map(|tree| self.nodes.get(tree.first_node as usize));
        roots.map(|root| root.value).sum()
    }

    /// The sums over all trees for each block: log-odds that it is main content. The last ones repeat the last block until
    /// its batch is full.
    pub(crate) fn log_odds(&self, blocks: &FeatureBatches) -> Vec<f32> {
        let FeatureBatches { batches, ranges } = blocks;
        if batches.len() < MIN_BATCHES {
            return self.sums(&self.open, batches);
        }
        let open = self.left_open(ranges);
        self.sums(&open, batches)
    }

    /// The conditions that some blocks with features in these ranges meet, and others do not. The features of a
    /// whole page are the same for all its blocks, and many others vary little.
    fn left_open(&self, ranges: &[FeatureRange]) -> OpenConditions {
        // One more than there can be, since what is not open is written over.
        let mut conditions = vec![SplitCondition::default(); self.open.conditions.len() + 1];
        let mut strips = Vec::with_capacity(self.open.strips.len());
        let mut end = 0;
        for strip in &self.open.strips {
            let (start, mut ruled_out) = (end, 0);
            for condition in self.open.of(strip) {
                let Some(range) = ranges.get(condition.feature as usize) else { continue };
                // Without branches, which would be hard to predict.
                let is_met = range.least > condition.threshold;
                ruled_out |= select_unpredictable(is_met, condition.ruled_out, 0);
                if let Some(slot) = conditions.get_mut(end) {
                    *slot = *condition;
                }
                end += usize::from(range.most > condition.threshold) & usize::from(!is_met);
            }
            strips.push(OpenStrip { ruled_out, conditions: start..end });
        }
        OpenConditions { conditions, strips }
    }

    /// Sums the leaves that are left in each tree, for each block.
    fn sums(&self, open: &OpenConditions, batches: &[FeatureBatch]) -> Vec<f32> {
        let mut all = Vec::with_capacity(batches.len() * LANES);
        let strips = || open.strips.iter().zip(&self.strips);
        for batch in batches {
            let mut sums = [0.0_f64; LANES];
            if self.has_large_trees {
                let mut is_open = [true; LANES];
                for (own, strip) in strips() {
                    if strip.is_first {
                        is_open = [true; LANES];
                    }
                    let ruled_out = ruled_out(own.ruled_out, open.of(own), batch);
                    for ((sum, is_open), out) in sums.iter_mut().zip(&mut is_open).zip(ruled_out) {
                        let place = out.trailing_ones() as usize;
                        if *is_open && place < STRIP_LEAVES {
                            *sum += f64::from(strip.leaves[place]);
                            *is_open = false;
                        }
                    }
                }
            } else {
                // One leaf is left in every lane.
                for (own, strip) in strips() {
                    let ruled_out = ruled_out(own.ruled_out, open.of(own), batch);
                    let leaf = |out: u32| strip.leaves[out.trailing_ones() as usize % STRIP_LEAVES];
                    let leaves: Lanes<f32> = ruled_out.map(leaf);
                    for (sum, leaf) in sums.iter_mut().zip(leaves) {
                        *sum += f64::from(leaf);
                    }
                }
            }
            #[expect(clippy::cast_possible_truncation, reason = "more digits than matter")]
            all.extend(sums.map(|sum| sum as f32));
        }
        all
    }

    /// How much each feature moved the sum: on the path through each tree, the change of the mean value is
    /// attributed to the feature of the node (Saabas, 2014).
    pub(crate) fn contributions(&self, vector: &FeatureVector) -> Box<FeatureVector> {
        let mut sums: Box<FeatureVector> = Box::new([0.0; FEATURES]);
        for tree in &self.trees {
            let mut at = 0_u8;
            while let Some(node) = self.nodes.get(tree.first_node as usize + usize::from(at)) {
                let feature = usize::from(node.feature);
                let value = vector.get(feature).copied().unwrap_or_default();
                at = node.children[usize::from(value > node.threshold)];
                let is_leaf = at & LEAF != 0;
                let after = if is_leaf {
                    self.leaves.get(tree.first_leaf as usize + usize::from(at & !LEAF)).copied()
                } else {
                    self.nodes
                        .get(tree.first_node as usize + usize::from(at))
                        .map(|next| next.value)
                };
                if let (Some(sum), Some(after)) = (sums.get_mut(feature), after) {
                    *sum += after - node.value;
                }
                if is_leaf {
                    break;
                }
            }
        }
        sums
    }
}

/// The leaves of a strip that are ruled out, with those that its conditions rule out together.
///
/// Not inlined, and without branches, so that the compiler turns it into vector instructions.
#[inline(never)]
fn ruled_out(known: u32, conditions: &[SplitCondition], batch: &FeatureBatch) -> Lanes<u32> {
    let mut ruled_out = [known; LANES];
    for condition in conditions {
        let Some(FeatureLanes(values)) = batch.0.get(condition.feature as usize) else { continue };
        for (out, value) in ruled_out.iter_mut().zip(values) {
            let is_above = u32::from(*value > condition.threshold).wrapping_neg();
            *out |= is_above & condition.ruled_out;
        }
    }
    ruled_out
}

/// Leaves of a strip: one for each bit of a word.
const STRIP_LEAVES: usize = u32::BITS as usize;

/// The leaves below a node, from left to right.
#[derive(Clone, Copy, Debug, Default)]
struct LeafRange {
    start: usize,
    /// The first one on the right.
    middle: usize,
    end: usize,
}

/// The leaves below each node. `None` if the nodes are not a tree in which children come after their
/// parents: such a file could send a walk in circles.
fn leaf_ranges(nodes: &[TreeNode]) -> Option<Vec<LeafRange>> {
    let mut sizes = vec![0_usize; nodes.len()];
    let mut parents = vec![0_usize; nodes.len()];
    let size = |sizes: &[usize], child: u8| match child & LEAF {
        0 => sizes.get(usize::from(child)).copied(),
        _ => Some(1),
    };
    for (at, node) in nodes.iter().enumerate().rev() {
        for child in node.children {
            if child & LEAF != 0 {
                (usize::from(child & !LEAF) <= nodes.len()).then_some(())?;
            } else {
                (usize::from(child) > at).then_some(())?;
                *parents.get_mut(usize::from(child))? += 1;
            }
            sizes[at] += size(&sizes, child)?;
        }
    }
    parents.iter().skip(1).all(|count| *count == 1).then_some(())?;
    let mut spans = vec![LeafRange::default(); nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let start = spans.get(at)?.start;
        let middle = start + size(&sizes, node.children[0])?;
        for (child, start) in node.children.into_iter().zip([start, middle]) {
            if let Some(below) = spans.get_mut(usize::from(child)) {
                below.start = start;
            }
        }
        spans[at] = LeafRange { start, middle, end: start + sizes[at] };
    }
    Some(spans)
}

/// The leaves from left to right; the nodes name them by that.
fn in_order(nodes: &mut [TreeNode], spans: &[LeafRange], leaves: &[f32]) -> Vec<f32> {
    let mut ordered = vec![0.0; leaves.len()];
    for (node, span) in nodes.iter_mut().zip(spans) {
        for (child, place) in node.children.iter_mut().zip([span.start, span.end - 1]) {
            if *child & LEAF != 0
                && let (Some(leaf), Some(slot), Ok(number)) = (
                    leaves.get(usize::from(*child & !LEAF)),
                    ordered.get_mut(place),
                    u8::try_from(place),
                )
            {
                *slot = *leaf;
                *child = LEAF | number;
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Model;

    /// Rows of features and what `LightGBM` says of them, written when the model was: for pages, then
    /// for text, the number of rows, and for each its features as `f32` and the answer as `f64`.
    const PARITY: &[u8] = include_bytes!("parity.bin");

    /// A tree that grew by splitting leaves at random, and a leaf's value for its place.
    fn grown(splits: &[(usize, u8, i8)]) -> (Vec<TreeNode>, Vec<f32>) {
        let mut nodes: Vec<TreeNode> = Vec::new();
        let mut open = vec![None];
        for (which, feature, threshold) in splits {
            let parent = open.remove(which % open.len());
            let number = u8::try_from(nodes.len()).unwrap();
            if let Some((parent, side)) = parent {
                let parent: &mut TreeNode = &mut nodes[usize::from(parent)];
                parent.children[side] = number;
            }
            nodes.push(TreeNode {
                threshold: f32::from(*threshold),
                value: 0.0,
                feature: u16::from(*feature),
                children: [LEAF; 2],
            });
            open.extend([Some((number, 0)), Some((number, 1))]);
        }
        for (leaf, parent) in open.iter().enumerate() {
            let Some((parent, side)) = parent else { continue };
            let leaf = u8::try_from(leaf).unwrap();
            nodes[usize::from(*parent)].children[*side] = LEAF | leaf;
        }
        (nodes, (0..open.len()).map(|leaf| leaf as f32 + 0.5).collect())
    }

    fn walked(nodes: &[TreeNode], leaves: &[f32], vector: &FeatureVector) -> f32 {
        let mut at = 0;
        while at & LEAF == 0 {
            let node = nodes[usize::from(at)];
            let above = vector[usize::from(node.feature)] > node.threshold;
            at = node.children[usize::from(above)];
        }
        leaves[usize::from(at & !LEAF)]
    }

    proptest! {
        #[test]
        fn asking_all_nodes_gives_the_leaf_of_the_walk(
            splits in prop::collection::vec((any::<usize>(), 0_u8..8, any::<i8>()), 1..127),
            // Most features of the blocks of a page are alike, or the same.
            blocks in prop::collection::vec(
                (any::<i8>(), -9_i8..9, Just(7), prop::array::uniform5(any::<i8>())),
                1..LANES * 3,
            ),
        ) {
            let (mut nodes, leaves) = grown(&splits);
            let mut vectors: Vec<FeatureVector> = Vec::new();
            let mut expected = Vec::new();
            for (one, near, same, others) in &blocks {
                let mut vector: FeatureVector = [0.0; FEATURES];
                let values = [*one, *near, *same].into_iter().chain(*others);
                for (slot, value) in vector.iter_mut().zip(values) {
                    *slot = f32::from(value);
                }
                expected.push(walked(&nodes, &leaves, &vector));
                vectors.push(vector);
            }
            let mut forest = Forest::default();
            let spans = leaf_ranges(&nodes).unwrap();
            let leaves = in_order(&mut nodes, &spans, &leaves);
            forest.add_conditions(&nodes, &spans, &leaves);
            let mut sums = forest.log_odds(&FeatureBatches::new(vectors));
            sums.truncate(blocks.len());
            prop_assert_eq!(sums, expected);
        }
    }

    #[test]
    fn nodes_that_are_no_tree_are_refused() {
        let tree = |children: &[[u8; 2]]| {
            let node = |children| TreeNode { threshold: 0.0, value: 0.0, feature: 0, children };
            leaf_ranges(&children.iter().copied().map(node).collect::<Vec<_>>()).is_some()
        };
        assert!(tree(&[[1, LEAF], [LEAF | 1, LEAF | 2]]));
        assert!(!tree(&[[1, 1], [LEAF, LEAF]]), "one child twice");
        assert!(!tree(&[[0, LEAF]]), "a circle");
        assert!(!tree(&[[2, LEAF]]), "a child that is not there");
        assert!(!tree(&[[LEAF, LEAF], [LEAF, LEAF]]), "a node without a parent");
        assert!(!tree(&[[LEAF | 2, LEAF]]), "a leaf that is not there");
    }

    #[test]
    fn the_answers_are_those_of_the_library_that_fitted_the_trees() {
        let model = Model::embedded();
        let mut rest = PARITY;
        for forest in [&model.html, &model.text] {
            let (count, behind) = rest.split_first_chunk().unwrap();
            rest = behind;
            let count = u32::from_le_bytes(*count);
            assert!(count >= 50);
            for _ in 0..count {
                let mut vector = [0.0; FEATURES];
                for value in &mut vector {
                    let (bytes, behind) = rest.split_first_chunk().unwrap();
                    *value = f32::from_le_bytes(*bytes);
                    rest = behind;
                }
                let (bytes, behind) = rest.split_first_chunk().unwrap();
                rest = behind;
                let expected = f64::from_le_bytes(*bytes);
                let answer = f64::from(forest.log_odds(&FeatureBatches::new([vector]))[0]);
                assert!((answer - expected).abs() < 1e-6 * expected.abs().max(1.0));
                let moved: f32 = forest.contributions(&vector).iter().sum();
                let start = forest.start();
                assert!((f64::from(start + moved) - expected).abs() < 1e-3, "{start} {moved}");
            }
        }
        assert!(rest.is_empty());
    }
}
