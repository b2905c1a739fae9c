//! The real backend and its users.

use crate::zafu::{CommandResult, Zafu};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::OnceLock;
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_backend::proxy::Proxy;

/// Returns the backend that all tests share, with its auth server. Returns `None` if it cannot run on this machine.
pub fn backend() -> Option<&'static Backend> {
    static AUTH: OnceLock<()> = OnceLock::new();
    let backend = zafu_backend::shared()?;
    AUTH.get_or_init(|| backend.start_auth().unwrap());
    Some(backend)
}

/// Returns a proxy in front of the backend.
pub fn proxy(backend: &Backend) -> Proxy {
    let url = backend.url();
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
    Proxy::open(port.parse().unwrap()).unwrap()
}

/// Runs a query in which `from sessions` reads only the rows of one user. Returns its output.
pub fn server(backend: &Backend, user: &User, sql: &str) -> String {
    let own = format!(
        "from (select * from public.sessions where userid =
           (select id from auth.users where email = '{}')) sessions",
        user.email()
    );
    backend.sql(&sql.replace("from sessions", &own)).unwrap().trim().to_owned()
}

/// A user: has an account on the server, or can sign up for one.
pub struct User {
    url: String,
    key: String,
    email: String,
}

impl User {
    pub const PASSWORD: &str = "correct horse battery";

    /// Creates a user with a new e-mail address, without an account.
    pub fn new(backend: &Backend) -> Self {
        let email = format!("{}@example.org", Uuid::now_v7().simple());
        Self { url: backend.url(), key: backend.publishable_key().into(), email }
    }

    /// Returns the same user, who reaches the server through `proxy`.
    pub fn through(self, proxy: &Proxy) -> Self {
        Self { url: proxy.url(), ..self }
    }

    /// Returns the e-mail address.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Returns the URL of the project and its publishable key.
    pub fn url_and_key(&self) -> (&str, &str) {
        (&self.url, &self.key)
    }

    /// Returns the command-line options that name the project.
    pub fn project(&self) -> String {
        format!("--url {} --key {}", self.url, self.key)
    }

    /// Signs up. Returns the standard output.
    pub fn sign_up(&self, zafu: &Zafu) -> String {
        self.run_with_password(zafu, "sign-up")
    }

    /// Signs in. Returns the standard output.
    pub fn sign_in(&self, zafu: &Zafu) -> String {
        self.run_with_password(zafu, "sign-in")
    }

    fn run_with_password(&self, zafu: &Zafu, what: &str) -> String {
        let result = self.with_password(zafu, what, Self::PASSWORD);
        assert_eq!(result.code, Some(0), "{result:?}");
        result.out
    }

    /// Runs `account sign-in` or `account sign-up` with a password, and returns its result.
    pub fn with_password(&self, zafu: &Zafu, what: &str, password: &str) -> CommandResult {
        let line =
            format!("account {what} {} --email {} --password-stdin", self.project(), self.email);
        let mut command = zafu.command(line.split_whitespace());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Fails if the command exits before it reads the password.
        let _ = writeln!(child.stdin.take().unwrap(), "{password}");
        CommandResult::from(child.wait_with_output().unwrap())
    }

    /// Returns the id of the account.
    pub fn id(&self, backend: &Backend) -> Uuid {
        let id = format!("select id from auth.users where email = '{}'", self.email);
        backend.sql(&id).unwrap().trim().parse().unwrap()
    }

    /// Deletes the account on the server.
    pub fn delete(&self, backend: &Backend) {
        backend.delete_account(&self.email).unwrap();
    }

    /// Ends all auth sessions of the user on the server.
    pub fn revoke(&self, backend: &Backend) {
        backend.end_sessions(&self.email).unwrap();
    }
}

/// Returns the mails that the auth server would have sent, as JSON.
pub fn mailbox(backend: &Backend) -> String {
    send(&backend.mailbox(), "GET", "", "")
}

/// Sends a request to PostgREST in the name of a user, without Zafu. Returns the response with its head.
pub fn rest(backend: &Backend, user: Uuid, method: &str, path: &str, body: &str) -> String {
    let (key, token) = (backend.publishable_key(), backend.token_for(user));
    let headers = format!(
        "apikey: {key}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    );
    send(&format!("{}/rest/v1/{path}", backend.url()), method, &headers, body)
}

/// Sends a request and returns the response with its head.
fn send(url: &str, method: &str, headers: &str, body: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// Returns the six-digit code in a mail.
pub fn code(mail: &str) -> String {
    let found = mail
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    found.unwrap_or_else(|| panic!("no code in {mail}")).to_owned()
}
