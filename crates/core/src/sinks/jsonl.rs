//! Records as lines of JSON.

use copydesk_clean::{RECORD_FIELDS, Record};
use serde_json::value::RawValue;

use crate::sources::PassThroughFields;

/// Whether a field of the input would collide with one of the record. It goes into `input` then.
fn is_reserved(name: &str) -> bool {
    RECORD_FIELDS.iter().any(|field| field.path == name)
}

/// The record, then the input's other fields.
pub(super) fn render(record: &Record, fields: &PassThroughFields) -> Vec<u8> {
    // Serializing a record cannot fail today. If it ever did, the page would still need a line.
    let mut line = serde_json::to_vec(record).unwrap_or_else(|error| {
        let source = serde_json::Value::from(record.source.as_str());
        let message = serde_json::Value::from(error.to_string());
        format!(
            "{{\"source\":{source},\"outcome\":\"error\",\
             \"error\":{{\"kind\":\"json\",\"message\":{message}}}}}"
        )
        .into_bytes()
    });
    if !fields.is_empty() {
        let (colliding, free): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(name, _)| is_reserved(name));
        // Spliced rather than parsed, so that numbers keep their spelling, such as `1.0`.
        line.pop();
        for (name, value) in free {
            line.push(b',');
            member(&mut line, name, value);
        }
        for (at, (name, value)) in colliding.iter().enumerate() {
            line.extend_from_slice(if at == 0 { b",\"input\":{" } else { b"," });
            member(&mut line, name, value);
        }
        if !colliding.is_empty() {
            line.push(b'}');
        }
        line.push(b'}');
    }
    line.push(b'\n');
    line
}

/// Appends a member of an object.
fn member(line: &mut Vec<u8>, name: &str, value: &RawValue) {
    line.extend_from_slice(serde_json::Value::from(name).to_string().as_bytes());
    line.push(b':');
    line.extend_from_slice(value.get().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            source: "a.jsonl#1".into(),
            text: "The ferry\nsailed.".into(),
            markdown: Some(String::new()),
            html: Some(String::new()),
            ..Record::default()
        }
    }

    #[test]
    fn every_name_of_the_record_is_reserved() {
        let value = serde_json::to_value(record()).unwrap();
        for name in value.as_object().unwrap().keys() {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn other_fields_keep_their_names_unless_they_collide() {
        let fields = serde_json::from_str::<Vec<(String, Box<RawValue>)>>(
            r#"[["id", 1.0], ["title", "Old"], ["ta\"g", [1, 2]], ["text", null]]"#,
        )
        .unwrap();
        let line = String::from_utf8(render(&record(), &fields)).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert!(
            line.ends_with(
                ",\"id\":1.0,\"ta\\\"g\":[1, 2],\"input\":{\"title\":\"Old\",\"text\":null}}\n"
            ),
            "{line}"
        );
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["text"], "The ferry\nsailed.");
    }
}
