//! The whole backend: PostgreSQL, PostgREST, the auth server and the gateway.

use crate::gateway::Gateway;
use crate::parts::{Parts, local};
use crate::postgres::{AUTH_DATABASE, DATABASE, Postgres, SUPERUSER, Stop};
use crate::process::{Guard, Server, StartError, run, until};
use crate::token;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Expiry of the tokens that tests create: the year 2100, so that they do not depend on the clock.
const FAR_FUTURE: u64 = 4_102_444_800;

/// Lifetime of the auth server's tokens: an hour, as on Supabase.
const TOKEN_SECONDS: &str = "3600";

/// Names of the two servers, of their sockets and of their logs.
const REST: &str = "postgrest";
const AUTH: &str = "auth";

/// The role that PostgREST connects as.
const AUTHENTICATOR: &str = "authenticator";

/// An account that was created without the auth server, and a token for it.
#[derive(Clone, Debug)]
pub struct User {
    /// The account's id.
    pub id: Uuid,
    /// A token for the account, valid until 2100.
    pub token: String,
}

/// The running backend. Its methods block. It stops when it is dropped or when the process ends.
///
/// PostgreSQL and PostgREST can be stopped and started again while the gateway keeps its address.
#[derive(Debug)]
pub struct Backend {
    parts: Parts,
    folder: PathBuf,
    secret: String,
    key: String,
    // Fields are dropped in this order.
    gateway: Gateway,
    auth: Mutex<Option<Server>>,
    rest: Mutex<Option<Server>>,
    postgres: Mutex<Postgres>,
    _cleanup: Guard,
}

impl Backend {
    /// Starts all servers except the auth server on a free port, and applies the migrations.
    ///
    /// # Errors
    /// [`StartError::Missing`] if something is not installed, [`StartError::Failed`] if something does not start.
    pub fn start() -> Result<Self, StartError> {
        Self::start_on(0)
    }

    /// As [`Backend::start`], on this port of loopback.
    ///
    /// # Errors
    /// As [`Backend::start`].
    pub fn start_on(port: u16) -> Result<Self, StartError> {
        let backend = Self::start_empty_on(port)?;
        backend.migrate()?;
        backend.start_postgrest()?;
        Ok(backend)
    }

    /// Starts a project without migrations and without PostgREST.
    ///
    /// # Errors
    /// As [`Backend::start`].
    pub fn start_empty() -> Result<Self, StartError> {
        Self::start_empty_on(0)
    }

