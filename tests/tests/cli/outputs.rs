//! Outputs of `copydesk clean`, and existing files.

use super::support::{Sandbox, assert_article, gzip, page, records, text};

fn site() -> Sandbox {
    Sandbox::new()
        .with("site/a.html", page("A"))
        .with("site/sub/b.html.gz", gzip(page("B")))
        .with("site/sub/c.txt", text("C"))
}

#[test]
fn a_folder_gets_one_file_per_input_and_keeps_the_structure() {
    for (format, suffix) in [("txt", "txt"), ("markdown", "md"), ("html", "html")] {
        let sandbox = site();
        let run = sandbox.run(&["clean", "site", "--format", format, "-o", "out"]);
        assert_eq!(run.assert_exit(0).stdout(), "");
        let files = sandbox.files("out");
        assert_eq!(files, ["a", "sub/b", "sub/c"].map(|name| format!("{name}.{suffix}")));
        for file in files {
            assert_article(&sandbox.read(format!("out/{file}")));
        }
    }
    let sandbox = site();
    sandbox.run(&["clean", "site", "-o", "out/"]).assert_exit(0);
    assert_eq!(sandbox.files("out"), ["a.jsonl", "sub/b.jsonl", "sub/c.jsonl"]);
}

#[test]
fn the_suffix_of_one_output_file_is_its_format() {
    let sandbox = site();
    sandbox.run(&["clean", "site", "-o", "new/all.jsonl"]).assert_exit(0);
    assert_eq!(records(&sandbox.read("new/all.jsonl")).len(), 3);
    sandbox.run(&["clean", "site", "-o", "all.csv"]).assert_exit(0);
    assert!(sandbox.read("all.csv").starts_with("source,outcome,error_kind,error_message,"));
    sandbox.run(&["clean", "site", "-o", "all.txt"]).assert_exit(0);
    assert_eq!(sandbox.read("all.txt").matches("==> site/").count(), 3);
    sandbox.run(&["clean", "site/a.html", "-o", "a.md"]).assert_exit(0);
    assert!(!sandbox.read("a.md").contains("site/a.html"));
}

#[test]
fn pages_in_one_stream_are_separated() {
    let sandbox = site();
    let run = sandbox.run(&["clean", "site", "-f", "txt"]);
    let headers: Vec<&str> =
        run.assert_exit(0).stdout().lines().filter(|line| line.starts_with("==> ")).collect();
    assert_eq!(
        headers,
        ["==> site/a.html <==", "==> site/sub/b.html.gz <==", "==> site/sub/c.txt <=="]
    );
    let run = sandbox.run(&["clean", "site", "-f", "html"]);
    assert_eq!(run.assert_exit(0).stdout().matches("<!doctype html>").count(), 1);
    assert_eq!(run.stdout().matches("<article data-source=").count(), 3);
}

