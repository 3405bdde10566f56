//! What counting blocks over a site's pages is worth, in word F1.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests too, which clippy tells only by their attribute"
)]

use copydesk_clean::{CleanInput, Cleaner, SiteRecurrence};

use copydesk_core::profiles::{CountLimits, SiteCounter, parse_day};
use copydesk_eval::{BagOfWords, WordScore};
use copydesk_testkit::sites::{SitePage, SiteTemplate, site};

/// How a site was cleaned, without and with its profile.
#[derive(Debug, Default)]
struct ProfileEffect {
    alone: f64,
    known: f64,
    /// Pages that got worse, and pages that came out other than before.
    worse: usize,
    changed: usize,
    /// Shared passages that must stay: how many there are, and how many are lost with the profile.
    shared: usize,
    lost: usize,
}

fn input<'a>(page: &'a SitePage, recurrence: Option<&'a dyn SiteRecurrence>) -> CleanInput<'a> {
    let url = Some(page.url.as_str());
    CleanInput { url, recurrence, ..CleanInput::new("page.html", page.html.as_bytes()) }
}

fn counted(cleaner: &Cleaner, pages: &[SitePage]) -> SiteCounter {
    let mut counter = SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
    for page in pages {
        counter.add(&cleaner.fingerprints(&input(page, None)));
    }
    counter
}

fn measured(cleaner: &Cleaner, pages: &[SitePage]) -> ProfileEffect {
    let counter = counted(cleaner, pages);
    let mut measured = ProfileEffect::default();
    for page in pages {
        let reference = BagOfWords::new(&page.text);
        let score = |text: &str| WordScore::new(&BagOfWords::new(text), &reference).f1;
        let alone = cleaner.clean(&input(page, None));
        let known = cleaner.clean(&input(page, Some(&counter)));
        let (before, after) = (score(&alone.text), score(&known.text));
        measured.alone += before / pages.len() as f64;
        measured.known += after / pages.len() as f64;
        measured.worse += usize::from(after < before - 1e-9);
        measured.changed += usize::from(alone != known);
        if let Some(shared) = &page.shared {
            measured.shared += 1;
            measured.lost += usize::from(!known.text.contains(shared.as_str()));
        }
    }
    measured
}

#[test]
fn a_site_of_fifty_pages_without_telling_tags_or_names() {
    let cleaner = Cleaner::default();
    println!("site    pages   F1 alone  F1 known  worse  changed  shared passages lost");
    for template in SiteTemplate::ALL {
        for count in [1, 3, 5, 8, 12, 20, 50, 150] {
            let m = measured(&cleaner, &site(template, count, 7));
            println!(
                "{:<7} {count:>5}   {:>8.4}  {:>8.4}  {:>5}  {:>7}  {} of {}",
                format!("{template:?}").to_lowercase(),
                m.alone,
                m.known,
                m.worse,
                m.changed,
                m.lost,
                m.shared
            );
            if count >= 50 {
                assert!(m.alone < 0.9, "{template:?} {count}: {m:?}");
                assert!(m.known >= 0.985, "{template:?} {count}: {m:?}");
                assert_eq!(m.lost, 0, "{template:?} {count}: {m:?}");
            }
            if count <= 3 {
                assert_eq!(m.changed, 0, "{template:?} {count}: {m:?}");
            }
            assert_eq!(m.worse, 0, "{template:?} {count}: {m:?}");
        }
    }
}
