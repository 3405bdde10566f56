//! Reads the layers from outside: settings files and environment variables.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{Settings, SettingsLayer};
use crate::error::{Error, ErrorKind};
use crate::string_enum::nearest;

/// The default name of a settings file.
pub const SETTINGS_FILE: &str = "copydesk.toml";

/// The prefix of environment variables: `COPYDESK_THREADS` sets `threads`.
pub const VARIABLE_PREFIX: &str = "COPYDESK_";

/// Names a settings file. It has the prefix, and is not a setting.
const CONFIG_FILE_VARIABLE: &str = "COPYDESK_CONFIG_FILE";

/// The settings file to read if no flag names one: that of `COPYDESK_CONFIG_FILE`, otherwise `copydesk.toml` in
/// the current folder, otherwise `$XDG_CONFIG_HOME/copydesk/copydesk.toml` (XDG Base Directory Specification;
/// the default of the variable is `~/.config`), otherwise none.
pub fn find_file(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(named) = set(CONFIG_FILE_VARIABLE) {
        return Some(named);
    }
    let here = PathBuf::from(SETTINGS_FILE);
    if here.is_file() {
        return Some(here);
    }
    set("XDG_CONFIG_HOME")
        // The specification says to ignore relative paths.
        .filter(|folder| folder.is_absolute())
        .or_else(|| set("HOME").map(|home| home.join(".config")))
        .map(|folder| folder.join("copydesk").join(SETTINGS_FILE))
        .filter(|path| path.is_file())
}

impl SettingsLayer {
    /// Reads a settings file.
    ///
    /// # Errors
    /// If the file cannot be read, is not valid TOML, or has an unknown setting.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path)
            .map_err(|source| ErrorKind::Read { path: path.into(), source })?;
        let layer = Self::from_toml(&text, &path.display().to_string())?;
        Ok(match path.parent() {
            Some(folder) => layer.relative_to(folder),
            None => layer,
        })
    }

    /// Makes its paths relative to a folder. The author of a file does not know from which folder the command
    /// will be run.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Self {
        let certificates = self.ca_certificates.iter_mut().flatten();
        let named = [&mut self.config, &mut self.model, &mut self.allow_urls, &mut self.block_urls]
            .into_iter()
            .flatten();
        for named in named.chain(certificates) {
            if !named.as_os_str().is_empty() {
                *named = folder.join(&*named);
            }
        }
        self
    }

    /// Reads settings as TOML. `origin` is the name of the source in messages.
    ///
    /// # Errors
    /// If the text is not valid TOML, or has an unknown setting.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, Error> {
        let wrong = |error: toml::de::Error| ErrorKind::Settings {
            origin: origin.into(),
            message: in_words(error.to_string().trim_end()),
        };
        let table: Table = toml::from_str(text).map_err(wrong)?;
        // Before serde, whose error would not name the nearest setting.
        for key in table.keys() {
            if !Settings::NAMES.contains(&key.as_str()) {
                return Err(unknown(origin, key, key).into());
            }
        }
        Ok(toml::from_str(text).map_err(wrong)?)
    }

    /// Reads settings from environment variables. Those without [`VARIABLE_PREFIX`] are ignored.
    ///
    /// # Errors
    /// If a variable with the prefix names an unknown setting, or has an invalid value.
    pub fn from_environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let mut table = Table::new();
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            let Some(key) = name.strip_prefix(VARIABLE_PREFIX) else { continue };
            if name == CONFIG_FILE_VARIABLE {
                continue;
            }
            let key = key.to_lowercase();
            if !Settings::NAMES.contains(&key.as_str()) {
                return Err(unknown("the environment", name, &key).into());
            }
            let value = value.into_string().map_err(|_| ErrorKind::Settings {
                origin: name.into(),
                message: "the value is not valid UTF-8".into(),
            })?;
            let value = typed_value(&key, &value)
                .map_err(|message| ErrorKind::Settings { origin: name.into(), message })?;
            table.insert(key, value);
        }
        Ok(Self::deserialize(table).map_err(|error| ErrorKind::Settings {
            origin: "the environment".into(),
            message: in_words(&error.to_string()),
        })?)
    }
}

/// Gives a value the type that its setting takes, since a variable is always a string.
///
/// Numbers are tried before strings, so that `COPYDESK_CONTACT=7` still works: the setting refuses the number and
/// accepts the string. The message of the last attempt is the one about the string as written.
fn typed_value(key: &str, value: &str) -> Result<Value, String> {
    let list = || value.split(',').map(|word| Value::String(word.trim().into())).collect();
    let mut readings = Vec::with_capacity(5);
    readings.extend(value.parse().map(Value::Integer));
    readings.extend(value.parse().map(Value::Float));
    readings.extend(value.parse().map(Value::Boolean));
    readings.push(Value::Array(if value.is_empty() { Vec::new() } else { list() }));
    readings.push(Value::String(value.into()));
    let mut message = String::new();
    for reading in readings {
        let table = Table::from_iter([(key.to_owned(), reading.clone())]);
        match SettingsLayer::deserialize(table) {
            Ok(_) => return Ok(reading),
            Err(error) => message = in_words(error.message()),
        }
    }
    Err(message)
}

/// A message with words for the types of this program, which it names where a value has another type.
fn in_words(message: &str) -> String {
    ["usize", "u64", "u32"].iter().fold(message.to_owned(), |message, name| {
        message.replace(&format!("expected {name}"), "expected a whole number")
    })
}

