//! The settings of a repair.

/// What happens to characters that lost some of their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossyMode {
    /// They are restored if the text shows what they were; otherwise U+FFFD replaces them.
    #[default]
    Restore,
    /// U+FFFD replaces them. Those with only one possible reading are restored.
    Mark,
    /// They are removed. Those with only one possible reading are restored.
    Drop,
    /// They are not changed.
    Leave,
}

/// The settings of a [`crate::Repairer`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "settings that are independent of one another")]
pub struct RepairOptions {
    /// Reverses decoding in a wrong charset, and double escaping of character references. Default
    /// true.
    pub mojibake: bool,
    /// What happens to characters that lost some of their bytes. Default [`LossyMode::Restore`].
    pub lossy: LossyMode,
    /// Normal form C. Removes control, zero-width and stray bidirectional characters; odd spaces
    /// become spaces, odd line ends become newlines. Default true.
    pub hygiene: bool,
    /// Replaces curly quotes and primes by straight quotes. Default false.
    pub straight_quotes: bool,
    /// Replaces Latin ligatures such as `ﬁ` by their letters. Default false.
    pub ligatures: bool,
    /// Replaces fullwidth Latin and halfwidth kana by the usual width. Default false.
    pub width: bool,
    /// Replaces escapes such as `\u00e9` by their characters. Default false.
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
    /// Whether a repair is on that is off by default.
    pub(super) const fn has_extras(&self) -> bool {
        self.straight_quotes || self.ligatures || self.width || self.escapes
    }
}
