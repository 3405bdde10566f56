//! The records of an archive.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::SystemTime;

use jiff::Timestamp;

use super::error::{WarcError, WarcErrorKind};
use super::http::{self, HttpHead, HttpResponse};
use super::{HeaderFields, digest};
use crate::inflate::InflateLimits;

/// What a record is (section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarcRecordType {
    /// About the records that follow.
    Warcinfo,
    /// What a server answered, with its headers.
    Response,
    /// Content without headers.
    Resource,
    /// What a server was asked.
    Request,
    /// About another record.
    Metadata,
    /// That content was found unchanged.
    Revisit,
    /// Content made from another record's, such as the text of a page.
    Conversion,
    /// Another part of a record that was too long for one file.
    Continuation,
    /// What extensions define; to be passed over by who does not know it.
    Other(String),
}

impl WarcRecordType {
    fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "warcinfo" => Self::Warcinfo,
            "response" => Self::Response,
            "resource" => Self::Resource,
            "request" => Self::Request,
            "metadata" => Self::Metadata,
            "revisit" => Self::Revisit,
            "conversion" => Self::Conversion,
            "continuation" => Self::Continuation,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name as it is written.
    pub fn name(&self) -> &str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Response => "response",
            Self::Resource => "resource",
            Self::Request => "request",
            Self::Metadata => "metadata",
            Self::Revisit => "revisit",
            Self::Conversion => "conversion",
            Self::Continuation => "continuation",
            Self::Other(name) => name,
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WarcRecord {
    /// Where in the archive it begins; if it is compressed, where its member begins.
    pub offset: u64,
    /// The version of the format that it names, such as `1.1`.
    pub version: String,
    /// What it is.
    pub record_type: WarcRecordType,
    /// Its named fields.
    pub fields: HeaderFields,
    /// Its block: a whole HTTP message, or the content of a `resource` or `conversion` record,
    /// whose type is [`Self::content_type`].
    pub content: Vec<u8>,
}

impl WarcRecord {
    pub(super) fn new(
        offset: u64,
        version: String,
        fields: HeaderFields,
        content: Vec<u8>,
    ) -> Self {
        let record_type = WarcRecordType::from_name(&fields.text("WARC-Type").unwrap_or_default());
        Self { offset, version, record_type, fields, content }
    }

    /// The identifier, without angle brackets.
    pub fn id(&self) -> Option<String> {
        self.without_brackets("WARC-Record-ID")
    }

    /// The URL, without the angle brackets that wget puts around it.
    pub fn target_uri(&self) -> Option<String> {
        self.without_brackets("WARC-Target-URI")
    }

    /// When it was made; `None` if the field is missing or no date with a time.
    pub fn date(&self) -> Option<SystemTime> {
        let timestamp: Timestamp = self.fields.text("WARC-Date")?.parse().ok()?;
        Some(timestamp.into())
    }

    /// The address that was contacted.
    pub fn ip(&self) -> Option<IpAddr> {
        self.fields.text("WARC-IP-Address")?.parse().ok()
    }

    /// What [`Self::content`] is, such as `text/plain` or `application/http; msgtype=response`.
    pub fn content_type(&self) -> Option<String> {
        self.fields.text("Content-Type").map(Into::into)
    }

    /// Why the content is not whole, such as `length`; `None` if it is.
    pub fn truncated(&self) -> Option<String> {
        self.fields.text("WARC-Truncated").map(Into::into)
    }

    /// Whether the content is what the record's `WARC-Block-Digest` says; `None` if there is none,
    /// or one of another algorithm than SHA-1.
    pub fn is_intact(&self) -> Option<bool> {
        digest::matches(&self.fields.text("WARC-Block-Digest")?, &self.content)
    }

    /// The head of the HTTP response of a `response` record, or of what a `revisit` record kept of one.
    ///
    /// # Errors
    /// [`WarcErrorKind::NotHttp`].
    pub fn http_head(&self) -> Result<HttpHead, WarcError> {
        self.is_http().and_then(|()| http::head(&self.content)).map_err(|kind| self.failed(kind))
    }

    /// The HTTP response of a `response` record, or what a `revisit` record kept of one, with
    /// chunks and content codings undone.
    ///
    /// # Errors
    /// [`WarcErrorKind::NotHttp`]. A damaged content coding is not an error:
    /// [`HttpResponse::decode_error`] tells.
    pub fn http_response(&self, limits: InflateLimits) -> Result<HttpResponse, WarcError> {
        self.is_http()
            .and_then(|()| http::response(Cow::Borrowed(&self.content), limits))
            .map_err(|kind| self.failed(kind))
    }

    /// As [`Self::http_response`], without a copy of a body that is stored as it is.
    ///
    /// # Errors
    /// [`WarcErrorKind::NotHttp`].
    pub fn into_http_response(mut self, limits: InflateLimits) -> Result<HttpResponse, WarcError> {
        let content = std::mem::take(&mut self.content);
        self.is_http()
            .and_then(|()| http::response(Cow::Owned(content), limits))
            .map_err(|kind| self.failed(kind))
    }

    fn is_http(&self) -> Result<(), WarcErrorKind> {
        if !matches!(self.record_type, WarcRecordType::Response | WarcRecordType::Revisit) {
            return Err(WarcErrorKind::NotHttp { reason: "not a response" });
        }
        let content_type = self.content_type().unwrap_or_default().to_ascii_lowercase();
        if !content_type.is_empty() && !content_type.starts_with("application/http") {
            return Err(WarcErrorKind::NotHttp { reason: "its type is not application/http" });
        }
        Ok(())
    }

    fn failed(&self, kind: WarcErrorKind) -> WarcError {
        WarcError { offset: self.offset, kind }
    }

    fn without_brackets(&self, name: &str) -> Option<String> {
        let value = self.fields.text(name)?;
        let bare = value.strip_prefix('<').and_then(|value| value.strip_suffix('>'));
        Some(bare.unwrap_or(&value).to_owned())
    }
}
