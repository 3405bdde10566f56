//! Decides which URLs belong to a job, and which of them are delivered.

use std::collections::HashSet;

use url::{Host, Url};

use crate::jobs::{ScopeRules, SeedUrl, UrlPatterns};

/// The scope of a job: its rules, and the hosts and URLs of its seeds.
///
/// URLs are compared as strings, so pass normalized ones. All of them are `http` or `https`.
#[derive(Clone, Debug)]
pub(super) struct CrawlScope {
    hosts: HashSet<String>,
    seeds: HashSet<String>,
    include: UrlPatterns,
    exclude: UrlPatterns,
    deliver: UrlPatterns,
}

impl CrawlScope {
    /// The scope of a job with these rules and seeds.
    pub(super) fn new(rules: &ScopeRules, seeds: &[SeedUrl]) -> Self {
        let hosts = if rules.hosts.is_empty() {
            let hosts = seeds.iter().filter_map(|seed| host_of(&seed.url));
            hosts.map(|host| without_www(host).to_owned()).collect()
        } else {
            rules.hosts.iter().map(|host| normalized_host(host)).collect()
        };
        Self {
            hosts,
            seeds: seeds.iter().map(|seed| seed.url.as_str().to_owned()).collect(),
            include: rules.include.clone(),
            exclude: rules.exclude.clone(),
            deliver: rules.deliver.clone(),
        }
    }

    /// Whether a URL belongs to the job: it is a seed, or it is on one of the job's hosts and matches the
    /// patterns. The port does not matter.
    pub(super) fn contains(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && (self.seeds.contains(url.as_str()) || self.matches_patterns(url))
    }

    /// Whether a URL is a seed of the job.
    pub(super) fn is_seed(&self, url: &str) -> bool {
        self.seeds.contains(url)
    }

    /// Whether a linked URL belongs to the job and may be a page: pictures, downloads and parts of pages are
    /// left out.
    pub(super) fn contains_link(&self, url: &Url) -> bool {
        self.contains(url) && (!is_file(url) || self.seeds.contains(url.as_str()))
    }

    /// Whether a page is delivered. Others are only read for their links.
    pub(super) fn delivers(&self, url: &Url) -> bool {
        self.deliver.is_empty() || self.deliver.matches(url)
    }

    /// Whether the host of a URL is one of the job's, whatever the patterns say.
    pub(super) fn has_host_of(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && host_of(url).is_some_and(|host| self.has_host(host))
    }

    fn matches_patterns(&self, url: &Url) -> bool {
        if !host_of(url).is_some_and(|host| self.has_host(host)) {
            return false;
        }
        (self.include.is_empty() || self.include.matches(url)) && !self.exclude.matches(url)
    }

    /// Whether a host is one of the job's hosts or a subdomain of one.
    fn has_host(&self, host: &str) -> bool {
        let dots = host.match_indices('.').filter_map(|(at, _)| host.get(at + 1..));
        std::iter::once(host).chain(dots).any(|name| self.hosts.contains(name))
    }
}

/// The host without the trailing dot of the root zone.
fn host_of(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.strip_suffix('.').unwrap_or(host))
}

/// Seeds with `www.` stand for the whole domain. If a single label remained, the scope would be a top-level
/// domain.
fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host)
}

/// A host as URLs spell it: lower case, Punycode.
fn normalized_host(host: &str) -> String {
    let host = host.trim().trim_end_matches('.').trim_start_matches("*.");
    Host::parse(host).map_or_else(|_| host.to_lowercase(), |host| host.to_string())
}

/// Whether the suffix of the path says that the URL is not a page.
pub(super) fn is_file(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default();
    let Some((stem, suffix)) = name.rsplit_once('.') else { return false };
    // No suffix in the list is longer.
    !stem.is_empty() && suffix.len() <= 12 && {
        let suffix = suffix.to_ascii_lowercase();
        FILE_SUFFIXES.iter().any(|group| group.contains(&suffix.as_str()))
    }
}

