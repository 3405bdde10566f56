//! Selects the fields of a record that outputs show.

use copydesk_clean::{ChangeKind, Record, RecordErrorKind};

use crate::frontier::OutboxEntry;
use copydesk_core::settings::{ExtraField, Settings};
use copydesk_core::sinks::{Format, PageFrame, RenderedBody};
use copydesk_core::sources::PassThroughFields;

/// Optional fields that the job asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "fields that are independent of one another")]
pub(super) struct FieldSelection {
    explain: bool,
    markdown: bool,
    html: bool,
    images: bool,
    links: bool,
    front_matter: bool,
}

/// A record of the outbox, with everything that any output may show.
pub(super) struct DecodedRecord {
    record: Record,
    change: ChangeKind,
    markdown: Option<String>,
    html: Option<String>,
}

/// Whether a format has something to show: documents cannot say that a page is gone.
pub(super) fn has_content(format: Format, change: ChangeKind) -> bool {
    format.is_tabular() || change != ChangeKind::Gone
}

impl FieldSelection {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            explain: settings.explain,
            markdown: settings.extra_fields.contains(&ExtraField::Markdown),
            html: settings.extra_fields.contains(&ExtraField::Html),
            images: settings.extra_fields.contains(&ExtraField::Images),
            links: settings.extra_fields.contains(&ExtraField::Links),
            front_matter: settings.front_matter,
        }
    }

    /// Parses a record. One that cannot be parsed is delivered as a failed one: otherwise it would block all
    /// records after it.
    pub(super) fn decode(self, delivery: &OutboxEntry) -> DecodedRecord {
        let mut record: Record = serde_json::from_slice(&delivery.record).unwrap_or_else(|error| {
            let message = format!("the record cannot be read: {error}");
            Record::failed(
                format!("outbox#{}", delivery.sequence),
                RecordErrorKind::Json,
                message,
                "record",
            )
        });
        if !self.explain {
            record.removed.blocks = Vec::new();
            record.blocks = Vec::new();
        }
        if !self.images {
            record.images = Vec::new();
        }
        if !self.links {
            record.links = Vec::new();
        }
        let (markdown, html) = (record.markdown.take(), record.html.take());
        DecodedRecord { record, change: delivery.change, markdown, html }
    }
}

impl DecodedRecord {
    /// The URL of the page.
    pub(super) fn source(&self) -> &str {
        &self.record.source
    }

    pub(super) fn is_gone(&self) -> bool {
        self.change == ChangeKind::Gone
    }

    /// Renders the record in a format; `None` if it has nothing to show. With `shares_file`, a separator sets it
    /// apart from other records.
    pub(super) fn render(
        &mut self,
        selection: FieldSelection,
        format: Format,
        shares_file: bool,
    ) -> Option<RenderedBody> {
        if !has_content(format, self.change) {
            return None;
        }
        let has_markdown = selection.markdown || format == Format::Markdown;
        let has_html = selection.html || format == Format::Html;
        self.record.markdown = self.markdown.clone().filter(|_| has_markdown);
        self.record.html = self.html.clone().filter(|_| has_html);
        let frame = match (shares_file, selection.front_matter) {
            (true, _) => PageFrame::Separate,
            (false, true) => PageFrame::FrontMatter,
            (false, false) => PageFrame::Alone,
        };
        Some(format.render(&self.record, &PassThroughFields::new(), frame))
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::{
        BlockReport, ClutterClass, RemovedBlock, RemovedContent, TextImage, TextLink,
    };
    use jiff::Timestamp;

    use super::*;
    use crate::frontier::RunId;

    fn delivery(record: Vec<u8>) -> OutboxEntry {
        let (run, at, change) = (RunId(1), Timestamp::UNIX_EPOCH, ChangeKind::New);
        OutboxEntry { sequence: 7, run, at, change, record }
    }

    fn record() -> Record {
        let (class, rule) = (ClutterClass::Paywall, String::new());
        let block = RemovedBlock {
            class,
            rule: rule.clone(),
            evidence: Vec::new(),
            score: 0.5,
            class_confidence: 0.5,
            place: String::new(),
            text: "Subscribe now".into(),
        };
        let report = BlockReport {
            text: "Subscribe now".into(),
            kept: false,
            is_title: false,
            class: None,
            score: 0.5,
            rule,
            evidence: Vec::new(),
            place: String::new(),
            lines: None,
        };
        Record {
            source: "https://news.example/a".into(),
            text: "The ferry sailed.".into(),
            markdown: Some("The *ferry* sailed.".into()),
            html: Some("<p>The ferry sailed.</p>".into()),
            images: vec![TextImage {
                url: "https://news.example/quay.jpg".into(),
                ..TextImage::default()
            }],
            links: vec![TextLink { url: "https://news.example/b".into(), text: "more".into() }],
            removed: RemovedContent { counts: [(class, 1)].into(), blocks: vec![block] },
            blocks: vec![report],
            ..Record::default()
        }
    }

    fn line(settings: &Settings) -> serde_json::Value {
        let selection = FieldSelection::new(settings);
        let mut decoded = selection.decode(&delivery(serde_json::to_vec(&record()).unwrap()));
        let Some(RenderedBody::Bytes(line)) = decoded.render(selection, Format::Jsonl, true) else {
            panic!()
        };
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn fields_that_were_not_requested_are_left_out() {
        let plain = line(&Settings::default());
        assert_eq!(plain["removed"], serde_json::json!({"paywall": 1}));
        let optional = ["blocks", "markdown", "html", "images", "links"];
        assert!(optional.iter().all(|name| plain.get(name).is_none()));
        let with = vec![ExtraField::Markdown];
        let extended = line(&Settings { explain: true, extra_fields: with, ..Settings::default() });
        assert_eq!(extended["removed"]["blocks"][0]["text"], "Subscribe now");
        assert_eq!(extended["markdown"], "The *ferry* sailed.");
        assert_eq!(extended["blocks"][0]["kept"], false);
        assert!(["html", "images", "links"].iter().all(|name| extended.get(name).is_none()));
        let with = vec![ExtraField::Images, ExtraField::Links];
        let extended = line(&Settings { extra_fields: with, ..Settings::default() });
        assert_eq!(extended["images"][0]["url"], "https://news.example/quay.jpg");
        assert_eq!(extended["links"][0]["text"], "more");
    }

    #[test]
    fn documents_of_their_own_have_front_matter_if_the_job_asks_for_it() {
        let settings = Settings { front_matter: true, ..Settings::default() };
        let selection = FieldSelection::new(&settings);
        let title = Some("Ferry returns".to_owned());
        let record = serde_json::to_vec(&Record { title, ..record() }).unwrap();
        let mut decoded = selection.decode(&delivery(record));
        let Some(RenderedBody::Bytes(page)) = decoded.render(selection, Format::Markdown, false)
        else {
            panic!()
        };
        assert_eq!(
            String::from_utf8(page).unwrap(),
            "---\ntitle: \"Ferry returns\"\n---\n\nThe *ferry* sailed.\n"
        );
    }

    #[test]
    fn a_record_that_cannot_be_parsed_is_delivered_as_a_failed_one() {
        let selection = FieldSelection::default();
        let mut decoded = selection.decode(&delivery(b"{".to_vec()));
        let Some(RenderedBody::Bytes(line)) = decoded.render(selection, Format::Jsonl, true) else {
            panic!()
        };
        let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(line["source"], "outbox#7");
        assert_eq!(line["error"]["kind"], "json");
    }
}
