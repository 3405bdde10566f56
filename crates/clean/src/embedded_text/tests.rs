//! A page for each form in which frameworks deliver text.

use serde_json::{Value, json};

use crate::{CleanInput, Cleaner, Record, RecordOutcome, TextSource};

const TITLE: &str = "Ferry to sail every twenty minutes";
const PARAGRAPHS: [&str; 3] = [
    "The ferry across the Loy will sail every twenty minutes from April, the harbour board decided \
     on Monday evening, after a meeting that \"lasted until past ten\" and filled the old customs hall.",
    "Until now the boat has left once an hour, and on market days the queue on the quay has often \
     stretched as far as the fish sheds, where drivers wait with their engines running.",
    "The second boat was bought from a closed line on the northern lakes. It carries ninety \
     passengers and needs a crew of three, and its hull was painted green over the winter.",
];
const OTHER: &str = "The old mill on the river has new owners, who want to grind flour there again and \
     to open a small bakery in the yard before the summer, the town council said on Friday.";

fn html() -> String {
    PARAGRAPHS.map(|text| format!("<p>{text}</p>")).concat()
}

/// The head of a page whose body has nothing.
fn page(rest: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>{TITLE} | Loy Gazette</title></head><body>\
         <div id=\"root\">Loading...</div>{rest}<script src=/main.3f2a.js></script></body></html>"
    )
}

fn clean(page: &str) -> Record {
    Cleaner::default().clean(&CleanInput::new("page.html", page.as_bytes()))
}

/// The paragraphs as they are in the text of a record.
fn article() -> String {
    PARAGRAPHS.join("\n\n")
}

#[track_caller]
fn assert_found(form: &str, rest: &str, source: TextSource) {
    let record = clean(&page(rest));
    assert_eq!(record.text, article(), "{form}");
    assert_eq!(record.text_source, source, "{form}");
    assert_eq!(record.needs_javascript, None, "{form}");
    assert_eq!(record.outcome, RecordOutcome::Ok, "{form}");
}

fn json_script(attributes: &str, json: &Value) -> String {
    format!("<script {attributes}>{json}</script>")
}

fn state() -> Value {
    json!({
        "user": null,
        "article": {"id": 17, "title": TITLE, "slug": "ferry", "body": html()},
        "related": [{"title": "The mill", "body": format!("<p>{OTHER}</p>").repeat(9)}],
        "messages": {"cookies": OTHER, "welcome": OTHER.repeat(3)},
    })
}

#[test]
fn json_in_scripts_is_read() {
    let next = json!({"props": {"pageProps": state()}, "page": "/[slug]", "buildId": "x"});
    let fetched =
        json!({"status": 200, "statusText": "OK", "headers": {}, "body": state().to_string()});
    let angular = json!({"123": {"b": state(), "h": {}, "s": 200, "u": "/api"}});
    let old_angular =
        angular.to_string().replace('&', "&a;").replace('"', "&q;").replace('<', "&l;");
    for (form, rest) in [
        ("Next.js", json_script("id=__NEXT_DATA__ type=application/json", &next)),
        ("SvelteKit", json_script("type=\"application/json\" data-sveltekit-fetched", &fetched)),
        ("Angular", json_script("id=ng-state type=application/json", &angular)),
        (
            "older Angular",
            format!("<script id=serverApp-state type=application/json>{old_angular}</script>"),
        ),
        (
            "Ember",
            json_script("type=fastboot/shoebox id=shoebox-main", &json!({"records": state()})),
        ),
        ("a script without a type", json_script("id=state", &state())),
    ] {
        assert_found(form, &rest, TextSource::Hydration);
    }
}

