//! Groups of texts without a URL.

use copydesk_clean::{
    CleanInput, CleanOptions, Cleaner, InputKind, Lexicon, Record, SiteRules, TextGroup,
};

use super::*;

const ADVERT: &str = "Thirty knots that every sailor on this coast should know by heart, drawn by the keeper of \
                      the old lighthouse and printed on sailcloth that no rain will ever spoil.";
const QUOTATION: &str = "“I have kept this lighthouse for forty years, and in all that time I have not seen a \
                         sea like the one that came over the wall on Sunday,” he told the council.";
const SYNDICATED: [&str; 4] = [
    "The ministry measured the tide at eleven harbors along the coast and found that it rose higher than in any \
     spring since the gauges were built, which was before the war.",
    "It had asked the harbor towns for their own figures in the autumn, and most of them sent what the keepers of \
     their gauges had written down over the years.",
    "Nobody at the ministry would say whether the walls are going to be raised, or who is to pay for the stone if \
     the towns along the coast cannot.",
    "A report with the figures of every harbor is expected before the summer, and the council will hear of it \
     from the ministry in a closed session.",
];

/// A paragraph that no other text has.
fn own(number: usize) -> String {
    let who =
        ["teacher", "pilot", "baker", "judge", "dentist", "surveyor", "beekeeper"][number % 7];
    let what =
        ["bridge", "orchard", "ferry", "museum", "quarry", "lantern", "weir", "tram"][number % 8];
    format!(
        "In the valley a {who} sold the {what} that her family had kept since the flood of {}, and nobody asked \
         what had become of the rest. It was too small for a {who} of her kind, said {} of the {} neighbors.",
        1400 + number,
        number * 3 + 2,
        number * 5 + 9
    )
}

/// Texts of four paragraphs, with what `added` gives before the paragraph of this number.
fn texts(count: usize, added: impl Fn(usize) -> Option<(usize, String)>) -> Vec<String> {
    let text = |number: usize| {
        let mut lines: Vec<String> = (0..4).map(|part| own(number * 4 + part)).collect();
        if let Some((at, line)) = added(number) {
            lines.insert(at, line);
        }
        lines.join("\n")
    };
    (0..count).map(text).collect()
}

fn cleaner() -> Cleaner {
    let mut options = CleanOptions::default();
    options.explain = true;
    Cleaner::new(options, Lexicon::embedded(), SiteRules::default())
}

fn input(text: &str) -> CleanInput<'_> {
    CleanInput::new("quay/1.txt", text.as_bytes())
        .kind(InputKind::Text)
        .group(TextGroup::Folder("quay"))
}

fn counted(texts: &[String]) -> SiteCounter {
    let cleaner = cleaner();
    let mut counter = SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
    for text in texts {
        counter.add(&cleaner.fingerprints(&input(text)));
    }
    counter
}

fn clean(texts: &[String], counter: &SiteCounter) -> Vec<Record> {
    let cleaner = cleaner();
    let clean =
        |text: &String| cleaner.clean(&CleanInput { recurrence: Some(counter), ..input(text) });
    texts.iter().map(clean).collect()
}

/// The lines that the counts remove beyond what the cleaner removes by itself.
fn lost(texts: &[String]) -> Vec<String> {
    let (counter, cleaner) = (counted(texts), cleaner());
    let mut lost = Vec::new();
    for (text, with) in texts.iter().zip(clean(texts, &counter)) {
        let alone = cleaner.clean(&input(text)).text;
        lost.extend(alone.lines().filter(|line| !with.text.contains(*line)).map(str::to_owned));
    }
    lost
}

#[test]
fn an_advert_in_a_few_texts_of_a_mixed_folder_goes() {
    let texts = texts(40, |number| (number % 8 == 3).then(|| (1 + number % 3, ADVERT.to_owned())));
    assert_eq!(lost(&texts), [ADVERT; 5]);
    let records = clean(&texts, &counted(&texts));
    let removed = &records[3].removed.blocks[0];
    assert_eq!((removed.text.as_str(), removed.rule.as_str()), (ADVERT, "group/recurs"));
    assert_eq!(removed.evidence[0], "stands in 5 of 40 texts of this group");
    assert_eq!(records[4].text.lines().filter(|line| !line.is_empty()).count(), 4);
}

