//! The charsets in which a line and its text were misread. A set of charsets has a bit for each.

/// What is known so far, when a line is repaired.
#[derive(Clone, Copy, Debug)]
pub(in crate::repair) struct SeenCharsets {
    /// Those in which some line of the text was misread.
    pub(in crate::repair) known: u16,
    /// Those in which nearly all lines of the text were misread that are not ASCII.
    pub(in crate::repair) usual: u16,
    /// Those in which the line itself was misread.
    pub(in crate::repair) here: u16,
    /// Those in which all that was misread of the line reads the same.
    pub(in crate::repair) agreeing: u16,
}

impl Default for SeenCharsets {
    fn default() -> Self {
        Self { known: 0, usual: 0, here: 0, agreeing: u16::MAX }
    }
}

impl SeenCharsets {
    /// Notes that a span of the line was misread in a charset, and reads the same in `equals`.
    pub(super) const fn add(&mut self, charset: usize, equals: u16) {
        self.known |= 1 << charset;
        self.here |= 1 << charset;
        self.agreeing &= equals;
    }

    pub(super) const fn is_known(self, charset: usize) -> bool {
        self.known >> charset & 1 == 1
    }

    /// Whether the line was misread in a charset, or in one that reads the same where it was.
    pub(super) const fn is_here(self, charset: usize) -> bool {
        self.here != 0 && (self.here | self.agreeing) >> charset & 1 == 1
    }

    pub(super) const fn is_usual(self, charset: usize) -> bool {
        self.usual >> charset & 1 == 1
    }
}
