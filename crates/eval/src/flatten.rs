//! Flattens a page as a scraper without boilerplate removal does.

use scraper::{Html, Node};

/// Elements whose text is not shown.
const HIDDEN: [&str; 4] = ["script", "style", "noscript", "template"];

/// The text of every text node of a page, one per line, with whitespace folded. Scripts, styles, `noscript` and templates
/// are left out. Without the evidence of tags, this is the hardest input for the cleaner. Bytes that are not UTF-8 become
/// U+FFFD.
pub fn text_nodes(html: &[u8]) -> String {
    let page = Html::parse_document(&String::from_utf8_lossy(html));
    let mut lines = String::new();
    let mut next = page.tree.root().first_child();
    while let Some(node) = next {
        let mut descend = true;
        match node.value() {
            Node::Text(text) => {
                let before = lines.len();
                for word in text.split_whitespace() {
                    if lines.len() > before {
                        lines.push(' ');
                    }
                    lines.push_str(word);
                }
                if lines.len() > before {
                    lines.push('\n');
                }
            }
            Node::Element(element) => descend = !HIDDEN.contains(&element.name()),
            _ => {}
        }
        next = if descend { node.first_child() } else { None }.or_else(|| {
            node.next_sibling().or_else(|| node.ancestors().find_map(|up| up.next_sibling()))
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_node_is_a_line() {
        let page = b"<!doctype html><title>Ferry</title><style>p{}</style><body><nav><a>Home</a> \
            <a>Sport</a></nav><script>x()</script><template><p>no</p></template>\
            <p>The <b>old\n  ferry</b> sailed.<noscript><p>no</p></noscript><p>Twice.";
        assert_eq!(text_nodes(page), "Ferry\nHome\nSport\nThe\nold ferry\nsailed.\nTwice.\n");
    }
}
