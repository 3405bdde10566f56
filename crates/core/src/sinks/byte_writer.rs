//! Writes pages that are bytes: one after another, compressed or not.

use std::io::{self, Write};
use std::mem;

use super::members::compress;
use super::state::CutPoint;
use super::{Destination, Format, RenderedBody, RenderedPage, WarcCompression};

/// A stream or file of pages, with what stands before and after them.
///
/// Compressed content is cut into members at the first end of a page after so many bytes: where the
/// content says, never where somebody flushed or committed.
pub(super) struct ByteWriter<W> {
    out: W,
    format: Format,
    compression: WarcCompression,
    member_bytes: usize,
    is_watched: bool,
    /// The content of the member under way.
    member: Vec<u8>,
    /// What was taken, written or not.
    accepted: CutPoint,
    /// The last point at which all that was taken is written.
    cut: CutPoint,
}

impl<W: Write> ByteWriter<W> {
    pub(super) fn new(out: W, destination: &Destination) -> Self {
        let Destination { format, compression, is_watched, .. } = *destination;
        Self {
            out,
            format,
            compression,
            member_bytes: usize::try_from(destination.member_bytes).unwrap_or(usize::MAX),
            is_watched,
            member: Vec::new(),
            accepted: CutPoint::default(),
            cut: CutPoint::default(),
        }
    }

    /// Goes on from `cut`, which `to` is at.
    pub(super) fn resumed(self, cut: CutPoint) -> Self {
        Self { accepted: cut, cut, ..self }
    }

    pub(super) fn write_page(&mut self, page: &RenderedPage) -> io::Result<()> {
        let RenderedBody::Bytes(bytes) = &page.body else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a row is no text"));
        };
        if self.accepted.separate.is_none() {
            self.accepted.separate = Some(page.separate);
            self.put(&self.format.prologue(page.separate, self.is_watched))?;
        }
        self.put(bytes)?;
        self.accepted.rows += 1;
        if self.compression == WarcCompression::None {
            self.cut = self.accepted;
        } else if self.member.len() >= self.member_bytes {
            self.end_member()?;
            self.cut = self.accepted;
        }
        Ok(())
    }

    fn put(&mut self, content: &[u8]) -> io::Result<()> {
        self.accepted.content += content.len() as u64;
        if self.compression == WarcCompression::None {
            self.accepted.stored += content.len() as u64;
            return self.out.write_all(content);
        }
        self.member.extend_from_slice(content);
        Ok(())
    }

    fn end_member(&mut self) -> io::Result<()> {
        let compressed = compress(&mem::take(&mut self.member), self.compression)?;
        self.accepted.stored += compressed.len() as u64;
        self.out.write_all(&compressed)
    }

    /// Writes everything that was taken, so that the output can be cut here: where somebody asks, and not
    /// the content says.
    pub(super) fn end_part(&mut self) -> io::Result<()> {
        if !self.member.is_empty() {
            self.end_member()?;
        }
        self.cut = self.accepted;
        self.out.flush()
    }

    /// What was taken so far.
    pub(super) fn accepted(&self) -> &CutPoint {
        &self.accepted
    }

    /// The last point at which the output can be cut.
    pub(super) fn cut(&self) -> CutPoint {
        self.cut
    }

    pub(super) fn output_ref(&self) -> &W {
        &self.out
    }

    pub(super) fn output(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes what is left, and hands the output back. A table of no pages still has its columns, and
    /// a compressed file of nothing is one that can be read.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if self.accepted.separate.is_none() {
            self.put(&self.format.prologue(true, self.is_watched))?;
        }
        self.put(&self.format.epilogue(self.accepted.separate.unwrap_or(true)))?;
        let is_owing = !self.member.is_empty() || self.accepted.stored == 0;
        if self.compression != WarcCompression::None && is_owing {
            self.end_member()?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
