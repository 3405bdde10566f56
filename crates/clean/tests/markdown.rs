//! What a reader of `CommonMark` finds in the Markdown of a page: the same text, links and emphasis as on the page.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests too, which clippy tells only by their attribute"
)]

use std::sync::LazyLock;

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, InputKind, Record};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const PROSE: &str = "The pump was stopped on Monday after nine weeks of work, the harbour master told the \
    council, and the people of the old town came down to the quay to see it for themselves.";

static CLEANER: LazyLock<Cleaner> =
    LazyLock::new(|| Cleaner::with_options(CleanOptions::default().markdown(true).html(true)));

fn cleaned(body: &str) -> Record {
    let page = format!(
        "<html lang=en><head><meta charset=utf-8><title>The pump is silent</title></head><body><article>\
         <h1>The pump is silent</h1><p>{PROSE}</p>{body}<p>{PROSE} Nobody missed it.</p></article></body></html>"
    );
    let url = "https://quay.example/pump";
    CLEANER.clean(&CleanInput::new("pump.html", page.as_bytes()).kind(InputKind::Html).url(url))
}

/// What stands between the two paragraphs of prose.
fn middle(text: &str) -> &str {
    let (_, rest) = text.split_once(PROSE).unwrap();
    let end = rest.find(PROSE).unwrap_or(rest.len());
    rest.get(..end).unwrap().trim_matches('\n')
}

fn markdown_of(body: &str) -> String {
    middle(cleaned(body).markdown.as_deref().unwrap()).to_owned()
}

fn text_of(body: &str) -> String {
    middle(&cleaned(body).text).to_owned()
}

#[test]
fn lines_of_code_are_one_block_whatever_they_are_made_of() {
    for lines in [
        "<pre>if a:\n    b()\n\nelse:\n    c()</pre>",
        "<pre>if a:<br>    b()<br><br>else:<br>    c()</pre>",
        "<pre><code><div>if a:</div><div>    b()</div><div><br></div><div>else:</div><div>    c()</div></code></pre>",
        "<pre><span class=line>if a:</span>\n<span class=line>    b()</span>\n<span class=line></span>\n\
         <span class=line>else:</span>\n<span class=line>    c()</span></pre>",
        "<pre><span class=line>if a:</span><br><span class=line>    b()</span><br><span class=line></span><br>\
         <span class=line>else:</span><br><span class=line>    c()</span><br></pre>",
        "<pre><span class=lineno>1 </span>if a:\n<span class=lineno>2 </span>    b()\n<span class=lineno>3 </span>\n\
         <span class=lineno>4 </span>else:\n<span class=lineno>5 </span>    c()</pre>",
        "<table class=highlighttable><tr><td class=linenos><pre>1\n2\n3\n4\n5</pre></td><td class=code><pre>if a:\n    \
         b()\n\nelse:\n    c()\n</pre></td></tr></table>",
        "<table><tr><td data-line-number=1></td><td>if a:</td></tr><tr><td data-line-number=2></td><td>    b()</td></tr>\
         <tr><td data-line-number=3></td><td>\n</td></tr><tr><td data-line-number=4></td><td>else:</td></tr>\
         <tr><td data-line-number=5></td><td>    c()</td></tr></table>",
        "<pre><button>Copy</button><code>if a:\n    b()\n\nelse:\n    c()</code></pre>",
    ] {
        let expected = "```\nif a:\n    b()\n\nelse:\n    c()\n```";
        assert_eq!(markdown_of(lines), expected, "{lines}");
        assert_eq!(text_of(lines), "if a:\n    b()\n\nelse:\n    c()", "{lines}");
    }
}

#[test]
fn line_numbers_and_buttons_of_code_are_not_lost() {
    let options = CleanOptions::default().explain(true);
    let page = format!(
        "<article><p>{PROSE}</p><pre><button>Copy it</button><span class=lineno>7 </span>go()</pre><p>{PROSE}</p></article>"
    );
    let record = Cleaner::with_options(options).clean(&CleanInput::new("a.html", page.as_bytes()));
    let removed: Vec<_> = record
        .removed
        .blocks
        .iter()
        .map(|block| (block.rule.as_str(), block.text.as_str()))
        .collect();
    assert!(removed.contains(&("structure/line-numbers", "7")), "{removed:?}");
    assert!(removed.contains(&("structure/code-button", "Copy it")), "{removed:?}");
}

