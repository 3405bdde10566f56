//! Properties that hold for every input, tested on generated ones: random bytes, markup soup, scraped lines.
//!
//! `PROPTEST_CASES=20000 cargo test -p copydesk-clean --test properties` tries more of them. `make test` fixes the seed.

mod soup;

use std::collections::HashMap;
use std::sync::LazyLock;

use copydesk_clean::{
    CleanInput, CleanOptions, Cleaner, InputKind, Lexicon, LossyMode, Record, RecordOutcome,
    SiteRules, TextSource,
};
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use scraper::{Html, HtmlTreeSink, Node};

/// A cleaner with every option on, so that every stage runs.
static CLEANER: LazyLock<Cleaner> = LazyLock::new(cleaner);
static ANOTHER: LazyLock<Cleaner> = LazyLock::new(cleaner);

fn cleaner() -> Cleaner {
    let mut options =
        CleanOptions::default().markdown(true).html(true).comments(true).explain(true);
    // Repair changes words, and the properties compare words with the input.
    (options.repair.mojibake, options.repair.hygiene) = (false, false);
    options.repair.lossy = LossyMode::Leave;
    Cleaner::new(options, Lexicon::embedded(), SiteRules::default())
}

/// A cleaner as it is by default, but for what it reports.
static REPAIRER: LazyLock<Cleaner> = LazyLock::new(|| {
    let options = CleanOptions::default().markdown(true).html(true).explain(true);
    Cleaner::new(options, Lexicon::embedded(), SiteRules::default())
});

/// The text of a record and the texts of what was removed, with everything that a record says in fields.
fn texts_of_record(record: &Record) -> Vec<&str> {
    let fields = [&record.title, &record.author, &record.description, &record.sitename];
    let removed = record.removed.blocks.iter().map(|block| block.text.as_str());
    let fields = fields.into_iter().flatten().chain(&record.tags).chain(&record.categories);
    [record.text.as_str()].into_iter().chain(removed).chain(fields.map(String::as_str)).collect()
}

/// Checks that the first and the last word of each block are in the text, a field or a removed block, and that
/// something is left of what was between them, or was removed by itself. What it says may have changed: it was damaged.
fn check_that_nothing_is_lost(
    input: &str,
    kind: InputKind,
    words: &[(String, String)],
) -> Result<(), TestCaseError> {
    let input = CleanInput::new("input", input.as_bytes());
    let record = REPAIRER.clean(&CleanInput { kind: Some(kind), ..input });
    let texts = texts_of_record(&record);
    for (first, last) in words {
        for word in [first, last] {
            let is_there = texts.iter().any(|text| text.contains(word.as_str()));
            prop_assert!(is_there, "{word} is lost: {record:?}");
        }
        let between = texts.iter().find_map(|text| {
            let (_, rest) = text.split_once(first.as_str())?;
            rest.split_once(last.as_str()).map(|(text, _)| text)
        });
        let has_words = between.is_none_or(|text| !text.trim().is_empty());
        // Sentences that a line repeats over and over are removed from inside it.
        let are_removed = !record.removed.blocks.is_empty();
        prop_assert!(
            has_words || are_removed,
            "nothing is left between {first} and {last}: {record:?}"
        );
    }
    let has_reason = record.outcome != RecordOutcome::Empty || !record.removed.counts.is_empty();
    prop_assert!(has_reason, "empty without a reason: {record:?}");
    Ok(())
}

fn clean(bytes: &[u8], kind: Option<InputKind>) -> Record {
    CLEANER.clean(&CleanInput { kind, ..CleanInput::new("input", bytes) })
}

fn kinds() -> impl Strategy<Value = Option<InputKind>> {
    prop_oneof![Just(None), Just(Some(InputKind::Html)), Just(Some(InputKind::Text))]
}

fn config(cases: u32) -> ProptestConfig {
    // PROPTEST_CASES overrides the number.
    let is_given = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if is_given { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..default
    }
}

/// The text without invisible characters.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| {
            c.is_whitespace()
                || !(c.is_control()
                    || matches!(
                        c,
                        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}'
                    ))
        })
        .collect()
}

/// Runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether `few` is a subsequence of `many`.
fn is_subsequence<T: PartialEq>(
    few: impl IntoIterator<Item = T>,
    many: impl IntoIterator<Item = T>,
) -> bool {
    let mut many = many.into_iter();
    few.into_iter().all(|one| many.any(|other| other == one))
}

/// The text of all text nodes as a browser's parser sees them, with scripting and without; of each
/// also without that of elements which stand within words (the parentheses of reading aids).
fn text_contents(page: &str) -> Vec<String> {
    let contents = |scripting_enabled| {
        let tree_builder = TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() };
        let sink = HtmlTreeSink::new(Html::new_document());
        let html =
            parse_document(sink, ParseOpts { tree_builder, ..ParseOpts::default() }).one(page);
        let within_words = ["script", "style", "template", "rp"];
        let unscripted = ["script", "style", "template", "rp", "noscript"];
        [text_of(&html, &[]), text_of(&html, &within_words), text_of(&html, &unscripted)]
    };
    [true, false].into_iter().flat_map(contents).collect()
}

