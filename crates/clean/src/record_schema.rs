//! The JSON Schema of a record, made from [`RECORD_FIELDS`].

use serde_json::{Map, Value, json};

use crate::record_fields::{FieldType, RECORD_FIELDS, RecordField};

/// The JSON Schema (draft 2020-12) of a record: names, types, and what each field means.
///
/// It allows further fields, since later versions add some, and `--pass-through` adds those of the
/// input. `docs/record.schema.json` holds its text; a test compares the two.
///
/// ```
/// let schema = copydesk_clean::record_schema();
/// assert_eq!(schema["properties"]["title"]["type"], serde_json::json!(["string", "null"]));
/// ```
pub fn record_schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Copydesk record".into());
    schema.insert("description".into(), "One cleaned page.".into());
    schema.append(&mut object("", false));
    Value::Object(schema)
}

/// The schema of the object that the fields with this parent make up; of counts, if it also has
/// numbers under names of its own.
fn object(parent: &str, has_counts: bool) -> Map<String, Value> {
    let fields = || RECORD_FIELDS.iter().filter(|field| field.parent() == parent);
    let required: Vec<&str> =
        fields().filter(|field| field.optional.is_none()).map(RecordField::name).collect();
    let properties: Map<String, Value> =
        fields().map(|field| (field.name().to_owned(), property(field))).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    if !properties.is_empty() {
        schema.insert("properties".into(), properties.into());
    }
    if has_counts {
        // The names come from the data: clutter classes and repair rules.
        schema.insert("additionalProperties".into(), json!({ "type": "integer", "minimum": 0 }));
    }
    schema
}

fn property(field: &RecordField) -> Value {
    let mut schema = Map::new();
    schema.insert("description".into(), description(field).into());
    let string = |format: Option<&str>| {
        let mut schema = Map::from_iter([("type".to_owned(), "string".into())]);
        schema.extend(format.map(|format| ("format".to_owned(), format.into())));
        schema
    };
    let list = |items: Map<String, Value>| {
        Map::from_iter([("type".to_owned(), "array".into()), ("items".to_owned(), items.into())])
    };
    let plain = |name: &str| Map::from_iter([("type".to_owned(), name.into())]);
    schema.append(&mut match field.field_type {
        FieldType::String => string(None),
        FieldType::Date => string(Some("date")),
        FieldType::DateTime => string(Some("date-time")),
        FieldType::Boolean => plain("boolean"),
        FieldType::Integer => {
            let mut schema = plain("integer");
            schema.insert("minimum".into(), 0.into());
            schema
        }
        FieldType::Number => plain("number"),
        FieldType::Strings => list(string(None)),
        FieldType::Object => object(field.path, false),
        FieldType::Objects => list(object(field.path, false)),
        FieldType::Counts => object(field.path, true),
    });
    if let Some(values) = field.values {
        let mut values: Vec<Value> = values.iter().map(|value| (*value).into()).collect();
        // With `enum`, null must be listed too: `type` alone does not allow it.
        if field.nullable {
            values.push(Value::Null);
        }
        schema.insert("enum".into(), values.into());
    }
    if field.nullable {
        let name = schema.get("type").cloned().unwrap_or_default();
        schema.insert("type".into(), json!([name, "null"]));
    }
    Value::Object(schema)
}

