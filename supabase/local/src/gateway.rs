//! Serves Supabase's paths at one address: `/rest/v1` is PostgREST, `/auth/v1` is the auth server. Rejects requests
//! without the publishable key, as Supabase does. `/mailbox`, which Supabase does not have, lists the mails.

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, Response, StatusCode, header};
use axum::response::IntoResponse;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Maximum size of a body, in bytes: more than any test needs.
const MAX_BODY: usize = 256 * 1024 * 1024;

/// The running gateway. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub port: u16,
    // Dropping it would stop its threads.
    _runtime: Runtime,
}

#[derive(Clone)]
struct Upstreams {
    key: Arc<str>,
    rest: reqwest::Client,
    auth: reqwest::Client,
}

impl Gateway {
    /// Listens on `port` of loopback, or on a free port if it is 0. The two servers behind it listen on sockets, and may
    /// stop and start at any time.
    pub fn open(port: u16, key: &str, rest: &Path, auth: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} cannot be opened"))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("gateway")
            .enable_all()
            .build()?;
        let upstreams = Upstreams { key: key.into(), rest: client(rest)?, auth: client(auth)? };
        let app = Router::new().fallback(route).with_state(upstreams);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, app).await
        });
        Ok(Self { port, _runtime: runtime })
    }
}

/// Returns an HTTP client for the server that listens on a socket.
fn client(socket: &Path) -> Result<reqwest::Client> {
    // An error means that a provider is installed already, which is fine.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().unix_socket(socket).no_proxy();
    Ok(client.redirect(reqwest::redirect::Policy::none()).build()?)
}

/// Checks the key, and forwards a request to its server.
async fn route(State(upstreams): State<Upstreams>, request: Request) -> Response<Body> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if path != "/mailbox" {
        match request.headers().get("apikey") {
            None => return error(StatusCode::UNAUTHORIZED, "No API key found in request"),
            Some(key) if key.as_bytes() != upstreams.key.as_bytes() => {
                return error(StatusCode::UNAUTHORIZED, "Invalid API key");
            }
            Some(_) => {}
        }
    }
    let (client, path) = if let Some(rest) = path.strip_prefix("/rest/v1") {
        (&upstreams.rest, rest)
    } else if path.starts_with("/auth/v1") || path == "/mailbox" {
        // The auth server expects full paths.
        (&upstreams.auth, path.as_str())
    } else {
        return error(StatusCode::NOT_FOUND, "no Route matched with those values");
    };
    forward(client, request, format!("http://localhost{path}")).await.unwrap_or_else(|_| {
        error(StatusCode::BAD_GATEWAY, "An invalid response was received from the upstream server")
    })
}

async fn forward(
    client: &reqwest::Client,
    request: Request,
    url: String,
) -> Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let mut forwarded = client.request(head.method, url);
    for (name, value) in head.headers.iter().filter(|(name, _)| !is_hop_by_hop(name)) {
        forwarded = forwarded.header(name, value);
    }
    let response = forwarded.body(to_bytes(body, MAX_BODY).await?).send().await?;
    let mut back = Response::builder().status(response.status());
    for (name, value) in response.headers().iter().filter(|(name, _)| !is_hop_by_hop(name)) {
        back = back.header(name, value);
    }
    Ok(back.body(response.bytes().await?.into())?)
}

/// Returns whether a header is about the connection, not about the message.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    [header::CONNECTION, header::CONTENT_LENGTH, header::HOST, header::TRANSFER_ENCODING]
        .contains(name)
}

/// Returns an error as Supabase's own gateway words it.
fn error(status: StatusCode, message: &str) -> Response<Body> {
    let body = serde_json::json!({ "message": message }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
