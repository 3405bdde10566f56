//! A folder of profiles, one file per host.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::host_name::file_stem;
use super::{CountLimits, Day, SiteCounter, SiteProfile};
use crate::error::{Error, ErrorKind};
use crate::sinks::AtomicFile;

/// A larger file is refused. The limits of a profile add up to a fraction of this.
const MAX_PROFILE_BYTES: u64 = 16 << 20;
const SUFFIX: &str = "json";

/// A folder of profiles, `HOST.json` each.
#[derive(Clone, Debug)]
pub struct ProfileFolder {
    root: PathBuf,
}

/// Which of the profiles in a folder a run starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartingProfiles {
    /// Number of profiles that are used.
    pub used: usize,
    /// Hosts whose profiles are too old, and are discarded.
    pub too_old: Vec<String>,
    /// Hosts whose profiles did not fit into memory.
    pub no_room: Vec<String>,
}

impl ProfileFolder {
    /// The folder at `root`, which need not exist yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder at `root`, which must exist.
    ///
    /// # Errors
    /// If it does not.
    pub fn existing(root: &Path) -> Result<Self, Error> {
        fs::read_dir(root).map_err(|source| ErrorKind::Read { path: root.into(), source })?;
        Ok(Self::new(root))
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The profile of a host; `None` if there is none.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a profile of this host.
    pub fn read(&self, host: &str) -> Result<Option<SiteProfile>, Error> {
        let path = self.path_of(host);
        match read(&path) {
            Ok(profile) if profile.host == host => Ok(Some(profile)),
            Ok(profile) => {
                let message = format!("it is a profile of `{}`, not of `{host}`", profile.host);
                Err(ErrorKind::Profile { path, message }.into())
            }
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every profile, in the order of file names. A folder that does not exist has none.
    ///
    /// # Errors
    /// If the folder cannot be listed. A file that cannot be read, or is not a profile, is an error in the
    /// sequence.
    pub fn all(&self) -> Result<impl Iterator<Item = Result<SiteProfile, Error>> + use<>, Error> {
        let unreadable = |source| ErrorKind::Read { path: self.root.clone(), source };
        let mut paths = Vec::new();
        match fs::read_dir(&self.root) {
            Ok(entries) => {
                for entry in entries {
                    let path = entry.map_err(unreadable)?.path();
                    if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
                        paths.push(path);
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(unreadable(source).into()),
        }
        paths.sort();
        Ok(paths.into_iter().map(|path| read(&path)))
    }

    /// Writes a profile, and replaces an existing one atomically. Creates the folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, profile: &SiteProfile) -> Result<(), Error> {
        let path = self.path_of(&profile.host);
        let written = || -> io::Result<()> {
            let mut file = AtomicFile::create(&path, true)?;
            serde_json::to_writer_pretty(&mut file, profile)?;
            file.write_all(b"\n")?;
            file.finish()
        };
        written().map_err(|source| {
            ErrorKind::Write { output: path.display().to_string(), source }.into()
        })
    }

    /// A counter that continues from these profiles. A profile whose last page is more than `max_age_days` before
    /// `day` is discarded, since the site has probably changed.
    ///
    /// # Errors
    /// If a profile cannot be read.
    pub fn counter(
        &self,
        limits: CountLimits,
        day: Day,
        max_age_days: u32,
    ) -> Result<(SiteCounter, StartingProfiles), Error> {
        let mut counter = SiteCounter::new(limits, day);
        let mut started = StartingProfiles::default();
        for profile in self.all()? {
            let profile = profile?;
            let path = self.path_of(&profile.host);
            let fail = |message| ErrorKind::Profile { path: path.clone(), message };
            if profile.age_days(day).is_none_or(|age| age > max_age_days) {
                started.too_old.push(profile.host);
            } else if counter.start_from(&profile).map_err(fail)? {
                started.used += 1;
            } else {
                started.no_room.push(profile.host);
            }
        }
        Ok((counter, started))
    }

    fn path_of(&self, host: &str) -> PathBuf {
        self.root.join(format!("{}.{SUFFIX}", file_stem(host)))
    }
}

fn is_missing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

fn read(path: &Path) -> Result<SiteProfile, Error> {
    let mut bytes = Vec::new();
    let length = File::open(path)
        .and_then(|file| file.take(MAX_PROFILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| ErrorKind::Read { path: path.into(), source })?;
    let fail = |message| Error::from(ErrorKind::Profile { path: path.into(), message });
    if length as u64 > MAX_PROFILE_BYTES {
        return Err(fail(format!("it is larger than {MAX_PROFILE_BYTES} bytes")));
    }
    let profile: SiteProfile =
        serde_json::from_slice(&bytes).map_err(|error| fail(error.to_string()))?;
    // An inconsistent profile is reported here, where its path is known.
    profile.counts().map_err(fail)?;
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use copydesk_clean::{CleanInput, Cleaner, SiteRecurrence};

    use super::*;
    use crate::profiles::parse_day;

    fn counter(pages: std::ops::Range<u32>) -> SiteCounter {
        let cleaner = Cleaner::default();
        let mut counter =
            SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
        for number in pages {
            let page = format!(
                "<p>Story number {} tells of gulls that came down on the pier<p>Our table stands under the clock",
                number * 3
            );
            let url = format!("https://www.a.example/{number}");
            let input =
                CleanInput { url: Some(&url), ..CleanInput::new("a.html", page.as_bytes()) };
            assert!(counter.add(&cleaner.fingerprints(&input)));
            assert!(!counter.add(&cleaner.fingerprints(&input)), "the same page counts once");
        }
        counter
    }

    #[test]
    fn a_profile_survives_writing_and_reading() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = ProfileFolder::new(&folder.path().join("new"));
        let profile = counter(0..9).profile("a.example").unwrap();
        profiles.write(&profile).unwrap();
        assert_eq!(profiles.read("a.example").unwrap().as_ref(), Some(&profile));
        assert_eq!(profiles.read("b.example").unwrap(), None);
        let today = parse_day("2026-06-02").unwrap();
        assert_eq!(profile.age_days(today), Some(30));
        let (again, started) = profiles.counter(CountLimits::default(), today, 180).unwrap();
        assert_eq!((started.used, again.pages("a.example")), (1, 9));
        assert_eq!(again.profile("a.example").as_ref(), Some(&profile));
        let samples: Vec<_> =
            profile.blocks.iter().map(|block| (block.pages, &*block.sample)).collect();
        assert_eq!(
            samples,
            [
                (9, "Our table stands under the clock"),
                (9, "Story number 3 tells of gulls that came down on the pier")
            ]
        );
    }

    #[test]
    fn an_old_profile_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = ProfileFolder::new(folder.path());
        profiles.write(&counter(0..9).profile("a.example").unwrap()).unwrap();
        let late = parse_day("2027-05-03").unwrap();
        let (counter, started) = profiles.counter(CountLimits::default(), late, 180).unwrap();
        assert_eq!(started.too_old, ["a.example"]);
        assert_eq!(counter.pages("a.example"), 0);
    }

    #[test]
    fn counts_continue_in_the_next_run_and_merge() {
        let whole = counter(0..12).profile("a.example").unwrap();
        let [first, second] =
            [0..5, 5..12].map(|pages| counter(pages).profile("a.example").unwrap());
        let merged = first.merge(&second).unwrap();
        assert_eq!(merged.pages, 12);
        let pages = |profile: &SiteProfile| -> Vec<u32> {
            profile.blocks.iter().map(|block| block.pages).collect()
        };
        assert_eq!(pages(&merged), pages(&whole));
    }

    #[test]
    fn a_file_that_is_not_a_profile_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = ProfileFolder::new(folder.path());
        let mut profile = counter(0..3).profile("a.example").unwrap();
        profile.version = 2;
        profiles.write(&profile).unwrap();
        let error = profiles.read("a.example").unwrap_err().to_string();
        assert!(error.contains("a.example.json") && error.contains("version 2"), "{error}");
        fs::write(folder.path().join("a.example.json"), "{}").unwrap();
        assert!(
            profiles.counter(CountLimits::default(), parse_day("2026-05-03").unwrap(), 9).is_err()
        );
    }
}
