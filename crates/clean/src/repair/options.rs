//! What a caller may ask of the repair.

/// What becomes of characters of which only some bytes are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossyMode {
    /// Those that can be told are restored, the others marked.
    #[default]
    Restore,
    /// U+FFFD stands for each; what has one possible reading is restored all the same.
    Mark,
    /// Their remains go; what has one possible reading is restored all the same.
    Drop,
    /// They stay as they are.
    Leave,
}

/// Settings of a [`crate::Repairer`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "settings that are independent of one another")]
pub struct RepairOptions {
    /// Text read in the wrong charset, entities escaped twice. Default true.
    pub mojibake: bool,
    /// Characters of which only some bytes are left. Default: [`LossyMode::Restore`].
    pub lossy: LossyMode,
    /// Normal form C; control, zero-width and stray bidirectional characters out; odd spaces to a space,
    /// odd line ends to a newline. Default true.
    pub hygiene: bool,
    /// Curly quotes and primes to straight ones. Default false.
    pub straight_quotes: bool,
    /// Latin ligatures such as `ﬁ` to their letters. Default false.
    pub ligatures: bool,
    /// Fullwidth Latin and halfwidth kana to their common width. Default false.
    pub width: bool,
    /// Escapes such as `\u00e9` to their characters. Default false.
    pub escapes: bool,
}

impl Default for RepairOptions {
    fn default() -> Self {
        Self {
            mojibake: true,
            lossy: LossyMode::default(),
            hygiene: true,
            straight_quotes: false,
            ligatures: false,
            width: false,
            escapes: false,
        }
    }
}

impl RepairOptions {
    /// Whether anything is on that is off by default.
    pub(super) const fn has_extras(&self) -> bool {
        self.straight_quotes || self.ligatures || self.width || self.escapes
    }
}
