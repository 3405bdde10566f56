//! Splits JSON into elements as it is read.

use std::io::{self, BufRead, BufReader, Read};

/// The state of the input at the next byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementState {
    /// Outside of any array.
    Top,
    /// In an array, before an element.
    Before,
    /// In an array, after an element.
    After,
    /// The rest cannot be read.
    Ended,
}

/// The result of reading an element.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonElement {
    /// A complete value. Its content is not validated yet.
    Whole(Vec<u8>),
    /// A value that was longer than the cap, and was skipped.
    TooLong,
    /// The input ends within an array, after its last element or within it.
    Truncated,
    /// Something that is neither an array nor an object. Nothing after it is read.
    Other,
}

/// The objects of an input and the elements of its arrays, one after another. Only one is held in memory, none longer
/// than the cap, and nesting takes no memory: brackets are counted, not parsed.
pub(super) struct JsonElements<R> {
    input: BufReader<R>,
    max_bytes: usize,
    state: ElementState,
    /// The number of bytes consumed, from the start of the input.
    offset: u64,
    arrays: usize,
    first_state: Option<ElementState>,
}

impl<R: Read> JsonElements<R> {
    pub(super) fn new(input: R, max_bytes: usize) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
            max_bytes,
            state: ElementState::Top,
            offset: 0,
            arrays: 0,
            first_state: None,
        }
    }

    /// Continues at `offset`, which [`Self::resume_offset`] returned. `input` must begin there.
    pub(super) fn resume(input: R, max_bytes: usize, offset: u64, state: ElementState) -> Self {
        Self { state, offset, first_state: Some(state), ..Self::new(input, max_bytes) }
    }

    /// The state at every [`Self::resume_offset`] of this input. The input must be at its start.
    pub(super) fn resume_state(&mut self) -> io::Result<ElementState> {
        self.skip_mark()?;
        Ok(match self.next_byte()? {
            Some(b'[') => ElementState::After,
            _ => ElementState::Top,
        })
    }

    /// The offset of the next element, if the input can be entered there; `None` if the state there depends on what
    /// was read before.
    pub(super) fn resume_offset(&self) -> Option<u64> {
        (self.arrays <= 1 && self.first_state == Some(self.state)).then_some(self.offset)
    }

    /// The next element; `None` at the end, and after an error.
    pub(super) fn next_element(&mut self) -> io::Result<Option<JsonElement>> {
        let element = self.read();
        if element.is_err() {
            self.state = ElementState::Ended;
        }
        element
    }

    fn read(&mut self) -> io::Result<Option<JsonElement>> {
        if self.first_state.is_none() {
            self.skip_mark()?;
        }
        loop {
            if self.state == ElementState::Ended {
                return Ok(None);
            }
            let next = self.next_byte()?;
            let began = if next == Some(b'[') { ElementState::After } else { ElementState::Top };
            self.first_state.get_or_insert(began);
            match (self.state, next) {
                (ElementState::Top, None) => return Ok(None),
                (ElementState::Top, Some(b'[')) => {
                    self.consume(1);
                    self.arrays += 1;
                    self.state = ElementState::Before;
                }
                (ElementState::Top, Some(b'{')) => return self.value().map(Some),
                (ElementState::Top, Some(_)) => {
                    self.state = ElementState::Ended;
                    return Ok(Some(JsonElement::Other));
                }
                (_, None) => {
                    self.state = ElementState::Ended;
                    return Ok(Some(JsonElement::Truncated));
                }
                (_, Some(b']')) => {
                    self.consume(1);
                    self.state = ElementState::Top;
                    // An input that is entered within an array cannot know that another array came before.
                    self.arrays += 1;
                }
                (ElementState::After, Some(b',')) => {
                    self.consume(1);
                    self.state = ElementState::Before;
                }
                (_, Some(b',')) => {
                    self.consume(1);
                    return Ok(Some(JsonElement::Whole(Vec::new())));
                }
                (_, Some(_)) => {
                    self.state = ElementState::After;
                    return self.value().map(Some);
                }
            }
        }
    }

    /// Reads a value, which begins with the next byte.
    fn value(&mut self) -> io::Result<JsonElement> {
        let mut scan = JsonScan::default();
        let mut value = Vec::new();
        let mut too_long = false;
        loop {
            let chunk = fill(&mut self.input)?;
            if chunk.is_empty() {
                self.state = ElementState::Ended;
                return Ok(JsonElement::Truncated);
            }
            let (used, is_whole) = scan.step(chunk);
            let part = chunk.get(..used).unwrap_or_default();
            too_long |= value.len() + part.len() > self.max_bytes;
            if too_long {
                // A value that is skipped must not take memory either.
                value = Vec::new();
            } else {
                value.extend_from_slice(part);
            }
            self.consume(used);
            if is_whole {
                return Ok(if too_long { JsonElement::TooLong } else { JsonElement::Whole(value) });
            }
        }
    }

    /// The next byte that is not white space. It is not consumed.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let chunk = fill(&mut self.input)?;
            let spaces = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = chunk.get(spaces).copied();
            let is_end = chunk.is_empty();
            self.consume(spaces);
            if next.is_some() || is_end {
                return Ok(next);
            }
        }
    }

    /// Skips a byte order mark.
    fn skip_mark(&mut self) -> io::Result<()> {
        for (at, byte) in b"\xef\xbb\xbf".iter().enumerate() {
            if self.offset != at as u64 || fill(&mut self.input)?.first() != Some(byte) {
                break;
            }
            self.consume(1);
        }
        Ok(())
    }

    fn consume(&mut self, n: usize) {
        self.input.consume(n);
        self.offset += n as u64;
    }
}

