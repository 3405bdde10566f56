//! What went wrong with a page: the `error` of a record, and the names of its kinds.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a record's outcome is [`RecordOutcome::Error`](crate::RecordOutcome::Error), or a warning if
/// it is not: a limit was reached, and no text was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordError {
    /// What kind of error it is, for programs.
    pub kind: RecordErrorKind,
    /// One sentence for people.
    pub message: String,
    /// The setting, field or position that the error is about. May be empty.
    pub concerns: String,
}

/// The enum, its list and its names from one table, so that none can miss a kind.
macro_rules! record_error_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// The kind of a [`RecordError`]. Names are stable: they are in the records that people store.
        ///
        /// In JSON a kind is its name, a string. `docs/record.md` lists which kinds are worth a retry.
        ///
        /// ```
        /// use copydesk_clean::RecordErrorKind;
        ///
        /// assert_eq!(RecordErrorKind::TooLarge.as_str(), "too_large");
        /// assert_eq!(RecordErrorKind::from_name("too_large"), RecordErrorKind::TooLarge);
        /// assert_eq!(RecordErrorKind::from_name("new_kind").as_str(), "new_kind");
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum RecordErrorKind {
            $($(#[doc = $doc])+ $kind,)+
            /// A kind that this version does not know. Records of other versions and programs keep
            /// the name that they have.
            Other(String),
        }

        impl RecordErrorKind {
            /// Every kind that has a name, in the order of `docs/record.md`.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Its name in records.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$kind => $name,)+
                    Self::Other(name) => name,
                }
            }

            /// The kind with this name; [`RecordErrorKind::Other`] if there is none.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$kind,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

record_error_kinds! {
    /// The input is not text in any encoding.
    Binary = "binary",
    /// A limit was reached: the page was cut there, or a record was too long to read.
    Limit = "limit",
    /// The time for the page ran out, or the connection was lost while its body was read.
    Interrupted = "interrupted",
    /// A file or stream could not be read.
    Read = "read",
    /// Compressed data is damaged, or inflates to more than a limit allows.
    Decompress = "decompress",
    /// No field of a JSON record, or column of a table, holds a page.
    Field = "field",
    /// A JSON record is malformed.
    Json = "json",
    /// A row of a table is malformed.
    Csv = "csv",
    /// A Parquet file is damaged, or uses something that is not supported.
    Parquet = "parquet",
    /// A WARC file is damaged, or uses something that is not supported.
    Warc = "warc",
    /// An archive holds only the beginning of the page.
    Truncated = "truncated",
    /// An internal error: the program panicked on this page.
    Panic = "panic",
    /// The server responded with an error status, such as 404.
    Status = "status",
    /// The site's robots.txt disallows the page.
    Robots = "robots",
    /// The site's robots.txt could not be fetched, so its pages must not be fetched now.
    RobotsUnreachable = "robots_unreachable",
    /// The host is in back-off, so the page was not requested.
    HostParked = "host_parked",
    /// A time limit of the fetch was exceeded.
    Timeout = "timeout",
    /// There was no connection.
    Connect = "connect",
    /// The name of the host could not be resolved just now.
    Resolve = "resolve",
    /// The name of the host does not exist.
    UnknownHost = "unknown_host",
    /// The TLS handshake failed.
    Tls = "tls",
    /// The server broke the HTTP protocol, or closed the connection without a response.
    Protocol = "protocol",
    /// Too many redirects, a loop, an unusable `Location`, or a redirect from https to http.
    Redirect = "redirect",
    /// This is not a URL.
    Url = "url",
    /// The URL is not an http or https URL.
    Scheme = "scheme",
    /// The address of the host is not public.
    Address = "address",
    /// The response is not HTML, XML or plain text.
    ContentType = "content_type",
    /// The response uses a content encoding that was not requested.
    ContentEncoding = "content_encoding",
    /// The compressed body is damaged, or inflates to more than a limit allows.
    Inflate = "inflate",
    /// The body is larger than the limit.
    TooLarge = "too_large",
    /// The run was stopped before the page's turn.
    Stopped = "stopped",
    /// A fetch setting cannot be used.
    Setting = "setting",
}

impl fmt::Display for RecordErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RecordErrorKind {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from_name(name))
    }
}

impl Serialize for RecordErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RecordErrorKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Old records are read back: a name that is gone or new must not make one unreadable.
        Ok(Self::from_name(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back_from_their_names() {
        for kind in RecordErrorKind::ALL {
            assert_eq!(&RecordErrorKind::from_name(kind.as_str()), kind);
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(&serde_json::from_str::<RecordErrorKind>(&json).unwrap(), kind);
        }
    }

    #[test]
    fn an_unknown_kind_keeps_its_name() {
        let json = r#"{"kind":"feed","message":"it is damaged","concerns":""}"#;
        let error: RecordError = serde_json::from_str(json).unwrap();
        assert_eq!(error.kind, RecordErrorKind::Other("feed".into()));
        assert_eq!(serde_json::to_string(&error).unwrap(), json);
    }
}
