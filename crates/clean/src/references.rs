//! What a text refers to, as fields of its record: its pictures and its links.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::fold::single_spaced;
use crate::kept_images::{CaptionHolders, is_picture_holder};
use crate::segment::{ElementContext, InlineSpan, PageBlock, PageImage, SegmentedPage, SpanKind};

/// Levels above a picture that are searched for its caption.
const MAX_LEVELS: usize = 8;

/// A picture that belongs to the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextImage {
    /// Its file: absolute if the URL of the page is known, else as the page has it.
    pub url: String,
    /// Its alternative text; may be empty.
    pub alt: String,
    /// The caption in the same figure or box, in one line.
    pub caption: Option<String>,
}

/// A link in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLink {
    /// Its target: absolute if the URL of the page is known, else as the page has it. The scheme is `http`, `https`
    /// or `mailto`.
    pub url: String,
    /// Its text, in one line.
    pub text: String,
}

/// The pictures of a text in document order. `kept` says which blocks are in the text, `images` which pictures belong
/// to it, and `captions` which blocks are captions of something that is kept.
pub(crate) fn text_images(
    page: &SegmentedPage,
    kept: &[bool],
    images: &[bool],
    captions: &[bool],
) -> Vec<TextImage> {
    let in_lines = kept_in_lines(page, kept, captions);
    let is_kept = |number: usize, image: &PageImage| match image.before_block {
        Some(_) => images.get(number) == Some(&true),
        None => in_lines.get(number) == Some(&true),
    };
    let pictures = page.images.iter().enumerate();
    let pictures: Vec<&PageImage> = pictures
        .filter(|(number, image)| is_kept(*number, image))
        .map(|(_, image)| image)
        .collect();
    if pictures.is_empty() {
        return Vec::new();
    }
    let captions = captions_by_holder(page, kept, images, captions);
    let text_image = |image: &PageImage| TextImage {
        url: image.src.clone(),
        alt: image.alt.clone(),
        caption: caption_of(page, image, &captions),
    };
    pictures.into_iter().map(text_image).collect()
}

/// For each picture, whether it stands in a line that is kept.
fn kept_in_lines(page: &SegmentedPage, kept: &[bool], captions: &[bool]) -> Vec<bool> {
    let mut in_lines = vec![false; page.images.len()];
    for (number, block) in page.blocks.iter().enumerate() {
        if kept.get(number) != Some(&true) && captions.get(number) != Some(&true) {
            continue;
        }
        for span in spans_of(page, block) {
            if let SpanKind::Image(image) = span.kind
                && let Some(is_kept) = in_lines.get_mut(image as usize)
            {
                *is_kept = true;
            }
        }
    }
    in_lines
}

/// The captions of pictures, by the element that holds both.
fn captions_by_holder(
    page: &SegmentedPage,
    kept: &[bool],
    images: &[bool],
    captions: &[bool],
) -> HashMap<u32, String> {
    let holders = CaptionHolders::new(page, kept, images);
    let mut by_holder: HashMap<u32, String> = HashMap::new();
    for (number, block) in page.blocks.iter().enumerate() {
        // A caption may also be in the text, where a class is kept or the model took it for content.
        let is_kept_caption = || {
            kept.get(number) == Some(&true)
                && page.element_of(block).context.has(ElementContext::FIGCAPTION_TAG)
        };
        if captions.get(number) != Some(&true) && !is_kept_caption() {
            continue;
        }
        let Some(holder) = holders.holder_of(page, number) else { continue };
        let caption = by_holder.entry(holder).or_default();
        if !caption.is_empty() {
            caption.push(' ');
        }
        caption.push_str(&single_spaced(page.text_of(block)));
    }
    by_holder
}

/// The caption in the innermost element around a picture that has one.
fn caption_of(
    page: &SegmentedPage,
    image: &PageImage,
    captions: &HashMap<u32, String>,
) -> Option<String> {
    let mut holder = image.element;
    for _ in 0..MAX_LEVELS {
        if is_picture_holder(page.element(holder).tag)
            && let Some(caption) = captions.get(&holder)
        {
            return Some(caption.clone());
        }
        holder = page.element(holder).parent;
    }
    None
}

/// The links of the blocks that are kept, in document order. A link that goes over several blocks is one.
pub(crate) fn text_links(page: &SegmentedPage, kept: &[&PageBlock]) -> Vec<TextLink> {
    let mut links: Vec<TextLink> = Vec::new();
    let mut last = None;
    for block in kept {
        let mut spans: Vec<(u32, &InlineSpan)> = spans_of(page, block)
            .filter_map(|span| match span.kind {
                SpanKind::Link(number) => Some((number, span)),
                _ => None,
            })
            .collect();
        spans.sort_by_key(|(_, span)| span.start);
        for (number, span) in spans {
            let text = page.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let text = single_spaced(text);
            let Some(url) = page.hrefs.get(number as usize).filter(|_| !text.is_empty()) else {
                continue;
            };
            match links.last_mut().filter(|_| last == Some(number)) {
                Some(link) => {
                    link.text.push(' ');
                    link.text.push_str(&text);
                }
                None => links.push(TextLink { url: url.clone(), text }),
            }
            last = Some(number);
        }
    }
    links
}

/// The inline markup in the range of a block: the parts of a paragraph share the spans of the whole.
fn spans_of<'a>(
    page: &'a SegmentedPage,
    block: &PageBlock,
) -> impl Iterator<Item = &'a InlineSpan> + use<'a> {
    let (start, end) = (block.start, block.end);
    page.spans_of(block).iter().filter(move |span| span.start >= start && span.end <= end)
}

