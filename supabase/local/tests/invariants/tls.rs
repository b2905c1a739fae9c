//! A TLS server in front of the proxy, and authorities that issue certificates for it.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Issues certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// Requests a certificate for `name` that is valid now.
pub fn request(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Returns the certificate that makes a device trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn issue(&self, request: CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = request.signed_by(&key, &self.0).unwrap();
        Identity::new(certificate.der(), &key)
    }
}

impl Identity {
    /// Returns a certificate that signs itself.
    pub fn self_signed(request: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self::new(request.self_signed(&key).unwrap().der(), &key)
    }

    fn new(certificate: &CertificateDer<'static>, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self { certificate: certificate.clone(), key }
    }
}

/// A running TLS server. It stops when it is dropped.
pub struct TlsServer {
    pub port: u16,
    state: Arc<State>,
    _runtime: Runtime,
}

#[derive(Default)]
struct State {
    config: Mutex<Option<Arc<ServerConfig>>>,
    connections: AtomicUsize,
    unencrypted: AtomicUsize,
    trusted: AtomicUsize,
}

impl TlsServer {
    /// Starts a TLS server in front of the server on `port` of loopback.
    pub fn open(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let upstream = SocketAddr::from(([127, 0, 0, 1], port));
        let port = listener.local_addr().unwrap().port();
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let state = Arc::new(State::default());
        let all = state.clone();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, upstream, all.clone()));
            }
        });
        Self { port, state, _runtime: runtime }
    }

    /// Presents this certificate from now on, and resets the counters.
    pub fn present(&self, identity: Identity) {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate], identity.key)
            .unwrap();
        *self.state.config.lock().unwrap() = Some(Arc::new(config));
        for count in [&self.state.connections, &self.state.unencrypted, &self.state.trusted] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// Returns the number of connections.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// Returns the number of connections that did not start with a TLS handshake.
    pub fn unencrypted(&self) -> usize {
        self.state.unencrypted.load(Ordering::Relaxed)
    }

    /// Returns the number of connections whose client accepted the certificate. Only these can carry data.
    pub fn trusted(&self) -> usize {
        self.state.trusted.load(Ordering::Relaxed)
    }
}

/// Serves one connection until it ends. Any error closes it.
async fn serve(stream: TcpStream, upstream: SocketAddr, state: Arc<State>) {
    /// The first byte of a handshake (RFC 8446, section 5.1).
    const HANDSHAKE: u8 = 22;
    state.connections.fetch_add(1, Ordering::Relaxed);
    let mut first = [0];
    if !matches!(stream.peek(&mut first).await, Ok(1)) || first != [HANDSHAKE] {
        state.unencrypted.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let config = state.config.lock().unwrap().clone().expect("a certificate is set");
    let Ok(mut stream) = TlsAcceptor::from(config).accept(stream).await else { return };
    state.trusted.fetch_add(1, Ordering::Relaxed);
    if let Ok(mut server) = TcpStream::connect(upstream).await {
        tokio::io::copy_bidirectional(&mut stream, &mut server).await.ok();
    }
}
