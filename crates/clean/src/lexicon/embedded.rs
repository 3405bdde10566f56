//! Embeds the lexicons in `config/lexicon/`.

macro_rules! embed {
    ($($language:literal),* $(,)?) => {
        &[$((
            $language,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/config/lexicon/",
                $language,
                ".toml"
            )),
        )),*]
    };
}

/// Language and file contents.
pub(super) const FILES: &[(&str, &str)] = embed![
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ru", "vi", "ja", "zh", "ko", "ar", "hi",
    "tr", "sv", "da", "no", "fi", "cs", "el", "hu", "ro", "id",
];
