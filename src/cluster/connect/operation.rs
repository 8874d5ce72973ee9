//! One run of a plan on a server, whose answers may need several streams: a server ends each after a while, and a
//! connection may break. Every answer is taken once.

use std::time::{Duration, Instant};

use tonic::{Status, Streaming};
use uuid::Uuid;

use super::details::{class_of, is_passing};
use super::failed::{Failed, Kind};
use super::messages::{
    Empty, ExecutePlanRequest, ExecutePlanResponse, InterruptRequest, Plan, ReattachExecuteRequest, ReattachOptions,
    Release, ReleaseExecuteRequest, ReleaseUntil, RequestOption,
};
use super::patience::Patience;
use super::session::{Session, client};

const EXECUTE: &str = "/spark.connect.SparkConnectService/ExecutePlan";
const REATTACH: &str = "/spark.connect.SparkConnectService/ReattachExecute";
const RELEASE: &str = "/spark.connect.SparkConnectService/ReleaseExecute";
const INTERRUPT: &str = "/spark.connect.SparkConnectService/Interrupt";
/// The protocol's number for the interruption of one operation.
const OF_OPERATION: i32 = 3;
/// A stream that ends sooner and without an answer has failed.
const SHORT: Duration = Duration::from_secs(1);
const EMPTY_STREAM: &str = "the server ends each stream of answers before the result is complete";
/// The server knows our operation already.
const EXISTS: &str = "INVALID_HANDLE.OPERATION_ALREADY_EXISTS";
/// The server does not know our operation.
const NOT_FOUND: &str = "INVALID_HANDLE.OPERATION_NOT_FOUND";

/// What the next stream is to be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Execute,
    Reattach,
}

/// An operation under way; released when it goes out of scope.
pub(super) struct Operation<'a> {
    session: &'a Session,
    plan: Plan,
    id: String,
    next: Next,
    stream: Option<Stream>,
    /// Whether any answer came: from then on the plan must not run anew.
    is_answered: bool,
    /// The last answer that came, by the server's name for it.
    last: Option<String>,
    patience: Patience,
}

struct Stream {
    answers: Streaming<ExecutePlanResponse>,
    begun: Instant,
}

impl<'a> Operation<'a> {
    pub(super) fn new(session: &'a Session, plan: Plan) -> Self {
        Self {
            session,
            plan,
            id: Uuid::new_v4().to_string(),
            next: Next::Execute,
            stream: None,
            is_answered: false,
            last: None,
            patience: session.link.patience(),
        }
    }

    /// The next answer: waits for it, over as many streams as it takes.
    pub(super) fn answer(&mut self) -> Result<ExecutePlanResponse, Failed> {
        loop {
            let mut stream = match self.stream.take().map_or_else(|| self.begin(), Ok) {
                Ok(stream) => stream,
                Err(status) => {
                    self.bear(&status)?;
                    continue;
                }
            };
            self.next = Next::Reattach;
            match self.session.link.next(&mut stream.answers) {
                Ok(Some(answer)) => {
                    self.stream = Some(stream);
                    return self.note(answer);
                }
                Ok(None) => self.bear_end(stream.begun)?,
                Err(status) => self.bear(&status)?,
            }
        }
    }

    fn begin(&self) -> Result<Stream, Status> {
        let begun = Instant::now();
        let answers = match self.next {
            Next::Execute => self.session.link.begin(EXECUTE, self.execution()),
            Next::Reattach => self.session.link.begin(REATTACH, self.continuation()),
        }?;
        Ok(Stream { answers, begun })
    }

    fn note(&mut self, answer: ExecutePlanResponse) -> Result<ExecutePlanResponse, Failed> {
        self.patience.renew();
        self.is_answered = true;
        if !answer.response_id.is_empty() {
            self.last = Some(answer.response_id.clone());
        }
        self.session.observe(&answer.server_side_session_id)?;
        Ok(answer)
    }

    /// A stream ended before the result was complete: as a server does after a while.
    fn bear_end(&mut self, begun: Instant) -> Result<(), Failed> {
        if begun.elapsed() >= SHORT || self.patience.waits(EMPTY_STREAM) {
            return Ok(());
        }
        Err(Failed::new(Kind::Gone, EMPTY_STREAM))
    }

    /// Decides after an error what to ask for next; fails where nothing helps, or has helped for too long.
    fn bear(&mut self, status: &Status) -> Result<(), Failed> {
        let next = match (self.next, class_of(status).as_deref()) {
            (Next::Execute, Some(EXISTS)) => Next::Reattach,
            // The request itself was lost; under the same id it cannot run twice.
            (Next::Reattach, Some(NOT_FOUND)) if !self.is_answered => Next::Execute,
            _ if is_passing(status) => Next::Reattach,
            _ => return Err(self.session.failed(status)),
        };
        if !self.patience.waits(status.message()) {
            return Err(self.session.failed(status));
        }
        self.next = next;
        Ok(())
    }

    /// Tells the server that everything up to the last answer is safe with us.
    pub(super) fn release_so_far(&self) {
        if let Some(last) = &self.last {
            let until = ReleaseUntil { response_id: last.clone() };
            self.session.link.mention(RELEASE, self.release(Release::Until(until)));
        }
    }

    /// Stops the work on the server.
    pub(super) fn interrupt(&self) {
        let request = InterruptRequest {
            session_id: self.session.id(),
            user_context: self.session.user(),
            client_type: client(),
            interrupt_type: OF_OPERATION,
            operation_id: Some(self.id.clone()),
        };
        self.session.link.tell(INTERRUPT, request);
    }

    fn execution(&self) -> ExecutePlanRequest {
        ExecutePlanRequest {
            session_id: self.session.id(),
            user_context: self.session.user(),
            plan: Some(self.plan.clone()),
            client_type: client(),
            request_options: vec![RequestOption { reattach_options: Some(ReattachOptions { reattachable: true }) }],
            operation_id: Some(self.id.clone()),
            client_observed_server_side_session_id: self.session.observed(),
        }
    }

    fn continuation(&self) -> ReattachExecuteRequest {
        ReattachExecuteRequest {
            session_id: self.session.id(),
            user_context: self.session.user(),
            operation_id: self.id.clone(),
            client_type: client(),
            last_response_id: self.last.clone(),
            client_observed_server_side_session_id: self.session.observed(),
        }
    }

    fn release(&self, release: Release) -> ReleaseExecuteRequest {
        ReleaseExecuteRequest {
            session_id: self.session.id(),
            user_context: self.session.user(),
            operation_id: self.id.clone(),
            client_type: client(),
            release: Some(release),
        }
    }
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        self.session.link.mention(RELEASE, self.release(Release::All(Empty {})));
    }
}
