//! The page of hosts.

use std::time::Duration;

use askama::Template;
use jiff::Timestamp;

use super::display::group_digits;
use super::{PageHead, render};
use crate::frontier::HostView;
use crate::status::records::truncate_chars;
use crate::status::times::DisplayTime;
use copydesk_core::settings::TimeSpan;

/// Hosts on the page; the API returns more.
const HOSTS_SHOWN: usize = 200;

/// Seconds until the browser reloads the page.
const REFRESH: u32 = 30;

#[derive(Template)]
#[template(path = "status/hosts.html")]
struct HostsPage {
    head: PageHead,
    in_back_off: String,
    rows: Vec<HostsPageRow>,
    more: usize,
}

/// One host in the table.
struct HostsPageRow {
    host: String,
    delay: Option<String>,
    next: Option<DisplayTime>,
    back_off_until: Option<DisplayTime>,
    reason: String,
    owner: Option<(String, DisplayTime)>,
}

pub(in crate::status) fn hosts(hosts: &[HostView], now: Timestamp) -> String {
    let is_in_back_off = |host: &&HostView| host.back_off_until.is_some_and(|until| until > now);
    let rows: Vec<HostsPageRow> =
        hosts.iter().take(HOSTS_SHOWN).map(|host| row(host, now)).collect();
    let page = HostsPage {
        head: PageHead::new("Hosts", Some(REFRESH), now),
        in_back_off: group_digits(hosts.iter().filter(is_in_back_off).count() as u64),
        more: hosts.len() - rows.len(),
        rows,
    };
    render(&page)
}

fn row(host: &HostView, now: Timestamp) -> HostsPageRow {
    let later =
        |time: Option<Timestamp>| DisplayTime::from_option(time.filter(|time| *time > now), now);
    let back_off_until = later(host.back_off_until);
    let reason = host.back_off_reason.as_deref().filter(|_| back_off_until.is_some());
    let leased = host.leased.as_ref().filter(|(_, until)| *until > now);
    HostsPageRow {
        host: truncate_chars(&host.host, 300),
        delay: host.delay_millis.map(|millis| TimeSpan(Duration::from_millis(millis)).to_string()),
        next: later(host.next_at),
        reason: truncate_chars(reason.unwrap_or_default(), 300),
        back_off_until,
        owner: leased
            .map(|(owner, until)| (truncate_chars(owner, 100), DisplayTime::new(*until, now))),
    }
}
