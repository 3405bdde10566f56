//! Reads JSON and the literals of scripts as a flat tree.
//!
//! Pages hold data as JSON, as object literals of JavaScript and as arguments of functions. All have strings in
//! brackets, with names before colons. So one reader takes strings, names and brackets, and skips whatever else
//! there is: it never fails, and a script that is no data gives strings without names.

/// How deep brackets are followed. The contents of deeper ones count as contents of the deepest.
const MAX_DEPTH: usize = 64;
/// Maximum number of values of a page.
const MAX_VALUES: usize = 200_000;
/// Bytes up to which a name is kept. Longer ones are text.
const MAX_NAME_BYTES: usize = 120;

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LiteralKind {
    Object,
    /// A list, or the arguments of a function.
    List,
    Text(String),
    /// A whole number, which may refer to another value.
    Number(usize),
    /// Anything else that takes a place in a list.
    Other,
}

/// A value with its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LiteralValue {
    pub(super) kind: LiteralKind,
    /// Its name in the object that has it; empty in lists.
    pub(super) name: String,
    /// The value that it is in.
    pub(super) parent: usize,
    /// The first value after its contents.
    pub(super) end: usize,
}

/// Which grammar a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralSyntax {
    /// Strings have double quotation marks.
    Json,
    /// Strings may have other quotation marks and stay within a line, and there are comments.
    Script,
}

/// The values of all sources in preorder, so that the contents of a value are a range. The first is the root.
#[derive(Clone, Debug)]
pub(super) struct LiteralTree {
    pub(super) values: Vec<LiteralValue>,
}

impl LiteralTree {
    pub(super) fn new() -> Self {
        let root = LiteralValue { kind: LiteralKind::List, name: String::new(), parent: 0, end: 1 };
        Self { values: vec![root] }
    }

    /// Adds what a source has as one list, under a name.
    pub(super) fn read(&mut self, source: &str, syntax: LiteralSyntax, name: &str) {
        let list = self.open(LiteralKind::List, name.to_owned(), 0);
        let mut reader = LiteralReader {
            source,
            syntax,
            position: 0,
            tree: self,
            open: vec![list],
            name: String::new(),
            endless: [('"', 0), ('\'', 0), ('`', 0)],
        };
        reader.run();
        let end = self.values.len();
        self.close(list, end);
        self.close(0, end);
    }

    /// The values directly in a value.
    pub(super) fn children(&self, of: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.values.get(of).map_or(0, |value| value.end);
        let mut next = of + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.values.get(child).map_or(end, |value| value.end);
                child
            })
        })
    }

    pub(super) fn get(&self, at: usize) -> Option<&LiteralValue> {
        self.values.get(at)
    }

    /// The text of a value, if it is one.
    pub(super) fn text(&self, at: usize) -> Option<&str> {
        match &self.values.get(at)?.kind {
            LiteralKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name of a value; in a list, that of the list.
    pub(super) fn name(&self, at: usize) -> &str {
        let mut at = at;
        for _ in 0..4 {
            let Some(value) = self.values.get(at) else { break };
            if !value.name.is_empty() {
                return &value.name;
            }
            at = value.parent;
            if !self.values.get(at).is_some_and(|parent| parent.kind == LiteralKind::List) {
                break;
            }
        }
        ""
    }

    /// Whether no more values are taken.
    pub(super) fn is_full(&self) -> bool {
        self.values.len() >= MAX_VALUES
    }

    /// Makes a value one that has no text.
    pub(super) fn set_other(&mut self, at: usize) {
        if let Some(value) = self.values.get_mut(at) {
            value.kind = LiteralKind::Other;
        }
    }

    /// Adds a value without a place of its own.
    pub(super) fn add_text(&mut self, text: String) {
        let list = self.open(LiteralKind::List, String::new(), 0);
        self.open(LiteralKind::Text(text), String::new(), list);
        let end = self.values.len();
        self.close(list, end);
        self.close(0, end);
    }

    /// Adds a value whose contents follow.
    pub(super) fn open(&mut self, kind: LiteralKind, name: String, parent: usize) -> usize {
        let at = self.values.len();
        self.values.push(LiteralValue { kind, name, parent, end: at + 1 });
        at
    }

    /// Ends the contents of a value.
    pub(super) fn close(&mut self, at: usize, end: usize) {
        if let Some(value) = self.values.get_mut(at) {
            value.end = end;
        }
    }
}

struct LiteralReader<'a> {
    source: &'a str,
    syntax: LiteralSyntax,
    position: usize,
    tree: &'a mut LiteralTree,
    /// The open brackets; those that are too deep stand for the deepest value.
    open: Vec<usize>,
    /// The name before the next value.
    name: String,
    /// Up to where no string ends that has these quotation marks. Without it, each mark would search the rest of the
    /// source for its end, which is quadratic.
    endless: [(char, usize); 3],
}

