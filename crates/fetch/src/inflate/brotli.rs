//! Brotli as a reader.
#![expect(clippy::disallowed_types, reason = "what reads this has the caps")]

use std::io::{self, BufRead, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

type BrotliDecoderState = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

/// Inflates one brotli stream (RFC 7932). Bytes after the stream are not read.
///
/// The decoder's own reader takes large-window streams, whose window may be 1 GiB and is set by the
/// data; this one refuses them, which leaves 16 MiB.
pub(super) struct BrotliReader<R> {
    input: R,
    state: Box<BrotliDecoderState>,
    done: bool,
}

impl<R: BufRead> BrotliReader<R> {
    pub(super) fn new(input: R) -> Self {
        let alloc = StandardAlloc::default;
        Self {
            input,
            state: Box::new(BrotliDecoderState::new_strict(alloc(), alloc(), alloc())),
            done: false,
        }
    }
}

impl<R: BufRead> Read for BrotliReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.done && !buf.is_empty() {
            let input = self.input.fill_buf()?;
            let (mut available_in, mut taken) = (input.len(), 0);
            let (mut available_out, mut given, mut total) = (buf.len(), 0, 0);
            let ended = input.is_empty();
            let result = BrotliDecompressStream(
                &mut available_in,
                &mut taken,
                input,
                &mut available_out,
                &mut given,
                buf,
                &mut total,
                &mut self.state,
            );
            self.input.consume(taken);
            match result {
                BrotliResult::ResultSuccess => self.done = true,
                // What was written before the damage is given out; the state remembers it.
                BrotliResult::ResultFailure if given == 0 => {
                    let reason = format!("{:?}", self.state.error_code);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
                }
                BrotliResult::NeedsMoreInput if ended && given == 0 => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                _ => {}
            }
            if given > 0 {
                return Ok(given);
            }
        }
        Ok(0)
    }
}
