//! The tables that are part of the crate, with the cargo feature `words`.

use std::sync::LazyLock;

use super::table::LanguageTable;

#[cfg(feature = "words")]
const FILES: &[&[u8]] = &[
    include_bytes!("../../../../../config/words/cs.bin"),
    include_bytes!("../../../../../config/words/el.bin"),
    include_bytes!("../../../../../config/words/pl.bin"),
    include_bytes!("../../../../../config/words/ru.bin"),
    include_bytes!("../../../../../config/words/tr.bin"),
    include_bytes!("../../../../../config/words/uk.bin"),
];

#[cfg(not(feature = "words"))]
const FILES: &[&[u8]] = &[];

static TABLES: LazyLock<Vec<LanguageTable>> =
    LazyLock::new(|| FILES.iter().copied().filter_map(LanguageTable::read).collect());

/// All tables. They are parsed once, at the first use, since most texts have no lost letters.
pub(super) fn tables() -> &'static [LanguageTable] {
    &TABLES
}