#[test]
fn cells_keep_their_columns() {
    let table = "<table><tr><th></th><th>Port</th><th>Works</th></tr>\
        <tr><th>Monday</th><td>4.10</td><td></td></tr>\
        <tr><th>Tuesday</th><td></td><td><p>6.15</p><p>a | b</p></td></tr></table>";
    assert_eq!(
        markdown_of(table),
        "|  | Port | Works |\n| --- | --- | --- |\n| Monday | 4.10 |  |\n| Tuesday |  | 6.15<br>a \\| b |"
    );
    assert_eq!(text_of(table), "| Port | Works\n\nMonday | 4.10 |\n\nTuesday |  | 6.15 a | b");
}

#[test]
fn cells_that_span_leave_the_others_blank() {
    let table = "<table><tr><th rowspan=2>Day</th><th colspan=2>Tide</th></tr>\
        <tr><th>High</th><th>Low</th></tr><tr><td>Monday</td><td>4.10</td><td>10.30</td></tr></table>";
    assert_eq!(
        markdown_of(table),
        "| Day | Tide |  |\n| --- | --- | --- |\n|  | High | Low |\n| Monday | 4.10 | 10.30 |"
    );
}

#[test]
fn a_table_that_sets_out_the_page_is_no_table() {
    let table = format!(
        "<table role=presentation><tr><td><p>{PROSE} So.</p></td><td><p>And so.</p></td></tr></table>"
    );
    assert!(!markdown_of(&table).contains('|'));
}

#[test]
fn digits_are_not_glued_to_their_exponents() {
    let paragraph = "<p>In all 10<sup>9</sup> drops of H<sub>2</sub>O went by, or x<sup>n+1</sup> at t<sub>max</sub>, the \
        1<sup>st</sup> of M<sup>lle</sup> Roux, said the keeper of the pump to the council on Monday.</p>";
    let expected = "In all 10⁹ drops of H₂O went by, or xⁿ⁺¹ at t_(max), the 1st of Mlle Roux, said the keeper of the \
        pump to the council on Monday.";
    assert_eq!(text_of(paragraph), expected);
}

#[test]
fn the_text_is_the_same_whether_markdown_is_written_or_not() {
    let paragraph = format!(
        "<p>{PROSE} So <img src=/x.png alt=x> they said.<sup><a href='/a'>1</a></sup> Again.<sup><a href=/b>2</a>,<a href=/c>3</a></sup></p>"
    );
    let record = cleaned(&paragraph);
    assert!(record.text.contains("So they said.¹ Again.²,³"), "{}", record.text);
    assert!(record.markdown.unwrap().contains(
        "So ![x](https://quay.example/x.png) they said.[¹](https://quay.example/a) Again.²,³"
    ));
    let page = format!("<article><p>{PROSE}</p>{paragraph}<p>{PROSE} Nobody.</p></article>");
    let plain = Cleaner::default().clean(&CleanInput::new("a.html", page.as_bytes()));
    assert!(plain.text.contains("So they said.¹ Again.²,³"), "{}", plain.text);
}

#[test]
fn a_formula_is_written_once() {
    let katex = "<span class=katex><span class=katex-mathml><math><semantics><mfrac><mi>a</mi><mi>b</mi></mfrac>\
        <annotation encoding='application/x-tex'>\\frac{a}{b}</annotation></semantics></math></span>\
        <span class=katex-html aria-hidden=true>ab</span></span>";
    let mathjax = "<span class=MathJax_Preview>[..]</span><span class=MathJax>x2</span><script type='math/tex'>x^2</script>";
    let paragraph = format!(
        "<p>The keeper wrote that {katex} of the water, or {mathjax} of it, had gone back into the river by noon.</p>"
    );
    let record = cleaned(&paragraph);
    assert_eq!(
        middle(record.markdown.as_deref().unwrap()),
        "The keeper wrote that $\\frac{a}{b}$ of the water, or $x^2$ of it, had gone back into the river by noon."
    );
    assert_eq!(
        middle(&record.text),
        "The keeper wrote that a/b of the water, or x^2 of it, had gone back into the river by noon."
    );
}

#[test]
fn a_formula_that_is_never_closed_hides_no_text() {
    let page =
        format!("<article><p><math><caption>{PROSE}<p></div>The pump is silent. {PROSE}</article>");
    let record = Cleaner::default().clean(&CleanInput::new("a.html", page.as_bytes()));
    assert!(record.text.contains("The pump is silent."), "{}", record.text);
    assert!(!record.text.contains("themselves.The"), "{}", record.text);
}

