//! The inputs of a run, as the user names them.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use copydesk_fetch::inflate::InflateLimits;
use glob::{MatchOptions, glob_with};

use super::blocking_fetcher::BlockingFetcher;
use super::name_hint::NameHint;
use super::passed_over::{PassedOverFiles, PassedOverLog};
use super::skipped_records::SkippedRecords;
use super::unit::InputUnit;
use super::url_list::UrlList;
use super::walk::{self, WalkOptions};

/// The inputs of a run: files and folders in the order in which they were named, then URLs.
#[derive(Clone, Debug)]
pub struct Inputs {
    named: Vec<PathBuf>,
    base: PathBuf,
    walk: WalkOptions,
    urls: UrlList,
    fetcher: Option<Arc<BlockingFetcher>>,
    skipped_records: Arc<SkippedRecords>,
    passed_over: Arc<PassedOverLog>,
}

impl Inputs {
    /// Takes paths of files and folders; `-` is standard input. A name that no file has and that contains `*`, `?`
    /// or `[` is a pattern, such as `crawl/**/*.warc.gz` ([`glob::Pattern`]). A name that begins with `http://` or
    /// `https://` is the URL of a page. Nothing is read yet.
    pub fn new(named: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut urls = UrlList::default();
        let mut paths = Vec::new();
        for named in named {
            match named.to_str().filter(|named| is_url(named)) {
                Some(url) => urls.push(url.to_owned()),
                None => paths.push(named),
            }
        }
        let base = common_base(&paths);
        Self {
            named: paths,
            base,
            walk: WalkOptions::default(),
            urls,
            fetcher: None,
            skipped_records: Arc::default(),
            passed_over: Arc::default(),
        }
    }

    /// Adds the URLs of a list; see [`UrlList::with_file`].
    #[must_use]
    pub fn with_urls(mut self, list: PathBuf, limits: InflateLimits) -> Self {
        self.urls = self.urls.with_file(list, limits);
        self
    }

    /// Sets the fetcher for the URLs. Without one, a run with URLs is refused.
    #[must_use]
    pub fn with_fetcher(mut self, fetcher: Arc<BlockingFetcher>) -> Self {
        self.fetcher = Some(fetcher);
        self
    }

    /// The URLs among the inputs.
    pub fn urls(&self) -> &UrlList {
        &self.urls
    }

    /// Whether all pages can be read a second time. Standard input and pipes can be read once, and URLs are fetched
    /// once.
    pub fn can_be_read_twice(&self) -> bool {
        let is_kept = |path: &PathBuf| path.is_dir() || path.is_file() || !path.exists();
        self.urls.is_empty() && self.named.iter().all(|path| !is_stdin(path) && is_kept(path))
    }

    /// The same inputs, with separate counts of skipped records and of files that were passed over.
    #[must_use]
    pub(crate) fn with_fresh_counts(&self) -> Self {
        Self { skipped_records: Arc::default(), passed_over: Arc::default(), ..self.clone() }
    }

    /// The files in folders that the last listing ([`Inputs::units`]) passed over so far, because they hold no page.
    pub fn passed_over(&self) -> PassedOverFiles {
        self.passed_over.files()
    }

    /// The number of archive records that were skipped so far because they are not pages: redirects, pictures, and
    /// everything else that is neither markup nor plain text. `request`, `metadata` and other records about records
    /// are not counted.
    pub fn skipped_records(&self) -> u64 {
        self.skipped_records.count()
    }

    pub(crate) fn fetcher(&self) -> Option<&BlockingFetcher> {
        self.fetcher.as_deref()
    }

    /// Excludes a file or folder within an input folder: the output of this run, which must not become its input.
    #[must_use]
    pub fn excluding(mut self, path: &Path) -> Self {
        self.walk.excluded = Some(canonical(path));
        self
    }

    /// Sets whether symbolic links within input folders are followed. Default: they are passed over, so that a folder
    /// gives only what is in it. An input that is itself a link is always read.
    #[must_use]
    pub fn following_links(mut self, follows_links: bool) -> Self {
        self.walk.follows_links = follows_links;
        self
    }

    /// Whether there is one input, and its name does not say that it holds many pages. (Standard input may still
    /// turn out to be JSONL.)
    pub fn is_single(&self) -> bool {
        match self.named.as_slice() {
            [] => self.urls.is_single(),
            [one] if self.urls.is_empty() => {
                is_stdin(one)
                    || (!one.is_dir()
                        && !NameHint::from_path(one).has_many_pages()
                        && pattern_in(one).is_none())
            }
            _ => false,
        }
    }