/// A page as it is written, with its character references read, those of data in scripts as well.
fn read_references(page: &str) -> String {
    text_of(&Html::parse_document(&page.replace('<', "&lt;")), &[])
}

fn text_of(html: &Html, skip: &[&str]) -> String {
    let is_skipped = |node: &Node| node.as_element().is_some_and(|it| skip.contains(&it.name()));
    html.tree
        .root()
        .descendants()
        .filter(|node| !node.ancestors().any(|above| is_skipped(above.value())))
        .filter_map(|node| node.value().as_text().map(|text| visible(text)))
        .collect()
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn bytes_of_any_kind_give_a_record(
        bytes in vec(any::<u8>(), 0..2048),
        kind in kinds(),
        charset in prop_oneof![Just(None), Just(Some("utf-16le")), Just(Some("iso-2022-jp")),
            Just(Some("shift_jis")), Just(Some("no such charset"))],
    ) {
        let input = CleanInput { kind, charset, ..CleanInput::new("input", &bytes) };
        let record = CLEANER.clean(&input);
        prop_assert_eq!(record.source, "input");
        CLEANER.inspect(&input);
    }

    #[test]
    fn any_text_gives_a_record(text in "\\PC{0,400}|[<>&;/'\"=!\\-a-d \n\\[\\]]{0,400}", kind in kinds()) {
        clean(text.as_bytes(), kind);
    }

    #[test]
    fn a_page_cut_anywhere_gives_a_record(page in soup::page(), at in any::<prop::sample::Index>()) {
        let bytes = page.as_bytes();
        clean(&bytes[..at.index(bytes.len() + 1)], Some(InputKind::Html));
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn cleaning_invents_no_text(page in soup::page()) {
        let record = clean(page.as_bytes(), Some(InputKind::Html));
        let contents = text_contents(&page);
        if record.text_source != TextSource::Visible {
            // What is found elsewhere follows what is visible, and there is no telling how a browser would show it.
            let as_written = [page.clone(), read_references(&page)];
            for word in words(&record.text) {
                let mut sources = contents.iter().chain(&as_written);
                let is_there = sources.any(|all| is_subsequence(word.chars(), all.chars()));
                prop_assert!(is_there, "{word:?} is nowhere on the page");
            }
            return Ok(());
        }
        for word in words(&record.text) {
            prop_assert!(
                contents.iter().any(|content| content.contains(word)),
                "{word:?} is not on the page"
            );
        }
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
        prop_assert!(
            contents.iter().any(|all| is_subsequence(letters(&record.text), letters(all))),
            "not in the order of the page: {:?}",
            record.text
        );
    }

    #[test]
    fn every_word_of_a_damaged_page_is_in_the_record((page, words) in soup::damaged::page()) {
        check_that_nothing_is_lost(&page, InputKind::Html, &words)?;
    }

    #[test]
    fn every_word_of_a_damaged_text_is_in_the_record((text, words) in soup::damaged::lines()) {
        check_that_nothing_is_lost(&text, InputKind::Text, &words)?;
    }

    #[test]
    fn cleaning_text_invents_no_text(text in soup::lines()) {
        let record = clean(text.as_bytes(), Some(InputKind::Text));
        let input = visible(&text);
        // Signs between letters may be markers: "a`b`" is one word in Markdown.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
        prop_assert!(is_subsequence(letters(&record.text), letters(&input)), "{:?}", record.text);
    }

    #[test]
    fn the_same_bytes_give_the_same_record(page in soup::page(), kind in kinds()) {
        // Two cleaners have different hash seeds, so anything that depends on the order of a map differs.
        let input = CleanInput { kind, ..CleanInput::new("input", page.as_bytes()) };
        let [one, other] =
            [&CLEANER, &ANOTHER].map(|cleaner| serde_json::to_string(&cleaner.clean(&input)).unwrap());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_removed_block_is_counted_and_explained(text in soup::lines()) {
        let record = clean(text.as_bytes(), Some(InputKind::Text));
        let mut counts = HashMap::new();
        for block in &record.removed.blocks {
            *counts.entry(block.class).or_insert(0) += 1;
            prop_assert!(!block.rule.is_empty(), "{block:?}");
            prop_assert!((0.0..=1.0).contains(&block.score), "{block:?}");
        }
        prop_assert_eq!(counts, record.removed.counts.into_iter().collect::<HashMap<_, _>>());
        prop_assert!((0.0..=1.0).contains(&record.quality.confidence));
        prop_assert!((0.0..=1.0).contains(&record.quality.kept_ratio));
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn clean_text_stays_as_it_is(text in soup::article()) {
        let once = clean(text.as_bytes(), Some(InputKind::Text)).text;
        let twice = clean(once.as_bytes(), Some(InputKind::Text)).text;
        prop_assert_eq!(once, twice);
    }
}