#[test]
fn notes_are_marked_where_they_are_referred_to() {
    let body = format!(
        "<p>{PROSE}<sup id=r1><a href='#n1'>[1]</a></sup> It was cold.</p><ol><li id=n1>Town archive, box 12. \
         <a href='#r1'>↩</a></li></ol>"
    );
    let record = cleaned(&body);
    let markdown = record.markdown.unwrap();
    assert!(markdown.contains("for themselves.[^1] It was cold."), "{markdown}");
    assert!(markdown.ends_with("\n\n[^1]: Town archive, box 12."), "{markdown}");
    assert!(record.text.contains("[^1]: Town archive, box 12."), "{}", record.text);
}

#[test]
fn the_mark_of_a_note_that_is_not_kept_refers_to_nothing() {
    let body = format!(
        "<p>{PROSE}<sup id=r1><a href='#n1'>[1]</a></sup> It was cold.</p><p>{PROSE} It was late.</p><footer class=newsletter>\
         <ol class=footnotes><li id=n1>Sign up for our newsletter. <a href='#r1'>↩</a></li></ol></footer>"
    );
    let record = cleaned(&body);
    assert!(!record.text.contains("Sign up"), "{}", record.text);
    for output in [record.text, record.markdown.unwrap(), record.html.unwrap()] {
        assert!(!output.contains("[^1]"), "{output}");
        assert!(output.contains("for themselves."), "{output}");
    }
}

#[test]
fn pictures_in_cells_stay_in_them() {
    let table = "<table><tr><th>Quay</th><th>Seen</th><th>Built</th></tr><tr><td>Old</td><td><img src=/a.jpg alt=A></td>\
        <td>1931</td></tr><tr><td><img src=/b.jpg alt=B></td><td><img src=/c.jpg alt=C></td><td></td></tr></table>";
    let record = cleaned(table);
    assert_eq!(
        middle(record.markdown.as_deref().unwrap()),
        "| Quay | Seen | Built |\n| --- | --- | --- |\n| Old | ![A](https://quay.example/a.jpg) | 1931 |\n\
         | ![B](https://quay.example/b.jpg) | ![C](https://quay.example/c.jpg) |  |"
    );
    assert!(record.html.unwrap().contains(
        "<tr><td>Old</td><td><img src=\"https://quay.example/a.jpg\" alt=\"A\"></td><td>1931</td></tr>\n\
         <tr><td><img src=\"https://quay.example/b.jpg\" alt=\"B\"></td>"
    ));
    assert_eq!(text_of(table), "Quay | Seen | Built\n\nOld |  | 1931");
}

#[test]
fn numbers_that_the_page_writes_twice_are_written_once() {
    let list =
        "<ol><li>1. Open the gate of the pump.</li><li>2. Wait for the water to come.</li></ol>";
    let record = cleaned(list);
    assert!(record.html.unwrap().contains("<ol>\n<li>Open the gate of the pump."));
    assert_eq!(markdown_of(list), "1. Open the gate of the pump.\n2. Wait for the water to come.");
    assert_eq!(text_of(list), "1. Open the gate of the pump.\n\n2. Wait for the water to come.");
}

#[test]
fn items_hold_paragraphs_code_and_lists() {
    let list = "<ol start=9><li><p>Open the gate of the pump.</p><p>Wait for the water to come.</p></li>\
        <li>Close it<ul><li>by hand</li><li><pre>close --now</pre></li></ul></li></ol>";
    assert_eq!(
        markdown_of(list),
        "9. Open the gate of the pump.\n\n   Wait for the water to come.\n\n10. Close it\n    - by hand\n\n    - ```\n      \
         close --now\n      ```"
    );
}

#[test]
fn everything_in_a_quote_is_quoted() {
    let quote = "<blockquote><p>We ask for two things from the board.</p><ul><li>A diver</li></ul><blockquote>It was \
        promised in the autumn.</blockquote></blockquote>";
    assert_eq!(
        markdown_of(quote),
        "> We ask for two things from the board.\n>\n> - A diver\n>\n> > It was promised in the autumn."
    );
}

#[test]
fn callouts_say_their_kind() {
    let callout = "<div class='admonition warning'><p class='admonition-title'>Warning</p><p>Do not cross with more \
        than nine tonnes.</p></div>";
    assert_eq!(markdown_of(callout), "> [!WARNING]\n> Do not cross with more than nine tonnes.");
}

#[test]
fn pictures_stand_where_they_stood_with_their_captions() {
    let figure = "<figure><img src='data:image/gif;base64,R0' data-src=/pump.jpg alt='The pump'>\
        <figcaption>The pump in spring. Photo: M. Roux</figcaption></figure>";
    let record = cleaned(figure);
    assert_eq!(
        middle(record.markdown.as_deref().unwrap()),
        "![The pump](https://quay.example/pump.jpg)\n\nThe pump in spring. Photo: M. Roux"
    );
    assert_eq!(middle(&record.text), "");
}

