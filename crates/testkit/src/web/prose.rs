//! Articles about invented events. The same seed gives the same article, and different seeds different ones.

use crate::random::SeededRandom;

/// A headline, without a number in it.
pub(super) fn title(seed: u64) -> String {
    let mut random = SeededRandom::new(seed);
    let (who, did, what) = (random.pick(WHO), random.pick(DID), random.pick(WHAT));
    let place = place(&mut random);
    capital(&format!("{who} of {place} {did} {what}"))
}

/// The name of somebody.
pub(super) fn name(seed: u64) -> String {
    let mut random = SeededRandom::new(seed ^ 0x6e61_6d65);
    format!("{} {}", random.pick(FIRST), place(&mut random))
}

/// A paragraph of four sentences.
pub(super) fn paragraph(seed: u64) -> String {
    let mut random = SeededRandom::new(seed);
    let sentences: Vec<String> = (0..4).map(|_| sentence(&mut random)).collect();
    sentences.join(" ")
}

fn sentence(random: &mut SeededRandom) -> String {
    let (who, other) = (random.pick(WHO), random.pick(WHO));
    let (did, what) = (random.pick(DID), random.pick(WHAT));
    let (how, when) = (random.pick(HOW), random.pick(WHEN));
    let (first, place) = (random.pick(FIRST), place(random));
    let number = 3 + random.below(900);
    let text = match random.below(7) {
        0 => format!("{when}, {who} of {place} {did} {what} {how}"),
        1 => format!("{who} {did} {what} near {place}, although {other} had asked for more time"),
        2 => format!("{first} {place}, who speaks for {who}, said that {other} {did} {what} {how}"),
        3 => format!("about {number} people came to {place} to see how {who} {did} {what}"),
        4 => format!(
            "{what} had been kept in {place} for {number} years before {who} {did} it {how}"
        ),
        5 => format!(
            "nobody in {place} remembers that {who} ever {did} {what}, and {other} doubts it"
        ),
        _ => format!("while {who} {did} {what}, {other} waited in {place} {when} and said little"),
    };
    capital(&text) + "."
}

/// A place that is on no map: so many names that two pages share few of them.
fn place(random: &mut SeededRandom) -> String {
    let (head, middle, tail) = (random.pick(HEADS), random.pick(MIDDLES), random.pick(TAILS));
    capital(&format!("{head}{middle}{tail}"))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

const HEADS: &[&str] = &[
    "bar", "cor", "dun", "el", "fen", "gal", "har", "il", "jor", "kel", "lor", "mar", "nor", "ost",
    "pel", "quen", "rav", "sel", "tor", "ul", "ver", "wes", "yar", "zel",
];
const MIDDLES: &[&str] =
    &["", "a", "be", "ding", "en", "fi", "go", "li", "mo", "ra", "so", "ti", "wen"];
const TAILS: &[&str] = &[
    "bach", "bridge", "burn", "combe", "dale", "ford", "gate", "ham", "haven", "holm", "ley",
    "mere", "mouth", "ness", "stad", "thorpe", "ton", "vik", "well", "wick",
];
const FIRST: &[&str] = &[
    "Ada", "Bram", "Cleo", "Dario", "Edda", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Karin",
    "Leo", "Mira", "Nils", "Olga", "Pavel", "Rosa", "Sven", "Tilda", "Urs", "Vera", "Wim", "Yara",
    "Zeno",
];
const WHO: &[&str] = &[
    "the harbour board",
    "a retired teacher",
    "the town council",
    "the night ferry",
    "the museum",
    "a baker",
    "the fire brigade",
    "the river authority",
    "the choir",
    "the chess club",
    "a surveyor",
    "an engineer",
    "the bus company",
    "the orchestra",
    "the county archive",
    "a beekeeper",
    "the lighthouse keeper",
    "the botanist",
    "the market",
    "a clockmaker",
    "the mayor",
    "the pilot",
    "the forestry office",
    "a carpenter",
    "the weather station",
    "the translator",
    "the cooperative",
    "the theatre",
    "a cyclist",
    "the postman",
];
const DID: &[&str] = &[
    "repaired",
    "sold",
    "measured",
    "closed",
    "painted",
    "described",
    "opened",
    "moved",
    "counted",
    "insured",
    "rebuilt",
    "found",
    "lost",
    "lent",
    "borrowed",
    "photographed",
    "cleaned",
    "refused",
    "defended",
    "drew",
];
const WHAT: &[&str] = &[
    "the old crane",
    "a stone bridge",
    "the northern pier",
    "two rowing boats",
    "the bell of the chapel",
    "a collection of maps",
    "the roof of the station",
    "an oak staircase",
    "the summer timetable",
    "a hundred lanterns",
    "the flood gate",
    "an unfinished organ",
    "the first printing press",
    "a meadow",
    "the orchard wall",
    "the tramway",
    "a weather vane",
    "the reading room",
    "a cargo of slate",
    "the swimming pool",
    "an observatory",
    "the paper mill",
    "a row of poplars",
    "the ice cellar",
];
const HOW: &[&str] = &[
    "without asking anyone",
    "in a single afternoon",
    "with borrowed tools",
    "for the second time",
    "against the advice of the neighbours",
    "after a long debate",
    "at its own expense",
    "by hand",
    "before the rain set in",
    "in front of a small crowd",
    "with great care",
    "as the law demands",
];
const WHEN: &[&str] = &[
    "in the spring",
    "on a cold Tuesday",
    "late in the evening",
    "before the festival",
    "last autumn",
    "during the storm",
    "after the holidays",
    "on the first day of the fair",
    "at low tide",
    "that winter",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_paragraphs_say_the_same() {
        let paragraphs: HashSet<String> = (0..5_000).map(paragraph).collect();
        assert_eq!(paragraphs.len(), 5_000);
        assert_eq!(paragraph(7), paragraph(7));
        let words: usize = paragraphs.iter().map(|text| text.split(' ').count()).sum();
        assert!((45..75).contains(&(words / 5_000)), "{}", words / 5_000);
    }
}
