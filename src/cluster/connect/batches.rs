//! Record batches out of answers: each checked to follow the one before.

use arrow::record_batch::RecordBatch;
use arrow_ipc::reader::StreamReader;

use super::failed::Failed;
use super::messages::ArrowBatch;

/// How many rows of an answer came so far.
#[derive(Default)]
pub(super) struct Batches {
    rows: i64,
}

impl Batches {
    /// The record batches of one answer; refuses rows that are missing, or came before.
    pub(super) fn decode(&mut self, answer: &ArrowBatch) -> Result<Vec<RecordBatch>, Failed> {
        if let Some(chunks) = answer.num_chunks_in_batch.filter(|chunks| *chunks > 1) {
            return Err(Failed::protocol(format!(
                "the server cut a batch into {chunks} chunks, which nobody asked for"
            )));
        }
        if let Some(offset) = answer.start_offset.filter(|offset| *offset != self.rows) {
            let wanted = self.rows;
            return Err(Failed::protocol(format!("the server sent rows from {offset} on, wanted from {wanted} on")));
        }
        let unreadable = |error| Failed::protocol(format!("the server sent a batch that cannot be read: {error}"));
        let batches: Vec<RecordBatch> =
            StreamReader::try_new(answer.data.as_slice(), None).and_then(Iterator::collect).map_err(unreadable)?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if i64::try_from(rows) != Ok(answer.row_count) {
            let wanted = answer.row_count;
            return Err(Failed::protocol(format!("the server sent a batch of {rows} rows and counts {wanted}")));
        }
        self.rows = self.rows.checked_add(answer.row_count).ok_or_else(|| Failed::protocol("rows beyond counting"))?;
        Ok(batches)
    }
}
