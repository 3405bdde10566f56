//! Enums that people write as words: in settings files, variables and flags.

use std::fmt;

/// A word that is none of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not one of {}", .known.join(", "))]
pub struct UnknownName {
    /// The word as written.
    pub given: String,
    /// Every word that would do.
    pub known: Vec<&'static str>,
}

impl UnknownName {
    /// The known word that looks most like the one written, if any does.
    pub fn nearest(&self) -> Option<&'static str> {
        nearest(&self.given, self.known.iter().copied())
    }
}

/// The known name that `got` is most likely a misspelling of, or `None` if it looks like none.
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

/// Writes the words as people list them: `a, b, c`.
pub fn joined<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    words.join(", ")
}

/// Declares an enum whose variants have names: `ALL`, `name`, `FromStr`, `Display` and serde agree.
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
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in settings and flags.
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
