//! The content of `<meta http-equiv=refresh>`.

/// The URL in it, if there is one:
/// <https://html.spec.whatwg.org/multipage/document-lifecycle.html#shared-declarative-refresh-steps>
pub(super) fn refresh_url(content: &str) -> Option<&str> {
    let after_time =
        content.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    // A time comes first; `;`, `,` or a space ends it.
    if after_time.len() == content.trim_start().len() {
        return None;
    }
    let rest = after_time.strip_prefix(|c: char| c.is_ascii_whitespace() || ";,".contains(c))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || ";,".contains(c));
    let named = rest
        .get(..3)
        .filter(|name| name.eq_ignore_ascii_case("url"))
        .and_then(|_| rest.get(3..)?.trim_start().strip_prefix('='));
    let url = named.map_or(rest, str::trim_start);
    let url = match url.chars().next() {
        Some(quote @ ('"' | '\'')) => url.get(1..)?.split(quote).next()?,
        _ => url,
    };
    let url = url.trim();
    (!url.is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_as_pages_have_them() {
        for (content, expected) in [
            ("0; url=/a", Some("/a")),
            ("0;URL='/a b'", Some("/a b")),
            (" 5.5 , Url = \"/a\" x", Some("/a")),
            ("0 /a", Some("/a")),
            ("0;/a", Some("/a")),
            ("0;urla", Some("urla")),
            ("30", None),
            ("30;", None),
            ("30; url=", None),
            ("url=/a", None),
            ("", None),
            ("0;\u{e9}", Some("\u{e9}")),
        ] {
            assert_eq!(refresh_url(content), expected, "{content}");
        }
    }
}
