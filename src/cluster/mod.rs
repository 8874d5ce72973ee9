//! The engine that reads the extracts where they lie: Apache Spark 4, or another server of its protocol, Spark Connect.
//!
//! In: what a stage asks through [`Remote`]. Out: listings, columns, answers batch by batch, or a failure that says whose fault it
//! is ([`failures`]). The session is opened when the first thing is asked, and is set so that nothing is read otherwise than is
//! written. [`connect`] speaks the protocol and knows nothing of extracts. This module stands behind the feature `cluster`.

mod connect;
mod ends;
mod failures;
mod listed;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Field, Int64Type};

use self::connect::address::Server;
use self::connect::failed::Failed;
use self::connect::plan::{Plan, Read};
use self::connect::session::Session;
use self::failures::{Told, is_no_such_path, is_too_large};
use self::listed::{LISTED, left_out, listed, names};
use crate::environment::ENGINE_TOKEN;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::extracts::remote::{Ends, FilesRead, Question, Remote, RemoteFile, too_large};
use crate::settings::{Engine, Settings};
use crate::sql::dialect::SESSION;

const STAGE: &str = "engine";

/// How a Parquet file is read, whatever the server's own settings are.
const STRICT: [(&str, &str); 5] = [
    ("mergeSchema", "false"),
    ("ignoreCorruptFiles", "false"),
    ("ignoreMissingFiles", "false"),
    ("datetimeRebaseMode", "CORRECTED"),
    ("parquet.page.verify-checksum.enabled", "true"),
];

/// An engine and the session that a run has there.
struct Cluster {
    engine: Engine,
    /// Where local times are local.
    time_zone: String,
    opened: Mutex<Option<Opened>>,
    /// A session of its own that reads files [in pieces](ends), for as long as somebody reads: a server closes one that rests for an hour.
    in_pieces: Mutex<Weak<Session>>,
}

/// A session, and with what.
#[derive(Clone)]
struct Opened {
    session: Arc<Session>,
    /// Other servers of the protocol leave some things out.
    is_spark: bool,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cluster").field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// The engine that settings name. Nothing is asked of it yet: commands that read no extracts need none.
pub(crate) fn engine(engine: &Engine, settings: &Settings) -> Arc<dyn Remote> {
    let time_zone = settings.delivery.zone.name().to_owned();
    Arc::new(Cluster { engine: engine.clone(), time_zone, opened: Mutex::default(), in_pieces: Mutex::default() })
}

impl Cluster {
    fn session(&self) -> Outcome<Arc<Session>> {
        Ok(self.opened()?.session)
    }

    /// Opened once.
    fn opened(&self) -> Outcome<Opened> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = opened.as_ref() {
            return Ok(opened.clone());
        }
        let now = self.open(&[])?;
        *opened = Some(now.clone());
        Ok(now)
    }

    /// Opened anew where nobody has it.
    fn in_pieces(&self) -> Outcome<Arc<Session>> {
        let mut opened = self.in_pieces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = opened.upgrade() {
            return Ok(session);
        }
        let session = self.open(&ends::IN_PIECES)?.session;
        *opened = Arc::downgrade(&session);
        Ok(session)
    }

    /// A session, with more settings than all have.
    fn open(&self, more: &[(&str, &str)]) -> Outcome<Opened> {
        let server = Server { url: self.engine.address.clone(), token: self.token()?, ca_pem: self.authorities()? };
        let failed = |failed: Failed| failures::failure(&self.engine.address, "a session", &failed);
        let session = Session::open(&server).map_err(failed)?;
        let zone = [("spark.sql.session.timeZone", self.time_zone.as_str())];
        let settings: Vec<_> = SESSION.into_iter().chain(zone).chain(more.iter().copied()).collect();
        session.set(&settings).map_err(failed)?;
        let of_engine = version_of_engine(&session).map_err(failed)?;
        tracing::info!("engine: {} answers, of version {of_engine}", self.engine.address);
        let is_spark = of_engine.starts_with(session.version());
        if !is_spark {
            tracing::warn!(
                "engine: no Apache Spark, but another server of its protocol: try it, and trust what Spark says"
            );
        }
        Ok(Opened { session: Arc::new(session), is_spark })
    }