#[test]
fn assignments_in_scripts_are_read() {
    let quoted = Value::from(state().to_string());
    let encoded = percent_encoding::utf8_percent_encode(
        &state().to_string(),
        percent_encoding::NON_ALPHANUMERIC,
    )
    .to_string();
    let title = TITLE;
    let body = Value::from(html());
    for (form, script) in [
        ("Redux", format!("window.__PRELOADED_STATE__ = {};", state())),
        ("Vuex", format!("window.__INITIAL_STATE__={};(function(){{var s;}}());", state())),
        ("JSON.parse", format!("window.__STATE__ = JSON.parse({quoted});")),
        ("encoded", format!("window.__STATE__ = JSON.parse(decodeURIComponent(\"{encoded}\"))")),
        (
            "Remix",
            format!(
                "window.__remixContext = {{\"state\":{{\"loaderData\":{{\"r\":{}}}}}}};",
                state()
            ),
        ),
        (
            "Nuxt 2",
            format!(
                "window.__NUXT__=(function(a,b,c){{return {{layout:\"default\",data:[{{article:{{title:b,body:{body},\
                 tags:[a]}}}}],error:c}}}}(\"x\",\"{title}\",null));"
            ),
        ),
        (
            "SvelteKit",
            format!(
                "{{ const data = [null,{{type:'data',data:{{post:{{title:'{title}',content:{body}}}}},uses:{{}}}}];\n\
                 // It's started here.\nkit.start(app, element, {{ data }}); }}"
            ),
        ),
    ] {
        assert_found(form, &format!("<script>{script}</script>"), TextSource::Hydration);
    }
}

#[test]
fn stores_with_one_object_per_paragraph_are_read() {
    let mut store = json!({
        "ROOT_QUERY": {"post": {"__ref": "Post:1"}},
        "Post:1": {"__typename": "Post", "title": TITLE},
        "User:1": {"__typename": "User", "name": "Ada Lund", "bio": OTHER},
    });
    for (number, text) in PARAGRAPHS.iter().enumerate() {
        store[format!("Paragraph:{number}")] =
            json!({"__typename": "Paragraph", "type": "P", "text": text, "markups": []});
    }
    let script = format!("<script>window.__APOLLO_STATE__ = {store}</script>");
    assert_found("Apollo", &script, TextSource::Hydration);
    let store = json!({"Article:1": {"title": TITLE, "body": {"type": "json", "json": html()}}});
    let script = format!("<script>window.__APOLLO_STATE__ = {store}</script>");
    assert_found("Apollo with one text", &script, TextSource::Hydration);
}

#[test]
fn values_that_refer_to_each_other_by_number_are_read() {
    let nuxt = json!([
        ["ShallowReactive", 1], {"data": 2, "state": 9}, {"article": 3}, {"title": 4, "blocks": 5},
        TITLE, [6, 7, 8], {"type": 10, "text": 11}, {"type": 10, "text": 12}, {"type": 10, "text": 13},
        {}, "paragraph", PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[2]
    ]);
    let script = json_script("type=application/json id=__NUXT_DATA__", &nuxt);
    assert_found("Nuxt 3", &script, TextSource::Hydration);
    let stream = json!([
        {"_1": 2}, "loaderData", {"_3": 4}, "routes/ferry", {"_5": 6, "_7": 8}, "title", TITLE, "content", html()
    ]);
    let stream = Value::from(format!("{stream}\n"));
    let script =
        format!("<script>window.__remixContext.streamController.enqueue({stream});</script>");
    assert_found("Remix", &script, TextSource::Hydration);
}

#[test]
fn what_server_components_send_is_read() {
    let push =
        |part: &str| format!("<script>self.__next_f.push([1,{}])</script>", Value::from(part));
    let element = |text: &str| json!(["$", "p", null, {"className": "x", "children": text}]);
    let tree = json!(["$", "main", null, {"children": [
        ["$", "h1", null, {"children": TITLE}],
        ["$", "div", null, {"children": [element(PARAGRAPHS[0]), element(PARAGRAPHS[1]),
            ["$", "p", null, {"children": [PARAGRAPHS[2].get(..10), ["$", "a", null, {"href": "/x",
                "children": PARAGRAPHS[2].get(10..15)}], PARAGRAPHS[2].get(15..)]}]]}],
        ["$", "$L4", null, {"items": [OTHER]}]
    ]}]);
    let rows = format!("1:\"$Sreact.fragment\"\n2:I[12,[\"static/x.js\"],\"default\"]\n0:{tree}\n");
    let (first, second) = rows.split_at(rows.len() / 2);
    let start = "<script>(self.__next_f=self.__next_f||[]).push([0])</script>";
    assert_found(
        "elements",
        &format!("{start}{}{}", push(first), push(second)),
        TextSource::Hydration,
    );
    let text = html();
    let rows = format!(
        "a:[\"$\",\"$L2\",null,{}]\nb:T{:x},{text}c:[]\n",
        json!({"article": {"title": TITLE, "body": "$b"}, "related": [{"title": "x", "body": "$c"}]}),
        text.len()
    );
    assert_found("text rows", &push(&rows), TextSource::Hydration);
}

