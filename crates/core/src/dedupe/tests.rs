//! Compares what is found with a count of shingles by independent code.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::time::{Duration, Instant};

use copydesk_clean::{CleanInput, Cleaner, InputKind, Record, RecordOutcome};

use super::signature::NearSignature;
use super::sketch::BottomKSketch;
use super::*;
use crate::error::ErrorKind;

/// A random generator with the same numbers on every platform (xorshift64*; Vigna, 2016).
struct TestRandom(u64);

impl TestRandom {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % end
    }

    fn share(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }

    /// A word. The first words of the vocabulary are the most frequent, as in any language.
    fn word(&mut self) -> String {
        let rank = whole(9000f64.powf(self.share()));
        let syllables = ["ba", "ke", "li", "mo", "nu", "sar", "ten", "vig", "dro", "pel"];
        let mut word = String::new();
        let mut rest = rank + 10;
        while rest > 0 {
            word.push_str(syllables[rest % 10]);
            rest /= 10;
        }
        word
    }

    fn ideograph(&mut self) -> String {
        let rank = u32::try_from(whole(2000f64.powf(self.share()))).unwrap();
        char::from_u32(0x4E00 + rank).unwrap().to_string()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(number: f64) -> usize {
    number as usize
}

/// Two texts with about the share `alike` of their shingles in common: edited here and there, or in one
/// place, or with something added at the end.
fn pair(random: &mut TestRandom, alike: f64) -> (Vec<String>, Vec<String>) {
    let is_spaced = random.below(5) > 0;
    let token =
        |random: &mut TestRandom| if is_spaced { random.word() } else { random.ideograph() };
    let spread = [100, 400, 2000][random.below(3)];
    let length = 60 + random.below(spread);
    let first: Vec<String> = (0..length).map(|_| token(random)).collect();
    let mut second = first.clone();
    let in_both = 2.0 * alike / (1.0 + alike);
    match random.below(3) {
        0 => {
            let size = if is_spaced { 3.0 } else { 5.0 };
            let changed = 1.0 - in_both.powf(1.0 / size);
            for word in &mut second {
                if random.share() < changed {
                    *word = token(random);
                }
            }
        }
        1 => {
            let changed = whole(length as f64 * (1.0 - in_both));
            let start = random.below(length - changed);
            for word in &mut second[start..start + changed] {
                *word = token(random);
            }
        }
        _ => {
            let added = whole(length as f64 * (1.0 / alike - 1.0));
            second.extend((0..added).map(|_| token(random)));
        }
    }
    (first, second)
}

/// Jaccard's coefficient of the shingles, as strings.
fn jaccard(first: &[String], second: &[String]) -> f64 {
    let is_ideographic = first[0].chars().any(|c| c > '\u{4E00}');
    let shingles = |words: &[String]| -> HashSet<String> {
        words.windows(if is_ideographic { 5 } else { 3 }).map(|shingle| shingle.join(" ")).collect()
    };
    let (first, second) = (shingles(first), shingles(second));
    let both = first.intersection(&second).count();
    both as f64 / (first.len() + second.len() - both) as f64
}

fn record(text: &str) -> Record {
    Record {
        outcome: RecordOutcome::Ok,
        text: text.into(),
        fingerprint: format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes())),
        ..Record::default()
    }
}

fn signature(text: &str) -> TextSignature {
    TextSigner::new(0.8).sign(&record(text)).unwrap()
}

fn options() -> DedupeOptions {
    DedupeOptions::default()
}

#[test]
fn of_two_thousand_pairs_those_above_the_threshold_are_found_and_no_others() {
    let mut random = TestRandom(7);
    let mut duplicates = DuplicateIndex::new(&options()).unwrap();
    let signer = TextSigner::new(0.8);
    let (mut pairs, mut above, mut found, mut reported, mut right) = (0, 0, 0, 0, 0);
    while pairs < 2000 {
        let alike = 0.5 + random.share() / 2.0;
        let (first, second) = pair(&mut random, alike);
        let truly = jaccard(&first, &second);
        if truly < 0.5 {
            continue;
        }
        pairs += 1;
        let name = format!("{pairs}");
        let mut admit = |words: &[String]| {
            let signature = signer.sign(&record(&words.join(" "))).unwrap();
            duplicates.admit(&signature, &name).unwrap()
        };
        assert_eq!(admit(&first), None, "pair {pairs} is like an earlier one");
        let answer = admit(&second);
        above += u32::from(truly >= 0.8);
        reported += u32::from(answer.is_some());
        right += u32::from(answer.as_ref() == Some(&name) && truly >= 0.8);
        found += u32::from(answer.as_ref() == Some(&name) && truly >= 0.8);
    }
    let recall = f64::from(found) / f64::from(above);
    let precision = f64::from(right) / f64::from(reported);
    println!(
        "{pairs} pairs, {above} at 0.8 or above: recall {recall:.4}, precision {precision:.4}"
    );
    assert!((700..=900).contains(&above), "{above}");
    assert!(recall >= 0.95, "{recall}");
    assert!(precision >= 0.98, "{precision}");
}

