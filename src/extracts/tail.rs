//! The last bytes of a part file, which hold its footer: read once, when the file is checked, and kept until its rows are
//! read, so that no byte is read twice.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use bytes::Bytes;

/// The length of the footer and the magic that end every Parquet file.
const END_BYTES: u64 = 8;

/// The last bytes of a file.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    start: u64,
    bytes: Bytes,
}

impl Tail {
    /// Reads the footer of a file of `size_bytes`, as long as its last bytes say that it is; no more than there is.
    pub(super) fn read(file: &File, size_bytes: u64) -> io::Result<Self> {
        let end_start = size_bytes.saturating_sub(END_BYTES);
        let end = read_range(file, end_start, size_bytes)?;
        let footer_bytes = end.first_chunk::<4>().map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
        let is_parquet = end.ends_with(b"PAR1") && footer_bytes <= end_start;
        let start = if is_parquet { end_start - footer_bytes } else { end_start };
        let footer = read_range(file, start, end_start)?;
        Ok(Self { start, bytes: [footer, end].concat().into() })
    }

    /// Where it starts in the file.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Its bytes, which are all that decoding the footer takes.
    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

fn read_range(file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, start)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tail(content: &[u8]) -> Tail {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, content).unwrap();
        Tail::read(&File::open(&path).unwrap(), content.len() as u64).unwrap()
    }

    #[test]
    fn a_tail_is_the_footer_and_what_ends_the_file_or_where_it_ends_otherwise_its_last_bytes() {
        for (content, start, bytes) in [
            (b"PAR1 rows foot\x04\0\0\0PAR1".as_slice(), 10, b"foot\x04\0\0\0PAR1".as_slice()),
            (b"", 0, b""),
            (b"short", 0, b"short"),
            (b"no Parquet file", 7, b"uet file"),
            // A footer longer than the file.
            (b"PAR1\xff\xff\xff\x7fPAR1", 4, b"\xff\xff\xff\x7fPAR1"),
        ] {
            let tail = tail(content);
            assert_eq!((tail.start(), tail.bytes().as_ref()), (start, bytes));
        }
    }
}
