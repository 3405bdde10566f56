//! The tables that are part of the crate, with the cargo feature `words`.

use std::sync::LazyLock;

use super::table::LanguageTable;

#[cfg(feature = "words")]
macro_rules! embed {
    ($($language:literal),* $(,)?) => {
        &[$(
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/words/", $language, ".bin")),
        )*]
    };
}

#[cfg(feature = "words")]
const FILES: &[&[u8]] =
    embed!["be", "bg", "cs", "el", "hu", "lt", "lv", "pl", "ro", "ru", "sk", "sr", "tr", "uk"];

#[cfg(not(feature = "words"))]
const FILES: &[&[u8]] = &[];

static TABLES: LazyLock<Vec<LanguageTable>> =
    LazyLock::new(|| FILES.iter().copied().filter_map(LanguageTable::read).collect());

/// All tables. They are parsed once, at the first use, since most texts have no lost letters.
pub(super) fn tables() -> &'static [LanguageTable] {
    &TABLES
}