    /// Whether there are several inputs, a folder or a pattern, so that there may be several files.
    pub fn has_many_files(&self) -> bool {
        match self.named.as_slice() {
            [] => !self.urls.is_single(),
            [one] if self.urls.is_empty() => one.is_dir() || pattern_in(one).is_some(),
            _ => true,
        }
    }

    /// Every input file, without URLs. The files in a folder, or that match a pattern, come in the order of their
    /// names. An input that cannot be read is a unit too, which gives a record with the error.
    pub fn units(&self) -> impl Iterator<Item = InputUnit> + Send + '_ {
        self.passed_over.clear();
        self.named.iter().flat_map(|named| self.units_of(named)).enumerate().map(
            |(index, mut unit)| {
                unit.index = index;
                unit.skipped_records = Arc::clone(&self.skipped_records);
                unit
            },
        )
    }

    fn units_of<'a>(&'a self, named: &'a Path) -> Box<dyn Iterator<Item = InputUnit> + Send + 'a> {
        if is_stdin(named) {
            return Box::new(std::iter::once(InputUnit::stdin()));
        }
        if let Some(pattern) = pattern_in(named) {
            return self.matching(named, pattern);
        }
        self.units_at(named)
    }

    /// The files that match a pattern.
    fn matching<'a>(
        &'a self,
        named: &'a Path,
        pattern: &str,
    ) -> Box<dyn Iterator<Item = InputUnit> + Send + 'a> {
        let one = |unit| Box::new(std::iter::once(unit));
        let found = match glob_with(pattern, NAMES) {
            Ok(found) => found,
            Err(error) => {
                let message = format!("no such file, and not a valid pattern: {error}");
                return one(InputUnit::unreadable(named, &message));
            }
        };
        let mut found = found.peekable();
        if found.peek().is_none() {
            return one(InputUnit::unreadable(named, "no file matches this pattern"));
        }
        Box::new(found.flat_map(move |found| match found {
            Ok(path) => self.units_at(&path),
            Err(error) => one(InputUnit::unreadable(error.path(), &error.error().to_string())),
        }))
    }

    fn units_at<'a>(&'a self, named: &Path) -> Box<dyn Iterator<Item = InputUnit> + Send + 'a> {
        let relative = |path: &Path| relative_to(&self.base, path);
        if !named.is_dir() {
            return Box::new(std::iter::once(InputUnit::file(named.into(), relative(named))));
        }
        let mut found = walk::files(named, &self.walk, Arc::clone(&self.passed_over)).peekable();
        if found.peek().is_none() {
            return Box::new(std::iter::once(InputUnit::empty_folder(named)));
        }
        Box::new(found.map(move |found| match found {
            Ok(file) => {
                let relative = relative(&file.path);
                InputUnit::found(file, relative)
            }
            Err(trouble) => InputUnit::unreadable(&trouble.path, &trouble.error),
        }))
    }
}

/// Whether an input is a URL.
fn is_url(named: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        named.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// How names match a pattern: as in a shell, where `*` does not match hidden files.
const NAMES: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The path as a pattern, if it can be one and no file has that name.
fn pattern_in(path: &Path) -> Option<&str> {
    let pattern = path.to_str().filter(|path| path.contains(['*', '?', '[']))?;
    (path.as_os_str() != "-" && std::fs::symlink_metadata(path).is_err()).then_some(pattern)
}

/// The leading folders of a pattern, up to the first wildcard.
fn literal_part(pattern: &str) -> PathBuf {
    let is_literal =
        |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    Path::new(pattern).components().take_while(is_literal).collect()
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The deepest folder that holds all inputs. Outputs keep the structure below it: a single input folder loses its own
/// name, two folders keep theirs.
fn common_base(named: &[PathBuf]) -> PathBuf {
    let mut base: Option<PathBuf> = None;
    for path in named.iter().filter(|path| !is_stdin(path)) {
        let folder = if let Some(pattern) = pattern_in(path) {
            lexical(&literal_part(pattern))
        } else {
            let mut folder = lexical(path);
            if !path.is_dir() {
                folder.pop();
            }
            folder
        };
        base = Some(match base {
            None => folder,
            Some(base) => base
                .components()
                .zip(folder.components())
                .take_while(|(a, b)| a == b)
                .map(|(component, _)| component)
                .collect(),
        });
    }
    base.unwrap_or_default()
}

fn relative_to(base: &Path, path: &Path) -> PathBuf {
    let absolute = lexical(path);
    match absolute.strip_prefix(base) {
        Ok(relative) => relative.into(),
        Err(_) => absolute.file_name().unwrap_or_default().into(),
    }
}

/// The path with links resolved as far as it exists. The output folder may be created only after the inputs begin to
/// be listed, so it need not exist yet.
fn canonical(path: &Path) -> PathBuf {
    let path = lexical(path);
    for ancestor in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return real.join(rest);
        }
    }
    path
}