#[test]
fn data_in_attributes_is_read() {
    let attribute = |json: &Value| crate::escape_html(&json.to_string()).into_owned();
    let topic = json!({"post_stream": {"posts": [
        {"id": 1, "username": "ada", "cooked": format!("<p>{}</p><p>{}</p>", PARAGRAPHS[0], PARAGRAPHS[1])},
        {"id": 2, "username": "per", "cooked": format!("<p>{}</p>", PARAGRAPHS[2])}]}, "title": TITLE});
    let discourse =
        json!({"topic_1": topic.to_string(), "site": json!({"x": [OTHER]}).to_string()});
    let inertia = json!({"component": "Post", "props": state(), "url": "/ferry"});
    let astro = json!({"post": [0, {"title": [0, TITLE], "body": [0, html()]}]});
    for (form, rest) in [
        (
            "Discourse",
            format!("<div id=data-preloaded data-preloaded=\"{}\"></div>", attribute(&discourse)),
        ),
        ("Inertia", format!("<div id=app data-page=\"{}\"></div>", attribute(&inertia))),
        ("Astro", format!("<astro-island props=\"{}\"></astro-island>", attribute(&astro))),
        (
            "React on Rails",
            format!(
                "<div data-react-props='{}'></div>",
                state().to_string().replace('\'', "&#39;")
            ),
        ),
    ] {
        assert_found(form, &rest, TextSource::Hydration);
    }
}

#[test]
fn blocks_of_editors_are_read() {
    let blocks = |block: &dyn Fn(&str) -> Value| {
        Value::from(PARAGRAPHS.iter().map(|text| block(text)).collect::<Vec<_>>())
    };
    let split =
        |text: &str| [text.get(..30).unwrap().to_owned(), text.get(30..).unwrap().to_owned()];
    let forms = [
        ("strings", json!({"paragraphs": PARAGRAPHS})),
        (
            "Editor.js",
            json!({"blocks": blocks(&|text| json!({"type": "paragraph", "data": {"text": text}}))}),
        ),
        (
            "Gutenberg",
            json!({"blocks": blocks(&|text| {
                json!({"name": "core/paragraph", "attributes": {"content": text}, "innerBlocks": []})
            })}),
        ),
        (
            "Portable Text",
            json!({"body": blocks(&|text| {
                let [start, end] = split(text);
                json!({"_type": "block", "_key": "k", "style": "normal", "markDefs": [],
                    "children": [{"_type": "span", "text": start}, {"_type": "span", "marks": ["em"], "text": end}]})
            })}),
        ),
        (
            "Contentful",
            json!({"body": {"nodeType": "document", "content": blocks(&|text| {
                let [start, end] = split(text);
                json!({"nodeType": "paragraph", "data": {}, "content": [{"nodeType": "text", "value": start, "marks": []},
                    {"nodeType": "hyperlink", "data": {"uri": "https://a.example/"},
                     "content": [{"nodeType": "text", "value": end}]}]})
            })}}),
        ),
        (
            "ProseMirror",
            json!({"doc": {"type": "doc", "content": blocks(&|text| {
                json!({"type": "paragraph", "content": [{"type": "text", "text": text}]})
            })}}),
        ),
        (
            "Lexical",
            json!({"editorState": {"root": {"type": "root", "children": blocks(&|text| {
                json!({"type": "paragraph", "version": 1, "children": [{"type": "text", "text": text, "format": 0}]})
            })}}}),
        ),
        (
            "Draft.js",
            json!({"content": {"blocks": blocks(&|text| {
            json!({"key": "a1", "text": text, "type": "unstyled", "depth": 0, "entityRanges": []})
        }), "entityMap": {}}}),
        ),
        (
            "content elements",
            json!({"content_elements": blocks(&|text| json!({"type": "text", "content": text}))}),
        ),
    ];
    for (form, body) in forms {
        let mut article = json!({"title": TITLE, "teaser": OTHER});
        article.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let next = json!({"props": {"pageProps": {"article": article, "latest": [{"title": "x", "text": OTHER}]}}});
        assert_found(form, &json_script("type=application/json", &next), TextSource::Hydration);
    }
}

