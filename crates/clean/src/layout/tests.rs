use super::*;

/// The paragraphs of a text, and the layout that was recognized.
fn arranged(text: &str) -> (LayoutKind, Vec<String>) {
    let layout = arrange(text, LayoutOptions::default());
    (layout.kind, layout.paragraphs.into_iter().map(|paragraph| paragraph.text).collect())
}

fn repairs(text: &str) -> Vec<(StructureRepairKind, usize, Vec<String>)> {
    let layout = arrange(text, LayoutOptions::default());
    layout.repairs.into_iter().map(|repair| (repair.kind, repair.count, repair.places)).collect()
}

const RELEASE: &str = "Ferry line orders two electric boats\n\
    ARENDAL\n,\nMarch 4, 2026\n/Coastwire/ --\nSørlandet Ferries\n, which carries 2 million passengers a year, \
    said on Tuesday that it will buy two boats from\nTangen Yard\nfor up to\n$40 million\n.\n\
    \"The old boats are loud and slow, and nobody likes to sail in them,\" said\nAda Lund\n, who has run the company since 2019.\n\
    The first of them is to sail in the summer of next year, and a\nTangen\n-led group will charge it.\n\
    The other one follows in the autumn.\n";

#[test]
fn lines_that_markup_cut_out_of_sentences_are_joined() {
    assert_eq!(
        arranged(RELEASE),
        (
            LayoutKind::Fragments,
            vec![
                "Ferry line orders two electric boats".into(),
                "ARENDAL, March 4, 2026 /Coastwire/ -- Sørlandet Ferries, which carries 2 million passengers \
                 a year, said on Tuesday that it will buy two boats from Tangen Yard for up to $40 million."
                    .into(),
                "\"The old boats are loud and slow, and nobody likes to sail in them,\" said Ada Lund, who has run the company since 2019.".into(),
                "The first of them is to sail in the summer of next year, and a Tangen-led group will charge \
                 it."
                    .into(),
                "The other one follows in the autumn.".into(),
            ]
        )
    );
    assert_eq!(
        repairs(RELEASE),
        [(
            StructureRepairKind::Join,
            13,
            vec!["lines 2-11".into(), "lines 12-14".into(), "lines 15-17".into()]
        )]
    );
}

#[test]
fn paragraphs_remember_their_lines() {
    let layout = arrange(
        "\n\nOne ferry left the harbor, and\nTangen\n, the yard, was glad.\n\nTwo.\n",
        LayoutOptions::default(),
    );
    let places: Vec<_> =
        layout.paragraphs.iter().map(|p| (p.lines.clone(), p.blank_before)).collect();
    assert_eq!(places, [(3..6, 2), (7..8, 1)]);
}

#[test]
fn menus_headlines_and_lists_stay_lines() {
    let text = "Home\nNews\nSport\nSign in\nFerry returns to Arendal\nMayor opens the new bridge in the rain\n\
        Fish prices fall for a third month\nAda Lund\nPer Holm\n- Boats\n- Bridges\n1.\n2.\nAbout us\nContact\n";
    let (kind, paragraphs) = arranged(text);
    assert_eq!(kind, LayoutKind::Lines);
    assert_eq!(paragraphs.len(), 15);
}

#[test]
fn a_blank_line_ends_a_paragraph_in_every_layout() {
    let text = "The ferry left the harbor, and\n\nthe yard was glad of it\n\n, said the mayor.";
    assert_eq!(arranged(text).0, LayoutKind::Paragraphs);
    assert_eq!(arranged(text).1.len(), 3);
}

#[test]
fn initials_are_joined_with_the_rest_of_their_words() {
    for (text, joined) in [
        ("T\nhe ferry sailed again on Monday.", "The ferry sailed again on Monday."),
        (
            "“W\ne had hoped for a better year,” she said.",
            "“We had hoped for a better year,” she said.",
        ),
        ("I\nn the harbor the boats lie idle.", "In the harbor the boats lie idle."),
        ("I\nthink that the harbor is too small.", "I think that the harbor is too small."),
        ("A\ndecade ago the harbor was too small.", "A decade ago the harbor was too small."),
        ("A\nround noon the ferry came back.", "Around noon the ferry came back."),
        (
            "T\nHE FERRY sailed, and the crew went home.",
            "THE FERRY sailed, and the crew went home.",
        ),
    ] {
        assert_eq!(arranged(text).1, [joined], "{text:?}");
        assert_eq!(
            repairs(text),
            [(StructureRepairKind::DropCap, 1, vec!["lines 1-2".to_owned()])]
        );
    }
    // An index of names, and a heading of its letter.
    assert_eq!(arranged("A\nanchor\nB\nbuoy, red").1.len(), 4);
}

const WRAPPED: &str = "   Ferry returns\n\n   The ferry sailed again on Monday after nine weeks in dock, and\n   \
    hundreds of people stood on the quay to see it, the harbor master\n   said. He wants to know more.\n\n   \
    * The first boat leaves at six in the morning from the old pier in\n     the north, and takes an hour.\n   \
    * The second one leaves at noon.\n\n   Harbor\n   Timetable\n";

#[test]
fn wrapped_lines_become_paragraphs() {
    let expected = vec![
        "Ferry returns".into(),
        "The ferry sailed again on Monday after nine weeks in dock, and hundreds of people stood on the quay to \
         see it, the harbor master said. He wants to know more."
            .into(),
        "* The first boat leaves at six in the morning from the old pier in the north, and takes an hour.".into(),
        "* The second one leaves at noon.".into(),
        "Harbor".into(),
        "Timetable".into(),
    ];
    assert_eq!(arranged(WRAPPED), (LayoutKind::Wrapped, expected));
    assert_eq!(
        repairs(WRAPPED),
        [(StructureRepairKind::Unwrap, 2, vec!["lines 3-5".into(), "lines 7-8".into()])]
    );
}

