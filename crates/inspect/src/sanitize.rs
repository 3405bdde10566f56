//! Takes from the markup of strangers what could run, load or lead elsewhere.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Elements that are kept besides those that ammonia keeps. None of them loads anything without an attribute that is
/// not kept.
const MORE_TAGS: [&str; 19] = [
    "address", "button", "center", "dialog", "fieldset", "font", "footer", "form", "input",
    "label", "legend", "main", "menu", "optgroup", "option", "section", "select", "tt", "textarea",
];

/// Attributes of any element. No class: a page is shown without its style sheets, and names would meet ours.
const ATTRIBUTES: [&str; 6] = ["align", "colspan", "data-block", "dir", "rowspan", "style"];

/// Properties of styles that neither load anything nor take an element out of its place or hide it. A page is shown with
/// all that was read of it.
const STYLE_PROPERTIES: [&str; 28] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "letter-spacing",
    "line-height",
    "margin",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
];

/// The markup of a page, for showing it: its elements with their inline styles, without anything that could run or load.
/// Links lead nowhere, and pictures are their alternative texts.
pub(crate) fn page(markup: &str) -> String {
    static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::default();
        builder
            .add_tags(MORE_TAGS)
            .generic_attributes(HashSet::from(ATTRIBUTES))
            .tag_attributes(HashMap::from([
                ("img", HashSet::from(["alt"])),
                ("input", HashSet::from(["placeholder", "type", "value"])),
                ("ol", HashSet::from(["start"])),
            ]))
            .filter_style_properties(HashSet::from(STYLE_PROPERTIES))
            .attribute_filter(|element, attribute, value| {
                (element != "img" || attribute == "alt").then_some(Cow::Borrowed(value))
            })
            .link_rel(None)
            .strip_comments(true);
        builder
    });
    with_pictures_named(&BUILDER.clean(markup).to_string())
}

/// Writes the alternative text of each picture in its place. Without a source, browsers draw a broken picture. `markup` is
/// sanitized, and its pictures have no other attribute.
fn with_pictures_named(markup: &str) -> String {
    const PICTURE: &str = "<img alt=\"";
    let mut pieces = markup.split(PICTURE);
    let mut named = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (alternative, rest) = piece.split_once("\">").unwrap_or((piece, ""));
        named.push_str("<span class=\"picture\">");
        named.push_str(if alternative.trim().is_empty() { "picture" } else { alternative });
        named.push_str("</span>");
        named.push_str(rest);
    }
    named.replace("<img>", "<span class=\"picture\">picture</span>")
}

/// The cleaned text. The cleaner wrote its markup, but pictures would load and links would lead away.
pub(crate) fn text(markup: &str) -> String {
    static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::default();
        builder
            .add_tags(["input"])
            .generic_attributes(HashSet::from(["data-block"]))
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href"])),
                ("img", HashSet::from(["alt"])),
                ("input", HashSet::from(["checked", "disabled", "type"])),
                ("ol", HashSet::from(["start"])),
            ]))
            .url_schemes(HashSet::from(["http", "https", "mailto"]))
            .url_relative(UrlRelative::Deny)
            .attribute_filter(only_check_boxes)
            .link_rel(Some("noopener noreferrer nofollow"))
            .set_tag_attribute_value("a", "target", "_blank")
            // Code is as wide as it is, so one must be able to scroll it without a mouse.
            .set_tag_attribute_value("pre", "tabindex", "0")
            .set_tag_attribute_value("input", "aria-label", "check box");
        builder
    });
    // Terms and definitions stand outside of a list, where readers of screens do not expect them.
    let mut markup = markup.to_owned();
    for (name, other) in [("dt", "p"), ("dd", "div")] {
        markup = markup.replace(&format!("<{name}>"), &format!("<{other}>"));
        markup = markup.replace(&format!("</{name}>"), &format!("</{other}>"));
    }
    with_headings_in_order(&with_pictures_named(&BUILDER.clean(&markup).to_string()))
}

