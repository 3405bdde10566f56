//! A WARC file, written as the pages arrive.
//!
//! The records of a page are written together: `request` and `response` of each redirect and of the page, and then a
//! `metadata` record with the outcome. A run that completes the archive skips the pages with such a record.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use copydesk_clean::RecordErrorKind;
use copydesk_fetch::inflate::InflateLimits;
use copydesk_fetch::warc::{
    RevisitProfile, WarcCapture, WarcError, WarcErrorKind, WarcInfo, WarcLimits, WarcMetadata,
    WarcProtocol, WarcReader, WarcRecord, WarcRecordType, WarcRequest, WarcRevisit, WarcTruncation,
    WarcWriter,
};
use copydesk_fetch::{FetchResult, FetchSettings, HeaderMap, HttpExchange, Version};

use super::selection::{AllUrls, UnfetchedUrls, UrlSelection, is_transient};
use super::writer::{DownloadReport, DownloadWriter};
use crate::error::{Error, ErrorKind};
use crate::format::FileCompression;
use crate::sinks::{ExistingOutput, OutputPath};
use crate::sources::url_hash;

/// The outcome of a page that was fetched.
const OK: &str = "ok";

/// Writes an archive.
pub(super) struct WarcOutput {
    to: WarcWriter<BufWriter<File>>,
    name: String,
}

/// Opens an archive, and selects the URLs to fetch: with [`ExistingOutput::Skip`], those that it does not have yet.
pub(super) fn open(
    path: &Path,
    compression: FileCompression,
    existing: ExistingOutput,
    settings: &FetchSettings,
) -> Result<(Box<dyn UrlSelection>, WarcOutput), Error> {
    let name = path.display().to_string();
    let failed = |source| ErrorKind::Write { output: name.clone(), source };
    let (selection, file, length): (Box<dyn UrlSelection>, _, _) =
        if existing == ExistingOutput::Skip && path.exists() {
            let (fetched, length) = fetched_urls(path, compression)?;
            let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
            file.set_len(length).map_err(failed)?;
            (Box::new(UnfetchedUrls { fetched }), file, length)
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            (Box::new(AllUrls), File::create(path).map_err(failed)?, 0)
        };
    let mut to = WarcWriter::appending(BufWriter::new(file), compression, length);
    let contact = settings.contact.as_deref();
    let file_name = path.file_name().map(|name| name.to_string_lossy());
    let info = WarcInfo {
        filename: file_name.as_deref(),
        software: concat!("copydesk/", env!("CARGO_PKG_VERSION")),
        operator: contact,
        robots: Some(if settings.robots { "obey" } else { "ignore" }),
        user_agent: Some(&settings.user_agent),
        from: None,
    };
    // Each run adds a `warcinfo` record, since its settings may differ.
    to.info(&info, SystemTime::now()).and_then(|_| to.flush()).map_err(failed)?;
    Ok((selection, WarcOutput { to, name }))
}

impl WarcOutput {
    fn page(&mut self, fetched: &FetchResult, report: &DownloadReport) -> io::Result<()> {
        let mut metadata = WarcMetadata {
            outcome: Some(report.error.as_ref().map_or(OK, |error| error.kind.as_str())),
            message: report.error.as_ref().map(|error| error.message.as_str()),
            ..WarcMetadata::default()
        };
        let mut date = SystemTime::now();
        let mut last = None;
        if let Ok(response) = &fetched.result {
            for exchange in response.chain.iter().chain([&response.exchange]) {
                last = Some(self.exchange(exchange)?);
            }
            date = response.exchange.started_at;
            metadata.fetch_time = Some(response.exchange.timings.total());
            metadata.ip = response.exchange.remote_address.map(|address| address.ip());
        }
        metadata.concurrent_to = last.as_deref();
        self.to.metadata(&report.source, date, &metadata)?;
        self.to.flush()
    }

    /// Writes a request and its response. Returns the identifier of the response.
    fn exchange(&mut self, exchange: &HttpExchange) -> io::Result<String> {
        let headers = pairs(&exchange.headers);
        let request_headers = pairs(&exchange.request_headers);
        let payload = exchange.payload.as_deref();
        let is_revisit = exchange.status == 304;
        let capture = WarcCapture {
            ip: exchange.remote_address.map(|address| address.ip()),
            protocol: match exchange.version {
                Version::HTTP_10 => WarcProtocol::Http10,
                Version::HTTP_2 => WarcProtocol::Http2,
                Version::HTTP_3 => WarcProtocol::Http3,
                _ => WarcProtocol::Http11,
            },
            request: Some(WarcRequest { method: "GET", headers: &request_headers }),
            status: exchange.status,
            headers: &headers,
            payload: payload.unwrap_or_default(),
            truncated: (payload.is_none() && !is_revisit).then_some(WarcTruncation::Unspecified),
            revisit: is_revisit.then_some(WarcRevisit {
                profile: RevisitProfile::ServerNotModified,
                target_uri: Some(exchange.url.as_str()),
                date: None,
                record_id: None,
            }),
            ..WarcCapture::new(exchange.url.as_str(), exchange.started_at)
        };
        Ok(self.to.capture(&capture)?.response.id)
    }
}