/// Suffixes of files without the text of an article, or without one that can be read.
const FILE_SUFFIXES: [&[&str]; 8] = [
    // pictures
    &[
        "ai", "apng", "avif", "bmp", "cur", "eps", "gif", "heic", "heif", "ico", "indd", "jfif",
        "jpe", "jpeg", "jpg", "jxl", "png", "psd", "svg", "svgz", "tif", "tiff", "webp",
    ],
    // sound and film
    &[
        "3gp", "aac", "aif", "aiff", "avi", "flac", "flv", "m3u", "m3u8", "m4a", "m4v", "mid",
        "midi", "mka", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "oga", "ogg", "ogv", "opus",
        "pls", "srt", "ts", "vtt", "wav", "weba", "webm", "wma", "wmv",
    ],
    // documents
    &[
        "azw3", "csv", "djvu", "doc", "docm", "docx", "dot", "dotx", "epub", "key", "mobi",
        "numbers", "odg", "odp", "ods", "odt", "pages", "pdf", "pot", "pps", "ppsx", "ppt", "pptx",
        "ps", "rtf", "tsv", "vsd", "xls", "xlsb", "xlsm", "xlsx",
    ],
    // archives
    &[
        "7z", "br", "bz2", "cab", "gz", "lz", "lz4", "lzma", "rar", "tar", "tbz2", "tgz", "txz",
        "warc", "xz", "z", "zip", "zst",
    ],
    // programs and images of disks
    &[
        "apk", "appimage", "bin", "class", "deb", "dll", "dmg", "exe", "img", "ipa", "iso", "jar",
        "msi", "pkg", "rpm", "so", "swf", "wasm", "xpi",
    ],
    // parts of pages
    &["css", "eot", "js", "less", "map", "mjs", "otf", "scss", "ttf", "woff", "woff2"],
    // what is for programs: feeds and sitemaps are found as such
    &[
        "atom",
        "geojson",
        "gpx",
        "json",
        "jsonld",
        "kml",
        "kmz",
        "rdf",
        "rss",
        "webmanifest",
        "xml",
        "xsd",
        "xsl",
    ],
    // addresses, keys, data
    &["asc", "dat", "db", "ics", "parquet", "pem", "sig", "sqlite", "torrent", "vcf", "vcs"],
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::jobs::SeedKind;

    fn url(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    fn patterns(written: &[&str]) -> UrlPatterns {
        UrlPatterns::new(written).unwrap()
    }

    fn seed(at: &str) -> SeedUrl {
        SeedUrl { url: url(at), kind: SeedKind::Auto }
    }

    #[test]
    fn by_default_a_job_has_the_hosts_of_its_seeds_and_those_below() {
        let seeds = [seed("https://www.news.example/"), seed("http://b\u{fc}cher.example:8080/x")];
        let scope = CrawlScope::new(&ScopeRules::default(), &seeds);
        for (written, expected) in [
            ("https://www.news.example/a", true),
            ("http://news.example/", true),
            ("https://news.example.:8443/", true),
            ("https://m.sport.news.example/", true),
            ("http://xn--bcher-kva.example/", true),
            ("https://badnews.example/", false),
            ("https://news.example.org/", false),
            ("https://example/", false),
            ("ftp://news.example/", false),
            ("mailto:a@news.example", false),
            ("data:text/html,a", false),
        ] {
            assert_eq!(scope.contains(&url(written)), expected, "{written}");
        }
        let scope = CrawlScope::new(&ScopeRules::default(), &[seed("https://www.example/")]);
        assert!(!scope.contains(&url("https://other.example/")));
    }

    #[test]
    fn patterns_decide_on_host_path_and_query() {
        let rules = ScopeRules {
            hosts: vec!["News.Example.".into(), "*.b\u{fc}cher.example".into()],
            include: patterns(&["*/2026/*", "*id=*"]),
            exclude: patterns(&["*/print/*", "m.news.example/*", "https://news.example:445/"]),
            deliver: patterns(&["*.html", "*.html[?]*"]),
            ..ScopeRules::default()
        };
        let scope = CrawlScope::new(&rules, &[seed("https://start.example/print/")]);
        for (written, contains, delivers) in [
            ("https://news.example/2026/a/b.html", true, true),
            ("https://news.example:444/2026/a.html?p=2", true, true),
            // A port that is named counts.
            ("https://news.example:445/2026/a.html", false, true),
            ("https://news.example/2026/", true, false),
            ("https://xn--bcher-kva.example/?id=7", true, false),
            ("https://news.example/2025/a.html", false, true),
            ("https://news.example/2026/print/a.html", false, true),
            ("https://m.news.example/2026/a", false, false),
            ("https://start.example/print/", true, false),
            ("https://start.example/2026/", false, false),
        ] {
            assert_eq!(scope.contains(&url(written)), contains, "{written}");
            assert_eq!(scope.delivers(&url(written)), delivers, "{written}");
        }
        let all = CrawlScope::new(&ScopeRules::default(), &[]);
        assert!(all.delivers(&url("https://news.example/")));
        assert!(!all.contains(&url("https://news.example/")));
    }

    #[test]
    fn links_to_files_are_no_pages() {
        for (path, expected) in [
            ("/a.JPG", true),
            ("/a/report.pdf", true),
            ("/a.pdf?page=2", true),
            ("/style.min.css", true),
            ("/feed.xml", true),
            ("/a.html", false),
            ("/a.php?file=b.pdf", false),
            ("/a.pdf/", false),
            ("/a.jpg/view", false),
            ("/.js", false),
            ("/node.js.html", false),
            ("/version-2.0", false),
            ("/", false),
            ("/ferry", false),
            ("/jpg", false),
            ("/a.txt", false),
        ] {
            assert_eq!(is_file(&url(&format!("https://a.example{path}"))), expected, "{path}");
        }
        let scope = CrawlScope::new(&ScopeRules::default(), &[seed("https://a.example/feed.xml")]);
        assert!(scope.contains_link(&url("https://a.example/feed.xml")));
        assert!(!scope.contains_link(&url("https://a.example/other.xml")));
        assert!(scope.contains(&url("https://a.example/other.xml")));
        assert!(scope.contains_link(&url("https://a.example/a")));
        assert!(!scope.contains_link(&url("https://b.example/a")));
    }

    proptest! {
        #[test]
        fn any_url_is_in_or_out(text in any::<String>(), rest in "[a-z./?=*%;@:é-]{0,20}") {
            let scope = CrawlScope::new(&ScopeRules::default(), &[seed("https://a.example/")]);
            for text in [text, format!("https://a.example/{rest}"), format!("http://{rest}")] {
                if let Ok(url) = Url::parse(&text) {
                    prop_assert!(scope.contains(&url) || !scope.contains_link(&url));
                    prop_assert!(scope.delivers(&url));
                }
            }
        }
    }
}
