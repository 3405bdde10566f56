//! Rows that come back with their own fields and the cleaned text in columns, and where in a row texts are.

use serde_json::{Value, json};

use super::support::{SENTENCES, Sandbox, records, text};

/// The article that cleaning leaves of [`text`].
fn article(title: &str) -> String {
    format!("{title}\n\n{}\n\n{}", SENTENCES[0], SENTENCES[1])
}

/// The columns that are added for [`text`], as the end of a JSON object.
fn added(title: &str) -> String {
    let article = Value::from(article(title));
    format!(
        "\"clean_text\":{article},\"clean_outcome\":\"ok\",\"clean_removed\":{{\"navigation\":2}},\
         \"clean_error\":null}}\n"
    )
}

#[test]
fn rows_of_json_come_back_as_they_were_written() {
    let [ferry, tram] = ["Ferry", "Tram"].map(|title| Value::from(text(title)).to_string());
    let lines = format!(
        "{{\"id\": 1.0, \"text\": {ferry}, \"big\": 12345678901234567890123}}\n\
         not an object\n\n\
         {{\"id\": 2, \"text\": null}}\n\
         {{\"id\": 3, \"txt\": {tram}}}\n\
         {{\"text\":{tram},\"ta\\\"g\":[1, {{\"a\" : 2}}]}}\n"
    );
    let sandbox = Sandbox::new().with("news.jsonl", lines);
    let run = sandbox.run(&["clean", "news.jsonl", "--add-columns", "-o", "out.jsonl"]);
    let counts = "5 pages: 2 ok, 1 empty, 2 failed";
    assert!(run.assert_exit(1).stderr().contains(counts), "{}", run.stderr());
    let lost =
        "\"clean_text\":null,\"clean_outcome\":\"error\",\"clean_removed\":{},\"clean_error\":";
    let expected = [
        format!(
            "{{\"id\": 1.0, \"text\": {ferry}, \"big\": 12345678901234567890123,{}",
            added("Ferry")
        ),
        format!("{{{lost}\"json: there is no JSON object: expected ident (column 2)\"}}\n"),
        "{\"id\": 2, \"text\": null,\"clean_text\":\"\",\"clean_outcome\":\"empty\",\
         \"clean_removed\":{},\"clean_error\":null}\n"
            .to_owned(),
        format!(
            "{{\"id\": 3, \"txt\": {tram},{lost}\"field: the record has no `html`, `raw_content`, \
             `text`, `content` or other usual field with text in it; its fields are `id`, `txt`\"}}\n"
        ),
        format!("{{\"text\":{tram},\"ta\\\"g\":[1, {{\"a\" : 2}}],{}", added("Tram")),
    ];
    assert_eq!(sandbox.read("out.jsonl"), expected.concat());

    // An array of objects gives the same rows, each in one line.
    let array = format!("[{{\n  \"id\": 1,\n  \"text\": {ferry}\n}},\n{{\"text\": {tram}}}]");
    let run = sandbox.run_with_stdin(&["clean", "-", "--add-columns"], array);
    assert_eq!(
        run.assert_exit(0).stdout(),
        format!(
            "{{   \"id\": 1,   \"text\": {ferry},{}{{\"text\": {tram},{}",
            added("Ferry"),
            added("Tram")
        )
    );
}

#[test]
fn texts_are_found_within_objects_and_lists() {
    let row = json!({
        "data": {"article": {"body": text("Ferry").split('\n').collect::<Vec<_>>()}},
        "items": [{"html": "x"}, {"html": "<p>The tram stopped for good on Friday.</p>"}],
        "data.article.url": "https://a.example/1",
    });
    let sandbox = Sandbox::new().with("news.jsonl", row.to_string());
    let flags = ["--text-field", "data.article.body", "--url-field", "data.article.url"];
    let run = sandbox.run(&[&["clean", "news.jsonl"], &flags[..]].concat());
    let record = &run.assert_exit(0).records()[0];
    assert_eq!(record["text"], article("Ferry"));
    assert_eq!(record["url"], "https://a.example/1");
    let run = sandbox.run(&["clean", "news.jsonl", "--html-field", "items.1.html"]);
    let text = "The tram stopped for good on Friday.";
    assert_eq!(run.assert_exit(0).records()[0]["text"], text);
    let run = sandbox.run(&["clean", "news.jsonl", "--text-field", "data.article.head"]);
    let error = "the record has no field `data.article.head` with text in it; its fields are `data`, `items`, \
         `data.article.url`";
    assert_eq!(run.assert_exit(1).records()[0]["error"]["message"], error);
}