/// A run of text with its markup.
#[derive(Clone, Debug)]
struct Run {
    text: String,
    strong: bool,
    emphasis: bool,
    deleted: bool,
    link: Option<&'static str>,
}

const TARGETS: &[&str] =
    &["https://a.example/x_(y)", "https://a.example/a|b", "https://a.example/?q=*_&z=1"];

fn run() -> impl Strategy<Value = Run> {
    let word = select(vec![
        "water",
        "*",
        "_a_",
        "a_b",
        "[x]",
        "(y)",
        "「水」",
        "水",
        "`",
        "<b>",
        "&amp;",
        "!",
        "#",
        "1.",
        "- ",
        "~~",
        "\\",
        "é",
        "“So”",
        ".",
        "日本語",
        "\\(",
        "|",
        "$5",
        "++",
    ]);
    let text = vec((word, any::<bool>()), 1..4).prop_map(|words| {
        let mut text = String::new();
        for (word, space) in words {
            text.push_str(word);
            text.push_str(if space { " " } else { "" });
        }
        text
    });
    let link = prop_oneof![3 => Just(None), 1 => select(TARGETS).prop_map(Some)];
    (text, any::<bool>(), any::<bool>(), any::<bool>(), link).prop_map(
        |(text, strong, emphasis, deleted, link)| Run { text, strong, emphasis, deleted, link },
    )
}

fn html_of(run: &Run) -> String {
    let escaped = run.text.replace('&', "&amp;").replace('<', "&lt;");
    let mut html = escaped;
    for (tag, is_on) in [("b", run.strong), ("i", run.emphasis), ("s", run.deleted)] {
        if is_on {
            html = format!("<{tag}>{html}</{tag}>");
        }
    }
    if let Some(target) = run.link {
        html = format!("<a href=\"{}\">{html}</a>", target.replace('&', "&amp;"));
    }
    html
}

/// A visible character, with what a reader sees of it.
type Seen = (char, bool, bool, bool, Option<String>);

fn seen_of(runs: &[Run]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for run in runs {
        for character in run.text.chars().filter(|c| !c.is_whitespace()) {
            let link = run.link.map(str::to_owned);
            seen.push((character, run.strong, run.emphasis, run.deleted, link));
        }
    }
    seen
}

fn seen_in(markdown: &str) -> Vec<Seen> {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let (mut strong, mut emphasis, mut deleted) = (0, 0, 0);
    let mut link: Option<String> = None;
    let mut seen = Vec::new();
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Strong) => strong += 1,
            Event::End(TagEnd::Strong) => strong -= 1,
            Event::Start(Tag::Emphasis) => emphasis += 1,
            Event::End(TagEnd::Emphasis) => emphasis -= 1,
            Event::Start(Tag::Strikethrough) => deleted += 1,
            Event::End(TagEnd::Strikethrough) => deleted -= 1,
            Event::Start(Tag::Link { dest_url, .. }) => link = Some(dest_url.replace("%7C", "|")),
            Event::End(TagEnd::Link) => link = None,
            Event::InlineHtml(tag) => match &*tag {
                "<strong>" => strong += 1,
                "</strong>" => strong -= 1,
                "<em>" => emphasis += 1,
                "</em>" => emphasis -= 1,
                "<del>" => deleted += 1,
                "</del>" => deleted -= 1,
                other => panic!("{other} is no tag of ours in {markdown}"),
            },
            Event::Text(text) => {
                for character in text.chars().filter(|c| !c.is_whitespace()) {
                    seen.push((character, strong > 0, emphasis > 0, deleted > 0, link.clone()));
                }
            }
            Event::Start(Tag::Paragraph)
            | Event::End(TagEnd::Paragraph)
            | Event::SoftBreak
            | Event::HardBreak => {}
            other => panic!("{other:?} in {markdown}"),
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reader_of_markdown_sees_the_text_links_and_emphasis_of_the_page(runs in vec(run(), 1..7)) {
        let html: String = runs.iter().map(html_of).collect();
        let body = format!("<p>{html} {PROSE}</p>");
        let record = cleaned(&body);
        let markdown = record.markdown.unwrap();
        let paragraph = markdown.split("\n\n").nth(1).unwrap();
        let mut expected = seen_of(&runs);
        let mut found = seen_in(paragraph);
        found.truncate(expected.len());
        // Adjacent links with one target are one link to a reader of Markdown as to one of the page.
        expected.iter_mut().chain(&mut found).for_each(|seen| {
            seen.4 = seen.4.take().map(|target| target.replace("&amp;", "&"));
        });
        prop_assert_eq!(found, expected, "{}", paragraph);
    }
}
