//! Reads the body of a response, within all limits, and undoes its codings.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::CONTENT_ENCODING;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::{after, within};
use crate::content_type::Verdict;
use crate::error::root_cause;
use crate::inflate::{
    Coding, DecodeError, InflateError, InflateLimits, decode_body, decode_prefix,
};
use crate::robots::MAX_ROBOTS_BYTES;
use crate::sniff::SNIFFED_BYTES;
use crate::{ContentType, ErrorKind, Settings, Stage, Wanted};

/// Size from which on a body is a large one, of which there are only so many at once.
pub(super) const LARGE_BODY_BYTES: usize = 1 << 20;

/// How much of a redirect's body is read, and for how long, to keep the connection.
const DRAINED_BYTES: usize = 64 << 10;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Compressed bytes that are inflated on the spot; more would keep other fetches waiting.
const INFLATED_ON_THE_SPOT: usize = 64 << 10;

/// Reads one body.
pub(super) struct Reader<'a> {
    response: reqwest::Response,
    settings: &'a Settings,
    /// `None` where there may be any number.
    large_bodies: Option<&'a Arc<Semaphore>>,
    end: Instant,
    /// Bytes that are too many.
    limit: usize,
    received: BytesMut,
    wire_bytes: u64,
    complete: bool,
    permit: Option<OwnedSemaphorePermit>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) content_type: Option<ContentType>,
    /// The body, inflated.
    pub(super) body: Bytes,
    /// The body as it was received, if it is whole and to be kept.
    pub(super) payload: Option<Bytes>,
    /// Counts among the large bodies as long as it is held.
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        response: reqwest::Response,
        settings: &'a Settings,
        large_bodies: Option<&'a Arc<Semaphore>>,
        end: Instant,
    ) -> Self {
        Self {
            response,
            settings,
            large_bodies,
            end,
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

    /// Reads a body that nobody asked for, if that is quickly done. It is no error if it is not.
    pub(super) async fn drain(&mut self) -> Taken {
        self.limit = DRAINED_BYTES;
        if self.response.content_length().is_some_and(|length| length > DRAINED_BYTES as u64) {
            return Taken::default();
        }
        let drained = timeout(DRAIN_TIME, self.fill(usize::MAX)).await;
        let coded = self.response.headers().contains_key(CONTENT_ENCODING);
        let kept = matches!(drained, Ok(Ok(()))) && (!coded || self.settings.keep_payload);
        let payload = kept.then(|| self.received.clone().freeze());
        Taken { payload, ..Taken::default() }
    }

    /// Reads the body of something wanted.
    ///
    /// # Errors
    /// When it is of a type that is not fetched, a limit is reached, it breaks off, or it cannot be
    /// inflated.
    pub(super) async fn take(
        &mut self,
        declared: Option<ContentType>,
        wanted: Wanted,
    ) -> Result<Taken, ErrorKind> {
        if let (Verdict::Refused, Some(declared)) =
            (ContentType::verdict(declared.as_ref(), wanted), &declared)
        {
            return Err(ErrorKind::ContentType { got: declared.media_type.clone() });
        }
        let codings = self.codings()?;
        if wanted == Wanted::Robots {
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
        wanted: Wanted,
        mut codings: Vec<Coding>,
    ) -> Result<Taken, ErrorKind> {
        let is_gzip_file =
            |data: &[u8]| wanted == Wanted::Sitemap && Coding::sniff(data) == Some(Coding::Gzip);
        let check = |head: &[u8]| {
            let head = head.get(..SNIFFED_BYTES).unwrap_or(head);
            ContentType::check(declared.as_ref(), head, wanted)
                .map_err(|got| ErrorKind::ContentType { got })
        };
        self.fill(SNIFFED_BYTES).await?;
        let mut head = decode_prefix(&self.received, &codings, SNIFFED_BYTES);
        if is_gzip_file(&head) {
            // It was compressed before all else.
            codings.insert(0, Coding::Gzip);
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
                body = self.inflate(&body, vec![Coding::Gzip]).await?;
            }
            content_type = check(&body)?;
        }
        let payload = (self.settings.keep_payload || is_same(&wire, &body)).then_some(wire);
        Ok(Taken { content_type, body, payload, permit: self.permit.take() })
    }

    /// Reads a `robots.txt`: of one that is too long, the beginning.
    async fn take_robots(
        &mut self,
        content_type: Option<ContentType>,
        codings: Vec<Coding>,
    ) -> Result<Taken, ErrorKind> {
        self.limit = usize::MAX;
        self.fill(MAX_ROBOTS_BYTES).await?;
        let wire = std::mem::take(&mut self.received).freeze();
        let limits = self.limits(MAX_ROBOTS_BYTES);
        let (body, whole) = match undo(wire.clone(), codings, limits).await? {
            Ok(body) => (body, self.complete),
            Err(cut) if !self.complete || !cut.error.setting().is_empty() => {
                (cut.bytes.into(), false)
            }
            Err(failed) => return Err(ErrorKind::Inflate { source: failed.error }),
        };
        let whole = whole && body.len() <= MAX_ROBOTS_BYTES;
        let kept = whole && (self.settings.keep_payload || is_same(&wire, &body));
        let body = body.slice(..body.len().min(MAX_ROBOTS_BYTES));
        Ok(Taken { content_type, body, payload: kept.then_some(wire), permit: None })
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
        let stalled = after(Instant::now(), settings.stall_timeout);
        let (deadline, stage, limit) = if stalled < self.end {
            (stalled, Stage::Stall, settings.stall_timeout)
        } else {
            (self.end, Stage::Total, settings.total_timeout)
        };
        let chunk = within(deadline, stage, limit, self.response.chunk()).await?;
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
            self.count_as_large().await;
        }
        self.received.extend_from_slice(chunk);
        Ok(())
    }

    /// Waits until there may be one large body more. The wait is not the server's, and not counted.
    async fn count_as_large(&mut self) {
        if let Some(large_bodies) = self.large_bodies
            && self.permit.is_none()
        {
            let asked = Instant::now();
            // Never closed.
            self.permit = Arc::clone(large_bodies).acquire_owned().await.ok();
            self.end += asked.elapsed();
        }
    }

    /// What the body is compressed with.
    fn codings(&self) -> Result<Vec<Coding>, ErrorKind> {
        let values = self.response.headers().get_all(CONTENT_ENCODING).iter();
        let values: Vec<_> = values.map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        Coding::list(&values.join(",")).map_err(|error| match error {
            InflateError::UnknownCoding { coding } => ErrorKind::ContentEncoding { got: coding },
            source => ErrorKind::Inflate { source },
        })
    }

    async fn inflate(&mut self, wire: &Bytes, codings: Vec<Coding>) -> Result<Bytes, ErrorKind> {
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
            self.count_as_large().await;
        }
        self.inflate_to(wire, &codings, max).await
    }

    async fn inflate_to(
        &self,
        wire: &Bytes,
        codings: &[Coding],
        max: usize,
    ) -> Result<Bytes, ErrorKind> {
        let work = undo(wire.clone(), codings.to_owned(), self.limits(max));
        let done = within(self.end, Stage::Total, self.settings.total_timeout, work).await??;
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
async fn undo(
    wire: Bytes,
    codings: Vec<Coding>,
    limits: InflateLimits,
) -> Result<Result<Bytes, DecodeError>, ErrorKind> {
    let small =
        wire.len() <= INFLATED_ON_THE_SPOT && limits.max_inflated_bytes <= LARGE_BODY_BYTES as u64;
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
