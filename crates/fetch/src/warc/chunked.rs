//! Undoes the chunked transfer coding, which some tools keep in their records.

/// The most digits of a chunk's length: more bytes than that are in no record.
const MAX_LENGTH_DIGITS: usize = 15;

/// A body without its chunks.
pub(super) struct DechunkedBody {
    pub(super) body: Vec<u8>,
    /// Whether the last chunk was there.
    pub(super) is_complete: bool,
}

/// Undoes the coding (RFC 9112, section 7.1); lines may end in LF alone. `None` if the body does not
/// begin with a chunk: tools that undo the coding themselves often leave the header.
pub(super) fn decode_chunked(mut rest: &[u8]) -> Option<DechunkedBody> {
    let mut body = Vec::with_capacity(rest.len());
    let mut is_first = true;
    loop {
        let Some((length, after)) = chunk_length(rest) else {
            return (!is_first).then_some(DechunkedBody { body, is_complete: false });
        };
        is_first = false;
        if length == 0 {
            return Some(DechunkedBody { body, is_complete: true });
        }
        let Some((chunk, after)) = after.split_at_checked(length) else {
            body.extend(after);
            return Some(DechunkedBody { body, is_complete: false });
        };
        body.extend(chunk);
        rest = after.strip_prefix(b"\r\n").or(after.strip_prefix(b"\n")).unwrap_or(after);
    }
}

/// Reads the line that says how long a chunk is.
fn chunk_length(data: &[u8]) -> Option<(usize, &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = data.split_at(end + 1);
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    if digits.is_empty() || digits.len() > MAX_LENGTH_DIGITS {
        return None;
    }
    let mut length = 0usize;
    for digit in digits {
        let digit = char::from(*digit).to_digit(16)?;
        length = length.checked_mul(16)?.checked_add(digit as usize)?;
    }
    Some((length, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_as_servers_send_them() {
        type Whole = Option<(&'static [u8], bool)>;
        let cases: [(&[u8], Whole); 11] = [
            (b"5\r\nhello\r\n0\r\n\r\n", Some((b"hello", true))),
            (
                b"5;x=y\r\nhello\r\n00006 \r\n world\r\n0\r\nTrailer: 1\r\n\r\n",
                Some((b"hello world", true)),
            ),
            (b"A\nhello worl\n1\nd\n0\n\n", Some((b"hello world", true))),
            (b"0\r\n\r\n", Some((b"", true))),
            // cut off
            (b"5\r\nhel", Some((b"hel", false))),
            (b"5\r\nhello\r\n", Some((b"hello", false))),
            (b"5\r\nhello\r\nzz\r\n", Some((b"hello", false))),
            // no chunks
            (b"<p>hello\n</p>", None),
            (b"", None),
            (b"fffffffffffffffff\r\nhello", None),
            (b"-5\r\nhello", None),
        ];
        for (data, expected) in cases {
            let got = decode_chunked(data);
            let got = got.as_ref().map(|got| (&*got.body, got.is_complete));
            assert_eq!(got, expected, "{}", data.escape_ascii());
        }
    }
}