impl LiteralReader<'_> {
    fn run(&mut self) {
        let bytes = self.source.as_bytes();
        while let Some(byte) = bytes.get(self.position) {
            if self.tree.is_full() {
                break;
            }
            match byte {
                b'"' => self.string('"'),
                b'\'' | b'`' if self.syntax == LiteralSyntax::Script => {
                    self.string(char::from(*byte));
                }
                b'{' => self.enter(LiteralKind::Object),
                b'[' | b'(' => self.enter(LiteralKind::List),
                b'}' | b']' | b')' => self.leave(),
                b',' | b';' => {
                    self.name.clear();
                    self.position += 1;
                }
                b'/' if self.syntax == LiteralSyntax::Script => self.slash(),
                byte if is_of_word(*byte) => self.word(),
                _ => self.position += 1,
            }
        }
        let end = self.tree.values.len();
        for at in std::mem::take(&mut self.open) {
            self.tree.close(at, end);
        }
    }

    fn within(&self) -> usize {
        self.open.last().copied().unwrap_or_default()
    }

    fn enter(&mut self, kind: LiteralKind) {
        self.position += 1;
        let parent = self.within();
        let at = if self.open.len() < MAX_DEPTH {
            let name = std::mem::take(&mut self.name);
            self.tree.open(kind, name, parent)
        } else {
            parent
        };
        self.open.push(at);
    }

    fn leave(&mut self) {
        self.position += 1;
        self.name.clear();
        if self.open.len() > 1 {
            let at = self.open.pop().unwrap_or_default();
            let end = self.tree.values.len();
            self.tree.close(at, end);
        }
    }

    /// Takes a string as a name or a text.
    fn string(&mut self, quote: char) {
        let start = self.position + 1;
        let is_endless =
            self.endless.iter().any(|(mark, end)| *mark == quote && self.position < *end);
        let ends_with_line = self.syntax == LiteralSyntax::Script && quote != '`';
        let read =
            if is_endless { None } else { read_string(self.source, start, quote, ends_with_line) };
        let Some((text, end)) = read else {
            self.position = start;
            if !is_endless {
                self.note_endless(quote, ends_with_line);
            }
            return;
        };
        self.position = end;
        if text.len() <= MAX_NAME_BYTES && self.is_name_here() {
            self.name = text;
            return;
        }
        let name = std::mem::take(&mut self.name);
        let parent = self.within();
        self.tree.open(LiteralKind::Text(text), name, parent);
    }

    /// Notes that the string that began before this place has no end.
    fn note_endless(&mut self, quote: char, ends_with_line: bool) {
        let rest = self.source.as_bytes().get(self.position..).unwrap_or_default();
        let line = if ends_with_line { memchr::memchr(b'\n', rest) } else { None };
        let end = self.position + line.unwrap_or(rest.len());
        for (mark, place) in &mut self.endless {
            if *mark == quote {
                *place = end;
            }
        }
    }

    /// Takes a word as a name, a number or another value. Only in JSON does each word stand for a value.
    fn word(&mut self) {
        let bytes = self.source.as_bytes();
        let start = self.position;
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
        self.position += length;
        let word = self.source.get(start..self.position).unwrap_or_default();
        if self.is_name_here() {
            self.name = if length <= MAX_NAME_BYTES { word.to_owned() } else { String::new() };
        } else if self.syntax == LiteralSyntax::Json {
            let kind = word.parse().map_or(LiteralKind::Other, LiteralKind::Number);
            let name = std::mem::take(&mut self.name);
            let parent = self.within();
            self.tree.open(kind, name, parent);
        }
    }

    /// Whether a colon follows within an object.
    fn is_name_here(&self) -> bool {
        let is_object =
            self.tree.get(self.within()).is_some_and(|value| value.kind == LiteralKind::Object);
        let rest = self.source.as_bytes().get(self.position..).unwrap_or_default();
        is_object && rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }

    /// Skips a comment.
    fn slash(&mut self) {
        let rest = self.source.as_bytes().get(self.position..).unwrap_or_default();
        let length = match rest.get(1) {
            Some(b'/') => memchr::memchr(b'\n', rest),
            Some(b'*') => memchr::memmem::find(rest, b"*/").map(|end| end + 2),
            _ => Some(1),
        };
        self.position += length.unwrap_or(rest.len());
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'+' | b'.') || byte >= 0x80
}

