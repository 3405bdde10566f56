//! Pictures that belong to what a page says, and where their files are.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::{Node, node};

use super::attribute::{attribute, is_hiding};
use super::links::LinkResolver;
use crate::fold::single_spaced;

/// A picture of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageImage {
    /// The element around it.
    pub(crate) element: u32,
    /// The number of blocks before it, if it stands by itself. `None` if it stands in a line of text, where a span
    /// of [`super::SpanKind::Image`] marks its place.
    pub(crate) before_block: Option<u32>,
    /// Resolved and checked, as a link.
    pub(crate) src: String,
    /// The alternative text, in one line. May be empty.
    pub(crate) alt: String,
    /// The link that holds it and nothing else, with the index of its target in [`super::SegmentedPage::hrefs`].
    pub(crate) link: Option<u32>,
    /// Whether it stands in a cell of a row that has no text ([`super::SegmentedPage::image_rows`]).
    pub(crate) in_image_row: bool,
}

impl PageImage {
    /// Whether it stands between blocks, and not in a line or a cell.
    pub(crate) fn stands_alone(&self) -> bool {
        self.before_block.is_some() && !self.in_image_row
    }
}

/// Whether a link to this target only shows the file of a picture, often the same in another size.
pub(super) fn is_picture_file(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let end = path.rsplit('.').next().unwrap_or_default();
    ["jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "bmp", "tif", "tiff"]
        .iter()
        .any(|known| end.eq_ignore_ascii_case(known))
}

/// Sides in pixels of pictures that are icons and counters.
const MAX_ICON_PIXELS: u32 = 32;
/// Bytes of an alternative text. A longer one is cut.
const MAX_ALT_BYTES: usize = 2000;

/// Attributes with the file of a picture that is loaded later, in the order of preference.
const LAZY_SOURCES: [&str; 4] = ["data-src", "data-lazy-src", "data-original", "data-orig-file"];

/// The source and the alternative text of an image that is shown for its content. `None` for icons, counters and
/// pictures without a file.
pub(super) fn content_image(
    node: NodeRef<'_, Node>,
    links: &mut LinkResolver<'_>,
) -> Option<(String, String)> {
    let image = node
        .descendants()
        .find_map(|inner| inner.value().as_element().filter(|element| element.name() == "img"))?;
    if is_decoration(image) {
        return None;
    }
    let sources = node.descendants().filter_map(|inner| {
        inner.value().as_element().filter(|element| element.name() == "source")
    });
    let from_picture = || {
        let mut sources = sources;
        sources.find_map(srcset_of)
    };
    let src = plain_source(image)
        .map(str::to_owned)
        .or_else(|| srcset_of(image))
        .or_else(from_picture)?;
    let src = links.resolve(&src).filter(|src| !src.starts_with("mailto:"))?;
    let alt = attribute(image, &local_name!("alt")).unwrap_or_default();
    let alt = alt.get(..alt.floor_char_boundary(MAX_ALT_BYTES)).unwrap_or_default();
    Some((src, single_spaced(alt)))
}

/// The text that a picture of a character stands for, such as an emoji. `None` for all others.
pub(super) fn character_of(image: &node::Element) -> Option<&str> {
    let class = attribute(image, &local_name!("class"))?;
    let is_emoji = class
        .split_ascii_whitespace()
        .any(|name| matches!(name, "emoji" | "wp-smiley" | "twemoji" | "emojione" | "Emoji"));
    let alt = attribute(image, &local_name!("alt"))?.trim();
    (is_emoji && !alt.is_empty() && alt.len() <= 40).then_some(alt)
}

fn is_decoration(image: &node::Element) -> bool {
    let side =
        |name| image.attr(name).and_then(|value| value.trim().trim_end_matches("px").parse().ok());
    let is_small = |name| side(name).is_some_and(|pixels: u32| pixels <= MAX_ICON_PIXELS);
    let has_alt = attribute(image, &local_name!("alt")).is_some_and(|alt| !alt.trim().is_empty());
    let is_hidden = !has_alt
        && attribute(image, &local_name!("role"))
            .is_some_and(|role| matches!(role, "presentation" | "none"))
        || attribute(image, &local_name!("aria-hidden")) == Some("true")
        || attribute(image, &local_name!("hidden")).is_some()
        || attribute(image, &local_name!("style")).is_some_and(is_hiding);
    let has_name = attribute(image, &local_name!("class")).is_some_and(|class| {
        class.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
            matches!(
                word,
                "avatar"
                    | "gravatar"
                    | "icon"
                    | "icons"
                    | "emoji"
                    | "smiley"
                    | "logo"
                    | "spacer"
                    | "pixel"
                    | "tracking"
                    | "author"
                    | "profile"
                    | "sprite"
                    | "badge"
                    | "flag"
            )
        })
    });
    is_small("width") || is_small("height") || is_hidden || has_name
}

