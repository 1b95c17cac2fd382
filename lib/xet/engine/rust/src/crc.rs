//! CRC-32C and CRC-64/NVME, both reflected, by slicing: sixteen bytes a step.

const SLICES: usize = 16;

/// Tables of one reflected CRC whose register is held in 64 bits.
pub struct Crc {
    tables: [[u64; 256]; SLICES],
    ready: bool,
}

impl Crc {
    pub const fn new() -> Self {
        Self { tables: [[0; 256]; SLICES], ready: false }
    }

    /// Updates `register` (already inverted by the caller) with `bytes`.
    pub fn update(&mut self, polynomial: u64, register: u64, bytes: &[u8]) -> u64 {
        if !self.ready {
            self.fill(polynomial);
        }
        let tables = &self.tables;
        let mut crc = register;
        let mut blocks = bytes.chunks_exact(SLICES);
        for block in &mut blocks {
            let low = u64::from_le_bytes(block[..8].try_into().unwrap()) ^ crc;
            let high = u64::from_le_bytes(block[8..].try_into().unwrap());
            let mut next = 0;
            for i in 0..8 {
                next ^= tables[15 - i][(low >> (8 * i)) as usize & 0xff];
                next ^= tables[7 - i][(high >> (8 * i)) as usize & 0xff];
            }
            crc = next;
        }
        for &byte in blocks.remainder() {
            crc = (crc >> 8) ^ tables[0][(crc as usize ^ byte as usize) & 0xff];
        }
        crc
    }

    fn fill(&mut self, polynomial: u64) {
        for byte in 0..256 {
            let mut value = byte as u64;
            for _ in 0..8 {
                value = (value >> 1) ^ (polynomial & 0u64.wrapping_sub(value & 1));
            }
            self.tables[0][byte] = value;
        }
        for slice in 1..SLICES {
            for byte in 0..256 {
                let before = self.tables[slice - 1][byte];
                self.tables[slice][byte] = (before >> 8) ^ self.tables[0][before as usize & 0xff];
            }
        }
        self.ready = true;
    }
}
