//! Types of settings: choices, sizes, durations, lists of classes.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use copydesk_clean::{ClassSet, ClutterClass, Favor, LayoutKind, LossyMode};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::format::{FileCompression, Format, compression_from_path};
use crate::string_enum;
use crate::string_enum::{UnknownName, joined, nearest};

string_enum! {
    /// What the inputs are.
    pub enum InputChoice {
        /// By the file name, then by the content.
        Auto = "auto",
        /// Every page is markup.
        Html = "html",
        /// Every page is text that another tool extracted.
        Text = "text",
        /// Standard input and files with an unknown suffix hold one JSON object a line.
        Jsonl = "jsonl",
        /// They hold an array of JSON objects, or JSON objects one after another.
        Json = "json",
        /// They hold a table with a header, separated by commas.
        Csv = "csv",
        /// They hold a table with a header, separated by tabs.
        Tsv = "tsv",
        /// They are WARC or WET archives.
        Warc = "warc",
        /// They are Parquet files.
        Parquet = "parquet",
    }
}

string_enum! {
    /// How the lines of a text make up its paragraphs.
    pub enum LayoutChoice {
        /// Recognized from the text.
        Auto = "auto",
        /// Every line is a paragraph.
        Lines = "lines",
        /// Every line is a paragraph, with blank lines between.
        Paragraphs = "paragraphs",
        /// Markup cut sentences into several lines.
        Fragments = "fragments",
        /// Paragraphs are wrapped at a width.
        Wrapped = "wrapped",
        /// The text is one line.
        OneLine = "one_line",
        /// The text is Markdown.
        Markdown = "markdown",
    }
}

impl LayoutChoice {
    /// The cleaner's option of that name; `None` if the layout is to be recognized.
    pub const fn layout(self) -> Option<LayoutKind> {
        match self {
            Self::Auto => None,
            Self::Lines => Some(LayoutKind::Lines),
            Self::Paragraphs => Some(LayoutKind::Paragraphs),
            Self::Fragments => Some(LayoutKind::Fragments),
            Self::Wrapped => Some(LayoutKind::Wrapped),
            Self::OneLine => Some(LayoutKind::OneLine),
            Self::Markdown => Some(LayoutKind::Markdown),
        }
    }
}

/// A format, or `None` for `auto`: by the suffix of the output; without one, plain text for a single input on a
/// terminal and JSONL otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatChoice(pub Option<Format>);

/// How [`FormatChoice`] writes its `None`.
const AUTO: &str = "auto";

impl FormatChoice {
    /// Every word that can be written: `auto`, then the formats.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once(AUTO).chain(Format::ALL.iter().map(|format| format.name()))
    }
}

impl FromStr for FormatChoice {
    type Err = UnknownName;

    fn from_str(written: &str) -> Result<Self, UnknownName> {
        if written == AUTO {
            return Ok(Self(None));
        }
        let format = written.parse().map(|format| Self(Some(format)));
        format.map_err(|error: UnknownName| UnknownName { known: Self::names().collect(), ..error })
    }
}

impl fmt::Display for FormatChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.map_or(AUTO, Format::name))
    }
}

impl Serialize for FormatChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FormatChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

