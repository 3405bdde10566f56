//! Whether and when to retry.

use std::time::Duration;

use tokio::time::Instant;

use crate::FetchSettings;

/// Whether a status says that the same request may succeed a little later (RFC 9110, section 15;
/// RFC 8470 for 425; RFC 6585 for 429).
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// Whether a status asks for fewer requests.
pub(crate) fn requires_slowdown(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// The wait before the next attempt, after `attempts` of them; `None` if there is none.
///
/// The wait is drawn evenly between zero and a bound that doubles with each attempt ("full jitter":
/// Brooker, "Exponential Backoff And Jitter", 2015), so that those who failed together do not come
/// back together. `Retry-After` is the least that it is. `random` is in [0, 1).
pub(crate) fn wait(
    settings: &FetchSettings,
    attempts: u32,
    began_at: Instant,
    now: Instant,
    retry_after: Option<Duration>,
    random: f64,
) -> Option<Duration> {
    if attempts >= settings.max_attempts {
        return None;
    }
    let doublings = attempts.saturating_sub(1).min(31);
    let bound = settings.retry_delay.saturating_mul(1 << doublings).min(settings.max_retry_delay);
    let wait = bound.mul_f64(random).max(retry_after.unwrap_or_default());
    let spent = now.saturating_duration_since(began_at);
    (spent.saturating_add(wait) <= settings.retry_budget).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn waits(attempts: u32, random: f64) -> Option<Duration> {
        let settings = FetchSettings { max_attempts: 10, ..FetchSettings::default() };
        let now = Instant::now();
        wait(&settings, attempts, now, now, None, random)
    }

    #[test]
    fn the_bound_doubles_up_to_the_longest_wait() {
        assert_eq!(waits(1, 0.5), Some(Duration::from_millis(500)));
        assert_eq!(waits(2, 0.5), Some(seconds(1)));
        assert_eq!(waits(5, 0.5), Some(seconds(8)));
        assert_eq!(waits(9, 0.5), Some(seconds(30)));
        assert_eq!(waits(9, 0.0), Some(Duration::ZERO));
        assert_eq!(waits(10, 0.0), None);
    }

    #[test]
    fn the_wait_is_as_long_as_the_server_asks_and_within_the_budget() {
        let settings = FetchSettings { retry_budget: seconds(100), ..FetchSettings::default() };
        let began = Instant::now();
        let wait = |after: u64, retry_after: Option<u64>| {
            let now = began + seconds(after);
            super::wait(&settings, 1, began, now, retry_after.map(seconds), 0.9)
        };
        assert_eq!(wait(0, Some(0)), Some(Duration::from_millis(900)));
        assert_eq!(wait(0, Some(30)), Some(seconds(30)));
        assert_eq!(wait(70, Some(30)), Some(seconds(30)));
        assert_eq!(wait(71, Some(30)), None);
        assert_eq!(wait(100, None), None);
    }

    #[test]
    fn a_single_attempt_is_the_only_one() {
        let settings = FetchSettings { max_attempts: 1, ..FetchSettings::default() };
        let now = Instant::now();
        assert_eq!(wait(&settings, 1, now, now, None, 0.5), None);
    }

    #[test]
    fn what_is_asked_again() {
        let transient: Vec<u16> = (100..600).filter(|&status| is_transient(status)).collect();
        assert_eq!(transient, [408, 425, 429, 500, 502, 503, 504]);
        let less: Vec<u16> = (100..600).filter(|&status| requires_slowdown(status)).collect();
        assert_eq!(less, [429, 503]);
    }
}
