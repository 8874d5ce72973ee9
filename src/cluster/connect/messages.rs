//! The protocol's requests and responses, as far as we use them (`spark/connect/base.proto`): fields that we do not
//! read are left out, and skipped when they arrive.

use prost::{Message, Oneof};

use super::relations::Relation;
use super::types::SparkType;

#[derive(Clone, PartialEq, Message)]
pub(super) struct UserContext {
    #[prost(string, tag = "1")]
    pub(super) user_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Plan {
    #[prost(message, optional, tag = "1")]
    pub(super) root: Option<Relation>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExecutePlanRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(message, optional, tag = "3")]
    pub(super) plan: Option<Plan>,
    #[prost(string, optional, tag = "4")]
    pub(super) client_type: Option<String>,
    #[prost(message, repeated, tag = "5")]
    pub(super) request_options: Vec<RequestOption>,
    #[prost(string, optional, tag = "6")]
    pub(super) operation_id: Option<String>,
    #[prost(string, optional, tag = "8")]
    pub(super) client_observed_server_side_session_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RequestOption {
    #[prost(message, optional, tag = "1")]
    pub(super) reattach_options: Option<ReattachOptions>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReattachOptions {
    #[prost(bool, tag = "1")]
    pub(super) reattachable: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReattachExecuteRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, tag = "3")]
    pub(super) operation_id: String,
    #[prost(string, optional, tag = "4")]
    pub(super) client_type: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(super) last_response_id: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(super) client_observed_server_side_session_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExecutePlanResponse {
    #[prost(string, tag = "15")]
    pub(super) server_side_session_id: String,
    #[prost(string, tag = "13")]
    pub(super) response_id: String,
    #[prost(oneof = "Answer", tags = "2, 14")]
    pub(super) answer: Option<Answer>,
}

/// The protocol's `response_type`, as far as something follows from it: others arrive as none.
#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Answer {
    #[prost(message, tag = "2")]
    ArrowBatch(ArrowBatch),
    #[prost(message, tag = "14")]
    ResultComplete(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ArrowBatch {
    #[prost(int64, tag = "1")]
    pub(super) row_count: i64,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) data: Vec<u8>,
    #[prost(int64, optional, tag = "3")]
    pub(super) start_offset: Option<i64>,
    #[prost(int64, optional, tag = "5")]
    pub(super) num_chunks_in_batch: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReleaseExecuteRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, tag = "3")]
    pub(super) operation_id: String,
    #[prost(string, optional, tag = "4")]
    pub(super) client_type: Option<String>,
    #[prost(oneof = "Release", tags = "5, 6")]
    pub(super) release: Option<Release>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Release {
    #[prost(message, tag = "5")]
    All(Empty),
    #[prost(message, tag = "6")]
    Until(ReleaseUntil),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReleaseUntil {
    #[prost(string, tag = "1")]
    pub(super) response_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct InterruptRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, optional, tag = "3")]
    pub(super) client_type: Option<String>,
    /// 3: the operation that is named.
    #[prost(int32, tag = "4")]
    pub(super) interrupt_type: i32,
    #[prost(string, optional, tag = "6")]
    pub(super) operation_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ReleaseSessionRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, optional, tag = "3")]
    pub(super) client_type: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AnalyzePlanRequest {
    #[prost(string, tag = "1")]
    pub(super) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) user_context: Option<UserContext>,
    #[prost(string, optional, tag = "3")]
    pub(super) client_type: Option<String>,
    #[prost(string, optional, tag = "17")]
    pub(super) client_observed_server_side_session_id: Option<String>,
    #[prost(oneof = "Analyze", tags = "4, 9, 10")]
    pub(super) analyze: Option<Analyze>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Analyze {
    #[prost(message, tag = "4")]
    Schema(AnalyzeRelation),
    #[prost(message, tag = "9")]
    InputFiles(AnalyzeRelation),
    #[prost(message, tag = "10")]
    SparkVersion(Empty),
}

/// The protocol's `Schema` and `InputFiles`, which are about a relation each.
#[derive(Clone, PartialEq, Message)]
pub(super) struct AnalyzeRelation {
    #[prost(message, optional, tag = "1")]
    pub(super) plan: Option<Plan>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AnalyzePlanResponse {
    #[prost(string, tag = "15")]
    pub(super) server_side_session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(super) schema: Option<SchemaResult>,
    #[prost(message, optional, tag = "7")]
    pub(super) input_files: Option<InputFilesResult>,
    #[prost(message, optional, tag = "8")]
    pub(super) spark_version: Option<VersionResult>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SchemaResult {
    #[prost(message, optional, tag = "1")]
    pub(super) schema: Option<SparkType>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct InputFilesResult {
    #[prost(string, repeated, tag = "1")]
    pub(super) files: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VersionResult {
    #[prost(string, tag = "1")]
    pub(super) version: String,
}
