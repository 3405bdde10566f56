//! The last bytes of emoji and flags in UTF-8.
//!
//! From the Unicode Character Database 15.0 (`emoji-data.txt`, `emoji-sequences.txt`), under the
//! Unicode license.

use std::ops::RangeInclusive;

/// Emoji whose third and fourth byte may both be left: those of U+1F900 to U+1FAFF.
const EMOJI: [RangeInclusive<u32>; 10] = [
    0x1f90c..=0x1f93a,
    0x1f93c..=0x1f945,
    0x1f947..=0x1f9ff,
    0x1fa70..=0x1fa7c,
    0x1fa80..=0x1fa88,
    0x1fa90..=0x1fabd,
    0x1fabf..=0x1fac5,
    0x1face..=0x1fadb,
    0x1fae0..=0x1fae8,
    0x1faf0..=0x1faf8,
];

/// The second letters of the region codes of flags, by the first letter.
const REGIONS: [&[u8]; 26] = [
    b"CDEFGILMOQRSTUWXZ",
    b"ABDEFGHIJLMNOQRSTVWYZ",
    b"ACDFGHIKLMNOPRUVWXYZ",
    b"EGJKMOZ",
    b"ACEGHRSTU",
    b"IJKMOR",
    b"ABDEFGHILMNPQRSTUWY",
    b"KMNRTU",
    b"CDELMNOQRST",
    b"EMOP",
    b"EGHIMNPRWYZ",
    b"ABCIKRSTUVY",
    b"ACDEFGHKLMNOPQRSTUVWXYZ",
    b"ACEFGILOPRUZ",
    b"M",
    b"AEFGHKLMNRSTWY",
    b"A",
    b"EOSUW",
    b"ABCDEGHIJKLMNORSTVXYZ",
    b"ACDFGHJKLMNORTVWZ",
    b"AGMNSYZ",
    b"ACEGINU",
    b"FS",
    b"K",
    b"ET",
    b"AMW",
];

/// The emoji whose last two bytes are these Latin-1 characters.
pub(super) fn emoji(third: char, fourth: char) -> Option<char> {
    let is_left = |char| ('\u{a0}'..='\u{bf}').contains(&char);
    if !is_left(third) || !is_left(fourth) {
        return None;
    }
    let code = 0x1f000 + ((u32::from(third) & 0x3f) << 6) + (u32::from(fourth) & 0x3f);
    let is_emoji = EMOJI.iter().any(|range| range.contains(&code));
    char::from_u32(code).filter(|_| is_emoji)
}

/// The letter A to Z, counted from 0, of the regional indicator with this last byte.
pub(super) fn letter(last: char) -> Option<u8> {
    let letter = u32::from(last).checked_sub(0xa6)?;
    u8::try_from(letter).ok().filter(|&letter| letter < 26)
}

/// The flag of a region code, with its letters counted from 0.
///
/// `None` for the same letter twice: two equal emoji are more likely than Estonia or Myanmar.
pub(super) fn flag(first: u8, second: u8) -> Option<String> {
    let seconds = REGIONS.get(usize::from(first))?;
    let is_region = first != second && seconds.contains(&(b'A' + second));
    let indicator = |letter: u8| char::from_u32(0x1f1e6 + u32::from(letter));
    is_region.then(|| [first, second].into_iter().filter_map(indicator).collect())
}

/// The letters in the tags of the flags of England, Scotland and Wales.
pub(super) const NATIONS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];
