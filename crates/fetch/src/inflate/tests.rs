use std::io::{self, Read};

use super::testing::{brotli, gzip, raw_deflate, sample, zlib, zstd};
use super::*;

fn inflate(data: &[u8], limits: InflateLimits) -> (Vec<u8>, Option<io::Error>) {
    let mut out = Vec::new();
    let error = InflateReader::new(data, limits).unwrap().read_to_end(&mut out).err();
    (out, error)
}

#[test]
fn plain_gzip_and_zstd_give_the_same_bytes() {
    let plain = "The ferry sailed on Monday.\n".repeat(500);
    for data in [plain.as_bytes().to_vec(), gzip(plain.as_bytes()), zstd(plain.as_bytes())] {
        let (out, error) = inflate(&data, InflateLimits::default());
        assert!(error.is_none());
        assert_eq!(out, plain.as_bytes());
    }
    let (out, error) = inflate(b"", InflateLimits::default());
    assert!(out.is_empty() && error.is_none());
}

#[test]
fn all_members_are_read_and_padding_is_not() {
    let mut data = gzip(b"one ");
    data.extend(gzip(b"two"));
    data.extend([0; 512]);
    let (out, error) = inflate(&data, InflateLimits::default());
    assert!(error.is_none());
    assert_eq!(out, b"one two");
    let mut frames = zstd(b"one ");
    frames.extend(zstd(b"two"));
    assert_eq!(inflate(&frames, InflateLimits::default()).0, b"one two");
}

#[test]
fn a_cut_file_gives_what_came_before_the_cut() {
    let plain = sample(20_000);
    for data in [gzip(&plain), zstd(&plain)] {
        let (out, error) = inflate(&data[..data.len() * 3 / 4], InflateLimits::default());
        let error = error.unwrap();
        assert!(
            matches!(InflateError::find_in(&error), Some(InflateError::Truncated { inflated, .. })
                if *inflated == out.len() as u64),
            "{error:?}"
        );
        assert!(!out.is_empty() && plain.starts_with(&out));
    }
}

#[test]
fn a_damaged_file_says_so() {
    let mut data = gzip(&b"The ferry sailed on Monday. ".repeat(50));
    let middle = data.len() - 6;
    data[middle] ^= 0xff;
    let (_, error) = inflate(&data, InflateLimits::default());
    let error = error.unwrap();
    assert!(matches!(InflateError::find_in(&error), Some(InflateError::Damaged { .. })));
}

#[test]
fn a_bomb_is_stopped_by_either_cap() {
    let zeros = zstd(&vec![0; 64 << 20]);
    let (out, error) = inflate(&zeros, InflateLimits::default());
    assert!(matches!(
        InflateError::find_in(&error.unwrap()),
        Some(InflateError::Ratio { limit: 200, .. })
    ));
    assert!(out.len() < 3 << 20, "{}", out.len());
    let limits = InflateLimits { max_inflated_bytes: 1000, max_inflate_ratio: u64::MAX };
    let (out, error) = inflate(&gzip(&vec![b'a'; 100_000]), limits);
    assert!(matches!(
        InflateError::find_in(&error.unwrap()),
        Some(InflateError::TooLarge { limit: 1000 })
    ));
    assert!(out.len() < 100_000);
}

