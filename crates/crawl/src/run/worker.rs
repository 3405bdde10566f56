//! Processes responses, on the worker threads: cleans pages, and discovers URLs.

use std::time::{Duration, SystemTime};

use copydesk_clean::{CleanInput, InputKind, Record, decode};
use copydesk_fetch::discover::{Feed, PageLinks, Sitemap, SitemapKind};
use copydesk_fetch::revisit::{Freshness, fresh_for};
use copydesk_fetch::robots::RobotsDirectives;
use copydesk_fetch::{Error as FetchError, ErrorKind as FetchErrorKind, FetchResponse, Validators};
use url::Url;

use super::completed_visit::{CompletedVisit, CrawledPage, FetchOutcome};
use super::context::RunContext;
use super::delivered_text::doubtful;
use super::discovery::{DiscoveredUrls, host_key};
use super::visit_fetches::FetchedVisit;
use crate::frontier::{DiscoverySource, UrlKind, VisitError, VisitTask};
use copydesk_core::dedupe::TextSigner;
use copydesk_core::pipeline::{catch_panic, clean_page};
use copydesk_core::sources::{LoadedPage, facts, is_html, record_error, status_error};

/// How long a host is in back-off after its `robots.txt` could not be read. RFC 9309 (2.3.1.4) forbids to
/// crawl it meanwhile, and the cause, mostly a server error, tends to pass.
const ROBOTS_BACK_OFF: Duration = Duration::from_mins(10);

/// Processes responses. Shared by the worker threads.
pub(super) struct VisitWorker<'a> {
    context: RunContext<'a>,
    /// Computes signatures, if the job looks for duplicates.
    signer: Option<&'a TextSigner>,
    page_timeout: Option<Duration>,
}

impl<'a> VisitWorker<'a> {
    pub(super) fn new(context: &RunContext<'a>, signer: Option<&'a TextSigner>) -> Self {
        let page_timeout = context.job.settings.page_timeout.limit();
        Self { context: *context, signer, page_timeout }
    }

