//! The byte work of Xet behind a plain C interface over linear memory.
//!
//! All state lives in fixed buffers, so memory never grows: the caller writes into `input`, calls,
//! and reads `output`, `records` and `results`. An instance is used by one caller at a time. Lengths
//! that do not fit are answered with an error code, never with a trap.

mod byte_group;
mod chunk;
mod chunker;
mod crc;
mod gear_table;
mod lz4;

use chunker::{Chunker, MAX, MIN};
use core::ptr::addr_of_mut;
use crc::Crc;

/// Bytes that one call takes: a block of 1 MiB behind an open chunk.
const INPUT: usize = (1 << 20) + MAX;
/// Chunks of one call: one per `MIN` bytes, and the short last one.
const OUTPUT: usize = INPUT + (INPUT / MIN + 2) * chunk::HEADER;
/// Chunk hash, length, encoded length.
const RECORD: usize = 40;
const MAX_RECORDS: usize = 1024;

/// Added to places in `output` to tell them from places in `input`.
const IN_OUTPUT: usize = 1 << 31;

const BAD_CALL: i32 = -1;
const BAD_HEADER: i32 = -2;
const BAD_PAYLOAD: i32 = -3;

struct State {
    input: [u8; INPUT],
    output: [u8; OUTPUT],
    records: [u8; MAX_RECORDS * RECORD],
    results: [u32; 4],
    key: [u8; 32],
    scratch: [u8; MAX],
    chunker: Chunker,
    /// Bytes of the open chunk.
    pending: usize,
    /// Where in `input` the open chunk begins.
    open: usize,
    crc32c: Crc,
    crc64nvme: Crc,
}

static mut STATE: State = State {
    input: [0; INPUT],
    output: [0; OUTPUT],
    records: [0; MAX_RECORDS * RECORD],
    results: [0; 4],
    key: [0; 32],
    scratch: [0; MAX],
    chunker: Chunker::new(),
    pending: 0,
    open: 0,
    crc32c: Crc::new(),
    crc64nvme: Crc::new(),
};

/// Apart from the rest, which is all zero and so takes no room in the module file.
static mut HASHER: Option<blake3::Hasher> = None;

fn hasher() -> &'static mut Option<blake3::Hasher> {
    // SAFETY: as for `state`.
    unsafe { &mut *addr_of_mut!(HASHER) }
}

fn state() -> &'static mut State {
    // SAFETY: the module has one thread, and no exported function calls another one, so there is
    // never a second reference.
    unsafe { &mut *addr_of_mut!(STATE) }
}

#[unsafe(no_mangle)]
pub extern "C" fn input() -> *const u8 {
    state().input.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn input_size() -> usize {
    INPUT
}

#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    state().output.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn output_size() -> usize {
    OUTPUT
}