#[test]
fn headings_and_lists_keep_their_structure_and_pictures_their_silence() {
    let data = json!({"article": {"title": TITLE, "blocks": [
        {"type": "heading", "level": 2, "text": "What will change"},
        {"type": "paragraph", "text": PARAGRAPHS[0]},
        {"type": "image", "caption": "The quay", "text": OTHER},
        {"type": "paragraph", "text": PARAGRAPHS[1]},
        {"type": "list", "items": ["the first boat leaves at six", "the last boat leaves at eleven"]},
        {"type": "paragraph", "text": PARAGRAPHS[2]},
    ]}});
    let options = crate::CleanOptions::default().markdown(true);
    let page = page(&json_script("type=application/json", &data));
    let record = Cleaner::with_options(options).clean(&CleanInput::new("", page.as_bytes()));
    assert_eq!(
        record.markdown.unwrap(),
        format!(
            "## What will change\n\n{}\n\n{}\n\n- the first boat leaves at six\n- the last boat leaves at eleven\n\n{}",
            PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[2]
        )
    );
}

#[test]
fn plain_text_and_markdown_have_their_paragraphs() {
    let text = PARAGRAPHS.join("\n\n");
    let markdown = format!(
        "{}\n\n{}\n\n{}",
        PARAGRAPHS[0],
        PARAGRAPHS[1].replace("boat", "*boat*"),
        PARAGRAPHS[2]
    );
    let markdown = format!(
        "{markdown}\n\n- [Map](https://a.example/map)\n- [Fares](https://a.example/fares)\n"
    );
    let script = |body: &str| {
        json_script("type=application/json", &json!({"post": {"title": TITLE, "body": body}}))
    };
    assert_found("text", &script(&text), TextSource::Hydration);
    let record = clean(&page(&script(&markdown)));
    assert!(record.text.starts_with(&article()), "{}", record.text);
}

#[test]
fn declared_text_is_read_and_says_which_article_it_is() {
    let linked = |body: &str| {
        json_script(
            "type=application/ld+json",
            &json!({"@context": "https://schema.org", "@type": "NewsArticle",
            "headline": TITLE, "description": OTHER, "articleBody": body}),
        )
    };
    let body = PARAGRAPHS.join("\n");
    assert_found("JSON-LD", &linked(&body), TextSource::JsonLd);
    // Elsewhere are a longer text of another article, and the paragraphs of this one.
    let other =
        json!({"next": {"title": "The mill", "body": format!("<p>{OTHER}</p>").repeat(20)}});
    let rest = format!(
        "{}{}",
        linked(&PARAGRAPHS.join(" ")),
        json_script("type=application/json", &other)
    );
    let record = clean(&page(&rest));
    assert_eq!((record.text, record.text_source), (PARAGRAPHS.join(" "), TextSource::JsonLd));
    let rest = format!(
        "{}{}",
        linked(&PARAGRAPHS.join(" ")),
        json_script("type=application/json", &state())
    );
    assert_found("both", &rest, TextSource::Hydration);
}

#[test]
fn noscript_and_templates_are_read() {
    let html = html();
    for (form, rest, source) in [
        ("noscript", format!("<noscript>{html}</noscript>"), TextSource::Noscript),
        ("template", format!("<template>{html}</template>"), TextSource::Template),
        (
            "x-template",
            format!("<script type=text/x-template>{html}</script>"),
            TextSource::Template,
        ),
    ] {
        assert_found(form, &rest, source);
    }
}

