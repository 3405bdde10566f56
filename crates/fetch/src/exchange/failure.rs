//! What it means that a request got no response.

use std::error::Error as StdError;
use std::io;

use crate::error::root_cause;
use crate::resolver::{LookupError, NotPublicAddress};
use crate::{ErrorKind, FetchSettings, TimeoutStage};

/// The kind of an error that the client gave in place of a response.
pub(super) fn request_error(error: reqwest::Error, settings: &FetchSettings) -> ErrorKind {
    let error = error.without_url();
    if let Some(&NotPublicAddress(address)) = find(&error) {
        return ErrorKind::Address { address };
    }
    let reason = root_cause(&error);
    match find(&error) {
        Some(LookupError::NoSuchHost(reason)) => {
            return ErrorKind::UnknownHost { reason: reason.clone() };
        }
        Some(LookupError::Failed(_)) => {
            return ErrorKind::Resolve { reason, source: Box::new(error) };
        }
        None => {}
    }
    if error.is_builder() {
        return ErrorKind::Url { reason };
    }
    if !error.is_connect() {
        return ErrorKind::Protocol { reason, source: Box::new(error) };
    }
    if error.is_timeout() {
        return ErrorKind::Timeout {
            stage: TimeoutStage::Connect,
            limit: settings.connect_timeout,
        };
    }
    // Whatever rustls objects to comes as invalid data; that the other side went away does not.
    let invalid = |io: &io::Error| io.kind() == io::ErrorKind::InvalidData;
    if find_where(&error, invalid).is_some() {
        return ErrorKind::Tls { reason, source: Box::new(error) };
    }
    ErrorKind::Connect { reason, source: Box::new(error) }
}

/// The error of this type in a chain of causes.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    find_where(error, |_| true)
}

fn find_where<'a, E: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
    is_it: impl Fn(&E) -> bool,
) -> Option<&'a E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref().filter(|found| is_it(found)) {
            return Some(found);
        }
        // An I/O error gives the source of the error that it wraps, not that error.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as _).or_else(|| error.source());
    }
    None
}
