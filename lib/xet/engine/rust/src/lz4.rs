//! LZ4 frames: writing them as hf_xet does, reading every legal one.
//!
//! The block compressor is written out here, since `lz4_flex` hashes four bytes instead of five on a
//! 32-bit target: its output would differ from what hf_xet writes on 64-bit machines. Decoding blocks
//! is left to `lz4_flex` (its checked, safe variant).

use twox_hash::XxHash32;

const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
/// Header (7), size of the one block (4) and end mark (4).
const OVERHEAD: usize = 15;
/// The last match starts at least this far before the end (LZ4 block format, end of block rules).
const MATCH_FIND_LIMIT: usize = 12;
/// A match ends at least this far before the end; `lz4_flex` keeps one byte more than it must.
const END_LITERALS: usize = 6;
const MIN_MATCH: usize = 4;
const MAX_DISTANCE: usize = 65_535;
const TABLE: usize = 4096;
const UNCOMPRESSED: u32 = 0x8000_0000;

/// Writes `input` as a frame and returns its length, or `None` where it would be longer than
/// `output`. Independent blocks, no checksums, no content size, one block.
pub fn write_frame(input: &[u8], output: &mut [u8]) -> Option<usize> {
    // Block size 64 KiB or 256 KiB, and the header's checksum that goes with it.
    let (descriptor, checksum) = if input.len() <= 65_536 { (0x40, 0x82) } else { (0x50, 0xfb) };
    let end = if input.is_empty() { 7 } else { 11 };
    if output.len() < end + 4 {
        return None;
    }
    output[..4].copy_from_slice(&MAGIC);
    output[4..7].copy_from_slice(&[0x60, descriptor, checksum]);
    let mut length = 7;
    if !input.is_empty() {
        let room = (output.len() - OVERHEAD).min(input.len() - 1);
        let body = &mut output[11..];
        let (mark, size) = match compress_block(input, &mut body[..room]) {
            Some(size) => (size as u32, size),
            None if output.len() >= input.len() + OVERHEAD => {
                output[11..11 + input.len()].copy_from_slice(input);
                (UNCOMPRESSED | input.len() as u32, input.len())
            }
            None => return None,
        };
        output[7..11].copy_from_slice(&mark.to_le_bytes());
        length = 11 + size;
    }
    output[length..length + 4].fill(0);
    Some(length + 4)
}

#[inline(always)]
fn read32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[inline(always)]
fn read64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// Table slot of the five bytes at `at`.
#[inline(always)]
fn slot(input: &[u8], at: usize) -> usize {
    let hash = (read64(input, at) << 24).wrapping_mul(889_523_592_379) >> 48;
    (hash >> 4) as usize & (TABLE - 1)
}

/// Greedy LZ4 with a table of 4096 positions, the steps of `lz4_flex`'s 64-bit build. `None` when
/// `output` is too small.
fn compress_block(input: &[u8], output: &mut [u8]) -> Option<usize> {
    let mut writer = Sequences { output, at: 0 };
    if input.len() <= MATCH_FIND_LIMIT {
        writer.last(input)?;
        return Some(writer.at);
    }
    let last_start = input.len() - MATCH_FIND_LIMIT;
    let mut table = [0u32; TABLE];
    let mut literals = 0;
    let mut at = 1;
    loop {
        let mut tries = 1 << 5;
        let mut next = at;
        let mut candidate;
        loop {
            at = next;
            next += tries >> 5;
            tries += 1;
            if at > last_start {
                writer.last(&input[literals..])?;
                return Some(writer.at);
            }
            let slot = slot(input, at);
            candidate = table[slot] as usize;
            table[slot] = at as u32;
            if at - candidate <= MAX_DISTANCE && read32(input, candidate) == read32(input, at) {
                break;
            }
        }
        while candidate > 0 && at > literals && input[at - 1] == input[candidate - 1] {
            at -= 1;
            candidate -= 1;
        }
        let distance = at - candidate;
        let matched = same_bytes(input, candidate + MIN_MATCH, at + MIN_MATCH);
        writer.sequence(&input[literals..at], distance, matched)?;
        at += MIN_MATCH + matched;
        literals = at;
        table[slot(input, at - 2)] = (at - 2) as u32;
    }
}

