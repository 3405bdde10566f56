//! What is done with an answer, on whichever thread.

use std::time::{Duration, SystemTime};

use copydesk_clean::{InputKind, decode};
use copydesk_fetch::discover::{Feed, PageLinks, Sitemap, SitemapKind};
use copydesk_fetch::revisit::{Freshness, fresh_for};
use copydesk_fetch::robots::RobotsDirectives;
use copydesk_fetch::{
    Error as FetchError, ErrorKind as FetchErrorKind, FetchResponse, FetchResult, Validators,
};
use url::Url;

use super::completed_visit::{CompletedVisit, CrawledPage, FetchOutcome};
use super::delivered_text::doubtful;
use super::discovery::{DiscoveredUrls, UrlDiscovery, host_key};
use crate::clock::Clock;
use crate::frontier::{DiscoverySource, LeaseKey, UrlKind, VisitError, VisitTask};
use copydesk_core::dedupe::TextSigner;
use copydesk_core::page_filters::PageFilters;
use copydesk_core::pipeline::{CleanPage, catch_panic, clean_page};
use copydesk_core::sources::{LoadedPage, facts, is_html, record_error, status_error};

/// How long a host is left alone whose `robots.txt` cannot be read.
const ROBOTS_PAUSE: Duration = Duration::from_mins(10);

/// What all visits of a run have in common.
pub(super) struct VisitWorker<'a> {
    pub(super) clean: CleanPage<'a>,
    pub(super) discovery: &'a UrlDiscovery,
    pub(super) filters: &'a PageFilters,
    pub(super) signer: Option<&'a TextSigner>,
    pub(super) page_timeout: Option<Duration>,
    pub(super) clock: &'a dyn Clock,
}

