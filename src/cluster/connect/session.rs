//! A session on a server: its version, its settings, and what its relations look like.

use std::sync::OnceLock;

use arrow::datatypes::Field;
use prost::Message;
use tonic::Status;
use uuid::Uuid;

use super::address::{Address, Server};
use super::config_messages::{
    ConfigAction, ConfigGet, ConfigOperation, ConfigRequest, ConfigResponse, ConfigSet, FetchErrorDetailsRequest,
    KeyValue,
};
use super::details::{self, ErrorInfo};
use super::failed::{Failed, Kind};
use super::link::Link;
use super::messages::{
    Analyze, AnalyzePlanRequest, AnalyzePlanResponse, AnalyzeRelation, Empty, ReleaseSessionRequest, UserContext,
};
use super::plan::Read;
use super::types::columns;

const ANALYZE: &str = "/spark.connect.SparkConnectService/AnalyzePlan";
const CONFIG: &str = "/spark.connect.SparkConnectService/Config";
const FETCH_ERROR: &str = "/spark.connect.SparkConnectService/FetchErrorDetails";
const RELEASE_SESSION: &str = "/spark.connect.SparkConnectService/ReleaseSession";
/// The first version whose answers we know how to read whole.
const FIRST_VERSION: u32 = 4;
const CLIENT: &str = concat!("shopscore/", env!("CARGO_PKG_VERSION"));

/// A session of our own on a server; released when it goes out of scope.
pub(crate) struct Session {
    pub(super) link: Link,
    id: String,
    user: String,
    /// What the server calls our session: another name means that it lost it, and our settings with it.
    observed: OnceLock<String>,
    version: String,
}

impl Session {
    /// Connects, and refuses a server that is too old.
    pub(crate) fn open(server: &Server) -> Result<Self, Failed> {
        let address = Address::of(server)?;
        let link = Link::new(&address, server.ca_pem.as_deref())?;
        let (id, user) = (Uuid::new_v4().to_string(), address.user);
        let mut session = Self { link, id, user, observed: OnceLock::new(), version: String::new() };
        let version = session.analyze(Analyze::SparkVersion(Empty {}))?.spark_version;
        session.version = version.ok_or_else(|| Failed::protocol("the server does not tell its version"))?.version;
        let first: Option<u32> = session.version.split('.').next().and_then(|digits| digits.parse().ok());
        if first.is_none_or(|first| first < FIRST_VERSION) {
            let found = &session.version;
            let message = format!("the server speaks version {found}, wanted {FIRST_VERSION}.0 or later");
            return Err(Failed::new(Kind::Old, message));
        }
        Ok(session)
    }

    /// The server's version as it tells it.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Sets settings and reads each back; refuses where one does not hold.
    pub(crate) fn set(&self, settings: &[(&str, &str)]) -> Result<(), Failed> {
        let pairs = settings
            .iter()
            .map(|(name, value)| KeyValue { key: (*name).to_owned(), value: Some((*value).to_owned()) })
            .collect();
        self.config(ConfigAction::Set(ConfigSet { pairs }))?;
        let keys = settings.iter().map(|(name, _)| (*name).to_owned()).collect();
        let held = self.config(ConfigAction::GetOption(ConfigGet { keys }))?.pairs;
        for (name, wanted) in settings {
            let found = held.iter().find(|pair| pair.key == *name).and_then(|pair| pair.value.as_deref());
            if found != Some(*wanted) {
                let found = found.unwrap_or("nothing");
                let message = format!("the server's setting {name} does not hold: found {found}, wanted {wanted}");
                return Err(Failed::new(Kind::Setting, message));
            }
        }
        Ok(())
    }

    /// The columns that a read gives.
    pub(crate) fn schema(&self, read: &Read) -> Result<Vec<Field>, Failed> {
        let answer = self.analyze(Analyze::Schema(AnalyzeRelation { plan: Some(read.message()) }))?;
        columns(answer.schema.and_then(|result| result.schema))
    }

    /// The files of a read, as percent-encoded URLs, those without any byte among them.
    pub(crate) fn input_files(&self, read: &Read) -> Result<Vec<String>, Failed> {
        let answer = self.analyze(Analyze::InputFiles(AnalyzeRelation { plan: Some(read.message()) }))?;
        let files =
            answer.input_files.ok_or_else(|| Failed::protocol("the server does not tell the files of a read"))?;
        Ok(files.files)
    }

    fn analyze(&self, analyze: Analyze) -> Result<AnalyzePlanResponse, Failed> {
        let request = AnalyzePlanRequest {
            session_id: self.id(),
            user_context: self.user(),
            client_type: client(),
            client_observed_server_side_session_id: self.observed(),
            analyze: Some(analyze),
        };
        let answer: AnalyzePlanResponse = self.ask(ANALYZE, &request)?;
        self.observe(&answer.server_side_session_id)?;
        Ok(answer)
    }

    fn config(&self, action: ConfigAction) -> Result<ConfigResponse, Failed> {
        let request = ConfigRequest {
            session_id: self.id(),
            user_context: self.user(),
            operation: Some(ConfigOperation { action: Some(action) }),
            client_type: client(),
            client_observed_server_side_session_id: self.observed(),
        };
        let answer: ConfigResponse = self.ask(CONFIG, &request)?;
        self.observe(&answer.server_side_session_id)?;
        Ok(answer)
    }

    fn ask<A, B>(&self, method: &'static str, request: &A) -> Result<B, Failed>
    where
        A: Message + Clone + 'static,
        B: Message + Default + 'static,
    {
        self.link.ask(method, request).map_err(|status| self.failed(&status))
    }

    /// The failure that a status means; asks the server for its causes.
    pub(super) fn failed(&self, status: &Status) -> Failed {
        let failed = details::failed(status);
        let error_id = ErrorInfo::of(status).and_then(ErrorInfo::error_id);
        let Some(error_id) = error_id.filter(|_| failed.kind == Kind::Refused) else { return failed };
        let request = FetchErrorDetailsRequest {
            session_id: self.id(),
            user_context: self.user(),
            error_id,
            client_type: client(),
        };
        // Without its causes the status alone has to do.
        match self.link.ask(FETCH_ERROR, &request) {
            Ok(more) => details::followed(failed, &more),
            Err(_) => failed,
        }
    }

    /// Remembers what the server calls our session, and refuses another name for it.
    pub(super) fn observe(&self, name: &str) -> Result<(), Failed> {
        if name.is_empty() || self.observed.get_or_init(|| name.to_owned()) == name {
            return Ok(());
        }
        Err(Failed::new(Kind::Gone, "the server began another session in the place of ours: its settings are lost"))
    }

    pub(super) fn id(&self) -> String {
        self.id.clone()
    }

    pub(super) fn user(&self) -> Option<UserContext> {
        Some(UserContext { user_id: self.user.clone() })
    }

    pub(super) fn observed(&self) -> Option<String> {
        self.observed.get().cloned()
    }
}

/// Who we say we are.
pub(super) fn client() -> Option<String> {
    Some(CLIENT.to_owned())
}

impl Drop for Session {
    fn drop(&mut self) {
        // A server that never answered has no session of ours.
        if self.observed.get().is_some() {
            let request =
                ReleaseSessionRequest { session_id: self.id(), user_context: self.user(), client_type: client() };
            self.link.tell(RELEASE_SESSION, request);
        }
    }
}
