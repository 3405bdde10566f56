//! Values of settings that people write with units: sizes, spans of time, lists of classes.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use copydesk_clean::{ClassSet, ClutterClass, Favor, LossyMode};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::format::{Format, WarcCompression, compression_from_path};
use crate::string_enum;
use crate::string_enum::{joined, nearest};

string_enum! {
    /// What the inputs are.
    pub enum InputChoice {
        /// Told by the name, then by the content.
        Auto = "auto",
        /// Every page is markup.
        Html = "html",
        /// Every page is text that was extracted before.
        Text = "text",
        /// Standard input and files with an unknown suffix hold one JSON object a line.
        Jsonl = "jsonl",
        /// They hold an array of JSON objects, or JSON objects one after another.
        Json = "json",
        /// They hold a table with a header, its values divided by commas.
        Csv = "csv",
        /// They hold a table with a header, its values divided by tabs.
        Tsv = "tsv",
        /// They are WARC or WET archives.
        Warc = "warc",
        /// They are Parquet files.
        Parquet = "parquet",
    }
}

string_enum! {
    /// The form of the output.
    pub enum FormatChoice {
        /// By the suffix of `-o FILE`; else plain text for one input on a terminal; else JSONL.
        Auto = "auto",
        /// One record a line.
        Jsonl = "jsonl",
        /// Plain text.
        Txt = "txt",
        /// Markdown.
        Markdown = "markdown",
        /// Minimal HTML.
        Html = "html",
        /// A table with one row a page.
        Csv = "csv",
        /// The same in Apache Parquet.
        Parquet = "parquet",
        /// The same in a `SQLite` database.
        Sqlite = "sqlite",
    }
}

impl FormatChoice {
    /// The format, or `None` for [`FormatChoice::Auto`].
    pub const fn fixed(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Jsonl => Some(Format::Jsonl),
            Self::Txt => Some(Format::Txt),
            Self::Markdown => Some(Format::Markdown),
            Self::Html => Some(Format::Html),
            Self::Csv => Some(Format::Csv),
            Self::Parquet => Some(Format::Parquet),
            Self::Sqlite => Some(Format::Sqlite),
        }
    }
}

string_enum! {
    /// How outputs that are text are compressed.
    pub enum CompressChoice {
        /// By the suffix of `-o FILE`: `.gz`, `.zst`, else not at all.
        Auto = "auto",
        /// Not at all, whatever the suffix.
        None = "none",
        /// With gzip (level 6).
        Gzip = "gzip",
        /// With Zstandard (level 3).
        Zstd = "zstd",
    }
}

impl CompressChoice {
    /// The compression of this output; `None` is a stream or a folder.
    pub fn compression(self, output: Option<&Path>) -> WarcCompression {
        match self {
            Self::Auto => output.map_or(WarcCompression::None, compression_from_path),
            Self::None => WarcCompression::None,
            Self::Gzip => WarcCompression::Gzip,
            Self::Zstd => WarcCompression::Zstd,
        }
    }
}

string_enum! {
    /// A field that a record has only when asked for.
    pub enum ExtraField {
        /// The main content as Markdown.
        Markdown = "markdown",
        /// The main content as minimal HTML.
        Html = "html",
    }
}

string_enum! {
    /// Which mistake is the worse one where a block may be content or clutter.
    pub enum FavorChoice {
        /// Clutter in the text: what is doubtful goes.
        Precision = "precision",
        /// Neither.
        Balance = "balance",
        /// Content missing from the text: what is doubtful stays.
        Recall = "recall",
    }
}

impl FavorChoice {
    /// The cleaner's option of that name.
    pub const fn favor(self) -> Favor {
        match self {
            Self::Precision => Favor::Precision,
            Self::Balance => Favor::Balance,
            Self::Recall => Favor::Recall,
        }
    }
}

string_enum! {
    /// What becomes of characters of which only some bytes are left.
    pub enum LossyChoice {
        /// Those that can be told are restored, the others marked.
        Restore = "restore",
        /// U+FFFD stands for each, unless it has one possible reading.
        Mark = "mark",
        /// Their remains go, unless they have one possible reading.
        Drop = "drop",
        /// They stay as they are.
        Leave = "leave",
    }
}

