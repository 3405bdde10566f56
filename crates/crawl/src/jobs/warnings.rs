//! Finds patterns of a job that can match nothing.

use url::Url;

use super::CrawlJob;
use copydesk_core::string_enum::joined;

impl CrawlJob {
    /// What is probably a mistake in the job, although it can run: patterns of `include` and `deliver` that match
    /// no URL of its scope. One sentence each, for people.
    pub fn warnings(&self) -> Vec<String> {
        let scope = &self.scope;
        let lists = [("include", &scope.include), ("deliver", &scope.deliver)];
        lists
            .into_iter()
            .flat_map(|(key, patterns)| {
                let wrong = move |pattern: &String| {
                    Some(format!(
                        "`{key}` pattern `{pattern}` matches nothing: {}",
                        self.mismatch(pattern)?
                    ))
                };
                patterns.written.iter().filter_map(wrong)
            })
            .collect()
    }

    /// Why a pattern matches no URL of the scope; `None` if it may match some.
    fn mismatch(&self, pattern: &str) -> Option<String> {
        let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let below = authority.strip_prefix("*.");
        let named = below.unwrap_or(authority);
        // Any other `*` may stand for a part of the path, too.
        if named.contains('*') {
            return None;
        }
        let url = Url::parse(&format!("https://{named}/")).ok()?;
        let host = url.host_str()?;
        let is_within = |host: &str, domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let is_in_scope =
            |known: &String| is_within(host, known) || below.is_some() && is_within(known, host);
        if !self.scope.hosts.iter().any(is_in_scope) {
            let hosts = joined(&self.scope.hosts);
            return Some(format!("{host} is not one of the hosts of the job ({hosts})"));
        }
        // A host alone matches at any port, and another port in the pattern says that it is meant.
        if path.is_empty() || url.port().is_some() {
            return None;
        }
        let seeds = self.seeds.iter().filter(|seed| {
            seed.url.host_str().is_some_and(|seed| is_within(seed, host) || is_within(host, seed))
        });
        let ports: Vec<Option<u16>> = seeds.map(|seed| seed.url.port()).collect();
        let port = (*ports.first()?).filter(|_| ports.iter().all(Option::is_some))?;
        let prefix = pattern.strip_suffix(path)?;
        Some(format!("the pages are at port {port}, so write `{prefix}:{port}{path}`"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use copydesk_core::settings::Settings;

    use crate::jobs::JobsFile;

    fn warnings(seeds: &str, scope: &str) -> Vec<String> {
        let text = format!(
            "[[job]]\nname = \"harbour\"\nseeds = [{seeds}]\nscope = {{ {scope} }}\n\
             [[job.output]]\npath = \"out.jsonl\"\n"
        );
        let file = JobsFile::parse(&text, Path::new("jobs.toml"), &Settings::default()).unwrap();
        file.jobs[0].warnings()
    }

    #[test]
    fn a_pattern_without_the_port_of_the_seeds_matches_nothing() {
        let seeds = "\"http://127.0.0.1:8765/\"";
        for (pattern, expected) in [
            ("127.0.0.1/story/*", Some("127.0.0.1:8765/story/*")),
            ("http://127.0.0.1/story/", Some("http://127.0.0.1:8765/story/")),
            ("127.0.0.1:8765/story/*", None),
            ("127.0.0.1:9/story/*", None),
            ("127.0.0.1", None),
            ("*/story/*", None),
        ] {
            let expected = expected.map(|right| {
                format!(
                    "`deliver` pattern `{pattern}` matches nothing: the pages are at port 8765, so write \
                     `{right}`"
                )
            });
            let found = warnings(seeds, &format!("deliver = [\"{pattern}\"]"));
            assert_eq!(found, Vec::from_iter(expected), "{pattern}");
        }
        let both = "\"http://127.0.0.1:8765/\", \"http://127.0.0.1/\"";
        assert_eq!(warnings(both, "deliver = [\"127.0.0.1/story/*\"]"), [""; 0]);
    }

    #[test]
    fn a_pattern_for_a_host_that_is_not_in_scope_matches_nothing() {
        let seeds = "\"https://www.news.example/\"";
        for pattern in
            ["old.example/story/*", "old.example", "*.old.example/story/*", "https://old.example/"]
        {
            assert_eq!(
                warnings(seeds, &format!("include = [\"{pattern}\"]")),
                [format!(
                    "`include` pattern `{pattern}` matches nothing: old.example is not one of the hosts of the \
                     job (news.example)"
                )]
            );
        }
        for pattern in
            ["news.example/a/*", "m.news.example/*", "*.news.example/*", "*.example/*", "*news*"]
        {
            assert_eq!(
                warnings(seeds, &format!("deliver = [\"{pattern}\"]")),
                [""; 0],
                "{pattern}"
            );
        }
        let scope = "hosts = [\"old.example\"], deliver = [\"www.old.example/*\"]";
        assert_eq!(warnings(seeds, scope), [""; 0]);
    }
}
