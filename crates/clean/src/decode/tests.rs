//! Which rule decides, and what its text is.

use proptest::prelude::*;

use super::*;

fn decoded(bytes: &[u8], label: Option<&str>) -> (String, String, String) {
    let decoded = decode(bytes, label);
    (decoded.text.into_owned(), decoded.report.charset, decoded.report.decided_by)
}

fn expect(text: &str, charset: &str, by: &str) -> (String, String, String) {
    (text.into(), charset.into(), by.into())
}

fn encoded(text: &str, label: &str) -> Vec<u8> {
    label::encoding(label).unwrap().encode(text).0.into_owned()
}

#[test]
fn a_bom_decides_and_is_removed() {
    for (bytes, charset) in [
        ("\u{feff}né".as_bytes(), "UTF-8"),
        (b"\xff\xfen\0\xe9\0", "UTF-16LE"),
        (b"\xfe\xff\0n\0\xe9", "UTF-16BE"),
        (b"\xff\xfe\0\0n\0\0\0\xe9\0\0\0", "UTF-32LE"),
        (b"\0\0\xfe\xff\0\0\0n\0\0\0\xe9", "UTF-32BE"),
    ] {
        assert_eq!(decoded(bytes, Some("latin1")), expect("né", charset, "bom"));
    }
}

#[test]
fn a_bom_before_another_encoding_is_ignored() {
    let text = "Завтра обещают дождь, а потом снег";
    let bytes = [UTF_8_BOM, &encoded(text, "windows-1251")].concat();
    assert_eq!(decoded(&bytes, None), expect(text, "windows-1251", "detected"));
}

#[test]
fn valid_utf8_wins_over_labels() {
    let page = "<meta charset=iso-8859-1><p>naïve</p>";
    assert_eq!(decoded(page.as_bytes(), Some("windows-1252")), expect(page, "UTF-8", "utf8"));
}

#[test]
fn a_character_cut_off_at_the_end_leaves_utf8() {
    let bytes = "naïve café".as_bytes();
    let DecodedText { text, report } = decode(&bytes[..bytes.len() - 1], None);
    assert_eq!(text, "naïve caf\u{fffd}");
    assert!(report.had_errors);
    assert_eq!((report.undecoded, report.first_undecoded), (1, Some(10)));
}

#[test]
fn strays_in_utf8_are_decoded_as_windows_1252() {
    let bytes = [UTF_8_BOM, "déjà né où à".as_bytes(), b" caf\xe9 \x81"].concat();
    let DecodedText { text, report } = decode(&bytes, Some("utf-8"));
    assert_eq!(text, "déjà né où à café \u{fffd}");
    assert_eq!((report.charset.as_str(), report.decided_by.as_str()), ("UTF-8", "bom"));
    assert_eq!((report.strays, report.undecoded, report.first_undecoded), (1, 1, Some(26)));
}

#[test]
fn the_given_charset_decides_before_the_page() {
    let page = "<meta charset=koi8-r>Привет, мир";
    let bytes = encoded(page, "windows-1251");
    assert_eq!(decoded(&bytes, Some("windows-1251")), expect(page, "windows-1251", "given"));
}

#[test]
fn the_page_decides_if_no_charset_is_given() {
    let page = "<meta http-equiv=content-type content='text/html; charset=KOI8-R'>Привет, мир";
    let bytes = encoded(page, "koi8-r");
    assert_eq!(decoded(&bytes, None), expect(page, "KOI8-R", "meta"));
}

#[test]
fn a_label_that_the_bytes_contradict_is_refused() {
    let text = "Съешь же ещё этих мягких французских булок, да выпей чаю";
    for (written_in, label, charset) in [
        ("windows-1251", "utf-8", "windows-1251"),
        ("windows-1251", "utf-7", "windows-1251"),
        ("windows-1251", "iso-2022-kr", "windows-1251"),
        ("koi8-r", "euc-jp", "KOI8-U"),
    ] {
        let bytes = encoded(text, written_in);
        let DecodedText { text: read, report } = decode(&bytes, Some(label));
        assert_eq!(read, text, "{label}");
        assert_eq!(report.decided_by, "detected", "{label}");
        assert_eq!(report.refused_label.as_deref(), Some(label));
        assert_eq!(report.charset.replace("KOI8-R", "KOI8-U"), charset);
    }
    let DecodedText { text, report } = decode(b"Hi Mom +Jjo--!", Some("UTF-7"));
    assert_eq!((text.as_ref(), report.charset.as_str()), ("Hi Mom +Jjo--!", "UTF-8"));
    assert_eq!(report.refused_label.as_deref(), Some("UTF-7"));
}

