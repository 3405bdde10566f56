//! What a Markdown document says about itself: a block of YAML before the content, as Obsidian, Hugo, Jekyll and Pandoc
//! read it.

use std::fmt::Write;

use copydesk_clean::Record;

/// The block, with the lines around it; empty if nothing is known about the page. Fields that are not known are left
/// out. Every value is a string in double quotes, so that `no` stays a language and `1e3` a title.
pub(super) fn front_matter(record: &Record) -> String {
    let url = record.url.as_ref().or(record.canonical_url.as_ref());
    let fields = [
        ("title", record.title.as_ref()),
        ("author", record.author.as_ref()),
        ("date", record.date.as_ref()),
        ("url", url),
        ("language", record.language.as_ref()),
    ];
    let mut lines = String::new();
    for (name, value) in fields {
        let value = value.map(|value| one_line(value)).filter(|value| !value.is_empty());
        if let Some(value) = value {
            let _ = writeln!(lines, "{name}: {}", quoted(&value));
        }
    }
    let tags = record.tags.iter().map(|tag| one_line(tag)).filter(|tag| !tag.is_empty());
    let tags: Vec<String> = tags.map(|tag| quoted(&tag)).collect();
    if !tags.is_empty() {
        let _ = writeln!(lines, "tags: [{}]", tags.join(", "));
    }
    if lines.is_empty() { lines } else { format!("---\n{lines}---\n\n") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A double-quoted scalar: <https://yaml.org/spec/1.2.2/#731-double-quoted-style>
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            _ if is_printable(character) => out.push(character),
            _ => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
        }
    }
    out.push('"');
    out
}

/// Whether a character may stand in a YAML stream as it is, and is not a line break to some readers:
/// <https://yaml.org/spec/1.2.2/#51-character-set>. All others are below U+10000.
const fn is_printable(character: char) -> bool {
    !matches!(
        character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_has_what_is_known() {
        let some = |text: &str| Some(text.to_owned());
        let record = Record {
            title: some("Ferry: the \"return\""),
            author: some("Ada Lund; Per Holm"),
            date: some("2026-03-29"),
            url: some("https://coast.example/ferry"),
            canonical_url: some("https://coast.example/2026/ferry"),
            language: some("no"),
            tags: vec!["sea".into(), String::new(), "# harbour, old".into()],
            ..Record::default()
        };
        assert_eq!(
            front_matter(&record),
            "---\ntitle: \"Ferry: the \\\"return\\\"\"\nauthor: \"Ada Lund; Per Holm\"\n\
             date: \"2026-03-29\"\nurl: \"https://coast.example/ferry\"\nlanguage: \"no\"\n\
             tags: [\"sea\", \"# harbour, old\"]\n---\n\n"
        );
        let record = Record { title: None, author: None, tags: Vec::new(), url: None, ..record };
        assert_eq!(
            front_matter(&record),
            "---\ndate: \"2026-03-29\"\nurl: \"https://coast.example/2026/ferry\"\n\
             language: \"no\"\n---\n\n"
        );
        assert_eq!(front_matter(&Record::default()), "");
    }

    #[test]
    fn no_value_can_end_its_line_or_its_quotes() {
        for (text, expected) in [
            ("a\n---\nb", r#""a --- b""#),
            (r#"\" : "#, r#""\\\" :""#),
            ("tab\there", r#""tab here""#),
            ("bell\u{7} next\u{9b} mark\u{feff}", r#""bell\u0007 next\u009b mark\ufeff""#),
            ("Ø 海 🛳", r#""Ø 海 🛳""#),
        ] {
            let record = Record { title: Some(text.into()), ..Record::default() };
            assert_eq!(front_matter(&record), format!("---\ntitle: {expected}\n---\n\n"));
        }
    }
}
