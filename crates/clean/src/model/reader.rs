//! Reads the values of a model file. Every count and every offset in it is checked: the file may come
//! from a user.

use super::{MAGIC, VERSION};
use crate::ErrorKind;

/// The error for a model file that cannot be used.
pub(super) fn invalid_model(what: impl Into<String>) -> ErrorKind {
    ErrorKind::Model(what.into())
}

/// The rest of a model file.
pub(super) struct ModelReader<'a>(&'a [u8]);

impl<'a> ModelReader<'a> {
    /// Checks magic, checksum and version.
    pub(super) fn checked(bytes: &'a [u8]) -> Result<Self, ErrorKind> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(invalid_model("not a model file"));
        };
        let Some((rest, checksum)) = rest.split_last_chunk() else {
            return Err(invalid_model("the file is truncated"));
        };
        let content = bytes.get(..bytes.len() - 4).unwrap_or_default();
        if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
            return Err(invalid_model("damaged: the checksum does not match"));
        }
        let mut reader = Self(rest);
        match reader.u32()? {
            VERSION => Ok(reader),
            other => {
                Err(invalid_model(format!("version {other} is not supported, only {VERSION}")))
            }
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ErrorKind> {
        let (chunk, rest) =
            self.0.split_first_chunk().ok_or_else(|| invalid_model("the file is truncated"))?;
        self.0 = rest;
        Ok(*chunk)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ErrorKind> {
        self.take().map(u8::from_le_bytes)
    }

    pub(super) fn i8(&mut self) -> Result<i8, ErrorKind> {
        self.take().map(i8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ErrorKind> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ErrorKind> {
        self.take().map(u32::from_le_bytes)
    }

    /// A finite number. NaN would make the comparisons of the trees meaningless.
    pub(super) fn f32(&mut self) -> Result<f32, ErrorKind> {
        let value = self.take().map(f32::from_le_bytes)?;
        if value.is_finite() { Ok(value) } else { Err(invalid_model("a number is not finite")) }
    }

    /// The number of items that follow. Each takes a byte or more, so a larger number than there are bytes
    /// is wrong; without this check it would allocate gigabytes.
    pub(super) fn count(&mut self) -> Result<usize, ErrorKind> {
        let count = self.u32()? as usize;
        if count > self.0.len() {
            return Err(invalid_model("the file is truncated"));
        }
        Ok(count)
    }

    /// A name of up to 255 bytes.
    pub(super) fn name(&mut self) -> Result<&'a str, ErrorKind> {
        let length = usize::from(self.u8()?);
        let (name, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| invalid_model("the file is truncated"))?;
        self.0 = rest;
        std::str::from_utf8(name).map_err(|_| invalid_model("the name of a feature is not UTF-8"))
    }

    /// The features that trees number, as places in `known`.
    pub(super) fn features(&mut self, known: &[String]) -> Result<Vec<usize>, ErrorKind> {
        let mut features = Vec::new();
        for _ in 0..self.count()? {
            let name = self.name()?;
            let place = known.iter().position(|known| known == name);
            features.push(place.ok_or_else(|| ErrorKind::UnknownFeature(name.to_owned()))?);
        }
        Ok(features)
    }

    /// Checks that nothing follows.
    pub(super) fn end(&self) -> Result<(), ErrorKind> {
        if self.0.is_empty() { Ok(()) } else { Err(invalid_model("there is data after its end")) }
    }
}
