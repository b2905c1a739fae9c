//! All of it together.

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

/// Where a token ends that a test mints: in 2100, so that no clock has to be asked.
const FAR_FUTURE: u64 = 4_102_444_800;

/// How long a token of the auth server lasts: an hour, as Supabase's do.
const TOKEN_SECONDS: &str = "3600";

/// What the two servers are called, and with them their sockets and logs.
const REST: &str = "postgrest";
const AUTH: &str = "auth";

/// The role that PostgREST connects as.
const AUTHENTICATOR: &str = "authenticator";

/// An account, made without the auth server, and a token for it.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id.
    pub id: Uuid,
    /// A token that names it, good until 2100.
    pub token: String,
}

/// The real backend. It blocks while it works, and ends when it is dropped, or when the process dies.
///
/// PostgreSQL and PostgREST can be stopped and started again; the gateway's address stays the same.
#[derive(Debug)]
pub struct Backend {
    parts: Parts,
    folder: PathBuf,
    secret: String,
    key: String,
    // Ended in this order.
    gateway: Gateway,
    auth: Mutex<Option<Server>>,
    rest: Mutex<Option<Server>>,
    postgres: Mutex<Postgres>,
    _janitor: Guard,
}

impl Backend {
    /// Starts everything but the auth server, with the migrations applied, on any port.
    ///
    /// # Errors
    /// [`StartError::Missing`] if something is not installed, [`StartError::Failed`] if something does not start.
    pub fn start() -> Result<Self, StartError> {
        Self::start_on(0)
    }

    /// The same, on a certain port of loopback.
    ///
    /// # Errors
    /// As [`Backend::start`].
    pub fn start_on(port: u16) -> Result<Self, StartError> {
        let backend = Self::start_empty_on(port)?;
        backend.migrate()?;
        backend.start_postgrest()?;
        Ok(backend)
    }

    /// A project without any of our migrations, and with nothing in front of it yet.
    ///
    /// # Errors
    /// As [`Backend::start`].
    pub fn start_empty() -> Result<Self, StartError> {
        Self::start_empty_on(0)
    }

    /// Applies the migrations, as the role that a project applies them as.
    ///
    /// # Errors
    /// With what PostgreSQL says.
    pub fn migrate(&self) -> Result<()> {
        self.postgres().migrate()
    }

