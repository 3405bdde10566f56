//! A buffer over an input that can be looked into ahead.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

const BUFFER_BYTES: usize = 64 << 10;

/// Buffers an input, counts what was consumed, and remembers whether the input itself failed, which
/// a decoder's error does not tell.
pub(super) struct RawInput<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    consumed: u64,
    failed: bool,
}

impl<R: Read> RawInput<R> {
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; BUFFER_BYTES];
        Self { input, buffer, start: 0, end: 0, consumed: 0, failed: false }
    }

    /// Bytes taken out so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Whether reading the input has failed.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// Gives what is buffered: `n` bytes and more, unless the input ends before. `n` is small.
    pub(super) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        while self.end - self.start < n.min(BUFFER_BYTES) {
            if self.end == self.buffer.len() {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => break,
                Ok(read) => self.end += read.min(free.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Goes back to `offset`, or as far as the buffer reaches.
    pub(super) fn rewind_to(&mut self, offset: u64) {
        let back = usize::try_from(self.consumed.saturating_sub(offset)).unwrap_or(usize::MAX);
        let back = back.min(self.start);
        self.start -= back;
        self.consumed -= back as u64;
    }

    /// Leaves out `n` bytes; false if the input ends before.
    pub(super) fn skip(&mut self, mut n: u64) -> io::Result<bool> {
        while n > 0 {
            let buffered = self.fill_buf()?.len();
            if buffered == 0 {
                return Ok(false);
            }
            let step = usize::try_from(n).unwrap_or(usize::MAX).min(buffered);
            self.consume(step);
            n -= step as u64;
        }
        Ok(true)
    }
}

impl<R: Read + Seek> RawInput<R> {
    /// Goes on at `offset` of the input, which is then what was consumed.
    pub(super) fn seek(&mut self, offset: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(offset))?;
        (self.start, self.end) = (0, 0);
        self.consumed = offset;
        Ok(())
    }
}

impl<R: Read> Read for RawInput<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for RawInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        self.peek(1)
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.consumed += n as u64;
    }
}
