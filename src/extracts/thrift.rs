//! Which fields a struct in Thrift's compact protocol has: of a footer more than the Parquet crate tells without a key.
//!
//! In: the bytes of a struct. Out: whether it has a field; none where the bytes are no struct.

/// Whether the struct that begins with these bytes has a field of this id.
pub(super) fn has_field(bytes: &[u8], wanted: i16) -> Option<bool> {
    let (mut rest, mut id) = (bytes, 0_i16);
    loop {
        let (header, after) = rest.split_first()?;
        let (delta, kind) = (header >> 4, header & 0x0f);
        if kind == 0 {
            return Some(false);
        }
        rest = after;
        id = match delta {
            0 => {
                let zigzag = varint(&mut rest)?;
                i16::try_from((zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed())).ok()?
            }
            _ => id.checked_add(i16::from(delta))?,
        };
        if id == wanted {
            return Some(true);
        }
        rest = skip(rest, kind, DEEPEST)?;
    }
}

/// No footer nests deeper.
const DEEPEST: usize = 32;

/// What comes after a value of a kind.
fn skip(bytes: &[u8], kind: u8, deepest: usize) -> Option<&[u8]> {
    let deepest = deepest.checked_sub(1)?;
    let mut rest = bytes;
    match kind {
        // True and false are their kinds.
        1 | 2 => Some(rest),
        3 => rest.get(1..),
        4..=6 => varint(&mut rest).map(|_| rest),
        7 => rest.get(8..),
        8 => {
            let length = usize::try_from(varint(&mut rest)?).ok()?;
            rest.get(length..)
        }
        9 | 10 => {
            let (header, after) = rest.split_first()?;
            rest = after;
            let count = if header >> 4 == 15 { varint(&mut rest)? } else { u64::from(header >> 4) };
            // In a list, booleans take a byte.
            let of_list = if header & 0x0f <= 2 { 3 } else { header & 0x0f };
            for _ in 0..count {
                rest = skip(rest, of_list, deepest)?;
            }
            Some(rest)
        }
        12 => loop {
            let (header, after) = rest.split_first()?;
            rest = after;
            match (header >> 4, header & 0x0f) {
                (_, 0) => return Some(rest),
                (0, _) => drop(varint(&mut rest)?),
                _ => {}
            }
            rest = skip(rest, header & 0x0f, deepest)?;
        },
        // Maps are in no footer.
        _ => None,
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_values_of_every_kind_and_what_is_no_struct_has_none() {
        // 1: i32, 2: a list of two texts, 3: a struct of a boolean and a byte, 5: a double, 20: a long list of booleans.
        let mut bytes = vec![0x15, 0x02, 0x19, 0x28, 0x01, b'a', 0x00, 0x1c, 0x11, 0x13, 0x07, 0x00, 0x27];
        bytes.extend([0; 8]);
        bytes.extend([0x09, 0x28, 0xf1, 0x10]);
        bytes.extend([1; 16]);
        bytes.push(0);
        for (id, is_there) in
            [(1, true), (2, true), (3, true), (4, false), (5, true), (8, false), (20, true), (21, false)]
        {
            assert_eq!(has_field(&bytes, id), Some(is_there), "{id}");
        }
        assert_eq!(has_field(&bytes[..bytes.len() - 1], 21), None, "cut off");
        assert_eq!(has_field(&[], 1), None);
    }
}