impl DownloadWriter for WarcOutput {
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        _: &OutputPath,
    ) -> Result<(), Error> {
        self.page(fetched, report)
            .map_err(|source| ErrorKind::Write { output: self.name.clone(), source }.into())
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// Hashes of the URLs that an archive has final responses for, and its length without an incomplete record at its end.
fn fetched_urls(path: &Path, compression: FileCompression) -> Result<(HashSet<u64>, u64), Error> {
    let failed = |source| ErrorKind::Read { path: path.into(), source };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    // An earlier run wrote the archive, so a limit would only refuse its own pages.
    let inflate = InflateLimits { max_inflated_bytes: u64::MAX, max_inflate_ratio: u64::MAX };
    let limits = WarcLimits { inflate, ..WarcLimits::default() };
    let reader = WarcReader::new(file, limits)
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    let mut fetched = HashSet::new();
    // The last record counts once it is known to be whole.
    let mut last: Option<LastRecord> = None;
    let mut broken = None;
    for record in reader {
        match record {
            Ok(record) => {
                fetched.extend(last.and_then(|last| last.url_hash));
                last = Some(LastRecord::new(&record));
                broken = None;
            }
            Err(WarcError { kind: WarcErrorKind::Io(source), .. }) => {
                return Err(failed(source).into());
            }
            // Skipped, but not broken.
            Err(WarcError { kind: WarcErrorKind::TooLarge { .. }, .. }) => broken = None,
            Err(error) => broken = broken.or(Some(error.offset)),
        }
    }
    if let Some(last) = last {
        let is_cut = match broken {
            Some(broken) => broken <= last.offset,
            None if compression == FileCompression::None => {
                !ends_with(path, &last.block_end).map_err(failed)?
            }
            None => false,
        };
        if is_cut {
            broken = Some(last.offset);
        } else {
            fetched.extend(last.url_hash);
        }
    }
    Ok((fetched, broken.unwrap_or(length)))
}

/// The last record that was read.
struct LastRecord {
    offset: u64,
    url_hash: Option<u64>,
    /// The last bytes of its block.
    block_end: Vec<u8>,
}

impl LastRecord {
    /// Long enough that a cut in the middle of a block does not end with the same bytes by chance.
    const END_BYTES: usize = 64;

    fn new(record: &WarcRecord) -> Self {
        let start = record.content.len().saturating_sub(Self::END_BYTES);
        let block_end = record.content.get(start..).unwrap_or_default().to_vec();
        Self { offset: record.offset, url_hash: record_url_hash(record), block_end }
    }
}

/// Whether a file ends with the end of a block and the two line ends after it (WARC 1.1, section 4).
fn ends_with(path: &Path, block: &[u8]) -> io::Result<bool> {
    let expected = [block, b"\r\n\r\n"].concat();
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(expected.len() as u64);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::with_capacity(expected.len());
    file.take(expected.len() as u64).read_to_end(&mut end)?;
    Ok(end == expected)
}

/// The hash of the URL whose outcome this record has, if the outcome is final.
fn record_url_hash(record: &WarcRecord) -> Option<u64> {
    if record.record_type != WarcRecordType::Metadata {
        return None;
    }
    let text = String::from_utf8_lossy(&record.content);
    let field = |name| text.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
    let is_kept = match field("outcome:")? {
        OK => true,
        kind => {
            // The message of an error status has no other number.
            let mut words = field("message:").into_iter().flat_map(str::split_whitespace);
            let status = words.find_map(|word| word.trim_end_matches(',').parse().ok());
            !is_transient(&RecordErrorKind::from_name(kind), status)
        }
    };
    is_kept.then_some(url_hash(&record.target_uri()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(compression: FileCompression, ends: &[(&str, &str, &str)]) -> Vec<u8> {
        let mut to = WarcWriter::new(Vec::new(), compression);
        for (url, outcome, message) in ends {
            let capture =
                WarcCapture { status: 200, ..WarcCapture::new(url, SystemTime::UNIX_EPOCH) };
            to.capture(&capture).unwrap();
            let (outcome, message) = (Some(*outcome), Some(*message));
            let metadata = WarcMetadata { outcome, message, ..WarcMetadata::default() };
            to.metadata(url, SystemTime::UNIX_EPOCH, &metadata).unwrap();
        }
        to.into_inner()
    }

    #[test]
    fn an_archive_is_completed_from_its_last_whole_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.warc");
        let [a, b, c, d, picture] =
            ["a", "b", "c", "d", "picture"].map(|at| format!("https://a.example/{at}"));
        for compression in [FileCompression::None, FileCompression::Gzip, FileCompression::Zstd] {
            let whole = archive(
                compression,
                &[
                    (&a, OK, ""),
                    (&b, "status", "the server answered 404"),
                    (&c, "status", "the server answered 503"),
                    (&picture, "content_type", "unsupported content type `image/png`"),
                ],
            );
            let last = archive(compression, &[(&d, OK, "")]);
            let expected = HashSet::from([&a, &b, &picture].map(|url| url_hash(url)));
            fs::write(&path, &whole).unwrap();
            assert_eq!(
                fetched_urls(&path, compression).unwrap(),
                (expected.clone(), whole.len() as u64)
            );
            let mut lengths = HashSet::new();
            for cut in 1..last.len() {
                fs::write(&path, [&whole, &last[..cut]].concat()).unwrap();
                let (fetched, length) = fetched_urls(&path, compression).unwrap();
                assert_eq!(fetched, expected, "{compression:?} {cut}");
                lengths.insert(length - whole.len() as u64);
            }
            // Before the response, before the request (there is none), before the end.
            assert!(lengths.len() <= 2 && lengths.contains(&0), "{compression:?} {lengths:?}");
        }
    }
}
