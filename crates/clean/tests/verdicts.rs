//! With `explain`, the blocks of a record are the whole page; and a class name alone removes no prose.

use std::path::{Path, PathBuf};
use std::{fs, io};

use copydesk_clean::{
    CleanInput, CleanOptions, Cleaner, InputKind, Lexicon, LossyMode, Record, SiteRules, TextSource,
};
use scraper::{Html, Node};

/// Elements whose text is not on the page.
const UNSEEN: [&str; 6] = ["head", "script", "style", "noscript", "template", "svg"];

/// Class names that sites give to the surroundings of articles, and sometimes to parts of articles.
const CLUTTER_NAMES: [&str; 5] = ["related", "tags", "comments", "sidebar", "promo"];

const OPENING: [&str; 3] = [
    "The lighthouse keeper's log runs from 1871 to the winter of 1903, in four different hands, and it \
     was found last autumn behind the panelling of the old customs room.",
    "Most entries are a line long: the wind, the oil, a sail to the north. But in the months when the \
     mail boat could not land, the keepers wrote at length, and mostly about food.",
    "The town library has now put the first of the six volumes on display, opened at the page where the \
     second keeper, Tamsin Orrell, describes how she shared a cheese with a stranded pilot.",
];
const MIDDLE: [&str; 3] = [
    "Orrell came to the rock at nineteen, as the wife of the first keeper, and stayed for eleven years \
     after he had left it. The log never says why he went, only that the boat took him on a Tuesday.",
    "She taught herself to repair the clockwork that turned the lens, and when the harbour office sent a \
     mechanic to inspect her work, he wrote in the margin that he had found nothing to do.",
    "Her own children were taught from the almanac and from a box of hymn books that had washed ashore, \
     and two of them later kept lights of their own, farther up the coast.",
];
const CLOSING: [&str; 2] = [
    "What the library would like to know is how the books came to be behind the wall. The panelling dates \
     from 1931, when the light had been automatic for a decade and nobody lived on the rock.",
    "Anyone who worked in the customs house before the war may still remember, the archivist says, and she \
     has left a chair beside the display case for them.",
];

fn cleaner() -> Cleaner {
    let mut options = CleanOptions::default().explain(true);
    // Repair changes words, and the tests compare blocks with the page.
    (options.repair.mojibake, options.repair.hygiene) = (false, false);
    options.repair.lossy = LossyMode::Leave;
    Cleaner::new(options, Lexicon::embedded(), SiteRules::default())
}

/// Every page and text among the fixtures and examples of the project.
fn inputs() -> io::Result<Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = Vec::new();
    for folder in ["tests/fixtures/html", "tests/fixtures/text", "examples/inputs"] {
        for entry in fs::read_dir(root.join(folder))? {
            paths.push(entry?.path());
        }
    }
    paths.sort();
    let is_input = |path: &PathBuf| {
        let name = path.to_string_lossy();
        !name.ends_with(".expected.txt")
            && [".html", ".txt", ".md"].iter().any(|suffix| name.ends_with(suffix))
    };
    let read = |path: PathBuf| fs::read_to_string(&path).map(|text| (path, text));
    let inputs: Vec<_> = paths.into_iter().filter(is_input).map(read).collect::<io::Result<_>>()?;
    assert!(inputs.len() > 40, "{}", inputs.len());
    Ok(inputs)
}

fn cleaned(path: &Path, text: &str) -> Record {
    cleaner().clean(&CleanInput::new(&path.to_string_lossy(), text.as_bytes()))
}

#[test]
fn the_kept_blocks_are_the_text_and_the_others_are_listed_as_removed() -> io::Result<()> {
    for (path, input) in inputs()? {
        let record = cleaned(&path, &input);
        let kept = record.blocks.iter().filter(|block| block.kept);
        let kept: Vec<&str> = kept.map(|block| block.text.as_str()).collect();
        assert_eq!(kept.join("\n\n"), record.text, "{}", path.display());

        let left_out = record.blocks.iter().filter(|block| !block.kept && !block.is_title);
        // What never was a block: the texts of images in Markdown, the signs of text browsers, headers.
        let is_block = |rule: &str| rule != "structure/image-text" && !rule.starts_with("unpack/");
        let mut removed = record.removed.blocks.iter().filter(|removed| is_block(&removed.rule));
        for block in left_out {
            let listed = removed.next().unwrap_or_else(|| panic!("{block:?} is not listed"));
            assert_eq!((&listed.text, &listed.place), (&block.text, &block.place));
            assert_eq!((Some(listed.class), &listed.rule), (block.class, &block.rule));
            assert!((listed.score - (1.0 - block.score)).abs() < 1e-6, "{block:?}");
        }
        assert_eq!(removed.next(), None, "{}", path.display());
        for block in &record.blocks {
            assert!((0.0..=1.0).contains(&block.score) && !block.place.is_empty(), "{block:?}");
        }
    }
    Ok(())
}

