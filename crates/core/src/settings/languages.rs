//! The languages to write.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::values::InvalidValue;

/// The code for an unknown language (ISO 639-2).
const UNDETERMINED: &str = "und";

/// Language codes, written as a list or separated by commas. Empty: all languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageFilter(Vec<String>);

impl LanguageFilter {
    /// Whether every language passes.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether texts in this language pass. `None` is an unknown language, which passes if `und` is listed.
    pub fn contains(&self, language: Option<&str>) -> bool {
        let language = language.unwrap_or(UNDETERMINED);
        self.is_any() || self.0.iter().any(|code| is_match(code, language))
    }
}

/// Whether a text in `language` satisfies the code that was asked for. `no` is the macrolanguage of `nb`
/// (Bokmål) and `nn` (Nynorsk) in ISO 639, and pages that declare `no` are nearly always in Bokmål.
fn is_match(code: &str, language: &str) -> bool {
    code == language || matches!((code, language), ("no", "nb" | "nn") | ("nb", "no"))
}

impl FromStr for LanguageFilter {
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        let codes = written.split(',').map(str::trim).filter(|code| !code.is_empty());
        codes.map(parse_code).collect::<Result<_, _>>().map(Self)
    }
}

/// The code in the form that records have: two letters, or `und`.
fn parse_code(written: &str) -> Result<String, InvalidValue> {
    let code = written.to_ascii_lowercase();
    // Records have no region, so `pt-BR` can only mean `pt`.
    let code = code.split(['-', '_']).next().unwrap_or_default();
    let is_letters = code.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_letters && (code.len() == 2 || code == UNDETERMINED) {
        return Ok(code.to_owned());
    }
    Err(InvalidValue::new(format!(
        "unknown language `{written}`: write two letters (ISO 639-1) such as en or de, or und for an unknown language"
    )))
}

impl fmt::Display for LanguageFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl Serialize for LanguageFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LanguageFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum LanguagesValue {
            Words(String),
            List(Vec<String>),
        }
        let words = match LanguagesValue::deserialize(deserializer)? {
            LanguagesValue::Words(words) => words,
            LanguagesValue::List(list) => list.join(","),
        };
        words.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_codes_of_two_letters() {
        let languages: LanguageFilter = "EN, pt-BR,und".parse().unwrap();
        assert_eq!(languages.to_string(), "en,pt,und");
        assert!(languages.contains(Some("pt")) && languages.contains(None));
        assert!(!languages.contains(Some("de")));
        assert!(!"en".parse::<LanguageFilter>().unwrap().contains(None));
        assert!(LanguageFilter::default().contains(None));
        for (asked, matching) in [("no", "no nb nn"), ("nb", "no nb"), ("nn", "nn")] {
            let languages: LanguageFilter = asked.parse().unwrap();
            let matches =
                ["no", "nb", "nn", "da"].map(|code| (code, languages.contains(Some(code))));
            let found: Vec<&str> =
                matches.into_iter().filter(|(_, is)| *is).map(|(code, _)| code).collect();
            assert_eq!(found.join(" "), matching, "{asked}");
        }
        for written in ["english", "e1", "eng"] {
            let error = written.parse::<LanguageFilter>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("unknown language `{written}`")), "{error}");
        }
    }
}
