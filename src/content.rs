//! Hashes of bytes, to know them again: fast, and no proof against somebody who means harm.

use std::io::{self, Read};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The hash of some bytes, as 32 hexadecimal digits.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// As [`hash_of`], of all bytes that are left to read; few are held at once.
pub(crate) fn hash_of_reader(mut reader: impl Read) -> io::Result<String> {
    const BUFFER_BYTES: usize = 1 << 20;
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(format!("{:032x}", hasher.digest128())),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
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