    /// Processes the result of a fetch. A panic in here becomes the error of its visit.
    pub(super) fn process(&self, visit: FetchedVisit) -> CompletedVisit {
        let FetchedVisit { lease, visit, fetched } = visit;
        let at = self.context.clock.now();
        let mut visited = CompletedVisit::without_response(lease, visit, at);
        match fetched.result {
            Err(error) => visited.outcome = failed_fetch(&error, &visited.visit.url),
            Ok(response) => {
                visited.status = Some(response.status());
                let hops = response.chain.iter().chain([&response.exchange]);
                visited.wire_bytes = hops.map(|exchange| exchange.wire_bytes).sum();
                let final_url = self.context.discovery.normalizer.normalize(response.final_url());
                visited.redirected_to =
                    (final_url.as_str() != visited.visit.url).then_some(final_url);
                let processed = catch_panic(|| self.process_response(&visited, response));
                (visited.outcome, visited.validators, visited.freshness) = processed
                    .unwrap_or_else(|message| {
                        let message = format!("the cleaner failed on this page: {message}");
                        (failed("panic", message), None, None)
                    });
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
        let freshness = fresh_for(response.headers(), SystemTime::now());
        let outcome = match status {
            // The validators of a 304 are those that were sent.
            304 => return (FetchOutcome::NotModified, None, freshness),
            404 | 410 => FetchOutcome::Missing,
            200..=299 => {
                let validators = Validators::from_headers(response.headers());
                return (self.process_body(visited, response), Some(validators), freshness);
            }
            _ => {
                let message = status_error(status).map(|error| error.message).unwrap_or_default();
                failed("status", message)
            }
        };
        (outcome, None, None)
    }

    fn process_body(&self, visited: &CompletedVisit, response: FetchResponse) -> FetchOutcome {
        let visit = &visited.visit;
        let discovery = self.context.discovery;
        let url = response.final_url().clone();
        // Feeds, sitemaps and seeds may redirect anywhere, for example to a host for static files.
        if let Some(to) = &visited.redirected_to
            && visit.via != DiscoverySource::Seed
            && visit.kind == UrlKind::Page
            && !discovery.scope.contains(to)
        {
            let message = format!("redirects out of scope, to {to}");
            return FetchOutcome::Unwanted(error("redirect", message));
        }
        match visit.kind {
            UrlKind::Sitemap => {
                let sitemap = Sitemap::parse(&response.body, &url);
                if sitemap.kind == SitemapKind::Unknown {
                    return failed("sitemap", "not a sitemap".to_owned());
                }
                FetchOutcome::Links(
                    UrlKind::Sitemap,
                    discovery.urls_of_sitemap(&sitemap, visit.depth),
                )
            }
            UrlKind::Feed => match Feed::parse(&response.body, &url) {
                Ok(feed) => FetchOutcome::Links(UrlKind::Feed, discovery.urls_of_feed(&feed)),
                Err(error) => failed("feed", error.to_string()),
            },
            UrlKind::Unknown => self.seed(visit, &response, &url),
            UrlKind::Page | UrlKind::Hub => self.page(visited, response, &url),
        }
    }

    /// A seed without a kind: a feed or a sitemap if it reads as one, otherwise a page that is read for its
    /// links.
    fn seed(&self, visit: &VisitTask, response: &FetchResponse, url: &Url) -> FetchOutcome {
        let discovery = self.context.discovery;
        let is_page = response.content_type.as_ref().is_some_and(is_html);
        if !is_page {
            if let Ok(feed) = Feed::parse(&response.body, url) {
                return FetchOutcome::Links(UrlKind::Feed, discovery.urls_of_feed(&feed));
            }
            let sitemap = Sitemap::parse(&response.body, url);
            // Any text reads as a sitemap of plain lines, so only XML counts here.
            if matches!(sitemap.kind, SitemapKind::Index | SitemapKind::Urls) {
                return FetchOutcome::Links(
                    UrlKind::Sitemap,
                    discovery.urls_of_sitemap(&sitemap, visit.depth),
                );
            }
        }
        self.hub(visit, page_links(response, url).0, url)
    }

    /// A page that is read for its links. `links` is `None` if it asks that they are not followed.
    fn hub(&self, visit: &VisitTask, links: Option<PageLinks>, url: &Url) -> FetchOutcome {
        let discovery = self.context.discovery;
        let Some(links) = links else {
            return FetchOutcome::Links(UrlKind::Hub, DiscoveredUrls::default());
        };
        let found = discovery.urls_of_page(&links, visit.depth, true);
        if found.urls.is_empty() && !discovery.has_links(&links, url) {
            let message = "the page links to no other page of the job; it may need JavaScript, or be a page \
                           to deliver (kind = \"page\")";
            return FetchOutcome::NoLinks(error("empty", message.to_owned()));
        }
        FetchOutcome::Links(UrlKind::Hub, found)
    }

    fn page(&self, visited: &CompletedVisit, response: FetchResponse, url: &Url) -> FetchOutcome {
        let visit = &visited.visit;
        let discovery = self.context.discovery;
        let is_html = response.content_type.as_ref().is_none_or(is_html);
        // This decodes and tokenizes the page, and the cleaner does so again. Sharing the work would tie
        // `clean` and `fetch` together, which know nothing of each other.
        let (links, canonical) = page_links(&response, url);
        let links = links.filter(|_| is_html);
        if visit.kind == UrlKind::Hub {
            return self.hub(visit, links, url);
        }
        let found = links
            .map(|links| discovery.urls_of_page(&links, visit.depth, visit.depth == 0))
            .unwrap_or_default();
        let page_url = visited.redirected_to.as_ref().map_or(visit.url.as_str(), Url::as_str);
        let page_url = Url::parse(page_url).ok();
        if !page_url.as_ref().is_some_and(|url| discovery.scope.delivers(url)) {
            return FetchOutcome::Links(UrlKind::Page, found);
        }
        let record = self.clean(visit, response, url, is_html);
        self.crawled_page(record, found, canonical, page_url.as_ref())
    }

    fn clean(
        &self,
        visit: &VisitTask,
        mut response: FetchResponse,
        url: &Url,
        is_html: bool,
    ) -> Record {
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
        let clean = |page: &CleanInput<'_>| self.context.cleaner.clean(page);
        clean_page(&clean, &mut loaded, self.page_timeout)
    }

    /// Derives what the coordinator needs from a record. It runs here since signatures and filters cost time,
    /// and the coordinator is one thread.
    fn crawled_page(
        &self,
        mut record: Record,
        found: DiscoveredUrls,
        canonical: Option<Url>,
        page_url: Option<&Url>,
    ) -> FetchOutcome {
        let discovery = self.context.discovery;
        let doubtful = doubtful(&record);
        // The blocks of the text are not stored: they repeat the text.
        record.blocks = Vec::new();
        let excluded = self.context.resources.filters.check_record(&record);
        let signer = self.signer.filter(|_| excluded.is_none());
        let signature = signer.and_then(|signer| signer.sign(&record));
        let canonical = canonical
            .map(|canonical| discovery.normalizer.normalize(&canonical))
            // On another host, a canonical URL may be a mistake or a lie, and that host's lease is not ours.
            .filter(|canonical| {
                Some(canonical) != page_url
                    && host_key(canonical) == page_url.and_then(host_key)
                    && discovery.scope.contains(canonical)
            });
        FetchOutcome::Page(Box::new(CrawledPage {
            record,
            signature,
            doubtful,
            excluded,
            found,
            canonical,
        }))
    }
}

/// The links of a page, unless it asks that they are not followed, and its canonical URL.
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

fn error(kind: &str, message: String) -> VisitError {
    VisitError { kind: kind.to_owned(), message }
}

fn failed(kind: &str, message: String) -> FetchOutcome {
    FetchOutcome::Failed(error(kind, message))
}

/// What a failed fetch means for its URL, or for its host.
fn failed_fetch(error: &FetchError, url: &str) -> FetchOutcome {
    let reported = record_error(error, url);
    let mut message = reported.message;
    if !reported.concerns.is_empty() {
        message = format!("{message} (setting `{}`)", reported.concerns);
    }
    let visit_error = VisitError { kind: reported.kind.to_string(), message };
    match error.kind() {
        FetchErrorKind::HostParked { pause, reason } => {
            FetchOutcome::HostBackedOff(*pause, reason.clone())
        }
        FetchErrorKind::RobotsUnreachable { .. } => {
            FetchOutcome::HostBackedOff(ROBOTS_BACK_OFF, visit_error.message)
        }
        FetchErrorKind::Stopped => FetchOutcome::Stopped,
        FetchErrorKind::Robots { .. } => FetchOutcome::Robots(visit_error),
        // The same request would fail in the same way.
        FetchErrorKind::ContentType { .. }
        | FetchErrorKind::Url { .. }
        | FetchErrorKind::Scheme { .. }
        | FetchErrorKind::BodyTooLarge { .. }
        | FetchErrorKind::Downgrade { .. } => FetchOutcome::Unwanted(visit_error),
        _ => FetchOutcome::Failed(visit_error),
    }
}
