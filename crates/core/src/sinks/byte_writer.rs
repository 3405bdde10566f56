//! Writes formats that are text: one page after another, compressed or not.

use std::io::{self, Write};
use std::mem;

use super::members::compress;
use super::rendered::{RenderedBody, RenderedPage};
use super::state::CutPoint;
use super::{Destination, RowHeader};
use crate::format::{FileCompression, Format};

/// A stream or file of pages, with the format's prologue and epilogue.
///
/// Compressed content is split into members at the first end of a page after `member_bytes`. So the split
/// depends on the content alone, never on the moments of flushes and commits, and an interrupted run gives the
/// same bytes as one without interruptions.
pub(super) struct ByteWriter<W> {
    out: W,
    format: Format,
    compression: FileCompression,
    member_bytes: usize,
    /// Whether the columns of a table are those of the first row.
    adds_columns: bool,
    /// The columns so far, then.
    header: Option<Box<RowHeader>>,
    /// The content of the unfinished member.
    member: Vec<u8>,
    /// The end of what was accepted, written or not.
    accepted: CutPoint,
    /// The last point at which everything accepted is written.
    cut: CutPoint,
}

impl<W: Write> ByteWriter<W> {
    pub(super) fn new(out: W, destination: &Destination) -> Self {
        let Destination { format, compression, adds_columns, .. } = *destination;
        Self {
            out,
            format,
            compression,
            member_bytes: usize::try_from(destination.member_bytes).unwrap_or(usize::MAX),
            adds_columns,
            header: None,
            member: Vec::new(),
            accepted: CutPoint::default(),
            cut: CutPoint::default(),
        }
    }

    /// Continues from `cut`; the output must be positioned there.
    pub(super) fn resumed(self, cut: CutPoint) -> Self {
        Self { accepted: cut, cut, ..self }
    }

    pub(super) fn write_page(&mut self, page: &RenderedPage) -> io::Result<()> {
        let RenderedBody::Bytes(bytes) = &page.body else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a row is not text"));
        };
        if let Some(header) = &page.header
            && **self.header.get_or_insert_with(|| Box::new(header.clone())) != *header
        {
            let message = "the inputs have other columns than those before";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        if self.accepted.separate.is_none() {
            let separate = page.frame.is_separate();
            self.accepted.separate = Some(separate);
            let prologue = match &page.header {
                Some(header) => header.line(self.format),
                None => self.prologue(separate),
            };
            self.put(&prologue)?;
        }
        self.put(bytes)?;
        self.accepted.rows += 1;
        if self.compression == FileCompression::None {
            self.cut = self.accepted;
        } else if self.member.len() >= self.member_bytes {
            self.end_member()?;
            self.cut = self.accepted;
        }
        Ok(())
    }

    /// What comes before the first page. The columns of inputs are known only with a row.
    fn prologue(&self, separate: bool) -> Vec<u8> {
        if self.adds_columns { Vec::new() } else { self.format.prologue(separate) }
    }

    fn put(&mut self, content: &[u8]) -> io::Result<()> {
        self.accepted.content += content.len() as u64;
        if self.compression == FileCompression::None {
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

    /// Ends the member now, so that the output can be cut here. Only for outputs whose bytes may depend on
    /// when they were committed: readers of those want each commit at once.
    pub(super) fn end_part(&mut self) -> io::Result<()> {
        if !self.member.is_empty() {
            self.end_member()?;
        }
        self.cut = self.accepted;
        self.out.flush()
    }

    /// The end of what was accepted so far.
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

    /// Writes the rest and returns the output. A table without pages still gets its header, and an empty
    /// compressed file still gets one member: a file of no bytes is not valid gzip or Zstandard.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if self.accepted.separate.is_none() {
            self.put(&self.prologue(true))?;
        }
        self.put(&self.format.epilogue(self.accepted.separate.unwrap_or(true)))?;
        let needs_member = !self.member.is_empty() || self.accepted.stored == 0;
        if self.compression != FileCompression::None && needs_member {
            self.end_member()?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
