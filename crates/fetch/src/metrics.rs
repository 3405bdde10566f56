//! What is counted, by the names under which a recorder of the `metrics` crate gets it. Without a
//! recorder nothing is.
//!
//! | name | kind | labels |
//! | --- | --- | --- |
//! | `copydesk_fetch_requests_total` | counter | `outcome`: `2xx` ... `5xx`, or [`crate::ErrorKind::name`] |
//! | `copydesk_fetch_pages_total` | counter | `outcome`, of the whole fetch |
//! | `copydesk_fetch_received_bytes_total` | counter | |
//! | `copydesk_fetch_retries_total` | counter | `reason`: the outcome |
//! | `copydesk_fetch_robots_refusals_total` | counter | |
//! | `copydesk_fetch_phase_seconds` | histogram | `phase`: `resolve`, `connect`, `first_byte`, `body` |
//! | `copydesk_fetch_in_flight` | gauge | requests under way |

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::exchange::ExchangeResponse;
use crate::{Error, ErrorKind, FetchResponse};

/// What a request or a fetch came to, as a label.
pub(crate) fn outcome(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500..600 => "5xx",
        _ => "other",
    }
}

pub(crate) fn request(result: &Result<ExchangeResponse, ErrorKind>) {
    let label = match result {
        Ok(answer) => outcome(answer.exchange.status),
        Err(kind) => kind.name(),
    };
    counter!("copydesk_fetch_requests_total", "outcome" => label).increment(1);
    if let Ok(answer) = result {
        let exchange = &answer.exchange;
        counter!("copydesk_fetch_received_bytes_total").increment(exchange.wire_bytes);
        let timings = exchange.timings;
        let phases = [
            ("resolve", timings.resolve),
            ("connect", timings.connect),
            ("first_byte", Some(timings.first_byte)),
            ("body", Some(timings.body)),
        ];
        for (phase, time) in phases {
            if let Some(time) = time {
                self::phase(phase, time);
            }
        }
    }
}

fn phase(phase: &'static str, time: Duration) {
    histogram!("copydesk_fetch_phase_seconds", "phase" => phase).record(time.as_secs_f64());
}

pub(crate) fn page(result: &Result<FetchResponse, Error>) {
    let label = match result {
        Ok(response) => outcome(response.status()),
        Err(error) => error.kind().name(),
    };
    counter!("copydesk_fetch_pages_total", "outcome" => label).increment(1);
    if label == "robots" {
        counter!("copydesk_fetch_robots_refusals_total").increment(1);
    }
}

pub(crate) fn retry(reason: &'static str) {
    counter!("copydesk_fetch_retries_total", "reason" => reason).increment(1);
}

pub(crate) fn in_flight(requests: usize) {
    gauge!("copydesk_fetch_in_flight").set(requests as f64);
}
