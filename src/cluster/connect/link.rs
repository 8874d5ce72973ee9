//! The connection to a server: calls of its methods that block, with bounds in time and size.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hyper_rustls::{ConfigBuilderExt, HttpsConnectorBuilder};
use prost::Message;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;

use super::address::Address;
use super::details::is_passing;
use super::failed::{Failed, Kind};
use super::patience::Patience;

const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
/// A peer that is silent for both of these together is dead.
const ASKED_FOR_LIFE_AFTER: Duration = Duration::from_secs(15);
const SHOWS_LIFE_WITHIN: Duration = Duration::from_secs(10);
/// How long calls may take of which the server only makes a note.
pub(super) const SOON: Duration = Duration::from_secs(5);
/// The server sends batches of about 4 MiB; a single row may make one larger.
const ANSWER_BYTES_AT_MOST: usize = 128 << 20;
/// What may be under way to us, of one answer and of all.
const STREAM_WINDOW_BYTES: u32 = 8 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 64 << 20;
const NO_PATH: &str = "the method has no path";
/// Errors come as headers, and the usual 16 KiB are few for them.
const HEADER_BYTES_AT_MOST: u32 = 256 << 10;

/// A connection that is made when it is first used, and made again when it broke.
pub(super) struct Link {
    runtime: Runtime,
    grpc: Grpc<Channel>,
    headers: MetadataMap,
    given_up: Arc<AtomicBool>,
}

impl Link {
    pub(super) fn new(address: &Address, ca_pem: Option<&[u8]>) -> Result<Self, Failed> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("connect")
            .enable_all()
            .build()
            .map_err(|error| Failed::new(Kind::Gone, format!("no threads for a connection: {error}")))?;
        let channel = runtime.block_on(async { channel(address, ca_pem) })?;
        let grpc = Grpc::new(channel).max_decoding_message_size(ANSWER_BYTES_AT_MOST);
        Ok(Self { runtime, grpc, headers: headers(address)?, given_up: Arc::default() })
    }

    /// How long a question on this connection is tried.
    pub(super) fn patience(&self) -> Patience {
        Patience::new(&self.given_up)
    }

    /// One call, tried again where the way to the server fails; of a call that may be made twice.
    pub(super) fn ask<A, B>(&self, method: &'static str, message: &A) -> Result<B, Status>
    where
        A: Message + Clone + 'static,
        B: Message + Default + 'static,
    {
        let mut patience = self.patience();
        loop {
            match self.runtime.block_on(self.call(method, message.clone())) {
                Err(status) if is_passing(&status) && patience.waits(status.message()) => {}
                outcome => return outcome,
            }
        }
    }

    /// One call of which the outcome does not matter; waits for it, but not for long.
    pub(super) fn tell<A: Message + 'static>(&self, method: &'static str, message: A) {
        let call = self.call::<A, super::messages::Empty>(method, message);
        // Best effort: the server forgets by itself what is not released.
        drop(self.runtime.block_on(async { timeout(SOON, call).await }));
    }

    /// One call of which the outcome does not matter, without waiting for it.
    pub(super) fn mention<A: Message + 'static>(&self, method: &'static str, message: A) {
        let call = self.call::<A, super::messages::Empty>(method, message);
        drop(self.runtime.spawn(async { timeout(SOON, call).await }));
    }

    /// Begins a call with many answers.
    pub(super) fn begin<A, B>(&self, method: &'static str, message: A) -> Result<Streaming<B>, Status>
    where
        A: Message + 'static,
        B: Message + Default + 'static,
    {
        let (mut grpc, request) = (self.grpc.clone(), self.request(message));
        self.runtime.block_on(async {
            grpc.ready().await.map_err(unready)?;
            let path = Uri::from_static(method).path_and_query().cloned().ok_or_else(|| Status::internal(NO_PATH))?;
            Ok(grpc.server_streaming(request, path, ProstCodec::<A, B>::default()).await?.into_inner())
        })
    }

    /// The next answer, none at the end of the stream.
    pub(super) fn next<B>(&self, stream: &mut Streaming<B>) -> Result<Option<B>, Status> {
        self.runtime.block_on(stream.message())
    }

    fn call<A, B>(&self, method: &'static str, message: A) -> impl Future<Output = Result<B, Status>> + Send + 'static
    where
        A: Message + 'static,
        B: Message + Default + 'static,
    {
        let (mut grpc, request) = (self.grpc.clone(), self.request(message));
        async move {
            grpc.ready().await.map_err(unready)?;
            let path = Uri::from_static(method).path_and_query().cloned().ok_or_else(|| Status::internal(NO_PATH))?;
            Ok(grpc.unary(request, path, ProstCodec::<A, B>::default()).await?.into_inner())
        }
    }

    fn request<A>(&self, message: A) -> Request<A> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.headers.clone();
        request
    }
}

fn unready(error: tonic::transport::Error) -> Status {
    Status::from_error(Box::new(error))
}

fn channel(address: &Address, ca_pem: Option<&[u8]>) -> Result<Channel, Failed> {
    let endpoint = Endpoint::from_shared(address.uri())
        .map_err(|_| Failed::new(Kind::Setting, "the server's address names no usable host"))?
        .connect_timeout(CONNECTS_WITHIN)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(ASKED_FOR_LIFE_AFTER)
        .keep_alive_timeout(SHOWS_LIFE_WITHIN)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_header_list_size(HEADER_BYTES_AT_MOST);
    if !address.is_encrypted {
        return Ok(endpoint.connect_lazy());
    }
    let unusable = |why: String| Failed::new(Kind::Setting, format!("no encryption with these certificates: {why}"));
    let builder = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    let config = match ca_pem {
        Some(pem) => builder.with_root_certificates(authorities(pem).map_err(unusable)?),
        None => builder.with_webpki_roots(),
    };
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(config.with_no_client_auth()).https_only().enable_http2().build();
    Ok(endpoint.connect_with_connector_lazy(connector))
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        store.add(certificate.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    }
    if store.is_empty() { Err("the file has none".to_owned()) } else { Ok(store) }
}

fn headers(address: &Address) -> Result<MetadataMap, Failed> {
    let unusable = |name: &str| Failed::new(Kind::Setting, format!("{name} of the server's address is no header"));
    let mut headers = MetadataMap::new();
    if let Some(token) = &address.token {
        let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse().map_err(|_| unusable("the token"))?;
        value.set_sensitive(true);
        headers.insert("authorization", value);
    }
    for (name, value) in &address.headers {
        let key: MetadataKey<Ascii> = name.parse().map_err(|_| unusable(name))?;
        let mut value: MetadataValue<Ascii> = value.parse().map_err(|_| unusable(name))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}
