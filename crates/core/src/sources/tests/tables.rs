//! Pages of tables in columns.

use copydesk_clean::InputKind;
use parquet::basic::Compression;

use super::fixtures::{described, pages, parquet};
use crate::sources::{FieldNames, SourceOptions};

#[test]
fn columns_are_chosen_and_others_copied() {
    let file = parquet(&[&["<p>one", "<p>two"], &["<p>three"]], Compression::SNAPPY);
    let options = SourceOptions { pass_through: true, ..SourceOptions::default() };
    let found = pages("a.parquet", &file, &options);
    let told: Vec<_> = found.iter().map(described).collect();
    assert_eq!(told, ["<p>one", "<p>two", "<p>three"]);
    assert_eq!(found[2].source, "a.parquet#3");
    assert_eq!(found[2].kind, Some(InputKind::Html));
    let others: Vec<_> = found[2].fields.iter().map(|(k, v)| (k.as_str(), v.get())).collect();
    assert_eq!(others, [("id", "3")]);
    assert!(pages("a.parquet", &file, &SourceOptions::default())[0].fields.is_empty());
}

#[test]
fn a_table_without_pages_is_an_error_that_names_its_columns() {
    let fields = FieldNames { html: Some("markup".into()), ..FieldNames::default() };
    let options = SourceOptions { fields, ..SourceOptions::default() };
    for (name, content) in [
        ("a.parquet", parquet(&[&["<p>one"]], Compression::UNCOMPRESSED)),
        ("a.csv", b"id,html\n1,<p>one\n2,<p>two\n".to_vec()),
    ] {
        let found = pages(name, content, &options);
        assert_eq!(found.len(), 1, "{name}");
        let error = found[0].error.as_ref().unwrap();
        assert_eq!(error.message, "the table has no field `markup`; its columns are `id`, `html`");
    }
}
