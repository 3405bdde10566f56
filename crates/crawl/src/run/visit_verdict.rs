//! The result of a visit, before it is committed.

use copydesk_clean::{ChangeKind, PageChange};
use jiff::Timestamp;
use serde::Serialize;

use super::discovery::DiscoveredUrls;
use crate::frontier::{NewDelivery, UrlKind, UrlState, VisitError, VisitOutcome, VisitTask};

/// What was decided about a visit. The rest of the commit comes from the visit itself.
pub(super) struct VisitVerdict {
    pub(super) outcome: VisitOutcome,
    /// The outcome by which the next visit is planned, if it is another one.
    pub(super) planned_as: Option<VisitOutcome>,
    pub(super) state: UrlState,
    /// What the URL turned out to be, if that is known now.
    pub(super) kind: Option<UrlKind>,
    pub(super) fingerprint: Option<u64>,
    /// The text that later versions are compared with, if one is delivered.
    pub(super) text: Option<String>,
    pub(super) error: Option<VisitError>,
    pub(super) delivery: Option<NewDelivery>,
    pub(super) found: DiscoveredUrls,
}

impl VisitVerdict {
    pub(super) fn new(outcome: VisitOutcome) -> Self {
        Self {
            outcome,
            planned_as: None,
            state: UrlState::Active,
            kind: None,
            fingerprint: None,
            text: None,
            error: None,
            delivery: None,
            found: DiscoveredUrls::default(),
        }
    }

    pub(super) fn failed(outcome: VisitOutcome, error: VisitError) -> Self {
        Self { error: Some(error), ..Self::new(outcome) }
    }
}

/// What a record reports about the change of its page.
pub(super) fn page_change(
    visit: &VisitTask,
    kind: ChangeKind,
    share: f32,
    added: Vec<String>,
    removed: Vec<String>,
) -> PageChange {
    // Whole seconds: the fractions are noise for a reader.
    let in_seconds = |at: Timestamp| {
        Timestamp::from_second(at.as_second()).map_or_else(|_| at.to_string(), |at| at.to_string())
    };
    PageChange {
        kind,
        share,
        added,
        removed,
        first_seen: in_seconds(visit.first_seen),
        last_change: visit.last_change.map(in_seconds),
    }
}

/// Puts a record into the form in which the outbox stores it.
///
/// # Errors
/// If the record cannot be written as JSON, which would be a bug. The visit then fails with the error that is
/// returned, so that the page stays due. An empty record must never enter the outbox: every output would
/// receive it, and the page would count as delivered.
pub(super) fn new_delivery(
    change: ChangeKind,
    record: &impl Serialize,
) -> Result<NewDelivery, VisitError> {
    match serde_json::to_vec(record) {
        Ok(record) => Ok(NewDelivery { change, record }),
        Err(error) => Err(VisitError {
            kind: "internal".into(),
            message: format!(
                "internal error, please report: the record is not valid JSON: {error}"
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use copydesk_clean::Record;

    use super::*;

    #[test]
    fn a_record_that_cannot_be_serialized_is_an_error_and_no_empty_delivery() {
        // JSON has no keys that are lists.
        let record = HashMap::from([(vec![1], "text")]);
        let error = new_delivery(ChangeKind::New, &record).unwrap_err();
        assert_eq!(error.kind, "internal");
        assert!(error.message.starts_with("internal error, please report: "), "{}", error.message);
    }

    #[test]
    fn a_delivery_is_the_record_as_json() {
        let record = Record { source: "https://news.example/".into(), ..Record::default() };
        let delivery = new_delivery(ChangeKind::New, &record).unwrap();
        let stored: Record = serde_json::from_slice(&delivery.record).unwrap();
        assert_eq!(stored.source, record.source);
    }
}
