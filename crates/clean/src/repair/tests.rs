use proptest::prelude::*;

use super::*;

fn repaired(text: &str) -> String {
    Repairer::default().repair(text).text.into_owned()
}

/// Text with much in it that repair looks at.
fn damaged() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z ]{0,6}",
        2 => "[ÃÂâðÐÑÎÏÄÅ×Øã]{1,2}",
        2 => "[\u{80}-\u{bf}]{1,2}",
        1 => "[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,2}",
        1 => "[а-яРС]{1,3}",
        1 => "[α-ωΓ]{1,3}",
        1 => "[├┬│п∙√¬Ç]{1,2}",
        1 => "[\u{300}-\u{304}\u{200b}\u{fffd}\u{29a0}\u{ad}\n\u{7}]{1,2}",
        1 => "(&amp;|amp;|#38;|â€|Ã |ï¸|ï»¿|漢|\\\\u00e9)",
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// Readable text as each of the ways of damage makes it.
fn misread() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(
        prop_oneof![
            Just("naïve café"),
            Just("“quoted” — it’s"),
            Just("Привет, мир"),
            Just("Καλημέρα κόσμε"),
            Just("zażółć gęślą"),
            Just("漢字 かな"),
            Just("😀 🇺🇦"),
            Just("plain words"),
        ],
        1..6,
    );
    (words, 0..4_usize, any::<bool>(), 0..5_usize).prop_map(|(words, layers, drops, charset)| {
        let mut text = words.join(" ");
        for _ in 0..layers {
            text = text
                .bytes()
                .map(|byte| charset::character_of(byte, charset))
                .filter(|c| !drops || !('\u{80}'..='\u{9f}').contains(c))
                .collect();
        }
        text
    })
}

fn check(text: &str, options: RepairOptions) -> Result<(), TestCaseError> {
    let repairer = Repairer::new(options);
    let first = repairer.repair(text);
    let changes = first.changes.iter().map(|change| (&change.span, change.after.as_str()));
    prop_assert_eq!(edits::applied(text, changes), first.text.as_ref(), "changes of {:?}", text);
    let again = repairer.repair(&first.text);
    prop_assert_eq!(&again.text, &first.text, "repaired again, from {:?}", text);
    prop_assert!(again.changes.is_empty());
    prop_assert!(first.changes.iter().all(|change| !change.rules.is_empty()));
    Ok(())
}

proptest! {
    #[test]
    fn repair_is_stable_and_its_changes_give_the_text(text in damaged()) {
        check(&text, RepairOptions::default())?;
    }

    #[test]
    fn repair_of_misread_text_is_stable(text in misread()) {
        check(&text, RepairOptions::default())?;
    }

    #[test]
    fn repair_is_stable_with_every_setting(
        text in damaged(),
        (mojibake, hygiene, extras) in any::<(bool, bool, bool)>(),
        lossy in prop_oneof![
            Just(LossyMode::Restore), Just(LossyMode::Mark), Just(LossyMode::Drop), Just(LossyMode::Leave)
        ],
    ) {
        check(&text, RepairOptions {
            mojibake,
            hygiene,
            lossy,
            straight_quotes: extras,
            ligatures: extras,
            width: extras,
            escapes: extras,
        })?;
    }

    #[test]
    fn repair_of_any_text_is_stable(text in any::<String>()) {
        check(&text, RepairOptions::default())?;
    }

    #[test]
    fn ascii_is_unchanged(text in "[ -~\n\t]{0,200}") {
        prop_assume!(!text.contains("&amp;"));
        let repaired = Repairer::default().repair(&text);
        prop_assert!(repaired.changes.is_empty());
        prop_assert!(matches!(repaired.text, Cow::Borrowed(_)));
    }
}

#[test]
fn lines_in_a_legacy_charset_keep_their_ends() {
    let text = "Ñòàðàÿ ìåëüíèöà ñíîâà ðàáîòàåò\r\nÕëåá\nÌóêó ïîêóïàþò æèòåëè äåðåâåíü\n\n";
    let repaired = Repairer::default().repair(text);
    assert_eq!(
        repaired.text,
        "Старая мельница снова работает\r\nХлеб\nМуку покупают жители деревень\n\n"
    );
    assert_eq!(repaired.changes.len(), 3);
    let mut changed = repaired.changes.iter().map(|change| text.get(change.span.clone()).unwrap());
    assert!(changed.all(|text| !text.contains(['\r', '\n'])), "{:?}", repaired.changes);
}

#[test]
fn all_kinds_of_damage_in_one_text() {
    for (text, clean) in [
        ("windows\u{92}s", "windows’s"),
        ("ï»¿Hello", "Hello"),
        ("Ã  la carte", "à la carte"),
        ("doesnÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢t", "doesn’t"),
        ("plain\ncafÃ©\u{a0}x\r\ncafe\u{301}", "plain\ncafé x\r\ncafé"),
        ("5 &lt; 6 and A&amp;E", "5 &lt; 6 and A&amp;E"),
        ("K\u{fffd}nig", "K\u{fffd}nig"),
        ("a lone Ð in Latin text", "a lone Ð in Latin text"),
        ("&amp;lt;b&amp;gt; <p>text</p>", "&amp;lt;b&amp;gt; <p>text</p>"),
        ("cr&Atilde;&uml;me", "crème"),
        // Damage in one line says nothing of letters by themselves in others.
        (
            "CrÃ¨me wasnâ€™t there.\n/âː/ and [ð], or à, â, ä",
            "Crème wasn’t there.\n/âː/ and [ð], or à, â, ä",
        ),
        // UTF-8 in another charset is no legacy text.
        ("Š‘ŠµŠ´Š¶Š°", "Беджа"),
        ("itâs here\n« Â » et « Ê »; 3 Å± 1", "it’s here\n« Â » et « Ê »; 3 Å± 1"),
    ] {
        assert_eq!(repaired(text), clean, "{text}");
    }
    assert_eq!(Repairer::default().repair("K\u{fffd}nig").unrepaired, 1);
}