#[test]
fn visible_text_is_never_beaten() {
    let short = "The ferry across the Loy will sail every twenty minutes from April, the harbour board decided \
        on Monday evening. Fares stay as they are.";
    let rest = json_script("type=application/json", &state());
    let record = clean(&page(&format!("<main><h1>{TITLE}</h1><p>{short}</p></main>{rest}")));
    assert_eq!((record.text.as_str(), record.text_source), (short, TextSource::Visible));
}

#[test]
fn other_articles_settings_and_code_are_no_article() {
    let entries: Vec<Value> =
        (0..9).map(|n| json!({"headline": format!("Story number {n}"), "text": OTHER})).collect();
    for json in [
        json!({"articles": entries}),
        json!({"recommended": [{"body": html()}]}),
        json!({"i18n": {"en": {"intro": html(), "cookies": OTHER.repeat(9)}}}),
        json!({"article": {"summary": PARAGRAPHS.join(" ")}}),
        json!({"css": ".a > b { color: red; margin: 0 } ".repeat(99), "image": "aGVsbG8gd29ybGQ".repeat(99)}),
    ] {
        let record = clean(&page(&json_script("type=application/json", &json)));
        assert_eq!(record.text_source, TextSource::Visible, "{json}");
        assert_eq!(
            record.needs_javascript.unwrap().evidence[0],
            "empty element: <div id=\"root\">"
        );
    }
}

#[test]
fn a_page_without_any_text_says_what_shows_that_it_needs_scripts() {
    let record =
        clean(&page("<noscript>You need to enable JavaScript to run this app.</noscript>"));
    assert_eq!(
        record.needs_javascript.unwrap().evidence,
        [
            "notice: You need to enable JavaScript to run this app.",
            "empty element: <div id=\"root\">",
            "scripts: 1 files, 0 in the page"
        ]
    );
    let empty = clean("<!doctype html><title>Nothing</title><body><p>Closed.</p>");
    assert_eq!(empty.needs_javascript, None);
}

#[test]
fn hostile_data_is_survived() {
    let deep =
        format!("<script type=application/json>{}\"{OTHER}\"</script>", "{\"a\":[".repeat(100_000));
    let strings = format!("<script>{}</script>", "'\\'\"`".repeat(100_000));
    let refers =
        (0..20_000).map(|n| format!("[{},{}]", n + 1, n + 1)).collect::<Vec<_>>().join(",");
    let refers = format!("<script type=application/json>[{{\"a\":1}},{refers}]</script>");
    let nested = Value::from(
        (0..12).fold(format!("[[\"{OTHER}\"]]"), |inner, _| json!([[inner]]).to_string()),
    );
    let nested = format!("<script>x({nested})</script>");
    for rest in [deep, strings, refers, nested, "<template>".repeat(10_000), "<noscript".into()] {
        clean(&page(&rest));
    }
}

#[test]
fn places_that_scripts_fill_are_no_text() {
    let body = html().replace("</p><p>", "</p>$$AD_1$$<p>%%MAP%%</p><p>");
    let json = json!({"post": {"title": TITLE, "body": body}});
    assert_found(
        "placeholders",
        &json_script("type=application/json", &json),
        TextSource::Hydration,
    );
    let body = "It costs $$5 or 100%% of $$, in <code>%%a%%</code>, and $$ so on$$";
    assert_eq!(super::without_placeholders(body), body);
}

#[test]
fn a_shadow_root_is_visible() {
    let host = format!(
        "<x-story><template shadowrootmode=open>{}<slot></slot></template></x-story>",
        html()
    );
    assert_found("shadow root", &host, TextSource::Visible);
}

#[test]
fn every_word_comes_from_the_page() {
    let rest = json_script("type=application/json", &state());
    let page = page(&rest);
    for word in clean(&page).text.split_whitespace() {
        assert!(page.contains(&word.replace('"', "\\\"")), "{word}");
    }
}
