//! How a producer delivers the extracts, where that is not as the contract has it: folders, columns, forms of values, times.
//!
//! Settings say all of it and nothing is guessed; what is said of a table reaches into its stored figures, and is described
//! here in words of its own (specification, section 2).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::Field;
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::identity::FileIdentity;
use crate::extracts::remote::{Remote, RemoteFile, Said};
use crate::extracts::schema::{Column, ColumnKind};
use crate::extracts::tables::Table;
use crate::zone::Zone;

const STAGE: &str = "engine";

/// What timestamps are, whatever their types say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString, VariantNames)]
pub enum TimestampsAre {
    /// As their types say: instants with a zone, local times without one.
    #[default]
    #[strum(serialize = "as_typed")]
    AsTyped,
    /// Local times of the business time zone.
    #[strum(serialize = "local")]
    Local,
    /// Instants in UTC.
    #[strum(serialize = "utc")]
    Utc,
}

/// What timestamps of the old type INT96 are, which says neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString, VariantNames)]
pub enum Int96Is {
    /// Not read.
    #[default]
    #[strum(serialize = "refused")]
    Refused,
    /// Local times of the business time zone.
    #[strum(serialize = "local")]
    Local,
    /// Instants in UTC.
    #[strum(serialize = "utc")]
    Utc,
}

/// How values are written that are no Parquet values of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, EnumString, VariantNames)]
pub(crate) enum WrittenAs {
    #[strum(serialize = "text")]
    Text,
    /// Days since 1970-01-01.
    #[strum(serialize = "epoch_days")]
    EpochDays,
    /// Units since 1970-01-01T00:00:00Z.
    #[strum(serialize = "epoch_seconds")]
    EpochSeconds,
    #[strum(serialize = "epoch_millis")]
    EpochMillis,
    #[strum(serialize = "epoch_micros")]
    EpochMicros,
}

impl WrittenAs {
    /// Whether values of a kind can be written so.
    pub(crate) fn fits(self, kind: ColumnKind) -> bool {
        match self {
            Self::Text => true,
            Self::EpochDays => kind == ColumnKind::Date,
            Self::EpochSeconds | Self::EpochMillis | Self::EpochMicros => kind == ColumnKind::Timestamp,
        }
    }
}

/// How a column is delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnDelivery {
    /// Its name in the files.
    pub(crate) from: Option<String>,
    pub(crate) written_as: Option<WrittenAs>,
    /// What stands for no value, as text.
    pub(crate) null_if: Vec<String>,
}

/// How a table is delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableDelivery {
    /// Its folder among the extracts.
    pub(crate) folder: Option<PathBuf>,
    /// By the name of the contract.
    pub(crate) columns: BTreeMap<&'static str, ColumnDelivery>,
}

/// How the extracts are delivered.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The folder of the extracts.
    pub(crate) extracts: PathBuf,
    /// The engine that reads them where they lie; none where they are read here.
    pub(crate) remote: Option<Arc<dyn Remote>>,
    /// What that engine has said.
    pub(crate) said: Arc<Said>,
    /// Folders outside it in which links may end.
    pub(crate) linked_roots: Vec<PathBuf>,
    pub(crate) require_manifest: bool,
    pub(crate) require_success_marker: bool,
    /// Tables that may lack every day of the window.
    pub(crate) may_be_absent: Vec<Table>,
    pub(crate) timestamps: TimestampsAre,
    pub(crate) int96: Int96Is,
    /// The business time zone, of natural days and of local times.
    pub(crate) zone: Zone,
    /// A day or time before it is no real one.
    pub(crate) earliest_day: Day,
    pub(crate) tables: BTreeMap<Table, TableDelivery>,
}

impl Delivery {
    /// The extracts in a folder, all as the contract has it.
    pub fn plain(extracts: &Path, zone: Zone, earliest_day: Day) -> Self {
        Self {
            extracts: extracts.to_path_buf(),
            remote: None,
            said: Arc::default(),
            linked_roots: Vec::new(),
            require_manifest: false,
            require_success_marker: false,
            may_be_absent: Vec::new(),
            timestamps: TimestampsAre::default(),
            int96: Int96Is::default(),
            zone,
            earliest_day,
            tables: BTreeMap::new(),
        }
    }

    /// Where the partitions of a table lie.
    pub(crate) fn folder(&self, table: Table) -> PathBuf {
        let folder = self.tables.get(&table).and_then(|delivery| delivery.folder.as_deref());
        self.extracts.join(folder.unwrap_or_else(|| Path::new(table.name())))
    }

    /// The files below a folder, as the engine that reads them lists them; a fault where there is none.
    pub(super) fn files(&self, folder: &Path) -> Outcome<Arc<Vec<RemoteFile>>> {
        self.said.files(self.engine()?, folder)
    }

    /// The columns of a file, as that engine tells them.
    pub(super) fn columns(&self, path: &Path, identity: FileIdentity) -> Outcome<Arc<Vec<Field>>> {
        self.said.columns(self.engine()?, (path, identity))
    }

    /// The engine that reads the extracts; a fault where there is none.
    pub(super) fn engine(&self) -> Outcome<&dyn Remote> {
        self.remote.as_deref().ok_or_else(|| fault(STAGE, "no engine to be asked"))
    }

    /// How a column is delivered, where that is said.
    pub(crate) fn column(&self, table: Table, column: &Column) -> Option<&ColumnDelivery> {
        self.tables.get(&table)?.columns.get(column.name)
    }

    /// What reaches into the figures of a table, one a line.
    pub(crate) fn described(&self, table: Table) -> Vec<String> {
        let mut lines = vec![format!("time_zone {}", self.zone.name()), format!("earliest_day {}", self.earliest_day)];
        if self.timestamps != TimestampsAre::default() {
            lines.push(format!("timestamps {}", self.timestamps));
        }
        if self.int96 != Int96Is::default() {
            lines.push(format!("int96 {}", self.int96));
        }
        for (column, delivery) in self.tables.get(&table).into_iter().flat_map(|delivery| &delivery.columns) {
            let ColumnDelivery { from, written_as, null_if } = delivery;
            lines.extend(from.iter().map(|from| format!("column {column} from {from:?}")));
            lines
                .extend(written_as.iter().map(|written_as| format!("column {column} as {}", <&str>::from(written_as))));
            lines.extend(null_if.iter().map(|null| format!("column {column} null_if {null:?}")));
        }
        lines
    }
}
