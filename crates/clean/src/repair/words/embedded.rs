//! The tables that come with the crate.

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

/// All tables, read once.
pub(super) fn tables() -> &'static [LanguageTable] {
    &TABLES
}