impl LossyChoice {
    /// The repair's option of that name.
    pub const fn lossy(self) -> LossyMode {
        match self {
            Self::Restore => LossyMode::Restore,
            Self::Mark => LossyMode::Mark,
            Self::Drop => LossyMode::Drop,
            Self::Leave => LossyMode::Leave,
        }
    }
}

string_enum! {
    /// What becomes of a page that says the same as an earlier one.
    pub enum DedupeChoice {
        /// It gives the same record again.
        Off = "off",
        /// Its record says so in `duplicate_of`.
        Mark = "mark",
        /// It gives no record.
        Drop = "drop",
    }
}

string_enum! {
    /// How much is told of what happens inside.
    pub enum LogChoice {
        /// Nothing.
        Off = "off",
        /// What went wrong.
        Error = "error",
        /// What is likely to be wrong.
        Warn = "warn",
        /// What happens.
        Info = "info",
        /// How it happens.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

string_enum! {
    /// The form of what is told of what happens inside.
    pub enum LogFormat {
        /// A line for people.
        Text = "text",
        /// A JSON object on a line.
        Json = "json",
    }
}

string_enum! {
    /// When messages are coloured.
    pub enum ColorChoice {
        /// On a terminal, unless `NO_COLOR` is set.
        Auto = "auto",
        /// Also where standard error is no terminal.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

/// A value that does not read as what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadValue(String);

impl BadValue {
    pub(super) fn new(message: String) -> Self {
        Self(message)
    }
}

/// A number of bytes, written `32MiB`, `500kB`, `1.5GB` or as a plain number.
///
/// `kB`, `MB`, `GB` are powers of 1,000 and `KiB`, `MiB`, `GiB` powers of 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const SIZE_UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = BadValue;

    fn from_str(written: &str) -> Result<Self, BadValue> {
        let (number, unit) = split_unit(written);
        let unit = if unit.is_empty() { "B" } else { unit };
        SIZE_UNITS
            .iter()
            // `m` and `M` are megabytes to everyone who types them.
            .find(|(name, _)| {
                name.eq_ignore_ascii_case(unit)
                    || name.trim_end_matches('B').eq_ignore_ascii_case(unit)
            })
            .and_then(|(_, factor)| scaled(number, *factor))
            .map(Self)
            .ok_or_else(|| {
                BadValue(format!("`{written}` is no size: write it as 32MB, 512KiB or 1000000"))
            })
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fit = SIZE_UNITS.iter().find(|(_, unit)| self.0 != 0 && self.0.is_multiple_of(*unit));
        let (name, unit) = fit.copied().unwrap_or(("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

/// A span of time, written `10s`, `500ms`, `2m`, `1h` or `30d` (days of 24 hours); `0s` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan(pub Duration);

const SPAN_UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl TimeSpan {
    /// The duration, or `None` for no limit.
    pub fn limit(self) -> Option<Duration> {
        (!self.0.is_zero()).then_some(self.0)
    }
}

impl FromStr for TimeSpan {
    type Err = BadValue;

    fn from_str(written: &str) -> Result<Self, BadValue> {
        let (number, unit) = split_unit(written);
        SPAN_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .and_then(|(_, factor)| scaled(number, *factor))
            .map(|millis| Self(Duration::from_millis(millis)))
            .ok_or_else(|| {
                BadValue(format!("`{written}` is no span of time: write it as 10s, 500ms or 2m"))
            })
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis.is_multiple_of(1000) {
            write!(f, "{}s", millis / 1000)
        } else {
            write!(f, "{millis}ms")
        }
    }
}

fn split_unit(written: &str) -> (&str, &str) {
    let written = written.trim();
    let number = written.trim_end_matches(char::is_alphabetic);
    (number.trim_end(), written.strip_prefix(number).unwrap_or_default())
}

/// `number * factor`, with up to nine decimals and without the rounding of floats.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let number = number.replace('_', "");
    let (whole, decimals) = number.split_once('.').unwrap_or((&number, ""));
    if decimals.len() > 9 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let denominator = 10u128.pow(u32::try_from(decimals.len()).ok()?);
    let whole = u128::from(whole.parse::<u64>().ok()?) * denominator;
    let decimals = if decimals.is_empty() { 0 } else { decimals.parse::<u128>().ok()? };
    let scaled = (whole + decimals).checked_mul(u128::from(factor))? / denominator;
    u64::try_from(scaled).ok()
}

/// Clutter classes, written as a list or as words with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassList(pub Vec<ClutterClass>);

impl ClassList {
    /// Every class.
    pub fn all() -> Self {
        Self(ClutterClass::ALL.to_vec())
    }

    /// As a set.
    pub fn set(&self) -> ClassSet {
        self.0.iter().copied().collect()
    }
}

impl FromStr for ClassList {
    type Err = BadValue;

    fn from_str(written: &str) -> Result<Self, BadValue> {
        written
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(class_named)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn class_named(name: &str) -> Result<ClutterClass, BadValue> {
    ClutterClass::from_name(name).ok_or_else(|| {
        let names = ClutterClass::ALL.map(ClutterClass::name);
        BadValue(match nearest(name, names) {
            Some(near) => format!("`{name}` is no clutter class; did you mean `{near}`?"),
            None => format!("`{name}` is no clutter class; there are {}", joined(names)),
        })
    })
}

impl Serialize for ClassList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ClassList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ClassListVisitor;
        impl<'de> Visitor<'de> for ClassListVisitor {
            type Value = ClassList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of clutter classes")
            }

            fn visit_str<E: de::Error>(self, written: &str) -> Result<ClassList, E> {
                written.parse().map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ClassList, A::Error> {
                let mut classes = Vec::new();
                while let Some(name) = seq.next_element::<String>()? {
                    classes.push(class_named(&name).map_err(de::Error::custom)?);
                }
                Ok(ClassList(classes))
            }
        }
        deserializer.deserialize_any(ClassListVisitor)
    }
}

/// Serde for a type that is written as text, and may be a plain number where that has a meaning.
macro_rules! serde_as_text {
    ($($name:ident, $expecting:literal, $from_number:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct UnitVisitor;
                impl Visitor<'_> for UnitVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, written: &str) -> Result<$name, E> {
                        written.parse().map_err(E::custom)
                    }

                    fn visit_i64<E: de::Error>(self, number: i64) -> Result<$name, E> {
                        let from_number: fn(i64) -> Option<$name> = $from_number;
                        from_number(number)
                            .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
                    }
                }
                deserializer.deserialize_any(UnitVisitor)
            }
        }
    )+};
}

serde_as_text! {
    ByteSize, "a size such as \"32MiB\"", |n| u64::try_from(n).ok().map(ByteSize);
    TimeSpan, "a span of time such as \"10s\"", |n| (n == 0).then_some(TimeSpan(Duration::ZERO));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written() {
        for (written, bytes) in [
            ("32MB", 32_000_000),
            ("32MiB", 32 << 20),
            ("32 mib", 32 << 20),
            ("1.5GB", 1_500_000_000),
            ("2k", 2_000),
            ("1_000", 1_000),
            ("0", 0),
        ] {
            assert_eq!(written.parse(), Ok(ByteSize(bytes)), "{written}");
        }
        for wrong in [
            "",
            "MB",
            "-1",
            "1e3",
            "12 parsecs",
            "1.x",
            "99999999999TB",
            "18446744073709551615.999999999TB",
        ] {
            assert!(wrong.parse::<ByteSize>().is_err(), "{wrong}");
        }
        assert_eq!(ByteSize(32 << 20).to_string(), "32MiB");
        assert_eq!(ByteSize(1_500_000_000).to_string(), "1500MB");
        assert_eq!(ByteSize(0).to_string(), "0B");
    }

    #[test]
    fn spans_are_read_and_written() {
        for (written, millis) in [
            ("10s", 10_000),
            ("500ms", 500),
            ("2m", 120_000),
            ("1.5s", 1_500),
            ("1h", 3_600_000),
            ("30d", 2_592_000_000),
        ] {
            assert_eq!(written.parse(), Ok(TimeSpan(Duration::from_millis(millis))), "{written}");
        }
        assert!("10".parse::<TimeSpan>().is_err());
        assert_eq!(TimeSpan(Duration::from_millis(1_500)).to_string(), "1500ms");
        assert_eq!(TimeSpan(Duration::ZERO).limit(), None);
    }

    #[test]
    fn a_wrong_class_is_named_with_its_neighbour() {
        assert_eq!(
            "byline, caption".parse(),
            Ok(ClassList(vec![ClutterClass::Byline, ClutterClass::Caption]))
        );
        let error = "paywal".parse::<ClassList>().unwrap_err();
        assert_eq!(error.to_string(), "`paywal` is no clutter class; did you mean `paywall`?");
    }
}
