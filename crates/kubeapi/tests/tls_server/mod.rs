//! A TLS server that answers what it is told to and remembers what it was asked.
#![allow(clippy::unwrap_used, reason = "a part of tests")]

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub struct Options {
    pub http2: bool,
    pub name: &'static str,
    pub expired: bool,
    pub client_auth: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { http2: true, name: "127.0.0.1", expired: false, client_auth: false }
    }
}

pub struct TlsServer {
    pub ca_pem: String,
    address: SocketAddr,
    ca: Arc<Issuer<'static, KeyPair>>,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    connections: AtomicUsize,
    seen: Mutex<Vec<Request<()>>>,
}

type Handler = dyn Fn(&Request<()>) -> Response<Full<Bytes>> + Send + Sync;

impl TlsServer {
    pub async fn start(
        options: Options,
        handler: impl Fn(&Request<()>) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        static MADE: AtomicUsize = AtomicUsize::new(0);
        // Two authorities of one name would be told apart by their signatures alone.
        let name = format!("test ca {}", MADE.fetch_add(1, Ordering::SeqCst));
        ca.distinguished_name.push(DnType::CommonName, name);
        let ca_key = KeyPair::generate().unwrap();
        let ca_cert = ca.self_signed(&ca_key).unwrap();
        let ca = Issuer::new(ca, ca_key);
        let config = server_config(&options, &ca, ca_cert.der());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log::default());
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&log), Arc::new(handler)));
        Self { ca_pem: ca_cert.pem(), address, ca: Arc::new(ca), log }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> Vec<Request<()>> {
        self.log.seen.lock().unwrap().clone()
    }

    /// A certificate that the server accepts, and its key, as PEM.
    pub fn client_certificate(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "admin");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        (params.signed_by(&key, &*self.ca).unwrap().pem(), key.serialize_pem())
    }
}

fn server_config(options: &Options, ca: &Issuer<'static, KeyPair>, ca_der: &CertificateDer<'static>) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![options.name.to_owned()]).unwrap();
    if options.expired {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let cert = params.signed_by(&key, ca).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = if options.client_auth {
        let mut roots = RootCertStore::empty();
        roots.add(ca_der.clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = builder.with_single_cert(vec![cert.der().clone()], key).unwrap();
    if options.http2 {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    config.alpn_protocols.push(b"http/1.1".to_vec());
    config
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, log: Arc<Log>, handler: Arc<Handler>) {
    while let Ok((socket, _)) = listener.accept().await {
        log.connections.fetch_add(1, Ordering::SeqCst);
        let (tls, log, handler) = (tls.clone(), Arc::clone(&log), Arc::clone(&handler));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(socket).await else { return };
            let service = service_fn(move |request: Request<Incoming>| {
                let request = request.map(drop);
                let response = handler(&request);
                log.seen.lock().unwrap().push(request);
                async move { Ok::<_, Infallible>(response) }
            });
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

pub fn answer(status: u16, body: &str) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(body.to_owned().into()).unwrap()
}

pub fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}
