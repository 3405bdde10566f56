//! Checks the metadata of Parquet files before the Parquet library trusts it.
//!
//! Implements only the part of Thrift's compact protocol that this takes (Apache Thrift,
//! `doc/specs/thrift-compact-protocol.md`).

/// The deepest nesting of structs and lists.
const MAX_NESTING: usize = 64;

/// The deepest nesting of groups in a schema.
const MAX_SCHEMA_DEPTH: usize = 64;

/// The longest variable-length integer, in bytes.
const MAX_VARINT_BYTES: u32 = 10;

/// Marks the end of a struct.
const STOP: u8 = 0;

const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Checks that the schema in a file's metadata is a tree that can be walked; `None` if not.
pub(super) fn check_schema(metadata: &[u8]) -> Option<()> {
    let mut at = ThriftCursor(metadata);
    at.find(2, LIST)?;
    let (elements, kind) = at.list()?;
    if kind != STRUCT {
        return None;
    }
    let mut open: Vec<u64> = Vec::new();
    let mut is_first = true;
    for _ in 0..elements {
        match open.last_mut() {
            Some(left) => *left -= 1,
            None if is_first => is_first = false,
            None => return None,
        }
        let children = at.children()?;
        if children > elements {
            return None;
        }
        open.push(children);
        if open.len() > MAX_SCHEMA_DEPTH {
            return None;
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    open.is_empty().then_some(())
}

/// The lengths in the header of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageLengths {
    /// Bytes of the page, after decompression.
    pub(super) inflated: u64,
    /// Bytes before the compressed ones.
    pub(super) levels: u64,
}

/// Reads the lengths from the beginning of a page header; `None` if they are not there.
pub(super) fn page_lengths(header: &[u8]) -> Option<PageLengths> {
    let mut at = ThriftCursor(header);
    let mut lengths = None;
    let mut last = 0;
    while let Some((id, kind)) = at.field(last).filter(|(_, kind)| *kind != STOP) {
        last = id;
        match (id, kind) {
            (2, 5) => {
                let inflated = u64::try_from(at.integer()?).ok()?;
                // A field that occurs twice: the library might use the other one, so neither is trusted.
                if lengths.replace(PageLengths { inflated, levels: 0 }).is_some() {
                    return None;
                }
            }
            (8, STRUCT) => {
                let levels = at.levels()?;
                return lengths.map(|lengths| PageLengths { levels, ..lengths });
            }
            // Other kinds of pages have no other field that matters here.
            (5.., _) => break,
            _ => at.skip(kind)?,
        }
    }
    lengths
}

#[derive(Clone, Copy)]
struct ThriftCursor<'a>(&'a [u8]);

impl ThriftCursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for place in 0..MAX_VARINT_BYTES {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn skip_bytes(&mut self, bytes: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// The number and the kind of the next field; [`STOP`] at the end of the struct.
    fn field(&mut self, last: i64) -> Option<(i64, u8)> {
        let byte = self.byte()?;
        let id = match byte >> 4 {
            _ if byte == STOP => last,
            0 => self.integer()?,
            step => last.checked_add(i64::from(step))?,
        };
        let kind = byte & 0x0f;
        (byte == STOP || kind != STOP).then_some((id, kind))
    }

    /// The length of a list and the kind of what is in it.
    fn list(&mut self) -> Option<(u64, u8)> {
        let byte = self.byte()?;
        let length = match byte >> 4 {
            15 => self.unsigned()?,
            length => u64::from(length),
        };
        Some((length, byte & 0x0f))
    }

    /// Skips to a field of a struct.
    fn find(&mut self, wanted: i64, of: u8) -> Option<()> {
        let mut last = 0;
        loop {
            let (id, kind) = self.field(last)?;
            if kind == STOP {
                break;
            }
            if id == wanted && kind == of {
                return Some(());
            }
            self.skip(kind)?;
            last = id;
        }
        None
    }

    /// Reads an element of a schema to its end, and returns the number of its children.
    fn children(&mut self) -> Option<u64> {
        let (mut children, mut last) = (0, 0);
        loop {
            let (id, kind) = self.field(last)?;
            if kind == STOP {
                break;
            }
            if id == 5 && kind == 5 {
                children = u64::try_from(self.integer()?).ok()?;
            } else {
                self.skip(kind)?;
            }
            last = id;
        }
        Some(children)
    }

    /// Bytes of the levels in a page of version 2, which stand uncompressed before the values.
    fn levels(&mut self) -> Option<u64> {
        let (mut bytes, mut last) = (0u64, 0);
        loop {
            let (id, kind) = self.field(last)?;
            if kind == STOP {
                break;
            }
            if matches!((id, kind), (5 | 6, 5)) {
                bytes = bytes.checked_add(u64::try_from(self.integer()?).ok()?)?;
            } else if id > 6 {
                break;
            } else {
                self.skip(kind)?;
            }
            last = id;
        }
        Some(bytes)
    }

    /// Skips the value of a field.
    fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_nested(kind, MAX_NESTING)
    }

