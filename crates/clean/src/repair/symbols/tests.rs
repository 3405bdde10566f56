use proptest::prelude::*;

use super::super::edits::edited;
use super::{MARK, edits, is_damaged};

/// What is left of the characters that lose bytes.
fn damaged(text: &str) -> String {
    let is_lost = |byte: &u8| (0x80..0xa0).contains(byte);
    text.chars()
        .flat_map(|char| {
            let bytes = char.to_string().into_bytes();
            let is_damaged = bytes.iter().any(is_lost);
            let left: Vec<char> =
                bytes.into_iter().filter(|byte| !is_lost(byte)).map(char::from).collect();
            if is_damaged { left } else { vec![char] }
        })
        .collect()
}

fn repaired(line: &str, damaged: bool) -> String {
    edited(line, &edits(line, damaged))
}

#[test]
fn english_punctuation_is_restored() {
    for line in [
        "“It’s late,” she said, and didn’t look up.",
        "He’d paid €50 for it, about 20–30 times a day, from 1990–2000.",
        "She wrote: “He told me ‘never again’ and left.”",
        "The word—so they say—was new to O’Brien’s friends.",
        "• The first item of the list…",
        "The cats’ home, and Acme™ too, isn’t far.",
        "“Who was it?” “Nobody I know.”",
        "A board of 5′ 10″, and it’s ours.",
    ] {
        assert_eq!(repaired(&damaged(line), true), line);
    }
}

#[test]
fn a_contraction_is_restored_in_any_text() {
    for (line, whole) in [
        ("it\u{e2}s", "it’s"),
        ("Don\u{e2}t", "Don’t"),
        ("I\u{e2}m here, they\u{e2}re not", "I’m here, they’re not"),
        ("she\u{e2}ll, we\u{e2}ve, he\u{e2}d", "she’ll, we’ve, he’d"),
    ] {
        assert!(is_damaged(line), "{line}");
        assert_eq!(repaired(line, false), whole);
        assert!(edits(line, false).iter().all(|edit| edit.posterior.is_none()), "{line}");
    }
}

#[test]
fn a_possessive_is_restored_only_in_damaged_text() {
    assert_eq!(repaired("Maria\u{e2}s garden", false), "Maria\u{e2}s garden");
    assert_eq!(repaired("Maria\u{e2}s garden", true), "Maria’s garden");
}

#[test]
fn clean_text_is_unchanged() {
    for line in [
        "Siân, château, mâts, dégâts et bâtiments",
        "Și atât, cât, când, până mâine",
        "Câu hỏi đầu tiên; a ă â b c",
        "Mae tân a gwlân yma",
        "O âmbito da distância e o ângulo",
        "Það er «það» og «ð»",
        "The letter ð, or Ð, is an eth; â has a circumflex, and so has Â.",
        "CAFÉ», ESPAÑA, Nestlé®, 20 °C",
        "∠⦠x and the angle ⦠ABC",
        "«Château» – “clean” … it’s ❤\u{fe0f} 🇫🇷",
        "naïve, Ângela, VÂN",
    ] {
        assert!(!is_damaged(line), "{line}");
        assert_eq!(repaired(line, false), line);
    }
}

#[test]
fn letters_are_kept_in_damaged_text() {
    for line in [
        "Le château de la forêt a subi des dégâts à cause de la tempête.",
        "L’âge, l’âme et les âmes sensibles du théâtre.",
        "O âmbito da distância e o ângulo do parâmetro são iguais.",
        "În mâna lui câinele stă și atât.",
        "Tây, dây, cây, câu, lâu: những từ tiếng Việt.",
        "Það er «það» sem við höfum séð.",
        "The pâté at Siân’s château was good, and so was the gâteau.",
        "Kâğıt ve hâlâ: iki sözcük.",
        "COBORÂ",
    ] {
        assert_eq!(repaired(line, true), line);
    }
}

#[test]
fn french_elision_needs_no_guess() {
    let line = "L\u{e2}homme d\u{e2}été qu\u{e2}il a vu dans le château";
    assert_eq!(repaired(line, true), "L’homme d’été qu’il a vu dans le château");
    assert!(edits(line, true).iter().all(|edit| edit.posterior.is_none()));
}

#[test]
fn other_languages_are_not_given_english_quotes() {
    for (whole, read) in [
        (
            "„Das ist nicht wahr“, sagte er und ging – ohne ein Wort – nach Hause.",
            "\u{fffd}Das ist nicht wahr\u{fffd}, sagte er und ging – ohne ein Wort – nach Hause.",
        ),
        (
            "O autor disse que “não” era a resposta certa para o livro.",
            "O autor disse que “não” era a resposta certa para o livro.",
        ),
    ] {
        assert_eq!(repaired(&damaged(whole), true), read);
    }
}

