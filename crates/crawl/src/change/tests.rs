use proptest::prelude::*;

use super::*;

const LEAD: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock.";
const BODY: &str =
    "Passengers who had waited since spring filled the upper deck within 10 minutes.";
const END: &str = "The company expects four hundred thousand travellers this year.";

fn text(blocks: &[&str]) -> String {
    blocks.join("\n\n")
}

#[track_caller]
fn assert_same(before: &[&str], after: &[&str]) {
    assert_eq!(difference(&text(before), &text(after)), TextDifference::default());
}

/// The number of differing words, the added blocks and the removed blocks.
fn found(before: &[&str], after: &[&str]) -> (f64, Vec<String>, Vec<String>) {
    let (before, after) = (text(before), text(after));
    let words = blocks::TextBlocks::from_text(&before).word_count()
        + blocks::TextBlocks::from_text(&after).word_count();
    let found = difference(&before, &after);
    ((found.share * words as f64).round(), found.added, found.removed)
}

fn owned(blocks: &[&str]) -> Vec<String> {
    blocks.iter().map(|&block| block.to_owned()).collect()
}

#[test]
fn equal_texts_do_not_differ() {
    assert_same(&[], &[]);
    assert_same(&[LEAD, BODY, END], &[LEAD, BODY, END]);
    assert_same(&[LEAD, BODY, END], &[END, LEAD, BODY]);
    assert_same(&[LEAD], &[&LEAD.to_uppercase()]);
    assert_same(&["“Well,” he said."], &["\"Well\", he said…"]);
    assert_same(&[LEAD, "* * *"], &["—", LEAD]);
    assert_same(&[LEAD, BODY], &[&format!("{LEAD} {BODY}")]);
    assert_same(&[&format!("{LEAD} {BODY}"), END], &[LEAD, BODY, END]);
}

#[test]
fn numbers_and_times_in_labels_are_ignored() {
    assert_same(
        &["1,204 readers", LEAD, "Updated 5 minutes ago", BODY, "17 comments"],
        &["1,317 readers", LEAD, "Updated an hour ago", BODY, "18 comments"],
    );
}

#[test]
fn a_number_in_a_sentence_differs() {
    let after = BODY.replace("10", "12");
    assert_eq!(
        found(&[LEAD, BODY, END], &[LEAD, &after, END]),
        (2.0, owned(&[&after]), owned(&[BODY]))
    );
}

#[test]
fn new_blocks_are_added_and_missing_ones_removed() {
    assert_eq!(found(&[LEAD, END], &[LEAD, BODY, END]), (13.0, owned(&[BODY]), vec![]));
    assert_eq!(found(&[LEAD, BODY, END], &[LEAD, END]), (13.0, vec![], owned(&[BODY])));
    assert_eq!(found(&[LEAD], &[LEAD, LEAD]), (15.0, owned(&[LEAD]), vec![]));
    assert_eq!(found(&[], &[LEAD]), (15.0, owned(&[LEAD]), vec![]));
    assert_eq!(found(&[LEAD], &[END]), (24.0, owned(&[END]), owned(&[LEAD])));
}

#[test]
fn a_shortened_block_is_in_both_lists() {
    let shorter = LEAD.replace(" on Monday", "");
    assert_eq!(found(&[LEAD, BODY], &[&shorter, BODY]), (2.0, owned(&[&shorter]), owned(&[LEAD])));
    assert_eq!(found(&[&shorter, BODY], &[LEAD, BODY]), (2.0, owned(&[LEAD]), owned(&[&shorter])));
}

#[test]
fn a_moved_and_changed_block_counts_its_changed_words() {
    let changed = BODY.replace("upper", "lower");
    assert_eq!(
        found(&[LEAD, BODY, END], &[&changed, LEAD, END]),
        (2.0, owned(&[&changed]), owned(&[BODY]))
    );
}

#[test]
fn a_rewritten_short_line_is_compared_by_words() {
    assert_eq!(
        found(&[LEAD, "Ferry is late again", END], &[LEAD, "Ferry is early now", END]),
        (4.0, owned(&["Ferry is early now"]), owned(&["Ferry is late again"]))
    );
}

#[test]
fn characters_of_scripts_without_spaces_are_words() {
    let (before, after) = ("渡し船は月曜日に港へ戻った。", "渡し船は火曜日に港へ戻った。");
    let lead = "乗客は春から待っていた。";
    assert_eq!(found(&[lead, before], &[after, lead]), (2.0, owned(&[after]), owned(&[before])));
}

/// Similar texts: a few blocks of a few words.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof!["[a-e]{1,2}", "[0-9]{1,2}", Just("港".to_owned()), Just(".".to_owned())];
    let block = prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "));
    prop::collection::vec(block, 0..8).prop_map(|blocks| blocks.join("\n\n"))
}

proptest! {
    #[test]
    fn a_difference_consists_of_a_share_and_blocks_of_the_texts(before in texts(), after in texts()) {
        let found = difference(&before, &after);
        prop_assert!((0.0..=1.0).contains(&found.share), "{}", found.share);
        prop_assert_eq!(&found, &difference(&before, &after));
        let is_of = |text: &str, blocks: &[String]| {
            let all: Vec<&str> = text.split("\n\n").map(str::trim).collect();
            let mut places = blocks.iter().map(|block| all.iter().position(|own| own == block));
            places.all(|place| place.is_some())
        };
        prop_assert!(is_of(&after, &found.added));
        prop_assert!(is_of(&before, &found.removed));
        prop_assert_eq!(found.share == 0.0, found.added.is_empty() && found.removed.is_empty());
    }

    #[test]
    fn the_order_of_blocks_is_ignored(text in texts(), turn in 0..8_usize) {
        let mut blocks: Vec<&str> = text.split("\n\n").collect();
        let turn = turn % blocks.len();
        blocks.rotate_left(turn);
        prop_assert_eq!(difference(&text, &blocks.join("\n\n")), TextDifference::default());
    }

    #[test]
    fn any_two_texts_can_be_compared(before in any::<String>(), after in any::<String>()) {
        let found = difference(&before, &after);
        prop_assert!((0.0..=1.0).contains(&found.share));
    }
}