/// How many bytes at `b` equal those at `a`, not counting the literals that must stay at the end.
#[inline(always)]
fn same_bytes(input: &[u8], a: usize, b: usize) -> usize {
    let end = input.len() - END_LITERALS;
    let mut length = 0;
    while b + length + 8 <= end {
        let difference = read64(input, a + length) ^ read64(input, b + length);
        if difference != 0 {
            return length + (difference.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    while b + length < end && input[a + length] == input[b + length] {
        length += 1;
    }
    length
}

/// Writer of LZ4 sequences that stops at the end of its buffer.
struct Sequences<'a> {
    output: &'a mut [u8],
    at: usize,
}

impl Sequences<'_> {
    #[inline(always)]
    fn sequence(&mut self, literals: &[u8], distance: usize, matched: usize) -> Option<()> {
        let size = 3 + extension(literals.len()) + literals.len() + extension(matched);
        if self.at + size > self.output.len() {
            return None;
        }
        let token = self.at;
        self.output[token] = (literals.len().min(15) << 4 | matched.min(15)) as u8;
        self.at += 1;
        self.extend_length(literals.len());
        self.copy(literals);
        self.output[self.at..self.at + 2].copy_from_slice(&(distance as u16).to_le_bytes());
        self.at += 2;
        self.extend_length(matched);
        Some(())
    }

    fn last(&mut self, literals: &[u8]) -> Option<()> {
        if self.at + 1 + extension(literals.len()) + literals.len() > self.output.len() {
            return None;
        }
        self.output[self.at] = (literals.len().min(15) << 4) as u8;
        self.at += 1;
        self.extend_length(literals.len());
        self.copy(literals);
        Some(())
    }

    #[inline(always)]
    fn extend_length(&mut self, length: usize) {
        if length >= 15 {
            let mut rest = length - 15;
            while rest >= 255 {
                self.output[self.at] = 255;
                self.at += 1;
                rest -= 255;
            }
            self.output[self.at] = rest as u8;
            self.at += 1;
        }
    }

    #[inline(always)]
    fn copy(&mut self, bytes: &[u8]) {
        self.output[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }
}

/// Bytes that a length takes beyond its four bits of the token.
#[inline(always)]
fn extension(length: usize) -> usize {
    if length >= 15 { (length - 15) / 255 + 1 } else { 0 }
}

/// Reads exactly one frame that fills `frame` and decodes to at most `output`; the decoded length,
/// or `None` for anything else. Never writes past `output`, so a bomb costs no more than its room.
pub fn read_frame(frame: &[u8], output: &mut [u8]) -> Option<usize> {
    let mut input = Input { bytes: frame, at: 0 };
    if input.take(4)? != MAGIC {
        return None;
    }
    let flags = Flags::read(&mut input)?;
    let mut length = 0;
    loop {
        let mark = input.word()?;
        if mark == 0 {
            break;
        }
        let block = input.take((mark & !UNCOMPRESSED) as usize)?;
        if block.len() > flags.block_size {
            return None;
        }
        if flags.block_checksums && input.word()? != XxHash32::oneshot(0, block) {
            return None;
        }
        let (before, room) = output.split_at_mut(length);
        let limit = room.len().min(flags.block_size);
        let room = &mut room[..limit];
        length += if mark & UNCOMPRESSED != 0 {
            room.get_mut(..block.len())?.copy_from_slice(block);
            block.len()
        } else if flags.linked && !before.is_empty() {
            let window = &before[before.len().saturating_sub(MAX_DISTANCE)..];
            lz4_flex::block::decompress_into_with_dict(block, room, window).ok()?
        } else {
            lz4_flex::block::decompress_into(block, room).ok()?
        };
    }
    if flags.content_size.is_some_and(|size| size != length as u64) {
        return None;
    }
    if flags.content_checksum && input.word()? != XxHash32::oneshot(0, &output[..length]) {
        return None;
    }
    (input.at == frame.len()).then_some(length)
}

/// The frame descriptor (LZ4 frame format 1.6.x).
struct Flags {
    linked: bool,
    block_checksums: bool,
    content_checksum: bool,
    content_size: Option<u64>,
    block_size: usize,
}

impl Flags {
    fn read(input: &mut Input) -> Option<Self> {
        let start = input.at;
        let flags = input.take(1)?[0];
        let block = input.take(1)?[0];
        let size = (block >> 4) & 7;
        // Version 01, reserved bits zero, a known block size; a dictionary nobody can know.
        if flags >> 6 != 1 || flags & 0b11 != 0 || block & 0x8f != 0 || size < 4 {
            return None;
        }
        let content_size = match flags & 0x08 {
            0 => None,
            _ => Some(u64::from_le_bytes(input.take(8)?.try_into().ok()?)),
        };
        let sum = XxHash32::oneshot(0, &input.bytes[start..input.at]);
        if input.take(1)?[0] != (sum >> 8) as u8 {
            return None;
        }
        Some(Self {
            linked: flags & 0x20 == 0,
            block_checksums: flags & 0x10 != 0,
            content_checksum: flags & 0x04 != 0,
            content_size,
            block_size: 1 << (8 + 2 * size as usize),
        })
    }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}
