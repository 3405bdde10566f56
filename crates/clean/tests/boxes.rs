//! A box in an article goes as a whole, whatever its form, and the article stays. Prose about what boxes offer is prose.

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, Lexicon, SiteRules};

const ENGLISH: [&str; 4] = [
    "The slipway below the fish market had been closed for two winters when the last boatbuilder of the town \
     asked for the key, and nobody could remember who had it.",
    "It turned up in the drawer of a retired pilot, wrapped in a page of the tide table for 1978, together with \
     a list of the boats that still owed money for the hoist.",
    "The first hull was turned over in April by eleven volunteers and a borrowed tractor. It leaked for a week, \
     as wooden hulls do, and then it stopped.",
    "What becomes of the slipway in the autumn is for the council to decide. The boatbuilder has already \
     promised the key to her apprentice.",
];

const GERMAN: [&str; 4] = [
    "Zwei Winter lang war die Helling unterhalb der Fischhalle gesperrt, als die letzte Bootsbauerin der Stadt \
     nach dem Schlüssel fragte und niemand wusste, wer ihn hatte.",
    "Er fand sich in der Schublade eines alten Lotsen, eingewickelt in eine Seite des Tidenkalenders, zusammen \
     mit einer Liste der Boote, für die noch Geld fehlte.",
    "Den ersten Rumpf drehten im April elf Freiwillige und ein geliehener Traktor um. Eine Woche lang war er \
     undicht, wie es hölzerne Rümpfe sind, dann nicht mehr, und am Sonntag darauf fuhr er mit neun Leuten und \
     einem Hund bis zur Boje vor der Mole und wieder zurück.",
    "Was im Herbst aus der Helling wird, entscheidet der Rat. Die Bootsbauerin hat den Schlüssel schon ihrem \
     Lehrling versprochen.",
];

const ICELANDIC: [&str; 4] = [
    "Dráttarbrautin neðan við fiskmarkaðinn hafði verið lokuð í tvo vetur þegar síðasti bátasmiður bæjarins bað \
     um lykilinn og enginn mundi hver hafði hann.",
    "Hann fannst í skúffu hjá gömlum hafnsögumanni, vafinn inn í blaðsíðu úr sjávarfallatöflu, ásamt lista yfir \
     þá báta sem enn skulduðu fyrir spilið.",
    "Fyrsta skrokknum var snúið við í apríl af ellefu sjálfboðaliðum og lánuðum traktor. Hann lak í viku eins og \
     tréskrokkar gera og svo hætti hann því, og næsta sunnudag sigldi hann með níu manns og einn hund út að \
     baujunni fyrir utan garðinn og aftur heim.",
    "Hvað verður um dráttarbrautina í haust er bæjarstjórnar að ákveða. Bátasmiðurinn hefur þegar lofað lærlingi \
     sínum lyklinum.",
];