fn unknown(origin: &str, written: &str, key: &str) -> ErrorKind {
    let nearest = nearest(key, Settings::NAMES.iter().copied()).map(|name| {
        if written.starts_with(VARIABLE_PREFIX) {
            format!("{VARIABLE_PREFIX}{}", name.to_uppercase())
        } else {
            name.into()
        }
    });
    ErrorKind::UnknownSetting { origin: origin.into(), name: written.into(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{
        ByteSize, ClassList, ExtraField, FormatChoice, ResolvedSettings, SettingOrigin, TimeSpan,
    };
    use crate::sinks::Format;
    use copydesk_clean::ClutterClass;
    use std::time::Duration;

    fn environment(pairs: &[(&str, &str)]) -> Result<SettingsLayer, Error> {
        SettingsLayer::from_environment(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())))
    }

    fn nearest_name(error: &Error) -> Option<&str> {
        match error.kind() {
            ErrorKind::UnknownSetting { nearest, .. } => nearest.as_deref(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_documented_file_sets_everything_to_its_default() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/copydesk.toml");
        let layer =
            SettingsLayer::from_toml(&fs::read_to_string(path).unwrap(), "copydesk.toml").unwrap();
        let origin = SettingOrigin::File("copydesk.toml".into());
        let mut resolved = ResolvedSettings::default();
        resolved.apply(layer, &origin);
        assert_eq!(resolved.settings, Settings::default());
        for name in Settings::NAMES {
            assert_eq!(resolved.origin(name), &origin, "{name} is not documented");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_known_one() {
        let error = SettingsLayer::from_toml("page_timout = \"5s\"", "x.toml").unwrap_err();
        assert_eq!(error.to_string(), "x.toml: unknown setting `page_timout`");
        assert_eq!(nearest_name(&error), Some("page_timeout"));
        let error = environment(&[("COPYDESK_THREAD", "2")]).unwrap_err();
        assert_eq!(error.to_string(), "the environment: unknown setting `COPYDESK_THREAD`");
        assert_eq!(nearest_name(&error), Some("COPYDESK_THREADS"));
    }

    #[test]
    fn variables_take_the_type_of_their_setting() {
        let layer = environment(&[
            ("PATH", "/bin"),
            ("COPYDESK_THREADS", "2"),
            ("COPYDESK_EXPLAIN", "true"),
            ("COPYDESK_KEEP", "byline,caption"),
            ("COPYDESK_EXTRA_FIELDS", "markdown"),
            ("COPYDESK_MAX_INPUT_BYTES", "1MiB"),
            ("COPYDESK_MAX_LINE_BYTES", "100"),
            ("COPYDESK_CONFIG", "7"),
            ("COPYDESK_FORMAT", "txt"),
            ("COPYDESK_CONTACT", "7"),
            ("COPYDESK_HOST_DELAY", "1500ms"),
            ("COPYDESK_NAME_SERVERS", "192.0.2.1,192.0.2.2:54"),
            ("COPYDESK_CONFIG_FILE", "elsewhere.toml"),
        ])
        .unwrap();
        assert_eq!(layer.threads, Some(2));
        assert_eq!(layer.explain, Some(true));
        assert_eq!(layer.keep, Some(ClassList(vec![ClutterClass::Byline, ClutterClass::Caption])));
        assert_eq!(layer.extra_fields, Some(vec![ExtraField::Markdown]));
        assert_eq!(layer.max_input_bytes, Some(ByteSize(1 << 20)));
        assert_eq!(layer.max_line_bytes, Some(ByteSize(100)));
        assert_eq!(layer.config, Some("7".into()));
        assert_eq!(layer.format, Some(FormatChoice(Some(Format::Txt))));
        assert_eq!(layer.contact.as_deref(), Some("7"));
        assert_eq!(layer.host_delay, Some(TimeSpan(Duration::from_millis(1500))));
        assert_eq!(layer.name_servers.map(|servers| servers.len()), Some(2));
        assert_eq!(layer.drop, None);
    }

    #[test]
    fn a_wrong_value_names_its_variable_or_its_line() {
        let error = environment(&[("COPYDESK_KEEP", "bylin")]).unwrap_err().to_string();
        assert!(
            error.contains("COPYDESK_KEEP") && error.contains("did you mean `byline`"),
            "{error}"
        );
        let error =
            SettingsLayer::from_toml("\nthreads = \"many\"", "x.toml").unwrap_err().to_string();
        assert!(error.contains("x.toml") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn numbers_are_asked_for_in_words() {
        let error = environment(&[("COPYDESK_MAX_DEPTH", "deep")]).unwrap_err().to_string();
        assert_eq!(
            error,
            "COPYDESK_MAX_DEPTH: invalid type: string \"deep\", expected a whole number"
        );
        let error = SettingsLayer::from_toml("threads = -1", "x.toml").unwrap_err().to_string();
        assert!(error.ends_with("invalid value: integer `-1`, expected a whole number"), "{error}");
    }

    #[test]
    fn a_file_names_its_rules_relative_to_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "config = \"rules\"\nca_certificates = [\"ca.pem\"]").unwrap();
        let layer = SettingsLayer::from_file(&path).unwrap();
        assert_eq!(layer.config, Some(folder.path().join("rules")));
        assert_eq!(layer.ca_certificates, Some(vec![folder.path().join("ca.pem")]));
    }

    #[test]
    fn the_file_is_looked_for_where_the_xdg_specification_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copydesk").join(SETTINGS_FILE);
        let xdg = |name: &str| (name == "XDG_CONFIG_HOME").then(|| folder.path().into());
        assert_eq!(find_file(xdg), None);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        assert_eq!(find_file(xdg), Some(path));
        let named = |name: &str| (name == CONFIG_FILE_VARIABLE).then(|| "n.toml".into());
        assert_eq!(find_file(named), Some("n.toml".into()));
    }
}
