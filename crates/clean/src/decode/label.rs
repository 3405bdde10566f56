//! What a charset label names.

use encoding_rs as e;
use encoding_rs::{Encoding, REPLACEMENT};

/// Labels in use that the Encoding Standard does not list, for encodings that it has.
const ALIASES: [(&str, &Encoding); 17] = [
    ("cp65001", e::UTF_8),
    ("cp874", e::WINDOWS_874),
    ("cp932", e::SHIFT_JIS),
    ("cp936", e::GBK),
    ("cp949", e::EUC_KR),
    ("cp950", e::BIG5),
    ("euc-cn", e::GBK),
    ("eucjp", e::EUC_JP),
    ("euckr", e::EUC_KR),
    ("mac-cyrillic", e::X_MAC_CYRILLIC),
    ("mac-roman", e::MACINTOSH),
    ("maccyrillic", e::X_MAC_CYRILLIC),
    ("macroman", e::MACINTOSH),
    ("uhc", e::EUC_KR),
    ("utf8mb4", e::UTF_8),
    ("win-1251", e::WINDOWS_1251),
    ("win1251", e::WINDOWS_1251),
];

/// The encoding that a label names in the [Encoding
/// Standard](https://encoding.spec.whatwg.org/#names-and-labels), or by one of the common aliases
/// that the standard does not list.
///
/// `None` for labels that the standard maps to the replacement encoding for safety (`iso-2022-kr`,
/// `hz-gb-2312`), and for unknown ones such as UTF-7.
pub(super) fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim_matches(['"', '\'', ' ', '\t', '\r', '\n', '\u{c}']);
    let encoding = Encoding::for_label(label.as_bytes()).or_else(|| {
        let is_named = |alias: &&(&str, _)| alias.0.eq_ignore_ascii_case(label);
        ALIASES.iter().find(is_named).map(|(_, encoding)| *encoding)
    });
    encoding.filter(|encoding| *encoding != REPLACEMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_encodings() {
        for (label, name) in [
            ("utf8", Some("UTF-8")),
            (" ISO-8859-1\n", Some("windows-1252")),
            ("us-ascii", Some("windows-1252")),
            ("'GB2312'", Some("GBK")),
            ("MacCyrillic", Some("x-mac-cyrillic")),
            ("cp949", Some("EUC-KR")),
            ("utf-7", None),
            ("iso-2022-kr", None),
            ("hz-gb-2312", None),
            ("none", None),
            ("", None),
        ] {
            assert_eq!(encoding(label).map(Encoding::name), name, "{label}");
        }
    }
}
