//! Cleaners that several runs share.

use std::sync::{Arc, Mutex, PoisonError};

use copydesk_clean::{CleanOptions, Cleaner};
use copydesk_core::Error;
use copydesk_core::rules;
use copydesk_core::settings::Settings;

/// Cleaners that are kept. Jobs of one file mostly have the same options.
const MAX_KEPT: usize = 4;

/// Cleaners with the embedded lexicons and model, by their options. Compiling the lexicons takes longer than a
/// short run. Cleaners with rules from files are not kept, since the files may change between runs.
#[derive(Debug, Default)]
pub struct CleanerCache(Mutex<Vec<(String, Arc<Cleaner>)>>);

impl CleanerCache {
    /// The cleaner with these options, and the rules and the model that the settings name.
    ///
    /// # Errors
    /// If a file that the settings name cannot be read or is invalid.
    pub(super) fn cleaner(
        &self,
        options: CleanOptions,
        settings: &Settings,
    ) -> Result<Arc<Cleaner>, Error> {
        let load = |options| rules::load_cleaner(options, &settings.config, &settings.model);
        let has_files =
            !settings.config.as_os_str().is_empty() || !settings.model.as_os_str().is_empty();
        if has_files {
            return Ok(Arc::new(load(options)?));
        }
        let key = format!("{options:?}");
        // Nothing is half done if loading fails or panics. Others wait, since they mostly want the same cleaner.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cleaner)) = kept.iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(cleaner));
        }
        let cleaner = Arc::new(load(options)?);
        kept.truncate(MAX_KEPT - 1);
        kept.insert(0, (key, Arc::clone(&cleaner)));
        Ok(cleaner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_with_the_same_options_share_a_cleaner() {
        let (cache, settings) = (CleanerCache::default(), Settings::default());
        let explained = || {
            let mut options = CleanOptions::default();
            options.explain = true;
            options
        };
        let first = cache.cleaner(explained(), &settings).unwrap();
        let other = cache.cleaner(CleanOptions::default(), &settings).unwrap();
        assert!(!Arc::ptr_eq(&first, &other));
        assert!(Arc::ptr_eq(&first, &cache.cleaner(explained(), &settings).unwrap()));
    }

    #[test]
    fn rules_from_files_are_read_by_each_run() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sites")).unwrap();
        let rule = folder.path().join("sites/a.toml");
        std::fs::write(&rule, "host = \"a.example\"\nkeep = [\"p\"]\n").unwrap();
        let settings = Settings { config: folder.path().into(), ..Settings::default() };
        let cache = CleanerCache::default();
        cache.cleaner(CleanOptions::default(), &settings).unwrap();
        std::fs::write(&rule, "no rule").unwrap();
        cache.cleaner(CleanOptions::default(), &settings).unwrap_err();
    }
}