#[test]
fn an_existing_file_is_refused_without_overwrite() {
    let sandbox = site().with("out.jsonl", "precious");
    let run = sandbox.run(&["clean", "site", "-o", "out.jsonl"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: out.jsonl already exists\nhint: --overwrite replaces it\n"
    );
    assert_eq!(sandbox.read("out.jsonl"), "precious");
    sandbox.run(&["clean", "site", "-o", "out.jsonl", "--overwrite"]).assert_exit(0);
    assert_eq!(records(&sandbox.read("out.jsonl")).len(), 3);
    let run = sandbox.run(&["clean", "site", "-o", "out.jsonl", "--skip-existing"]);
    assert!(run.assert_exit(2).stderr().contains("hint: name a folder"));
}

#[test]
fn a_suffix_without_a_format_is_an_error_that_names_the_formats() {
    let sandbox = site();
    for name in ["out.xyz", "out.json", "out.parquet.gz"] {
        let run = sandbox.run(&["clean", "site", "-o", name]);
        let message =
            format!("error: {name}: no output format has this suffix\nhint: use .jsonl, ");
        assert!(run.assert_exit(2).stderr().starts_with(&message), "{}", run.stderr());
        assert!(!sandbox.path(name).exists());
    }
    sandbox.run(&["clean", "site", "-o", "out.xyz", "-f", "jsonl"]).assert_exit(0);
    assert_eq!(records(&sandbox.read("out.xyz")).len(), 3);
}

#[test]
fn an_existing_file_in_a_folder_is_found_before_anything_is_written() {
    let sandbox = site().with("out/sub/c.txt", "precious");
    let run = sandbox.run(&["clean", "site", "-f", "txt", "-o", "out"]);
    let shown = std::path::Path::new("out").join("sub/c.txt");
    assert!(
        run.assert_exit(2)
            .stderr()
            .starts_with(&format!("error: {} already exists", shown.display()))
    );
    assert!(run.stderr().contains("hint: --overwrite "));
    assert_eq!(sandbox.files("out"), ["sub/c.txt"]);
    assert_eq!(sandbox.read("out/sub/c.txt"), "precious");
}

#[test]
fn a_run_can_be_completed_by_skipping_existing_outputs() {
    for flag in ["--skip-existing", "--resume"] {
        let sandbox = site().with("out/sub/c.txt", "precious");
        let run = sandbox.run(&["clean", "site", "-f", "txt", "-o", "out", flag]);
        assert!(
            run.assert_exit(0).stderr().starts_with("2 pages: 2 ok, 0 empty, 0 failed (1 skipped")
        );
        assert_eq!(sandbox.read("out/sub/c.txt"), "precious");
        assert_eq!(sandbox.files("out"), ["a.txt", "sub/b.txt", "sub/c.txt"]);
        let again = sandbox.run(&["clean", "site", "-f", "txt", "-o", "out", flag]);
        assert!(
            again
                .assert_exit(0)
                .stderr()
                .starts_with("0 pages: 0 ok, 0 empty, 0 failed (3 skipped")
        );
    }
}

#[test]
fn inputs_of_one_name_do_not_overwrite_each_other() {
    let sandbox = Sandbox::new()
        .with("site/a.html", page("A"))
        .with("site/a.html.gz", gzip(page("B")))
        .with("site/a.txt", text("C"));
    sandbox.run(&["clean", "site", "-f", "markdown", "-o", "out"]).assert_exit(0);
    assert_eq!(sandbox.files("out"), ["a.html.gz.md", "a.md", "a.txt.md"]);
}

#[test]
fn an_input_is_never_overwritten() {
    let sandbox = Sandbox::new().with("a.jsonl", "{\"text\": \"x\"}\n").with("t/a.txt", text("A"));
    let run = sandbox.run(&["clean", "a.jsonl", "-o", "a.jsonl", "--overwrite"]);
    assert!(
        run.assert_exit(2).stderr().starts_with("error: a.jsonl would replace an input\nhint: ")
    );
    assert_eq!(sandbox.read("a.jsonl"), "{\"text\": \"x\"}\n");
    let run = sandbox.run(&["clean", "t", "-f", "txt", "-o", "t", "--overwrite"]);
    assert!(run.assert_exit(2).stderr().contains("would replace an input"));
    assert_eq!(sandbox.read("t/a.txt"), text("A"));
}

#[test]
fn an_output_folder_among_the_inputs_is_not_cleaned() {
    let sandbox = site();
    for _ in 0..2 {
        sandbox
            .run(&["clean", "site", "-f", "txt", "-o", "site/out/", "--overwrite"])
            .assert_exit(0);
        assert_eq!(sandbox.files("site/out"), ["a.txt", "sub/b.txt", "sub/c.txt"]);
    }
}

#[test]
fn a_page_that_failed_leaves_no_empty_document() {
    let sandbox = Sandbox::new().with("a.html", page("A"));
    sandbox.run(&["clean", "a.html", "b.html", "-f", "txt", "-o", "out/"]).assert_exit(1);
    assert_eq!(sandbox.files("out"), ["a.txt"]);
}

#[test]
fn an_output_that_cannot_be_written_stops_the_run() {
    let sandbox = site().with("file", "x");
    let run = sandbox.run(&["clean", "site/a.html", "-o", "file/a.jsonl"]);
    assert!(run.assert_exit(2).stderr().starts_with("error: "), "{}", run.stderr());
    assert!(run.stderr().contains("a.jsonl: "));
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_as_it_is() {
    let run = site().run(&["clean", "site", "-o", "/dev/null"]);
    assert!(run.assert_exit(0).stderr().starts_with("3 pages"));
}

/// A page with metadata, a picture with a caption, and a link.
fn illustrated(title: &str) -> String {
    let head = "<meta name=\"author\" content=\"Ada Lund\"><meta name=\"keywords\" content=\"ferry, harbour\">\
        <link rel=\"canonical\" href=\"https://news.example/2026/ferry\">\
        <meta property=\"article:published_time\" content=\"2026-03-29T06:00:00Z\"></head>";
    let body = "<p>The timetable of the summer is at the <a href=\"/port\">port office</a>, which opens at seven in \
        the morning from Monday to Friday.</p><figure><img src=\"quay.jpg\" alt=\"The quay\">\
        <figcaption>The ferry at the quay.</figcaption></figure></article>";
    page(title).replace("</head>", head).replace("</article>", body)
}

#[test]
fn pictures_and_links_are_fields_on_request() {
    let sandbox = Sandbox::new().with("a.html", illustrated("The ferry returns"));
    let run = sandbox.run(&["clean", "a.html", "-f", "jsonl", "--extra-fields", "images,links"]);
    let record = &records(run.assert_exit(0).stdout())[0];
    let images = serde_json::json!([{
        "url": "https://news.example/2026/quay.jpg",
        "alt": "The quay",
        "caption": "The ferry at the quay.",
    }]);
    assert_eq!(record["images"], images);
    let links = serde_json::json!([{ "url": "https://news.example/port", "text": "port office" }]);
    assert_eq!(record["links"], links);
    let run = sandbox.run(&["clean", "a.html", "-f", "jsonl"]);
    let record = &records(run.assert_exit(0).stdout())[0];
    assert!(record.get("images").is_none() && record.get("links").is_none());
    let run = sandbox.run(&["clean", "a.html", "-f", "txt", "--extra-fields", "images,links"]);
    let warning = "warning: txt output has no room for `images` and `links`";
    assert!(run.assert_exit(0).stderr().contains(warning), "{}", run.stderr());
}

#[test]
fn documents_begin_with_front_matter_on_request() {
    let sandbox = Sandbox::new()
        .with("site/a.html", illustrated("The \"ferry\": it returns"))
        .with("site/b.html", page("B"));
    let flags = ["-f", "markdown", "--front-matter", "-o", "notes/"];
    sandbox.run(&[&["clean", "site"][..], &flags].concat()).assert_exit(0);
    let note = sandbox.read("notes/a.md");
    let matter = "---\ntitle: \"The \\\"ferry\\\": it returns\"\nauthor: \"Ada Lund\"\n\
        date: \"2026-03-29\"\nurl: \"https://news.example/2026/ferry\"\nlanguage: \"en\"\n\
        tags: [\"ferry\", \"harbour\"]\n---\n\nThe ferry returned to the harbour";
    assert!(note.starts_with(matter), "{note}");
    assert!(
        sandbox.read("notes/b.md").starts_with("---\ntitle: \"B\"\nlanguage: \"en\"\n---\n\nThe")
    );
}

#[test]
fn front_matter_without_a_file_for_each_page_is_refused() {
    let sandbox = site().with("rows.jsonl", "{\"text\": \"It sailed.\"}\n{\"text\": \"Again.\"}\n");
    let run = sandbox.run(&["clean", "site", "--front-matter", "-o", "all.md"]);
    let message = "error: front matter needs a file for each page, and all pages go to one output\n\
                   hint: name a folder, with a slash at the end, such as `-o clean/`\n";
    assert_eq!(run.assert_exit(2).stderr(), message);
    let run =
        sandbox.run(&["clean", "rows.jsonl", "--front-matter", "-f", "markdown", "-o", "out/"]);
    let message = "error: rows.jsonl#1 shares its Markdown file with other pages, so it cannot have front matter\n\
                   hint: the pages of one input share a file";
    assert!(run.assert_exit(2).stderr().contains(message), "{}", run.stderr());
    assert!(!sandbox.path("out").exists());
    let run = sandbox.run(&["clean", "site", "--front-matter", "-o", "all.jsonl"]);
    let message = "error: --front-matter is for Markdown, and the output is jsonl\n\
                   hint: add `-f markdown`, or omit --front-matter\n";
    assert_eq!(run.assert_exit(2).stderr(), message);
    assert!(!sandbox.path("all.jsonl").exists());
    // A settings file is about all runs.
    sandbox.write("copydesk.toml", "front_matter = true\n");
    sandbox.run(&["clean", "site", "-o", "all.jsonl"]).assert_exit(0);
}

#[test]
fn outputs_that_cannot_be_written_and_flags_without_an_effect_are_refused() {
    let sandbox = Sandbox::new().with("a.html", page("A"));
    for (args, message) in [
        (
            &["-o", "s3://bucket/a.jsonl"][..],
            "s3://bucket/a.jsonl is a URL, and outputs are files and folders",
        ),
        (&["-f", "txt", "-o", "a.txt.bz2"], "a.txt.bz2: .bz2 is not written"),
        (
            &["--skip-existing"],
            "existing pages can only be skipped in an output folder, and standard output is one",
        ),
        (
            &["--compress", "gzip", "-o", "a.parquet"],
            "--compress has no effect without a text format",
        ),
        (&["--row-group-bytes", "1MB"], "--row-group-bytes has no effect without a Parquet output"),
        (&["--dedupe-threshold", "0.9"], "--dedupe-threshold has no effect without --dedupe"),
        (
            &["--checkpoint-interval", "1s"],
            "--checkpoint-interval has no effect without --checkpoint",
        ),
    ] {
        let run = sandbox.run(&[&["clean", "a.html"], args].concat());
        assert!(
            run.assert_exit(2).stderr().starts_with(&format!("error: {message}")),
            "{}",
            run.stderr()
        );
        assert!(run.stderr().contains("\nhint: "), "{}", run.stderr());
        assert_eq!(run.stdout(), "");
    }
    assert_eq!(sandbox.files("."), ["a.html"]);
    let run = sandbox.run(&["clean", "a.html", "--contact", "me@example.org"]);
    assert!(
        run.assert_exit(0)
            .stderr()
            .starts_with("warning: --contact has no effect: no URL is fetched\n"),
        "{}",
        run.stderr()
    );
}

#[test]
fn a_table_for_spreadsheets_has_a_byte_order_mark_and_no_formulas() {
    let row =
        serde_json::json!({ "text": text("One"), "url": "https://a.example/", "title": "=1+1" });
    let sandbox = Sandbox::new()
        .with("a.jsonl", row.to_string())
        .with("b.html", page("=HYPERLINK(1)"))
        .with("c.csv", "text,note,amount\nThe ferry sailed.,=1+1,-5\n");
    sandbox
        .run(&["clean", "a.jsonl", "b.html", "-f", "spreadsheet", "-o", "out.csv"])
        .assert_exit(0);
    let table = sandbox.read("out.csv");
    assert!(table.starts_with("\u{feff}source,outcome,"), "{table}");
    assert!(table.contains(",'=HYPERLINK(1),"), "{table}");
    let added = ["clean", "c.csv", "--add-columns", "-f", "spreadsheet"];
    let run = sandbox.run(&added);
    assert!(
        run.assert_exit(0).stdout().starts_with(
            "\u{feff}text,note,amount,clean_text,clean_outcome,clean_removed,clean_error\n\
             The ferry sailed.,'=1+1,-5,The ferry sailed.,ok,"
        ),
        "{}",
        run.stdout()
    );
    // A folder gets files that spreadsheet programs open.
    sandbox.run(&["clean", "b.html", "-f", "spreadsheet", "-o", "tables/"]).assert_exit(0);
    assert_eq!(sandbox.files("tables"), ["b.csv"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_the_file_that_it_leads_to_is_written() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new().with("a.html", page("A")).with("store/run.html", "old");
    for name in ["out.jsonl", "out.parquet", "out.sqlite", "safe.jsonl", "run.html"] {
        symlink(format!("store/{name}"), sandbox.path(name)).unwrap();
    }
    for name in ["out.jsonl", "out.parquet", "out.sqlite"] {
        sandbox.run(&["clean", "a.html", "-o", name]).assert_exit(0);
        let run = sandbox.run(&["clean", "a.html", "-o", name]);
        assert!(run.assert_exit(2).stderr().contains("already exists"), "{}", run.stderr());
        sandbox.run(&["clean", "a.html", "-o", name, "--overwrite"]).assert_exit(0);
    }
    let args =
        ["clean", "a.html", "-o", "safe.jsonl", "--checkpoint", "run", "--report", "run.html"];
    sandbox.run(&args).assert_exit(0);
    for name in ["out.jsonl", "out.parquet", "out.sqlite", "safe.jsonl", "run.html"] {
        assert!(std::fs::symlink_metadata(sandbox.path(name)).unwrap().is_symlink(), "{name}");
    }
    let stored = ["out.jsonl", "out.parquet", "out.sqlite", "run.html", "safe.jsonl"];
    assert_eq!(sandbox.files("store"), stored);
    assert_article(records(&sandbox.read("store/out.jsonl"))[0]["text"].as_str().unwrap());
    assert!(sandbox.read("store/run.html").contains("<h1>1 page in "));
}