/// The label, the text and the button of a box.
type BoxText = [&'static str; 3];

const BOXES: [(&str, [&str; 4], BoxText); 4] = [
    (
        "en",
        ENGLISH,
        [
            "The Tide Letter",
            "The coast in six links, delivered to your inbox. No spam.",
            "Subscribe for free",
        ],
    ),
    (
        "en",
        ENGLISH,
        [
            "Support our work",
            "Our journalism depends on readers like you, along the whole coast.",
            "Donate now",
        ],
    ),
    (
        "de",
        GERMAN,
        [
            "Der Tidenbrief",
            "Die Küste in sechs Meldungen, direkt in Ihr Postfach. Kein Spam.",
            "Newsletter abonnieren",
        ],
    ),
    (
        "de",
        GERMAN,
        [
            "Die Küste zum Mitnehmen",
            "Laden Sie unsere App und lesen Sie weiter. Kostenlos für iOS.",
            "App herunterladen",
        ],
    ),
];

/// Forms of boxes, with `{0}`, `{1}` and `{2}` for the three texts.
const FORMS: [(&str, &str); 13] = [
    ("aside", r#"<aside><h3>{0}</h3><p>{1}</p><a href="/go">{2}</a></aside>"#),
    (
        "form",
        r#"<div class="nl__wrap"><h3>{0}</h3><p>{1}</p><form action="/s"><input type="email" name="m"><button>{2}</button></form></div>"#,
    ),
    (
        "card",
        r#"<div class="card"><div class="card-body"><h4>{0}</h4><p>{1}</p><a class="btn" href="/go">{2}</a></div></div>"#,
    ),
    (
        "banner",
        r#"<section class="banner" role="complementary"><div>{0}</div><div>{1}</div><a href="/go">{2}</a></section>"#,
    ),
    ("line", r#"<p><strong>{0}</strong> {1} <a href="/go">{2}</a></p>"#),
    ("named line", r#"<p class="promo-box"><strong>{0}</strong> {1} <a href="/go">{2}</a></p>"#),
    (
        "sticky bar",
        r#"<div class="sticky-bar" role="dialog"><span>{0}</span><p>{1}</p><button>{2}</button></div>"#,
    ),
    ("list item", r#"<ul><li><strong>{0}</strong> {1} <a href="/go">{2}</a></li></ul>"#),
    (
        "no names",
        r#"<div><div><div>{0}</div><div>{1}</div><div><a href="/go">{2}</a></div></div></div>"#,
    ),
    ("paragraphs", r#"<p>{0}</p><p>{1}</p><p><a href="/go">{2}</a></p>"#),
    ("heading", r#"<h2>{0}</h2><p>{1}</p><a href="/go">{2}</a>"#),
    ("quote", r#"<blockquote><strong>{0}</strong><p>{1}</p><a href="/go">{2}</a></blockquote>"#),
    (
        "generated names",
        r#"<div class="css-q1ad7c"><div class="css-mc4ty9"><div class="css-x2">{0}</div><div class="css-y3">{1}</div><a href="/go">{2}</a></div></div>"#,
    ),
];

fn cleaner() -> Cleaner {
    Cleaner::new(CleanOptions::default(), Lexicon::embedded(), SiteRules::default())
}

/// The text of an article in HTML with something before one of its paragraphs.
fn page_text(
    cleaner: &Cleaner,
    language: &str,
    paragraphs: [&str; 4],
    at: usize,
    inserted: &str,
) -> String {
    let mut parts: Vec<String> = paragraphs
        .iter()
        .map(|paragraph| format!("<p class=\"css-at9mc1\">{paragraph}</p>"))
        .collect();
    parts.insert(at, inserted.to_owned());
    let html = format!(
        "<!doctype html><html lang={language}><title>1978 Hull 11</title><body><main><article><h1>1978 Hull 11</h1>{}</article></main></body></html>",
        parts.concat()
    );
    cleaner.clean(&CleanInput::new("slip.html", html.as_bytes())).text
}

/// Which paragraphs are missing in a text, and which pieces of a box are in it.
fn faults<'a>(text: &str, paragraphs: &[&'a str], pieces: &[&'a str]) -> Vec<&'a str> {
    let is_missing = |paragraph: &&&str| !text.contains(**paragraph);
    let stays = |piece: &&&str| text.contains(**piece);
    let missing = paragraphs.iter().filter(is_missing);
    missing.chain(pieces.iter().filter(stays)).copied().collect()
}

#[test]
fn a_box_goes_whole_in_every_form() {
    let cleaner = cleaner();
    let mut wrong = Vec::new();
    for (language, paragraphs, pieces) in &BOXES {
        for (form, markup) in FORMS {
            let mut markup = markup.to_owned();
            for (number, piece) in pieces.iter().enumerate() {
                markup = markup.replace(&format!("{{{number}}}"), piece);
            }
            for at in [1, 2, 3] {
                let text = page_text(&cleaner, language, *paragraphs, at, &markup);
                let found = faults(&text, &paragraphs[..], &pieces[..]);
                if !found.is_empty() {
                    wrong.push(format!("{form} before paragraph {at}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_a_lexicon_the_structure_is_enough() {
    let cleaner = cleaner();
    let pieces =
        ["Sjávarbréfið", "Sex fréttir af ströndinni á hverjum morgni klukkan sjö.", "Skrá mig"];
    for markup in [
        r#"<div class="x1"><h3>{0}</h3><p>{1}</p><form><input type="email"><button>{2}</button></form></div>"#,
        r#"<div class="x1"><h3>{0}</h3><p>{1}</p><form><input type="text" name="email"><input type="submit"><b>{2}</b></form></div>"#,
        r#"<aside class="x1"><h3>{0}</h3><p>{1}</p><a href="https://apps.apple.com/app/id1">{2}</a></aside>"#,
        r#"<section class="donation-box"><h3>{0}</h3><p>{1}</p><a href="/donate">{2}</a></section>"#,
    ] {
        let mut markup = markup.to_owned();
        for (number, piece) in pieces.iter().enumerate() {
            markup = markup.replace(&format!("{{{number}}}"), piece);
        }
        let text = page_text(&cleaner, "is", ICELANDIC, 2, &markup);
        assert_eq!(faults(&text, &ICELANDIC, &pieces), [""; 0], "{markup}");
    }
}

#[test]
fn prose_about_offers_stays() {
    let cleaner = cleaner();
    for prose in [
        "Cancel at any time, said the lease of the slipway, and the judge took the sentence literally.",
        "Sign up at the harbour office with two witnesses, the old rules demanded, and bring your own rope.",
        "We use cookies to keep the apprentices quiet, the boatbuilder joked, and pointed at the tin.",
        "All rights reserved stood on the back of the drawing, though nobody had ever asked for a copy.",
        "Log in with the number on the tag, the customs office had written, but the tag had no number.",
    ] {
        for markup in [format!("<p>{prose}</p>"), format!("<p class=newsletter-text>{prose}</p>")] {
            let text = page_text(&cleaner, "en", ENGLISH, 2, &markup);
            assert!(text.contains(prose), "{prose}");
        }
        let mut lines = ENGLISH.to_vec();
        lines.insert(2, prose);
        let lines = lines.join("\n\n");
        let text = cleaner.clean(&CleanInput::new("slip.txt", lines.as_bytes())).text;
        assert!(text.contains(prose), "{prose}");
    }
}

#[test]
fn a_section_about_newsletters_is_no_box() {
    let cleaner = cleaner();
    let sentence =
        "The harbour letter of 1911 was copied by hand and read aloud at the pump on Fridays.";
    let section = format!(
        "<section class=newsletter><h2>Letters</h2><p>{sentence} {sentence}</p><p>{sentence} It had no owner.</p>\
         <p>{sentence} Nobody kept a copy.</p></section>"
    );
    let text = page_text(&cleaner, "en", ENGLISH, 2, &section);
    assert!(text.contains("It had no owner.") && text.contains("Nobody kept a copy."), "{text}");
}

#[test]
fn times_prices_and_numbers_are_no_offers() {
    let cleaner = cleaner();
    for number in ["08:00", "267", "-20%"] {
        let text = page_text(&cleaner, "fr", ENGLISH, 2, &format!("<h2>{number}</h2>"));
        assert!(text.contains(number), "{number}: {text}");
    }
}
