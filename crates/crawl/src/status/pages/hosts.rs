//! Hosts.

use std::time::Duration;

use askama::Template;
use jiff::Timestamp;

use super::words::grouped;
use super::{Head, render};
use crate::frontier::HostView;
use crate::status::records::cut;
use crate::status::times::Moment;
use copydesk_core::settings::Span;

/// Hosts on the page; the API has more.
const SHOWN: usize = 200;

/// Seconds until the page is asked for again.
const REFRESH: u32 = 30;

#[derive(Template)]
#[template(path = "status/hosts.html")]
struct Page {
    head: Head,
    left_alone: String,
    rows: Vec<Row>,
    more: usize,
}

/// A host.
struct Row {
    host: String,
    delay: Option<String>,
    next: Option<Moment>,
    left_alone_until: Option<Moment>,
    reason: String,
    owner: Option<(String, Moment)>,
}

pub(in crate::status) fn hosts(hosts: &[HostView], now: Timestamp) -> String {
    let is_left_alone = |host: &&HostView| host.back_off_until.is_some_and(|until| until > now);
    let rows: Vec<Row> = hosts.iter().take(SHOWN).map(|host| row(host, now)).collect();
    let page = Page {
        head: Head::new("Hosts", Some(REFRESH), now),
        left_alone: grouped(hosts.iter().filter(is_left_alone).count() as u64),
        more: hosts.len() - rows.len(),
        rows,
    };
    render(&page)
}

fn row(host: &HostView, now: Timestamp) -> Row {
    let later = |time: Option<Timestamp>| Moment::maybe(time.filter(|time| *time > now), now);
    let left_alone_until = later(host.back_off_until);
    let reason = host.back_off_reason.as_deref().filter(|_| left_alone_until.is_some());
    let leased = host.leased.as_ref().filter(|(_, until)| *until > now);
    Row {
        host: cut(&host.host, 300),
        delay: host.delay_millis.map(|millis| Span(Duration::from_millis(millis)).to_string()),
        next: later(host.next_at),
        reason: cut(reason.unwrap_or_default(), 300),
        left_alone_until,
        owner: leased.map(|(owner, until)| (cut(owner, 100), Moment::new(*until, now))),
    }
}
