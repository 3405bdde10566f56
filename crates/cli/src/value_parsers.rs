//! Parsers of flags whose values are one of a few names, which help and completions then list.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use copydesk_clean::ClutterClass;

/// Parses one of these names.
pub(crate) fn name_parser<T>(
    names: impl Iterator<Item = &'static str>,
) -> impl TypedValueParser<Value = T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(names.collect::<Vec<_>>()).try_map(|name| name.parse::<T>())
}

/// Parses the name of a clutter class.
pub(crate) fn class_parser() -> impl TypedValueParser<Value = ClutterClass> {
    PossibleValuesParser::new(ClutterClass::ALL.map(ClutterClass::name))
        .try_map(|name| ClutterClass::from_name(&name).ok_or("unknown clutter class"))
}

/// Parses a whole number.
pub(crate) fn whole_number<T: FromStr>(written: &str) -> Result<T, String> {
    written.parse().map_err(|_| "not a whole number, or too large".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_asked_for_in_words() {
        assert_eq!(whole_number::<usize>("1024"), Ok(1024));
        for written in ["many", "-1", "1.5", ""] {
            assert_eq!(
                whole_number::<u32>(written).unwrap_err(),
                "not a whole number, or too large",
                "{written}"
            );
        }
    }
}
