//! The configuration that a resumed run must share with the run before.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use walkdir::WalkDir;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::error::{Error, ErrorKind};
use crate::settings::{SettingGroup, Settings};
use crate::sinks::{Destination, OutputTarget};

/// Settings that may change when a run is resumed. They control speed, memory and messages, and not what a record
/// says. The settings for fetching ([`FETCH_SETTINGS`]) may change too.
const FREE_SETTINGS: &[&str] = &[
    "threads",
    "unordered",
    "max_buffered_bytes",
    "checkpoint_interval",
    "log",
    "log_format",
    "quiet",
    "progress",
    "color",
];

/// Whether a setting has no effect on the output.
fn is_free_setting(name: &str) -> bool {
    FREE_SETTINGS.contains(&name) || SettingGroup::Fetching.settings().contains(&name)
}

/// Settings that name a file or folder whose content affects the output.
const FILE_SETTINGS: &[&str] = &["config", "model", "allow_urls", "block_urls"];

/// Everything that the output of a run depends on, except its inputs: the version of the program, the settings, the
/// output and its format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunConfig(BTreeMap<String, Value>);

impl RunConfig {
    /// The configuration of a run with these settings and this output.
    ///
    /// # Errors
    /// If a file that a setting names cannot be read.
    pub fn new(settings: &Settings, destination: &Destination) -> Result<Self, Error> {
        let mut config = BTreeMap::new();
        // Every setting has a JSON form, so this always matches.
        if let Ok(Value::Object(settings)) = serde_json::to_value(settings) {
            config.extend(settings.into_iter().filter(|(name, _)| !is_free_setting(name)));
        }
        for name in FILE_SETTINGS {
            if let Some(value) = config.get_mut(*name)
                && let Some(path) = value.as_str().filter(|path| !path.is_empty())
            {
                let content = content_hash(Path::new(path))
                    .map_err(|source| ErrorKind::Read { path: path.into(), source })?;
                *value = format!("{path} ({content:016x})").into();
            }
        }
        config.insert("program".into(), env!("CARGO_PKG_VERSION").into());
        config.insert("output".into(), output(destination).into());
        Ok(Self(config))
    }

    /// Adds something else that the output depends on, such as a command-line flag.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Describes the first difference, for an error message.
    pub(super) fn difference(&self, now: &Self) -> Option<String> {
        let names = self.0.keys().chain(now.0.keys());
        names.into_iter().find_map(|name| {
            let (then, now) = (self.0.get(name), now.0.get(name));
            let shown = |value: Option<&Value>| match value {
                Some(Value::String(text)) => format!("`{text}`"),
                Some(value) => format!("`{value}`"),
                None => "not set".into(),
            };
            (then != now).then(|| {
                format!(
                    "{name} was {} when the run started, and is {} now",
                    shown(then),
                    shown(now)
                )
            })
        })
    }
}

/// The output and how it is written.
fn output(destination: &Destination) -> String {
    let Destination { target, format, compression, .. } = destination;
    let place = match target {
        OutputTarget::Stream => "a stream".into(),
        OutputTarget::File(path) => path.display().to_string(),
        OutputTarget::Folder(path) => format!("the folder {}", path.display()),
    };
    format!("{place} ({format}, compression {compression:?})")
}

/// A hash of a file, or of all files in a folder with their names.
fn content_hash(path: &Path) -> io::Result<u64> {
    if !path.is_dir() {
        return fs::read(path).map(|bytes| xxh3_64(&bytes));
    }
    let mut hash = Xxh3::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            hash.update(entry.path().as_os_str().as_encoded_bytes());
            hash.update(&xxh3_64(&fs::read(entry.path())?).to_le_bytes());
        }
    }
    Ok(hash.digest())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::Format;

    fn config(settings: &Settings, output: &str) -> RunConfig {
        let destination = Destination::new(OutputTarget::File(output.into()), Format::Jsonl);
        RunConfig::new(settings, &destination).unwrap()
    }

    #[test]
    fn the_listed_names_are_settings() {
        for name in FREE_SETTINGS.iter().chain(FILE_SETTINGS) {
            assert!(Settings::NAMES.contains(name), "{name}");
        }
    }

    #[test]
    fn settings_that_affect_the_output_may_not_differ() {
        let first = config(&Settings::default(), "a.jsonl");
        let free =
            Settings { threads: 7, quiet: true, max_concurrent_fetches: 9, ..Settings::default() };
        assert_eq!(first.difference(&config(&free, "a.jsonl")), None);
        let deeper = Settings { max_depth: 99, ..Settings::default() };
        assert_eq!(
            first.difference(&config(&deeper, "a.jsonl")).unwrap(),
            "max_depth was `256` when the run started, and is `99` now"
        );
        let other = first.difference(&config(&Settings::default(), "b.jsonl")).unwrap();
        assert!(other.contains("a.jsonl") && other.contains("b.jsonl"), "{other}");
        let with = first.clone().with("filter", "drop");
        assert_eq!(
            first.difference(&with).unwrap(),
            "filter was not set when the run started, and is `drop` now"
        );
    }

    #[test]
    fn the_content_of_files_counts() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("block.txt");
        fs::write(&list, "a.example").unwrap();
        let settings = Settings { block_urls: list.clone(), ..Settings::default() };
        let first = config(&settings, "a.jsonl");
        assert_eq!(first.difference(&config(&settings, "a.jsonl")), None);
        fs::write(&list, "b.example").unwrap();
        assert!(first.difference(&config(&settings, "a.jsonl")).unwrap().contains("block_urls"));
    }
}
