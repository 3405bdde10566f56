//! Reads the body of a response, within all limits, and undoes its codings.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::CONTENT_ENCODING;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::{deadline_after, with_deadline};
use crate::content_type::ContentTypeVerdict;
use crate::error::root_cause;
use crate::inflate::{
    ContentCoding, DecodeError, InflateError, InflateLimits, decode_body, decode_prefix,
};
use crate::robots::MAX_ROBOTS_BYTES;
use crate::sniff::SNIFFED_BYTES;
use crate::{ContentType, ErrorKind, FetchSettings, TimeoutStage, WantedContent};

/// Size from which a body counts as large. Only a limited number of large bodies is in memory at once.
pub(super) const LARGE_BODY_BYTES: usize = 1 << 20;

/// How much of a redirect's body is read, and for how long, to keep the connection.
const MAX_DRAINED_BYTES: usize = 64 << 10;
const MAX_DRAIN_TIME: Duration = Duration::from_secs(2);

/// Compressed bytes that are inflated on the spot; more would keep other fetches waiting.
const MAX_INLINE_INFLATE_BYTES: usize = 64 << 10;

/// Reads one body.
pub(super) struct BodyReader<'a> {
    response: reqwest::Response,
    settings: &'a FetchSettings,
    /// `None` where there may be any number.
    large_bodies: Option<&'a Arc<Semaphore>>,
    deadline: Instant,
    /// Bytes that are too many.
    limit: usize,
    received: BytesMut,
    wire_bytes: u64,
    complete: bool,
    permit: Option<OwnedSemaphorePermit>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct ReceivedBody {
    pub(super) content_type: Option<ContentType>,
    /// The body, inflated.
    pub(super) body: Bytes,
    /// The body as it was received, if it is whole and to be kept.
    pub(super) payload: Option<Bytes>,
    /// Counts among the large bodies as long as it is held.
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

impl<'a> BodyReader<'a> {
    pub(super) fn new(
        response: reqwest::Response,
        settings: &'a FetchSettings,
        large_bodies: Option<&'a Arc<Semaphore>>,
        deadline: Instant,
    ) -> Self {
        Self {
            response,
            settings,
            large_bodies,
            deadline,
            limit: settings.max_body_bytes,
            received: BytesMut::new(),
            wire_bytes: 0,
            complete: false,
            permit: None,
        }
    }

    /// Bytes that have come so far.
    pub(super) fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// Drains an unwanted body if that is quick, so that the connection can be reused. Giving up is not an error.
    pub(super) async fn drain(&mut self) -> ReceivedBody {
        self.limit = MAX_DRAINED_BYTES;
        if self.response.content_length().is_some_and(|length| length > MAX_DRAINED_BYTES as u64) {
            return ReceivedBody::default();
        }
        let drained = timeout(MAX_DRAIN_TIME, self.fill(usize::MAX)).await;
        let coded = self.response.headers().contains_key(CONTENT_ENCODING);
        let kept = matches!(drained, Ok(Ok(()))) && (!coded || self.settings.keep_payload);
        let payload = kept.then(|| self.received.clone().freeze());
        ReceivedBody { payload, ..ReceivedBody::default() }
    }

    /// Reads the body of something wanted.
    ///
    /// # Errors
    /// When it is of a type that is not fetched, a limit is reached, it breaks off, or it cannot be
    /// inflated.
    pub(super) async fn take(
        &mut self,
        declared: Option<ContentType>,
        wanted: WantedContent,
    ) -> Result<ReceivedBody, ErrorKind> {
        if let (ContentTypeVerdict::Refused, Some(declared)) =
            (ContentType::verdict(declared.as_ref(), wanted), &declared)
        {
            return Err(ErrorKind::ContentType { got: declared.media_type.clone() });
        }
        let codings = self.codings()?;
        if wanted == WantedContent::Robots {
            return self.take_robots(declared, codings).await;
        }
        let announced = self.response.content_length().unwrap_or_default();
        let room = usize::try_from(announced).unwrap_or(usize::MAX);
        if room > self.limit {
            let (limit, announced) = (self.limit, Some(announced));
            return Err(ErrorKind::BodyTooLarge { limit, announced });
        }
        // What a server announces is not yet true.
        self.received.reserve(room.min(LARGE_BODY_BYTES));
        self.take_sniffed(declared, wanted, codings).await
    }

    async fn take_sniffed(
        &mut self,
        declared: Option<ContentType>,
        wanted: WantedContent,
        mut codings: Vec<ContentCoding>,
    ) -> Result<ReceivedBody, ErrorKind> {
        let is_gzip_file = |data: &[u8]| {
            wanted == WantedContent::Sitemap
                && ContentCoding::sniff(data) == Some(ContentCoding::Gzip)
        };
        let is_coded = !codings.is_empty();
        let check = |head: &[u8]| {
            let head = head.get(..SNIFFED_BYTES).unwrap_or(head);
            // Compressed once more than the headers say. Browsers do not undo that either.
            if let Some(inner) = ContentCoding::sniff(head).filter(|_| is_coded) {
                let got = format!("{} inside another encoding", inner.name());
                return Err(ErrorKind::ContentEncoding { got });
            }
            ContentType::resolve(declared.as_ref(), head, wanted)
                .map_err(|got| ErrorKind::ContentType { got })
        };
        self.fill(SNIFFED_BYTES).await?;
        let mut head = decode_prefix(&self.received, &codings, SNIFFED_BYTES);
        if is_gzip_file(&head) {
            // It was compressed before all else.
            codings.insert(0, ContentCoding::Gzip);
            head = decode_prefix(&self.received, &codings, SNIFFED_BYTES);
        }
        // Some codings give nothing before they have kilobytes.
        let early = self.complete || head.len() >= SNIFFED_BYTES;
        let mut content_type = if early { check(&head)? } else { None };
        self.fill(usize::MAX).await?;
        let wire = std::mem::take(&mut self.received).freeze();
        let mut body = self.inflate(&wire, codings).await?;
        if !early {
            if is_gzip_file(&body) {
                body = self.inflate(&body, vec![ContentCoding::Gzip]).await?;
            }
            content_type = check(&body)?;
        }
        let payload = (self.settings.keep_payload || is_same(&wire, &body)).then_some(wire);
        Ok(ReceivedBody { content_type, body, payload, permit: self.permit.take() })
    }

    /// Reads a `robots.txt`: of one that is too long, the beginning.
    async fn take_robots(
        &mut self,
        content_type: Option<ContentType>,
        codings: Vec<ContentCoding>,
    ) -> Result<ReceivedBody, ErrorKind> {
        self.limit = usize::MAX;
        self.fill(MAX_ROBOTS_BYTES).await?;
        let wire = std::mem::take(&mut self.received).freeze();
        let limits = self.limits(MAX_ROBOTS_BYTES);
        let (body, whole) = match decode(wire.clone(), codings, limits).await? {
            Ok(body) => (body, self.complete),
            Err(cut) if !self.complete || !cut.error.setting().is_empty() => {
                (cut.bytes.into(), false)
            }
            Err(failed) => return Err(ErrorKind::Inflate { source: failed.error }),
        };
        let whole = whole && body.len() <= MAX_ROBOTS_BYTES;
        let kept = whole && (self.settings.keep_payload || is_same(&wire, &body));
        let body = body.slice(..body.len().min(MAX_ROBOTS_BYTES));
        Ok(ReceivedBody { content_type, body, payload: kept.then_some(wire), permit: None })
    }

    /// Reads on until there are that many bytes, or the body is complete.
    async fn fill(&mut self, least: usize) -> Result<(), ErrorKind> {
        while !self.complete && self.received.len() < least {
            match self.chunk().await? {
                Some(chunk) => self.push(&chunk).await?,
                None => self.complete = true,
            }
        }
        Ok(())
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, ErrorKind> {
        let settings = self.settings;
        let stalled = deadline_after(Instant::now(), settings.stall_timeout);
        let (deadline, stage, limit) = if stalled < self.deadline {
            (stalled, TimeoutStage::Stall, settings.stall_timeout)
        } else {
            (self.deadline, TimeoutStage::Total, settings.total_timeout)
        };
        let chunk = with_deadline(deadline, stage, limit, self.response.chunk()).await?;
        chunk.map_err(|error| {
            let (received, reason) = (self.received.len(), root_cause(&error));
            let source = Box::new(error.without_url());
            ErrorKind::Interrupted { received, reason, source }
        })
    }

    async fn push(&mut self, chunk: &[u8]) -> Result<(), ErrorKind> {
        self.wire_bytes += chunk.len() as u64;
        if chunk.len() > self.limit.saturating_sub(self.received.len()) {
            return Err(ErrorKind::BodyTooLarge { limit: self.limit, announced: None });
        }
        if self.received.len() + chunk.len() > LARGE_BODY_BYTES {
            self.acquire_large_body_permit().await;
        }
        self.received.extend_from_slice(chunk);
        Ok(())
    }

    /// Waits until there may be one large body more. The wait is not the server's, and not counted.
    async fn acquire_large_body_permit(&mut self) {
        if let Some(large_bodies) = self.large_bodies
            && self.permit.is_none()
        {
            let asked = Instant::now();
            // Never closed.
            self.permit = Arc::clone(large_bodies).acquire_owned().await.ok();
            self.deadline += asked.elapsed();
        }
    }

    /// What the body is compressed with.
    fn codings(&self) -> Result<Vec<ContentCoding>, ErrorKind> {
        let values = self.response.headers().get_all(CONTENT_ENCODING).iter();
        let values: Vec<_> = values.map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        ContentCoding::parse_list(&values.join(",")).map_err(|error| match error {
            InflateError::UnknownCoding { coding } => ErrorKind::ContentEncoding { got: coding },
            source => ErrorKind::Inflate { source },
        })
    }

    async fn inflate(
        &mut self,
        wire: &Bytes,
        codings: Vec<ContentCoding>,
    ) -> Result<Bytes, ErrorKind> {
        if codings.is_empty() {
            return Ok(wire.clone());
        }
        let max = self.settings.max_inflated_bytes;
        if self.large_bodies.is_some() && self.permit.is_none() && max > LARGE_BODY_BYTES {
            match self.inflate_to(wire, &codings, LARGE_BODY_BYTES).await {
                // It is a large one: from the start again, when there may be one more.
                Err(ErrorKind::Inflate { source: InflateError::TooLarge { .. } }) => {}
                done => return done,
            }
            self.acquire_large_body_permit().await;
        }
        self.inflate_to(wire, &codings, max).await
    }

    async fn inflate_to(
        &self,
        wire: &Bytes,
        codings: &[ContentCoding],
        max: usize,
    ) -> Result<Bytes, ErrorKind> {
        let work = decode(wire.clone(), codings.to_owned(), self.limits(max));
        let done =
            with_deadline(self.deadline, TimeoutStage::Total, self.settings.total_timeout, work)
                .await??;
        done.map_err(|failed| ErrorKind::Inflate { source: failed.error })
    }

    fn limits(&self, max: usize) -> InflateLimits {
        InflateLimits {
            max_inflated_bytes: max as u64,
            max_inflate_ratio: self.settings.max_inflate_ratio,
        }
    }
}

/// Undoes the codings of a body: at once, or where there are threads for what takes longer.
async fn decode(
    wire: Bytes,
    codings: Vec<ContentCoding>,
    limits: InflateLimits,
) -> Result<Result<Bytes, DecodeError>, ErrorKind> {
    let small = wire.len() <= MAX_INLINE_INFLATE_BYTES
        && limits.max_inflated_bytes <= LARGE_BODY_BYTES as u64;
    let work = move || {
        let inflated = match decode_body(&wire, &codings, limits)?.bytes {
            Cow::Owned(bytes) => Some(bytes),
            Cow::Borrowed(_) => None,
        };
        Ok(inflated.map_or(wire, Bytes::from))
    };
    if small {
        return Ok(work());
    }
    // It fails only when the runtime comes to its end.
    spawn_blocking(work).await.map_err(|_| ErrorKind::Stopped)
}

/// Whether two are the same bytes in memory: nothing was inflated.
fn is_same(wire: &Bytes, body: &Bytes) -> bool {
    wire.as_ptr() == body.as_ptr() && wire.len() == body.len()
}
