//! What to ask a server: a query's text and the files that its names stand for.

use super::messages::Plan as PlanMessage;
use super::relations::{DataSource, ReadFiles, Relation, RelationCommon, Shape, Sql, SubqueryAlias, WithRelations};

/// Files to read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// `parquet`, `binaryFile` or `text`.
    pub(crate) format: &'static str,
    /// The columns to read, in DDL; without them those of the files.
    pub(crate) schema: Option<String>,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) paths: Vec<String>,
}

/// A query.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) sql: String,
    /// Each name of a view in `sql`, and what it stands for.
    pub(crate) reads: Vec<(String, Read)>,
}

/// Numbers the relations of one plan: some servers want a number on each.
#[derive(Default)]
struct Numbers(i64);

impl Numbers {
    fn relation(&mut self, shape: Shape) -> Relation {
        self.0 += 1;
        Relation { common: Some(RelationCommon { plan_id: Some(self.0) }), shape: Some(shape) }
    }

    fn read(&mut self, read: &Read) -> Relation {
        let source = DataSource {
            format: Some(read.format.to_owned()),
            schema: read.schema.clone(),
            options: read.options.iter().cloned().collect(),
            paths: read.paths.clone(),
        };
        self.relation(Shape::Read(ReadFiles { data_source: Some(source) }))
    }

    fn alias(&mut self, alias: &str, read: &Read) -> Relation {
        let input = Some(Box::new(self.read(read)));
        self.relation(Shape::SubqueryAlias(Box::new(SubqueryAlias { input, alias: alias.to_owned() })))
    }
}

impl Read {
    pub(super) fn message(&self) -> PlanMessage {
        PlanMessage { root: Some(Numbers::default().read(self)) }
    }
}

impl Plan {
    pub(super) fn message(&self) -> PlanMessage {
        let mut numbers = Numbers::default();
        let references: Vec<_> = self.reads.iter().map(|(alias, read)| numbers.alias(alias, read)).collect();
        let query = numbers.relation(Shape::Sql(Sql { query: self.sql.clone() }));
        if references.is_empty() {
            return PlanMessage { root: Some(query) };
        }
        let whole = WithRelations { root: Some(Box::new(query)), references };
        PlanMessage { root: Some(numbers.relation(Shape::WithRelations(Box::new(whole)))) }
    }
}
