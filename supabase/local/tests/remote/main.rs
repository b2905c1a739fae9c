//! The real remote against the real backend: Supabase's auth server, PostgREST, PostgreSQL.

#![cfg(unix)]

mod account;
mod contract;
mod independent;
mod other_servers;
mod sits;

use std::sync::Arc;
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::ids::UserId;
use zafu_sync::fake::Memory;
use zafu_sync::supabase::{Account, Http, Keyring, Project, SignedIn, SignedUp, Supabase};

/// Returns the backend that all tests share, with its auth server.
fn backend() -> Option<&'static Backend> {
    static AUTH: std::sync::Once = std::sync::Once::new();
    let backend = zafu_backend::shared()?;
    AUTH.call_once(|| backend.start_auth().unwrap());
    Some(backend)
}

fn http(backend: &Backend) -> Http {
    Http::new(Project::new(&backend.url(), backend.publishable_key()).unwrap()).unwrap()
}

/// Runs a future to its end.
fn wait<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what)
}

/// Creates an account.
async fn sign_up(http: &Http) -> SignedIn {
    let email = format!("{}@example.org", Uuid::new_v4().simple());
    match http.sign_up(&email, PASSWORD).await.unwrap() {
        SignedUp::In(signed_in) => signed_in,
        SignedUp::MailSent => panic!("the local backend does not confirm addresses"),
    }
}

/// A password that is long enough.
const PASSWORD: &str = "a bowl of sand 7";

/// Creates an account and returns its remote.
async fn signed_up(http: &Http) -> (UserId, Supabase, Arc<Memory>) {
    let vault = Arc::new(Memory::default());
    let account = Account::new(sign_up(http).await, Keyring::new(vault.clone()));
    account.store_token().await.unwrap();
    (account.user(), Supabase::new(http.clone(), account), vault)
}