    fn token(&self) -> Outcome<Option<String>> {
        let of_environment = std::env::var(ENGINE_TOKEN.name).ok().filter(|token| !token.is_empty());
        let of_file = self.engine.token_file.as_deref().map(|path| read(path, "engine_token_file")).transpose()?;
        Ok(of_file.map(|token| token.trim().to_owned()).or(of_environment))
    }

    fn authorities(&self) -> Outcome<Option<Vec<u8>>> {
        Ok(self.engine.ca_file.as_deref().map(|path| read(path, "engine_ca_file")).transpose()?.map(String::into_bytes))
    }

    /// Runs a query and gives each batch of its answer to `consume`; false where the answer is larger than settings allow here, or
    /// the server's there.
    fn run(&self, what: &str, plan: &Plan, consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool> {
        let session = self.session()?;
        self.run_in(&session, plan, consume)?.map_err(|failed| failures::failure(&self.engine.address, what, &failed))
    }

    /// As [`run`](Self::run), in a session, with what the engine has failed with as it is.
    fn run_in(
        &self,
        session: &Session,
        plan: &Plan,
        consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>,
    ) -> Outcome<Result<bool, Failed>> {
        let most_bytes = self.engine.result_mib.saturating_mul(1 << 20);
        let mut bytes = 0_u64;
        let asked = session.query::<Told>(plan, &mut |batch| {
            bytes = bytes.saturating_add(bytes_of(&batch).map_err(Told::Here)?);
            if bytes > most_bytes { Err(Told::TooLarge) } else { consume(batch).map_err(Told::Here) }
        });
        match asked {
            Ok(()) => Ok(Ok(true)),
            Err(Told::TooLarge) => Ok(Ok(false)),
            Err(Told::There(failed)) if is_too_large(&failed) => Ok(Ok(false)),
            Err(Told::Here(failure)) => Err(failure),
            Err(Told::There(failed)) => Ok(Err(failed)),
        }
    }

    /// As [`run`](Self::run), of what is never large.
    fn run_small(&self, what: &str, plan: &Plan, consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<()> {
        if self.run(what, plan, consume)? { Ok(()) } else { Err(too_large(what)) }
    }
}

/// What the rows of a batch take: its columns are parts of a message that all of them share.
fn bytes_of(batch: &RecordBatch) -> Outcome<u64> {
    let of_columns = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size());
    let bytes = of_columns.sum::<Result<usize, _>>().map_err(|error| fault(STAGE, error))?;
    Ok(bytes as u64)
}

/// The version of what runs queries. The protocol's own is that of Spark, whose place others take.
fn version_of_engine(session: &Session) -> Result<String, Failed> {
    let plan = Plan { sql: "SELECT version() AS version".to_owned(), reads: Vec::new() };
    let mut version = String::new();
    session.query::<Failed>(&plan, &mut |batch| {
        let texts = batch.column_by_name("version").and_then(|column| column.as_string_opt::<i32>().cloned());
        version.extend(texts.iter().flat_map(|texts| texts.iter().flatten()));
        Ok(())
    })?;
    Ok(version)
}

fn read(path: &std::path::Path, setting: &str) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let finding =
            Finding::new(STAGE, format!("a file that cannot be read ({error})"), format!("the file of {setting}"));
        finding.path(path).advice("give the job's user permission to read it").fail(ExitClass::Disk)
    })
}

fn parquet(schema: Option<String>, base: Option<String>, paths: Vec<String>) -> Read {
    let strict = STRICT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = strict.chain(base.map(|base| ("basePath".to_owned(), base))).collect();
    Read { format: "parquet", schema, options, paths }
}

