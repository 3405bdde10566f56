//! Parses JSON-LD as pages write it, which is often not quite JSON, and flattens it.

use serde_json::{Map, Value};

use super::jsonld_repair::repair;

/// Scripts longer than this many bytes are data for the page's code, not descriptions, and are
/// skipped.
const MAX_SCRIPT_BYTES: usize = 1 << 20;
/// How many levels of `@graph`, arrays and `mainEntity` are searched.
const MAX_DEPTH: usize = 8;
/// Maximum number of objects from one page.
const MAX_ENTITIES: usize = 500;

/// A schema.org object.
pub(super) type JsonLdEntity = Map<String, Value>;

/// Parses one script. It tolerates comment and CDATA wrappers, several objects in a row, and what
/// [`repair`] does. `None` if nothing can be parsed.
pub(super) fn parse(script: &str) -> Option<Value> {
    if script.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    let script = unwrap(script);
    // Valid scripts need no copy.
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    // Code of the page is no description of it.
    if !script.starts_with(['{', '[', '<', '/', '&']) {
        return None;
    }
    let repaired = repair(script);
    let values: Vec<Value> = serde_json::Deserializer::from_str(&repaired)
        .into_iter()
        .take(MAX_ENTITIES)
        // What follows the first error is not trusted.
        .map_while(Result::ok)
        .collect();
    (!values.is_empty()).then_some(Value::Array(values))
}

/// The objects that describe this page, in document order: the top level, the members of arrays and
/// `@graph`, and the values of `mainEntity` and similar properties. Objects in lists of other
/// stories are skipped.
pub(super) fn entities(roots: &[Value]) -> Vec<&JsonLdEntity> {
    let mut out = Vec::new();
    // A stack of its own instead of recursion, since the page decides the depth.
    let mut stack: Vec<(&Value, usize)> = roots.iter().rev().map(|value| (value, 0)).collect();
    while let Some((value, depth)) = stack.pop() {
        if depth > MAX_DEPTH || out.len() >= MAX_ENTITIES {
            continue;
        }
        match value {
            Value::Array(items) => stack.extend(items.iter().rev().map(|item| (item, depth + 1))),
            Value::Object(object) => {
                if object.contains_key("@type") {
                    out.push(object);
                }
                for key in ["mainEntityOfPage", "mainEntity", "@graph"] {
                    if let Some(inner) = object.get(key).filter(|inner| !inner.is_string()) {
                        stack.push((inner, depth + 1));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// The types of an object, without the URL of the vocabulary.
pub(super) fn types(entity: &JsonLdEntity) -> impl Iterator<Item = &str> {
    values(entity.get("@type"))
        .filter_map(Value::as_str)
        .filter_map(|name| name.rsplit(['/', '#', ':']).next())
}

/// The values of a property: none, one or a list (nested lists are read two deep).
pub(super) fn values(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    fn members(value: &Value) -> &[Value] {
        let listed = ["@list", "@set"].iter().find_map(|key| value.get(key));
        let list = listed.unwrap_or(value).as_array();
        list.map_or(std::slice::from_ref(value), Vec::as_slice)
    }
    value.map(members).unwrap_or_default().iter().flat_map(members).take(MAX_ENTITIES)
}

/// A property as text: the string itself, a number, or an object's `@value`, `name` or `url`.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    values(value)
        .find_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Object(object) => ["@value", "name", "url", "@id", "contentUrl"]
                .iter()
                .find_map(|key| object.get(*key).and_then(Value::as_str).map(str::to_owned)),
            _ => None,
        })
        .filter(|text| !text.trim().is_empty())
}

fn unwrap(script: &str) -> &str {
    let mut script = script.trim();
    let before = ["<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "/* <![CDATA[ */", "//"];
    let after = ["-->", "//]]>", "/*]]>*/", "]]>", "/* ]]> */", "//", ";"];
    loop {
        let length = script.len();
        for mark in before {
            script = script.strip_prefix(mark).unwrap_or(script).trim();
        }
        for mark in after {
            script = script.strip_suffix(mark).unwrap_or(script).trim();
        }
        if script.len() == length {
            return script;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{entities, parse, text, types};

    #[test]
    fn near_json_is_parsed() {
        for script in [
            r#"{"@type": "Article", "headline": "Ferry returns"}"#,
            "<!-- {\"@type\": \"Article\", \"headline\": \"Ferry returns\",} -->",
            "//<![CDATA[\n{\"@type\": \"Article\", \"headline\": \"Ferry\nreturns\"}\n//]]>",
            r#"[{"@type": ["Article"], "headline": "Ferry returns", "x": [1, ],}, ];"#,
            r#"{"@type": "Article", "x": "it\'s", "headline": "Ferry returns"} {"@type": "Person"}"#,
            r#"{"@graph": [{"@type": "http://schema.org/Article", "headline": {"@value": "Ferry returns"}}]}"#,
        ] {
            let roots = [parse(script).unwrap_or_default()];
            let found = entities(&roots);
            let first = found.first().unwrap_or_else(|| panic!("nothing read from {script}"));
            assert_eq!(types(first).collect::<Vec<_>>(), ["Article"], "{script}");
            assert_eq!(text(first.get("headline")).as_deref(), Some("Ferry returns"), "{script}");
        }
    }

    #[test]
    fn other_text_is_not_parsed() {
        assert_eq!(parse("window.dataLayer = []"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn other_stories_in_a_list_are_not_the_page() {
        let roots = [parse(
            r#"{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "A"},
                "relatedLink": [{"@type": "NewsArticle", "headline": "B"}]}"#,
        )
        .unwrap_or_default()];
        let all: Vec<_> = entities(&roots).into_iter().flat_map(types).collect();
        assert_eq!(all, ["WebPage", "NewsArticle"]);
    }
}
