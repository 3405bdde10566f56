//! The fitted model: token tables, one forest of decision trees for pages and one for text, and one for each
//! clutter class.
//!
//! `train/` fits it. It is embedded in the crate and can be replaced by a file.

mod calibration;
mod classes;
mod forest;
mod reader;
mod tokens;

use std::sync::{Arc, OnceLock};

use crate::feature_schema::feature_names;
use crate::{Error, ErrorKind};
pub(crate) use calibration::Calibration;
pub(crate) use classes::{ClassForest, ClassScores};
pub(crate) use forest::{FeatureBatches, Forest, LANES};
use reader::ModelReader;
pub(crate) use tokens::TokenTable;

/// The model that comes with the crate: `config/model.bin`.
const EMBEDDED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/model.bin"));

/// The first line of a model file.
const MAGIC: &[u8] = b"copydesk-model\n";
/// The version of the file format.
const VERSION: u32 = 2;

/// A fitted model.
///
/// The file is little-endian: the line `copydesk-model`, the version, the names of the features in the
/// order in which the trees number them, the two token tables, the two forests, the two calibrations, the
/// forests of the classes with the names of their features, and the CRC-32 of everything before it.
#[derive(Debug, Default)]
pub struct Model {
    /// Tokens of class names and ids. The first weight holds on the block's own element and its parent, the
    /// second further up.
    pub(crate) names: TokenTable,
    /// Words. The first weight holds on pages, the second in text.
    pub(crate) words: TokenTable,
    pub(crate) html: Forest,
    pub(crate) text: Forest,
    /// Calibrations of the confidence, on pages and in text.
    pub(crate) calibrations: [Calibration; 2],
    /// Which class a removed block of a page has.
    pub(crate) classes: ClassForest,
}

impl Model {
    /// The model that comes with the crate.
    ///
    /// # Panics
    /// Never: a test reads the embedded model.
    #[expect(clippy::expect_used, reason = "part of the program, and read by its tests")]
    pub fn embedded() -> Arc<Self> {
        static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
        let read = || Arc::new(Self::read(EMBEDDED).expect("the embedded model is valid"));
        Arc::clone(MODEL.get_or_init(read))
    }

    /// Reads a model file. `origin` is its name in errors.
    ///
    /// # Errors
    /// If the bytes are not a model, have another version, are damaged, or name features that this version
    /// of the crate does not compute.
    pub fn from_bytes(origin: &str, bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|kind| Error::new(origin, kind))
    }

    fn read(bytes: &[u8]) -> Result<Self, ErrorKind> {
        let mut reader = ModelReader::checked(bytes)?;
        let known = feature_names();
        let features = reader.features(&known)?;
        let model = Self {
            names: TokenTable::read(&mut reader)?,
            words: TokenTable::read(&mut reader)?,
            html: Forest::read(&mut reader, &features)?,
            text: Forest::read(&mut reader, &features)?,
            calibrations: [Calibration::read(&mut reader)?, Calibration::read(&mut reader)?],
            classes: ClassForest::read(&mut reader, &known)?,
        };
        reader.end()?;
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_valid() {
        let model = Model::embedded();
        assert!(model.html.trees() > 50 && model.text.trees() > 30 && !model.classes.is_empty());
        assert!(EMBEDDED.len() <= 480 * 1024, "{} bytes", EMBEDDED.len());
    }

    #[test]
    fn a_damaged_model_is_refused() {
        let mut damaged = EMBEDDED.to_vec();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        assert!(
            Model::from_bytes("model.bin", &damaged).unwrap_err().to_string().contains("damaged")
        );
        assert!(Model::from_bytes("model.bin", &EMBEDDED[..middle]).is_err());
        assert!(Model::from_bytes("model.bin", b"").is_err());
        assert!(Model::from_bytes("model.bin", b"a page about something else").is_err());
    }
}