impl VisitWorker<'_> {
    /// Looks at an answer: cleans a page, reads what it leads to.
    pub(super) fn process(
        &self,
        lease: LeaseKey,
        visit: VisitTask,
        fetched: FetchResult,
    ) -> CompletedVisit {
        let mut visited = CompletedVisit {
            lease,
            at: self.clock.now(),
            status: None,
            redirected_to: None,
            wire_bytes: 0,
            validators: None,
            freshness: None,
            outcome: FetchOutcome::Stopped,
            visit,
        };
        match fetched.result {
            Err(error) => visited.outcome = failed_fetch(&error, &visited.visit.url),
            Ok(response) => {
                visited.status = Some(response.status());
                let hops = response.chain.iter().chain([&response.exchange]);
                visited.wire_bytes = hops.map(|exchange| exchange.wire_bytes).sum();
                let at = self.discovery.normalizer.normalize(response.final_url());
                visited.redirected_to = (at.as_str() != visited.visit.url).then_some(at);
                let outcome = catch_panic(|| self.process_response(&visited, response));
                let (seen, validators, fresh) = outcome.unwrap_or_else(|message| {
                    let message = format!("the cleaner failed on this page: {message}");
                    (failed("panic", message), None, None)
                });
                (visited.outcome, visited.validators, visited.freshness) =
                    (seen, validators, fresh);
            }
        }
        visited
    }

    fn process_response(
        &self,
        visited: &CompletedVisit,
        response: FetchResponse,
    ) -> (FetchOutcome, Option<Validators>, Option<Freshness>) {
        let status = response.status();
        let fresh = fresh_for(response.headers(), SystemTime::now());
        let seen = match status {
            304 => return (FetchOutcome::NotModified, None, fresh),
            404 | 410 => FetchOutcome::Missing,
            200..=299 => {
                let validators = Validators::from_headers(response.headers());
                return (self.process_body(visited, response), Some(validators), fresh);
            }
            _ => {
                let message = status_error(status).map(|error| error.message).unwrap_or_default();
                failed("status", message)
            }
        };
        (seen, None, None)
    }

    fn process_body(&self, visited: &CompletedVisit, response: FetchResponse) -> FetchOutcome {
        let visit = &visited.visit;
        let url = response.final_url().clone();
        if let Some(at) = &visited.redirected_to
            && visit.via != DiscoverySource::Seed
            && visit.kind == UrlKind::Page
            && !self.discovery.scope.contains(at)
        {
            return FetchOutcome::Unwanted(error(
                "redirect",
                format!("it redirects to {at}, out of scope"),
            ));
        }
        match visit.kind {
            UrlKind::Sitemap => {
                let sitemap = Sitemap::parse(&response.body, &url);
                if sitemap.kind == SitemapKind::Unknown {
                    return failed("sitemap", "it is no sitemap".to_owned());
                }
                FetchOutcome::Links(
                    UrlKind::Sitemap,
                    self.discovery.from_sitemap(&sitemap, visit.depth),
                )
            }
            UrlKind::Feed => match Feed::parse(&response.body, &url) {
                Ok(feed) => FetchOutcome::Links(UrlKind::Feed, self.discovery.from_feed(&feed)),
                Err(error) => failed("feed", error.to_string()),
            },
            UrlKind::Unknown => self.seed(visit, &response, &url),
            UrlKind::Page | UrlKind::Hub => self.page(visited, visit.kind, response, &url),
        }
    }

    /// A seed of which nobody said what it is: what reads as a feed or a sitemap is one.
    fn seed(&self, visit: &VisitTask, response: &FetchResponse, url: &Url) -> FetchOutcome {
        let is_page = response.content_type.as_ref().is_some_and(is_html);
        if !is_page {
            if let Ok(feed) = Feed::parse(&response.body, url) {
                return FetchOutcome::Links(UrlKind::Feed, self.discovery.from_feed(&feed));
            }
            let sitemap = Sitemap::parse(&response.body, url);
            if matches!(sitemap.kind, SitemapKind::Index | SitemapKind::Urls) {
                return FetchOutcome::Links(
                    UrlKind::Sitemap,
                    self.discovery.from_sitemap(&sitemap, visit.depth),
                );
            }
        }
        let found =
            Self::page_links(response, url).0.map_or_else(DiscoveredUrls::default, |links| {
                self.discovery.from_page(&links, visit.depth, true)
            });
        FetchOutcome::Links(UrlKind::Hub, found)
    }

    /// What a page links to; `None` where it asks not to have its links followed.
    fn page_links(response: &FetchResponse, url: &Url) -> (Option<PageLinks>, Option<Url>) {
        let charset = response.content_type.as_ref().and_then(|found| found.charset.as_deref());
        let decoded = decode(&response.body, charset);
        let links = PageLinks::parse(&decoded.text, url, response.agent());
        let mut robots = response.robots();
        for content in &links.meta_robots {
            robots.merge(RobotsDirectives::from_meta(content));
        }
        let canonical = links.canonical.clone();
        ((!robots.nofollow).then_some(links), canonical)
    }

    fn page(
        &self,
        visited: &CompletedVisit,
        kind: UrlKind,
        mut response: FetchResponse,
        url: &Url,
    ) -> FetchOutcome {
        let visit = &visited.visit;
        let is_html = response.content_type.as_ref().is_none_or(is_html);
        let (links, canonical) = Self::page_links(&response, url);
        let found = links.filter(|_| is_html).map_or_else(DiscoveredUrls::default, |links| {
            self.discovery.from_page(&links, visit.depth, kind == UrlKind::Hub || visit.depth == 0)
        });
        if kind == UrlKind::Hub {
            return FetchOutcome::Links(UrlKind::Hub, found);
        }
        let at = visited.redirected_to.as_ref().map_or(visit.url.as_str(), Url::as_str);
        let is_delivered = Url::parse(at).is_ok_and(|at| self.discovery.scope.delivers(&at));
        if !is_delivered {
            // It is read for its links.
            return FetchOutcome::Links(UrlKind::Page, found);
        }
        let fetch = facts(&response);
        let charset = response.content_type.take().and_then(|found| found.charset);
        // The body is often the payload too; without this it would be copied.
        response.exchange.payload = None;
        let mut loaded = LoadedPage {
            source: visit.url.clone(),
            bytes: response.body.into(),
            kind: is_html.then_some(InputKind::Html),
            url: Some(url.to_string()),
            charset: charset.map(Into::into),
            fetch: Some(fetch),
            ..LoadedPage::default()
        };
        let mut record = clean_page(self.clean, &mut loaded, self.page_timeout);
        let doubtful = doubtful(&record);
        // What was removed is kept to be shown, the rest can be had from the page.
        record.blocks = Vec::new();
        let excluded = self.filters.check_record(&record);
        let print = self.signer.filter(|_| excluded.is_none());
        let print = print.and_then(|printer| printer.sign(&record));
        let canonical = canonical
            .map(|canonical| self.discovery.normalizer.normalize(&canonical))
            .filter(|canonical| {
                canonical.as_str() != at
                    && host_key(canonical) == Url::parse(at).ok().as_ref().and_then(host_key)
                    && self.discovery.scope.contains(canonical)
            });
        FetchOutcome::Page(Box::new(CrawledPage {
            record,
            signature: print,
            doubtful,
            excluded,
            found,
            canonical,
        }))
    }
}

fn error(kind: &str, message: String) -> VisitError {
    VisitError { kind: kind.to_owned(), message }
}

fn failed(kind: &str, message: String) -> FetchOutcome {
    FetchOutcome::Failed(error(kind, message))
}

/// What a fetch that failed means for its URL, or for its host.
fn failed_fetch(error: &FetchError, asked: &str) -> FetchOutcome {
    let told = record_error(error, asked);
    let told = VisitError { kind: told.kind, message: told.message };
    match error.kind() {
        FetchErrorKind::HostParked { pause, reason } => {
            FetchOutcome::HostBackedOff(*pause, reason.clone())
        }
        FetchErrorKind::RobotsUnreachable { .. } => {
            FetchOutcome::HostBackedOff(ROBOTS_PAUSE, told.message)
        }
        FetchErrorKind::Stopped => FetchOutcome::Stopped,
        FetchErrorKind::Robots { .. } => FetchOutcome::Robots(told),
        FetchErrorKind::ContentType { .. }
        | FetchErrorKind::Url { .. }
        | FetchErrorKind::Scheme { .. }
        | FetchErrorKind::BodyTooLarge { .. }
        | FetchErrorKind::Downgrade { .. } => FetchOutcome::Unwanted(told),
        _ => FetchOutcome::Failed(told),
    }
}
