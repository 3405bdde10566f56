//! Sentences for generated sites, as many as wanted.

use crate::random::SeededRandom;

const WHO: &[&str] = &[
    "the harbour board",
    "a retired teacher",
    "the town council",
    "the night ferry",
    "her brother",
    "the museum",
    "the new bakery",
    "a group of students",
    "the fire brigade",
    "the old mill",
    "the river authority",
    "a choir from the valley",
    "the school cook",
    "the chess club",
    "the surveyor",
    "an engineer",
    "the village doctor",
    "the bus company",
    "the orchestra",
    "the county archive",
    "a young beekeeper",
    "the football team",
    "the lighthouse keeper",
    "the parish",
    "the botanist",
    "the market traders",
    "a clockmaker",
    "the mayor",
    "the pilot",
    "the forestry office",
    "a carpenter",
    "the insurance firm",
    "the weather station",
    "the judge",
    "the translator",
    "the farm cooperative",
    "the theatre",
    "the dentist",
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
    "bought",
    "lost",
    "found",
    "rebuilt",
    "visited",
    "counted",
    "refused",
    "moved",
    "photographed",
    "defended",
    "inspected",
    "praised",
    "delayed",
    "borrowed",
    "cleaned",
    "tested",
    "planned",
    "drew",
    "lifted",
    "watched",
    "emptied",
    "replaced",
    "hid",
    "studied",
    "rented",
    "carried",
    "shortened",
    "surveyed",
    "restored",
    "questioned",
    "collected",
    "welcomed",
    "abandoned",
];
const WHAT: &[&str] = &[
    "the stone bridge",
    "two hundred chairs",
    "the oldest boat",
    "a barn near the station",
    "the water tower",
    "a box of letters",
    "the railway cutting",
    "the church organ",
    "a greenhouse",
    "the swimming pool",
    "the eastern footpath",
    "a set of maps",
    "the ferry timetable",
    "the dam",
    "a collection of moths",
    "the flood wall",
    "the cinema roof",
    "a herd of goats",
    "the signal box",
    "the school kitchen",
    "a printing press",
    "the long pier",
    "the allotments",
    "an iron gate",
    "the lower quarry",
    "the town clock",
    "a pair of cranes",
    "the tram depot",
    "the bell tower",
    "the orchard",
    "a stack of ledgers",
    "the sluice",
    "the brass band's drums",
    "the ice rink",
    "a radio mast",
    "the salt store",
    "the library steps",
    "a wooden lift",
    "the north field",
    "the customs house",
];
const WHERE: &[&str] = &[
    "on the far bank",
    "in the upper valley",
    "behind the station",
    "near the border",
    "at the lake",
    "in the old quarter",
    "beside the canal",
    "on the ridge",
    "outside the walls",
    "in the dry dock",
    "under the viaduct",
    "across the square",
    "along the coast road",
    "at the crossing",
    "in the next parish",
    "by the weir",
    "on the island",
    "in two villages",
    "above the tree line",
    "at the end of the lane",
];
const WHEN: &[&str] = &[
    "last spring",
    "before dawn",
    "after a long winter",
    "during the strike",
    "in the first week",
    "without notice",
    "over three summers",
    "when the rain stopped",
    "for the second time",
    "as the light went",
    "a year too late",
    "while the road was shut",
    "in a single night",
    "shortly before the vote",
    "once the snow had gone",
    "ahead of the fair",
    "against all advice",
    "with borrowed tools",
    "to everyone's surprise",
    "by the end of autumn",
];
const AND: &[&str] = &[
    "and nobody had asked for it",
    "but the bill came later",
    "which took eleven days",
    "because the roof had begun to leak",
    "although the numbers did not add up",
    "so that the goods could pass",
    "and the neighbours helped with the rest",
    "while the paperwork lay in a drawer",
    "which the report does not mention",
    "but only half of it was ever used",
    "and the rest was left to the river",
    "since no other place was dry enough",
    "though the council had voted against it",
    "and a second attempt followed in June",
    "which surprised even the owner",
    "because a promise had been made",
    "until the money ran out",
    "and the frost did the rest",
    "so the children went by boat instead",
    "but few people noticed at the time",
];
const NAMES: &[&str] = &[
    "Anna Lindqvist",
    "Bo Tran",
    "Carla Mendes",
    "Dario Vitale",
    "Elin Haug",
    "Femi Ade",
    "Greta Novak",
    "Hugo Laurent",
    "Ines Prado",
    "Jonas Weiss",
    "Karin Dahl",
    "Lior Adler",
    "Mina Sato",
    "Nils Berg",
    "Olga Petrova",
    "Per Olav Moe",
    "Rosa Quint",
    "Stefan Ilic",
    "Tilda Nyman",
    "Umar Sheikh",
];
const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn name(random: &mut SeededRandom) -> &'static str {
    random.pick(NAMES)
}

pub(super) fn date(random: &mut SeededRandom) -> String {
    format!("{} {} {}", 1 + random.below(28), random.pick(MONTHS), 2015 + random.below(11))
}

/// A headline of some words.
pub(super) fn headline(random: &mut SeededRandom) -> String {
    capital(&format!(
        "{} {} {} {}",
        random.pick(WHO),
        random.pick(DID),
        random.pick(WHAT),
        random.pick(WHEN)
    ))
}

/// A sentence of ten to thirty words.
pub(super) fn sentence(random: &mut SeededRandom) -> String {
    let (who, did, what) = (random.pick(WHO), random.pick(DID), random.pick(WHAT));
    let (place, when, and) = (random.pick(WHERE), random.pick(WHEN), random.pick(AND));
    let other = random.pick(WHO);
    capital(&match random.below(7) {
        0 => format!("{who} {did} {what} {place} {when}, {and}."),
        1 => format!("{when}, {who} {did} {what} {place}."),
        2 => format!("{who} {did} {what} {when}, {and}."),
        3 => format!("{place}, {who} and {other} {did} {what}, {and}."),
        4 => format!("\"{who} {did} {what} {place},\" said {}, {and}.", name(random)),
        5 => format!(
            "in {}, {who} {did} {what}, {} kilometres from the town, {and}.",
            1950 + random.below(70),
            2 + random.below(60)
        ),
        _ => format!("what {other} {place} remembers is that {who} {did} {what} {when}."),
    })
}

/// A paragraph of `sentences`.
pub(super) fn paragraph(random: &mut SeededRandom, sentences: usize) -> String {
    (0..sentences).map(|_| sentence(random)).collect::<Vec<_>>().join(" ")
}

/// Puts a number for each `{n}`, and so for `{date}` and `{name}`.
pub(super) fn filled(template: &str, random: &mut SeededRandom) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        match slot {
            "n" => out.push_str(&(3 + random.below(9_000)).to_string()),
            "date" => out.push_str(&date(random)),
            _ => out.push_str(name(random)),
        }
        rest = after;
    }
    out + rest
}

fn capital(text: &str) -> String {
    let at = text.find(char::is_alphabetic).unwrap_or(0);
    let (before, word) = text.split_at(at);
    let mut rest = word.chars();
    let first = rest.next().map(char::to_uppercase).into_iter().flatten();
    before.chars().chain(first).chain(rest).collect()
}
