//! Enums with names: in settings files, environment variables and flags.

use std::fmt;

/// A name that is not one of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not one of {}", .known.join(", "))]
pub struct UnknownName {
    /// The name as written.
    pub given: String,
    /// Every name that is expected.
    pub known: Vec<&'static str>,
}

impl UnknownName {
    /// The known name that is most similar to the given one, if any is similar.
    pub fn nearest(&self) -> Option<&'static str> {
        nearest(&self.given, self.known.iter().copied())
    }
}

/// The known name that `got` is most likely a misspelling of, or `None` if none is similar. Case, and whether a
/// hyphen or an underscore is written, do not matter.
pub fn nearest<'a>(got: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let got = got.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&got, name), name))
        // Below this, names that merely share letters are offered (`format` for `form_factor`).
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Joins items to a list for people: `a, b, c`.
pub fn joined<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    words.join(", ")
}

/// Declares an enum whose variants have names. `ALL`, `name`, `FromStr`, `Display` and serde all use the same
/// names, so that a setting, a flag, a message and a JSON value cannot differ.
#[macro_export]
macro_rules! string_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize
        )]
        pub enum $name { $( $(#[$doc])* #[serde(rename = $word)] $variant, )+ }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in settings and flags.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownName {
                        given: word.into(),
                        known: vec![$($word),+],
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_nonsense_finds_none() {
        let known = ["threads", "page_timeout", "max_depth"];
        assert_eq!(nearest("thread", known), Some("threads"));
        assert_eq!(nearest("page-timeout", known), Some("page_timeout"));
        assert_eq!(nearest("timeout_page", ["zebra"]), None);
    }
}
