//! Generates pages of well-formed markup whose text was damaged, with a word in each place that survives any
//! damage.

use encoding_rs::{Encoding, WINDOWS_1252};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Words of languages, with the legacy charsets that these were written in.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("the pump would have to last another winter", &[]),
    ("voilà déjà l’été où le garçon naïf était à côté", &["macintosh"]),
    ("así está el país también mañana según él", &["macintosh"]),
    ("lá está à mão não há água às três", &["macintosh"]),
    ("żółta łódź płynie dziś późną nocą wzdłuż rzeki", &["windows-1250", "iso-8859-2"]),
    (
        "хороший хлеб Россия Эхо рассвет находят сегодня вечером",
        &["windows-1251", "koi8-r", "iso-8859-5", "ibm866"],
    ),
    ("η πόλη έχει ωραίο λιμάνι και παλιά σπίτια", &["windows-1253", "iso-8859-7"]),
    ("העיר יפה מאוד בערב של הקיץ", &["windows-1255", "iso-8859-8"]),
    ("المدينة جميلة جدا في مساء الصيف", &["windows-1256", "iso-8859-6"]),
    ("你好 今天晚上 我们在海边散步 很安静", &["gb18030"]),
    ("今天晚上 我們在海邊散步 很安靜", &["big5"]),
    ("きょうは海辺を歩きました とても静かな夜でした", &["shift_jis", "euc-jp"]),
    ("오늘 저녁에는 바닷가를 걸었다", &["euc-kr"]),
    ("คืนนี้เราเดินริมทะเล เงียบมาก", &["windows-874"]),
];

/// What stands between words: white space and invisible characters of every kind.
const GAPS: &[&str] = &[
    " ",
    " ",
    " ",
    " ",
    "\u{a0}",
    " \u{a0}",
    "\u{a0}: ",
    "\u{ad}",
    "\u{200b}",
    "\u{2009}",
    "\u{3000}",
    "\u{feff} ",
    "\u{85}",
    "\u{92}",
    "\u{9d} ",
    "\n",
    "\u{200e} ",
    " «\u{a0}",
    "\u{a0}» ",
    " – ",
];

/// How the text of a page was damaged.
#[derive(Clone, Debug)]
enum TextDamage {
    None,
    /// UTF-8 that was decoded in this charset, so many times.
    Misread(&'static str, usize),
    /// Text in the legacy charset with this number, decoded as windows-1252.
    Legacy(usize),
}

fn damage() -> impl Strategy<Value = TextDamage> {
    let charset = select(
        &[
            "latin1",
            "windows-1252",
            "windows-1251",
            "windows-1250",
            "koi8-r",
            "ibm866",
            "macintosh",
        ][..],
    );
    prop_oneof![
        1 => Just(TextDamage::None),
        2 => (charset, 1..3_usize).prop_map(|(charset, layers)| TextDamage::Misread(charset, layers)),
        2 => (0..4_usize).prop_map(TextDamage::Legacy),
    ]
}

/// Bytes in a charset; those that it does not have are C1 control characters, as in ISO-8859.
fn read(bytes: &[u8], charset: &str) -> String {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(WINDOWS_1252);
    let character = |byte: &u8| {
        let whole = [*byte];
        let (text, _) = encoding.decode_without_bom_handling(&whole);
        match text.chars().next() {
            Some('\u{fffd}') | None => char::from(*byte),
            Some(_) if charset == "latin1" => char::from(*byte),
            Some(character) => character,
        }
    };
    bytes.iter().map(character).collect()
}

fn damaged(text: &str, damage: &TextDamage, charsets: &[&str]) -> String {
    match damage {
        TextDamage::None => text.to_owned(),
        TextDamage::Misread(charset, layers) => {
            (0..*layers).fold(text.to_owned(), |text, _| read(text.as_bytes(), charset))
        }
        TextDamage::Legacy(number) => {
            let Some(label) = charsets.get(number % charsets.len().max(1)) else {
                return text.to_owned();
            };
            let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
                return text.to_owned();
            };
            // What the charset does not have would become a reference.
            let text: String =
                text.chars().filter(|c| !encoding.encode(c.encode_utf8(&mut [0; 4])).2).collect();
            read(&encoding.encode(&text).0, if number % 2 == 0 { "windows-1252" } else { "latin1" })
        }
    }
}

/// Text as it stands in a page: characters or references.
fn escaped(text: &str, with_references: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            _ if character.is_ascii() || !with_references => out.push(character),
            _ => out.extend(["&#", &u32::from(character).to_string(), ";"]),
        }
    }
    out
}