/// The file of an image that no style of the page chooses.
fn plain_source(image: &node::Element) -> Option<&str> {
    let src = attribute(image, &local_name!("src"))
        .map(str::trim)
        .filter(|src| !src.is_empty() && !is_placeholder(src));
    let lazy = || LAZY_SOURCES.iter().find_map(|name| image.attr(name)).map(str::trim);
    src.or_else(lazy).filter(|src| !src.is_empty() && !src.starts_with("data:"))
}

/// Whether a file stands for another until that is loaded.
fn is_placeholder(src: &str) -> bool {
    let name = src.rsplit('/').next().unwrap_or_default();
    src.starts_with("data:")
        || src.starts_with("about:")
        || [
            "placeholder",
            "blank.gif",
            "spacer",
            "1x1",
            "pixel.gif",
            "transparent.",
            "loading.gif",
            "lazyload.",
        ]
        .iter()
        .any(|part| name.contains(part))
}

/// The largest file of a set: <https://html.spec.whatwg.org/multipage/images.html#srcset-attributes>
fn srcset_of(element: &node::Element) -> Option<String> {
    let set = ["srcset", "data-srcset", "data-lazy-srcset"]
        .into_iter()
        .find_map(|name| element.attr(name))?;
    let mut best: Option<(f64, &str)> = None;
    let mut rest = set.trim();
    while !rest.is_empty() {
        // A URL may have commas; the one that separates candidates follows white space or ends the URL.
        let (url, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (url, descriptor, next) = if let Some(url) = url.strip_suffix(',') {
            (url, "", after)
        } else {
            let (descriptor, next) = after.split_once(',').unwrap_or((after, ""));
            (url, descriptor.trim(), next)
        };
        let size = descriptor.trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0);
        if !url.is_empty() && !is_placeholder(url) && best.is_none_or(|(known, _)| size > known) {
            best = Some((size, url));
        }
        rest = next.trim_start();
    }
    best.map(|(_, url)| url.to_owned())
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn found(html: &str) -> Option<(String, String)> {
        let html = Html::parse_fragment(html);
        let is_image = |node: &NodeRef<'_, Node>| {
            node.value().as_element().is_some_and(|it| matches!(it.name(), "img" | "picture"))
        };
        let node = html.tree.root().descendants().find(is_image)?;
        content_image(node, &mut LinkResolver::new(None))
    }

    #[test]
    fn the_file_is_found_behind_placeholders() {
        for (html, expected) in [
            ("<img src=a.jpg alt='A  quay'>", Some(("a.jpg", "A quay"))),
            ("<img src=a.jpg>", Some(("a.jpg", ""))),
            ("<img src='data:image/gif;base64,R0' data-src=b.jpg>", Some(("b.jpg", ""))),
            ("<img src=/img/placeholder.png data-original=c.jpg>", Some(("c.jpg", ""))),
            ("<img srcset='a.jpg 320w, b.jpg 1280w, c.jpg 640w'>", Some(("b.jpg", ""))),
            ("<img data-srcset='a,b.jpg 1x, c,d.jpg 2x'>", Some(("c,d.jpg", ""))),
            ("<picture><source srcset='a.webp'><img alt=x></picture>", Some(("a.webp", "x"))),
            ("<picture><source srcset='a.webp'><img src=a.jpg></picture>", Some(("a.jpg", ""))),
            ("<img src=a.gif width=1 height=1>", None),
            ("<img src=a.png class='author-avatar'>", None),
            ("<img src=a.png role=presentation>", None),
            ("<img src='data:image/gif;base64,R0'>", None),
            ("<img src='javascript:alert(1)'>", None),
            ("<img alt=x>", None),
        ] {
            let expected = expected.map(|(src, alt)| (src.to_owned(), alt.to_owned()));
            assert_eq!(found(html), expected, "{html}");
        }
    }
}