#[cfg(test)]
mod tests {
    use crate::{CleanInput, CleanOptions, Cleaner, Lexicon, Record, SiteRules};

    const PROSE: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock, where \
        engineers replaced both shafts and painted the hull below the waterline.";
    const MORE: &str = "Passengers who had waited since early spring filled the upper deck within minutes, and \
        the first crossing had been sold out for more than a month.";
    const REST: &str = "The company expects about four hundred thousand travellers this year, slightly more than \
        before the repair, and plans to add a late crossing on Saturdays.";

    fn cleaned(options: CleanOptions, body: &str) -> Record {
        let page = format!(
            "<html><body><nav><a href=/><img src=/logo-of-the-house.png>Home</a> <a href=/sport>Sport</a></nav>\
             <article><h1>The ferry is back</h1><p>{PROSE}</p>{body}<p>{REST}</p></article></body></html>"
        );
        let cleaner = Cleaner::new(options, Lexicon::embedded(), SiteRules::default());
        let input = CleanInput::new("page.html", page.as_bytes());
        cleaner.clean(&input.url("https://news.example/2026/ferry"))
    }

    fn images(body: &str) -> Vec<(String, String, Option<String>)> {
        let record = cleaned(CleanOptions::default().images(true), body);
        record.images.into_iter().map(|image| (image.url, image.alt, image.caption)).collect()
    }

    fn links(body: &str) -> Vec<(String, String)> {
        let record = cleaned(CleanOptions::default().links(true), body);
        record.links.into_iter().map(|link| (link.url, link.text)).collect()
    }

    fn image(url: &str, alt: &str, caption: Option<&str>) -> (String, String, Option<String>) {
        (url.to_owned(), alt.to_owned(), caption.map(str::to_owned))
    }

    fn link(url: &str, text: &str) -> (String, String) {
        (url.to_owned(), text.to_owned())
    }

    #[test]
    fn pictures_come_in_order_with_their_captions() {
        let body = format!(
            "<figure><img src=quay.jpg alt='The quay'><figcaption>The quay in <b>March</b>.</figcaption></figure>\
             <p>{MORE}</p><p><img src=/hull.jpg></p><p>On Friday it sails to the islands in the north for the first time since the year 2011, with 900 people.</p>\
             <figure><img src=deck.jpg alt=Deck><figcaption>The deck.</figcaption></figure>"
        );
        let expected = [
            image("https://news.example/2026/quay.jpg", "The quay", Some("The quay in March.")),
            image("https://news.example/hull.jpg", "", None),
            image("https://news.example/2026/deck.jpg", "Deck", Some("The deck.")),
        ];
        assert_eq!(images(&body), expected);
    }

    #[test]
    fn pictures_of_a_gallery_have_their_own_captions() {
        let body = "<figure><figure><img src=a.jpg><figcaption>Bow.</figcaption></figure>\
                    <figure><img src=b.jpg><figcaption>Stern.</figcaption></figure></figure>";
        let expected = [
            image("https://news.example/2026/a.jpg", "", Some("Bow.")),
            image("https://news.example/2026/b.jpg", "", Some("Stern.")),
        ];
        assert_eq!(images(body), expected);
    }

    #[test]
    fn a_caption_that_stays_in_the_text_is_still_a_caption() {
        let body = "<figure><img src=a.jpg><figcaption>The bow.</figcaption></figure>";
        let options = CleanOptions::default().images(true).keep([crate::ClutterClass::Caption]);
        let record = cleaned(options, body);
        assert!(record.text.contains("The bow."));
        assert_eq!(record.images[0].caption.as_deref(), Some("The bow."));
    }

    #[test]
    fn links_of_the_text_come_in_order_and_as_often_as_they_occur() {
        let body = format!(
            "<p>{MORE} The <a href=/port>port <b>office</b></a> and \
             <a href='https://sea.example/'>the sea</a> agree, said <a href=/port>the port</a>, as reported by \
             <a href='javascript:void(0)'>all</a>.</p>"
        );
        let expected = [
            link("https://news.example/port", "port office"),
            link("https://sea.example/", "the sea"),
            link("https://news.example/port", "the port"),
        ];
        assert_eq!(links(&body), expected);
    }

    #[test]
    fn links_of_menus_and_pictures_without_text_are_none_of_the_text() {
        assert_eq!(links("<p><a href=/big><img src=/hull.jpg></a></p>"), []);
    }

    #[test]
    fn what_was_not_requested_is_absent() {
        let body = "<p><a href=/port>The port</a><img src=/hull.jpg></p>";
        let record = cleaned(CleanOptions::default().markdown(true), body);
        assert_eq!((record.images, record.links), (Vec::new(), Vec::new()));
        let json = serde_json::to_value(cleaned(CleanOptions::default(), body)).unwrap();
        assert!(json.get("images").is_none() && json.get("links").is_none());
    }

    #[test]
    fn requesting_links_and_pictures_changes_nothing_else() {
        let body =
            "<p>Ask at the <a href=/port>port office</a>, which is open.<img src=/hull.jpg></p>";
        for options in [CleanOptions::default(), CleanOptions::default().markdown(true)] {
            let options = options.explain(true);
            let plain = cleaned(options.clone(), body);
            let mut full = cleaned(options.images(true).links(true), body);
            assert!(!std::mem::take(&mut full.images).is_empty());
            assert!(!std::mem::take(&mut full.links).is_empty());
            assert_eq!(full, plain);
        }
    }
}
