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

#[test]
fn labelled_lines_are_looked_for_in_the_cleaned_text() {
    let advert = "Sign up for our newsletter";
    let lines = [
        ("keep", SENTENCES[0], false, vec![]),
        ("mixed:newsletter", SENTENCES[1], true, vec!["was never in it"]),
        ("drop:newsletter", advert, false, vec![]),
        ("optional:caption", "A photo of the ferry", false, vec![]),
    ];
    let labels = (1..).zip(&lines).map(|(line, (label, text, joins, clutter))| {
        let file = "harbour-1.txt";
        let label = json!({
            "file": file, "line": line, "label": label, "text": text, "joins": joins,
            "clutter": clutter,
        });
        label.to_string() + "\n"
    });
    let labels: String = labels.collect();
    let text = lines.map(|(_, text, ..)| text).join("\n");
    let sandbox = Sandbox::new().with("set/harbour-1.txt", text).with("set/labels.jsonl", labels);
    let run = sandbox.run(&["eval", "--lines", "set/labels.jsonl", "--json"]);
    let report = report(run.assert_exit(0).stdout());
    for (name, value) in [
        ("files", 1),
        ("drop_lines", 1),
        ("drop_dropped", 1),
        ("keep_lines", 2),
        ("article_lines", 2),
        ("article_kept", 2),
        ("joins", 1),
        ("joined", 0),
        ("inline", 1),
        ("inline_gone", 1),
        ("optional_lines", 1),
    ] {
        assert_eq!(report[name], value, "{name}");
        assert_eq!(report["origins"]["harbour"][name], value, "{name}");
    }
    assert_eq!(report["f1"], 1.0);
    let uncleaned = report["f1_uncleaned"].as_f64().unwrap();
    assert!(uncleaned < 1.0, "{uncleaned}");
    assert_eq!(report["wrong"][0]["fault"], "not_joined");
    let run = sandbox.run(&["eval", "--lines", "set/labels.jsonl", "--by-origin"]);
    let printed = run.assert_exit(0).stdout();
    for part in [
        "drop recall       100.00%  1 of 1 lines\n",
        "joined              0.00%  0 of 1 lines\n",
        "clutter inside    100.00%  1 of 1 pieces gone\n",
        "\nharbour            1       1/1         2/2     1.000     0/1     1/1 1.0000  0.9",
        "\nharbour-1.txt:2 mixed:newsletter but not joined to the line before ",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}