#[test]
fn an_advert_is_known_from_the_ends_of_paragraphs() {
    // Glued to a paragraph in four texts, alone in one.
    let texts = texts(40, |number| {
        let glued = || format!("{} {ADVERT}", own(number + 1_000));
        match number {
            35 => Some((2, ADVERT.to_owned())),
            _ => (number % 8 == 3).then(|| (2, glued())),
        }
    });
    let records = clean(&texts, &counted(&texts));
    assert!(records.iter().all(|record| !record.text.contains(ADVERT)));
    assert!(records[3].text.contains(&own(1_003)));
    let cut = &records[3].removed.blocks[0];
    assert_eq!((cut.text.as_str(), cut.rule.as_str()), (ADVERT, "group/recurs"));
    assert_eq!(cut.evidence, ["stands in 5 of 40 texts of this group"]);
    assert_eq!(
        records[35].removed.blocks[0].evidence[0],
        "its sentences stand in 5 of 40 texts of this group"
    );
}

#[test]
fn what_articles_share_stays() {
    let no_lines: [String; 0] = [];
    for shared in [
        QUOTATION,
        "How it all began",
        "The Long Way Home of the Last Lighthouse Keeper",
        "PORT ELLEN",
    ] {
        let texts =
            texts(40, |number| (number % 5 == 3).then(|| (1 + number % 3, shared.to_owned())));
        assert_eq!(lost(&texts), no_lines, "{shared}");
    }
    // An agency's passage, a headline that other texts link to, and one article in several versions.
    let passage = SYNDICATED.join("\n");
    assert_eq!(
        lost(&texts(40, |number| (number % 8 == 3).then(|| (2, passage.clone())))),
        no_lines
    );
    let two_lines = SYNDICATED[..2].join("\n");
    let copies =
        texts(40, |number| (number % 8 == 3).then(|| (0, format!("{two_lines}\n{}", own(2_000)))));
    assert_eq!(lost(&copies), no_lines);
    let mut versions = texts(20, |_| None);
    versions.extend(
        (0..6).map(|version| format!("{}\nUpdated {version} times.\n{passage}", own(3_000))),
    );
    assert_eq!(lost(&versions), no_lines);
    assert_eq!(counted(&versions).profile("folder:quay").unwrap().pages, 21);
}

#[test]
fn four_texts_and_those_with_a_host_have_no_group() {
    let few = texts(4, |_| Some((2, ADVERT.to_owned())));
    assert_eq!(lost(&few).len(), 0);
    let text = own(1);
    let input = CleanInput { url: Some("https://quay.example/1"), ..input(&text) };
    assert_eq!(cleaner().fingerprints(&input).site.as_deref(), Some("quay.example"));
    let page = CleanInput { kind: Some(InputKind::Html), ..super::group_tests::input(&text) };
    assert_eq!(cleaner().fingerprints(&page).site, None);
}

#[test]
fn the_profile_of_a_group_is_kept_for_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = ProfileFolder::new(folder.path());
    let first = texts(40, |number| (number % 8 == 3).then(|| (1 + number % 3, ADVERT.to_owned())));
    let profile = counted(&first).profile("folder:quay").unwrap();
    profiles.write(&profile).unwrap();
    assert!(folder.path().join("folder%3aquay.json").exists());
    let today = parse_day("2026-05-04").unwrap();
    let (mut counter, _) = profiles.counter(CountLimits::default(), today, 180).unwrap();
    assert_eq!(counter.profile("folder:quay").as_ref(), Some(&profile));
    // The same texts again, and one of them in another version, are no further texts.
    let cleaner = cleaner();
    assert!(!counter.add(&cleaner.fingerprints(&input(&first[0]))));
    assert!(
        !counter.add(&cleaner.fingerprints(&input(&format!("{}\nCorrected on Monday.", first[5]))))
    );
    let next = [format!("{}\n{ADVERT}\n{}", own(5_000), own(5_001))];
    assert!(!clean(&next, &counter)[0].text.contains(ADVERT));
    // Two halves add up to the whole.
    let [left, right] =
        [&first[..20], &first[20..]].map(|half| counted(half).profile("folder:quay").unwrap());
    let merged = left.merge(&right).unwrap();
    let advert = |profile: &SiteProfile| {
        let blocks = profile.blocks.iter().filter(|block| block.sample.starts_with("Thirty knots"));
        blocks.map(|block| (block.kind.clone(), block.pages)).collect::<Vec<_>>()
    };
    assert_eq!(merged.pages, 40);
    assert_eq!(advert(&merged), advert(&profile));
}