/// Gives headings levels that follow each other below the heading of the inspector, by which readers of screens find their
/// way. Pages choose levels by their looks.
fn with_headings_in_order(markup: &str) -> String {
    let mut ordered = String::with_capacity(markup.len());
    let mut level = 1;
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once("<h") {
        ordered.push_str(before);
        ordered.push_str("<h");
        rest = after;
        let Some((wanted, inside)) = after.split_once('>') else { continue };
        let Some(wanted) = wanted.parse::<u8>().ok().filter(|level| (1..=6).contains(level)) else {
            continue;
        };
        level = wanted.clamp(2, level + 1);
        let (text, after) = inside.split_once(&format!("</h{wanted}>")).unwrap_or((inside, ""));
        for piece in [&level.to_string(), ">", text, "</h", &level.to_string(), ">"] {
            ordered.push_str(piece);
        }
        rest = after;
    }
    ordered.push_str(rest);
    ordered
}

fn only_check_boxes<'a>(element: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let is_other = element == "input" && attribute == "type" && value != "checkbox";
    (!is_other).then_some(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_load_or_lead_away_goes() {
        for (markup, expected) in [
            ("<p onclick=a() data-block=3 class=x id=y>Ferry</p>", "<p data-block=\"3\">Ferry</p>"),
            ("<a href='javascript:a()'>Ferry</a>", "<a>Ferry</a>"),
            ("<a href=https://x.example target=_top>Ferry</a>", "<a>Ferry</a>"),
            (
                "<img src=https://x.example/a.png srcset='b 2x' alt=Dock onerror=a()>",
                "<span class=\"picture\">Dock</span>",
            ),
            (
                "<form action=/x><input formaction=/x type=submit value=Go></form>",
                "<form><input type=\"submit\" value=\"Go\"></form>",
            ),
            ("<base href=/x><meta http-equiv=refresh content=0><p>Ferry", "<p>Ferry</p>"),
            ("<style>@import url(//x.example)</style><script>a()</script>Ferry", "Ferry"),
            ("<svg onload=a()><use href=//x.example/a.svg /></svg>Ferry", "Ferry"),
            (
                "<p style='color: red; background-image: url(//x.example/a); position: fixed; display: none'>Ferry",
                "<p style=\"color:red\">Ferry</p>",
            ),
            (
                "<iframe src=//x.example></iframe><object data=//x.example></object><embed src=//x>Ferry",
                "Ferry",
            ),
            ("<video src=//x.example poster=//x></video><audio src=//x></audio>Ferry", "Ferry"),
        ] {
            assert_eq!(page(markup), expected, "{markup}");
        }
    }

    #[test]
    fn links_of_the_text_open_beside_it_and_pictures_do_not_load() {
        assert_eq!(
            text(
                "<p><span data-block=\"1\"><a href=\"https://x.example/\">Ferry</a><img src=\"https://x.example/a\" alt=\"Dock\"></span></p>"
            ),
            "<p><span data-block=\"1\"><a href=\"https://x.example/\" target=\"_blank\" \
             rel=\"noopener noreferrer nofollow\">Ferry</a><span class=\"picture\">Dock</span></span></p>"
        );
        assert_eq!(
            text("<input type=\"checkbox\" checked disabled>x<input type=\"image\">"),
            "<input type=\"checkbox\" checked=\"\" disabled=\"\" aria-label=\"check box\">x\
             <input aria-label=\"check box\">"
        );
    }

    #[test]
    fn headings_follow_each_other_below_that_of_the_inspector() {
        assert_eq!(
            text("<h1>A</h1>\n<h4>B <em>b</em></h4>\n<h4>C</h4>\n<h2>D</h2>\n<hr>"),
            "<h2>A</h2>\n<h3>B <em>b</em></h3>\n<h4>C</h4>\n<h2>D</h2>\n<hr>"
        );
    }
}
