//! The facts of a record as tables: metadata, access, encoding.

use copydesk_clean::Record;
use serde::Serialize;

/// A fact with its name.
pub(crate) struct NamedFact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// What is known about the page. Fields without a value are left out.
pub(crate) fn metadata(record: &Record) -> Vec<NamedFact> {
    let language = record.language.as_deref();
    let some = |name, value: Option<&str>| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(NamedFact { name, value: value.to_owned() })
    };
    let list = |name, values: &[String]| {
        (!values.is_empty()).then(|| NamedFact { name, value: values.join("; ") })
    };
    [
        some("title", record.title.as_deref()),
        some("author", record.author.as_deref()),
        some("date", record.date.as_deref()),
        some("date modified", record.date_modified.as_deref()),
        some("site", record.sitename.as_deref()),
        some("host", record.hostname.as_deref()),
        some("URL", record.url.as_deref()),
        some("canonical URL", record.canonical_url.as_deref()),
        some("page type", record.pagetype.as_deref()),
        some("language", language),
        some("description", record.description.as_deref()),
        some("image", record.image.as_deref()),
        some("license", record.license.as_deref()),
        list("categories", &record.categories),
        list("tags", &record.tags),
        list("bylines", &record.bylines),
        list("captions", &record.captions),
        some("fingerprint", Some(&record.fingerprint)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the page says about payment, with the evidence.
pub(crate) fn access(record: &Record) -> Vec<NamedFact> {
    let access = &record.access;
    let mut facts = vec![
        NamedFact { name: "declared", value: name_of(access.declared) },
        NamedFact { name: "prompt", value: name_of(access.prompt) },
        NamedFact { name: "appears cut off", value: yes_no(access.appears_truncated) },
    ];
    let evidence = access.evidence.iter();
    facts.extend(evidence.map(|evidence| NamedFact { name: "evidence", value: evidence.clone() }));
    facts
}

/// How bytes became text.
pub(crate) fn encoding(record: &Record) -> Vec<NamedFact> {
    let encoding = &record.encoding;
    let mut facts = vec![NamedFact {
        name: "charset",
        value: format!("{} ({})", encoding.charset, encoding.decided_by),
    }];
    let mut add = |name, value: String| facts.push(NamedFact { name, value });
    if let Some(label) = &encoding.refused_label {
        add("label not used", label.clone());
    }
    if encoding.undecoded > 0 {
        add("bytes not decoded", encoding.undecoded.to_string());
    }
    if encoding.strays > 0 {
        add("stray bytes", encoding.strays.to_string());
    }
    for (rule, count) in &encoding.repairs {
        add("repairs", format!("{rule}: {count}"));
    }
    if encoding.unrepaired > 0 {
        add("places not repaired", encoding.unrepaired.to_string());
    }
    for repair in &record.structure.repairs {
        add(
            "lines",
            format!("{}: {} ({})", name_of(repair.kind), repair.count, repair.places.join(", ")),
        );
    }
    facts
}

/// The name that a value has in records.
fn name_of(value: impl Serialize) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn yes_no(is_so: bool) -> String {
    (if is_so { "yes" } else { "no" }).to_owned()
}
