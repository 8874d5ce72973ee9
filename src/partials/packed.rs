//! Integers in few bits: the least of them, and for each how far above it lies, in as many bits as the widest needs.
//!
//! In: integers. Out: 9 bytes and the bits, little-endian. Any single one can be read without the others.

pub(super) fn append(bytes: &mut Vec<u8>, values: &[i64]) {
    let (least, greatest) =
        values.iter().fold((i64::MAX, i64::MIN), |(least, greatest), value| (least.min(*value), greatest.max(*value)));
    let least = if values.is_empty() { 0 } else { least };
    // Exact in 64 unsigned bits, whatever the two are.
    let above = |value: i64| value.wrapping_sub(least).cast_unsigned();
    let width = if values.is_empty() { 0 } else { u64::BITS - above(greatest).leading_zeros() };
    bytes.extend_from_slice(&least.to_le_bytes());
    bytes.extend(width.to_le_bytes().first());
    let mut bits = Bits { bytes, word: 0, filled_bits: 0 };
    match width {
        0 => {}
        // Four at once, as far as they fit: that takes half the time.
        1..=16 => {
            let (fours, rest) = values.as_chunks::<4>();
            for [a, b, c, d] in fours {
                let lower = above(*a) | above(*b) << width;
                let upper = above(*c) | above(*d) << width;
                bits.push(lower | upper << (2 * width), 4 * width);
            }
            rest.iter().for_each(|value| bits.push(above(*value), width));
        }
        _ => values.iter().for_each(|value| bits.push(above(*value), width)),
    }
    bits.finish();
}

/// Bits on their way into bytes, the lowest first.
struct Bits<'a> {
    bytes: &'a mut Vec<u8>,
    word: u64,
    filled_bits: u32,
}

impl Bits<'_> {
    /// Adds the lowest bits of a value that has no others.
    fn push(&mut self, value: u64, bits: u32) {
        self.word |= value << self.filled_bits;
        self.filled_bits += bits;
        if self.filled_bits >= u64::BITS {
            self.bytes.extend_from_slice(&self.word.to_le_bytes());
            self.filled_bits -= u64::BITS;
            self.word = value.checked_shr(bits - self.filled_bits).unwrap_or(0);
        }
    }

    fn finish(self) {
        self.bytes.extend(self.word.to_le_bytes().iter().take(self.filled_bits.div_ceil(8) as usize));
    }
}

pub(super) struct Packed<'a> {
    least: i64,
    width: usize,
    bits: &'a [u8],
}

impl<'a> Packed<'a> {
    /// The `count` integers at the beginning of `bytes`, and what comes after them; none where there are fewer.
    pub(super) fn split(bytes: &'a [u8], count: usize) -> Option<(Self, &'a [u8])> {
        let (least, rest) = bytes.split_first_chunk::<8>()?;
        let (width, rest) = rest.split_first()?;
        let width = Some(usize::from(*width)).filter(|width| *width <= 64)?;
        let (bits, rest) = rest.split_at_checked((width * count).div_ceil(8))?;
        Some((Self { least: i64::from_le_bytes(*least), width, bits }, rest))
    }

    pub(super) fn get(&self, place: usize) -> i64 {
        let first_bit = place * self.width;
        let bytes = self.bits.get(first_bit / 8..).unwrap_or_default();
        let held = bytes.first_chunk::<16>().copied().unwrap_or_else(|| {
            let mut held = [0; 16];
            held.iter_mut().zip(bytes).for_each(|(held, byte)| *held = *byte);
            held
        });
        let mask = (1_u128 << self.width) - 1;
        let above = u128::from_le_bytes(held) >> (first_bit % 8) & mask;
        // The mask leaves 64 bits at most.
        self.least.wrapping_add(u64::try_from(above).unwrap_or(u64::MAX).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_width_come_back_one_by_one() {
        let columns: [&[i64]; 6] = [
            &[],
            &[7, 7, 7],
            &[0, 1, 1, 0, 1, 0, 0, 1, 1],
            &[-5, 100_000, 3, 99_999],
            &[i64::MIN, i64::MAX, 0, -1],
            &[1 << 40, (1 << 40) + 1, 1 << 41, 5],
        ];
        let mut bytes = Vec::new();
        columns.iter().for_each(|column| append(&mut bytes, column));
        let mut rest = bytes.as_slice();
        for column in columns {
            let (packed, after) = Packed::split(rest, column.len()).unwrap();
            assert_eq!((0..column.len()).map(|place| packed.get(place)).collect::<Vec<_>>(), column);
            rest = after;
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn a_bit_costs_a_bit_and_bytes_that_are_too_few_are_refused() {
        let mut bytes = Vec::new();
        append(&mut bytes, &[1, 0].repeat(400));
        assert_eq!(bytes.len(), 9 + 100);
        assert!((0..bytes.len()).all(|length| Packed::split(&bytes[..length], 800).is_none()));
    }
}
