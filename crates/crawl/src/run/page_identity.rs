//! Decides to which URL a page belongs, if several lead to it.

use url::Url;

use super::commit_buffer::CommitBuffer;
use super::completed_visit::{CompletedVisit, CrawledPage};
use super::delivered_text::DeliveredText;
use super::discovery::{UrlDiscovery, host_key};
use crate::error::Error;
use crate::frontier::{NewUrl, UrlState, VisitTask};

/// The share of words in which two versions of one page may differ: versions for print or phones omit this or
/// that. Two different pages differ in most of their words.
const MAX_SHARE_OF_ONE_PAGE: f64 = 0.3;

/// To which URL a page belongs.
pub(super) enum PageIdentity {
    /// To the URL that was visited.
    Own,
    /// To another URL, which has a visit of its own or will get one.
    KnownAlias,
    /// To another URL on the same host that was not visited yet. This visit can count as its first.
    AliasOf(Box<VisitTask>),
}

/// How a page names its other URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AliasEvidence {
    /// The server redirected to it.
    Redirect,
    /// The page declares it as canonical. Pages lie: some sites name their start page in every page.
    Canonical,
}

/// Decides to which URL a page belongs. A redirect is believed; a canonical URL only if its page is not
/// known, or has about the same text. If needed, the other URL is added to the frontier.
///
/// # Errors
/// If the state cannot be read or written.
pub(super) fn page_identity(
    discovery: &UrlDiscovery,
    visited: &CompletedVisit,
    page: &CrawledPage,
    commits: &mut CommitBuffer,
) -> Result<PageIdentity, Error> {
    let visit = &visited.visit;
    let (other, evidence) = match (&visited.redirected_to, &page.canonical) {
        (Some(to), _) => (to, AliasEvidence::Redirect),
        (None, Some(canonical)) => (canonical, AliasEvidence::Canonical),
        (None, None) => return Ok(PageIdentity::Own),
    };
    if other.as_str() == visit.url {
        return Ok(PageIdentity::Own);
    }
    let Some(entry) = discovery.alias(other, visit.kind, visit.depth) else {
        // A seed may redirect out of scope. The user wants what it leads to.
        return Ok(PageIdentity::Own);
    };
    let own_host = Url::parse(&visit.url).ok().and_then(|url| host_key(&url));
    // The lease of this visit covers its own host only.
    let is_same_host = own_host.as_deref() == Some(entry.host.as_str());
    match find_committed(&entry, commits)? {
        Some((known, _)) if known.last_visit.is_some() => match evidence {
            AliasEvidence::Redirect => Ok(PageIdentity::KnownAlias),
            AliasEvidence::Canonical => visited_canonical(&known, page, commits),
        },
        Some((known, UrlState::Active)) if is_same_host => {
            Ok(PageIdentity::AliasOf(Box::new(known)))
        }
        Some(_) => Ok(match evidence {
            AliasEvidence::Redirect => PageIdentity::KnownAlias,
            AliasEvidence::Canonical => PageIdentity::Own,
        }),
        None if is_same_host => {
            let url = entry.url.clone();
            // The frontier assigns the id of a URL when it is committed.
            commits.add_found([entry]);
            commits.flush()?;
            let known = commits.frontier.find(commits.job, &url)?;
            Ok(known.map_or(PageIdentity::Own, |(known, _)| PageIdentity::AliasOf(Box::new(known))))
        }
        // On another host, the redirect's target gets a visit of its own.
        None if evidence == AliasEvidence::Redirect => {
            commits.add_found([entry]);
            Ok(PageIdentity::KnownAlias)
        }
        None => Ok(PageIdentity::Own),
    }
}

/// The entry of a URL in the state, after everything about it has been committed.
fn find_committed(
    entry: &NewUrl,
    commits: &mut CommitBuffer,
) -> Result<Option<(VisitTask, UrlState)>, Error> {
    match commits.frontier.find(commits.job, &entry.url)? {
        Some((known, _)) if commits.is_pending(known.id) => {
            commits.flush()?;
            commits.frontier.find(commits.job, &entry.url)
        }
        known => Ok(known),
    }
}

/// Whether a page and its canonical URL, which was visited before, have about the same text.
fn visited_canonical(
    known: &VisitTask,
    page: &CrawledPage,
    commits: &mut CommitBuffer,
) -> Result<PageIdentity, Error> {
    let Some(stored) = commits.frontier.delivered_text(known.id)? else {
        return Ok(PageIdentity::Own);
    };
    let text = DeliveredText::from_record(&page.record, &page.doubtful);
    let share = DeliveredText::from_stored(&stored).difference(&text).share;
    let is_same = share <= MAX_SHARE_OF_ONE_PAGE;
    Ok(if is_same { PageIdentity::KnownAlias } else { PageIdentity::Own })
}