#[test]
fn a_single_byte_label_that_the_letters_contradict_is_refused() {
    let czech =
        "Žluťoučký kůň úpěl ďábelské ódy a šest ženců šťastně žalo, že příští týden už zaprší";
    let polish = "Ślązak zażółcił gęślą jaźń, źrebię śpi, świeżość";
    let russian = "Съешь же ещё этих мягких французских булок, да выпей чаю";
    for (text, written_in, label) in [
        (czech, "windows-1250", "iso-8859-2"),
        (czech, "iso-8859-2", "windows-1250"),
        (polish, "windows-1250", "iso-8859-2"),
        (polish, "iso-8859-2", "iso-8859-1"),
        (russian, "windows-1251", "iso-8859-1"),
        (russian, "windows-1251", "koi8-r"),
        (russian, "koi8-r", "windows-1251"),
        ("Αύριο θα βρέξει σε όλη τη χώρα, είπε", "iso-8859-7", "windows-1252"),
        ("Yarın yağmur yağacakmış, şemsiye alın", "windows-1254", "iso-8859-5"),
        ("明天可能会下雨，出门请带伞", "gbk", "iso-8859-1"),
        ("Demain, la forêt sera trempée par la pluie à Évry", "windows-1252", "windows-1251"),
    ] {
        let page = format!("<meta charset={label}><p>{text}</p>");
        let bytes = encoded(&page, written_in);
        let DecodedText { text: read, report } = decode(&bytes, None);
        assert_eq!(read, page, "{written_in} labelled {label} read as {}", report.charset);
        assert_eq!(report.refused_label.as_deref(), Some(label));
    }
}

#[test]
fn a_label_of_a_charset_that_is_unusual_for_the_language_is_kept() {
    for (text, label) in [
        ("Le maire a été élu à Évry, où l’été fut très chaud", "windows-1254"),
        ("Der Bürgermeister grüßt die Gäste: „Schöne Grüße“", "windows-1250"),
        ("“Yes”, she said – it’s £5 at the café", "windows-1252"),
        ("Mae’r tŷ yn wŷn a’r dŵr yn ddŵr", "iso-8859-14"),
        ("Ĉu ĝi estas ŝia ĵurnalo aŭ ĥoro", "iso-8859-3"),
    ] {
        let bytes = encoded(text, label);
        let decoded = decode(&bytes, Some(label));
        let kept = decoded.report.refused_label;
        assert_eq!((decoded.report.decided_by.as_str(), kept), ("given", None), "{label}");
    }
}

#[test]
fn labelled_text_reports_undecoded_bytes() {
    let mut bytes = encoded("明日は雨が降るでしょう。傘を持って出かけましょう。", "euc-jp");
    bytes.extend(b" \xff ");
    bytes.extend(encoded("散歩に行く", "euc-jp"));
    let DecodedText { text, report } = decode(&bytes, Some("euc-jp"));
    assert_eq!(text, "明日は雨が降るでしょう。傘を持って出かけましょう。 \u{fffd} 散歩に行く");
    assert_eq!((report.undecoded, report.first_undecoded), (1, Some(51)));
    assert!(report.had_errors);
}

