//! Caps on everything that a page decides the size of.

use serde::{Deserialize, Serialize};

/// Caps that hold while a page is being read. What was read up to a cap is still cleaned, and the
/// record says which one was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CleanLimits {
    /// Bytes of input, before decoding. The rest is not looked at. Default 32 MiB.
    pub max_input_bytes: usize,
    /// Open elements inside one another. Deeper elements are dropped and their text goes to the
    /// deepest one allowed. Default 256. (html5ever's tree builder walks its stack of open elements for most
    /// tags, so its time is the product of depth and length: servo/html5ever issue 788.)
    pub max_depth: usize,
    /// Nodes in the tree: elements, texts and comments. The rest of the page is not read.
    /// Default 500,000.
    pub max_nodes: usize,
    /// Attributes on one element; the rest of the tag is skipped. Default 256. (The tokenizer
    /// compares each attribute with all before it.)
    pub max_attributes: usize,
    /// Blocks of text; the rest of the page is not read. Default 50,000.
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

/// A cap that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitReached {
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
    /// The caller's interrupt, usually a time budget.
    Interrupted,
}

impl LimitReached {
    /// Whether a part of the page was not read; flattening deep elements and leaving attributes out
    /// loses no text.
    pub const fn loses_content(self) -> bool {
        !matches!(self, Self::Depth | Self::Attributes)
    }

    /// The name of the setting, or `interrupt`.
    pub const fn name(self) -> &'static str {
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