#[test]
fn a_fused_ellipsis_and_space_are_separated() {
    for (line, whole) in [
        ("and\u{29a0}pic.twitter.com/x", "and…\u{a0}pic.twitter.com/x"),
        ("and\u{e2}\u{a6} so on", "and… so on"),
        ("and\u{e2}\u{a6}\u{a0}so on", "and…\u{a0}so on"),
    ] {
        assert_eq!(repaired(line, true), whole);
    }
    // Angles of mathematics.
    for line in ["and\u{29a0}pic", "a\u{29a0} b", "\u{2220}\u{29a0}ABC"] {
        assert!(!is_damaged(line), "{line}");
        assert_eq!(repaired(line, false), line);
    }
}

#[test]
fn emoji_with_one_reading_are_restored() {
    for (whole, left) in [
        ("🇺🇦 and 🇷🇺Russian", "🇺🇦 and 🇷🇺Russian"),
        ("so 🤣 funny 🥰", "so 🤣 funny 🥰"),
        ("I ❤\u{fe0f} 1\u{fe0f}\u{20e3}", "I ❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
        (
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        ),
        ("💪Team🇺🇦", "\u{fffd}Team🇺🇦"),
        ("✈\u{fe0f}Now 🇷🇺Then", "\u{fffd}Now 🇷🇺Then"),
        ("🔥🔥 hot 😀 🇺🇦", "\u{fffd}\u{fffd} hot \u{fffd} 🇺🇦"),
        // The same emoji twice, not Estonia.
        ("💪💪 🇺🇦", "\u{fffd}\u{fffd} 🇺🇦"),
        ("💯🇫🇷 news", "\u{fffd}🇫🇷 news"),
    ] {
        assert_eq!(repaired(&damaged(whole), true), left);
    }
}

#[test]
fn ambiguous_symbols_are_marked() {
    for (line, marked) in [
        ("\u{e2}\u{ef}\u{b8}Russian", "\u{fffd}Russian"),
        ("\u{f0}\u{a5} and \u{e2}\u{a8}", "\u{fffd} and \u{fffd}"),
        ("\u{f0}\u{f0} go", "\u{fffd}\u{fffd} go"),
        ("the e\u{ef}\u{ac}cient one", "the e\u{fffd}cient one"),
    ] {
        assert_eq!(repaired(line, true), marked);
        assert!(edits(line, true).iter().all(|edit| edit.after == MARK));
    }
}

#[test]
fn remains_of_a_no_break_space_are_removed() {
    for (line, whole) in [
        ("the end.\u{c2} Then", "the end.\u{a0}Then"),
        ("ten pages\u{c2} long", "ten pages\u{a0}long"),
        ("ten pages\u{c2}", "ten pages"),
    ] {
        assert!(is_damaged(line), "{line}");
        assert_eq!(repaired(line, false), whole);
    }
}

#[test]
fn the_context_decides_between_symbols() {
    for line in [
        "from €5 to 10 € or 20m€ (€)",
        "Acme™ and Bolt™, the brands",
        "• one • two",
        "« Bonjour\u{202f}! »",
    ] {
        assert_eq!(repaired(&damaged(line), true), line);
    }
}

#[test]
fn guesses_have_a_posterior() {
    let edits = edits(&damaged("“Yes,” she said."), true);
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().all(|edit| edit.posterior.is_some_and(|sure| sure > 0.8 && sure <= 1.0)));
    assert_eq!(edits[0].rule, "lossy/quote");
}

#[test]
fn a_million_signs_are_processed() {
    for text in ["\u{e2}", "\u{f0}\u{b7}", "\u{f0}", "word\u{e2}", "\u{c2} ", "\u{e2}\u{ac}"] {
        let line = text.repeat(1_000_000 / text.len());
        let repaired = repaired(&line, true);
        assert!(edits(&repaired, true).is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn edits_are_in_order_and_repeated_repair_ends(
        line in "([\u{e2}\u{f0}\u{ef}\u{c2}\u{f3}\u{29a0}\u{28a0}]|[\u{a0}-\u{bf}]|[ a-zA-Z0-9.,'\"()_-]|[éăþ\u{fffd}\u{1f600}]|it|don|word|the){0,40}",
        damaged: bool,
    ) {
        let found = edits(&line, damaged);
        let mut end = 0;
        for edit in &found {
            prop_assert!(edit.span.start >= end && edit.span.start < edit.span.end);
            prop_assert!(line.get(edit.span.clone()).is_some());
            end = edit.span.end;
        }
        // What is marked now may have made the line look foreign, where a lone `ð` is not changed.
        let repaired = (0..4).fold(line, |line, _| repaired(&line, damaged));
        prop_assert_eq!(edits(&repaired, damaged), Vec::new(), "{:?}", repaired);
    }

    #[test]
    fn any_text_is_processed(line: String, damaged: bool) {
        let _ = edits(&line, damaged);
    }

    #[test]
    fn ascii_is_unchanged(line in "[ -~]{0,60}") {
        prop_assert!(!is_damaged(&line));
        prop_assert_eq!(edits(&line, true), Vec::new());
    }
}
