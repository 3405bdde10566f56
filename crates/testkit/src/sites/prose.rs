//! Sentences without end, none of them about anything.

/// Numbers that look random and are the same every time (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct SiteDice(u64);

impl SiteDice {
    pub(super) fn new(seed: u64) -> Self {
        // Mixed once, so that the rows of two seeds are not one row from different places on.
        let mut dice = Self(seed.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(dice.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides.max(1) as u64).unwrap_or(0)
    }

    pub(super) fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

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

pub(super) fn name(dice: &mut SiteDice) -> &'static str {
    dice.pick(NAMES)
}

pub(super) fn date(dice: &mut SiteDice) -> String {
    format!("{} {} {}", 1 + dice.roll(28), dice.pick(MONTHS), 2015 + dice.roll(11))
}

/// A headline of some words.
pub(super) fn headline(dice: &mut SiteDice) -> String {
    capital(&format!(
        "{} {} {} {}",
        dice.pick(WHO),
        dice.pick(DID),
        dice.pick(WHAT),
        dice.pick(WHEN)
    ))
}

/// A sentence of ten to thirty words.
pub(super) fn sentence(dice: &mut SiteDice) -> String {
    let (who, did, what) = (dice.pick(WHO), dice.pick(DID), dice.pick(WHAT));
    let (place, when, and) = (dice.pick(WHERE), dice.pick(WHEN), dice.pick(AND));
    let other = dice.pick(WHO);
    capital(&match dice.roll(7) {
        0 => format!("{who} {did} {what} {place} {when}, {and}."),
        1 => format!("{when}, {who} {did} {what} {place}."),
        2 => format!("{who} {did} {what} {when}, {and}."),
        3 => format!("{place}, {who} and {other} {did} {what}, {and}."),
        4 => format!("\"{who} {did} {what} {place},\" said {}, {and}.", name(dice)),
        5 => format!(
            "in {}, {who} {did} {what}, {} kilometres from the town, {and}.",
            1950 + dice.roll(70),
            2 + dice.roll(60)
        ),
        _ => format!("what {other} {place} remembers is that {who} {did} {what} {when}."),
    })
}

/// A paragraph of `sentences`.
pub(super) fn paragraph(dice: &mut SiteDice, sentences: usize) -> String {
    (0..sentences).map(|_| sentence(dice)).collect::<Vec<_>>().join(" ")
}

/// Puts a number for each `{n}`, and so for `{date}` and `{name}`.
pub(super) fn filled(template: &str, dice: &mut SiteDice) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        match slot {
            "n" => out.push_str(&(3 + dice.roll(9_000)).to_string()),
            "date" => out.push_str(&date(dice)),
            _ => out.push_str(name(dice)),
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
