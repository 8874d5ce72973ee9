//! The last bytes of a part file, which hold its footer: read once, when the file is checked, and kept until its rows are
//! read, so that no byte is read twice.

use std::fs::File;
use std::io::{self, Cursor};
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// The length of the footer and the magic that end every Parquet file.
const END_BYTES: u64 = 8;

/// The last bytes of a file.
#[derive(Clone, Debug)]
pub struct Tail {
    start: u64,
    bytes: Bytes,
}

impl Tail {
    /// Reads the footer of a file of `size_bytes`, as long as its last bytes say that it is; no more than there is.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn read(file: &File, size_bytes: u64) -> io::Result<Self> {
        let end_start = size_bytes.saturating_sub(END_BYTES);
        let end = read_range(file, end_start, size_bytes)?;
        let footer_bytes = end.first_chunk::<4>().map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
        let is_parquet = end.ends_with(b"PAR1") && footer_bytes <= end_start;
        let start = if is_parquet { end_start - footer_bytes } else { end_start };
        let footer = read_range(file, start, end_start)?;
        Ok(Self { start, bytes: [footer, end].concat().into() })
    }

    /// Where it starts in the file.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn read_range(file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, start)?;
    Ok(bytes)
}

impl Length for Tail {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Tail {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = usize::try_from(self.len().saturating_sub(start));
        let length = length.map_err(|error| ParquetError::External(Box::new(error)))?;
        self.get_bytes(start, length).map(Cursor::new)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let first = start.checked_sub(self.start).and_then(|first| usize::try_from(first).ok());
        let range = first.and_then(|first| Some(first..first.checked_add(length)?));
        match range.filter(|range| range.end <= self.bytes.len()) {
            Some(range) => Ok(self.bytes.slice(range)),
            None => {
                Err(ParquetError::EOF(format!("{length} bytes at {start}, which the footer does not have")))
            }
        }
    }
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
    fn a_tail_is_the_footer_and_what_ends_the_file() {
        let tail = tail(b"PAR1 rows foot\x04\0\0\0PAR1");
        assert_eq!((tail.start(), tail.bytes(), tail.len()), (10, &b"foot\x04\0\0\0PAR1"[..], 22));
        assert_eq!(tail.get_bytes(10, 4).unwrap(), &b"foot"[..]);
        assert!(tail.get_bytes(9, 4).is_err() && tail.get_bytes(20, 4).is_err());
    }

    #[test]
    fn a_file_that_ends_otherwise_has_a_tail_of_its_last_bytes_and_no_panic() {
        assert_eq!(tail(b"").bytes(), b"");
        assert_eq!(tail(b"short").bytes(), b"short");
        assert_eq!(tail(b"no Parquet file").bytes(), b"uet file");
        assert_eq!(
            tail(b"PAR1\xff\xff\xff\x7fPAR1").bytes(),
            b"\xff\xff\xff\x7fPAR1",
            "a footer longer than the file"
        );
    }
}