#[test]
fn each_encoding_is_decoded_with_and_without_its_label() {
    for (text, labels) in [
        ("Съешь же ещё этих мягких булок", "windows-1251 koi8-r iso-8859-5 ibm866 x-mac-cyrillic"),
        ("Αύριο θα βρέξει σε όλη τη χώρα", "windows-1253 iso-8859-7"),
        ("מחר יירד גשם בכל הארץ", "windows-1255 iso-8859-8"),
        ("غدا سينزل المطر في المدينة", "windows-1256 iso-8859-6"),
        ("พรุ่งนี้ฝนจะตกในกรุงเทพ", "windows-874"),
        ("明日は雨が降るでしょう", "shift_jis euc-jp iso-2022-jp"),
        ("明天可能会下雨，出门请带伞", "gb18030 gbk"),
        ("明天可能會下雨，出門請帶傘", "big5"),
        ("내일은 비가 많이 온다", "euc-kr"),
        ("Demain, la forêt sera trempée par la pluie", "windows-1252"),
        ("Zítra večer má pršet, říkají lidé", "windows-1250 iso-8859-2"),
        ("Yarın yağmur yağacakmış, şemsiye alın", "windows-1254"),
        ("Rytoj gali lyti, sakė žmonės, ąžuolų šakos", "windows-1257 iso-8859-13"),
    ] {
        for label in labels.split(' ') {
            let bytes = encoded(text, label);
            assert!(!is_binary(&bytes), "{label}");
            assert_eq!(decode(&bytes, Some(label)).text, text, "{label}");
            let guess = decode(&bytes, None);
            assert_eq!(guess.text, text, "{label} read as {}", guess.report.charset);
        }
    }
    assert_eq!(decode(b"a\x80\xff", Some("x-user-defined")).text, "a\u{f780}\u{f7ff}");
}

#[test]
fn wide_text_without_a_bom_is_detected() {
    let text = "<p>Plain words</p>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!is_binary(&little));
    assert_eq!(decoded(&little, Some("latin1")), expect(text, "UTF-16LE", "detected"));
    assert_eq!(decoded(&little, Some("utf-16le")), expect(text, "UTF-16LE", "given"));
    let big: Vec<u8> = text.chars().flat_map(|char| u32::from(char).to_be_bytes()).collect();
    assert!(!is_binary(&big));
    assert_eq!(decoded(&big, None), expect(text, "UTF-32BE", "detected"));
}

#[test]
fn pictures_are_binary_and_text_is_not() {
    assert!(is_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\x90\x08\x06"));
    assert!(is_binary(b"%PDF-1.7 and so on"));
    assert!(is_binary(b"PK\x03\x04\x14\0\x08\0\x08\0\x21\x5a\x7c\x4f\0\0\0\0\0\0\0\0"));
    assert!(!is_binary("tab\tline\r\nnaïve \u{1b}".as_bytes()));
    assert!(!is_binary(b"\x1b$)C\x0e;gFr\x0f \x0e9.\x0f"));
    assert!(!is_binary(b""));
}

/// Any bytes; and bytes of a kind that gets further.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        "\\PC{0,20}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..12),
        prop::sample::select(vec![
            &b"\xef\xbb\xbf"[..],
            b"\xff\xfe",
            b"\0\0\xfe\xff",
            b"<meta charset=",
            b"<meta content='charset",
            b"<?xml encoding='",
            b"big5'",
            b"utf-16>",
            b"\xed\xa0\xbd\xed\xb8\x80",
            b"\x1b$B",
            b" ",
            b"<!--",
            b"\xe2\x80",
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_input_is_decoded_and_reported(bytes in any_bytes(), label in "[a-z0-9-]{0,12}|utf-8|gbk|utf-16") {
        let DecodedText { text, report } = decode(&bytes, Some(&label));
        prop_assert_eq!(report.had_errors, report.undecoded > 0);
        prop_assert_eq!(report.first_undecoded.is_some(), report.had_errors);
        prop_assert!(report.undecoded <= bytes.len());
        prop_assert!(report.first_undecoded.is_none_or(|offset| offset < bytes.len()));
        prop_assert!(!report.had_errors || text.contains(char::REPLACEMENT_CHARACTER));
        let _ = is_binary(&bytes);
    }

    #[test]
    fn valid_utf8_is_unchanged(text in "\\PC{1,40}") {
        prop_assume!(!text.is_ascii() && !text.starts_with('\u{feff}'));
        prop_assume!(wide::from_content(text.as_bytes()).is_none());
        let decoded = decode(text.as_bytes(), Some("koi8-r"));
        prop_assert_eq!(decoded.text, text.as_str());
        prop_assert!(!decoded.report.had_errors);
    }
}
