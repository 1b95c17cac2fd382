//! Byte grouping (compression scheme 2): the bytes at positions 0 mod 4, then 1, 2 and 3 mod 4.

/// Regroups `input` into `output`, which has the same length.
pub fn group(input: &[u8], output: &mut [u8]) {
    let (a, b, c, d) = groups(output);
    let mut quads = input.chunks_exact(4);
    for (i, quad) in (&mut quads).enumerate() {
        a[i] = quad[0];
        b[i] = quad[1];
        c[i] = quad[2];
        d[i] = quad[3];
    }
    let full = input.len() / 4;
    for (group, &byte) in [a, b, c].into_iter().zip(quads.remainder()) {
        group[full] = byte;
    }
}

/// The inverse of [`group`].
pub fn ungroup(input: &mut [u8], output: &mut [u8]) {
    let full = input.len() / 4;
    let (a, b, c, d) = groups(input);
    let mut quads = output.chunks_exact_mut(4);
    for (i, quad) in (&mut quads).enumerate() {
        quad[0] = a[i];
        quad[1] = b[i];
        quad[2] = c[i];
        quad[3] = d[i];
    }
    for (byte, group) in quads.into_remainder().iter_mut().zip([a, b, c]) {
        *byte = group[full];
    }
}

type Groups<'a> = (&'a mut [u8], &'a mut [u8], &'a mut [u8], &'a mut [u8]);

/// With n not divisible by 4 the first (n mod 4) groups are one byte longer.
fn groups(bytes: &mut [u8]) -> Groups<'_> {
    let length = bytes.len();
    let (a, rest) = bytes.split_at_mut(length.div_ceil(4));
    let (b, rest) = rest.split_at_mut((length + 2) / 4);
    let (c, d) = rest.split_at_mut((length + 1) / 4);
    (a, b, c, d)
}