#[test]
fn several_texts_have_columns_each() {
    let row = json!({"body": text("Ferry"), "summary": SENTENCES[0], "id": 7});
    let sandbox = Sandbox::new().with("news.jsonl", row.to_string());
    let flags = ["--text-field", "body", "--text-field", "summary"];
    let run = sandbox.run(&[&["clean", "news.jsonl", "--add-columns"], &flags[..]].concat());
    assert_eq!(
        run.assert_exit(0).records(),
        [json!({
            "body": text("Ferry"), "summary": SENTENCES[0], "id": 7,
            "body_clean": article("Ferry"), "body_clean_outcome": "ok",
            "body_clean_removed": {"navigation": 2}, "body_clean_error": null,
            "summary_clean": SENTENCES[0], "summary_clean_outcome": "ok",
            "summary_clean_removed": {}, "summary_clean_error": null,
        })]
    );
    let run = sandbox.run(&["clean", "news.jsonl", "--text-field", "body,summary"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: a record has one text, and --text-field names several\nhint: --add-columns writes \
         each row back with a cleaned column for each of them\n"
    );
}

#[test]
fn rows_of_csv_keep_their_columns_and_bytes() {
    let mut table =
        format!("id,body,note\n1,\"{}\",\"a, \"\"b\"\"\"\n2,", text("Ferry")).into_bytes();
    table.extend(b"\n3,x,y,z\n4,Ferry,caf\xe9\n");
    let sandbox = Sandbox::new().with("news.csv", table);
    let flags = ["--text-field", "body", "--add-columns=tidy", "-o", "out.csv"];
    let run = sandbox.run(&[&["clean", "news.csv"], &flags[..]].concat());
    let counts = "4 pages: 2 ok, 1 empty, 1 failed";
    assert!(run.assert_exit(1).stderr().contains(counts), "{}", run.stderr());
    let written = std::fs::read(sandbox.path("out.csv")).unwrap();
    let written = written.split(|byte| *byte == b'\xe9').map(String::from_utf8_lossy);
    let expected = format!(
        "id,body,note,tidy_text,tidy_outcome,tidy_removed,tidy_error\n\
         1,\"{}\",\"a, \"\"b\"\"\",\"{}\",ok,\"{{\"\"navigation\"\":2}}\",\n\
         2,,,,empty,{{}},\n\
         3,x,y,,error,{{}},csv: the row has 4 values and the header 3 names: a quote or what divides \
         values may be out of place\n\
         4,Ferry,caf|,Ferry,ok,{{}},\n",
        text("Ferry"),
        article("Ferry"),
    );
    assert_eq!(written.collect::<Vec<_>>().join("|"), expected);

    let flags = ["--input", "tsv", "--add-columns", "-f", "jsonl"];
    let run =
        sandbox.run_with_stdin(&[&["clean", "-"], &flags[..]].concat(), "id\ttext\n7\tFerry\n");
    assert_eq!(
        run.assert_exit(0).stdout(),
        "{\"id\":\"7\",\"text\":\"Ferry\",\"clean_text\":\"Ferry\",\"clean_outcome\":\"ok\",\
         \"clean_removed\":{},\"clean_error\":null}\n"
    );
}

#[test]
fn rows_of_parquet_come_back_as_parquet_and_as_lines() {
    let lines = [("Ferry", 1), ("Tram", 2)].map(|(title, id)| {
        json!({"text": text(title), "url": format!("https://a.example/{id}")}).to_string() + "\n"
    });
    let sandbox = Sandbox::new().with("news.jsonl", lines.concat());
    let flags = ["--keep", "navigation", "-o", "in.parquet"];
    sandbox.run(&[&["clean", "news.jsonl"], &flags[..]].concat()).assert_exit(0);
    sandbox.run(&["clean", "in.parquet", "--add-columns", "-o", "out.parquet"]).assert_exit(0);
    let again = ["clean", "out.parquet", "--text-field", "clean_text", "--pass-through"];
    let records = sandbox.run(&again).assert_exit(0).records();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1]["text"], article("Tram"));
    assert_eq!(records[1]["clean_removed"], "{\"navigation\":2}");
    assert_eq!(records[1]["clean_outcome"], "ok");
    assert_eq!(records[1]["access_prompt_seen"], false);
    assert_eq!(records[1]["input"]["outcome"], "ok");
    let run = sandbox.run(&["clean", "in.parquet", "--add-columns", "-f", "jsonl"]);
    let records = run.assert_exit(0).records();
    assert_eq!(records[0]["url"], "https://a.example/1");
    assert_eq!(records[0]["outcome"], "ok");
    assert_eq!(records[0]["tags"], json!([]));
    assert_eq!(records[0]["date"], Value::Null);
    assert_eq!(records[0]["clean_text"], article("Ferry"));
}