#[test]
fn trouble_with_reading_is_not_blamed_on_the_data() {
    struct FailingInput;
    impl Read for FailingInput {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let data = gzip(&[b'a'; 1000]);
    let mut out = Vec::new();
    let mut input =
        InflateReader::new(data[..12].chain(FailingInput), InflateLimits::default()).unwrap();
    let error = input.read_to_end(&mut out).unwrap_err();
    assert!(InflateError::find_in(&error).is_none());
    assert_eq!(error.to_string(), "the disk is gone");
}
/// Every coding of `data`; deflate both ways.
fn every_coding(data: &[u8]) -> [(ContentCoding, Vec<u8>); 5] {
    [
        (ContentCoding::Gzip, gzip(data)),
        (ContentCoding::Deflate, zlib(data)),
        (ContentCoding::Deflate, raw_deflate(data)),
        (ContentCoding::Brotli, brotli(data)),
        (ContentCoding::Zstd, zstd(data)),
    ]
}

fn decoded(body: &[u8], codings: &str) -> Result<(Vec<u8>, bool), DecodeError> {
    let codings = ContentCoding::parse_list(codings).unwrap();
    let decoded = decode_body(body, &codings, InflateLimits::default())?;
    Ok((decoded.bytes.into_owned(), decoded.was_plain))
}

#[test]
fn bodies_in_every_coding_come_out() {
    let page = sample(20_000);
    for (coding, body) in every_coding(&page) {
        let decoded = decode_body(&body, &[coding], InflateLimits::default()).unwrap();
        assert_eq!(*decoded.bytes, page[..], "{coding:?}");
        assert!(!decoded.was_plain);
        let short = decode_body(b"", &[coding], InflateLimits::default()).unwrap();
        assert_eq!((&*short.bytes, short.was_plain), (&b""[..], false));
    }
    assert!(matches!(
        decode_body(&page, &[], InflateLimits::default()).unwrap().bytes,
        std::borrow::Cow::Borrowed(_)
    ));
}

#[test]
fn lists_of_codings_are_undone_from_the_last_on() {
    let page = b"<p>The ferry sailed on Monday.".repeat(20);
    let cases: [(&str, Vec<u8>, bool); 6] = [
        ("gzip, br", brotli(&gzip(&page)), false),
        ("br, identity, x-gzip", gzip(&brotli(&page)), false),
        ("deflate, zstd, deflate, gzip", gzip(&zlib(&zstd(&raw_deflate(&page)))), false),
        // announced twice, applied once
        ("gzip, gzip", gzip(&page), true),
        ("br, gzip", gzip(&page), true),
        ("zstd, gzip, deflate, br", page.clone(), true),
    ];
    for (codings, body, was_plain) in cases {
        assert_eq!(decoded(&body, codings), Ok((page.clone(), was_plain)), "{codings}");
    }
}

#[test]
fn a_page_that_is_not_compressed_at_all_is_taken_as_it_is() {
    for page in [&b"<!DOCTYPE html><p>Not found"[..], b"\xef\xbb\xbf\r\n <html>", b"\n<p>"] {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            assert_eq!(decoded(page, coding), Ok((page.to_vec(), true)), "{coding}");
            let codings = ContentCoding::parse_list(coding).unwrap();
            assert_eq!(decode_prefix(page, &codings, 3), &page[..3], "{coding}");
        }
    }
}

#[test]
fn what_follows_the_end_of_a_body_is_ignored() {
    for (coding, mut body) in every_coding(b"<p>Hello").into_iter().take(4) {
        body.extend(b"\r\n<!-- served in 3 ms -->");
        let decoded = decode_body(&body, &[coding], InflateLimits::default()).unwrap();
        assert_eq!(&*decoded.bytes, b"<p>Hello", "{coding:?}");
    }
}

#[test]
fn a_cut_body_gives_its_beginning() {
    let page = sample(20_000);
    for (coding, body) in every_coding(&page) {
        for cut in [body.len() * 3 / 4, body.len() - 1] {
            let error = decode_body(&body[..cut], &[coding], InflateLimits::default()).unwrap_err();
            let expected = InflateError::Truncated {
                format: coding.name(),
                inflated: error.bytes.len() as u64,
            };
            assert_eq!(error.error, expected);
            assert!(page.starts_with(&error.bytes) && error.bytes.len() > page.len() / 2);
        }
    }
    // without its trailer, and a page cut below another coding
    let body = gzip(&page);
    let error = decoded(&body[..body.len() - 8], "gzip").unwrap_err();
    assert_eq!(error.bytes, page);
    let body = brotli(&gzip(&page));
    let error = decoded(&body[..body.len() / 2], "gzip, br").unwrap_err();
    assert!(matches!(error.error, InflateError::Truncated { format: "brotli", .. }));
    assert!(page.starts_with(&error.bytes) && error.bytes.len() > page.len() / 4);
}

#[test]
fn damage_is_told_from_truncation() {
    let page = sample(20_000);
    let mut checksum = gzip(&page);
    let end = checksum.len();
    checksum[end - 8..].fill(0);
    let error = decoded(&checksum, "gzip").unwrap_err();
    assert!(matches!(error.error, InflateError::Damaged { format: "gzip", .. }));
    assert_eq!(error.bytes, page);
    for (coding, mut body) in every_coding(&page) {
        // Not in the middle: what has no checksum may come out wrong there.
        body[12..76].fill(0xff);
        let error = decode_body(&body, &[coding], InflateLimits::default()).unwrap_err().error;
        assert!(
            matches!(&error, InflateError::Damaged { format, .. } if *format == coding.name()),
            "{error:?}"
        );
    }
}

#[test]
fn bombs_are_stopped_in_every_coding() {
    let zeros = vec![0; 16 << 20];
    for (coding, body) in every_coding(&zeros) {
        let error = decode_body(&body, &[coding], InflateLimits::default()).unwrap_err();
        assert!(matches!(error.error, InflateError::Ratio { limit: 200, .. }), "{coding:?}");
        assert!(error.bytes.len() < 4 << 20, "{coding:?}: {}", error.bytes.len());
        let limits = InflateLimits { max_inflated_bytes: 1000, max_inflate_ratio: u64::MAX };
        let error = decode_body(&body, &[coding], limits).unwrap_err();
        assert_eq!(error.error, InflateError::TooLarge { limit: 1000 });
        assert!(error.bytes.len() < 100_000, "{coding:?}: {}", error.bytes.len());
    }
}

