//! What a gRPC status says: whether it is worth another attempt, and what Spark's details on it mean.

use std::collections::HashMap;
use std::error::Error;
use std::io;

use prost::Message;
use tonic::{Code, Status};

use super::config_messages::{ErrorDetails, FetchErrorDetailsResponse};
use super::failed::{Failed, Kind};

/// How many causes are followed: a circle of them must end.
const CAUSES_AT_MOST: usize = 32;

/// Our session or operation is no longer on the server.
const LOST: [&str; 6] = [
    "INVALID_HANDLE.SESSION_NOT_FOUND",
    "INVALID_HANDLE.SESSION_CHANGED",
    "INVALID_HANDLE.SESSION_CLOSED",
    "INVALID_HANDLE.OPERATION_NOT_FOUND",
    "INVALID_HANDLE.OPERATION_ABANDONED",
    "INVALID_CURSOR.POSITION_NOT_AVAILABLE",
];
/// The server ended a stream because another took its place.
const DISCONNECTED: &str = "INVALID_CURSOR.DISCONNECTED";

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ErrorInfo {
    #[prost(map = "string, string", tag = "3")]
    metadata: HashMap<String, String>,
}

impl ErrorInfo {
    /// Spark's details on a status, where it has them.
    pub(super) fn of(status: &Status) -> Option<Self> {
        let details = RpcStatus::decode(status.details()).ok()?.details;
        let info = details.iter().find(|detail| detail.type_url.ends_with("google.rpc.ErrorInfo"))?;
        Self::decode(info.value.as_slice()).ok()
    }

    /// By which the server tells more about the error.
    pub(super) fn error_id(mut self) -> Option<String> {
        self.metadata.remove("errorId")
    }

    fn class(&self) -> Option<&str> {
        self.metadata.get("errorClass").map(String::as_str)
    }
}

/// The error class on a status; by the beginning of its message where the details lack it.
pub(super) fn class_of(status: &Status) -> Option<String> {
    let told = ErrorInfo::of(status).and_then(|info| info.class().map(str::to_owned));
    told.or_else(|| {
        let (class, _) = status.message().trim_start().strip_prefix('[')?.split_once(']')?;
        let is_class = class.chars().all(|letter| matches!(letter, 'A'..='Z' | '0'..='9' | '_' | '.'));
        is_class.then(|| class.to_owned())
    })
}

/// Whether the way to the server failed, rather than what was asked of it.
pub(super) fn is_passing(status: &Status) -> bool {
    if is_of_encryption(status) {
        return false;
    }
    if let Some(info) = ErrorInfo::of(status) {
        return info.class() == Some(DISCONNECTED);
    }
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => true,
        // With a source it is the transport's error; the server's own have none.
        Code::Unknown | Code::Internal | Code::Cancelled => status.source().is_some() || is_of_http(status),
        _ => false,
    }
}

/// Whether we and the server do not agree on encryption, or on whom to trust: another attempt ends the same.
fn is_of_encryption(status: &Status) -> bool {
    causes(status).any(<dyn Error>::is::<rustls::Error>)
}

/// The errors below a status, the outermost first.
fn causes(status: &Status) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(status.source(), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            // An input or output error does not count what it wraps among its sources.
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

/// A reset of the stream that the transport did not leave as a source.
fn is_of_http(status: &Status) -> bool {
    let message = status.message();
    message.starts_with("h2 protocol error") || message.starts_with("protocol error: received")
}

/// The failure that a status means.
pub(super) fn failed(status: &Status) -> Failed {
    let info = ErrorInfo::of(status);
    let class = class_of(status);
    let kind = match status.code() {
        _ if class.as_deref().is_some_and(|class| LOST.contains(&class)) => Kind::Gone,
        _ if is_of_encryption(status) => Kind::Setting,
        _ if is_passing(status) => Kind::Gone,
        _ if info.is_some() => Kind::Refused,
        Code::Unauthenticated | Code::PermissionDenied => Kind::Setting,
        Code::Unimplemented | Code::OutOfRange | Code::DataLoss => Kind::Protocol,
        _ => Kind::Refused,
    };
    let mut failed = Failed::new(kind, told(status));
    failed.sql_state = info.and_then(|info| info.metadata.get("sqlState").cloned());
    failed.class = class;
    failed
}

/// A status in words: what the server says as it is, else with the causes that the transport's message leaves out.
fn told(status: &Status) -> String {
    if ErrorInfo::of(status).is_some() {
        return status.message().to_owned();
    }
    let mut message = format!("{}: {}", status.code().description(), status.message());
    for cause in causes(status).map(ToString::to_string) {
        if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}

/// The failure with the whole chain of causes in the place of the shortened message.
pub(super) fn followed(mut failed: Failed, more: &FetchErrorDetailsResponse) -> Failed {
    let at = |index: Option<i32>| more.errors.get(usize::try_from(index?).ok()?);
    let chain: Vec<&ErrorDetails> =
        std::iter::successors(at(more.root_error_idx), |error| at(error.cause_idx)).take(CAUSES_AT_MOST).collect();
    let mut message = String::new();
    for error in &chain {
        if !message.contains(&error.message) {
            let joint = if message.is_empty() { "" } else { "; caused by: " };
            message = format!("{message}{joint}{}", error.message);
        }
        if let Some((class, thrown)) = error.spark_throwable.as_ref().and_then(|it| Some((it.error_class.clone()?, it)))
        {
            failed.class = Some(class);
            failed.sql_state = thrown.sql_state.clone();
        }
    }
    if !message.is_empty() {
        failed.message = message;
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::super::config_messages::SparkThrowable;
    use super::*;

    fn error(message: &str, class: Option<&str>, cause_idx: Option<i32>) -> ErrorDetails {
        let thrown = |class: &str| SparkThrowable { error_class: Some(class.to_owned()), sql_state: None };
        ErrorDetails { message: message.to_owned(), cause_idx, spark_throwable: class.map(thrown) }
    }

    #[test]
    fn the_class_is_of_the_innermost_cause_that_has_one() {
        let errors = vec![
            error("job", Some("OUTER"), Some(1)),
            error("file", Some("INNER"), Some(2)),
            error("eof", None, Some(0)),
        ];
        let more = FetchErrorDetailsResponse { root_error_idx: Some(0), errors };
        let failed = followed(Failed::new(Kind::Refused, "short"), &more);
        assert_eq!(
            (failed.class.as_deref(), failed.message.as_str()),
            (Some("INNER"), "job; caused by: file; caused by: eof")
        );
    }

    #[test]
    fn only_the_beginning_of_a_message_names_a_class() {
        let class = |message: &str| class_of(&Status::internal(message));
        assert_eq!(class("[INVALID_HANDLE.SESSION_CHANGED] gone").as_deref(), Some("INVALID_HANDLE.SESSION_CHANGED"));
        assert_eq!(class("row says [INVALID_HANDLE.SESSION_CHANGED]"), None);
    }

    #[test]
    fn a_refusal_of_the_server_is_not_passing() {
        assert!(is_passing(&Status::unavailable("away")));
        assert!(!is_passing(&Status::internal("overflow")));
        assert!(!is_passing(&Status::unauthenticated("who")));
    }
}
