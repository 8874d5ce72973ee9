//! Hashes of bytes, to know them again: fast, and no proof against somebody who means harm.

use std::io::{self, BufRead, BufReader, Read};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The hash of some bytes, as 32 hexadecimal digits.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// As [`hash_of`], of all bytes that are left to read; few are held at once.
pub(crate) fn hash_of_reader(reader: impl Read) -> io::Result<String> {
    const BUFFER_BYTES: usize = 1 << 20;
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    let mut hasher = Xxh3::new();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(format!("{:032x}", hasher.digest128()));
        }
        hasher.update(bytes);
        let read = bytes.len();
        reader.consume(read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_the_hash_of_its_bytes() {
        for length in [0, 1, 239, 240, 241, 1 << 20, (1 << 20) + 1] {
            let bytes: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
            assert_eq!(hash_of_reader(bytes.as_slice()).unwrap(), hash_of(&bytes));
        }
    }
}