/// An absolute path without `.` and `..`. It is used only for names, so links need not be resolved.
fn lexical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let mut plain = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn relatives(inputs: &Inputs) -> Vec<String> {
        inputs.units().map(|unit| unit.relative.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn structure_is_kept_below_what_all_inputs_share() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["x/a/1.html", "x/b.txt.gz", "y/c.md"] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        }
        assert_eq!(relatives(&Inputs::new([at("x")])), ["a/1.html", "b.txt.gz"]);
        assert_eq!(
            relatives(&Inputs::new([at("x"), at("y")])),
            ["x/a/1.html", "x/b.txt.gz", "y/c.md"]
        );
        assert_eq!(
            relatives(&Inputs::new([at("y/c.md"), at("x/./a/../a/1.html")])),
            ["y/c.md", "x/a/1.html"]
        );
        assert_eq!(relatives(&Inputs::new([at("y/c.md")])), ["c.md"]);
    }

    #[test]
    fn folders_are_walked_in_order_and_only_pages_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.html", "a.htm.zst", "c.png", ".hidden.html", ".git/x.html", "out/o.txt"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let inputs = Inputs::new([folder.path().into()]);
        assert_eq!(relatives(&inputs), ["a.htm.zst", "b.html", "out/o.txt"]);
        let without = inputs.clone().excluding(&folder.path().join("out"));
        assert_eq!(relatives(&without), ["a.htm.zst", "b.html"]);
        let late = inputs.excluding(&folder.path().join("out/../made/later"));
        fs::create_dir_all(folder.path().join("made/later")).unwrap();
        fs::write(folder.path().join("made/later/m.txt"), "x").unwrap();
        assert_eq!(relatives(&late), ["a.htm.zst", "b.html", "out/o.txt"]);
    }

    #[test]
    fn patterns_match_names_in_order_and_a_file_of_that_name_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in
            ["y/b/2.html", "y/a/1.html", "y/a/3.txt", "y/.c/4.html", "y/5.html", "z/[6].html"]
        {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        }
        let of = |pattern: &str| relatives(&Inputs::new([at(pattern)]));
        assert_eq!(of("y/**/*.html"), ["5.html", "a/1.html", "b/2.html"]);
        assert_eq!(of("y/*"), ["5.html", "a/1.html", "a/3.txt", "b/2.html"]);
        assert_eq!(of("z/[6].html"), ["[6].html"]);
        let none = Inputs::new([at("y/*.warc")]);
        let unit = none.units().next().unwrap();
        assert!(unit.source.ends_with("y/*.warc") && unit.path.is_none());
        assert_eq!(none.units().count(), 1);
        assert_eq!(Inputs::new([at("y/***")]).units().count(), 1);
    }

    #[test]
    fn one_page_is_distinguished_from_many() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Inputs::new([folder.path().into()]).can_be_read_twice());
        assert!(!Inputs::new([folder.path().into(), "-".into()]).can_be_read_twice());
        assert!(!Inputs::new(["https://a.example/".into()]).can_be_read_twice());
        assert!(Inputs::new(["-".into()]).is_single());
        assert!(Inputs::new(["a.html".into()]).is_single());
        assert!(!Inputs::new(["a.jsonl.gz".into()]).is_single());
        assert!(!Inputs::new([folder.path().into()]).is_single());
        assert!(!Inputs::new(["a.html".into(), "b.html".into()]).is_single());
        assert!(!Inputs::new(["a.jsonl".into()]).has_many_files());
        let url = PathBuf::from("HTTPS://a.example/");
        assert!(Inputs::new([url.clone()]).is_single());
        assert!(!Inputs::new([url.clone()]).has_many_files());
        assert!(!Inputs::new([url.clone(), "a.html".into()]).is_single());
        assert!(Inputs::new([url.clone(), "a.html".into()]).has_many_files());
        for pattern in ["pages/*.html", "*.jsonl"] {
            let inputs = Inputs::new([pattern.into()]);
            assert!(!inputs.is_single() && inputs.has_many_files());
        }
        let list = Inputs::new([]).with_urls("urls.txt".into(), InflateLimits::default());
        assert!(!list.is_single() && list.has_many_files());
    }
}