#[test]
fn all_blocks_together_are_the_page() -> io::Result<()> {
    let mut wrong = Vec::new();
    for (path, input) in inputs()? {
        let record = cleaned(&path, &input);
        let seen = match path.extension().and_then(|suffix| suffix.to_str()) {
            Some("html") => text_of(&Html::parse_document(&input)),
            Some("md") => without_targets(&input),
            _ => input,
        };
        let blocks: String = record.blocks.iter().map(|block| block.text.as_str()).collect();
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let (seen, mut blocks) = (letters(&seen), letters(&blocks));
        if record.text_source != TextSource::Visible && blocks.starts_with(&seen) {
            // What is found elsewhere follows what is visible.
            blocks.truncate(seen.len());
        }
        let same = seen.chars().zip(blocks.chars()).take_while(|(a, b)| a == b).count();
        let rest = |text: &str| text.chars().skip(same).take(60).collect::<String>();
        if seen != blocks {
            let (path, seen, blocks) = (path.display(), rest(&seen), rest(&blocks));
            wrong.push(format!("{path}: the page goes on {seen:?}, the blocks {blocks:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Markdown without images, which are not text, and without the targets of links.
fn without_targets(markdown: &str) -> String {
    without(&without(markdown, "![", ")"), "](", ")")
}

/// A text without everything from each `from` to the next `to`.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(to).map_or("", |(_, rest)| rest))
}

fn text_of(html: &Html) -> String {
    let is_unseen = |node: &Node| node.as_element().is_some_and(|it| UNSEEN.contains(&it.name()));
    html.tree
        .root()
        .descendants()
        .filter(|node| !node.ancestors().any(|above| is_unseen(above.value())))
        .filter_map(|node| node.value().as_text().map(|text| text.to_string()))
        .collect()
}

#[test]
fn a_class_name_alone_removes_no_section_of_prose() {
    let sections = |name: &str| {
        let [opening, middle, closing] = [&OPENING[..], &MIDDLE, &CLOSING]
            .map(|part| format!("<p>{}</p>", part.join("</p><p>")));
        let section = format!("<div class=\"{name}\">{middle}</div>");
        [
            ("in the middle", format!("<article>{opening}{section}{closing}</article>")),
            ("at the end", format!("<article>{opening}{closing}{section}</article>")),
            ("beside", format!("<main>{opening}{closing}</main>{section}")),
            (
                "with a heading",
                format!(
                    "<article>{opening}<section class=\"{name}\"><h2>Orrell's years</h2>{middle}</section>{closing}</article>"
                ),
            ),
            ("around it all", format!("<div class=\"{name}\">{opening}{middle}{closing}</div>")),
        ]
    };
    let mut wrong = Vec::new();
    for name in CLUTTER_NAMES {
        for (place, body) in sections(name) {
            let page = format!(
                "<!doctype html><html lang=en><head><title>A log behind the wall</title></head><body>\
                 <nav><a href=/>Home</a> <a href=/coast>Coast</a></nav>\
                 <h1>A log behind the wall</h1>{body}<footer>© Orrell Bay Library</footer></body></html>"
            );
            let input = CleanInput {
                kind: Some(InputKind::Html),
                ..CleanInput::new("log.html", page.as_bytes())
            };
            let record = cleaner().clean(&input);
            for paragraph in OPENING.iter().chain(&MIDDLE).chain(&CLOSING) {
                if !record.text.contains(paragraph) {
                    let block =
                        record.blocks.iter().find(|block| block.text == *paragraph).unwrap();
                    let score = block.score;
                    wrong
                        .push(format!("{name} {place}: {score:.2} {} {paragraph:.30}", block.rule));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_single_block_is_trusted_no_more_than_its_score_and_an_empty_text_not_at_all() {
    for text in ["one line text", "Untitled document", "The ferry sailed.", "<p>one line text</p>"]
    {
        let record = cleaner().clean(&CleanInput::new("-", text.as_bytes()));
        assert_eq!(record.blocks.len(), 1, "{text}");
        let (confidence, score) = (record.quality.confidence, record.blocks[0].score);
        assert!(confidence > 0.0 && confidence <= score, "{text}: {confidence} of {score}");
    }
    for text in ["Home", "<p>Subscribe to our newsletter for more.</p>", ""] {
        let record = cleaner().clean(&CleanInput::new("-", text.as_bytes()));
        assert_eq!(record.text, "");
        assert_eq!(record.quality.confidence.to_bits(), 0.0f32.to_bits(), "{text}");
        // Not -0, which is another number in JSON.
        assert_eq!(record.quality.kept_ratio.to_bits(), 0.0f32.to_bits(), "{text}");
    }
}
