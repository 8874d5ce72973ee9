//! The protocol's messages of settings and of errors in full (`spark/connect/base.proto`).

use prost::{Message, Oneof};

use super::messages::UserContext;

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConfigRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(message, optional, tag = "3")]
    pub(super) operation: Option<ConfigOperation>,
    #[prost(string, optional, tag = "4")]
    pub(super) client_type: Option<String>,
    #[prost(string, optional, tag = "8")]
    pub(super) client_observed_server_side_session_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConfigOperation {
    #[prost(oneof = "ConfigAction", tags = "1, 4")]
    pub(super) action: Option<ConfigAction>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum ConfigAction {
    #[prost(message, tag = "1")]
    Set(ConfigSet),
    /// Does not fail where a setting has no value.
    #[prost(message, tag = "4")]
    GetOption(ConfigGet),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConfigSet {
    #[prost(message, repeated, tag = "1")]
    pub(super) pairs: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConfigGet {
    #[prost(string, repeated, tag = "1")]
    pub(super) keys: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(string, optional, tag = "2")]
    pub(super) value: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConfigResponse {
    #[prost(string, tag = "4")]
    pub(super) server_side_session_id: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) pairs: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FetchErrorDetailsRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, tag = "3")]
    pub(super) error_id: String,
    #[prost(string, optional, tag = "4")]
    pub(super) client_type: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FetchErrorDetailsResponse {
    #[prost(int32, optional, tag = "1")]
    pub(super) root_error_idx: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(super) errors: Vec<ErrorDetails>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ErrorDetails {
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(int32, optional, tag = "4")]
    pub(super) cause_idx: Option<i32>,
    #[prost(message, optional, tag = "5")]
    pub(super) spark_throwable: Option<SparkThrowable>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SparkThrowable {
    #[prost(string, optional, tag = "1")]
    pub(super) error_class: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(super) sql_state: Option<String>,
}
