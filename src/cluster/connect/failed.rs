//! What can go wrong between us and a server, by what a caller can do about it.

use std::fmt;

/// Whose fault it is, and so what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server refuses the query or the data it reads.
    Refused,
    /// The server is unreachable, closed the connection for good, or lost our session or operation.
    Gone,
    /// The server is older than the protocol we speak.
    Old,
    /// The address, the token, the certificates or a session's setting does not hold.
    Setting,
    /// The server answers what the protocol does not allow.
    Protocol,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Failed {
    pub(crate) kind: Kind,
    /// Spark's error class: of the innermost cause that has one.
    pub(crate) class: Option<String>,
    /// Whole, with the messages of the causes.
    pub(crate) message: String,
    /// Of the same cause as the class.
    pub(crate) sql_state: Option<String>,
}

impl Failed {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, class: None, message: message.into(), sql_state: None }
    }

    pub(super) fn protocol(message: impl Into<String>) -> Self {
        Self::new(Kind::Protocol, message)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.class {
            // Spark begins most messages with the class.
            Some(class) if !self.message.contains(class.as_str()) => write!(formatter, "[{class}] {}", self.message),
            _ => formatter.write_str(&self.message),
        }
    }
}