#[test]
fn a_copy_names_the_first_whatever_its_case_and_punctuation() {
    let cleaner = Cleaner::default();
    let clean = |text: &str| {
        let input =
            CleanInput { kind: Some(InputKind::Text), ..CleanInput::new("", text.as_bytes()) };
        cleaner.clean(&input)
    };
    let signer = TextSigner::new(0.8);
    let mut duplicates = DuplicateIndex::new(&options()).unwrap();
    let text =
        "The ferry sailed again on Monday after nine weeks in dock, the harbour master said.";
    let mut admit =
        |text: &str, source: &str| duplicates.admit(&signer.sign(&clean(text)).unwrap(), source);
    assert_eq!(admit(text, "a").unwrap(), None);
    let loud = text.to_uppercase().replace(',', " -");
    assert_eq!(admit(&loud, "b").unwrap().as_deref(), Some("a"));
    // Fifteen words: one other word is another text.
    assert_eq!(admit(&text.replace("nine", "ten"), "c").unwrap(), None);
}

#[test]
fn pages_of_one_template_are_compared_with_a_few_only_and_copies_still_found() {
    let mut random = TestRandom(11);
    let template: Vec<String> = (0..300).map(|_| random.word()).collect();
    let mut duplicates = DuplicateIndex::new(&options()).unwrap();
    let texts: Vec<String> = (0..3000)
        .map(|_| {
            let own: Vec<String> = (0..150).map(|_| random.word()).collect();
            format!("{} {}", template.join(" "), own.join(" "))
        })
        .collect();
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(duplicates.admit(&signature(text), &at.to_string()).unwrap(), None);
    }
    for at in (0..3000).step_by(100) {
        let copy = format!("{} with one more word or two", texts[at]);
        let found = duplicates.admit(&signature(&copy), "copy").unwrap();
        assert_eq!(found, Some(at.to_string()));
    }
}

#[test]
fn a_later_run_knows_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/duplicates");
    let text = |at: usize| {
        let mut random = TestRandom(at as u64 + 1);
        (0..100).map(|_| random.word()).collect::<Vec<_>>().join(" ")
    };
    let near = |at: usize| format!("{} and two more", text(at));
    let (mut duplicates, cut) = DuplicateIndex::open(&path, &options()).unwrap();
    assert_eq!(cut, 0);
    for at in 0..3 {
        assert_eq!(duplicates.admit(&signature(&text(at)), &format!("page {at}")).unwrap(), None);
    }
    duplicates.commit().unwrap();
    let length = duplicates.length();
    assert_eq!(length, fs::metadata(&path).unwrap().len());
    duplicates.admit(&signature(&text(3)), "page 3").unwrap();
    let marked = duplicates.length();
    duplicates.sync().unwrap();
    let in_use = DuplicateIndex::open(&path, &options()).unwrap_err();
    let ErrorKind::Duplicates { hint, .. } = in_use.kind() else { panic!("{in_use}") };
    assert_eq!(*hint, "wait for that run to end");
    drop(duplicates);

    // A resumed run continues from its checkpoint, whatever was committed; other runs from the last commit.
    let resumed = DuplicateIndex::open_at(&path, &options(), marked).unwrap();
    assert_eq!(resumed.pages(), 4);
    drop(resumed);
    let mut resumed = DuplicateIndex::open_at(&path, &options(), length).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    assert_eq!(resumed.pages(), 3);
    assert_eq!(resumed.admit(&signature(&near(2)), "b").unwrap().as_deref(), Some("page 2"));
    assert_eq!(resumed.admit(&signature(&text(3)), "page 3").unwrap(), None);
    resumed.commit().unwrap();
    drop(resumed);

    // What a killed run left is cut off, wherever it is damaged.
    let whole = fs::read(&path).unwrap();
    for end in usize::try_from(length).unwrap()..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let (duplicates, cut) = DuplicateIndex::open(&path, &options()).unwrap();
        assert_eq!((duplicates.pages(), cut), (3, end as u64 - length), "{end}");
    }
    fs::write(&path, &whole).unwrap();
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[0; 500]).unwrap();
    let (mut duplicates, cut) = DuplicateIndex::open(&path, &options()).unwrap();
    assert_eq!((duplicates.pages(), cut), (4, 500));
    assert_eq!(duplicates.admit(&signature(&near(3)), "b").unwrap().as_deref(), Some("page 3"));
}

