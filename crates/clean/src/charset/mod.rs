//! Finds the legacy charset of bytes by the letters that they would be.
//!
//! Each charset decodes the same bytes to a different text. The cost of a text in nats is estimated
//! from which letter follows which in the languages of the charset. The cheapest reading is the
//! most likely one, and the distance to the next says how certain it is. This works from a dozen
//! bytes on, where counting frequent bytes does not. The costs of all charsets are on one scale,
//! whether a character takes one byte or four.

mod candidates;
mod double_byte;
mod models;
mod sample;
mod single_byte;

use encoding_rs::Encoding;

use candidates::CharsetCandidate;

pub(crate) use candidates::{cost_in_any_language, latin_cost};
pub(crate) use sample::sample;
pub(crate) use single_byte::ASCII_NATS;

/// The cost of bytes in a charset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CharsetCost {
    pub(crate) encoding: &'static Encoding,
    /// The negative log-probability of the bytes, in nats, including the rarity of the charset.
    pub(crate) nats: f32,
}

/// All charsets are compared on this many bytes. Only those that are not far behind see the rest.
const TRIED_BYTES: usize = 1 << 10;

/// A charset that is this many nats more expensive than the best one is far behind.
const FAR_BEHIND_NATS: f32 = 80.0;

/// The cost of the bytes in each charset, the cheapest first, without those that are far behind.
///
/// Linear in the number of bytes; use [`sample`] for long texts.
pub(crate) fn costs(bytes: &[u8]) -> Vec<CharsetCost> {
    // The cut is at a byte below 0x30, which is inside no character of these charsets.
    let tried = bytes.get(..TRIED_BYTES).map_or(bytes, |head| {
        let end = head.iter().rposition(|byte| *byte < 0x30).unwrap_or(head.len());
        head.get(..end).unwrap_or(head)
    });
    let mut costs: Vec<(f32, &CharsetCandidate)> = candidates::all()
        .iter()
        .map(|candidate| (candidate.cost(tried) + candidate.prior, candidate))
        .collect();
    // Most charsets are hopeless after the first bytes; the full cost is only worth it for the others.
    if tried.len() < bytes.len() {
        let best = costs.iter().map(|(nats, _)| *nats).fold(f32::MAX, f32::min);
        costs.retain(|(nats, _)| *nats < best + FAR_BEHIND_NATS);
        for (nats, candidate) in &mut costs {
            *nats = candidate.cost(bytes) + candidate.prior;
        }
    }
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let cost = |(nats, candidate): (f32, &CharsetCandidate)| CharsetCost {
        encoding: candidate.encoding,
        nats,
    };
    costs.into_iter().map(cost).collect()
}

/// The cost of the bytes in one of these charsets, in nats.
pub(crate) fn cost_in(encoding: &'static Encoding, bytes: &[u8]) -> Option<f32> {
    let candidate = candidates::all().iter().find(|candidate| candidate.encoding == encoding)?;
    Some(candidate.cost(bytes) + candidate.prior)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_tell_their_charset() {
        for (text, charset) in [
            ("Завтра обещают дождь", "windows-1251"),
            ("Завтра обещают дождь", "KOI8-R"),
            ("Завтра обещают дождь", "ISO-8859-5"),
            ("Завтра обещают дождь", "IBM866"),
            ("Завтра обещают дождь", "x-mac-cyrillic"),
            ("Хочеться їсти", "windows-1251"),
            ("Αύριο θα βρέξει", "windows-1253"),
            ("מחר יירד גשם", "windows-1255"),
            ("غدا سينزل المطر", "windows-1256"),
            ("พรุ่งนี้ฝนจะตก", "windows-874"),
            ("明日は雨が降るでしょう", "Shift_JIS"),
            ("明日は雨が降るでしょう", "EUC-JP"),
            ("明天可能会下雨", "GBK"),
            ("明天可能會下雨", "Big5"),
            ("내일은 비가 온다", "EUC-KR"),
            ("Demain, la forêt sera trempée", "windows-1252"),
            ("Zítra večer má pršet, říkají", "windows-1250"),
            ("Yarın yağmur yağacakmış", "windows-1254"),
            ("Rytoj gali lyti, sakė žmonės, ąžuolų šakos", "windows-1257"),
        ] {
            let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
            let (bytes, _, had_errors) = encoding.encode(text);
            assert!(!had_errors, "{text} in {charset}");
            let best = costs(&bytes)[0].encoding;
            let (read, _) = best.decode_without_bom_handling(&bytes);
            assert_eq!(read, text, "{charset} read as {}", best.name());
        }
    }
}