    fn start_empty_on(port: u16) -> Result<Self, StartError> {
        let parts = Parts::find()?;
        let folder = tempfile::Builder::new().prefix("zafu-backend-").tempdir();
        let folder = folder.context("no temporary folder can be made")?.keep();
        let janitor = janitor(&folder)?;
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
            _janitor: janitor,
        })
    }

    /// Its address: what Supabase calls the project's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.gateway.port)
    }

    /// The key that every request carries as `apikey`.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.key
    }

    /// Where a client of libpq reaches the main database as its superuser.
    #[must_use]
    pub fn connection_string(&self) -> String {
        self.connection_string_of(SUPERUSER)
    }

    /// The same, as another role.
    #[must_use]
    pub fn connection_string_of(&self, role: &str) -> String {
        self.postgres().address_of(role, DATABASE)
    }

    /// Where its data and its logs are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs SQL as the superuser. Answers a line for each row, columns parted by `|`.
    ///
    /// # Errors
    /// With what PostgreSQL says.
    pub fn sql(&self, sql: &str) -> Result<String> {
        run(self.psql().args(["--command", sql]))
    }

    /// A psql of the superuser's that prints a line for each row and ends at the first error: for a session
    /// of its own.
    #[must_use]
    pub fn psql(&self) -> Command {
        self.postgres().psql(SUPERUSER, DATABASE)
    }

    /// Makes an account without the auth server.
    ///
    /// # Errors
    /// If PostgreSQL does not.
    pub fn new_user(&self) -> Result<User> {
        let id = Uuid::new_v4();
        self.sql(&format!(
            "set local role supabase_auth_admin;
             insert into auth.users (id, email) values ('{id}', '{id}@example.test')"
        ))?;
        Ok(User { id, token: self.token_for(id) })
    }

    /// Removes an account, as the auth server does. Its tokens are good for as long as they say.
    ///
    /// # Errors
    /// If PostgreSQL does not.
    pub fn delete_user(&self, user: Uuid) -> Result<()> {
        let delete = format!("delete from auth.users where id = '{user}'");
        self.sql(&format!("set local role supabase_auth_admin; {delete}")).map(drop)
    }

    /// Ends every session of an account on the auth server's side: nothing renews them any more.
    ///
    /// # Errors
    /// If PostgreSQL does not.
    pub fn end_sessions(&self, email: &str) -> Result<()> {
        let user =
            format!("(select id from auth.users where email = '{}')", email.replace('\'', "''"));
        let end = format!(
            "delete from auth.refresh_tokens where user_id = {user};
             delete from auth.sessions where user_id = {user};"
        );
        run(self.postgres().psql(SUPERUSER, AUTH_DATABASE).args(["--command", &end])).map(drop)
    }

    /// Removes the account of an address for good, as a project's owner does it: from the auth server too, with its
    /// sessions.
    ///
    /// # Errors
    /// If PostgreSQL does not.
    pub fn delete_account(&self, email: &str) -> Result<()> {
        self.end_sessions(email)?;
        let delete =
            format!("delete from auth.users where email = '{}'", email.replace('\'', "''"));
        run(self.postgres().psql(SUPERUSER, AUTH_DATABASE).args(["--command", &delete]))?;
        self.sql(&format!("set local role supabase_auth_admin; {delete}")).map(drop)
    }

    /// A token for an account, whether there is one of that id or not.
    #[must_use]
    pub fn token_for(&self, user: Uuid) -> String {
        self.token_with(&json!({
            "sub": user, "role": "authenticated", "aud": "authenticated", "exp": FAR_FUTURE,
        }))
    }

    /// A token with any claims, signed with the right secret.
    #[must_use]
    pub fn token_with(&self, claims: &Value) -> String {
        token::sign(claims, &self.secret)
    }

    /// Starts the auth server, and returns when it answers.
    ///
    /// # Errors
    /// If it runs already, or does not start.
    pub fn start_auth(&self) -> Result<()> {
        self.start_auth_server(false)
    }

    /// Starts the auth server so that a new account has to confirm its address, as in a project that Supabase hosts.
    ///
    /// # Errors
    /// As [`Backend::start_auth`].
    pub fn start_confirming_auth(&self) -> Result<()> {
        self.start_auth_server(true)
    }

    fn start_auth_server(&self, confirms: bool) -> Result<()> {
        let mut auth = lock(&self.auth);
        ensure!(auth.is_none(), "the auth server is running already");
        let url = self.url();
        let socket = Server::socket(&self.folder, AUTH);
        let environment = [
            ("ZAFU_LISTEN", plain(&socket)?),
            ("ZAFU_SOCKETS", plain(&self.folder)?),
            ("ZAFU_JWT_SECRET", &self.secret),
            ("ZAFU_JWT_EXPIRY", TOKEN_SECONDS),
            ("ZAFU_SITE", &url),
            ("ZAFU_CONFIRMS", if confirms { "1" } else { "" }),
            ("DO_NOT_TRACK", "1"),
        ];
        let command = [self.parts.node.as_os_str(), self.parts.auth.as_os_str()];
        *auth = Some(Server::start(AUTH, &command, &environment, &self.folder)?);
        Ok(())
    }

    /// A script of this folder, to be run by Node.
    #[must_use]
    pub fn script(&self, name: &str) -> Command {
        let mut node = Command::new(&self.parts.node);
        node.arg(local().join(name)).env("DO_NOT_TRACK", "1");
        node
    }

    /// Where every mail that was not sent can be read as JSON, once the auth server runs.
    #[must_use]
    pub fn mailbox(&self) -> String {
        format!("{}/mailbox", self.url())
    }

    /// Ends the auth server; the gateway answers 502 for it.
    pub fn stop_auth(&self) {
        *lock(&self.auth) = None;
    }

    /// Starts PostgREST, and returns when it has read the schema.
    ///
    /// # Errors
    /// If it runs already, or does not start.
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
            ("PGRST_SERVER_UNIX_SOCKET", plain(&socket)?),
        ];
        let command = [self.parts.postgrest.as_os_str()];
        *rest = Some(Server::start(REST, &command, &environment, &self.folder)?);
        drop(rest);
        self.wait_for_postgrest()
    }

    /// Ends PostgREST; the gateway answers 502 for it.
    pub fn stop_postgrest(&self) {
        *lock(&self.rest) = None;
    }

    /// Stops PostgreSQL.
    ///
    /// # Errors
    /// If it does not run.
    pub fn stop_postgres(&self, how: Stop) -> Result<()> {
        self.postgres().stop(how)
    }

    /// Starts PostgreSQL, and returns when PostgREST, if it runs, has found it again.
    ///
    /// # Errors
    /// If it runs already, or does not start.
    pub fn start_postgres(&self) -> Result<()> {
        self.postgres().start()?;
        self.wait_for_postgrest()
    }

    /// Writes the main database to a file.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn dump(&self, file: &Path) -> Result<()> {
        self.postgres().dump(file)
    }

    /// Makes the main database what it was when a dump was made. Clients are cut off.
    ///
    /// # Errors
    /// If the dump cannot be read.
    pub fn restore(&self, file: &Path) -> Result<()> {
        self.postgres().restore(file)?;
        self.wait_for_postgrest()
    }

    /// Returns when PostgREST answers from the database. If it is stopped, there is nothing to wait for.
    fn wait_for_postgrest(&self) -> Result<()> {
        if lock(&self.rest).is_none() {
            return Ok(());
        }
        let socket = Server::socket(&self.folder, REST);
        until("PostgREST", &Server::log(&self.folder, REST), || answers(&socket).then_some(()))
    }

    fn postgres(&self) -> MutexGuard<'_, Postgres> {
        lock(&self.postgres)
    }
}

/// Whether PostgREST lets a stranger ask something that only the database can answer.
fn answers(socket: &Path) -> bool {
    use std::io::{Read, Write};
    let ask = || -> std::io::Result<String> {
        let mut stream = UnixStream::connect(socket)?;
        stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split_whitespace().nth(1) == Some("200"))
}

/// A path as text, for a variable of a program.
fn plain(path: &Path) -> Result<&str> {
    path.to_str().context("the temporary folder's name is not UTF-8")
}

/// Removes the folder when all has ended, also if we are killed.
fn janitor(folder: &Path) -> Result<Guard> {
    const SCRIPT: &str = r#"read _
        for _ in $(seq 100); do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.1; done
        rm -rf "$0""#;
    Guard::new(SCRIPT, [folder], None, Path::new("/dev/null"), &[])
}

/// What another thread did while it held this is done or not done as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
