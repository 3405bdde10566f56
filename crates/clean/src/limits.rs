//! Caps on the size of everything that a page decides.

use serde::{Deserialize, Serialize};

/// Caps that hold while a page is read. The part read up to a cap is still cleaned, and the record says
/// which cap was reached.
///
/// ```
/// let limits = copydesk_clean::CleanLimits::default().max_input_bytes(4 << 20).max_depth(128);
/// assert_eq!((limits.max_depth, limits.max_blocks), (128, 50_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CleanLimits {
    /// Bytes of input, before decoding. The rest is not read. Default 32 MiB.
    pub max_input_bytes: usize,
    /// Maximum nesting depth of elements. Deeper elements are dropped, and their text goes to the deepest
    /// element allowed, so no text is lost. Default 256. (html5ever's tree builder walks its stack of open
    /// elements for most tags, so its time is the product of depth and length: servo/html5ever issue 788.)
    pub max_depth: usize,
    /// Nodes in the tree: elements, texts and comments. The rest of the page is not read.
    /// Default 500,000.
    pub max_nodes: usize,
    /// Attributes of one element. The rest of the tag is skipped. Default 256. (Each attribute is
    /// compared with all before it, so the time is quadratic.)
    pub max_attributes: usize,
    /// Blocks of text. The rest of the page is not read. Default 50,000.
    pub max_blocks: usize,
}

impl Default for CleanLimits {
    fn default() -> Self {
        Self {
            max_input_bytes: 32 << 20,
            max_depth: 256,
            max_nodes: 500_000,
            max_attributes: 256,
            max_blocks: 50_000,
        }
    }
}

impl CleanLimits {
    /// Sets [`CleanLimits::max_input_bytes`].
    #[must_use]
    pub const fn max_input_bytes(mut self, bytes: usize) -> Self {
        self.max_input_bytes = bytes;
        self
    }

    /// Sets [`CleanLimits::max_depth`].
    #[must_use]
    pub const fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets [`CleanLimits::max_nodes`].
    #[must_use]
    pub const fn max_nodes(mut self, nodes: usize) -> Self {
        self.max_nodes = nodes;
        self
    }

    /// Sets [`CleanLimits::max_attributes`].
    #[must_use]
    pub const fn max_attributes(mut self, attributes: usize) -> Self {
        self.max_attributes = attributes;
        self
    }

    /// Sets [`CleanLimits::max_blocks`].
    #[must_use]
    pub const fn max_blocks(mut self, blocks: usize) -> Self {
        self.max_blocks = blocks;
        self
    }
}

/// A cap that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitReached {
    /// [`CleanLimits::max_input_bytes`].
    InputBytes,
    /// [`CleanLimits::max_depth`].
    Depth,
    /// [`CleanLimits::max_nodes`].
    Nodes,
    /// [`CleanLimits::max_attributes`].
    Attributes,
    /// [`CleanLimits::max_blocks`].
    Blocks,
    /// The interrupt of the caller, usually a time limit.
    Interrupted,
}

impl LimitReached {
    /// Whether a part of the page was not read. Flattening deep elements and skipping attributes loses no
    /// text.
    pub(crate) const fn loses_content(self) -> bool {
        !matches!(self, Self::Depth | Self::Attributes)
    }

    /// The name of the setting, or `interrupt`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InputBytes => "max_input_bytes",
            Self::Depth => "max_depth",
            Self::Nodes => "max_nodes",
            Self::Attributes => "max_attributes",
            Self::Blocks => "max_blocks",
            Self::Interrupted => "interrupt",
        }
    }
}
