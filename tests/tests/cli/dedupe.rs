//! `copydesk clean --dedupe`: pages with the text of an earlier page.

use super::support::{Sandbox, page, records};

fn sandbox() -> Sandbox {
    Sandbox::new()
        .with("pages/a.html", page("The ferry is back"))
        .with("pages/b.html", page("The ferry is back").replace("Sport", "Weather"))
        .with(
            "pages/c.html",
            page("Ferry returns to the harbour").replace("four hundred", "five hundred"),
        )
        .with("pages/d.txt", "The baker in the market street raised his prices again on Tuesday.\n")
}

fn names(jsonl: &str) -> Vec<String> {
    let name = |source: &str| source.rsplit(['/', '\\']).next().unwrap().to_owned();
    records(jsonl).iter().map(|record| name(record["source"].as_str().unwrap())).collect()
}

#[test]
fn duplicates_are_written_by_default() {
    let sandbox = sandbox();
    let run = sandbox.run(&["clean", "pages"]);
    assert_eq!(names(run.assert_exit(0).stdout()), ["a.html", "b.html", "c.html", "d.txt"]);
    assert!(run.records().iter().all(|record| record["duplicate_of"].is_null()));
}

#[test]
fn they_are_dropped_or_marked_and_counted() {
    let sandbox = sandbox();
    let run = sandbox.run(&["clean", "pages", "--dedupe", "drop"]);
    assert_eq!(names(run.assert_exit(0).stdout()), ["a.html", "d.txt"]);
    assert!(run.stderr().contains("(2 excluded: duplicate 2)"), "{}", run.stderr());

    let run = sandbox.run(&["clean", "pages", "--dedupe", "mark"]);
    let records = run.assert_exit(0).records();
    let first = &records[0]["source"];
    assert_eq!((&records[1]["duplicate_of"], &records[2]["duplicate_of"]), (first, first));
    assert!(records[3]["duplicate_of"].is_null());
    assert!(run.stderr().contains("(2 marked as duplicates)"), "{}", run.stderr());

    let run = sandbox.run(&["clean", "pages", "--dedupe", "drop", "--dedupe-threshold", "1"]);
    assert_eq!(names(run.assert_exit(0).stdout()), ["a.html", "c.html", "d.txt"]);
}

#[test]
fn a_state_folder_knows_the_pages_of_completed_runs() {
    let sandbox = sandbox();
    let args = ["clean", "pages", "--dedupe", "drop", "--state", "seen"];
    assert_eq!(names(sandbox.run(&args).assert_exit(0).stdout()), ["a.html", "d.txt"]);
    sandbox.write("pages/e.txt", "From January on the coast road is to have a toll station.\n");
    assert_eq!(names(sandbox.run(&args).assert_exit(0).stdout()), ["e.txt"]);

    // A run that fails must remember nothing: what a later run drops has to be in an output.
    sandbox.write(
        "pages/f.txt",
        "Snow closed the road over the pass for two hours on Friday night.\n",
    );
    sandbox.write("out.jsonl", "there already");
    let refused = sandbox.run(&[&args[..], &["-o", "out.jsonl"]].concat());
    refused.assert_exit(2);
    assert_eq!(names(sandbox.run(&args).assert_exit(0).stdout()), ["f.txt"]);

    let other = sandbox.run(&[&args[..], &["--dedupe-threshold", "0.9"]].concat());
    other.assert_exit(2);
    assert!(other.stderr().contains("written with another dedupe_threshold"), "{}", other.stderr());
    assert!(other.stderr().contains("hint: use that threshold"), "{}", other.stderr());
}

#[test]
fn a_run_with_a_checkpoint_keeps_its_journal_beside_it_until_it_ends() {
    let sandbox = sandbox();
    let run = ["clean", "pages", "--dedupe", "drop", "-o", "out.jsonl", "--checkpoint", "out.run"];
    sandbox.run(&run).assert_exit(0);
    assert_eq!(names(&sandbox.read("out.jsonl")), ["a.html", "d.txt"]);
    assert!(!sandbox.path("out.run.duplicates").exists());
    let again = sandbox.run(&run);
    again.assert_exit(0);
    assert!(again.stderr().contains("(2 excluded: duplicate 2)"), "{}", again.stderr());
}

#[test]
fn a_state_without_dedupe_is_an_error() {
    let run = sandbox().run(&["clean", "pages", "--state", "seen"]);
    run.assert_exit(2);
    assert!(run.stderr().contains("hint: --dedupe drop omits duplicates"), "{}", run.stderr());
}
