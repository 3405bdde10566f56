//! What is done with an answer, on whichever thread.

use std::time::{Duration, Instant, SystemTime};

use copydesk_clean::{Input, InputKind, Record, decode};
use copydesk_fetch::discover::{Feed, PageLinks, Sitemap, SitemapKind};
use copydesk_fetch::revisit::{Freshness, fresh_for};
use copydesk_fetch::robots::RobotsDirectives;
use copydesk_fetch::{
    Error as FetchError, ErrorKind as FetchErrorKind, Fetched, Response, Validators,
};
use url::Url;

use super::found::{Finder, Found, host_key};
use super::seen::{Page, Seen, Visited};
use super::told::doubtful;
use crate::clock::Clock;
use crate::frontier::{Kind, LeaseKey, Via, Visit, VisitError};
use copydesk_core::dedupe::Printer;
use copydesk_core::pipeline::caught;
use copydesk_core::screen::Screen;
use copydesk_core::sources::{facts, is_html, record_error, status_error};

/// How long a host is left alone whose `robots.txt` cannot be read.
const ROBOTS_PAUSE: Duration = Duration::from_mins(10);

/// What all visits of a run have in common.
pub(super) struct Worker<'a> {
    pub(super) clean: &'a (dyn Fn(&Input<'_>) -> Record + Sync),
    pub(super) finder: &'a Finder,
    pub(super) screen: &'a Screen,
    pub(super) printer: Option<&'a Printer>,
    pub(super) page_timeout: Option<Duration>,
    pub(super) clock: &'a dyn Clock,
}