string_enum! {
    /// How text outputs are compressed.
    pub enum CompressChoice {
        /// By the suffix of the output: `.gz`, `.zst`, otherwise not at all.
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
    pub fn compression(self, output: Option<&Path>) -> FileCompression {
        match self {
            Self::Auto => output.map_or(FileCompression::None, compression_from_path),
            Self::None => FileCompression::None,
            Self::Gzip => FileCompression::Gzip,
            Self::Zstd => FileCompression::Zstd,
        }
    }
}

string_enum! {
    /// An optional field of the record.
    pub enum ExtraField {
        /// The main content as Markdown.
        Markdown = "markdown",
        /// The main content as minimal HTML.
        Html = "html",
        /// The pictures that belong to the main content.
        Images = "images",
        /// The links in the main content.
        Links = "links",
    }
}

string_enum! {
    /// What to do with blocks that could be content or clutter.
    pub enum FavorChoice {
        /// Remove them: clutter in the text is worse than missing content.
        Precision = "precision",
        /// Aim for the highest F1.
        Balance = "balance",
        /// Keep them: missing content is worse than clutter in the text.
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
    /// What to do with characters that lost some of their bytes.
    pub enum LossyChoice {
        /// Restore those that can be determined, and mark the others with U+FFFD.
        Restore = "restore",
        /// Mark each with U+FFFD, unless it has only one possible reading.
        Mark = "mark",
        /// Delete what is left of them, unless there is only one possible reading.
        Drop = "drop",
        /// Leave them as they are.
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
    /// What to do with a page whose text an earlier page had.
    pub enum DedupeChoice {
        /// Write it like any other page.
        Off = "off",
        /// Name the earlier page in `duplicate_of`.
        Mark = "mark",
        /// Omit it.
        Drop = "drop",
    }
}

string_enum! {
    /// Log levels.
    pub enum LogChoice {
        /// Nothing.
        Off = "off",
        /// What failed.
        Error = "error",
        /// What may need attention.
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
    /// Log formats.
    pub enum LogFormat {
        /// Lines for people.
        Text = "text",
        /// A JSON object per line.
        Json = "json",
    }
}

string_enum! {
    /// When messages are colored.
    pub enum ColorChoice {
        /// On a terminal, unless `NO_COLOR` is set.
        Auto = "auto",
        /// Also if standard error is not a terminal.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

/// A value that a setting cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(String);

impl InvalidValue {
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
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        let (number, unit) = split_unit(written);
        let unit = if unit.is_empty() { "B" } else { unit };
        SIZE_UNITS
            .iter()
            // Case and the `B` are optional: people type `32m` and mean megabytes. No two units collide.
            .find(|(name, _)| {
                name.eq_ignore_ascii_case(unit)
                    || name.trim_end_matches('B').eq_ignore_ascii_case(unit)
            })
            .and_then(|(_, factor)| scaled(number, *factor))
            .map(Self)
            .ok_or_else(|| {
                InvalidValue(format!("`{written}` is not a size: write 32MB, 512KiB or 1000000"))
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

/// A duration, written `10s`, `500ms`, `2m`, `1h` or `30d` (days of 24 hours). `0s` is no limit.
///
/// It is displayed in the largest unit that gives a whole number.
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
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        let (number, unit) = split_unit(written);
        SPAN_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .and_then(|(_, factor)| scaled(number, *factor))
            .map(|millis| Self(Duration::from_millis(millis)))
            .ok_or_else(|| {
                InvalidValue(format!("`{written}` is not a duration: write 10s, 500ms or 2m"))
            })
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        // Zero is a multiple of every unit, and `0d` would read oddly.
        let fits = |(_, unit): &&(&str, u64)| millis != 0 && millis.is_multiple_of((*unit).into());
        let (name, unit) = SPAN_UNITS.iter().find(fits).copied().unwrap_or(("s", 1000));
        write!(f, "{}{name}", millis / u128::from(unit))
    }
}

fn split_unit(written: &str) -> (&str, &str) {
    let written = written.trim();
    let number = written.trim_end_matches(char::is_alphabetic);
    (number.trim_end(), written.strip_prefix(number).unwrap_or_default())
}

/// `number * factor`, with up to nine decimals. In integers, since a float would round large sizes.
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

/// Clutter classes, written as a list or separated by commas.
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
    type Err = InvalidValue;

    fn from_str(written: &str) -> Result<Self, InvalidValue> {
        written
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(class_named)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn class_named(name: &str) -> Result<ClutterClass, InvalidValue> {
    ClutterClass::from_name(name).ok_or_else(|| {
        let names = ClutterClass::ALL.map(ClutterClass::name);
        InvalidValue(match nearest(name, names) {
            Some(near) => format!("unknown clutter class `{name}`; did you mean `{near}`?"),
            None => format!("unknown clutter class `{name}`; the classes are {}", joined(names)),
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

/// Serde for a type that is written as text, or as a plain number where that is unambiguous.
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
    TimeSpan, "a duration such as \"10s\"", |n| (n == 0).then_some(TimeSpan(Duration::ZERO));
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
    fn durations_are_read_and_written() {
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
        for (millis, shown) in
            [(900_000, "15m"), (90_000, "90s"), (172_800_000, "2d"), (86_400_000, "1d"), (0, "0s")]
        {
            assert_eq!(TimeSpan(Duration::from_millis(millis)).to_string(), shown);
        }
    }

    #[test]
    fn a_format_is_a_name_or_auto() {
        assert_eq!("auto".parse(), Ok(FormatChoice(None)));
        assert_eq!("csv".parse(), Ok(FormatChoice(Some(Format::Csv))));
        let error = "parqet".parse::<FormatChoice>().unwrap_err();
        assert_eq!(error.nearest(), Some("parquet"));
        assert!(error.to_string().contains("auto, jsonl, txt"), "{error}");
        assert_eq!(FormatChoice(None).to_string(), "auto");
    }

    #[test]
    fn an_unknown_class_names_the_nearest_one() {
        assert_eq!(
            "byline, caption".parse(),
            Ok(ClassList(vec![ClutterClass::Byline, ClutterClass::Caption]))
        );
        let error = "paywal".parse::<ClassList>().unwrap_err();
        assert_eq!(error.to_string(), "unknown clutter class `paywal`; did you mean `paywall`?");
    }
}
