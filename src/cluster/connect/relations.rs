//! The protocol's relations that we use (`spark/connect/relations.proto`).

use std::collections::HashMap;

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub(super) struct Relation {
    #[prost(message, optional, tag = "1")]
    pub(super) common: Option<RelationCommon>,
    #[prost(oneof = "Shape", tags = "2, 10, 16, 41")]
    pub(super) shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RelationCommon {
    #[prost(int64, optional, tag = "2")]
    pub(super) plan_id: Option<i64>,
}

/// The protocol's `rel_type`.
#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Shape {
    #[prost(message, tag = "2")]
    Read(ReadFiles),
    #[prost(message, tag = "10")]
    Sql(Sql),
    #[prost(message, tag = "16")]
    SubqueryAlias(Box<SubqueryAlias>),
    #[prost(message, tag = "41")]
    WithRelations(Box<WithRelations>),
}

/// The protocol's `Read`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ReadFiles {
    #[prost(message, optional, tag = "2")]
    pub(super) data_source: Option<DataSource>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct DataSource {
    #[prost(string, optional, tag = "1")]
    pub(super) format: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) schema: Option<String>,
    #[prost(map = "string, string", tag = "3")]
    pub(super) options: HashMap<String, String>,
    #[prost(string, repeated, tag = "4")]
    pub(super) paths: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Sql {
    #[prost(string, tag = "1")]
    pub(super) query: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SubqueryAlias {
    #[prost(message, optional, boxed, tag = "1")]
    pub(super) input: Option<Box<Relation>>,
    #[prost(string, tag = "2")]
    pub(super) alias: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WithRelations {
    #[prost(message, optional, boxed, tag = "1")]
    pub(super) root: Option<Box<Relation>>,
    #[prost(message, repeated, tag = "2")]
    pub(super) references: Vec<Relation>,
}
