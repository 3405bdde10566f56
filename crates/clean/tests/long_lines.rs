//! Long lines of text are judged sentence by sentence, and promotions are cut out of paragraphs.

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass, InputKind, Record};

const MENU: &str =
    "Skip to content Home News Sport Weather Travel Opinion Search Subscribe Sign in";
const ARTICLE: &str = "The council of Wexmoor voted on Tuesday to keep the old swing bridge open for another \
    winter, although the engineers had asked for it to be closed in October. The bridge carries the only road \
    to the island, where ninety families live and where the school has just been rebuilt. Its bearings were \
    last replaced in 1968, and the harbour master says that they groan whenever the tide turns. “We have \
    listened to that noise for ten years,” said Mara Ellwood, who keeps the tea room beside the eastern tower. \
    Closing the bridge would mean a ferry every two hours, and none at all when the wind is above forty knots. \
    The engineers will now inspect the bearings every Friday until the end of March. If the wear grows by more \
    than two millimetres, lorries will have to unload on the mainland. The council has set aside a sum for \
    drawings of a new bridge, but nobody expects it to be built within this decade.";
const HISTORY: &str = "It was opened in 1911 by a prince who arrived three hours late, and it has been painted \
    nine times since, always in the same shade of green. For its first forty years it was turned by hand. Four \
    men walked in a circle below the road while the children of the island counted their steps. An electric \
    motor was added after the war, and the walkway that the men used is now home to a colony of swifts.";
const FOOTER: &str = "Share this story Facebook Twitter Email Read more Contact us Privacy policy Terms of use \
    Cookie settings About us Advertise with us All rights reserved";

fn clean(text: &str) -> Record {
    let cleaner = Cleaner::with_options(CleanOptions::default().explain(true));
    cleaner.clean(&CleanInput {
        kind: Some(InputKind::Text),
        ..CleanInput::new("a.txt", text.as_bytes())
    })
}

#[test]
fn a_page_in_one_line_loses_its_menu_and_footer() {
    for article in [ARTICLE.to_owned(), format!("{ARTICLE} {HISTORY}")] {
        let record = clean(&format!("{MENU} {article} {FOOTER}"));
        assert_eq!(record.text, article);
        let removed: Vec<&str> = record.removed.blocks.iter().map(|block| &*block.text).collect();
        assert_eq!(removed.join(" "), format!("{MENU} {FOOTER}"));
    }
}

#[test]
fn a_promotion_is_cut_out_of_its_paragraph() {
    let paragraph =
        ARTICLE.replace("The bridge carries", "Sign up for our newsletter. The bridge carries");
    let (first, rest) = paragraph.split_at(paragraph.find(" Its bearings").unwrap());
    let record = clean(&format!("{first}\n{}\n", rest.trim()));
    assert_eq!(record.text.replace("\n\n", " "), ARTICLE);
    let [removed] = &record.removed.blocks[..] else { panic!("{:?}", record.removed) };
    assert_eq!(removed.class, ClutterClass::Newsletter);
    assert_eq!(
        (&*removed.place, &*removed.text),
        ("line 1, characters 160-186", "Sign up for our newsletter.")
    );
}

#[test]
fn an_article_in_one_line_stays_one_paragraph() {
    let long = format!("{ARTICLE} {HISTORY}");
    assert_eq!(clean(&long).text, long);
}
