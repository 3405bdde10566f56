//! What a run says about pages without text, pages that were left out, and files that hold no page.

use copydesk_core::RunStats;
use copydesk_core::page_filters::ExclusionReason;
use copydesk_core::report::{EmptyReason, UnusedPages};
use copydesk_core::settings::Settings;
use copydesk_core::sources::{FileKind, PassedOverFiles};

use crate::console::Console;
use crate::hints::kind_hint;
use crate::plural::counted;

/// The most pages or files that a line names.
const SHOWN: usize = 5;

/// Prints which pages have no text, which were left out and why, and which files were passed over.
pub(crate) fn report(
    console: &Console,
    settings: &Settings,
    stats: &RunStats,
    unused: &UnusedPages,
    passed_over: &PassedOverFiles,
) {
    let empty = empty_line(stats, unused);
    let lines = empty.into_iter().chain(excluded_lines(settings, stats, unused));
    for line in lines.chain(passed_over_line(passed_over)) {
        console.line(line);
    }
    // Pictures and styles belong to any mirror of a site. In a folder of documents they are no reason for a hint.
    let is_expected = |kind: &FileKind| matches!(kind, FileKind::Picture);
    for hint in
        passed_over.keys().filter(|kind| !is_expected(kind)).filter_map(|kind| kind_hint(*kind))
    {
        console.hint(hint);
    }
}

fn empty_line(stats: &RunStats, unused: &UnusedPages) -> Option<String> {
    let pages = unused.empty_pages.iter().map(|page| {
        let reason = match page.reason {
            EmptyReason::NoText => "",
            EmptyReason::Removed => " (all was removed)",
            EmptyReason::NeedsJavascript => " (needs JavaScript)",
        };
        format!("{}{reason}", page.source)
    });
    let have = if stats.empty == 1 { "has" } else { "have" };
    (stats.empty > 0).then(|| {
        format!("{} {have} no text{}", counted(stats.empty, "page"), named(pages, stats.empty))
    })
}

fn excluded_lines(settings: &Settings, stats: &RunStats, unused: &UnusedPages) -> Vec<String> {
    let line = |(reason, count): (&ExclusionReason, &u64)| {
        let pages = unused.excluded_pages.get(reason).into_iter().flatten().cloned();
        let (pages, named) = (counted(*count, "page"), named(pages, *count));
        format!("left out {pages} {}{named}", reason_text(*reason, settings))
    };
    stats.excluded.iter().map(line).collect()
}

/// Why pages were left out, with the flag that did it.
fn reason_text(reason: ExclusionReason, settings: &Settings) -> String {
    match reason {
        ExclusionReason::Url => {
            let allows = !settings.allow_urls.as_os_str().is_empty();
            let blocks = !settings.block_urls.as_os_str().is_empty();
            match (allows, blocks) {
                (true, false) => "by URL (not in --allow-urls)".into(),
                (false, _) => "by URL (in --block-urls)".into(),
                (true, true) => "by URL (not in --allow-urls, or in --block-urls)".into(),
            }
        }
        ExclusionReason::Language => {
            format!("in other languages than {} (--language)", settings.language)
        }
        ExclusionReason::Words => {
            format!("with fewer than {} (--min-words)", counted(settings.min_words as u64, "word"))
        }
        ExclusionReason::Confidence => {
            format!("with a confidence below {} (--min-confidence)", settings.min_confidence)
        }
        ExclusionReason::Duplicate => "that repeat earlier ones (--dedupe drop)".into(),
    }
}

fn passed_over_line(passed_over: &PassedOverFiles) -> Option<String> {
    let kinds: Vec<String> = passed_over
        .iter()
        .map(|(kind, files)| {
            let count = counted(files.count, kind.noun());
            let examples = files.examples.iter().take(2).cloned().collect::<Vec<_>>().join(", ");
            let more = if files.count > 2 { ", ..." } else { "" };
            format!("{count} ({examples}{more})")
        })
        .collect();
    (!kinds.is_empty()).then(|| format!("passed over in folders: {}", kinds.join("; ")))
}

/// `: a.html, b.html and 7 more`, or nothing if no page has a name.
fn named(pages: impl Iterator<Item = String>, count: u64) -> String {
    let shown: Vec<String> = pages.take(SHOWN).collect();
    match count.saturating_sub(shown.len() as u64) {
        _ if shown.is_empty() => String::new(),
        0 => format!(": {}", shown.join(", ")),
        more => format!(": {} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use copydesk_core::report::EmptyPage;
    use copydesk_core::settings::Fraction;
    use copydesk_core::sources::PassedOverKind;

    use super::*;

    #[test]
    fn pages_without_text_are_named_up_to_five() {
        let page =
            |at: usize| EmptyPage { source: format!("{at}.html"), reason: EmptyReason::NoText };
        let mut unused =
            UnusedPages { empty_pages: (1..9).map(page).collect(), ..UnusedPages::default() };
        let stats = RunStats { empty: 12, ..RunStats::default() };
        assert_eq!(
            empty_line(&stats, &unused).unwrap(),
            "12 pages have no text: 1.html, 2.html, 3.html, 4.html, 5.html and 7 more"
        );
        unused.empty_pages.truncate(1);
        unused.empty_pages[0].reason = EmptyReason::NeedsJavascript;
        let stats = RunStats { empty: 1, ..RunStats::default() };
        assert_eq!(
            empty_line(&stats, &unused).unwrap(),
            "1 page has no text: 1.html (needs JavaScript)"
        );
        assert_eq!(empty_line(&RunStats::default(), &unused), None);
    }

    #[test]
    fn filters_say_what_they_left_out_and_why() {
        let excluded = [
            (ExclusionReason::Url, 3),
            (ExclusionReason::Words, 1),
            (ExclusionReason::Confidence, 2),
        ];
        let stats = RunStats { excluded: excluded.into(), ..RunStats::default() };
        let settings = Settings {
            block_urls: "block.txt".into(),
            min_words: 20,
            min_confidence: Fraction::new(0.9),
            ..Settings::default()
        };
        let named = [
            (ExclusionReason::Words, vec!["a.html".to_owned()]),
            (ExclusionReason::Confidence, vec!["b.html".into(), "c.html".into()]),
        ];
        let unused = UnusedPages { excluded_pages: named.into(), ..UnusedPages::default() };
        assert_eq!(
            excluded_lines(&settings, &stats, &unused),
            [
                "left out 3 pages by URL (in --block-urls)",
                "left out 1 page with fewer than 20 words (--min-words): a.html",
                "left out 2 pages with a confidence below 0.9 (--min-confidence): b.html, c.html",
            ]
        );
    }

    #[test]
    fn files_without_pages_are_counted_by_kind() {
        let files = |count, examples: &[&str]| PassedOverKind {
            count,
            examples: examples.iter().map(|name| (*name).to_owned()).collect(),
        };
        let passed_over = [
            (FileKind::Pdf, files(1, &["a.pdf"])),
            (FileKind::Picture, files(9, &["1.png", "2.png", "3.png"])),
        ];
        assert_eq!(
            passed_over_line(&passed_over.into()).unwrap(),
            "passed over in folders: 1 PDF document (a.pdf); 9 pictures (1.png, 2.png, ...)"
        );
        assert_eq!(passed_over_line(&PassedOverFiles::new()), None);
    }
}