    fn skip_nested(&mut self, kind: u8, nesting: usize) -> Option<()> {
        let nesting = nesting.checked_sub(1)?;
        match kind {
            // The value of a boolean field is in its type.
            1 | 2 => Some(()),
            3 => self.skip_bytes(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.skip_bytes(8),
            BINARY => {
                let length = self.unsigned()?;
                self.skip_bytes(length)
            }
            LIST => {
                let (length, kind) = self.list()?;
                for _ in 0..length {
                    match kind {
                        1 | 2 => self.skip_bytes(1)?,
                        kind => self.skip_nested(kind, nesting)?,
                    }
                }
                Some(())
            }
            STRUCT => {
                let mut last = 0;
                loop {
                    let (id, kind) = self.field(last)?;
                    if kind == STOP {
                        break;
                    }
                    self.skip_nested(kind, nesting)?;
                    last = id;
                }
                Some(())
            }
            // The metadata of Parquet files has no sets and no maps.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata with a schema of elements that have these many children each.
    fn metadata(children: &[u32]) -> Vec<u8> {
        let mut bytes = vec![0x15, 2, 0x19, 0xfc];
        varint(&mut bytes, u64::try_from(children.len()).unwrap());
        for children in children {
            // name (field 4), children (field 5)
            bytes.extend([0x48, 1, b'x', 0x15]);
            varint(&mut bytes, u64::from(*children) * 2);
            bytes.push(0);
        }
        bytes.push(0);
        bytes
    }

    fn varint(bytes: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
    }

    #[test]
    fn a_schema_is_a_tree_that_can_be_walked() {
        for good in [&[0][..], &[2, 0, 0], &[2, 1, 0, 0], &[1, 1, 1, 0]] {
            assert_eq!(check_schema(&metadata(good)), Some(()), "{good:?}");
        }
        let deep = [vec![1; 100_000], vec![0]].concat();
        for bad in [&[][..], &[0, 0], &[2, 0], &[u32::MAX, 0], &deep] {
            let got = check_schema(&metadata(bad));
            assert_eq!(got.is_some(), bad.is_empty(), "{:?}", bad.get(..4));
        }
        let whole = metadata(&[2, 0, 0]);
        for length in 0..whole.len() - 1 {
            assert_eq!(check_schema(&whole[..length]), None, "{length}");
        }
    }

    #[test]
    fn the_length_of_a_page_is_read() {
        let lengths = |inflated, levels| Some(PageLengths { inflated, levels });
        // type 0, 100 bytes inflated, 50 compressed, a data page header
        assert_eq!(page_lengths(&[0x15, 0, 0x15, 0xc8, 1, 0x15, 100, 0x2c]), lengths(100, 0));
        // version 2: values, nulls, rows, encoding, 3 and 4 bytes of levels
        let v2 =
            [0x15, 6, 0x15, 0xc8, 1, 0x15, 100, 0x5c, 0x15, 2, 0x15, 0, 0x15, 2, 0x15, 0, 0x15]
                .into_iter()
                .chain([6, 0x15, 8, 0x11, 0, 0]);
        assert_eq!(page_lengths(&v2.collect::<Vec<_>>()), lengths(100, 7));
        assert_eq!(page_lengths(&[0x15, 0]), None);
        assert_eq!(page_lengths(&[0x15, 0, 0x15, 1]), None);
    }
}
