//! Numbers from 0 to 1.

use std::fmt;
use std::str::FromStr;

use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::values::InvalidValue;

/// A number from 0 to 1, written `0.8`, `80%` or `1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Fraction(f64);

impl Fraction {
    /// Clamps the number to [0, 1]. NaN becomes 0.
    pub const fn new(number: f64) -> Self {
        Self(if number.is_nan() { 0.0 } else { number.clamp(0.0, 1.0) })
    }

    /// The number, in [0, 1].
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl FromStr for Fraction {
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        let number = written.trim();
        let (number, whole) = match number.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 100.0),
            None => (number, 1.0),
        };
        let fraction = number.parse::<f64>().ok().map(|number| number / whole);
        fraction.filter(|fraction| (0.0..=1.0).contains(fraction)).map(Self).ok_or_else(|| {
            InvalidValue::new(format!("`{written}` is not a share: write 0.8 or 80%, from 0 to 1"))
        })
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FractionVisitor;
        impl de::Visitor<'_> for FractionVisitor {
            type Value = Fraction;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share from 0 to 1")
            }

            fn visit_str<E: de::Error>(self, written: &str) -> Result<Fraction, E> {
                written.parse().map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Fraction, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Fraction, E> {
                number.to_string().parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(FractionVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_written_as_numbers_or_percentages() {
        for (written, fraction) in
            [("0.8", Some(0.8)), (" 80 %", Some(0.8)), ("1", Some(1.0)), ("0", Some(0.0))]
        {
            assert_eq!(written.parse().ok().map(Fraction::get), fraction, "{written}");
        }
        for written in ["", "1.1", "-0.1", "120%", "NaN", "many"] {
            assert!(written.parse::<Fraction>().is_err(), "{written}");
        }
        assert_eq!([f64::NAN, 7.0].map(Fraction::new), [Fraction(0.0), Fraction(1.0)]);
    }

    #[test]
    fn a_settings_file_may_have_numbers() {
        #[derive(Debug, Deserialize)]
        struct ShareFile {
            share: Fraction,
        }
        for written in ["0.8", "\"80%\""] {
            let file: ShareFile = toml::from_str(&format!("share = {written}")).unwrap();
            assert_eq!(file.share, Fraction(0.8));
        }
        assert_eq!(toml::from_str::<ShareFile>("share = 1").unwrap().share, Fraction(1.0));
        assert!(toml::from_str::<ShareFile>("share = 2").is_err());
    }
}
