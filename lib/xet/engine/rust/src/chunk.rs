//! One chunk: its hash, its 8-byte xorb header, its payload.

use crate::byte_group;
use crate::chunker::MAX;
use crate::lz4;

pub const HEADER: usize = 8;
/// Longest payload that readers accept.
pub const MAX_PAYLOAD: usize = 262_144;

pub const SCHEME_NONE: u8 = 0;
pub const SCHEME_LZ4: u8 = 1;
pub const SCHEME_GROUPED_LZ4: u8 = 2;

/// Key of the chunk hash.
const DATA_KEY: [u8; 32] = [
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16,
    155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41,
];

pub fn hash(chunk: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(&DATA_KEY, chunk).as_bytes()
}

/// The header of a serialized chunk that keeps to the format's limits.
pub struct Header {
    pub payload: usize,
    pub scheme: u8,
    pub size: usize,
}

impl Header {
    /// Reads `HEADER` bytes; `None` for a version or scheme that is not known, or lengths that no
    /// chunk can have: LZ4 spends at least a byte on 255.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let &[version, p0, p1, p2, scheme, s0, s1, s2] = bytes else { return None };
        let payload = u32::from_le_bytes([p0, p1, p2, 0]) as usize;
        let size = u32::from_le_bytes([s0, s1, s2, 0]) as usize;
        let fits = match scheme {
            SCHEME_NONE => payload == size,
            _ => scheme <= SCHEME_GROUPED_LZ4 && size <= payload * 255,
        };
        let legal = version == 0 && fits && payload <= MAX_PAYLOAD && size <= MAX;
        legal.then_some(Self { payload, scheme, size })
    }
}

/// A chunk made ready for a xorb.
pub struct Encoded {
    /// Bytes that were written.
    pub written: usize,
    /// Bytes of header and payload.
    pub length: usize,
}

/// Writes header and payload of `chunk`. `output` has room for the chunk and a header. A payload that
/// would not be shorter than the chunk is the chunk itself, and only its header is written.
pub fn write(chunk: &[u8], scheme: u8, output: &mut [u8], scratch: &mut [u8; MAX]) -> Encoded {
    let length = chunk.len();
    let room = HEADER..HEADER + length.saturating_sub(1);
    let compressed = match scheme {
        SCHEME_LZ4 => lz4::write_frame(chunk, &mut output[room]),
        SCHEME_GROUPED_LZ4 => {
            let grouped = &mut scratch[..length];
            byte_group::group(chunk, grouped);
            lz4::write_frame(grouped, &mut output[room])
        }
        _ => None,
    };
    let (scheme, payload, written) = match compressed {
        Some(payload) => (scheme, payload, HEADER + payload),
        None => (SCHEME_NONE, length, HEADER),
    };
    output[0] = 0;
    output[1..4].copy_from_slice(&(payload as u32).to_le_bytes()[..3]);
    output[4] = scheme;
    output[5..8].copy_from_slice(&(length as u32).to_le_bytes()[..3]);
    Encoded { written, length: HEADER + payload }
}

/// Decodes `payload` into all of `output`; false if it is anything but exactly that many bytes.
pub fn read(payload: &[u8], scheme: u8, output: &mut [u8], scratch: &mut [u8; MAX]) -> bool {
    match scheme {
        SCHEME_NONE => {
            if payload.len() != output.len() {
                return false;
            }
            output.copy_from_slice(payload);
            true
        }
        SCHEME_LZ4 => lz4::read_frame(payload, output) == Some(output.len()),
        SCHEME_GROUPED_LZ4 => {
            let Some(grouped) = scratch.get_mut(..output.len()) else {
                return false;
            };
            if lz4::read_frame(payload, grouped) != Some(output.len()) {
                return false;
            }
            byte_group::ungroup(grouped, output);
            true
        }
        _ => false,
    }
}
