use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass, PageView};

use crate::inspector;

const PROSE: &str = "The ferry sailed again on Monday after nine weeks in dock, and the harbour master said that the \
    crew had waited for this day since the spring storms.";

fn view(source: &str, page: &str) -> PageView {
    let cleaner = Cleaner::with_options(CleanOptions::default());
    cleaner.view(&CleanInput::new(source, page.as_bytes()).url("https://coast.example/ferry"))
}

fn article(more: &str) -> String {
    format!(
        "<!doctype html><title>Ferry returns</title><body><nav><a href=/a>News</a> <a href=/b>Sport</a></nav>\
         <article><h1>Ferry returns</h1><p>{PROSE}</p><p>{PROSE} Again.</p></article>{more}"
    )
}

/// The JSON that the script reads.
fn data(html: &str) -> serde_json::Value {
    let (_, after) = html.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn each_block_has_its_verdict_and_its_place_on_both_sides() {
    let view = view("ferry.html", &article(""));
    let html = inspector(&view);
    let data = data(&html);
    let blocks = data["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), view.record.blocks.len());
    let number = blocks.iter().position(|block| block["text"] == PROSE).unwrap();
    assert_eq!(blocks[number]["kept"], true);
    assert!(html.contains(&format!("<p><span data-block=\"{number}\">{PROSE}</span></p>")));
    assert!(html.contains(&format!("&lt;p data-block=&quot;{number}&quot;&gt;{PROSE}&lt;/p&gt;")));
    let news = blocks
        .iter()
        .find(|block| block["text"] == "News Sport" || block["text"] == "News")
        .unwrap();
    assert_eq!((&news["kept"], &news["class"]), (&false.into(), &"navigation".into()));
    assert!(news["sure"].as_u64().unwrap() > 50 && !news["rule"].as_str().unwrap().is_empty());
    let flags = news["otherwise"].as_array().unwrap();
    assert!(flags.contains(&"--keep navigation".into()), "{flags:?}");
}

#[test]
fn strings_of_the_page_cannot_end_the_script_or_become_markup() {
    let hostile = "</script><script>alert(1)</script><!--";
    let page = article(&format!("<p>{}</p>", hostile.replace('<', "&lt;")))
        .replace("<title>Ferry", &format!("<title>{}", hostile.replace('<', "&lt;")));
    let html = inspector(&view("a</title><script>alert(2)</script>.html", &page));
    // That of the data and that of the inspector.
    assert_eq!(html.matches("<script").count(), 2, "{html}");
    assert_eq!(html.matches("</script>").count(), 2);
    assert!(!html.contains("<!--"));
    assert!(data(&html)["blocks"].as_array().unwrap().len() > 2);
}

#[test]
fn nothing_but_the_script_of_the_inspector_may_run_or_load() {
    let html = inspector(&view(
        "ferry.html",
        &article("<img src=https://x.example/a.png alt=Dock onerror=a()>"),
    ));
    let (_, policy) = html.split_once("Content-Security-Policy\" content=\"").unwrap();
    let policy = policy.split_once('"').unwrap().0.replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(html.contains("sandbox=\"allow-same-origin\""));
    for gone in ["x.example", "onerror"] {
        assert!(!html.contains(gone), "{gone}");
    }
}

#[test]
fn a_text_is_shown_by_its_blocks() {
    let html = inspector(&view(
        "ferry.txt",
        &format!("{PROSE}\n\nSign up for our newsletter\n\n{PROSE} Again."),
    ));
    assert!(!html.contains("<iframe"));
    assert!(html.contains(&format!("<p data-block=\"0\">{PROSE}</p>")));
    assert!(html.contains("data-filter=\"newsletter\""));
}

#[test]
fn what_is_no_block_is_listed_apart() {
    let code = "<table class=highlighttable><tr><td class=linenos><pre>1\n2\n</pre><td class=code><pre>sail(1)\n\
        moor(2)\n</pre></table>";
    let view = view("ferry.html", &article("").replace("</article>", &format!("{code}</article>")));
    let html = inspector(&view);
    let blocks = view.record.blocks.iter();
    let removed = blocks.filter(|block| !block.kept && !block.is_title).count();
    let aside = view.record.removed.blocks.len() - removed;
    assert!(aside > 0, "{:?}", view.record.removed);
    let (_, after) = html.split_once("<h2>Set aside</h2>").unwrap();
    let listed = after.split_once("</table>").unwrap().0;
    assert_eq!(listed.matches("<tr>").count(), aside, "{listed}");
    let sure = data(&html)["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["sure"].is_u64())
        .count();
    assert_eq!(sure, removed);
}

#[test]
fn a_page_that_could_not_be_read_says_why() {
    let html = inspector(&view("a.bin", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    assert!(html.contains("not text in any known encoding") && html.contains("No text was kept."));
}

#[test]
fn every_class_has_a_sign_and_a_color_of_its_own() {
    let palette = include_str!("../templates/palette.css");
    let mut colors = std::collections::HashSet::new();
    let signs: std::collections::HashSet<char> =
        ClutterClass::ALL.into_iter().map(crate::page::sign).collect();
    assert_eq!(signs.len(), ClutterClass::ALL.len());
    for class in ClutterClass::ALL {
        let rule = format!("[data-class=\"{class}\"], .c-{class} {{ --class: ");
        let (_, color) =
            palette.split_once(&rule).unwrap_or_else(|| panic!("no color for {class}"));
        assert!(colors.insert(color.split_once(' ').unwrap().0), "{class}");
    }
}
