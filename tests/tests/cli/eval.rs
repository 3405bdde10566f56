//! `copydesk eval` and `copydesk features` on small datasets.

use serde_json::{Value, json};

use super::support::{SENTENCES, Sandbox, page};

/// Two pages of the same article; the reference of `b` says that it is a forum.
fn dataset() -> Sandbox {
    let mut sandbox = Sandbox::new();
    for (id, page_type) in [("a", "article"), ("b", "forum")] {
        let truth = json!({
            "url": format!("https://news.example/{id}"),
            "_internal": { "page_type": { "primary": page_type } },
            "ground_truth": { "title": "Ferry", "main_content": article() },
        });
        sandbox = sandbox
            .with(&format!("set/html/{id}.html"), page("Ferry"))
            .with(&format!("set/ground-truth/{id}.json"), truth.to_string());
    }
    sandbox
}

/// The text of the page, with its third paragraph.
fn article() -> String {
    let page = page("Ferry");
    let last = page.rsplit_once("<p>").unwrap().1.split_once("</p>").unwrap().0;
    [SENTENCES[0], SENTENCES[1], last].join("\n\n")
}

fn report(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn pages_are_measured_by_type_and_one_by_one() {
    let sandbox = dataset();
    let run = sandbox.run(&["eval", "set"]);
    let lines: Vec<&str> = run.assert_exit(0).stdout().lines().collect();
    assert!(lines[0].starts_with("type           pages     F1"), "{}", run.stdout());
    assert!(lines[1].starts_with("article            1 1.0000"), "{}", run.stdout());
    assert!(lines[3].starts_with("total              2 1.0000"), "{}", run.stdout());

    let run = sandbox.run(&["eval", "set", "--json", "--per-page"]);
    let pages = run.assert_exit(0).records();
    assert_eq!(pages.len(), 2);
    let (id, page_type, f1) = (&pages[1]["id"], &pages[1]["type"], &pages[1]["f1"]);
    assert_eq!((id, page_type, f1), (&json!("b"), &json!("forum"), &json!(1.0)));
    for name in ["precision", "recall", "with", "without", "words", "confidence"] {
        assert!(!pages[1][name].is_null(), "{name}");
    }
    assert!(sandbox.run(&["eval", "set", "--per-page"]).assert_exit(2).stderr().contains("--json"));
}

#[test]
fn a_list_of_ids_names_the_pages() {
    let sandbox = dataset().with("ids.txt", "b\n").with("wrong.txt", "b\nb.html\n");
    let run = sandbox.run(&["eval", "set", "--ids", "ids.txt", "--json"]);
    let report = report(run.assert_exit(0).stdout());
    assert_eq!(report["total"]["pages"], 1);
    assert!(report["types"]["article"].is_null());
    let run = sandbox.run(&["eval", "set", "--ids", "wrong.txt"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: wrong.txt, line 2: the dataset has no page `b.html`\nhint: an id is the name of a \
         page's file in `ground-truth`, without `.json`\n"
    );
}

#[test]
fn texts_of_another_tool_are_compared_before_and_after_cleaning() {
    let scrape = format!("Sign up for our newsletter and never miss a story.\n\n{}", article());
    let sandbox = dataset()
        .with("texts/a.txt", scrape)
        .with("texts/a.json", r#"{"title": "Ferry", "author": null}"#)
        .with("texts/b.txt", article());
    let run = sandbox.run(&["eval", "set", "--texts", "texts", "--json"]);
    let report = report(run.assert_exit(0).stdout());
    let was = report["texts"]["types_before"]["article"]["f1"].as_f64().unwrap();
    assert!(was < 1.0 && report["types"]["article"]["f1"] == 1.0, "{report}");
    assert_eq!((&report["texts"]["rose"], &report["texts"]["fell"]), (&json!(1), &json!(0)));
    assert_eq!(report["texts"]["types_before"]["article"]["title"], 1.0);
    assert!(report["texts"]["types_before"]["forum"]["title"].is_null());
    let run = sandbox.run(&["eval", "set", "--texts", "texts"]);
    assert!(
        run.assert_exit(0).stdout().contains("\n1 pages rose, 0 fell; of 1 above 0.95, 0 fell by")
    );

    std::fs::remove_file(sandbox.path("texts/b.txt")).unwrap();
    let run = sandbox.run(&["eval", "set", "--texts", "texts"]);
    assert!(run.assert_exit(1).stderr().starts_with("warning: page b: texts/b.txt: "));
    let run = sandbox.run(&["eval", "set", "--texts", "none"]);
    assert_eq!(
        run.assert_exit(2).stderr(),
        "error: none: no folder of texts there\nhint: the folder has a file `ID.txt` for each page \
         of the dataset\n"
    );
}

#[test]
fn features_are_written_beside_their_labels() {
    let sandbox = dataset();
    let run = sandbox.run(&["features", "set", "-o", "dumps/set-html", "--kind", "html"]);
    assert_eq!(run.assert_exit(0).stdout(), "");
    let rows = sandbox.read("dumps/set-html.tsv");
    let names = sandbox.read("dumps/set-html.names").lines().count();
    let bytes = std::fs::read(sandbox.path("dumps/set-html.f32")).unwrap().len();
    assert_eq!(bytes, rows.lines().count() * names * 4);
    assert!(rows.starts_with("a\tarticle\tnews.example\t1\t0\t"), "{rows}");
    assert_eq!(
        run.stderr(),
        format!("dumps/set-html: {} blocks of 2 pages\n", rows.lines().count())
    );

    let words = |path| -> Vec<u32> {
        let bytes = std::fs::read(sandbox.path(path)).unwrap();
        bytes.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect()
    };
    let counts = words("dumps/set-html.counts");
    assert_eq!(counts.len(), rows.lines().count() * 3);
    assert_eq!(counts.iter().sum::<u32>() as usize, words("dumps/set-html.tokens").len());

    let run = sandbox.run(&["features", "set", "-o", "x", "--kind", "pages"]);
    assert!(run.assert_exit(2).stderr().contains("possible values: html, nodes, blocks"));
    let run = sandbox.run(&["features", "none", "-o", "x", "--kind", "html"]);
    assert!(run.assert_exit(2).stderr().starts_with("error: none: no dataset there\nhint: "));
    assert!(!sandbox.run(&["--help"]).assert_exit(0).stdout().contains("features"));
}