#[test]
fn a_file_that_is_not_a_journal_or_is_in_use_is_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("duplicates");
    let refused = |options: &DedupeOptions| {
        let error = DuplicateIndex::open(&path, options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Duplicates { .. }), "{error}");
        error.to_string().split(": ").last().unwrap().to_owned()
    };
    fs::write(&path, "something else, and longer than a header\n").unwrap();
    assert_eq!(refused(&options()), "not a journal of duplicates");
    fs::write(&path, "copydesk duplicates\n\x63\x00\x00\x00\x00\x00").unwrap();
    assert_eq!(refused(&options()), "another version of copydesk wrote it");
    fs::remove_file(&path).unwrap();
    DuplicateIndex::open(&path, &options()).unwrap().0.commit().unwrap();
    let other = DedupeOptions { threshold: 0.9, ..options() };
    assert_eq!(refused(&other), "it was written with another dedupe_threshold");
    let error = DuplicateIndex::open_at(&path, &options(), 1).unwrap_err();
    assert!(error.to_string().contains("lacks entries of the run"), "{error}");
}

#[test]
fn at_the_cap_exact_copies_are_found_longer_than_near_ones() {
    let options = DedupeOptions { max_bytes: 300 << 10, ..options() };
    let mut duplicates = DuplicateIndex::new(&options).unwrap();
    let mut random = TestRandom(3);
    let (mut exact_from, mut none_from) = (None, None);
    let mut texts = Vec::new();
    while none_from.is_none() {
        texts.push((0..30).map(|_| random.word()).collect::<Vec<_>>().join(" "));
        let at = texts.len() - 1;
        assert_eq!(duplicates.admit(&signature(&texts[at]), &at.to_string()).unwrap(), None);
        match duplicates.capacity() {
            DedupeCapacity::All => {}
            DedupeCapacity::Exact => exact_from = exact_from.or(Some(at)),
            DedupeCapacity::None => none_from = Some(at),
        }
    }
    let (exact_from, none_from) = (exact_from.unwrap(), none_from.unwrap());
    assert!(duplicates.bytes() < 400 << 10, "{}", duplicates.bytes());
    let mut find = |at: usize, end: &str| {
        duplicates.admit(&signature(&format!("{}{end}", texts[at])), "again").unwrap()
    };
    assert_eq!(find(exact_from - 1, " more"), Some((exact_from - 1).to_string()));
    assert_eq!(find(exact_from, " more"), None);
    assert_eq!(find(none_from - 1, ""), Some((none_from - 1).to_string()));
    assert_eq!(find(none_from, ""), None);
}

/// Prints what a million pages take. Run with `--run-ignored only --no-capture`.
#[test]
#[ignore = "a measurement, of minutes and two gigabytes of disk"]
fn a_million_pages() {
    const PAGES: u32 = 1_000_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("duplicates");
    let (mut duplicates, _) = DuplicateIndex::open(&path, &options()).unwrap();
    let signer = TextSigner::new(0.8);
    let mut random = TestRandom(5);
    let mut printing = Duration::ZERO;
    let mut admitting = Duration::ZERO;
    for page in 0..PAGES {
        let words = 100 + random.below(800);
        // A hundredth of the pages have a text; to make a million of them would take an hour.
        let signature = if page % 100 == 0 {
            let text = (0..words).map(|_| random.word()).collect::<Vec<_>>().join(" ");
            let record = record(&text);
            let start = Instant::now();
            let signature = signer.sign(&record).unwrap();
            printing += start.elapsed();
            signature
        } else {
            let mut number = || u32::try_from(random.below(1 << 31)).unwrap() * 2;
            let hashes = (0..words).map(|_| number()).collect();
            let keys = (0..signer.banding.bands).map(|_| number()).collect();
            let near = NearSignature { keys, sketch: BottomKSketch::new(hashes) };
            TextSignature {
                fingerprint: u64::from(number()) << 32 | u64::from(number()),
                near: Some(near),
            }
        };
        let start = Instant::now();
        assert_eq!(duplicates.admit(&signature, &format!("pages.warc.gz#{page}")).unwrap(), None);
        admitting += start.elapsed();
    }
    duplicates.commit().unwrap();
    let length = duplicates.length();
    let per_page = |bytes: u64| bytes as f64 / f64::from(PAGES);
    println!(
        "{:.0} bytes of memory and {:.0} of disk a page; {:.1} us to sign, {:.1} us to admit",
        per_page(duplicates.bytes()),
        per_page(length),
        printing.as_secs_f64() * 1e8 / f64::from(PAGES),
        admitting.as_secs_f64() * 1e6 / f64::from(PAGES),
    );
    assert!(per_page(duplicates.bytes()) < 200.0);
    drop(duplicates);
    let start = Instant::now();
    let (duplicates, _) = DuplicateIndex::open(&path, &options()).unwrap();
    println!("opened again in {:.1} s", start.elapsed().as_secs_f64());
    assert_eq!(duplicates.pages(), u64::from(PAGES));
}