#[unsafe(no_mangle)]
pub extern "C" fn records() -> *const u8 {
    state().records.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn max_records() -> usize {
    MAX_RECORDS
}

#[unsafe(no_mangle)]
pub extern "C" fn results() -> *const u32 {
    state().results.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn key() -> *const u8 {
    state().key.as_ptr()
}

/// Starts a keyed BLAKE3 with the key in `key`.
#[unsafe(no_mangle)]
pub extern "C" fn blake3_start() {
    *hasher() = Some(blake3::Hasher::new_keyed(&state().key));
}

/// Hashes the first `length` bytes of `input`.
#[unsafe(no_mangle)]
pub extern "C" fn blake3_update(length: usize) -> i32 {
    match (state().input.get(..length), hasher()) {
        (Some(bytes), Some(hasher)) => {
            hasher.update(bytes);
            0
        }
        _ => BAD_CALL,
    }
}

/// Writes the hash to the start of `output`.
#[unsafe(no_mangle)]
pub extern "C" fn blake3_finish() -> i32 {
    match hasher().take() {
        Some(hasher) => {
            state().output[..32].copy_from_slice(hasher.finalize().as_bytes());
            0
        }
        None => BAD_CALL,
    }
}

/// Keyed BLAKE3 of the first `length` bytes of `input` in one call; the hash goes to `output`.
#[unsafe(no_mangle)]
pub extern "C" fn blake3_keyed(length: usize) -> i32 {
    let State { input, output, key, .. } = state();
    let Some(bytes) = input.get(..length) else {
        return BAD_CALL;
    };
    output[..32].copy_from_slice(blake3::keyed_hash(key, bytes).as_bytes());
    0
}

/// CRC-32C of the first `length` bytes of `input`, continued from an earlier result (0 at first).
#[unsafe(no_mangle)]
pub extern "C" fn crc32c(before: u32, length: usize) -> u32 {
    let State { input, crc32c, .. } = state();
    let bytes = &input[..length.min(INPUT)];
    !(crc32c.update(0x82f6_3b78, !before as u64, bytes) as u32)
}

/// CRC-64/NVME of the first `length` bytes of `input`, continued from an earlier result (0 at first).
#[unsafe(no_mangle)]
pub extern "C" fn crc64nvme(before: u64, length: usize) -> u64 {
    let State { input, crc64nvme, .. } = state();
    let bytes = &input[..length.min(INPUT)];
    !crc64nvme.update(0x9a6c_9329_ac4b_c9b5, !before, bytes)
}

/// Writes the first `length` bytes of `input` (one chunk) as an LZ4 frame to `output`, byte-grouped
/// first for scheme 2; the frame's length.
#[unsafe(no_mangle)]
pub extern "C" fn compress(length: usize, scheme: u32) -> i32 {
    let State { input, output, scratch, .. } = state();
    if length > MAX {
        return BAD_CALL;
    }
    let bytes = &input[..length];
    let written = match scheme as u8 {
        chunk::SCHEME_LZ4 => lz4::write_frame(bytes, output),
        chunk::SCHEME_GROUPED_LZ4 => {
            byte_group::group(bytes, &mut scratch[..length]);
            lz4::write_frame(&scratch[..length], output)
        }
        _ => None,
    };
    written.map_or(BAD_CALL, |length| length as i32)
}

/// Decodes a payload, the first `payload` bytes of `input`, to exactly `length` bytes of `output`.
#[unsafe(no_mangle)]
pub extern "C" fn decompress(payload: usize, scheme: u32, length: usize) -> i32 {
    let State { input, output, scratch, .. } = state();
    if payload > chunk::MAX_PAYLOAD || length > MAX || scheme > 2 {
        return BAD_HEADER;
    }
    let target = &mut output[..length];
    if chunk::read(&input[..payload], scheme as u8, target, scratch) { 0 } else { BAD_PAYLOAD }
}

/// Forgets the open chunk.
#[unsafe(no_mangle)]
pub extern "C" fn encode_reset() {
    let state = state();
    state.chunker.reset();
    state.pending = 0;
    state.open = 0;
}

/// Moves the open chunk to the start of `input`, over what the last `encode` left there, and returns its
/// length: the caller then writes what follows behind it.
#[unsafe(no_mangle)]
pub extern "C" fn encode_open() -> usize {
    let State { input, pending, open, .. } = state();
    input.copy_within(*open..*open + *pending, 0);
    *open = 0;
    *pending
}

/// Takes `added` bytes that the caller wrote to `input` behind the open chunk; cuts, hashes and
/// compresses with `scheme`. For each chunk it writes a record, and to `output` its header and compressed
/// payload; a chunk that does not shrink (its encoded length is its length and a header) has its payload
/// in `input`, where chunks stand one after the other until `encode_open`. `last` ends the open chunk.
/// Results: bytes of output, bytes of the open chunk. Returns the number of chunks.
#[unsafe(no_mangle)]
pub extern "C" fn encode(added: usize, scheme: u32, last: u32) -> i32 {
    let State { input, output, records, results, scratch, chunker, pending, open, .. } = state();
    let Some(end) = pending.checked_add(added).filter(|&end| *open == 0 && end <= INPUT) else {
        return BAD_CALL;
    };
    let (mut start, mut written, mut count) = (0, 0, 0);
    while start < end {
        let length = match chunker.cut(&input[start..end]) {
            Some(length) => length,
            None if last != 0 => end - start,
            None => break,
        };
        let bytes = &input[start..start + length];
        let encoded = chunk::write(bytes, scheme as u8, &mut output[written..], scratch);
        let record = &mut records[count * RECORD..(count + 1) * RECORD];
        record[..32].copy_from_slice(&chunk::hash(bytes));
        record[32..36].copy_from_slice(&(length as u32).to_le_bytes());
        record[36..].copy_from_slice(&(encoded.length as u32).to_le_bytes());
        start += length;
        written += encoded.written;
        count += 1;
    }
    *open = start;
    *pending = end - start;
    if last != 0 {
        chunker.reset();
    }
    results[0] = written as u32;
    results[1] = *pending as u32;
    count as i32
}

/// Decodes the serialized chunks at the start of the first `length` bytes of `input`: at most `most`,
/// as many as are whole, and as many compressed ones as `output` has room for. Chunks that are stored
/// raw stay where they are in `input`, so that nobody copies them twice. Writes to `records` hash
/// (when asked), length and place of each: from 0 in `input`, from `IN_OUTPUT` in `output`. Results:
/// bytes of input that were decoded. Returns the number of chunks or an error code, with the number
/// of the bad chunk as result.
#[unsafe(no_mangle)]
pub extern "C" fn decode(length: usize, most: usize, hashes: u32) -> i32 {
    let State { input, output, records, results, scratch, .. } = state();
    if length > INPUT {
        return BAD_CALL;
    }
    let bytes = &input[..length];
    let (mut at, mut written, mut count) = (0, 0, 0);
    while count < most.min(MAX_RECORDS) {
        let Some(header) = bytes.get(at..at + chunk::HEADER) else { break };
        if header.starts_with(b"XETBLOB") {
            break;
        }
        results[0] = count as u32;
        let Some(header) = chunk::Header::read(header) else { return BAD_HEADER };
        let start = at + chunk::HEADER;
        let Some(payload) = bytes.get(start..start + header.payload) else { break };
        let (decoded, place) = if header.scheme == chunk::SCHEME_NONE {
            (payload, start)
        } else {
            let Some(target) = output.get_mut(written..written + header.size) else { break };
            if !chunk::read(payload, header.scheme, target, scratch) {
                return BAD_PAYLOAD;
            }
            written += header.size;
            (&*target, IN_OUTPUT + written - header.size)
        };
        let record = &mut records[count * RECORD..(count + 1) * RECORD];
        if hashes != 0 {
            record[..32].copy_from_slice(&chunk::hash(decoded));
        }
        record[32..36].copy_from_slice(&(header.size as u32).to_le_bytes());
        record[36..].copy_from_slice(&(place as u32).to_le_bytes());
        at = start + header.payload;
        count += 1;
    }
    results[0] = at as u32;
    count as i32
}