#[test]
fn lines_follow_the_charset_of_all_others() {
    let text = "SĂ¸k i Ă¸stfold pĂĄ norsk\nVelg sprĂĄk og tegnsett\nLagre som nĂ¸kkel\nplain\n\
                Klar for ĂĄ hente\nĂ…pne konto\nORDFORRĂ…D\n";
    let right = "Søk i østfold på norsk\nVelg språk og tegnsett\nLagre som nøkkel\nplain\n\
                 Klar for å hente\nÅpne konto\nORDFORRÅD\n";
    assert_eq!(repaired(text), right);
}

#[test]
fn lines_do_not_follow_a_charset_of_few_others() {
    let damaged = "SĂ¸k i Ă¸stfold pĂĄ norsk\nVelg sprĂĄk og tegnsett\nLagre som nĂ¸kkel\n";
    let right = "„MĂ…”\nșase\n";
    assert!(repaired(&format!("{damaged}{right}")).ends_with(right));
    let right = "ABRÃ® E LÃ™\n";
    let damaged = "L’annÃ©e derniÃ¨re\n";
    assert!(repaired(&format!("{damaged}{right}")).ends_with(right));
}

#[test]
fn what_was_reversed_is_not_misread_once_more() {
    // `её` is `ţ` in KOI8.
    let damaged = "п■п╬п╪\nп©п╬п╩п╣\nпЁп╬я─п╬п╢\nп╣я▒";
    assert_eq!(repaired(damaged), "Дом\nполе\nгород\nеё");
}

#[test]
fn words_with_circumflex_stay_behind_damage() {
    let damaged = "It doesnât âworkâ.\n";
    assert_eq!(repaired("nââ numèè"), "nââ numèè");
    for right in [
        "entrebâillement|1",
        "It says débâillonnasses on the door of the house.",
        "ânesse, ânonnement, ânodo",
        "zekâ",
        "It says fosfatið on the door of the house.",
        "(verb)|a hârcâi|a hârâi",
        // Thesauri, with several of them in a line.
        "palavrâ|palavrâs|termo",
        "tertúlia|turbâ|sarau|festâ",
        "menâdulâ|2",
        "(adj)|sâcâit|zâmbit",
        "(verb)|a mâhni|a mâlui",
        "It says câmarâneas on the door of the house.",
        "It says eventâneas on the door of the house.",
    ] {
        assert_eq!(repaired(&format!("{damaged}{right}")), format!("It doesn’t “work”.\n{right}"));
    }
}

#[test]
fn signs_behind_damaged_lines_are_restored_where_they_make_words() {
    let damaged = "It doesnât âworkâ.\n";
    for (line, right) in [
        ("The dogâs bowl, and Annaâs", "The dog’s bowl, and Anna’s"),
        (
            "Er sagte: âJa, gernâ und ging nach Hause",
            "Er sagte: \u{fffd}Ja, gern\u{fffd} und ging nach Hause",
        ),
        ("Lâhomme dâhier et lâhiver", "L’homme d’hier et l’hiver"),
        ("She wanted one thingâthe truth.", "She wanted one thing—the truth."),
    ] {
        assert_eq!(repaired(&format!("{damaged}{line}")), format!("It doesn’t “work”.\n{right}"));
    }
}

#[test]
fn single_pairs_among_bytes_of_another_charset_are_unchanged() {
    for line in [
        // Thai, read as windows-1252, in which no charset has words.
        "»ÃÐªÒ¸Ô»äµ»ÃÐªÒ",
        "×¹Å¤Å¤×¹ÑÃ",
    ] {
        assert_eq!(repaired(line), line);
        let text = format!("The cafÃ© wasnâ€™t open.\n{line}");
        assert_eq!(repaired(&text), format!("The café wasn’t open.\n{line}"));
    }
    // Damage that lost bytes has first bytes of its own script alone.
    assert_eq!(
        repaired("Ð¡Ð¿Ð°Ñ\u{fffd}Ð¸Ð±Ð¾, Ñ\u{fffd}Ñ\u{fffd}Ð½Ð¾"),
        "Спа\u{fffd}ибо, \u{fffd}\u{fffd}но"
    );
}

#[test]
fn words_of_one_letter_before_no_break_spaces_and_quotes_are_unchanged() {
    for text in [
        "Пошук «%s» в\u{a0}«%s»",
        "Премини в\u{a0}„%s“",
        "formāt ā\u{a0}“%s”",
        "Rechte an Copyright\u{a0}©.",
        "symbolem\u{a0}§;",
        "Koncept sa ukladá&#8230;\u{a0}",
        "znaky (pl. &amp;amp;) a iné",
    ] {
        let options = RepairOptions { hygiene: false, ..RepairOptions::default() };
        assert_eq!(Repairer::new(options).repair(text).text, text);
    }
}

#[test]
fn accented_words_of_one_letter_do_not_follow_a_line_in_a_legacy_charset() {
    let damaged = "Ñòàðàÿ ìåëüíèöà ñíîâà ðàáîòàåò";
    let right = "La macchina è elencata e dà un indirizzo; quando ciò è chiuso.";
    let text = format!("{damaged}\n{right}");
    assert_eq!(repaired(&text), format!("Старая мельница снова работает\n{right}"));
}