    /// Applies the migrations with the role that `supabase db push` uses.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn migrate(&self) -> Result<()> {
        self.migrate_only(|_| true)
    }

    /// Applies only the migrations whose names `is_due` accepts: those of an older version, or those after it.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn migrate_only(&self, is_due: impl Fn(&str) -> bool) -> Result<()> {
        self.postgres().migrate(is_due)
    }

    fn start_empty_on(port: u16) -> Result<Self, StartError> {
        let parts = Parts::find()?;
        let folder = tempfile::Builder::new().prefix("zafu-backend-").tempdir();
        let folder = folder.context("a temporary folder cannot be created")?.keep();
        let cleanup = delete_when_stopped(&folder)?;
        let secret = Uuid::new_v4().simple().to_string() + &Uuid::new_v4().simple().to_string();
        let key = format!("sb_publishable_{}", Uuid::new_v4().simple());
        let socket = |name| Server::socket(&folder, name);
        let postgres = Postgres::create(&parts.postgres, &folder)?;
        Ok(Self {
            gateway: Gateway::open(port, &key, &socket(REST), &socket(AUTH))?,
            parts,
            folder,
            secret,
            key,
            auth: Mutex::new(None),
            rest: Mutex::new(None),
            postgres: Mutex::new(postgres),
            _cleanup: cleanup,
        })
    }

    /// Returns the project's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.gateway.port)
    }

    /// Returns the key that every request must carry as `apikey`.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.key
    }

    /// Returns the libpq connection string of the main database for the superuser.
    #[must_use]
    pub fn connection_string(&self) -> String {
        self.connection_string_of(SUPERUSER)
    }

    /// As [`Backend::connection_string`], for another role.
    #[must_use]
    pub fn connection_string_of(&self, role: &str) -> String {
        self.postgres().address_of(role, DATABASE)
    }

    /// Returns the folder of data and logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs SQL as the superuser. Returns one line per row, with columns separated by `|`.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn sql(&self, sql: &str) -> Result<String> {
        run(self.psql().args(["--command", sql]))
    }

    /// Returns a psql command for the superuser that prints one line per row and stops at the first error.
    #[must_use]
    pub fn psql(&self) -> Command {
        self.postgres().psql(SUPERUSER, DATABASE)
    }

    /// Creates an account without the auth server.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn new_user(&self) -> Result<User> {
        let id = Uuid::new_v4();
        self.sql(&format!(
            "set local role supabase_auth_admin;
             insert into auth.users (id, email) values ('{id}', '{id}@example.test')"
        ))?;
        Ok(User { id, token: self.token_for(id) })
    }

    /// Deletes an account, as the auth server does. Its tokens stay valid until they expire.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn delete_user(&self, user: Uuid) -> Result<()> {
        let delete = format!("delete from auth.users where id = '{user}'");
        self.sql(&format!("set local role supabase_auth_admin; {delete}")).map(drop)
    }

    /// Ends all auth sessions of an account: its tokens can no longer be refreshed.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn end_sessions(&self, email: &str) -> Result<()> {
        let user =
            format!("(select id from auth.users where email = '{}')", email.replace('\'', "''"));
        let end = format!(
            "delete from auth.refresh_tokens where user_id = {user};
             delete from auth.sessions where user_id = {user};"
        );
        run(self.postgres().psql(SUPERUSER, AUTH_DATABASE).args(["--command", &end])).map(drop)
    }

    /// Deletes the account of an address also from the auth server, with its auth sessions, as the owner of a project
    /// can.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn delete_account(&self, email: &str) -> Result<()> {
        self.end_sessions(email)?;
        let delete =
            format!("delete from auth.users where email = '{}'", email.replace('\'', "''"));
        run(self.postgres().psql(SUPERUSER, AUTH_DATABASE).args(["--command", &delete]))?;
        self.sql(&format!("set local role supabase_auth_admin; {delete}")).map(drop)
    }

    /// Returns a token for an account id, whether the account exists or not.
    #[must_use]
    pub fn token_for(&self, user: Uuid) -> String {
        self.token_with(&json!({
            "sub": user, "role": "authenticated", "aud": "authenticated", "exp": FAR_FUTURE,
        }))
    }

    /// Returns a token with these claims, signed with the correct secret.
    #[must_use]
    pub fn token_with(&self, claims: &Value) -> String {
        token::sign(claims, &self.secret)
    }

    /// Starts the auth server and waits until it responds.
    ///
    /// # Errors
    /// If it is running already, or does not start.
    pub fn start_auth(&self) -> Result<()> {
        self.start_auth_server(false)
    }

    /// Starts the auth server with confirmation of addresses at sign-up, as in projects that Supabase hosts.
    ///
    /// # Errors
    /// As [`Backend::start_auth`].
    pub fn start_confirming_auth(&self) -> Result<()> {
        self.start_auth_server(true)
    }

    fn start_auth_server(&self, confirm_addresses: bool) -> Result<()> {
        let mut auth = lock(&self.auth);
        ensure!(auth.is_none(), "the auth server is running already");
        let url = self.url();
        let socket = Server::socket(&self.folder, AUTH);
        let environment = [
            ("ZAFU_LISTEN", as_text(&socket)?),
            ("ZAFU_SOCKETS", as_text(&self.folder)?),
            ("ZAFU_JWT_SECRET", &self.secret),
            ("ZAFU_JWT_EXPIRY", TOKEN_SECONDS),
            ("ZAFU_SITE", &url),
            ("ZAFU_CONFIRMS", if confirm_addresses { "1" } else { "" }),
            ("DO_NOT_TRACK", "1"),
        ];
        let command = [self.parts.node.as_os_str(), self.parts.auth.as_os_str()];
        *auth = Some(Server::start(AUTH, &command, &environment, &self.folder)?);
        Ok(())
    }

    /// Returns a command that runs a script of this folder with Node.
    #[must_use]
    pub fn script(&self, name: &str) -> Command {
        let mut node = Command::new(&self.parts.node);
        node.arg(local().join(name)).env("DO_NOT_TRACK", "1");
        node
    }

    /// Returns the URL that lists the mails of the auth server as JSON. None is really sent.
    #[must_use]
    pub fn mailbox(&self) -> String {
        format!("{}/mailbox", self.url())
    }

    /// Stops the auth server; the gateway then responds 502.
    pub fn stop_auth(&self) {
        *lock(&self.auth) = None;
    }

    /// Starts PostgREST and waits until it has read the schema.
    ///
    /// # Errors
    /// If it is running already, or does not start.
    pub fn start_postgrest(&self) -> Result<()> {
        let mut rest = lock(&self.rest);
        ensure!(rest.is_none(), "PostgREST is running already");
        let address = self.connection_string_of(AUTHENTICATOR);
        let socket = Server::socket(&self.folder, REST);
        let environment = [
            ("PGRST_DB_URI", address.as_str()),
            ("PGRST_DB_SCHEMAS", "public"),
            ("PGRST_DB_EXTRA_SEARCH_PATH", "public, extensions"),
            ("PGRST_DB_ANON_ROLE", "anon"),
            ("PGRST_DB_MAX_ROWS", "1000"),
            ("PGRST_JWT_SECRET", &self.secret),
            ("PGRST_SERVER_UNIX_SOCKET", as_text(&socket)?),
        ];
        let command = [self.parts.postgrest.as_os_str()];
        *rest = Some(Server::start(REST, &command, &environment, &self.folder)?);
        drop(rest);
        self.wait_for_postgrest()
    }

    /// Stops PostgREST; the gateway then responds 502.
    pub fn stop_postgrest(&self) {
        *lock(&self.rest) = None;
    }

    /// Stops PostgreSQL.
    ///
    /// # Errors
    /// If it is not running.
    pub fn stop_postgres(&self, how: Stop) -> Result<()> {
        self.postgres().stop(how)
    }

    /// Starts PostgreSQL and, if PostgREST is running, waits until it has reconnected.
    ///
    /// # Errors
    /// If it is running already, or does not start.
    pub fn start_postgres(&self) -> Result<()> {
        self.postgres().start()?;
        self.wait_for_postgrest()
    }

    /// Dumps the main database to a file.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn dump(&self, file: &Path) -> Result<()> {
        self.postgres().dump(file)
    }

    /// Replaces the main database with a dump. Clients are disconnected.
    ///
    /// # Errors
    /// If the dump cannot be read.
    pub fn restore(&self, file: &Path) -> Result<()> {
        self.postgres().restore(file)?;
        self.wait_for_postgrest()
    }

    /// Waits until PostgREST responds from the database. Returns at once if PostgREST is stopped.
    fn wait_for_postgrest(&self) -> Result<()> {
        if lock(&self.rest).is_none() {
            return Ok(());
        }
        let socket = Server::socket(&self.folder, REST);
        until("PostgREST", &Server::log(&self.folder, REST), || responds(&socket).then_some(()))
    }

    fn postgres(&self) -> MutexGuard<'_, Postgres> {
        lock(&self.postgres)
    }
}

/// Returns whether PostgREST responds to a request without a token that needs the database.
fn responds(socket: &Path) -> bool {
    use std::io::{Read, Write};
    let request = || -> std::io::Result<String> {
        let mut stream = UnixStream::connect(socket)?;
        stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        Ok(response)
    };
    request().is_ok_and(|response| response.split_whitespace().nth(1) == Some("200"))
}

/// Returns a path as text, for an environment variable.
fn as_text(path: &Path) -> Result<&str> {
    path.to_str().context("the temporary folder's name is not UTF-8")
}

/// Deletes the folder after PostgreSQL has stopped, also if this process is killed.
fn delete_when_stopped(folder: &Path) -> Result<Guard> {
    const SCRIPT: &str = r#"read _
        for _ in $(seq 100); do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.1; done
        rm -rf "$0""#;
    Guard::new(SCRIPT, [folder], None, Path::new("/dev/null"), &[])
}

/// Locks, also after a panic: every state of these values is valid.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
