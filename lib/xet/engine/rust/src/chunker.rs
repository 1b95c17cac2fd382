//! Content-defined chunking: where a chunk ends.
//!
//! A gear hash rolls over the bytes and a chunk ends where its top 16 bits are zero, but never
//! before `MIN` bytes (a match there is passed over and the hash keeps rolling) and at `MAX` bytes
//! at the latest.

use crate::gear_table::GEAR;

pub const MIN: usize = 8192;
pub const MAX: usize = 131_072;
/// The 64-bit hash forgets a byte after 64 shifts, so nothing before this position can matter.
const SKIP: usize = MIN - 64 - 1;

/// State of the open chunk.
pub struct Chunker {
    hash: u64,
    /// Bytes of the open chunk that were looked at.
    seen: usize,
}

impl Chunker {
    pub const fn new() -> Self {
        Self { hash: 0, seen: 0 }
    }

    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Looks at `chunk`, the open chunk with all input so far, and returns its length if it ends
    /// in there. What was looked at by an earlier call is not looked at again.
    pub fn cut(&mut self, chunk: &[u8]) -> Option<usize> {
        let limit = chunk.len().min(MAX);
        let mut at = self.seen;
        let mut hash = self.hash;
        if at < MIN - 1 {
            let end = limit.min(MIN - 1);
            at = at.max(SKIP);
            if at < end {
                for &byte in &chunk[at..end] {
                    hash = (hash << 1).wrapping_add(GEAR[byte as usize]);
                }
            }
            at = end;
        }
        if at < limit {
            match find(&chunk[at..limit], &mut hash) {
                Some(length) => {
                    self.reset();
                    return Some(at + length);
                }
                None => at = limit,
            }
        }
        if at == MAX {
            self.reset();
            return Some(MAX);
        }
        self.hash = hash;
        self.seen = at;
        None
    }
}

/// Number of bytes up to and including the first match.
#[inline]
fn find(bytes: &[u8], state: &mut u64) -> Option<usize> {
    let mut hash = *state;
    let mut blocks = bytes.chunks_exact(8);
    let mut base = 0;
    for block in &mut blocks {
        for (i, &byte) in block.iter().enumerate() {
            hash = (hash << 1).wrapping_add(GEAR[byte as usize]);
            if hash >> 48 == 0 {
                return Some(base + i + 1);
            }
        }
        base += 8;
    }
    for (i, &byte) in blocks.remainder().iter().enumerate() {
        hash = (hash << 1).wrapping_add(GEAR[byte as usize]);
        if hash >> 48 == 0 {
            return Some(base + i + 1);
        }
    }
    *state = hash;
    None
}