#[test]
fn the_caps_hold_for_all_codings_together() {
    let page = sample(20_000);
    let inner = gzip(&page);
    let body = gzip(&inner);
    let sum = (page.len() + inner.len()) as u64;
    let limits = InflateLimits { max_inflated_bytes: sum, max_inflate_ratio: u64::MAX };
    assert!(decode_body(&body, &[ContentCoding::Gzip; 2], limits).is_ok());
    let limits = InflateLimits { max_inflated_bytes: sum - 1, ..limits };
    let error = decode_body(&body, &[ContentCoding::Gzip; 2], limits).unwrap_err();
    assert_eq!(error.error, InflateError::TooLarge { limit: sum - 1 });
    // Each layer stays below 200 times its input, both together do not.
    let mut inner = gzip(&vec![0; 3 << 20]);
    inner.extend(vec![0; 20_000]);
    let body = gzip(&inner);
    assert!(decode_body(&inner, &[ContentCoding::Gzip], InflateLimits::default()).is_ok());
    let error =
        decode_body(&body, &[ContentCoding::Gzip; 2], InflateLimits::default()).unwrap_err();
    assert!(matches!(error.error, InflateError::Ratio { .. }), "{error:?}");
}

#[test]
fn a_brotli_stream_with_a_large_window_is_refused() {
    let mut out = Vec::new();
    let params =
        ::brotli::enc::BrotliEncoderParams { large_window: true, lgwin: 30, ..Default::default() };
    ::brotli::BrotliCompress(&mut &b"<p>Hello"[..], &mut out, &params).unwrap();
    let error = decoded(&out, "br").unwrap_err().error;
    assert!(matches!(error, InflateError::Damaged { format: "brotli", inflated: 0, .. }));
}

#[test]
fn a_zstd_body_with_a_large_window_is_refused() {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(24).unwrap();
    io::Write::write_all(&mut encoder, &sample(1000)).unwrap();
    let body = encoder.finish().unwrap();
    assert!(matches!(
        decoded(&body, "zstd").unwrap_err().error,
        InflateError::Damaged { format: "zstd", inflated: 0, .. }
    ));
    // A file may have one.
    assert!(inflate(&body, InflateLimits::default()).1.is_none());
}

#[test]
fn a_beginning_gives_the_beginning() {
    let page = sample(60_000);
    for (coding, body) in every_coding(&page) {
        let beginning = &body[..body.len() / 2];
        assert_eq!(decode_prefix(beginning, &[coding], 512), &page[..512], "{coding:?}");
        assert_eq!(decode_prefix(&body, &[coding], usize::MAX), page, "{coding:?}");
        for cut in [0, 1, 2, 3, 10] {
            let beginning = decode_prefix(&body[..cut], &[coding], 512);
            assert!(page.starts_with(&beginning), "{coding:?}, {cut}");
        }
    }
    let nested = gzip(&brotli(&page));
    let codings = [ContentCoding::Brotli, ContentCoding::Gzip];
    assert_eq!(decode_prefix(&nested[..nested.len() / 2], &codings, 512), &page[..512]);
    assert_eq!(decode_prefix(b"<p>Hello", &[], 3), b"<p>");
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_without_a_panic(
        data in proptest::collection::vec(proptest::num::u8::ANY, 0..2000),
        which in 0usize..4,
        magic in proptest::bool::ANY,
    ) {
        let (coding, magic_bytes): (_, &[u8]) = [
            (ContentCoding::Gzip, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..]),
            (ContentCoding::Deflate, &[0x78, 0x9c]),
            (ContentCoding::Brotli, &[0x1b]),
            (ContentCoding::Zstd, &[0x28, 0xb5, 0x2f, 0xfd]),
        ][which];
        let body = if magic { [magic_bytes, &data].concat() } else { data };
        let limits = InflateLimits { max_inflated_bytes: 1 << 20, max_inflate_ratio: 200 };
        let bytes = match decode_body(&body, &[coding], limits) {
            Ok(decoded) => decoded.bytes.into_owned(),
            Err(error) => error.bytes,
        };
        proptest::prop_assert!(bytes.len() <= (1 << 20) + (128 << 10));
        proptest::prop_assert!(decode_prefix(&body, &[coding], 100).len() <= 100);
    }

    #[test]
    fn flipped_bytes_end_without_a_panic(
        at in 0usize..2000, with in 1u8.., which in 0usize..5, cut in 0usize..2000,
    ) {
        let (coding, mut body) = every_coding(&sample(300)).into_iter().nth(which).unwrap();
        let at = at % body.len();
        body[at] ^= with;
        body.truncate(body.len() - cut % body.len());
        let _ = decode_body(&body, &[coding], InflateLimits::default());
    }
}
