//! Reads UTF-16 as UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

/// The bytes of UTF-16 that are decoded at once.
const CHUNK_BYTES: usize = 16 << 10;

/// The longest byte order mark of UTF-16.
const BOM_BYTES: u64 = 2;

/// An input as UTF-8: decoded if it begins with the byte order mark of UTF-16, as spreadsheets and shells on Windows
/// write it, and as it is otherwise.
pub(super) struct Utf8Input<R> {
    input: R,
    state: State,
    /// What was read and not handed on, from `at`.
    ready: Vec<u8>,
    at: usize,
}

enum State {
    /// The beginning was not read yet.
    New,
    /// The input is handed on.
    Same,
    Decoding(Decoder),
    /// The input was decoded to its end.
    Ended,
}

/// The encoding that a byte order mark names, if it is UTF-16.
pub(super) fn utf16_from_bom(head: &[u8]) -> Option<&'static Encoding> {
    let (encoding, _) = Encoding::for_bom(head)?;
    (encoding == UTF_16LE || encoding == UTF_16BE).then_some(encoding)
}

impl<R: Read> Utf8Input<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, state: State::New, ready: Vec::new(), at: 0 }
    }

    /// Reads the byte order mark.
    fn begin(&mut self) -> io::Result<()> {
        (&mut self.input).take(BOM_BYTES - self.ready.len() as u64).read_to_end(&mut self.ready)?;
        self.state = match utf16_from_bom(&self.ready) {
            Some(encoding) => {
                self.ready.clear();
                State::Decoding(encoding.new_decoder_without_bom_handling())
            }
            None => State::Same,
        };
        Ok(())
    }
}

impl<R: Read> Read for Utf8Input<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, State::New) {
            self.begin()?;
        }
        loop {
            let ready = self.ready.get(self.at..).unwrap_or_default();
            if !ready.is_empty() {
                let count = ready.len().min(buf.len());
                for (to, from) in buf.iter_mut().zip(ready) {
                    *to = *from;
                }
                self.at += count;
                return Ok(count);
            }
            let decoder = match &mut self.state {
                State::Decoding(decoder) => decoder,
                State::Ended => return Ok(0),
                State::New | State::Same => return self.input.read(buf),
            };
            let mut chunk = vec![0; CHUNK_BYTES];
            let count = self.input.read(&mut chunk)?;
            let chunk = chunk.get(..count).unwrap_or_default();
            let room = decoder.max_utf8_buffer_length(count).unwrap_or(count);
            let mut text = String::with_capacity(room);
            let _ = decoder.decode_to_string(chunk, &mut text, count == 0);
            if count == 0 {
                self.state = State::Ended;
            }
            (self.ready, self.at) = (text.into_bytes(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        Utf8Input::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn utf_16_is_decoded_and_everything_else_handed_on() {
        let text = "id;text\n1;Fähre 🚢\n".repeat(3000);
        for (bom, bytes) in [
            ([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ([0xfe, 0xff], u16::to_be_bytes),
        ] {
            let wide: Vec<u8> =
                bom.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect();
            assert_eq!(decoded(&wide), text);
            // Cut within a character.
            assert!(decoded(&wide[..wide.len() - 1]).ends_with('\u{fffd}'));
        }
        assert_eq!(decoded(text.as_bytes()), text);
        for short in ["", "a", "ab"] {
            assert_eq!(decoded(short.as_bytes()), short);
        }
    }
}