fn description(field: &RecordField) -> String {
    match field.optional {
        Some(when) => format!("{}; optional, {when}", field.doc),
        None => field.doc.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::TextSource;
    use crate::record::tests::full;
    use crate::{
        AccessPrompt, ChangeKind, CleanInput, CleanOptions, Cleaner, ClutterClass, DeclaredAccess,
        LayoutKind, Lexicon, Record, RecordErrorKind, RecordOutcome, SiteRules,
        StructureRepairKind,
    };

    fn docs(name: &str) -> String {
        let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Holds a value to a schema, and every name in it to the properties that are listed.
    fn check(at: &str, value: &Value, schema: &Value) {
        let types: Vec<&str> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            name => name.as_str().into_iter().collect(),
        };
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_u64() && types.contains(&"integer") => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(types.contains(&name), "{at} is of type {name}, not {types:?}");
        if let Some(values) = schema["enum"].as_array() {
            assert!(values.contains(value), "{at}: {value}");
        }
        match value {
            Value::Array(values) => {
                for value in values {
                    check(&format!("{at}[]"), value, &schema["items"]);
                }
            }
            Value::Object(fields) => {
                for name in schema["required"].as_array().into_iter().flatten() {
                    assert!(fields.contains_key(name.as_str().unwrap()), "{at} has no {name}");
                }
                for (name, value) in fields {
                    let listed = schema["properties"].get(name);
                    let schema = listed.or_else(|| schema.get("additionalProperties"));
                    let schema = schema.unwrap_or_else(|| panic!("{at}.{name} is not listed"));
                    check(&format!("{at}.{name}"), value, schema);
                }
            }
            _ => {}
        }
    }

    fn cleaned(page: &str) -> Record {
        let options = CleanOptions::default()
            .explain(true)
            .markdown(true)
            .html(true)
            .images(true)
            .links(true);
        let cleaner = Cleaner::new(options, Lexicon::embedded(), SiteRules::default());
        cleaner.clean(&CleanInput::new("page.html", page.as_bytes()))
    }

    #[test]
    fn records_of_every_kind_fit_the_schema() {
        let article = "<nav><a href=/>Home</a></nav><article><h1>Ferry returns</h1>\
            <p>The ferry sailed again on Monday after nine weeks in dock, the harbour master said.\
            <p>Sign up for our newsletter and never miss a story.</article>";
        let records = [
            full(),
            Record::default(),
            Record::failed("a.html", RecordErrorKind::Read, "it is gone", ""),
            cleaned(article),
            cleaned("<html>"),
            cleaned("\0\0\0"),
        ];
        let outcomes: Vec<_> = records.iter().map(|record| record.outcome).collect();
        assert!(outcomes.contains(&RecordOutcome::Ok) && outcomes.contains(&RecordOutcome::Empty));
        let schema = record_schema();
        for record in records {
            check("record", &serde_json::to_value(record).unwrap(), &schema);
        }
    }

    /// The paths in a value, in order, as the table writes them; without those under names of the data.
    fn paths(parent: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path =
                        if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
                    let is_data = matches!(parent, "encoding.repairs" | "structure.unpacked")
                        || parent == "removed" && value.is_u64();
                    if !is_data {
                        found.push(path.clone());
                        paths(&path, value, found);
                    }
                }
            }
            Value::Array(values) => {
                if let Some(value) = values.first() {
                    paths(&format!("{parent}[]"), value, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn the_table_lists_the_fields_of_a_record_in_their_order() {
        let mut found = Vec::new();
        paths("", &serde_json::to_value(full()).unwrap(), &mut found);
        found.push("input".into());
        let listed: Vec<&str> = RECORD_FIELDS.iter().map(|field| field.path).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn fixed_values_are_those_of_their_types() {
        fn names<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> Vec<String> {
            let name = |value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned();
            values.into_iter().map(name).collect()
        }
        let outcomes = names([RecordOutcome::Ok, RecordOutcome::Empty, RecordOutcome::Error]);
        let access = names([DeclaredAccess::Free, DeclaredAccess::Paid, DeclaredAccess::Unknown]);
        let prompts = names([AccessPrompt::None, AccessPrompt::Generic, AccessPrompt::Wall]);
        let text_sources = names(TextSource::ALL);
        let changes = names([ChangeKind::New, ChangeKind::Changed, ChangeKind::Gone]);
        let classes = names(ClutterClass::ALL);
        let layouts = names(LayoutKind::ALL);
        let structure_repairs = names(StructureRepairKind::ALL);
        for (path, names) in [
            ("structure.layout", layouts),
            ("structure.repairs[].kind", structure_repairs),
            ("outcome", outcomes),
            ("text_source", text_sources),
            ("access.declared", access),
            ("access.prompt", prompts),
            ("change.kind", changes),
            ("blocks[].class", classes.clone()),
            ("removed.blocks[].class", classes),
        ] {
            let field = RECORD_FIELDS.iter().find(|field| field.path == path).unwrap();
            assert_eq!(field.values.unwrap(), names, "{path}");
        }
    }

    #[test]
    fn the_schema_file_is_up_to_date() {
        let schema = serde_json::to_string_pretty(&record_schema()).unwrap() + "\n";
        assert!(
            docs("record.schema.json") == schema,
            "docs/record.schema.json is out of date; write it with \
             `cargo run -p copydesk-clean --example record_schema > docs/record.schema.json`"
        );
    }

    /// Markdown without links: `[text](#there)` is `text`.
    fn without_links(markdown: &str) -> String {
        let mut plain = String::new();
        let mut rest = markdown;
        while let Some((before, after)) = rest.split_once("](#") {
            let (head, text) = before.rsplit_once('[').unwrap();
            plain.extend([head, text]);
            rest = after.split_once(')').unwrap().1;
        }
        plain + rest
    }

    #[test]
    fn the_docs_list_every_field() {
        let docs = docs("record.md");
        let section = docs.split("## Fields\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `")).map(without_links);
        let expected = RECORD_FIELDS.iter().map(|field| {
            let or_null = if field.nullable { " or null" } else { "" };
            let optional = field.optional.map(|when| format!("; *optional*, {when}"));
            let optional = optional.unwrap_or_default();
            let (path, doc) = (field.path, field.doc);
            format!("| `{path}` | {}{or_null} | {doc}{optional} |", field.field_type.name())
        });
        assert_eq!(rows.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_docs_list_every_error_kind() {
        let docs = docs("record.md");
        let section = docs.split("## Error kinds\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let mut listed: Vec<String> = Vec::new();
        for row in section.lines().filter(|line| line.starts_with("| `")) {
            // One row may have several kinds, and `interrupted` has two.
            let names = row.split('|').nth(1).unwrap().split(',').map(str::trim);
            let names = names.map(|name| name.trim_matches('`').to_owned());
            listed.extend(names.filter(|name| !listed.contains(name)).collect::<Vec<_>>());
        }
        let kinds: Vec<&str> = RecordErrorKind::ALL.iter().map(RecordErrorKind::as_str).collect();
        assert_eq!(listed, kinds);
    }
}
