//! How far an input may inflate.

/// Inflated bytes below which the ratio is not looked at: a small page of one repeated line is no
/// bomb.
const RATIO_GRACE_BYTES: u64 = 1 << 20;

/// Caps on what one compressed input may inflate to. Plain inputs are not held to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InflateLimits {
    /// Inflated bytes. Default 64 GiB: an archive of records may be large, while each of its pages
    /// is held to a smaller cap of its own.
    pub max_inflated_bytes: u64,
    /// Inflated bytes for each compressed byte, looked at from the first inflated MiB on.
    /// Default 200: real pages and archives stay below 30.
    pub max_inflate_ratio: u64,
}

impl Default for InflateLimits {
    fn default() -> Self {
        Self { max_inflated_bytes: 64 << 30, max_inflate_ratio: 200 }
    }
}

impl InflateLimits {
    /// Holds `inflated` bytes, come out of `compressed` ones, against the caps.
    pub(super) fn check(self, compressed: u64, inflated: u64) -> Result<(), super::InflateError> {
        let Self { max_inflated_bytes, max_inflate_ratio } = self;
        if inflated > max_inflated_bytes {
            return Err(super::InflateError::TooLarge { limit: max_inflated_bytes });
        }
        if inflated > RATIO_GRACE_BYTES && inflated > compressed.saturating_mul(max_inflate_ratio) {
            return Err(super::InflateError::Ratio {
                limit: max_inflate_ratio,
                compressed,
                inflated,
            });
        }
        Ok(())
    }
}