impl Worker<'_> {
    /// Looks at an answer: cleans a page, reads what it leads to.
    pub(super) fn look(&self, lease: LeaseKey, visit: Visit, fetched: Fetched) -> Visited {
        let mut visited = Visited {
            lease,
            at: self.clock.now(),
            status: None,
            redirected_to: None,
            wire_bytes: 0,
            validators: None,
            fresh: None,
            seen: Seen::Stopped,
            visit,
        };
        match fetched.result {
            Err(error) => visited.seen = failure(&error, &visited.visit.url),
            Ok(response) => {
                visited.status = Some(response.status());
                let hops = response.chain.iter().chain([&response.exchange]);
                visited.wire_bytes = hops.map(|exchange| exchange.wire_bytes).sum();
                let at = self.finder.normalizer.normalize(response.final_url());
                visited.redirected_to = (at.as_str() != visited.visit.url).then_some(at);
                let outcome = caught(|| self.answer(&visited, response));
                let (seen, validators, fresh) = outcome.unwrap_or_else(|message| {
                    let message = format!("the cleaner failed on this page: {message}");
                    (failed("panic", message), None, None)
                });
                (visited.seen, visited.validators, visited.fresh) = (seen, validators, fresh);
            }
        }
        visited
    }

    fn answer(
        &self,
        visited: &Visited,
        response: Response,
    ) -> (Seen, Option<Validators>, Option<Freshness>) {
        let status = response.status();
        let fresh = fresh_for(response.headers(), SystemTime::now());
        let seen = match status {
            304 => return (Seen::NotModified, None, fresh),
            404 | 410 => Seen::Missing,
            200..=299 => {
                let validators = Validators::of_response(response.headers());
                return (self.content(visited, response), Some(validators), fresh);
            }
            _ => {
                let message = status_error(status).map(|error| error.message).unwrap_or_default();
                failed("status", message)
            }
        };
        (seen, None, None)
    }

    fn content(&self, visited: &Visited, response: Response) -> Seen {
        let visit = &visited.visit;
        let url = response.final_url().clone();
        if let Some(at) = &visited.redirected_to
            && visit.via != Via::Seed
            && visit.kind == Kind::Page
            && !self.finder.scope.contains(at)
        {
            return Seen::Unwanted(error(
                "redirect",
                format!("it redirects to {at}, out of scope"),
            ));
        }
        match visit.kind {
            Kind::Sitemap => {
                let sitemap = Sitemap::parse(&response.body, &url);
                if sitemap.kind == SitemapKind::Unknown {
                    return failed("sitemap", "it is no sitemap".to_owned());
                }
                Seen::Links(Kind::Sitemap, self.finder.of_sitemap(&sitemap, visit.depth))
            }
            Kind::Feed => match Feed::parse(&response.body, &url) {
                Ok(feed) => Seen::Links(Kind::Feed, self.finder.of_feed(&feed)),
                Err(error) => failed("feed", error.to_string()),
            },
            Kind::Unknown => self.seed(visit, &response, &url),
            Kind::Page | Kind::Hub => self.page(visited, visit.kind, response, &url),
        }
    }

    /// A seed of which nobody said what it is: what reads as a feed or a sitemap is one.
    fn seed(&self, visit: &Visit, response: &Response, url: &Url) -> Seen {
        let is_page = response.content_type.as_ref().is_some_and(is_html);
        if !is_page {
            if let Ok(feed) = Feed::parse(&response.body, url) {
                return Seen::Links(Kind::Feed, self.finder.of_feed(&feed));
            }
            let sitemap = Sitemap::parse(&response.body, url);
            if matches!(sitemap.kind, SitemapKind::Index | SitemapKind::Urls) {
                return Seen::Links(Kind::Sitemap, self.finder.of_sitemap(&sitemap, visit.depth));
            }
        }
        let found = Self::page_links(response, url)
            .0
            .map_or_else(Found::default, |links| self.finder.of_page(&links, visit.depth, true));
        Seen::Links(Kind::Hub, found)
    }

    /// What a page links to; `None` where it asks not to have its links followed.
    fn page_links(response: &Response, url: &Url) -> (Option<PageLinks>, Option<Url>) {
        let charset = response.content_type.as_ref().and_then(|found| found.charset.as_deref());
        let decoded = decode(&response.body, charset);
        let links = PageLinks::parse(&decoded.text, url, response.agent());
        let mut robots = response.robots();
        for content in &links.meta_robots {
            robots.merge(RobotsDirectives::of_meta(content));
        }
        let canonical = links.canonical.clone();
        ((!robots.nofollow).then_some(links), canonical)
    }

    fn page(&self, visited: &Visited, kind: Kind, mut response: Response, url: &Url) -> Seen {
        let visit = &visited.visit;
        let is_html = response.content_type.as_ref().is_none_or(is_html);
        let (links, canonical) = Self::page_links(&response, url);
        let found = links.filter(|_| is_html).map_or_else(Found::default, |links| {
            self.finder.of_page(&links, visit.depth, kind == Kind::Hub || visit.depth == 0)
        });
        if kind == Kind::Hub {
            return Seen::Links(Kind::Hub, found);
        }
        let at = visited.redirected_to.as_ref().map_or(visit.url.as_str(), Url::as_str);
        let is_delivered = Url::parse(at).is_ok_and(|at| self.finder.scope.delivers(&at));
        if !is_delivered {
            // It is read for its links.
            return Seen::Links(Kind::Page, found);
        }
        let fetch = facts(&response);
        let charset = response.content_type.take().and_then(|found| found.charset);
        let started = Instant::now();
        let out_of_time = || self.page_timeout.is_some_and(|cap| started.elapsed() > cap);
        let mut record = (self.clean)(&Input {
            url: Some(url.as_str()),
            charset: charset.as_deref(),
            kind: is_html.then_some(InputKind::Html),
            interrupt: Some(&out_of_time),
            ..Input::new(&visit.url, &response.body)
        });
        if record.metadata.url.is_none() {
            record.metadata.url = Some(url.to_string());
        }
        record.fetch = Some(fetch);
        let doubtful = doubtful(&record);
        // What was removed is kept to be shown, the rest can be had from the page.
        record.blocks = Vec::new();
        let excluded = self.screen.of_record(&record);
        let print = self.printer.filter(|_| excluded.is_none());
        let print = print.and_then(|printer| printer.print(&record));
        let canonical = canonical
            .map(|canonical| self.finder.normalizer.normalize(&canonical))
            .filter(|canonical| {
                canonical.as_str() != at
                    && host_key(canonical) == Url::parse(at).ok().as_ref().and_then(host_key)
                    && self.finder.scope.contains(canonical)
            });
        Seen::Page(Box::new(Page { record, print, doubtful, excluded, found, canonical }))
    }
}

fn error(kind: &str, message: String) -> VisitError {
    VisitError { kind: kind.to_owned(), message }
}

fn failed(kind: &str, message: String) -> Seen {
    Seen::Failed(error(kind, message))
}

/// What a fetch that failed means for its URL, or for its host.
fn failure(error: &FetchError, asked: &str) -> Seen {
    let told = record_error(error, asked);
    let told = VisitError { kind: told.kind, message: told.message };
    match error.kind() {
        FetchErrorKind::HostParked { pause, reason } => Seen::HostParked(*pause, reason.clone()),
        FetchErrorKind::RobotsUnreachable { .. } => Seen::HostParked(ROBOTS_PAUSE, told.message),
        FetchErrorKind::Stopped => Seen::Stopped,
        FetchErrorKind::Robots { .. } => Seen::Robots(told),
        FetchErrorKind::ContentType { .. }
        | FetchErrorKind::Url { .. }
        | FetchErrorKind::Scheme { .. }
        | FetchErrorKind::BodyTooLarge { .. }
        | FetchErrorKind::Downgrade { .. } => Seen::Unwanted(told),
        _ => Seen::Failed(told),
    }
}