/// A piece of text: words by index, the gap after each, inline markup around some.
type Piece = (usize, &'static str, Option<&'static str>);

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let inline =
        select(&["b", "i", "em", "strong", "code", "span", "a href=/x", "u", "small", "font"][..]);
    vec((0..16_usize, select(GAPS), proptest::option::weighted(0.2, inline)), 1..14)
}

/// Tags around the blocks of a page: what opens them, what stands between two, and what closes them.
const WRAPPERS: &[(&str, &str, &str)] = &[
    ("<p>", "</p><p>", "</p>"),
    ("<h2>", "</h2><p>", "</p>"),
    ("<ul><li>", "<li>", "</ul>"),
    ("<ol start=3><li><p>", "</p><p>", "</p></ol>"),
    ("<ul><li>", "<ul><li>", "</ul></ul>"),
    ("<table><tr><td>", "<td>", "</table>"),
    ("<table><tr><th>", "</th></tr><tr><td>", "</td></tr></table>"),
    ("<table><tr><td><p>", "</p><p>", "</p></td></tr></table>"),
    ("<table><caption>", "</caption><tr><td>", "</td><td></td></tr></table>"),
    ("<blockquote><p>", "</p><p>", "</p></blockquote>"),
    ("<pre>", "\n\n  ", "</pre>"),
    ("<pre><code>", "<br>", "</code></pre>"),
    ("<dl><dt>", "<dd>", "</dl>"),
    ("<figure><img src=x.png><figcaption>", " <br> ", "</figcaption></figure>"),
    ("<details><summary>", "</summary>", "</details>"),
    ("<div>", "<br>", "</div>"),
    ("<div>", "<br><br>", "</div>"),
    ("<aside><p>", "</p><p>", "</p></aside>"),
    ("<nav><a href=/a>", "</a><a href=/b>", "</a></nav>"),
    ("<footer>", "<hr>", "</footer>"),
    ("<p><a href=/c>", "</a><script>var x = 1;</script><em>", "</em></p>"),
    ("<p><b><i>", "</b></i>", "</p>"),
    ("<center><font color=red>", "<p>", "</font></center>"),
];

/// A text of one line for each block, and the words in these that no repair changes.
pub(crate) fn lines() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let end = select(&["\n", "\n\n", "\r\n"][..]);
    (select(LANGUAGES), damage(), end, vec(pieces(), 1..8)).prop_map(
        |((words, charsets), damage, end, lines)| {
            let words: Vec<&str> = words.split(' ').collect();
            let mut anchors = Vec::new();
            let mut text = String::new();
            for pieces in lines {
                let (first, last) = anchors_of(anchors.len());
                let pieces = pieces.iter().map(|(word, gap, _)| {
                    damaged(&format!("{}{gap}", words[word % words.len()]), &damage, charsets)
                });
                text.extend([&first, " ", &pieces.collect::<String>(), " ", &last, end]);
                anchors.push((first, last));
            }
            (text, anchors)
        },
    )
}

/// The first and the last word of a block: ASCII, which is the same in every charset.
fn anchors_of(number: usize) -> (String, String) {
    (format!("berth{number:03}k"), format!("quay{number:03}k"))
}

/// A page and the words of its blocks that no repair changes: each block begins and ends with one.
pub(crate) fn page() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let block = (select(WRAPPERS), vec(pieces(), 2..5));
    (select(LANGUAGES), damage(), any::<bool>(), vec(block, 1..6)).prop_map(
        |((words, charsets), damage, with_references, blocks)| {
            let words: Vec<&str> = words.split(' ').collect();
            let text = |text: &str| escaped(&damaged(text, &damage, charsets), with_references);
            let mut anchors = Vec::new();
            let mut page = String::from("<!doctype html><html><body><article>");
            for ((open, between, close), texts) in blocks {
                page.push_str(open);
                for (number, pieces) in texts.into_iter().enumerate() {
                    if number > 0 {
                        page.push_str(between);
                    }
                    let (first, last) = anchors_of(anchors.len());
                    page.extend([&first, " "]);
                    for (word, gap, inline) in pieces {
                        let word = text(&format!("{}{gap}", words[word % words.len()]));
                        match inline {
                            Some(tag) => {
                                let name = tag.split(' ').next().unwrap_or(tag);
                                page.extend(["<", tag, ">", &word, "</", name, ">"]);
                            }
                            None => page.push_str(&word),
                        }
                    }
                    page.extend([" ", &last]);
                    anchors.push((first, last));
                }
                page.push_str(close);
            }
            (page, anchors)
        },
    )
}
