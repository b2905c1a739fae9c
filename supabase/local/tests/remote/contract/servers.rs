//! The two servers of the contract: the fake one in memory and the real one.

use super::TestServer;
use crate::{http, sign_up};
use serde_json::json;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use tempfile::NamedTempFile;
use uuid::Uuid;
use zafu_backend::{Backend, or_skip, shared};
use zafu_core::ids::{SessionId, UserId};
use zafu_sync::fake::{Dump, FakeRemote, Memory, Server};
use zafu_sync::supabase::{Account, Keyring, SignedIn, Supabase, Tokens};

/// The fake server in memory.
pub struct Fake(Arc<Mutex<Server>>);

impl Fake {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Server::new(5))))
    }
}

impl TestServer for Fake {
    type Device = FakeRemote;
    type Backup = Dump;

    fn account(&self) -> UserId {
        let account = UserId(Uuid::new_v4());
        self.device(account);
        account
    }

    fn device(&self, account: UserId) -> FakeRemote {
        let remote = FakeRemote::new(self.0.clone());
        remote.sign_in(account);
        remote
    }

    fn stranger(&self, _: UserId) -> FakeRemote {
        FakeRemote::new(self.0.clone())
    }

    async fn with_expired_token(&self, refreshable: bool) -> (UserId, FakeRemote) {
        let account = self.account();
        let device = self.device(account);
        device.with(|server| server.expire_tokens(!refreshable));
        (account, device)
    }

    fn delete(&self, account: UserId) {
        self.0.lock().unwrap().delete_account(account);
    }

    fn dump(&self) -> Dump {
        self.0.lock().unwrap().dump()
    }

    fn simulate_later_schema(&self, _: UserId, sit: SessionId) {
        self.0.lock().unwrap().faults.unreadable.insert(sit);
    }

    fn restore(&self, backup: &Dump) {
        self.0.lock().unwrap().restore(backup);
    }
}

enum Instance {
    Shared(&'static Backend),
    Separate(Box<Backend>),
}

/// The real PostgREST and PostgreSQL.
pub struct Real(Instance);

impl Deref for Real {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        match &self.0 {
            Instance::Shared(backend) => backend,
            Instance::Separate(backend) => backend,
        }
    }
}

impl Real {
    pub fn shared() -> Option<Self> {
        shared().map(Instance::Shared).map(Self)
    }

    pub fn separate() -> Option<Self> {
        or_skip(Backend::start()).map(Box::new).map(Instance::Separate).map(Self)
    }

    fn remote(&self, user: UserId, access: String, refresh: String) -> Supabase {
        let signed_in = SignedIn { user, email: String::new(), tokens: Tokens { access, refresh } };
        let account = Account::new(signed_in, Keyring::new(Arc::new(Memory::default())));
        Supabase::new(http(self), account)
    }
}

impl TestServer for Real {
    type Device = Supabase;
    type Backup = NamedTempFile;

    fn account(&self) -> UserId {
        UserId(self.new_user().unwrap().id)
    }

    fn device(&self, account: UserId) -> Supabase {
        self.remote(account, self.token_for(account.0), String::new())
    }

    fn stranger(&self, account: UserId) -> Supabase {
        self.remote(account, String::new(), String::new())
    }

    async fn with_expired_token(&self, refreshable: bool) -> (UserId, Supabase) {
        crate::backend().expect("it is running already");
        let made = sign_up(&http(self)).await;
        let claims = json!({ "sub": made.user, "role": "authenticated", "exp": 1 });
        let refresh = if refreshable { made.tokens.refresh } else { Uuid::new_v4().to_string() };
        (made.user, self.remote(made.user, self.token_with(&claims), refresh))
    }

    fn delete(&self, account: UserId) {
        self.delete_user(account.0).unwrap();
    }

    fn dump(&self) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        Backend::dump(self, file.path()).unwrap();
        file
    }

    fn simulate_later_schema(&self, account: UserId, sit: SessionId) {
        self.sql(&format!(
            "alter table public.sessions drop constraint sessions_source_check;
             alter table public.sessions add column mood text not null default 'calm';
             alter table public.sessions disable trigger all;
             update public.sessions set source = 'watch' where userid = '{account}' and id = '{sit}';
             alter table public.sessions enable trigger all;
             alter function public.pull_sessions(bigint, uuid, integer, integer) set schema zafu;
             create function public.pull_sessions(
               after_seq bigint default null, after_history_id uuid default null,
               max_rows integer default null, max_bytes integer default null
             ) returns json language sql stable security invoker set search_path = '' as $$
               select jsonb_set(page, '{{rows}}', coalesce(
                 (select jsonb_agg(row || '{{\"mood\": \"calm\"}}') from jsonb_array_elements(page -> 'rows') as row),
                 '[]'
               ))::json
               from (select zafu.pull_sessions(after_seq, after_history_id, max_rows, max_bytes)::jsonb as page) as said
             $$;
             grant execute on function public.pull_sessions(bigint, uuid, integer, integer),
               zafu.pull_sessions(bigint, uuid, integer, integer) to authenticated;
             grant usage on schema zafu to authenticated;
             notify pgrst, 'reload schema'"
        ))
        .unwrap();
    }

    fn restore(&self, backup: &NamedTempFile) {
        Backend::restore(self, backup.path()).unwrap();
    }
}
