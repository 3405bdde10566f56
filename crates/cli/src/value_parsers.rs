//! Parsers of flags whose values are one of a few names, which help and completions then list.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use copydesk_clean::ClutterClass;
use copydesk_core::settings::MAX_THREADS;

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

/// Parses a number of threads. Each thread has a stack and a queue, and thousands of them stall a machine.
pub(crate) fn thread_count(written: &str) -> Result<usize, String> {
    match written.parse() {
        Ok(threads) if threads <= MAX_THREADS => Ok(threads),
        Ok(_) => Err(format!("at most {MAX_THREADS} threads can be started")),
        Err(_) => Err(format!("not a number from 0 to {MAX_THREADS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_threads_are_refused_with_the_limit() {
        assert_eq!(thread_count("0"), Ok(0));
        assert_eq!(thread_count("1024"), Ok(1024));
        assert!(thread_count("100000").unwrap_err().contains("at most 1024"));
        assert!(thread_count("many").is_err());
    }
}