#[test]
fn a_short_line_and_an_indent_end_wrapped_paragraphs() {
    let text = "  The committee met on the second floor of the old customs\nhouse and talked about the drains until \
        the lamps were lit,\nwhich was late.\n  The treasurer found that nobody had brought the minutes of\nthe last \
        meeting, so that all of it had to be said again in\nspring.\nNothing came of it.\n";
    let (kind, paragraphs) = arranged(text);
    assert_eq!(kind, LayoutKind::Wrapped);
    assert_eq!(paragraphs.len(), 3);
    assert!(paragraphs[0].ends_with("which was late.") && paragraphs[1].ends_with("in spring."));
}

#[test]
fn hyphens_of_wrapping_go_where_the_text_is_certain() {
    let text = "The government of the island said that a well-known ship owner\nhad asked for leave to build, and \
        that nobody in the govern-\nment had read the letter yet, since it was written in a well-\nknown but very \
        small hand, and the clerk was on holiday on the\nmain-\nland.\n";
    assert_eq!(
        arranged(text).1,
        [
            "The government of the island said that a well-known ship owner had asked for leave to build, and that \
             nobody in the government had read the letter yet, since it was written in a well-known but very small \
             hand, and the clerk was on holiday on the main-",
            "land."
        ]
    );
}

#[test]
fn poems_and_addresses_are_not_wrapped() {
    let poem = "The tide comes in at seven,\nthe tide goes out at one,\nthe herring gulls of heaven\nhave nowhere else \
        to run.\n\nLund & Sons\nHarbor Street 4\n4836 Arendal\nNorway\n";
    assert_ne!(arranged(poem).0, LayoutKind::Wrapped);
}

#[test]
fn scripts_without_spaces_are_joined_without_one() {
    let line = "港の船は月曜日に九週間ぶりに出航し多くの人が岸壁に集まって見送った";
    let text = format!("{line}\n{line}\n{line}\n{line}\nと港長は話した。\n");
    let (kind, paragraphs) = arranged(&text);
    assert_eq!(kind, LayoutKind::Wrapped);
    assert_eq!(paragraphs, [format!("{line}{line}{line}{line}と港長は話した。")]);
}

#[test]
fn spaces_that_links_left_go_and_lost_ones_come_back() {
    for (text, mended) in [
        ("Tangen Yard , a builder of boats , is new .", "Tangen Yard, a builder of boats, is new."),
        ("It builds boats ( and rafts ) here.", "It builds boats (and rafts) here."),
        ("They had to go.We are here to help.", "They had to go. We are here to help."),
        ("“It is late.”She left the room.", "“It is late.” She left the room."),
        (
            "Type in the boxWith this, a box is typed. With it.",
            "Type in the box With this, a box is typed. With it.",
        ),
        (
            "Shares ofTangentumbled. Tangen is a yard of boats. They tumbled.",
            "Shares of Tangen tumbled. Tangen is a yard of boats. They tumbled.",
        ),
    ] {
        assert_eq!(arranged(text).1, [mended]);
        // A second time changes nothing.
        assert_eq!(arranged(mended).1, [mended]);
    }
}

#[test]
fn names_numbers_and_code_keep_their_spaces() {
    for text in [
        "See https://news.example/a.Html and node.js at lund@mail.example.",
        "McDonald and LinkedIn sell the iPhone in the U.S.A. for 1.5 or 2 .5 percent.",
        "Est-ce vrai ? « Oui » : c’est vrai !",
        "The .NET way, a . . . pause.",
        "Visit Booking.Com or ask Mr.Smith",
        "ofDexcomtumbled and a newWord",
    ] {
        assert_eq!(arranged(text).1, [text]);
        assert_eq!(repairs(text), []);
    }
}

#[test]
fn repairs_can_be_switched_off_and_layouts_forced() {
    let off = LayoutOptions { repairs: false, ..LayoutOptions::default() };
    assert_eq!(arrange(WRAPPED, off).paragraphs.len(), 9);
    assert_eq!(arrange(WRAPPED, off).kind, LayoutKind::Wrapped);
    let lines = LayoutOptions { kind: Some(LayoutKind::Lines), ..LayoutOptions::default() };
    assert_eq!(arrange(RELEASE, lines).paragraphs.len(), 18);
    let wrapped = LayoutOptions { kind: Some(LayoutKind::Wrapped), ..LayoutOptions::default() };
    let short = "The ferry sailed again on Monday\nafter nine weeks in dock.";
    assert_eq!(
        arrange(short, wrapped).paragraphs[0].text,
        "The ferry sailed again on Monday after nine weeks in dock."
    );
}

#[test]
fn one_line_is_said_to_be_one() {
    assert_eq!(arranged("Only this."), (LayoutKind::OneLine, vec!["Only this.".into()]));
    assert_eq!(arranged("").1, Vec::<String>::new());
}

#[test]
fn places_beyond_twenty_are_only_counted() {
    let text = "Tangen Yard , a builder.\n".repeat(30);
    let found = repairs(&text);
    assert_eq!((found[0].0, found[0].1, found[0].2.len()), (StructureRepairKind::Space, 30, 20));
}

#[test]
fn a_text_that_was_put_together_stays_as_it_is() {
    let glued = "Shares ofTangentumbled.\nTangen\n, a yard , says it tumbled of late.\n\
        The boats have go-\nne. It is late.We go.\n";
    for text in [RELEASE, WRAPPED, glued] {
        let paragraphs = arranged(text).1;
        assert_eq!(arranged(&paragraphs.join("\n\n")).1, paragraphs);
    }
}
