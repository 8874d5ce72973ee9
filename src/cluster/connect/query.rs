//! A query from its plan to the last of its rows.

use arrow::record_batch::RecordBatch;

use super::batches::Batches;
use super::failed::Failed;
use super::messages::Answer;
use super::operation::Operation;
use super::plan::Plan;
use super::session::Session;

impl Session {
    /// Runs a query and gives each record batch of the result to `consume`, in order and once. An error of `consume`
    /// stops the query on the server, and is returned as it is.
    pub(crate) fn query<E: From<Failed>>(
        &self,
        plan: &Plan,
        consume: &mut dyn FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut operation = Operation::new(self, plan.message());
        let mut batches = Batches::default();
        loop {
            match operation.answer()?.answer {
                Some(Answer::ResultComplete(_)) => return Ok(()),
                Some(Answer::ArrowBatch(batch)) => {
                    let consumed = batches
                        .decode(&batch)
                        .map_err(E::from)
                        .and_then(|batches| batches.into_iter().try_for_each(&mut *consume));
                    if consumed.is_err() {
                        operation.interrupt();
                        return consumed;
                    }
                    operation.release_so_far();
                }
                // Progress, metrics and the like.
                None => {}
            }
        }
    }
}