fn fill<R: Read>(input: &mut BufReader<R>) -> io::Result<&[u8]> {
    // Filled twice, because the borrow checker does not let the first slice be returned from within the loop.
    while let Err(error) = input.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    input.fill_buf()
}

/// How far a value has been read.
#[derive(Default)]
struct JsonScan {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    has_begun: bool,
}

impl JsonScan {
    /// Scans a chunk: the number of bytes that belong to the value, and whether it ends there.
    fn step(&mut self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(byte) = chunk.get(at) {
            if self.is_escaped {
                self.is_escaped = false;
            } else if self.in_string {
                let rest = chunk.get(at..).unwrap_or_default();
                let Some(skip) = memchr::memchr2(b'"', b'\\', rest) else {
                    return (chunk.len(), false);
                };
                at += skip;
                self.is_escaped = rest.get(skip) == Some(&b'\\');
                self.in_string = self.is_escaped;
                if !self.in_string && self.depth == 0 {
                    return (at + 1, true);
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 1 => self.depth -= 1,
                    b'}' | b']' if self.depth == 1 => return (at + 1, true),
                    // A number or a literal: it has no closing character, so the next byte ends it.
                    b',' | b']' if self.depth == 0 && self.has_begun => return (at, true),
                    _ => {}
                }
            }
            self.has_begun = true;
            at += 1;
        }
        (at, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(json: &str, max_bytes: usize) -> Vec<JsonElement> {
        // A byte at a time, so that every state is held across reads.
        let chunks = json
            .bytes()
            .map(|byte| io::Cursor::new([byte]))
            .fold(Box::new(io::empty()) as Box<dyn Read>, |before, byte| {
                Box::new(before.chain(byte))
            });
        let mut elements = JsonElements::new(chunks, max_bytes);
        let mut found = Vec::new();
        while let Some(element) = elements.next_element().unwrap() {
            found.push(element);
        }
        found
    }

    fn whole(json: &str) -> JsonElement {
        JsonElement::Whole(json.into())
    }

    #[test]
    fn arrays_and_sequences_of_objects_are_cut_into_elements() {
        for json in [
            r#"[{"a": "]}\"\\"}, {"b": [1, {}]}]"#,
            "\n[ {\"a\": \"]}\\\"\\\\\"} ,\n{\"b\": [1, {}]} , ] ",
            "{\"a\": \"]}\\\"\\\\\"}\n{\"b\": [1, {}]}",
            "\u{feff}[{\"a\": \"]}\\\"\\\\\"}] [] [{\"b\": [1, {}]}]",
        ] {
            let expected = [whole(r#"{"a": "]}\"\\"}"#), whole(r#"{"b": [1, {}]}"#)];
            assert_eq!(elements(json, 100), expected, "{json}");
        }
        assert_eq!(elements("", 100), []);
        assert_eq!(elements("[]", 100), []);
    }

    #[test]
    fn what_is_no_object_is_an_element_too() {
        let expected = [whole("1"), whole("\"x\""), whole("[{}]"), whole(""), whole("null }")];
        assert_eq!(elements("[1,\"x\", [{}],,null }]", 100), expected);
        assert_eq!(elements("<html>", 100), [JsonElement::Other]);
        assert_eq!(elements("{} x {}", 100), [whole("{}"), JsonElement::Other]);
    }

    #[test]
    fn an_end_too_early_is_told() {
        for json in ["[", "[{},", "[{}", "[{}, {\"a\": \"", "[{}, {\"a\": \"\\"] {
            assert_eq!(elements(json, 100).last(), Some(&JsonElement::Truncated), "{json}");
        }
        assert_eq!(elements("{\"a\":", 100), [JsonElement::Truncated]);
    }

    #[test]
    fn a_long_element_is_skipped_and_deep_nesting_is_read() {
        let json = format!("[{{\"a\": \"{}\"}}, {{}}]", "x".repeat(100));
        assert_eq!(elements(&json, 50), [JsonElement::TooLong, whole("{}")]);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let mut read = JsonElements::new(deep.as_bytes(), 1 << 20);
        let inner = JsonElement::Whole(deep.as_bytes()[1..deep.len() - 1].into());
        assert_eq!(read.next_element().unwrap(), Some(inner));
        assert_eq!(read.next_element().unwrap(), None);
    }
}
