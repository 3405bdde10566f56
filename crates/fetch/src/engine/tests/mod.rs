//! Many fetches from a real server on loopback that stands for many hosts.

mod hosts;
mod retries;
mod robots;
mod streams;

use std::time::Duration;

use crate::testing::site::TestSite;
use crate::{FetchRequest, FetchResult, FetchSettings, Fetcher};
use futures_util::StreamExt;

/// The hosts that the server stands for.
const HOSTS: [&str; 4] = ["a.test", "b.test", "c.test", "d.test"];

/// Settings without waits, for the hosts of a server.
fn settings(site: &TestSite) -> FetchSettings {
    FetchSettings {
        resolve: site.resolve(HOSTS),
        robots: false,
        host_delay: Duration::ZERO,
        retry_delay: Duration::ZERO,
        ..FetchSettings::default()
    }
}

/// Fetches all of them; the results in the order of the requests.
async fn fetch_all(
    settings: FetchSettings,
    urls: impl IntoIterator<Item = String>,
) -> Vec<FetchResult> {
    let requests: Vec<_> = urls.into_iter().map(FetchRequest::new).collect();
    let mut fetched: Vec<_> = Fetcher::new(settings).unwrap().fetch_all(requests).collect().await;
    fetched.sort_by_key(|fetched| fetched.index);
    fetched
}

/// What came of a fetch: its status, or the name of its error.
fn outcome(fetched: &FetchResult) -> String {
    match &fetched.result {
        Ok(response) => response.status().to_string(),
        Err(error) => error.kind().name().to_owned(),
    }
}

fn outcomes(fetched: &[FetchResult]) -> Vec<String> {
    fetched.iter().map(outcome).collect()
}