#[test]
fn what_cannot_be_written_back_is_refused_before_the_run() {
    let sandbox = Sandbox::new()
        .with("a.csv", "id,text\n1,Ferry\n")
        .with("b.csv", "text\nFerry\n")
        .with("c.csv", "text,clean_error\nFerry,\n")
        .with("d.jsonl", "{\"text\": \"Ferry\", \"clean_text\": \"\"}\n")
        .with("page.txt", "Ferry")
        .with("e.jsonl", "{\"text\": \"Ferry\"}\n");
    for (args, message) in [
        (
            &["d.jsonl"][..],
            "d.jsonl#1 has a column `clean_text` already\nhint: give the new columns another \
             prefix, such as `--add-columns=cleaned`\n",
        ),
        (
            &["c.csv", "-f", "csv"],
            "c.csv#1 has a column `clean_error` already\nhint: give the new columns another \
             prefix, such as `--add-columns=cleaned`\n",
        ),
        (
            &["a.csv", "b.csv", "-o", "out.csv"],
            "b.csv has other columns than a.csv\nhint: name a folder with -o, which gets a table \
             for each input, or write jsonl\n",
        ),
        (
            &["page.txt"],
            "page.txt has no rows to which columns could be added\nhint: --add-columns needs JSON \
             objects, or tables in CSV, TSV or Parquet\n",
        ),
        (
            &["e.jsonl", "-o", "out.csv"],
            "the rows of e.jsonl cannot be written as csv with all their fields\nhint: write \
             jsonl, or the format of the input\n",
        ),
        (
            &["e.jsonl", "-f", "txt"],
            "--add-columns cannot write txt\nhint: rows are written as jsonl, csv, spreadsheet or parquet\n",
        ),
        (
            &["e.jsonl", "--min-words", "5"],
            "--add-columns writes every row back, and cannot be combined with --min-words\nhint: \
             filter or split the output by its columns\n",
        ),
        (
            &["https://a.example/"],
            "--add-columns needs rows, and URLs have none\nhint: `copydesk fetch` writes fetched \
             pages as rows\n",
        ),
    ] {
        let run = sandbox.run(&[&["clean", "--add-columns"], args].concat());
        assert_eq!(run.assert_exit(2).stderr(), format!("error: {message}"), "{args:?}");
        assert_eq!(run.stdout(), "");
    }
    assert!(!sandbox.path("out.csv").exists());
    let run = sandbox.run(&["clean", "--add-columns", "a.csv", "b.csv", "-f", "csv", "-o", "out/"]);
    run.assert_exit(0);
    assert_eq!(sandbox.files("out"), ["a.csv", "b.csv"]);
    let run = sandbox.run(&["clean", "d.jsonl", "--add-columns=tidy"]);
    assert_eq!(run.assert_exit(0).records()[0]["tidy_text"], "Ferry");
}

#[test]
fn a_settings_file_can_ask_for_columns() {
    let sandbox = Sandbox::new()
        .with("copydesk.toml", "add_columns = \"tidy\"\ntext_field = [\"body\", \"lead\"]\n")
        .with("news.jsonl", "{\"body\": \"Ferry\", \"lead\": \"Tram\"}\n");
    let run = sandbox.run(&["clean", "news.jsonl", "-o", "out.jsonl"]);
    run.assert_exit(0);
    let row = &records(&sandbox.read("out.jsonl"))[0];
    assert_eq!((&row["body_tidy"], &row["lead_tidy"]), (&json!("Ferry"), &json!("Tram")));
    let run = sandbox.run(&["config"]);
    let line = "text_field = [\"body\", \"lead\"]";
    assert!(run.assert_exit(0).stdout().contains(line), "{}", run.stdout());
}
