//! A list of field names.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names of fields or columns. In a settings file, one name is a string and several are an array; an empty string is no
/// name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldList(pub Vec<String>);

impl FieldList {
    /// The names that are not empty.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|name| !name.is_empty())
    }
}

impl Serialize for FieldList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [] => serializer.serialize_str(""),
            [name] => serializer.serialize_str(name),
            names => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FieldList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldListVisitor;
        impl<'de> Visitor<'de> for FieldListVisitor {
            type Value = FieldList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field, or a list of names")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<FieldList, E> {
                let names = FieldList(vec![name.to_owned()]);
                Ok(FieldList(names.names().map(str::to_owned).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FieldList, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(FieldList(FieldList(names).names().map(str::to_owned).collect()))
            }
        }
        deserializer.deserialize_any(FieldListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_a_string_and_several_are_a_list() {
        for (written, names, again) in [
            (r#""""#, &[][..], r#""""#),
            (r#""body""#, &["body"], r#""body""#),
            (r#"["body"]"#, &["body"], r#""body""#),
            (r#"["body", "a,b"]"#, &["body", "a,b"], r#"["body","a,b"]"#),
        ] {
            let list: FieldList = serde_json::from_str(written).unwrap();
            assert_eq!(list.0, names);
            assert_eq!(serde_json::to_string(&list).unwrap(), again);
        }
        assert!(serde_json::from_str::<FieldList>("7").is_err());
    }
}
