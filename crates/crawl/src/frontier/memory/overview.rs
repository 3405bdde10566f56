//! What a frontier in memory shows of itself.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{MemoryFrontier, MemoryHost, MemoryUrl, id, index, millis};
use crate::error::Error;
use crate::frontier::{
    CheckFinding, ErrorView, Frontier, FrontierOverview, HostView, HourlyVisits, JobId, JobRun,
    JobView, OutboxEntry, StateView, UrlEntry, UrlId, UrlState, VisitOutcome,
};

impl FrontierOverview for MemoryFrontier {
    fn jobs(&mut self) -> Result<Vec<JobView>, Error> {
        let mut views = Vec::new();
        for index in 0..self.jobs.len() {
            let job = JobId(id(index));
            let mut urls: BTreeMap<UrlState, u64> = BTreeMap::new();
            for url in self.urls.iter().filter(|url| url.job == job) {
                *urls.entry(url.entry.state).or_default() += 1;
            }
            let delivered = self.delivered(job);
            let waits = |(owner, delivery): &&(JobId, OutboxEntry)| {
                *owner == job && delivery.sequence > delivered
            };
            views.push(JobView {
                id: job,
                name: self.jobs[index].name.clone(),
                urls,
                undelivered: self.outbox.iter().filter(waits).count() as u64,
                next_due: self.next_due(job)?,
            });
        }
        views.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(views)
    }

    fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error> {
        let runs = self.runs.iter().rev().filter(|(owner, _)| job.is_none_or(|job| job == *owner));
        Ok(runs.take(limit).map(|(_, run)| run.clone()).collect())
    }

    fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error> {
        let mut hosts: Vec<(usize, &MemoryHost)> = self.hosts.iter().enumerate().collect();
        hosts.sort_by_key(|(index, host)| {
            let back_off = host.back_off.as_ref().map(|(until, _)| *until);
            let next_at = if back_off.is_some() { None } else { host.next_at };
            std::cmp::Reverse((back_off, next_at, *index))
        });
        let views = hosts.into_iter().take(limit).map(|(_, host)| HostView {
            host: host.name.clone(),
            delay_millis: host.delay_millis,
            next_at: host.next_at,
            back_off_until: host.back_off.as_ref().map(|(until, _)| *until),
            back_off_reason: host.back_off.as_ref().map(|(_, why)| why.clone()),
            leased: host.leased.clone(),
        });
        Ok(views.collect())
    }

    fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error> {
        let mut failed: Vec<(usize, &MemoryUrl)> = self
            .urls
            .iter()
            .enumerate()
            .filter(|(_, url)| url.job == job && url.outcome == Some(VisitOutcome::Failed))
            .collect();
        failed.sort_by_key(|(index, url)| std::cmp::Reverse((url.entry.visited_at, *index)));
        let views = failed.into_iter().take(limit).map(|(_, url)| {
            let (kind, message) = url.error.clone().unwrap_or_default();
            ErrorView {
                url: url.name.clone(),
                at: url.entry.visited_at.unwrap(),
                kind,
                message,
                failures: url.streaks.failures,
                next_visit: url.entry.next_visit,
            }
        });
        Ok(views.collect())
    }

    fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error> {
        let of_job = self.outbox.iter().rev().filter(|(owner, _)| *owner == job);
        Ok(of_job.take(limit).map(|(_, delivery)| delivery.clone()).collect())
    }

    fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error> {
        let hours = self.jobs.get(index(job.0)).into_iter().flat_map(|job| &job.hours);
        let hours = hours.filter(|(at, _)| **at >= millis(since));
        Ok(hours
            .map(|(at, outcomes)| HourlyVisits { at: *at, outcomes: outcomes.clone() })
            .collect())
    }
}

impl StateView for MemoryFrontier {
    fn urls_after(
        &mut self,
        job: JobId,
        state: Option<UrlState>,
        after: Option<UrlId>,
        limit: usize,
    ) -> Result<Vec<UrlEntry>, Error> {
        let mut urls: Vec<(usize, &MemoryUrl)> = self.urls.iter().enumerate().collect();
        urls.sort_by_key(|(index, url)| (url.host, *index));
        let read = after.and_then(|after| urls.iter().position(|(url, _)| id(*url) == after.0));
        let entries = urls
            .into_iter()
            .skip(read.map_or(0, |last| last + 1))
            .filter(|(_, url)| url.job == job)
            .filter(|(_, url)| state.is_none_or(|state| state == url.entry.state))
            .take(limit)
            .map(|(at, url)| url.listed(at, &self.hosts[index(url.host.0)].name));
        Ok(entries.collect())
    }

    /// Nothing is derived from anything else, so there is nothing to check.
    fn check(&mut self) -> Result<Vec<CheckFinding>, Error> {
        Ok(Vec::new())
    }
}