impl Remote for Cluster {
    fn files(&self, folder: &str) -> Outcome<Vec<RemoteFile>> {
        let options = vec![("recursiveFileLookup".to_owned(), "true".to_owned())];
        let read = Read { format: "binaryFile", schema: None, options, paths: vec![folder.to_owned()] };
        let failure =
            |failed: &Failed| failures::failure(&self.engine.address, &format!("the files of {folder}"), failed);
        let session = self.session()?;
        // Before the listing: a file that is written meanwhile has bytes in it.
        let all = match session.input_files(&read) {
            Ok(all) => all,
            Err(failed) if is_no_such_path(&failed) => return Ok(Vec::new()),
            Err(failed) => return Err(failure(&failed)),
        };
        let name = FilesRead::new_name();
        let sql = LISTED.replace("{files}", &name);
        let mut files = Vec::new();
        let asked = session.query::<Told>(&Plan { sql, reads: vec![(name, read.clone())] }, &mut |batch| {
            files.extend(listed(folder, &batch).map_err(Told::Here)?);
            Ok(())
        });
        match asked {
            Ok(()) => {
                let mut empty = left_out(folder, &all, &files)?;
                if !empty.is_empty() {
                    // Asked again: one that was removed meanwhile is there no more.
                    let still = names(folder, &session.input_files(&read).map_err(|failed| failure(&failed))?)?;
                    empty.retain(|name| still.contains(name));
                }
                files.extend(empty.into_iter().map(|name| RemoteFile { name, size_bytes: 0, modified_micros: 0 }));
                Ok(files)
            }
            Err(Told::There(failed)) if is_no_such_path(&failed) => Ok(Vec::new()),
            Err(Told::There(failed)) => Err(failure(&failed)),
            Err(Told::Here(failure)) => Err(failure),
            Err(Told::TooLarge) => Err(too_large(folder)),
        }
    }

    fn columns(&self, path: &str) -> Outcome<Vec<Field>> {
        let columns = self.session()?.schema(&parquet(None, None, vec![path.to_owned()]));
        columns.map_err(|failed| failures::of_file(&self.engine.address, path, &failed))
    }

    fn ends(&self, folder: &str, files: &[(&str, u64)]) -> Outcome<Ends> {
        let Opened { session, is_spark } = self.opened()?;
        if !is_spark {
            return Ok(Ends::NotGiven);
        }
        let ends::Plans { of_whole, of_large } = ends::plans(folder, files);
        let mut questions: Vec<_> = of_whole.into_iter().map(|plan| (Arc::clone(&session), plan)).collect();
        for plan in of_large {
            questions.push((self.in_pieces()?, plan));
        }
        let mut found = Vec::new();
        for (session, plan) in questions {
            let what = format!("the ends of {} files of {folder}", files.len());
            let asked = self.run_in(&session, &plan, &mut |batch| {
                found.extend(ends::told(folder, &batch)?);
                Ok(())
            })?;
            if !asked.map_err(|failed| failures::of_bytes(&self.engine.address, &what, &failed))? {
                return Ok(Ends::TooLarge);
            }
        }
        Ok(Ends::Given(found))
    }

    fn reads_keys(&self) -> Outcome<bool> {
        Ok(self.opened()?.is_spark)
    }

    fn rows(&self, paths: &[String]) -> Outcome<i64> {
        // Other servers than Spark want the same types in all files of a read.
        let at_once = if self.opened()?.is_spark { paths.len() } else { 1 };
        let mut rows = 0;
        for paths in paths.chunks(at_once.max(1)) {
            let name = FilesRead::new_name();
            let sql = format!("SELECT count(*) AS rows FROM {name}");
            let plan = Plan { sql, reads: vec![(name, parquet(None, None, paths.to_vec()))] };
            self.run_small(&format!("the rows of {} files", paths.len()), &plan, &mut |batch| {
                let counts = batch.column_by_name("rows").and_then(|column| column.as_primitive_opt::<Int64Type>());
                let counts = counts.ok_or_else(|| fault(STAGE, "rows that were not counted"))?;
                rows += counts.iter().flatten().sum::<i64>();
                Ok(())
            })?;
        }
        Ok(rows)
    }

    fn ask(&self, question: &Question, consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>) -> Outcome<bool> {
        let reads = question
            .reads
            .iter()
            .map(|read| (read.name.clone(), parquet(Some(read.schema.clone()), read.base.clone(), read.paths.clone())));
        let plan = Plan { sql: question.sql.clone(), reads: reads.collect() };
        tracing::debug!("asking {}: {}", question.what, question.sql);
        self.run(&question.what, &plan, consume)
    }
}