/// The text of the string whose contents begin at `start`, and where the rest begins. `None` if it has no end.
/// With `ends_with_line`, a line break is no part of a string: the mark was an apostrophe.
pub(super) fn read_string(
    source: &str,
    start: usize,
    quote: char,
    ends_with_line: bool,
) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut rest = source.get(start..)?;
    loop {
        let at = rest.find(|c| c == quote || c == '\\' || c == '\n' && ends_with_line)?;
        text.push_str(rest.get(..at)?);
        rest = rest.get(at..)?;
        if let Some(after) = rest.strip_prefix(quote) {
            return Some((text, source.len() - after.len()));
        }
        let escape = rest.strip_prefix('\\')?;
        let (character, length) = escaped(escape)?;
        text.extend(character);
        rest = escape.get(length..)?;
    }
}

/// The character that is written after a backslash, if it is one, and how many bytes it takes.
fn escaped(escape: &str) -> Option<(Option<char>, usize)> {
    let first = escape.chars().next()?;
    let character = match first {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '\n' => return Some((None, 1)),
        'x' => {
            let code = escape.get(1..3).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            return Some(code.map_or((Some('x'), 1), |code| (char::from_u32(code), 3)));
        }
        'u' => return Some(escaped_unit(escape)),
        other => other,
    };
    Some((Some(character), first.len_utf8()))
}

/// The character of `u0041`, of two such units, or of `u{1f600}`. Half of a pair is U+FFFD.
fn escaped_unit(escape: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    if let Some((digits, _)) = escape.strip_prefix("u{").and_then(|rest| rest.split_once('}')) {
        let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        return (code, digits.len() + 3);
    }
    let Some(first) = unit(1) else { return (Some('u'), 1) };
    let second = escape.get(5..7).filter(|mark| *mark == "\\u").and_then(|_| unit(7));
    match (first, second) {
        (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
            (char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), 11)
        }
        _ => (Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)), 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(source: &str, syntax: LiteralSyntax) -> Vec<(String, String)> {
        let mut tree = LiteralTree::new();
        tree.read(source, syntax, "");
        let texts = (0..tree.values.len())
            .filter_map(|at| Some((tree.name(at).to_owned(), tree.text(at)?.to_owned())));
        texts.collect()
    }

    #[test]
    fn json_and_literals_of_scripts_are_read_alike() {
        let expected = [("a".to_owned(), "it's\n\u{1f600}".to_owned()), ("b".into(), "x".into())];
        for (source, syntax) in [
            (r#"{"a":"it's\n\ud83d\ude00","c":[1,null,true],"b":["x"]}"#, LiteralSyntax::Json),
            (r#"window.S = {a: 'it\'s\n\u{1f600}', c: !0, b: ["x"]};"#, LiteralSyntax::Script),
            (
                "// don't\n(function(q){return {\"a\":\"it's\\n😀\",/* ' */ b:(`x`)}}(1))",
                LiteralSyntax::Script,
            ),
        ] {
            assert_eq!(outline(source, syntax), expected, "{source}");
        }
    }

    #[test]
    fn hostile_sources_end() {
        for source in ["[".repeat(300_000), "{\"a\":".repeat(100_000), "]}".repeat(1000)] {
            assert_eq!(outline(&source, LiteralSyntax::Json), []);
        }
        for source in
            ["\"\\", "'\\u", "\"\\ud83d\\u", "\"\\x", "`\\u{", "/*", "{a:", &"'\\'".repeat(50_000)]
        {
            outline(source, LiteralSyntax::Script);
        }
        assert_eq!(outline(r#"["\ud83d","\udc00x"]"#, LiteralSyntax::Json)[1].1, "\u{fffd}x");
    }

    #[test]
    fn the_contents_of_a_value_are_a_range() {
        let mut tree = LiteralTree::new();
        tree.read(r#"{"a":{"b":"1","c":["2","3"]},"d":"4"}"#, LiteralSyntax::Json, "x");
        let object = tree.children(1).next().unwrap();
        let names: Vec<&str> = tree.children(object).map(|at| tree.name(at)).collect();
        assert_eq!(names, ["a", "d"]);
        assert_eq!(tree.get(0).unwrap().end, tree.values.len());
    }
}
