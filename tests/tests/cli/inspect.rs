//! `copydesk inspect`: one page as an HTML file.

use super::support::{Sandbox, page, text};

#[test]
fn a_page_becomes_a_file_that_is_named_after_it() {
    let sandbox = Sandbox::new().with("ferry.html", page("Ferry returns"));
    let run = sandbox.run(&["inspect", "ferry.html"]);
    assert_eq!(run.assert_exit(0).stdout(), "");
    assert_eq!(run.stderr(), "ferry.inspect.html: open it in a browser\n");
    let inspector = sandbox.read("ferry.inspect.html");
    assert!(
        inspector.starts_with("<!doctype html>") && inspector.contains("<h1>Ferry returns</h1>")
    );

    let again = sandbox.run(&["inspect", "ferry.html"]);
    assert!(
        again.assert_exit(2).stderr().contains("ferry.inspect.html already exists"),
        "{}",
        again.stderr()
    );
    assert!(again.stderr().contains("--overwrite"), "{}", again.stderr());
    sandbox.run(&["inspect", "ferry.html", "--overwrite", "--keep", "navigation"]).assert_exit(0);
    assert_ne!(sandbox.read("ferry.inspect.html"), inspector, "a flag of `clean` counts");
}

#[test]
fn one_page_of_an_input_with_many_is_shown() {
    let lines = [text("First"), text("Second")].map(|text| serde_json::json!({ "text": text }));
    let sandbox = Sandbox::new().with("pages.jsonl", format!("{}\n{}\n", lines[0], lines[1]));
    let run = sandbox.run(&["inspect", "pages.jsonl", "--page", "2", "-o", "-"]);
    let inspector = run.assert_exit(0).stdout();
    assert!(inspector.contains("Second") && !inspector.contains("First"));
    sandbox.run(&["inspect", "pages.jsonl", "--page", "2", "-q"]).assert_exit(0);
    assert!(sandbox.path("pages-2.inspect.html").exists());
    let missing = sandbox.run(&["inspect", "pages.jsonl", "--page", "3"]);
    assert!(missing.assert_exit(2).stderr().contains("there is no page 3"));
}

#[test]
fn what_cannot_be_read_is_told_in_the_file() {
    let sandbox = Sandbox::new().with("a.bin", [0; 64]);
    let run = sandbox.run(&["inspect", "a.bin", "-o", "-"]);
    assert!(run.assert_exit(1).stdout().contains("role=\"alert\">not text in any known encoding"));
    let missing = sandbox.run(&["inspect", "none.html", "-o", "-"]);
    assert!(missing.assert_exit(1).stdout().contains("role=\"alert\">"), "{}", missing.stdout());
}
